/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar-api: serves the ranked queue over HTTP.  Options over environment over file
 * over defaults; then the workers.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/migrate.h"

#include "build_version.h"
#include "listen.h"
#include "notify.h"
#include "rate_limit.h"
#include "router.h"
#include "workers.h"

#define WORKERS_MAX     64
#define CONNECTIONS_MAX 16
#define PUSH_MAX_MOST   65536 /* MiB */
#define LISTEN_FDS_MAX  16
#define NUMBER_DIGITS   9
#define FIRST_FD        3 /* sd_listen_fds(3) */

enum {
	EXIT_USAGE = 2
};

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"database", required_argument, NULL, 'd'},
                                        {"listen", required_argument, NULL, 'l'},
                                        {"workers", required_argument, NULL, 'w'},
                                        {"rate-limit", required_argument, NULL, 'r'},
                                        {"tls-certificate", required_argument, NULL, 't'},
                                        {"tls-key", required_argument, NULL, 'k'},
                                        {"no-access-log", no_argument, NULL, 'q'},
                                        {"now", required_argument, NULL, 'n'},
                                        {"print-routes", no_argument, NULL, 'R'},
                                        {"print-settings", no_argument, NULL, 'S'},
                                        {"help", no_argument, NULL, 'h'},
                                        {"version", no_argument, NULL, 'v'},
                                        {NULL, 0, NULL, 0}};

static void usage(FILE *to)
{
	fputs("usage: isobar-api [OPTIONS]\n"
	      "  --config FILE            settings, section [api]; --print-settings shows "
	      "all\n"
	      "  --database DSN           libpq conninfo or URL (else ISOBAR_DATABASE)\n"
	      "  --listen ADDRESS:PORT    several between commas (127.0.0.1:8080)\n"
	      "  --workers N              processes that answer (1)\n"
	      "  --rate-limit N/SECONDS   requests of a token; off: any number (600/60)\n"
	      "  --tls-certificate FILE   with --tls-key FILE: speak TLS\n"
	      "  --no-access-log          no line an answer\n"
	      "  --now TIME               an RFC 3339 time instead of the clock\n"
	      "  --print-routes           what there is to ask for, and end\n"
	      "SIGTERM ends it after the answers under way, SIGHUP reads the certificate "
	      "again.\n",
	      to);
}

static const char *permission_name(enum permission needs)
{
	switch (needs) {
	case PERMISSION_NONE:
		return "-";
	case PERMISSION_READ:
		return "READ";
	case PERMISSION_TRIAGE:
		return "TRIAGE";
	case PERMISSION_APPROVE:
		return "APPROVE";
	case PERMISSION_INGEST:
		return "INGEST";
	case PERMISSION_DELIVER:
		return "DELIVER";
	case PERMISSION_AUDIT:
		return "AUDIT";
	case PERMISSION_ADMIN:
		return "ADMIN";
	}
	return "?";
}

static void print_routes(void)
{
	for (size_t i = 0; i < n_routes; i++)
		printf("%s %s %s\n", route_method_name(routes[i].method), routes[i].pattern,
		       permission_name(routes[i].needs));
}

static const char *type_name(enum setting_type type)
{
	switch (type) {
	case SETTING_BOOL:
		return "true or false";
	case SETTING_COUNT:
		return "a number";
	case SETTING_DURATION:
		return "as 30s, 15m";
	case SETTING_SECRET_FILE:
		return "a file";
	case SETTING_TEXT:
		break;
	}
	return "text";
}

static void print_settings(void)
{
	puts("[api]");
	for (size_t i = 0; i < n_api_settings; i++) {
		const struct setting *s = &api_setting_table[i];

		printf("; %s (%s)\n%s%s = %s\n", s->help, type_name(s->type),
		       s->fallback ? "" : ";", s->key, s->fallback ? s->fallback : "");
	}
}

/* Digits and nothing else, as many as fit. */
static bool read_number(const char *text, size_t size, unsigned int *out)
{
	if (size == 0 || size > NUMBER_DIGITS || strspn(text, "0123456789") < size)
		return false;
	*out = (unsigned int)strtoul(text, NULL, 10);
	return true;
}

