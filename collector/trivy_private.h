/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRIVY_PRIVATE_H
#define ISOBAR_TRIVY_PRIVATE_H

#include "format.h"

/* Between the formats that Trivy and its operator write. */

/* What the findings of one result share. */
struct trivy_report {
	struct arena *arena;
	struct resource resource;
	const char *artifact; /* canonical: without tag and digest */
	const char *target;   /* of the result, as it stands */
	const char *place;    /* target without the artifact's name in front */
	timestamp created_at; /* of the report */
	bool is_account;      /* a cloud account was scanned, not an artifact */
	bool is_workload;     /* a resource of a cluster was: checks are of it itself */
	bool takes_on;        /* past an element that cannot be read */
};

/* Adds the findings of all lists of a result. */
int trivy_add_result(const struct trivy_report *r, struct json_view result,
                     struct parse_output *out, struct error *err);

/* Sets severity and vector by a map of scores, {"nvd":{"V3Score":7.5},...}. */
void trivy_set_cvss(struct finding *f, struct json_view scores);

/* "repo/app:1 (debian 10.13)" without what stands in parentheses. */
const char *trivy_target_name(const char *target, struct arena *a) NON_NULL;

/* An image by its name, as a report on images has it. */
void trivy_set_image(struct trivy_report *r, const char *name);

/* A resource of a cluster; cluster and space may be "". */
void trivy_set_workload(struct trivy_report *r, const char *cluster, const char *space,
                        const char *kind, const char *name);

/* All strings "", times unknown. */
void trivy_report_init(struct trivy_report *r, struct arena *a);

#endif
