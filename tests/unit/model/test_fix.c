/* SPDX-License-Identifier: Apache-2.0 */
/* What names an upgrade, which risks one action closes, and what the action is called. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/fix.h"

static const struct org org = {.id = 1, .slug = "default"};

static void test_upgrade_read__normalises_what_tools_write(void **state)
{
	static const struct {
		const char *package, *fixed;            /* as a record has them */
		const char *ecosystem, *name, *version; /* version NULL: names no upgrade */
	} rows[] = {
	        {"openssl", "3.0.15", "", "openssl", "3.0.15"},
	        {"OpenSSL ", " v3.0.15 ", "", "openssl", "3.0.15"},
	        {"openssl", "0:3.0.15-1.el9", "", "openssl", "3.0.15-1.el9"},
	        {"openssl", "1:3.0.15-1.el9", "", "openssl", "1:3.0.15-1.el9"},
	        {"openssl", ">= 3.0.15", "", "openssl", "3.0.15"},
	        {"lodash", "4.17.21,5.0.0", "", "lodash", "4.17.21, 5.0.0"},
	        {"lodash", "4.17.21 ,  v5.0.0,", "", "lodash", "4.17.21, 5.0.0"},
	        {"pkg:deb/debian/openssl@3.0.11?arch=amd64", "3.0.15", "deb",
	         "debian/openssl", "3.0.15"},
	        {"pkg:npm/@angular/core@1.0.0", "2.0.0", "npm", "@angular/core", "2.0.0"},
	        {"pkg:golang/github.com/Masterminds/semver@1", "2", "golang",
	         "github.com/Masterminds/semver", "2"},
	        {"org.Example:Core", "2", "", "org.Example:Core", "2"},
	        {"openssl", "", "", "", NULL},
	        {"", "3.0.15", "", "", NULL},
	        {" ", "3.0.15", "", "", NULL},
	        {"openssl", "none", "", "", NULL},
	        {"openssl", "Not Fixed", "", "", NULL},
	        {"openssl", "0", "", "", NULL},
	        {"openssl", ", ,", "", "", NULL},
	        {"openssl", ">=", "", "", NULL},
	        {"pkg:deb/", "3", "", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct upgrade u;

		if (upgrade_read(rows[i].package, rows[i].fixed, a, &u) !=
		    (rows[i].version != NULL))
			fail_msg("\"%s\", \"%s\"", rows[i].package, rows[i].fixed);
		if (!rows[i].version)
			continue;
		assert_string_equal(u.ecosystem, rows[i].ecosystem);
		assert_string_equal(u.package, rows[i].name);
		assert_string_equal(u.version, rows[i].version);
	}
}

static void test_upgrade_read__takes_versions_of_any_length(void **state)
{
	char text[2048];

	(void)state;
	for (size_t n = 1; n < sizeof(text); n += 61) {
		ARENA_SCOPED a = arena_new(1024);
		struct upgrade u;

		for (size_t i = 0; i < n; i++)
			text[i] = "1,v0:>= x"[i % 9];
		text[n] = '\0';
		assert_true(upgrade_read("p", text, a, &u));
		assert_in_range(strlen(u.version), 1, 600);
	}
}

static void test_upgrade_key__tells_all_three_apart(void **state)
{
	const struct upgrade u = {"deb", "openssl", "3.0.15"};
	const struct upgrade others[] = {
	        {"", "openssl", "3.0.15"},
	        {"deb", "openssl1", "3.0.15"},
	        {"deb", "openssl", "3.0.16"},
	        {"deb", "openss", "l3.0.15"},
	};
	const struct key key = upgrade_key(&org, &u), again = upgrade_key(&org, &u);

	(void)state;
	assert_int_equal(key_cmp(&key, &again), 0);
	for (size_t i = 0; i < N_ELEMENTS(others); i++) {
		const struct key other = upgrade_key(&org, &others[i]);

		assert_int_not_equal(key_cmp(&key, &other), 0);
	}
}

