/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CLUSTER_H
#define ISOBAR_CLUSTER_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * A PostgreSQL of our own: one data folder, reachable by its owner through a socket
 * only, a child of this process.  Who starts it holds the lock on the data folder.
 */
struct cluster {
	const char *data_dir;
	const char *socket_dir;
	const char *log_path;
	const char *conninfo;          /* of the database isobar */
	const char *template_conninfo; /* of one that is always there */
	pid_t pid;                     /* of the server; 0: it does not run */

	/* private */
	const char *bin_dir; /* NULL: by PATH */
	int stop_fd;
	struct arena *arena;
};

struct cluster_options {
	const char *data_dir;  /* absolute; made when it is not there */
	const char *state_dir; /* absolute, exists: for the socket and the log */
	int stop_fd;           /* readable: give up waiting */
	struct arena *arena;   /* lives as long as the cluster */
};

/* ERR_DENIED: PostgreSQL does not run as root. */
int cluster_check_user(struct error *err) MUST_CHECK;

/* Makes a folder of mode 0700 and the ones around it. */
int cluster_make_folder(const char *path, struct error *err) MUST_CHECK;

/*
 * Makes the cluster if there is none and starts it; it accepts connections when
 * this returns 0.  On failure nothing runs, and what its log says went to stderr.
 * ERR_CONFLICT: the data folder does not fit, or stop_fd became readable.
 */
int cluster_start(struct cluster *c, const struct cluster_options *options,
                  struct error *err) MUST_CHECK;

/* Lets transactions go, writes everything, waits.  Nothing when it does not run. */
void cluster_stop(struct cluster *c);

/* The last lines of its log to stderr. */
void cluster_show_log(const struct cluster *c);

#endif
