/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exports of consoles over several clouds: Prisma Cloud's alerts, Prisma Cloud
 * Compute's (Twistlock's) scan results, and Orca's alerts in both their forms.
 */
#include "collector/orca.h"
#include "collector/prisma.h"
#include "file_run.h"

#define ALERT(cells)                                                                       \
	"{'Alert ID':'P-1','Policy Name':'Bucket is public','Policy Type':'config',"       \
	"'Policy Severity':'high','Description':'D','Recommendation':'R','Cloud Type':"    \
	"'AWS','Cloud Account Id':'111122223333','Region':'AWS Ireland','Resource Name':"  \
	"'n','Resource ID':'i-0a1b2c3d4e5f60718','Alert Time':'Jul 15, 2026 07:14:52 AM'," \
	"'Resolved On':'2026-07-16T00:00:00Z'," cells "}"
#define IMAGE(cells)                                                                      \
	"{'Registry':'registry.example.com','Repository':'Shop/web','Tag':'1.2','CVE ID'" \
	":'CVE-2026-0001','Compliance ID':'46','Packages':'libssl,openssl','Package "     \
	"Version':'1.1','Description':'D','Discovered':'2026-01-02 03:04:05.000'," cells  \
	"}"
#define HOST(cells)                                                                       \
	"{'Hostname':'Node1.example.com','CVE ID':'','Compliance ID':'6412','Packages':'" \
	"','Package Version':'','Fix Status':'','CVSS':'0.00','Cause':'File "             \
	"/etc/x'," cells "}"
#define ORCA(score, status, source, account)                                              \
	"{'Title':'Bucket is public','OrcaScore':" score ",'Category':'Data at risk',"    \
	"'Status':'" status "','Source':'" source "','CreatedAt':'2026-01-02T03:04:05"    \
	"+00:00','LastSeen':'2026-01-03T03:04:05+00:00','CloudAccount':{'Name':'" account \
	"'},'Inventory':{'Name':'logs'},'Labels':['x']}"
#define ORCA_ROW(score, status, source, account)                                         \
	"{'Title':'Bucket is public','OrcaScore':'" score "','Category':'Data at risk'," \
	"'Status':'" status "','Source':'" source "','CreatedAt':'2026-01-02T03:04:05"   \
	"+00:00','LastSeen':'2026-01-03T03:04:05+00:00','CloudAccount':'1',"             \
	"'CloudAccount.Name':'" account "','Inventory':'1','Inventory.Name':'logs'}"

static const struct finding *only_finding(struct run *run, const char *name)
{
	if (run->rc != 0 || run->out.n_findings != 1)
		fail_msg("%s: %zu findings, %s", name, run->out.n_findings,
		         run->rc ? run->err.text : "");
	run_seal(run, 0);
	return &run->out.findings[0];
}

