/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ASFF: verdicts, severities, rules and identities by table, the traps of real
 * exports one by one, and the corpus where it is at hand.
 */
#include "collector/aws_asff.h"
#include "run_format.h"

#define HUB "arn:aws:securityhub:us-east-1::product/aws/securityhub"

/* What every record has; more members come first, each with a comma after it. */
#define RECORD(more)                                                                \
	"{" more "'SchemaVersion':'2018-10-08','Id':'finding-1','ProductArn':'" HUB \
	"','AwsAccountId':'012345678901','Region':'us-east-1',"                     \
	"'GeneratorId':'security-control/EC2.2','Title':'T',"                       \
	"'Resources':[{'Type':'AwsEc2Vpc',"                                         \
	"'Id':'arn:aws:ec2:us-east-1:012345678901:vpc/vpc-1'}]}"

/* The same of another product. */
#define OF_PRODUCT(product, more)                                                  \
	"{'ProductArn':'arn:aws:securityhub:us-east-1::product/" product "'," more \
	"'Id':'finding-1','AwsAccountId':'012345678901','Title':'A title',"        \
	"'Region':'us-east-1','Resources':[{'Type':'AwsEc2Instance',"              \
	"'Id':'arn:aws:ec2:us-east-1:012345678901:instance/i-1'}]}"

static void test_asff__state_is_the_first_rule_that_matches(void **unused)
{
	static const struct {
		const char *name, *record;
		enum finding_state state;
		const char *raw;
	} rows[] = {
	        {"nothing said", RECORD(""), FINDING_OPEN, ""},
	        {"failed",
	         RECORD("'Compliance':{'Status':'FAILED'},'Workflow':{'Status':'NEW'},'"
	                "RecordState':'ACTIVE',"),
	         FINDING_OPEN, "FAILED"},
	        {"warning", RECORD("'Compliance':{'Status':'WARNING'},"), FINDING_OPEN,
	         "WARNING"},
	        {"notified", RECORD("'Workflow':{'Status':'NOTIFIED'},"), FINDING_OPEN,
	         "NOTIFIED"},
	        {"suppressed before archived and passed",
	         RECORD("'Workflow':{'Status':'SUPPRESSED'},'RecordState':'ARCHIVED','"
	                "Compliance':{'Status':'PASSED'},"),
	         FINDING_SUPPRESSED, "SUPPRESSED"},
	        {"archived before passed",
	         RECORD("'RecordState':'ARCHIVED','Compliance':{'Status':'PASSED'},"),
	         FINDING_RESOLVED, "ARCHIVED"},
	        {"passed before resolved",
	         RECORD("'Compliance':{'Status':'PASSED'},'Workflow':{'Status':'RESOLVED'}"
	                ","),
	         FINDING_PASSING, "PASSED"},
	        {"not available", RECORD("'Compliance':{'Status':'NOT_AVAILABLE'},"),
	         FINDING_NOT_APPLICABLE, "NOT_AVAILABLE"},
	        {"resolved",
	         RECORD("'Workflow':{'Status':'RESOLVED'},'Compliance':{'Status':'FAILED'}"
	                ","),
	         FINDING_RESOLVED, "RESOLVED"},
	        {"nulls", RECORD("'Workflow':null,'Compliance':null,'RecordState':null,"),
	         FINDING_OPEN, ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&aws_asff, rows[i].record);

		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %zu findings", rows[i].name, run.out.n_findings);
		if (run.out.findings[0].state != rows[i].state)
			fail_msg("%s: %s", rows[i].name,
			         finding_state_name(run.out.findings[0].state));
		if (strcmp(run.out.findings[0].status_raw, rows[i].raw) != 0)
			fail_msg("%s: %s", rows[i].name, run.out.findings[0].status_raw);
		run_close(&run);
	}
}

