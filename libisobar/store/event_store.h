/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EVENT_STORE_H
#define ISOBAR_EVENT_STORE_H

#include "base/strbuf.h"
#include "model/org.h"
#include "model/risk.h"
#include "store/pg.h"

/*
 * Events as people and programs read them (docs/events.md).  Texts of a row are
 * borrowed from the result.  pg is open for PG_GROUP_READ.
 */
#define EVENT_LIMIT_MAX 1000

struct event_row {
	int64_t seq; /* 0: none yet */
	int64_t id;
	struct key risk_id;
	timestamp at, due_at; /* due_at: TIMESTAMP_NONE is never */
	int kind;
	enum risk_state state;
	enum band band;
	int score;
	const char *actor, *reason;
	bool has_cause;
	struct key cause_id; /* acceptance or extension */
};

/* STMT_EVENT_LIST: the first limit ones behind after; scoped, when it matters whose. */
void event_list_bind(const struct org *org, int64_t after, int limit, bool scoped,
                     struct pg_params *p);
/* How many events a result of it holds. */
int event_list_count(const PGresult *result);
/* Whose event a row is; either may be NULL. */
void event_list_scope(const PGresult *result, int row, const char **account,
                      const char **owner);

/* A row of it. */
void event_row_read(const PGresult *result, int row, struct event_row *out);

/* The same at once; texts live in a. */
struct event_rows {
	struct event_row *rows;
	size_t n;
};

int event_list(struct pg *pg, const struct org *org, int64_t after, int limit,
               struct arena *a, struct event_rows *out, struct error *err) MUST_CHECK;

/* Members of an open JSON object, the same in every interface. */
void event_row_put(struct strbuf *b, const struct event_row *e);

#endif
