/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Migrations against a real server: what is applied, what is refused, what a
 * failure leaves behind, and the program's own files from zero.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/migrate.h"

#include "support/pg_fixture.h"

static const struct embedded_file files[] = {
        {"0001_one.sql",
         "create table isobar.one (n int);\ninsert into isobar.one values (1);\n"},
        {"0002_two.sql", "create table isobar.two (n int);\n"},
        {"0004_four.sql", "create table isobar.four (n int);\n"},
};

static struct pg *pg;

#define MAX_REPORTED 64

struct reported {
	size_t n;
	struct migration rows[MAX_REPORTED];
};

static void report(const struct migration *migration, void *ctx)
{
	struct reported *reported = ctx;

	assert_true(reported->n < MAX_REPORTED);
	reported->rows[reported->n++] = *migration;
}

static int migrate(const struct embedded_file *from, size_t n, bool dry_run,
                   struct reported *reported, struct error *err)
{
	const struct migrate_options options = {
	        .files = from, .n_files = n, .dry_run = dry_run};

	memset(reported, 0, sizeof(*reported));
	return migrate_run(pg, &options, report, reported, err);
}

static int check(size_t n, struct error *err)
{
	const struct migrate_options options = {.files = files, .n_files = n};

	return migrate_check(pg, &options, err);
}

static int64_t n_tables(void)
{
	return pg_fixture_number(
	        pg, "select count(*) from pg_tables where schemaname = 'isobar'");
}

static void test_migrate_run__applies_what_is_missing_once(void **state)
{
	struct reported reported;
	struct error err;

	(void)state;
	assert_int_equal(migrate(files, 2, false, &reported, &err), 0);
	assert_int_equal(reported.n, 2);
	assert_int_equal(reported.rows[0].version, 1);
	assert_string_equal(reported.rows[1].name, "0002_two.sql");
	assert_true(reported.rows[1].applied && reported.rows[1].is_new);

	assert_int_equal(migrate(files, 3, false, &reported, &err), 0);
	assert_int_equal(reported.n, 3);
	assert_true(reported.rows[0].applied && !reported.rows[0].is_new);
	assert_true(reported.rows[2].applied && reported.rows[2].is_new);
	assert_int_equal(pg_fixture_number(pg, "select count(*) from isobar.one"), 1);
	assert_int_equal(n_tables(), 4);
	assert_string_equal(
	        pg_fixture_text(
	                pg,
	                "select string_agg(version || ' ' || name || ' ' || "
	                "(checksum = encode(sha256('create table isobar.two (n int);\n'), "
	                "'hex')), ', ' order by version) from isobar.schema_migration"),
	        "1 0001_one.sql false, 2 0002_two.sql true, 4 0004_four.sql false");
}

static void test_migrate_run__changes_nothing_in_a_dry_run(void **state)
{
	struct reported reported;
	struct error err;

	(void)state;
	assert_int_equal(migrate(files, 2, true, &reported, &err), 0);
	assert_int_equal(reported.n, 2);
	assert_false(reported.rows[0].applied || reported.rows[1].applied);
	assert_int_equal(n_tables(), 0);
	assert_int_equal(migrate(files, 1, false, &reported, &err), 0);
	assert_int_equal(migrate(files, 2, true, &reported, &err), 0);
	assert_true(reported.rows[0].applied && !reported.rows[1].applied);
	assert_int_equal(n_tables(), 2);
}

static void test_migrate_run__keeps_nothing_of_a_migration_that_fails(void **state)
{
	const struct embedded_file failing[] = {
	        files[0],
	        {"0002_bad.sql",
	         "create table isobar.half (n int);\nselect no_such_column;\n"},
	        files[2],
	};
	struct reported reported;
	struct error err;

	(void)state;
	assert_int_equal(migrate(failing, 3, false, &reported, &err), ERR_INTERNAL);
	assert_string_equal(err.text, "migration 0002_bad.sql: command: column "
	                              "\"no_such_column\" does not exist");
	assert_int_equal(reported.n, 1);
	assert_int_equal(n_tables(), 2);
	assert_int_equal(
	        pg_fixture_number(pg, "select max(version) from isobar.schema_migration"),
	        1);
	/* Mended, it goes on from there; the lock is free. */
	assert_int_equal(migrate(files, 3, false, &reported, &err), 0);
	assert_int_equal(n_tables(), 4);
	assert_int_equal(
	        pg_fixture_number(pg, "select count(*) from pg_locks where "
	                              "locktype = 'advisory' and database = (select oid "
	                              "from pg_database where datname = "
	                              "current_database())"),
	        0);
}

