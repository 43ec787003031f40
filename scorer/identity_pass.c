/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a slice's risks of before and writes what identity_judge() says of them.
 */
#include "identity_pass.h"

#include <sys/random.h>

#include "identity_judge.h"

static int look_at_slice(void *ctx, int slice, const struct decision_input *in,
                         struct arena *a, struct error *err)
{
	const struct identity_pass *p = ctx;
	struct identity_writes writes;
	struct identity_risk *risks;
	size_t n;
	const int rc = identity_risks_load(p->s->pg, p->org, slice, a, &risks, &n, err);

	if (rc < 0)
		return rc;
	identity_judge(p, in, risks, n, a, &writes);
	return identity_write(p->s->pg, p->org, &p->change_id, p->now, &writes, err);
}

int identity_pass_shard(struct identity_pass *p, int shard,
                        const struct identity_mark *mark, struct error *err)
{
	const struct batch_look look = {look_at_slice, p};
	struct score_batch taken = {0};
	const int rc = identity_take(p->s->pg, p->org, shard, mark, &taken, err);

	if (rc < 0 || !taken.n_slices || !taken.has_risks)
		return rc;
	return batch_look(p->s, p->org, shard, p->now, &taken, &look, err);
}

int identity_change_id(timestamp now, struct key *out, struct error *err)
{
	uint8_t random[KEY_RANDOM_SIZE];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set(err, ERR_INTERNAL, "no random bytes");
	*out = key_new(now, random);
	return 0;
}

static int catch_up(struct identity_pass *p, int shard, struct error *err)
{
	struct pg *pg = p->s->pg;
	struct identity_mark mark;
	int64_t n = 0;
	bool is_due;
	int rc;

	if ((rc = pg_begin(pg, err)) < 0 ||
	    (rc = identity_lock(pg, p->org, shard, err)) < 0 ||
	    (rc = identity_due(pg, p->org, shard, &is_due, &mark, err)) < 0)
		return rc;
	if (is_due && ((rc = identity_pass_shard(p, shard, &mark, err)) < 0 ||
	               (rc = identity_done(pg, p->org, shard, err)) < 0))
		return rc;
	for (int i = 0; i < N_IDENTITY_KINDS; i++)
		n += p->found->n_cases[i];
	if (n && (rc = identity_change_put(pg, p->org, &p->change_id, p->now,
	                                   "isobar-scorer", "a new catalogue was loaded",
	                                   p->found->n_cases, err)) < 0)
		return rc;
	return pg_commit(pg, err);
}

int identity_catch_up(const struct scorer *s, const struct org *org, int shard,
                      timestamp now, struct error *err)
{
	struct identity_found found = {.most = 0};
	struct identity_pass p = {.s = s, .org = org, .now = now, .found = &found};
	int rc = identity_change_id(now, &p.change_id, err);

	if (rc == 0 && (rc = catch_up(&p, shard, err)) < 0)
		pg_rollback(s->pg);
	return rc;
}