static bool read_rate(const char *text, struct api_settings *s)
{
	const size_t size = strcspn(text, "/");
	unsigned int seconds;

	if (strcmp(text, "off") == 0) {
		s->rate_requests = 0;
		return true;
	}
	if (text[size] != '/' || !read_number(text, size, &s->rate_requests) ||
	    !read_number(text + size + 1, strlen(text + size + 1), &seconds) ||
	    seconds > UINT_MAX / 1000)
		return false;
	s->rate_window_ms = seconds * 1000;
	return s->rate_requests > 0 && seconds > 0;
}

static int take_option(int option, const char *value, struct api_settings *s)
{
	struct error err;

	switch (option) {
	case 'd':
		s->database = value;
		return 0;
	case 'l':
		s->listen = value;
		return 0;
	case 'w':
		s->workers = (unsigned int)strtoul(value, NULL, 10);
		return 0;
	case 'r':
		if (read_rate(value, s))
			return 0;
		log_error("--rate-limit wants REQUESTS/SECONDS or off, not \"%s\"", value);
		return EXIT_USAGE;
	case 't':
		s->tls_certificate_file = value;
		return 0;
	case 'k':
		s->tls_key_file = value;
		return 0;
	case 'q':
		s->access_log = false;
		return 0;
	case 'n':
		if (timestamp_parse(value, &s->now, &err) == 0)
			return 0;
		log_error("--now wants an RFC 3339 time: %s", err.text);
		return EXIT_USAGE;
	default:
		return EXIT_USAGE;
	}
}

