/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GuardDuty's and Inspector's own records: both casings and the wrapping of
 * EventBridge by table, and that each finding is the one that Security Hub has.
 */
#include "collector/aws_asff.h"
#include "collector/aws_native.h"
#include "run_format.h"

#define GD_ARN "arn:aws:guardduty:eu-west-1:012345678901:detector/d1/finding/f1"
#define GD(resource, more)                                                                 \
	"{" more "'schemaVersion':'2.0','accountId':'012345678901','region':'us-east-1',"  \
	"'partition':'aws','id':'f1','arn':'" GD_ARN                                       \
	"','type':'UnauthorizedAccess:EC2/SSHBruteForce',"                                 \
	"'resource':{" resource "},'service':{'serviceName':'guardduty','archived':false," \
	"'count':3,'eventFirstSeen':'2026-01-02T03:04:05.000Z',"                           \
	"'eventLastSeen':'2026-01-03T03:04:05Z'},'severity':5,"                            \
	"'updatedAt':'2026-01-04T03:04:05Z','title':'T','description':'D'}"
#define INSTANCE "'resourceType':'Instance','instanceDetails':{'instanceId':'i-0a1b2c3d'}"
#define KEY(type, name, id)                                                 \
	"'resourceType':'AccessKey','accessKeyDetails':{'accessKeyId':'" id \
	"','principalId':'P','userType':'" type "','userName':'" name "'}"

#define GD_PASCAL                                                                  \
	"{'SchemaVersion':'2.0','AccountId':'012345678901','Region':'us-east-1',"  \
	"'Partition':'aws','Id':'f1','Arn':'" GD_ARN                               \
	"','Type':'UnauthorizedAccess:EC2/SSHBruteForce',"                         \
	"'Resource':{'InstanceDetails':{'InstanceId':'i-0a1b2c3d'}},"              \
	"'Service':{'Archived':false,'EventFirstSeen':'2026-01-02T03:04:05.000Z'," \
	"'EventLastSeen':'2026-01-03T03:04:05Z'},'Severity':5.0,"                  \
	"'UpdatedAt':'2026-01-04T03:04:05Z','Title':'T','Description':'D'}"

#define IN_ARN "arn:aws:inspector2:us-east-1:012345678901:finding/f1"
#define IN(more)                                                                          \
	"{" more "'awsAccountId':'012345678901','findingArn':'" IN_ARN                    \
	"','type':'PACKAGE_VULNERABILITY','severity':'MEDIUM','status':'ACTIVE',"         \
	"'title':'CVE-2026-0001 - libexample','description':'D',"                         \
	"'firstObservedAt':'2026-01-02T03:04:05.5+01:00','lastObservedAt':1767409445.25," \
	"'updatedAt':'Jan 19, 2026, 10:46:15 PM','exploitAvailable':'YES',"               \
	"'epss':{'score':0.25},'packageVulnerabilityDetails':{"                           \
	"'vulnerabilityId':'CVE-2026-0001','cvss':[{'baseScore':6.1,"                     \
	"'scoringVector':'CVSS:3.1/AV:N','source':'NVD','version':'3.1'}],"               \
	"'vulnerablePackages':[{'name':'libexample','version':'1.2','release':'3',"       \
	"'fixedInVersion':'1.3-1'}]},'resources':[{'id':'i-0a1b2c3d',"                    \
	"'type':'AWS_EC2_INSTANCE','region':'us-east-1','tags':{'Name':'web'}}]}"

static struct run run_only(const struct format *format, const char *text)
{
	struct run run = run_record(format, text);

	if (run.rc != 0 || run.out.n_findings != 1)
		fail_msg("%s: %zu findings, %s", text, run.out.n_findings,
		         run.rc ? run.err.text : "");
	run_seal(&run, 0);
	return run;
}

