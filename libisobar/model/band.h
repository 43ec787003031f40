/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_BAND_H
#define ISOBAR_BAND_H

/* The numbers are stored: append, never reorder. */
enum band {
	BAND_LOW,
	BAND_MEDIUM,  /* score >= 300 */
	BAND_HIGH,    /* score >= 500 */
	BAND_CRITICAL /* score >= 700 */
};

enum {
	N_BANDS = BAND_CRITICAL + 1
};

#endif
