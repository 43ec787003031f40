/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds the migrated schema against the rules by which it runs unchanged on plain
 * PostgreSQL and distributed by org (migrations/README.md), and proves that each
 * rule finds what breaks it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"

#include "support/pg_fixture.h"

static struct pg *pg;

/* One row a fault: what breaks which rule.  Tables tagged @reference or @local are
 * nobody's in particular: their keys need no org. */
static const char lint[] =
        "with t as (select c.oid, c.relname, c.relrowsecurity, "
        "    coalesce(obj_description(c.oid, 'pg_class'), '') as comment, "
        "    coalesce(obj_description(c.oid, 'pg_class'), '') ~ '@(reference|local)' as "
        "shared "
        "  from pg_class as c "
        "  where c.relnamespace = 'isobar'::regnamespace and c.relkind in ('r', 'p') "
        "    and not c.relispartition), "
        "k as (select t.oid, a.attnum, a.atttypid, a.attnotnull from t join pg_attribute "
        "as a "
        "  on a.attrelid = t.oid and a.attname = 'org_id') "
        "select t.relname as table_name, 'no org_id bigint not null' as fault "
        "  from t left join k using (oid) "
        "  where not shared and (k.oid is null or k.atttypid <> 20 or not k.attnotnull) "
        "union all select t.relname, 'org_id is not first in ' || i.indexrelid::regclass "
        "  from t join pg_index as i on i.indrelid = t.oid and i.indisprimary "
        "  left join k using (oid) where not shared and k.attnum is distinct from "
        "i.indkey[0] "
        "union all select t.relname, 'unique without org_id: ' || i.indexrelid::regclass "
        "  from t join pg_index as i on i.indrelid = t.oid and i.indisunique "
        "  left join k using (oid) where not shared "
        "    and (k.attnum = any (i.indkey::int2[])) is not true "
        "union all select t.relname, 'foreign key without org_id: ' || c.conname "
        "  from t join pg_constraint as c on c.conrelid = t.oid and c.contype = 'f' "
        "  join t as r on r.oid = c.confrelid left join k on k.oid = t.oid "
        "  where not t.shared and not r.shared and not exists ("
        "    select from unnest(c.conkey, c.confkey) as u (a, b) "
        "    join k as k2 on k2.oid = c.confrelid where u.a = k.attnum and u.b = "
        "k2.attnum) "
        "union all select t.relname, 'foreign key of a shared table to a tenant''s: ' || "
        "c.conname "
        "  from t join pg_constraint as c on c.conrelid = t.oid and c.contype = 'f' "
        "  join t as r on r.oid = c.confrelid where t.shared and not r.shared "
        "union all select t.relname, 'trigger: ' || g.tgname "
        "  from t join pg_trigger as g on g.tgrelid = t.oid and not g.tgisinternal "
        "union all select t.relname, 'exclusion: ' || c.conname "
        "  from t join pg_constraint as c on c.conrelid = t.oid and c.contype = 'x' "
        "  where not t.shared "
        "union all select t.relname, 'random default: ' || a.attname "
        "  from t join pg_attrdef as d on d.adrelid = t.oid join pg_attribute as a "
        "  on a.attrelid = d.adrelid and a.attnum = d.adnum "
        "  where pg_get_expr(d.adbin, d.adrelid) ~ '(uuid|random|now|clock)[a-z_]*\\(' "
        "union all select t.relname, 'no row security' "
        "  from t where not shared and not relrowsecurity "
        "union all select t.relname, 'table without comment' from t where comment = '' "
        "union all select t.relname, 'column without comment: ' || a.attname "
        "  from t join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 "
        "    and not a.attisdropped "
        "  where coalesce(col_description(t.oid, a.attnum), '') = '' "
        "order by 1, 2";

/* All faults, a line each. */
static char *faults(struct arena *arena)
{
	PGresult *rows = PQexec(pg_connection(pg), lint);
	struct strbuf text = {0};
	char *copy;

	if (PQresultStatus(rows) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(pg_connection(pg)));
	for (int i = 0; i < PQntuples(rows); i++)
		strbuf_printf(&text, "%s: %s\n", PQgetvalue(rows, i, 0),
		              PQgetvalue(rows, i, 1));
	PQclear(rows);
	copy = arena_strdup(arena, strbuf_text(&text));
	strbuf_done(&text);
	return copy;
}

