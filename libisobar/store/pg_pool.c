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

/* Between two tries to connect; the jitter grows from one to the other. */
#define BACKOFF_LEAST_MS 100
#define BACKOFF_MOST_MS  2000

enum query_state {
	QUERY_WAITING,
	QUERY_RUNNING,
	QUERY_FINISHED /* done is not called yet */
};

struct member;

struct pg_query {
	TAILQ_ENTRY(pg_query) entry; /* in waiting or finished */
	struct pg_pool *pool;
	struct arena *arena; /* holds params */
	struct pg_params params;
	enum statement stmt;
	enum query_state state;
	struct member *member; /* when running */
	bool abandoned;        /* when running: the answer is thrown away */
	struct event *timer;   /* NULL: no timeout */
	unsigned int timeout_ms;
	pg_done_fn *done;
	void *ctx;
	PGresult *result; /* when finished; NULL: err */
	struct error err;
};

TAILQ_HEAD(query_list, pg_query);

/* A place for a connection. */
struct member {
	struct pg_pool *pool;
	struct pg_conn *conn;
	struct pg_query *query; /* that it runs */
	unsigned int backoff_ms;
	bool opened; /* is open or will be, by itself */
	bool up;     /* connected and prepared */
};

struct pg_pool {
	struct arena *arena; /* of the strings of options */
	struct pg_options options;
	struct event_base *base;
	struct event *turn; /* calls finished queries back, gives out waiting ones */
	struct query_list waiting;
	struct query_list finished;
	size_t n_waiting;
	size_t n_finished;
	struct member *members;
	unsigned int n_members;
	uint64_t random;
	bool *freed; /* set by pg_pool_free() from inside a callback */
};

/* xorshift64: good enough to keep processes from knocking in step. */
static uint64_t next_random(struct pg_pool *pool)
{
	pool->random ^= pool->random << 13;
	pool->random ^= pool->random >> 7;
	pool->random ^= pool->random << 17;
	return pool->random;
}

static void take_turn(struct pg_pool *pool)
{
	event_active(pool->turn, EV_TIMEOUT, 0);
}

/* --- queries --- */

static void query_free(struct pg_query *query)
{
	if (query->timer != NULL)
		event_free(query->timer);
	PQclear(query->result);
	arena_free(query->arena);
	free(query);
}

/* From any state.  Takes result; with NULL, err says why. */
static void query_finish(struct pg_query *query, PGresult *result, const struct error *err)
{
	struct pg_pool *pool = query->pool;

	if (query->state == QUERY_WAITING) {
		TAILQ_REMOVE(&pool->waiting, query, entry);
		pool->n_waiting--;
	}
	query->state = QUERY_FINISHED;
	query->result = result;
	if (query->abandoned) {
		query_free(query);
		return;
	}
	if (err != NULL)
		query->err = *err;
	if (query->timer != NULL)
		event_del(query->timer);
	TAILQ_INSERT_TAIL(&pool->finished, query, entry);
	pool->n_finished++;
	take_turn(pool);
}

static void on_timeout(evutil_socket_t fd, short what, void *ctx)
{
	struct pg_query *query = ctx;
	struct member *member = query->member;
	struct error err;

	(void)fd;
	(void)what;
	error_set(&err, ERR_TRANSIENT, "%s: no answer within %u ms",
	          statement_table[query->stmt].name, query->timeout_ms);
	if (query->state == QUERY_RUNNING) {
		/* libpq 15 can't cancel without blocking: drop the connection. */
		pg_conn_reset(member->conn);
		member->query = NULL;
		member->up = false;
		pg_conn_open(member->conn, 0);
	}
	query_finish(query, NULL, &err);
}

