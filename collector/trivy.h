/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRIVY_H
#define ISOBAR_TRIVY_H

#include "format.h"

/* Trivy's JSON report, schema 2; a record is one of its Results. */
extern const struct format trivy;

/* The report before schema 2: a bare array of results. */
extern const struct format trivy_legacy;

/* "trivy k8s": the whole report, or one of its consolidated resources. */
extern const struct format trivy_k8s;

/* A report resource of the Trivy Operator. */
extern const struct format trivy_operator;

#endif