static void test_aws_native__detects_its_own(void **unused)
{
	static const struct {
		const char *record;
		bool guardduty, inspector2;
	} rows[] = {
	        {GD(INSTANCE, ""), true, false},
	        {GD_PASCAL, true, false},
	        {"{'detail-type':'GuardDuty Finding','detail':" GD(INSTANCE, "") "}", true,
	         false},
	        {IN(""), false, true},
	        {"{'detail-type':'Inspector2 Finding','detail':" IN("") "}", false, true},
	        {"{'detail':" IN("") "}", false, false},
	        {"{'detail-type':'Security Hub Findings - Imported','detail':{}}", false,
	         false},
	        {"{'Id':'" GD_ARN "','ProductArn':'p','Service':{},'Type':'t'}", false,
	         false},
	        {"{'arn':'" IN_ARN "','service':{},'type':'t'}", false, false},
	        {"{'arn':'arn:aws:guardduty','service':{},'type':'t'}", false, false},
	        {"{'arn':'" GD_ARN "'}", false, false},
	        {"{'findingArn':'" IN_ARN "'}", false, false},
	        {"{}", false, false},
	        {"[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (run_detects(&aws_guardduty, rows[i].record) != rows[i].guardduty ||
		    run_detects(&aws_inspector2, rows[i].record) != rows[i].inspector2)
			fail_msg("%s", rows[i].record);
	}
}

static void test_aws_native__guardduty_fields(void **unused)
{
	static const char *const rows[] = {
	        GD(INSTANCE, ""),
	        GD_PASCAL,
	        "{'detail-type':'GuardDuty Finding','detail':" GD(INSTANCE, "") "}",
	};
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_only(&aws_guardduty, rows[i]);
		const struct finding *f = &run.out.findings[0];

		assert_string_equal(f->connector, "aws_securityhub");
		assert_string_equal(f->native_id,
		                    "arn:aws:securityhub:eu-west-1::product/aws/"
		                    "guardduty " GD_ARN);
		assert_string_equal(f->rule, "UnauthorizedAccess:EC2/SSHBruteForce");
		assert_string_equal(f->engine, "guardduty");
		assert_string_equal(f->scope, "012345678901/eu-west-1/aws/guardduty");
		assert_int_equal(f->class, CLASS_THREAT);
		assert_int_equal(f->state, FINDING_OPEN);
		assert_int_equal(f->sev100, 55);
		assert_string_equal(f->severity_raw, "5.0");
		assert_string_equal(f->title, "T");
		assert_string_equal(f->description, "D");
		assert_string_equal(f->resource.id,
		                    "arn:aws:ec2:us-east-1:012345678901:instance/"
		                    "i-0a1b2c3d");
		assert_string_equal(timestamp_format(f->first_seen, text),
		                    "2026-01-02T03:04:05Z");
		assert_string_equal(timestamp_format(f->last_seen, text),
		                    "2026-01-03T03:04:05Z");
		assert_string_equal(timestamp_format(f->source_updated_at, text),
		                    "2026-01-04T03:04:05Z");
		run_close(&run);
	}
}

static void test_aws_native__guardduty_resources(void **unused)
{
	static const struct {
		const char *resource;
		const char *ids[3];
	} rows[] = {
	        {KEY("Root", "Root", "[REDACTED]"), {"arn:aws:iam::012345678901:root"}},
	        {KEY("IAMUser", "ana", "AKIAIOSFODNN7EXAMPLE"),
	         {"arn:aws:iam::012345678901:user/ana"}},
	        {KEY("AssumedRole", "deploy", "ASIAIOSFODNN7EXAMPLE"),
	         {"arn:aws:iam::012345678901:role/deploy"}},
	        {KEY("AWSAccount", "x", "ASIAIOSFODNN7EXAMPLE"),
	         {"AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE"}},
	        {KEY("AWSAccount", "x", ""), {"arn:aws:iam::012345678901:root"}},
	        {KEY("IAMUser", "ana", "A") ",'s3BucketDetails':[{'arn':'arn:aws:s3:::b1'},"
	                                    "{'name':'b2'}]",
	         {"arn:aws:iam::012345678901:user/ana", "arn:aws:s3:::b1",
	          "arn:aws:s3:::b2"}},
	        {"'lambdaDetails':{'functionArn':'arn:aws:lambda:us-east-1:012345678901:"
	         "function:f'}",
	         {"arn:aws:lambda:us-east-1:012345678901:function:f"}},
	        {"'resourceType':'AttackSequence'", {"arn:aws:iam::012345678901:root"}},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		const char *text;
		struct run run;

		text = ARENA_JOIN(a,
		                  "{'arn':'" GD_ARN "','accountId':'012345678901',"
		                  "'region':'us-east-1','type':'T:A/b','service':{},"
		                  "'resource':{",
		                  rows[i].resource, "}}");
		run = run_record(&aws_guardduty, text);
		assert_int_equal(run.rc, 0);
		run_seal(&run, 0);
		for (size_t k = 0; k < run.out.n_findings; k++)
			if (k > 2 || rows[i].ids[k] == NULL ||
			    strcmp(run.out.findings[k].resource.id, rows[i].ids[k]) != 0)
				fail_msg("%s: %s", rows[i].resource,
				         run.out.findings[k].resource.id);
		assert_true(run.out.n_findings == 3 ||
		            rows[i].ids[run.out.n_findings] == NULL);
		run_close(&run);
	}
}

