/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steampipe and Powerpipe: rules, verdicts and places by table, one identity in JSON
 * and CSV, bad items beside good ones, and the corpus where it is at hand.
 */
#include "model/severity.h"

#include "collector/steampipe.h"
#include "run_file.h"

#define ACCOUNT "012345678901"
#define BUCKET  "arn:aws:s3:::bucket-1"

#define RESULT(more)                                                              \
	"{" more "'reason':'Is open.','resource':'" BUCKET "','status':'alarm',"  \
	"'dimensions':[{'key':'region','value':'eu-west-1'},{'key':'account_id'," \
	"'value':'" ACCOUNT "'}]}"

/* A control in a group in the root; control: members, results: elements. */
#define DOCUMENT(control, results)                                                    \
	"{'group_id':'root_result_group','title':'R','description':'','tags':{},"     \
	"'summary':{'status':{}},'groups':[{'group_id':'aws_compliance.benchmark.b'," \
	"'title':'B','summary':{'status':{}},'groups':[],'controls':[{" control       \
	"'summary':{},'results':[" results "],'control_id':"                          \
	"'aws_compliance.control.s3_public','description':'D','severity':'high',"     \
	"'tags':{'cis_item_id':'2.1','cis_version':'v1.5.0','plugin':'aws'},"         \
	"'title':'T','run_status':4,'run_error':''}]}],'controls':null}"

#define ROW(more)                                                                  \
	"{" more "'group_id':'aws_compliance.benchmark.b','title':'B',"            \
	"'description':'','control_id':'aws_compliance.control.s3_public',"        \
	"'control_title':'T','control_description':'D','reason':'Is open.',"       \
	"'resource':'" BUCKET "','status':'alarm','severity':'high','account_id':" \
	"'" ACCOUNT "','region':'eu-west-1','cis_item_id':'2.1','cis_version':"    \
	"'v1.5.0','plugin':'aws'}"

static void test_steampipe__verdict(void **unused)
{
	static const struct {
		const char *record;
		enum finding_state state;
	} rows[] = {
	        {ROW(""), FINDING_OPEN},
	        {ROW("'status':'ok',"), FINDING_PASSING},
	        {ROW("'status':'skip',"), FINDING_NOT_APPLICABLE},
	        {ROW("'status':'info',"), FINDING_UNKNOWN},
	        {ROW("'status':'error',"), FINDING_UNKNOWN},
	        {ROW("'status':'',"), FINDING_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&steampipe_csv, rows[i].record);

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 1);
		assert_int_equal(run.out.findings[0].state, rows[i].state);
		run_close(&run);
	}
}

static void test_steampipe__fields_and_one_identity(void **unused)
{
	struct run json = run_record(&steampipe_json, DOCUMENT("", RESULT("")));
	struct run csv = run_record(&steampipe_csv, ROW(""));
	struct finding *both[] = {&json.out.findings[0], &csv.out.findings[0]};

	(void)unused;
	assert_int_equal(json.out.n_findings, 1);
	assert_int_equal(csv.out.n_findings, 1);
	run_seal(&json, 0);
	run_seal(&csv, 0);
	for (size_t i = 0; i < N_ELEMENTS(both); i++) {
		const struct finding *f = both[i];

		assert_string_equal(f->connector, "steampipe");
		assert_string_equal(f->rule, "aws:s3_public");
		assert_string_equal(f->native_id,
		                    "aws:s3_public|" BUCKET "|" ACCOUNT "|eu-west-1");
		assert_string_equal(f->title, "T");
		assert_string_equal(f->description, "D\n\nIs open.");
		assert_int_equal(f->sev100, 80);
		assert_string_equal(f->scope, ACCOUNT "/eu-west-1");
		assert_string_equal(f->resource.id, BUCKET);
		assert_string_equal(f->resource.account, ACCOUNT);
		assert_int_equal(f->class, CLASS_MISCONFIGURATION);
		assert_int_equal(f->n_controls, 1);
		assert_string_equal(f->controls[0].framework, "CIS-1.5");
		assert_string_equal(f->controls[0].requirement, "2.1");
	}
	assert_memory_equal(both[0]->key.bytes, both[1]->key.bytes, KEY_SIZE);
	run_close(&json);
	run_close(&csv);
}

static void test_steampipe__severity(void **unused)
{
	static const struct {
		const char *record;
		int sev100;
	} rows[] = {
	        {DOCUMENT("'severity':'critical',", RESULT("")), 95},
	        {DOCUMENT("'severity':'','tags':{'severity':'low'},", RESULT("")), 25},
	        {DOCUMENT("'severity':'',", RESULT("")), SEV100_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&steampipe_json, rows[i].record);

		assert_int_equal(run.out.findings[0].sev100, rows[i].sev100);
		run_close(&run);
	}
}

