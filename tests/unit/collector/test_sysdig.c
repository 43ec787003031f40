/* SPDX-License-Identifier: Apache-2.0 */
/* Sysdig: scan results with their maps, and events of runtime policies. */
#include "model/severity.h"

#include "collector/sysdig.h"
#include "run_format.h"

#define SCAN(metadata, vulnerabilities)                                             \
	"{'info':{'scanTime':'2026-01-02T03:04:05Z','resultId':'r'},'scanner':{"    \
	"'name':'sysdig-cli-scanner'},'result':{'assetType':'containerImage',"      \
	"'metadata':{" metadata "},'packages':{'p1':{'name':'openssl','version':"   \
	"'1.1','path':'/lib'},'p2':{'name':'zlib','version':'2'}},'riskAccepts':{"  \
	"'a1':{'status':'active','reason':'RiskOwned'},'a2':{'status':'expired'}}," \
	"'vulnerabilities':{" vulnerabilities "}}}"
#define IMAGE "'pullString':'example.com/shop/web:1.2'"
#define FLAW(more)                                                             \
	"'v1':{" more "'name':'CVE-2026-0001','severity':'High','cvssScore':{" \
	"'version':'3.1','score':9.1,'vector':'CVSS:3.1/AV:N'},'exploitable':" \
	"true,'fixVersion':'1.2','packageRef':'p1'}"

#define EVENT(labels, more)                                                   \
	"{" more "'id':'e1','timestamp':1767323045000000000,'name':'Policy'," \
	"'severity':3,'originator':'policy','content':{'ruleName':'Terminal " \
	"shell in container','output':'O'},'labels':{" labels "}}"
#define AWS "'aws.accountId':'012345678901','aws.region':'eu-west-1',"

static void test_sysdig__detects(void **unused)
{
	static const struct {
		const char *record;
		bool scan, event;
	} rows[] = {
	        {SCAN(IMAGE, ""), true, false},
	        {EVENT("", ""), false, true},
	        {"{'info':{},'scanner':{},'result':{}}", false, false},
	        {"{'id':'x','labels':{},'timestamp':1,'severity':1}", false, false},
	        {"{}", false, false},
	        {"[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&sysdig_scan, rows[i].record) != rows[i].scan ||
		    run_detects(&sysdig_events, rows[i].record) != rows[i].event)
			fail_msg("%s", rows[i].record);
}

static void test_sysdig__scan_fields(void **unused)
{
	struct run run = run_record(&sysdig_scan, SCAN(IMAGE, FLAW("")));
	const struct finding *f = &run.out.findings[0];
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	assert_string_equal(f->connector, "sysdig");
	assert_string_equal(f->native_id,
	                    "example.com/shop/web|openssl|1.1|/lib|CVE-2026-0001");
	assert_string_equal(f->resource.id, "example.com/shop/web");
	assert_string_equal(f->scope, "example.com/shop/web");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->sev100, 91);
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
	assert_int_equal(f->maturity, MATURITY_POC);
	assert_string_equal(f->package, "openssl");
	assert_string_equal(f->package_version, "1.1");
	assert_string_equal(f->fixed_version, "1.2");
	assert_string_equal(f->remediation, "Upgrade openssl to 1.2.");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-01-02T03:04:05Z");
	assert_true(f->first_seen == TIMESTAMP_NONE);
	run_close(&run);
}

