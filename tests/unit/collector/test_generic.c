/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings in DefectDojo's terms: generic JSON and CSV, and its API.  What is
 * refused, who the resource is, states, and what one finding of several CVEs makes.
 */
#include "collector/generic.h"
#include "file_run.h"

#define MEMBERS "'title':'T','severity':'High','description':'D'"

/* Parses a generic finding inside its document. */
static struct run run_generic(const char *envelope, const char *record)
{
	struct run outer = run_open(), run = run_open();
	struct parse_input in = {.ordinal = 0};

	run_load_fixture(&outer, envelope);
	run_load_fixture(&run, record);
	in.envelope = outer.record;
	in.record = run.record;
	run.rc = generic_json.parse(&in, &run.out, &run.err);
	for (size_t i = 0; run.rc == 0 && i < run.out.n_findings; i++) {
		struct finding *f = &run.out.findings[i];

		/* What is borrowed from the envelope goes with it. */
		f->engine = arena_strdup(run.arena, f->engine);
		f->resource.account = arena_strdup(run.arena, f->resource.account);
		f->scope = arena_strdup(run.arena, f->scope);
	}
	run_close(&outer);
	return run;
}

static const struct finding *only_finding(struct run *run, const char *name)
{
	if (run->rc != 0 || run->out.n_findings != 1)
		fail_msg("%s: %zu findings, %s", name, run->out.n_findings,
		         run->rc ? run->err.text : "");
	run_seal(run, 0);
	return &run->out.findings[0];
}

static void test_generic__detects_its_records(void **unused)
{
	static const struct {
		const char *envelope, *record;
		const struct format *format;
	} rows[] = {
	        {"{'findings':[]}", "{" MEMBERS "}", &generic_json},
	        {"{'findings':[]}", "{" MEMBERS ",'odd_member':1}", &generic_json},
	        {"{'findings':[]}", "{" MEMBERS ",'findingArn':'a'}", NULL},
	        {"{'findings':[]}", "{" MEMBERS ",'id':'a'}", NULL},
	        {"{'findings':[]}", "{'title':'T','severity':8,'description':'D'}", NULL},
	        {"{'items':[]}", "{" MEMBERS "}", NULL},
	        {"{'x':1}", "{'Title':'T','Severity':'Low','Date':'2026-01-02','CVE':''}",
	         &generic_csv},
	        {"{'x':1}", "{'Title':'T','Severity':'Low','Date':'2026-01-02'}", NULL},
	        {"{'x':1}", "{'Title':'T','CweId':'1','Url':'u'}", NULL},
	        {"{'x':1}",
	         "{'id':1,'title':'T','severity':'Low','test':2,'found_by':[3],'active':"
	         "true,'duplicate':false}",
	         &defectdojo},
	        {"{'x':1}",
	         "{'count':1,'next':null,'results':[{'id':1,'title':'T','severity':'Low',"
	         "'test':2,'found_by':[3],'active':true,'duplicate':false}]}",
	         &defectdojo},
	        {"{'x':1}", "{'count':0,'next':null,'previous':null,'results':[]}", NULL},
	        {"{'x':1}", "{'count':1,'results':[{'id':1,'title':'T'}]}", NULL},
	        {"{'x':1}", "{'detail':'Not found.'}", NULL},
	        {"{'x':1}", "{}", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run envelope = run_open(), run = run_open();
		const struct format *found;

		run_load_fixture(&envelope, rows[i].envelope);
		run_load_fixture(&run, rows[i].record);
		found = format_detect(envelope.record, run.record);
		if (found != rows[i].format)
			fail_msg("%s in %s: %s", rows[i].record, rows[i].envelope,
			         found ? found->name : "none");
		run_close(&envelope);
		run_close(&run);
	}
}

static void test_generic__fields(void **unused)
{
	struct run run = run_generic(
	        "{'name':'Nightly','type':'Acme Scan','findings':[]}",
	        "{" MEMBERS
	        ",'impact':'I','mitigation':'M','references':'https://example.com/"
	        "a\\nb','date':'2026-01-02','cve':'CVE-2026-0001','cwe':79,'cvssv3':"
	        "'CVSS:3.1/"
	        "AV:N','cvssv3_score':7.5,'epss_score':0.5,'component_name':'lib',"
	        "'component_version':'1','fix_version':'2','unique_id_from_tool':'u1',"
	        "'vuln_id_from_tool':'R1','endpoints':['https://Web.example.com:8443/a'],"
	        "'known_exploited':true,'tags':['x']}");
	const struct finding *f = only_finding(&run, "fields");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "generic");
	assert_string_equal(f->engine, "acme");
	assert_string_equal(f->native_id, "u1");
	assert_string_equal(f->rule, "R1");
	assert_string_equal(f->title, "T");
	assert_string_equal(f->description, "D\n\nI");
	assert_string_equal(f->remediation, "M");
	assert_string_equal(f->remediation_url, "https://example.com/a");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 75);
	assert_string_equal(f->severity_raw, "High");
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
	assert_int_equal(f->epss, 50000);
	assert_int_equal(f->maturity, MATURITY_ACTIVE);
	assert_string_equal(f->package, "lib");
	assert_string_equal(f->package_version, "1");
	assert_string_equal(f->fixed_version, "2");
	assert_string_equal(f->location, "");
	assert_string_equal(f->resource.type, "host");
	assert_string_equal(f->resource.id, "web.example.com");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T00:00:00Z");
	run_close(&run);
}