static void test_asff__severity_is_the_label_then_the_numbers(void **unused)
{
	static const struct {
		const char *name, *record;
		int sev100;
		const char *raw;
	} rows[] = {
	        {"absent is unknown", RECORD(""), -1, ""},
	        {"label", RECORD("'Severity':{'Label':'HIGH','Normalized':40},"), 80,
	         "HIGH"},
	        {"informational", RECORD("'Severity':{'Label':'INFORMATIONAL'},"), 0,
	         "INFORMATIONAL"},
	        {"the provider's label first",
	         RECORD("'Severity':{'Label':'LOW'},'FindingProviderFields':{'Severity':{'"
	                "Label':'CRITICAL'}},"),
	         95, "CRITICAL"},
	        {"normalized 0", RECORD("'Severity':{'Normalized':0},"), 0, "0"},
	        {"normalized 1, filled in", RECORD("'Severity':{'Normalized':1},"), 25,
	         "1"},
	        {"normalized 39", RECORD("'Severity':{'Normalized':39},"), 39, "39"},
	        {"normalized 40, filled in", RECORD("'Severity':{'Normalized':40},"), 55,
	         "40"},
	        {"normalized 70, filled in", RECORD("'Severity':{'Normalized':70},"), 80,
	         "70"},
	        {"normalized 90, filled in", RECORD("'Severity':{'Normalized':90},"), 95,
	         "90"},
	        {"normalized 100", RECORD("'Severity':{'Normalized':100},"), 100, "100"},
	        {"out of range", RECORD("'Severity':{'Normalized':101},"), -1, ""},
	        {"product of Security Hub", RECORD("'Severity':{'Product':30},"), 30, "30"},
	        {"product of GuardDuty",
	         OF_PRODUCT("aws/guardduty",
	                    "'Types':['TTPs/A:B-C'],'Severity':{'Product':7.5},"),
	         75, "7"},
	        {"product of others, up to 10, is on no known scale",
	         OF_PRODUCT("acme/scan", "'GeneratorId':'g','Severity':{'Product':8},"), -1,
	         "8"},
	        {"an unheard label", RECORD("'Severity':{'Label':'ODD'},"), -1, "ODD"},
	        {"no object", RECORD("'Severity':'HIGH',"), -1, ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&aws_asff, rows[i].record);

		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %zu findings", rows[i].name, run.out.n_findings);
		if (run.out.findings[0].sev100 != rows[i].sev100)
			fail_msg("%s: %d", rows[i].name, run.out.findings[0].sev100);
		if (strcmp(run.out.findings[0].severity_raw, rows[i].raw) != 0)
			fail_msg("%s: %s", rows[i].name, run.out.findings[0].severity_raw);
		run_close(&run);
	}
}

