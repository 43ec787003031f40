/* SPDX-License-Identifier: Apache-2.0 */
/* Pushes as collectors take them: in their order, each by one, whatever ends in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/push_store.h"

#include "support/pg_fixture.h"

#define NOW (INT64_C(1794700800) * USEC_PER_SEC) /* 2026-11-15T00:00:00Z */

static struct pg *owner, *one, *two;
static struct arena *arena;
static const struct org org = {.id = 1, .slug = "default"};
static const struct org other = {.id = 2, .slug = "other"};

/* A push with two chunks, minutes after NOW. */
static struct key put(const struct org *of, int number, int state, int minutes)
{
	const struct key id = {{(uint8_t)of->id, (uint8_t)number}};
	char text[KEY_TEXT_MAX];

	key_text(&id, text);
	pg_fixture_exec(
	        owner,
	        arena_printf(
	                arena,
	                "insert into isobar.push (org_id, push_id, source, principal, "
	                "state, received_at, size, n_chunks) values (%d, '%s', 'feed-%d', "
	                "'pia', %d, '2026-11-15Z'::timestamptz + interval '%d min', 5, 2)",
	                (int)of->id, text, number, state, minutes));
	for (int chunk = 0; chunk < 2; chunk++)
		pg_fixture_exec(
		        owner,
		        arena_printf(arena,
		                     "insert into isobar.ingest_spool (org_id, spool_id, "
		                     "chunk_no, received_at, body) values (%d, '%s', %d, "
		                     "'2026-11-15Z'::timestamptz + interval '%d min', "
		                     "'\\x00ff%02x'::bytea)",
		                     (int)of->id, text, chunk, minutes, chunk));
	return id;
}

/* The source of the push that is taken, "" for none. */
static const char *take(struct pg *pg, const struct org *of, struct push *out)
{
	struct error err = {0};
	bool found;

	if (push_take(pg, of, arena, out, &found, &err) < 0)
		fail_msg("%s", err.text);
	return found ? out->source : "";
}

static int finish(struct pg *pg, const struct key *id, enum push_state state,
                  int64_t run_id, const char *why)
{
	const struct push_end end = {.state = state, .run_id = run_id, .error = why};
	struct error err = {0};

	return push_finish(pg, &org, id, &end, NOW, &err);
}

static int64_t count(const char *what)
{
	return pg_fixture_number(owner,
	                         arena_printf(arena, "select count(*) from %s", what));
}

/* --- */

static void test_push_take__takes_each_once_in_their_order(void **state)
{
	struct push push, unused;
	struct key second;

	(void)state;
	put(&org, 1, PUSH_RECEIVING, 0);
	second = put(&org, 2, PUSH_WAITING, 2);
	put(&org, 3, PUSH_WAITING, 1);
	put(&org, 4, PUSH_DONE, 0);
	assert_string_equal(take(one, &org, &push), "feed-3");
	assert_int_equal(push.n_tries, 1);
	assert_int_equal(push.n_chunks, 2);
	assert_int_equal(push.size, 5);
	assert_string_equal(take(two, &org, &unused), "feed-2");
	assert_int_equal(key_cmp(&unused.id, &second), 0);
	assert_string_equal(take(one, &org, &unused), "");
	assert_string_equal(take(one, &other, &unused), "");
}

static void test_push_take__skips_what_another_is_taking(void **state)
{
	struct push push;
	struct error err;

	(void)state;
	put(&org, 1, PUSH_WAITING, 0);
	put(&org, 2, PUSH_WAITING, 1);
	assert_int_equal(pg_begin(one, &err), 0);
	assert_string_equal(take(one, &org, &push), "feed-1");
	assert_string_equal(take(two, &org, &push), "feed-2");
	assert_int_equal(pg_commit(one, &err), 0);
}

static void test_push_take__takes_over_from_who_is_gone(void **state)
{
	struct error err = {0};
	struct pg *gone;
	struct push push;
	int64_t *orgs;
	size_t n;
	bool any_spent;

	(void)state;
	put(&org, 1, PUSH_WAITING, 0);
	for (int i = 1; i <= PUSH_TRIES; i++) {
		gone = pg_fixture_open("isobar_collector", PG_GROUP_PUSH);
		assert_string_equal(take(gone, &org, &push), "feed-1");
		assert_int_equal(push.n_tries, i);
		assert_string_equal(take(one, &org, &push), "");
		pg_close(gone);
		/* The server notices a little later. */
		for (int tries = 0; tries < 1000; tries++)
			if (count("pg_stat_activity where pid <> pg_backend_pid() and "
			          "pid in (select backend_pid from isobar.push)") == 0)
				break;
	}
	assert_string_equal(take(one, &org, &push), "");
	assert_int_equal(push_orgs(one, arena, &orgs, &n, &any_spent, &err), 0);
	assert_int_equal(n, 0);
	assert_true(any_spent);
}

