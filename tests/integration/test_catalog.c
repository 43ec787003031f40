/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded catalogue against a migrated database: all of it arrives, once; a
 * change keeps the former rows and marks what it moves; a broken file is refused
 * with its line, and nothing changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/catalog.h"

#include "support/pg_fixture.h"

#define NOW INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */
#define ALIAS_LINE \
	"azure_defender\t91af2040-7874-4659-abf0-578e1f8d07dc\tapi.auth\tdocumented\n"

static struct pg *pg;

/* The program's catalogue with one file's text replaced; texts are the test's. */
struct edition {
	struct embedded_file files[32];
	size_t n;
	struct strbuf text;
};

static void edition_init(struct edition *e)
{
	assert_true(n_catalog_files <= N_ELEMENTS(e->files));
	memset(e, 0, sizeof(*e));
	e->n = n_catalog_files;
	memcpy(e->files, catalog_files, e->n * sizeof(e->files[0]));
}

/* Replaces the first `from` of a file; fails when there is none. */
static void edition_replace(struct edition *e, const char *file, const char *from,
                            const char *to)
{
	const char *text = catalog_file_text(file);
	const char *at = text ? strstr(text, from) : NULL;

	if (!at)
		fail_msg("%s has no \"%s\"", file, from);
	strbuf_put(&e->text, text, (size_t)(at - text));
	strbuf_puts(&e->text, to);
	strbuf_puts(&e->text, at + strlen(from));
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->files[i].name, file) == 0)
			e->files[i].text = strbuf_text(&e->text);
}

static struct catalog_result load(const struct edition *e, timestamp now)
{
	struct catalog_result result = {0};
	struct error err;

	if (catalog_load_files(pg, e->files, e->n, now, &result, &err) != 0)
		fail_msg("%s", err.text);
	return result;
}

static struct catalog_result load_own(timestamp now)
{
	struct edition own;

	edition_init(&own);
	return load(&own, now);
}

static int64_t number(const char *sql)
{
	return pg_fixture_number(pg, sql);
}

/* Rows of a text table: lines but the header. */
static int64_t lines_of(const char *file)
{
	int64_t n = -1;

	for (const char *p = catalog_file_text(file); *p; p++)
		n += *p == '\n';
	return n;
}

/* Anything written to the database moves this. */
static char *fingerprint(void)
{
	return xstrdup(pg_fixture_text(
	        pg, "select md5(concat("
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.control c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.control_alias c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.control_framework c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.rule_category c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.finding_category c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.resource_type c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.responsibility c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.score_model c), "
	            "(select string_agg(c::text || xmin, '' order by c) from "
	            "isobar.catalog_file c), "
	            "(select count(*) from isobar.dirty_mark), "
	            "(select count(*) from isobar.control_alias_version), "
	            "(select count(*) from isobar.catalog_file_version)))"));
}

static void add_finding(int n, const char *connector, const char *rule)
{
	struct strbuf sql = {0};

	strbuf_printf(
	        &sql,
	        "insert into isobar.finding (org_id, source_id, scope_id, run_id, "
	        "segment_id, content_hash, record_digest, updated_at, stored_at, epss, "
	        "segment_slot, state, class, sev100, fidelity, maturity, flags, asset_id, "
	        "finding_id, connector, rule, cve, location, engine, title) values (1, 1, "
	        "1, 1, 1, 1, 1, now(), now(), -1, 0, 0, 0, 50, 1, 0, 0, "
	        "('00000000-0000-0000-0000-' || lpad('%d', 12, '0'))::uuid, "
	        "gen_random_uuid(), '%s', '%s', '', '', '', 'T')",
	        n, connector, rule);
	pg_fixture_exec(pg, strbuf_text(&sql));
	strbuf_done(&sql);
}

static int setup(void **state)
{
	(void)state;
	pg_fixture_exec(pg,
	                "truncate isobar.control, isobar.control_alias, "
	                "isobar.control_framework, isobar.control_framework_version, "
	                "isobar.rule_category, isobar.finding_category, "
	                "isobar.resource_type, isobar.responsibility, "
	                "isobar.score_model, isobar.catalog_file, "
	                "isobar.control_version, isobar.control_alias_version, "
	                "isobar.rule_category_version, isobar.finding_category_version, "
	                "isobar.resource_type_version, isobar.responsibility_version, "
	                "isobar.score_model_version, isobar.catalog_file_version, "
	                "isobar.finding, isobar.dirty_mark");
	return 0;
}

