/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_OWNER_STORE_H
#define ISOBAR_OWNER_STORE_H

#include "base/strbuf.h"
#include "model/owner_rule.h"
#include "store/pg.h"

/*
 * Owners and the rules by which they get risks.  What writes is one transaction, keeps
 * former rows and marks what must be scored again.  Texts live in the caller's arena.  pg
 * is open for PG_GROUP_GOVERN, where nothing else stands.
 */
struct owner_row {
	int64_t owner_id;
	const char *name;
	enum owner_kind kind;
	const char *contact, *email, *escalation; /* "" none */
	int line;                                 /* of a file, for messages */

	const char *actor; /* from here on: as stored */
	timestamp valid_from;
	int64_t n_open[N_BANDS];
	int64_t n_rules;
};

int64_t owner_id_of(const struct org *org, const char *name);

/* ERR_INVALID: what is wrong with it, one line. */
int owner_check(const struct owner_row *row, struct error *err) MUST_CHECK;

/* Each name once. */
int owners_put(struct pg *pg, const struct org *org, const struct owner_row *rows, size_t n,
               const char *actor, timestamp now, int64_t *n_changed,
               struct error *err) MUST_CHECK;

/* STMT_OWNER_PUT, which answers n. */
void owners_put_bind(const struct org *org, const struct owner_row *rows, size_t n,
                     const char *actor, timestamp now, struct pg_params *p);

/* By name; after (NULL: from the start) is that of the one before, limit 0 is no limit. */
int owner_list(struct pg *pg, const struct org *org, const char *after, int limit,
               struct arena *a, struct owner_row **out, size_t *n_out,
               struct error *err) MUST_CHECK;
/* In halves, for callers on an event loop: STMT_OWNER_LIST; name NULL: all. */
void owner_list_bind(const struct org *org, const char *after, int limit, const char *name,
                     struct pg_params *p);
struct owner_row owner_row_read(const PGresult *result, int row, struct arena *a);

/* Members of an open JSON object, the same in every interface. */
void owner_row_put(struct strbuf *b, const struct owner_row *r);

/* ERR_NOT_FOUND. */
int owner_row_find(struct pg *pg, const struct org *org, const char *name, struct arena *a,
                   struct owner_row *out, struct error *err) MUST_CHECK;

/* ERR_NOT_FOUND; ERR_CONFLICT: rules, policies or people still name it. */
int owner_remove(struct pg *pg, const struct org *org, const char *name, timestamp now,
                 struct error *err) MUST_CHECK;
/* Of STMT_OWNER_REMOVE ($1 org, $2 owner_id, $3 now): the same answer. */
int owner_remove_answer(const PGresult *result, const char *name, struct error *err);

/* --- rules --- */

int owner_rule_list(struct pg *pg, const struct org *org, struct arena *a,
                    struct owner_rules *out, struct error *err) MUST_CHECK;

/* A rule as an operator states it; its position is its place among the others. */
struct owner_rule_row {
	enum owner_level level;
	const char *pattern, *owner;
	int line; /* of a file, for messages */
};

/*
 * The rules of the org become these, and all of its risks are marked when any changed.
 * *line_out is that of the row that err is about, or 0.
 */
int owner_rules_replace(struct pg *pg, const struct org *org,
                        const struct owner_rule_row *rows, size_t n, const char *actor,
                        timestamp now, int64_t *n_changed, int *line_out,
                        struct error *err) MUST_CHECK;

/* --- for scoring: pg is open for PG_GROUP_SCORER --- */

int owner_rules_load(struct pg *pg, const struct org *org, struct arena *a,
                     struct owner_rules *out, struct error *err) MUST_CHECK;

/*
 * The containers of these assets, for their tags: one statement, by primary keys.  To be
 * called for each slice when some rule is of level tag, else there is nothing to do.
 */
int owner_containers_load(struct pg *pg, const struct org *org,
                          const struct risk_view *views, size_t n, struct arena *a,
                          struct owner_rules *rules, struct error *err) MUST_CHECK;

#endif
