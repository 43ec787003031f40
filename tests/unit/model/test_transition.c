/* SPDX-License-Identifier: Apache-2.0 */
/* What people decide, against the whole transition table, and what it does to the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/transition.h"

#define HOUR  USEC_PER_HOUR
#define START (INT64_C(1790000000) * USEC_PER_SEC)

static const struct risk_clock_segment running[] = {
        {START, SLA_MODE_RUNNING, BAND_HIGH, TIMESTAMP_NONE},
};

static struct transition_risk risk_in(enum risk_state state)
{
	return (struct transition_risk){.version = 7,
	                                .state = state,
	                                .band = BAND_HIGH,
	                                .score = 600,
	                                .due_at = START + 336 * HOUR,
	                                .warn_at = TIMESTAMP_NONE,
	                                .next_crossing_at = START + 252 * HOUR,
	                                .reopens_at = TIMESTAMP_NONE,
	                                .segments = running,
	                                .n_segments = 1,
	                                .rules = risk_clock_default_rules()};
}

static struct want want_state(enum risk_state to)
{
	return (struct want){.kind = WANT_STATE,
	                     .to = to,
	                     .until = TIMESTAMP_NONE,
	                     .actor = "ada",
	                     .reason = "because"};
}

static struct transition decide(const struct transition_risk *r, const struct want *w,
                                timestamp now, struct arena *a)
{
	struct transition out;

	transition_decide(r, w, now, a, &out);
	return out;
}

/* Every state to every other: what the table has for people is done, the rest is not. */
static void test_transition__walks_the_table(void **state)
{
	ARENA_SCOPED a = arena_new(4096);

	(void)state;
	for (int from = 0; from < N_RISK_STATES; from++)
		for (int to = 0; to < N_RISK_STATES; to++) {
			const struct transition_risk r = risk_in((enum risk_state)from);
			struct want w = want_state((enum risk_state)to);
			const struct risk_transition *row =
			        risk_transition_find(r.state, w.to, ACTOR_HUMAN, NULL);
			struct transition t;

			w.has_cause = true;
			t = decide(&r, &w, START + HOUR, a);
			if (from == to)
				assert_int_equal(t.outcome, TRANSITION_SAME);
			else if (!row)
				assert_int_equal(t.outcome, TRANSITION_REFUSED);
			if (from == to || !row)
				continue;
			assert_int_equal(t.outcome, TRANSITION_DONE);
			assert_int_equal(t.state, to);
			assert_string_equal(t.event_reason, row->reason);
			assert_int_equal(t.event, EVENT_STATE);
			assert_true(t.marks);

			w.has_cause = false;
			t = decide(&r, &w, START + HOUR, a);
			assert_int_equal(t.outcome,
			                 to == RISK_ACCEPTED || from == RISK_ACCEPTED
			                         ? TRANSITION_NO_CAUSE
			                         : TRANSITION_DONE);
		}
}

static void test_transition__says_what_is_allowed(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	const char *const *open = transition_allowed_names(RISK_OPEN, a);

	(void)state;
	assert_string_equal(open[0], "in_progress");
	assert_string_equal(open[1], "contested");
	assert_string_equal(open[2], "false_positive");
	assert_null(open[3]);
	assert_int_equal(transition_allowed(RISK_CONTESTED), 1u << RISK_IN_PROGRESS);
	assert_int_equal(transition_allowed(RISK_FALSE_POSITIVE), 1u << RISK_OPEN);
	assert_int_equal(transition_allowed(RISK_ACCEPTED), 0);
	assert_int_equal(transition_allowed(RISK_RESOLVED), 0);
	assert_int_equal(transition_allowed(RISK_SUPPRESSED), 0);
}

static void test_transition__claims_what_was_said(void **state)
{
	static const struct {
		enum risk_state from, to;
		enum risk_claim claim;
	} cases[] = {
	        {RISK_OPEN, RISK_IN_PROGRESS, CLAIM_WORKS_ON},
	        {RISK_IN_PROGRESS, RISK_OPEN, CLAIM_PUT_BACK},
	        {RISK_IN_PROGRESS, RISK_CONTESTED, CLAIM_SAYS_FIXED},
	        {RISK_OPEN, RISK_FALSE_POSITIVE, CLAIM_FALSE_POSITIVE},
	        {RISK_FALSE_POSITIVE, RISK_OPEN, CLAIM_WITHDRAWN},
	};
	ARENA_SCOPED a = arena_new(4096);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct transition_risk r = risk_in(cases[i].from);
		const struct want w = want_state(cases[i].to);

		assert_int_equal(decide(&r, &w, START, a).claim, cases[i].claim);
	}
}

