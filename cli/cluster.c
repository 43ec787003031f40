/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private PostgreSQL of `isobar up`: finds the server's programs, makes the
 * cluster, writes its settings, starts it as a child and stops it.  What lives in
 * the database is cmd_up.c's.
 */
#include "cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "model/key.h"
#include "store/pg.h"

#include "child.h"

#define MAJOR_MIN       15
#define START_MS        60000  /* without an answer */
#define RECOVERY_MS     900000 /* while it says that it is starting: 4 GB of WAL to read */
#define STOP_MS         60000
#define LOOK_MS         50
#define SOCKET_PATH_MAX 107 /* sun_path of unix(7), without the NUL */
#define SOCKET_FILE     "/.s.PGSQL.5432"
#define LOG_SIZE_MAX    (16 << 20)
#define LOG_TAIL        2048
#define MIB             (1024LL * 1024)

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int cluster_check_user(struct error *err)
{
	if (geteuid() != 0)
		return 0;
	return error_set(err, ERR_DENIED,
	                 "PostgreSQL does not run as root: start this as another user "
	                 "(deploy/quickstart.sh does), or give --database");
}

int cluster_make_folder(const char *path, struct error *err)
{
	struct strbuf part = {0};
	int rc = 0;

	for (const char *p = path; rc == 0 && *p; p += strspn(p, "/")) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		strbuf_reset(&part);
		strbuf_put(&part, path, (size_t)(p - path));
		if (mkdir(strbuf_text(&part), 0700) < 0 && errno != EEXIST)
			rc = error_set(err, ERR_INTERNAL, "cannot make the folder %s: %s",
			               strbuf_text(&part), strerror(errno));
	}
	strbuf_done(&part);
	return rc;
}

/* --- the server's programs --- */

/* The number that the first line of a file begins with; 0 when there is none. */
static long number_in(const struct cluster *c, const char *name)
{
	FILE *f = fopen(arena_printf(c->arena, "%s/%s", c->data_dir, name), "re");
	char line[32];
	long n = 0;

	if (f == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) != NULL)
		n = strtol(line, NULL, 10);
	fclose(f);
	return n > 0 ? n : 0;
}

static const char *program(const struct cluster *c, const char *name)
{
	return c->bin_dir ? arena_printf(c->arena, "%s/%s", c->bin_dir, name) : name;
}

static bool try_bin_dir(struct cluster *c, const char *dir)
{
	if (access(arena_printf(c->arena, "%s/postgres", dir), X_OK) != 0)
		return false;
	c->bin_dir = dir;
	return true;
}

/* The server that the data folder was made with comes first, then the newest. */
static int find_programs(struct cluster *c, long data_major, struct error *err)
{
	const char *given = getenv("ISOBAR_PG_BINDIR");

	if (given != NULL && *given != '\0') {
		if (try_bin_dir(c, given))
			return 0;
		return error_set(err, ERR_NOT_FOUND,
		                 "ISOBAR_PG_BINDIR: there is no %s/postgres", given);
	}
	if (data_major > 0 &&
	    try_bin_dir(c,
	                arena_printf(c->arena, "/usr/lib/postgresql/%ld/bin", data_major)))
		return 0;
	for (int major = 18; major >= MAJOR_MIN; major--)
		if (try_bin_dir(
		            c, arena_printf(c->arena, "/usr/lib/postgresql/%d/bin", major)))
			return 0;
	c->bin_dir = NULL;
	return 0;
}

/* "postgres (PostgreSQL) 15.14 (Debian ...)" */
static int read_major(const struct cluster *c, long *out, struct error *err)
{
	const char *const argv[] = {program(c, "postgres"), "--version", NULL};
	struct strbuf text = {0};
	const int code = child_read(argv, &text, err);
	const char *digits = strpbrk(strbuf_text(&text), "0123456789");

	*out = code == 0 && digits ? strtol(digits, NULL, 10) : 0;
	strbuf_done(&text);
	if (code < 0)
		return err->code;
	if (*out == 0)
		return error_set(err, ERR_NOT_FOUND,
		                 "no PostgreSQL server found; install one, or name its "
		                 "programs' folder in ISOBAR_PG_BINDIR");
	if (*out < MAJOR_MIN)
		return error_set(err, ERR_CONFLICT,
		                 "%s is PostgreSQL %ld; %d or later is needed", argv[0],
		                 *out, MAJOR_MIN);
	return 0;
}

