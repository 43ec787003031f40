/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GENERIC_H
#define ISOBAR_GENERIC_H

#include "format.h"

/* DefectDojo's "Generic Findings Import": what many scripts write. */
extern const struct format generic_json;
extern const struct format generic_csv;

/* DefectDojo's own API. */
extern const struct format defectdojo;

#endif
