/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCSF: verdicts, severities and origins by table, Prowler's ways one by one, the
 * same finding in ASFF and OCSF, and the corpus where it is at hand.
 */
#include "collector/aws_asff.h"
#include "collector/ocsf.h"
#include "run_format.h"

/* A detection of some product; more members come first, each with a comma after it. */
#define RECORD(more)                                                                   \
	"{" more "'class_uid':2004,'metadata':{'version':'1.9.0','product':{'name':"   \
	"'Acme Scan'}},'finding_info':{'uid':'f-1','title':'T','types':['Kind'],"      \
	"'analytic':{'uid':'rule-1'}},'cloud':{'provider':'AWS','region':'eu-west-1'," \
	"'account':{'uid':'012345678901'}},'resources':[{'uid':'i-0123456789abcdef0'," \
	"'uid_alt':'arn:aws:ec2:eu-west-1:012345678901:instance/i-0123456789abcdef0'," \
	"'type':'AWS::EC2::Instance','name':'web'}]}"

/* The same by Prowler. */
#define PROWLER(more)                                                                     \
	"{" more "'class_uid':2004,'status_id':1,'time':1739539623,'time_dt':"            \
	"'2025-02-14T14:27:03.913874','metadata':{'event_code':'iam_mfa','product':"      \
	"{'name':'Prowler'}},'severity_id':4,'finding_info':{'uid':"                      \
	"'prowler-aws-iam_mfa-012345678901-eu-west-1-bob','title':'T','created_time':"    \
	"1739539623,'created_time_dt':'2025-02-14T14:27:03.913874'},'cloud':{'provider':" \
	"'aws','region':'eu-west-1','account':{'uid':'012345678901'}},'resources':["      \
	"{'uid':'arn:aws:iam::012345678901:user/bob','name':'bob','region':'eu-west-1'}]}"

static void test_ocsf__state_is_the_first_rule_that_matches(void **unused)
{
	static const struct {
		const char *name, *record;
		enum finding_state state;
		const char *raw;
	} rows[] = {
	        {"nothing said", RECORD(""), FINDING_OPEN, ""},
	        {"new", RECORD("'status_id':1,"), FINDING_OPEN, "New"},
	        {"in progress", RECORD("'status':'In Progress','status_id':2,"),
	         FINDING_OPEN, "In Progress"},
	        {"suppressed", RECORD("'status_id':3,'activity_id':3,"), FINDING_SUPPRESSED,
	         "Suppressed"},
	        {"resolved", RECORD("'status_id':4,"), FINDING_RESOLVED, "Resolved"},
	        {"archived", RECORD("'status_id':5,"), FINDING_RESOLVED, "Archived"},
	        {"deleted", RECORD("'status_id':6,"), FINDING_RESOLVED, "Deleted"},
	        {"other", RECORD("'status_id':99,'status':'Odd',"), FINDING_OPEN, "Odd"},
	        {"by text", RECORD("'status':'suppressed',"), FINDING_SUPPRESSED,
	         "suppressed"},
	        {"closed", RECORD("'activity_id':3,'status_id':1,"), FINDING_RESOLVED,
	         "Close"},
	        {"compliance pass", RECORD("'compliance':{'status_id':1},"),
	         FINDING_PASSING, ""},
	        {"compliance pass, resolved",
	         RECORD("'status_id':4,'compliance':{'status':'PASSED'},"), FINDING_PASSING,
	         "PASSED"},
	        {"compliance warning",
	         RECORD("'compliance':{'status_id':2,'status':'Warning'},"), FINDING_OPEN,
	         "Warning"},
	        {"compliance fail", RECORD("'compliance':{'status_id':3,'status':'Fail'},"),
	         FINDING_OPEN, "Fail"},
	        {"compliance not available",
	         RECORD("'compliance':{'status':'NOT_AVAILABLE'},"), FINDING_NOT_APPLICABLE,
	         "NOT_AVAILABLE"},
	        {"class 2001 has state",
	         RECORD("'class_uid':2001,'state_id':3,'status_id':1,"), FINDING_SUPPRESSED,
	         "Suppressed"},
	        {"Prowler fails", PROWLER("'status_code':'FAIL','status':'New',"),
	         FINDING_OPEN, "FAIL"},
	        {"Prowler passes", PROWLER("'status_code':'PASS','status':'New',"),
	         FINDING_PASSING, "PASS"},
	        {"Prowler asks a person", PROWLER("'status_code':'MANUAL',"),
	         FINDING_UNKNOWN, "MANUAL"},
	        {"Prowler muted",
	         PROWLER("'status_code':'FAIL','unmapped':{'muted':true},"),
	         FINDING_SUPPRESSED, "MUTED"},
	        {"Prowler muted, by status",
	         PROWLER("'status_code':'FAIL','status':'Suppressed',"), FINDING_SUPPRESSED,
	         "MUTED"},
	        {"Prowler not muted",
	         PROWLER("'status_code':'FAIL','unmapped':{'muted':false},"), FINDING_OPEN,
	         "FAIL"},
	        {"Prowler muted and passed",
	         PROWLER("'status_code':'PASS','unmapped':{'muted':true},"),
	         FINDING_PASSING, "PASS"},
	        {"Prowler without verdict", PROWLER(""), FINDING_UNKNOWN, ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&ocsf, rows[i].record);

		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %s", rows[i].name, run.err.text);
		if (run.out.findings[0].state != rows[i].state)
			fail_msg("%s: %s", rows[i].name,
			         finding_state_name(run.out.findings[0].state));
		if (strcmp(run.out.findings[0].status_raw, rows[i].raw) != 0)
			fail_msg("%s: %s", rows[i].name, run.out.findings[0].status_raw);
		run_close(&run);
	}
}

