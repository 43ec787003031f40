/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ScoutSuite: rules and levels, resources by the path that leads to them for each
 * cloud, paths that lead nowhere, and the corpus where it is at hand.
 */
#include "model/severity.h"

#include "collector/scoutsuite.h"
#include "run_format.h"

#define HEAD(account, provider)                                                    \
	"{'account_id':'" account "','partition':'aws','provider_code':'" provider \
	"','last_run':{'time':'2026-01-02 11:01:37+0800'},'services':{"
#define AWS(services)   HEAD("012345678901", "aws") services "}}"
#define GCP(services)   HEAD("example-project", "gcp") services "}}"
#define AZURE(services) HEAD("11111111-2222-3333-4444-555555555555", "azure") services "}}"

#define RULE(key, level, path, items)                                                   \
	"'" key "':{'description':'Broken','rationale':'Why','remediation':'Mend it',"  \
	"'references':['https://example.com/r'],'level':'" level "','checked_items':3," \
	"'flagged_items':1,'path':'" path "','items':[" items "],"                      \
	"'compliance':[{'name':'CIS Example','version':'1.2.0','reference':'4.1'}]}"
#define SG                                                                          \
	"'regions':{'us-east-1':{'id':'us-east-1','vpcs':{'vpc-0a1b2c3d':{"         \
	"'id':'vpc-0a1b2c3d','arn':'arn:aws:vpc:us-east-1:012345678901:virtual-pri" \
	"vate-cloud/vpc-0a1b2c3d','security_groups':{'sg-0a1b2c3d':{"               \
	"'id':'sg-0a1b2c3d','name':'web','rules':{'ingress':{'protocols':{'TCP':{"  \
	"'ports':{'22':{'cidrs':[{'CIDR':'0.0.0.0/0'}]}}}}}}}}}}}}"
#define SG_PATH                                                            \
	"ec2.regions.id.vpcs.id.security_groups.id.rules.id.protocols.id." \
	"ports.id.cidrs.id.CIDR"
#define SG_ITEM                                                                \
	"ec2.regions.us-east-1.vpcs.vpc-0a1b2c3d.security_groups.sg-0a1b2c3d." \
	"rules.ingress.protocols.TCP.ports.22.cidrs.0.CIDR"
#define SG_REPORT(level)                                           \
	AWS("'ec2':{'findings':{" RULE("ssh-open", level, SG_PATH, \
	                               "'" SG_ITEM "'") "}," SG "}")

static void test_scoutsuite__detects_its_documents(void **unused)
{
	static const struct {
		const char *record;
		bool yes;
	} rows[] = {
	        {AWS(""), true},
	        {SG_REPORT("danger"), true},
	        {"{'services':{},'last_run':{},'provider_code':'aws'}", false},
	        {"{'services':[],'last_run':{},'provider_code':'aws','account_id':'1'}",
	         false},
	        {"{'detail':'Not found'}", false},
	        {"{}", false},
	        {"[]", false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&scoutsuite, rows[i].record) != rows[i].yes)
			fail_msg("%s", rows[i].record);
}

static void test_scoutsuite__fields(void **unused)
{
	struct run run = run_record(&scoutsuite, SG_REPORT("danger"));
	char text[TIMESTAMP_TEXT_MAX];
	const struct finding *f;

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 0);
	run_seal(&run, 0);
	f = &run.out.findings[0];
	assert_string_equal(f->connector, "scoutsuite");
	assert_string_equal(f->engine, "scoutsuite");
	assert_string_equal(f->native_id, "aws|012345678901|ssh-open|" SG_ITEM);
	assert_string_equal(f->rule, "ssh-open");
	assert_string_equal(f->title, "Broken");
	assert_string_equal(f->description, "Why");
	assert_string_equal(f->remediation, "Mend it");
	assert_string_equal(f->remediation_url, "https://example.com/r");
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 80);
	assert_string_equal(f->severity_raw, "danger");
	assert_string_equal(f->scope, "012345678901/us-east-1/ec2");
	assert_string_equal(f->location, "");
	assert_int_equal(f->n_controls, 1);
	assert_string_equal(f->controls[0].framework, "CIS Example 1.2.0");
	assert_string_equal(f->controls[0].requirement, "4.1");
	assert_string_equal(f->resource.id, "arn:aws:ec2:us-east-1:012345678901:"
	                                    "security-group/sg-0a1b2c3d");
	assert_string_equal(f->resource.type, "AWS::EC2::SecurityGroup");
	assert_string_equal(f->resource.name, "web");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-01-02T03:01:37Z");
	assert_true(f->first_seen == TIMESTAMP_NONE);
	run_close(&run);
}

