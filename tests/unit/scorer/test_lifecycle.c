/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a risk: every combination of facts, state, duty and clock against
 * the transition table, and the clock of random ledgers against one that counts hours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/lifecycle.h"
#include "support/random.h"

enum {
	N_LEDGERS = 20000,
	N_SEGMENTS_MAX = 9,
	N_HOURS = 600, /* longer than any ledger of the test, with what follows it */
	N_FACTS = FACTS_GONE + 1,
	N_MODES = SLA_MODE_STOPPED + 1
};

static const timestamp start = INT64_C(1767225600) * USEC_PER_SEC; /* 2026-01-01 */

/* --- facts --- */

static struct facts facts_of_states(const char *states)
{
	struct evidence evidence[8];
	struct member members[8];
	const size_t n = strlen(states);
	const struct risk_group group = {.members = members, .n_members = n};

	assert_true(n <= N_ELEMENTS(members));
	for (size_t i = 0; i < n; i++) {
		enum finding_state state = FINDING_OPEN;

		switch (states[i]) {
		case 'r':
			state = FINDING_RESOLVED;
			break;
		case 's':
		case 'v':
			state = FINDING_SUPPRESSED;
			break;
		case 'n':
			state = FINDING_NOT_APPLICABLE;
			break;
		case 'u':
			state = FINDING_UNKNOWN;
			break;
		}
		evidence[i] = (struct evidence){.state = state,
		                                .engine = strchr("va", states[i]) ? "vex"
		                                                                  : "trivy",
		                                .run_id = 10 + (int64_t)i,
		                                .closed_at = start + (timestamp)i};
		members[i] = (struct member){.e = &evidence[i]};
	}
	return facts_of(&group);
}

static void test_facts_of__one_open_finding_is_enough(void **state)
{
	static const struct {
		const char *
		        states; /* open, resolved, suppressed, not applicable, unknown, VEX */
		enum facts_state want;
		int n_open;
		int64_t proof;
	} rows[] = {
	        {"o", FACTS_LIVE, 1, 0},
	        {"oor", FACTS_LIVE, 2, 12},
	        {"so", FACTS_LIVE, 1, 0},
	        {"uo", FACTS_LIVE, 1, 0},
	        {"s", FACTS_MUTED, 0, 0},
	        {"rs", FACTS_MUTED, 0, 10},
	        {"su", FACTS_MUTED, 0, 0},
	        {"r", FACTS_GONE, 0, 10},
	        {"rrn", FACTS_GONE, 0, 12},
	        {"n", FACTS_GONE, 0, 10},
	        {"u", FACTS_NOTHING, 0, 0},
	        /* VEX: (v) not affected mutes what scanners found, not (a) affected. */
	        {"ov", FACTS_MUTED, 0, 0},
	        {"voro", FACTS_MUTED, 0, 12},
	        {"va", FACTS_LIVE, 1, 0},
	        {"oa", FACTS_LIVE, 2, 0},
	        {"v", FACTS_MUTED, 0, 0},
	        /* Without a verdict it is not proved gone. */
	        {"ru", FACTS_NOTHING, 0, 10},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct facts facts = facts_of_states(rows[i].states);

		if (facts.state != rows[i].want || facts.n_open != rows[i].n_open ||
		    facts.proof_run_id != rows[i].proof)
			fail_msg("%s: state %d, %d open, proof %d", rows[i].states,
			         facts.state, facts.n_open, (int)facts.proof_run_id);
	}
}

/* --- fate --- */

static enum risk_state expected_state(enum facts_state facts, enum risk_state was)
{
	switch (facts) {
	case FACTS_NOTHING:
		break;
	case FACTS_GONE:
		return RISK_RESOLVED;
	case FACTS_MUTED:
		return was == RISK_ACCEPTED || was == RISK_FALSE_POSITIVE ? was
		                                                          : RISK_SUPPRESSED;
	case FACTS_LIVE:
		return was == RISK_RESOLVED || was == RISK_SUPPRESSED ? RISK_OPEN : was;
	}
	return was;
}