static void test_ocsf__severity_is_the_id_then_the_label(void **unused)
{
	static const struct {
		const char *name, *record;
		int sev100;
		const char *raw;
	} rows[] = {
	        {"absent is unknown", RECORD(""), -1, ""},
	        {"informational", RECORD("'severity_id':1,"), 0, ""},
	        {"low", RECORD("'severity_id':2,'severity':'Low',"), 25, "Low"},
	        {"medium", RECORD("'severity_id':3,"), 55, ""},
	        {"high", RECORD("'severity_id':4,"), 80, ""},
	        {"critical", RECORD("'severity_id':5,"), 95, ""},
	        {"fatal", RECORD("'severity_id':6,"), 100, ""},
	        {"unknown with a label", RECORD("'severity_id':0,'severity':'High',"), 80,
	         "High"},
	        {"other: its label", RECORD("'severity_id':99,'severity':'moderate',"), 55,
	         "moderate"},
	        {"other: no label", RECORD("'severity_id':99,"), -1, ""},
	        {"out of range", RECORD("'severity_id':4294967300,"), -1, ""},
	        {"a vendor's own is for AWS",
	         RECORD("'severity_id':2,'vendor_attributes':{'severity_id':5},"), 25, ""},
	        {"the product's before the hub's",
	         RECORD("'severity_id':2,'vendor_attributes':{'severity_id':5},'metadata':"
	                "{'product':{'name':'Security "
	                "Hub'}},'compliance':{'control':'C'},"),
	         95, ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&ocsf, rows[i].record);

		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %s", rows[i].name, run.err.text);
		if (run.out.findings[0].sev100 != rows[i].sev100)
			fail_msg("%s: %d", rows[i].name, run.out.findings[0].sev100);
		if (strcmp(run.out.findings[0].severity_raw, rows[i].raw) != 0)
			fail_msg("%s: %s", rows[i].name, run.out.findings[0].severity_raw);
		run_close(&run);
	}
}

#define PRODUCT_V2(name) "arn:aws:securityhub:eu-west-1::productv2/aws/" name

