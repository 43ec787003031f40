/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AWS_PRODUCT_H
#define ISOBAR_AWS_PRODUCT_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/finding.h"

/* Whose habits a record has: others write into Security Hub's format too. */
enum aws_writer {
	AWS_WRITER_HUB,
	AWS_WRITER_PROWLER,
	AWS_WRITER_TRIVY
};

/*
 * Security Hub hands out the findings of many products, as ASFF and as OCSF.
 * What both formats need, so that one finding gets one identity in either.
 */
struct aws_product {
	const char *path; /* "aws/guardduty": the tail of the product's ARN */
	enum aws_writer writer;
	const char *connector; /* who is said to have said it */
	const char *engine;
	enum finding_class class; /* CLASS_OTHER: its types tell */
	enum fidelity fidelity;
	bool types_are_rules; /* GeneratorId names a detector or the product, no rule */
};

/* "aws/guardduty" of an ARN's "product/aws/guardduty" or "productv2/..."; "" if none. */
const char *aws_product_path(const char *product_arn) NON_NULL;

/* By that path.  Never NULL: others get the entry of third parties, path "". */
const struct aws_product *aws_product_find(const char *path) NON_NULL;

/*
 * ProductArn + " " + Id: Id alone is unique within one product only.  Security
 * Hub v2 writes productv2 for product; the key has the old form for both.
 */
const char *aws_native_id(const char *product_arn, const char *id,
                          struct arena *a) NON_NULL;

/*
 * "EC2.2" of "aws-foundational-security-best-practices/v/1.0.0/EC2.2",
 * "cis-1.2.0/4.3" of a CIS ruleset's rule ARN, "IAM.8" of
 * "security-control/IAM.8"; other generators as they stand.
 */
const char *aws_rule_of_generator(const char *generator, struct arena *a) NON_NULL;

/*
 * The type in its product's own spelling: "DefenseEvasion:EC2/UnusualDNSResolver"
 * of "TTPs/Defense Evasion/DefenseEvasion:EC2-UnusualDNSResolver"; the last part
 * of a type without a colon.
 */
const char *aws_rule_of_type(const char *type, struct arena *a) NON_NULL;
bool aws_type_is_native(const char *type); /* has the colon */

/* By the namespace of an ASFF type ("TTPs/...", "Effects/Data Exposure/..."). */
enum finding_class aws_class_of_type(const char *type);

/* "Port 22 is reachable from ...": "22"; "" for other titles. */
const char *aws_location_of_title(const char *title, struct arena *a) NON_NULL;

/* "CVE-2024-3094" of "CVE-2024-3094 - xz": how Inspector titles begin; "" for others. */
const char *aws_title_head(const char *title, struct arena *a) NON_NULL;

/* Whose access key GuardDuty saw used. */
struct aws_principal {
	const char *type; /* "Root", "IAMUser", "AssumedRole", "Role", ... */
	const char *name; /* the user's or the role's */
	const char *account;
	const char *partition; /* "" is "aws" */
};

/*
 * Makes r, a resource that names an access key, the identity behind it: the key of a
 * role lasts an hour, exports leave keys out, and it is the identity that one mends.
 * Others (federated users, other accounts) stay keys, or the account without one.
 */
void aws_resource_of_key(struct resource *r, const struct aws_principal *who,
                         struct arena *a);

/* One field (from 0: "arn") of an ARN, "" if arn is none or the field is empty. */
const char *aws_arn_field(const char *arn, unsigned int field, struct arena *a) NON_NULL;

/* "pci-dss/v/3.2.1" of "standards/pci-dss/v/3.2.1". */
const char *aws_standard_name(const char *standards_id) NON_NULL;

/*
 * "CIS AWS Foundations Benchmark v1.2.0/1.3", "PCI DSS 10.5.2": the requirement
 * is what follows the last slash, else the last blank, if it holds a digit.
 */
struct control_ref aws_control_of(const char *requirement, struct arena *a);

/* The parts one after the other, in the arena. */
#define TEXT_JOIN ARENA_JOIN

#endif
