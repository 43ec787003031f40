/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SYSDIG_H
#define ISOBAR_SYSDIG_H

#include "format.h"

/* Sysdig's image scans and its runtime policy events; docs/formats/sysdig.md. */
extern const struct format sysdig_scan;
extern const struct format sysdig_events;

#endif