static void test_sysdig__scan_variants(void **unused)
{
	static const struct {
		const char *record, *error;
		size_t findings, problems;
		enum finding_state state;
		int sev100;
	} rows[] = {
	        {SCAN(IMAGE, ""), NULL, 0, 0, FINDING_OPEN, 0},
	        {SCAN("", FLAW("")), "neither image nor host", 0, 0, FINDING_OPEN, 0},
	        {SCAN("'hostName':'web.example.com'", FLAW("")), NULL, 1, 0, FINDING_OPEN,
	         91},
	        {SCAN(IMAGE, FLAW("'riskAcceptRefs':['none','a1'],")), NULL, 1, 0,
	         FINDING_SUPPRESSED, 91},
	        {SCAN(IMAGE, FLAW("'riskAcceptRefs':['a2'],")), NULL, 1, 0, FINDING_OPEN,
	         91},
	        {SCAN(IMAGE, FLAW("'cvssScore':null,")), NULL, 1, 0, FINDING_OPEN, 80},
	        {SCAN(IMAGE, FLAW("'cvssScore':null,'severity':'Odd',")), NULL, 1, 0,
	         FINDING_OPEN, SEV100_UNKNOWN},
	        {SCAN(IMAGE, FLAW("") ",'v2':{'severity':'Low'}"), NULL, 1, 1, FINDING_OPEN,
	         91},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&sysdig_scan, rows[i].record);

		if (run.out.n_findings != rows[i].findings ||
		    run.out.n_problems != rows[i].problems ||
		    (run.rc != 0) != (rows[i].error != NULL))
			fail_msg("%s: %zu, %zu", rows[i].record, run.out.n_findings,
			         run.out.n_problems);
		if (rows[i].findings > 0 && (run.out.findings[0].state != rows[i].state ||
		                             run.out.findings[0].sev100 != rows[i].sev100))
			fail_msg("%s: %d", rows[i].record, run.out.findings[0].sev100);
		if (rows[i].error != NULL)
			assert_non_null(strstr(run.err.text, rows[i].error));
		run_close(&run);
	}
}

static void test_sysdig__events(void **unused)
{
	static const struct {
		const char *record, *id, *location;
		int sev100;
	} rows[] = {
	        {EVENT(AWS "'aws.instanceId':'i-0a1b2c3d','host.hostName':'h'", ""),
	         "arn:aws:ec2:eu-west-1:012345678901:instance/i-0a1b2c3d", "", 80},
	        {EVENT(AWS "'host.hostName':'Web.example.com','container.name':'c'", ""),
	         "web.example.com", "c", 80},
	        {EVENT("'container.image.repo':'example.com/shop/web',"
	               "'kubernetes.namespace.name':'shop','kubernetes.workload.name':'"
	               "web'",
	               "'severity':5,"),
	         "example.com/shop/web", "shop/web", 55},
	        {EVENT("'kubernetes.cluster.name':'prod'", "'severity':6,"), "prod", "",
	         25},
	        {EVENT("'aws.accountId':'012345678901'", "'severity':7,"),
	         "arn:aws:iam::012345678901:root", "", 0},
	        {EVENT("'host.hostName':'h'", "'severity':9,"), "h", "", SEV100_UNKNOWN},
	};
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&sysdig_events, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->native_id, "e1");
		assert_string_equal(f->rule, "Terminal shell in container");
		assert_int_equal(f->class, CLASS_THREAT);
		assert_int_equal(f->state, FINDING_OPEN);
		assert_string_equal(f->resource.id, rows[i].id);
		assert_string_equal(f->location, rows[i].location);
		assert_int_equal(f->sev100, rows[i].sev100);
		assert_string_equal(timestamp_format(f->first_seen, text),
		                    "2026-01-02T03:04:05Z");
		run_close(&run);
	}
}

static void test_sysdig__refuses_incomplete_events(void **unused)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
	        {EVENT("", ""), "labels"},
	        {EVENT("'host.hostName':'h'", "'id':'',"), "id"},
	        {EVENT("'host.hostName':'h'", "'content':{},"), "ruleName"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&sysdig_events, rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		assert_non_null(strstr(run.err.text, rows[i].text));
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sysdig__detects),
	        cmocka_unit_test(test_sysdig__scan_fields),
	        cmocka_unit_test(test_sysdig__scan_variants),
	        cmocka_unit_test(test_sysdig__events),
	        cmocka_unit_test(test_sysdig__refuses_incomplete_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
