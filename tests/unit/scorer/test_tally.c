/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moved, against a count over all risks; and the correlation of two orders, against
 * a count over all pairs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/tally.h"
#include "support/random.h"

enum {
	N_WORLDS = 3000,
	N_RISKS = 24,
	N_ASSETS = 6,
	N_ROUNDS = 4
};

static const timestamp now = 1000;

/* A risk as it was, as the database has it by now, and as it is said to become. */
struct world_risk {
	struct key id, asset;
	struct tally_side was, stored, is;
};

static struct key key_of_number(int n)
{
	struct key k = {{0}};

	k.bytes[0] = (uint8_t)(n * 37);
	k.bytes[15] = (uint8_t)n;
	return k;
}

static struct tally_side random_side(void)
{
	const int score = random_below(5) * 250;

	return (struct tally_side){.exists = true,
	                           .score = score,
	                           .band = (enum band)(random_below(N_BANDS)),
	                           .state = (enum risk_state)random_below(N_RISK_STATES),
	                           .rank = random_below(8),
	                           .due_at = random_below(3) ? 900 + random_below(200)
	                                                     : TIMESTAMP_NONE};
}

static void make_world(struct world_risk *risks)
{
	for (int i = 0; i < N_RISKS; i++) {
		risks[i] = (struct world_risk){.id = key_of_number(i + 1),
		                               .asset = key_of_number(100 + i % N_ASSETS)};
		if (random_below(6))
			risks[i].was = random_side();
		risks[i].stored = risks[i].is = risks[i].was;
	}
}

/* A risk comes out differently. */
static void move(struct tally *t, struct world_risk *r)
{
	const struct tally_move m = {.risk_id = r->id,
	                             .asset_id = r->asset,
	                             .before = r->stored,
	                             .after = random_side(),
	                             .is_written = random_below(2) == 0,
	                             .title = r->stored.exists ? NULL : "new"};

	tally_add(t, &m);
	r->is = m.after;
	if (m.is_written)
		r->stored = m.after;
}

/* First all assets, then some of them again, as paths come and go. */
static void run_rounds(struct tally *t, struct world_risk *risks)
{
	for (int round = 0; round < N_ROUNDS; round++) {
		for (int asset = 0; asset < N_ASSETS; asset++) {
			const struct key id = key_of_number(100 + asset);

			if (round && random_below(3))
				continue;
			if (round)
				tally_again(t, &id);
			for (int i = asset; i < N_RISKS; i += N_ASSETS) {
				if (random_below(3) == 0)
					move(t, &risks[i]);
				else
					risks[i].is = risks[i].stored;
			}
		}
	}
}

static bool open_side(const struct tally_side *s)
{
	return s->exists && risk_state_is_open(s->state);
}

static bool overdue(const struct tally_side *s)
{
	return open_side(s) && s->due_at != TIMESTAMP_NONE && s->due_at < now;
}

static timestamp due_or_never(const struct tally_side *s)
{
	return s->due_at == TIMESTAMP_NONE ? INT64_MAX : s->due_at;
}

static void count_all(const struct world_risk *risks, struct tally_report *out)
{
	*out = (struct tally_report){0};
	for (int i = 0; i < N_RISKS; i++) {
		const struct tally_side *was = &risks[i].was, *is = &risks[i].is;
		const bool both = open_side(was) && open_side(is);

		out->n_opened += !open_side(was) && open_side(is);
		out->n_closed += open_side(was) && !open_side(is);
		out->n_breached += !overdue(was) && overdue(is);
		out->n_relieved += overdue(was) && !overdue(is);
		out->n_scores += both && was->score != is->score;
		out->bands[was->band][is->band] += both && was->band != is->band;
		out->n_earlier += both && due_or_never(is) < due_or_never(was);
		out->n_later += both && due_or_never(is) > due_or_never(was);
	}
}

static int distance_of(const struct world_risk *r)
{
	const int was = open_side(&r->was) ? r->was.score : 0;
	const int is = open_side(&r->is) ? r->is.score : 0;

	return abs(is - was);
}

static const struct world_risk *risk_of(const struct world_risk *risks,
                                        const struct key *id)
{
	for (int i = 0; i < N_RISKS; i++)
		if (key_cmp(&risks[i].id, id) == 0)
			return &risks[i];
	fail_msg("a mover that there is not");
	return NULL;
}

