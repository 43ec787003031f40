/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_OCSF_H
#define ISOBAR_OCSF_H

#include "format.h"

/* OCSF 1.x findings: Security Hub v2, Security Lake, Prowler and others. */
extern const struct format ocsf;

#endif
