/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entry an org that was asked for.  A state is fetched again when it is a second
 * old, when a notification says that the queue moved, or when the crossing that it
 * names has passed; requests that want it meanwhile wait together.
 */
#include "org_states.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/read_results.h"

#define FRESH_USEC 1000000
#define IDLE_USEC  (300 * USEC_PER_SEC)
#define QUERY_MS   5000

struct entry {
	TAILQ_ENTRY(entry) list;
	struct app *app;
	struct org_state state;
	int64_t fetched_at; /* of request.started_at; 0: not to be trusted */
	int64_t began_at, asked_at;
	bool is_moved; /* named by a notification since the fetch began */
	bool has_sources;
	timestamp now; /* of the fetch */
	struct queue_state coming;
	struct pg_query *query; /* not NULL: it is being fetched */
	struct request_list waiting;
};

TAILQ_HEAD(entry_list, entry);

struct org_states {
	struct app *app;
	struct entry_list entries; /* few: orgs that are asked for */
	struct event *sweep;
};

static struct entry *entry_find(const struct org_states *states, int64_t org_id)
{
	struct entry *e;

	TAILQ_FOREACH (e, &states->entries, list) {
		if (e->state.org.id == org_id)
			return e;
	}
	return NULL;
}

static void entry_free(struct org_states *states, struct entry *e)
{
	TAILQ_REMOVE(&states->entries, e, list);
	if (e->query)
		pg_query_abandon(e->query);
	arena_free(e->state.arena);
	free(e);
}

static struct entry *entry_of(struct org_states *states, const struct org *org)
{
	struct entry *e = entry_find(states, org->id);

	if (e) {
		/* To the front: an installation with many orgs serves a few at a time. */
		TAILQ_REMOVE(&states->entries, e, list);
	} else {
		e = xcalloc(1, sizeof(*e));
		e->app = states->app;
		e->state.org.id = org->id;
		e->state.arena = arena_new(1024);
		TAILQ_INIT(&e->waiting);
	}
	TAILQ_INSERT_HEAD(&states->entries, e, list);
	return e;
}

/* --- fetching --- */

static void fetch_end(struct entry *e, const struct error *err)
{
	e->query = NULL;
	if (!err) {
		e->state.queue = e->coming;
		e->fetched_at = e->is_moved ? 0 : e->began_at;
	}
	request_wake_all(&e->waiting, err);
}

static struct pg_query *ask(struct entry *e, enum statement stmt, struct pg_params *p,
                            bool binary, pg_done_fn *done)
{
	const struct pg_call call = {.stmt = stmt,
	                             .params = p,
	                             .org_id = e->state.org.id,
	                             .binary = binary,
	                             .timeout_ms = QUERY_MS};

	return pg_pool_run(e->app->pool, &call, done, e);
}

static void on_sources(const PGresult *result, const struct error *err, void *ctx)
{
	struct entry *e = ctx;

	if (!err) {
		arena_reset(e->state.arena);
		source_list_read(result, e->state.arena, &e->state.sources);
		e->has_sources = true;
	}
	fetch_end(e, err);
}

static void on_state(const PGresult *result, const struct error *err, void *ctx)
{
	struct entry *e = ctx;
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	struct error gone;

	if (err) {
		fetch_end(e, err);
		return;
	}
	if (!queue_state_read(result, &e->coming)) {
		error_set(&gone, ERR_INTERNAL, "org %lld is gone",
		          (long long)e->state.org.id);
		fetch_end(e, &gone);
		return;
	}
	if (e->has_sources && e->coming.version == e->state.queue.version &&
	    e->coming.epoch == e->state.queue.epoch) {
		fetch_end(e, NULL);
		return;
	}
	pg_bind_int(&p, e->state.org.id);
	e->query = ask(e, STMT_SOURCE_LIST, &p, false, on_sources);
}

static void fetch(struct entry *e, const struct request *req)
{
	struct pg_params p = {.arena = req->arena};

	e->began_at = req->started_at;
	e->is_moved = false;
	e->now = req->now;
	queue_state_bind(&e->state.org, req->now, &p);
	e->query = ask(e, STMT_QUEUE_STATE, &p, true, on_state);
}

static bool is_fresh(const struct entry *e, const struct request *req)
{
	return e->fetched_at && req->started_at - e->fetched_at < FRESH_USEC &&
	       (e->state.queue.crossing == TIMESTAMP_NONE ||
	        req->now < e->state.queue.crossing);
}

void org_states_want(struct org_states *states, struct request *req, request_wait_fn *then)
{
	struct entry *e = entry_of(states, &req->org);

	e->asked_at = req->started_at;
	if (is_fresh(e, req)) {
		then(req, NULL);
		return;
	}
	if (!e->query)
		fetch(e, req);
	request_wait(req, &e->waiting, then);
}

const struct org_state *org_states_get(const struct org_states *states,
                                       const struct org *org)
{
	const struct entry *e = entry_find(states, org->id);

	return e ? &e->state : NULL;
}

void org_states_forget(struct org_states *states, int64_t org_id)
{
	struct entry *e;

	TAILQ_FOREACH (e, &states->entries, list) {
		if (org_id && e->state.org.id != org_id)
			continue;
		e->fetched_at = 0;
		e->is_moved = true;
	}
}

static void on_sweep(evutil_socket_t fd, short what, void *ctx)
{
	struct org_states *states = ctx;
	const int64_t since = request_clock() - IDLE_USEC;
	struct entry *e = TAILQ_FIRST(&states->entries);

	(void)fd;
	(void)what;
	while (e) {
		struct entry *next = TAILQ_NEXT(e, list);

		if (e->asked_at < since && TAILQ_EMPTY(&e->waiting))
			entry_free(states, e);
		e = next;
	}
}

struct org_states *org_states_new(struct app *app)
{
	struct org_states *states = xcalloc(1, sizeof(*states));
	const struct timeval every = {.tv_sec = 60};

	states->app = app;
	TAILQ_INIT(&states->entries);
	states->sweep = event_new(app->base, -1, EV_PERSIST, on_sweep, states);
	event_add(states->sweep, &every);
	return states;
}

void org_states_free(struct org_states *states)
{
	if (!states)
		return;
	event_free(states->sweep);
	while (!TAILQ_EMPTY(&states->entries))
		entry_free(states, TAILQ_FIRST(&states->entries));
	free(states);
}
