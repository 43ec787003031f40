/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defender Vulnerability Management: both APIs make one finding; and the lists of
 * Defender for Cloud that hold none.
 */
#include "model/severity.h"

#include "collector/azure.h"
#include "run_format.h"

#define MACHINE "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
#define BY_MACHINE(more)                                                           \
	"{" more "'id':'" MACHINE "-_-CVE-2026-0001-_-vendor-_-tools-_-1.2-_-',"   \
	"'cveId':'CVE-2026-0001','machineId':'" MACHINE                            \
	"','fixingKbId':'5001234','productName':'tools','productVendor':'vendor'," \
	"'productVersion':'1.2','severity':'Low'}"
#define BY_DEVICE(more)                                                                \
	"{" more "'id':'i1','deviceId':'" MACHINE "','deviceName':'web.example.com',"  \
	"'cveId':'CVE-2026-0001','softwareVendor':'vendor','softwareName':'tools',"    \
	"'softwareVersion':'1.2','vulnerabilitySeverityLevel':'Low','cvssScore':7.5,"  \
	"'exploitabilityLevel':'ExploitIsInKit','recommendedSecurityUpdate':'Update'," \
	"'firstSeenTimestamp':'2026-01-02 03:04:05',"                                  \
	"'lastSeenTimestamp':'2026-01-03 03:04:05'}"
#define IN_FILE                                                                     \
	"{'Id':'i1','DeviceId':'" MACHINE "','CveId':'CVE-2026-0001',"              \
	"'SoftwareVendor':'Vendor','SoftwareName':'Tools','SoftwareVersion':'1.2'," \
	"'VulnerabilitySeverityLevel':'Low','Status':'Fixed'}"

static void test_azure_mdvm__detects(void **unused)
{
	static const struct {
		const char *record;
		bool mdvm, context;
	} rows[] = {
	        {BY_MACHINE(""), true, false},
	        {BY_DEVICE(""), true, false},
	        {IN_FILE, true, false},
	        {"{'id':'CVE-2026-0001','name':'CVE-2026-0001','severity':'Low'}", false,
	         false},
	        {"{'id':'/subscriptions/s/providers/Microsoft.Security/secureScores/"
	         "ascScore',"
	         "'type':'Microsoft.Security/secureScores','name':'ascScore'}",
	         false, true},
	        {"{'id':'/subscriptions/s/providers/Microsoft.Security/"
	         "regulatoryComplianceStandards/p/regulatoryComplianceControls/1',"
	         "'type':'Microsoft.Security/regulatoryComplianceControl'}",
	         false, true},
	        {"{'id':'/subscriptions/s/providers/Microsoft.Security/pricings/VMs',"
	         "'type':'Microsoft.Security/pricings'}",
	         false, false},
	        {"{}", false, false},
	        {"[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&azure_mdvm, rows[i].record) != rows[i].mdvm ||
		    run_detects(&azure_context, rows[i].record) != rows[i].context)
			fail_msg("%s", rows[i].record);
}

static void test_azure_mdvm__forms_are_one_finding(void **unused)
{
	static const struct {
		const char *record;
		int sev100;
		enum maturity maturity;
		enum finding_state state;
		const char *remediation;
		size_t aliases;
	} rows[] = {
	        {BY_MACHINE(""), 25, MATURITY_NONE, FINDING_OPEN, "Install KB5001234.", 0},
	        {BY_DEVICE(""), 75, MATURITY_WEAPONISED, FINDING_OPEN, "Update", 1},
	        {IN_FILE, 25, MATURITY_NONE, FINDING_RESOLVED, "", 0},
	        {BY_MACHINE("'status':'Odd','severity':'None?',"), SEV100_UNKNOWN,
	         MATURITY_NONE, FINDING_UNKNOWN, "Install KB5001234.", 0},
	        {BY_DEVICE("'cvssScore':0,'exploitabilityLevel':'ExploitIsPublic',"), 25,
	         MATURITY_POC, FINDING_OPEN, "Update", 1},
	};
	struct key key = {0};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&azure_mdvm, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->connector, "azure_mdvm");
		assert_string_equal(f->native_id,
		                    MACHINE "|cve-2026-0001|vendor|tools|1.2");
		assert_string_equal(f->cve, "CVE-2026-0001");
		assert_string_equal(f->rule, "CVE-2026-0001");
		assert_int_equal(f->class, CLASS_VULNERABILITY);
		assert_string_equal(f->package_version, "1.2");
		assert_string_equal(f->resource.id, MACHINE);
		assert_string_equal(f->scope, MACHINE);
		assert_int_equal(f->resource.n_aliases, rows[i].aliases);
		if (f->sev100 != rows[i].sev100 || f->maturity != rows[i].maturity ||
		    f->state != rows[i].state ||
		    strcmp(f->remediation, rows[i].remediation) != 0)
			fail_msg("row %zu: %d, %s, %s", i, f->sev100,
			         finding_state_name(f->state), f->remediation);
		if (i > 0)
			assert_int_equal(key_cmp(&key, &f->key), 0);
		key = f->key;
		run_close(&run);
	}
}

static void test_azure_mdvm__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
	        {"{'cveId':'c','productName':'p'}", "machineId"},
	        {"{'machineId':'m','productName':'p'}", "cveId"},
	        {"{'machineId':'m','cveId':'c'}", "productName"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&azure_mdvm, rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		assert_non_null(strstr(run.err.text, rows[i].text));
		run_close(&run);
	}
}

static void test_azure_mdvm__corpus(void **unused)
{
	static const struct {
		const struct format *format;
		const char *name;
		size_t records, findings;
	} rows[] = {
	        {&azure_mdvm, "azure/mdvm/report_one_vuln.json", 1, 1},
	        {&azure_context, "azure/securescores/list_2020-01-01.json", 1, 0},
	        {&azure_context, "azure/securescores/controls_2020-01-01.json", 12, 0},
	        {&azure_context,
	         "azure/regulatory_compliance/getRegulatoryComplianceAssessmentList.json",
	         3, 0},
	        {&azure_context,
	         "azure/regulatory_compliance/getRegulatoryComplianceControlList.json", 3,
	         0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		size_t n = run_corpus(&run, rows[i].format, rows[i].name);

		if (n != rows[i].records || run.out.n_findings != rows[i].findings)
			fail_msg("%s: %zu records, %zu findings", rows[i].name, n,
			         run.out.n_findings);
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_azure_mdvm__detects),
	        cmocka_unit_test(test_azure_mdvm__forms_are_one_finding),
	        cmocka_unit_test(test_azure_mdvm__refuses_what_is_incomplete),
	        cmocka_unit_test(test_azure_mdvm__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
