/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_API_SELF_CHECK_H
#define ISOBAR_API_SELF_CHECK_H

#include "app.h"

/*
 * What the last self-checks of all orgs came to, for /metrics: read from the database now
 * and then by one of the processes, since a scrape must be answered without it.
 */
struct self_check_watch;

struct self_check_watch *self_check_watch_new(struct app *app);
void self_check_watch_free(struct self_check_watch *w); /* NULL is fine */

/* Once a second; asks when what it knows is old. */
void self_check_watch_beat(struct self_check_watch *w);

#endif