static void test_migrate_run__refuses_what_does_not_fit_and_says_why(void **state)
{
	const struct embedded_file changed[] = {
	        files[0],
	        {"0002_two.sql", "create table isobar.two (n bigint);\n"},
	        files[2]};
	const struct embedded_file inserted[] = {files[0],
	                                         {"0002_two.sql", files[1].text},
	                                         {"0003_late.sql", "select 1"},
	                                         files[2]};
	const struct {
		const char *name;
		const struct embedded_file *files;
		size_t n;
		const char *text;
	} cases[] = {
	        {"newer database", files, 2,
	         "the database has migration 0004_four.sql; this program knows them up to "
	         "2: use "
	         "the newer program"},
	        {"changed text", changed, 3,
	         "migration 0002_two.sql was applied with another text (e49e67798362, here "
	         "b8f129edeae9): an applied migration may not change"},
	        {"late file", inserted, 4,
	         "the database has migration 0004_four.sql where this program has "
	         "0003_late.sql"},
	};
	struct reported reported;
	struct error err;

	(void)state;
	assert_int_equal(migrate(files, 3, false, &reported, &err), 0);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int rc = migrate(cases[i].files, cases[i].n, false, &reported, &err);

		if (rc != ERR_CONFLICT || strcmp(err.text, cases[i].text) != 0 ||
		    reported.n != 0)
			fail_msg("%s: %d, %s", cases[i].name, rc, err.text);
		assert_int_equal(n_tables(), 4);
	}
}

static void test_migrate_check__tells_what_to_do(void **state)
{
	struct reported reported;
	struct error err;

	(void)state;
	assert_int_equal(check(2, &err), ERR_CONFLICT);
	assert_string_equal(
	        err.text,
	        "the database lacks migration 0001_one.sql: run `isobar migrate`");
	assert_int_equal(migrate(files, 2, false, &reported, &err), 0);
	assert_int_equal(check(2, &err), 0);
	assert_int_equal(check(3, &err), ERR_CONFLICT);
	assert_int_equal(check(1, &err), ERR_CONFLICT);
}

/* A second process; 0: it ended well. */
static pid_t migrate_in_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		const struct migrate_options options = {.files = files, .n_files = 3};
		struct pg *own = pg_fixture_open(NULL, 0);
		struct error err;

		_exit(migrate_run(own, &options, NULL, NULL, &err) == 0 ? 0 : 1);
	}
	return child;
}

static void test_migrate_run__lets_one_program_migrate_at_a_time(void **state)
{
	pid_t children[4];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(children); i++)
		children[i] = migrate_in_child();
	for (size_t i = 0; i < N_ELEMENTS(children); i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(pg_fixture_number(pg, "select count(*) from isobar.one"), 1);
	assert_int_equal(n_tables(), 4);
}

static void test_migrate_run__brings_the_program_s_own_schema(void **state)
{
	struct reported reported;
	struct error err;

	(void)state;
	assert_int_equal(migrate(NULL, 0, false, &reported, &err), 0);
	assert_int_equal(reported.n, n_migration_files);
	assert_int_equal(migrate(NULL, 0, false, &reported, &err), 0);
	for (size_t i = 0; i < reported.n; i++)
		assert_true(reported.rows[i].applied && !reported.rows[i].is_new);
	assert_int_equal(
	        pg_fixture_number(pg,
	                          "select org_id from isobar.org where name = 'default'"),
	        1);
}

static int setup(void **state)
{
	(void)state;
	pg_fixture_exec(pg, "drop schema if exists isobar cascade");
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_migrate_run__applies_what_is_missing_once),
	        TEST(test_migrate_run__changes_nothing_in_a_dry_run),
	        TEST(test_migrate_run__keeps_nothing_of_a_migration_that_fails),
	        TEST(test_migrate_run__refuses_what_does_not_fit_and_says_why),
	        TEST(test_migrate_check__tells_what_to_do),
	        TEST(test_migrate_run__lets_one_program_migrate_at_a_time),
	        TEST(test_migrate_run__brings_the_program_s_own_schema),
	};
	int failed;

	pg_fixture_create("migrate");
	pg = pg_fixture_open(NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_close(pg);
	pg_fixture_drop();
	return failed != 0;
}