static void test_aws_native__guardduty_severity_and_state(void **unused)
{
	static const struct {
		const char *more;
		int sev100;
		enum finding_state state;
		bool sample;
	} rows[] = {
	        {"'severity':9.2,", 95, FINDING_OPEN, false},
	        {"'severity':7,", 80, FINDING_OPEN, false},
	        {"'severity':6.9,", 55, FINDING_OPEN, false},
	        {"'severity':1,", 25, FINDING_OPEN, false},
	        {"'severity':0.5,", -1, FINDING_OPEN, false},
	        {"'severity':11,", -1, FINDING_OPEN, false},
	        {"'severity':'x',", -1, FINDING_OPEN, false},
	        {"'service':{'archived':true},", 55, FINDING_RESOLVED, false},
	        {"'service':{'additionalInfo':{'sample':true}},", 55, FINDING_OPEN, true},
	        {"'title':'[SAMPLE] T',", 55, FINDING_OPEN, true},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		const char *text;
		struct run run;
		const struct finding *f;

		text = ARENA_JOIN(a, "{", rows[i].more, &GD(INSTANCE, "")[1]);
		run = run_only(&aws_guardduty, text);
		f = &run.out.findings[0];
		if (f->sev100 != rows[i].sev100 || f->state != rows[i].state ||
		    f->sample != rows[i].sample)
			fail_msg("%s: %d, %s", rows[i].more, f->sev100,
			         finding_state_name(f->state));
		run_close(&run);
	}
}

static void test_aws_native__inspector2_fields(void **unused)
{
	struct run run = run_only(&aws_inspector2, IN(""));
	const struct finding *f = &run.out.findings[0];
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "aws_securityhub");
	assert_string_equal(f->native_id, "arn:aws:securityhub:us-east-1::product/aws/"
	                                  "inspector " IN_ARN);
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->engine, "inspector");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
	assert_int_equal(f->sev100, 61);
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
	assert_string_equal(f->severity_raw, "MEDIUM");
	assert_int_equal(f->epss, 25000);
	assert_int_equal(f->maturity, MATURITY_POC);
	assert_string_equal(f->package, "libexample");
	assert_string_equal(f->package_version, "1.2-3");
	assert_string_equal(f->fixed_version, "1.3-1");
	assert_string_equal(f->resource.id,
	                    "arn:aws:ec2:us-east-1:012345678901:instance/i-0a1b2c3d");
	assert_string_equal(f->resource.name, "web");
	assert_string_equal(timestamp_format(f->first_seen, text),
	                    "2026-01-02T02:04:05.500000Z");
	assert_string_equal(timestamp_format(f->last_seen, text),
	                    "2026-01-03T03:04:05.250000Z");
	assert_string_equal(timestamp_format(f->source_updated_at, text),
	                    "2026-01-19T22:46:15Z");
	run_close(&run);
}