/* The mod of the control, of its group, the plugin, the resource, nothing. */
static void test_steampipe__rule(void **unused)
{
	static const struct {
		const char *record, *rule;
	} rows[] = {
	        {ROW("'control_id':'azure_compliance.control.cis_1',"), "azure:cis_1"},
	        {ROW("'control_id':'control.cis_1',"), "aws:cis_1"},
	        {ROW("'control_id':'own.control.cis_1','group_id':'g','plugin':'gcp',"),
	         "gcp:cis_1"},
	        {ROW("'control_id':'control.cis_1','group_id':'g','plugin':'',"),
	         "aws:cis_1"},
	        {ROW("'control_id':'control.c','group_id':'g','plugin':'','resource':"
	             "'/subscriptions/s',"),
	         "azure:c"},
	        {ROW("'control_id':'control.c','group_id':'g','plugin':'','resource':"
	             "'https://www.googleapis.com/compute/v1/projects/p/x/y',"),
	         "gcp:c"},
	        {ROW("'control_id':'control.c','group_id':'g','plugin':'','resource':"
	             "'ocid1.bucket.oc1..a',"),
	         "oci:c"},
	        {ROW("'control_id':'control.c','group_id':'g','plugin':'','resource':"
	             "'thing',"),
	         "c"},
	        {ROW("'control_id':'c','group_id':'awsome.x.y','plugin':'','resource':"
	             "'thing',"),
	         "c"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&steampipe_csv, rows[i].record);

		assert_int_equal(run.rc, 0);
		assert_string_equal(run.out.findings[0].rule, rows[i].rule);
		run_close(&run);
	}
}

#define GUID "33333333-3333-3333-3333-333333333333"
#define NONE "'account_id':'','region':'',"

static void test_steampipe__place(void **unused)
{
	static const struct {
		const char *record, *id, *account, *region;
	} rows[] = {
	        {ROW("'resource':'arn:aws:::" ACCOUNT "',"),
	         "arn:aws:iam::" ACCOUNT ":root", ACCOUNT, ""},
	        {ROW("'resource':'arn:aws::eu-west-1:" ACCOUNT "',"),
	         "arn:aws::eu-west-1:" ACCOUNT ":region", ACCOUNT, "eu-west-1"},
	        {ROW("'resource':'" ACCOUNT "',"), "arn:aws:iam::" ACCOUNT ":root", ACCOUNT,
	         ""},
	        {ROW(NONE "'plugin':'azure','control_id':'control.c','group_id':'g',"
	                  "'subscription':'Production','resource':'/subscriptions/" GUID
	                  "/resourceGroups/G',"),
	         "/subscriptions/" GUID "/resourcegroups/g", GUID, ""},
	        {ROW(NONE "'plugin':'azure','control_id':'control.c','group_id':'g',"
	                  "'subscription':'" GUID "','resource':'" GUID "',"),
	         "/subscriptions/" GUID, GUID, ""},
	        {ROW(NONE "'plugin':'gcp','control_id':'control.c','group_id':'g',"
	                  "'project':'p-1','location':'europe-west1','resource':"
	                  "'https://www.googleapis.com/compute/v1/projects/p-1/zones/"
	                  "europe-west1-b/instances/i',"),
	         "//compute.googleapis.com/projects/p-1/zones/europe-west1-b/instances/i",
	         "p-1", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&steampipe_csv, rows[i].record);
		const struct resource *r;

		assert_int_equal(run.rc, 0);
		run_seal(&run, 0);
		r = &run.out.findings[0].resource;
		assert_string_equal(r->id, rows[i].id);
		assert_string_equal(r->account, rows[i].account);
		if (rows[i].region != NULL)
			assert_string_equal(r->region, rows[i].region);
		run_close(&run);
	}
}

static void test_steampipe__results_that_a_dimension_tells_apart(void **unused)
{
	struct run run = run_record(
	        &steampipe_json,
	        DOCUMENT("", RESULT("'dimensions':[{'key':'id','value':'1'}],") "," RESULT(
	                             "'dimensions':[{'key':'id','value':'2'}],")));

	(void)unused;
	run_seal(&run, 0);
	assert_int_equal(run_distinct(&run, 0), 2);
	run_close(&run);
}

