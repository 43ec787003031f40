/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EVENT_SEQUENCE_H
#define ISOBAR_EVENT_SEQUENCE_H

#include "model/org.h"
#include "store/pg.h"

/*
 * Numbers events.  Writers insert them without a number and wait for nobody; whoever
 * calls this gives the committed ones 1, 2, 3, ... without a gap, and counts them into
 * the figures of the SLA.  pg is open for PG_GROUP_SCORER and PG_GROUP_SESSION_SCORER.
 */
#define EVENT_SEQUENCE_MOST 300000 /* a good batch */

#define PG_CHANNEL_EVENTS "isobar_events" /* payload: the org's id */

/*
 * One transaction: the next `most` events, or fewer.  *n_out: how many it numbered;
 * call until it is 0, which also says that another process is at it.  ERR_TRANSIENT:
 * nothing was done.
 */
int event_sequence_step(struct pg *pg, const struct org *org, int64_t most, int64_t *n_out,
                        struct error *err) MUST_CHECK;

#endif
