/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REPLAY_STORE_H
#define ISOBAR_REPLAY_STORE_H

#include "base/strbuf.h"
#include "model/finding.h"
#include "model/org.h"
#include "model/risk_times.h"
#include "store/pg.h"

/*
 * An org as it was at a time, in a schema of its own that is dropped at the end: the same
 * tables, filled with the inputs of then, for the scorer to compute anew what is kept
 * beside them.  docs/what-if.md says what stands where.
 */
struct replay_store;

/*
 * Makes the schema; options: of the login that owns isobar (a schema is made), role NULL.
 * What replays that were cut short have left is dropped.
 */
int replay_store_open(const struct pg_options *options, const struct org *org, timestamp at,
                      struct replay_store **out, struct error *err) MUST_CHECK;
/* Drops it; NULL is fine. */
void replay_store_close(struct replay_store *s);
/* For pg_options.schema; lives as long as s. */
const char *replay_store_schema(const struct replay_store *s);

/* All inputs, and the findings as far as rows know them. */
int replay_store_fill(struct replay_store *s, struct error *err) MUST_CHECK;

/*
 * Between begin and end, findings as their records of then have them; sealed.
 * Others stay as they are known from rows.
 */
void replay_findings_begin(struct replay_store *s);
void replay_finding_put(struct replay_store *s, const struct finding *f);
/* n_unread: findings that only a record knew and none was put of. */
int replay_findings_end(struct replay_store *s, int64_t *n_unread,
                        struct error *err) MUST_CHECK;

/* The risks with their clocks, and a mark on everything: then it is the scorer's. */
int replay_risks_fill(struct replay_store *s, struct error *err) MUST_CHECK;
/* Assets that wait to be scored now: left out, as those with unread findings are. */
int replay_leave_waiting(struct replay_store *s, int64_t *n_out,
                         struct error *err) MUST_CHECK;

/* --- what came out --- */

/* Fields of a risk in the order in which they are told; all but the first ones are known
 * only of what nothing was computed of since. */
enum replay_field {
	REPLAY_SCORE,
	REPLAY_BAND,
	REPLAY_STATE,
	REPLAY_RANK,
	REPLAY_DUE_AT,
	REPLAY_RESPONSIBILITY,
	REPLAY_MODEL,
	REPLAY_INPUTS,
	REPLAY_POINTS,
	REPLAY_BASIS,
	REPLAY_FINDINGS,
	REPLAY_CLASS,
	REPLAY_LAYER,
	REPLAY_SUBJECT,
	REPLAY_LOCATION,
	REPLAY_TITLE,
	REPLAY_SOURCES,
	REPLAY_ELEMENTS,
	REPLAY_FIX,
	REPLAY_WITNESS,
	REPLAY_MEMBERS,
	REPLAY_REASONS,
	REPLAY_CONTROL,
	REPLAY_CATEGORY
};
enum {
	N_REPLAY_FIELDS = REPLAY_CATEGORY + 1,
	N_REPLAY_KEPT = REPLAY_BASIS + 1 /* of all risks */
};

const char *replay_field_name(enum replay_field f); /* "score", "band", ... */

struct replay_risk {
	struct key risk_id, asset_id;
	bool exists;   /* at the time */
	bool whole;    /* kept: all fields are; rebuilt: it was computed */
	bool left_out; /* rebuilt: what was made of it cannot be told */
	struct risk_row_times at;
	int score;
	enum band band;
	const char *fields[N_REPLAY_FIELDS]; /* as PostgreSQL writes them; "" for null */
};

/* Risks by id, one after the other. */
struct replay_stream;
/* What is kept of the time, or what was rebuilt. */
struct replay_stream *replay_kept(struct replay_store *s);
struct replay_stream *replay_rebuilt(struct replay_store *s);
/* 1: *out is the next one, until the next call; 0: there is none. */
int replay_next(struct replay_stream *r, struct replay_risk *out,
                struct error *err) MUST_CHECK;
void replay_stream_free(struct replay_stream *r);

#endif
