/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IDENTITY_H
#define ISOBAR_IDENTITY_H

#include "base/arena.h"
#include "base/timestamp.h"
#include "model/key.h"

/*
 * What becomes of the risks of one asset when their findings are grouped in another way
 * (another catalogue, another version of the keys): which risk of before goes on as which
 * of after.  Pure; the same whatever the order of its input.
 */
enum identity_kind {
	IDENTITY_RENAMED, /* 1:1: all under another name */
	IDENTITY_SPLIT,   /* 1:n: one part goes on, the others are new and keep its clock */
	IDENTITY_MERGED,  /* n:1: the one that was opened first goes on */
	IDENTITY_AMBIGUOUS, /* m:n: nothing tells which goes on as which */
};
enum {
	N_IDENTITY_KINDS = IDENTITY_AMBIGUOUS + 1
};

const char *identity_kind_name(enum identity_kind kind); /* "renamed" */

#define IDENTITY_NONE SIZE_MAX

/* A risk as it is stored.  Texts are borrowed. */
struct identity_old {
	struct key risk_id;
	timestamp opened_at;
	bool lives; /* is not resolved */
	const char *subject, *location;
	size_t name; /* the new one that is found under its name; IDENTITY_NONE */
};

/* A group of findings as it will be. */
struct identity_new {
	struct key fingerprint;
	const char *subject, *location;
};

/* A finding that was in one and will be in the other. */
struct identity_link {
	size_t old, new;
	bool is_open;
};

struct identity_input {
	const struct identity_old *olds;
	size_t n_olds;
	const struct identity_new *news;
	size_t n_news;
	struct identity_link *links; /* sorted in place */
	size_t n_links;
};

struct identity_case {
	enum identity_kind kind;
	const size_t *olds; /* ascending */
	size_t n_olds;
	const size_t *news; /* ascending */
	size_t n_news;
	size_t goes_on; /* of news; IDENTITY_NONE: ambiguous */
};

/* What scoring has to be told, since names alone would not lead it there. */
struct identity_heir {
	size_t new, old;
	bool is_origin; /* the new one is of its own; only the clock is the old one's */
};

struct identity_plan {
	struct identity_case *cases;
	size_t n_cases;
	struct identity_heir *heirs;
	size_t n_heirs;
};

/*
 * Names go first: a risk whose name a group still has goes on there, and findings that
 * change over between two such are only moved.  What has lost its name is held against
 * the groups that nobody's name leads to, by their findings.  Resolved risks count where
 * no other one has a part.  Lives in a.
 */
void identity_plan_of(const struct identity_input *in, struct arena *a,
                      struct identity_plan *out);

/*
 * How an ambiguous case of n_olds and n_news ends when a person says of some olds what
 * they go on as (chosen[old], else IDENTITY_NONE).  The others go where most of their
 * findings are, among those that nothing was chosen for, else into any; the parts that
 * are left are of their own and have the clock of the risk with most of their findings.
 * Each old one is an heir exactly once, each new one at least once, if it has a link.
 */
void identity_decide(const struct identity_input *in, const size_t *chosen, struct arena *a,
                     struct identity_plan *out);

#endif
