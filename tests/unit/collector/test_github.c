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

#define SECRET(more)                                                                \
	"{" more "'number':4,'state':'open','secret_type':'t','secret':'not read'," \
	"'secret_type_display_name':'T','validity':'unknown','resolution':null,"    \
	"'html_url':'https://github.com/shop/web/security/secret-scanning/4',"      \
	"'first_location_detected':{'path':'.env','start_line':3},"                 \
	"'created_at':'2026-01-02T03:04:05Z','resolved_at':'2026-01-09T03:04:05Z'}"

static void test_github__detects(void **unused)
{
	static const struct {
		const char *record;
		const struct format *is;
	} rows[] = {
	        {DEPENDABOT(""), &github_dependabot},
	        {"{'action':'created','alert':" DEPENDABOT("") ",'repository':{}}",
	         &github_dependabot},
	        {CODE(""), &github_code_scanning},
	        {"{'action':'fixed','alert':" CODE("") "}", &github_code_scanning},
	        {SECRET(""), &github_secret_scanning},
	        {"{'action':'resolved','alert':" SECRET("") "}", &github_secret_scanning},
	        {"{'number':1,'secret_type':'t','secret':'s'}", NULL},
	        {"{'rule':{},'tool':{}}", NULL},
	        {"{'message':'Bad credentials','documentation_url':'u'}", NULL},
	        {"{}", NULL},
	        {"[]", NULL},
	};
	static const struct format *const all[] = {
	        &github_dependabot, &github_code_scanning, &github_secret_scanning};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		for (size_t k = 0; k < N_ELEMENTS(all); k++)
			if (run_detects(all[k], rows[i].record) != (all[k] == rows[i].is))
				fail_msg("%s: %s", all[k]->name, rows[i].record);
}

static void test_github__secret_scanning(void **unused)
{
	static const struct {
		const char *record, *rule;
		enum finding_state state;
	} rows[] = {
	        {SECRET(""), "t", FINDING_OPEN},
	        {SECRET("'validity':'active',"), "active/t", FINDING_OPEN},
	        {SECRET("'validity':'inactive',"), "t", FINDING_OPEN},
	        {SECRET("'state':'resolved','resolution':'revoked',"), "t",
	         FINDING_RESOLVED},
	        {SECRET("'state':'resolved','resolution':'pattern_deleted',"), "t",
	         FINDING_RESOLVED},
	        {SECRET("'state':'resolved','resolution':'wont_fix',"), "t",
	         FINDING_SUPPRESSED},
	        {SECRET("'state':'resolved','resolution':'false_positive',"), "t",
	         FINDING_SUPPRESSED},
	        {SECRET("'state':'odd',"), "t", FINDING_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&github_secret_scanning, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		if (f->state != rows[i].state)
			fail_msg("%s: %s", rows[i].record, finding_state_name(f->state));
		assert_string_equal(f->rule, rows[i].rule);
		assert_string_equal(f->connector, "github_secret_scanning");
		assert_string_equal(f->native_id, "https://github.com/shop/web|4");
		assert_string_equal(f->title, "T");
		assert_string_equal(f->location, ".env");
		assert_int_equal(f->class, CLASS_SECRET);
		run_close(&run);
	}
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
	        {&github_secret_scanning, SECRET("'secret_type':'',"), "secret_type"},
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
	        cmocka_unit_test(test_github__secret_scanning),
	        cmocka_unit_test(test_github__refuses_what_is_incomplete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
