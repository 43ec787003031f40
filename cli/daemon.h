/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DAEMON_H
#define ISOBAR_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "child.h"

/*
 * A program that `isobar up` keeps running: one that dies is started again, the later
 * the oftener it died.
 */
#define DAEMON_ARGUMENTS 12

struct daemon {
	const char *name;                   /* "isobar-scorer": for messages */
	const char *argv[DAEMON_ARGUMENTS]; /* NULL behind the last */
	struct child_variable variables[CHILD_VARIABLES];

	pid_t pid;            /* 0: it does not run */
	int64_t started, due; /* monotonic ms: its last start, its next */
	unsigned int delay;   /* seconds to the next but one */
};

int64_t daemon_clock(void); /* monotonic ms */

/* What goes wrong is complained of by fn; the next try comes by itself. */
typedef void daemon_complain_fn(void *ctx, const char *text);

void daemon_start(struct daemon *d, daemon_complain_fn *complain, void *ctx);
/* It was reaped with this status. */
void daemon_ended(struct daemon *d, int status, daemon_complain_fn *complain, void *ctx);
void daemon_stop(struct daemon *d, int timeout_ms); /* then it is killed */
/* How long until it is due, at most most_ms; most_ms when it runs.  -1: any time. */
int daemon_wait_ms(const struct daemon *d, int most_ms);
bool daemon_is_due(const struct daemon *d);

#endif