static const struct {
	const char *name, *record;
	const char *connector, *native_id, *rule, *engine;
	enum finding_class class;
} origin_rows[] = {
        {"some product", RECORD(""), "ocsf", "Acme Scan f-1", "rule-1", "acme_scan",
         CLASS_THREAT},
        {"some product's control",
         RECORD("'compliance':{'control':'C-1','status':'Fail'},"), "ocsf", "Acme Scan f-1",
         "C-1", "acme_scan", CLASS_MISCONFIGURATION},
        {"event code", RECORD("'metadata':{'event_code':'E','product':{'name':'P'}},"),
         "ocsf", "P f-1", "E", "p", CLASS_THREAT},
        {"types, then title",
         RECORD("'finding_info':{'uid':'f-2','types':['Kind'],'title':'T'},"), "ocsf",
         "Acme Scan f-2", "Kind", "acme_scan", CLASS_THREAT},
        {"title at last", RECORD("'finding_info':{'uid':'f-2','title':'T'},"), "ocsf",
         "Acme Scan f-2", "T", "acme_scan", CLASS_THREAT},
        {"record's uid when the finding has none",
         RECORD("'finding_info':{'title':'T'},'metadata':{'uid':'m-1','product':{'"
                "name':"
                "'P'}},"),
         "ocsf", "P m-1", "T", "p", CLASS_THREAT},
        {"Prowler", PROWLER("'status_code':'FAIL',"), "prowler",
         "prowler-aws-iam_mfa-012345678901-eu-west-1-bob", "iam_mfa", "prowler",
         CLASS_MISCONFIGURATION},
        {"Prowler's placeholder", PROWLER("'finding_info':{'uid':'<finding_uid>'},"),
         "prowler", "prowler-aws-iam_mfa-012345678901-eu-west-1-bob", "iam_mfa", "prowler",
         CLASS_MISCONFIGURATION},
        {"Prowler without uid", PROWLER("'finding_info':{},"), "prowler",
         "prowler-aws-iam_mfa-012345678901-eu-west-1-bob", "iam_mfa", "prowler",
         CLASS_MISCONFIGURATION},
        {"Security Hub v2 control",
         RECORD("'class_uid':2003,'compliance':{'control':'Config.1'},'metadata':"
                "{'uid':'m','product':{'name':'Security "
                "Hub','vendor_name':'AWS','uid':"
                "'" PRODUCT_V2("securityhub") "'}},"),
         "aws_securityhub", "arn:aws:securityhub:eu-west-1::product/aws/securityhub f-1",
         "Config.1", "aws_config", CLASS_MISCONFIGURATION},
        {"Security Hub v2 GuardDuty",
         RECORD("'finding_info':{'uid':'g','title':'T','types':['Threats',"
                "'Execution:Runtime/"
                "NewBinaryExecuted'],'analytic':{'uid':'detector'}},"
                "'metadata':{'product':{'name':'GuardDuty','vendor_name':'AWS','"
                "uid':"
                "'" PRODUCT_V2("guardduty") "'}},"),
         "aws_securityhub", "arn:aws:securityhub:eu-west-1::product/aws/guardduty g",
         "Execution:Runtime/NewBinaryExecuted", "guardduty", CLASS_THREAT},
        {"Security Hub v2 exposure",
         RECORD("'finding_info':{'uid':'x','title':'T','types':['Exposure/"
                "Potential "
                "Impact/Takeover']},'metadata':{'product':{'name':'Security "
                "Hub','uid':"
                "'" PRODUCT_V2("securityhub") "'}},"),
         "aws_securityhub", "arn:aws:securityhub:eu-west-1::product/aws/securityhub x",
         "Takeover", "aws_config", CLASS_EXPOSURE},
        {"AWS without an ARN",
         RECORD("'finding_info':{'uid':'g','types':['A:B/"
                "C']},'metadata':{'product':"
                "{'name':'GuardDuty','vendor_name':'Amazon'}},"),
         "aws_securityhub", "GuardDuty g", "A:B/C", "guardduty", CLASS_THREAT},
};

