/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCOUTSUITE_PRIVATE_H
#define ISOBAR_SCOUTSUITE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json_view.h"
#include "model/finding.h"

/* Between scoutsuite.c, which reads the rules, and scoutsuite_resource.c. */

struct scout_report {
	struct json_view services;
	enum provider provider;
	const char *partition; /* of AWS */
	const char *account;
	uint64_t work; /* keys that may still be looked at: bounds hostile documents */
	struct arena *arena;
};

/*
 * Walks item, a dotted path below services ("ec2.regions.us-east-1.vpcs.vpc-1"),
 * against the document, since keys may hold dots themselves, and sets *out to the
 * resource that it leads to: the account or the region where it passes none.  pattern
 * is the rule's path, with "id" for each key of a list: all of these must be there.
 */
int scout_resource_of(struct scout_report *r, const char *item, const char *pattern,
                      struct resource *out, struct error *err) MUST_CHECK;

/* "ec2" of "ec2.regions.id". */
const char *scout_service_of(const char *path, struct arena *a);

#endif
