/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and following.  A load reads all risks in the order of their ids, from the
 * version that was there when it began; what was written meanwhile is then read as any
 * later change is: the ids from queue_change, their rows a thousand at a time.  Reading
 * a risk twice does no harm, so all that counts is that none is missed: versions have no
 * gaps, and one that is missing means a new load.
 */
#include "risk_feed.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/mem.h"

#include "org_states.h"

#define LOAD_ROWS    4000 /* of one query: about 5 ms of the loop to take in */
#define CHANGE_PARTS 16   /* of queue_change in one query */
#define CHANGE_IDS   1000 /* of risks in one query */
#define QUERY_MS     30000
#define RETRY_MS     500

enum feed_state {
	FEED_EMPTY,
	FEED_LOADING,
	FEED_FOLLOWING /* the index is whole */
};

struct feed {
	TAILQ_ENTRY(feed) list;
	struct risk_feeds *feeds;
	struct org org;
	struct queue_index *index;
	enum feed_state state;
	int64_t epoch;
	int64_t version, wanted; /* that it holds; that somebody waits for */
	int64_t sources_version; /* of the sources that the index knows */
	int64_t asked_at;
	bool is_poked; /* there may be more than wanted */

	struct key loaded_to;
	/* The changes in hand: their place, and the ids that are not read yet. */
	int64_t change_version;
	int change_part;
	bool is_last_part; /* of what there was */
	struct key *ids;
	size_t n_ids, n_read, ids_room;

	struct pg_query *query; /* not NULL: at work */
	struct event *retry;
	struct request_list waiting;
};

TAILQ_HEAD(feed_list, feed);

struct risk_feeds {
	struct app *app;
	struct feed_list list;
	struct event *sweep;
};

static void work(struct feed *f);

static struct feed *feed_find(const struct risk_feeds *feeds, int64_t org_id)
{
	struct feed *f;

	TAILQ_FOREACH (f, &feeds->list, list) {
		if (f->org.id == org_id)
			return f;
	}
	return NULL;
}

static uint64_t random_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed ^= (uint64_t)request_clock();
	return seed;
}

static void on_retry(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	work(ctx);
}

static struct feed *feed_new(struct risk_feeds *feeds, const struct org *org)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	f->feeds = feeds;
	f->org.id = org->id;
	f->index = queue_index_new(random_seed());
	f->retry = evtimer_new(feeds->app->base, on_retry, f);
	TAILQ_INIT(&f->waiting);
	TAILQ_INSERT_HEAD(&feeds->list, f, list);
	return f;
}

static void feed_free(struct feed *f)
{
	TAILQ_REMOVE(&f->feeds->list, f, list);
	if (f->query)
		pg_query_abandon(f->query);
	event_free(f->retry);
	queue_index_free(f->index);
	free(f->ids);
	free(f);
}

/* --- what every step shares --- */

static void ask(struct feed *f, enum statement stmt, struct pg_params *p, pg_done_fn *done)
{
	const struct pg_call call = {.stmt = stmt,
	                             .params = p,
	                             .org_id = f->org.id,
	                             .binary = true,
	                             .timeout_ms = QUERY_MS};

	f->query = pg_pool_run(f->feeds->app->feed_pool, &call, done, f);
}

/* Tells those who wait, and tries again if somebody will be there. */
static bool failed(struct feed *f, const struct error *err)
{
	const struct timeval wait = {.tv_usec = RETRY_MS * 1000L};

	f->query = NULL;
	if (!err)
		return false;
	log_warn("index of org %lld: %s", (long long)f->org.id, err->text);
	request_wake_all(&f->waiting, err);
	evtimer_add(f->retry, &wait);
	return true;
}

static void put_row(struct feed *f, const PGresult *result, int row, struct arena *a)
{
	struct index_row r;

	index_row_read(result, row, &r);

	int64_t *sources = ARENA_ARRAY(a, int64_t, r.source_ids.n + 1);
	const struct index_risk risk = {
	        .id = r.id,
	        .rank = r.rank,
	        .opened_at = r.opened_at,
	        .due_at = r.due_at,
	        .next_crossing_at = r.next_crossing_at,
	        .resolved_at = r.resolved_at,
	        .reopens_at = r.reopens_at,
	        .soon_at = r.soon_at,
	        .score = r.score,
	        .band = r.band,
	        .state = r.state,
	        .class = r.class,
	        .responsibility = r.responsibility,
	        .provider = r.provider,
	        .layer = r.layer,
	        .account = r.account,
	        .region = r.region,
	        .owner = r.owner,
	        .subject = r.subject,
	        .asset_id = r.asset,
	        .asset_name = r.asset_name,
	        .title = r.title,
	        .location = r.location,
	        .asset_type = r.asset_type,
	        .n_findings = r.n_findings,
	        .source_ids = sources,
	        .n_sources = r.source_ids.n,
	};

	for (size_t i = 0; i < r.source_ids.n; i++)
		sources[i] = page_number_at(&r.source_ids, i);
	queue_index_put(f->index, &risk);
}

