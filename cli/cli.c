/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands share: common options, messages, the connection.
 */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text_file.h"
#include "store/migrate.h"

#define STATE_FILE_MAX 4096
#define ACTOR_MAX      64

static PRINTF(2, 0) void say(const struct cli *cli, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "isobar %s: ", cli->command);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void cli_complain(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(cli, fmt, ap);
	va_end(ap);
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	say(cli, fmt, ap);
	va_end(ap);
}

int cli_fail(const struct cli *cli, const struct error *err)
{
	cli_complain(cli, "%s", err->text);
	return err->code == ERR_TRANSIENT || err->code == ERR_THROTTLED ? EXIT_TRY_AGAIN
	                                                                : EXIT_FAILED;
}

static int take_common(struct cli *cli, int option)
{
	struct error err;

	switch (option) {
	case 1000:
		cli->org_name = optarg;
		return 0;
	case 1001:
		cli->json = true;
		return 0;
	case 1002:
		cli->quiet = true;
		return 0;
	case 1003:
		cli->color = false;
		return 0;
	case 1004:
		cli->database = optarg;
		return 0;
	case 1005:
		if (timestamp_parse(optarg, &cli->now, &err) < 0) {
			cli_complain(cli, "--now wants an RFC 3339 time: %s", err.text);
			return '?';
		}
		cli->now_given = true;
		return 0;
	}
	return option;
}

int cli_getopt(struct cli *cli, int argc, char **argv, const struct option *options)
{
	opterr = 0;
	for (;;) {
		const int option = getopt_long(argc, argv, ":", options, NULL);

		if (option == ':' || option == '?') {
			cli_complain(cli, "%s %s (see isobar --help)",
			             option == ':' ? "a value is missing for"
			                           : "unknown option",
			             argv[optind - 1]);
			return '?';
		}
		if (option < 1000)
			return option;
		if (take_common(cli, option) == '?')
			return '?';
	}
}

bool cli_number(const struct cli *cli, const char *name, const char *text, long long min,
                long long max, long long *out)
{
	char *end;

	errno = 0;
	const long long n = strtoll(text, &end, 10);

	if (errno || *end || end == text || n < min || n > max) {
		cli_complain(cli, "%s wants a whole number from %lld to %lld, not \"%s\"",
		             name, min, max, text);
		return false;
	}
	*out = n;
	return true;
}

static void print_verbs(FILE *to, const struct cli *cli, const struct cli_verb *verbs,
                        size_t n)
{
	fprintf(to, "usage: isobar %s VERB [OPTIONS]\n\nverbs:\n", cli->command);
	for (size_t i = 0; i < n; i++)
		fprintf(to, "  %s%s%s\n        %s\n", verbs[i].name,
		        *verbs[i].arguments ? " " : "", verbs[i].arguments,
		        verbs[i].summary);
	fputs("\noptions of every command: isobar --help\n", to);
}

static void complain_of_verb(const struct cli *cli, const char *name,
                             const struct cli_verb *verbs, size_t n)
{
	struct strbuf names = {0};

	for (size_t i = 0; i < n; i++)
		strbuf_printf(&names, "%s%s", i ? ", " : "", verbs[i].name);
	cli_complain(cli, "wants one of %s, not \"%s\" (see isobar %s --help)",
	             strbuf_text(&names), name, cli->command);
	strbuf_done(&names);
}

int cli_run_verb(struct cli *cli, int argc, char **argv, const struct cli_verb *verbs,
                 size_t n)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (argc < 2 || strcmp(name, "--help") == 0) {
		print_verbs(argc < 2 ? stderr : stdout, cli, verbs, n);
		return argc < 2 ? EXIT_USAGE : EXIT_DONE;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		cli->command = arena_printf(cli->arena, "%s %s", cli->command, name);
		if (argc > 2 && strcmp(argv[2], "--help") == 0) {
			printf("usage: isobar %s %s\n\n%s\n%s", cli->command,
			       verbs[i].arguments, verbs[i].summary, verbs[i].details);
			return EXIT_DONE;
		}
		return verbs[i].run(cli, argc - 1, argv + 1);
	}
	complain_of_verb(cli, name, verbs, n);
	return EXIT_USAGE;
}

const char *cli_state_dir(struct arena *a)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		return arena_printf(a, "%s/isobar", state);
	return arena_printf(a, "%s/.local/state/isobar", home ? home : "");
}

const char *cli_program_path(const char *name, struct arena *a)
{
	char self[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return name;
	self[n] = '\0';
	char *slash = strrchr(self, '/');

	if (slash)
		*slash = '\0';
	/* Beside it once installed; in its own folder of the build tree. */
	const char *const places[] = {
	        arena_printf(a, "%s/%s", self, name),
	        arena_printf(a, "%s/../%s/%s", self,
	                     strncmp(name, "isobar-", 7) == 0 ? name + 7 : name, name),
	};

	for (size_t i = 0; i < N_ELEMENTS(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return name;
}

const char *cli_local_actor(struct arena *a)
{
	const struct passwd *user = getpwuid(getuid());

	if (user)
		return arena_printf(a, "local:%.*s", ACTOR_MAX, user->pw_name);
	return arena_printf(a, "local:%u", (unsigned int)getuid());
}

int cli_read_file(const char *path, struct strbuf *out, struct error *err)
{
	return text_file_read(path, CLI_FILE_MAX, out, err);
}

/* What `isobar up` recorded: the connection of the private cluster. */
static const char *recorded_connection(struct arena *a)
{
	const char *path = arena_printf(a, "%s/connection", cli_state_dir(a));
	FILE *f = fopen(path, "re");

	if (!f)
		return NULL;
	char *text = arena_alloc(a, STATE_FILE_MAX);
	const char *line = fgets(text, STATE_FILE_MAX, f);

	fclose(f);
	if (!line)
		return NULL;
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

static int find_org(struct cli *cli, struct pg *pg, struct org *org, struct error *err)
{
	struct pg_params p = {.arena = cli->arena};
	CLEANUP(pg_clearp) PGresult *result = NULL;

	pg_bind_text(&p, cli->org_name);
	const int rc = pg_run(pg, STMT_ORG_FIND, &p, &result, err);

	if (rc < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no org \"%s\"",
		                 cli->org_name);
	*org = (struct org){.id = pg_get_int(result, 0, "org_id"), .slug = cli->org_name};
	return 0;
}

struct pg *cli_connect(struct cli *cli, const char *role, unsigned int groups,
                       struct org *org, int *exit_out)
{
	struct error err;
	struct pg *pg = NULL;
	struct pg_options options = {.role = role, .program = "isobar", .groups = groups};
	int rc;

	if (!cli->database)
		cli->database = recorded_connection(cli->arena);
	options.conninfo = cli->database;
	if (!cli->database) {
		cli_complain(
		        cli,
		        "no database: give --database or ISOBAR_DATABASE, or start one "
		        "with isobar up");
		*exit_out = EXIT_FAILED;
		return NULL;
	}
	rc = role ? migrate_open(&options, &pg, &err) : pg_open(&options, &pg, &err);
	if (rc < 0 || (role && find_org(cli, pg, org, &err) < 0)) {
		pg_close(pg);
		*exit_out = cli_fail(cli, &err);
		return NULL;
	}
	return pg;
}
