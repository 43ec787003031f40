/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ORCA_H
#define ISOBAR_ORCA_H

#include "format.h"

/* Alerts of Orca Security, as JSON and as CSV. */
extern const struct format orca_alerts;

#endif
