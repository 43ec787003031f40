/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSV of scanners of hosts, Tenable's and Qualys': whose a row is, what its
 * columns become under each export's names, and who the host is.
 */
#include "collector/cloud_host.h"
#include "collector/qualys.h"
#include "collector/table_row.h"
#include "collector/tenable.h"
#include "file_run.h"

static const struct finding *only_finding(const struct run *run, const char *name)
{
	if (run->rc != 0 || run->out.n_findings != 1)
		fail_msg("%s: %zu findings, %s", name, run->out.n_findings,
		         run->rc ? run->err.text : "");
	return &run->out.findings[0];
}

/* Cells. */

static void test_table_row__times(void **unused)
{
	static const struct {
		const char *cell, *time;
	} rows[] = {
	        {"2026-02-03T07:00:01.5Z", "2026-02-03T07:00:01.500000Z"},
	        {"2021-10-07 00:00:00.000", "2021-10-07T00:00:00Z"},
	        {"Feb 5, 2024 21:01:08 UTC", "2024-02-05T21:01:08Z"},
	        {"Feb 03, 2026 07:00 AM", "2026-02-03T07:00:00Z"},
	        {"Feb 03, 2026 12:05 AM", "2026-02-03T00:05:00Z"},
	        {"Feb 03, 2026, 12:05:06 PM GMT", "2026-02-03T12:05:06Z"},
	        {"September 3, 2026", "2026-09-03T00:00:00Z"},
	        {"05/13/2021 07:08:28", "2021-05-13T07:08:28Z"},
	        {"05/06/2021 7:08", "2021-05-06T07:08:00Z"},
	        {"28/02/2021", "2021-02-28T00:00:00Z"},
	        {"2025-04-03 20:20:00.43 +0200 UTC", "2025-04-03T18:20:00.430000Z"},
	        {"2025-04-03 20:20:00 +0000 CET", "2025-04-03T20:20:00Z"},
	        {"", ""},
	        {"N/A", ""},
	        {"Feb 30, 2026", ""},
	        {"Feb 3, 2026 25:00", ""},
	        {"Feb 3, 2026 13:00 AM", ""},
	        {"Feb 3, 2026 10:00 EST", ""},
	        {"Feb 3, 2026 10:00 UTC extra", ""},
	        {"13/13/2021", ""},
	        {"Foo 3, 2026", ""},
	        {"Feb 3, 2026 10:00:00:00:00:00:00:00:00:00", ""},
	        {"a b c d e f g h", ""},
	};
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		timestamp_format(row_time(rows[i].cell), text);
		if (strcmp(text, rows[i].time) != 0)
			fail_msg("%s: %s", rows[i].cell, text);
	}
}

static void test_table_row__scores_and_vectors(void **unused)
{
	static const struct {
		const char *cell;
		int score;
		const char *vector;
	} rows[] = {
	        {"9.8", 98, ""},
	        {"7", 70, ""},
	        {"10.0", 100, ""},
	        {"7.45", 75, ""},
	        {"9.9 (AV:N/AC:L/PR:L)", 99, "AV:N/AC:L/PR:L"},
	        {"CVSS:3.1/AV:N/AC:L", -1, "CVSS:3.1/AV:N/AC:L"},
	        {"", -1, ""},
	        {"'-", -1, ""},
	        {"98", -1, ""},
	        {"10.1", -1, ""},
	        {"5x", -1, ""},
	        {"1e1", -1, ""},
	};
	ARENA_SCOPED a = arena_new(1024);

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (row_score(rows[i].cell) != rows[i].score ||
		    strcmp(row_vector(rows[i].cell, a), rows[i].vector) != 0)
			fail_msg("%s: %d %s", rows[i].cell, row_score(rows[i].cell),
			         row_vector(rows[i].cell, a));
}