static void test_aws_native__inspector2_kinds(void **unused)
{
	static const struct {
		const char *more, *rule, *location;
		enum finding_class class;
		enum finding_state state;
	} rows[] = {
	        {"'type':'NETWORK_REACHABILITY',"
	         "'title':'Port 22 is reachable from an Internet Gateway - TCP',",
	         "Network Reachability", "22", CLASS_EXPOSURE, FINDING_OPEN},
	        {"'type':'CODE_VULNERABILITY','title':'CWE-22 - Path traversal',", "CWE-22",
	         "", CLASS_VULNERABILITY, FINDING_OPEN},
	        {"'status':'SUPPRESSED',", "CVE-2026-0001", "", CLASS_VULNERABILITY,
	         FINDING_SUPPRESSED},
	        {"'status':'CLOSED',", "CVE-2026-0001", "", CLASS_VULNERABILITY,
	         FINDING_RESOLVED},
	        {"'status':'NEWLY',", "CVE-2026-0001", "", CLASS_VULNERABILITY,
	         FINDING_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		const char *text;
		struct run run;
		const struct finding *f;

		text = ARENA_JOIN(a, "{", rows[i].more, &IN("")[1]);
		run = run_only(&aws_inspector2, text);
		f = &run.out.findings[0];
		if (strcmp(f->rule, rows[i].rule) != 0 ||
		    strcmp(f->location, rows[i].location) != 0 ||
		    f->class != rows[i].class || f->state != rows[i].state)
			fail_msg("%s: %s, %s", rows[i].more, f->rule,
			         finding_state_name(f->state));
		run_close(&run);
	}
}

static void test_aws_native__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *text;
	} rows[] = {
	        {&aws_guardduty, "{'arn':'x','type':'t'}", "\"arn\""},
	        {&aws_guardduty, "{'arn':'" GD_ARN "'}", "\"type\""},
	        {&aws_inspector2, "{'findingArn':'x'}", "\"findingArn\""},
	        {&aws_inspector2, IN("'type':'NEW_KIND',"), "NEW_KIND"},
	        {&aws_inspector2, IN("'resources':7,"), "resources"},
	        {&aws_inspector2, IN("'packageVulnerabilityDetails':{},"), "names no"},
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

/* The same finding in Security Hub's words: one finding, one risk. */
static void assert_same(const struct finding *a, const struct finding *b)
{
	assert_string_equal(a->connector, b->connector);
	assert_string_equal(a->native_id, b->native_id);
	assert_string_equal(a->resource.id, b->resource.id);
	assert_string_equal(a->rule, b->rule);
	assert_string_equal(a->cve, b->cve);
	assert_string_equal(a->location, b->location);
	assert_string_equal(a->scope, b->scope);
	assert_string_equal(a->engine, b->engine);
	assert_int_equal(a->class, b->class);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->sev100, b->sev100);
	assert_int_equal(key_cmp(&a->key, &b->key), 0);
}

#define ASFF(service, arn, type, title, resources)                                \
	"{'SchemaVersion':'2018-10-08','Id':'" arn "','ProductArn':"              \
	"'arn:aws:securityhub:" service "','AwsAccountId':'012345678901',"        \
	"'Types':['" type "'],'Title':'" title "','Severity':{'Label':'MEDIUM'}," \
	"'GeneratorId':'g','RecordState':'ACTIVE'," resources "}"
#define ASFF_KEY(type, name)                                                      \
	"'Region':'eu-west-1','Resources':[{'Type':'AwsIamAccessKey','Id':"       \
	"'AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE','Details':{'AwsIamAccessKey'" \
	":{'PrincipalType':'" type "','PrincipalName':'" name "'}}}]"
#define GD_ASFF(resources)                               \
	ASFF("eu-west-1::product/aws/guardduty", GD_ARN, \
	     "TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce", "T", resources)
#define IN_ASFF(type, title, more)                                                   \
	ASFF("us-east-1::product/aws/inspector", IN_ARN, type, title,                \
	     more "'Region':'us-east-1','Resources':[{'Type':'AwsEc2Instance','Id':" \
	          "'arn:aws:ec2:us-east-1:012345678901:i-0a1b2c3d'}]")

