/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's alerts, from the API and from webhooks. */
#include "model/severity.h"

#include "collector/github.h"
#include "run_format.h"

#define DEPENDABOT(more)                                                                 \
	"{" more "'number':7,'state':'open','dependency':{'package':{'ecosystem':'npm'," \
	"'name':'lodash'},'manifest_path':'web/package-lock.json'},"                     \
	"'security_advisory':{'ghsa_id':'GHSA-aaaa-bbbb-cccc','cve_id':"                 \
	"'CVE-2026-0001','summary':'S','description':'D','severity':'high','cvss':{"     \
	"'vector_string':'CVSS:3.1/AV:N','score':7.5},'cvss_severities':{'cvss_v4':{"    \
	"'score':0.0,'vector_string':null},'cvss_v3':{'score':7.5,'vector_string':"      \
	"'CVSS:3.1/AV:N'}},'epss':{'percentage':0.00045},'identifiers':[{'type':"        \
	"'GHSA','value':'GHSA-aaaa-bbbb-cccc'},{'type':'CVE','value':"                   \
	"'CVE-2026-0001'}]},'security_vulnerability':{'package':{'name':'lodash'},"      \
	"'first_patched_version':{'identifier':'4.17.21'}},"                             \
	"'html_url':'https://github.com/Shop/Web/security/dependabot/7',"                \
	"'created_at':'2026-01-02T03:04:05Z','updated_at':'2026-01-03T03:04:05Z',"       \
	"'fixed_at':null}"
#define CODE(more)                                                                    \
	"{" more "'number':9,'state':'open','rule':{'id':'js/sql-injection',"         \
	"'severity':'error','security_severity_level':'critical','description':'R'}," \
	"'tool':{'name':'CodeQL','version':'2'},'most_recent_instance':{'message':{"  \
	"'text':'M'},'location':{'path':'src/a.js','start_line':12}},"                \
	"'html_url':'https://github.com/shop/web/security/code-scanning/9',"          \
	"'created_at':'2026-01-02T03:04:05Z'}"

