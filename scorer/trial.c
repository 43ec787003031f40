/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What-if and self-check: the scorer's own batches over all assets, without their writes.
 * What paths are made of is written all the same, so that the statements that find paths
 * find those of the trial; the rollback takes it away.
 */
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/risk_times.h"
#include "store/trial_store.h"

#include "path_pass.h"

struct watch {
	struct tally *tally;
	timestamp now;
	int64_t n_told;    /* risks, each time */
	int64_t n_written; /* of them */
};

static struct tally_side side_of_row(const struct risk_row *row)
{
	return (struct tally_side){.exists = true,
	                           .score = row->score,
	                           .band = row->band,
	                           .state = row->state,
	                           .rank = row->rank,
	                           .due_at = row->due_at};
}

/* As it stood at now, whatever the sweeper wrote. */
static struct tally_side side_of_former(const struct stored_risk *former, timestamp now)
{
	struct risk_row_times at = {.band = former->band,
	                            .state = former->state,
	                            .responsibility = (enum verdict)former->responsibility,
	                            .score = former->score,
	                            .rank = former->rank,
	                            .due_at = former->due_at,
	                            .next_crossing_at = former->next_crossing_at,
	                            .reopens_at = former->reopens_at,
	                            .soon_at = TIMESTAMP_NONE,
	                            .resolved_at = former->resolved_at};

	risk_row_at(&at, now);
	return (struct tally_side){.exists = true,
	                           .score = at.score,
	                           .band = at.band,
	                           .state = at.state,
	                           .rank = at.rank,
	                           .due_at = at.due_at};
}

static void saw(void *ctx, const struct risk_row *row, bool is_written)
{
	struct watch *w = ctx;
	struct tally_move move = {.risk_id = row->risk_id,
	                          .asset_id = row->asset_id,
	                          .after = side_of_row(row),
	                          .is_written = is_written};

	w->n_told++;
	w->n_written += is_written;
	if (row->former) {
		move.before = side_of_former(row->former, w->now);
	} else {
		move.title = row->title;
		move.subject = row->subject;
	}
	tally_add(w->tally, &move);
}

static void look_again(void *ctx, const struct key *asset_id)
{
	tally_again(((struct watch *)ctx)->tally, asset_id);
}

/* ---- rounds ---- */

struct run {
	struct scorer scorer;
	const struct org *org;
	timestamp now;
	struct trial_marks marks;
	struct watch watch;
	bool has_context; /* assets of another context than stored: inputs move */
	struct error *err;
};

/* All assets, or those that the trial itself has marked after a mark; again: once more. */
static int try_assets(struct run *r, int64_t after, bool again)
{
	const struct batch_trial trial = {.saw = saw,
	                                  .looked = again ? look_again : NULL,
	                                  .ctx = &r->watch,
	                                  .writes = again || r->has_context
	                                                    ? TRIAL_WRITES_MEMBERS
	                                                    : TRIAL_WRITES_ELEMENTS};
	struct pg *pg = r->scorer.pg;
	struct batch_result unused;
	int rc;

	for (int shard = 0; shard < SCORE_SHARDS; shard++) {
		struct score_batch taken = {0};

		if ((rc = trial_take(pg, r->org, shard, &r->marks, after, &taken, r->err)) <
		            0 ||
		    (rc = batch_try(&r->scorer, r->org, shard, r->now, &taken, &trial,
		                    &unused, r->err)) < 0)
			return rc;
	}
	return 0;
}

/* What comes and goes with elements: as score_with_paths() of the daemon. */
static int follow_paths(struct run *r)
{
	ARENA_SCOPED a = arena_new(4096);
	const struct path_rule_rows rules = path_rows_of(r->scorer.toxic, a);
	int64_t n, newest;
	int rc;

	/* A context moves paths where no risk is moved by it. */
	for (bool more = r->has_context || r->watch.n_written; more;
	     more = r->watch.n_written > 0) {
		r->watch.n_written = 0;
		if ((rc = trial_newest_mark(r->scorer.pg, r->org, &newest, r->err)) < 0)
			return rc;
		do {
			if ((rc = path_pass_within(r->scorer.pg, r->org, &rules, r->now, &n,
			                           r->err)) < 0)
				return rc;
		} while (n);
		if ((rc = try_assets(r, newest, true)) < 0)
			return rc;
	}
	return 0;
}

static int compare_order(struct run *r, struct ranked_risk *ranks, size_t n)
{
	struct tally_place *places = xmalloc((n + 1) * sizeof(*places));

	for (size_t i = 0; i < n; i++)
		places[i] = (struct tally_place){ranks[i].risk_id, ranks[i].rank};
	const int tau = tally_correlation(r->watch.tally, places, n);

	free(places);
	return tau;
}

/* As the command line stores it; marks what it reaches. */
static int put_context(struct run *r, const struct trial_context *c)
{
	struct pg *pg = r->scorer.pg;
	int64_t n_changed;
	int line, rc;

	if ((rc = pg_become(pg, "isobar_operator", PG_GROUP_SESSION_INGEST, r->err)) < 0)
		return rc;
	rc = operator_claims_put(pg, r->org, c->claims, c->n, "what-if", r->now, &n_changed,
	                         &line, r->err);
	if (rc < 0)
		return line ? error_wrap(r->err, "line %d", line) : rc;
	return pg_become(pg, "isobar_scorer", 0, r->err);
}

/* What is marked from here on, or where rules differ for all: everything. */
static int try_first(struct run *r, const struct trial_context *context)
{
	const bool rules_differ = r->scorer.model_is_tried || r->scorer.policies;
	int rc;

	r->has_context = context->n > 0;
	if (r->has_context && (rc = put_context(r, context)) < 0)
		return rc;
	return try_assets(r, r->has_context && !rules_differ ? r->marks.last : TRIAL_ALL,
	                  false);
}

static int try_all(struct run *r, const struct trial_context *context, size_t most,
                   struct trial_outcome *out)
{
	struct ranked_risk *ranks;
	size_t n;
	int rc;

	if ((rc = trial_begin(r->scorer.pg, r->org, &r->marks, r->err)) < 0 ||
	    (rc = trial_ranks(r->scorer.pg, r->org, &ranks, &n, r->err)) < 0)
		return rc;
	if ((rc = try_first(r, context)) == 0 && (rc = follow_paths(r)) == 0) {
		out->n_open = (int64_t)n;
		out->n_rewritten = r->watch.n_told;
		out->n_pending = r->marks.n_pending;
		tally_sum(r->watch.tally, r->now, most, &out->moves);
		out->correlation = compare_order(r, ranks, n);
	}
	free(ranks);
	return rc;
}

int trial_run(const struct scorer *s, const struct org *org,
              const struct trial_context *context, timestamp now, size_t most,
              struct tally *tally, struct trial_outcome *out, struct error *err)
{
	struct run r = {.scorer = *s,
	                .org = org,
	                .now = now,
	                .watch = {.tally = tally, .now = now},
	                .err = err};
	int rc;

	*out = (struct trial_outcome){0};
	rc = try_all(&r, context, most, out);
	pg_rollback(s->pg);
	return rc;
}

int scorer_find_org(const struct scorer *s, const char *name, struct arena *a,
                    struct org *out, struct error *err)
{
	struct org_list orgs;
	const int rc = score_orgs(s->pg, false, a, &orgs, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < orgs.n; i++)
		if (strcmp(orgs.orgs[i].slug, name) == 0) {
			*out = orgs.orgs[i];
			return 0;
		}
	return error_set(err, ERR_NOT_FOUND, "there is no org \"%.80s\"", name);
}
