/* SPDX-License-Identifier: Apache-2.0 */
/* The table of listings, walked: no gap, no dead end, no second way for one event. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "collector/listing.h"

/* Which events can happen where: what waits for nothing is told of nothing. */
static const bool happens[N_LISTING_STATES][N_LISTING_EVENTS] = {
        [LISTING_IDLE] = {[LISTING_BEGIN] = true, [LISTING_FATAL] = true},
        [LISTING_CREDENTIAL] = {[LISTING_CREDENTIAL_LIVE] = true,
                                [LISTING_CREDENTIAL_REFUSED] = true,
                                [LISTING_FATAL] = true},
        [LISTING_PACED] = {[LISTING_TIMER] = true, [LISTING_FATAL] = true},
        [LISTING_ASKED] = {[LISTING_PAGE] = true,
                           [LISTING_LAST_PAGE] = true,
                           [LISTING_RETRY] = true,
                           [LISTING_STALE] = true,
                           [LISTING_EXPIRED] = true,
                           [LISTING_FATAL] = true},
        [LISTING_RESTING] = {[LISTING_TIMER] = true},
};

static void test_listing_rules__answer_what_can_happen_and_nothing_else(void **state)
{
	(void)state;
	for (int from = 0; from < N_LISTING_STATES; from++) {
		for (int on = 0; on < N_LISTING_EVENTS; on++) {
			size_t n = 0;

			for (size_t i = 0; i < n_listing_rules; i++)
				n += listing_rules[i].from == (enum listing_state)from &&
				     listing_rules[i].on == (enum listing_event)on;
			assert_int_equal(n, happens[from][on] ? 1 : 0);
			assert_true(!listing_rule_find((enum listing_state)from,
			                               (enum listing_event)on) ==
			            !happens[from][on]);
		}
	}
}

/* Of the states that `reached` holds, all that one more rule leads to. */
static bool spread(bool *reached, bool backwards)
{
	bool grown = false;

	for (size_t i = 0; i < n_listing_rules; i++) {
		const enum listing_state a = listing_rules[i].from, b = listing_rules[i].to;
		const enum listing_state from = backwards ? b : a, to = backwards ? a : b;

		if (reached[from] && !reached[to])
			grown = reached[to] = true;
	}
	return grown;
}

static void test_listing_rules__lead_everywhere_and_to_an_end(void **state)
{
	bool forth[N_LISTING_STATES] = {[LISTING_IDLE] = true};
	bool back[N_LISTING_STATES] = {[LISTING_ENDED] = true};

	(void)state;
	while (spread(forth, false))
		;
	while (spread(back, true))
		;
	for (int i = 0; i < N_LISTING_STATES; i++) {
		assert_true(forth[i]);
		assert_true(back[i]);
	}
}

static void test_listing_rules__prove_only_what_is_listed_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_listing_rules; i++) {
		const struct listing_rule *r = &listing_rules[i];

		assert_true(strlen(r->why) > 10);
		assert_true((r->action == LISTING_PROVE) == (r->on == LISTING_LAST_PAGE));
		assert_true((r->to == LISTING_ENDED) ==
		            (r->action == LISTING_PROVE || r->action == LISTING_GIVE_UP));
		/* A request goes out only after the rate was asked, and the credential before. */
		assert_true((r->to == LISTING_ASKED) ==
		            (r->from == LISTING_PACED && r->on == LISTING_TIMER));
		assert_true((r->to == LISTING_PACED) == (r->on == LISTING_CREDENTIAL_LIVE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                test_listing_rules__answer_what_can_happen_and_nothing_else),
	        cmocka_unit_test(test_listing_rules__lead_everywhere_and_to_an_end),
	        cmocka_unit_test(test_listing_rules__prove_only_what_is_listed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
