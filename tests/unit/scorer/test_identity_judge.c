/* SPDX-License-Identifier: Apache-2.0 */
/* What a change of identity means for the risks of a slice: named cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scorer/identity_judge.h"

static const struct org org = {.id = 7, .slug = "test"};

static struct key key_at(char c)
{
	return (struct key){{'a', 's', 's', 'e', 't', '0', '0', '1', (uint8_t)c}};
}

/*
 * A risk that has ended is stored with the finding that it had last, and the finding is in
 * another one since: that one goes on where the finding is now, whichever id is less.
 */
static void test_judge__a_finding_is_where_it_lives(void **state)
{
	(void)state;
	for (int lives = 0; lives < 2; lives++) {
		ARENA_SCOPED a = arena_new(4096);
		struct evidence e = {.finding_id = key_at('f'), .state = FINDING_OPEN};
		struct member member = {.e = &e};
		struct risk_group group = {.asset_id = key_at('a'),
		                           .fingerprint = key_at('n'),
		                           .subject = "control:new",
		                           .location = "",
		                           .members = &member,
		                           .n_members = 1};
		struct identity_risk risks[2];
		struct identity_found found = {.most = 0};
		const struct identity_pass p = {.org = &org, .found = &found};
		const struct decision_input in = {
		        .org = &org, .groups = &group, .n_groups = 1};
		struct identity_writes out;

		for (int i = 0; i < 2; i++)
			risks[i] =
			        (struct identity_risk){.risk_id = key_at((char)('0' + i)),
			                               .lives = i == lives,
			                               .subject = "control:old",
			                               .location = "",
			                               .members = &e.finding_id,
			                               .n_members = 1};
		identity_judge(&p, &in, risks, 2, a, &out);
		assert_int_equal(out.n_heirs, 1);
		assert_int_equal(key_cmp(&out.heirs[0].fingerprint, &group.fingerprint), 0);
		assert_int_equal(key_cmp(&out.heirs[0].risk_id, &risks[lives].risk_id), 0);
		assert_int_equal(out.n_pins, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_judge__a_finding_is_where_it_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