static void test_github__detects(void **unused)
{
	static const struct {
		const char *record;
		bool dependabot, code;
	} rows[] = {
	        {DEPENDABOT(""), true, false},
	        {"{'action':'created','alert':" DEPENDABOT("") ",'repository':{}}", true,
	         false},
	        {CODE(""), false, true},
	        {"{'action':'fixed','alert':" CODE("") "}", false, true},
	        {"{'number':1,'html_url':'u','secret_type':'t','secret':'s'}", false,
	         false},
	        {"{'rule':{},'tool':{}}", false, false},
	        {"{'message':'Bad credentials','documentation_url':'u'}", false, false},
	        {"{}", false, false},
	        {"[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&github_dependabot, rows[i].record) != rows[i].dependabot ||
		    run_detects(&github_code_scanning, rows[i].record) != rows[i].code)
			fail_msg("%s", rows[i].record);
}

static void test_github__dependabot_fields(void **unused)
{
	struct run run = run_record(&github_dependabot, DEPENDABOT(""));
	const struct finding *f = &run.out.findings[0];
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	assert_string_equal(f->connector, "github_dependabot");
	assert_string_equal(f->engine, "dependabot");
	assert_string_equal(f->native_id, "https://github.com/Shop/Web|7");
	assert_string_equal(f->resource.id, "https://github.com/Shop/Web");
	assert_string_equal(f->scope, "https://github.com/Shop/Web");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_int_equal(f->n_cve_aliases, 1);
	assert_string_equal(f->cve_aliases[0], "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(f->sev100, 75);
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
	assert_int_equal(f->epss, 45);
	assert_string_equal(f->package, "lodash");
	assert_string_equal(f->fixed_version, "4.17.21");
	assert_string_equal(f->remediation, "Upgrade lodash to 4.17.21.");
	assert_string_equal(f->title, "S");
	assert_string_equal(f->location, "");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T03:04:05Z");
	assert_true(f->resolved_at == TIMESTAMP_NONE);
	run_close(&run);
}

static void test_github__dependabot_variants(void **unused)
{
	static const struct {
		const char *record;
		enum finding_state state;
		int sev100;
		const char *cve;
	} rows[] = {
	        {DEPENDABOT("'state':'fixed',"), FINDING_RESOLVED, 75, "CVE-2026-0001"},
	        {DEPENDABOT("'state':'dismissed',"), FINDING_SUPPRESSED, 75,
	         "CVE-2026-0001"},
	        {DEPENDABOT("'state':'auto_dismissed',"), FINDING_SUPPRESSED, 75,
	         "CVE-2026-0001"},
	        {DEPENDABOT("'state':'odd',"), FINDING_UNKNOWN, 75, "CVE-2026-0001"},
	        {DEPENDABOT(
	                 "'security_advisory':{'ghsa_id':'GHSA-aaaa-bbbb-cccc','cve_id':"
	                 "null,'severity':'low','cvss':{'score':0,'vector_string':null}},"),
	         FINDING_OPEN, 25, "GHSA-aaaa-bbbb-cccc"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&github_dependabot, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		if (f->state != rows[i].state || f->sev100 != rows[i].sev100 ||
		    strcmp(f->cve, rows[i].cve) != 0)
			fail_msg("%s: %s, %d, %s", rows[i].record,
			         finding_state_name(f->state), f->sev100, f->cve);
		run_close(&run);
	}
}

static void test_github__code_scanning(void **unused)
{
	static const struct {
		const char *record, *rule, *cve, *location, *engine;
		enum finding_class class;
		int sev100;
	} rows[] = {
	        {CODE(""), "codeql/js/sql-injection", "", "src/a.js", "codeql",
	         CLASS_VULNERABILITY, 95},
	        {CODE("'rule':{'id':'js/unused','severity':'note',"
	              "'security_severity_level':null},"),
	         "codeql/js/unused", "", "src/a.js", "codeql", CLASS_OTHER, 25},
	        {CODE("'tool':{'name':'Trivy'},'rule':{'id':'CVE-2026-0001','severity':"
	              "'error'},"),
	         "CVE-2026-0001", "CVE-2026-0001", "", "trivy", CLASS_VULNERABILITY, 80},
	        {CODE("'rule':{'id':'x','severity':'odd'},"), "codeql/x", "", "src/a.js",
	         "codeql", CLASS_OTHER, SEV100_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&github_code_scanning, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->connector, "github_code_scanning");
		assert_string_equal(f->native_id, "https://github.com/shop/web|9");
		assert_string_equal(f->rule, rows[i].rule);
		assert_string_equal(f->cve, rows[i].cve);
		assert_string_equal(f->location, rows[i].location);
		assert_string_equal(f->engine, rows[i].engine);
		assert_int_equal(f->class, rows[i].class);
		assert_int_equal(f->sev100, rows[i].sev100);
		run_close(&run);
	}
}

static void test_github__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *text;
	} rows[] = {
	        {&github_dependabot, DEPENDABOT("'number':'x',"), "number"},
	        {&github_dependabot, DEPENDABOT("'html_url':'x',"), "repository"},
	        {&github_dependabot, DEPENDABOT("'security_advisory':{},"), "CVE"},
	        {&github_code_scanning, CODE("'rule':{},"), "id"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(rows[i].format, rows[i].record);

		if (run.rc != ERR_INVALID || !strstr(run.err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].record,
			         run.rc ? run.err.text : "accepted");
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_github__detects),
	        cmocka_unit_test(test_github__dependabot_fields),
	        cmocka_unit_test(test_github__dependabot_variants),
	        cmocka_unit_test(test_github__code_scanning),
	        cmocka_unit_test(test_github__refuses_what_is_incomplete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
