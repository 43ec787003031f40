/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blocking connection against a real server: sessions, parameters, results,
 * transactions, the pipeline, COPY and errors.  The statements are the test's own:
 * its statement_table stands in for the generated one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/pg.h"
#include "store/pg_copy.h"

#include "support/pg_fixture.h"

enum {
	ECHO_VALUES,
	COUNT_UP,
	DIVIDE,
	ON_DEMAND,
	DRIFTED,
	STAGED,
	STAGING,
	BINARY
};

#define STMT(n) ((enum statement)(n))

_Static_assert((int)N_STATEMENTS > (int)BINARY, "no room for the statements of the test");

const struct statement_text statement_table[N_STATEMENTS] = {
        [ECHO_VALUES] = {"echo_values", PG_GROUP_READ,
                         "select $1::text as a_text, $2::bigint as a_number, "
                         "$3::boolean as a_flag, $4::timestamptz as a_time, "
                         "$5::uuid as a_key, $6::bytea as some_bytes"},
        [COUNT_UP] = {"count_up", PG_GROUP_READ,
                      "insert into counted (n) values ($1) returning n * 10 as ten_times"},
        [DIVIDE] = {"divide", PG_GROUP_READ, "select 100 / $1::int as quotient"},
        [ON_DEMAND] = {"on_demand", PG_GROUP_ADMIN, "select count(*) as n from made_later"},
        [DRIFTED] = {"drifted", PG_GROUP_SCORER, "select no_such_column from counted"},
        [STAGED] = {"staged", PG_GROUP_INGEST, "select count(*) as n from staging"},
        [STAGING] = {"staging", PG_GROUP_SESSION_INGEST,
                     "create temporary table staging (n int);\n"
                     "set enable_hashjoin = off"},
        [BINARY] = {"binary", PG_GROUP_READ, "select 258::int4 as n"},
};

static struct pg *pg;
static struct arena *arena;

static struct pg_params params_of_int(int64_t value)
{
	struct pg_params p = {.arena = arena};

	pg_bind_int(&p, value);
	return p;
}

/* --- opening --- */

static void test_pg_open__sets_the_session(void **state)
{
	/* Roles belong to the whole server: another run may be under way. */
	char *role = arena_printf(arena, "test_pg_sync_%ld", (long)getpid());
	struct pg *other;

	(void)state;
	pg_fixture_exec(pg, arena_printf(arena, "create role %s nologin", role));
	other = pg_fixture_open(role, 0);
	assert_string_equal(pg_fixture_text(other, "show jit"), "off");
	assert_string_equal(pg_fixture_text(other, "show timezone"), "UTC");
	assert_string_equal(pg_fixture_text(other, "show datestyle"), "ISO, YMD");
	assert_string_equal(pg_fixture_text(other, "show client_encoding"), "UTF8");
	assert_string_equal(pg_fixture_text(other, "show application_name"), "isobar-test");
	assert_string_equal(pg_fixture_text(other, "select current_user"), role);
	pg_close(other);
	pg_fixture_exec(pg, arena_printf(arena, "drop role %s", role));
}

static void test_pg_open__runs_session_statements_of_its_groups(void **state)
{
	struct pg *other = pg_fixture_open(NULL, PG_GROUP_INGEST);
	struct error err;
	PGresult *rows = NULL;

	(void)state;
	assert_string_equal(pg_fixture_text(other, "show enable_hashjoin"), "off");
	assert_int_equal(pg_run(other, STMT(STAGED), NULL, &rows, &err), 0);
	assert_int_equal(pg_get_int(rows, 0, "n"), 0);
	PQclear(rows);
	pg_close(other);
	/* The session that only reads has none of it. */
	assert_string_equal(pg_fixture_text(pg, "select to_regclass('staging') is null"),
	                    "t");
	assert_string_equal(pg_fixture_text(pg, "show enable_hashjoin"), "on");
}

static int try_open(const char *conninfo, const char *role, unsigned int groups,
                    struct error *err)
{
	const struct pg_options options = {
	        .conninfo = conninfo, .role = role, .program = "t", .groups = groups};
	struct pg *other = NULL;
	int rc = pg_open(&options, &other, err);

