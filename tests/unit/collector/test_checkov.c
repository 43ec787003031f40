/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkov: states by list, the four kinds of checks, places in files, reports
 * without findings, and bad items beside good ones.
 */
#include "model/severity.h"

#include "collector/checkov.h"
#include "collector/secret_mask.h"
#include "run_format.h"

#define CHECK(more)                                                                    \
	"{" more "'check_id':'CKV_AWS_24','bc_check_id':'BC_1','check_name':'No open " \
	"port','check_result':{'result':'FAILED','evaluated_keys':[]},'code_block':"   \
	"[[1,'resource x y']],'file_path':'/db.tf','file_abs_path':'/src/tf/db.tf',"   \
	"'repo_file_path':'/tf/db.tf','file_line_range':[1,9],'resource':"             \
	"'aws_security_group.default','resource_address':null,'severity':'HIGH',"      \
	"'guideline':'https://example.com/g','description':null,'benchmarks':"         \
	"{'CIS AWS V1.3':[{'name':'5.2','description':'x'}]},"                         \
	"'vulnerability_details':null}"

#define REPORT(more, failed, passed, skipped)                                   \
	"{" more "'check_type':'terraform','results':{'failed_checks':[" failed \
	"],'passed_checks':[" passed "],'skipped_checks':[" skipped             \
	"],'parsing_errors':[]},'summary':{'passed':0,'failed':1},'url':'u'}"

static void test_checkov__fields(void **unused)
{
	struct run run = run_record(&checkov, REPORT("", CHECK(""), "", ""));
	const struct finding *f;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	f = &run.out.findings[0];
	assert_string_equal(f->connector, "checkov");
	assert_string_equal(f->rule, "CKV_AWS_24");
	assert_string_equal(f->native_id, "CKV_AWS_24|tf/db.tf:aws_security_group.default");
	assert_int_equal(f->state, FINDING_OPEN);
	assert_string_equal(f->status_raw, "FAILED");
	assert_string_equal(f->title, "No open port");
	assert_string_equal(f->remediation_url, "https://example.com/g");
	assert_int_equal(f->sev100, 80);
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_int_equal(f->fidelity, FIDELITY_STANDARD);
	assert_int_equal(f->resource.provider, PROVIDER_NONE);
	assert_string_equal(f->resource.type, "code.terraform");
	assert_string_equal(f->resource.name, "aws_security_group.default");
	assert_string_equal(f->resource.id, "tf/db.tf:aws_security_group.default");
	assert_string_equal(f->scope, "terraform:tf/db.tf");
	assert_string_equal(f->location, "");
	assert_int_equal(f->n_controls, 1);
	assert_string_equal(f->controls[0].framework, "CIS AWS V1.3");
	assert_string_equal(f->controls[0].requirement, "5.2");
	run_close(&run);
}

static void test_checkov__state_is_the_list(void **unused)
{
	struct run run =
	        run_record(&checkov, REPORT("", CHECK(""), CHECK("'check_id':'CKV_2',"),
	                                    CHECK("'check_id':'CKV_3','severity':null,")));

	(void)unused;
	assert_int_equal(run.out.n_findings, 3);
	assert_int_equal(run.out.findings[0].state, FINDING_OPEN);
	assert_int_equal(run.out.findings[1].state, FINDING_PASSING);
	assert_int_equal(run.out.findings[2].state, FINDING_SUPPRESSED);
	assert_int_equal(run.out.findings[2].sev100, SEV100_UNKNOWN);
	run_close(&run);
}