static void test_push_orgs__names_those_with_work(void **state)
{
	struct error err = {0};
	int64_t *orgs;
	size_t n;
	bool any_spent;

	(void)state;
	put(&org, 1, PUSH_WAITING, 5);
	put(&other, 2, PUSH_WAITING, 1);
	put(&other, 3, PUSH_WAITING, 9);
	assert_int_equal(push_orgs(one, arena, &orgs, &n, &any_spent, &err), 0);
	assert_int_equal(n, 2);
	assert_false(any_spent);
	assert_int_equal(orgs[0], 2);
	assert_int_equal(orgs[1], 1);
}

static void test_push_read__gives_bytes_as_they_came(void **state)
{
	const struct key id = put(&org, 1, PUSH_WAITING, 0);
	struct strbuf b = {0};
	struct error err;

	(void)state;
	assert_int_equal(push_read(one, &org, &id, 0, &b, &err), 0);
	assert_int_equal(push_read(one, &org, &id, 1, &b, &err), 0);
	assert_int_equal(b.size, 6);
	assert_memory_equal(b.data, "\x00\xff\x00\x00\xff\x01", 6);
	assert_int_equal(push_read(one, &org, &id, 2, &b, &err), ERR_NOT_FOUND);
	assert_int_equal(push_read(one, &other, &id, 0, &b, &err), ERR_NOT_FOUND);
	strbuf_done(&b);
}

static void test_push_finish__removes_the_bytes_with_its_transaction(void **state)
{
	struct push push;
	struct error err;

	(void)state;
	put(&org, 1, PUSH_WAITING, 0);
	put(&org, 2, PUSH_WAITING, 1);
	assert_string_equal(take(one, &org, &push), "feed-1");
	assert_int_equal(pg_begin(one, &err), 0);
	assert_int_equal(finish(one, &push.id, PUSH_DONE, 77, ""), 0);
	pg_rollback(one);
	assert_int_equal(count("isobar.push where state = 2"), 1);
	assert_int_equal(count("isobar.ingest_spool"), 4);
	assert_int_equal(finish(one, &push.id, PUSH_DONE, 77, ""), 0);
	assert_int_equal(count("isobar.push where state = 3 and run_id = 77"), 1);
	assert_int_equal(count("isobar.ingest_spool"), 2);
	assert_int_equal(finish(one, &push.id, PUSH_FAILED, 0, "no"), ERR_CONFLICT);
	assert_string_equal(take(one, &org, &push), "feed-2");
	assert_int_equal(finish(one, &push.id, PUSH_FAILED, 0, "no such format"), 0);
	assert_int_equal(count("isobar.push where state = 4 and run_id is null and "
	                       "error = 'no such format'"),
	                 1);
	assert_int_equal(count("isobar.ingest_spool"), 0);
}

static void test_push_sweep__removes_what_never_came_and_what_is_old(void **state)
{
	struct push_swept swept;
	struct error err = {0};

	(void)state;
	put(&org, 1, PUSH_RECEIVING, 0);
	put(&org, 2, PUSH_RECEIVING, 600);
	put(&org, 3, PUSH_WAITING, 0);
	put(&org, 4, PUSH_DONE, 0);
	pg_fixture_exec(owner, "update isobar.push set finished_at = '2026-11-15Z' "
	                       "where state = 3");
	put(&org, 5, PUSH_PARSING, 0);
	pg_fixture_exec(owner, "update isobar.push set n_tries = 3, backend_pid = -1 "
	                       "where state = 2");
	assert_int_equal(push_sweep(one, NOW + 12 * USEC_PER_HOUR, &swept, &err), 0);
	assert_int_equal(swept.n_abandoned, 1);
	assert_int_equal(swept.n_failed, 1);
	assert_int_equal(swept.n_forgotten, 0);
	assert_int_equal(count("isobar.push"), 4);
	/* Of the one that still comes and the one that waits. */
	assert_int_equal(count("isobar.ingest_spool"), 4);
	assert_int_equal(push_sweep(one, NOW + PUSH_KEPT_USEC + 1, &swept, &err), 0);
	assert_int_equal(swept.n_forgotten, 1);
	assert_int_equal(count("isobar.ingest_spool"), 2);
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new(4096);
	pg_fixture_exec(owner, "truncate isobar.push, isobar.ingest_spool");
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
	        TEST(test_push_take__takes_each_once_in_their_order),
	        TEST(test_push_take__skips_what_another_is_taking),
	        TEST(test_push_take__takes_over_from_who_is_gone),
	        TEST(test_push_orgs__names_those_with_work),
	        TEST(test_push_read__gives_bytes_as_they_came),
	        TEST(test_push_finish__removes_the_bytes_with_its_transaction),
	        TEST(test_push_sweep__removes_what_never_came_and_what_is_old),
	};
	int failed;

	pg_fixture_create("push_store");
	pg_fixture_migrate();
	owner = pg_fixture_open(NULL, 0);
	one = pg_fixture_open("isobar_collector", PG_GROUP_PUSH);
	two = pg_fixture_open("isobar_collector", PG_GROUP_PUSH);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_close(owner);
	pg_close(one);
	pg_close(two);
	pg_fixture_drop();
	return failed != 0;
}