static void test_table_row__cves(void **unused)
{
	static const struct {
		const char *cell;
		size_t n;
		const char *last;
	} rows[] = {
	        {"CVE-2026-0001", 1, "CVE-2026-0001"},
	        {"CVE-2026-0001, cve-2026-12345 CVE-2026-0001", 2, "CVE-2026-12345"},
	        {"CVE-2026-1", 0, ""},
	        {"CVE-20261-0001", 0, ""},
	        {"CVE-", 0, ""},
	        {"", 0, ""},
	        {"x-y-CVE-2026-0001", 1, "CVE-2026-0001"},
	};
	ARENA_SCOPED a = arena_new(1024);

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct row_ids list = row_cves(rows[i].cell, a);

		if (list.n != rows[i].n ||
		    (list.n > 0 && strcmp(list.ids[list.n - 1], rows[i].last) != 0))
			fail_msg("%s: %zu", rows[i].cell, list.n);
	}
}

/* Detection. */

#define NESSUS                                                                      \
	"'Plugin ID':'1001','CVE':'CVE-2026-0001','Risk':'High','Host':'10.0.0.5'," \
	"'Protocol':'TCP','Port':'443','Name':'Library: old','Synopsis':'S'"
#define CENTER                                                                        \
	"'Plugin':'1001','Plugin Name':'Library: old','Severity':'High','IP Address'" \
	":'10.0.0.5','Protocol':'TCP','Port':'443','Repository':'main'"
#define FINDINGS                                                                     \
	"'definition.id':'1001','definition.name':'Library: old','severity':'HIGH'," \
	"'asset.display_ipv4_address':'10.0.0.5','protocol':'TCP','port':'443'"
#define VMDR                                                                        \
	"'QID':'2001','Title':'Library: old','Severity':'4','Asset Id':'7','Asset " \
	"Name':'SRV01','Asset IPV4':'10.0.0.5','Protocol':'TCP','Port':'443'"
#define REPORT                                                                       \
	"'QID':'2001','Title':'Library: old','Severity':'4','IP':'10.0.0.5','DNS':'" \
	"srv01.example.com','NetBIOS':'SRV01'"

static void test_host_scanners__detect_their_rows(void **unused)
{
	static const struct {
		const char *record;
		const struct format *format;
	} rows[] = {
	        {"{" NESSUS "}", &tenable_csv},
	        {"{" CENTER "}", &tenable_csv},
	        {"{" FINDINGS "}", &tenable_csv},
	        {"{" VMDR "}", &qualys_csv},
	        {"{" REPORT "}", &qualys_csv},
	        {"{'QID':'1','VULN TITLE':'T','IP':'10.0.0.5'}", &qualys_csv},
	        {"{'Plugin ID':'1','Risk':'High','Host':'h'}", NULL},
	        {"{'Plugin':'1','Severity':'High'}", NULL},
	        {"{'definition.id':'1','definition.name':'n'}", NULL},
	        {"{'QID':'1'}", NULL},
	        {"{'QID':'1','Title':'T'}", NULL},
	        {"{'Title':'T','IP':'10.0.0.5'}", NULL},
	        {"{}", NULL},
	        {"[]", NULL},
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

/* Tenable. */

static void test_tenable__vulnerability(void **unused)
{
	struct run run = run_record(
	        &tenable_csv,
	        "{" NESSUS
	        ",'Description':'D','Solution':'Update.','See Also':'https://example.com/a"
	        "\\nhttps://example.com/b','FQDN':'Web.Example.com','Vulnerability State'"
	        ":'Active','CVSS3 Base Score':'7.5','CVSS3 Vector':'AV:N/AC:L','CVSS Base "
	        "Score':'5','First Found':'2026-01-02T03:04:05.000Z','Last Found':'2026-01-"
	        "03T03:04:05Z','Plugin Type':'local','Exploit Available':'TRUE'}");
	const struct finding *f = only_finding(&run, "vulnerability");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	run_seal(&run, 0);
	assert_string_equal(f->connector, "tenable");
	assert_string_equal(f->engine, "nessus");
	assert_string_equal(f->rule, "1001");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->native_id, "1001|web.example.com|tcp/443|CVE-2026-0001");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 75);
	assert_string_equal(f->severity_raw, "High");
	assert_string_equal(f->cvss_vector, "AV:N/AC:L");
	assert_string_equal(f->title, "Library: old");
	assert_string_equal(f->description, "S\n\nD");
	assert_string_equal(f->remediation, "Update.");
	assert_string_equal(f->remediation_url, "https://example.com/a");
	assert_int_equal(f->maturity, MATURITY_POC);
	assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
	assert_string_equal(f->location, "");
	assert_string_equal(f->resource.type, "host");
	assert_string_equal(f->resource.id, "web.example.com");
	assert_string_equal(f->scope, "web.example.com");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T03:04:05Z");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-01-03T03:04:05Z");
	assert_true(f->resolved_at == TIMESTAMP_NONE);
	run_close(&run);
}

