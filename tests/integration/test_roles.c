/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roles of the programs against the migrated schema: every table that a role
 * may read shows its rows (a missing policy would hide them, silently), the api
 * sees one org and none when it forgot to say which, and what a role has no right
 * to is denied.  Every tenant table holds one row of org 1 and one of org 2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"

#include "support/pg_fixture.h"

static const char *const roles[] = {"isobar_collector", "isobar_scorer", "isobar_courier",
                                    "isobar_api", "isobar_operator"};

static struct pg *pg;
static struct arena *arena;

/* What a row must be does not matter here: checks and foreign keys go first. */
static const char fill[] =
        "do $$ "
        "declare t record; c record; org int; "
        "begin "
        "for c in select conrelid::regclass as t, conname as name from pg_constraint "
        "    where connamespace = 'isobar'::regnamespace and contype in ('c', 'f') loop "
        "  execute format('alter table %s drop constraint %I', c.t, c.name); "
        "end loop; "
        "for t in select oid::regclass as name, oid from tenant_table loop "
        "  for c in select string_agg(quote_ident(a.attname), ', ') as names, "
        "      string_agg(case when a.attname = 'org_id' then '%1$s' "
        "        when y.typcategory = 'A' or y.typname = 'jsonb' then '''{}''' "
        "        when y.typname in ('timestamptz', 'date') then 'now()' "
        "        when y.typname = 'uuid' then '''00000000-0000-0000-0000-000000000001''' "
        "        when y.typname = 'bool' then 'true' "
        "        when y.typname = 'pg_snapshot' then '''1:1:''' "
        "        else '''1''' end, ', ') as vals "
        "      from pg_attribute as a join pg_type as y on y.oid = a.atttypid "
        "      where a.attrelid = t.oid and a.attnum > 0 and a.attnotnull and not "
        "a.atthasdef "
        "        and a.attidentity = '' loop "
        "    for org in 1..2 loop "
        "      execute format('insert into %s (%s) values (%s)', t.name, c.names, "
        "        format(c.vals, org)); "
        "    end loop; "
        "  end loop; "
        "end loop; "
        "end $$";

static const char tenant_table[] =
        "create table public.tenant_table as select c.oid, c.relname from pg_class as c "
        "where c.relnamespace = 'isobar'::regnamespace and c.relkind in ('r', 'p') "
        "and obj_description(c.oid, 'pg_class') !~ '@(reference|local)'";

static PGresult *query(struct pg *on, const char *sql)
{
	PGresult *rows = PQexec(pg_connection(on), sql);

	if (PQresultStatus(rows) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg_connection(on)));
	return rows;
}

/* Tenant tables of which the role may read at least org_id. */
static PGresult *readable_tables(const char *role)
{
	return query(
	        pg,
	        arena_printf(
	                arena,
	                "select relname from public.tenant_table where "
	                "has_column_privilege('%s', oid, 'org_id', 'select') order by 1",
	                role));
}

/* How many tables show the role another number of rows than want. */
static int count_wrong(struct pg *as, const char *role, int64_t want)
{
	PGresult *tables = readable_tables(role);
	int n_wrong = 0;

	assert_true(PQntuples(tables) > 5);
	for (int i = 0; i < PQntuples(tables); i++) {
		const char *table = PQgetvalue(tables, i, 0);
		int64_t n = pg_fixture_number(
		        as,
		        arena_printf(arena, "select count(org_id) from isobar.%s", table));

		if (n != want) {
			print_error("%s sees %lld of %lld rows of %s\n", role, (long long)n,
			            (long long)want, table);
			n_wrong++;
		}
	}
	PQclear(tables);
	return n_wrong;
}

static void test_roles__see_the_rows_that_they_may_read(void **state)
{
	int n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
		struct pg *as = pg_fixture_open(roles[i], 0);
		bool is_api = strcmp(roles[i], "isobar_api") == 0;

		if (is_api)
			pg_fixture_exec(as, "set app.org_id = '1'");
		n_wrong += count_wrong(as, roles[i], is_api ? 1 : 2);
		pg_close(as);
	}
	assert_int_equal(n_wrong, 0);
}

static void test_api__sees_nothing_without_an_org(void **state)
{
	static const char *const unset[] = {"select", "set app.org_id = ''",
	                                    "set app.org_id = '3'",
	                                    "begin; set local app.org_id = '1'; commit"};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(unset); i++) {
		struct pg *as = pg_fixture_open("isobar_api", 0);

		pg_fixture_exec(as, unset[i]);
		if (count_wrong(as, "isobar_api", 0) != 0)
			fail_msg("%s", unset[i]);
		pg_close(as);
	}
}

