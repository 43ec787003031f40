/* SPDX-License-Identifier: Apache-2.0 */
/* Acceptances and suppression rules: what may be asked for, decided, and what holds when. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/acceptance.h"
#include "model/sla.h"
#include "model/suppression.h"

#define DAY (24 * 3600 * USEC_PER_SEC)
#define NOW (INT64_C(1763186400) * USEC_PER_SEC) /* 2025-11-15T06:00:00Z */

/* clang-format off */
static const struct request_row {
	const char *name, *reason, *by, *approved_by;
	int64_t days; /* until its end; 0: none is stated */
	int want;
	const char *text;
} request_rows[] = {
	{"asked for", "no patch", "ann", NULL, 30, 0, ""},
	{"approved at once", "no patch", "ann", "bob", 180, 0, ""},
	{"no end", "no patch", "ann", "bob", 0, ERR_INVALID, "an acceptance wants an end: until when does it hold?"},
	{"an end in the past", "no patch", "ann", "bob", -1, ERR_INVALID, "the end 2025-11-14T06:00:00Z is not later than now"},
	{"beyond the longest", "no patch", "ann", "bob", 181, ERR_INVALID,
	 "the end 2026-05-15T06:00:00Z is too late: a high risk may be accepted until 2026-05-14T06:00:00Z at most"},
	{"no reason", " \n", "ann", "bob", 30, ERR_INVALID, "an acceptance wants a reason"},
	{"nobody asks", "no patch", "", "bob", 30, ERR_INVALID, "who asks and who approves have names of 1 to 200 bytes"},
	{"nobody approves", "no patch", "ann", " ", 30, ERR_INVALID, "who asks and who approves have names of 1 to 200 bytes"},
	{"by oneself", "no patch", "ann", "ann", 30, ERR_DENIED, "ann asks for it: somebody else must approve"},
};

static const struct decision_row {
	const char *name;
	enum acceptance_state from, to;
	const char *by;
	int64_t days;
	int want;
	const char *text;
} decision_rows[] = {
	{"approved", ACCEPTANCE_ASKED, ACCEPTANCE_APPROVED, "bob", 1, 0, ""},
	{"refused", ACCEPTANCE_ASKED, ACCEPTANCE_REFUSED, "bob", 1, 0, ""},
	{"refused by who asked", ACCEPTANCE_ASKED, ACCEPTANCE_REFUSED, "ann", 1, 0, ""},
	{"approved by who asked", ACCEPTANCE_ASKED, ACCEPTANCE_APPROVED, "ann", 1, ERR_DENIED,
	 "ann asked for it: somebody else must approve"},
	{"too late", ACCEPTANCE_ASKED, ACCEPTANCE_APPROVED, "bob", 0, ERR_CONFLICT, "its end has passed"},
	{"twice", ACCEPTANCE_APPROVED, ACCEPTANCE_APPROVED, "bob", 1, ERR_CONFLICT, "it is approved already"},
	{"refused once approved", ACCEPTANCE_APPROVED, ACCEPTANCE_REFUSED, "bob", 1, ERR_CONFLICT, "it is approved already"},
	{"revoked", ACCEPTANCE_APPROVED, ACCEPTANCE_REVOKED, "ann", 1, 0, ""},
	{"taken back", ACCEPTANCE_ASKED, ACCEPTANCE_REVOKED, "ann", 1, 0, ""},
	{"revoked twice", ACCEPTANCE_REVOKED, ACCEPTANCE_REVOKED, "ann", 1, ERR_CONFLICT, "it is revoked already"},
	{"a refused one", ACCEPTANCE_REFUSED, ACCEPTANCE_REVOKED, "ann", 1, ERR_CONFLICT, "it is refused already"},
};
/* clang-format on */

static void test_acceptance_check__wants_end_reason_and_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(request_rows); i++) {
		const struct request_row *row = &request_rows[i];
		const struct acceptance_request r = {
		        .reason = row->reason,
		        .requested_by = row->by,
		        .approved_by = row->approved_by,
		        .now = NOW,
		        .ends_at = row->days ? NOW + row->days * DAY : TIMESTAMP_NONE,
		        .longest = 180 * DAY,
		        .what = "a high risk",
		};
		struct error err = {0};

		if (acceptance_check(&r, &err) != row->want)
			fail_msg("%s: %s", row->name, err.text);
		if (strcmp(err.text, row->text) != 0)
			fail_msg("%s: got \"%s\"", row->name, err.text);
	}
}

