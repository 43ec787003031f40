/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing: what it refuses, cuts and cleans; what moves the key and what the hash. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/finding.h"
#include "model/severity.h"

static const struct org org = {.id = 7, .slug = "default"};

static struct finding sample_finding(void)
{
	struct finding f;

	finding_init(&f);
	f.connector = "prowler";
	f.native_id = "prowler-aws-s3-1";
	f.rule = "s3_bucket_public";
	f.resource.provider = PROVIDER_AWS;
	f.resource.account = "111122223333";
	f.resource.region = "eu-west-1";
	f.resource.type = "AwsS3Bucket";
	f.resource.raw = "logs-1";
	return f;
}

static struct finding sealed(struct finding f, struct arena *a)
{
	struct error err;

	assert_int_equal(finding_seal(&f, &org, a, &err), 0);
	return f;
}

static void test_finding_init__leaves_no_pointer_null(void **state)
{
	struct finding f;

	(void)state;
	finding_init(&f);
	assert_string_equal(f.connector, "");
	assert_string_equal(f.resource.id, "");
	assert_string_equal(f.scope, "");
	assert_int_equal(f.sev100, SEV100_UNKNOWN);
	assert_int_equal(f.epss, -1);
	assert_int_equal(f.class, CLASS_OTHER);
	assert_int_equal(f.state, FINDING_UNKNOWN);
	assert_int_equal(f.fidelity, FIDELITY_STANDARD);
	assert_true(f.first_seen == TIMESTAMP_NONE);
	assert_true(f.last_seen == TIMESTAMP_NONE);
	assert_true(f.source_updated_at == TIMESTAMP_NONE);
	assert_true(f.resolved_at == TIMESTAMP_NONE);
}

static void test_finding_seal__canonicalizes_and_computes_keys(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	const struct finding f = sealed(sample_finding(), a);
	const char *const identity[] = {"prowler", "prowler-aws-s3-1",
	                                "arn:aws:s3:::logs-1", ""};
	const struct key key = key_of_texts("finding/1", 7, identity, N_ELEMENTS(identity));
	const struct key asset = key_of_texts("asset/1", 7, &identity[2], 1);

	(void)state;
	assert_string_equal(f.resource.id, "arn:aws:s3:::logs-1");
	assert_int_equal(key_cmp(&f.key, &key), 0);
	assert_int_equal(key_cmp(&f.asset_key, &asset), 0);
}

static void no_connector(struct finding *f)
{
	f->connector = "";
}

static void no_native_id(struct finding *f)
{
	f->native_id = "";
}

static void no_rule(struct finding *f)
{
	f->rule = "";
}

static void no_place(struct finding *f)
{
	f->resource.raw = "";
	f->resource.account = "";
}

static void blank_resource(struct finding *f)
{
	f->resource.provider = PROVIDER_NONE;
	f->resource.raw = "  ";
	f->resource.account = "";
}

static const char *text_of(size_t size, struct arena *a)
{
	char *text = arena_alloc(a, size + 1);

	memset(text, 'x', size);
	return text;
}

static struct arena *long_texts;

static void long_native_id(struct finding *f)
{
	f->native_id = text_of(FINDING_ID_MAX + 1, long_texts);
}

static void long_resource(struct finding *f)
{
	f->resource.raw = text_of(FINDING_ID_MAX + 1, long_texts);
}

/* Fits as it came, but not once it is qualified with type and account. */
static void long_canonical_id(struct finding *f)
{
	f->resource.type = "AwsFooBar";
	f->resource.raw = text_of(FINDING_ID_MAX, long_texts);
}

static void long_alias(struct finding *f)
{
	const char **aliases = ARENA_ARRAY(long_texts, const char *, 1);

	aliases[0] = text_of(FINDING_ID_MAX + 1, long_texts);
	f->resource.aliases = aliases;
	f->resource.n_aliases = 1;
}

