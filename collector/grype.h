/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GRYPE_H
#define ISOBAR_GRYPE_H

#include "format.h"

/* Grype's JSON report: the whole document. */
extern const struct format grype;

#endif