static void test_acceptance_check_decision__is_taken_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(decision_rows); i++) {
		const struct decision_row *row = &decision_rows[i];
		struct error err = {0};

		if (acceptance_check_decision(row->from, row->to, "ann", row->by,
		                              NOW + row->days * DAY, NOW,
		                              &err) != row->want)
			fail_msg("%s: %s", row->name, err.text);
		if (strcmp(err.text, row->text) != 0)
			fail_msg("%s: got \"%s\"", row->name, err.text);
	}
}

static const struct risk_view view = {
        .band = BAND_HIGH,
        .provider = PROVIDER_AWS,
        .account = "1",
        .region = "",
        .type = "AWS::S3::Bucket",
        .name = "b",
        .id = "arn:aws:s3:::b",
        .subject = "cve:CVE-2024-3094",
        .location = "",
        .layer = -1,
};
static const struct key risk = {{1}}, other = {{2}}, fix = {{3}};

static struct selector selector_of(const char *text, struct arena *a)
{
	struct selector s;
	struct error err = {0};

	if (selector_parse(text, SELECTS_FINDINGS, a, &s, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return s;
}

static void test_acceptance_covers__risk_fix_or_selector(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	const struct acceptance of_risk = {.has_risk = true, .risk_id = risk};
	const struct acceptance of_fix = {.has_fix = true, .fix_id = fix};
	const struct acceptance by_rule = {.selector =
	                                           selector_of("subject=CVE-2024-3094", a)};

	(void)state;
	assert_true(acceptance_covers(&of_risk, &view, &risk, NULL));
	assert_false(acceptance_covers(&of_risk, &view, &other, &fix));
	assert_true(acceptance_covers(&of_fix, &view, &risk, &fix));
	assert_false(acceptance_covers(&of_fix, &view, &risk, &other));
	assert_false(acceptance_covers(&of_fix, &view, &risk, NULL));
	assert_true(acceptance_covers(&by_rule, &view, &other, NULL));
}

static void test_acceptance_of__holds_within_its_time(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct acceptance rows[] = {
	        {.state = ACCEPTANCE_APPROVED,
	         .starts_at = NOW,
	         .ends_at = NOW + DAY,
	         .selector = selector_of("provider=aws", a)},
	        {.state = ACCEPTANCE_APPROVED,
	         .starts_at = NOW,
	         .ends_at = NOW + 2 * DAY,
	         .selector = selector_of("band=high", a)},
	        {.state = ACCEPTANCE_REVOKED,
	         .starts_at = NOW,
	         .ends_at = NOW + 9 * DAY,
	         .selector = selector_of("band=high", a)},
	        {.state = ACCEPTANCE_APPROVED,
	         .starts_at = NOW,
	         .ends_at = NOW + 9 * DAY,
	         .selector = selector_of("band=low", a)},
	};
	const struct acceptance_rules rules = {rows, N_ELEMENTS(rows)};

	(void)state;
	assert_null(acceptance_of(&rules, &view, &risk, NULL, 90 * DAY, NOW - 1));
	assert_ptr_equal(acceptance_of(&rules, &view, &risk, NULL, 90 * DAY, NOW),
	                 &rows[1]);
	assert_ptr_equal(
	        acceptance_of(&rules, &view, &risk, NULL, 90 * DAY, NOW + 2 * DAY - 1),
	        &rows[1]);
	assert_null(acceptance_of(&rules, &view, &risk, NULL, 90 * DAY, NOW + 2 * DAY));
	/* The risk's policy allows it exactly, and an hour less. */
	assert_ptr_equal(acceptance_of(&rules, &view, &risk, NULL, 2 * DAY, NOW), &rows[1]);
	assert_true(acceptance_of(&rules, &view, &risk, NULL, 2 * DAY - 1, NOW) !=
	            &rows[1]);
}

static void test_acceptance_longest__is_the_least_that_may_hold(void **state)
{
	struct sla_policy rows[] = {
	        {.band = BAND_CRITICAL, .acceptance_max = 30 * DAY},
	        {.band = SLA_ANY, .acceptance_max = 90 * DAY, .tag = "env=prod"},
	};
	const struct sla_policies none = {NULL, 0}, own = {rows, N_ELEMENTS(rows)};

	(void)state;
	assert_true(acceptance_longest(&none, 0) == 30 * DAY);
	assert_true(acceptance_longest(&none, 1u << BAND_MEDIUM) == 180 * DAY);
	assert_true(acceptance_longest(&own, 0) == 30 * DAY);
	assert_true(acceptance_longest(&own, 1u << BAND_LOW | 1u << BAND_HIGH) == 90 * DAY);
}

/* --- suppression rules --- */

static void test_suppression_of__mutes_within_its_time(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct suppression rows[] = {
	        {.name = "log",
	         .log_only = true,
	         .starts_at = NOW,
	         .ends_at = TIMESTAMP_NONE,
	         .selector = selector_of("provider=aws", a)},
	        {.name = "window",
	         .starts_at = NOW,
	         .ends_at = NOW + DAY,
	         .selector = selector_of("rule=S3.*", a)},
	};
	const struct suppression_rules rules = {rows, N_ELEMENTS(rows)};

	(void)state;
	assert_null(suppression_of(&rules, &view, "prowler", "S3.8", NOW - 1));
	assert_ptr_equal(suppression_of(&rules, &view, "prowler", "S3.8", NOW), &rows[1]);
	assert_null(suppression_of(&rules, &view, "prowler", "EC2.1", NOW));
	assert_null(suppression_of(&rules, &view, "prowler", "S3.8", NOW + DAY));
}

static void test_suppression_mark_at__is_its_next_border(void **state)
{
	struct suppression s = {.starts_at = NOW + DAY, .ends_at = NOW + 2 * DAY};

	(void)state;
	assert_true(suppression_mark_at(&s, NOW) == NOW + DAY);
	assert_true(suppression_mark_at(&s, NOW + DAY) == NOW + 2 * DAY);
	assert_true(suppression_mark_at(&s, NOW + 2 * DAY) == TIMESTAMP_NONE);
	s.ends_at = TIMESTAMP_NONE;
	assert_true(suppression_mark_at(&s, NOW + DAY) == TIMESTAMP_NONE);
	s.log_only = true;
	assert_true(suppression_mark_at(&s, NOW) == TIMESTAMP_NONE);
}

static void test_suppression_check__wants_name_reason_and_window(void **state)
{
	struct suppression s = {.name = "vendor-noise",
	                        .reason = "known",
	                        .starts_at = NOW,
	                        .ends_at = TIMESTAMP_NONE};
	struct error err = {0};

	(void)state;
	assert_int_equal(suppression_check(&s, &err), 0);
	s.ends_at = NOW;
	assert_int_equal(suppression_check(&s, &err), ERR_INVALID);
	assert_string_equal(err.text, "it ends before it begins");
	s.reason = " ";
	assert_int_equal(suppression_check(&s, &err), ERR_INVALID);
	assert_string_equal(err.text, "a suppression rule wants a reason");
	s.name = "a b";
	assert_int_equal(suppression_check(&s, &err), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_acceptance_check__wants_end_reason_and_another),
	        cmocka_unit_test(test_acceptance_check_decision__is_taken_once),
	        cmocka_unit_test(test_acceptance_covers__risk_fix_or_selector),
	        cmocka_unit_test(test_acceptance_of__holds_within_its_time),
	        cmocka_unit_test(test_acceptance_longest__is_the_least_that_may_hold),
	        cmocka_unit_test(test_suppression_of__mutes_within_its_time),
	        cmocka_unit_test(test_suppression_mark_at__is_its_next_border),
	        cmocka_unit_test(test_suppression_check__wants_name_reason_and_window),
	};

	return cmocka_run_group_tests_name("acceptance", tests, NULL, NULL);
}
