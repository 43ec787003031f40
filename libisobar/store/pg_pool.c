/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pool of evented connections with one queue of waiting queries.  Whatever ends
 * a query only moves it to the list of finished ones; their callbacks run from an
 * event of the pool's own, so none comes from inside a call, and a callback may
 * run, abandon or even free the pool.
 */
#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "store/pg_conn.h"

/* More waiting than this fail at once, with ERR_LIMIT. */
#define POOL_MAX_WAITING 1024

/* How often the time-outs are looked at. */
#define TICK_MS 50

enum query_state {
	QUERY_WAITING,
	QUERY_RUNNING,
	QUERY_FINISHED /* done is not called yet */
};

struct pg_query {
	TAILQ_ENTRY(pg_query) entry; /* in the list of its state */
	struct pg_pool *pool;
	struct arena *arena; /* holds this query and what it points to */
	struct pg_call call;
	struct pg_params params; /* of call */
	enum query_state state;
	struct pg_conn *conn; /* when running */
	int64_t since_ms;
	pg_done_fn *done;
	void *ctx;
	PGresult *result; /* when finished; NULL: err */
	struct error err;
};

TAILQ_HEAD(query_list, pg_query);

struct pg_pool {
	struct arena *arena; /* of the strings of options */
	struct pg_options options;
	struct event *turn; /* calls finished queries back, gives out waiting ones */
	struct event *tick; /* ends queries whose time is up; not armed without any */
	bool is_ticking;
	struct query_list waiting;
	struct query_list running;
	struct query_list finished;
	size_t n_waiting;
	size_t n_finished;
	struct pg_conn **conns;
	unsigned int n_conns;
	bool *freed; /* set by pg_pool_free() from inside a callback */
};

static void take_turn(struct pg_pool *pool)
{
	event_active(pool->turn, EV_TIMEOUT, 0);
}

/* --- queries --- */

static void query_free(struct pg_query *query)
{
	PQclear(query->result);
	arena_free(query->arena);
}

/* Out of the list of its state; nobody will answer it then. */
static void query_take_out(struct pg_query *query)
{
	struct pg_pool *pool = query->pool;

	switch (query->state) {
	case QUERY_WAITING:
		TAILQ_REMOVE(&pool->waiting, query, entry);
		pool->n_waiting--;
		break;
	case QUERY_RUNNING:
		TAILQ_REMOVE(&pool->running, query, entry);
		break;
	case QUERY_FINISHED:
		TAILQ_REMOVE(&pool->finished, query, entry);
		pool->n_finished--;
		break;
	}
}

/* Takes result; with NULL, err says why. */
static void query_finish(struct pg_query *query, PGresult *result, const struct error *err)
{
	struct pg_pool *pool = query->pool;

	query_take_out(query);
	query->state = QUERY_FINISHED;
	query->result = result;
	if (err != NULL)
		query->err = *err;
	TAILQ_INSERT_TAIL(&pool->finished, query, entry);
	pool->n_finished++;
	take_turn(pool);
}

static void copy_params(struct pg_query *query, const struct pg_params *params)
{
	struct pg_params *copy = &query->params;

	*copy = *params;
	copy->arena = query->arena;
	for (int i = 0; i < copy->n; i++) {
		bool is_text = copy->formats[i] == 0;
		size_t size;

		if (copy->values[i] == NULL)
			continue;
		size = is_text ? strlen(copy->values[i]) : (size_t)copy->sizes[i];
		copy->values[i] =
		        memcpy(arena_alloc(query->arena, size + 1), copy->values[i], size);
	}
}

static struct pg_query *query_new(struct pg_pool *pool, const struct pg_call *call)
{
	struct arena *arena = arena_new(sizeof(struct pg_query) + 512);
	struct pg_query *query = ARENA_NEW(arena, struct pg_query);

	query->arena = arena;
	query->pool = pool;
	query->call = *call;
	query->call.params = NULL;
	if (call->params != NULL) {
		copy_params(query, call->params);
		query->call.params = &query->params;
	}
	query->since_ms = pg_now_ms();
	return query;
}

