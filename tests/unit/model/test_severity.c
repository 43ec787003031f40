/* SPDX-License-Identifier: Apache-2.0 */
/* Severity scales against docs/scoring.md, and CVSS vectors of FIRST's examples. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/severity.h"

static void test_severity_of_label__maps_every_label_in_any_case(void **state)
{
	static const struct {
		const char *label;
		int sev100;
	} rows[] = {
	        {"none", 0},
	        {"Info", 0},
	        {"INFORMATIONAL", 0},
	        {"Minor", 0},
	        {"negligible", 0},
	        {"note", 25},
	        {"Low", 25},
	        {"MEDIUM", 55},
	        {"moderate", 55},
	        {"warning", 55},
	        {"High", 80},
	        {"important", 80},
	        {"error", 80},
	        {"CRITICAL", 95},
	        {"fatal", 100},
	        {" High\t", 80},
	        {"", SEV100_UNKNOWN},
	        {" ", SEV100_UNKNOWN},
	        {"unknown", SEV100_UNKNOWN},
	        {"Not evaluated", SEV100_UNKNOWN},
	        {"lowest", SEV100_UNKNOWN},
	        {"lo", SEV100_UNKNOWN},
	        {"SEVERITY_UNSPECIFIED", SEV100_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const int sev100 = severity_of_label(rows[i].label);

		if (sev100 != rows[i].sev100)
			fail_msg("\"%s\": %d, not %d", rows[i].label, sev100,
			         rows[i].sev100);
	}
}

static void test_severity_of_ocsf__knows_one_to_six(void **state)
{
	static const struct {
		int id;
		int sev100;
	} rows[] = {
	        {-1, SEV100_UNKNOWN},
	        {0, SEV100_UNKNOWN},
	        {1, 0},
	        {2, 25},
	        {3, 55},
	        {4, 80},
	        {5, 95},
	        {6, 100},
	        {7, SEV100_UNKNOWN},
	        {99, SEV100_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_int_equal(severity_of_ocsf(rows[i].id), rows[i].sev100);
}

static void test_severity_of_normalized__is_bounded(void **state)
{
	(void)state;
	assert_int_equal(severity_of_normalized(-1), SEV100_UNKNOWN);
	assert_int_equal(severity_of_normalized(0), 0);
	assert_int_equal(severity_of_normalized(70), 70);
	assert_int_equal(severity_of_normalized(100), 100);
	assert_int_equal(severity_of_normalized(101), SEV100_UNKNOWN);
	assert_int_equal(severity_of_normalized(4294967296LL + 50), SEV100_UNKNOWN);
}

static void test_severity_label__has_the_borders_of_cvss(void **state)
{
	static const struct {
		int sev100;
		const char *label;
	} rows[] = {
	        {-1, "unknown"},  {0, "info"},       {1, "low"},   {39, "low"},
	        {40, "medium"},   {69, "medium"},    {70, "high"}, {89, "high"},
	        {90, "critical"}, {100, "critical"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(severity_label(rows[i].sev100), rows[i].label);
}

static void test_cvss_read__derives_both_facts_from_each_version(void **state)
{
	static const struct {
		const char *vector;
		int automatable;
		int total;
	} rows[] = {
	        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 1, 1},
	        {"AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 1, 1},
	        {"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 0, 1},
	        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N", 1, 0},
	        {"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0, 0},
	        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 1, 1},
	        {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 0, 1},
	        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:H/SC:H/SI:H/SA:H", 1, 0},
	        {"AV:N/AC:L/Au:N/C:C/I:C/A:C", 1, 1},
	        {"(AV:N/AC:M/Au:N/C:C/I:C/A:P)", 0, 0},
	        {"(AV:N/AC:L/Au:N/C:P/I:P/A:P)", 1, 0},
	        {"", 0, 0},
	        {"CVSS:3.1", 0, 0},
	        {"not a vector", 0, 0},
	        {"AV:NN/AC:LL/PR:N/UI:N", 0, 0},
	        {"////", 0, 0},
	        {"AV:/AC:/PR:/UI:", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct cvss_facts facts = cvss_read(rows[i].vector);

		if (facts.automatable != rows[i].automatable ||
		    facts.total != rows[i].total)
			fail_msg("\"%s\": automatable %d, total %d", rows[i].vector,
			         facts.automatable, facts.total);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_severity_of_label__maps_every_label_in_any_case),
	        cmocka_unit_test(test_severity_of_ocsf__knows_one_to_six),
	        cmocka_unit_test(test_severity_of_normalized__is_bounded),
	        cmocka_unit_test(test_severity_label__has_the_borders_of_cvss),
	        cmocka_unit_test(test_cvss_read__derives_both_facts_from_each_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
