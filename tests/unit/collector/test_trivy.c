/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trivy reports: each kind of finding by table, artifacts and identities, what must
 * not be detected, and the corpus where it is at hand.
 */
#include "collector/trivy.h"
#include "run_format.h"

#define HEAD(name, type)                                                              \
	"{\"SchemaVersion\":2,\"CreatedAt\":\"2026-01-02T03:04:05.123456789+01:00\"," \
	"\"ArtifactName\":\"" name "\",\"ArtifactType\":\"" type "\","
#define IMAGE(result) \
	HEAD("example.com/shop/web:1.2", "container_image") "\"Results\":[" result "]}"
#define OS_TARGET \
	"\"Target\":\"example.com/shop/web:1.2 (debian 12.1)\",\"Class\":\"os-pkgs\","
#define OS(vulnerability) IMAGE("{" OS_TARGET "\"Vulnerabilities\":[{" vulnerability "}]}")

/* Parses each of the document's results as a record in it, as the reader cuts them. */
static struct run run_report(const char *text)
{
	struct run run = run_open();
	struct json_items it = {0};

	run_load(&run, text, strlen(text));
	assert_int_equal(json_view_opt_items(run.record, "Results", &it, &run.err), 0);
	while (run.rc == 0 && json_items_next(&it)) {
		struct parse_input in = {.envelope = run.record, .record = it.value};

		if (!trivy.detect(in.envelope, in.record))
			fail_msg("not detected: %s", text);
		run.rc = trivy.parse(&in, &run.out, &run.err);
	}
	return run;
}

static struct finding *only_finding(const struct run *run, const char *name)
{
	if (run->rc != 0 || run->out.n_findings != 1)
		fail_msg("%s: %zu findings, %s", name, run->out.n_findings,
		         run->rc ? run->err.text : "");
	return &run->out.findings[0];
}

static void test_trivy__detects_reports(void **unused)
{
	static const struct {
		const char *envelope, *record;
		bool schema2, legacy;
	} rows[] = {
	        {"{\"SchemaVersion\":2,\"Results\":[]}",
	         "{\"Target\":\"a\",\"Class\":\"x\"}", true, false},
	        {"{\"Results\":[]}", "{\"Target\":\"a\",\"Vulnerabilities\":[]}", true,
	         false},
	        {"", HEAD("a", "repository") "\"Results\":null}", true, false},
	        {"", "{\"SchemaVersion\":2,\"ArtifactName\":\"a\"}", true, false},
	        {"", "{\"Target\":\"a\",\"Vulnerabilities\":null}", false, true},
	        {"", "{\"Target\":\"a\"}", false, false},
	        {"", "{\"SchemaVersion\":\"2018-10-08\",\"Results\":[]}", false, false},
	        {"", "{\"SchemaVersion\":2,\"ClusterName\":\"c\",\"Results\":[]}", false,
	         false},
	        {"", "{\"ClusterName\":\"c\",\"Vulnerabilities\":[]}", false, false},
	        {"", "{\"apiVersion\":\"aquasecurity.github.io/v1alpha1\",\"report\":{}}",
	         false, false},
	        {"{\"Results\":[]}", "{\"ruleId\":\"a\"}", false, false},
	        {"{\"value\":[]}", "{\"id\":\"a\",\"Type\":\"b\"}", false, false},
	        {"", "{}", false, false},
	        {"", "[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run envelope = run_open(), record = run_open();

		if (rows[i].envelope[0] != '\0')
			run_load(&envelope, rows[i].envelope, strlen(rows[i].envelope));
		run_load(&record, rows[i].record, strlen(rows[i].record));
		if (trivy.detect(envelope.record, record.record) != rows[i].schema2 ||
		    trivy_legacy.detect(envelope.record, record.record) != rows[i].legacy)
			fail_msg("%s in %s", rows[i].record, rows[i].envelope);
		run_close(&envelope);
		run_close(&record);
	}
}

static void test_trivy__a_report_without_results_is_clean(void **unused)
{
	static const char *const rows[] = {
	        HEAD("a", "repository") "\"Results\":null}",
	        "{\"SchemaVersion\":2,\"ArtifactName\":\"a\"}",
	        HEAD("a", "repository") "\"Results\":[{\"Target\":\"go.mod\","
	                                "\"Vulnerabilities\":"
	                                "null,\"Secrets\":[]}]}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&trivy, rows[i]);

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 0);
		run_close(&run);
	}
}

