/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wires a process of the api together, and takes it apart again when it is told to.
 */
#include "worker.h"

#include <dirent.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/migrate.h"
#include "store/pg_notify.h"
#include "store/responsibility_store.h"

#include "access_log.h"
#include "auth.h"
#include "handlers.h"
#include "listen.h"
#include "notify.h"
#include "org_states.h"
#include "request.h"
#include "risk_feed.h"
#include "self_check.h"
#include "server.h"
#include "tls.h"

#define SCHEMA_FRESH_USEC 3000000
#define JOIN_SEC          3 /* a replacement listens then, whatever its database does */
#define BODY_MAX          (256 * 1024)
#define STRAY_BODY_MAX    65536 /* what is read where none is taken, before it is refused */

struct worker {
	struct app app;
	const struct worker_options *options;
	struct tls *tls;
	struct event *beat, *flush, *term, *intr, *hup, *join;
	struct pg_query *schema_query;
	struct self_check_watch *self_check; /* NULL: another process watches */
	bool is_stopping, is_listening;
	int exit_code;
	char allow[ROUTE_ALLOW_MAX]; /* what the guard is told, until it asks again */
};

/* --- readiness --- */

static int wanted_version(void)
{
	return (int)strtol(migration_files[n_migration_files - 1].name, NULL, 10);
}

const char *worker_not_ready(const struct app *app)
{
	if (server_is_draining(app->server))
		return "the api is about to end";
	if (!pg_pool_is_up(app->pool) || app->schema_seen_at == 0 ||
	    request_clock() - app->schema_seen_at > SCHEMA_FRESH_USEC)
		return "the database does not answer";
	if (app->schema_version != wanted_version())
		return "the schema has another version than this program; isobar migrate";
	return NULL;
}

static void begin_listening(struct worker *w);

static void on_schema(const PGresult *result, const struct error *err, void *ctx)
{
	struct worker *w = ctx;

	w->schema_query = NULL;
	if (err)
		return; /* the pool says why nothing comes */
	w->app.schema_version = (int)pg_get_int(result, 0, "version");
	w->app.schema_seen_at = request_clock();
	begin_listening(w);
}

static void ask_schema(struct worker *w)
{
	const struct pg_call call = {.stmt = STMT_SCHEMA_VERSION, .timeout_ms = 2000};

	if (!w->schema_query)
		w->schema_query = pg_pool_run(w->app.pool, &call, on_schema, w);
}

/* --- measuring --- */

static uint64_t resident_bytes(void)
{
	char line[128] = "";
	FILE *f = fopen("/proc/self/statm", "re");
	char *second;

	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	second = strchr(line, ' ');
	return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static uint64_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	uint64_t n = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 3; /* ".", ".." and the folder itself */
}

void worker_measure(struct app *app)
{
	struct metrics_values *v = metrics_values(app->metrics);
	const struct pg_pool_stats pool = pg_pool_stats(app->pool);
	struct risk_feeds_size size;
	struct guard_counts counts;

	server_counts(app->server, &counts);
	risk_feeds_measure(app->feeds, &size);
	v->connections = counts.open;
	v->accepted = counts.accepted;
	v->refused_head = counts.refused[GUARD_MALFORMED] + counts.refused[GUARD_TOO_LARGE];
	v->refused_slow = counts.refused[GUARD_SLOW_HEAD] +
	                  counts.refused[GUARD_SLOW_BODY] +
	                  counts.refused[GUARD_SLOW_READER];
	v->refused_full = counts.refused[GUARD_FULL] + counts.refused[GUARD_ADDRESS_FULL];
	v->pool_up = pool.n_up;
	v->pool_in_use = pool.n_in_flight;
	v->pool_waiting = pool.n_waiting;
	v->index_orgs = size.n_orgs;
	v->index_risks = size.n_risks;
	v->index_bytes = size.n_bytes;
	v->unknown_types = size.n_unknown_types;
	v->resident_bytes = resident_bytes();
	v->open_fds = open_fds();
}

/* Once a second. */
static void on_beat(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;

	(void)fd;
	(void)what;
	if (w->options->beat)
		*w->options->beat = request_clock();
	else
		notify_send("WATCHDOG=1");
	ask_schema(w);
	if (w->self_check)
		self_check_watch_beat(w->self_check);
	worker_measure(&w->app);
}

static void on_flush(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
	access_log_flush();
}

/* --- the database --- */

