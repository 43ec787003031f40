/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_OCSF_PRIVATE_H
#define ISOBAR_OCSF_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json_view.h"
#include "model/finding.h"

#include "aws_product.h"
#include "context_writer.h"

/* Between ocsf.c, which reads a record, and ocsf_identity.c, which names it. */

/* status_id, as far as it decides. */
enum {
	OCSF_SUPPRESSED = 3,
	OCSF_RESOLVED = 4,
	OCSF_ARCHIVED = 5,
	OCSF_DELETED = 6
};

struct ocsf_record {
	struct arena *arena;
	int64_t class_uid;
	struct json_view record;
	struct json_view info; /* finding_info, or finding of class 2001 */
	struct json_view metadata, product, unmapped, compliance, vulnerabilities;
	struct json_view resources, resource; /* a list, or the only one */
	size_t n_resources;
	const char *uid;  /* of finding_info, or "" */
	const char *type; /* the one of finding_info.types that says most, or "" */
	const char *provider, *account, *region;

	/* Set by ocsf_find_origin(). */
	bool is_prowler;
	const struct aws_product *aws; /* NULL: not from AWS */
	const char *product_arn;       /* of an AWS product, or "" */
	const char *product_name;
};

void ocsf_find_origin(struct ocsf_record *r);

/* Connector, native_id, rule, class, engine, fidelity and scope. */
int ocsf_fill_identity(struct finding *f, const struct ocsf_record *r,
                       struct error *err) MUST_CHECK;

/* Tags and what is known of an element of "resources", which is res. */
void ocsf_describe(struct context_writer *w, const struct resource *res,
                   struct json_view element);

#endif
