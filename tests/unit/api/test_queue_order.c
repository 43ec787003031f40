/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages along the order are the pages that a pass over all risks finds: after any
 * history of puts and removals, at any time, from any place, under any filter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/queue_index.h"
#include "support/random.h"

#define N_IDS 3000
#define HITS  20

/* Few ranks, few times: many risks are equal in all but their ids. */
static struct index_risk random_risk(int number, timestamp now)
{
	const enum band band = (enum band)random_below(N_BANDS);
	struct index_risk r = {
	        .opened_at = now,
	        .due_at = TIMESTAMP_NONE,
	        .next_crossing_at = TIMESTAMP_NONE,
	        .resolved_at = TIMESTAMP_NONE,
	        .reopens_at = TIMESTAMP_NONE,
	        .soon_at = TIMESTAMP_NONE,
	        .score = random_below(8) * 100,
	        .band = band,
	        .state = random_below(5) ? RISK_OPEN
	                                 : (enum risk_state)random_below(N_RISK_STATES),
	        .responsibility = (enum verdict)random_below(N_VERDICTS),
	        .layer = random_below(N_LAYERS + 1) - 1,
	        .account = random_below(2) ? "one" : "other",
	        .title = "Title",
	        .subject = "rule:x/y",
	};

	for (int i = 0; i < 4; i++)
		r.id.bytes[i] = (uint8_t)((unsigned int)number * 2654435761u >> (8 * i));
	r.rank = risk_rank(band, SLA_OK, r.score);
	if (random_below(2)) {
		r.next_crossing_at = now + random_below(200) - 60;
		r.due_at = r.next_crossing_at + random_below(60);
	}
	return r;
}

static struct index_filter random_filter(void)
{
	struct index_filter f;

	index_filter_init(&f);
	f.states = 1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;
	if (random_below(3) == 0)
		f.responsibilities = (unsigned int)random_below(1 << N_VERDICTS);
	if (random_below(3) == 0)
		f.account = "one";
	if (random_below(4) == 0)
		f.bands = (unsigned int)random_below(1 << N_BANDS);
	if (random_below(4) == 0)
		f.min_score = random_below(700);
	return f;
}

/* Settled indexes are walked, others are passed over: the same question to both. */
static void check_page(struct queue_index *walked, const struct queue_index *passed,
                       timestamp now)
{
	const struct index_filter filter = random_filter();
	struct index_hit one[HITS], other[HITS], after;
	const bool has_after = random_below(3) > 0;
	const struct index_page_query query = {.filter = &filter,
	                                       .order = INDEX_BY_RANK,
	                                       .after = has_after ? &after : NULL,
	                                       .limit = (size_t)(1 + random_below(HITS)),
	                                       .now = now};
	size_t n;

	after = (struct index_hit){.key = random_below(16 * 1024)};
	after.id.bytes[0] = (uint8_t)random_below(256);
	queue_index_settle(walked, now);
	n = queue_index_page(walked, &query, one);
	assert_int_equal(n, queue_index_page(passed, &query, other));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(one[i].key, other[i].key);
		assert_int_equal(key_cmp(&one[i].id, &other[i].id), 0);
	}
}

static void test_queue_order__walks_to_what_a_pass_finds(void **state)
{
	(void)state;
	random_begin(20261125);
	for (int round = 0; round < 30; round++) {
		struct queue_index *walked = queue_index_new(1),
		                   *passed = queue_index_new(2);
		timestamp now = INT64_C(1795000000) * USEC_PER_SEC;
		const int n_ids = 1 + random_below(N_IDS);

		for (int step = 0; step < 400; step++) {
			const int n =
			        random_below(8) ? random_below(6) : random_below(n_ids);

			for (int i = 0; i < n; i++) {
				const struct index_risk r =
				        random_risk(random_below(n_ids), now);

				if (random_below(6) == 0) {
					queue_index_remove(walked, &r.id);
					queue_index_remove(passed, &r.id);
				} else {
					queue_index_put(walked, &r);
					queue_index_put(passed, &r);
				}
			}
			now += random_below(4) ? 0 : random_below(90);
			check_page(walked, passed, now);
		}
		queue_index_free(walked);
		queue_index_free(passed);
	}
}

