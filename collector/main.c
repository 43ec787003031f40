/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar-collector: takes live sources that are due under a lease and lists them, and
 * parses what was pushed to the api.  Any number of collectors may run; --once works until
 * nothing is due, then ends.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/settings.h"
#include "store/key_file.h"
#include "store/migrate.h"
#include "store/pg_listen.h"
#include "store/source_secrets.h"

#include "build_version.h"
#include "collector_settings.h"
#include "push.h"
#include "run.h"
#include "source_test.h"

#define POLL_MS      500
#define KEEP_MS      5000 /* between two renewals of the leases */
#define RECONNECT_MS 250
#define RUNS_MAX     64
#define EXIT_RETRY   75
#define FILE_MAX     (64u << 10)

struct collector {
	struct collector_settings settings;
	struct engine engine;
	struct run *runs[RUNS_MAX];
	unsigned int n_runs;
	struct pushes pushes;
	struct event *poll, *keep;
	struct event *stop_signals[2];
	bool once, stopping;
	const char *test, *org; /* --test NAME of this org; NULL: it serves */
	bool database_lost;
	int exit_code;
	char holder[160];
};

/* --- what the process stands in --- */

static const char *variable(const char *name, void *ctx)
{
	(void)ctx;
	return getenv(name);
}

static int read_file(const char *path, struct arena *a, const char **out, void *ctx,
                     struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text = arena_alloc(a, FILE_MAX + 1);
	size_t size = 0;
	ssize_t n = 1;

	(void)ctx;
	if (fd < 0)
		return error_set(err, ERR_INVALID, "%s: %m", path);
	while (n > 0 && size <= FILE_MAX)
		if ((n = read(fd, text + size, FILE_MAX + 1 - size)) > 0)
			size += (size_t)n;
	close(fd);
	if (n < 0)
		return error_set(err, ERR_INVALID, "%s: %m", path);
	if (size > FILE_MAX)
		return error_set(err, ERR_LIMIT, "%s is longer than 64 KiB", path);
	text[size] = '\0';
	*out = text;
	return 0;
}

/* --- the database --- */

static int connect_database(struct collector *c, struct error *err)
{
	const struct pg_options options = {
	        .conninfo = c->settings.database,
	        .role = "isobar_collector",
	        .program = "isobar-collector",
	        .groups = PG_GROUP_COLLECT | PG_GROUP_INGEST | PG_GROUP_SESSION_INGEST |
	                  PG_GROUP_SOURCE | PG_GROUP_PUSH | PG_GROUP_INTEL};

	c->pushes.engine = &c->engine;
	c->pushes.options = options;
	return migrate_open(&options, &c->engine.pg, err);
}

/* What may pass is tried again on a new connection; the rest ends the process. */
static void lose_database(struct collector *c, const struct error *err)
{
	log_put(err->code == ERR_TRANSIENT ? LOG_WARN : LOG_ERROR, "%s", err->text);
	c->database_lost = true;
	if (err->code == ERR_TRANSIENT && !c->once)
		return;
	c->exit_code = err->code == ERR_TRANSIENT ? EXIT_RETRY : 1;
	event_base_loopbreak(c->engine.base);
}

static void disconnect(struct collector *c)
{
	while (c->n_runs)
		run_free(c->runs[--c->n_runs]);
	pushes_disconnect(&c->pushes);
	pg_close(c->engine.pg);
	c->engine.pg = NULL;
	c->database_lost = false;
}

/* --- sources --- */

static int load_values(struct collector *c, const struct run_source *source,
                       struct arena *a, struct live_source *out, struct error *err)
{
	struct master_key key = {0};
	const struct key_file file = key_file_find(c->settings.state_dir, a);
	struct source_pair *pairs = NULL;
	struct source_value *values;
	struct error no_key;
	const bool has_key = key_file_read(file.path, &key, &no_key) == 0;
	size_t n = 0;
	const int rc = source_values(c->engine.pg, &source->org, source->source_id,
	                             has_key ? &key : NULL, a, &pairs, &n, err);

