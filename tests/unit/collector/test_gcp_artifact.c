/* SPDX-License-Identifier: Apache-2.0 */
/* Artifact Analysis: occurrences alone and in an image's description, and the corpus. */
#include "model/severity.h"

#include "collector/gcp_artifact.h"
#include "run_format.h"

#define IMAGE "https://europe-west1-docker.pkg.dev/shop-1/apps/web"
#define HEAD(note)                                                                 \
	"'name':'projects/shop-1/occurrences/o1','noteName':'projects/goog-vulnz/" \
	"notes/" note "','resourceUri':'" IMAGE "@sha256:"                         \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',"       \
	"'createTime':'2026-01-02T03:04:05Z','updateTime':'2026-01-03T03:04:05Z',"
#define VULN(more)                                                                         \
	"{" HEAD("CVE-2026-0001") "'kind':'VULNERABILITY','vulnerability':{" more          \
	                          "'effectiveSeverity':'HIGH','longDescription':'D','"     \
	                          "relatedUrls':[{'url':"                                  \
	                          "'https://example.com/"                                  \
	                          "a'}],'packageIssue':[{'affectedPackage':'libexample',"  \
	                          "'affectedVersion':{'name':'1.2','revision':'3','epoch'" \
	                          ":1},"                                                   \
	                          "'fixedVersion':{'fullName':'1.4','kind':'NORMAL'}}]}}"
#define CVSS3                                                                   \
	"'cvssv3':{'baseScore':9.8,'attackVector':'ATTACK_VECTOR_NETWORK',"     \
	"'attackComplexity':'ATTACK_COMPLEXITY_LOW','privilegesRequired':"      \
	"'PRIVILEGES_REQUIRED_NONE','userInteraction':'USER_INTERACTION_NONE'," \
	"'scope':'SCOPE_UNCHANGED','confidentialityImpact':'IMPACT_HIGH',"      \
	"'integrityImpact':'IMPACT_HIGH','availabilityImpact':'IMPACT_NONE'},"
#define OTHER_KIND      "{" HEAD("PACKAGE_VULNERABILITY") "'kind':'DISCOVERY','discovery':{}}"
#define DESCRIBED(more) "{'image_summary':{'fully_qualified_digest':'r@sha256:1'}" more "}"

static void test_gcp_artifact__detects(void **unused)
{
	static const struct {
		const char *record;
		bool yes;
	} rows[] = {
	        {VULN(""), true},
	        {OTHER_KIND, true},
	        {DESCRIBED(""), true},
	        {"{'name':'projects/p/occurrences/o'}", false},
	        {"{'name':'organizations/1/sources/2/findings/3','noteName':'n',"
	         "'resourceUri':'u'}",
	         false},
	        {"{'image_summary':{}}", false},
	        {"{}", false},
	        {"[]", false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&gcp_artifact, rows[i].record) != rows[i].yes)
			fail_msg("%s", rows[i].record);
}

static void test_gcp_artifact__fields(void **unused)
{
	struct run run = run_record(&gcp_artifact, VULN(CVSS3));
	const struct finding *f = &run.out.findings[0];
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	assert_string_equal(f->connector, "gcp_artifact_analysis");
	assert_string_equal(f->native_id, "projects/shop-1/occurrences/o1");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->title, "CVE-2026-0001 in libexample");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 98);
	assert_string_equal(f->cvss_vector, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N");
	assert_string_equal(f->severity_raw, "HIGH");
	assert_string_equal(f->package, "libexample");
	assert_string_equal(f->package_version, "1:1.2-3");
	assert_string_equal(f->fixed_version, "1.4");
	assert_string_equal(f->remediation, "Upgrade libexample to 1.4.");
	assert_string_equal(f->remediation_url, "https://example.com/a");
	assert_string_equal(f->resource.id, "europe-west1-docker.pkg.dev/shop-1/apps/web");
	assert_string_equal(f->resource.account, "shop-1");
	assert_int_equal(f->resource.provider, PROVIDER_GCP);
	assert_string_equal(f->scope, f->resource.id);
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T03:04:05Z");
	assert_string_equal(timestamp_format(f->source_updated_at, text),
	                    "2026-01-03T03:04:05Z");
	run_close(&run);
}

