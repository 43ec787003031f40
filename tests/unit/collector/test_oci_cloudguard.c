/* SPDX-License-Identifier: Apache-2.0 */
/* Cloud Guard: the API's, the command line's and the events' form of one problem. */
#include "model/severity.h"

#include "collector/oci_cloudguard.h"
#include "run_format.h"

#define PROBLEM     "ocid1.cloudguardproblem.oc1.iad.p1"
#define COMPARTMENT "ocid1.compartment.oc1..c1"
#define BUCKET      "ocid1.bucket.oc1.iad.b1"
#define API(more)                                                                          \
	"{" more "'id':'" PROBLEM "','compartmentId':'" COMPARTMENT                        \
	"','detectorRuleId':'BUCKET_IS_PUBLIC','detectorId':'IAAS_CONFIGURATION_DETECTOR'" \
	","                                                                                \
	"'regions':['us-ashburn-1'],'riskLevel':'HIGH','resourceId':'" BUCKET              \
	"','resourceName':'logs','resourceType':'Bucket','labels':['CIS_OCI_V1.1_STORAGE'" \
	","                                                                                \
	"'Storage'],'lifecycleDetail':'OPEN','lifecycleState':'ACTIVE',"                   \
	"'timeFirstDetected':'2026-01-02T03:04:05.000Z',"                                  \
	"'timeLastDetected':'2026-01-03T03:04:05.000Z'}"
#define CLI                                                                             \
	"{'id':'" PROBLEM "','compartment-id':'" COMPARTMENT                            \
	"','detector-rule-id':'BUCKET_IS_PUBLIC','detector-id':"                        \
	"'IAAS_CONFIGURATION_DETECTOR','regions':['us-ashburn-1'],'risk-level':'HIGH'," \
	"'resource-id':'" BUCKET "','resource-name':'logs','resource-type':'Bucket',"   \
	"'labels':['CIS_OCI_V1.1_STORAGE','Storage'],'lifecycle-detail':'OPEN',"        \
	"'time-first-detected':'2026-01-02T03:04:05+00:00',"                            \
	"'time-last-detected':'2026-01-03T03:04:05+00:00'}"
#define EVENT(kind, more)                                                             \
	"{'eventType':'com.oraclecloud.cloudguard.problem" kind                       \
	"','eventTime':'2026-01-03T03:04:05Z','data':{'compartmentId':'" COMPARTMENT  \
	"','resourceName':'Bucket is public','resourceId':'" PROBLEM                  \
	"','additionalDetails':{" more "'problemName':'BUCKET_IS_PUBLIC',"            \
	"'riskLevel':'High','problemType':'CONFIG_CHANGE','resourceName':'logs',"     \
	"'resourceId':'" BUCKET "','resourceType':'Bucket','labels':"                 \
	"'CIS_OCI_V1.1_STORAGE, Storage','firstDetected':'2026-01-02T03:04:05.000Z'," \
	"'lastDetected':'2026-01-03T03:04:05.000Z','region':'us-ashburn-1'}}}"

