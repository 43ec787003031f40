/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts programs and waits for them.  What a child inherits is decided here, once:
 * every descriptor of ours closes on exec, so that only the three standard ones are
 * left, and the signals that `isobar up` keeps blocked are let through again.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_MAX  65536
#define WAIT_STEP 20 /* ms between two looks */

/* In the child, after fork: never returns. */
static void become(const struct child *child, int out_fd, int err_fd, pid_t parent)
{
	const int null_fd = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (child->death_signal) {
		prctl(PR_SET_PDEATHSIG, child->death_signal);
		if (getppid() != parent)
			_exit(127); /* died between fork and prctl */
	}
	dup2(null_fd, STDIN_FILENO);
	dup2(out_fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	for (int i = 0; i < CHILD_VARIABLES; i++)
		if (child->variables[i].name)
			setenv(child->variables[i].name, child->variables[i].value, 1);
	/* exec takes pointers to what it does not change. */
	union {
		const char *const *given;
		char *const *wanted;
	} argv = {.given = child->argv};

	execvp(child->argv[0], argv.wanted);
	dprintf(STDERR_FILENO, "isobar: cannot start %s: %s\n", child->argv[0],
	        strerror(errno));
	_exit(127);
}

static pid_t start(const struct child *child, int out_fd, int err_fd, struct error *err)
{
	const pid_t parent = getpid();
	const pid_t pid = fork();

	if (pid == 0)
		become(child, out_fd, err_fd, parent);
	if (pid < 0)
		return error_set(err, ERR_INTERNAL, "cannot start %s: %s", child->argv[0],
		                 strerror(errno));
	return pid;
}

pid_t child_start(const struct child *child, struct error *err)
{
	const int fd = child->output < 0 ? STDERR_FILENO : child->output;

	fflush(stdout);
	return start(child, fd, fd, err);
}

bool child_wait(pid_t pid, int timeout_ms, int *status)
{
	const struct timespec step = {.tv_nsec = WAIT_STEP * 1000000L};

	for (int waited = 0;; waited += WAIT_STEP) {
		const pid_t n = waitpid(pid, status, WNOHANG);

		if (n == pid)
			return true;
		if (n < 0 && errno != EINTR) {
			*status = 0; /* somebody else took it: it is gone */
			return true;
		}
		if (waited >= timeout_ms)
			return false;
		nanosleep(&step, NULL);
	}
}

static int finish(pid_t pid, struct error *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set(err, ERR_INTERNAL, "waitpid: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int child_run(const char *const *argv, int output, struct error *err)
{
	const struct child child = {.argv = argv, .output = output};
	const pid_t pid = child_start(&child, err);

	return pid < 0 ? -1 : finish(pid, err);
}

static void read_all(int fd, struct strbuf *out)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && out->size + (size_t)n <= READ_MAX)
			strbuf_put(out, piece, (size_t)n);
}

int child_read(const char *const *argv, struct strbuf *out, struct error *err)
{
	const struct child child = {.argv = argv};
	const int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int ends[2];
	pid_t pid = -1;

	if (null_fd < 0 || pipe(ends) < 0) {
		error_set(err, ERR_INTERNAL, "pipe: %s", strerror(errno));
	} else {
		fcntl(ends[0], F_SETFD, FD_CLOEXEC);
		fcntl(ends[1], F_SETFD, FD_CLOEXEC);
		pid = start(&child, ends[1], null_fd, err);
		close(ends[1]);
		if (pid > 0)
			read_all(ends[0], out);
		close(ends[0]);
	}
	if (null_fd >= 0)
		close(null_fd);
	return pid < 0 ? -1 : finish(pid, err);
}

const char *child_status_words(int status, char buf[48])
{
	if (WIFEXITED(status))
		snprintf(buf, 48, "ended with code %d", WEXITSTATUS(status));
	else
		snprintf(buf, 48, "was ended by signal %d", WTERMSIG(status));
	return buf;
}
