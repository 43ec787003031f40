/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of Grype: fields, artifacts, states, what is refused. */
#include "collector/grype.h"
#include "run_format.h"

#define GRYPE(source, list, match)                                          \
	"{'" list "':[" match "],'source':" source ",'descriptor':{'name':" \
	"'grype','version':'0.80','timestamp':'2026-01-02T03:04:05Z'}}"
#define IMAGE "{'type':'image','target':{'userInput':'registry:example.com/shop/web:1'}}"
#define MATCH(vulnerability, more)                                                     \
	"{'vulnerability':{'id':'CVE-2026-0001'" vulnerability "},'artifact':{'name':" \
	"'ssl','version':'1.1','type':'deb'}" more "}"
#define FULL                                                                               \
	MATCH(",'dataSource':'https://example.com/','severity':'High','description':'D','" \
	      "cvss':[{'source':'nvd','version':'3.1','vector':'CVSS:3.1/AV:N','metrics':" \
	      "{'baseScore':8.2}}],'epss':[{'cve':'CVE-2026-0001','epss':0.03}],"          \
	      "'fix':{'versions':['1.2','2.0'],'state':'fixed'}",                          \
	      "")
#define ONE(vulnerability, more) GRYPE(IMAGE, "matches", MATCH(vulnerability, more))

static struct run run_ok(const struct format *format, const char *text)
{
	struct run run = run_record(format, text);

	if (run.rc != 0)
		fail_msg("%s: %s", text, run.err.text);
	run_seal(&run, 0);
	return run;
}

static const struct finding *only(const struct run *run, const char *name)
{
	if (run->out.n_findings != 1 || run->out.n_problems != 0)
		fail_msg("%s: %zu findings, %zu problems", name, run->out.n_findings,
		         run->out.n_problems);
	return &run->out.findings[0];
}

static void test_grype__match(void **unused)
{
	struct run run = run_ok(&grype, GRYPE(IMAGE, "matches", FULL));
	const struct finding *f = only(&run, "match");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "grype");
	assert_string_equal(f->engine, "grype");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_string_equal(f->status_raw, "fixed");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_string_equal(f->title, "CVE-2026-0001 in ssl");
	assert_string_equal(f->description, "D");
	assert_string_equal(f->remediation_url, "https://example.com/");
	assert_string_equal(f->remediation, "Upgrade ssl to 1.2, 2.0.");
	assert_int_equal(f->sev100, 82);
	assert_string_equal(f->severity_raw, "High");
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
	assert_int_equal(f->epss, 3000);
	assert_string_equal(f->package_version, "1.1");
	assert_string_equal(f->resource.id, "example.com/shop/web");
	assert_string_equal(f->resource.type, "container.image");
	assert_string_equal(f->scope, "example.com/shop/web");
	assert_string_equal(f->native_id, "example.com/shop/web|ssl|1.1|CVE-2026-0001");
	assert_string_equal(f->location, "");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-01-02T03:04:05Z");
	run_close(&run);
}

/* A package in two places, one of which a rule ignores: it is there, and open. */
static void test_grype__ignored_in_one_place_is_open(void **unused)
{
	static const char other[] = "{'vulnerability':{'id':'CVE-2026-0002'},'artifact':{"
	                            "'name':'ssl','version':'1.1','type':'deb'},"
	                            "'appliedIgnoreRules':[{'vulnerability':'x'}]}";
	char text[1024];
	struct run run;

	(void)unused;
	(void)snprintf(
	        text, sizeof(text),
	        "{'matches':[%s],'ignoredMatches':[%s,%s],'source':%s,'descriptor':{"
	        "'name':'grype','version':'0.80'}}",
	        MATCH("", ""),
	        MATCH("", ",'appliedIgnoreRules':[{'package':{'location':'/opt/**'}}]"),
	        other, IMAGE);
	run = run_ok(&grype, text);
	assert_int_equal(run.out.n_findings, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct finding *f = &run.out.findings[i];
		const bool is_first = strcmp(f->cve, "CVE-2026-0001") == 0;

		assert_int_equal(f->state, is_first ? FINDING_OPEN : FINDING_SUPPRESSED);
	}
	run_close(&run);
}

static void test_grype__clean_scan_is_of_its_artifact(void **unused)
{
	struct run run = run_ok(&grype, GRYPE(IMAGE, "matches", ""));

	(void)unused;
	assert_int_equal(run.out.n_findings, 0);
	assert_int_equal(run.out.n_scopes, 1);
	assert_string_equal(run.out.scopes[0].connector, "grype");
	assert_string_equal(run.out.scopes[0].scope, "example.com/shop/web");
	run_close(&run);
}