static void test_cloud_consoles__detect_their_records(void **unused)
{
	static const struct {
		const char *record;
		const struct format *format;
	} rows[] = {
	        {ALERT("'Alert Status':'open'"), &prisma_alerts_csv},
	        {IMAGE("'Fix Status':''"), &twistlock_csv},
	        {HOST("'Severity':'high'"), &twistlock_csv},
	        {ORCA("7.5", "open", "logs", "prod"), &orca_alerts},
	        {ORCA_ROW("7.5", "open", "logs", "prod"), &orca_alerts},
	        {"{'Alert ID':'P-1','Policy Name':'n','Alert Status':'open'}", NULL},
	        {"{'CVE ID':'C','Compliance ID':'46','Packages':'p'}", NULL},
	        {"{'OrcaScore':1,'Title':'T'}", NULL},
	        {"{'Title':'T','Source':'s','CloudAccount':{}}", NULL},
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

/* Prisma Cloud. */

static void test_prisma__alert(void **unused)
{
	struct run run = run_record(
	        &prisma_alerts_csv,
	        ALERT("'Alert Status':'resolved','Resolution Reason':'RESOURCE_DELETED'"));
	const struct finding *f = only_finding(&run, "alert");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "prisma_cloud");
	assert_string_equal(f->native_id, "P-1");
	assert_string_equal(f->rule, "Bucket is public");
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_int_equal(f->state, FINDING_RESOLVED);
	assert_string_equal(f->status_raw, "resolved: RESOURCE_DELETED");
	assert_int_equal(f->sev100, 80);
	assert_string_equal(
	        f->resource.id,
	        "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718");
	assert_string_equal(f->scope, "111122223333");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-07-15T07:14:52Z");
	assert_string_equal(timestamp_format(f->resolved_at, text), "2026-07-16T00:00:00Z");
	run_close(&run);
}

static void test_prisma__statuses_and_types(void **unused)
{
	static const struct {
		const char *cells;
		enum finding_state state;
	} states[] = {
	        {"'Alert Status':'open'", FINDING_OPEN},
	        {"'Alert Status':'pending_resolution'", FINDING_OPEN},
	        {"'Alert Status':'dismissed'", FINDING_SUPPRESSED},
	        {"'Alert Status':'Snoozed'", FINDING_SUPPRESSED},
	        {"'Alert Status':'odd'", FINDING_UNKNOWN},
	};
	static const struct {
		const char *type;
		enum finding_class class;
	} types[] = {
	        {"anomaly", CLASS_THREAT},
	        {"audit_event", CLASS_THREAT},
	        {"iam", CLASS_IDENTITY},
	        {"network", CLASS_EXPOSURE},
	        {"config, iam", CLASS_MISCONFIGURATION},
	        {"", CLASS_OTHER},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		char text[1024];
		struct run run;

		(void)snprintf(text, sizeof(text), ALERT("%s"), states[i].cells);
		run = run_record(&prisma_alerts_csv, text);
		if (only_finding(&run, text)->state != states[i].state)
			fail_msg("%s", states[i].cells);
		run_close(&run);
	}
	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		char text[512];
		struct run run;

		(void)snprintf(text, sizeof(text),
		               "{'Alert ID':'P-1','Policy Name':'n','Alert Status':'open',"
		               "'Policy Type':'%s','Resource ID':'r','Cloud Type':'gcp',"
		               "'Cloud Account Id':'shop'}",
		               types[i].type);
		run = run_record(&prisma_alerts_csv, text);
		if (only_finding(&run, text)->class != types[i].class)
			fail_msg("%s", types[i].type);
		run_close(&run);
	}
}

static void test_prisma__regions(void **unused)
{
	static const struct {
		const char *cloud, *region, *id;
	} rows[] = {
	        {"aws", "AWS Virginia",
	         "arn:aws:ec2:us-east-1:111122223333:security-group/sg-1"},
	        {"aws", "eu-west-3",
	         "arn:aws:ec2:eu-west-3:111122223333:security-group/sg-1"},
	        {"aws", "AWS Atlantis", "arn:aws:ec2::111122223333:security-group/sg-1"},
	        {"azure", "Azure East US", "azure:111122223333:eastus::sg-1"},
	        {"gcp", "GCP Iowa", "gcp:111122223333:::sg-1"},
	        {"alibaba_cloud", "Alibaba X", "sg-1"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[512];
		struct run run;
		const struct finding *f;

		(void)snprintf(text, sizeof(text),
		               "{'Alert ID':'P-1','Policy Name':'n','Alert Status':'open',"
		               "'Resource ID':'sg-1','Cloud Type':'%s','Region':'%s',"
		               "'Cloud Account Id':'111122223333'}",
		               rows[i].cloud, rows[i].region);
		run = run_record(&prisma_alerts_csv, text);
		f = only_finding(&run, text);
		if (strcmp(f->resource.id, rows[i].id) != 0)
			fail_msg("%s: %s", rows[i].region, f->resource.id);
		run_close(&run);
	}
}

/* Twistlock. */

static void test_twistlock__vulnerability_of_an_image(void **unused)
{
	struct run run = run_record(
	        &twistlock_csv, IMAGE("'Severity':'important','CVSS':'9.80','Fix "
	                              "Status':'fixed in 1.2, 1.1a',"
	                              "'Risk Factors':'Exploit exists - POC, Has fix'"));
	const struct finding *f = only_finding(&run, "image");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "twistlock");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_string_equal(f->title, "CVE-2026-0001 in libssl,openssl");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 98);
	assert_string_equal(f->severity_raw, "important");
	assert_int_equal(f->maturity, MATURITY_POC);
	assert_string_equal(f->package, "libssl,openssl");
	assert_string_equal(f->fixed_version, "1.2, 1.1a");
	assert_string_equal(f->remediation, "Upgrade libssl,openssl to 1.2, 1.1a.");
	assert_string_equal(f->resource.id, "registry.example.com/shop/web");
	assert_string_equal(f->scope, "registry.example.com/shop/web");
	assert_string_equal(
	        f->native_id,
	        "registry.example.com/shop/web|CVE-2026-0001|libssl,openssl|1.1");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T03:04:05Z");
	run_close(&run);
}