	master_key_done(&key);
	if (rc == ERR_DENIED && !has_key && no_key.code != ERR_NOT_FOUND)
		*err = no_key;
	if (rc < 0)
		return rc;
	values = ARENA_ARRAY(a, struct source_value, n + 1);
	for (size_t i = 0; i < n; i++)
		values[i] = (struct source_value){pairs[i].key, pairs[i].value};
	out->values = values;
	out->n_values = n;
	return 0;
}

/* A source that cannot even begin says so in a run of its own. */
static void refuse_source(struct collector *c, const struct run_source *source,
                          const struct error *why)
{
	struct run_place place;
	struct run_result result;
	struct error err;

	log_warn("%s: %s", source->name, why->text);
	if (run_open(c->engine.pg, source, c->holder, c->engine.build,
	             engine_now(&c->engine), &place, &err) < 0 ||
	    run_end(c->engine.pg, source, place.run_id, why->text, engine_now(&c->engine),
	            &result, &err) < 0)
		lose_database(c, &err);
}

static void begin_source(struct collector *c, const struct run_source *source,
                         struct arena *a)
{
	struct live_source live = {.org = source->org,
	                           .name = source->name,
	                           .connector = connector_find(source->connector),
	                           .since = source->since};
	struct error err = {0};
	struct run *run;

	if (!live.connector) {
		error_set(&err, ERR_INVALID, "this version has no connector %s",
		          source->connector);
	} else if (load_values(c, source, a, &live, &err) == 0) {
		run = run_start(&c->engine, source, &live, a, &err);
		if (run)
			c->runs[c->n_runs++] = run;
		else
			lose_database(c, &err);
		return;
	}
	refuse_source(c, source, &err);
	arena_free(a);
}

/* True: one was taken. */
static bool take_source(struct collector *c)
{
	struct arena *a = arena_new(4096);
	struct run_source source;
	struct error err;
	bool found = false;

	if (run_lease_take(c->engine.pg, c->holder, timestamp_now(), c->engine.lease, NULL,
	                   NULL, a, &source, &found, &err) < 0)
		lose_database(c, &err);
	if (!found) {
		arena_free(a);
		return false;
	}
	begin_source(c, &source, a);
	return true;
}

static void take_sources(struct collector *c)
{
	while (!c->stopping && !c->database_lost && c->n_runs < c->settings.sources)
		if (!take_source(c))
			break;
}

/* One at most: between two of them runs go on.  True: one was parsed. */
static bool take_push(struct collector *c)
{
	struct error err;
	bool found = false;

	if (c->stopping || c->database_lost)
		return false;
	if (pushes_take(&c->pushes, &found, &err) < 0)
		lose_database(c, &err);
	return found;
}

static void poll_soon(struct collector *c, unsigned int ms)
{
	const struct timeval after = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	evtimer_add(c->poll, &after);
}

/* A fault of one source must not end the collector, which would begin with it again. */
static void give_up(struct collector *c, struct run *run, const struct error *why)
{
	const struct run_source *source = run_source_of(run);
	struct error err;

	log_warn("%s gives up its run: %s", source->name, why->text);
	if (why->code == ERR_TRANSIENT)
		lose_database(c, why);
	else if (why->code == ERR_CONFLICT)
		(void)!run_lease_end(c->engine.pg, source, &err); /* or it ends by itself */
	else if (run_fail(run, why, &err) < 0)
		lose_database(c, &err);
}

static void on_ended(struct engine *engine, struct run *run, const struct error *err)
{
	struct collector *c = engine->ctx;

	for (unsigned int i = 0; i < c->n_runs; i++)
		if (c->runs[i] == run)
			c->runs[i] = c->runs[--c->n_runs];
	if (err)
		give_up(c, run, err);
	run_free(run);
	poll_soon(c, 0);
}

/* --- the loop --- */

