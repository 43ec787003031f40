/* SPDX-License-Identifier: Apache-2.0 */
#include "scorer_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The connection's password is in the environment, not in argv. */
static void run_scorer(struct cli *cli, const char *const *words, size_t n)
{
	const char *program = cli_program_path("isobar-scorer", cli->arena);
	char **argv = ARENA_ARRAY(cli->arena, char *, n + 2);
	size_t n_argv = 0;

	argv[n_argv++] = arena_strdup(cli->arena, program);
	for (size_t i = 0; i < n; i++)
		if (words[i])
			argv[n_argv++] = arena_strdup(cli->arena, words[i]);
	argv[n_argv] = NULL;
	setenv("ISOBAR_DATABASE", cli->database, 1);
	execvp(program, argv);
	cli_complain(cli, "cannot start %s: %s", program, strerror(errno));
	_exit(127);
}

static int wait_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int exit_code_of(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return EXIT_DONE;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_TRY_AGAIN ? EXIT_TRY_AGAIN
	                                                                  : EXIT_FAILED;
}

int scorer_run(struct cli *cli, const char *const *words, size_t n)
{
	fflush(stdout);
	const pid_t pid = fork();

	if (pid < 0) {
		cli_complain(cli, "cannot start isobar-scorer: %s", strerror(errno));
		return EXIT_FAILED;
	}
	if (pid == 0)
		run_scorer(cli, words, n);
	return exit_code_of(wait_status(pid));
}

static void read_all(int fd, struct strbuf *out)
{
	char part[8192];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			strbuf_put(out, part, (size_t)n);
}

int scorer_ask(struct cli *cli, const char *const *words, size_t n, FILE *input,
               struct strbuf *out)
{
	FILE *in = input ? input : fopen("/dev/null", "r");
	int ends[2] = {-1, -1};
	pid_t pid = -1;

	fflush(stdout);
	if (!in || pipe(ends) < 0 || (pid = fork()) < 0) {
		cli_complain(cli, "cannot start isobar-scorer: %s", strerror(errno));
		if (in && in != input)
			fclose(in);
		return EXIT_FAILED;
	}
	if (pid == 0) {
		dup2(fileno(in), STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		run_scorer(cli, words, n);
	}
	if (in != input)
		fclose(in);
	close(ends[1]);
	read_all(ends[0], out);
	close(ends[0]);
	const int status = wait_status(pid);

	if (!WIFEXITED(status))
		cli_complain(cli, "isobar-scorer was ended by signal %d", WTERMSIG(status));
	return exit_code_of(status);
}