static void test_catalog_load__fills_every_table(void **state)
{
	const struct catalog_result result = load_own(NOW);
	struct error err;

	(void)state;
	assert_int_equal(result.n_files, n_catalog_files);
	assert_int_equal(result.n_marked, 0);
	assert_int_equal(number("select count(*) from isobar.control"),
	                 lines_of("controls.tsv"));
	assert_int_equal(number("select count(*) from isobar.control_alias"),
	                 lines_of("control_aliases.tsv"));
	assert_int_equal(number("select count(*) from isobar.control_framework"),
	                 lines_of("control_frameworks.tsv"));
	assert_int_equal(number("select count(*) from isobar.rule_category"),
	                 lines_of("rule_categories.tsv"));
	assert_int_equal(number("select count(*) from isobar.finding_category"),
	                 lines_of("responsibility/finding_categories.csv"));
	assert_int_equal(number("select count(*) from isobar.resource_type"),
	                 lines_of("responsibility/resource_types.csv"));
	assert_int_equal(number("select count(*) from isobar.responsibility"),
	                 lines_of("responsibility/matrix.csv"));
	assert_int_equal(number("select count(*) from isobar.score_model"), 1);
	assert_int_equal(number("select count(*) from isobar.catalog_file"),
	                 n_catalog_files);
	assert_int_equal(number("select count(*) from isobar.control_alias_version"), 0);
	assert_int_equal(catalog_check(pg, &err), 0);
}

static void test_catalog_load__turns_words_into_their_numbers(void **state)
{
	(void)state;
	load_own(NOW);
	assert_string_equal(
	        pg_fixture_text(
	                pg, "select concat_ws(' ', category, provider, class, title) from "
	                    "isobar.control where control = 'bigquery.public-access'"),
	        "sensitive_data_public 3 3 BigQuery dataset is readable by anyone");
	assert_string_equal(
	        pg_fixture_text(pg,
	                        "select concat_ws(' ', layer, domain, default_likelihood, "
	                        "automatable_if_exposed, total_impact) from "
	                        "isobar.finding_category where category = "
	                        "'public_compute_admin_port'"),
	        "2 public_exposure_setting 3 t t");
	assert_string_equal(
	        pg_fixture_text(pg,
	                        "select concat_ws(' ', layer, on_prem, iaas, paas, saas, "
	                        "source) from isobar.responsibility where domain = "
	                        "'encryption_at_rest_platform_default'"),
	        "6 0 1 2 2 derived");
	assert_string_equal(
	        pg_fixture_text(
	                pg, "select concat_ws(' ', provider, alias, service_model, kind) "
	                    "from isobar.resource_type where resource_type = "
	                    "'microsoft.hybridcompute/machines'"),
	        "2 Arc-enabled server 0 compute");
	assert_string_equal(
	        pg_fixture_text(
	                pg, "select checksum = encode(sha256(convert_to(body, 'UTF8')), "
	                    "'hex') from isobar.score_model where model = 'rs-1.0.0'"),
	        "t");
	/* Positions go from 1 in the order of the file, for each connector. */
	assert_int_equal(
	        number("select count(*) from (select max(position) <> count(*) or "
	               "min(position) <> 1 as bad from isobar.rule_category group by "
	               "connector) as c where bad"),
	        0);
	assert_string_equal(pg_fixture_text(pg,
	                                    "select rule_pattern from isobar.rule_category "
	                                    "where connector = 'azure_defender' and "
	                                    "position = 2"),
	                    "VM_*");
}

