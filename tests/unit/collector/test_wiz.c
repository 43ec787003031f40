/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wiz: issues by API and by CSV, which must be one finding, configuration findings
 * and vulnerability findings, and which id of several a resource is known by.
 */
#include "collector/wiz.h"
#include "file_run.h"

#define SUBSCRIPTION "00000000-0000-0000-0000-000000000001"
#define VM                                                                              \
	"/subscriptions/" SUBSCRIPTION "/resourcegroups/rg/providers/microsoft.compute" \
	"/virtualmachines/vm1"

#define ISSUE(status, snapshot)                                                           \
	"{'id':'issue-1','sourceRule':{'__typename':'Control','id':'rule-1','name':'T',"  \
	"'controlDescription':'D','resolutionRecommendation':'R','securitySubCategories'" \
	":[{'title':'2.1 Keep it shut','category':{'name':'Network','framework':{'name'"  \
	":'CIS 1.0'}}},{'title':'Other','category':{'name':'None'}}]},'createdAt':"       \
	"'2026-01-02T03:04:05.6Z','updatedAt':'2026-01-03T03:04:05Z','resolvedAt':"       \
	"'2026-01-04T03:04:05Z','type':'TOXIC_COMBINATION','status':'" status             \
	"','severity':'HIGH','entitySnapshot':{" snapshot "}}"
#define SNAPSHOT                                                                    \
	"'id':'vertex-1','type':'VIRTUAL_MACHINE','nativeType':'Microsoft.Compute/" \
	"virtualMachines','name':'vm1','cloudPlatform':'Azure','providerId':'" VM   \
	"','region':'westeurope','subscriptionExternalId':'" SUBSCRIPTION "'"
#define ROW(status, cells)                                                               \
	"{'Issue ID':'issue-1','Control ID':'rule-1','Title':'T','Description':'D',"     \
	"'Remediation Recommendation':'R','Severity':'HIGH','Status':'" status           \
	"','Created At':'2026-01-02T03:04:05.6Z','Resolved Time':'2026-01-04 03:04:05.0" \
	" +0000 UTC'," cells "}"
#define CELLS                                                                         \
	"'Resource Type':'Microsoft.Compute/virtualMachines','Resource external ID':" \
	"'0123abcd','Resource Name':'vm1','Resource Platform':'Azure','Resource "     \
	"vertex ID':'vertex-1','Subscription ID':'" SUBSCRIPTION                      \
	"','Cloud Provider URL':'https://portal.azure.com/#@acme/resource/" VM        \
	"/overview'"

#define CONFIGURATION(cells)                                                              \
	"{'id':'finding-1','targetExternalId':'CloudPlatform/Key##arn:aws:kms:eu-west-1:" \
	"111122223333:key/k1##Policy','analyzedAt':'2026-01-03T00:00:00Z','firstSeenAt':" \
	"'2026-01-02T00:00:00Z','severity':'MEDIUM','resource':{'id':'vertex-2','name':"  \
	"'k1','nativeType':'kms','region':'eu-west-1','subscription':{'externalId':"      \
	"'111122223333','cloudProvider':'AWS'}},'rule':{'id':'rule-2','name':'T',"        \
	"'description':'D','remediationInstructions':'R'}," cells "}"

#define VULNERABILITY(cells)                                                            \
	"{'ID':'vuln-1','WizURL':'u','Name':'CVE-2026-0001','CVSSSeverity':'High',"     \
	"'FirstDetected':'2026-01-02T00:00:00Z','LastDetected':'2026-01-03T00:00:00Z'," \
	"'ResolvedAt':'2026-01-04T00:00:00Z','DetailedName':'openssl','Version':'1.1'," \
	"'FixedVersion':'1.2','AssetID':'vertex-3','AssetName':'node1','CloudPlatform'" \
	":'GCP','ProviderUniqueId':'https://www.googleapis.com/compute/v1/projects/"    \
	"shop/zones/europe-west1-b/instances/node1','SubscriptionExternalId':'Shop',"   \
	"'Link':'https://example.com/a'," cells "}"

static const struct finding *only_finding(struct run *run, const char *name)
{
	if (run->rc != 0 || run->out.n_findings != 1)
		fail_msg("%s: %zu findings, %s", name, run->out.n_findings,
		         run->rc ? run->err.text : "");
	run_seal(run, 0);
	return &run->out.findings[0];
}