static void put_rows(struct feed *f, const PGresult *result)
{
	ARENA_SCOPED a = arena_new(1024);

	for (int i = 0; i < PQntuples(result); i++) {
		put_row(f, result, i, a);
		arena_reset(a);
	}
}

/* --- loading --- */

static void load_next(struct feed *f);

static void on_loaded(const PGresult *result, const struct error *err, void *ctx)
{
	struct feed *f = ctx;
	struct index_row last;
	const int n = result ? PQntuples(result) : 0;

	if (failed(f, err))
		return;
	put_rows(f, result);
	if (n == LOAD_ROWS) {
		index_row_read(result, n - 1, &last);
		f->loaded_to = last.id;
		load_next(f);
		return;
	}
	f->state = FEED_FOLLOWING;
	work(f);
}

static void load_next(struct feed *f)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	index_load_bind(&f->org, &f->loaded_to, LOAD_ROWS, &p);
	ask(f, STMT_INDEX_LOAD, &p, on_loaded);
}

/* From the version that is there now; what is written from now on comes as changes. */
static void load(struct feed *f, const struct org_state *state)
{
	queue_index_clear(f->index);
	f->state = FEED_LOADING;
	f->epoch = state->queue.epoch;
	f->version = state->queue.version;
	f->sources_version = -1;
	f->change_version = f->version;
	f->change_part = INT32_MAX; /* of that version there is nothing to read */
	f->n_ids = f->n_read = 0;
	memset(&f->loaded_to, 0, sizeof(f->loaded_to));
	load_next(f);
}

/* --- following --- */

static void read_changed(struct feed *f);

static void on_changed_rows(const PGresult *result, const struct error *err, void *ctx)
{
	struct feed *f = ctx;

	/* The ids stay in hand: after a failure they are read again. */
	if (failed(f, err))
		return;

	const size_t n =
	        f->n_ids - f->n_read < CHANGE_IDS ? f->n_ids - f->n_read : CHANGE_IDS;

	for (size_t i = 0; i < n; i++)
		queue_index_remove(f->index,
		                   &f->ids[f->n_read + i]); /* those that are gone */
	put_rows(f, result);
	f->n_read += n;
	read_changed(f);
}

static void read_changed(struct feed *f)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	const size_t left = f->n_ids - f->n_read;

	if (left == 0) {
		if (f->is_last_part)
			f->version = f->change_version;
		work(f);
		return;
	}
	index_rows_bind(&f->org, f->ids + f->n_read, left < CHANGE_IDS ? left : CHANGE_IDS,
	                &p);
	ask(f, STMT_INDEX_ROWS, &p, on_changed_rows);
}

static void keep_ids(struct feed *f, const struct queue_change *change)
{
	if (f->n_ids + change->n_ids > f->ids_room) {
		f->ids_room = (f->n_ids + change->n_ids) * 2;
		f->ids = xrealloc(f->ids, f->ids_room * sizeof(f->ids[0]));
	}
	for (size_t i = 0; i < change->n_ids; i++)
		f->ids[f->n_ids++] = queue_change_id(change, i);
}

/* False: a version is missing. */
static bool take_change(struct feed *f, const struct queue_change *change)
{
	const bool follows = change->version == f->change_version ||
	                     change->version == f->change_version + 1;

	if (!follows)
		return false;
	f->change_version = change->version;
	f->change_part = change->part;
	keep_ids(f, change);
	return true;
}

static void on_changes(const PGresult *result, const struct error *err, void *ctx)
{
	struct feed *f = ctx;
	struct queue_change change;
	const int n = result ? PQntuples(result) : 0;

	if (failed(f, err))
		return;
	f->n_ids = f->n_read = 0;
	for (int i = 0; i < n; i++) {
		queue_change_read(result, i, &change);
		if (!take_change(f, &change)) {
			f->state = FEED_EMPTY; /* too far behind */
			work(f);
			return;
		}
	}
	f->is_last_part = n < CHANGE_PARTS;
	/* Nothing to read though more is wanted: those versions are forgotten. */
	if (n == 0 && f->version < f->wanted)
		f->state = FEED_EMPTY;
	read_changed(f);
}

static void follow(struct feed *f)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	f->is_poked = false;
	queue_changes_bind(&f->org, f->change_version, f->change_part, CHANGE_PARTS, &p);
	ask(f, STMT_QUEUE_CHANGES, &p, on_changes);
}

