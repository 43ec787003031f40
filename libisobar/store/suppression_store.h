/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SUPPRESSION_STORE_H
#define ISOBAR_SUPPRESSION_STORE_H

#include "base/strbuf.h"
#include "model/org.h"
#include "model/suppression.h"
#include "store/pg.h"

/*
 * Suppression rules.  Former rows are kept; what a change may be about is marked for
 * scoring.  Texts live in the caller's arena.  pg is open for PG_GROUP_GOVERN, where
 * nothing else stands.
 */
struct suppression_row {
	struct suppression rule;
	const char *filter; /* the selector's text */
	timestamp valid_from;
};

/* By name; after (NULL: from the start) is that of the one before, limit 0 is no limit. */
int suppression_list(struct pg *pg, const struct org *org, const char *after, int limit,
                     struct arena *a, struct suppression_row **out, size_t *n_out,
                     struct error *err) MUST_CHECK;
void suppression_list_bind(const struct org *org, const char *after, int limit,
                           const char *name, struct pg_params *p); /* name NULL: all */
struct suppression_row suppression_row_read(const PGresult *result, int row,
                                            struct arena *a);

/* rule: name, reason, actor, selector, window, log_only; suppression_check() has been
 * asked.  ERR_CONFLICT: somebody else writes it just now. */
int suppression_put(struct pg *pg, const struct org *org, const struct suppression *rule,
                    timestamp now, struct error *err) MUST_CHECK;
/* former NULL: there is none.  STMT_SUPPRESSION_PUT, which answers written. */
void suppression_put_bind(const struct org *org, const struct suppression *rule,
                          const struct suppression_row *former, timestamp now,
                          struct pg_params *p);

/* ERR_NOT_FOUND; ERR_CONFLICT as above. */
int suppression_remove(struct pg *pg, const struct org *org, const char *name,
                       timestamp now, struct error *err) MUST_CHECK;
void suppression_remove_bind(const struct org *org, const struct suppression_row *row,
                             timestamp now, struct pg_params *p);

/* Members of an open JSON object, the same in every interface. */
void suppression_row_put(struct strbuf *b, const struct suppression_row *r, timestamp now);

/*
 * How many risks that are not resolved have findings that live, and each of them is
 * muted by the rule, or would be; *more_out: only the first ones were looked at.
 */
int suppression_count(struct pg *pg, const struct org *org, const struct suppression *rule,
                      int64_t *n_out, bool *more_out, struct error *err) MUST_CHECK;

/* For scoring (PG_GROUP_SCORER): those that mute and hold at now. */
int suppression_rules_load(struct pg *pg, const struct org *org, timestamp now,
                           struct arena *a, struct suppression_rules *out,
                           struct error *err) MUST_CHECK;

#endif