	assert_true((rc == 0) == (other != NULL));
	pg_close(other);
	return rc;
}

static int finds_nothing(struct pg *other, struct error *err)
{
	(void)other;
	return error_set(err, ERR_CONFLICT, "not what was looked for");
}

static int sees_who_connected(struct pg *other, struct error *err)
{
	(void)err;
	assert_string_equal(pg_fixture_text(other, "select current_user = session_user"),
	                    "t");
	assert_string_equal(pg_fixture_text(other, "select to_regclass('staging') is null"),
	                    "t");
	return 0;
}

static void test_pg_open_after__looks_before_it_takes_on_the_rest(void **state)
{
	struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                             .role = "no_such_role_of_ours",
	                             .program = "t",
	                             .groups = PG_GROUP_INGEST};
	struct pg *other = NULL;
	struct error err;

	(void)state;
	assert_int_equal(pg_open_after(&options, finds_nothing, &other, &err),
	                 ERR_CONFLICT);
	assert_string_equal(err.text, "not what was looked for");
	assert_null(other);
	assert_int_not_equal(pg_open_after(&options, sees_who_connected, &other, &err), 0);
	assert_non_null(strstr(err.text, "no_such_role_of_ours"));
	options.role = "pg_monitor";
	assert_int_equal(pg_open_after(&options, sees_who_connected, &other, &err), 0);
	assert_string_equal(pg_fixture_text(other, "select current_user"), "pg_monitor");
	assert_string_equal(pg_fixture_text(other, "select to_regclass('staging') is null"),
	                    "f");
	pg_close(other);
}

static void test_pg_open__fails_by_what_the_caller_can_do(void **state)
{
	static const struct {
		const char *name;
		const char *conninfo;
		enum error_code code;
	} cases[] = {
	        {"no server", "host=/nowhere/at/all dbname=x", ERR_TRANSIENT},
	        {"refused", "host=127.0.0.1 port=1 connect_timeout=5 dbname=x",
	         ERR_TRANSIENT},
	        {"no keyword", "hunter2", ERR_INVALID},
	        {"bad keyword", "passwort=hunter2", ERR_INVALID},
	        {"bad url", "postgres://u:hunter2@h:x?y", ERR_INVALID},
	        {"bad port", "postgres://hunter2:hunter2/x@h/db", ERR_TRANSIENT},
	        {"bad host", "postgres://u:p@hunter2@localhost.invalid/db", ERR_TRANSIENT},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct error err;
		int rc = try_open(cases[i].conninfo, NULL, 0, &err);

		if (rc != (int)cases[i].code || strstr(err.text, "hunter2") != NULL ||
		    strchr(err.text, '\n') != NULL)
			fail_msg("%s: %d, %s", cases[i].name, rc, err.text);
	}
}

static void test_pg_open__is_denied_as_an_unknown_user(void **state)
{
	char *conninfo =
	        arena_printf(arena, "%s user=no_such_user_of_ours", pg_fixture_conninfo());
	struct error err;

	(void)state;
	assert_int_equal(try_open(conninfo, NULL, 0, &err), ERR_DENIED);
	assert_non_null(strstr(err.text, "no_such_user_of_ours"));
	assert_null(strstr(err.text, "28000"));
}

/* --- parameters and results --- */