static void test_wiz__detects_its_records(void **unused)
{
	static const struct {
		const char *record;
		const struct format *format;
	} rows[] = {
	        {ISSUE("OPEN", SNAPSHOT), &wiz_issues},
	        {"{'id':'1','control':{'id':'2'},'severity':'LOW','entitySnapshot':{}}",
	         &wiz_issues},
	        {CONFIGURATION("'result':'FAIL'"), &wiz_configuration_findings},
	        {ROW("OPEN", CELLS), &wiz_issues_csv},
	        {VULNERABILITY("'FindingStatus':'Open'"), &wiz_vulnerabilities_csv},
	        {"{'id':'1','severity':'LOW','sourceRule':{}}", NULL},
	        {"{'id':'1','result':'FAIL','resource':{},'rule':{'id':'2'}}", NULL},
	        {"{'Issue ID':'1','Title':'T','Severity':'HIGH','Status':'OPEN'}", NULL},
	        {"{'ID':'1','Name':'CVE-2026-0001'}", NULL},
	        {"{'errors':[{'message':'m'}]}", NULL},
	        {"{}", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		const struct format *found;

		run_load_fixture(&run, rows[i].record);
		found = format_detect((struct json_view){0}, run.record);
		if (found != rows[i].format)
			fail_msg("%s: %s", rows[i].record, found ? found->name : "none");
		run_close(&run);
	}
}

static void test_wiz__knows_an_empty_page(void **unused)
{
	static const struct {
		const char *envelope;
		const struct format *format;
	} rows[] = {
	        {"{'data':{'issues':{'nodes':[],'pageInfo':{}}}}", &wiz_issues},
	        {"{'data':{'issuesV2':{'nodes':[]}}}", &wiz_issues},
	        {"{'data':{'configurationFindings':{'nodes':[]}}}",
	         &wiz_configuration_findings},
	        {"{'data':{'nodes':[]}}", NULL},
	        {"{'data':null}", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		const struct format *found;

		run_load_fixture(&run, rows[i].envelope);
		found = format_detect(run.record, (struct json_view){0});
		if (found != rows[i].format)
			fail_msg("%s: %s", rows[i].envelope, found ? found->name : "none");
		run_close(&run);
	}
}

static void test_wiz__issue(void **unused)
{
	struct run run = run_record(&wiz_issues, ISSUE("OPEN", SNAPSHOT));
	const struct finding *f = only_finding(&run, "issue");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "wiz");
	assert_string_equal(f->native_id, "issue-1");
	assert_string_equal(f->rule, "rule-1");
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_string_equal(f->title, "T");
	assert_string_equal(f->description, "D");
	assert_string_equal(f->remediation, "R");
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 80);
	assert_string_equal(f->resource.id, VM);
	assert_string_equal(f->resource.name, "vm1");
	assert_string_equal(f->resource.region, "westeurope");
	assert_string_equal(f->scope, SUBSCRIPTION);
	assert_int_equal(f->n_controls, 1);
	assert_string_equal(f->controls[0].framework, "CIS 1.0");
	assert_string_equal(f->controls[0].requirement, "2.1");
	assert_string_equal(timestamp_format(f->first_seen, text),
	                    "2026-01-02T03:04:05.600000Z");
	assert_string_equal(timestamp_format(f->source_updated_at, text),
	                    "2026-01-03T03:04:05Z");
	assert_true(f->last_seen == TIMESTAMP_NONE);
	assert_true(f->resolved_at == TIMESTAMP_NONE);
	run_close(&run);
}

