/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SELF_CHECK_STORE_H
#define ISOBAR_SELF_CHECK_STORE_H

#include "model/org.h"
#include "store/pg.h"

/* What a self-check (isobar replay --verify) came to. */
struct self_check {
	timestamp began_at, ended_at;
	int64_t n_same, n_differ, n_not_alone; /* findings */
	int64_t n_damaged;                     /* segments, or places in them */
	int64_t n_rewritten;                   /* risks */
};

/* All is as it was stored. */
bool self_check_is_clean(const struct self_check *c);

/* In place of the one before.  pg is open for PG_GROUP_CHECK as isobar_operator. */
int self_check_put(struct pg *pg, const struct org *org, const struct self_check *c,
                   struct error *err) MUST_CHECK;

/* The next org behind *id_out, 0 at first, which it moves on; *name_out NULL: the end. */
int self_check_next_org(struct pg *pg, struct arena *a, int64_t *id_out,
                        const char **name_out, struct error *err) MUST_CHECK;

/* The last one of an org. */
struct self_check_row {
	const char *org;
	timestamp created_at;    /* of the org */
	struct self_check check; /* ended_at TIMESTAMP_NONE: there was none */
};

/* What is worst first: the list in a.  pg is open for PG_GROUP_ADMIN. */
int self_check_list(struct pg *pg, struct arena *a, struct self_check_row **out,
                    size_t *n_out, struct error *err) MUST_CHECK;

#endif
