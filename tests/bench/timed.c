/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command and writes what it took: timed RESULT COMMAND [ARGUMENT...]
 * RESULT gets one line: seconds on the wall clock, user and system seconds, and the
 * largest resident set in kB, each of the command and of the children that it
 * waited for.  Ends with the command's exit code, or 128 and its signal.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_NO_COMMAND = 127
};

static double seconds_of(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec * 1e-6;
}

static double seconds_between(const struct timespec *a, const struct timespec *b)
{
	return (double)(b->tv_sec - a->tv_sec) + (double)(b->tv_nsec - a->tv_nsec) * 1e-9;
}

static int complain(const char *what)
{
	fprintf(stderr, "timed: %s: %s\n", what, strerror(errno));
	return EXIT_NO_COMMAND;
}

static int write_result(const char *path, double wall, const struct rusage *used)
{
	FILE *f = fopen(path, "we");

	if (f == NULL)
		return -1;
	fprintf(f, "%.6f %.6f %.6f %ld\n", wall, seconds_of(&used->ru_utime),
	        seconds_of(&used->ru_stime), used->ru_maxrss);
	return fclose(f);
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	struct rusage used;
	int status;

	if (argc < 3) {
		fputs("usage: timed RESULT COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	const pid_t pid = fork();

	if (pid < 0)
		return complain("cannot fork");
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(complain(argv[2]));
	}
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return complain("cannot wait");
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (write_result(argv[1], seconds_between(&start, &end), &used) != 0)
		return complain(argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