static void test_trivy__vulnerability(void **unused)
{
	struct run run = run_report(
	        OS("\"VulnerabilityID\":\"CVE-2026-0001\",\"VendorIDs\":[\"DSA-1-1\","
	           "\"GHSA-aaaa-"
	           "bbbb-cccc\"],\"PkgName\":\"openssl\",\"InstalledVersion\":\"1.1\","
	           "\"FixedVersion\":\"1.2\",\"Status\":\"fixed\",\"Severity\":\"HIGH\","
	           "\"Title\":"
	           "\"T\",\"Description\":\"D\",\"PrimaryURL\":\"https://example.com/"
	           "\",\"CVSS\":"
	           "{\"redhat\":{\"V3Vector\":\"CVSS:3.1/AV:L\",\"V3Score\":4.4},\"nvd\":"
	           "{\"V2Score\":5,\"V2Vector\":\"AV:N\",\"V3Vector\":\"CVSS:3.1/AV:N\","
	           "\"V3Score\":7.5}},\"Unheard\":{\"of\":[1]}"));
	const struct finding *f = only_finding(&run, "vulnerability");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	run_seal(&run, 0);
	assert_string_equal(f->connector, "trivy");
	assert_string_equal(f->engine, "trivy");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_int_equal(f->n_cve_aliases, 1);
	assert_string_equal(f->cve_aliases[0], "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(f->sev100, 75);
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
	assert_string_equal(f->severity_raw, "HIGH");
	assert_string_equal(f->package, "openssl");
	assert_string_equal(f->package_version, "1.1");
	assert_string_equal(f->fixed_version, "1.2");
	assert_string_equal(f->remediation, "Upgrade openssl to 1.2.");
	assert_string_equal(f->location, "");
	assert_int_equal(f->resource.provider, PROVIDER_NONE);
	assert_string_equal(f->resource.type, "container.image");
	assert_string_equal(f->resource.id, "example.com/shop/web");
	assert_string_equal(f->scope, "example.com/shop/web");
	assert_string_equal(f->native_id,
	                    "example.com/shop/web||openssl|1.1|CVE-2026-0001");
	assert_string_equal(timestamp_format(f->last_seen, text),
	                    "2026-01-02T02:04:05.123456Z");
	assert_true(f->first_seen == TIMESTAMP_NONE);
	run_close(&run);
}

#define SCORED(severity, cvss)                                              \
	OS("\"VulnerabilityID\":\"CVE-2026-0001\",\"Severity\":\"" severity \
	   "\",\"CVSS\":" cvss)

static void test_trivy__severity(void **unused)
{
	static const struct {
		const char *name, *report;
		int sev100;
		const char *vector;
	} rows[] = {
	        {"label", SCORED("HIGH", "null"), 80, ""},
	        {"unknown label", SCORED("UNKNOWN", "{}"), -1, ""},
	        {"v4 before v3",
	         SCORED("LOW", "{\"nvd\":{\"V3Score\":9.8,\"V40Score\":8.7,"
	                       "\"V40Vector\":\"CVSS:4.0/AV:N\"}}"),
	         87, "CVSS:4.0/AV:N"},
	        {"v3.1 before v3.0",
	         SCORED("LOW", "{\"a\":{\"V3Score\":5,\"V3Vector\":\"CVSS:3.0/AV:N\"},"
	                       "\"b\":{\"V3Score\":6,\"V3Vector\":\"CVSS:3.1/AV:N\"}}"),
	         60, "CVSS:3.1/AV:N"},
	        {"nvd before others",
	         SCORED("LOW", "{\"ghsa\":{\"V3Score\":9,\"V3Vector\":\"CVSS:3.1/AV:N\"},"
	                       "\"nvd\":{\"V3Score\":4,\"V3Vector\":\"CVSS:3.1/AV:L\"}}"),
	         40, "CVSS:3.1/AV:L"},
	        {"v2 alone", SCORED("LOW", "{\"nvd\":{\"V2Score\":4.3}}"), 43, ""},
	        {"score out of range", SCORED("LOW", "{\"nvd\":{\"V3Score\":98}}"), 25, ""},
	        {"not a map", SCORED("LOW", "{\"nvd\":7}"), 25, ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_report(rows[i].report);
		const struct finding *f = only_finding(&run, rows[i].name);

		if (f->sev100 != rows[i].sev100 ||
		    strcmp(f->cvss_vector, rows[i].vector) != 0)
			fail_msg("%s: %d, %s", rows[i].name, f->sev100, f->cvss_vector);
		run_close(&run);
	}
}

static void test_trivy__cve_of_other_advisories(void **unused)
{
	static const struct {
		const char *members, *cve, *alias;
	} rows[] = {
	        {OS("\"VulnerabilityID\":\"GHSA-aaaa-bbbb-cccc\""), "GHSA-aaaa-bbbb-cccc",
	         ""},
	        {OS("\"VulnerabilityID\":\"GHSA-a\",\"VendorIDs\":[\"CVE-2026-1234\"]"),
	         "CVE-2026-1234", "GHSA-a"},
	        {OS("\"VulnerabilityID\":\"GHSA-a\",\"References\":[\"https://example.com/"
	            "x\","
	            "\"https://example.com/cve-2026-1234\",\"https://x/"
	            "CVE-2026-1234.html\"]"),
	         "CVE-2026-1234", "GHSA-a"},
	        {OS("\"VulnerabilityID\":\"GHSA-a\",\"References\":[\"CVE-2026-1234\","
	            "\"CVE-2026-1235\"]"),
	         "GHSA-a", ""},
	        {OS("\"VulnerabilityID\":\"TEMP-1\",\"References\":[\"CVE-2026-1234\"]"),
	         "TEMP-1", ""},
	        {OS("\"VulnerabilityID\":\"GHSA-a\",\"References\":[\"CVE-20261234\",\"CVE-"
	            "2026-1\","
	            "\"CVE-\"]"),
	         "GHSA-a", ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_report(rows[i].members);
		const struct finding *f = only_finding(&run, rows[i].members);

		if (strcmp(f->cve, rows[i].cve) != 0 ||
		    f->n_cve_aliases != (rows[i].alias[0] != '\0') ||
		    (f->n_cve_aliases && strcmp(f->cve_aliases[0], rows[i].alias) != 0))
			fail_msg("%s: %s", rows[i].members, f->cve);
		run_close(&run);
	}
}

static void test_trivy__statuses(void **unused)
{
	static const struct {
		const char *report;
		enum finding_state state;
	} rows[] = {
	        {OS("\"VulnerabilityID\":\"C\",\"Status\":\"not_affected\""),
	         FINDING_NOT_APPLICABLE},
	        {OS("\"VulnerabilityID\":\"C\",\"Status\":\"will_not_fix\""), FINDING_OPEN},
	        {OS("\"VulnerabilityID\":\"C\",\"Status\":\"end_of_life\""), FINDING_OPEN},
	        {OS("\"VulnerabilityID\":\"C\""), FINDING_OPEN},
	        {IMAGE("{" OS_TARGET
	               "\"Misconfigurations\":[{\"ID\":\"DS1\",\"Status\":\"FAIL\"}]}"),
	         FINDING_OPEN},
	        {IMAGE("{" OS_TARGET "\"Misconfigurations\":[{\"ID\":\"DS1\"}]}"),
	         FINDING_OPEN},
	        {IMAGE("{" OS_TARGET
	               "\"Misconfigurations\":[{\"ID\":\"DS1\",\"Status\":\"PASS\"}]}"),
	         FINDING_PASSING},
	        {IMAGE("{" OS_TARGET "\"Misconfigurations\":[{\"ID\":\"DS1\",\"Status\":"
	               "\"EXCEPTION\"}]}"),
	         FINDING_SUPPRESSED},
	        {IMAGE("{" OS_TARGET
	               "\"ExperimentalModifiedFindings\":[{\"Type\":\"vulnerability\","
	               "\"Status\":\"ignored\",\"Finding\":{\"VulnerabilityID\":\"C\"}}]}"),
	         FINDING_SUPPRESSED},
	        {IMAGE("{" OS_TARGET
	               "\"ExperimentalModifiedFindings\":[{\"Type\":\"vulnerability\","
	               "\"Status\":\"not_affected\",\"Finding\":{\"VulnerabilityID\":\"C\"}"
	               "},"
	               "{\"Type\":\"unheard of\"}]}"),
	         FINDING_NOT_APPLICABLE},
	        /* A package at two paths, ignored at one of them. */
	        {IMAGE("{" OS_TARGET "\"Vulnerabilities\":[{\"VulnerabilityID\":\"C\"}],"
	               "\"ExperimentalModifiedFindings\":[{\"Type\":\"vulnerability\","
	               "\"Status\":\"ignored\",\"Finding\":{\"VulnerabilityID\":\"C\"}}]}"),
	         FINDING_OPEN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_report(rows[i].report);

		if (only_finding(&run, rows[i].report)->state != rows[i].state)
			fail_msg("%s: %s", rows[i].report,
			         finding_state_name(run.out.findings[0].state));
		run_seal(&run, 0);
		run_close(&run);
	}
}

static void test_trivy__misconfiguration(void **unused)
{
	struct run run = run_report(HEAD(
	        "infra", "filesystem") "\"Results\":[{\"Target\":\"main.tf\",\"Class\":"
	                               "\"config\",\"Misconfigurations\":[{\"ID\":\"X1\","
	                               "\"AVDID\":\"AVD-AWS-0086\","
	                               "\"Title\":\"T\",\"Description\":\"D\",\"Message\":"
	                               "\"M\",\"Resolution\":\"R\","
	                               "\"Severity\":\"CRITICAL\",\"Status\":\"FAIL\","
	                               "\"CauseMetadata\":{\"Resource\":"
	                               "\"aws_s3_bucket.logs\",\"StartLine\":3}}]}]}");
	const struct finding *f = only_finding(&run, "misconfiguration");

	(void)unused;
	run_seal(&run, 0);
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_string_equal(f->rule, "AVD-AWS-0086");
	assert_string_equal(f->location, "main.tf:aws_s3_bucket.logs");
	assert_string_equal(f->description, "D\n\nM");
	assert_string_equal(f->remediation, "R");
	assert_int_equal(f->sev100, 95);
	assert_string_equal(f->resource.type, "filesystem");
	assert_string_equal(f->resource.id, "infra");
	assert_string_equal(f->native_id, "infra|main.tf|AVD-AWS-0086|aws_s3_bucket.logs");
	run_close(&run);
}

static bool holds(const struct finding *f, const char *word)
{
	const char *const texts[] = {f->native_id,   f->rule,        f->title,
	                             f->description, f->remediation, f->remediation_url,
	                             f->status_raw,  f->location,    f->package};

	for (size_t i = 0; i < N_ELEMENTS(texts); i++)
		if (strstr(texts[i], word))
			return true;
	return false;
}

static void test_trivy__never_keeps_a_secret(void **unused)
{
	struct run run =
	        run_report(HEAD("https://example.com/shop.git",
	                        "repository") "\"Results\":[{\"Target\":"
	                                      "\"deploy/"
	                                      "env\",\"Class\":\"secret\",\"Secrets\":[{"
	                                      "\"RuleID\":\"github-pat\","
	                                      "\"Category\":\"GitHub\",\"Severity\":"
	                                      "\"CRITICAL\",\"Title\":\"GitHub token\","
	                                      "\"StartLine\":24,\"EndLine\":24,\"Match\":"
	                                      "\"TOKEN=hunter2\",\"Code\":{\"Lines\":"
	                                      "[{\"Content\":\"TOKEN=hunter2\"}]}}]}]}");
	const struct finding *f = only_finding(&run, "secret");

	(void)unused;
	run_seal(&run, 0);
	assert_int_equal(f->class, CLASS_SECRET);
	assert_string_equal(f->rule, "github-pat");
	assert_string_equal(f->location, "deploy/env:24");
	assert_int_equal(f->sev100, 95);
	assert_string_equal(f->resource.id, "https://example.com/shop");
	assert_false(holds(f, "hunter2"));
	run_close(&run);
}

static void test_trivy__license(void **unused)
{
	struct run run = run_report(
	        IMAGE("{\"Target\":\"OS "
	              "Packages\",\"Class\":\"license\",\"Licenses\":[{\"Severity\":"
	              "\"HIGH\",\"Category\":\"restricted\",\"PkgName\":\"bash\","
	              "\"FilePath\":\"\","
	              "\"Name\":\"GPL-3.0\",\"Link\":\"https://example.com/\"}]}"));
	const struct finding *f = only_finding(&run, "license");

	(void)unused;
	assert_int_equal(f->class, CLASS_LICENSE);
	assert_string_equal(f->rule, "GPL-3.0");
	assert_string_equal(f->title, "bash: GPL-3.0 (restricted)");
	assert_string_equal(f->location, "bash");
	assert_int_equal(f->sev100, 80);
	run_close(&run);
}

#define ONE                                     \
	"\"Results\":[{\"Target\":\"t (alpine " \
	"3)\",\"Vulnerabilities\":[{\"VulnerabilityID\":\"C\"}]}]}"

static void test_trivy__artifacts(void **unused)
{
	static const struct {
		const char *report, *id, *type;
	} rows[] = {
	        {HEAD("alpine:3.10", "container_image") ONE, "docker.io/library/alpine",
	         "container.image"},
	        {HEAD("Example.com:5000/a/b@sha256:00", "container_image") ONE,
	         "example.com:5000/a/b", "container.image"},
	        {HEAD("out/app.tar.gz",
	              "container_image") "\"Metadata\":{\"RepoTags\":[\"ghcr.io/x/"
	                                 "app:7\"]}," ONE,
	         "ghcr.io/x/app", "container.image"},
	        {HEAD("sha256:11",
	              "container_image") "\"Metadata\":{\"RepoTags\":null,"
	                                 "\"RepoDigests\":[\"ghcr.io/x/app@sha256:"
	                                 "22\"]}," ONE,
	         "ghcr.io/x/app", "container.image"},
	        {HEAD("", "container_image") ONE, "docker.io/library/t", "container.image"},
	        {HEAD(".", "repository") "\"Metadata\":{\"RepoURL\":\"https://example.com/"
	                                 "a.git\"}," ONE,
	         "https://example.com/a", "repository"},
	        {HEAD("ami:ami-1", "vm") ONE, "ami:ami-1", "vm"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_report(rows[i].report);
		const struct finding *f = only_finding(&run, rows[i].report);

		run_seal(&run, 0);
		if (strcmp(f->resource.id, rows[i].id) != 0 ||
		    strcmp(f->resource.type, rows[i].type) != 0 ||
		    strcmp(f->scope, rows[i].id) != 0)
			fail_msg("%s: %s, %s, %s", rows[i].report, f->resource.id,
			         f->resource.type, f->scope);
		run_close(&run);
	}
}

static void test_trivy__cloud_scan(void **unused)
{
	struct run run = run_report(
	        HEAD("111122223333",
	             "aws_account") "\"Results\":[{\"Target\":\"arn:aws:s3:::example"
	                            "-logs\",\"Class\":\"config\",\"Misconfigurations\":[{"
	                            "\"ID\":\"AVD-AWS-0086\","
	                            "\"Status\":\"FAIL\",\"CauseMetadata\":{\"Resource\":"
	                            "\"arn:aws:s3:::example-logs\"}}]"
	                            "}]}");
	const struct finding *f = only_finding(&run, "cloud");

	(void)unused;
	run_seal(&run, 0);
	assert_int_equal(f->resource.provider, PROVIDER_AWS);
	assert_string_equal(f->resource.account, "111122223333");
	assert_string_equal(f->resource.id, "arn:aws:s3:::example-logs");
	assert_string_equal(f->location, "");
	run_close(&run);
}

/* A new tag is the same artifact, and its findings are the same findings. */
static void test_trivy__a_new_tag_continues_its_findings(void **unused)
{
	struct run before = run_report(OS("\"VulnerabilityID\":\"C\",\"PkgName\":\"p\""));
	struct run after = run_report(
	        HEAD("example.com/shop/web:2.0",
	             "container_image") "\"Results\":[{\"Target\":"
	                                "\"example.com/shop/web:2.0 (debian "
	                                "12.1)\",\"Vulnerabilities\":[{"
	                                "\"VulnerabilityID\":\"C\",\"PkgName\":\"p\"}]}]}");

	(void)unused;
	run_seal(&before, 0);
	run_seal(&after, 0);
	assert_int_equal(key_cmp(&only_finding(&before, "before")->key,
	                         &only_finding(&after, "after")->key),
	                 0);
	run_close(&before);
	run_close(&after);
}

static void test_trivy__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const char *report, *text;
	} rows[] = {
	        {OS("\"PkgName\":\"p\""), "Vulnerabilities[0]"},
	        {IMAGE("{" OS_TARGET "\"Misconfigurations\":[{\"Title\":\"t\"}]}"), "ID"},
	        {IMAGE("{" OS_TARGET "\"Secrets\":[{\"Match\":\"t\"}]}"), "RuleID"},
	        {IMAGE("{" OS_TARGET "\"Licenses\":[{}]}"), "Name"},
	        {IMAGE("{" OS_TARGET "\"Vulnerabilities\":7}"), "Vulnerabilities"},
	        {IMAGE("{" OS_TARGET "\"Vulnerabilities\":[7]}"), "Vulnerabilities[0]"},
	        {IMAGE("{" OS_TARGET
	               "\"ExperimentalModifiedFindings\":[{\"Type\":\"secret\"}]}"),
	         "ExperimentalModifiedFindings[0]"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_report(rows[i].report);

		if (run.rc != ERR_INVALID || !strstr(run.err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].report,
			         run.rc ? run.err.text : "accepted");
		run_close(&run);
	}
}

static void test_trivy__legacy(void **unused)
{
	struct run run =
	        run_record(&trivy_legacy, "{\"Target\":\"shop/web:1 (debian "
	                                  "10.9)\",\"Type\":\"debian\",\"Vulnerabilities\":"
	                                  "[{\"VulnerabilityID\":\"CVE-2026-0001\","
	                                  "\"PkgName\":\"p\",\"InstalledVersion\":"
	                                  "\"1\",\"Severity\":\"LOW\"}]}");
	const struct finding *f = only_finding(&run, "legacy");

	(void)unused;
	run_seal(&run, 0);
	assert_string_equal(f->resource.id, "docker.io/shop/web");
	assert_string_equal(f->resource.type, "container.image");
	assert_string_equal(f->native_id, "docker.io/shop/web||p|1|CVE-2026-0001");
	run_close(&run);
}

static void test_trivy__corpus(void **unused)
{
	static const struct {
		const char *name;
		size_t findings;
		const char *id;
	} rows[] = {
	        {"trivy/all_statuses.json", 8, "docker.io/noppaknopsta/example-app"},
	        {"trivy/golden_alpine-310.json", 4,
	         "ghcr.io/aquasecurity/trivy-test-images"},
	        {"trivy/golden_npm-with-dev.json", 1, "testdata/fixtures/repo/npm"},
	        {"trivy/golden_ubuntu-1804.json", 5,
	         "ghcr.io/aquasecurity/trivy-test-images"},
	        {"trivy/misconfigurations_and_secrets.json", 5, "."},
	        {"trivy/scheme_2_many_vulns.json", 5, "docker.io/library/teamdojo"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		size_t size;
		char *text = read_corpus(rows[i].name, &size);
		struct run run;

		if (!text) {
			print_message("no corpus at %s: skipped\n", shared_dir());
			skip();
		}
		run = run_report(text);
		if (run.rc != 0 || run.out.n_findings != rows[i].findings)
			fail_msg("%s: %zu, %s", rows[i].name, run.out.n_findings,
			         run.rc ? run.err.text : "");
		run_seal(&run, 0);
		for (size_t k = 0; k < run.out.n_findings; k++)
			if (strcmp(run.out.findings[k].resource.id, rows[i].id) != 0)
				fail_msg("%s: %s", rows[i].name,
				         run.out.findings[k].resource.id);
		run_close(&run);
		free(text);
	}
}

static void test_trivy__legacy_corpus(void **unused)
{
	struct run run = run_open();

	(void)unused;
	assert_int_equal(run_corpus(&run, &trivy_legacy, "trivy/legacy_many_vulns.json"),
	                 1);
	assert_int_equal(run.out.n_findings, 93);
	run_close(&run);
}

/* Reports on clusters and of the operator have shapes of their own. */
static void test_trivy__leaves_other_documents(void **unused)
{
	static const char *const names[] = {"trivy/kubernetes.json",
	                                    "trivy/k8s-results_unexpected-attribute.json",
	                                    "trivy_operator/configauditreport_many.json",
	                                    "trivy_operator/vulnerabilityreport_many.json",
	                                    "aws/asff/trivy_alpine310_asff.json"};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		struct run run = run_open();
		size_t size;
		char *text = read_corpus(names[i], &size);

		if (text) {
			run_load(&run, text, size);
			if (trivy.detect((struct json_view){0}, run.record) ||
			    trivy_legacy.detect((struct json_view){0}, run.record))
				fail_msg("%s", names[i]);
		}
		run_close(&run);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_trivy__detects_reports),
	        cmocka_unit_test(test_trivy__a_report_without_results_is_clean),
	        cmocka_unit_test(test_trivy__vulnerability),
	        cmocka_unit_test(test_trivy__severity),
	        cmocka_unit_test(test_trivy__cve_of_other_advisories),
	        cmocka_unit_test(test_trivy__statuses),
	        cmocka_unit_test(test_trivy__misconfiguration),
	        cmocka_unit_test(test_trivy__never_keeps_a_secret),
	        cmocka_unit_test(test_trivy__license),
	        cmocka_unit_test(test_trivy__artifacts),
	        cmocka_unit_test(test_trivy__cloud_scan),
	        cmocka_unit_test(test_trivy__a_new_tag_continues_its_findings),
	        cmocka_unit_test(test_trivy__refuses_what_is_incomplete),
	        cmocka_unit_test(test_trivy__legacy),
	        cmocka_unit_test(test_trivy__corpus),
	        cmocka_unit_test(test_trivy__legacy_corpus),
	        cmocka_unit_test(test_trivy__leaves_other_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
