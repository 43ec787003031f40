/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_LISTEN_H
#define ISOBAR_PG_LISTEN_H

#include "store/pg.h"

/* Woken by writers in their own transactions; a hint only, polling is the promise. */
#define PG_CHANNEL_DIRTY "isobar_dirty"
/* A source was added, changed or asked for; payload: its source_id. */
#define PG_CHANNEL_COLLECT "isobar_collect"

int pg_listen(struct pg *pg, const char *channel, struct error *err) MUST_CHECK;

/*
 * Waits for a notification, a signal or the time-out, outside a transaction.
 * ERR_TRANSIENT: the connection is gone.
 */
int pg_wait(struct pg *pg, int timeout_ms, struct error *err) MUST_CHECK;

#endif
