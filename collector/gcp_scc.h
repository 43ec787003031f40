/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_SCC_H
#define ISOBAR_GCP_SCC_H

#include "format.h"

/* Security Command Center v1 and v2: findings.list and its notifications. */
extern const struct format gcp_scc;

#endif
