/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar up: runs everything in the foreground.  Starts the private cluster (or
 * takes the database it is given), migrates, starts the daemons, starts them again
 * when they die, and stops all in order: daemons first, the database last.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "store/catalog.h"
#include "store/migrate.h"

#include "child.h"
#include "cli.h"
#include "cluster.h"
#include "daemon.h"
#include "report.h"
#include "secret_input.h"
#include "self_check.h"
#include "up_token.h"

#define DAEMON_STOP_MS 25000 /* the api lets answers under way go first */
#define API_START_MS   15000
#define API_PORT       8080
#define CONNECTION_MAX 4096
#define TOLD_MAX       512

enum { /* as they start; the api is the first to stop */
	SCORER,
	COLLECTOR,
	API,
	N_DAEMONS
};

struct up {
	struct cli *cli;
	const char *data_dir, *state_dir;
	bool is_private; /* the cluster is ours */
	struct cluster cluster;
	int stop_fd;  /* readable once we shall end; never read */
	int child_fd; /* readable when a child ended */
	int lock_fd;
	const char *record; /* file with the connection; NULL: not written */

	int port;    /* of the api; 0: the usual one, or a free one */
	int told_fd; /* where the api tells that it is ready (sd_notify) */
	const char *told_path;
	const char *token;
	struct daemon daemons[N_DAEMONS];
	struct self_check_plan self_check;
};

/* --- signals --- */

static int watch(const int *signals, size_t n)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A shell starts what runs in the background with SIGINT ignored; that is no wish. */
static int watch_signals(struct up *u)
{
	static const int stop[] = {SIGINT, SIGTERM, SIGHUP};
	static const int child[] = {SIGCHLD};
	const struct sigaction by_default = {.sa_handler = SIG_DFL};

	sigaction(SIGINT, &by_default, NULL);
	sigaction(SIGTERM, &by_default, NULL);
	sigaction(SIGCHLD, &by_default, NULL);
	u->stop_fd = watch(stop, N_ELEMENTS(stop));
	u->child_fd = watch(child, N_ELEMENTS(child));
	if (u->stop_fd >= 0 && u->child_fd >= 0)
		return EXIT_DONE;
	cli_complain(u->cli, "signalfd: %s", strerror(errno));
	return EXIT_FAILED;
}

static bool shall_stop(const struct up *u)
{
	struct pollfd stop = {.fd = u->stop_fd, .events = POLLIN};

	return poll(&stop, 1, 0) > 0;
}

/* --- the private cluster --- */

static const char *absolute(const char *path, struct arena *a)
{
	char *whole, *end;

	if (*path == '/') {
		whole = arena_strdup(a, path);
	} else {
		char *here = getcwd(NULL, 0);

		whole = arena_printf(a, "%s/%s", here ? here : "", path);
		free(here);
	}
	for (end = whole + strlen(whole); end > whole + 1 && end[-1] == '/';)
		*--end = '\0';
	return whole;
}

/* The folder that a path lies in. */
static const char *parent_of(const char *path, struct arena *a)
{
	const char *slash = strrchr(path, '/');

	return slash && slash > path ? arena_strndup(a, path, (size_t)(slash - path)) : "/";
}

/* Held until we end, however that happens. */
static int lock_data(struct up *u)
{
	const char *path = arena_printf(u->cli->arena, "%s.lock", u->data_dir);
	char holder[16] = "";

	u->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (u->lock_fd < 0) {
		cli_complain(u->cli, "%s: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	if (flock(u->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		const ssize_t n = pread(u->lock_fd, holder, sizeof(holder) - 1, 0);

		holder[n > 0 ? strspn(holder, "0123456789") : 0] = '\0';
		cli_complain(u->cli, "another isobar up (process %s) runs on %s",
		             *holder ? holder : "unknown", u->data_dir);
		return EXIT_FAILED;
	}
	if (ftruncate(u->lock_fd, 0) < 0 ||
	    dprintf(u->lock_fd, "%ld\n", (long)getpid()) < 0)
		cli_note(u->cli, "%s: %s", path, strerror(errno)); /* the lock holds */
	return EXIT_DONE;
}

static int make_database(const char *conninfo, struct arena *a, struct error *err)
{
	const struct pg_options options = {
	        .conninfo = conninfo, .program = "isobar", .groups = PG_GROUP_ADMIN};
	struct pg_params params = {.arena = a};
	CLEANUP(pg_closep) struct pg *pg = NULL;
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc = pg_open(&options, &pg, err);

	if (rc != 0)
		return rc;
	pg_bind_text(&params, "isobar");
	rc = pg_run(pg, STMT_DATABASE_FIND, &params, &rows, err);
	if (rc == 0 && !pg_get_bool(rows, 0, "found"))
		rc = pg_command(pg, statement_table[STMT_DATABASE_CREATE].sql, err);
	return rc;
}

/* What the other commands find the database by; never half written. */
static int record_connection(struct up *u, struct error *err)
{
	const char *path = arena_printf(u->cli->arena, "%s/connection", u->state_dir);
	const char *fresh = arena_printf(u->cli->arena, "%s.new", path);
	const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_set(err, ERR_INTERNAL, "%s: %s", fresh, strerror(errno));
	const bool written = dprintf(fd, "%s\n", u->cluster.conninfo) > 0;

	if (close(fd) < 0 || !written || rename(fresh, path) < 0)
		return error_set(err, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	u->record = path;
	return 0;
}

/* Another `up` on other data may have written its own meanwhile. */
static void remove_record(struct up *u)
{
	char line[CONNECTION_MAX] = "";
	FILE *f = u->record ? fopen(u->record, "re") : NULL;

	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) != NULL)
		line[strcspn(line, "\n")] = '\0';
	fclose(f);
	if (strcmp(line, u->cluster.conninfo) == 0)
		unlink(u->record);
	u->record = NULL;
}