static void copy_params(struct pg_query *query, const struct pg_params *params)
{
	struct pg_params *copy = &query->params;

	if (params != NULL)
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

struct pg_query *pg_pool_run(struct pg_pool *pool, enum statement stmt,
                             const struct pg_params *params, unsigned int timeout_ms,
                             pg_done_fn *done, void *ctx)
{
	struct pg_query *query = xcalloc(1, sizeof(*query));
	struct error err;

	query->pool = pool;
	query->arena = arena_new(512);
	query->stmt = stmt;
	query->timeout_ms = timeout_ms;
	query->done = done;
	query->ctx = ctx;
	copy_params(query, params);
	TAILQ_INSERT_TAIL(&pool->waiting, query, entry);
	pool->n_waiting++;
	if (pool->n_waiting > POOL_MAX_WAITING) {
		error_set(&err, ERR_LIMIT, "%s: %d queries wait already",
		          statement_table[stmt].name, POOL_MAX_WAITING);
		query_finish(query, NULL, &err);
		return query;
	}
	if (timeout_ms > 0) {
		struct timeval wait = {.tv_sec = timeout_ms / 1000,
		                       .tv_usec = (long)(timeout_ms % 1000) * 1000};

		query->timer = event_new(pool->base, -1, 0, on_timeout, query);
		event_add(query->timer, &wait);
	}
	take_turn(pool);
	return query;
}

void pg_query_abandon(struct pg_query *query)
{
	struct pg_pool *pool = query->pool;

	switch (query->state) {
	case QUERY_WAITING:
		TAILQ_REMOVE(&pool->waiting, query, entry);
		pool->n_waiting--;
		query_free(query);
		break;
	case QUERY_RUNNING:
		query->abandoned = true; /* its timer still bounds the connection */
		break;
	case QUERY_FINISHED:
		TAILQ_REMOVE(&pool->finished, query, entry);
		pool->n_finished--;
		query_free(query);
		break;
	}
}

/* --- connections --- */

static void on_ready(struct pg_conn *conn, void *ctx)
{
	struct member *member = ctx;

	(void)conn;
	member->up = true;
	member->backoff_ms = BACKOFF_LEAST_MS;
	take_turn(member->pool);
}

static void on_done(struct pg_conn *conn, PGresult *result, const struct error *err,
                    void *ctx)
{
	struct member *member = ctx;
	struct pg_query *query = member->query;

	(void)conn;
	assert(query != NULL);
	member->query = NULL;
	query_finish(query, result, err);
	take_turn(member->pool);
}

static bool any_up(const struct pg_pool *pool)
{
	for (unsigned int i = 0; i < pool->n_members; i++) {
		if (pool->members[i].up)
			return true;
	}
	return false;
}

/* Decorrelated jitter: between the least and three times the wait before. */
static unsigned int next_backoff(struct member *member)
{
	uint64_t range = (uint64_t)member->backoff_ms * 3 - BACKOFF_LEAST_MS + 1;
	uint64_t ms = BACKOFF_LEAST_MS + next_random(member->pool) % range;

	member->backoff_ms = ms < BACKOFF_MOST_MS ? (unsigned int)ms : BACKOFF_MOST_MS;
	return member->backoff_ms;
}

/*
 * Opens it again after a while.  When the try itself failed and no other
 * connection is up, those that wait get the reason instead of waiting on.
 */
static void on_lost(struct pg_conn *conn, const struct error *err, void *ctx)
{
	struct member *member = ctx;
	struct pg_pool *pool = member->pool;
	bool was_up = member->up;

	member->up = false;
	pg_conn_open(conn, next_backoff(member));
	if (was_up || any_up(pool))
		return;
	while (!TAILQ_EMPTY(&pool->waiting))
		query_finish(TAILQ_FIRST(&pool->waiting), NULL, err);
}

static struct member *idle_member(struct pg_pool *pool)
{
	for (unsigned int i = 0; i < pool->n_members; i++) {
		if (pool->members[i].query == NULL &&
		    pg_conn_is_idle(pool->members[i].conn))
			return &pool->members[i];
	}
	return NULL;
}

/* As many connections as work asks for, and the first in any case. */
static void open_members(struct pg_pool *pool)
{
	size_t wanted = pool->n_waiting > 0 ? pool->n_waiting : 1;

	for (unsigned int i = 0; i < pool->n_members && wanted > 0; i++) {
		struct member *member = &pool->members[i];

		if (!member->opened) {
			member->opened = true;
			pg_conn_open(member->conn, 0);
			wanted--;
		} else if (member->query == NULL || pool->n_waiting == 0) {
			wanted--; /* will take one */
		}
	}
}

static void give_out(struct pg_pool *pool)
{
	struct member *member;

	while (!TAILQ_EMPTY(&pool->waiting) && (member = idle_member(pool)) != NULL) {
		struct pg_query *query = TAILQ_FIRST(&pool->waiting);

		TAILQ_REMOVE(&pool->waiting, query, entry);
		pool->n_waiting--;
		query->state = QUERY_RUNNING;
		query->member = member;
		member->query = query;
		pg_conn_run(member->conn, query->stmt, &query->params);
	}
	open_members(pool);
}

/* False: the callback freed the pool. */
static bool call_back(struct pg_pool *pool)
{
	struct pg_query *query = TAILQ_FIRST(&pool->finished);
	bool freed = false;

	TAILQ_REMOVE(&pool->finished, query, entry);
	pool->n_finished--;
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

static const char *copy_text(struct arena *arena, const char *text)
{
	return text != NULL ? arena_strdup(arena, text) : NULL;
}

struct pg_pool *pg_pool_new(struct event_base *base, const struct pg_options *options,
                            unsigned int max_connections)
{
	struct pg_pool *pool = xcalloc(1, sizeof(*pool));

	assert(max_connections > 0);
	pool->arena = arena_new(512);
	pool->options = *options;
	pool->options.conninfo = copy_text(pool->arena, options->conninfo);
	pool->options.role = copy_text(pool->arena, options->role);
	pool->options.program = copy_text(pool->arena, options->program);
	pool->base = base;
	pool->turn = event_new(base, -1, 0, on_turn, pool);
	pool->random = UINT64_C(0x9e3779b97f4a7c15) * (options->seed + UINT64_C(1));
	TAILQ_INIT(&pool->waiting);
	TAILQ_INIT(&pool->finished);
	pool->members = xcalloc(max_connections, sizeof(pool->members[0]));
	pool->n_members = max_connections;
	for (unsigned int i = 0; i < max_connections; i++) {
		struct member *member = &pool->members[i];
		const struct pg_conn_owner owner = {on_ready, on_lost, on_done, member};

		member->pool = pool;
		member->backoff_ms = BACKOFF_LEAST_MS;
		member->conn = pg_conn_new(base, &pool->options, &owner);
	}
	take_turn(pool);
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
	for (unsigned int i = 0; i < pool->n_members; i++) {
		pg_conn_free(pool->members[i].conn);
		if (pool->members[i].query != NULL)
			query_free(pool->members[i].query);
	}
	free_list(&pool->waiting);
	free_list(&pool->finished);
	event_free(pool->turn);
	free(pool->members);
	arena_free(pool->arena);
	free(pool);
}