static void test_pg_run__gives_back_what_was_bound(void **state)
{
	const struct key key = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}};
	const unsigned char bytes[] = {0, 1, 0xff, 0};
	struct pg_params p = {.arena = arena};
	struct error err;
	PGresult *rows = NULL;
	struct key got;

	(void)state;
	pg_bind_text(&p, "it's \"quoted\" \\ ünïcode");
	pg_bind_int(&p, INT64_MIN);
	pg_bind_bool(&p, true);
	pg_bind_timestamp(&p, INT64_C(1767323045123456)); /* 2026-01-02T03:04:05.123456Z */
	pg_bind_key(&p, &key);
	pg_bind_binary(&p, bytes, sizeof(bytes));
	assert_int_equal(pg_run(pg, STMT(ECHO_VALUES), &p, &rows, &err), 0);
	assert_string_equal(pg_get_text(rows, 0, "a_text"), "it's \"quoted\" \\ ünïcode");
	assert_true(pg_get_int(rows, 0, "a_number") == INT64_MIN);
	assert_true(pg_get_bool(rows, 0, "a_flag"));
	assert_true(pg_get_timestamp(rows, 0, "a_time") == INT64_C(1767323045123456));
	got = pg_get_key(rows, 0, "a_key");
	assert_memory_equal(&got, &key, sizeof(key));
	assert_string_equal(pg_get_text(rows, 0, "some_bytes"), "\\x0001ff00");
	assert_false(pg_is_null(rows, 0, "a_text"));
	PQclear(rows);
}

static void test_pg_run__reads_null_as_nothing(void **state)
{
	static const struct key zero;
	struct pg_params p = {.arena = arena};
	struct error err;
	PGresult *rows = NULL;
	struct key got;

	(void)state;
	for (int i = 0; i < 3; i++)
		pg_bind_text(&p, NULL);
	pg_bind_timestamp(&p, TIMESTAMP_NONE);
	pg_bind_text(&p, NULL);
	pg_bind_binary(&p, NULL, 0);
	assert_int_equal(pg_run(pg, STMT(ECHO_VALUES), &p, &rows, &err), 0);
	assert_true(pg_is_null(rows, 0, "a_text"));
	assert_string_equal(pg_get_text(rows, 0, "a_text"), "");
	assert_true(pg_get_int(rows, 0, "a_number") == 0);
	assert_false(pg_get_bool(rows, 0, "a_flag"));
	assert_true(pg_get_timestamp(rows, 0, "a_time") == TIMESTAMP_NONE);
	got = pg_get_key(rows, 0, "a_key");
	assert_memory_equal(&got, &zero, sizeof(zero));
	PQclear(rows);
}

static void test_pg_get_timestamp__keeps_times_to_the_microsecond(void **state)
{
	static const timestamp cases[] = {0,
	                                  1,
	                                  999999,
	                                  USEC_PER_SEC,
	                                  INT64_C(951782400) * USEC_PER_SEC + 120000,
	                                  INT64_MAX};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pg_params p = {.arena = arena};
		struct error err;
		PGresult *rows = NULL;

		for (int n = 0; n < 3; n++)
			pg_bind_text(&p, NULL);
		pg_bind_timestamp(&p, cases[i]);
		for (int n = 0; n < 2; n++)
			pg_bind_text(&p, NULL);
		assert_int_equal(pg_run(pg, STMT(ECHO_VALUES), &p, &rows, &err), 0);
		if (pg_get_timestamp(rows, 0, "a_time") != cases[i])
			fail_msg("%lld came back as %s", (long long)cases[i],
			         pg_get_text(rows, 0, "a_time"));
		PQclear(rows);
	}
}

static void test_pg_run_binary__answers_in_network_order(void **state)
{
	struct error err;
	PGresult *rows = NULL;

	(void)state;
	assert_int_equal(pg_run_binary(pg, STMT(BINARY), NULL, &rows, &err), 0);
	assert_int_equal(PQgetlength(rows, 0, 0), 4);
	assert_memory_equal(PQgetvalue(rows, 0, 0), "\0\0\1\2", 4);
	PQclear(rows);
}

static void test_pg_run__prepares_when_first_run(void **state)
{
	struct error err;
	PGresult *rows = NULL;

	(void)state;
	assert_int_equal(pg_fixture_number(pg,
	                                   "select count(*) from pg_prepared_statements "
	                                   "where name = 'on_demand'"),
	                 0);
	assert_int_equal(pg_run(pg, STMT(ON_DEMAND), NULL, &rows, &err), ERR_INTERNAL);
	pg_fixture_exec(pg, "create table made_later (n int)");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pg_run(pg, STMT(ON_DEMAND), NULL, &rows, &err), 0);
		assert_int_equal(pg_get_int(rows, 0, "n"), 0);
		PQclear(rows);
	}
	assert_int_equal(pg_run(pg, STMT(DRIFTED), NULL, NULL, &err), ERR_INTERNAL);
	assert_string_equal(err.text, "drifted: column \"no_such_column\" does not exist");
}