static enum sla_mode expected_mode(enum risk_state state, enum verdict verdict)
{
	if (state == RISK_RESOLVED)
		return SLA_MODE_STOPPED;
	return risk_state_is_open(state) && verdict != VERDICT_PROVIDER ? SLA_MODE_RUNNING
	                                                                : SLA_MODE_PAUSED;
}

/* Both halves together. */
static struct fate fate_of(const struct facts *facts, const struct former_risk *former,
                           enum verdict verdict, enum band band)
{
	struct fate fate = fate_of_state(facts, former ? &former->state : NULL);

	if (fate.exists)
		fate_clock(&fate, former, verdict, band, start);
	return fate;
}

static void check_fate(const struct facts *facts, enum risk_state was,
                       const struct risk_clock_segment *last, enum verdict verdict,
                       enum band band)
{
	const struct former_risk former = {
	        .state = was, .segments = last, .n_segments = last ? 1 : 0};
	const struct fate fate = fate_of(facts, &former, verdict, band);
	const enum risk_state want = expected_state(facts->state, was);
	const enum sla_mode mode = expected_mode(want, verdict);
	const bool ticks_on = last && last->mode == mode &&
	                      (last->band == band || mode == SLA_MODE_STOPPED);

	if (!fate.exists || fate.state != want || (fate.reason != NULL) != (want != was) ||
	    fate.reopened != (was == RISK_RESOLVED && want == RISK_OPEN) ||
	    fate.clock_mode != (ticks_on ? -1 : (int)mode))
		fail_msg("facts %d, from %s to %s: is %s, clock %d", facts->state,
		         risk_state_name(was), risk_state_name(want),
		         risk_state_name(fate.state), fate.clock_mode);
	/* Every move is a row of the table, by the system, with its reason. */
	if (want != was)
		assert_non_null(risk_transition_find(was, want, ACTOR_SYSTEM, fate.reason));
	assert_true(fate.clock_mode < 0 || *fate.clock_reason != '\0');
}

static void test_fate_of__follows_the_table(void **state)
{
	(void)state;
	for (int f = 0; f < N_FACTS; f++)
		for (int was = 0; was < N_RISK_STATES; was++)
			for (int v = 0; v < N_VERDICTS; v++)
				for (int b = 0; b < N_BANDS * N_BANDS * (N_MODES + 1);
				     b++) {
					const struct facts facts = {
					        .state = (enum facts_state)f};
					const struct risk_clock_segment last = {
					        .from = start,
					        .mode = (enum sla_mode)(
					                b / (N_BANDS * N_BANDS)),
					        .band = (enum band)(b / N_BANDS % N_BANDS)};

					check_fate(&facts, (enum risk_state)was,
					           (int)last.mode < N_MODES ? &last : NULL,
					           (enum verdict)v,
					           (enum band)(b % N_BANDS));
				}
}

static void test_fate_of__a_new_risk_needs_a_live_finding(void **state)
{
	(void)state;
	for (int f = 0; f < N_FACTS; f++)
		for (int v = 0; v < N_VERDICTS; v++) {
			const struct facts facts = {.state = (enum facts_state)f};
			const struct fate fate =
			        fate_of(&facts, NULL, (enum verdict)v, BAND_HIGH);

			assert_int_equal(fate.exists, f == FACTS_LIVE || f == FACTS_MUTED);
			if (!fate.exists)
				continue;
			assert_int_equal(fate.state,
			                 f == FACTS_LIVE ? RISK_OPEN : RISK_SUPPRESSED);
			assert_int_equal(fate.clock_mode,
			                 expected_mode(fate.state, (enum verdict)v));
			assert_false(fate.reopened);
		}
}

/* --- the clock --- */

struct ledger {
	struct risk_clock_segment segments[N_SEGMENTS_MAX];
	size_t n;
	int hours[N_SEGMENTS_MAX]; /* when each begins */
};

static struct ledger random_ledger(void)
{
	struct ledger out = {.n = 1 + (size_t)random_below(N_SEGMENTS_MAX)};
	int hour = 0;

