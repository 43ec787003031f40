/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PUSH_H
#define ISOBAR_PUSH_H

#include "run.h"

/*
 * What was pushed to the api, parsed as `isobar import` does a file.  A push blocks until
 * it is done: its transaction holds locks that the pages of runs wait for, so nothing else
 * may go on in this thread meanwhile.  The leases of runs are kept all the same.
 */
struct pushes {
	struct engine *engine;     /* its connection reads chunks and keeps leases */
	struct pg_options options; /* of the connection that stores what is read */
	struct pg *pg;             /* that one; NULL until there is a push */
	timestamp kept_at;         /* when leases were kept; of the clock */
	timestamp swept_at;        /* 0: not yet */
};

/*
 * Parses the push that waits longest; false in *found: none waits.  A push that cannot be
 * read is a push done: an error is the database's (ERR_TRANSIENT), or a bug.
 */
int pushes_take(struct pushes *p, bool *found, struct error *err) MUST_CHECK;
void pushes_disconnect(struct pushes *p);

#endif