/* --- errors --- */

static void test_pg_result_error__maps_sqlstates(void **state)
{
	static const struct {
		const char *sqlstate;
		enum error_code code;
	} cases[] = {
	        {"40001", ERR_TRANSIENT}, {"40P01", ERR_TRANSIENT},
	        {"08006", ERR_TRANSIENT}, {"57P01", ERR_TRANSIENT},
	        {"57P02", ERR_TRANSIENT}, {"57P03", ERR_TRANSIENT},
	        {"53300", ERR_TRANSIENT}, {"55P03", ERR_TRANSIENT},
	        {"25006", ERR_TRANSIENT}, {"28000", ERR_DENIED},
	        {"28P01", ERR_DENIED},    {"42501", ERR_DENIED},
	        {"22001", ERR_INVALID},   {"22P02", ERR_INVALID},
	        {"23502", ERR_INVALID},   {"23514", ERR_INVALID},
	        {"23505", ERR_CONFLICT},  {"23503", ERR_CONFLICT},
	        {"57014", ERR_LIMIT},     {"42P01", ERR_INTERNAL},
	        {"42601", ERR_INTERNAL},  {"XX000", ERR_INTERNAL},
	        {"57P05", ERR_INTERNAL},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char *sql = arena_printf(arena,
		                         "do $$ begin raise exception 'first\nsecond' "
		                         "using errcode = '%s'; end $$",
		                         cases[i].sqlstate);
		struct error err;
		int rc = pg_command(pg, sql, &err);

		if (rc != (int)cases[i].code || strcmp(err.text, "command: first") != 0)
			fail_msg("%s: %s, %s", cases[i].sqlstate, error_code_name(err.code),
			         err.text);
	}
}

static void test_pg_run__tells_a_lost_connection_as_transient(void **state)
{
	struct pg *other = pg_fixture_open(NULL, PG_GROUP_READ);
	struct pg_params p = params_of_int(5);
	struct error err;

	(void)state;
	pg_fixture_exec(
	        pg,
	        arena_printf(arena,
	                     "do $$ begin perform pg_terminate_backend(%d, 5000); end $$",
	                     PQbackendPID(pg_connection(other))));
	assert_int_equal(pg_run(other, STMT(DIVIDE), &p, NULL, &err), ERR_TRANSIENT);
	assert_int_equal(pg_run(other, STMT(DIVIDE), &p, NULL, &err), ERR_TRANSIENT);
	assert_int_equal(pg_begin(other, &err), ERR_TRANSIENT);
	pg_rollback(other);
	pg_close(other);
}

/* --- transactions --- */

static int64_t count_counted(void)
{
	return pg_fixture_number(pg, "select count(*) from counted");
}

static void test_pg_commit__keeps_and_rollback_forgets(void **state)
{
	struct pg_params p = params_of_int(1);
	struct error err;

	(void)state;
	assert_int_equal(pg_begin(pg, &err), 0);
	assert_int_equal(pg_run(pg, STMT(COUNT_UP), &p, NULL, &err), 0);
	assert_int_equal(pg_commit(pg, &err), 0);
	assert_int_equal(count_counted(), 1);

	assert_int_equal(pg_begin(pg, &err), 0);
	assert_int_equal(pg_run(pg, STMT(COUNT_UP), &p, NULL, &err), 0);
	pg_rollback(pg);
	pg_rollback(pg);
	assert_int_equal(count_counted(), 1);
}

static void test_pg_commit__says_when_nothing_was_kept(void **state)
{
	struct pg_params p = params_of_int(2);
	struct pg_params zero = params_of_int(0);
	struct error err;

	(void)state;
	assert_int_equal(pg_begin(pg, &err), 0);
	assert_int_equal(pg_run(pg, STMT(COUNT_UP), &p, NULL, &err), 0);
	assert_int_equal(pg_run(pg, STMT(DIVIDE), &zero, NULL, &err), ERR_INVALID);
	assert_string_equal(err.text, "divide: division by zero");
	assert_int_equal(pg_commit(pg, &err), ERR_INTERNAL);
	assert_int_equal(count_counted(), 0);
}