static void test_oci_cloudguard__detects(void **unused)
{
	static const struct {
		const char *record;
		bool api, event;
	} rows[] = {
	        {API(""), true, false},
	        {CLI, true, false},
	        {"{'data':" CLI ",'etag':'e'}", true, false},
	        {EVENT("detected", ""), false, true},
	        {"{'eventType':'com.oraclecloud.objectstorage.createbucket','data':{}}",
	         false, false},
	        {"{'id':'ocid1.instance.oc1..i','compartmentId':'c'}", false, false},
	        {"{'id':'" PROBLEM "'}", false, false},
	        {"{'code':'NotAuthorizedOrNotFound','message':'m'}", false, false},
	        {"{}", false, false},
	        {"[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&oci_cloudguard, rows[i].record) != rows[i].api ||
		    run_detects(&oci_cloudguard_events, rows[i].record) != rows[i].event)
			fail_msg("%s", rows[i].record);
}

static void test_oci_cloudguard__forms_are_one_finding(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record;
	} rows[] = {
	        {&oci_cloudguard, API("")},
	        {&oci_cloudguard, CLI},
	        {&oci_cloudguard, "{'data':" CLI ",'etag':'e'}"},
	        {&oci_cloudguard_events, EVENT("detected", "'status':'OPEN',")},
	        {&oci_cloudguard_events, EVENT("detected", "")},
	};
	struct key key = {0};
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(rows[i].format, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->connector, "oci_cloudguard");
		assert_string_equal(f->native_id, PROBLEM);
		assert_string_equal(f->rule, "BUCKET_IS_PUBLIC");
		assert_int_equal(f->class, CLASS_MISCONFIGURATION);
		assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
		assert_int_equal(f->state, FINDING_OPEN);
		assert_int_equal(f->sev100, 80);
		assert_string_equal(f->resource.id, BUCKET);
		assert_int_equal(f->resource.provider, PROVIDER_OCI);
		assert_string_equal(f->resource.account, COMPARTMENT);
		assert_string_equal(f->resource.region, "us-ashburn-1");
		assert_string_equal(f->resource.name, "logs");
		assert_string_equal(f->scope, COMPARTMENT);
		assert_int_equal(f->n_controls, 1);
		assert_string_equal(f->controls[0].framework, "CIS_OCI_V1.1");
		assert_string_equal(f->controls[0].requirement, "STORAGE");
		assert_string_equal(timestamp_format(f->first_seen, text),
		                    "2026-01-02T03:04:05Z");
		assert_string_equal(timestamp_format(f->last_seen, text),
		                    "2026-01-03T03:04:05Z");
		if (i > 0)
			assert_int_equal(key_cmp(&key, &f->key), 0);
		key = f->key;
		run_close(&run);
	}
}

static void test_oci_cloudguard__states_and_classes(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record;
		enum finding_state state;
		enum finding_class class;
		int sev100;
	} rows[] = {
	        {&oci_cloudguard, API("'lifecycleDetail':'RESOLVED',"), FINDING_RESOLVED,
	         CLASS_MISCONFIGURATION, 80},
	        {&oci_cloudguard, API("'lifecycleDetail':'DISMISSED',"), FINDING_SUPPRESSED,
	         CLASS_MISCONFIGURATION, 80},
	        {&oci_cloudguard, API("'lifecycleDetail':'DELETED',"), FINDING_RESOLVED,
	         CLASS_MISCONFIGURATION, 80},
	        {&oci_cloudguard, API("'lifecycleDetail':'','lifecycleState':'INACTIVE',"),
	         FINDING_RESOLVED, CLASS_MISCONFIGURATION, 80},
	        {&oci_cloudguard, API("'lifecycleDetail':'NEW_ONE',"), FINDING_UNKNOWN,
	         CLASS_MISCONFIGURATION, 80},
	        {&oci_cloudguard, API("'detectorId':'IAAS_THREAT_DETECTOR',"), FINDING_OPEN,
	         CLASS_THREAT, 80},
	        {&oci_cloudguard, API("'detectorId':'IAAS_LOG_INSIGHT_DETECTOR',"),
	         FINDING_OPEN, CLASS_OTHER, 80},
	        {&oci_cloudguard, API("'riskLevel':'MINOR',"), FINDING_OPEN,
	         CLASS_MISCONFIGURATION, 0},
	        {&oci_cloudguard, API("'riskLevel':'ODD',"), FINDING_OPEN,
	         CLASS_MISCONFIGURATION, SEV100_UNKNOWN},
	        {&oci_cloudguard, API("'detectorRuleId':'SCANNED_HOST_OPEN_PORTS',"),
	         FINDING_OPEN, CLASS_EXPOSURE, 80},
	        {&oci_cloudguard_events, EVENT("dismissed", ""), FINDING_SUPPRESSED,
	         CLASS_MISCONFIGURATION, 80},
	        {&oci_cloudguard_events, EVENT("remediated", ""), FINDING_RESOLVED,
	         CLASS_MISCONFIGURATION, 80},
	        {&oci_cloudguard_events, EVENT("detected", "'problemType':'ACTIVITY',"),
	         FINDING_OPEN, CLASS_THREAT, 80},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(rows[i].format, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		if (f->state != rows[i].state || f->class != rows[i].class ||
		    f->sev100 != rows[i].sev100)
			fail_msg("%s: %s, %s, %d", rows[i].record,
			         finding_state_name(f->state), finding_class_name(f->class),
			         f->sev100);
		run_close(&run);
	}
}