static void test_schema__breaks_no_rule(void **state)
{
	ARENA_SCOPED arena = arena_new(4096);
	char *found = faults(arena);

	(void)state;
	assert_true(pg_fixture_number(pg, "select count(*) from pg_tables where "
	                                  "schemaname = 'isobar'") > 50);
	if (*found != '\0')
		fail_msg("%s", found);
}

/* A table that breaks one rule; what else it must have comes before and after. */
struct broken {
	const char *name;
	const char *sql;
	const char *fault;
};

static const struct broken broken[] = {
        {"no org", "create table isobar.bad (n bigint)",
         "bad: no org_id bigint not null\n"},
        {"narrow org", "create table isobar.bad (org_id int not null)",
         "bad: no org_id bigint not null\n"},
        {"null org", "create table isobar.bad (org_id bigint)",
         "bad: no org_id bigint not null\n"},
        {"key order",
         "create table isobar.bad (org_id bigint not null, n bigint, "
         "constraint bad_pk primary key (n, org_id))",
         "bad: org_id is not first in bad_pk\n"},
        {"key without org",
         "create table isobar.bad (org_id bigint not null, n bigint not null); "
         "create unique index bad_key on isobar.bad (n)",
         "bad: unique without org_id: bad_key\n"},
        {"foreign key",
         "create table isobar.bad (org_id bigint not null, other bigint, n bigint, "
         "constraint bad_fk foreign key (other, n) references isobar.owner (org_id, "
         "owner_id))",
         "bad: foreign key without org_id: bad_fk\n"},
        {"shared to tenant",
         "create table isobar.bad (org_id bigint not null, n bigint, constraint bad_fk "
         "foreign key (org_id, n) references isobar.owner (org_id, owner_id)); "
         "comment on table isobar.bad is '@reference'",
         "bad: foreign key of a shared table to a tenant's: bad_fk\n"},
        {"trigger",
         "create table isobar.bad (org_id bigint not null); create trigger bad_trigger "
         "before "
         "update on isobar.bad for each row execute function "
         "suppress_redundant_updates_trigger()",
         "bad: trigger: bad_trigger\n"},
        {"exclusion",
         "create table isobar.bad (org_id bigint not null, "
         "span int4range, constraint bad_span exclude using gist (span with &&))",
         "bad: exclusion: bad_span\n"},
        {"random id",
         "create table isobar.bad (org_id bigint not null, n uuid default "
         "gen_random_uuid())",
         "bad: random default: n\n"},
        {"no row security", "create table isobar.bad (org_id bigint not null)",
         "bad: no row security\n"},
        {"no comment", "create table isobar.bad (org_id bigint not null)",
         "bad: table without comment\n"},
        {"no column comment", "create table isobar.bad (org_id bigint not null)",
         "bad: column without comment: org_id\n"},
};

/* All that a rule does not look at is put right, so that only its fault is left. */
static void mend_others(const struct broken *b)
{
	static const char *const keep[] = {"no row security", "no comment",
	                                   "no column comment"};

	if (strcmp(b->name, keep[0]) != 0)
		pg_fixture_exec(pg, "alter table isobar.bad enable row level security");
	if (strcmp(b->name, keep[1]) != 0)
		pg_fixture_exec(
		        pg,
		        "do $$ begin if obj_description('isobar.bad'::regclass) is null "
		        "then comment on table isobar.bad is 'Bad.'; end if; end $$");
	if (strcmp(b->name, keep[2]) != 0)
		pg_fixture_exec(pg,
		                "do $$ declare c text; begin for c in select attname from "
		                "pg_attribute where attrelid = 'isobar.bad'::regclass and "
		                "attnum > 0 "
		                "loop execute format('comment on column isobar.bad.%I is "
		                "''C.''', c); "
		                "end loop; end $$");
}

static void test_lint__finds_what_breaks_each_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(broken); i++) {
		ARENA_SCOPED arena = arena_new(4096);
		struct error err;
		char *found;

		assert_int_equal(pg_begin(pg, &err), 0);
		pg_fixture_exec(pg, broken[i].sql);
		mend_others(&broken[i]);
		found = faults(arena);
		pg_rollback(pg);
		if (strcmp(found, broken[i].fault) != 0)
			fail_msg("%s: %s", broken[i].name, found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_schema__breaks_no_rule),
	        cmocka_unit_test(test_lint__finds_what_breaks_each_rule),
	};
	int failed;

	pg_fixture_create("schema_lint");
	pg_fixture_migrate();
	pg = pg_fixture_open(NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_close(pg);
	pg_fixture_drop();
	return failed != 0;
}
