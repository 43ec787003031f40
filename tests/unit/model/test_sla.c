/* SPDX-License-Identifier: Apache-2.0 */
/* The default policies, and which policy of an org holds for a risk. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/risk_view.h"
#include "model/sla.h"

static void test_sla_default_policies__are_those_of_the_design(void **state)
{
	static const struct {
		int hours, acceptance_days;
	} rows[N_BANDS] = {[BAND_LOW] = {0, 365},
	                   [BAND_MEDIUM] = {2160, 180},
	                   [BAND_HIGH] = {336, 90},
	                   [BAND_CRITICAL] = {48, 30}};

	(void)state;
	assert_int_equal(n_sla_default_policies, N_BANDS);
	for (size_t i = 0; i < n_sla_default_policies; i++) {
		const struct sla_policy *p = &sla_default_policies[i];

		assert_int_equal(p->window, rows[i].hours * USEC_PER_HOUR);
		assert_int_equal(p->acceptance_max,
		                 rows[i].acceptance_days * 24 * USEC_PER_HOUR);
		assert_int_equal(p->warn_percent, 75);
		assert_int_equal(p->n_warn_points, 0);
		assert_true(p->kev_cap);
		assert_int_equal(p->start, SLA_START_STORED);
		assert_string_equal(p->name, band_name((enum band)i));
	}
	assert_string_equal(sla_state_name(SLA_DUE_SOON), "due_soon");
	assert_string_equal(sla_state_name(SLA_NONE), "none");
	assert_string_equal(sla_mode_name(SLA_MODE_STOPPED), "stopped");
}

static const struct asset_tag tags[] = {{"Team", "Payments"}, {"pci", ""}};
static const char *const frameworks[] = {"cis_aws_3.0", "pci_dss_4.0"};

static const struct risk_view risk = {
        .band = BAND_LOW, /* not looked at */
        .provider = PROVIDER_AWS,
        .environment = 5,
        .tags = tags,
        .n_tags = N_ELEMENTS(tags),
        .owner = "payments",
        .frameworks = frameworks,
        .n_frameworks = N_ELEMENTS(frameworks),
};

#define ANY SLA_ANY
#define IN(b, p, e, ...)                                                      \
	{                                                                     \
		.band = (b), .provider = (p), .environment = (e), __VA_ARGS__ \
	}

static void test_sla_policy_for__holds_all_selectors_against_a_risk(void **state)
{
	static const struct {
		const char *name;
		struct sla_policy policy;
		bool selects;
	} rows[] = {
	        {"nothing said", IN(ANY, ANY, ANY, .tag = NULL), true},
	        {"its band", IN(BAND_HIGH, ANY, ANY, .tag = NULL), true},
	        {"another band", IN(BAND_LOW, ANY, ANY, .tag = NULL), false},
	        {"its provider", IN(ANY, PROVIDER_AWS, ANY, .tag = NULL), true},
	        {"another provider", IN(ANY, PROVIDER_GCP, ANY, .tag = NULL), false},
	        {"its environment", IN(ANY, ANY, 5, .tag = NULL), true},
	        {"another environment", IN(ANY, ANY, 0, .tag = NULL), false},
	        {"a tag", IN(ANY, ANY, ANY, .tag = "team"), true},
	        {"a tag with its value", IN(ANY, ANY, ANY, .tag = "team=payments"), true},
	        {"a tag with another value", IN(ANY, ANY, ANY, .tag = "team=search"),
	         false},
	        {"a part of a tag", IN(ANY, ANY, ANY, .tag = "tea"), false},
	        {"more than a tag", IN(ANY, ANY, ANY, .tag = "teams"), false},
	        {"an empty value", IN(ANY, ANY, ANY, .tag = "pci="), true},
	        {"its owner", IN(ANY, ANY, ANY, .owner = "payments"), true},
	        {"another owner", IN(ANY, ANY, ANY, .owner = "search"), false},
	        {"a framework", IN(ANY, ANY, ANY, .framework = "pci_dss_4.0"), true},
	        {"another framework", IN(ANY, ANY, ANY, .framework = "hipaa"), false},
	        {"two that hold", IN(BAND_HIGH, ANY, ANY, .owner = "payments"), true},
	        {"one of two", IN(BAND_HIGH, ANY, ANY, .owner = "search"), false},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct sla_policy policy = rows[i].policy;
		const struct sla_policies all = {&policy, 1};
		const struct sla_policy *got = sla_policy_for(&all, &risk, BAND_HIGH);

		if (got != (rows[i].selects ? &policy : &sla_default_policies[BAND_HIGH]))
			fail_msg("%s", rows[i].name);
	}
}

static void test_sla_policy_for__takes_the_first_that_matches(void **state)
{
	struct sla_policy rows[] = {
	        IN(ANY, ANY, ANY, .name = "search", .owner = "search"),
	        IN(BAND_CRITICAL, ANY, ANY, .name = "critical"),
	        IN(ANY, ANY, ANY, .name = "rest"),
	};
	const struct sla_policies all = {rows, N_ELEMENTS(rows)};
	const struct risk_view nobodys = {.owner = NULL};

	(void)state;
	assert_string_equal(sla_policy_for(&all, &risk, BAND_CRITICAL)->name, "critical");
	assert_string_equal(sla_policy_for(&all, &risk, BAND_LOW)->name, "rest");
	assert_string_equal(sla_policy_for(&all, &nobodys, BAND_LOW)->name, "rest");
	assert_ptr_equal(
	        sla_policy_for(&(struct sla_policies){rows, 1}, &nobodys, BAND_LOW),
	        &sla_default_policies[BAND_LOW]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sla_default_policies__are_those_of_the_design),
	        cmocka_unit_test(test_sla_policy_for__holds_all_selectors_against_a_risk),
	        cmocka_unit_test(test_sla_policy_for__takes_the_first_that_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