	for (size_t i = 0; i < out.n; i++) {
		out.hours[i] = hour;
		out.segments[i] = (struct risk_clock_segment){
		        .from = start + hour * USEC_PER_HOUR,
		        .mode = (enum sla_mode)random_below(N_MODES),
		        .band = (enum band)random_below(N_BANDS),
		        .due_at = TIMESTAMP_NONE};
		hour += 1 + random_below(30);
	}
	return out;
}

static size_t segment_at(const struct ledger *l, int hour)
{
	size_t i = l->n - 1;

	while (i > 0 && l->hours[i] > hour)
		i--;
	return i;
}

/* The hour in which the stretch of a band begins, by walking back hour by hour; -1: it
 * has not run in that band since it was stopped. */
static int oracle_start(const struct ledger *l, int now, enum band band)
{
	int first = -1, gap = 0;

	for (int hour = now; hour >= 0; hour--) {
		const struct risk_clock_segment *s = &l->segments[segment_at(l, hour)];

		if (s->mode == SLA_MODE_STOPPED) {
			gap++;
			continue;
		}
		if (s->band < band || (first >= 0 && gap > 24))
			break;
		first = hour;
		gap = 0;
	}
	return first;
}

struct oracle {
	enum sla_state state;
	int due; /* hour; INT32_MAX: none */
};

static struct oracle oracle_of_band(const struct ledger *l, int now, enum band band,
                                    int window)
{
	const struct risk_clock_segment *last = &l->segments[l->n - 1];
	const int first = oracle_start(l, now, band);
	struct oracle out = {.due = INT32_MAX};
	int used = 0;

	for (int hour = first; first >= 0 && hour < now; hour++)
		if (l->segments[segment_at(l, hour)].mode == SLA_MODE_RUNNING) {
			if (used++ == window)
				out.due = hour; /* this hour outgrows the window */
		}
	const bool in_time = out.due == INT32_MAX;

	switch (last->mode) {
	case SLA_MODE_RUNNING:
		out.state = used > window               ? SLA_BREACHED
		            : used * 100 >= window * 75 ? SLA_DUE_SOON
		                                        : SLA_OK;
		if (in_time)
			out.due = now + window - used;
		break;
	case SLA_MODE_PAUSED:
		out.state = SLA_PAUSED;
		break;
	case SLA_MODE_STOPPED:
		out.state = in_time ? SLA_MET : SLA_MISSED;
		if (in_time)
			out.due = l->hours[l->n - 1] + window - used;
		break;
	}
	return out;
}

static struct oracle oracle_of(const struct ledger *l, int now,
                               const struct sla_policy policies[N_BANDS])
{
	const int band = (int)l->segments[l->n - 1].band;
	struct oracle out = {.state = SLA_NONE, .due = INT32_MAX};

	for (int b = 0; b <= band; b++) {
		const int window = (int)(policies[b].window / USEC_PER_HOUR);

		if (!window)
			continue;
		const struct oracle o = oracle_of_band(l, now, (enum band)b, window);

		if (out.state == SLA_NONE || o.due <= out.due)
			out = o;
	}
	return out;
}

static struct risk_clock_rules random_policies(struct sla_policy policies[N_BANDS])
{
	struct risk_clock_rules rules = {.first_seen = TIMESTAMP_NONE};

	for (int b = 0; b < N_BANDS; b++) {
		policies[b] = (struct sla_policy){
		        .name = "random",
		        .window = random_below(5) ? (1 + random_below(120)) * USEC_PER_HOUR
		                                  : 0,
		        .warn_percent = 75};
		rules.by_band[b] = &policies[b];
	}
	return rules;
}

static timestamp hour_at(int hour)
{
	return hour == INT32_MAX ? TIMESTAMP_NONE : start + hour * USEC_PER_HOUR;
}