/* --- what there is to do next --- */

static void work(struct feed *f)
{
	const struct org_state *state = org_states_get(f->feeds->app->states, &f->org);

	if (f->query)
		return;
	if (!state) {
		/* Nobody asked for this org for minutes; who does next loads it anew. */
		f->state = FEED_EMPTY;
		return;
	}
	if (f->wanted < state->queue.version)
		f->wanted = state->queue.version;
	if (f->state == FEED_EMPTY || f->epoch != state->queue.epoch) {
		load(f, state);
	} else if (f->state == FEED_LOADING) {
		load_next(f);
	} else if (f->n_read < f->n_ids) {
		read_changed(f);
	} else if (f->version < f->wanted || f->is_poked || !f->is_last_part) {
		follow(f);
	} else {
		request_wake_all(&f->waiting, NULL);
	}
}

bool risk_feeds_prepare(struct risk_feeds *feeds, const struct org *org, int64_t now)
{
	struct feed *f = feed_find(feeds, org->id);

	if (!f) {
		f = feed_new(feeds, org);
		work(f);
	}
	f->asked_at = now;
	return f->state == FEED_FOLLOWING;
}

void risk_feeds_want(struct risk_feeds *feeds, struct request *req, request_wait_fn *then)
{
	const struct org_state *state = org_states_get(feeds->app->states, &req->org);
	struct feed *f = feed_find(feeds, req->org.id);

	if (!f)
		f = feed_new(feeds, &req->org);
	f->asked_at = req->started_at;
	if (f->state == FEED_FOLLOWING && f->epoch == state->queue.epoch &&
	    f->version >= state->queue.version) {
		then(req, NULL);
		return;
	}
	request_wait(req, &f->waiting, then);
	work(f);
}

static void set_sources(struct feed *f, const struct org_state *state)
{
	ARENA_SCOPED a = arena_new(1024);
	const struct source_list *list = &state->sources;
	struct index_source *rows = ARENA_ARRAY(a, struct index_source, list->n + 1);

	for (size_t i = 0; i < list->n; i++)
		rows[i] = (struct index_source){list->rows[i].id, list->rows[i].name,
		                                list->rows[i].connector};
	queue_index_set_sources(f->index, rows, list->n);
	f->sources_version = state->queue.version;
}

struct queue_index *risk_feeds_index(struct risk_feeds *feeds, const struct org *org)
{
	const struct org_state *state = org_states_get(feeds->app->states, org);
	struct feed *f = feed_find(feeds, org->id);

	if (f->sources_version != state->queue.version)
		set_sources(f, state);
	return f->index;
}

void risk_feeds_poke(struct risk_feeds *feeds, int64_t org_id)
{
	struct feed *f;

	TAILQ_FOREACH (f, &feeds->list, list) {
		if ((org_id && f->org.id != org_id) || f->state != FEED_FOLLOWING)
			continue;
		f->is_poked = true;
		work(f);
	}
}

void risk_feeds_measure(const struct risk_feeds *feeds, struct risk_feeds_size *out)
{
	struct feed *f;

	*out = (struct risk_feeds_size){0};
	TAILQ_FOREACH (f, &feeds->list, list) {
		const struct index_memory memory = queue_index_memory(f->index);

		out->n_orgs++;
		out->n_risks += queue_index_count(f->index);
		out->n_bytes += memory.rows + memory.texts;
		out->n_unknown_types += queue_index_unknown_types(f->index);
	}
}

static void on_sweep(evutil_socket_t fd, short what, void *ctx)
{
	struct risk_feeds *feeds = ctx;
	const int64_t idle = (int64_t)feeds->app->settings->index_idle_ms * 1000;
	struct feed *f = TAILQ_FIRST(&feeds->list);

	(void)fd;
	(void)what;
	while (f) {
		struct feed *next = TAILQ_NEXT(f, list);

		if (f->asked_at < request_clock() - idle && TAILQ_EMPTY(&f->waiting))
			feed_free(f);
		f = next;
	}
}

struct risk_feeds *risk_feeds_new(struct app *app)
{
	struct risk_feeds *feeds = xcalloc(1, sizeof(*feeds));
	const struct timeval every = {.tv_sec = 10};

	feeds->app = app;
	TAILQ_INIT(&feeds->list);
	feeds->sweep = event_new(app->base, -1, EV_PERSIST, on_sweep, feeds);
	event_add(feeds->sweep, &every);
	return feeds;
}

void risk_feeds_free(struct risk_feeds *feeds)
{
	if (!feeds)
		return;
	event_free(feeds->sweep);
	while (!TAILQ_EMPTY(&feeds->list))
		feed_free(TAILQ_FIRST(&feeds->list));
	free(feeds);
}
