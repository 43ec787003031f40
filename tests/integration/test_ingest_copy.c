/* SPDX-License-Identifier: Apache-2.0 */
/* COPY in steps against a real server: order, waiting, failures, giving up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/ingest_copy.h"
#include "store/pg_encode.h"

#include "support/pg_fixture.h"

/* Far more than a socket takes. */
#define MANY 100000

static struct pg *pg, *other;
static struct strbuf rows;

static void put_rows(struct strbuf *b, int from, int n)
{
	for (int i = from; i < from + n; i++) {
		pg_put_raw16(b, 2);
		pg_put_int8(b, i);
		pg_put_text(b, "as long as a row of a finding is when it is quite short");
	}
}

static int setup(void **state)
{
	struct error err;

	(void)state;
	pg = pg_fixture_open(NULL, 0);
	other = pg_fixture_open(NULL, 0);
	pg_fixture_exec(other, "drop table if exists taken, beside; "
	                       "create table taken (n bigint primary key, word text); "
	                       "create table beside (n bigint, word text)");
	strbuf_reset(&rows);
	put_rows(&rows, 0, MANY);
	assert_int_equal(pg_begin(pg, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pg_close(pg);
	pg_close(other);
	strbuf_done(&rows);
	return 0;
}

static int64_t count(const char *table)
{
	char sql[80];

	snprintf(sql, sizeof(sql), "select count(*) from %s", table);
	return pg_fixture_number(other, sql);
}

/* Steps to the end, looking now and then; how often it was not ready. */
static int go_on(struct ingest_copies *c, struct error *err, unsigned int *n_waits)
{
	int rc;

	for (*n_waits = 0; (rc = ingest_copies_go(pg, c, false, err)) == 0; (*n_waits)++)
		usleep(200);
	return rc;
}

static void test_copies__go_in_steps(void **state)
{
	struct ingest_copies c = {0};
	struct strbuf few = {0}, none = {0};
	struct error err;
	unsigned int n_waits;

	(void)state;
	put_rows(&few, 7, 3);
	for (int i = 0; i < 2; i++) { /* the second time over what the first one left */
		ingest_copies_add(
		        &c, "truncate taken; copy taken from stdin (format binary)", &rows);
		ingest_copies_add(&c, "copy no_such_table from stdin (format binary)",
		                  &none);
		ingest_copies_add(&c,
		                  "truncate beside; copy beside from stdin (format binary)",
		                  &few);
		assert_int_equal(go_on(&c, &err, &n_waits), 1);
		assert_int_equal(c.n, 0);
		assert_true(n_waits > 2);
	}
	assert_int_equal(pg_commit(pg, &err), 0);
	assert_int_equal(count("taken"), MANY);
	assert_int_equal(count("beside where n between 7 and 9"), 3);
	strbuf_done(&few);
}

static void test_copies__with_wait_go_to_the_end(void **state)
{
	struct ingest_copies c = {0};
	struct error err;

	(void)state;
	assert_int_equal(ingest_copies_go(pg, &c, true, &err), 1); /* of none */
	ingest_copies_add(&c, "copy taken from stdin (format binary)", &rows);
	(void)!ingest_copies_go(pg, &c, false, &err);
	assert_int_equal(ingest_copies_go(pg, &c, true, &err), 1);
	assert_int_equal(pg_commit(pg, &err), 0);
	assert_int_equal(count("taken"), MANY);
}

static void test_copies__do_not_wait_for_a_lock(void **state)
{
	struct ingest_copies c = {0};
	struct error err;
	unsigned int n_waits;

	(void)state;
	pg_fixture_exec(other, "begin; lock table taken");
	ingest_copies_add(&c, "copy taken from stdin (format binary)", &rows);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(ingest_copies_go(pg, &c, false, &err), 0);
		usleep(1000);
	}
	assert_int_equal(c.step, COPY_OPENING);
	pg_fixture_exec(other, "commit");
	assert_int_equal(go_on(&c, &err, &n_waits), 1);
	assert_int_equal(pg_commit(pg, &err), 0);
	assert_int_equal(count("taken"), MANY);
}

static void test_copies__tell_what_the_server_says(void **state)
{
	static const struct {
		const char *sql;
		enum error_code code;
		const char *text;
	} cases[] = {
	        {"copy no_such_table from stdin (format binary)", ERR_INTERNAL,
	         "no_such_table"},
	        {"truncate no_such_table; copy taken from stdin (format binary)",
	         ERR_INTERNAL, "no_such_table"},
	        {"copy taken (n) from stdin (format binary)", ERR_INVALID,
	         "row field count"},
	        {"copy doubled from stdin (format binary)", ERR_CONFLICT, "duplicate key"},
	};

	(void)state;
	pg_fixture_exec(other, "create table doubled (n bigint primary key, word text); "
	                       "insert into doubled values (9, '')");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		for (int wait = 0; wait < 2; wait++) {
			struct ingest_copies c = {0};
			struct error err = {0};
			unsigned int n_waits;

			ingest_copies_add(&c, cases[i].sql, &rows);
			ingest_copies_add(&c, "copy taken from stdin (format binary)",
			                  &rows);
			const int rc = wait ? ingest_copies_go(pg, &c, true, &err)
			                    : go_on(&c, &err, &n_waits);

			if (rc != (int)cases[i].code || !strstr(err.text, cases[i].text))
				fail_msg("%s: %d, %s", cases[i].sql, rc, err.text);
			assert_int_equal(c.n, 0);
			pg_rollback(pg);
			assert_int_equal(pg_fixture_number(pg, "select 5"), 5);
			assert_int_equal(pg_begin(pg, &err), 0);
		}
	assert_int_equal(count("taken"), 0);
}

static void test_copies__are_given_up_wherever_they_are(void **state)
{
	struct error err;

	(void)state;
	for (unsigned int steps = 0; steps < 200; steps++) {
		struct ingest_copies c = {0};
		int rc = 0;

		ingest_copies_add(
		        &c, "truncate taken; copy taken from stdin (format binary)", &rows);
		ingest_copies_add(&c, "copy beside from stdin (format binary)", &rows);
		for (unsigned int i = 0; i < steps && rc == 0; i++) {
			rc = ingest_copies_go(pg, &c, false, &err);
			usleep(steps % 7 * 50);
		}
		assert_true(rc >= 0);
		ingest_copies_give_up(pg, &c);
		assert_int_equal(c.n, 0);
		pg_rollback(pg);
		assert_int_equal(pg_fixture_number(pg, "select 5"), 5);
		assert_int_equal(pg_begin(pg, &err), 0);
	}
	assert_int_equal(count("taken"), 0);
	assert_int_equal(count("beside"), 0);
}

static void test_copies__tell_a_connection_lost_on_the_way(void **state)
{
	(void)state;
	for (int wait = 0; wait < 2; wait++) {
		struct ingest_copies c = {0};
		struct error err = {0};
		char sql[100];
		unsigned int n_waits;

		ingest_copies_add(&c, "copy taken from stdin (format binary)", &rows);
		assert_int_equal(ingest_copies_go(pg, &c, false, &err), 0);
		snprintf(sql, sizeof(sql),
		         "do $$ begin perform pg_terminate_backend(%d, 5000); end $$",
		         PQbackendPID(pg_connection(pg)));
		pg_fixture_exec(other, sql);
		const int rc = wait ? ingest_copies_go(pg, &c, true, &err)
		                    : go_on(&c, &err, &n_waits);

		assert_int_equal(rc, ERR_TRANSIENT);
		ingest_copies_give_up(pg, &c);
		pg_rollback(pg);
		pg_close(pg);
		pg = pg_fixture_open(NULL, 0);
		assert_int_equal(pg_begin(pg, &err), 0);
	}
	assert_int_equal(count("taken"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_copies__go_in_steps),
	        TEST(test_copies__with_wait_go_to_the_end),
	        TEST(test_copies__do_not_wait_for_a_lock),
	        TEST(test_copies__tell_what_the_server_says),
	        TEST(test_copies__are_given_up_wherever_they_are),
	        TEST(test_copies__tell_a_connection_lost_on_the_way),
	};
	int failed;

	pg_fixture_create("ingest_copy");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_fixture_drop();
	return failed;
}
