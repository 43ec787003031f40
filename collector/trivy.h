/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRIVY_H
#define ISOBAR_TRIVY_H

#include "format.h"

/* Trivy's JSON report, schema 2; a record is one of its Results. */
extern const struct format trivy;

/* The report before schema 2: a bare array of results. */
extern const struct format trivy_legacy;

#endif
