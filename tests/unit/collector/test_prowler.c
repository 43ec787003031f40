/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prowler: the names of each form by table, verdicts, requirements, and that a
 * finding is the same in OCSF, ASFF, CSV, compliance CSV and the old forms.
 */
#include "model/severity.h"

#include "collector/aws_asff.h"
#include "collector/ocsf.h"
#include "collector/prowler.h"
#include "run_file.h"

#define ACCOUNT "012345678901"
#define TRAIL   "arn:aws:cloudtrail:eu-west-1:" ACCOUNT ":trail/audit"

/* A row of version 5; more members come first and so go before its own. */
#define CSV(more)                                                                      \
	"{" more "'AUTH_METHOD':'profile: p','TIMESTAMP':'2026-01-02 03:04:05.6',"     \
	"'ACCOUNT_UID':'" ACCOUNT "','FINDING_UID':'prowler-aws-trail_kms-" ACCOUNT    \
	"-eu-west-1-audit','PROVIDER':'aws','CHECK_ID':'trail_kms','CHECK_TITLE':'T'," \
	"'STATUS':'FAIL','STATUS_EXTENDED':'S','MUTED':'False','SEVERITY':'medium',"   \
	"'RESOURCE_TYPE':'AwsCloudTrailTrail','RESOURCE_UID':'" TRAIL "',"             \
	"'RESOURCE_NAME':'audit','REGION':'eu-west-1','DESCRIPTION':'D',"              \
	"'REMEDIATION_RECOMMENDATION_TEXT':'R','REMEDIATION_RECOMMENDATION_URL':"      \
	"'https://example.com/r','COMPLIANCE':'CIS-2.0: 3.5 | ENS: op.1, op.2'}"

#define CSV_V3                                                                            \
	"{'ASSESSMENT_START_TIME':'2023-01-02T03:04:05','FINDING_UNIQUE_ID':"             \
	"'prowler-aws-trail_kms-" ACCOUNT "-eu-west-1-audit','PROVIDER':'aws',"           \
	"'CHECK_ID':'trail_kms','CHECK_TITLE':'T','STATUS':'FAIL','STATUS_EXTENDED':"     \
	"'S','SEVERITY':'medium','RESOURCE_TYPE':'AwsCloudTrailTrail','ACCOUNT_ID':"      \
	"'" ACCOUNT "','REGION':'eu-west-1','RESOURCE_ID':'audit','RESOURCE_ARN':'" TRAIL \
	"'}"

#define JSON_V3(more)                                                                  \
	"{" more "'AssessmentStartTime':'2023-01-02T03:04:05.6','FindingUniqueId':"    \
	"'prowler-aws-trail_kms-" ACCOUNT "-eu-west-1-audit','Provider':'aws',"        \
	"'CheckID':'trail_kms','CheckTitle':'T','Status':'FAIL','StatusExtended':'S'," \
	"'Severity':'medium','ResourceType':'AwsCloudTrailTrail','Description':'D',"   \
	"'Remediation':{'Recommendation':{'Text':'R','Url':'https://example.com/r'}}," \
	"'Compliance':{'CIS-2.0':['3.5'],'ENS':['op.1','op.2']},'AccountId':'" ACCOUNT \
	"','Region':'eu-west-1','ResourceId':'audit','ResourceArn':'" TRAIL "'}"

#define COMPLIANCE(more)                                                                \
	"{" more "'PROVIDER':'aws','DESCRIPTION':'The benchmark','ACCOUNTID':'" ACCOUNT \
	"','REGION':'eu-west-1','ASSESSMENTDATE':'2026-01-02 03:04:05.6',"              \
	"'REQUIREMENTS_ID':'3.5','STATUS':'FAIL','STATUSEXTENDED':'S','RESOURCEID':"    \
	"'" TRAIL "','RESOURCENAME':'audit','CHECKID':'trail_kms','MUTED':'False',"     \
	"'FRAMEWORK':'CIS','NAME':'CIS Foundations Benchmark v2.0.0'}"