/* --- the pipeline --- */

static void test_pg_collect__gives_results_in_the_order_of_sending(void **state)
{
	enum {
		N = 5000 /* more than sockets hold */
	};
	static PGresult *results[N];
	struct error err;

	(void)state;
	assert_int_equal(pg_begin(pg, &err), 0);
	for (int i = 0; i < N; i++) {
		struct pg_params p = params_of_int(i);

		assert_int_equal(pg_send(pg, STMT(COUNT_UP), &p, &err), 0);
	}
	assert_int_equal(pg_collect(pg, results, N, &err), 0);
	for (int i = 0; i < N; i++) {
		assert_int_equal(pg_get_int(results[i], 0, "ten_times"), i * 10);
		PQclear(results[i]);
	}
	assert_int_equal(pg_commit(pg, &err), 0);
	assert_int_equal(count_counted(), N);
}

static void test_pg_collect__names_the_first_failure_and_leaves_no_result(void **state)
{
	PGresult *results[4];
	struct error err;

	(void)state;
	assert_int_equal(pg_begin(pg, &err), 0);
	for (int i = 0; i < 4; i++) {
		struct pg_params p = params_of_int(i == 2 ? 0 : 7);

		assert_int_equal(pg_send(pg, STMT(DIVIDE), &p, &err), 0);
	}
	assert_int_equal(pg_collect(pg, results, 4, &err), ERR_INVALID);
	assert_string_equal(err.text, "divide: division by zero");
	for (int i = 0; i < 4; i++)
		assert_null(results[i]);
	pg_rollback(pg);
	assert_int_equal(count_counted(), 0);
}

/* In the pipeline, where the server skips what stands behind a failure. */
static void test_pg_send__prepares_what_a_failure_has_skipped(void **state)
{
	struct pg *other = pg_fixture_open(NULL, 0);
	struct pg_params none = params_of_int(0), seven = params_of_int(7);
	PGresult *results[3];
	struct error err;

	(void)state;
	for (int i = 0; i < 2; i++) { /* once collected, once thrown away */
		assert_int_equal(pg_begin(other, &err), 0);
		assert_int_equal(pg_send(other, STMT(DIVIDE), &none, &err), 0);
		assert_int_equal(pg_send(other, STMT(COUNT_UP), &seven, &err), 0);
		if (i == 0) {
			assert_int_equal(pg_collect(other, results, 2, &err), ERR_INVALID);
			assert_string_equal(err.text, "divide: division by zero");
		}
		pg_rollback(other);
	}
	assert_int_equal(pg_begin(other, &err), 0);
	assert_int_equal(pg_send(other, STMT(COUNT_UP), &seven, &err), 0);
	assert_int_equal(pg_send(other, STMT(DIVIDE), &seven, &err), 0);
	assert_int_equal(pg_send(other, STMT(COUNT_UP), &seven, &err), 0);
	assert_int_equal(pg_collect(other, results, 3, &err), 0);
	assert_int_equal(pg_get_int(results[0], 0, "ten_times"), 70);
	assert_int_equal(pg_get_int(results[1], 0, "quotient"), 14);
	assert_int_equal(pg_get_int(results[2], 0, "ten_times"), 70);
	for (int i = 0; i < 3; i++)
		PQclear(results[i]);
	pg_rollback(other);
	pg_close(other);
}