static void test_catalog_load__writes_nothing_the_second_time(void **state)
{
	struct catalog_result result;
	char *before, *after;

	(void)state;
	load_own(NOW);
	before = fingerprint();
	result = load_own(NOW + USEC_PER_HOUR);
	after = fingerprint();
	assert_int_equal(result.n_files, 0);
	assert_int_equal(result.n_rows, 0);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void test_catalog_load__keeps_a_changed_alias_and_marks_its_findings(void **state)
{
	struct edition e;
	struct catalog_result result;
	struct error err;

	(void)state;
	load_own(NOW);
	add_finding(1, "azure_defender", "91af2040-7874-4659-abf0-578e1f8d07dc");
	add_finding(1, "azure_defender", "91af2040-7874-4659-abf0-578e1f8d07dc");
	add_finding(2, "azure_policy", "91af2040-7874-4659-abf0-578e1f8d07dc");
	edition_init(&e);
	edition_replace(&e, "control_aliases.tsv", ALIAS_LINE,
	                "azure_defender\t91af2040-7874-4659-abf0-578e1f8d07dc\tcdn.waf\t"
	                "documented\n");
	result = load(&e, NOW + USEC_PER_HOUR);
	strbuf_done(&e.text);

	assert_int_equal(result.n_files, 1);
	assert_int_equal(result.n_rows, 1);
	assert_int_equal(result.n_marked, 1);
	assert_string_equal(
	        pg_fixture_text(
	                pg, "select concat_ws(' ', rule, control, valid_from at time zone "
	                    "'UTC', valid_to at time zone 'UTC') from "
	                    "isobar.control_alias_version"),
	        "91af2040-7874-4659-abf0-578e1f8d07dc api.auth 2026-01-01 00:00:00 "
	        "2026-01-01 01:00:00");
	assert_string_equal(
	        pg_fixture_text(pg,
	                        "select concat_ws(' ', control, valid_from at time zone "
	                        "'UTC') from isobar.control_alias where connector = "
	                        "'azure_defender' and rule = "
	                        "'91af2040-7874-4659-abf0-578e1f8d07dc'"),
	        "cdn.waf 2026-01-01 01:00:00");
	assert_string_equal(pg_fixture_text(pg, "select string_agg(concat_ws(' ', org_id, "
	                                        "asset_id, run_id), ', ') from "
	                                        "isobar.dirty_mark"),
	                    "1 00000000-0000-0000-0000-000000000001 0");
	assert_int_equal(number("select count(*) from isobar.catalog_file_version"), 1);
	assert_int_equal(catalog_check(pg, &err), ERR_CONFLICT);
}

static void test_catalog_load__keeps_rows_that_vanish_and_come_back(void **state)
{
	struct edition e;

	(void)state;
	load_own(NOW);
	edition_init(&e);
	edition_replace(&e, "control_aliases.tsv", ALIAS_LINE, "");
	/* Three loads at one instant, even before the first: time goes on all the same. */
	assert_int_equal(load(&e, NOW - USEC_PER_HOUR).n_rows, 1);
	strbuf_done(&e.text);
	assert_int_equal(number("select count(*) from isobar.control_alias where rule = "
	                        "'91af2040-7874-4659-abf0-578e1f8d07dc'"),
	                 0);
	assert_int_equal(load_own(NOW - USEC_PER_HOUR).n_rows, 1);
	assert_int_equal(number("select count(*) from isobar.control_alias where rule = "
	                        "'91af2040-7874-4659-abf0-578e1f8d07dc'"),
	                 1);
	assert_int_equal(number("select count(*) from isobar.control_alias_version where "
	                        "valid_from < valid_to"),
	                 1);
	assert_int_equal(number("select count(*) from isobar.catalog_file_version where "
	                        "valid_from < valid_to"),
	                 2);
}

static void test_catalog_load__marks_all_assets_when_a_duty_changes(void **state)
{
	struct edition e;
	struct catalog_result result;

	(void)state;
	load_own(NOW);
	add_finding(1, "trivy", "AZU-0012");
	add_finding(2, "nobody", "nothing");
	edition_init(&e);
	edition_replace(&e, "responsibility/matrix.csv",
	                "customer_data,data,customer,customer,customer,customer,ms,",
	                "customer_data,data,customer,customer,customer,shared,ms,");
	result = load(&e, NOW + USEC_PER_HOUR);
	strbuf_done(&e.text);
	assert_int_equal(result.n_rows, 1);
	assert_int_equal(result.n_marked, 2);
	assert_int_equal(
	        number("select saas from isobar.responsibility_version where domain = "
	               "'customer_data'"),
	        0);
}

/* A load that changes no row, only a file's text, moves nothing. */
static void test_catalog_load__marks_nothing_when_only_the_order_changes(void **state)
{
	struct edition e;
	struct catalog_result result;

	(void)state;
	load_own(NOW);
	add_finding(1, "azure_defender", "91af2040-7874-4659-abf0-578e1f8d07dc");
	edition_init(&e);
	edition_replace(&e, "control_aliases.tsv", ALIAS_LINE, "");
	strbuf_puts(&e.text, ALIAS_LINE);
	for (size_t i = 0; i < e.n; i++)
		if (strcmp(e.files[i].name, "control_aliases.tsv") == 0)
			e.files[i].text = strbuf_text(&e.text);
	result = load(&e, NOW + USEC_PER_HOUR);
	strbuf_done(&e.text);
	assert_int_equal(result.n_files, 1);
	assert_int_equal(result.n_rows, 0);
	assert_int_equal(result.n_marked, 0);
}

struct broken {
	const char *name, *file, *from, *to, *error;
};

static const struct broken broken[] = {
        {"few cells", "control_aliases.tsv", ALIAS_LINE, "azure_defender\tx\tapi.auth\n",
         "catalogue: control_aliases.tsv:@: too few cells: \"azure_defender\""},
        {"many cells", "sla_defaults.tsv", "critical\t48\t75", "critical\t48\t75\tx",
         "catalogue: sla_defaults.tsv:2: too many cells: \"critical\""},
        {"header", "controls.tsv", "control\tcategory\tprovider", "control\tkind\tprovider",
         "catalogue: controls.tsv:1: unexpected column \"kind\""},
        {"no row", "sla_defaults.tsv", "\ncritical", "\n\ncritical",
         "catalogue: sla_defaults.tsv:2: too few cells: \"\""},
        {"empty cell", "control_aliases.tsv", "\tapi.auth\t", "\t\t",
         "catalogue: control_aliases.tsv:@: an empty cell \"\""},
        {"blank", "control_aliases.tsv", "\tapi.auth\t", "\tapi.auth \t",
         "catalogue: control_aliases.tsv:@: a blank at the border of \"api.auth \""},
        {"carriage return", "sla_defaults.tsv", "\t75\n", "\t75\r\n",
         "catalogue: sla_defaults.tsv:2: a control character in \"75"},
        {"word", "responsibility/matrix.csv", "customer_data,data,customer",
         "customer_data,data,client",
         "catalogue: responsibility/matrix.csv:2: unknown word \"client\""},
        {"cloud", "responsibility/resource_types.csv", "\nazure,", "\nibm,",
         "catalogue: responsibility/resource_types.csv:2: unknown word \"ibm\""},
        {"date", "responsibility/matrix.csv", "ms,2027-11-25", "ms,soon",
         "catalogue: responsibility/matrix.csv:2: no date: \"soon\""},
        {"flag", "responsibility/finding_categories.csv", "L4,1,0", "L4,2,0",
         "catalogue: responsibility/finding_categories.csv:2: unknown word \"2\""},
        {"number", "sla_defaults.tsv", "\t48\t", "\t4e8\t",
         "catalogue: sla_defaults.tsv:2: no whole number: \"4e8\""},
        {"quotes", "responsibility/resource_types.csv", "Azure VM", "\"Azure VM\"",
         "catalogue: responsibility/resource_types.csv:2: quotes are not read: "
         "\"azure,microsoft.compute/virtualmachines,\"Azure VM\",iaas,compute,,ms\""},
        {"not utf-8", "control_aliases.tsv", "\tapi.auth\t", "\tapi\xff\t",
         "catalogue: control_aliases.tsv:@: no UTF-8: \"\""},
        {"unknown control", "control_aliases.tsv", "\tapi.auth\t", "\tapi.none\t",
         "catalogue: control_aliases.tsv:@: unknown control \"api.none\""},
        {"twice", "control_aliases.tsv", ALIAS_LINE, ALIAS_LINE ALIAS_LINE,
         "catalogue: control_aliases.tsv:@: rule \"91af2040-7874-4659-abf0-578e1f8d07dc\" "
         "of azure_defender again"},
        {"unknown category", "controls.tsv", "\tpublic_api_no_auth\t", "\tnothing\t",
         "catalogue: controls.tsv:@: unknown category \"nothing\""},
        {"unknown domain", "responsibility/finding_categories.csv",
         "public_exposure_setting", "nothing",
         "catalogue: responsibility/finding_categories.csv:2: unknown domain \"nothing\""},
        {"override", "responsibility/resource_types.csv", "Azure VM,iaas,compute,",
         "Azure VM,iaas,compute,customer_data=nobody",
         "catalogue: responsibility/resource_types.csv:2: bad override "
         "\"customer_data=nobody\""},
        {"model", "models/rs-1.0.0.json", "\"points\":", "\"points\"",
         "catalogue: models/rs-1.0.0.json:4: no JSON: "},
        {"model name", "models/rs-1.0.0.json", "\"rs-1.0.0\"", "\"rs-1.0.1\"",
         "catalogue: models/rs-1.0.0.json:1: the file has another name than its model "
         "\"rs-1.0.1\""},
};

static int count(const char *text, char c)
{
	int n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

/* Is it the message, whose @ stands for the line of what was replaced, or the one that came below it? */
static bool is_expected(const struct broken *b, const char *text)
{
	const char *sign = strchr(b->error, '@');
	const char *file = catalog_file_text(b->file);
	int line = count(b->to, '\n') > count(b->from, '\n') ? 2 : 1;
	char *end;

	if (!sign)
		return strncmp(text, b->error, strlen(b->error)) == 0;
	for (const char *p = file, *at = strstr(file, b->from); p < at; p++)
		line += *p == '\n';
	if (strncmp(text, b->error, (size_t)(sign - b->error)) != 0)
		return false;
	text += sign - b->error;
	return strtol(text, &end, 10) == line &&
	       strncmp(end, sign + 1, strlen(sign + 1)) == 0;
}

static void test_catalog_load__refuses_a_broken_file_and_changes_nothing(void **state)
{
	char *before, *after;

	(void)state;
	load_own(NOW);
	add_finding(1, "azure_defender", "91af2040-7874-4659-abf0-578e1f8d07dc");
	before = fingerprint();
	for (size_t i = 0; i < N_ELEMENTS(broken); i++) {
		const struct broken *b = &broken[i];
		struct edition e;
		struct error err = {.text = ""};

		edition_init(&e);
		edition_replace(&e, b->file, b->from, b->to);
		const int rc = catalog_load_files(pg, e.files, e.n, NOW + 1, NULL, &err);

		strbuf_done(&e.text);
		if (rc != ERR_INVALID || !is_expected(b, err.text))
			fail_msg("%s: %d %s", b->name, rc, err.text);
	}
	after = fingerprint();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void test_catalog_load__refuses_a_cut_or_missing_file(void **state)
{
	struct edition e;
	struct error err;

	(void)state;
	edition_init(&e);
	edition_replace(&e, "sla_defaults.tsv", "\nlow\t0\t75\n", "\nlow\t0\t75");
	assert_int_equal(catalog_load_files(pg, e.files, e.n, NOW, NULL, &err),
	                 ERR_INVALID);
	assert_string_equal(err.text,
	                    "catalogue: sla_defaults.tsv:5: no line feed at the end \"\"");
	strbuf_done(&e.text);
	edition_init(&e);
	e.files[0] = e.files[--e.n];
	assert_int_equal(catalog_load_files(pg, e.files, e.n, NOW, NULL, &err),
	                 ERR_INVALID);
	assert_string_equal(err.text, "catalogue: controls.tsv is missing");
	assert_int_equal(number("select count(*) from isobar.catalog_file"), 0);
}

static void test_catalog_file_text__finds_files_by_name(void **state)
{
	(void)state;
	assert_non_null(catalog_file_text("responsibility/matrix.csv"));
	assert_null(catalog_file_text("matrix.csv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(test_catalog_load__fills_every_table, setup),
	        cmocka_unit_test_setup(test_catalog_load__turns_words_into_their_numbers,
	                               setup),
	        cmocka_unit_test_setup(test_catalog_load__writes_nothing_the_second_time,
	                               setup),
	        cmocka_unit_test_setup(
	                test_catalog_load__keeps_a_changed_alias_and_marks_its_findings,
	                setup),
	        cmocka_unit_test_setup(
	                test_catalog_load__keeps_rows_that_vanish_and_come_back, setup),
	        cmocka_unit_test_setup(
	                test_catalog_load__marks_all_assets_when_a_duty_changes, setup),
	        cmocka_unit_test_setup(
	                test_catalog_load__marks_nothing_when_only_the_order_changes,
	                setup),
	        cmocka_unit_test_setup(
	                test_catalog_load__refuses_a_broken_file_and_changes_nothing,
	                setup),
	        cmocka_unit_test_setup(test_catalog_load__refuses_a_cut_or_missing_file,
	                               setup),
	        cmocka_unit_test(test_catalog_file_text__finds_files_by_name),
	};
	int failed;

	pg_fixture_create("catalog");
	pg_fixture_migrate();
	pg = pg_fixture_open(NULL, PG_GROUP_ADMIN);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_close(pg);
	pg_fixture_drop();
	return failed != 0;
}