static void test_tenable__is_the_same_in_every_export(void **unused)
{
	static const char *const rows[] = {
	        "{" NESSUS "}",
	        "{" CENTER ",'CVE':'CVE-2026-0001','NetBIOS Name':'GROUP\\\\SRV01'}",
	        "{" FINDINGS ",'definition.cve':'CVE-2026-0001'}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&tenable_csv, rows[i]);
		const struct finding *f = only_finding(&run, rows[i]);

		run_seal(&run, 0);
		assert_string_equal(f->native_id, "1001|10.0.0.5|tcp/443|CVE-2026-0001");
		assert_string_equal(f->resource.id, "10.0.0.5");
		assert_string_equal(f->title, "Library: old");
		assert_int_equal(f->sev100, 80);
		run_close(&run);
	}
}

static void test_tenable__states_and_severities(void **unused)
{
	static const struct {
		const char *cells;
		enum finding_state state;
		enum finding_class class;
		int sev100;
	} rows[] = {
	        {"'Risk':'None'", FINDING_OPEN, CLASS_OTHER, 0},
	        {"'Risk':'Critical'", FINDING_OPEN, CLASS_VULNERABILITY, 95},
	        {"'Risk':'','Severity':'3'", FINDING_OPEN, CLASS_VULNERABILITY, 80},
	        {"'Severity':'0'", FINDING_OPEN, CLASS_OTHER, 0},
	        {"'Risk':'Odd'", FINDING_OPEN, CLASS_VULNERABILITY, -1},
	        {"'Risk':'Low','CVSS4 Base Score':'9.1','CVSS3 Base Score':'5.0'",
	         FINDING_OPEN, CLASS_VULNERABILITY, 91},
	        {"'Risk':'Low','CVSS V2 Base Score':'4.3','CVSS V3 Base Score':''",
	         FINDING_OPEN, CLASS_VULNERABILITY, 43},
	        {"'Risk':'Low','CVSS':'4.3','Modification':'RECASTED'", FINDING_OPEN,
	         CLASS_VULNERABILITY, 25},
	        {"'Risk':'Low','Modification':'ACCEPTED'", FINDING_SUPPRESSED,
	         CLASS_VULNERABILITY, 25},
	        {"'Risk':'Low','Modification':'ACCEPTED','Vulnerability State':'Fixed'",
	         FINDING_RESOLVED, CLASS_VULNERABILITY, 25},
	        {"'Risk':'Low','Vulnerability State':'Resurfaced'", FINDING_OPEN,
	         CLASS_VULNERABILITY, 25},
	        {"'Risk':'Low','state':'FIXED'", FINDING_RESOLVED, CLASS_VULNERABILITY, 25},
	        {"'Risk':'Low','Vulnerability State':'Odd'", FINDING_UNKNOWN,
	         CLASS_VULNERABILITY, 25},
	        {"'Risk':'PASSED'", FINDING_PASSING, CLASS_MISCONFIGURATION, -1},
	        {"'Risk':'FAILED'", FINDING_OPEN, CLASS_MISCONFIGURATION, -1},
	        {"'Risk':'WARNING'", FINDING_UNKNOWN, CLASS_MISCONFIGURATION, -1},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[512];
		struct run run;
		const struct finding *f;

		(void)snprintf(
		        text, sizeof(text),
		        "{'Plugin ID':'1','Host':'h','Name':'N','Port':'80','Protocol'"
		        ":'tcp',%s}",
		        rows[i].cells);
		run = run_record(&tenable_csv, text);
		f = only_finding(&run, rows[i].cells);
		if (f->state != rows[i].state || f->class != rows[i].class ||
		    f->sev100 != rows[i].sev100)
			fail_msg("%s: %s %s %d", rows[i].cells,
			         finding_state_name(f->state), finding_class_name(f->class),
			         f->sev100);
		assert_string_equal(f->location, "tcp/80");
		run_seal(&run, 0);
		run_close(&run);
	}
}

