/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCOUTSUITE_H
#define ISOBAR_SCOUTSUITE_H

#include "format.h"

/* ScoutSuite's results file; docs/formats/scoutsuite.md. */
extern const struct format scoutsuite;

#endif
