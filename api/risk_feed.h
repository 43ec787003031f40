/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_FEED_H
#define ISOBAR_RISK_FEED_H

#include "queue_index.h"
#include "request.h"

/*
 * The indexes of orgs (queue_index.h): loaded when a filter is first asked for, kept
 * current from then on by what writers of risks leave in queue_change, dropped when
 * nobody asked for a while.
 */
struct risk_feeds;

struct risk_feeds *risk_feeds_new(struct app *app);
void risk_feeds_free(struct risk_feeds *feeds);

/*
 * Calls then, perhaps from inside, when the index of the request's org holds all of
 * the version that org_states_get() names; risk_feeds_index() gives it then, until the
 * loop turns.
 */
void risk_feeds_want(struct risk_feeds *feeds, struct request *req, request_wait_fn *then);
/*
 * Begins to load the index of an org.  False: that is not done yet, and who cannot wait
 * asks PostgreSQL.
 */
bool risk_feeds_prepare(struct risk_feeds *feeds, const struct org *org, int64_t now);
struct queue_index *risk_feeds_index(struct risk_feeds *feeds, const struct org *org);

/* The queue of an org moved; 0: of any. */
void risk_feeds_poke(struct risk_feeds *feeds, int64_t org_id);

struct risk_feeds_size {
	size_t n_orgs, n_risks, n_bytes, n_unknown_types;
};

void risk_feeds_measure(const struct risk_feeds *feeds, struct risk_feeds_size *out);

#endif
