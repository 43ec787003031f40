/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AWS_ASFF_PRIVATE_H
#define ISOBAR_AWS_ASFF_PRIVATE_H

#include <stdbool.h>

#include "base/json_view.h"
#include "model/finding.h"

#include "aws_product.h"

/* Between aws_asff.c, which reads a record, and aws_asff_identity.c, which names it. */

/* In the order of their names, which is how aws_asff.c finds them. */
enum asff_member {
	ASFF_ACCOUNT_ID,
	ASFF_COMPLIANCE,
	ASFF_CREATED_AT,
	ASFF_DESCRIPTION,
	ASFF_PROVIDER_FIELDS,
	ASFF_FIRST_OBSERVED_AT,
	ASFF_GENERATOR_ID,
	ASFF_ID,
	ASFF_LAST_OBSERVED_AT,
	ASFF_PRODUCT_ARN,
	ASFF_PRODUCT_FIELDS,
	ASFF_RECORD_STATE,
	ASFF_REGION,
	ASFF_REMEDIATION,
	ASFF_RESOURCES,
	ASFF_SAMPLE,
	ASFF_SEVERITY,
	ASFF_TITLE,
	ASFF_TYPES,
	ASFF_UPDATED_AT,
	ASFF_VULNERABILITIES,
	ASFF_WORKFLOW
};

enum {
	N_ASFF_MEMBERS = ASFF_WORKFLOW + 1
};

struct asff_record {
	struct json_view at[N_ASFF_MEMBERS]; /* doc NULL: not there */
	struct arena *arena;
	const struct aws_product *product;
	const char *id;
	const char *product_arn;
	const char *path; /* "aws/guardduty", of product_arn */
	const char *account;
	const char *region;
	const char *type;       /* the one of Types that says most, or "" */
	const char *compliance; /* Compliance.Status, or "" */
	const char *control;    /* Compliance.SecurityControlId, or "" */
	struct json_view requirements, standards;
};

static inline const char *asff_text(const struct asff_record *r, enum asff_member m)
{
	return json_view_text_or(r->at[m], "", "");
}

/* Connector, native_id, rule, class, engine, fidelity and scope. */
void asff_fill_identity(struct finding *f, const struct asff_record *r);

/* What Trivy's template puts elsewhere: the artifact, package and scores. */
void asff_fill_trivy(struct finding *f, const struct asff_record *r,
                     struct json_view resource);

#endif