static void test_ocsf__origin_gives_identity_rule_and_class(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(origin_rows); i++) {
		struct run run = run_record(&ocsf, origin_rows[i].record);
		const struct finding *f = run.out.findings;

		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %s", origin_rows[i].name, run.err.text);
		if (strcmp(f->connector, origin_rows[i].connector) != 0)
			fail_msg("%s: connector %s", origin_rows[i].name, f->connector);
		if (strcmp(f->native_id, origin_rows[i].native_id) != 0)
			fail_msg("%s: native_id %s", origin_rows[i].name, f->native_id);
		if (strcmp(f->rule, origin_rows[i].rule) != 0)
			fail_msg("%s: rule %s", origin_rows[i].name, f->rule);
		if (strcmp(f->engine, origin_rows[i].engine) != 0)
			fail_msg("%s: engine %s", origin_rows[i].name, f->engine);
		if (f->class != origin_rows[i].class)
			fail_msg("%s: class %s", origin_rows[i].name,
			         finding_class_name(f->class));
		run_close(&run);
	}
}

static void test_ocsf__detects_finding_classes_only(void **unused)
{
	static const struct {
		const char *record;
		bool yes;
	} rows[] = {
	        {"{'class_uid':2001,'finding':{}}", true},
	        {"{'class_uid':2002,'metadata':{}}", true},
	        {"{'class_uid':2003,'finding_info':{},'metadata':{'version':'1.99.0'}}",
	         true},
	        {"{'class_uid':2004,'metadata':{}}", true},
	        {"{'class_uid':2005,'metadata':{}}", false},
	        {"{'class_uid':2006,'metadata':{}}", true},
	        {"{'class_uid':2007,'metadata':{}}", true},
	        {"{'class_uid':'2004','metadata':{}}", false},
	        {"{'class_uid':4001,'metadata':{}}", false},
	        {"{'class_uid':2004}", false},
	        {"{'SchemaVersion':'2018-10-08'}", false},
	        {"[]", false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (run_detects(&ocsf, rows[i].record) != rows[i].yes)
			fail_msg("%s", rows[i].record);
	}
}

static void test_ocsf__refuses_what_has_no_identity(void **unused)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
	        {"{}", "\"class_uid\" is none of a finding"},
	        {"{'class_uid':2004,'finding_info':{'uid':'f'}}",
	         "neither resource nor account"},
	        {RECORD("'finding_info':{'title':'T'},"),
	         "\"finding_info.uid\" is missing"},
	        {RECORD("'finding_info':{'uid':'f'},"),
	         "names no rule: control, analytic or type"},
	        {PROWLER("'metadata':{'product':{'name':'Prowler'}},"),
	         "\"metadata.event_code\" is missing"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&ocsf, rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		assert_int_equal(run.out.n_findings, 0);
		assert_string_equal(run.err.text, rows[i].text);
		run_close(&run);
	}
}

static void test_ocsf__prowler_times_are_the_scan_s(void **unused)
{
	struct run run = run_record(&ocsf, PROWLER("'status_code':'FAIL',"));
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(f->first_seen, TIMESTAMP_NONE);
	assert_int_equal(f->last_seen, INT64_C(1739539623) * USEC_PER_SEC);
	assert_int_equal(f->source_updated_at, INT64_C(1739539623) * USEC_PER_SEC);
	assert_int_equal(f->sev100, 80);
	assert_string_equal(f->scope, "012345678901/eu-west-1");
	run_close(&run);
}