static void test_finding_seal__refuses_what_has_no_identity(void **state)
{
	static const struct {
		void (*spoil)(struct finding *f);
		const char *text;
	} rows[] = {
	        {no_connector, "connector is missing"},
	        {no_native_id, "native_id is missing"},
	        {no_rule, "rule is missing"},
	        {no_place, "resource and account are missing"},
	        {blank_resource, "the resource has no identity"},
	        {long_native_id, "native_id is longer than 2048 bytes"},
	        {long_resource, "resource.raw is longer than 2048 bytes"},
	        {long_canonical_id, "the canonical resource id is longer than 2048 bytes"},
	        {long_alias, "a resource alias is longer than 2048 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct finding f = sample_finding();
		struct error err = {.text = ""};

		long_texts = a;
		rows[i].spoil(&f);
		if (finding_seal(&f, &org, a, &err) != ERR_INVALID)
			fail_msg("was sealed: %s", rows[i].text);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.text, rows[i].text);
	}
}

static void test_finding_seal__cuts_text_at_a_character(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	char *text = arena_alloc(a, FINDING_TEXT_MAX + 3);
	struct finding f = sample_finding();

	(void)state;
	memset(text, 'x', FINDING_TEXT_MAX);
	f.title = text;
	f = sealed(f, a);
	assert_ptr_equal(f.title, text);

	/* Two characters of two bytes around the border: the first is left out whole. */
	memcpy(text + FINDING_TEXT_MAX - 1, "\xc3\xa9\xc3\xa9", 3);
	f = sealed(f, a);
	assert_int_equal(strlen(f.title), FINDING_TEXT_MAX - 1);
	assert_int_equal(f.title[FINDING_TEXT_MAX - 2], 'x');

	text[FINDING_TEXT_MAX - 2] = '\xc3';
	text[FINDING_TEXT_MAX - 1] = '\xa9';
	text[FINDING_TEXT_MAX] = 'y';
	f.title = text;
	f = sealed(f, a);
	assert_int_equal(strlen(f.title), FINDING_TEXT_MAX);
}

static void test_finding_seal__makes_numbers_off_the_scale_unknown(void **state)
{
	static const struct {
		int sev100, sev100_out;
		int epss, epss_out;
	} rows[] = {
	        {101, SEV100_UNKNOWN, 100001, -1},
	        {-7, SEV100_UNKNOWN, -7, -1},
	        {100, 100, 100000, 100000},
	        {0, 0, 0, 1},
	        {55, 55, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct finding f = sample_finding();

		f.sev100 = rows[i].sev100;
		f.epss = rows[i].epss;
		f = sealed(f, a);
		assert_int_equal(f.sev100, rows[i].sev100_out);
		assert_int_equal(f.epss, rows[i].epss_out);
	}
}

static void test_finding_seal__writes_cves_in_upper_case(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct finding f = sample_finding();

	(void)state;
	f.cve = "cve-2024-3094";
	f = sealed(f, a);
	assert_string_equal(f.cve, "CVE-2024-3094");
	f.cve = "GHSA-abcd-efgh-ijkl";
	f = sealed(f, a);
	assert_string_equal(f.cve, "GHSA-abcd-efgh-ijkl");
}

/* Each change below must move the hash, and none may move the key. */
static void change_state(struct finding *f)
{
	f->state = FINDING_RESOLVED;
}

static void change_severity(struct finding *f)
{
	f->sev100 = 80;
}

static void change_title(struct finding *f)
{
	f->title = "Bucket is public";
}

static void change_description(struct finding *f)
{
	f->description = "Bucket is public";
}

static void change_remediation(struct finding *f)
{
	f->remediation = "Close it";
}

static void change_cvss(struct finding *f)
{
	f->cvss_vector = "AV:N";
}

static void change_epss(struct finding *f)
{
	f->epss = 5;
}

static void change_maturity(struct finding *f)
{
	f->maturity = MATURITY_POC;
}

static void change_package(struct finding *f)
{
	f->package = "zlib";
}

static void change_fixed_version(struct finding *f)
{
	f->fixed_version = "1.2";
}

static void change_region(struct finding *f)
{
	f->resource.region = "eu-west-2";
}

static void change_name(struct finding *f)
{
	f->resource.name = "Logs";
}

static void change_location(struct finding *f)
{
	f->location = "443";
}

static void change_controls(struct finding *f)
{
	static const struct control_ref controls[] = {{"CIS-2.0", "1.20"}};

	f->controls = controls;
	f->n_controls = 1;
}

static void change_aliases(struct finding *f)
{
	static const char *const aliases[] = {"s3://logs-1"};

	f->resource.aliases = aliases;
	f->resource.n_aliases = 1;
}

static void change_cve_aliases(struct finding *f)
{
	static const char *const aliases[] = {"GHSA-1"};

	f->cve_aliases = aliases;
	f->n_cve_aliases = 1;
}

static void change_sample(struct finding *f)
{
	f->sample = true;
}

static void change_first_seen(struct finding *f)
{
	f->first_seen = 5 * USEC_PER_SEC;
}

static void test_content_hash__moves_with_every_fact(void **state)
{
	static const struct {
		const char *name;
		void (*change)(struct finding *f);
	} rows[] = {
	        {"state", change_state},
	        {"severity", change_severity},
	        {"title", change_title},
	        {"description", change_description},
	        {"remediation", change_remediation},
	        {"cvss", change_cvss},
	        {"epss", change_epss},
	        {"maturity", change_maturity},
	        {"package", change_package},
	        {"fixed version", change_fixed_version},
	        {"region", change_region},
	        {"name", change_name},
	        {"location", change_location},
	        {"controls", change_controls},
	        {"aliases", change_aliases},
	        {"CVE aliases", change_cve_aliases},
	        {"sample", change_sample},
	        {"first seen", change_first_seen},
	};
	ARENA_SCOPED a = arena_new(1024);
	const struct finding before = sealed(sample_finding(), a);
	uint64_t seen[N_ELEMENTS(rows) + 1] = {before.content_hash};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct finding f = sample_finding();

		rows[i].change(&f);
		f = sealed(f, a);
		if (key_cmp(&f.key, &before.key) != 0)
			fail_msg("%s moved the key", rows[i].name);
		for (size_t j = 0; j <= i; j++) {
			if (f.content_hash == seen[j])
				fail_msg("%s has the hash of row %zu", rows[i].name, j);
		}
		seen[i + 1] = f.content_hash;
	}
}

