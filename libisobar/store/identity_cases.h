/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IDENTITY_CASES_H
#define ISOBAR_IDENTITY_CASES_H

#include "store/identity_store.h"

/*
 * Cases of identity that wait for a person, for the command line; pg is open for
 * PG_GROUP_DECIDE.
 */
struct waiting_case {
	struct identity_case_row row;
	const char *asset;
	const char **titles, **subjects; /* of its risks, as they are now */
	bool is_decided;
	timestamp found_at, decided_at;
	const char *actor, *reason;
};

struct waiting_cases {
	struct waiting_case *cases; /* the oldest first */
	size_t n;
};

/* Those that wait, or all; at most most.  Lives in a. */
int identity_cases_load(struct pg *pg, const struct org *org, bool with_decided, int most,
                        struct arena *a, struct waiting_cases *out,
                        struct error *err) MUST_CHECK;

/*
 * One that waits, by the beginning of its id.  ERR_NOT_FOUND, ERR_INVALID: no id;
 * ERR_CONFLICT: several begin so.
 */
int identity_case_find(struct pg *pg, const struct org *org, const char *id,
                       struct arena *a, struct waiting_case *out,
                       struct error *err) MUST_CHECK;

/* ERR_CONFLICT: somebody else has ended it. */
int identity_case_end(struct pg *pg, const struct org *org, const struct key *case_id,
                      timestamp now, const char *actor, const char *reason,
                      const struct heir_row *heirs, size_t n, struct error *err) MUST_CHECK;

#endif