static void tick_later(struct pg_pool *pool)
{
	const struct timeval wait = {.tv_usec = TICK_MS * 1000L};

	if (!pool->is_ticking)
		event_add(pool->tick, &wait);
	pool->is_ticking = true;
}

struct pg_query *pg_pool_run(struct pg_pool *pool, const struct pg_call *call,
                             pg_done_fn *done, void *ctx)
{
	struct pg_query *query;
	struct error err;

	assert(pg_group_is_prepared_on_connect(&pool->options, call->stmt));
	query = query_new(pool, call);
	query->done = done;
	query->ctx = ctx;
	TAILQ_INSERT_TAIL(&pool->waiting, query, entry);
	pool->n_waiting++;
	if (pool->n_waiting > POOL_MAX_WAITING) {
		error_set(&err, ERR_LIMIT, "%s: %d queries wait already",
		          statement_table[call->stmt].name, POOL_MAX_WAITING);
		query_finish(query, NULL, &err);
		return query;
	}
	if (call->timeout_ms > 0)
		tick_later(pool);
	take_turn(pool);
	return query;
}

void pg_query_abandon(struct pg_query *query)
{
	if (query->state == QUERY_RUNNING)
		pg_conn_forget(query->conn, query);
	query_take_out(query);
	query_free(query);
}

/* --- time-outs --- */

static void query_time_out(struct pg_query *query)
{
	struct error err;

	error_set(&err, ERR_TRANSIENT, "%s: no answer within %u ms",
	          statement_table[query->call.stmt].name, query->call.timeout_ms);
	/* libpq 15 can't cancel without blocking: the server's own time-out does. */
	if (query->state == QUERY_RUNNING)
		pg_conn_forget(query->conn, query);
	query_finish(query, NULL, &err);
}

/* True: some of the others have a time-out. */
static bool look_at_clocks(struct query_list *list, int64_t now_ms)
{
	bool any = false;
	struct pg_query *next;

	for (struct pg_query *query = TAILQ_FIRST(list); query != NULL; query = next) {
		next = TAILQ_NEXT(query, entry);
		if (query->call.timeout_ms == 0)
			continue;
		if (now_ms - query->since_ms >= (int64_t)query->call.timeout_ms)
			query_time_out(query);
		else
			any = true;
	}
	return any;
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct pg_pool *pool = ctx;
	int64_t now_ms = pg_now_ms();
	bool running, waiting;

	(void)fd;
	(void)what;
	pool->is_ticking = false;
	running = look_at_clocks(&pool->running, now_ms);
	waiting = look_at_clocks(&pool->waiting, now_ms);
	if (running || waiting)
		tick_later(pool);
}

/* --- connections --- */

static void on_up(struct pg_conn *conn, void *ctx)
{
	(void)conn;
	take_turn(ctx);
}

static void on_heard(struct pg_conn *conn, void *ctx)
{
	struct pg_pool *pool = ctx;

	(void)conn;
	if (pool->n_waiting > 0)
		take_turn(pool);
}

static void on_done(struct pg_conn *conn, void *tag, PGresult *result,
                    const struct error *err, void *ctx)
{
	(void)conn;
	(void)ctx;
	query_finish(tag, result, err);
}

bool pg_pool_is_up(const struct pg_pool *pool)
{
	for (unsigned int i = 0; i < pool->n_conns; i++) {
		if (pg_conn_is_up(pool->conns[i]))
			return true;
	}
	return false;
}

/*
 * When a try to connect failed and no other connection is up, those that wait get
 * the reason instead of waiting on.
 */
static void on_down(struct pg_conn *conn, bool was_up, const struct error *err, void *ctx)
{
	struct pg_pool *pool = ctx;

	(void)conn;
	if (was_up || pg_pool_is_up(pool))
		return;
	while (!TAILQ_EMPTY(&pool->waiting))
		query_finish(TAILQ_FIRST(&pool->waiting), NULL, err);
}

static struct pg_conn *least_loaded(struct pg_pool *pool, int64_t now_ms)
{
	struct pg_conn *best = NULL;

	for (unsigned int i = 0; i < pool->n_conns; i++) {
		struct pg_conn *conn = pool->conns[i];

		if (pg_conn_can_take(conn, now_ms) &&
		    (best == NULL || pg_conn_n_in_flight(conn) < pg_conn_n_in_flight(best)))
			best = conn;
	}
	return best;
}