static void test_ocsf__prowler_names_controls_and_addresses(void **unused)
{
	static const struct control_ref controls[] = {
	        {"CIS-2.0", "1.10"}, {"CIS-2.0", "1.11"}, {"SOC2", "cc_6_1"}};
	struct run run = run_record(
	        &ocsf,
	        PROWLER("'unmapped':{'compliance':{'CIS-2.0':['1.10','1.11'],'ENS':[],"
	                "'SOC2':['cc_6_1']}},'remediation':{'desc':'Do','references':["
	                "'aws iam enable','https://example.com/mfa']},"));
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_string_equal(f->remediation, "Do");
	assert_string_equal(f->remediation_url, "https://example.com/mfa");
	assert_int_equal(f->n_controls, N_ELEMENTS(controls));
	for (size_t i = 0; i < f->n_controls; i++) {
		assert_string_equal(f->controls[i].framework, controls[i].framework);
		assert_string_equal(f->controls[i].requirement, controls[i].requirement);
	}
	run_close(&run);
}

static void test_ocsf__times_are_epochs_or_texts(void **unused)
{
	static const struct {
		const char *name, *info;
		int64_t first_seen, modified;
	} rows[] = {
	        {"milliseconds",
	         "'first_seen_time':1704067200000,'modified_time':1704153600500",
	         INT64_C(1704067200000000), INT64_C(1704153600500000)},
	        {"seconds", "'first_seen_time':1704067200,'modified_time':1704153600",
	         INT64_C(1704067200000000), INT64_C(1704153600000000)},
	        {"texts",
	         "'first_seen_time_dt':'2024-01-01T01:00:00+01:00','modified_time_dt':"
	         "'2024-01-02T00:00:00Z'",
	         INT64_C(1704067200000000), INT64_C(1704153600000000)},
	        {"created for first seen",
	         "'created_time':1704067200000,'modified_time':1704153600000",
	         INT64_C(1704067200000000), INT64_C(1704153600000000)},
	        {"nonsense is dropped",
	         "'first_seen_time':-5,'first_seen_time_dt':'soon','modified_time':0",
	         TIMESTAMP_NONE, TIMESTAMP_NONE},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct run run = run_record(
		        &ocsf,
		        arena_printf(a,
		                     "{'class_uid':2004,'finding_info':{'uid':'f','title':"
		                     "'T',%s},'metadata':{'product':{'name':'P'}},"
		                     "'resources':[{'uid':'r'}]}",
		                     rows[i].info));

		assert_int_equal(run.rc, 0);
		if (run.out.findings[0].first_seen != rows[i].first_seen)
			fail_msg("%s: first seen", rows[i].name);
		if (run.out.findings[0].source_updated_at != rows[i].modified)
			fail_msg("%s: modified", rows[i].name);
		run_close(&run);
	}
}

static void test_ocsf__reads_resource_and_resources(void **unused)
{
	struct run run = run_record(&ocsf, RECORD(""));
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(f->resource.provider, PROVIDER_AWS);
	assert_string_equal(f->resource.raw, "i-0123456789abcdef0");
	assert_int_equal(f->resource.n_aliases, 1);
	assert_string_equal(f->resource.account, "012345678901");
	assert_string_equal(f->resource.region, "eu-west-1");
	run_seal(&run, 0);
	assert_string_equal(
	        f->resource.id,
	        resource_canonical_alias(&f->resource, f->resource.aliases[0], run.arena));
	run_close(&run);

	run = run_record(&ocsf,
	                 RECORD("'resources':null,'resource':{'uid':'r-1','owner':"
	                        "{'account':{'uid':'098765432109'}},'region':'global'},"));
	f = run.out.findings;
	assert_int_equal(run.out.n_findings, 1);
	assert_string_equal(f->resource.raw, "r-1");
	assert_string_equal(f->resource.account, "098765432109");
	assert_string_equal(f->resource.region, "");
	run_close(&run);

	run = run_record(&ocsf, RECORD("'resources':[],"));
	assert_int_equal(run.out.n_findings, 1);
	assert_string_equal(run.out.findings[0].resource.raw, "");
	assert_string_equal(run.out.findings[0].resource.account, "012345678901");
	run_close(&run);
}