static void test_steampipe__bad_items_go_alone(void **unused)
{
	struct run run = run_record(
	        &steampipe_json,
	        DOCUMENT("", "7," RESULT("") "," RESULT(
	                             "'resource':'','dimensions'"
	                             ":null,") "," RESULT("'resource':'','status':'error','"
	                                                  "dimensions':["
	                                                  "],")));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 3);
	assert_string_equal(run.out.problems[0].reason, "a result is not an object");
	assert_string_equal(
	        run.out.problems[1].reason,
	        "aws_compliance.control.s3_public: neither resource nor account");
	assert_non_null(strstr(run.out.problems[2].reason, " could not run: "));
	run_close(&run);

	run = run_record(&steampipe_json, DOCUMENT("'results':7,", RESULT("")));
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 0);
	assert_int_equal(run.out.n_problems, 1);
	run_close(&run);
}

/* Nobody looked: what was found before is not proved to be gone. */
static void test_steampipe__control_that_could_not_run(void **unused)
{
	struct run run = run_record(
	        &steampipe_json,
	        DOCUMENT("'results':null,'run_error':'AccessDenied','run_status':8,", ""));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 0);
	assert_int_equal(run.out.n_problems, 1);
	assert_string_equal(run.out.problems[0].reason,
	                    "aws_compliance.control.s3_public could not run: AccessDenied");
	run_close(&run);
}

static void test_steampipe__empty_run_has_no_findings(void **unused)
{
	static const char document[] = "{'group_id':'root_result_group','summary':{},"
	                               "'groups':[],'controls':null}";
	struct run run = run_record(&steampipe_json, document);

	(void)unused;
	assert_true(run_detects(&steampipe_json, document));
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 0);
	run_close(&run);
}

static void test_steampipe__row_without_a_place(void **unused)
{
	struct run run = run_record(&steampipe_csv,
	                            ROW("'resource':'','account_id':'','status':'skip',"));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 0);
	run_close(&run);

	run = run_record(&steampipe_csv,
	                 ROW("'resource':'','account_id':'','status':'error',"));
	assert_int_equal(run.rc, ERR_INVALID);
	assert_string_equal(run.err.text,
	                    "aws_compliance.control.s3_public could not run: Is open.");
	run_close(&run);

	run = run_record(&steampipe_csv, ROW("'resource':'','account_id':'',"));
	assert_int_equal(run.rc, ERR_INVALID);
	run_close(&run);
	run = run_record(&steampipe_csv, "{}");
	assert_int_equal(run.rc, ERR_INVALID);
	assert_string_equal(run.err.text, "names no control");
	run_close(&run);
}

static void test_steampipe__detect(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record;
	} rows[] = {
	        {&steampipe_json, DOCUMENT("", RESULT(""))},
	        {&steampipe_csv, ROW("")},
	        {NULL, "{'group_id':'g','groups':[]}"},
	        {NULL, "{'groups':[],'controls':[]}"},
	        {NULL, "{'control_id':'c','resource':'r','status':'alarm'}"},
	        {NULL, "{'error':'no such benchmark'}"},
	        {NULL, "[]"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		const struct format *found;

		run_load_fixture(&run, rows[i].record);
		found = format_detect((struct json_view){0}, run.record);
		if (found != rows[i].format)
			fail_msg("%s: %s", rows[i].record, found ? found->name : "nothing");
		run_close(&run);
	}
}

/* The same run in both forms. */
static void test_steampipe__corpus(void **unused)
{
	struct run run = run_open();

	(void)unused;
	assert_int_equal(run_file(&run, &steampipe_json, "steampipe/check_output.json"), 1);
	assert_int_equal(run.out.n_findings, 21);
	assert_int_equal(run_distinct(&run, 0), 21);
	assert_int_equal(run_count(&run, FINDING_OPEN), 5);
	assert_int_equal(run_count(&run, FINDING_PASSING), 10);
	assert_int_equal(run_file(&run, &steampipe_csv, "steampipe/check_output.csv"), 21);
	assert_int_equal(run.out.n_findings, 42);
	assert_int_equal(run_distinct(&run, 0), 21);
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_steampipe__verdict),
	        cmocka_unit_test(test_steampipe__fields_and_one_identity),
	        cmocka_unit_test(test_steampipe__severity),
	        cmocka_unit_test(test_steampipe__rule),
	        cmocka_unit_test(test_steampipe__place),
	        cmocka_unit_test(test_steampipe__results_that_a_dimension_tells_apart),
	        cmocka_unit_test(test_steampipe__bad_items_go_alone),
	        cmocka_unit_test(test_steampipe__control_that_could_not_run),
	        cmocka_unit_test(test_steampipe__empty_run_has_no_findings),
	        cmocka_unit_test(test_steampipe__row_without_a_place),
	        cmocka_unit_test(test_steampipe__detect),
	        cmocka_unit_test(test_steampipe__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