static void test_scoutsuite__levels(void **unused)
{
	static const struct {
		const char *record;
		int sev100;
	} rows[] = {
	        {SG_REPORT("danger"), 80},
	        {SG_REPORT("warning"), 55},
	        {SG_REPORT("good"), 0},
	        {SG_REPORT("odd"), SEV100_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&scoutsuite, rows[i].record);

		assert_int_equal(run.out.n_findings, 1);
		assert_int_equal(run.out.findings[0].sev100, rows[i].sev100);
		run_close(&run);
	}
}

#define HASH "52fc025e81845686d3c9fe5a5dc4f5e7ae740064"
#define IN_AZURE(service, list, object)                                                    \
	"'" service "':{'findings':{" RULE(                                                \
	        "r", "danger", service ".subscriptions.id." list ".id",                    \
	        "'" service ".subscriptions."                                              \
	        "66666666-2222-3333-4444-555555555555." list "." HASH                      \
	        ".x'") "},'subscriptions':{'66666666-2222-3333-4444-555555555555':{'" list \
	               "':{'" HASH "':{'id':'" HASH "'," object "}}}}}"
#define IN_GCP(service, list, object)                                               \
	"'" service                                                                 \
	"':{'findings':{" RULE("r", "danger", service ".projects.id." list ".id",   \
	                       "'" service ".projects.other-1." list "." HASH       \
	                       ".x'") "},'projects':{'other-1':{'" list "':{'" HASH \
	                              "':{'id':'" HASH "'," object "}}}}}"

static void test_scoutsuite__resources(void **unused)
{
	static const struct {
		const char *record, *id;
	} rows[] = {
	        {AWS("'cloudtrail':{'findings':{" RULE(
	                 "r", "danger", "cloudtrail.regions.id",
	                 "'cloudtrail.regions.eu-west-1.NotConfigured'") "},'regions':{"
	                                                                 "'eu-west-1':{'id'"
	                                                                 ":'eu-west-1','"
	                                                                 "name':'eu-west-1'"
	                                                                 "}}}"),
	         "arn:aws::eu-west-1:012345678901:region"},
	        {AWS("'iam':{'findings':{" RULE(
	                 "r", "danger", "iam.password_policy",
	                 "'iam.password_policy.MaxPasswordAge'") "},'password_policy':{'"
	                                                         "ExpirePasswords':false}"
	                                                         "}"),
	         "arn:aws:iam::012345678901:root"},
	        {AWS("'iam':{'findings':{" RULE(
	                 "r", "danger", "iam.users.id",
	                 "'iam.users.a.b.c.LoginProfile'") "},'users':{'a':{},'a.b':{},'a."
	                                                   "b.c':{'id':'AIDAEXAMPLE','arn':"
	                                                   "'arn:aws:iam::012345678901:"
	                                                   "user/a.b.c','name':'a.b.c'}}}"),
	         "arn:aws:iam::012345678901:user/a.b.c"},
	        {AWS("'sqs':{'findings':{" RULE(
	                 "r", "danger", "sqs.regions.id.queues.id",
	                 "'sqs.regions.eu-west-1.queues." HASH
	                 ".x'") "},'regions':{'eu-west-1':{'queues':{'" HASH
	                        "':{'id':'" HASH "','name':'jobs'}}}}}"),
	         "aws:012345678901:eu-west-1:sqs/queues:jobs"},
	        {GCP(IN_GCP("cloudstorage", "buckets", "'name':'example-logs'")),
	         "//storage.googleapis.com/example-logs"},
	        {GCP(IN_GCP("computeengine", "firewalls",
	                    "'name':'open','project_id':'p-1'")),
	         "//compute.googleapis.com/projects/p-1/global/firewalls/open"},
	        {GCP(IN_GCP("computeengine", "instances",
	                    "'name':'vm','zone':'europe-west1-b'")),
	         "//compute.googleapis.com/projects/other-1/zones/europe-west1-b/"
	         "instances/vm"},
	        {GCP(IN_GCP("dns", "zones_of", "'name':'zone'")),
	         "gcp:other-1::dns/zones_of:zone"},
	        {AZURE(IN_AZURE("storageaccounts", "storage_accounts",
	                        "'name':'Logs','resource_group_name':'RG1'")),
	         "/subscriptions/66666666-2222-3333-4444-555555555555/resourcegroups/"
	         "rg1/providers/microsoft.storage/storageaccounts/logs"},
	        {AZURE(IN_AZURE("securitycenter", "pricings", "'name':'VirtualMachines'")),
	         "azure:66666666-2222-3333-4444-555555555555::securitycenter/pricings:"
	         "virtualmachines"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&scoutsuite, rows[i].record);

		if (run.rc != 0 || run.out.n_findings != 1)
			fail_msg("%s: %zu findings, %s", rows[i].id, run.out.n_findings,
			         run.out.n_problems ? run.out.problems[0].reason : "");
		run_seal(&run, 0);
		if (strcmp(run.out.findings[0].resource.id, rows[i].id) != 0)
			fail_msg("%s: %s", rows[i].id, run.out.findings[0].resource.id);
		run_close(&run);
	}
}