static void test_tenable__fans_out_and_dates_the_fix(void **unused)
{
	struct run run = run_record(
	        &tenable_csv,
	        "{" FINDINGS ",'definition.cve':'CVE-2026-0001, CVE-2026-0002','state':"
	        "'FIXED','last_fixed':'2026-01-04T00:00:00Z'}");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 2);
	run_seal(&run, 0);
	assert_string_equal(run.out.findings[1].cve, "CVE-2026-0002");
	assert_string_equal(timestamp_format(run.out.findings[1].resolved_at, text),
	                    "2026-01-04T00:00:00Z");
	run_close(&run);
}

/* Hosts. */

static void test_host_scanners__know_hosts_by_their_cloud(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *id;
	} rows[] = {
	        {&tenable_csv,
	         "{" NESSUS ",'AWS EC2 Instance ID':'i-0a1b2c3d4e5f60718','AWS Owner ID':"
	         "'111122223333','AWS Region':'eu-west-1'}",
	         "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718"},
	        {&tenable_csv,
	         "{" FINDINGS ",'asset.azure_resource_id':'/subscriptions/"
	         "00000000-0000-0000-0000-000000000001/resourceGroups/RG/providers/"
	         "Microsoft.Compute/virtualMachines/VM1'}",
	         "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg/"
	         "providers/microsoft.compute/virtualmachines/vm1"},
	        {&tenable_csv,
	         "{" NESSUS ",'Azure VM ID':'00000000-0000-0000-0000-0000000000AA'}",
	         "azure:::microsoft.compute/virtualmachines:00000000-0000-0000-0000-"
	         "0000000000aa"},
	        {&tenable_csv,
	         "{" NESSUS ",'GCP Instance ID':'1234567890','GCP Project ID':'shop-prod',"
	         "'GCP Zone':'europe-west1-b'}",
	         "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/"
	         "instances/1234567890"},
	        {&tenable_csv, "{" NESSUS ",'FQDN':'a.example.com,b.example.com'}",
	         "a.example.com"},
	        {&tenable_csv, "{" NESSUS ",'FQDN':'null','NetBios':'SRV01'}", "10.0.0.5"},
	        {&qualys_csv,
	         "{" REPORT ",'EC2 Instance ID':'i-0a1b2c3d4e5f60718','Account ID':"
	         "'111122223333','Region Code':'eu-west-1'}",
	         "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718"},
	        {&qualys_csv,
	         "{" REPORT ",'Cloud Provider':'Google Cloud','Cloud Resource ID':"
	         "'1234567890','Cloud Account':'shop-prod','Cloud Zone':'europe-west1-b'}",
	         "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/"
	         "instances/1234567890"},
	        {&qualys_csv,
	         "{" REPORT ",'Cloud Provider':'AWS','Cloud Resource ID':"
	         "'i-0a1b2c3d4e5f60718','Cloud Account':'111122223333','Cloud Region':"
	         "'eu-west-1'}",
	         "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718"},
	        {&qualys_csv,
	         "{" REPORT ",'Cloud Provider':'Azure','Cloud Resource ID':"
	         "'00000000-0000-0000-0000-0000000000AA','Cloud Account':"
	         "'00000000-0000-0000-0000-000000000001'}",
	         "azure:00000000-0000-0000-0000-000000000001::microsoft.compute/"
	         "virtualmachines:00000000-0000-0000-0000-0000000000aa"},
	        {&qualys_csv, "{" REPORT "}", "srv01.example.com"},
	        {&qualys_csv, "{" VMDR "}", "srv01"},
	        {&qualys_csv, "{'QID':'1','IP':'10.0.0.5','DNS':'','NetBIOS':'SRV01'}",
	         "srv01"},
	        {&qualys_csv, "{'QID':'1','IP':'10.0.0.5','DNS':'','NetBIOS':''}",
	         "10.0.0.5"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(rows[i].format, rows[i].record);
		const struct finding *f = only_finding(&run, rows[i].record);

		run_seal(&run, 0);
		if (strcmp(f->resource.id, rows[i].id) != 0 ||
		    strcmp(f->scope, rows[i].id) != 0)
			fail_msg("%s: %s in %s", rows[i].record, f->resource.id, f->scope);
		run_close(&run);
	}
}