static void test_ocsf__makes_a_finding_for_each_resource_and_cve(void **unused)
{
	struct run run = run_record(
	        &ocsf, RECORD("'class_uid':2002,'severity_id':4,'resources':[{'uid':'i-1'},"
	                      "{'uid':'i-2'}"
	                      "],'vulnerabilities':[{'title':'xz','cve':{'uid':'CVE-2024-"
	                      "3094','cvss':"
	                      "[{'version':'2.0','base_score':5},{'version':'3.1','base_"
	                      "score':9.8,"
	                      "'vector_string':'CVSS:3.1/AV:N'}],'epss':{'score':'0.84'}},"
	                      "'is_exploit_available':true,'affected_packages':[{'name':'"
	                      "xz','version':"
	                      "'5.6.0','release':'1','fixed_in_version':'5.6.2'}]},"
	                      "{'title':'old','severity':'Low','cve':{'uid':'CVE-2020-1'},'"
	                      "packages':[{"
	                      "'name':'old','version':'1'}]}],"));
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 4);
	assert_string_equal(f[0].cve, "CVE-2024-3094");
	assert_string_equal(f[0].rule, "CVE-2024-3094");
	assert_string_equal(f[0].title, "xz");
	assert_int_equal(f[0].class, CLASS_VULNERABILITY);
	assert_int_equal(f[0].sev100, 98);
	assert_string_equal(f[0].cvss_vector, "CVSS:3.1/AV:N");
	assert_int_equal(f[0].epss, 84000);
	assert_int_equal(f[0].maturity, MATURITY_POC);
	assert_string_equal(f[0].package_version, "5.6.0-1");
	assert_string_equal(f[0].fixed_version, "5.6.2");
	assert_string_equal(f[1].cve, "CVE-2020-1");
	assert_int_equal(f[1].sev100, 25);
	assert_string_equal(f[1].package, "old");
	assert_int_equal(f[1].maturity, MATURITY_NONE);
	assert_string_equal(f[2].resource.raw, "i-2");
	run_close(&run);
}

/* The uid of a v2 finding is the Id of its ASFF form: one key. */
static void test_ocsf__meets_the_same_finding_in_asff(void **unused)
{
	struct run v1 = run_record(
	        &aws_asff,
	        "{'SchemaVersion':'2018-10-08','Id':'arn:aws:securityhub:eu-west-1:"
	        "012345678901:"
	        "security-control/Config.1/finding/"
	        "f','ProductArn':'arn:aws:securityhub:eu-west-1"
	        "::product/aws/"
	        "securityhub','AwsAccountId':'012345678901','Region':'eu-west-1',"
	        "'GeneratorId':'security-control/"
	        "Config.1','Resources':[{'Type':'AwsAccount','Id':"
	        "'AWS::::Account:012345678901'}],'Compliance':{'SecurityControlId':'Config."
	        "1'}}");
	struct run v2 = run_record(
	        &ocsf,
	        "{'class_uid':2003,'finding_info':{'uid':'arn:aws:securityhub:eu-west-1:"
	        "012345678901:security-control/Config.1/finding/"
	        "f'},'metadata':{'product':{'uid':"
	        "'arn:aws:securityhub:eu-west-1::productv2/aws/"
	        "securityhub'}},'cloud':{'provider':"
	        "'AWS','region':'eu-west-1','account':{'uid':'012345678901'}},'compliance':"
	        "{'control':'Config.1'},'resources':[{'type':'AWS::::Account','uid':"
	        "'012345678901','region':'eu-west-1'}]}");

	(void)unused;
	assert_int_equal(v1.rc, 0);
	assert_int_equal(v2.rc, 0);
	run_seal(&v1, 0);
	run_seal(&v2, 0);
	assert_int_equal(key_cmp(&v1.out.findings[0].key, &v2.out.findings[0].key), 0);
	assert_string_equal(v1.out.findings[0].rule, v2.out.findings[0].rule);
	assert_string_equal(v1.out.findings[0].scope, v2.out.findings[0].scope);
	run_close(&v1);
	run_close(&v2);
}