static void test_aws_native__is_the_finding_of_security_hub(void **unused)
{
	static const struct {
		const struct format *format;
		const char *native, *hub;
	} rows[] = {
	        {&aws_guardduty, GD(INSTANCE, ""),
	         GD_ASFF("'Region':'eu-west-1','Resources':[{'Type':'AwsEc2Instance','Id':"
	                 "'arn:aws:ec2:us-east-1:012345678901:instance/i-0a1b2c3d'}]")},
	        {&aws_guardduty, GD(KEY("Root", "Root", "[REDACTED]"), ""),
	         GD_ASFF(ASFF_KEY("Root", "Root"))},
	        {&aws_guardduty, GD(KEY("AssumedRole", "deploy", "A"), ""),
	         GD_ASFF(ASFF_KEY("AssumedRole", "deploy"))},
	        {&aws_guardduty, GD(KEY("FederatedUser", "x", "ASIAIOSFODNN7EXAMPLE"), ""),
	         GD_ASFF(ASFF_KEY("FederatedUser", "x"))},
	        {&aws_inspector2, IN(""),
	         IN_ASFF("Software and Configuration Checks/Vulnerabilities/CVE",
	                 "CVE-2026-0001 - libexample",
	                 "'Vulnerabilities':[{'Id':'CVE-2026-0001','Cvss':[{'Version':"
	                 "'3.1','BaseScore':6.1,'BaseVector':'CVSS:3.1/AV:N'}]}],")},
	        {&aws_inspector2,
	         IN("'type':'NETWORK_REACHABILITY','packageVulnerabilityDetails':null,"
	            "'title':'Port 22 is reachable from an Internet Gateway - TCP',"),
	         IN_ASFF("Software and Configuration Checks/AWS Security Best Practices/"
	                 "Network Reachability",
	                 "Port 22 is reachable from an Internet Gateway - TCP", "")},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run native = run_only(rows[i].format, rows[i].native);
		struct run hub = run_only(&aws_asff, rows[i].hub);

		assert_same(&native.out.findings[0], &hub.out.findings[0]);
		run_close(&native);
		run_close(&hub);
	}
}

static void test_aws_native__corpus(void **unused)
{
	static const struct {
		const struct format *format;
		const char *name;
		size_t records, findings;
	} rows[] = {
	        {&aws_guardduty,
	         "aws/guardduty_native/event_accesskey_unusualbehavior.json", 1, 2},
	        {&aws_guardduty, "aws/guardduty_native/event_instance_portprobe.json", 1,
	         1},
	        {&aws_guardduty, "cross_tool/aws_018134828551/guardduty_details.json", 2,
	         2},
	        {&aws_guardduty,
	         "cross_tool/aws_018134828551/guardduty_findings_incident.json", 2, 2},
	        {&aws_inspector2, "aws/inspector2/many_vul.json", 8, 8},
	        {&aws_inspector2, "aws/inspector2/zero_vul.json", 0, 0},
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

/* One finding, exported from GuardDuty with its key blacked out, and by Security Hub. */
static void test_aws_native__corpus_meets_security_hub(void **unused)
{
	static const char id[] = "f8cfc036f2d5c39fed336a93217d0369";
	struct run native = run_open(), hub;
	const struct finding *a = NULL;
	const struct finding *b = NULL;

	(void)unused;
	(void)run_corpus(&native, &aws_guardduty,
	                 "cross_tool/aws_018134828551/guardduty_details.json");
	/* Not before: without the corpus the test ended above. */
	hub = run_open();
	(void)run_corpus(&hub, &aws_asff,
	                 "cross_tool/aws_018134828551/securityhub_findings.asff.json");
	for (size_t i = 0; i < native.out.n_findings; i++)
		if (strstr(native.out.findings[i].native_id, id) != NULL)
			a = &native.out.findings[i];
	for (size_t i = 0; i < hub.out.n_findings; i++)
		if (strstr(hub.out.findings[i].native_id, id) != NULL)
			b = &hub.out.findings[i];
	assert_non_null(a);
	assert_non_null(b);
	assert_same(a, b);
	run_close(&native);
	run_close(&hub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_aws_native__detects_its_own),
	        cmocka_unit_test(test_aws_native__guardduty_fields),
	        cmocka_unit_test(test_aws_native__guardduty_resources),
	        cmocka_unit_test(test_aws_native__guardduty_severity_and_state),
	        cmocka_unit_test(test_aws_native__inspector2_fields),
	        cmocka_unit_test(test_aws_native__inspector2_kinds),
	        cmocka_unit_test(test_aws_native__refuses_what_is_incomplete),
	        cmocka_unit_test(test_aws_native__is_the_finding_of_security_hub),
	        cmocka_unit_test(test_aws_native__corpus),
	        cmocka_unit_test(test_aws_native__corpus_meets_security_hub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