static void test_host_scanners__refuse_what_is_incomplete(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record, *reason;
	} rows[] = {
	        {&tenable_csv, "{'Plugin ID':'','Host':'h'}", "plugin's id is missing"},
	        {&tenable_csv, "{'Plugin ID':'1','Host':'n/a'}", "host is missing"},
	        {&qualys_csv, "{'QID':'','IP':'10.0.0.5'}", "QID is missing"},
	        {&qualys_csv, "{'QID':'1','IP':''}", "host is missing"},
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

/* Qualys. */

static void test_qualys__vulnerability(void **unused)
{
	struct run run = run_record(
	        &qualys_csv,
	        "{" VMDR ",'CVE':'CVE-2026-0001','CVE-Description':'D','Threat':'T','"
	        "CVSSv3.1 Base (nvd)':'6.5','Status':'FIXED','First Detected':'Jan 10, "
	        "2026 "
	        "10:00 AM','Last Detected':'Feb 03, 2026 07:00 AM','Last Fixed':'Feb 04, "
	        "2026 08:00 PM','Solution':'Update.','Ignored':'No','Detection Source':'"
	        "QAGENT'}");
	const struct finding *f = only_finding(&run, "vulnerability");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	run_seal(&run, 0);
	assert_string_equal(f->connector, "qualys");
	assert_string_equal(f->rule, "2001");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->native_id, "2001|srv01|tcp/443|CVE-2026-0001");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_RESOLVED);
	assert_int_equal(f->sev100, 65);
	assert_string_equal(f->severity_raw, "4");
	assert_string_equal(f->title, "Library: old");
	assert_string_equal(f->description, "D\n\nT");
	assert_string_equal(f->remediation, "Update.");
	assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-10T10:00:00Z");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-02-03T07:00:00Z");
	assert_string_equal(timestamp_format(f->resolved_at, text), "2026-02-04T20:00:00Z");
	run_close(&run);
}