static void on_poll(int fd, short what, void *ctx)
{
	struct collector *c = ctx;
	struct error err;
	bool parsed;

	(void)fd;
	(void)what;
	if (c->database_lost)
		disconnect(c);
	if (!c->engine.pg) {
		if (connect_database(c, &err) < 0) {
			lose_database(c, &err);
			poll_soon(c, RECONNECT_MS);
			return;
		}
	}
	take_sources(c);
	parsed = take_push(c);
	if (c->once && !c->n_runs && !parsed && !c->database_lost)
		event_base_loopbreak(c->engine.base);
	else
		poll_soon(c, c->database_lost ? RECONNECT_MS : parsed ? 0 : POLL_MS);
}

static void on_keep(int fd, short what, void *ctx)
{
	struct collector *c = ctx;
	struct error err;

	(void)fd;
	(void)what;
	if (!c->engine.pg || !c->n_runs || c->database_lost)
		return;
	if (run_lease_keep(c->engine.pg, timestamp_now() + c->engine.lease, &err) < 0)
		lose_database(c, &err);
}

static void on_stop(int fd, short what, void *ctx)
{
	struct collector *c = ctx;

	(void)fd;
	(void)what;
	c->stopping = true;
	event_base_loopbreak(c->engine.base);
}

static void make_events(struct collector *c)
{
	static const struct timeval keep = {.tv_sec = KEEP_MS / 1000};

	c->poll = evtimer_new(c->engine.base, on_poll, c);
	c->keep = event_new(c->engine.base, -1, EV_PERSIST, on_keep, c);
	c->stop_signals[0] = evsignal_new(c->engine.base, SIGTERM, on_stop, c);
	c->stop_signals[1] = evsignal_new(c->engine.base, SIGINT, on_stop, c);
	event_add(c->keep, &keep);
	event_add(c->stop_signals[0], NULL);
	event_add(c->stop_signals[1], NULL);
	poll_soon(c, 0);
}

static void free_events(struct collector *c)
{
	event_free(c->poll);
	event_free(c->keep);
	event_free(c->stop_signals[0]);
	event_free(c->stop_signals[1]);
}

/* --- a test of a source --- */

static int load_named(struct collector *c, struct arena *a, struct live_source *live,
                      struct error *err)
{
	struct enabled_source *sources = NULL;
	size_t n = 0;
	int rc = enabled_sources(c->engine.pg, a, &sources, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct enabled_source *s = &sources[i];
		const struct run_source source = {
		        .org = s->org, .source_id = s->source_id, .name = s->name};

		if (strcmp(s->name, c->test) != 0 || strcmp(s->org.slug, c->org) != 0)
			continue;
		*live = (struct live_source){.since = TIMESTAMP_NONE,
		                             .org = s->org,
		                             .name = s->name,
		                             .connector = connector_find(s->connector)};
		if (!live->connector)
			return error_set(err, ERR_INVALID,
			                 "this version has no connector %s", s->connector);
		return load_values(c, &source, a, live, err);
	}
	return rc < 0 ? rc
	              : error_set(err, ERR_NOT_FOUND,
	                          "there is no live source %s that is not paused", c->test);
}

static int test_source(struct collector *c)
{
	ARENA_SCOPED a = arena_new(4096);
	struct live_source live;
	struct error err;
	const int rc = connect_database(c, &err);

	if (rc < 0 || load_named(c, a, &live, &err) < 0) {
		printf("failed  settings: %s\n", err.text);
		return rc == ERR_TRANSIENT ? EXIT_RETRY : 1;
	}
	printf("ok      settings: connector %s\n", live.connector->name);
	return source_test(&c->engine, &live) ? 0 : 1;
}