static void test_generic__numbers_that_are_none(void **unused)
{
	struct run run = run_generic(
	        "{'findings':[]}",
	        "{'title':'T','severity':'Odd','description':'D','cwe':'N/A','line':'N/A',"
	        "'cvssv3_score':'N/A','epss_score':'N/A','file_path':'a.c'}");
	const struct finding *f = only_finding(&run, "numbers");

	(void)unused;
	assert_int_equal(f->sev100, -1);
	assert_int_equal(f->epss, -1);
	assert_int_equal(f->class, CLASS_OTHER);
	assert_string_equal(f->location, "a.c");
	assert_string_equal(f->engine, "generic");
	run_close(&run);
}

static void test_generic__who_the_resource_is(void **unused)
{
	static const struct {
		const char *members, *id, *location;
	} rows[] = {
	        {"'endpoints':['https://u@a.example.com/x?y']", "a.example.com",
	         "https://u@a.example.com/x?y"},
	        {"'endpoints':['a.example.com']", "a.example.com", ""},
	        {"'endpoints':['a.example.com:443']", "a.example.com", "a.example.com:443"},
	        {"'endpoints':['https://[2001:db8::1]:443/']", "2001:db8::1",
	         "https://[2001:db8::1]:443/"},
	        {"'endpoints':['2001:db8::1']", "2001:db8::1", ""},
	        {"'endpoints':[{'protocol':'https','host':'a.example.com','port':8443,'"
	         "path'"
	         ":'x'}]",
	         "a.example.com", "https://a.example.com:8443/x"},
	        {"'endpoints':['arn:aws:s3:::logs']", "arn:aws:s3:::logs", ""},
	        {"'endpoints':[]", "Nightly", ""},
	        {"'endpoints':['']", "Nightly", ""},
	        {"'service':'checkout','file_path':'a.c','line':'7'", "checkout", "a.c:7"},
	        {"'file_path':'a.c','line':7,'component_name':'lib'", "a.c", "a.c:7"},
	        {"'component_name':'lib'", "lib", ""},
	        {"'active':true", "Nightly", ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[512];
		struct run run;
		const struct finding *f;

		(void)snprintf(text, sizeof(text), "{" MEMBERS ",%s}", rows[i].members);
		run = run_generic("{'name':'Nightly','findings':[]}", text);
		f = only_finding(&run, text);
		if (strcmp(f->resource.id, rows[i].id) != 0 ||
		    strcmp(f->location, rows[i].location) != 0 ||
		    strcmp(f->scope, rows[i].id) != 0)
			fail_msg("%s: %s at %s", text, f->resource.id, f->location);
		run_close(&run);
	}
}

static void test_generic__states(void **unused)
{
	static const struct {
		const char *members;
		enum finding_state state;
	} rows[] = {
	        {"'active':true", FINDING_OPEN},
	        {"'active':false", FINDING_UNKNOWN},
	        {"'active':false,'is_mitigated':true", FINDING_RESOLVED},
	        {"'mitigated':'2026-01-04T00:00:00Z'", FINDING_RESOLVED},
	        {"'active':false,'false_p':true,'is_mitigated':true", FINDING_SUPPRESSED},
	        {"'risk_accepted':true", FINDING_SUPPRESSED},
	        {"'out_of_scope':true", FINDING_NOT_APPLICABLE},
	        {"'verified':false", FINDING_OPEN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[512];
		struct run run;

		(void)snprintf(text, sizeof(text), "{" MEMBERS ",%s}", rows[i].members);
		run = run_generic("{'findings':[]}", text);
		if (only_finding(&run, text)->state != rows[i].state)
			fail_msg("%s: %s", text,
			         finding_state_name(run.out.findings[0].state));
		run_close(&run);
	}
}

static void test_generic__fans_out(void **unused)
{
	static const struct {
		const char *members;
		size_t n, n_aliases;
		const char *cve; /* of the last */
	} rows[] = {
	        {"'endpoints':['a.example.com','b.example.com'],'vulnerability_ids':"
	         "['CVE-2026-0001','CVE-2026-0002']",
	         4, 0, "CVE-2026-0002"},
	        {"'vulnerability_ids':['GHSA-aaaa-bbbb-cccc','CVE-2026-0001']", 1, 1,
	         "CVE-2026-0001"},
	        {"'vulnerability_ids':['GHSA-aaaa-bbbb-cccc']", 1, 0,
	         "GHSA-aaaa-bbbb-cccc"},
	        {"'cve':'CVE-2026-0001','vulnerability_ids':['cve-2026-0001']", 1, 0,
	         "CVE-2026-0001"},
	        {"'cve':null,'vulnerability_ids':null,'endpoints':null", 1, 0, ""},
	        {"'duplicate':true", 0, 0, ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[512];
		struct run run;
		const struct finding *last;

		(void)snprintf(text, sizeof(text), "{" MEMBERS ",%s}", rows[i].members);
		run = run_generic("{'findings':[]}", text);
		if (run.rc != 0 || run.out.n_findings != rows[i].n)
			fail_msg("%s: %zu", text, run.out.n_findings);
		run_seal(&run, 0);
		last = rows[i].n > 0 ? &run.out.findings[rows[i].n - 1] : NULL;
		if (last != NULL && (strcmp(last->cve, rows[i].cve) != 0 ||
		                     last->n_cve_aliases != rows[i].n_aliases))
			fail_msg("%s: %s, %zu aliases", text, last->cve,
			         last->n_cve_aliases);
		run_close(&run);
	}
}

static void test_generic__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const char *record, *reason;
	} rows[] = {
	        {"{'severity':'Low','description':'D'}", "title is missing"},
	        {"{'title':'','severity':'Low','description':'D'}", "title is missing"},
	        {"{'title':'T','description':'D'}", "severity is missing"},
	        {"{'title':'T','severity':'Low'}", "description is missing"},
	        {"{" MEMBERS ",'odd_member':1}", "\"odd_member\" is no member"},
	        {"{" MEMBERS ",'endpoints':'a'}", "endpoints"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_generic("{'findings':[]}", rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		if (strstr(run.err.text, rows[i].reason) == NULL)
			fail_msg("%s: %s", rows[i].record, run.err.text);
		run_close(&run);
	}
}

/* CSV. */

static void test_generic_csv__fields(void **unused)
{
	struct run run = run_record(
	        &generic_csv,
	        "{'Title':'T','Severity':'Medium','Date':'28/02/"
	        "2026','CVE':'CVE-2026-0001',"
	        "'Url':'https://a.example.com/x','Description':'D','Mitigation':'M',"
	        "'Active':'TRUE','FalsePositive':'FALSE','Duplicate':'FALSE','epss_score':"
	        "'.00042','CVSSV4_score':'8.1','CVSSV4':'CVSS:4.0/AV:N','CweId':'0'}");
	const struct finding *f = only_finding(&run, "row");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "generic");
	assert_string_equal(f->native_id, "T|https://a.example.com/x||CVE-2026-0001");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->resource.id, "a.example.com");
	assert_string_equal(f->remediation, "M");
	assert_int_equal(f->sev100, 81);
	assert_int_equal(f->epss, 42);
	assert_string_equal(f->cvss_vector, "CVSS:4.0/AV:N");
	assert_int_equal(f->state, FINDING_OPEN);
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-02-28T00:00:00Z");
	run_close(&run);
}

static void test_generic_csv__states(void **unused)
{
	static const struct {
		const char *cells;
		enum finding_state state;
		size_t n;
	} rows[] = {
	        {"'Active':''", FINDING_OPEN, 1},
	        {"'Active':'False'", FINDING_UNKNOWN, 1},
	        {"'Active':'False','FalsePositive':'True'", FINDING_SUPPRESSED, 1},
	        {"'IsMitigated':'TRUE'", FINDING_RESOLVED, 1},
	        {"'MitigatedDate':'2026-01-02'", FINDING_RESOLVED, 1},
	        {"'Duplicate':'TRUE'", FINDING_OPEN, 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[256];
		struct run run;

		(void)snprintf(text, sizeof(text), "{'Title':'T','Severity':'Low',%s}",
		               rows[i].cells);
		run = run_record(&generic_csv, text);
		if (run.rc != 0 || run.out.n_findings != rows[i].n ||
		    (rows[i].n > 0 && run.out.findings[0].state != rows[i].state))
			fail_msg("%s", text);
		run_seal(&run, 0);
		run_close(&run);
	}
}

static void test_generic__json_and_csv_are_one(void **unused)
{
	struct run json = run_generic(
	        "{'findings':[]}",
	        "{" MEMBERS
	        ",'cve':'CVE-2026-0001','endpoints':['https://a.example.com/x']}");
	struct run csv = run_record(
	        &generic_csv, "{'Title':'T','Severity':'High','Description':'D','CVE':"
	                      "'CVE-2026-0001','Url':'https://a.example.com/x'}");

	(void)unused;
	assert_memory_equal(&only_finding(&json, "json")->key,
	                    &only_finding(&csv, "csv")->key, sizeof(struct key));
	run_close(&json);
	run_close(&csv);
}

/* DefectDojo. */

#define RESULT(id, members)                                                      \
	"{'id':" id ",'title':'T','severity':'Info','description':'D','test':5," \
	"'found_by':[3],'active':true,'duplicate':false,'last_status_update':"   \
	"'2026-01-03T00:00:00.5Z','date':'2026-01-02','endpoints':[9,10]," members "}"
#define PAGE(results)                                                                   \
	"{'count':2,'next':null,'previous':null,'results':[" results "],'prefetch':{"   \
	"'endpoints':{'9':{'protocol':'https','host':'a.example.com','port':443,'path'" \
	":'/x'}}}}"

static void test_defectdojo__page(void **unused)
{
	struct run run = run_record(
	        &defectdojo,
	        PAGE(RESULT(
	                "7",
	                "'vulnerability_ids':[{'"
	                "vulnerability_id':'CVE-2026-0001'},"
	                "{'vulnerability_id':'CVE-2026-0002'"
	                "}]") "," RESULT("8",
	                                 "'is_mitigated':"
	                                 "true,'mitigated':'"
	                                 "2026-01-04T00:00:"
	                                 "00Z'") "," RESULT("'x'",
	                                                    "'cve':null") "," RESULT("9",
	                                                                             "'file"
	                                                                             "_path"
	                                                                             "':'a."
	                                                                             "c"
	                                                                             "'")));
	const struct finding *f = run.out.findings;
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_int_equal(run.out.n_findings, 4);
	assert_int_equal(run.out.n_problems, 1);
	assert_non_null(strstr(run.out.problems[0].reason, "id is missing"));
	run_seal(&run, 0);
	assert_string_equal(f[0].connector, "defectdojo");
	assert_string_equal(f[0].native_id, "7");
	assert_string_equal(f[1].native_id, "7");
	assert_string_equal(f[1].cve, "CVE-2026-0002");
	assert_string_equal(f[0].resource.id, "a.example.com");
	assert_int_equal(f[0].sev100, 0);
	assert_string_equal(timestamp_format(f[0].source_updated_at, text),
	                    "2026-01-03T00:00:00.500000Z");
	assert_int_equal(f[2].state, FINDING_RESOLVED);
	assert_string_equal(timestamp_format(f[2].resolved_at, text),
	                    "2026-01-04T00:00:00Z");
	assert_string_equal(f[3].location, "https://a.example.com:443/x");
	run_close(&run);
}

static void test_defectdojo__result_alone(void **unused)
{
	static const struct {
		const char *record, *id;
		size_t n;
	} rows[] = {
	        {RESULT("7", "'component_name':'lib'"), "lib", 1},
	        {RESULT("7", "'cve':null"), "defectdojo", 1},
	        {RESULT("7", "'related_fields':{'test':{'engagement':{'product':{'name':"
	                     "'Shop'}}}}"),
	         "Shop", 1},
	        {"{'id':7,'title':'T','severity':'Low','duplicate':true}", "", 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&defectdojo, rows[i].record);

		run_seal(&run, 0);
		if (run.rc != 0 || run.out.n_findings != rows[i].n ||
		    (rows[i].n > 0 &&
		     strcmp(run.out.findings[0].resource.id, rows[i].id) != 0))
			fail_msg("%s", rows[i].record);
		run_close(&run);
	}
}

static void test_generic__corpus(void **unused)
{
	static const struct corpus_row rows[] = {
	        {"generic/generic_report1.json", &generic_json, 2, 2, 0},
	        {"generic/generic_non_numeric_fields.json", &generic_json, 3, 3, 0},
	        {"generic/generic_invalid.json", &generic_json, 1, 0, 1},
	        {"generic/generic_report1.csv", &generic_csv, 5, 5, 0},
	        {"generic/generic_csv_with_epss.csv", &generic_csv, 1, 1, 0},
	};

	(void)unused;
	check_corpus(rows, N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_generic__detects_its_records),
	        cmocka_unit_test(test_generic__fields),
	        cmocka_unit_test(test_generic__numbers_that_are_none),
	        cmocka_unit_test(test_generic__who_the_resource_is),
	        cmocka_unit_test(test_generic__states),
	        cmocka_unit_test(test_generic__fans_out),
	        cmocka_unit_test(test_generic__refuses_what_is_incomplete),
	        cmocka_unit_test(test_generic_csv__fields),
	        cmocka_unit_test(test_generic_csv__states),
	        cmocka_unit_test(test_generic__json_and_csv_are_one),
	        cmocka_unit_test(test_defectdojo__page),
	        cmocka_unit_test(test_defectdojo__result_alone),
	        cmocka_unit_test(test_generic__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
