/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WORKER_H
#define ISOBAR_WORKER_H

#include "app.h"

/*
 * One process that answers: an event loop with its server, its connections to the
 * database and its caches, from start to the last answer.
 */
struct worker_options {
	const struct api_settings *settings;
	struct metrics *metrics;       /* shared by all workers */
	struct rate_limit *rate_limit; /* likewise */
	const unsigned char *cursor_key;
	unsigned int number;   /* 0 upwards */
	const int *listen_fds; /* inherited sockets; NULL: listens by settings->listen */
	size_t n_listen_fds;
	bool is_replacement;    /* others listen: it joins them when its database answers */
	volatile int64_t *beat; /* where it writes request_clock() once a second, or NULL */
	void (*ready)(const char *url, void *ctx); /* once, when it listens */
	void *ctx;
};

/* Runs until SIGTERM or SIGINT, then drains.  Gives the exit code. */
int worker_run(const struct worker_options *options);

/* NULL: it can answer.  Else what it lacks, for /readyz. */
const char *worker_not_ready(const struct app *app);
/* Brings this process's gauges up to date. */
void worker_measure(struct app *app);

#endif