/* A database is below its server; a rule of a server's is not a thing of its own. */
static void test_scoutsuite__nested_resources(void **unused)
{
	struct run run = run_record(
	        &scoutsuite,
	        AZURE("'sqldatabase':{'findings':{" RULE(
	                "r", "danger",
	                "sqldatabase.subscriptions.id.servers.id.databases.id",
	                "'sqldatabase.subscriptions.s.servers." HASH
	                ".databases.db1.x'") "},'subscriptions':{'s':{'servers':{'" HASH
	                                     "':{'id':'" HASH
	                                     "','name':'srv','resource_group_name':'rg','"
	                                     "databases':{'db1':{"
	                                     "'id':'db1','name':'db1'}}}}}}}"));

	(void)unused;
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	assert_string_equal(run.out.findings[0].resource.id,
	                    "/subscriptions/s/resourcegroups/rg/providers/microsoft.sql/"
	                    "servers/srv/databases/db1");
	run_close(&run);
}

static void test_scoutsuite__passed_checks(void **unused)
{
	static const struct {
		const char *path, *more;
		size_t findings;
	} rows[] = {
	        {"iam.password_policy", "'id_suffix':'MaxPasswordAge','checked_items':1,",
	         1},
	        {"iam.password_policy", "'id_suffix':'MaxPasswordAge','checked_items':0,",
	         0},
	        {"iam.users.id", "'checked_items':4,", 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		const char *text =
		        ARENA_JOIN(a, HEAD("012345678901", "aws"),
		                   "'iam':{'findings':{'r':{", rows[i].more,
		                   "'flagged_items':0,'items':[],'level':'danger','path':'",
		                   rows[i].path, "'}},'password_policy':{},'users':{}}}}");
		struct run run = run_record(&scoutsuite, text);

		assert_int_equal(run.rc, 0);
		if (run.out.n_findings != rows[i].findings)
			fail_msg("%s: %zu", rows[i].more, run.out.n_findings);
		if (rows[i].findings > 0) {
			run_seal(&run, 0);
			assert_int_equal(run.out.findings[0].state, FINDING_PASSING);
			assert_string_equal(run.out.findings[0].native_id,
			                    "aws|012345678901|r|iam.password_policy."
			                    "MaxPasswordAge");
		}
		run_close(&run);
	}
}

static void test_scoutsuite__problems_stand_alone(void **unused)
{
	static const struct {
		const char *record, *reason;
		size_t findings;
	} rows[] = {
	        {AWS("'ec2':{'findings':{" RULE(
	                 "r", "danger", SG_PATH,
	                 "'" SG_ITEM "','ec2.regions.us-east-1.vpcs.v."
	                 "security_groups.s.rules.ingress'") "}," SG "}"),
	         "leads nowhere", 1},
	        {AWS("'ec2':{'findings':{" RULE("r", "danger", SG_PATH,
	                                        "7,'" SG_ITEM "'") "}," SG "}"),
	         "no path", 1},
	        {AWS("'ec2':{'findings':{" RULE("r", "danger", SG_PATH,
	                                        "") ",'q':"
	                                            "{"
	                                            "'flagged_items':'x'}}," SG "}"),
	         "none is listed", 0},
	        {AWS("'ec2':null,'s3':{},'iam':{'findings':null}"), NULL, 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&scoutsuite, rows[i].record);

		assert_int_equal(run.rc, 0);
		if (run.out.n_findings != rows[i].findings ||
		    (run.out.n_problems > 0) != (rows[i].reason != NULL))
			fail_msg("%s: %zu, %zu", rows[i].record, run.out.n_findings,
			         run.out.n_problems);
		if (rows[i].reason != NULL &&
		    !strstr(run.out.problems[0].reason, rows[i].reason))
			fail_msg("%s", run.out.problems[0].reason);
		run_close(&run);
	}
}

static void test_scoutsuite__refuses_a_document_without_account(void **unused)
{
	struct run run = run_record(&scoutsuite, HEAD("", "aws") "}}");

	(void)unused;
	assert_int_equal(run.rc, ERR_INVALID);
	assert_non_null(strstr(run.err.text, "account_id"));
	run_close(&run);
}

/* The corpus. */

static struct run run_file(const char *name)
{
	struct parse_input in = {.ordinal = 0};
	struct run run = run_open();
	size_t size = 0;
	char *text = read_corpus(name, &size);
	char *document;

	if (text == NULL) {
		print_message("no corpus at %s: skipped\n", shared_dir());
		run_close(&run);
		skip();
	}
	document = strchr(text, '{');
	assert_non_null(document);
	run_load(&run, document, size - (size_t)(document - text));
	assert_ptr_equal(format_detect(in.envelope, run.record), &scoutsuite);
	in.record = run.record;
	assert_int_equal(scoutsuite.parse(&in, &run.out, &run.err), 0);
	assert_int_equal(run.out.n_problems, 0);
	run_seal(&run, 0);
	free(text);
	return run;
}

static size_t count_state(const struct run *run, enum finding_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < run->out.n_findings; i++)
		n += run->out.findings[i].state == state;
	return n;
}

