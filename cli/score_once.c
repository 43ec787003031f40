/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scorer as a child: commands that make risks dirty return when they are scored.
 */
#include "score_once.h"

#include <errno.h>
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

/* The scorer takes its own connection; the one in the environment is not in argv. */
int cli_score_once(struct cli *cli, const char *done)
{
	char now[TIMESTAMP_TEXT_MAX];
	const char *program = cli_program_path("isobar-scorer", cli->arena);
	const pid_t pid = fork();
	int status;

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
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return EXIT_DONE;
	cli_complain(cli, "%s, but scoring failed; it goes on when isobar-scorer runs",
	             done);
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_TRY_AGAIN ? EXIT_TRY_AGAIN
	                                                                  : EXIT_FAILED;
}