static void test_gcp_artifact__severity_and_state(void **unused)
{
	static const struct {
		const char *more;
		int sev100;
		const char *vector;
		enum finding_state state;
	} rows[] = {
	        {"", 80, "", FINDING_OPEN},
	        {"'effectiveSeverity':'MINIMAL',", 0, "", FINDING_OPEN},
	        {"'effectiveSeverity':'SEVERITY_UNSPECIFIED','severity':'LOW',", 25, "",
	         FINDING_OPEN},
	        {"'effectiveSeverity':'SEVERITY_UNSPECIFIED',", SEV100_UNKNOWN, "",
	         FINDING_OPEN},
	        {"'longDescription':'NIST vectors: "
	         "CVSS:3.1/AV:L','cvssv3':{'baseScore':5},",
	         50, "CVSS:3.1/AV:L", FINDING_OPEN},
	        {"'cvssv3':{'baseScore':0},'cvssV2':{'baseScore':4.3},", 43, "",
	         FINDING_OPEN},
	        {"'vexAssessment':{'state':'NOT_AFFECTED'},", 80, "",
	         FINDING_NOT_APPLICABLE},
	        {"'vexAssessment':{'state':'FIXED'},", 80, "", FINDING_RESOLVED},
	        {"'vexAssessment':{'state':'AFFECTED'},", 80, "", FINDING_OPEN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		const char *text = ARENA_JOIN(
		        a, "{" HEAD("CVE-2026-0001") "'vulnerability':{", rows[i].more,
		        &strstr(VULN(""), "'vulnerability':{")[17]);
		struct run run = run_record(&gcp_artifact, text);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		if (f->sev100 != rows[i].sev100 || f->state != rows[i].state ||
		    strcmp(f->cvss_vector, rows[i].vector) != 0)
			fail_msg("%s: %d, %s, %s", rows[i].more, f->sev100, f->cvss_vector,
			         finding_state_name(f->state));
		run_close(&run);
	}
}

static void test_gcp_artifact__image_description(void **unused)
{
	static const struct {
		const char *record, *error;
		size_t findings, problems;
	} rows[] = {
	        {DESCRIBED(",'package_vulnerability_summary':{'vulnerabilities':{"
	                   "'HIGH':[" VULN("") ",{'name':'x'}],'LOW':[" VULN("") "]}}"),
	         NULL, 2, 1},
	        {DESCRIBED(",'package_vulnerability_summary':{'vulnerabilities':{"
	                   "'HIGH':7}}"),
	         NULL, 0, 1},
	        {DESCRIBED(",'package_vulnerability_summary':{}"), NULL, 0, 0},
	        {DESCRIBED(""), "--show-package-vulnerability", 0, 0},
	        {OTHER_KIND, NULL, 0, 0},
	        {"{" HEAD("CVE-2026-0001") "'kind':'VULNERABILITY'}", "names no", 0, 0},
	        {"{'name':'x'}", "no occurrence", 0, 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&gcp_artifact, rows[i].record);

		if (run.out.n_findings != rows[i].findings ||
		    run.out.n_problems != rows[i].problems ||
		    (run.rc != 0) != (rows[i].error != NULL))
			fail_msg("%s: %zu, %zu", rows[i].record, run.out.n_findings,
			         run.out.n_problems);
		if (rows[i].error != NULL && !strstr(run.err.text, rows[i].error))
			fail_msg("%s", run.err.text);
		run_close(&run);
	}
}

static void test_gcp_artifact__corpus(void **unused)
{
	struct run run = run_open();

	(void)unused;
	assert_int_equal(
	        run_corpus(&run, &gcp_artifact, "gcp/artifact_analysis/many_vulns.json"),
	        1);
	assert_int_equal(run.out.n_findings, 7);
	assert_int_equal(run.out.n_problems, 0);
	for (size_t i = 0; i < run.out.n_findings; i++)
		assert_true(strncmp(run.out.findings[i].cvss_vector, "CVSS:3.1/", 9) == 0);
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_gcp_artifact__detects),
	        cmocka_unit_test(test_gcp_artifact__fields),
	        cmocka_unit_test(test_gcp_artifact__severity_and_state),
	        cmocka_unit_test(test_gcp_artifact__image_description),
	        cmocka_unit_test(test_gcp_artifact__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