static void test_checkov__place(void **unused)
{
	static const struct {
		const char *check, *native_id, *location;
	} rows[] = {
	        {CHECK("'resource_address':'module.a.aws_x.y',"),
	         "CKV_AWS_24|tf/db.tf:module.a.aws_x.y", ""},
	        {CHECK("'caller_file_path':'/main.tf',"),
	         "CKV_AWS_24|tf/db.tf:aws_security_group.default|/main.tf", "/main.tf"},
	        {CHECK("'repo_file_path':'','resource':'',"), "CKV_AWS_24|db.tf", ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		struct run run = run_record(
		        &checkov, ARENA_JOIN(a,
		                             "{'check_type':'terraform','results':{"
		                             "'failed_checks':[",
		                             rows[i].check, "]}}"));

		assert_int_equal(run.rc, 0);
		assert_string_equal(run.out.findings[0].native_id, rows[i].native_id);
		assert_string_equal(run.out.findings[0].location, rows[i].location);
		run_close(&run);
	}
}

static void test_checkov__secret(void **unused)
{
	struct run run = run_record(
	        &checkov,
	        REPORT("'check_type':'secrets',",
	               CHECK("'check_id':'CKV_SECRET_6','resource':'0a1b',"), "", ""));
	const struct finding *f = &run.out.findings[0];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(f->class, CLASS_SECRET);
	assert_string_equal(f->native_id, "CKV_SECRET_6|tf/db.tf|0a1b");
	assert_string_equal(f->resource.raw, "tf/db.tf");
	assert_string_equal(f->location, "tf/db.tf:1");
	run_close(&run);
}

static void test_checkov__masks_the_code(void **unused)
{
	static const char record[] =
	        "{\"check_result\":{\"result\":\"FAILED\",\"entity\":{\"aws_db\":{\"p\":"
	        "[\"S1\"]}},\"evaluated_keys\":[\"p\"]},\"code_block\":[[1,\"S1\"]],"
	        "\"fixed_definition\":\"S1\",\"evaluations\":{\"p\":{\"var_file\":\"f\","
	        "\"value\":\"S1\"}},\"resource\":\"kept\"}";
	char text[sizeof(record)];

	(void)unused;
	memcpy(text, record, sizeof(record));
	secret_mask(text, strlen(text), checkov.secret_keys);
	assert_null(strstr(text, "S1"));
	assert_non_null(strstr(text, "\"aws_db\""));
	assert_non_null(strstr(text, "\"kept\""));
}

static void test_checkov__vulnerability(void **unused)
{
	struct run run = run_record(
	        &checkov,
	        REPORT("'check_type':'sca_package',",
	               CHECK("'check_id':'CKV_CVE_2021_32796','severity':'MEDIUM',"
	                     "'vulnerability_details':{'id':'CVE-2021-32796','cvss':5.3,"
	                     "'vector':'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N',"
	                     "'package_name':'xmldom','package_version':'0.5.0',"
	                     "'lowest_fixed_version':'0.7.0','description':'D',"
	                     "'link':'https://example.com/cve'},"),
	               "", ""));
	const struct finding *f = &run.out.findings[0];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_string_equal(f->cve, "CVE-2021-32796");
	assert_string_equal(f->rule, "CVE-2021-32796");
	assert_string_equal(f->package, "xmldom");
	assert_string_equal(f->package_version, "0.5.0");
	assert_string_equal(f->fixed_version, "0.7.0");
	assert_string_equal(f->title, "CVE-2021-32796 in xmldom");
	assert_string_equal(f->description, "D");
	assert_string_equal(f->remediation_url, "https://example.com/cve");
	assert_int_equal(f->sev100, 53);
	assert_string_equal(f->location, "");
	assert_string_equal(f->native_id, "CVE-2021-32796|tf/db.tf|xmldom|0.5.0");
	run_close(&run);
}

static void test_checkov__license(void **unused)
{
	struct run run = run_record(
	        &checkov, REPORT("'check_type':'sca_package',",
	                         CHECK("'check_id':'BC_LIC_1','vulnerability_details':{"
	                               "'package_name':'p','license':'GPL-3.0'},"),
	                         "", ""));
	const struct finding *f = &run.out.findings[0];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(f->class, CLASS_LICENSE);
	assert_string_equal(f->native_id, "BC_LIC_1|tf/db.tf|p|GPL-3.0");
	assert_string_equal(f->location, "p");
	run_close(&run);
}

static void test_checkov__bad_items_go_alone(void **unused)
{
	struct run run = run_record(&checkov,
	                            REPORT("", "7," CHECK("") "," CHECK("'check_id':null,"),
	                                   CHECK("'repo_file_path':'','file_path':'/',"
	                                         "'file_abs_path':'',"),
	                                   ""));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 3);
	assert_string_equal(run.out.problems[2].reason, "CKV_AWS_24: names no file");
	run_close(&run);

	run = run_record(&checkov, "{'check_type':'terraform'}");
	assert_int_equal(run.rc, ERR_INVALID);
	run_close(&run);
}

static void test_checkov__detect(void **unused)
{
	static const struct {
		bool detected;
		const char *record;
	} rows[] = {
	        {true, REPORT("", CHECK(""), "", "")},
	        {true, "{'check_type':'arm','results':{'failed_checks':[]}}"},
	        {true, "{'passed':0,'failed':0,'skipped':0,'parsing_errors':0,"
	               "'resource_count':0,'checkov_version':'3.2.0'}"},
	        {false, "{'check_type':'arm','results':[]}"},
	        {false, "{'results':{'failed_checks':[]}}"},
	        {false, "{'passed':0,'failed':0}"},
	        {false, "{'message':'no'}"},
	        {false, "[]"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		const struct format *found;

		run_load_fixture(&run, rows[i].record);
		found = format_detect((struct json_view){0}, run.record);
		if (found != (rows[i].detected ? &checkov : NULL))
			fail_msg("%s: %s", rows[i].record, found ? found->name : "nothing");
		if (rows[i].detected) {
			struct parse_input in = {.record = run.record};

			assert_int_equal(checkov.parse(&in, &run.out, &run.err), 0);
		}
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_checkov__fields),
	        cmocka_unit_test(test_checkov__state_is_the_list),
	        cmocka_unit_test(test_checkov__place),
	        cmocka_unit_test(test_checkov__secret),
	        cmocka_unit_test(test_checkov__masks_the_code),
	        cmocka_unit_test(test_checkov__vulnerability),
	        cmocka_unit_test(test_checkov__license),
	        cmocka_unit_test(test_checkov__bad_items_go_alone),
	        cmocka_unit_test(test_checkov__detect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