static void test_oci_cloudguard__each_cve_is_a_finding(void **unused)
{
	static const char details[] =
	        "{'Number of High CVEs':'2','High CVEs':'[CVE-2020-1751, CVE-2020-1752]',"
	        "'Critical CVEs':'[CVE-2021-44228]','Low CVEs':'[]'}";
	static const struct format *const formats_of[] = {&oci_cloudguard,
	                                                  &oci_cloudguard_events};
	ARENA_SCOPED a = arena_new(4096);
	const char *records[2];

	(void)unused;
	records[0] = ARENA_JOIN(a, "{'additionalDetails':", details, ",", &API("")[1]);
	records[1] = arena_printf(a, EVENT("detected", "'problemAdditionalDetails':%s,"),
	                          details);
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		struct run run = run_record(formats_of[i], records[i]);
		const struct finding *f = run.out.findings;

		assert_int_equal(run.out.n_findings, 3);
		run_seal(&run, 0);
		assert_string_equal(f[0].cve, "CVE-2020-1751");
		assert_int_equal(f[0].sev100, 80);
		assert_string_equal(f[1].cve, "CVE-2020-1752");
		assert_string_equal(f[2].cve, "CVE-2021-44228");
		assert_string_equal(f[2].rule, "CVE-2021-44228");
		assert_string_equal(f[2].title, "CVE-2021-44228 on logs");
		assert_int_equal(f[2].sev100, 95);
		assert_int_equal(f[2].class, CLASS_VULNERABILITY);
		run_close(&run);
	}
}

static void test_oci_cloudguard__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *text;
	} rows[] = {
	        {&oci_cloudguard, "{'id':'x'}", "id"},
	        {&oci_cloudguard, "{'id':'" PROBLEM "','compartmentId':'c'}", "rule"},
	        {&oci_cloudguard, "{'id':'" PROBLEM "','detectorRuleId':'r'}",
	         "compartment"},
	        {&oci_cloudguard_events, "{'eventType':'x','data':{}}", "id"},
	        {&oci_cloudguard_events, "{}", "id"},
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

static void test_oci_cloudguard__corpus(void **unused)
{
	static const struct {
		const char *name;
		size_t findings;
		enum finding_class class;
	} rows[] = {
	        {"oci/cloudguard/oci_cg_SUSPICIOUS_IP_ACTIVITY.json", 1, CLASS_THREAT},
	        {"oci/cloudguard/oci_cg_VCN_Security_list.json", 1, CLASS_MISCONFIGURATION},
	        {"oci/cloudguard/oci_cg_vss.json", 52, CLASS_VULNERABILITY},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();

		assert_int_equal(run_corpus(&run, &oci_cloudguard_events, rows[i].name), 1);
		if (run.out.n_findings != rows[i].findings)
			fail_msg("%s: %zu", rows[i].name, run.out.n_findings);
		assert_int_equal(run.out.findings[0].class, rows[i].class);
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_oci_cloudguard__detects),
	        cmocka_unit_test(test_oci_cloudguard__forms_are_one_finding),
	        cmocka_unit_test(test_oci_cloudguard__states_and_classes),
	        cmocka_unit_test(test_oci_cloudguard__each_cve_is_a_finding),
	        cmocka_unit_test(test_oci_cloudguard__refuses_what_is_incomplete),
	        cmocka_unit_test(test_oci_cloudguard__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
