/* SPDX-License-Identifier: Apache-2.0 */
/* Semgrep's report: results, an empty one, secrets, dependencies. */
#include "model/severity.h"

#include "collector/secret_mask.h"
#include "collector/semgrep.h"
#include "run_format.h"

#define RESULT(id, extra)                                                      \
	"{'check_id':'" id "','path':'src/a.py','start':{'line':3,'col':5},"   \
	"'end':{'line':3,'col':9},'extra':{" extra "'message':'M','severity':" \
	"'ERROR','lines':'requires login','metadata':{'category':'security',"  \
	"'source':'https://semgrep.dev/r/x'}}}"
#define REPORT(results)                                                                    \
	"{'version':'1.2.3','results':[" results "],'errors':[],'paths':{'scanned':['a']}" \
	"}"

static void test_semgrep__detects(void **unused)
{
	static const struct {
		const char *record;
		bool yes;
	} rows[] = {
	        {REPORT(RESULT("a.b", "")), true},
	        {REPORT(""), true},
	        {RESULT("a.b", ""), true},
	        {"{'results':[{'id':1}],'errors':[],'paths':{'scanned':[]}}", false},
	        {"{'results':[]}", false},
	        {"{'results':{'failed_checks':[]}}", false},
	        {"{'check_id':'CKV_1','file_path':'f'}", false},
	        {"{}", false},
	        {"[]", false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&semgrep, rows[i].record) != rows[i].yes)
			fail_msg("%s", rows[i].record);
}

static void test_semgrep__fields(void **unused)
{
	static const struct {
		const char *result, *rule, *cve, *location;
		enum finding_class class;
		enum finding_state state;
		int sev100;
	} rows[] = {
	        {RESULT("py.sql", ""), "py.sql", "", "src/a.py", CLASS_VULNERABILITY,
	         FINDING_OPEN, 80},
	        {RESULT("py.sql", "'severity':'WARNING',"), "py.sql", "", "src/a.py",
	         CLASS_VULNERABILITY, FINDING_OPEN, 55},
	        {RESULT("py.sql", "'severity':'INFO',"), "py.sql", "", "src/a.py",
	         CLASS_VULNERABILITY, FINDING_OPEN, 25},
	        {RESULT("py.sql", "'severity':'CRITICAL',"), "py.sql", "", "src/a.py",
	         CLASS_VULNERABILITY, FINDING_OPEN, 95},
	        {RESULT("py.sql", "'severity':'INVENTORY',"), "py.sql", "", "src/a.py",
	         CLASS_VULNERABILITY, FINDING_OPEN, SEV100_UNKNOWN},
	        {RESULT("py.sql", "'is_ignored':true,"), "py.sql", "", "src/a.py",
	         CLASS_VULNERABILITY, FINDING_SUPPRESSED, 80},
	        {RESULT("generic.secrets.key", ""), "generic.secrets.key", "", "src/a.py",
	         CLASS_SECRET, FINDING_OPEN, 80},
	        {RESULT("x", "'validation_state':'CONFIRMED_VALID',"), "x", "", "src/a.py",
	         CLASS_SECRET, FINDING_OPEN, 80},
	        {RESULT("x", "'metadata':{'category':'correctness'},"), "x", "", "src/a.py",
	         CLASS_OTHER, FINDING_OPEN, 80},
	        {RESULT("ssc-1", "'metadata':{'sca-vuln-database-identifier':"
	                         "'CVE-2026-0001'},"),
	         "CVE-2026-0001", "CVE-2026-0001", "", CLASS_VULNERABILITY, FINDING_OPEN,
	         80},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&semgrep, rows[i].result);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->connector, "semgrep");
		assert_string_equal(f->resource.id, ".");
		assert_non_null(strstr(f->native_id, "|src/a.py|3:5"));
		assert_string_equal(f->description, "M");
		if (strcmp(f->rule, rows[i].rule) != 0 ||
		    strcmp(f->cve, rows[i].cve) != 0 ||
		    strcmp(f->location, rows[i].location) != 0 ||
		    f->class != rows[i].class || f->state != rows[i].state ||
		    f->sev100 != rows[i].sev100)
			fail_msg("%s: %s, %s, %d", rows[i].result, f->rule,
			         finding_class_name(f->class), f->sev100);
		run_close(&run);
	}
}

static void test_semgrep__problems_stand_alone(void **unused)
{
	static const struct {
		const char *record;
		size_t findings, problems;
	} rows[] = {
	        {REPORT(RESULT("a", "") "," RESULT("b", "") ",{'check_id':'c'}"), 2, 1},
	        {REPORT(""), 0, 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&semgrep, rows[i].record);

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, rows[i].findings);
		assert_int_equal(run.out.n_problems, rows[i].problems);
		run_close(&run);
	}
}

/* A scan that gave up on a file proves nothing of it; code of odd syntax is everywhere. */
static void test_semgrep__scan_that_failed(void **unused)
{
	static const struct {
		const char *errors;
		size_t problems;
	} rows[] = {
	        {"{'code':3,'level':'warn','type':'Syntax error','path':'src/b.py'}", 0},
	        {"{'code':3,'level':'warn','type':['PartialParsing',[]],'path':'b'}", 0},
	        {"{'code':2,'level':'warn','type':'Timeout','path':'src/b.py'}", 1},
	        {"{'type':'Out of memory'},{'type':'StackOverflow'}", 2},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[1024];
		struct run run;

		(void)snprintf(text, sizeof(text),
		               "{'results':[%s],'errors':[%s],'paths':{'scanned':['a']}}",
		               RESULT("a.b", ""), rows[i].errors);
		run = run_record(&semgrep, text);
		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 1);
		if (run.out.n_problems != rows[i].problems)
			fail_msg("%s: %zu problems", rows[i].errors, run.out.n_problems);
		run_close(&run);
	}
}

/* Wherever the report quotes the code. */
static void test_semgrep__masks_the_code(void **unused)
{
	static const char record[] =
	        "{\"extra\":{\"lines\":\"S1\",\"metavars\":{\"$X\":{\"abstract_content\":"
	        "\"S1\",\"propagated_value\":{\"svalue_abstract_content\":\"S1\"}}},"
	        "\"dataflow_trace\":{\"taint_source\":[\"CliLoc\",[{\"path\":\"a\"},"
	        "\"S1\"]],\"intermediate_vars\":[{\"content\":\"S1\"}],\"taint_sink\":"
	        "[\"CliLoc\",[{},\"S1\"]]},\"fix\":\"S1\",\"fixed_lines\":[\"S1\"],"
	        "\"message\":\"kept\"}}";
	char text[sizeof(record)];

	(void)unused;
	memcpy(text, record, sizeof(record));
	secret_mask(text, strlen(text), semgrep.secret_keys);
	assert_null(strstr(text, "S1"));
	assert_non_null(strstr(text, "\"kept\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_semgrep__detects),
	        cmocka_unit_test(test_semgrep__fields),
	        cmocka_unit_test(test_semgrep__problems_stand_alone),
	        cmocka_unit_test(test_semgrep__scan_that_failed),
	        cmocka_unit_test(test_semgrep__masks_the_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