static void test_pg_rollback__forgets_what_was_sent(void **state)
{
	struct pg_params p = params_of_int(3);
	PGresult *result = NULL;
	struct error err;

	(void)state;
	assert_int_equal(pg_begin(pg, &err), 0);
	assert_int_equal(pg_send(pg, STMT(COUNT_UP), &p, &err), 0);
	assert_int_equal(pg_send(pg, STMT(COUNT_UP), &p, &err), 0);
	pg_rollback(pg);
	assert_int_equal(count_counted(), 0);
	assert_int_equal(pg_begin(pg, &err), 0);
	assert_int_equal(pg_send(pg, STMT(COUNT_UP), &p, &err), 0);
	assert_int_equal(pg_collect(pg, &result, 1, &err), 0);
	PQclear(result);
	assert_int_equal(pg_collect(pg, NULL, 0, &err), 0);
	assert_int_equal(pg_commit(pg, &err), 0);
	assert_int_equal(count_counted(), 1);
}

static void test_pg_collect__tells_a_connection_lost_on_the_way(void **state)
{
	struct pg *other = pg_fixture_open(NULL, PG_GROUP_READ);
	struct pg_params p = params_of_int(5);
	PGresult *results[2];
	struct error err;

	(void)state;
	assert_int_equal(pg_begin(other, &err), 0);
	assert_int_equal(pg_send(other, STMT(DIVIDE), &p, &err), 0);
	pg_fixture_exec(
	        pg,
	        arena_printf(arena,
	                     "do $$ begin perform pg_terminate_backend(%d, 5000); end $$",
	                     PQbackendPID(pg_connection(other))));
	if (pg_send(other, STMT(DIVIDE), &p, &err) == 0)
		assert_int_equal(pg_collect(other, results, 2, &err), ERR_TRANSIENT);
	else
		assert_int_equal(err.code, ERR_TRANSIENT);
	pg_rollback(other);
	pg_close(other);
}

/* --- COPY --- */

static const char copy_all[] = "copy copied from stdin (format binary)";

#define COPY_COLUMNS 13

static void put_row(struct pg_copy *copy, int n, const char *text)
{
	const struct key keys[2] = {{{1}}, {{2}}};
	const int16_t shorts[] = {-1, INT16_MAX};
	const int32_t ints[] = {-1, INT32_MAX};
	const int64_t longs[] = {-1, INT64_MAX};

	pg_copy_row(copy);
	pg_copy_int4(copy, n);
	pg_copy_bool(copy, n % 2);
	pg_copy_int2(copy, INT16_MIN);
	pg_copy_int8(copy, INT64_MIN);
	pg_copy_key(copy, &keys[1]);
	pg_copy_text(copy, text);
	pg_copy_bytes(copy, "\0\1", 2);
	pg_copy_timestamp(copy, INT64_C(1767323045123456));
	pg_copy_int2_array(copy, shorts, 2);
	pg_copy_int4_array(copy, ints, 2);
	pg_copy_int8_array(copy, longs, 0);
	pg_copy_key_array(copy, keys, 2);
	pg_copy_null(copy);
}

static void make_copied(void)
{
	pg_fixture_exec(
	        pg, "drop table if exists copied; create table copied (n int4, flag bool, "
	            "small int2, big int8, key uuid, words text, bytes bytea, "
	            "at timestamptz, shorts int2[], ints int4[], longs int8[], "
	            "keys uuid[], nothing text)");
}

static void test_pg_copy__stores_every_type(void **state)
{
	struct pg_copy *copy;
	struct error err;

	(void)state;
	make_copied();
	copy = pg_copy_begin(pg, copy_all, COPY_COLUMNS);
	put_row(copy, 1, "ünï\t\\N");
	assert_int_equal(pg_copy_end(copy, &err), 0);
	assert_string_equal(
	        pg_fixture_text(pg, "select row(c.*)::text from copied as c"),
	        "(1,t,-32768,-9223372036854775808,02000000-0000-0000-0000-000000000000,"
	        "\"ünï\t\\\\N\",\"\\\\x0001\",\"2026-01-02 "
	        "03:04:05.123456+00\",\"{-1,32767}\","
	        "\"{-1,2147483647}\",{},\"{01000000-0000-0000-0000-000000000000,"
	        "02000000-0000-0000-0000-000000000000}\",)");
}

