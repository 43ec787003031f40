/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUALYS_H
#define ISOBAR_QUALYS_H

#include "format.h"

/* CSV of VMDR's lists of vulnerabilities and of scan-based and host-based reports. */
extern const struct format qualys_csv;

#endif
