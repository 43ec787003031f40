/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONTEXT_RULE_H
#define ISOBAR_CONTEXT_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/asset.h"

/*
 * Rules from tags and names of assets to their context: docs/context.md gives the form of
 * the file.  Pure: the store brings assets, and takes claims away.
 */
enum {
	RULE_CONDITIONS_MAX = 16,
	RULES_MAX = 2000
};

/* What a condition looks at. */
enum rule_part {
	RULE_TAG, /* any tag of one of these names */
	RULE_PROVIDER,
	RULE_ACCOUNT,
	RULE_REGION,
	RULE_TYPE,
	RULE_NAME,
	RULE_ID
};

/* Patterns stand between "|"; "*" is any text, "?" one character; case does not count. */
struct rule_condition {
	enum rule_part part;
	const char *tags; /* of RULE_TAG: names, else NULL */
	const char *patterns;
};

/* All conditions hold: the levels are claimed. */
struct context_rule {
	const char *name;
	struct rule_condition conditions[RULE_CONDITIONS_MAX];
	size_t n_conditions;
	int levels[N_CONTEXT_FIELDS]; /* -1: nothing said */
	int line;                     /* of its name */
};

struct context_rules {
	struct context_rule *rules;
	size_t n;
	bool beyond_tags; /* some rule can match an asset without tags */
};

/*
 * Everything lives in a.  ERR_INVALID: "FILE:7: unknown key "enviroment"; known: ...".
 * A file without a rule is none.
 */
int context_rules_parse(const char *file, const char *text, struct arena *a,
                        struct context_rules *out, struct error *err) MUST_CHECK;

/* "tag env|stage", "criticality": line i of the rule as the file has it; false: no such. */
struct rule_line {
	const char *key, *value;
};
bool context_rule_line(const struct context_rule *rule, size_t i, struct arena *a,
                       struct rule_line *out);

struct asset_tag {
	const char *name, *value;
};

/* What rules see of an asset.  No text is NULL. */
struct rule_view {
	const char *provider, *account, *region, *type, *name, *id;
	const struct asset_tag *tags;
	size_t n_tags;
};

struct rule_claim {
	const struct context_rule *rule;
	struct context_claim claim;
};

/* Of each field the first rule that matches; evidence lives in a.  Returns how many. */
size_t context_rules_apply(const struct context_rules *rules, const struct rule_view *asset,
                           struct arena *a, struct rule_claim out[N_CONTEXT_FIELDS]);

#endif
