/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CHILD_H
#define ISOBAR_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"

/*
 * Programs that the command line starts.  Each is in a session of its own, so that
 * Ctrl-C in the terminal reaches us alone, with no signal blocked and nothing on its
 * stdin.
 */
#define CHILD_VARIABLES 2

struct child_variable {
	const char *name, *value; /* name NULL: none */
};

struct child {
	const char *const *argv; /* argv[0] is looked for in PATH if it has no slash */
	int output;              /* its stdout and stderr; -1: our stderr */
	int death_signal;        /* what it gets when we die; 0: nothing */
	struct child_variable variables[CHILD_VARIABLES]; /* beside our environment */
};

/* The process id; ERR_INTERNAL.  A program that cannot be run ends with 127. */
pid_t child_start(const struct child *child, struct error *err);

/* Ended within timeout_ms?  Then *status is waitpid's. */
bool child_wait(pid_t pid, int timeout_ms, int *status);

/* Runs a short program to its end: its exit code, or 128 and the signal; -1 with err. */
int child_run(const char *const *argv, int output, struct error *err);

/* The same; puts at most 64 KiB of its stdout into out.  Its stderr is dropped. */
int child_read(const char *const *argv, struct strbuf *out, struct error *err);

/* "ended with code 1", "was ended by signal 9". */
const char *child_status_words(int status, char buf[48]);

#endif