static int start_cluster(struct up *u)
{
	struct cli *cli = u->cli;
	const struct cluster_options options = {.data_dir = u->data_dir,
	                                        .state_dir = u->state_dir,
	                                        .stop_fd = u->stop_fd,
	                                        .arena = cli->arena};
	struct error err;
	int exit_code;

	if (cluster_check_user(&err) != 0 || cluster_make_folder(u->state_dir, &err) != 0 ||
	    cluster_make_folder(parent_of(u->data_dir, cli->arena), &err) != 0)
		return cli_fail(cli, &err);
	if ((exit_code = lock_data(u)) != EXIT_DONE)
		return exit_code;
	if (cluster_start(&u->cluster, &options, &err) != 0) {
		if (shall_stop(u))
			return EXIT_DONE;
		return cli_fail(cli, &err);
	}
	if (make_database(u->cluster.template_conninfo, cli->arena, &err) != 0 ||
	    record_connection(u, &err) != 0)
		return cli_fail(cli, &err);
	cli->database = u->cluster.conninfo;
	return EXIT_DONE;
}

/* --- schema and daemons --- */

static void report_migration(const struct migration *m, void *ctx)
{
	if (m->is_new)
		cli_note(ctx, "applied %s", m->name);
}

static int bring_up_to_date(struct up *u)
{
	const struct migrate_options options = {0};
	struct catalog_result loaded = {0};
	struct error err;
	int exit_code = EXIT_FAILED;
	CLEANUP(pg_closep)
	struct pg *pg = cli_connect(u->cli, NULL, PG_GROUP_ADMIN, NULL, &exit_code);

	if (pg == NULL)
		return exit_code;
	if (migrate_run(pg, &options, report_migration, u->cli, &err) != 0 ||
	    catalog_load(pg, u->cli->now, &loaded, &err) != 0)
		return cli_fail(u->cli, &err);
	if (loaded.n_files)
		cli_note(u->cli, "catalogue: %zu files loaded", loaded.n_files);
	return EXIT_DONE;
}

/* --- daemons --- */

static void complain(void *ctx, const char *text)
{
	cli_complain(ctx, "%s", text);
}

static struct daemon *daemon_make(struct up *u, int which, const char *name)
{
	struct daemon *d = &u->daemons[which];

	d->name = name;
	d->argv[0] = cli_program_path(name, u->cli->arena);
	d->variables[0] = (struct child_variable){"ISOBAR_DATABASE", u->cli->database};
	return d;
}

static void add_now(struct up *u, struct daemon *d, int at)
{
	char now[TIMESTAMP_TEXT_MAX];

	if (!u->cli->now_given)
		return;
	d->argv[at] = "--now";
	d->argv[at + 1] = arena_strdup(u->cli->arena, timestamp_format(u->cli->now, now));
}

/* Can the port be listened on?  0: a free one. The port, or -1. */
static int try_port(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_port = htons((uint16_t)port),
	                              .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	int out = -1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 1) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &size) == 0)
		out = ntohs(address.sin_port);
	close(fd);
	return out;
}

static int choose_port(struct up *u)
{
	if (u->port) {
		if (try_port(u->port) > 0)
			return EXIT_DONE;
		cli_complain(u->cli, "port %d of 127.0.0.1 is taken: %s", u->port,
		             strerror(errno));
		return EXIT_FAILED;
	}
	u->port = try_port(API_PORT);
	if (u->port < 0)
		u->port = try_port(0);
	if (u->port > 0)
		return EXIT_DONE;
	cli_complain(u->cli, "there is no free port: %s", strerror(errno));
	return EXIT_FAILED;
}