static void test_grype__severity_and_threat(void **unused)
{
	static const struct {
		const char *report;
		int sev100;
		enum maturity maturity;
	} rows[] = {
	        {ONE(",'severity':'Critical'", ""), 95, MATURITY_NONE},
	        {ONE(",'severity':'Negligible'", ""), 0, MATURITY_NONE},
	        {ONE(",'severity':'Unknown'", ""), -1, MATURITY_NONE},
	        {ONE(",'severity':'Low'",
	             ",'relatedVulnerabilities':[{'id':'CVE-2026-0001','cvss':[{'version':"
	             "'3.1','metrics':{'baseScore':9.8}}]}]"),
	         98, MATURITY_NONE},
	        {ONE(",'severity':'Low'",
	             ",'relatedVulnerabilities':[{'id':'CVE-2026-0002','cvss':[{'version':"
	             "'3.1','metrics':{'baseScore':9.8}}]}]"),
	         25, MATURITY_NONE},
	        {ONE(",'severity':'Low','knownExploited':[{'cve':'CVE-2026-0001'}]", ""),
	         25, MATURITY_ACTIVE},
	        {ONE(",'severity':'Low','knownExploited':[{'knownRansomwareCampaignUse':"
	             "'Known'},{}]",
	             ""),
	         25, MATURITY_RANSOMWARE},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_ok(&grype, rows[i].report);
		const struct finding *f = only(&run, rows[i].report);

		if (f->sev100 != rows[i].sev100 || f->maturity != rows[i].maturity)
			fail_msg("%s: %d, %d", rows[i].report, f->sev100, f->maturity);
		run_close(&run);
	}
}

#define GHSA(related)                                                      \
	GRYPE(IMAGE, "matches",                                            \
	      "{'vulnerability':{'id':'GHSA-aaaa-bbbb-cccc'},'artifact':{" \
	      "'name':'l'},'relatedVulnerabilities':[" related "]}")

static void test_grype__cve_of_other_advisories(void **unused)
{
	static const struct {
		const char *report, *cve;
		size_t aliases;
	} rows[] = {
	        {GHSA("{'id':'CVE-2026-0001'}"), "CVE-2026-0001", 1},
	        {GHSA("{'id':'CVE-2026-0001'},{'id':'CVE-2026-0001'}"), "CVE-2026-0001", 1},
	        {GHSA("{'id':'CVE-2026-0001'},{'id':'CVE-2026-0002'}"),
	         "GHSA-aaaa-bbbb-cccc", 0},
	        {GHSA(""), "GHSA-aaaa-bbbb-cccc", 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_ok(&grype, rows[i].report);
		const struct finding *f = only(&run, rows[i].report);

		if (strcmp(f->cve, rows[i].cve) != 0 || f->n_cve_aliases != rows[i].aliases)
			fail_msg("%s: %s", rows[i].report, f->cve);
		run_close(&run);
	}
}

static void test_grype__artifacts_and_states(void **unused)
{
	static const struct {
		const char *report, *id;
		enum finding_state state;
		const char *raw;
	} rows[] = {
	        {GRYPE("{'type':'image','target':{'userInput':'web.tar','tags':"
	               "['example.com/a/b:1']}}",
	               "matches", MATCH("", "")),
	         "example.com/a/b", FINDING_OPEN, ""},
	        {GRYPE("{'type':'directory','target':'/srv/shop'}", "matches",
	               MATCH("", "")),
	         "/srv/shop", FINDING_OPEN, ""},
	        {GRYPE(IMAGE, "ignoredMatches",
	               MATCH("", ",'appliedIgnoreRules':[{'reason':'r'}]")),
	         "example.com/shop/web", FINDING_SUPPRESSED, "ignored: r"},
	        {GRYPE(IMAGE, "ignoredMatches",
	               MATCH("", ",'appliedIgnoreRules':[{'vex-status':'not_affected',"
	                         "'vex-justification':'component_not_present'}]")),
	         "example.com/shop/web", FINDING_NOT_APPLICABLE,
	         "not_affected: component_not_present"},
	        {GRYPE(IMAGE, "ignoredMatches", MATCH("", "")), "example.com/shop/web",
	         FINDING_SUPPRESSED, "ignored"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_ok(&grype, rows[i].report);
		const struct finding *f = only(&run, rows[i].report);

		if (strcmp(f->resource.id, rows[i].id) != 0 || f->state != rows[i].state ||
		    strcmp(f->status_raw, rows[i].raw) != 0)
			fail_msg("%s: %s, %s", rows[i].report, f->resource.id,
			         f->status_raw);
		run_close(&run);
	}
}

static void test_grype__detects_and_refuses(void **unused)
{
	struct run run = run_record(&grype, GRYPE(IMAGE, "matches", FULL ",{},7"));

	(void)unused;
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 2);
	run_close(&run);
	run = run_ok(&grype, GRYPE(IMAGE, "matches", ""));
	assert_int_equal(run.out.n_findings, 0);
	run_close(&run);
	run = run_record(&grype, GRYPE("{'type':'image'}", "matches", FULL));
	assert_int_equal(run.rc, ERR_INVALID);
	run_close(&run);
	assert_true(run_detects(&grype, GRYPE(IMAGE, "matches", "")));
	assert_true(run_detects(&grype, "{'matches':[" FULL "]}"));
	assert_false(run_detects(&grype, "{'matches':[]}"));
	assert_false(run_detects(&grype, "{'matches':[{'id':1}]}"));
	assert_false(run_detects(&grype, "{'descriptor':{'name':'grype'}}"));
	assert_false(run_detects(&grype, "{'descriptor':{'name':'syft'},'matches':[]}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_grype__match),
	        cmocka_unit_test(test_grype__ignored_in_one_place_is_open),
	        cmocka_unit_test(test_grype__clean_scan_is_of_its_artifact),
	        cmocka_unit_test(test_grype__severity_and_threat),
	        cmocka_unit_test(test_grype__cve_of_other_advisories),
	        cmocka_unit_test(test_grype__artifacts_and_states),
	        cmocka_unit_test(test_grype__detects_and_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