static void on_notify(const char *channel, const char *payload, void *ctx)
{
	struct worker *w = ctx;

	if (!channel) {
		auth_forget(w->app.auth, NULL);
		org_states_forget(w->app.states, 0);
		risk_feeds_poke(w->app.feeds, 0);
	} else if (strcmp(channel, "isobar_token") == 0) {
		auth_forget(w->app.auth, payload);
	} else {
		const int64_t org_id = strtoll(payload, NULL, 10);

		org_states_forget(w->app.states, org_id);
		risk_feeds_poke(w->app.feeds, org_id);
	}
}

static void open_database(struct worker *w)
{
	static const char *const channels[] = {"isobar_token", "isobar_queue"};
	const struct api_settings *s = w->options->settings;
	struct pg_options options = {.conninfo = s->database,
	                             .role = "isobar_api",
	                             .program = "isobar-api",
	                             .groups = PG_GROUP_API | PG_GROUP_READ |
	                                       PG_GROUP_DECIDE | PG_GROUP_GOVERN |
	                                       PG_GROUP_PUSH,
	                             .statement_timeout_ms = s->request_timeout_ms,
	                             .seed = (unsigned int)getpid()};

	w->app.pool = pg_pool_new(w->app.base, &options, s->connections);
	w->app.slow_pool = pg_pool_new(w->app.base, &options, 1);
	options.statement_timeout_ms = 60000;
	w->app.feed_pool = pg_pool_new(w->app.base, &options, 1);
	options.groups = 0;
	w->app.notify = pg_notify_new(w->app.base, &options, channels, N_ELEMENTS(channels),
	                              on_notify, w);
}

/* --- the server --- */

static bool is_streamed(const char *method, const char *path, void *ctx)
{
	struct route_match match;

	(void)ctx;
	return route_find(routes, n_routes, method, path, &match) == MATCH_FOUND &&
	       routes[match.route].handler == ingest_post;
}

static int64_t body_cap(const char *method, const char *path, void *ctx)
{
	const struct worker *w = ctx;
	struct route_match match;

	if (is_streamed(method, path, ctx))
		return (int64_t)w->options->settings->push_max << 20;
	if (route_find(routes, n_routes, method, path, &match) == MATCH_FOUND &&
	    route_method_takes_body(routes[match.route].method))
		return BODY_MAX;
	return STRAY_BODY_MAX;
}

static const char *allow(const char *path, void *ctx)
{
	struct worker *w = ctx;
	const char *methods = route_allow(routes, n_routes, path, w->allow);

	return methods ? methods : "GET, HEAD"; /* what any path could take */
}

static void on_refused(const struct guard_refusal *refusal, void *ctx)
{
	struct worker *w = ctx;

	metrics_answer(w->app.metrics, n_routes, METRICS_OTHER,
	               (int)problem_status(refusal->name), 0);
	if (w->options->settings->access_log)
		access_log_put_refusal(refusal);
}

static int open_tls(struct worker *w, struct error *err)
{
	const struct api_settings *s = w->options->settings;

	if (!s->tls_certificate_file && !s->tls_key_file)
		return 0;
	if (!s->tls_certificate_file || !s->tls_key_file)
		return error_set(err, ERR_INVALID,
		                 "tls_certificate_file and tls_key_file go together");
	return tls_new(s->tls_certificate_file, s->tls_key_file, &w->tls, err);
}

static int open_server(struct worker *w, struct error *err)
{
	const struct api_settings *s = w->options->settings;
	struct guard_limits limits = guard_default_limits;
	const struct guard_ops ops = {.body_cap = body_cap,
	                              .is_streamed = is_streamed,
	                              .allow = allow,
	                              .refused = on_refused,
	                              .ctx = w};
	const struct server_options options = {.base = w->app.base,
	                                       .limits = &limits,
	                                       .ops = &ops,
	                                       .tls = w->tls,
	                                       .on_request = request_begin,
	                                       .ctx = &w->app};

	limits.head_ms = s->head_timeout_ms;
	limits.idle_ms = s->idle_timeout_ms;
	limits.min_rate = s->body_min_rate;
	limits.max_connections = s->max_connections;
	limits.max_per_address = s->max_per_address;
	return server_new(&options, &w->app.server, err);
}

static int listen_all(struct worker *w, struct error *err)
{
	const struct worker_options *o = w->options;
	int rc = 0;

	for (size_t i = 0; i < o->n_listen_fds && rc == 0; i++)
		rc = server_listen_fd(w->app.server, o->listen_fds[i], err);
	if (rc == 0 && o->n_listen_fds == 0)
		rc = listen_by_text(w->app.server, o->settings->listen, err);
	return rc;
}

static void say_ready(struct worker *w)
{
	char url[96];

	snprintf(url, sizeof(url), "%s://%s:%u", w->tls ? "https" : "http",
	         listen_host(w->options->settings->listen), server_port(w->app.server));
	w->options->ready(url, w->options->ctx);
}