static const struct key asset_a = {{0xa1, 0xa2, 0xa3}}, asset_b = {{0xb1, 0xb2, 0xb3}};
static const struct key upgrade_1 = {{1}}, upgrade_2 = {{2}};

static struct fix_input image(const char *cve, const struct key *upgrade)
{
	return (struct fix_input){.subject = cve,
	                          .class = CLASS_VULNERABILITY,
	                          .upgrade_id = upgrade,
	                          .asset_id = &asset_a,
	                          .account = "",
	                          .type = "container.image"};
}

static struct fix_input control(const char *subject)
{
	return (struct fix_input){.subject = subject,
	                          .class = CLASS_MISCONFIGURATION,
	                          .asset_id = &asset_a,
	                          .provider = PROVIDER_AWS,
	                          .account = "111122223333",
	                          .type = "AWS::S3::Bucket"};
}

/* Are these two closed by one action? */
static bool same(const struct fix_input *a, const struct fix_input *b)
{
	struct fix x, y;

	assert_true(fix_of(&org, a, &x));
	assert_true(fix_of(&org, b, &y));
	return key_cmp(&x.id, &y.id) == 0;
}

static void test_fix_of__joins_the_cves_that_an_upgrade_mends(void **state)
{
	const struct fix_input one = image("cve:CVE-2026-1", &upgrade_1);
	struct fix_input other = image("cve:CVE-2026-2", &upgrade_1);

	(void)state;
	assert_true(same(&one, &other));
	other.upgrade_id = &upgrade_2;
	assert_false(same(&one, &other));
	other.upgrade_id = &upgrade_1;
	other.asset_id = &asset_b;
	assert_false(same(&one, &other));
}

static void test_fix_of__joins_the_hosts_of_an_account(void **state)
{
	struct fix_input one = image("cve:CVE-2026-1", &upgrade_1), other;

	(void)state;
	one.type = "aws::ec2::instance";
	one.provider = PROVIDER_AWS;
	one.account = "111122223333";
	other = one;
	other.subject = "cve:CVE-2026-2";
	other.asset_id = &asset_b;
	assert_true(same(&one, &other));
	other.account = "444455556666";
	assert_false(same(&one, &other));
	one.account = other.account = ""; /* nobody's hosts are not one account's */
	assert_false(same(&one, &other));
}

static void test_fix_of__joins_a_control_in_an_account(void **state)
{
	const struct fix_input one = control("control:storage.public-access");
	struct fix_input other = one;

	(void)state;
	other.asset_id = &asset_b;
	assert_true(same(&one, &other));
	other.provider = PROVIDER_GCP;
	assert_false(same(&one, &other));
	other.provider = PROVIDER_AWS;
	other.subject = "control:storage.encryption";
	assert_false(same(&one, &other));
}

static void test_fix_of__joins_what_is_wrong_with_an_identity(void **state)
{
	struct fix_input one = control("control:iam.mfa"), other;

	(void)state;
	one.class = CLASS_IDENTITY;
	one.is_identity = true;
	other = one;
	other.subject = "control:iam.old-key";
	assert_true(same(&one, &other));
	other.asset_id = &asset_b;
	assert_false(same(&one, &other));
}

static void test_fix_of__keeps_secrets_of_a_repository_apart_by_subject(void **state)
{
	struct fix_input one = control("rule:gitleaks/aws-key"), other;

	(void)state;
	one.class = CLASS_SECRET;
	other = one;
	assert_true(same(&one, &other));
	other.subject = "rule:gitleaks/slack";
	assert_false(same(&one, &other));
	other.subject = one.subject;
	other.asset_id = &asset_b;
	assert_false(same(&one, &other));
}

static void test_fix_of__knows_none_for_threats_paths_and_unfixed_cves(void **state)
{
	const struct fix_input cve = image("cve:CVE-2026-1", NULL);
	struct fix_input threat = control("threat:CryptoMining"), path = control("path:t1");
	struct fix fix;

	(void)state;
	threat.class = CLASS_THREAT;
	assert_false(fix_of(&org, &cve, &fix));
	assert_false(fix_of(&org, &threat, &fix));
	assert_false(fix_of(&org, &path, &fix));
}