static void test_twistlock__compliance_of_a_host(void **unused)
{
	struct run run =
	        run_record(&twistlock_csv, HOST("'Severity':'high','Description':'(CIS_"
	                                        "Linux_2.0.0 - 5.2.2) Keep it'"));
	const struct finding *f = only_finding(&run, "host");

	(void)unused;
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_string_equal(f->rule, "6412");
	assert_string_equal(f->title, "Keep it");
	assert_string_equal(f->description, "File /etc/x");
	assert_int_equal(f->sev100, 80);
	assert_int_equal(f->n_controls, 1);
	assert_string_equal(f->controls[0].framework, "CIS_Linux_2.0.0");
	assert_string_equal(f->controls[0].requirement, "5.2.2");
	assert_string_equal(f->resource.id, "node1.example.com");
	assert_string_equal(f->native_id, "node1.example.com|6412");
	run_close(&run);
}

static void test_twistlock__odd_cells(void **unused)
{
	static const struct {
		const char *record;
		enum finding_state state;
		int sev100;
	} rows[] = {
	        {IMAGE("'Fix Status':'will not fix','Severity':'moderate'"), FINDING_OPEN,
	         55},
	        {IMAGE("'Fix Status':'not affected','Severity':'odd'"),
	         FINDING_NOT_APPLICABLE, -1},
	        {HOST("'Severity':'','Description':'(half'"), FINDING_OPEN, -1},
	        {HOST("'Severity':'low','Description':') a - b ('"), FINDING_OPEN, 25},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&twistlock_csv, rows[i].record);
		const struct finding *f = only_finding(&run, rows[i].record);

		if (f->state != rows[i].state || f->sev100 != rows[i].sev100 ||
		    f->n_controls != 0)
			fail_msg("%s: %s %d", rows[i].record, finding_state_name(f->state),
			         f->sev100);
		run_close(&run);
	}
}

/* Orca. */

static void test_orca__alert_in_both_forms(void **unused)
{
	static const struct {
		const char *json, *csv, *id;
		enum finding_state state;
		int sev100;
	} rows[] = {
	        {ORCA("7.5", "open", "logs", "prod"),
	         ORCA_ROW("7.5", "open", "logs", "prod"), "orca:prod/logs", FINDING_OPEN,
	         75},
	        {ORCA("2.0", "in_progress", "logs", "dev"),
	         ORCA_ROW("2.0", "in_progress", "logs", "dev"), "orca:dev/logs",
	         FINDING_OPEN, 20},
	        {ORCA("0", "closed", "arn:aws:s3:::logs", "prod"),
	         ORCA_ROW("0", "closed", "arn:aws:s3:::logs", "prod"), "arn:aws:s3:::logs",
	         FINDING_RESOLVED, 0},
	        {ORCA("10", "dismissed", "", "prod"),
	         ORCA_ROW("10", "dismissed", "", "prod"), "orca:prod/logs",
	         FINDING_SUPPRESSED, 100},
	        {ORCA("10.1", "snoozed", "x", "prod"),
	         ORCA_ROW("10.1", "snoozed", "x", "prod"), "orca:prod/x",
	         FINDING_SUPPRESSED, -1},
	        {ORCA("'high'", "odd", "x", "prod"), ORCA_ROW("high", "odd", "x", "prod"),
	         "orca:prod/x", FINDING_UNKNOWN, -1},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run json = run_record(&orca_alerts, rows[i].json);
		struct run csv = run_record(&orca_alerts, rows[i].csv);
		const struct finding *j = only_finding(&json, rows[i].json);
		const struct finding *c = only_finding(&csv, rows[i].csv);

		if (memcmp(&j->key, &c->key, sizeof(j->key)) != 0 ||
		    j->content_hash != c->content_hash)
			fail_msg("%s: %s and %s", rows[i].json, j->native_id, c->native_id);
		if (j->state != rows[i].state || j->sev100 != rows[i].sev100 ||
		    strcmp(j->resource.id, rows[i].id) != 0)
			fail_msg("%s: %s %d %s", rows[i].json, finding_state_name(j->state),
			         j->sev100, j->resource.id);
		run_close(&json);
		run_close(&csv);
	}
}