static void check_movers(const struct world_risk *risks, const struct tally_report *r)
{
	int n = 0, last = INT32_MAX;

	for (int i = 0; i < N_RISKS; i++)
		n += distance_of(&risks[i]) > 0;
	assert_int_equal(r->n_movers, n < 5 ? n : 5);
	for (size_t i = 0; i < r->n_movers; i++) {
		const struct world_risk *risk = risk_of(risks, &r->movers[i]->risk_id);
		const int d = distance_of(risk);

		assert_true(d > 0 && d <= last);
		assert_int_equal(r->movers[i]->after.score, risk->is.score);
		if (!risk->was.exists)
			assert_string_equal(r->movers[i]->title, "new");
		last = d;
	}
	for (int i = 0; i < N_RISKS && r->n_movers == 5; i++)
		if (distance_of(&risks[i]) > last) {
			bool found = false;

			for (size_t k = 0; k < r->n_movers; k++)
				found |= key_cmp(&r->movers[k]->risk_id, &risks[i].id) == 0;
			assert_true(found);
		}
}

static void test_tally_sum__counts_first_against_last(void **state)
{
	struct world_risk risks[N_RISKS];

	(void)state;
	for (int i = 0; i < N_WORLDS; i++) {
		struct tally *t = tally_new();
		struct tally_report got, want;

		make_world(risks);
		run_rounds(t, risks);
		tally_sum(t, now, 5, &got);
		count_all(risks, &want);
		assert_int_equal(got.n_opened, want.n_opened);
		assert_int_equal(got.n_closed, want.n_closed);
		assert_int_equal(got.n_breached, want.n_breached);
		assert_int_equal(got.n_relieved, want.n_relieved);
		assert_int_equal(got.n_scores, want.n_scores);
		assert_int_equal(got.n_earlier, want.n_earlier);
		assert_int_equal(got.n_later, want.n_later);
		assert_memory_equal(got.bands, want.bands, sizeof(want.bands));
		check_movers(risks, &got);
		tally_free(t);
	}
}

/* --- the order --- */

static bool stands_before(int64_t rank_a, const struct key *a, int64_t rank_b,
                          const struct key *b)
{
	return rank_a != rank_b ? rank_a > rank_b : key_cmp(a, b) > 0;
}

static int by_place(const void *pa, const void *pb)
{
	const struct tally_place *a = pa, *b = pb;

	return stands_before(a->rank, &a->risk_id, b->rank, &b->risk_id) ? -1 : 1;
}

static int tau_over_pairs(const struct world_risk *risks)
{
	int64_t pairs = 0, swapped = 0;

	for (int i = 0; i < N_RISKS; i++)
		for (int k = 0; k < i; k++) {
			const struct world_risk *a = &risks[i], *b = &risks[k];

			if (!open_side(&a->was) || !open_side(&a->is) ||
			    !open_side(&b->was) || !open_side(&b->is))
				continue;
			pairs++;
			swapped +=
			        stands_before(a->was.rank, &a->id, b->was.rank, &b->id) !=
			        stands_before(a->is.rank, &a->id, b->is.rank, &b->id);
		}
	return pairs ? (int)(10000 - (swapped * 20000 + pairs - 1) / pairs) : 10000;
}

static void test_tally_correlation__is_a_count_over_all_pairs(void **state)
{
	struct world_risk risks[N_RISKS];
	struct tally_place places[N_RISKS];
	struct tally_report unused;

	(void)state;
	for (int i = 0; i < N_WORLDS; i++) {
		struct tally *t = tally_new();
		size_t n = 0;

		make_world(risks);
		run_rounds(t, risks);
		for (int k = 0; k < N_RISKS; k++)
			if (open_side(&risks[k].was))
				places[n++] = (struct tally_place){risks[k].id,
				                                   risks[k].was.rank};
		qsort(places, n, sizeof(*places), by_place);
		tally_sum(t, now, 0, &unused);
		assert_int_equal(tally_correlation(t, places, n), tau_over_pairs(risks));
		tally_free(t);
	}
}

static void test_tally_correlation__knows_its_ends(void **state)
{
	struct tally_place places[] = {
	        {key_of_number(3), 3}, {key_of_number(2), 2}, {key_of_number(1), 1}};
	struct tally *t = tally_new();
	struct tally_report unused;

	(void)state;
	tally_sum(t, now, 0, &unused);
	assert_int_equal(tally_correlation(t, places, 3), 10000);
	assert_int_equal(tally_correlation(t, places, 1), 10000);
	for (int i = 0; i < 3; i++) {
		const struct tally_side side = {.exists = true, .rank = places[i].rank};
		struct tally_side turned = side;

		turned.rank = 4 - side.rank;
		tally_add(t, &(struct tally_move){.risk_id = places[i].risk_id,
		                                  .before = side,
		                                  .after = turned});
	}
	tally_sum(t, now, 0, &unused);
	assert_int_equal(tally_correlation(t, places, 3), -10000);
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_tally_sum__counts_first_against_last),
	        cmocka_unit_test(test_tally_correlation__is_a_count_over_all_pairs),
	        cmocka_unit_test(test_tally_correlation__knows_its_ends),
	};

	random_begin(20261126);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