/* Fixes of one asset stand together, as its risks do. */
static void test_fix_of__begins_with_the_asset(void **state)
{
	const struct fix_input in = image("cve:CVE-2026-1", &upgrade_1);
	struct fix fix;

	(void)state;
	assert_true(fix_of(&org, &in, &fix));
	assert_memory_equal(fix.id.bytes, asset_a.bytes, 8);
	assert_true(fix.has_asset);
	assert_string_equal(fix.account, "");
}

static void test_fix_title__says_what_to_do_and_where(void **state)
{
	static const struct {
		struct fix_words words;
		const char *title;
	} rows[] = {
	        {{.kind = FIX_UPGRADE,
	          .has_asset = true,
	          .asset = "registry/app",
	          .package = "openssl",
	          .version = "3.0.15"},
	         "Upgrade openssl to 3.0.15 in registry/app"},
	        {{.kind = FIX_UPGRADE,
	          .provider = PROVIDER_AWS,
	          .account = "111122223333",
	          .package = "openssl",
	          .version = "3.0.15"},
	         "Upgrade openssl to 3.0.15 on the hosts of account 111122223333"},
	        {{.kind = FIX_CONFIGURATION,
	          .provider = PROVIDER_AZURE,
	          .account = "s1",
	          .subject = "control:x",
	          .remediation = "Turn on flow logs."},
	         "Turn on flow logs: subscription s1"},
	        {{.kind = FIX_CONFIGURATION,
	          .provider = PROVIDER_GCP,
	          .account = "p1",
	          .subject = "rule:checkov/CKV_1"},
	         "Follow rule CKV_1 of checkov: project p1"},
	        {{.kind = FIX_CONFIGURATION,
	          .has_asset = true,
	          .asset = "shop",
	          .subject = "control:gone"},
	         "Follow gone: shop"},
	        {{.kind = FIX_IDENTITY, .has_asset = true, .asset = "ci-bot"},
	         "Correct rights and credentials of ci-bot"},
	        {{.kind = FIX_SECRET,
	          .has_asset = true,
	          .asset = "shop",
	          .subject = "rule:gitleaks/aws-key"},
	         "Revoke the secrets that rule aws-key of gitleaks found and remove them: "
	         "shop"},
	        {{.kind = FIX_SECRET,
	          .has_asset = true,
	          .asset = "shop",
	          .subject = "control:code.secret",
	          .remediation = "Revoke the secret and take it out of the history. "},
	         "Revoke the secret and take it out of the history: shop"},
	        {{.kind = FIX_UPGRADE, .has_asset = true, .asset = "a"},
	         "Upgrade a package to a fixed version in a"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct fix_words w = rows[i].words;
		const char **texts[] = {&w.account, &w.asset,   &w.subject,
		                        &w.package, &w.version, &w.remediation};

		for (size_t k = 0; k < N_ELEMENTS(texts); k++)
			if (!*texts[k])
				*texts[k] = "";
		assert_string_equal(fix_title(&w, a), rows[i].title);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_upgrade_read__normalises_what_tools_write),
	        cmocka_unit_test(test_upgrade_read__takes_versions_of_any_length),
	        cmocka_unit_test(test_upgrade_key__tells_all_three_apart),
	        cmocka_unit_test(test_fix_of__joins_the_cves_that_an_upgrade_mends),
	        cmocka_unit_test(test_fix_of__joins_the_hosts_of_an_account),
	        cmocka_unit_test(test_fix_of__joins_a_control_in_an_account),
	        cmocka_unit_test(test_fix_of__joins_what_is_wrong_with_an_identity),
	        cmocka_unit_test(
	                test_fix_of__keeps_secrets_of_a_repository_apart_by_subject),
	        cmocka_unit_test(
	                test_fix_of__knows_none_for_threats_paths_and_unfixed_cves),
	        cmocka_unit_test(test_fix_of__begins_with_the_asset),
	        cmocka_unit_test(test_fix_title__says_what_to_do_and_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