static void test_wiz__an_issue_is_the_same_by_api_and_csv(void **unused)
{
	static const struct {
		const char *api, *csv;
	} rows[] = {
	        {ISSUE("OPEN", SNAPSHOT), ROW("OPEN", CELLS)},
	        {ISSUE("OPEN", "'id':'vertex-1','cloudPlatform':'Kubernetes','providerId':"
	                       "'k8s/user/1/a','name':'a'"),
	         ROW("OPEN", "'Resource Type':'User','Resource Platform':'Kubernetes',"
	                     "'Resource vertex ID':'vertex-1','Resource external ID':'a'")},
	        {ISSUE("OPEN",
	               "'id':'vertex-1','cloudPlatform':'AWS','nativeType':'bucket',"
	               "'subscriptionExternalId':'111122223333','providerId':'b'"),
	         ROW("OPEN", "'Resource Type':'Bucket','Resource Platform':'AWS','Resource "
	                     "vertex ID':'vertex-1','Subscription ID':'111122223333'")},
	        {ISSUE("OPEN",
	               "'id':'v','cloudPlatform':'GCP','type':'X','providerId':'b'"),
	         ROW("OPEN", "'Resource Type':'Y','Resource Platform':'GCP','Resource "
	                     "vertex ID':'v','Resource Region':'r'")},
	        {ISSUE("OPEN", "'id':'v','cloudPlatform':'OCI','externalId':'b'"),
	         ROW("OPEN", "'Resource Platform':'OCI','Resource vertex ID':'v'")},
	        {ISSUE("OPEN", "'id':'v','cloudPlatform':'EKS','providerId':'arn:aws:eks:"
	                       "eu-west-1:111122223333:cluster/c'"),
	         ROW("OPEN", "'Resource external ID':'arn:aws:eks:eu-west-1:111122223333:"
	                     "cluster/c'")},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run api = run_record(&wiz_issues, rows[i].api);
		struct run csv = run_record(&wiz_issues_csv, rows[i].csv);
		const struct finding *a = only_finding(&api, rows[i].api);
		const struct finding *c = only_finding(&csv, rows[i].csv);

		if (memcmp(&a->key, &c->key, sizeof(a->key)) != 0)
			fail_msg("%zu: %s and %s", i, a->resource.id, c->resource.id);
		run_close(&api);
		run_close(&csv);
	}
}

static void test_wiz__states(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record;
		enum finding_state state;
		const char *resolved;
	} rows[] = {
	        {&wiz_issues, ISSUE("IN_PROGRESS", SNAPSHOT), FINDING_OPEN, ""},
	        {&wiz_issues, ISSUE("RESOLVED", SNAPSHOT), FINDING_RESOLVED,
	         "2026-01-04T03:04:05Z"},
	        {&wiz_issues, ISSUE("REJECTED", SNAPSHOT), FINDING_SUPPRESSED, ""},
	        {&wiz_issues, ISSUE("ODD", SNAPSHOT), FINDING_UNKNOWN, ""},
	        {&wiz_issues_csv, ROW("RESOLVED", CELLS), FINDING_RESOLVED,
	         "2026-01-04T03:04:05Z"},
	        {&wiz_configuration_findings,
	         CONFIGURATION("'result':'FAIL','status':'OPEN'"), FINDING_OPEN, ""},
	        {&wiz_configuration_findings, CONFIGURATION("'result':'FAIL'"),
	         FINDING_OPEN, ""},
	        {&wiz_configuration_findings,
	         CONFIGURATION("'result':'FAIL','status':'REJECTED'"), FINDING_SUPPRESSED,
	         ""},
	        {&wiz_configuration_findings,
	         CONFIGURATION("'result':'FAIL','ignoreRules':[{'id':'1'}]"),
	         FINDING_SUPPRESSED, ""},
	        {&wiz_configuration_findings,
	         CONFIGURATION("'result':'PASS','status':'RESOLVED'"), FINDING_PASSING, ""},
	        {&wiz_configuration_findings, CONFIGURATION("'result':'ERROR'"),
	         FINDING_UNKNOWN, ""},
	        {&wiz_configuration_findings, CONFIGURATION("'result':'NOT_ASSESSED'"),
	         FINDING_UNKNOWN, ""},
	        {&wiz_configuration_findings,
	         CONFIGURATION("'result':'FAIL','deleted':true"), FINDING_RESOLVED, ""},
	        {&wiz_vulnerabilities_csv, VULNERABILITY("'FindingStatus':'Open'"),
	         FINDING_OPEN, ""},
	        {&wiz_vulnerabilities_csv, VULNERABILITY("'FindingStatus':'Resolved'"),
	         FINDING_RESOLVED, "2026-01-04T00:00:00Z"},
	};
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(rows[i].format, rows[i].record);
		const struct finding *f = only_finding(&run, rows[i].record);

		timestamp_format(f->resolved_at, text);
		if (f->state != rows[i].state || strcmp(text, rows[i].resolved) != 0)
			fail_msg("%s: %s %s", rows[i].record, finding_state_name(f->state),
			         text);
		run_close(&run);
	}
}

static void test_wiz__threats_are_threats(void **unused)
{
	struct run run = run_record(
	        &wiz_issues,
	        "{'id':'1','sourceRule':{'id':'2','cloudEventRuleDescription':'D'},'"
	        "severity'"
	        ":'CRITICAL','status':'OPEN','type':'THREAT_DETECTION','entitySnapshot':"
	        "{'name':'https://example.com:443','type':'ENDPOINT'}}");
	const struct finding *f = only_finding(&run, "threat");

	(void)unused;
	assert_int_equal(f->class, CLASS_THREAT);
	assert_string_equal(f->description, "D");
	assert_string_equal(f->resource.id, "https://example.com:443");
	run_close(&run);
}

