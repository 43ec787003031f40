/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRIVY_ID_H
#define ISOBAR_TRIVY_ID_H

#include <stdint.h>

#include "base/arena.h"

/*
 * The ids of Trivy's findings, the same in every form in which Trivy writes them:
 * its JSON, SARIF, reports on clusters and the operator's resources.  artifact is
 * canonical, place is the target in it ("" for an image's own packages).
 */
const char *trivy_vulnerability_id(struct arena *a, const char *artifact, const char *place,
                                   const char *package, const char *version,
                                   const char *id) NON_NULL;
const char *trivy_check_finding_id(struct arena *a, const char *artifact, const char *place,
                                   const char *rule, const char *resource) NON_NULL;
const char *trivy_secret_id(struct arena *a, const char *artifact, const char *place,
                            const char *rule, int64_t line) NON_NULL;
const char *trivy_license_id(struct arena *a, const char *artifact, const char *place,
                             const char *package, const char *file,
                             const char *name) NON_NULL;

/* "AVD-KSV-0014" of the forms "KSV014" and "KSV-0014"; others as they are. */
const char *trivy_check_id(const char *id, struct arena *a) NON_NULL;

#endif