/* All pages of a walk together hold each match once, in order. */
static void test_queue_order__pages_hold_each_risk_once(void **state)
{
	const timestamp now = INT64_C(1795000000) * USEC_PER_SEC;
	struct queue_index *ix = queue_index_new(3);
	struct index_filter filter;
	struct index_hit hits[7], after;
	size_t n, total = 0, n_open = 0;
	bool has_after = false;

	(void)state;
	random_begin(7);
	index_filter_init(&filter);
	filter.states = 1u << RISK_OPEN;
	for (int i = 0; i < 5000; i++) {
		const struct index_risk r = random_risk(i, now);

		queue_index_put(ix, &r);
		n_open += r.state == RISK_OPEN;
	}
	queue_index_settle(ix, now);
	do {
		n = queue_index_page(
		        ix,
		        &(struct index_page_query){.filter = &filter,
		                                   .order = INDEX_BY_RANK,
		                                   .after = has_after ? &after : NULL,
		                                   .limit = 7,
		                                   .now = now},
		        hits);
		for (size_t i = 0; i < n; i++) {
			if (has_after)
				assert_true(hits[i].key < after.key ||
				            (hits[i].key == after.key &&
				             key_cmp(&hits[i].id, &after.id) < 0));
			after = hits[i];
			has_after = true;
		}
		total += n;
	} while (n == 7);
	assert_int_equal(total, n_open);
	queue_index_free(ix);
}

static void test_queue_index_get__gives_back_what_was_put(void **state)
{
	const timestamp now = INT64_C(1795000000) * USEC_PER_SEC;
	const int64_t sources[] = {3, 5, 8};
	struct queue_index *ix = queue_index_new(4);
	struct index_risk r, out;
	enum sla_state sla;

	(void)state;
	random_begin(8);
	for (int i = 0; i < 500; i++) {
		ARENA_SCOPED a = arena_new(256);

		r = random_risk(i, now);
		r.owner = random_below(2) ? "team" : NULL;
		r.location = random_below(2) ? "port 22" : "";
		r.asset_type = "AWS::S3::Bucket";
		r.asset_id = "arn:aws:s3:::Bucket";
		r.asset_name = "Bucket";
		r.region = "eu-west-1";
		r.title = "A Title With Capitals";
		r.source_ids = sources;
		r.n_sources = (size_t)random_below(4);
		r.n_findings = i;
		queue_index_put(ix, &r);
		assert_true(queue_index_get(ix, &r.id, now - 1000, a, &out, &sla));
		assert_int_equal(out.rank, r.rank); /* nothing has crossed so early */
		assert_int_equal(out.score, r.score);
		assert_int_equal(out.band, r.band);
		assert_int_equal(out.state, r.state);
		assert_int_equal(out.class, r.class);
		assert_int_equal(out.responsibility, r.responsibility);
		assert_int_equal(out.provider, r.provider);
		assert_int_equal(out.layer, r.layer);
		assert_int_equal(out.n_findings, r.n_findings);
		assert_true(out.due_at == r.due_at && out.opened_at == r.opened_at);
		assert_string_equal(out.title, r.title);
		assert_string_equal(out.location, r.location);
		assert_string_equal(out.asset_type, r.asset_type);
		assert_string_equal(out.asset_id, r.asset_id);
		assert_string_equal(out.account, r.account);
		assert_true(!out.owner == !r.owner);
		assert_int_equal(out.n_sources, r.n_sources);
		assert_memory_equal(out.source_ids, sources,
		                    r.n_sources * sizeof(sources[0]));
		if (r.next_crossing_at != TIMESTAMP_NONE && risk_state_is_open(r.state)) {
			assert_true(queue_index_get(ix, &r.id, r.due_at + 1 + 200, a, &out,
			                            &sla));
			assert_int_equal(sla, SLA_BREACHED);
			assert_int_equal(out.rank,
			                 risk_rank(r.band, SLA_BREACHED, r.score));
		}
	}
	memset(&r.id, 0xff, sizeof(r.id));
	assert_false(queue_index_get(ix, &r.id, now, NULL, &out, &sla));
	queue_index_free(ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_queue_order__walks_to_what_a_pass_finds),
	        cmocka_unit_test(test_queue_order__pages_hold_each_risk_once),
	        cmocka_unit_test(test_queue_index_get__gives_back_what_was_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