static void test_wiz__configuration_finding(void **unused)
{
	struct run run = run_record(
	        &wiz_configuration_findings,
	        CONFIGURATION("'result':'FAIL','status':'OPEN','remediation':null"));
	const struct finding *f = only_finding(&run, "configuration finding");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->native_id, "finding-1");
	assert_string_equal(f->rule, "rule-2");
	assert_string_equal(f->remediation, "R");
	assert_string_equal(f->status_raw, "FAIL OPEN");
	assert_int_equal(f->sev100, 55);
	assert_string_equal(f->resource.id, "arn:aws:kms:eu-west-1:111122223333:key/k1");
	assert_string_equal(f->scope, "111122223333");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T00:00:00Z");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-01-03T00:00:00Z");
	run_close(&run);
}

static void test_wiz__vulnerability(void **unused)
{
	struct run run =
	        run_record(&wiz_vulnerabilities_csv,
	                   VULNERABILITY("'FindingStatus':'Open','HasExploit':'true',"
	                                 "'HasCisaKevExploit':'false'"));
	const struct finding *f = only_finding(&run, "vulnerability");

	(void)unused;
	assert_string_equal(f->native_id, "vuln-1");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_string_equal(f->title, "CVE-2026-0001 in openssl");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_string_equal(f->package, "openssl");
	assert_string_equal(f->package_version, "1.1");
	assert_string_equal(f->fixed_version, "1.2");
	assert_int_equal(f->maturity, MATURITY_POC);
	assert_int_equal(f->sev100, 80);
	assert_string_equal(f->resource.id,
	                    "//compute.googleapis.com/projects/shop/zones/europe-west1-b/"
	                    "instances/node1");
	assert_string_equal(f->resource.account, "shop");
	run_close(&run);
}