static void test_qualys__states_and_severities(void **unused)
{
	static const struct {
		const char *cells;
		enum finding_state state;
		enum finding_class class;
		int sev100;
	} rows[] = {
	        {"'Severity':'5','Vuln Status':'Active'", FINDING_OPEN, CLASS_VULNERABILITY,
	         95},
	        {"'Severity':'1','Vuln Status':'New'", FINDING_OPEN, CLASS_OTHER, 0},
	        {"'Severity':'2','Vuln Status':'Re-Opened','Date Last Fixed':'06/07/2021 "
	         "22:53:26'",
	         FINDING_OPEN, CLASS_VULNERABILITY, 25},
	        {"'Severity':'3','Status':'REOPENED'", FINDING_OPEN, CLASS_VULNERABILITY,
	         55},
	        {"'Severity':'3','Status':'Odd'", FINDING_UNKNOWN, CLASS_VULNERABILITY, 55},
	        {"'Severity':'9','Status':'ACTIVE'", FINDING_OPEN, CLASS_VULNERABILITY, -1},
	        {"'Severity':'HIGH'", FINDING_OPEN, CLASS_VULNERABILITY, 80},
	        {"'Severity':'4','Status':'ACTIVE','Ignored':'Yes'", FINDING_SUPPRESSED,
	         CLASS_VULNERABILITY, 80},
	        {"'Severity':'4','Type':'Ig','CVSS3.1 Base':'5.0'", FINDING_OPEN,
	         CLASS_OTHER, 0},
	        {"'Severity':'4','CVSS3 Base':'8.1 (AV:N/AC:H)','CVSS Base':'9.0'",
	         FINDING_OPEN, CLASS_VULNERABILITY, 81},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[512];
		struct run run;
		const struct finding *f;

		(void)snprintf(text, sizeof(text), "{'QID':'1','IP':'10.0.0.5',%s}",
		               rows[i].cells);
		run = run_record(&qualys_csv, text);
		f = only_finding(&run, rows[i].cells);
		if (f->state != rows[i].state || f->class != rows[i].class ||
		    f->sev100 != rows[i].sev100)
			fail_msg("%s: %s %s %d", rows[i].cells,
			         finding_state_name(f->state), finding_class_name(f->class),
			         f->sev100);
		assert_true(f->resolved_at == TIMESTAMP_NONE);
		run_close(&run);
	}
}

static void test_qualys__reads_a_file_with_a_preamble(void **unused)
{
	static const char text[] =
	        "\"Report\",\"04 Feb 2026\",\"1\"\r\n\"Acme\",\"Street 1\"\r\n"
	        "\"QID\",\"Title\",\"Severity\",\"IP\",\"DNS\",\"CVE ID\"\r\n"
	        "\"2001\",\"Old\",\"4\",\"10.0.0.5\",\"\",\"CVE-2026-0001, CVE-2026-0002\""
	        "\r\n\"2002\",\"Older\",\"5\",\"10.0.0.5\",\"\",\"\"\r\n";
	struct file_run *f = file_run_text(text, sizeof(text) - 1);

	(void)unused;
	assert_ptr_equal(f->format, &qualys_csv);
	assert_int_equal(f->n_records, 2);
	assert_int_equal(f->n_refused, 0);
	assert_int_equal(f->run.out.n_findings, 3);
	assert_string_equal(f->run.out.findings[1].cve, "CVE-2026-0002");
	assert_string_equal(f->run.out.findings[2].cve, "");
	file_run_free(f);
}

static void test_host_scanners__corpus(void **unused)
{
	static const struct corpus_row rows[] = {
	        {"tenable/issue_9612.csv", &tenable_csv, 3, 3, 0},
	        {"tenable/tenable_many_vuln.csv", &tenable_csv, 20, 20, 0},
	        {"qualys/vmdr_many_vulns_cve.csv", &qualys_csv, 5, 5, 0},
	        {"qualys/Qualys_Sample_Report.csv", &qualys_csv, 6, 28, 0},
	};

	(void)unused;
	check_corpus(rows, N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_table_row__times),
	        cmocka_unit_test(test_table_row__scores_and_vectors),
	        cmocka_unit_test(test_table_row__cves),
	        cmocka_unit_test(test_host_scanners__detect_their_rows),
	        cmocka_unit_test(test_tenable__vulnerability),
	        cmocka_unit_test(test_tenable__is_the_same_in_every_export),
	        cmocka_unit_test(test_tenable__states_and_severities),
	        cmocka_unit_test(test_tenable__fans_out_and_dates_the_fix),
	        cmocka_unit_test(test_host_scanners__know_hosts_by_their_cloud),
	        cmocka_unit_test(test_host_scanners__refuse_what_is_incomplete),
	        cmocka_unit_test(test_qualys__vulnerability),
	        cmocka_unit_test(test_qualys__states_and_severities),
	        cmocka_unit_test(test_qualys__reads_a_file_with_a_preamble),
	        cmocka_unit_test(test_host_scanners__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