static int choose_programs(struct cluster *c, struct error *err)
{
	const long data_major = number_in(c, "PG_VERSION");
	long major;
	int rc = find_programs(c, data_major, err);

	if (rc != 0 || (rc = read_major(c, &major, err)) != 0)
		return rc;
	if (data_major > 0 && data_major != major)
		return error_set(err, ERR_CONFLICT,
		                 "%s was made by PostgreSQL %ld, the server here is %ld: "
		                 "install that one (ISOBAR_PG_BINDIR) or use pg_upgrade",
		                 c->data_dir, data_major, major);
	return 0;
}

/* --- folders and files --- */

/* Does a path mean itself in a conninfo and in a list of sockets? */
static bool is_plain_path(const char *path)
{
	return path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                         "0123456789/._-+@")] == '\0';
}

/* In /tmp others may have been there first. */
static int check_private(const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return error_set(err, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return error_set(err, ERR_DENIED, "%s is not a folder for our eyes only",
		                 path);
	return 0;
}

/* Another data folder in the same state folder gets a socket and a log of its own. */
static int choose_places(struct cluster *c, const char *state_dir, struct error *err)
{
	const struct key_field path = {c->data_dir, strlen(c->data_dir)};
	const struct key key = key_of(&path, 1);
	char hash[KEY_TEXT_MAX];
	const char *tag = "";
	int rc;

	key_text(&key, hash);
	hash[8] = '\0';
	if (strcmp(c->data_dir, arena_printf(c->arena, "%s/pg", state_dir)) != 0)
		tag = arena_printf(c->arena, "-%s", hash);
	c->log_path = arena_printf(c->arena, "%s/postgresql%s.log", state_dir, tag);
	c->socket_dir = arena_printf(c->arena, "%s/run%s", state_dir, tag);
	if (strlen(c->socket_dir) + strlen(SOCKET_FILE) > SOCKET_PATH_MAX ||
	    !is_plain_path(c->socket_dir))
		c->socket_dir = arena_printf(c->arena, "/tmp/isobar-%lu-%s",
		                             (unsigned long)geteuid(), hash);
	if ((rc = cluster_make_folder(c->socket_dir, err)) != 0 ||
	    (rc = check_private(c->socket_dir, err)) != 0)
		return rc;
	c->conninfo = arena_printf(c->arena, "host=%s port=5432 user=isobar dbname=isobar",
	                           c->socket_dir);
	c->template_conninfo = arena_printf(
	        c->arena, "host=%s port=5432 user=isobar dbname=postgres", c->socket_dir);
	return 0;
}

static int open_log(const struct cluster *c, struct error *err)
{
	struct stat st;
	int fd;

	if (stat(c->log_path, &st) == 0 && st.st_size > LOG_SIZE_MAX)
		rename(c->log_path, arena_printf(c->arena, "%s.old", c->log_path));
	fd = open(c->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(err, ERR_INTERNAL, "%s: %s", c->log_path, strerror(errno));
	return fd;
}

void cluster_show_log(const struct cluster *c)
{
	FILE *f = c->log_path ? fopen(c->log_path, "re") : NULL;
	char tail[LOG_TAIL + 1];
	size_t n;

	if (f == NULL)
		return;
	if (fseek(f, -LOG_TAIL, SEEK_END) < 0)
		rewind(f);
	n = fread(tail, 1, LOG_TAIL, f);
	fclose(f);
	tail[n] = '\0';
	/* From the start of a line on, if the log has more than that. */
	const char *line = n == LOG_TAIL ? strchr(tail, '\n') : NULL;

	fprintf(stderr, "the end of %s:\n%s%s", c->log_path, line ? line + 1 : tail,
	        n > 0 && tail[n - 1] != '\n' ? "\n" : "");
}

/* --- the cluster --- */

static bool has_locale(const char *name)
{
	const locale_t locale = newlocale(LC_ALL_MASK, name, (locale_t)0);

	if (locale == (locale_t)0)
		return false;
	freelocale(locale);
	return true;
}

/* Is there nothing yet where the cluster goes? */
static bool is_free(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return errno == ENOENT;
	while (!found && (entry = readdir(dir)) != NULL)
		found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return !found;
}

/* Into a folder beside it: what is cut off in the middle is no cluster. */
static int make_cluster(const struct cluster *c, int log_fd, struct error *err)
{
	const char *fresh = arena_printf(c->arena, "%s.new", c->data_dir);
	const char *const clean[] = {"rm", "-rf", "--", fresh, NULL};
	const char *const argv[] = {program(c, "initdb"),
	                            "--pgdata",
	                            fresh,
	                            "--username",
	                            "isobar",
	                            "--auth",
	                            "trust",
	                            "--encoding",
	                            "UTF8",
	                            has_locale("C.UTF-8") ? "--locale=C.UTF-8"
	                                                  : "--locale=C",
	                            "--data-checksums",
	                            "--no-instructions",
	                            NULL};
	int code;

	if (!is_free(c->data_dir))
		return error_set(err, ERR_CONFLICT,
		                 "%s is neither empty nor the data folder of a cluster",
		                 c->data_dir);
	code = child_run(clean, log_fd, err);
	if (code == 0)
		code = child_run(argv, log_fd, err);
	if (code < 0)
		return err->code;
	if (code != 0)
		return error_set(err, ERR_INTERNAL, "initdb ended with code %d; see %s",
		                 code, c->log_path);
	if (rename(fresh, c->data_dir) < 0)
		return error_set(err, ERR_CONFLICT,
		                 "%s is not the data folder of a cluster: %s", c->data_dir,
		                 strerror(errno));
	return 0;
}

/* Of the machine, or of the control group that we run in (cgroup v2, then v1). */
static long long memory_bytes(void)
{
	static const char *const limits[] = {"/sys/fs/cgroup/memory.max",
	                                     "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
	long long bytes = (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < N_ELEMENTS(limits); i++) {
		FILE *f = fopen(limits[i], "re");
		char line[32];

		if (f == NULL)
			continue;
		/* "max" reads as 0: none. */
		const long long limit =
		        fgets(line, sizeof(line), f) ? strtoll(line, NULL, 10) : 0;

		if (limit > 0 && limit < bytes)
			bytes = limit;
		fclose(f);
	}
	return bytes;
}

/* Written at every start; what an administrator wants otherwise goes into
 * isobar-local.conf beside it, which is read last. */
static int write_settings(const struct cluster *c, struct error *err)
{
	const char *path = arena_printf(c->arena, "%s/isobar.conf", c->data_dir);
	const long long quarter = memory_bytes() / 4 / MIB;
	FILE *f = fopen(path, "we");

	if (f == NULL)
		return error_set(err, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	fprintf(f,
	        "# Written by isobar up at every start; your own settings: "
	        "isobar-local.conf\n"
	        "include 'postgresql.conf'\n"
	        "listen_addresses = ''\n"
	        "unix_socket_directories = '%s'\n"
	        "unix_socket_permissions = 0700\n"
	        "port = 5432\n"
	        "max_connections = 100\n"
	        "shared_buffers = %lldMB\n"
	        "synchronous_commit = on\n"
	        "max_wal_size = 4GB\n"
	        "checkpoint_timeout = 15min\n"
	        "wal_compression = off\n"
	        "jit = off\n"
	        "timezone = 'UTC'\n"
	        "log_timezone = 'UTC'\n"
	        "logging_collector = off\n"
	        "log_destination = 'stderr'\n"
	        "include_if_exists 'isobar-local.conf'\n",
	        c->socket_dir,
	        quarter > 4096 ? 4096
	        : quarter < 32 ? 32
	                       : quarter);
	const bool failed = ferror(f) != 0;

	if (fclose(f) != 0 || failed)
		return error_set(err, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	return 0;
}

/* --- the server --- */

static int spawn_server(struct cluster *c, int log_fd, struct error *err)
{
	const char *const argv[] = {
	        program(c, "postgres"),
	        "-D",
	        c->data_dir,
	        "-c",
	        arena_printf(c->arena, "config_file=%s/isobar.conf", c->data_dir),
	        NULL};
	/* Should we be killed, it ends in good order by itself. */
	const struct child child = {.argv = argv, .output = log_fd, .death_signal = SIGINT};
	const pid_t pid = child_start(&child, err);

	if (pid < 0)
		return err->code;
	c->pid = pid;
	return 0;
}

/* Does a server of before, which is still ending, hold the data folder? */
static bool is_held(const struct cluster *c)
{
	const long pid = number_in(c, "postmaster.pid");

	return pid > 1 && pid != (long)c->pid && kill((pid_t)pid, 0) == 0;
}

/* 1: it accepts connections, 0: it does not answer, -1: it is starting up. */
static int ask_server(const struct cluster *c)
{
	switch (PQping(c->template_conninfo)) {
	case PQPING_OK:
		/* By the same socket the server of before may answer. */
		return number_in(c, "postmaster.pid") == (long)c->pid;
	case PQPING_REJECT:
		return -1;
	case PQPING_NO_RESPONSE:
	case PQPING_NO_ATTEMPT:
		break;
	}
	return 0;
}

static int wait_for_server(struct cluster *c, int log_fd, struct error *err)
{
	struct pollfd stop = {.fd = c->stop_fd, .events = POLLIN};
	const int64_t start = monotonic_ms();
	char words[48];
	int status, answer;

	while ((answer = ask_server(c)) <= 0) {
		const int64_t waited = monotonic_ms() - start;

		if (poll(&stop, 1, LOOK_MS) > 0)
			return error_set(err, ERR_CONFLICT,
			                 "stopped while PostgreSQL was starting");
		if (waited > (answer < 0 ? RECOVERY_MS : START_MS))
			return error_set(err, ERR_INTERNAL,
			                 "PostgreSQL does not answer after %lld s; see %s",
			                 (long long)waited / 1000, c->log_path);
		if (waitpid(c->pid, &status, WNOHANG) != c->pid)
			continue;
		c->pid = 0;
		if (!is_held(c) || waited > START_MS)
			return error_set(err, ERR_INTERNAL,
			                 "PostgreSQL %s while starting; see %s",
			                 child_status_words(status, words), c->log_path);
		poll(&stop, 1, 4 * LOOK_MS);
		if (spawn_server(c, log_fd, err) != 0)
			return err->code;
	}
	return 0;
}

static int start_server(struct cluster *c, int log_fd, struct error *err)
{
	int rc = 0;

	if (number_in(c, "PG_VERSION") == 0)
		rc = make_cluster(c, log_fd, err);
	if (rc != 0 || (rc = write_settings(c, err)) != 0 ||
	    (rc = spawn_server(c, log_fd, err)) != 0)
		return rc;
	rc = wait_for_server(c, log_fd, err);
	if (rc != 0)
		cluster_stop(c);
	return rc;
}

int cluster_start(struct cluster *c, const struct cluster_options *options,
                  struct error *err)
{
	int rc, log_fd;

	*c = (struct cluster){
	        .data_dir = options->data_dir,
	        .stop_fd = options->stop_fd,
	        .arena = options->arena,
	};
	if ((rc = choose_programs(c, err)) != 0 ||
	    (rc = choose_places(c, options->state_dir, err)) != 0)
		return rc;
	log_fd = open_log(c, err);
	if (log_fd < 0)
		return log_fd;
	rc = start_server(c, log_fd, err);
	close(log_fd);
	if (rc == ERR_INTERNAL)
		cluster_show_log(c); /* the reason stands there */
	return rc;
}

void cluster_stop(struct cluster *c)
{
	int status;

	if (c->pid == 0)
		return;
	kill(c->pid, SIGINT);
	if (!child_wait(c->pid, STOP_MS, &status)) {
		kill(c->pid, SIGQUIT);
		if (!child_wait(c->pid, STOP_MS, &status)) {
			kill(c->pid, SIGKILL);
			waitpid(c->pid, &status, 0);
		}
	}
	c->pid = 0;
}