#define OCSF                                                                           \
	"{'class_uid':2004,'status_code':'FAIL','metadata':{'event_code':'trail_kms'," \
	"'product':{'name':'Prowler'}},'finding_info':{'uid':'prowler-aws-trail_"      \
	"kms-" ACCOUNT                                                                 \
	"-eu-west-1-audit','title':'T'},'cloud':{'provider':'aws','region':"           \
	"'eu-west-1','account':{'uid':'" ACCOUNT "'}},'resources':[{'uid':'" TRAIL     \
	"','name':'audit','region':'eu-west-1','type':'AwsCloudTrailTrail'}]}"

#define ASFF                                                                           \
	"{'SchemaVersion':'2018-10-08','Id':'prowler-trail_kms-" ACCOUNT               \
	"-eu-west-1-0123abcde','ProductArn':"                                          \
	"'arn:aws:securityhub:eu-west-1::product/prowler/prowler','ProductFields':"    \
	"{'ProviderName':'Prowler'},'GeneratorId':'prowler-trail_kms','AwsAccountId':" \
	"'" ACCOUNT "','Severity':{'Label':'MEDIUM'},'Title':'T','Resources':[{"       \
	"'Type':'AwsCloudTrailTrail','Id':'" TRAIL "','Region':'eu-west-1'}],"         \
	"'Compliance':{'Status':'FAILED'}}"

#define V2_JSON(more)                                                                 \
	"{" more "'Profile':'p','Account Number':'" ACCOUNT "','Control':"            \
	"'[check11] Avoid root','Message':'Root user: used — yesterday!',"          \
	"'Severity':'High','Status':'FAIL','Control ID':'1.1','Region':'eu-west-1',"  \
	"'Timestamp':'2021-08-23T06:38:21Z','Risk':'D','Remediation':'R','Doc link':" \
	"'https://example.com/r','Resource ID':'root'}"

#define V2_CSV                                                                        \
	"{'PROFILE':'p','ACCOUNT_NUM':'" ACCOUNT "','REGION':'eu-west-1','TITLE_ID':" \
	"'1.1','CHECK_RESULT':'FAIL','TITLE_TEXT':'[check11] Avoid root (Scored)',"   \
	"'CHECK_RESULT_EXTENDED':'Root user: used — yesterday!','CHECK_SEVERITY':"  \
	"'High','CHECK_RISK':'D','CHECK_REMEDIATION':'R','CHECK_DOC':"                \
	"'https://example.com/r'}"

#define V2_ASFF                                                                       \
	"{'SchemaVersion':'2018-10-08','Id':'prowler-1.1-" ACCOUNT                    \
	"-eu-west-1-Root_user_used_yesterday_','ProductArn':"                         \
	"'arn:aws:securityhub:eu-west-1::product/prowler/prowler','ProductFields':"   \
	"{'ProviderName':'Prowler'},'GeneratorId':'prowler-check11','AwsAccountId':"  \
	"'" ACCOUNT "','Severity':{'Label':'HIGH'},'Title':'T','Resources':[{'Type':" \
	"'AwsAccount','Id':'AWS::::Account:" ACCOUNT "','Region':'eu-west-1'}],"      \
	"'Compliance':{'Status':'FAILED'}}"

/* One finding, sealed. */
static struct run run_finding(const struct format *format, const char *text)
{
	struct run run = run_record(format, text);

	if (run.rc != 0)
		fail_msg("%s: %s", text, run.err.text);
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	return run;
}

