/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ACCEPTANCE_STORE_H
#define ISOBAR_ACCEPTANCE_STORE_H

#include "base/strbuf.h"
#include "model/acceptance.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * Acceptances: asked for, decided, listed.  Former rows are kept.  Texts live in the
 * caller's arena.  pg is open for PG_GROUP_GOVERN, where nothing else stands.  Whether
 * something may be asked for or decided says model/acceptance.h, before.
 */
struct acceptance_row {
	struct key id;
	enum acceptance_state state;
	bool has_risk, has_fix;
	struct key risk_id, fix_id;
	const char *filter; /* a selector's text, when neither; else "" */
	const char *reason, *requested_by;
	const char *approved_by; /* or refused; "" nobody */
	timestamp requested_at, approved_at, starts_at, ends_at;
	const char *actor; /* who wrote it last */
	timestamp valid_from;
	const char *risk_title; /* "" when it is not of one risk */
	const char *account;    /* of the risk's asset; "" likewise */
	const char *owner;      /* of the risk; NULL nobody */
};

/* The bands (a bit each) of the risk, or of the open risks of the fix; *n_out: how many. */
int acceptance_bands(struct pg *pg, const struct org *org, const struct acceptance_row *row,
                     unsigned int *out, int64_t *n_out, struct error *err) MUST_CHECK;

/* In halves, for callers on an event loop: STMT_ACCEPTANCE_TARGET, whose row has bands, n
 * and n_accepted (of its risk, until its end: 1 when it holds at now). */
void acceptance_target_bind(const struct org *org, const struct acceptance_row *row,
                            timestamp now, struct pg_params *p);

/* Is its risk accepted by it: until its end, which is to come? */
int acceptance_has_risk(struct pg *pg, const struct org *org,
                        const struct acceptance_row *row, timestamp now, bool *out,
                        struct error *err) MUST_CHECK;

/* Stores what is asked for: id, risk, fix or filter, reason, requested_by, ends_at. */
int acceptance_put(struct pg *pg, const struct org *org, const struct acceptance_row *row,
                   const char *actor, timestamp now, struct error *err) MUST_CHECK;
/* $1..$10 of STMT_ACCEPTANCE_PUT; a request's key follows, then status and answer. */
void acceptance_put_bind(const struct org *org, const struct acceptance_row *row,
                         const char *actor, timestamp now, struct pg_params *p);

/* Newest first. */
struct acceptance_filter {
	int state; /* -1: any */
	bool has_after, has_risk;
	struct key after;   /* the page behind this one */
	struct key risk_id; /* of this risk alone */
	int limit;
};
void acceptance_list_bind(const struct org *org, const struct acceptance_filter *f,
                          struct pg_params *p);
struct acceptance_row acceptance_row_read(const PGresult *result, int row, struct arena *a);
int acceptance_list(struct pg *pg, const struct org *org, const struct acceptance_filter *f,
                    struct arena *a, struct acceptance_row **out, size_t *n_out,
                    struct error *err) MUST_CHECK;

/* Members of an open JSON object, the same in every interface. */
void acceptance_row_put(struct strbuf *b, const struct acceptance_row *r, timestamp now);

/* By its id or the first hex digits of one.  Errors as of risk_find(). */
int acceptance_find(struct pg *pg, const struct org *org, const char *id, struct arena *a,
                    struct acceptance_row *out, struct error *err) MUST_CHECK;

/*
 * To a next state; reason NULL leaves the one that it has.  What it may be about is
 * marked for scoring when it begins or ends to hold.  ERR_CONFLICT: somebody else has
 * decided meanwhile.
 */
int acceptance_decide(struct pg *pg, const struct org *org,
                      const struct acceptance_row *row, enum acceptance_state to,
                      const char *actor, const char *reason, timestamp now,
                      struct error *err) MUST_CHECK;
/* $1..$7 of STMT_ACCEPTANCE_DECIDE; a request's key, status and answer follow; then $14
 * and all behind it. */
void acceptance_decide_bind(const struct org *org, const struct acceptance_row *row,
                            enum acceptance_state to, const char *actor, const char *reason,
                            timestamp now, struct pg_params *p);
void acceptance_marks_bind(const struct acceptance_row *row, enum acceptance_state to,
                           struct pg_params *p);

/* For scoring (PG_GROUP_SCORER): those by selector or fix that hold at now or later. */
int acceptance_rules_load(struct pg *pg, const struct org *org, timestamp now,
                          struct arena *a, struct acceptance_rules *out,
                          struct error *err) MUST_CHECK;

#endif
