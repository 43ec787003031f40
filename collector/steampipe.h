/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_STEAMPIPE_H
#define ISOBAR_STEAMPIPE_H

#include "format.h"

/* Runs of benchmarks and controls of Steampipe and Powerpipe. */
extern const struct format steampipe_json; /* one document: groups in groups */
extern const struct format steampipe_csv;

#endif