static void test_scoutsuite__corpus(void **unused)
{
	static const struct {
		const char *name;
		size_t open;
	} rows[] = {
	        {"scoutsuite/two_findings.js", 4},
	        {"cross_tool/multi_estate/scoutsuite_aws-871393296284.js", 298},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_file(rows[i].name);

		if (count_state(&run, FINDING_OPEN) != rows[i].open)
			fail_msg("%s: %zu", rows[i].name, count_state(&run, FINDING_OPEN));
		run_close(&run);
	}
}

/* Security groups that both scans of one account name: the same assets. */
static void test_scoutsuite__corpus_meets_cloudsploit(void **unused)
{
	static const char mark[] = ":security-group/";
	struct run run = run_file("cross_tool/multi_estate/scoutsuite_aws-871393296284.js");
	size_t size = 0;
	char *csv = read_corpus("cross_tool/multi_estate/cloudsploit_aws.csv", &size);
	const char *seen[64];
	size_t n = 0;

	(void)unused;
	assert_non_null(csv);
	for (char *at = strstr(csv, "arn:aws:ec2:"); at != NULL;
	     at = strstr(at + 1, "arn:aws:ec2:")) {
		const char *arn = arena_strndup(run.arena, at, strcspn(at, ",\"\n "));
		struct resource r = {.provider = PROVIDER_AWS, .raw = arn};
		size_t k = 0;
		bool both = false;

		if (!strstr(arn, mark))
			continue;
		resource_canonicalize(&r, run.arena);
		for (size_t i = 0; i < run.out.n_findings && !both; i++)
			both = strcmp(run.out.findings[i].resource.id, r.id) == 0;
		while (k < n && strcmp(seen[k], r.id) != 0)
			k++;
		if (both && k == n && n < N_ELEMENTS(seen))
			seen[n++] = r.id;
	}
	assert_int_equal(n, 17);
	free(csv);
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_scoutsuite__detects_its_documents),
	        cmocka_unit_test(test_scoutsuite__fields),
	        cmocka_unit_test(test_scoutsuite__levels),
	        cmocka_unit_test(test_scoutsuite__resources),
	        cmocka_unit_test(test_scoutsuite__nested_resources),
	        cmocka_unit_test(test_scoutsuite__passed_checks),
	        cmocka_unit_test(test_scoutsuite__problems_stand_alone),
	        cmocka_unit_test(test_scoutsuite__refuses_a_document_without_account),
	        cmocka_unit_test(test_scoutsuite__corpus),
	        cmocka_unit_test(test_scoutsuite__corpus_meets_cloudsploit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