static void test_transition__pauses_and_resumes_the_clock(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_OPEN);
	struct want w = want_state(RISK_FALSE_POSITIVE);
	const struct transition paused = decide(&r, &w, START + 100 * HOUR, a);
	struct risk_clock_segment all[2] = {running[0], paused.segments[0].segment};

	(void)state;
	assert_int_equal(paused.n_segments, 1);
	assert_int_equal(all[1].mode, SLA_MODE_PAUSED);
	assert_int_equal(paused.segments[0].number, 1);
	assert_int_equal(paused.next_crossing_at, TIMESTAMP_NONE);
	assert_int_equal(paused.rank, risk_rank(BAND_HIGH, SLA_PAUSED, 600));

	r.state = RISK_FALSE_POSITIVE;
	r.segments = all;
	r.n_segments = 2;
	r.last_segment = 1;
	w = want_state(RISK_OPEN);
	const struct transition resumed = decide(&r, &w, START + 300 * HOUR, a);

	assert_int_equal(resumed.segments[0].segment.mode, SLA_MODE_RUNNING);
	assert_int_equal(resumed.segments[0].number, 2);
	/* 236 hours were left. */
	assert_int_equal(resumed.due_at, START + (300 + 236) * HOUR);
	assert_int_equal(resumed.next_crossing_at, START + (300 + 152) * HOUR);
}

static void test_transition__work_leaves_the_clock_alone(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	const struct transition_risk r = risk_in(RISK_OPEN);
	const struct want w = want_state(RISK_IN_PROGRESS);
	const struct transition t = decide(&r, &w, START + HOUR, a);

	(void)state;
	assert_int_equal(t.n_segments, 0);
	assert_int_equal(t.due_at, r.due_at);
}

/* What was asked for while its band was lower is not what the policy allows now. */
static void test_transition__accepts_no_longer_than_its_band_may(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_OPEN);
	struct want w = want_state(RISK_ACCEPTED);

	(void)state;
	w.has_cause = true;
	w.until = START + 90 * 24 * HOUR;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_DONE);
	w.until++;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_TOO_LONG);
	r.band = BAND_CRITICAL;
	w.until = START + 31 * 24 * HOUR;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_TOO_LONG);
}

static void test_transition__accepts_until_a_date(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_OPEN);
	struct want w = want_state(RISK_ACCEPTED);

	(void)state;
	w.has_cause = true;
	w.until = START + 1000 * HOUR;
	const struct transition t = decide(&r, &w, START + 36 * HOUR, a);
	struct risk_clock_segment all[3] = {running[0], t.segments[0].segment,
	                                    t.segments[1].segment};

	assert_int_equal(t.n_segments, 2);
	assert_int_equal(all[1].mode, SLA_MODE_PAUSED);
	assert_int_equal(all[2].mode, SLA_MODE_RUNNING);
	assert_int_equal(all[2].from, w.until);
	assert_int_equal(t.reopens_at, w.until);
	assert_int_equal(t.next_crossing_at, w.until);
	assert_int_equal(t.due_at, START + 1300 * HOUR);

	/* Withdrawn: the end that was written ahead goes. */
	r.state = RISK_ACCEPTED;
	r.segments = all;
	r.n_segments = 3;
	r.last_segment = 2;
	r.reopens_at = w.until;
	r.next_crossing_at = TIMESTAMP_NONE;
	struct want back = want_state(RISK_OPEN);

	back.has_cause = true;
	const struct transition withdrawn = decide(&r, &back, START + 136 * HOUR, a);

	assert_int_equal(withdrawn.outcome, TRANSITION_DONE);
	assert_true(withdrawn.drops_end);
	assert_int_equal(withdrawn.n_segments, 1);
	assert_int_equal(withdrawn.segments[0].number, 3);
	assert_int_equal(withdrawn.reopens_at, TIMESTAMP_NONE);
	assert_int_equal(withdrawn.due_at, START + 436 * HOUR);

	/* Past its end it is open, whatever was written. */
	const struct want work = want_state(RISK_IN_PROGRESS);
	const struct transition after = decide(&r, &work, START + 1001 * HOUR, a);

	assert_int_equal(after.outcome, TRANSITION_DONE);
	assert_string_equal(after.event_reason, "taken_up");
	assert_false(after.drops_end);
	assert_int_equal(after.n_segments, 0);
	assert_int_equal(after.due_at, START + 1300 * HOUR);
	assert_int_equal(after.n_crossings, 0);
	r.next_crossing_at = r.reopens_at;
	const struct transition told = decide(&r, &work, START + 1001 * HOUR, a);

	assert_int_equal(told.n_crossings, 1);
	assert_string_equal(told.crossings[0].reason, "acceptance_expired");
	assert_int_equal(told.crossings[0].at, w.until);
}

static void test_transition__leaves_provider_duties_paused(void **state)
{
	static const struct risk_clock_segment paused[] = {
	        {START, SLA_MODE_PAUSED, BAND_HIGH, TIMESTAMP_NONE}};
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_FALSE_POSITIVE);
	const struct want w = want_state(RISK_OPEN);

	(void)state;
	r.responsibility = VERDICT_PROVIDER;
	r.segments = paused;
	assert_int_equal(decide(&r, &w, START + HOUR, a).n_segments, 0);
}

