/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of two risks that are one: of random ledgers, with pauses, gaps and approved due
 * times, it is due no later than the one that was due first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/risk_clock.h"

#include "support/random.h"

#define DAY         (24 * USEC_PER_HOUR)
#define AT(days)    (start + (days)*DAY)
#define SEGMENT_MAX 12
#define NOW         100 /* day */

static const timestamp start = INT64_C(1767225600) * USEC_PER_SEC; /* 2026-01-01 */

struct ledger_text {
	struct risk_clock_segment s[3 * SEGMENT_MAX];
	size_t n;
};

static void put(struct ledger_text *l, int day, enum sla_mode mode, enum band band, int due)
{
	l->s[l->n++] = (struct risk_clock_segment){AT(day), mode, band,
	                                           due ? AT(due) : TIMESTAMP_NONE};
}

static timestamp due_of(const struct ledger_text *l)
{
	const struct risk_clock_rules rules = risk_clock_default_rules();

	return risk_clock_evaluate(&rules, l->s, l->n, AT(NOW)).sla.due_at;
}

/* own, and written after it what it takes over. */
static struct ledger_text joined(const struct ledger_text *own,
                                 const struct ledger_text *other)
{
	struct ledger_text out = *own;

	out.n += risk_clock_join(own->s, own->n, other->s, other->n, &out.s[own->n]);
	return out;
}

static void test_risk_clock_join__takes_each_window_over(void **state)
{
	struct ledger_text own = {.n = 0}, other = {.n = 0}, both;

	(void)state;
	/* High of late, but what it is due by is the window of medium, which began before. */
	put(&other, 12, SLA_MODE_RUNNING, BAND_MEDIUM, 0);
	put(&other, 97, SLA_MODE_RUNNING, BAND_HIGH, 0);
	put(&own, 96, SLA_MODE_RUNNING, BAND_HIGH, 0);
	both = joined(&own, &other);
	assert_int_equal(due_of(&other), AT(102));
	assert_int_equal(due_of(&both), AT(102));
}

static void test_risk_clock_join__leaves_out_what_was_not_due(void **state)
{
	struct ledger_text own = {.n = 0}, other = {.n = 0}, both;

	(void)state;
	/* Accepted for 30 days, which do not count after it either. */
	put(&other, 50, SLA_MODE_RUNNING, BAND_HIGH, 0);
	put(&other, 60, SLA_MODE_PAUSED, BAND_HIGH, 0);
	put(&other, 98, SLA_MODE_RUNNING, BAND_HIGH, 0);
	put(&own, 99, SLA_MODE_RUNNING, BAND_HIGH, 0);
	both = joined(&own, &other);
	assert_int_equal(due_of(&other), AT(102));
	assert_int_equal(due_of(&both), AT(102));

	/* A new one has nothing of its own. */
	own.n = 0;
	both = joined(&own, &other);
	assert_int_equal(due_of(&both), AT(102));

	/* Gone for long before: that life is over. */
	other.n = 0;
	put(&other, 1, SLA_MODE_RUNNING, BAND_HIGH, 0);
	put(&other, 5, SLA_MODE_STOPPED, BAND_HIGH, 0);
	put(&other, 90, SLA_MODE_RUNNING, BAND_HIGH, 0);
	put(&own, 80, SLA_MODE_RUNNING, BAND_MEDIUM, 0);
	both = joined(&own, &other);
	assert_int_equal(due_of(&both), AT(104));
	assert_int_equal(both.s[own.n].from, AT(80));
}

static void test_risk_clock_join__does_not_approve_for_both(void **state)
{
	struct ledger_text own = {.n = 0}, other = {.n = 0}, both;

	(void)state;
	put(&own, 90, SLA_MODE_RUNNING, BAND_HIGH, 0);
	put(&own, 91, SLA_MODE_RUNNING, BAND_HIGH, 160);
	put(&other, 95, SLA_MODE_RUNNING, BAND_HIGH, 0);
	both = joined(&own, &other);
	assert_int_equal(due_of(&own), AT(160));
	assert_true(due_of(&both) <= AT(109));

	/* What was approved for the one that is due first is its due time. */
	put(&other, 96, SLA_MODE_RUNNING, BAND_HIGH, 120);
	both = joined(&own, &other);
	assert_int_equal(due_of(&both), due_of(&other));
}

static struct ledger_text random_ledger(void)
{
	struct ledger_text l = {.n = 0};
	int day = random_below(60);

	for (int n = 1 + random_below(SEGMENT_MAX - 2); n && day < NOW; n--) {
		const enum sla_mode mode =
		        random_below(3) ? SLA_MODE_RUNNING : (enum sla_mode)random_below(3);

		put(&l, day, mode, (enum band)random_below(N_BANDS),
		    random_below(6) ? 0 : NOW + random_below(60));
		day += 1 + random_below(20);
	}
	put(&l, day < NOW ? day : NOW, SLA_MODE_RUNNING, (enum band)random_below(N_BANDS),
	    0);
	return l;
}

static void print_ledger(const char *name, const struct ledger_text *l)
{
	const timestamp due = due_of(l);

	print_message("%s, due on day %d:", name,
	              due == TIMESTAMP_NONE ? -1 : (int)((due - start) / DAY));
	for (size_t i = 0; i < l->n; i++)
		print_message(" %d%c%c%s", (int)((l->s[i].from - start) / DAY),
		              "RPS"[l->s[i].mode], "lmhc"[l->s[i].band],
		              l -> s[i].due_at == TIMESTAMP_NONE ? "" : "=");
	print_message("\n");
}

static void test_risk_clock_join__is_due_no_later_than_either(void **state)
{
	int n_joined = 0;

	(void)state;
	random_begin(20261126);
	for (int i = 0; i < 200000; i++) {
		const struct ledger_text own = random_ledger(), other = random_ledger();
		const timestamp first = due_of(&other), second = due_of(&own);

		if (first == TIMESTAMP_NONE ||
		    (second != TIMESTAMP_NONE && second <= first))
			continue;
		struct ledger_text both = joined(&own, &other);

		if (own.s[own.n - 1].band > other.s[other.n - 1].band)
			put(&both, NOW, SLA_MODE_RUNNING, own.s[own.n - 1].band, 0);
		const timestamp due = due_of(&both);

		if (due == TIMESTAMP_NONE || due > first) {
			print_ledger("own", &own);
			print_ledger("other", &other);
			print_ledger("both", &both);
			fail_msg("pair %d", i);
		}
		n_joined++;
	}
	print_message("%d pairs\n", n_joined);
	assert_true(n_joined > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_risk_clock_join__takes_each_window_over),
	        cmocka_unit_test(test_risk_clock_join__leaves_out_what_was_not_due),
	        cmocka_unit_test(test_risk_clock_join__does_not_approve_for_both),
	        cmocka_unit_test(test_risk_clock_join__is_due_no_later_than_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