/* The socket of sd_notify(3): the api tells there that it listens. */
static int open_told(struct up *u)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	u->told_path =
	        arena_printf(u->cli->arena, "%s/told.%ld", u->state_dir, (long)getpid());
	if (strlen(u->told_path) >= sizeof(address.sun_path)) {
		cli_complain(u->cli, "%s is too long a name for a socket", u->told_path);
		return EXIT_FAILED;
	}
	memcpy(address.sun_path, u->told_path, strlen(u->told_path) + 1);
	unlink(u->told_path);
	u->told_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (u->told_fd >= 0 &&
	    bind(u->told_fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return EXIT_DONE;
	cli_complain(u->cli, "%s: %s", u->told_path, strerror(errno));
	return EXIT_FAILED;
}

/* Takes all that was told; is "READY=1" among it? */
static bool was_told_ready(struct up *u)
{
	char text[TOLD_MAX];
	bool ready = false;
	ssize_t n;

	while ((n = recv(u->told_fd, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		ready |= strncmp(text, "READY=1", 7) == 0;
	}
	return ready;
}

static void start_daemons(struct up *u)
{
	struct daemon *scorer = daemon_make(u, SCORER, "isobar-scorer");
	struct daemon *collector = daemon_make(u, COLLECTOR, "isobar-collector");
	struct daemon *api = daemon_make(u, API, "isobar-api");

	add_now(u, scorer, 1);
	add_now(u, collector, 1);
	api->argv[1] = "--listen";
	api->argv[2] = arena_printf(u->cli->arena, "127.0.0.1:%d", u->port);
	add_now(u, api, 3);
	api->variables[1] = (struct child_variable){"NOTIFY_SOCKET", u->told_path};
	for (int i = 0; i < N_DAEMONS; i++)
		daemon_start(&u->daemons[i], complain, u->cli);
}

/* The api listens, or it could not: then nothing else is worth running. */
static int wait_for_api(struct up *u)
{
	const int64_t until = daemon_clock() + API_START_MS;
	char words[48];
	int status;

	while (daemon_clock() < until && !shall_stop(u)) {
		struct pollfd fds[] = {{.fd = u->stop_fd, .events = POLLIN},
		                       {.fd = u->told_fd, .events = POLLIN}};

		if (poll(fds, N_ELEMENTS(fds), 100) > 0 && was_told_ready(u))
			return EXIT_DONE;
		if (u->daemons[API].pid > 0 &&
		    waitpid(u->daemons[API].pid, &status, WNOHANG) > 0) {
			u->daemons[API].pid = 0;
			cli_complain(u->cli, "isobar-api %s",
			             child_status_words(status, words));
			return EXIT_FAILED;
		}
	}
	if (shall_stop(u))
		return EXIT_DONE;
	cli_complain(u->cli, "isobar-api does not listen after %d s", API_START_MS / 1000);
	return EXIT_FAILED;
}

/* The api first: who asks it gets an answer as long as it can. */
static void stop_daemons(struct up *u)
{
	for (int i = N_DAEMONS - 1; i >= 0; i--)
		daemon_stop(&u->daemons[i], DAEMON_STOP_MS);
	daemon_stop(&u->self_check.program, DAEMON_STOP_MS);
	if (u->told_fd >= 0) {
		close(u->told_fd);
		unlink(u->told_path);
	}
}

/* Sees who ended.  False: without the database nothing goes on. */
static bool reap(struct up *u)
{
	struct signalfd_siginfo info;
	char words[48];
	int status;
	pid_t pid;

	while (read(u->child_fd, &info, sizeof(info)) > 0)
		; /* several deaths may make one signal: waitpid tells all */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < N_DAEMONS; i++)
			if (pid == u->daemons[i].pid)
				daemon_ended(&u->daemons[i], status, complain, u->cli);
		if (pid == u->self_check.program.pid)
			self_check_plan_ended(u->cli, &u->self_check, status);
		if (pid != u->cluster.pid)
			continue;
		u->cluster.pid = 0;
		cli_complain(u->cli, "PostgreSQL %s; everything stops",
		             child_status_words(status, words));
		cluster_show_log(&u->cluster);
		return false;
	}
	return true;
}

static int wait_ms(const struct up *u)
{
	int ms = -1;

	for (int i = 0; i < N_DAEMONS; i++)
		ms = daemon_wait_ms(&u->daemons[i], ms);
	return self_check_plan_wait_ms(&u->self_check, ms);
}

static int supervise(struct up *u)
{
	struct pollfd fds[] = {{.fd = u->stop_fd, .events = POLLIN},
	                       {.fd = u->child_fd, .events = POLLIN},
	                       {.fd = u->told_fd, .events = POLLIN}};

	for (;;) {
		if (poll(fds, N_ELEMENTS(fds), wait_ms(u)) < 0 && errno != EINTR) {
			cli_complain(u->cli, "poll: %s", strerror(errno));
			return EXIT_FAILED;
		}
		if (fds[0].revents)
			return EXIT_DONE;
		if (fds[1].revents && !reap(u))
			return EXIT_FAILED;
		if (fds[2].revents)
			was_told_ready(u);
		for (int i = 0; i < N_DAEMONS; i++)
			if (daemon_is_due(&u->daemons[i]))
				daemon_start(&u->daemons[i], complain, u->cli);
		self_check_plan_run(u->cli, &u->self_check);
	}
}

/* A given connection may hold a password: only ours is shown. */
static void say_ready(const struct up *u)
{
	const char *database = u->is_private ? u->cluster.conninfo : NULL;
	const char *url = arena_printf(u->cli->arena, "http://127.0.0.1:%d", u->port);
	struct strbuf b = {0};

	if (u->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_bool(&b, "ready", true);
		json_write_text(&b, "database", database);
		json_write_text(&b, "url", url);
		json_write_text(&b, "token", u->token);
		json_write_close(&b, '}');
		report_line(&b);
	} else if (!u->cli->quiet) {
		printf("ready%s%s\n  api    %s\n  token  %s\nCtrl-C stops everything\n",
		       database ? ": " : "", database ? database : "", url, u->token);
	}
	strbuf_done(&b);
	fflush(stdout);
}

static int start_all(struct up *u)
{
	struct error err;
	int exit_code = choose_port(u);

	if (exit_code == EXIT_DONE && cluster_make_folder(u->state_dir, &err) != 0)
		exit_code = cli_fail(u->cli, &err);
	if (exit_code == EXIT_DONE)
		exit_code = secret_key_ready(u->cli);
	if (exit_code == EXIT_DONE)
		exit_code = open_told(u);
	if (exit_code == EXIT_DONE) {
		u->token = up_token(u->cli, u->state_dir, &exit_code);
		if (!u->token)
			return exit_code;
		exit_code = EXIT_DONE;
		start_daemons(u);
		exit_code = wait_for_api(u);
	}
	return exit_code;
}

static int run(struct up *u)
{
	int exit_code = watch_signals(u);

	if (exit_code == EXIT_DONE && u->is_private)
		exit_code = start_cluster(u);
	if (exit_code == EXIT_DONE && !shall_stop(u))
		exit_code = bring_up_to_date(u);
	if (exit_code == EXIT_DONE && !shall_stop(u))
		exit_code = start_all(u);
	if (exit_code == EXIT_DONE && !shall_stop(u)) {
		say_ready(u);
		self_check_plan_begin(u->cli, &u->self_check);
		exit_code = supervise(u);
	}
	if (shall_stop(u))
		cli_note(u->cli, "stopping");
	stop_daemons(u);
	remove_record(u);
	cluster_stop(&u->cluster);
	return exit_code;
}

static bool read_arguments(struct up *u, int argc, char **argv)
{
	static const struct option options[] = {
	        {"data-dir", required_argument, NULL, 'd'},
	        {"port", required_argument, NULL, 'p'},
	        {"self-check", required_argument, NULL, 's'},
	        CLI_COMMON_OPTIONS};
	const char *self_check = NULL;
	long long port;
	int option;

	while ((option = cli_getopt(u->cli, argc, argv, options)) != -1) {
		if (option == 'd' && *optarg) {
			u->data_dir = absolute(optarg, u->cli->arena);
		} else if (option == 'p') {
			if (!cli_number(u->cli, "--port", optarg, 1, 65535, &port))
				return false;
			u->port = (int)port;
		} else if (option == 's') {
			self_check = optarg;
		} else {
			return false;
		}
	}
	if (optind < argc)
		cli_complain(u->cli, "takes no argument: \"%s\"", argv[optind]);
	return optind == argc && self_check_plan_read(u->cli, self_check, &u->self_check);
}

int cmd_up(struct cli *cli, int argc, char **argv)
{
	struct up u = {
	        .cli = cli, .stop_fd = -1, .child_fd = -1, .lock_fd = -1, .told_fd = -1};

	if (!read_arguments(&u, argc, argv))
		return EXIT_USAGE;
	u.is_private = !cli->database || !*cli->database;
	if (!u.is_private && u.data_dir)
		cli_note(cli, "--data-dir is not used: the database is given");
	u.state_dir = absolute(cli_state_dir(cli->arena), cli->arena);
	if (!u.data_dir)
		u.data_dir = arena_printf(cli->arena, "%s/pg", u.state_dir);
	return run(&u);
}