static void test_transition__never_writes_before_what_is_written(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	const struct transition_risk r = risk_in(RISK_OPEN);
	const struct want w = want_state(RISK_FALSE_POSITIVE);
	const struct transition t = decide(&r, &w, START - HOUR, a);

	(void)state;
	assert_int_equal(t.at, START);
	assert_int_equal(t.segments[0].segment.from, START);
}

/* Nobody came by between the crossings and the decision. */
static void test_transition__tells_what_time_did_before(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_OPEN);
	const struct want w = want_state(RISK_FALSE_POSITIVE);
	struct transition t = decide(&r, &w, START + 300 * HOUR, a);

	(void)state;
	assert_int_equal(t.n_crossings, 1);
	assert_int_equal(t.crossings[0].at, START + 252 * HOUR);
	assert_int_equal(t.crossings[0].kind, EVENT_DUE_SOON);
	assert_string_equal(t.crossings[0].reason, "75 %");
	r.next_crossing_at = START + 336 * HOUR + 1;
	assert_int_equal(decide(&r, &w, START + 300 * HOUR, a).n_crossings, 0);
	t = decide(&r, &w, START + 400 * HOUR, a);
	assert_int_equal(t.n_crossings, 1);
	assert_int_equal(t.crossings[0].kind, EVENT_BREACHED);
	assert_string_equal(t.crossings[0].reason, "breached");
}

static void test_transition__owners_are_set_and_given_back(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_OPEN);
	struct want w = {.kind = WANT_OWNER, .owner_id = 5, .actor = "ada"};
	struct transition t = decide(&r, &w, START, a);

	(void)state;
	assert_int_equal(t.outcome, TRANSITION_DONE);
	assert_int_equal(t.owner_basis, OWNER_BY_PERSON);
	assert_int_equal(t.owner_id, 5);
	assert_string_equal(t.event_reason, "assigned");
	r.owner_id = 5;
	r.owner_basis = OWNER_BY_PERSON;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_SAME);
	w.owner_id = 0;
	t = decide(&r, &w, START, a);
	assert_int_equal(t.owner_basis, OWNER_BY_NOBODY);
	assert_int_equal(t.owner_id, 5);
	assert_true(t.marks);
}

static void test_transition__a_claim_is_for_one(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_OPEN);
	struct want w = {.kind = WANT_CLAIM, .until = START + 8 * HOUR, .actor = "ada"};
	struct transition t = decide(&r, &w, START, a);

	(void)state;
	assert_int_equal(t.lease, LEASE_TAKEN);
	assert_int_equal(t.lease_until, w.until);
	assert_false(t.marks);
	r.holder = "bob";
	r.holder_until = START + HOUR;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_HELD);
	assert_int_equal(decide(&r, &w, START + HOUR, a).outcome, TRANSITION_DONE);
	w.kind = WANT_RELEASE;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_HELD);
	assert_int_equal(decide(&r, &w, START + HOUR, a).outcome, TRANSITION_SAME);
	r.holder = "ada";
	t = decide(&r, &w, START, a);
	assert_int_equal(t.lease, LEASE_GIVEN_BACK);
}

static void test_transition__later_due_times_want_an_approval(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct transition_risk r = risk_in(RISK_OPEN);
	struct want w = {.kind = WANT_DUE, .until = START + 500 * HOUR, .actor = "ada"};

	(void)state;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_NO_CAUSE);
	w.has_cause = true;
	const struct transition t = decide(&r, &w, START + HOUR, a);

	assert_int_equal(t.outcome, TRANSITION_DONE);
	assert_int_equal(t.segments[0].segment.due_at, w.until);
	assert_int_equal(t.due_at, w.until);
	assert_int_equal(t.segments[0].segment.mode, SLA_MODE_RUNNING);
	w.until = r.due_at;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_TOO_EARLY);
	w.until = START + 500 * HOUR;
	r.state = RISK_FALSE_POSITIVE;
	assert_int_equal(decide(&r, &w, START, a).outcome, TRANSITION_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_transition__walks_the_table),
	        cmocka_unit_test(test_transition__says_what_is_allowed),
	        cmocka_unit_test(test_transition__claims_what_was_said),
	        cmocka_unit_test(test_transition__pauses_and_resumes_the_clock),
	        cmocka_unit_test(test_transition__work_leaves_the_clock_alone),
	        cmocka_unit_test(test_transition__accepts_no_longer_than_its_band_may),
	        cmocka_unit_test(test_transition__accepts_until_a_date),
	        cmocka_unit_test(test_transition__leaves_provider_duties_paused),
	        cmocka_unit_test(test_transition__never_writes_before_what_is_written),
	        cmocka_unit_test(test_transition__tells_what_time_did_before),
	        cmocka_unit_test(test_transition__owners_are_set_and_given_back),
	        cmocka_unit_test(test_transition__a_claim_is_for_one),
	        cmocka_unit_test(test_transition__later_due_times_want_an_approval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
