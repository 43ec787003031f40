/* SPDX-License-Identifier: Apache-2.0 */
/* Two tools that see one thing must come to one fingerprint; two things, to two. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/subject.h"

static void test_subject_of__takes_the_first_rule_that_fits(void **state)
{
	static const struct {
		const char *name;
		enum finding_class class;
		const char *cve;
		const char *control;
		const char *subject;
	} rows[] = {
	        {"a CVE", CLASS_VULNERABILITY, "CVE-2024-3094", "", "cve:CVE-2024-3094"},
	        {"a CVE in lower case", CLASS_VULNERABILITY, "cve-2024-3094", "",
	         "cve:CVE-2024-3094"},
	        {"an advisory in upper case", CLASS_VULNERABILITY, "ghsa-zzzz-1", "",
	         "cve:GHSA-ZZZZ-1"},
	        {"a CVE before a control", CLASS_VULNERABILITY, "CVE-2024-1", "os.patching",
	         "cve:CVE-2024-1"},
	        {"a CVE of another class", CLASS_OTHER, "CVE-2024-1", "", "cve:CVE-2024-1"},
	        {"a control", CLASS_MISCONFIGURATION, "", "storage.public-access",
	         "control:storage.public-access"},
	        {"a threat", CLASS_THREAT, "", "", "threat:r1"},
	        {"a threat that names a CVE", CLASS_THREAT, "CVE-2024-1", "", "threat:r1"},
	        {"a rule", CLASS_MISCONFIGURATION, "", "", "rule:prowler/r1"},
	        {"a vulnerability without any id", CLASS_VULNERABILITY, "", "",
	         "rule:prowler/r1"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		const struct subject_input in = {.class = rows[i].class,
		                                 .connector = "prowler",
		                                 .rule = "r1",
		                                 .cve = rows[i].cve,
		                                 .control = rows[i].control};
		const char *subject = subject_of(&in, a);

		if (strcmp(subject, rows[i].subject) != 0)
			fail_msg("%s: %s", rows[i].name, subject);
	}
}

static void test_subject_location__counts_where_it_tells_risks_apart(void **state)
{
	(void)state;
	assert_string_equal(subject_location("cve:CVE-2024-1", "443"), "");
	assert_string_equal(subject_location("control:x", "443"), "");
	assert_string_equal(subject_location("control:x", "infra/main.tf"),
	                    "infra/main.tf");
	assert_string_equal(subject_location("rule:trivy/r1", "443"), "443");
	assert_string_equal(subject_location("threat:r1", "alice"), "alice");
	assert_true(subject_is_cve("cve:GHSA-A"));
	assert_false(subject_is_cve("control:cve:"));
}

static void test_fingerprint_of__depends_on_each_part(void **state)
{
	const struct org org = {.id = 1, .slug = "a"};
	const struct org other_org = {.id = 2, .slug = "b"};
	const struct key asset = asset_key_of(&org, "arn:aws:s3:::a");
	const struct key other_asset = asset_key_of(&org, "arn:aws:s3:::b");
	const struct key keys[] = {
	        fingerprint_of(&org, &asset, "control:x", ""),
	        fingerprint_of(&other_org, &asset, "control:x", ""),
	        fingerprint_of(&org, &other_asset, "control:x", ""),
	        fingerprint_of(&org, &asset, "control:y", ""),
	        fingerprint_of(&org, &asset, "control:x", "22"),
	};
	const struct key again = fingerprint_of(&org, &asset, "control:x", "");

	(void)state;
	assert_int_equal(key_cmp(&keys[0], &again), 0);
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(key_cmp(&keys[i], &keys[j]), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_subject_of__takes_the_first_rule_that_fits),
	        cmocka_unit_test(test_subject_location__counts_where_it_tells_risks_apart),
	        cmocka_unit_test(test_fingerprint_of__depends_on_each_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