static void test_content_hash__ignores_spelling_and_times_of_looking(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	const struct finding before = sealed(sample_finding(), a);
	struct finding f = sample_finding();

	(void)state;
	f.last_seen = 7 * USEC_PER_SEC;
	f.source_updated_at = 8 * USEC_PER_SEC;
	f.resource.raw = "arn:aws:s3:::logs-1";
	f = sealed(f, a);
	assert_int_equal(key_cmp(&f.key, &before.key), 0);
	assert_true(f.content_hash == before.content_hash);
}

static void test_key__tells_cve_connector_native_id_and_resource_apart(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct finding variants[5];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(variants); i++)
		variants[i] = sample_finding();
	variants[1].cve = "CVE-2024-3094";
	variants[2].connector = "aws_securityhub";
	variants[3].native_id = "other";
	variants[4].resource.raw = "logs-2";
	for (size_t i = 0; i < N_ELEMENTS(variants); i++) {
		variants[i] = sealed(variants[i], a);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(key_cmp(&variants[i].key, &variants[j].key),
			                     0);
	}
}

static void test_finding_names__are_stable(void **state)
{
	(void)state;
	assert_string_equal(finding_state_name(FINDING_OPEN), "open");
	assert_string_equal(finding_state_name(FINDING_NOT_APPLICABLE), "not_applicable");
	assert_string_equal(finding_state_name(FINDING_PASSING), "passing");
	assert_string_equal(finding_class_name(CLASS_MISCONFIGURATION), "misconfiguration");
	assert_string_equal(finding_class_name(CLASS_OTHER), "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_finding_init__leaves_no_pointer_null),
	        cmocka_unit_test(test_finding_seal__canonicalizes_and_computes_keys),
	        cmocka_unit_test(test_finding_seal__refuses_what_has_no_identity),
	        cmocka_unit_test(test_finding_seal__cuts_text_at_a_character),
	        cmocka_unit_test(test_finding_seal__makes_numbers_off_the_scale_unknown),
	        cmocka_unit_test(test_finding_seal__writes_cves_in_upper_case),
	        cmocka_unit_test(test_content_hash__moves_with_every_fact),
	        cmocka_unit_test(test_content_hash__ignores_spelling_and_times_of_looking),
	        cmocka_unit_test(
	                test_key__tells_cve_connector_native_id_and_resource_apart),
	        cmocka_unit_test(test_finding_names__are_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
