/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube-bench: its three shapes, verdicts by table, benchmarks of old and new
 * versions, and bad items beside good ones.
 */
#include "model/severity.h"

#include "collector/kube_bench.h"
#include "run_format.h"

#define CHECK(more)                                                                 \
	"{" more "'test_number':'1.1.1','test_desc':'Ensure it is so (Automated)'," \
	"'type':'','remediation':'R','status':'FAIL','actual_value':'--token=x',"   \
	"'scored':true,'expected_result':'it is so','reason':'why'}"

#define CONTROLS(more, checks)                                                      \
	"{" more "'id':'1','version':'cis-1.23','detected_version':'1.23','text':"  \
	"'Security','node_type':'master','tests':[{'section':'1.1','desc':'Files'," \
	"'results':[" checks "]}],'total_pass':0,'total_fail':1}"

#define DOCUMENT(controls) \
	"{'Controls':[" controls "],'Totals':{'total_pass':0,'total_fail':1}}"

static void test_kube_bench__verdict(void **unused)
{
	static const struct {
		const char *record;
		enum finding_state state;
	} rows[] = {
	        {CONTROLS("", CHECK("")), FINDING_OPEN},
	        {CONTROLS("", CHECK("'status':'PASS',")), FINDING_PASSING},
	        {CONTROLS("", CHECK("'status':'INFO',")), FINDING_NOT_APPLICABLE},
	        {CONTROLS("", CHECK("'status':'WARN',")), FINDING_OPEN},
	        {CONTROLS("", CHECK("'status':'WARN','type':'manual',")), FINDING_UNKNOWN},
	        {CONTROLS("", CHECK("'status':'WARN','reason':'Test marked as a manual "
	                            "test',")),
	         FINDING_UNKNOWN},
	        {CONTROLS("", CHECK("'status':'WARN','reason':'There are no tests',")),
	         FINDING_UNKNOWN},
	        {CONTROLS("", CHECK("'status':'',")), FINDING_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&kube_bench, rows[i].record);

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 1);
		if (run.out.findings[0].state != rows[i].state)
			fail_msg("row %zu: %s", i,
			         finding_state_name(run.out.findings[0].state));
		run_close(&run);
	}
}

static void test_kube_bench__fields(void **unused)
{
	struct run run = run_record(&kube_bench, DOCUMENT(CONTROLS("", CHECK(""))));
	const struct finding *f;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	f = &run.out.findings[0];
	assert_string_equal(f->connector, "kube_bench");
	assert_string_equal(f->rule, "cis-1.23:1.1.1");
	assert_string_equal(f->native_id, "cis-1.23:1.1.1|master");
	assert_string_equal(f->title, "Ensure it is so (Automated)");
	assert_string_equal(f->description, "why\n\nExpected: it is so");
	assert_string_equal(f->remediation, "R");
	assert_string_equal(f->resource.id, "kubernetes/master");
	assert_string_equal(f->resource.type, "kubernetes.node");
	assert_string_equal(f->scope, "kubernetes/master");
	assert_int_equal(f->sev100, SEV100_UNKNOWN);
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_int_equal(f->n_controls, 1);
	assert_string_equal(f->controls[0].framework, "cis-1.23");
	assert_string_equal(f->controls[0].requirement, "1.1.1");
	run_close(&run);
}

static void test_kube_bench__benchmark_of_old_versions(void **unused)
{
	struct run run = run_record(
	        &kube_bench, CONTROLS("'version':'1.6','node_type':'node',", CHECK("")));

	(void)unused;
	assert_string_equal(run.out.findings[0].rule, "cis-1.6:1.1.1");
	assert_string_equal(run.out.findings[0].resource.raw, "kubernetes/node");
	run_close(&run);
}

static void test_kube_bench__bad_items_go_alone(void **unused)
{
	struct run run = run_record(
	        &kube_bench,
	        DOCUMENT(CONTROLS(
	                "",
	                "7," CHECK("") "," CHECK(
	                        "'test_number':"
	                        "null,")) "," CONTROLS("'version':'',",
	                                               CHECK("")) "," CONTROLS("'tests':[{'"
	                                                                       "results':1}"
	                                                                       "],",
	                                                                       "")));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 4);
	assert_string_equal(run.out.problems[2].reason, "names no version");
	run_close(&run);
}

static void test_kube_bench__detect(void **unused)
{
	static const struct {
		bool detected;
		const char *record;
	} rows[] = {
	        {true, DOCUMENT(CONTROLS("", CHECK("")))},
	        {true, DOCUMENT("")},
	        {true, "{'Controls':null,'Totals':{'total_pass':0,'total_fail':0}}"},
	        {true, CONTROLS("", "")},
	        {true, CONTROLS("'tests':null,", "")},
	        {false, "{'Controls':[]}"},
	        {false, "{'version':'1','tests':[]}"},
	        {false, "{'Totals':{'total_pass':0,'total_fail':0}}"},
	        {false, "{'error':'x'}"},
	        {false, "[]"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		const struct format *found;

		run_load_fixture(&run, rows[i].record);
		found = format_detect((struct json_view){0}, run.record);
		if (found != (rows[i].detected ? &kube_bench : NULL))
			fail_msg("%s: %s", rows[i].record, found ? found->name : "nothing");
		if (rows[i].detected) {
			struct parse_input in = {.record = run.record};

			assert_int_equal(kube_bench.parse(&in, &run.out, &run.err), 0);
		}
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_kube_bench__verdict),
	        cmocka_unit_test(test_kube_bench__fields),
	        cmocka_unit_test(test_kube_bench__benchmark_of_old_versions),
	        cmocka_unit_test(test_kube_bench__bad_items_go_alone),
	        cmocka_unit_test(test_kube_bench__detect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