/* GeneratorId before RECORD's own: the first of equal keys counts. */
static const struct {
	const char *name, *record, *rule, *engine;
	enum finding_class class;
	enum fidelity fidelity;
} product_rows[] = {
        {"control id", RECORD("'Compliance':{'SecurityControlId':'S3.8'},"), "S3.8",
         "aws_config", CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
        {"consolidated generator", RECORD(""), "EC2.2", "aws_config",
         CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
        {"ControlId",
         RECORD("'ProductFields':{'ControlId':'PCI.EC2.5'},'GeneratorId':'pci-dss/"
                "v/3.2.1/PCI.EC2.5',"),
         "PCI.EC2.5", "aws_config", CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
        {"generator of a standard",
         RECORD("'GeneratorId':'aws-foundational-security-best-practices/v/1.0.0/"
                "EC2.19',"),
         "EC2.19", "aws_config", CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
        {"RuleId is only a number in a CIS version",
         RECORD("'ProductFields':{'RuleId':'4.3'},'GeneratorId':'arn:aws:"
                "securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/"
                "4.3',"),
         "cis-1.2.0/4.3", "aws_config", CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
        {"CIS without rulesets",
         RECORD("'GeneratorId':'cis-aws-foundations-benchmark/v/1.4.0/1.16',"),
         "cis-1.4.0/1.16", "aws_config", CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
        {"GuardDuty",
         OF_PRODUCT("aws/guardduty",
                    "'Types':['TTPs/Initial "
                    "Access/"
                    "UnauthorizedAccess:EC2-SSHBruteForce'],'GeneratorId':'arn:aws:"
                    "guardduty:us-east-1:012345678901:detector/d1',"),
         "UnauthorizedAccess:EC2/SSHBruteForce", "guardduty", CLASS_THREAT,
         FIDELITY_STANDARD},
        {"GuardDuty with its own slash",
         OF_PRODUCT("aws/guardduty", "'Types':['UnauthorizedAccess:EC2/SSHBruteForce'],"),
         "UnauthorizedAccess:EC2/SSHBruteForce", "guardduty", CLASS_THREAT,
         FIDELITY_STANDARD},
        {"GuardDuty without its tactic",
         OF_PRODUCT("aws/guardduty",
                    "'Types':['TTPs/Defense Evasion/IAMUser-AnomalousBehavior'],"),
         "DefenseEvasion:IAMUser/AnomalousBehavior", "guardduty", CLASS_THREAT,
         FIDELITY_STANDARD},
        {"GuardDuty, dashes later in the name stay",
         OF_PRODUCT("aws/guardduty",
                    "'Types':['Threats','TTPs/Trojan:EC2-Drop-Point!DNS'],"),
         "Trojan:EC2/Drop-Point!DNS", "guardduty", CLASS_THREAT, FIDELITY_STANDARD},
        {"Inspector, open port",
         OF_PRODUCT("aws/inspector",
                    "'Types':['Software and Configuration Checks/AWS Security Best "
                    "Practices/Network Reachability'],'GeneratorId':'AWSInspector',"),
         "Network Reachability", "inspector", CLASS_EXPOSURE, FIDELITY_AUTHORITATIVE},
        {"Macie, credentials",
         OF_PRODUCT("aws/macie",
                    "'Types':['Sensitive Data "
                    "Identifications/Passwords/SensitiveData:S3Object-Credentials'],"),
         "SensitiveData:S3Object/Credentials", "macie", CLASS_SECRET, FIDELITY_STANDARD},
        {"Macie, policy",
         OF_PRODUCT("aws/macie",
                    "'Types':['Software and Configuration Checks/AWS Security Best "
                    "Practices/Policy:IAMUser-S3BucketPublic'],"),
         "Policy:IAMUser/S3BucketPublic", "macie", CLASS_MISCONFIGURATION,
         FIDELITY_STANDARD},
        {"Access Analyzer",
         OF_PRODUCT("aws/access-analyzer",
                    "'Types':['Effects/Data Exposure/External Access "
                    "Granted'],'GeneratorId':'aws/access-analyzer',"),
         "External Access Granted", "access_analyzer", CLASS_IDENTITY,
         FIDELITY_AUTHORITATIVE},
        {"third party",
         OF_PRODUCT("acme/scan", "'GeneratorId':'rule-7','Types':['TTPs/Discovery'],"),
         "rule-7", "acme/scan", CLASS_THREAT, FIDELITY_STANDARD},
        {"types when all else is missing",
         OF_PRODUCT("acme/scan", "'Types':['Effects/Data Exposure/Open share'],"),
         "Open share", "acme/scan", CLASS_EXPOSURE, FIDELITY_STANDARD},
};

static void test_asff__rule_class_and_engine_follow_the_product(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(product_rows); i++) {
		struct run run = run_record(&aws_asff, product_rows[i].record);
		const struct finding *f = run.out.findings;

		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %s", product_rows[i].name, run.err.text);
		if (strcmp(f->rule, product_rows[i].rule) != 0)
			fail_msg("%s: rule %s", product_rows[i].name, f->rule);
		if (strcmp(f->engine, product_rows[i].engine) != 0)
			fail_msg("%s: engine %s", product_rows[i].name, f->engine);
		if (f->class != product_rows[i].class)
			fail_msg("%s: class %s", product_rows[i].name,
			         finding_class_name(f->class));
		assert_int_equal(f->fidelity, product_rows[i].fidelity);
		assert_string_equal(f->connector, "aws_securityhub");
		run_close(&run);
	}
}

static void test_asff__detects_only_its_own(void **unused)
{
	static const struct {
		const char *name, *record;
		bool yes;
	} rows[] = {
	        {"schema version", "{'SchemaVersion':'2018-10-08'}", true},
	        {"ARN and account", "{'ProductArn':'a','AwsAccountId':'012345678901'}",
	         true},
	        {"ARN, resources, title", "{'ProductArn':'a','Resources':[],'Title':'t'}",
	         true},
	        {"ARN alone", "{'ProductArn':'a'}", false},
	        {"GuardDuty's own",
	         "{'SchemaVersion':'2.0','AccountId':'012345678901','Arn':'a','Id':'f','"
	         "Region':'us-east-1','Resource':{},'Service':{},'Severity':2,'Title':'t','"
	         "Type':'A:B/C'}",
	         false},
	        {"Inspector's own",
	         "{'findingArn':'a','awsAccountId':'012345678901','resources':[]}", false},
	        {"OCSF", "{'class_uid':2003,'metadata':{'log_version':'2018-10-08'}}",
	         false},
	        {"an error page", "{'detail':'not found'}", false},
	        {"no object", "[1]", false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (run_detects(&aws_asff, rows[i].record) != rows[i].yes)
			fail_msg("%s", rows[i].name);
	}
}

static void test_asff__refuses_what_has_no_identity(void **unused)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
	        {"{'ProductArn':'" HUB "'}", "\"Id\" is missing"},
	        {"{'Id':1,'ProductArn':'" HUB "'}", "\"Id\" is missing"},
	        {"{'Id':'x','SchemaVersion':'2018-10-08'}", "\"ProductArn\" is missing"},
	        {"{'Id':'x','ProductArn':'" HUB "','GeneratorId':'g'}",
	         "neither resource nor account"},
	        {"{'Id':'x','ProductArn':'" HUB "','AwsAccountId':'012345678901'}",
	         "names no rule: control, generator or type"},
	        {"{'Id':'x','ProductArn':'" HUB "','Resources':{}}",
	         "\"Resources\" is no array"},
	        {"{'Id':'x','ProductArn':'" HUB "','Vulnerabilities':7}",
	         "\"Vulnerabilities\" is no array"},
	        {"[]", "the record is no object"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&aws_asff, rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		assert_string_equal(run.err.text, rows[i].text);
		run_close(&run);
	}
}

static void test_asff__fills_in_all_of_a_control_finding(void **unused)
{
	static const char record[] =
	        RECORD("'Description':'D','FirstObservedAt':'2024-01-01T00:00:00.000Z','"
	               "CreatedAt':'2023-01-01T00:00:00Z','LastObservedAt':'2024-01-03T01:"
	               "00:00+01:00','UpdatedAt':'2024-01-02T00:00:00.000000005Z','"
	               "Remediation':{'Recommendation':{'Text':'Do "
	               "it','Url':'https://example.com/"
	               "fix'}},'Compliance':{'Status':'FAILED','SecurityControlId':'EC2.2',"
	               "'RelatedRequirements':['CIS AWS Foundations Benchmark "
	               "v1.2.0/4.3','PCI DSS 10.5.2','NIST.800-53.r5 "
	               "AC-4(21)'],'AssociatedStandards':[{'StandardsId':'standards/"
	               "pci-dss/v/3.2.1'}]},'Sample':false,");
	static const struct control_ref controls[] = {
	        {"CIS AWS Foundations Benchmark v1.2.0", "4.3"},
	        {"PCI DSS", "10.5.2"},
	        {"NIST.800-53.r5", "AC-4(21)"},
	        {"pci-dss/v/3.2.1", "EC2.2"},
	};
	struct run run = run_record(&aws_asff, record);
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	assert_string_equal(f->native_id, HUB " finding-1");
	assert_string_equal(f->title, "T");
	assert_string_equal(f->description, "D");
	assert_string_equal(f->remediation, "Do it");
	assert_string_equal(f->remediation_url, "https://example.com/fix");
	assert_string_equal(f->scope, "012345678901/us-east-1/aws/securityhub");
	assert_int_equal(f->first_seen, INT64_C(1704067200) * USEC_PER_SEC);
	assert_int_equal(f->last_seen, INT64_C(1704240000) * USEC_PER_SEC);
	assert_int_equal(f->source_updated_at, INT64_C(1704153600) * USEC_PER_SEC);
	assert_false(f->sample);
	assert_string_equal(f->resource.raw,
	                    "arn:aws:ec2:us-east-1:012345678901:vpc/vpc-1");
	assert_string_equal(f->resource.type, "AwsEc2Vpc");
	assert_string_equal(f->resource.account, "012345678901");
	assert_string_equal(f->resource.region, "us-east-1");
	assert_int_equal(f->resource.provider, PROVIDER_AWS);
	assert_int_equal(f->n_controls, N_ELEMENTS(controls));
	for (size_t i = 0; i < f->n_controls; i++) {
		assert_string_equal(f->controls[i].framework, controls[i].framework);
		assert_string_equal(f->controls[i].requirement, controls[i].requirement);
	}
	run_close(&run);
}

static void test_asff__drops_a_bad_date_and_keeps_the_finding(void **unused)
{
	struct run run = run_record(&aws_asff,
	                            RECORD("'UpdatedAt':'yesterday','FirstObservedAt':'','"
	                                   "CreatedAt':'2024-01-01','LastObservedAt':5,"));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.findings[0].source_updated_at, TIMESTAMP_NONE);
	assert_int_equal(run.out.findings[0].last_seen, TIMESTAMP_NONE);
	assert_int_equal(run.out.findings[0].first_seen,
	                 INT64_C(1704067200) * USEC_PER_SEC);
	run_close(&run);
}

static void test_asff__takes_a_missing_account_from_the_arn(void **unused)
{
	struct run run = run_record(
	        &aws_asff,
	        "{'Id':'arn:aws:inspector2:us-east-1:012345678901:finding/"
	        "f','ProductArn':'arn:aws:securityhub:us-east-1::product/aws/"
	        "inspector','Title':'CVE-2024-1 - xz','Types':['Software and Configuration "
	        "Checks/Vulnerabilities/"
	        "CVE'],'Resources':[{'Type':'AwsEc2Instance','Id':'i-0123456789abcdef0'}]"
	        "}");
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_string_equal(f->resource.account, "012345678901");
	assert_string_equal(f->resource.region, "us-east-1"); /* of the product's ARN */
	assert_string_equal(f->scope, "012345678901/us-east-1/aws/inspector");
	assert_string_equal(f->cve, "CVE-2024-1");
	run_seal(&run, 0);
	assert_string_equal(
	        f->resource.id,
	        "arn:aws:ec2:us-east-1:012345678901:instance/i-0123456789abcdef0");
	run_close(&run);
}

static void test_asff__takes_the_owner_for_the_account_of_a_resource(void **unused)
{
	struct run run = run_record(
	        &aws_asff,
	        "{'Resources':[{'Id':'arn:aws:s3:::b','Type':'AwsS3Bucket','Owner':{'"
	        "Account':{'Id':'098765432109'}},'Tags':{'Name':'bucket "
	        "b'}},{'Id':'arn:aws:iam::aws:policy/"
	        "P'}],'SchemaVersion':'2018-10-08','Id':'f','ProductArn':'" HUB
	        "','AwsAccountId':'012345678901','GeneratorId':'security-control/S3.1'}");

	(void)unused;
	assert_int_equal(run.out.n_findings, 2);
	assert_string_equal(run.out.findings[0].resource.account, "098765432109");
	assert_string_equal(run.out.findings[0].resource.name, "bucket b");
	assert_string_equal(run.out.findings[1].resource.account, "012345678901");
	assert_string_equal(run.out.findings[0].native_id, run.out.findings[1].native_id);
	run_close(&run);
}

/* Two resources and two vulnerabilities, one of them scored by every version. */
static const char inspector_record[] =
        "{'Resources':[{'Id':'i-0123456789abcdef0','Type':'AwsEc2Instance'},{'Id':'i-"
        "0123456789abcdef1','Type':'AwsEc2Instance'}],'Vulnerabilities':[{'Id':'CVE-2024-"
        "3094','Cvss':[{'Version':'2.0','BaseScore':10,'BaseVector':'AV:N/AC:L/Au:N/C:C/"
        "I:C/A:C'},{'Version':'3.1','BaseScore':9.1,'BaseVector':'CVSS:3.1/"
        "other','Source':'VENDOR'},{'Version':'3.1','BaseScore':'9.8','BaseVector':'CVSS:3."
        "1/AV:N','Source':'NVD'},{'Version':'4.0','BaseScore':0,'BaseVector':'CVSS:4.0/"
        "x'}],'EpssScore':'0.00066','ExploitAvailable':'YES','LastKnownExploitAt':'2024-04-"
        "01T00:00:00Z','VulnerablePackages':[{'Name':'xz','Version':'5.6.0','Release':'1."
        "amzn','FixedInVersion':'0:5.6.2'}]},{'Id':'GHSA-aaaa-bbbb-cccc','"
        "RelatedVulnerabilities':['CVE-2024-1'],'VulnerablePackages':[{'Name':'lib','"
        "FixedInVersion':'NotAvailable'}]}],'ProductArn':'arn:aws:securityhub:us-east-1::"
        "product/aws/inspector','Id':'arn:aws:inspector2:us-east-1:012345678901:finding/"
        "f','AwsAccountId':'012345678901','Severity':{'Label':'HIGH'},'Types':['Software "
        "and Configuration Checks/Vulnerabilities/CVE']}";

static void test_asff__makes_a_finding_for_each_resource_and_cve(void **unused)
{
	struct run run = run_record(&aws_asff, inspector_record);
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 4);
	assert_string_equal(f[0].cve, "CVE-2024-3094");
	assert_string_equal(f[0].rule, "CVE-2024-3094");
	assert_int_equal(f[0].class, CLASS_VULNERABILITY);
	assert_int_equal(f[0].sev100, 98);
	assert_string_equal(f[0].cvss_vector, "CVSS:3.1/AV:N");
	assert_int_equal(f[0].epss, 66);
	assert_int_equal(f[0].maturity, MATURITY_POC);
	assert_string_equal(f[0].package, "xz");
	assert_string_equal(f[0].package_version, "5.6.0-1.amzn");
	assert_string_equal(f[0].fixed_version, "0:5.6.2");
	assert_string_equal(f[1].cve, "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(f[1].n_cve_aliases, 1);
	assert_string_equal(f[1].cve_aliases[0], "CVE-2024-1");
	assert_int_equal(f[1].sev100, 80);
	assert_int_equal(f[1].epss, -1);
	assert_int_equal(f[1].maturity, MATURITY_NONE);
	assert_string_equal(f[1].fixed_version, "");
	assert_string_equal(f[2].resource.raw, "i-0123456789abcdef1");
	run_seal(&run, 0);
	for (size_t i = 1; i < 4; i++)
		assert_true(key_cmp(&f[0].key, &f[i].key) != 0);
	run_close(&run);
}

/* "[{},{},...]" of n elements. */
static char *repeat(const char *element, size_t n)
{
	size_t size = strlen(element);
	char *text = calloc(n + 1, size + 1);
	char *at = text;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		*at++ = i == 0 ? '[' : ',';
		memcpy(at, element, size);
		at += size;
	}
	*at = ']';
	return text;
}

static void test_asff__bounds_the_fan_out(void **unused)
{
	static const struct {
		size_t resources, vulnerabilities, findings;
		const char *text;
	} rows[] = {
	        {1000, 1, 1000, ""},
	        {1001, 1, 0, "names 1001 resources, more than 1000"},
	        {1, 1001, 0, "names 1001 vulnerabilities, more than 1000"},
	        {100, 100, 10000, ""},
	        {101, 100, 0, "makes 10100 findings, more than 10000"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char *resources = repeat("{'Id':'i-1'}", rows[i].resources);
		char *vulnerabilities = repeat("{'Id':'CVE-1'}", rows[i].vulnerabilities);
		ARENA_SCOPED a = arena_new(1024);
		struct run run;
		const char *text =
		        arena_printf(a,
		                     "{'Id':'f','ProductArn':'" HUB
		                     "','GeneratorId':'g','AwsAccountId':'012345678901','"
		                     "Resources':%s,'Vulnerabilities':%s}",
		                     resources, vulnerabilities);
		run = run_record(&aws_asff, text);
		assert_int_equal(run.out.n_findings, rows[i].findings);
		if (run.rc != 0)
			assert_string_equal(run.err.text, rows[i].text);
		run_close(&run);
		free(resources);
		free(vulnerabilities);
	}
}

static void test_asff__ids_of_two_products_do_not_meet(void **unused)
{
	struct run one = run_record(&aws_asff, OF_PRODUCT("acme/a", "'GeneratorId':'g',"));
	struct run two = run_record(&aws_asff, OF_PRODUCT("acme/b", "'GeneratorId':'g',"));

	(void)unused;
	assert_string_not_equal(one.out.findings[0].native_id,
	                        two.out.findings[0].native_id);
	run_close(&one);
	run_close(&two);
}

static void test_asff__prowler_has_its_own_connector_and_key(void **unused)
{
	static const struct {
		const char *name, *id, *native_id;
	} rows[] = {
	        {"hashed id",
	         "prowler-cloudtrail_kms_encryption_enabled-012345678901-eu-west-1-"
	         "0a1b2c3d4",
	         "prowler-aws-cloudtrail_kms_encryption_enabled-012345678901-eu-west-1-"
	         "audit"},
	        {"version 2 says more in its id",
	         "prowler-1.2-012345678901-eu-west-1-User_a_has_no_MFA",
	         "prowler-1.2-012345678901-eu-west-1-User_a_has_no_MFA"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		const struct finding *f;
		struct run run;
		const char *text = arena_printf(
		        a,
		        "{'SchemaVersion':'2018-10-08','Id':'%s','ProductArn':'arn:aws:"
		        "securityhub:eu-west-1::product/prowler/"
		        "prowler','AwsAccountId':'012345678901','GeneratorId':'prowler-"
		        "cloudtrail_kms_encryption_enabled','CreatedAt':'2024-01-01T00:00:"
		        "00Z','Resources':[{'Type':'AwsCloudTrailTrail','Id':'arn:aws:"
		        "cloudtrail:eu-west-1:012345678901:trail/audit'}]}",
		        rows[i].id);

		run = run_record(&aws_asff, text);
		f = run.out.findings;
		assert_int_equal(run.rc, 0);
		assert_string_equal(f->connector, "prowler");
		assert_string_equal(f->engine, "prowler");
		assert_string_equal(f->rule, "cloudtrail_kms_encryption_enabled");
		if (strcmp(f->native_id, rows[i].native_id) != 0)
			fail_msg("%s: %s", rows[i].name, f->native_id);
		assert_string_equal(f->scope, "012345678901/eu-west-1");
		assert_int_equal(f->first_seen, TIMESTAMP_NONE); /* it is the scan's time */
		run_close(&run);
	}
}

static void test_asff__trivy_is_about_an_artifact(void **unused)
{
	static const char record[] =
	        "{'SchemaVersion':'2018-10-08','Id':'app:1 (alpine "
	        "3.10.2)/"
	        "CVE-2019-1549','ProductArn':'arn:aws:securityhub:eu-west-1::product/"
	        "aquasecurity/aquasecurity','GeneratorId':'Trivy/"
	        "CVE-2019-1549','AwsAccountId':'012345678901','Severity':{'Label':'MEDIUM'}"
	        ",'Types':['Software and Configuration "
	        "Checks/Vulnerabilities/CVE'],'Resources':[{'Type':'Container','Id':'app:1 "
	        "(alpine 3.10.2)','Details':{'Other':{'PkgName':'libssl1.1','Installed "
	        "Package':'1.1.1c-r0','Patched "
	        "Package':'1.1.1d-r0','NvdCvssScoreV3':'5.3','NvdCvssVectorV3':'CVSS:3.1/"
	        "AV:N'}}}]}";
	struct run run = run_record(&aws_asff, record);
	const struct finding *f = run.out.findings;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_string_equal(f->connector, "trivy");
	assert_string_equal(f->engine, "trivy");
	assert_string_equal(f->cve, "CVE-2019-1549");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->sev100, 53);
	assert_string_equal(f->package, "libssl1.1");
	assert_string_equal(f->fixed_version, "1.1.1d-r0");
	assert_string_equal(f->resource.raw, "app:1");
	assert_string_equal(f->scope, "docker.io/library/app");
	assert_int_equal(f->resource.provider, PROVIDER_NONE);
	run_close(&run);
}

static void test_asff__marks_samples_and_ports(void **unused)
{
	struct run run = run_record(
	        &aws_asff,
	        OF_PRODUCT("aws/inspector",
	                   "'Sample':true,'Title':'Port 22 is reachable from an Internet "
	                   "Gateway - TCP','Types':['Software and Configuration Checks/AWS "
	                   "Security Best Practices/Network Reachability'],"));

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_true(run.out.findings[0].sample);
	assert_string_equal(run.out.findings[0].location, "22");
	run_close(&run);

	/* GuardDuty's samples say it in the title only. */
	run = run_record(&aws_asff, OF_PRODUCT("aws/guardduty", "'Types':['TTPs/A:B-C'],"
	                                                        "'Title':'[SAMPLE] A',"));
	assert_true(run.out.findings[0].sample);
	run_close(&run);
}

static void test_asff__reads_the_corpus(void **unused)
{
	static const struct {
		const char *file;
		size_t records, findings;
	} rows[] = {
	        {"aws/asff/heimdall_asff_sample.json", 18, 18},
	        {"aws/asff/many_vulns_list.json", 5, 5},
	        {"aws/asff/securityhub_config_many_findings.json", 3, 3},
	        {"aws/asff/securityhub_config_multiple_resources.json", 2, 5},
	        {"aws/asff/securityhub_config_repeated_findings.json", 2, 2},
	        {"aws/asff/securityhub_guardduty.json", 4, 4},
	        {"aws/asff/securityhub_inspector_ec2_cve.json", 5, 5},
	        {"aws/asff/securityhub_missing_account_id.json", 1, 1},
	        {"aws/asff/trivy_alpine310_asff.json", 4, 4},
	        {"aws/eventbridge/afsbp-rds.2.json", 1, 1},
	        {"aws/eventbridge/cis-1.4-nodetails.json", 1, 1},
	        {"aws/eventbridge/cis4142.json", 1, 1},
	        {"aws/eventbridge/pci-ec2.5.json", 1, 1},
	        {"cross_tool/aws_018134828551/securityhub_findings.asff.json", 45, 45},
	        {"cross_tool/aws_018134828551/"
	         "securityhub_findings_incident_nexttoken.asff.json",
	         10, 10},
	        {"ocsf/securitylake_compliance_finding_1.1.0.asff.json", 1, 1},
	        {"ocsf/securitylake_vulnerability_finding_1.1.0.asff.json", 1, 1},
	        {"prowler/heimdall_prowler_sample.asff-lines.json", 10, 10},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		size_t n = run_corpus(&run, &aws_asff, rows[i].file);

		if (n != rows[i].records || run.out.n_findings != rows[i].findings)
			fail_msg("%s: %zu records, %zu findings", rows[i].file, n,
			         run.out.n_findings);
		run_close(&run);
	}
}

/* {"Findings":[...]} of GuardDuty itself looks like ASFF from outside. */
static void test_asff__leaves_native_guardduty_alone(void **unused)
{
	size_t size = 0;
	char *text =
	        read_corpus("cross_tool/aws_018134828551/guardduty_details.json", &size);
	struct run run;
	struct json_items it = {0};

	(void)unused;
	if (text == NULL) {
		print_message("no corpus at %s: skipped\n", shared_dir());
		skip();
	}
	run = run_open();
	run_load(&run, text, size);
	assert_int_equal(json_view_get_items(run.record, "Findings", &it, &run.err), 0);
	assert_int_equal(it.n, 2);
	while (json_items_next(&it))
		assert_false(aws_asff.detect(run.record, it.value));
	run_close(&run);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_asff__state_is_the_first_rule_that_matches),
	        cmocka_unit_test(test_asff__severity_is_the_label_then_the_numbers),
	        cmocka_unit_test(test_asff__rule_class_and_engine_follow_the_product),
	        cmocka_unit_test(test_asff__detects_only_its_own),
	        cmocka_unit_test(test_asff__refuses_what_has_no_identity),
	        cmocka_unit_test(test_asff__fills_in_all_of_a_control_finding),
	        cmocka_unit_test(test_asff__drops_a_bad_date_and_keeps_the_finding),
	        cmocka_unit_test(test_asff__takes_a_missing_account_from_the_arn),
	        cmocka_unit_test(test_asff__takes_the_owner_for_the_account_of_a_resource),
	        cmocka_unit_test(test_asff__makes_a_finding_for_each_resource_and_cve),
	        cmocka_unit_test(test_asff__bounds_the_fan_out),
	        cmocka_unit_test(test_asff__ids_of_two_products_do_not_meet),
	        cmocka_unit_test(test_asff__prowler_has_its_own_connector_and_key),
	        cmocka_unit_test(test_asff__trivy_is_about_an_artifact),
	        cmocka_unit_test(test_asff__marks_samples_and_ports),
	        cmocka_unit_test(test_asff__reads_the_corpus),
	        cmocka_unit_test(test_asff__leaves_native_guardduty_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
