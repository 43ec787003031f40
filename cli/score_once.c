/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scorer as a child: commands that make risks dirty return when they are scored.
 */
#include "score_once.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One worker a processor; there are four shards to share. */
static const char *worker_count(struct arena *a)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return arena_printf(a, "%ld", n < 1 ? 1 : n > 4 ? 4 : n);
}

static int wait_for_scorer(struct cli *cli, pid_t pid, const char *failed)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return EXIT_DONE;
	cli_complain(cli, "%s", failed);
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_TRY_AGAIN ? EXIT_TRY_AGAIN
	                                                                  : EXIT_FAILED;
}

/* The scorer takes its own connection; the one in the environment is not in argv. */
int cli_score_once(struct cli *cli, const char *done)
{
	char now[TIMESTAMP_TEXT_MAX];
	const char *program = cli_program_path("isobar-scorer", cli->arena);
	const pid_t pid = fork();

	if (pid < 0) {
		cli_complain(cli, "cannot start %s: %s", program, strerror(errno));
		return EXIT_FAILED;
	}
	if (pid == 0) {
		setenv("ISOBAR_DATABASE", cli->database, 1);
		const char *workers = worker_count(cli->arena);

		if (cli->now_given)
			execlp(program, program, "--once", "--workers", workers, "--now",
			       timestamp_format(cli->now, now), (char *)NULL);
		else
			execlp(program, program, "--once", "--workers", workers,
			       (char *)NULL);
		cli_complain(cli, "cannot start %s: %s", program, strerror(errno));
		_exit(127);
	}
	return wait_for_scorer(
	        cli, pid,
	        arena_printf(cli->arena,
	                     "%s, but scoring failed; it goes on when isobar-scorer runs",
	                     done));
}

int cli_score_schema(struct cli *cli, const char *schema, timestamp at, const char *model)
{
	char now[TIMESTAMP_TEXT_MAX];
	const char *program = cli_program_path("isobar-scorer", cli->arena);

	fflush(stdout);
	const pid_t pid = fork();

	if (pid < 0) {
		cli_complain(cli, "cannot start %s: %s", program, strerror(errno));
		return EXIT_FAILED;
	}
	if (pid == 0) {
		setenv("ISOBAR_DATABASE", cli->database, 1);
		execlp(program, program, "--once", "--workers", worker_count(cli->arena),
		       "--now", timestamp_format(at, now), "--schema", schema,
		       model ? "--model" : (char *)NULL, model, (char *)NULL);
		cli_complain(cli, "cannot start %s: %s", program, strerror(errno));
		_exit(127);
	}
	return wait_for_scorer(cli, pid, "what was rebuilt cannot be scored");
}
