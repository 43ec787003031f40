/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONTROL_CATALOG_H
#define ISOBAR_CONTROL_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The control catalogue in memory: which rules of which connectors are one
 * control, and which category a rule has that is none.  Texts are borrowed; after
 * control_catalog_sort() the arrays are in the order that look-ups need.
 */
struct control {
	const char *id; /* "storage.public-access" */
	const char *category;
	const char *title;
	int class; /* enum finding_class */
};

struct control_alias {
	const char *connector, *rule;
	const char *control;
};

struct rule_pattern {
	const char *connector;
	const char *pattern; /* '*' any text, '?' one character, in either case */
	const char *category;
	int position; /* ascending: the first that matches counts */
};

struct control_catalog {
	struct control *controls;
	size_t n_controls;
	struct control_alias *aliases;
	size_t n_aliases;
	struct rule_pattern *patterns;
	size_t n_patterns;
};

void control_catalog_sort(struct control_catalog *c);

/* NULL: the rule is no control of the catalogue. */
const struct control *control_of(const struct control_catalog *c, const char *connector,
                                 const char *rule);

/* '*' is any text, '?' one character; case does not count. */
bool rule_pattern_matches(const char *pattern, const char *text);

/* The category by pattern; NULL when none matches. */
const char *rule_category_of(const struct control_catalog *c, const char *connector,
                             const char *rule);

#endif