/* Leases end with the connection; what is stored of the runs is gone on with. */
static int run_collector(struct collector *c)
{
	const struct http_client_options http = {.user_agent =
	                                                 "isobar-collector/" ISOBAR_VERSION,
	                                         .ca_file = c->settings.ca_file};

	c->engine.base = event_base_new();
	if (!c->engine.base)
		return EXIT_RETRY;
	c->engine.http = http_client_new(c->engine.base, &http);
	if (c->test) {
		c->exit_code = test_source(c);
	} else {
		make_events(c);
		event_base_dispatch(c->engine.base);
		free_events(c);
	}
	disconnect(c);
	http_client_free(c->engine.http);
	event_base_free(c->engine.base);
	return c->exit_code;
}

/* --- settings --- */

/* clang-format off */
static void usage(FILE *to)
{
	fputs("usage: isobar-collector [--once | --test NAME] [--config FILE] [--database DSN] [--now TIME]\n"
	      "  --once          list the sources that are due, parse what was pushed, then end\n"
	      "  --test NAME     ask what a run of this source asks first, then end (--org ORG)\n"
	      "  --config FILE   settings, [collector] (docs/collecting.md)\n"
	      "  --database DSN  libpq conninfo or URL (else ISOBAR_DATABASE)\n"
	      "  --now TIME      an RFC 3339 time instead of the clock for all that is stored\n",
	      to);
}
/* clang-format on */

static int read_arguments(struct collector *c, int argc, char **argv, struct arena *a)
{
	static const struct option options[] = {{"once", no_argument, NULL, 'o'},
	                                        {"config", required_argument, NULL, 'c'},
	                                        {"database", required_argument, NULL, 'd'},
	                                        {"now", required_argument, NULL, 'n'},
	                                        {"test", required_argument, NULL, 't'},
	                                        {"org", required_argument, NULL, 'g'},
	                                        {"help", no_argument, NULL, 'h'},
	                                        {"version", no_argument, NULL, 'v'},
	                                        {NULL, 0, NULL, 0}};
	const char *config = NULL, *database = NULL;
	struct error err;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			c->once = true;
			break;
		case 'c':
			config = optarg;
			break;
		case 'd':
			database = optarg;
			break;
		case 't':
			c->test = optarg;
			break;
		case 'g':
			c->org = optarg;
			break;
		case 'n':
			if (timestamp_parse(optarg, &c->engine.now, &err) < 0) {
				log_error("--now wants an RFC 3339 time: %s", err.text);
				return 2;
			}
			break;
		case 'h':
			usage(stdout);
			exit(0);
		case 'v':
			puts("isobar-collector " ISOBAR_VERSION);
			exit(0);
		default:
			usage(stderr);
			return 2;
		}
	}
	if (collector_settings_load(config, database, a, &c->settings, &err) < 0) {
		log_error("%s", err.text);
		return 2;
	}
	return 0;
}

static uint64_t seed_of(void)
{
	const uint64_t seed = (uint64_t)timestamp_now() ^ (uint64_t)getpid() << 32;

	return seed ? seed : 1;
}

int main(int argc, char **argv)
{
	ARENA_SCOPED arena = arena_new(4096);
	static struct collector c;
	char host[64] = "";
	int rc;

	mem_return_large();
	log_open("isobar-collector", !isatty(STDERR_FILENO), LOG_INFO);
	c.engine.now = TIMESTAMP_NONE;
	c.org = "default";
	if ((rc = read_arguments(&c, argc, argv, arena)) != 0)
		return rc;
	gethostname(host, sizeof(host) - 1);
	snprintf(c.holder, sizeof(c.holder), "%s/%ld", host, (long)getpid());
	event_set_mem_functions(xmalloc, xrealloc, free);
	c.engine = (struct engine){.holder = c.holder,
	                           .build = "isobar-collector " ISOBAR_VERSION,
	                           .env = {.variable = variable, .read_file = read_file},
	                           .lease = (int64_t)c.settings.lease_ms * 1000,
	                           .retry_base = (int64_t)c.settings.retry_base_ms * 1000,
	                           .max_parts = c.settings.parts,
	                           .random = seed_of(),
	                           .now = c.engine.now,
	                           .ended = on_ended,
	                           .ctx = &c};
	return run_collector(&c);
}