static void give_out(struct pg_pool *pool)
{
	int64_t now_ms = pg_now_ms();
	struct pg_conn *conn;

	while (!TAILQ_EMPTY(&pool->waiting) &&
	       (conn = least_loaded(pool, now_ms)) != NULL) {
		struct pg_query *query = TAILQ_FIRST(&pool->waiting);

		query_take_out(query);
		query->state = QUERY_RUNNING;
		query->conn = conn;
		TAILQ_INSERT_TAIL(&pool->running, query, entry);
		pg_conn_send(conn, &query->call, query);
	}
	for (unsigned int i = 0; i < pool->n_conns; i++)
		pg_conn_flush(pool->conns[i]);
}

/* False: the callback freed the pool. */
static bool call_back(struct pg_pool *pool)
{
	struct pg_query *query = TAILQ_FIRST(&pool->finished);
	bool freed = false;

	query_take_out(query);
	pool->freed = &freed;
	query->done(query->result, query->result != NULL ? NULL : &query->err, query->ctx);
	query_free(query);
	if (!freed)
		pool->freed = NULL;
	return !freed;
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	struct pg_pool *pool = ctx;

	(void)fd;
	(void)what;
	/* Those finished now; what callbacks start gets its own turn. */
	for (size_t n = pool->n_finished; n > 0 && !TAILQ_EMPTY(&pool->finished); n--) {
		if (!call_back(pool))
			return;
	}
	give_out(pool);
	if (!TAILQ_EMPTY(&pool->finished))
		take_turn(pool);
}

/* --- the pool --- */

struct pg_pool_stats pg_pool_stats(const struct pg_pool *pool)
{
	struct pg_pool_stats stats = {.n_connections = pool->n_conns,
	                              .n_waiting = pool->n_waiting};

	for (unsigned int i = 0; i < pool->n_conns; i++) {
		stats.n_up += pg_conn_is_up(pool->conns[i]);
		stats.n_in_flight += pg_conn_n_in_flight(pool->conns[i]);
	}
	if (!TAILQ_EMPTY(&pool->waiting))
		stats.oldest_wait_ms =
		        (unsigned int)(pg_now_ms() - TAILQ_FIRST(&pool->waiting)->since_ms);
	return stats;
}

struct pg_pool *pg_pool_new(struct event_base *base, const struct pg_options *options,
                            unsigned int n_connections)
{
	struct pg_pool *pool = xcalloc(1, sizeof(*pool));
	const struct pg_conn_owner owner = {.up = on_up,
	                                    .down = on_down,
	                                    .done = on_done,
	                                    .heard = on_heard,
	                                    .ctx = pool};

	assert(n_connections > 0 && options->pipeline <= PG_PIPELINE_MOST);
	pool->arena = arena_new(512);
	pool->options = pg_evented_options(pool->arena, options);
	pool->turn = event_new(base, -1, 0, on_turn, pool);
	pool->tick = event_new(base, -1, 0, on_tick, pool);
	TAILQ_INIT(&pool->waiting);
	TAILQ_INIT(&pool->running);
	TAILQ_INIT(&pool->finished);
	pool->conns = xcalloc(n_connections, sizeof(pool->conns[0]));
	pool->n_conns = n_connections;
	for (unsigned int i = 0; i < n_connections; i++)
		pool->conns[i] = pg_conn_new(base, &pool->options, i, &owner);
	return pool;
}

static void free_list(struct query_list *list)
{
	struct pg_query *query;

	while ((query = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, query, entry);
		query_free(query);
	}
}

void pg_pool_free(struct pg_pool *pool)
{
	if (pool == NULL)
		return;
	if (pool->freed != NULL)
		*pool->freed = true;
	for (unsigned int i = 0; i < pool->n_conns; i++)
		pg_conn_free(pool->conns[i]);
	free_list(&pool->waiting);
	free_list(&pool->running);
	free_list(&pool->finished);
	event_free(pool->turn);
	event_free(pool->tick);
	free(pool->conns);
	arena_free(pool->arena);
	free(pool);
}