static void test_orca__fields(void **unused)
{
	struct run run = run_record(&orca_alerts, ORCA("7.5", "open", "s", "prod"));
	const struct finding *f = only_finding(&run, "alert");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "orca");
	assert_string_equal(f->native_id, "Bucket is public|s|prod");
	assert_string_equal(f->rule, "Bucket is public");
	assert_int_equal(f->class, CLASS_EXPOSURE);
	assert_string_equal(f->severity_raw, "7.5");
	assert_string_equal(f->resource.name, "logs");
	assert_string_equal(f->scope, "prod");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T03:04:05Z");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-01-03T03:04:05Z");
	run_close(&run);
}

static void test_cloud_consoles__refuse_what_is_incomplete(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *reason;
	} rows[] = {
	        {&prisma_alerts_csv, "{'Alert ID':'','Policy Name':'n'}", "Alert ID"},
	        {&prisma_alerts_csv, "{'Alert ID':'P-1','Policy Name':'n'}",
	         "P-1 names no resource"},
	        {&twistlock_csv, "{'CVE ID':'','Compliance ID':''}", "CVE ID"},
	        {&twistlock_csv, "{'CVE ID':'CVE-2026-0001'}", "Repository or Hostname"},
	        {&orca_alerts, "{'Title':''}", "Title is missing"},
	        {&orca_alerts, "{'Title':'T'}", "Source and CloudAccount"},
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

static void test_cloud_consoles__corpus(void **unused)
{
	static const struct corpus_row rows[] = {
	        {"prisma/prismacloud_sample.csv", &twistlock_csv, 94, 94, 0},
	        {"prisma/scan_report_prisma_twistlock_images_four_vulns.csv",
	         &twistlock_csv, 4, 4, 0},
	        {"orca/many_vulns.csv", &orca_alerts, 5, 5, 0},
	        {"orca/many_vulns.json", &orca_alerts, 5, 5, 0},
	};

	(void)unused;
	check_corpus(rows, N_ELEMENTS(rows));
}

/* The two files of the corpus are one export in both forms. */
static void test_orca__corpus_is_the_same_in_both_forms(void **unused)
{
	struct file_run *json = file_run_corpus("orca/many_vulns.json");
	struct file_run *csv = file_run_corpus("orca/many_vulns.csv");

	(void)unused;
	if (json == NULL || csv == NULL)
		skip();
	assert_int_equal(json->run.out.n_findings, csv->run.out.n_findings);
	for (size_t i = 0; i < json->run.out.n_findings; i++)
		assert_memory_equal(&json->run.out.findings[i].key,
		                    &csv->run.out.findings[i].key, sizeof(struct key));
	file_run_free(json);
	file_run_free(csv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_cloud_consoles__detect_their_records),
	        cmocka_unit_test(test_prisma__alert),
	        cmocka_unit_test(test_prisma__statuses_and_types),
	        cmocka_unit_test(test_prisma__regions),
	        cmocka_unit_test(test_twistlock__vulnerability_of_an_image),
	        cmocka_unit_test(test_twistlock__compliance_of_a_host),
	        cmocka_unit_test(test_twistlock__odd_cells),
	        cmocka_unit_test(test_orca__alert_in_both_forms),
	        cmocka_unit_test(test_orca__fields),
	        cmocka_unit_test(test_cloud_consoles__refuse_what_is_incomplete),
	        cmocka_unit_test(test_cloud_consoles__corpus),
	        cmocka_unit_test(test_orca__corpus_is_the_same_in_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
