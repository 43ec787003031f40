/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TOXIC_RULES_H
#define ISOBAR_TOXIC_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/asset.h"
#include "model/responsibility.h"

/*
 * Toxic combinations as data: catalog/toxic_rules.tsv, a rule a line.  A rule is a chain
 * of places; each is an asset, the next one the same asset or one that edges lead to.  A
 * place holds when all of its clauses do: by one open risk that is an element of the
 * clause, or by a level of the asset's context.  docs/paths.md has the grammar.
 */
enum {
	TOXIC_RULES_MAX = 32,
	TOXIC_PLACES_MAX = 4,
	TOXIC_CLAUSES_MAX = 4,
	TOXIC_TESTS_MAX = 128,
	TOXIC_HOPS_MAX = 3,    /* edges between two places */
	TOXIC_CLAUSE_BITS = 62 /* of risk.elements; bit 0 is TOXIC_EXPOSED */
};

/* The bit of risks which say that the internet reaches their asset. */
#define TOXIC_EXPOSED INT64_C(1)

/* Fields of context that a clause may ask for. */
enum {
	N_TOXIC_LEVELS = CONTEXT_PRIVILEGE + 1
};

struct toxic_clause {
	int64_t elements;          /* one bit, or 0: by context only */
	int least[N_TOXIC_LEVELS]; /* by enum context_field; -1: does not count */
};

struct toxic_place {
	const char *name;
	bool same;          /* may be the asset of the place before */
	unsigned int reach; /* bits of enum edge_kind; from bit 16 on against the edge */
	struct toxic_clause clauses[TOXIC_CLAUSES_MAX];
	size_t n_clauses;
};

#define TOXIC_REACH_BACK 16

struct toxic_rule {
	const char *id, *title;
	const struct finding_category *category; /* routes the path's risk */
	size_t target;                           /* the place whose asset it is on */
	struct toxic_place places[TOXIC_PLACES_MAX];
	size_t n_places;
};

enum toxic_test_kind {
	TOXIC_CATEGORY,  /* text: a finding category */
	TOXIC_DOMAIN,    /* text: a control domain */
	TOXIC_CONTROL,   /* text: a pattern for controls */
	TOXIC_RULE,      /* text: a pattern for rules, of the connector or of any */
	TOXIC_EXPLOITED, /* a CVE that is known to be exploited */
	TOXIC_TAKEOVER,  /* a CVE that gives all of the asset and can be automated */
	TOXIC_LIKELIHOOD /* a CVE with so many points of likelihood */
};

/* What makes a risk an element. */
struct toxic_test {
	enum toxic_test_kind kind;
	const char *text;
	const char *connector; /* NULL: any */
	int number;
	int64_t element; /* the bit */
};

struct toxic_rules {
	struct toxic_rule rules[TOXIC_RULES_MAX];
	size_t n_rules;
	struct toxic_test tests[TOXIC_TESTS_MAX];
	size_t n_tests;
	unsigned int reach; /* of all places */
};

/* Texts live in a.  ERR_INVALID names the line and what is wrong with it. */
int toxic_rules_load(const char *text, const struct responsibility_tables *t,
                     struct arena *a, struct toxic_rules *out,
                     struct error *err) MUST_CHECK;

/* NULL: there is no such rule (any more). */
const struct toxic_rule *toxic_rule_find(const struct toxic_rules *rules, const char *id);

#endif