static void test_wiz__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *reason;
	} rows[] = {
	        {&wiz_issues, "{'sourceRule':{'id':'2'}}", "id is missing"},
	        {&wiz_issues, "{'id':'1','sourceRule':{}}", "rule is missing"},
	        {&wiz_issues, "{'id':'1','sourceRule':{'id':'2'},'entitySnapshot':{}}",
	         "issue 1: neither the resource"},
	        {&wiz_configuration_findings, "{'id':'1','rule':{}}", "rule.id is missing"},
	        {&wiz_configuration_findings, "{'id':'1','rule':{'id':'2'}}",
	         "neither the resource"},
	        {&wiz_issues_csv, "{'Issue ID':''}", "id is missing"},
	        {&wiz_vulnerabilities_csv, "{'ID':'1','Name':''}", "Name is missing"},
	        {&wiz_vulnerabilities_csv, "{'ID':'1','Name':'CVE-2026-0001'}",
	         "neither the resource"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(rows[i].format, rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		if (strstr(run.err.text, rows[i].reason) == NULL)
			fail_msg("%s: %s", rows[i].record, run.err.text);
		run_close(&run);
	}
}

/* GraphQL answers 200 with data and errors: what is there is not all. */
static void test_wiz__refuses_a_page_that_failed(void **unused)
{
	struct run run = run_open(), page = run_open();
	struct parse_input in = {.ordinal = 0};

	(void)unused;
	run_load_fixture(&page, "{'errors':[{'message':'too slow'}],'data':{}}");
	run_load_fixture(&run, ISSUE("OPEN", SNAPSHOT));
	in.envelope = page.record;
	in.record = run.record;
	assert_int_equal(wiz_issues.parse(&in, &run.out, &run.err), ERR_INVALID);
	assert_non_null(strstr(run.err.text, "too slow"));
	assert_int_equal(wiz_configuration_findings.parse(&in, &run.out, &run.err),
	                 ERR_INVALID);
	run_close(&run);
	run_close(&page);
}

#define SCAN(result)                                                                   \
	"{'id':'1','createdAt':'2026-01-02T03:04:05.268449757Z','status':{'verdict':"  \
	"'PASSED_BY_POLICY'},'scanOriginResource':{'__typename':"                      \
	"'CICDScanOriginContainerImage','name':'example.com/shop/web:1.2'},'result':{" \
	"'__typename':'CICDDiskScanResult'," result "}}"

static void test_wiz_cli__scan_of_an_image(void **unused)
{
	struct run run = run_record(
	        &wiz_cli,
	        SCAN("'osPackages':[{'name':'libssl','version':'1.1','vulnerabilities':[{"
	             "'name':'CVE-2026-0001','severity':'LOW','fixedVersion':'1.2','score':"
	             "7.5,'hasExploit':true,'hasCisaKevExploit':true},{'severity':'LOW'}]}]"
	             ","
	             "'libraries':[{'name':'lib','version':'2','path':'/"
	             "app','vulnerabilities'"
	             ":[{'name':'GHSA-aaaa-bbbb-cccc','severity':'MEDIUM'}]}],'"
	             "applications':"
	             "null,'secrets':[{'type':'PASSWORD','path':'/a.go','lineNumber':3,"
	             "'description':'Password hunter2'}]"));
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 3);
	assert_int_equal(run.out.n_problems, 1);
	run_seal(&run, 0);
	assert_string_equal(f[0].native_id,
	                    "example.com/shop/web||libssl|1.1|CVE-2026-0001");
	assert_string_equal(f[0].resource.id, "example.com/shop/web");
	assert_int_equal(f[0].sev100, 75);
	assert_int_equal(f[0].maturity, MATURITY_ACTIVE);
	assert_string_equal(f[0].remediation, "Upgrade libssl to 1.2.");
	assert_int_equal(f[1].sev100, 55);
	assert_string_equal(f[1].cve, "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(f[2].class, CLASS_SECRET);
	assert_int_equal(f[2].sev100, -1);
	assert_string_equal(f[2].location, "/a.go:3");
	assert_null(strstr(f[2].title, "hunter2"));
	assert_string_equal(f[2].description, "");
	run_close(&run);
}

static void test_wiz_cli__a_clean_scan(void **unused)
{
	struct run run = run_record(&wiz_cli, SCAN("'osPackages':[],'secrets':null"));

	(void)unused;
	assert_true(run_detects(&wiz_cli, SCAN("'osPackages':null")));
	assert_false(run_detects(&wiz_cli, "{'result':{},'scanOriginResource':{}}"));
	assert_false(run_detects(&wiz_cli,
	                         "{'status':{'verdict':'x'},'scanOriginResource':{},"
	                         "'result':{'__typename':'CICDIACScanResult'}}"));
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 0);
	assert_int_equal(run.out.n_problems, 0);
	run_close(&run);
	run = run_record(&wiz_cli,
	                 "{'status':{'state':'FAILED','verdict':'x'},'scanOriginResource':{"
	                 "'name':'a'},'result':{'__typename':'CICDDiskScanResult'}}");
	assert_int_equal(run.rc, ERR_INVALID);
	run_close(&run);
}

static void test_wiz__corpus(void **unused)
{
	static const struct corpus_row rows[] = {
	        {"wiz/issues_csv_one_finding.csv", &wiz_issues_csv, 1, 1, 0},
	        {"wiz/issues_csv_resolved_findings.csv", &wiz_issues_csv, 3, 3, 0},
	        {"wiz/issues_csv_sca_format.csv", &wiz_vulnerabilities_csv, 5, 5, 0},
	        {"wiz/issue_api_event1.json", &wiz_issues, 1, 1, 0},
	        {"wiz/issue_api_event3.json", &wiz_issues, 1, 1, 0},
	        {"wiz/issue_api_gen_event10.json", &wiz_issues, 1, 1, 0},
	        {"wiz/wizcli_img_many_vul.json", &wiz_cli, 1, 9, 0},
	        {"wiz/config_finding_api_event1.json", &wiz_configuration_findings, 1, 1,
	         0},
	};

	(void)unused;
	check_corpus(rows, N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_wiz__detects_its_records),
	        cmocka_unit_test(test_wiz__knows_an_empty_page),
	        cmocka_unit_test(test_wiz__issue),
	        cmocka_unit_test(test_wiz__an_issue_is_the_same_by_api_and_csv),
	        cmocka_unit_test(test_wiz__states),
	        cmocka_unit_test(test_wiz__threats_are_threats),
	        cmocka_unit_test(test_wiz__configuration_finding),
	        cmocka_unit_test(test_wiz__vulnerability),
	        cmocka_unit_test(test_wiz__refuses_what_is_incomplete),
	        cmocka_unit_test(test_wiz__refuses_a_page_that_failed),
	        cmocka_unit_test(test_wiz_cli__scan_of_an_image),
	        cmocka_unit_test(test_wiz_cli__a_clean_scan),
	        cmocka_unit_test(test_wiz__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