/* The options that end at once, and where the file is. -1: go on. */
static int first_look(int argc, char **argv, const char **config)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			*config = optarg;
			break;
		case 'R':
			print_routes();
			return 0;
		case 'S':
			print_settings();
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		case 'v':
			puts("isobar-api " ISOBAR_VERSION);
			return 0;
		case '?':
			usage(stderr);
			return EXIT_USAGE;
		default:
			break;
		}
	}
	if (optind < argc) {
		log_error("takes options only, not \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}
	return -1;
}

static const char *environment(const char *name, void *ctx)
{
	(void)ctx;
	return getenv(name);
}

static int check_rates(const struct api_settings *s, struct error *err)
{
	const struct rate_budget of_token = {s->rate_requests, s->rate_window_ms / 1000};
	const struct rate_budget failures = {s->auth_failures, AUTH_FAILURE_WINDOW};

	if (s->rate_window_ms < 1000 || s->rate_window_ms % 1000 != 0)
		return error_set(err, ERR_INVALID, "rate_window wants whole seconds");
	if (!rate_budget_is_kept(&of_token))
		return error_set(
		        err, ERR_INVALID,
		        "rate_requests wants at most %d a second, or 0 for any number",
		        RATE_REQUESTS_A_SECOND_MOST);
	if (!rate_budget_is_kept(&failures))
		return error_set(
		        err, ERR_INVALID,
		        "auth_failures wants at most %d a minute, or 0 for any number",
		        RATE_REQUESTS_A_SECOND_MOST * AUTH_FAILURE_WINDOW);
	return 0;
}

static int check(const struct api_settings *s, struct error *err)
{
	if (!s->database || !*s->database)
		return error_set(err, ERR_INVALID,
		                 "no database: give --database or ISOBAR_DATABASE");
	if (s->workers < 1 || s->workers > WORKERS_MAX)
		return error_set(err, ERR_INVALID, "workers wants 1 to %d", WORKERS_MAX);
	if (s->connections < 1 || s->connections > CONNECTIONS_MAX)
		return error_set(err, ERR_INVALID, "connections wants 1 to %d",
		                 CONNECTIONS_MAX);
	if (s->push_max < 1 || s->push_max > PUSH_MAX_MOST)
		return error_set(err, ERR_INVALID, "push_max wants 1 to %d", PUSH_MAX_MOST);
	if (s->cursor_key.size > 0 && s->cursor_key.size < CURSOR_KEY_SIZE)
		return error_set(err, ERR_INVALID,
		                 "cursor_key_file holds fewer than %d bytes",
		                 CURSOR_KEY_SIZE);
	return check_rates(s, err);
}

static int read_settings(int argc, char **argv, const char *config, struct arena *a,
                         struct api_settings *s)
{
	struct error err;
	int option, code;

	s->now = TIMESTAMP_NONE;
	if (settings_load(api_setting_table, n_api_settings, config, a, s, &err) < 0 ||
	    settings_apply_environment(api_setting_table, n_api_settings, environment, NULL,
	                               a, s, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_USAGE;
	}
	if (getenv("ISOBAR_DATABASE"))
		s->database = getenv("ISOBAR_DATABASE");
	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option != 'c' && (code = take_option(option, optarg, s)) != 0)
			return code;
	if (check(s, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_USAGE;
	}
	return 0;
}

/*
 * A schema of another version is told before anything listens; a database that is not
 * there yet is waited for, with 503 for an answer.
 */
static int check_schema(const struct api_settings *s)
{
	const struct pg_options first = {.conninfo = s->database, .program = "isobar-api"};
	struct pg *pg = NULL;
	struct error err;
	const int rc = migrate_open(&first, &pg, &err);

	pg_close(pg);
	if (rc == 0)
		return 0;
	if (rc == ERR_TRANSIENT) {
		log_warn("%s; requests are answered with 503 until it is there", err.text);
		return 0;
	}
	log_error("%s", err.text);
	return 1;
}

/* Any length of 32 bytes and more makes a key; without a file each start makes one. */
static void make_cursor_key(const struct secret *given, unsigned char out[CURSOR_KEY_SIZE])
{
	if (given->size > 0) {
		key_sha256(given->bytes, given->size, out);
	} else if (getrandom(out, CURSOR_KEY_SIZE, 0) != CURSOR_KEY_SIZE) {
		log_error("getrandom: %s", strerror(errno));
		abort();
	}
}

/* Sockets from systemd: LISTEN_FDS of them, if they are for this process. */
static size_t inherited_sockets(int fds[LISTEN_FDS_MAX])
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	size_t n = 0;

	if (!pid || !count || strtol(pid, NULL, 10) != (long)getpid())
		return 0;
	while (n < (size_t)strtoul(count, NULL, 10) && n < LISTEN_FDS_MAX) {
		fds[n] = FIRST_FD + (int)n;
		n++;
	}
	return n;
}

static int run(const struct api_settings *s)
{
	const char *patterns[METRICS_ROUTES_MAX];
	unsigned char cursor_key[CURSOR_KEY_SIZE];
	int fds[LISTEN_FDS_MAX], code;
	struct error err;
	struct metrics_names names = {.routes = patterns,
	                              .n_routes = n_routes,
	                              .version = ISOBAR_VERSION,
	                              .started_at = (double)timestamp_now() / 1e6};
	struct worker_options o = {.settings = s, .cursor_key = cursor_key};

	for (size_t i = 0; i < n_routes; i++)
		patterns[i] = routes[i].pattern;
	make_cursor_key(&s->cursor_key, cursor_key);
	notify_open(getenv("NOTIFY_SOCKET"));
	o.metrics = metrics_new(&names);
	o.rate_limit = rate_limit_new();
	o.listen_fds = fds;
	o.n_listen_fds = inherited_sockets(fds);
	if (o.n_listen_fds == 0 && listen_check(s->listen, &err) < 0) {
		log_error("%s", err.text);
		code = err.code == ERR_INVALID ? EXIT_USAGE : 1;
	} else {
		code = workers_run(&o);
	}
	metrics_free(o.metrics);
	rate_limit_free(o.rate_limit);
	return code;
}

int main(int argc, char **argv)
{
	ARENA_SCOPED arena = arena_new(4096);
	struct api_settings settings = {0};
	const char *config = NULL;
	bool json;
	int code;

	log_open("isobar-api", !isatty(STDERR_FILENO), LOG_INFO);
	event_set_mem_functions(xmalloc, xrealloc, free);
	if ((code = first_look(argc, argv, &config)) >= 0 ||
	    (code = read_settings(argc, argv, config, arena, &settings)) != 0)
		return code;
	json = strcmp(settings.log_format, "json") == 0 ||
	       (strcmp(settings.log_format, "auto") == 0 && !isatty(STDERR_FILENO));
	log_open("isobar-api", json, LOG_INFO);
	if ((code = check_schema(&settings)) == 0)
		code = run(&settings);
	secret_done(&settings.cursor_key);
	return code;
}
