/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TALLY_H
#define ISOBAR_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/timestamp.h"
#include "model/key.h"
#include "model/risk.h"

/*
 * What scoring did, or would do, to the risks of an org: collected row by row while it
 * goes on, summed up at the end.  Pure, but for its own memory.
 */
struct tally_side {
	bool exists; /* false: no such risk */
	int score;
	enum band band;
	enum risk_state state;
	int64_t rank;
	timestamp due_at; /* TIMESTAMP_NONE */
};

struct tally_move {
	struct key risk_id, asset_id;
	struct tally_side before, after;
	bool is_written;   /* the database has after, be it only within the transaction */
	const char *title; /* of a risk that came into being; else NULL */
	const char *subject;
};

struct tally;
struct tally *tally_new(void);
void tally_free(struct tally *t);   /* NULL is fine */
void tally_freep(struct tally **t); /* for CLEANUP() */

/* Texts are copied.  A risk may move several times: the first before and the last after count. */
void tally_add(struct tally *t, const struct tally_move *move);
/*
 * The risks of an asset are looked at once more.  What does not come again is as the
 * database has it: what was not written there has not moved.
 */
void tally_again(struct tally *t, const struct key *asset_id);

struct tally_report {
	int64_t n_scores;                /* open risks whose score is another one */
	int64_t bands[N_BANDS][N_BANDS]; /* open before and after, [from][to], from != to */
	int64_t n_opened, n_closed;      /* risks that came to be open, or ended */
	int64_t n_breached, n_relieved;  /* overdue now and not before; the reverse */
	int64_t n_earlier, n_later;      /* due times of open risks */
	const struct tally_move *const *movers; /* the largest changes of a score first */
	size_t n_movers;
};

/*
 * now: of the due times.  No more than most movers; the report points into t and is
 * whole until the next call.
 */
void tally_sum(struct tally *t, timestamp now, size_t most, struct tally_report *out);

/* An open risk as it stood before; ascending in its array: the head of the queue first. */
struct tally_place {
	struct key risk_id;
	int64_t rank;
};

/*
 * Kendall's tau between the two orders of the risks that were open and still are, in units
 * of 1e-4: 10000 the same order, -10000 the reverse (M. G. Kendall, "A New Measure of Rank
 * Correlation", Biometrika 30, 1938).  After tally_sum().  Changes places.  10000 for
 * fewer than two.
 */
int tally_correlation(const struct tally *t, struct tally_place *places, size_t n);

#endif
