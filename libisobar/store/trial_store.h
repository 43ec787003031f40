/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRIAL_STORE_H
#define ISOBAR_TRIAL_STORE_H

#include "store/risk_store.h"

/*
 * What a trial reads: scoring in a transaction that is never committed.  It takes no mark
 * off the list and no lock, so that no scorer has to wait for it.  pg is open for
 * PG_GROUP_SCORER and PG_GROUP_SESSION_SCORER.
 */
struct trial_marks {
	int64_t n_pending; /* assets that wait to be scored: left out of a trial */
	int64_t last;      /* the newest mark */
};

/* Begins the transaction; all that follows sees the database as it is now. */
int trial_begin(struct pg *pg, const struct org *org, struct trial_marks *out,
                struct error *err) MUST_CHECK;

/*
 * The assets of a shard in slices, as score_batch_begin() leaves them: those that the
 * transaction has marked after the mark after, or with TRIAL_ALL all.
 */
#define TRIAL_ALL (-1)
int trial_take(struct pg *pg, const struct org *org, int shard,
               const struct trial_marks *marks, int64_t after, struct score_batch *out,
               struct error *err) MUST_CHECK;

/* The newest mark, those of the transaction included. */
int trial_newest_mark(struct pg *pg, const struct org *org, int64_t *out,
                      struct error *err) MUST_CHECK;

/* A place in the queue. */
struct ranked_risk {
	struct key risk_id;
	int64_t rank;
};

/*
 * The open risks in the order of the queue as it is stored.  *out is the caller's, by
 * free().
 */
int trial_ranks(struct pg *pg, const struct org *org, struct ranked_risk **out,
                size_t *n_out, struct error *err) MUST_CHECK;

/* What risks are called; "" for who has no row.  assets: theirs.  In the order of ids; lives in a. */
struct trial_name {
	const char *title, *subject, *asset;
};
int trial_names(struct pg *pg, const struct org *org, const struct key *ids,
                const struct key *assets, size_t n, struct arena *a,
                struct trial_name **out, struct error *err) MUST_CHECK;

#endif