static void test_risk_clock__counts_as_a_slow_clock_does(void **state)
{
	(void)state;
	random_begin(20261123);
	for (int i = 0; i < N_LEDGERS; i++) {
		struct sla_policy policies[N_BANDS];
		const struct ledger l = random_ledger();
		const int now = l.hours[l.n - 1] + random_below(150);

		const struct risk_clock_rules rules = random_policies(policies);
		const struct risk_clock clock =
		        risk_clock_evaluate(&rules, l.segments, l.n, hour_at(now));
		const struct oracle want = oracle_of(&l, now, policies);
		const int since = oracle_start(&l, now, l.segments[l.n - 1].band);

		if (clock.sla.state != want.state || clock.sla.due_at != hour_at(want.due))
			fail_msg(
			        "ledger %d at hour %d: %s, due in hour %d; the oracle says "
			        "%s, %d",
			        i, now, sla_state_name(clock.sla.state),
			        clock.sla.due_at == TIMESTAMP_NONE
			                ? -1
			                : (int)((clock.sla.due_at - start) / USEC_PER_HOUR),
			        sla_state_name(want.state), want.due);
		assert_int_equal(clock.band_since,
		                 since < 0 ? l.segments[l.n - 1].from : hour_at(since));
	}
}

static void test_risk_clock__the_next_crossing_is_where_the_state_changes(void **state)
{
	(void)state;
	random_begin(20261124);
	for (int i = 0; i < N_LEDGERS / 10; i++) {
		struct sla_policy policies[N_BANDS];
		const struct ledger l = random_ledger();
		const timestamp now = hour_at(l.hours[l.n - 1] + random_below(50));

		const struct risk_clock_rules rules = random_policies(policies);
		const struct risk_clock clock =
		        risk_clock_evaluate(&rules, l.segments, l.n, now);
		const timestamp next = clock.next_crossing;
		const timestamp end =
		        next == TIMESTAMP_NONE ? now + N_HOURS * USEC_PER_HOUR : next;

		for (timestamp t = now; t < end; t += 7 * USEC_PER_HOUR)
			assert_int_equal(
			        risk_clock_evaluate(&rules, l.segments, l.n, t).sla.state,
			        clock.sla.state);
		assert_int_equal(
		        risk_clock_evaluate(&rules, l.segments, l.n, end - 1).sla.state,
		        clock.sla.state);
		if (next != TIMESTAMP_NONE)
			assert_int_not_equal(
			        risk_clock_evaluate(&rules, l.segments, l.n, next)
			                .sla.state,
			        clock.sla.state);
	}
}

/* A move up never wins time, whatever came before it. */
static void test_risk_clock__a_move_up_is_never_due_later(void **state)
{
	const struct risk_clock_rules rules = risk_clock_default_rules();

	(void)state;
	random_begin(20261125);
	for (int i = 0; i < N_LEDGERS; i++) {
		struct ledger l = random_ledger();
		const timestamp at = l.segments[l.n - 1].from + USEC_PER_HOUR;
		struct risk_clock before, after;

		if (l.n == N_SEGMENTS_MAX || l.segments[l.n - 1].mode != SLA_MODE_RUNNING ||
		    l.segments[l.n - 1].band == BAND_CRITICAL)
			continue;
		before = risk_clock_evaluate(&rules, l.segments, l.n, at);
		l.segments[l.n] =
		        (struct risk_clock_segment){.from = at,
		                                    .mode = SLA_MODE_RUNNING,
		                                    .band = l.segments[l.n - 1].band + 1,
		                                    .due_at = TIMESTAMP_NONE};
		after = risk_clock_evaluate(&rules, l.segments, l.n + 1, at);
		assert_int_not_equal(after.sla.due_at, TIMESTAMP_NONE);
		if (before.sla.due_at != TIMESTAMP_NONE)
			assert_true(after.sla.due_at <= before.sla.due_at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_facts_of__one_open_finding_is_enough),
	        cmocka_unit_test(test_fate_of__follows_the_table),
	        cmocka_unit_test(test_fate_of__a_new_risk_needs_a_live_finding),
	        cmocka_unit_test(test_risk_clock__counts_as_a_slow_clock_does),
	        cmocka_unit_test(
	                test_risk_clock__the_next_crossing_is_where_the_state_changes),
	        cmocka_unit_test(test_risk_clock__a_move_up_is_never_due_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
