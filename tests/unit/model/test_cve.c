/* SPDX-License-Identifier: Apache-2.0 */
/* CVE ids as numbers: what is one, that they come back as they were, and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/cve.h"
#include "model/intelligence.h"

static void test_pack__comes_back(void **state)
{
	static const char *const ids[] = {"CVE-1999-0001",
	                                  "CVE-2024-3094",
	                                  "CVE-2024-9999",
	                                  "CVE-2024-10000",
	                                  "CVE-2024-999999999999999",
	                                  "CVE-2025-0000"};
	char text[CVE_TEXT_MAX];
	uint64_t last = 0;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(ids); i++) {
		const uint64_t packed = cve_pack(ids[i]);

		assert_true(packed > last);
		assert_string_equal(cve_text(packed, text), ids[i]);
		last = packed;
	}
}

static void test_pack__refuses(void **state)
{
	static const char *const texts[] = {"",
	                                    "CVE-",
	                                    "cve-2024-3094",
	                                    "CVE-2024-309",
	                                    "CVE-2024-",
	                                    "CVE-2024-03094",
	                                    "CVE-2024-3094 ",
	                                    "CVE-24-3094",
	                                    "CVE-0000-1000",
	                                    "CVE-2024-1000000000000000",
	                                    "GHSA-aaaa-bbbb-cccc"};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(texts); i++)
		if (cve_pack(texts[i]))
			fail_msg("\"%s\" was taken", texts[i]);
}

static void test_find__by_cve_and_by_name(void **state)
{
	struct arena *a = arena_new(4096);
	const struct intel rows[] = {
	        {.cve = cve_pack("CVE-2024-1000"), .epss = 1},
	        {.cve = cve_pack("CVE-2024-2000"), .epss = 3},
	        {.cve = cve_pack("CVE-2024-2000"), .epss = 2},
	        {.cve = cve_pack("CVE-2024-4000"), .epss = -1, .is_silent = true}};
	struct intel_name names[] = {{"GHSA-A", rows[0].cve, "CVE-2024-1000"},
	                             {"GHSA-B", 0, ""}};
	struct intel_table table = {.names = names, .n_names = 2, .arena = a};

	(void)state;
	assert_null(intel_find(&table, "CVE-2024-1000"));
	assert_false(intel_knows(&table, rows[0].cve));
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		intel_put(&table, &rows[i]);
	assert_int_equal(table.n_rows, 3);
	assert_int_equal(intel_find(&table, "CVE-2024-2000")->epss, 2);
	assert_null(intel_find(&table, "CVE-2024-3000"));
	assert_false(intel_knows(&table, cve_pack("CVE-2024-3000")));
	assert_null(intel_find(&table, "CVE-2024-4000"));
	assert_true(intel_knows(&table, rows[3].cve));
	assert_null(intel_find(&table, "GHSA-A"));
	assert_null(intel_find(NULL, "CVE-2024-1000"));
	assert_string_equal(intel_find_name(&table, "GHSA-A")->text, "CVE-2024-1000");
	assert_null(intel_find_name(&table, "GHSA-C"));
	assert_null(intel_find_name(NULL, "GHSA-A"));
	arena_free(a);
}

/* Every number of some years: neighbours, and far more than there was room for at first. */
static void test_find__of_many(void **state)
{
	struct arena *a = arena_new(4096);
	struct intel_table table = {.arena = a};
	char text[CVE_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 30000; i++) {
		snprintf(text, sizeof(text), "CVE-%d-%d", 2000 + i % 30, 1000 + i / 30);
		intel_put(&table, &(struct intel){.cve = cve_pack(text), .epss = i});
	}
	assert_int_equal(table.n_rows, 30000);
	assert_true(table.n_slots >= 2 * table.n_rows);
	for (int i = 0; i < 30000; i++) {
		snprintf(text, sizeof(text), "CVE-%d-%d", 2000 + i % 30, 1000 + i / 30);
		assert_int_equal(intel_find(&table, text)->epss, i);
		snprintf(text, sizeof(text), "CVE-%d-%d", 2000 + i % 30, 2000 + i / 30);
		assert_null(intel_find(&table, text));
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_pack__comes_back),
	        cmocka_unit_test(test_pack__refuses),
	        cmocka_unit_test(test_find__by_cve_and_by_name),
	        cmocka_unit_test(test_find__of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
