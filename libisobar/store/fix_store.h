/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FIX_STORE_H
#define ISOBAR_FIX_STORE_H

#include "base/strbuf.h"
#include "model/fix.h"
#include "model/risk.h"
#include "store/pg.h"

/*
 * Fixes as people and programs read them: those that close an open risk, by band and G,
 * descending.  Texts live in the caller's arena.  pg is open for PG_GROUP_READ.
 */
struct fix_row {
	struct key id;
	enum fix_kind kind;
	bool open;
	int g;
	enum band band;
	int n_risks;
	int n_of[N_BANDS]; /* open risks in each */
	int64_t score_sum;
	timestamp due_at; /* of the first of them; TIMESTAMP_NONE: none is due */
	enum provider provider;
	const char *account;
	const char *asset; /* canonical id; NULL: done in the whole account */
	const char *title;
	const char *subject, *package, *fixed_version; /* "" none */
};

/* One number in the order of the list: band * 4096 + g. */
int64_t fix_rank(const struct fix_row *row);

/* Which fixes, of a page.  Sets: a bit of each value.  Start from fix_filter_init(). */
struct fix_filter {
	unsigned int bands, kinds, providers;
	const char *account, *asset, *subject, *package; /* NULL: all */
	const char *const *allowed; /* accounts that whoever asks may see; NULL: all */
	size_t n_allowed;
	int limit;
	bool has_after; /* the page after this row */
	int64_t after_rank;
	struct key after_id;
};

void fix_filter_init(struct fix_filter *f);

/* In halves, for callers on an event loop: STMT_FIX_LIST, and rows of it or of
 * STMT_FIX_FIND ($1 org, $2 and $3 first and last id). */
void fix_list_bind(const struct org *org, const struct fix_filter *f, struct pg_params *p);
struct fix_row fix_row_read(const PGresult *result, int row, struct arena *a);

int fix_list(struct pg *pg, const struct org *org, const struct fix_filter *f,
             struct arena *a, struct fix_row **out, size_t *n_out,
             struct error *err) MUST_CHECK;

/*
 * The fix of an id or of the first hex digits of one, open or not.  Errors as of
 * risk_find().
 */
int fix_find(struct pg *pg, const struct org *org, const char *id, struct arena *a,
             struct fix_row *out, struct error *err) MUST_CHECK;

/* Members of an open JSON object, the same in every interface. */
void fix_row_put(struct strbuf *b, const struct fix_row *r);

#endif