static void test_api__sees_and_writes_one_org(void **state)
{
	struct pg *as = pg_fixture_open("isobar_api", 0);
	struct error err;

	(void)state;
	pg_fixture_exec(as, "set app.org_id = '2'");
	assert_int_equal(pg_fixture_number(as, "select min(org_id) from isobar.risk"), 2);
	assert_int_equal(
	        pg_fixture_number(as, "with u as (update isobar.risk set version = version "
	                              "+ 1 returning org_id) select count(*) from u"),
	        1);
	assert_int_equal(pg_command(as, "update isobar.risk set org_id = 1", &err),
	                 ERR_DENIED);
	assert_int_equal(pg_command(as,
	                            "insert into isobar.saved_queue values "
	                            "(1, 9, 'n', 't', 0, '{}', 0, 'a', now())",
	                            &err),
	                 ERR_DENIED);
	pg_fixture_exec(as, "insert into isobar.saved_queue values "
	                    "(2, 9, 'n', 't', 0, '{}', 0, 'a', now())");
	pg_fixture_exec(as, "delete from isobar.saved_queue where queue_id = 9");
	pg_close(as);
}

static void test_roles__are_denied_what_is_not_theirs(void **state)
{
	static const struct {
		const char *role;
		const char *sql;
	} cases[] = {
	        {"isobar_collector", "select * from isobar.endpoint"},
	        {"isobar_collector", "select * from isobar.api_token"},
	        {"isobar_collector", "update isobar.risk set score = 0"},
	        {"isobar_collector", "delete from isobar.finding"},
	        {"isobar_collector", "update isobar.control set title = ''"},
	        {"isobar_scorer", "select secret from isobar.endpoint"},
	        {"isobar_scorer", "update isobar.finding set sev100 = 0"},
	        {"isobar_scorer", "delete from isobar.risk"},
	        {"isobar_scorer", "delete from isobar.risk_event"},
	        {"isobar_scorer", "select * from isobar.audit_event"},
	        {"isobar_courier", "update isobar.finding set sev100 = 0"},
	        {"isobar_courier", "update isobar.risk set score = 0"},
	        {"isobar_courier", "select * from isobar.api_token"},
	        {"isobar_courier", "select * from isobar.payload_segment"},
	        {"isobar_api", "select secret from isobar.endpoint"},
	        {"isobar_api", "select * from isobar.endpoint"},
	        {"isobar_api", "select * from isobar.ingest_spool"},
	        {"isobar_api", "select * from isobar.lease"},
	        {"isobar_api", "update isobar.finding set state = 1"},
	        {"isobar_api", "update isobar.audit_event set actor = ''"},
	        {"isobar_api", "delete from isobar.audit_event"},
	        {"isobar_api", "delete from isobar.risk_event"},
	        {"isobar_api", "update isobar.org set name = 'x'"},
	        {"isobar_api", "update isobar.api_token set token_hash = ''"},
	        {"isobar_operator", "delete from isobar.audit_event"},
	        {"isobar_operator", "update isobar.finding set state = 1"},
	        {"isobar_operator", "update isobar.schema_migration set checksum = ''"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pg *as = pg_fixture_open(cases[i].role, 0);
		struct error err;

		if (pg_command(as, cases[i].sql, &err) != ERR_DENIED)
			fail_msg("%s may %s", cases[i].role, cases[i].sql);
		pg_close(as);
	}
}

static void test_roles__change_no_schema_and_do_not_log_in(void **state)
{
	static const char *const ddl[] = {
	        "create table isobar.x (n int)", "drop table isobar.finding",
	        "alter table isobar.risk disable row level security",
	        "drop policy risk_api on isobar.risk", "truncate isobar.audit_event"};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
		struct pg *as = pg_fixture_open(roles[i], 0);

		for (size_t n = 0; n < N_ELEMENTS(ddl); n++) {
			struct error err;

			if (pg_command(as, ddl[n], &err) == 0)
				fail_msg("%s may %s", roles[i], ddl[n]);
		}
		pg_close(as);
	}
	assert_int_equal(
	        pg_fixture_number(pg, "select count(*) from pg_roles where rolname like "
	                              "'isobar\\_%' and (rolcanlogin or rolsuper or "
	                              "rolbypassrls or rolcreaterole or rolcreatedb)"),
	        0);
}

static void test_operator__reads_every_table(void **state)
{
	(void)state;
	assert_string_equal(
	        pg_fixture_text(
	                pg,
	                "select coalesce(string_agg(relname, ' '), '') from pg_class "
	                "where relnamespace = 'isobar'::regnamespace and relkind = 'r' "
	                "and not has_table_privilege('isobar_operator', oid, 'select')"),
	        "");
}