static void test_prowler__verdict(void **unused)
{
	static const struct {
		const char *name;
		const struct format *format;
		const char *record;
		enum finding_state state;
		const char *raw;
	} rows[] = {
	        {"fails", &prowler_csv, CSV(""), FINDING_OPEN, "FAIL"},
	        {"passes", &prowler_csv, CSV("'STATUS':'PASS',"), FINDING_PASSING, "PASS"},
	        {"passes, muted", &prowler_csv, CSV("'STATUS':'PASS','MUTED':'True',"),
	         FINDING_PASSING, "PASS"},
	        {"muted", &prowler_csv, CSV("'MUTED':'True',"), FINDING_SUPPRESSED,
	         "MUTED"},
	        {"muted by status", &prowler_json, JSON_V3("'Status':'MUTED',"),
	         FINDING_SUPPRESSED, "MUTED"},
	        {"asks a person", &prowler_csv, CSV("'STATUS':'MANUAL',"), FINDING_UNKNOWN,
	         "MANUAL"},
	        {"none", &prowler_csv, CSV("'STATUS':'',"), FINDING_UNKNOWN, ""},
	        {"requirement fails", &prowler_compliance, COMPLIANCE(""), FINDING_OPEN,
	         "FAIL"},
	        {"requirement muted", &prowler_compliance, COMPLIANCE("'MUTED':'True',"),
	         FINDING_SUPPRESSED, "MUTED"},
	        {"requirement, a person", &prowler_compliance,
	         COMPLIANCE("'STATUS':'MANUAL',"), FINDING_UNKNOWN, "MANUAL"},
	        {"requirement, info", &prowler_compliance, COMPLIANCE("'STATUS':'INFO',"),
	         FINDING_UNKNOWN, "INFO"},
	        {"2: fails", &prowler_v2_json, V2_JSON(""), FINDING_OPEN, "FAIL"},
	        {"2: passes", &prowler_v2_json, V2_JSON("'Status':'Pass',"),
	         FINDING_PASSING, "Pass"},
	        {"2: info", &prowler_v2_json, V2_JSON("'Status':'Info',"), FINDING_UNKNOWN,
	         "Info"},
	        {"2: to be ignored", &prowler_v2_json, V2_JSON("'Status':'WARNING',"),
	         FINDING_SUPPRESSED, "WARNING"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_finding(rows[i].format, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		if (f->state != rows[i].state || strcmp(f->status_raw, rows[i].raw) != 0)
			fail_msg("%s: %s, \"%s\"", rows[i].name,
			         finding_state_name(f->state), f->status_raw);
		run_close(&run);
	}
}

static void test_prowler__severity_is_the_label(void **unused)
{
	static const struct {
		const char *record;
		int sev100;
	} rows[] = {
	        {CSV("'SEVERITY':'critical',"), 95},
	        {CSV("'SEVERITY':'High',"), 80},
	        {CSV(""), 55},
	        {CSV("'SEVERITY':'low',"), 25},
	        {CSV("'SEVERITY':'informational',"), 0},
	        {CSV("'SEVERITY':'',"), -1},
	        {CSV("'SEVERITY':'odd',"), -1},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_finding(&prowler_csv, rows[i].record);

		if (run.out.findings[0].sev100 != rows[i].sev100)
			fail_msg("row %zu: %d", i, run.out.findings[0].sev100);
		run_close(&run);
	}
}

/* Everything else that a form states of the finding above. */
static void test_prowler__fields(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record;
		timestamp seen;
	} rows[] = {
	        {&prowler_csv, CSV(""), 1767323045600000},
	        {&prowler_json, JSON_V3(""), 1672628645600000},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_finding(rows[i].format, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_string_equal(f->engine, "prowler");
		assert_int_equal(f->class, CLASS_MISCONFIGURATION);
		assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
		assert_string_equal(f->rule, "trail_kms");
		assert_string_equal(f->title, "T");
		assert_string_equal(f->description, "D");
		assert_string_equal(f->remediation, "R");
		assert_string_equal(f->remediation_url, "https://example.com/r");
		assert_string_equal(f->scope, ACCOUNT "/eu-west-1");
		assert_int_equal(f->last_seen, rows[i].seen);
		assert_int_equal(f->first_seen, TIMESTAMP_NONE);
		assert_string_equal(f->resource.type, "AWS::CloudTrail::Trail");
		assert_int_equal(f->n_controls, 3);
		assert_string_equal(f->controls[0].framework, "CIS-2.0");
		assert_string_equal(f->controls[0].requirement, "3.5");
		assert_string_equal(f->controls[2].framework, "ENS");
		assert_string_equal(f->controls[2].requirement, "op.2");
		run_close(&run);
	}
}

static void test_prowler__requirement_and_its_framework(void **unused)
{
	static const struct {
		const char *record, *framework;
	} rows[] = {
	        {COMPLIANCE(""), "CIS-2.0"},
	        {COMPLIANCE("'NAME':'CIS v1 Benchmark v1.10',"), "CIS-1.10"},
	        {COMPLIANCE("'NAME':'Benchmark',"), "CIS"},
	        {COMPLIANCE("'FRAMEWORK':'',"), ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_finding(&prowler_compliance, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_string_equal(f->description, "S");
		assert_int_equal(f->sev100, SEV100_UNKNOWN);
		assert_int_equal(f->last_seen, 1767323045600000);
		assert_int_equal(f->source_updated_at, 1767323040000000);
		assert_int_equal(f->n_controls, rows[i].framework[0] != '\0');
		if (f->n_controls > 0) {
			assert_string_equal(f->controls[0].framework, rows[i].framework);
			assert_string_equal(f->controls[0].requirement, "3.5");
		}
		run_close(&run);
	}
}

static void test_prowler__compliance_that_is_no_object(void **unused)
{
	static const char *const records[] = {
	        JSON_V3("'Compliance':[['1']],"), JSON_V3("'Compliance':7,"),
	        JSON_V3("'Compliance':{'A':'1'},"), CSV("'COMPLIANCE':'a:b | c | : d',")};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		struct run run =
		        run_finding(i < 3 ? &prowler_json : &prowler_csv, records[i]);

		assert_int_equal(run.out.findings[0].n_controls, 0);
		run_close(&run);
	}
}

/* No check is about it: nothing was looked at. */
static void test_prowler__requirement_without_check_is_none(void **unused)
{
	struct run run = run_record(
	        &prowler_compliance,
	        COMPLIANCE(
	                "'CHECKID':'manual','ACCOUNTID':'','RESOURCEID':'manual_check',"));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 0);
	run_close(&run);
}

static void test_prowler__same_finding_in_all_forms(void **unused)
{
	static const struct {
		const char *name;
		const struct format *format;
		const char *record, *other;
	} rows[] = {
	        {"CSV", &prowler_csv, CSV(""), OCSF},
	        {"CSV without uid", &prowler_csv, CSV("'FINDING_UID':'<finding_uid>',"),
	         OCSF},
	        {"CSV of 3", &prowler_csv, CSV_V3, OCSF},
	        {"JSON of 3", &prowler_json, JSON_V3(""), OCSF},
	        {"compliance", &prowler_compliance, COMPLIANCE(""), OCSF},
	        {"compliance without name", &prowler_compliance,
	         COMPLIANCE("'RESOURCENAME':'',"), OCSF},
	        {"compliance with a short name", &prowler_compliance,
	         COMPLIANCE("'RESOURCENAME':'','CHECKID':'cloudtrail_kms',"
	                    "'RESOURCEID':'audit',"),
	         CSV("'FINDING_UID':'','CHECK_ID':'cloudtrail_kms',")},
	        {"compliance, the account", &prowler_compliance,
	         COMPLIANCE("'RESOURCENAME':'','RESOURCEID':'" ACCOUNT "',"),
	         CSV("'FINDING_UID':'','RESOURCE_NAME':'" ACCOUNT
	             "','RESOURCE_UID':'arn:aws:iam::" ACCOUNT ":root',")},
	        {"JSON of 3, the account", &prowler_json,
	         JSON_V3("'FindingUniqueId':'','ResourceArn':'','ResourceId':'" ACCOUNT
	                 "',"),
	         CSV("'FINDING_UID':'','RESOURCE_NAME':'" ACCOUNT
	             "','RESOURCE_UID':'arn:aws:iam::" ACCOUNT ":root',")},
	        {"ASFF", &aws_asff, ASFF, OCSF},
	        {"2: CSV", &prowler_v2_csv, V2_CSV, V2_ASFF},
	        {"2: JSON", &prowler_v2_json, V2_JSON(""), V2_ASFF},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct format *format = run_detects(&ocsf, rows[i].other) ? &ocsf
		                              : run_detects(&aws_asff, rows[i].other)
		                                      ? &aws_asff
		                                      : &prowler_csv;
		struct run a = run_finding(rows[i].format, rows[i].record);
		struct run b = run_finding(format, rows[i].other);
		const struct finding *f = &a.out.findings[0], *g = &b.out.findings[0];

		if (memcmp(f->key.bytes, g->key.bytes, KEY_SIZE) != 0 ||
		    strcmp(f->rule, g->rule) != 0 ||
		    strcmp(f->connector, g->connector) != 0)
			fail_msg("%s: %s %s\n%s %s", rows[i].name, f->native_id,
			         f->resource.id, g->native_id, g->resource.id);
		run_close(&a);
		run_close(&b);
	}
}

static void test_prowler__names_as_the_arn_has_them(void **unused)
{
	static const struct {
		const char *arn, *check, *name;
	} rows[] = {
	        {TRAIL, "c", "audit"},
	        {"arn:aws:s3:::bucket", "c", "bucket"},
	        {"arn:aws:sns:eu-west-1:" ACCOUNT ":alerts", "c", "alerts"},
	        {"arn:aws:rds:eu-west-1:" ACCOUNT ":db:orders", "c", "orders"},
	        {"arn:aws:cloudtrail:eu-west-1:" ACCOUNT ":trail", "c", ACCOUNT},
	        {"arn:aws:iam:eu-west-1:" ACCOUNT ":password-policy", "c", ACCOUNT},
	        {"arn:aws:config:eu-west-1:" ACCOUNT ":recorder", "c", ACCOUNT},
	        {"arn:aws:accessanalyzer:eu-west-1:" ACCOUNT ":analyzer/unknown", "c",
	         "analyzer/unknown"},
	        {"arn:aws:iam::" ACCOUNT ":root", "account_contact", ACCOUNT},
	        {"arn:aws:iam::" ACCOUNT ":root", "iam_user_unused", "<root_account>"},
	        {"arn:aws:iam::" ACCOUNT ":mfa", "iam_root_mfa", "<root_account>"},
	        {"arn:aws:iam::" ACCOUNT ":user/path/bob", "iam_user_unused", "bob"},
	        {"", "c", ""},
	        {"name", "c", "name"},
	        {"a:b", "c", "b"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(
		        prowler_name_of_arn(rows[i].arn, rows[i].check, ACCOUNT),
		        rows[i].name);
}

static void test_prowler__other_clouds(void **unused)
{
	struct run run = run_finding(
	        &prowler_csv,
	        CSV("'PROVIDER':'azure','ACCOUNT_UID':'33333333-3333-3333-3333-"
	            "333333333333',"
	            "'REGION':'global','RESOURCE_TYPE':'Microsoft.Storage/storageAccounts',"
	            "'RESOURCE_UID':'/subscriptions/33333333-3333-3333-3333-333333333333/"
	            "resourceGroups/G/providers/Microsoft.Storage/storageAccounts/a',"));
	const struct finding *f = &run.out.findings[0];

	(void)unused;
	assert_int_equal(f->resource.provider, PROVIDER_AZURE);
	assert_string_equal(f->resource.region, "");
	assert_string_equal(f->resource.id,
	                    "/subscriptions/33333333-3333-3333-3333-333333333333/"
	                    "resourcegroups/g/providers/microsoft.storage/"
	                    "storageaccounts/a");
	run_close(&run);

	run = run_finding(&prowler_compliance,
	                  COMPLIANCE("'PROVIDER':'gcp','ACCOUNTID':'','PROJECTID':'p-1',"
	                             "'REGION':'','LOCATION':'europe-west1','RESOURCEID':"
	                             "'bucket-1',"));
	f = &run.out.findings[0];
	assert_string_equal(f->native_id, "prowler-gcp-trail_kms-p-1-europe-west1-audit");
	assert_string_equal(f->resource.account, "p-1");
	assert_string_equal(f->resource.region, "europe-west1");
	run_close(&run);
}

#define M365(tenant, more)                                                             \
	CSV(more                                                                       \
	    "'PROVIDER':'m365','CHECK_ID':'sharing','ACCOUNT_UID':'" tenant            \
	    "','REGION':'global','RESOURCE_TYPE':'SharePoint','RESOURCE_UID':"         \
	    "'sharepointSettings','RESOURCE_NAME':'SharePoint Settings','FINDING_UID'" \
	    ":'prowler-m365-sharing-" tenant "-global-SharePoint Settings',")

/* Prowler's own name of a setting is the same in every tenant. */
static void test_prowler__settings_are_of_their_tenant(void **unused)
{
	static const struct {
		const char *record, *id;
	} rows[] = {
	        {M365("tenant-a", ""), "m365/tenant-a/sharepointSettings"},
	        {M365("tenant-b", ""), "m365/tenant-b/sharepointSettings"},
	        {M365("tenant-a", "'RESOURCE_UID':'0a1b2c3d-0000-4000-8000-00000000000f',"),
	         "0a1b2c3d-0000-4000-8000-00000000000f"},
	        {M365("tenant-a", "'RESOURCE_UID':'https://contoso.example/s',"),
	         "https://contoso.example/s"},
	        {M365("c", "'PROVIDER':'kubernetes',"), "sharepointSettings"},
	};
	struct run ocsf_run;

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_finding(&prowler_csv, rows[i].record);

		assert_string_equal(run.out.findings[0].resource.raw, rows[i].id);
		run_close(&run);
	}
	ocsf_run = run_finding(
	        &ocsf, "{'class_uid':2004,'status_code':'FAIL','metadata':{'event_code':"
	               "'sharing','product':{'name':'Prowler'}},'finding_info':{'uid':"
	               "'prowler-m365-sharing-tenant-a-global-SharePoint Settings'},"
	               "'cloud':{'provider':'m365','region':'global','account':{'uid':"
	               "'tenant-a'}},'resources':[{'uid':'sharepointSettings','name':"
	               "'SharePoint Settings','region':'global','type':'SharePoint'}]}");
	assert_string_equal(ocsf_run.out.findings[0].resource.raw, rows[0].id);
	run_close(&ocsf_run);
}

static void test_prowler__version_2(void **unused)
{
	struct run run = run_finding(&prowler_v2_json, V2_JSON(""));
	const struct finding *f = &run.out.findings[0];

	(void)unused;
	assert_string_equal(f->rule, "check11");
	assert_string_equal(f->location, "root");
	assert_string_equal(f->resource.id, "arn:aws:iam::" ACCOUNT ":root");
	assert_int_equal(f->sev100, 80);
	assert_int_equal(f->last_seen, 1629700701 * USEC_PER_SEC);
	run_close(&run);

	run = run_finding(&prowler_v2_json, V2_JSON("'Control':'Avoid root',"));
	assert_string_equal(run.out.findings[0].rule, "1.1");
	run_close(&run);
}

static void test_prowler__missing_fields(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *text;
	} rows[] = {
	        {&prowler_csv, CSV("'CHECK_ID':'',"), ""},
	        {&prowler_csv, "{'CHECK_ID':'c'}", "neither resource nor account"},
	        {&prowler_csv, "{}", "names no check"},
	        {&prowler_compliance, "{'CHECKID':'c'}", "neither resource nor account"},
	        {&prowler_v2_json, "{}", "names no account"},
	        {&prowler_v2_csv, "{'ACCOUNT_NUM':'1'}", "names no check"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(rows[i].format, rows[i].record);

		if (run.rc != ERR_INVALID)
			fail_msg("row %zu is taken", i);
		if (rows[i].text[0] != '\0')
			assert_string_equal(run.err.text, rows[i].text);
		run_close(&run);
	}
}

static void test_prowler__detect(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record;
	} rows[] = {
	        {&prowler_csv, CSV("")},
	        {&prowler_csv, CSV_V3},
	        {&prowler_json, JSON_V3("")},
	        {&prowler_compliance, COMPLIANCE("")},
	        {&prowler_v2_json, V2_JSON("")},
	        {&prowler_v2_csv, V2_CSV},
	        {&ocsf, OCSF},
	        {&aws_asff, ASFF},
	        {NULL, "{'PROVIDER':'aws','CHECK_ID':'c','STATUS':'FAIL'}"},
	        {NULL, "{'REQUIREMENTS_ID':'1','STATUS':'FAIL','RESOURCEID':'x'}"},
	        {NULL, "{'Status':'FAIL','CheckID':'c'}"},
	        {NULL, "{'Account Number':'1','Status':'FAIL','Region':'r'}"},
	        {NULL, "{'detail':'not found'}"},
	        {NULL, "[]"},
	        {NULL, "'x'"},
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

static void test_prowler__corpus(void **unused)
{
	static const struct {
		const struct format *format;
		const char *name;
		size_t records, distinct, open, passing;
	} rows[] = {
	        {&prowler_csv, "prowler/example_aws.csv", 4, 4, 2, 0},
	        {&prowler_csv, "prowler/example_azure.csv", 4, 4, 1, 3},
	        {&prowler_json, "prowler/v3_many_vuln.json", 3, 3, 3, 0},
	        {&prowler_v2_csv, "prowler/v2_many_vuln.csv", 4, 4, 4, 0},
	        {&prowler_v2_json, "prowler/v2_many_vuln.ndjson", 6, 6, 4, 1},
	        {&aws_asff, "prowler/heimdall_prowler_sample.asff-lines.json", 10, 10, 10,
	         0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		size_t n = run_file(&run, rows[i].format, rows[i].name);

		if (n != rows[i].records || run_distinct(&run, 0) != rows[i].distinct ||
		    run_count(&run, FINDING_OPEN) != rows[i].open ||
		    run_count(&run, FINDING_PASSING) != rows[i].passing)
			fail_msg("%s: %zu records, %zu findings, %zu open, %zu passing",
			         rows[i].name, n, run_distinct(&run, 0),
			         run_count(&run, FINDING_OPEN),
			         run_count(&run, FINDING_PASSING));
		run_close(&run);
	}
}

/* One scan in two forms is 35 findings, not 70. */
static void test_prowler__corpus_csv_is_its_ocsf(void **unused)
{
	static const char dir[] = "cross_tool/aws_018134828551/prowler_cloudtrail_before";
	struct run run = run_open();
	char name[128];

	(void)unused;
	(void)snprintf(name, sizeof(name), "%s.ocsf.json", dir);
	assert_int_equal(run_file(&run, &ocsf, name), 35);
	assert_int_equal(run_distinct(&run, 0), 35);
	(void)snprintf(name, sizeof(name), "%s.csv", dir);
	assert_int_equal(run_file(&run, &prowler_csv, name), 35);
	assert_int_equal(run_distinct(&run, 35), 35);
	assert_int_equal(run_distinct(&run, 0), 35);
	for (size_t i = 0; i < 35; i++)
		assert_memory_equal(run.out.findings[i].asset_key.bytes,
		                    run.out.findings[35 + i].asset_key.bytes, KEY_SIZE);
	run_close(&run);
}

/*
 * Two policies of one user make two findings, as in OCSF; of check, resource and
 * region alone there are 119.
 */
static void test_prowler__corpus_compliance(void **unused)
{
	static const char name[] = "cross_tool/aws_018134828551/prowler_cis_6.0.csv";
	struct run run = run_open();

	(void)unused;
	assert_int_equal(run_file(&run, &prowler_compliance, name), 120);
	assert_int_equal(run_distinct(&run, 0), 120);
	assert_int_equal(run_count(&run, FINDING_UNKNOWN), 2);
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_prowler__verdict),
	        cmocka_unit_test(test_prowler__severity_is_the_label),
	        cmocka_unit_test(test_prowler__fields),
	        cmocka_unit_test(test_prowler__requirement_and_its_framework),
	        cmocka_unit_test(test_prowler__compliance_that_is_no_object),
	        cmocka_unit_test(test_prowler__requirement_without_check_is_none),
	        cmocka_unit_test(test_prowler__same_finding_in_all_forms),
	        cmocka_unit_test(test_prowler__names_as_the_arn_has_them),
	        cmocka_unit_test(test_prowler__other_clouds),
	        cmocka_unit_test(test_prowler__settings_are_of_their_tenant),
	        cmocka_unit_test(test_prowler__version_2),
	        cmocka_unit_test(test_prowler__missing_fields),
	        cmocka_unit_test(test_prowler__detect),
	        cmocka_unit_test(test_prowler__corpus),
	        cmocka_unit_test(test_prowler__corpus_csv_is_its_ocsf),
	        cmocka_unit_test(test_prowler__corpus_compliance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
