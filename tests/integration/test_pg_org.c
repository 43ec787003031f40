/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Row-level security through the pool, with the statements as they are shipped and
 * the role of the api: queries of different orgs follow each other on one connection
 * in one pipeline, and each sees the rows of its own org, whatever it asks for.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/pg_binary.h"

#include "support/pg_fixture.h"
#include "support/random.h"

#define N_QUERIES 400

struct query {
	int64_t org_id; /* that it is bound to; 0: none */
	int64_t asked;  /* that its statement names */
	bool binary;
	bool broken; /* fails, with an org bound */
	int n_calls;
};

static struct event_base *base;
static int n_calls;

static void check_rows(const struct query *q, const PGresult *result)
{
	struct binary_row r = {result, 0, 0};
	int64_t id;
	const char *name;

	assert_int_equal(PQfformat(result, 0), q->binary);
	if (q->org_id != q->asked) {
		assert_int_equal(PQntuples(result), 0);
		return;
	}
	assert_int_equal(PQntuples(result), 1);
	id = q->binary ? next_int8(&r) : pg_get_int(result, 0, "source_id");
	name = q->binary ? next_value(&r) : pg_get_text(result, 0, "name");
	assert_int_equal(id, 1000 + q->asked);
	assert_string_equal(name, q->asked == 1 ? "first" : "second");
}

static void on_done(const PGresult *result, const struct error *err, void *ctx)
{
	struct query *q = ctx;

	q->n_calls++;
	n_calls++;
	if (q->broken) {
		assert_non_null(err);
		assert_int_equal(err->code, ERR_INVALID);
		return;
	}
	if (err != NULL)
		fail_msg("%s", err->text);
	check_rows(q, result);
}

static void run(struct pg_pool *pool, struct query *q)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	struct pg_call call = {.stmt = STMT_SOURCE_LIST,
	                       .params = &p,
	                       .org_id = q->org_id,
	                       .binary = q->binary};

	if (q->broken)
		pg_bind_text(&p, "no number");
	else
		pg_bind_int(&p, q->asked);
	pg_pool_run(pool, &call, on_done, q);
}

static struct pg_pool *pool_of_the_api(void)
{
	const struct pg_options options = {.conninfo = pg_fixture_conninfo(),
	                                   .role = "isobar_api",
	                                   .program = "isobar-test",
	                                   .groups = PG_GROUP_READ,
	                                   .statement_timeout_ms = 5000};

	return pg_pool_new(base, &options, 1);
}

static void turn_until(int n)
{
	const struct timeval step = {.tv_usec = 10000};

	for (int i = 0; i < 1000 && n_calls < n; i++) {
		event_base_loopexit(base, &step);
		event_base_dispatch(base);
	}
	assert_int_equal(n_calls, n);
}

static void test_pg_pool_run__shows_each_query_the_rows_of_its_org(void **state)
{
	static struct query queries[N_QUERIES];
	struct pg_pool *pool = pool_of_the_api();
	int n_seen = 0, n_bound_elsewhere = 0, n_unbound = 0, n_broken = 0;

	(void)state;
	random_begin(20260101);
	for (int i = 0; i < N_QUERIES; i++) {
		struct query *q = &queries[i];

		*q = (struct query){.org_id = random_below(3),
		                    .asked = 1 + random_below(2),
		                    .binary = random_below(2) == 0,
		                    .broken = random_below(10) == 0};
		n_broken += q->broken;
		n_seen += q->org_id == q->asked;
		n_unbound += q->org_id == 0;
		n_bound_elsewhere += q->org_id != 0 && q->org_id != q->asked;
		run(pool, q);
	}
	assert_true(n_seen > 50 && n_unbound > 50 && n_bound_elsewhere > 50 &&
	            n_broken > 10);
	turn_until(N_QUERIES);
	for (int i = 0; i < N_QUERIES; i++)
		assert_int_equal(queries[i].n_calls, 1);
	pg_pool_free(pool);
}

static int setup(void **state)
{
	(void)state;
	n_calls = 0;
	base = event_base_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	event_base_free(base);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_pg_pool_run__shows_each_query_the_rows_of_its_org),
	};
	struct pg *pg;
	int failed;

	pg_fixture_create("pg_org");
	pg_fixture_migrate();
	pg = pg_fixture_open(NULL, 0);
	pg_fixture_exec(pg,
	                "insert into isobar.org (org_id, name, created_at) values "
	                "(1, 'one', now()), (2, 'two', now()) on conflict do nothing; "
	                "insert into isobar.source (org_id, source_id, name, connector, "
	                "created_at) values (1, 1001, 'first', 'prowler', now()), "
	                "(2, 1002, 'second', 'prowler', now())");
	pg_close(pg);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_fixture_drop();
	return failed != 0;
}