/*
 * The address is shared: a replacement that took its part of the connections before its
 * database answers would refuse what the others can serve.
 */
static void begin_listening(struct worker *w)
{
	struct error err;

	if (w->is_listening || w->is_stopping)
		return;
	w->is_listening = true;
	if (listen_all(w, &err) == 0) {
		say_ready(w);
		return;
	}
	log_error("%s", err.text);
	w->exit_code = 1;
	event_base_loopbreak(w->app.base);
}

static void on_join(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	begin_listening(ctx);
}

/* --- stopping --- */

static void on_drained(bool in_time, void *ctx)
{
	struct worker *w = ctx;

	if (!in_time)
		log_warn("some clients did not get their answers in time");
	event_base_loopbreak(w->app.base);
}

static void on_stop(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;

	(void)fd;
	(void)what;
	if (w->is_stopping) { /* told twice: at once */
		event_base_loopbreak(w->app.base);
		return;
	}
	w->is_stopping = true;
	server_drain(w->app.server, w->options->settings->drain_timeout_ms, on_drained, w);
}

static void on_reload(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;
	struct error err;

	(void)fd;
	(void)what;
	if (!w->tls)
		return;
	if (tls_reload(w->tls, &err) < 0)
		log_error("%s; the certificate before stays in use", err.text);
	else
		log_info("the certificate was read again");
}

static void watch(struct worker *w)
{
	struct event_base *base = w->app.base;
	const struct timeval second = {.tv_sec = 1}, soon = {.tv_usec = 200000};
	const struct timeval join = {.tv_sec = w->options->is_replacement ? JOIN_SEC : 0};

	w->beat = event_new(base, -1, EV_PERSIST, on_beat, w);
	w->flush = event_new(base, -1, EV_PERSIST, on_flush, w);
	w->term = evsignal_new(base, SIGTERM, on_stop, w);
	w->intr = evsignal_new(base, SIGINT, on_stop, w);
	w->hup = evsignal_new(base, SIGHUP, on_reload, w);
	w->join = evtimer_new(base, on_join, w);
	event_add(w->beat, &second);
	event_add(w->flush, &soon);
	event_add(w->term, NULL);
	event_add(w->intr, NULL);
	event_add(w->hup, NULL);
	event_add(w->join, &join);
}

/* Requests go with the server, then what they may wait for. */
static void close_all(struct worker *w)
{
	request_fail_all(&w->app);
	server_free(w->app.server);
	self_check_watch_free(w->self_check);
	pg_notify_free(w->app.notify);
	risk_feeds_free(w->app.feeds);
	org_states_free(w->app.states);
	auth_free(w->app.auth);
	pg_pool_free(w->app.slow_pool);
	pg_pool_free(w->app.feed_pool);
	pg_pool_free(w->app.pool);
	tls_free(w->tls);
	if (w->beat) {
		event_free(w->beat);
		event_free(w->flush);
		event_free(w->term);
		event_free(w->intr);
		event_free(w->hup);
		event_free(w->join);
	}
	event_base_free(w->app.base);
	access_log_flush();
}

/*
 * Every answer turns the wish to write on and off again; with a list of changes epoll
 * hears of what is left of them once a turn.  No descriptor is duplicated here, which
 * is what that asks for (event2/event.h).
 */
static struct event_base *make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int worker_run(const struct worker_options *options)
{
	ARENA_SCOPED arena = arena_new(1 << 16);
	struct responsibility_tables responsibility;
	struct worker w = {.options = options,
	                   .app = {.settings = options->settings,
	                           .metrics = options->metrics,
	                           .rate_limit = options->rate_limit,
	                           .cursor_key = options->cursor_key,
	                           .responsibility = &responsibility}};
	struct error err;

	metrics_own(options->metrics, options->number);
	TAILQ_INIT(&w.app.requests);
	w.app.base = make_base();
	w.app.auth = auth_new(&w.app);
	w.app.states = org_states_new(&w.app);
	w.app.feeds = risk_feeds_new(&w.app);
	open_database(&w);
	if (options->number == 0)
		w.self_check = self_check_watch_new(&w.app);
	if (responsibility_catalog(arena, &responsibility, &err) < 0 ||
	    open_tls(&w, &err) < 0 || open_server(&w, &err) < 0) {
		log_error("%s", err.text);
		w.exit_code = 1;
	} else {
		watch(&w);
		ask_schema(&w);
		event_base_dispatch(w.app.base);
	}
	close_all(&w);
	return w.exit_code;
}