static void test_ocsf__reads_the_corpus(void **unused)
{
	static const struct {
		const char *file;
		size_t records, findings, passing;
	} rows[] = {
	        {"ocsf/securityhub_v2_events_samples.json", 3, 4, 0},
	        {"ocsf/securitylake_compliance_finding_1.1.0.ocsf.json", 1, 1, 0},
	        {"ocsf/securitylake_vulnerability_finding_1.1.0.ocsf.json", 1, 1, 0},
	        {"prowler/example_aws.ocsf.json", 5, 5, 0},
	        {"prowler/example_azure.ocsf.json", 5, 5, 0},
	        {"cross_tool/aws_018134828551/prowler_cloudtrail_before.ocsf.json", 35, 35,
	         0},
	        {"cross_tool/aws_018134828551/prowler_cloudtrail_after.ocsf.json", 44, 44,
	         37},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		size_t n = run_corpus(&run, &ocsf, rows[i].file);
		size_t passing = 0;

		for (size_t k = 0; k < run.out.n_findings; k++)
			passing += run.out.findings[k].state == FINDING_PASSING;
		if (n != rows[i].records || run.out.n_findings != rows[i].findings ||
		    passing != rows[i].passing)
			fail_msg("%s: %zu records, %zu findings, %zu pass", rows[i].file, n,
			         run.out.n_findings, passing);
		run_close(&run);
	}
}

static void test_ocsf__corpus_pairs_are_one_finding(void **unused)
{
	static const struct {
		const char *asff, *ocsf;
	} pairs[] = {
	        {"ocsf/securitylake_compliance_finding_1.1.0.asff.json",
	         "ocsf/securitylake_compliance_finding_1.1.0.ocsf.json"},
	        {"ocsf/securitylake_vulnerability_finding_1.1.0.asff.json",
	         "ocsf/securitylake_vulnerability_finding_1.1.0.ocsf.json"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
		struct run one = run_open();
		struct run two;
		const struct finding *a;
		const struct finding *b;

		(void)run_corpus(&one, &aws_asff, pairs[i].asff);
		two = run_open();
		(void)run_corpus(&two, &ocsf, pairs[i].ocsf);
		a = one.out.findings;
		b = two.out.findings;
		assert_int_equal(key_cmp(&a->key, &b->key), 0);
		assert_string_equal(a->rule, b->rule);
		assert_string_equal(a->cve, b->cve);
		assert_string_equal(a->resource.id, b->resource.id);
		assert_string_equal(a->scope, b->scope);
		assert_string_equal(a->package_version, b->package_version);
		assert_int_equal(a->class, b->class);
		assert_int_equal(a->state, b->state);
		assert_int_equal(a->sev100, b->sev100);
		assert_int_equal(a->epss, b->epss);
		assert_int_equal(a->first_seen, b->first_seen);
		assert_int_equal(a->n_controls, b->n_controls);
		run_close(&one);
		run_close(&two);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_ocsf__state_is_the_first_rule_that_matches),
	        cmocka_unit_test(test_ocsf__severity_is_the_id_then_the_label),
	        cmocka_unit_test(test_ocsf__origin_gives_identity_rule_and_class),
	        cmocka_unit_test(test_ocsf__detects_finding_classes_only),
	        cmocka_unit_test(test_ocsf__refuses_what_has_no_identity),
	        cmocka_unit_test(test_ocsf__prowler_times_are_the_scan_s),
	        cmocka_unit_test(test_ocsf__prowler_names_controls_and_addresses),
	        cmocka_unit_test(test_ocsf__times_are_epochs_or_texts),
	        cmocka_unit_test(test_ocsf__reads_resource_and_resources),
	        cmocka_unit_test(test_ocsf__makes_a_finding_for_each_resource_and_cve),
	        cmocka_unit_test(test_ocsf__meets_the_same_finding_in_asff),
	        cmocka_unit_test(test_ocsf__reads_the_corpus),
	        cmocka_unit_test(test_ocsf__corpus_pairs_are_one_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