/* The blocking half prepares a statement when it is first asked for, so this is where one
 * that does not fit the schema is found. */
static int prepare(struct pg *as, const char *role, const struct statement_text *s)
{
	PGresult *result = PQprepare(pg_connection(as), s->name, s->sql, 0, NULL);
	const bool is_good = PQresultStatus(result) == PGRES_COMMAND_OK;

	if (!is_good)
		print_error("%s: %s: %s", role, s->name, PQresultErrorMessage(result));
	PQclear(result);
	return !is_good;
}

/* EXPLAIN checks rights as a run would, and runs nothing. */
static int explain(struct pg *as, const char *role, const char *name)
{
	int64_t n = pg_fixture_number(
	        as, arena_printf(arena,
	                         "select coalesce(cardinality(parameter_types), 0) from "
	                         "pg_prepared_statements where name = '%s'",
	                         name));
	struct strbuf sql = {0};
	PGresult *rows;
	int n_wrong = 0;

	strbuf_printf(&sql, "explain execute %s", name);
	for (int64_t i = 0; i < n; i++)
		strbuf_puts(&sql, i == 0 ? " (null" : ", null");
	strbuf_puts(&sql, n > 0 ? ")" : "");
	rows = PQexec(pg_connection(as), strbuf_text(&sql));
	if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
		print_error("%s: %s: %s", role, name, PQerrorMessage(pg_connection(as)));
		n_wrong = 1;
	}
	PQclear(rows);
	strbuf_done(&sql);
	return n_wrong;
}

/* Those of migrate, dump and replay read tables that they make themselves. */
static void test_schema__has_what_the_statements_name(void **state)
{
	const unsigned int session =
	        PG_GROUP_SESSION_INGEST | PG_GROUP_SESSION_SCORER | PG_GROUP_SESSION_INTEL;
	struct pg *all = pg_fixture_open(NULL, session);
	int n_wrong = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < N_STATEMENTS; i++) {
		if (statement_table[i].group & (session | PG_GROUP_ADMIN | PG_GROUP_REPLAY))
			continue;
		n_wrong += prepare(all, "anybody", &statement_table[i]);
		n++;
	}
	assert_int_equal(n_wrong, 0);
	assert_true(n > 250);
	pg_close(all);
}

static void test_roles__may_run_the_statements_of_their_programs(void **state)
{
	static const struct {
		const char *role;
		enum pg_group group;
	} cases[] = {
	        {"isobar_collector", PG_GROUP_INGEST}, {"isobar_scorer", PG_GROUP_SCORER},
	        {"isobar_api", PG_GROUP_READ},         {"isobar_operator", PG_GROUP_READ},
	        {"isobar_operator", PG_GROUP_TOKEN},   {"isobar_api", PG_GROUP_API},
	        {"isobar_operator", PG_GROUP_RULE},    {"isobar_operator", PG_GROUP_GOVERN},
	        {"isobar_api", PG_GROUP_GOVERN},       {"isobar_operator", PG_GROUP_POLICY},
	        {"isobar_operator", PG_GROUP_SOURCE},  {"isobar_operator", PG_GROUP_INTEL},
	        {"isobar_operator", PG_GROUP_DECIDE},  {"isobar_operator", PG_GROUP_CHECK},
	};
	int n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pg *as = pg_fixture_open(cases[i].role, cases[i].group);

		for (size_t n = 0; n < N_STATEMENTS; n++) {
			const struct statement_text *s = &statement_table[n];

			if (s->group == cases[i].group)
				n_wrong += prepare(as, cases[i].role, s) ||
				           explain(as, cases[i].role, s->name);
		}
		pg_close(as);
	}
	assert_int_equal(n_wrong, 0);
}

/* --- */

static int setup(void **state)
{
	(void)state;
	arena = arena_new(4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_roles__see_the_rows_that_they_may_read),
	        TEST(test_api__sees_nothing_without_an_org),
	        TEST(test_api__sees_and_writes_one_org),
	        TEST(test_roles__are_denied_what_is_not_theirs),
	        TEST(test_roles__change_no_schema_and_do_not_log_in),
	        TEST(test_operator__reads_every_table),
	        TEST(test_roles__may_run_the_statements_of_their_programs),
	        TEST(test_schema__has_what_the_statements_name),
	};
	int failed;

	pg_fixture_create("roles");
	pg_fixture_migrate();
	pg = pg_fixture_open(NULL, 0);
	pg_fixture_exec(pg, tenant_table);
	pg_fixture_exec(pg, fill);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_close(pg);
	pg_fixture_drop();
	return failed != 0;
}