static void test_pg_copy__sends_more_than_a_piece(void **state)
{
	struct pg_copy *copy;
	struct error err;

	(void)state;
	make_copied();
	copy = pg_copy_begin(pg, copy_all, COPY_COLUMNS);
	for (int i = 0; i < 3000; i++)
		put_row(copy, i, "some text");
	assert_int_equal(pg_copy_end(copy, &err), 0);
	assert_int_equal(pg_fixture_number(pg, "select sum(n) from copied"), 2999 * 1500);
	assert_int_equal(pg_fixture_number(pg, "select count(*) from copied where flag"),
	                 1500);
}

static void test_pg_copy_end__tells_what_went_wrong_and_stores_nothing(void **state)
{
	static const struct {
		const char *name;
		const char *sql;
		const char *text;
		int64_t number;
		enum error_code code;
	} cases[] = {
	        {"no table", "copy no_such from stdin (format binary)", "", 0,
	         ERR_INTERNAL},
	        {"no int4", "copy pair from stdin (format binary)", "", INT64_C(1) << 40,
	         ERR_INVALID},
	        {"no UTF-8", "copy pair from stdin (format binary)", "\xff", 0,
	         ERR_INVALID},
	        {"check", "copy pair from stdin (format binary)", "", -1, ERR_INVALID},
	        {"no copy", "select 1", "", 0, ERR_INTERNAL},
	};

	(void)state;
	pg_fixture_exec(pg, "create table pair (n int4 check (n >= 0), words text)");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pg_copy *copy = pg_copy_begin(pg, cases[i].sql, 2);
		struct error err;
		int rc;

		for (int row = 0; row < 3; row++) {
			pg_copy_row(copy);
			pg_copy_int4(copy, cases[i].number);
			pg_copy_text(copy, cases[i].text);
		}
		rc = pg_copy_end(copy, &err);
		if (rc != (int)cases[i].code)
			fail_msg("%s: %d, %s", cases[i].name, rc, err.text);
	}
	assert_int_equal(pg_fixture_number(pg, "select count(*) from pair"), 0);
	pg_fixture_exec(pg, "drop table pair");
}

/* --- */

static int setup(void **state)
{
	(void)state;
	arena = arena_new(4096);
	pg_fixture_exec(pg, "truncate counted");
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
	        TEST(test_pg_open__sets_the_session),
	        TEST(test_pg_open__runs_session_statements_of_its_groups),
	        TEST(test_pg_open_after__looks_before_it_takes_on_the_rest),
	        TEST(test_pg_open__fails_by_what_the_caller_can_do),
	        TEST(test_pg_open__is_denied_as_an_unknown_user),
	        TEST(test_pg_run__gives_back_what_was_bound),
	        TEST(test_pg_run__reads_null_as_nothing),
	        TEST(test_pg_get_timestamp__keeps_times_to_the_microsecond),
	        TEST(test_pg_run_binary__answers_in_network_order),
	        TEST(test_pg_run__prepares_when_first_run),
	        TEST(test_pg_result_error__maps_sqlstates),
	        TEST(test_pg_run__tells_a_lost_connection_as_transient),
	        TEST(test_pg_commit__keeps_and_rollback_forgets),
	        TEST(test_pg_commit__says_when_nothing_was_kept),
	        TEST(test_pg_collect__gives_results_in_the_order_of_sending),
	        TEST(test_pg_collect__names_the_first_failure_and_leaves_no_result),
	        TEST(test_pg_send__prepares_what_a_failure_has_skipped),
	        TEST(test_pg_rollback__forgets_what_was_sent),
	        TEST(test_pg_collect__tells_a_connection_lost_on_the_way),
	        TEST(test_pg_copy__stores_every_type),
	        TEST(test_pg_copy__sends_more_than_a_piece),
	        TEST(test_pg_copy_end__tells_what_went_wrong_and_stores_nothing),
	};
	int failed;

	pg_fixture_create("pg_sync");
	pg = pg_fixture_open(NULL, 0);
	pg_fixture_exec(pg, "create table counted (n bigint)");
	pg_close(pg);
	pg = pg_fixture_open(NULL, PG_GROUP_READ);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_close(pg);
	pg_fixture_drop();
	return failed != 0;
}
