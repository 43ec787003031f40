/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ORG_STATES_H
#define ISOBAR_ORG_STATES_H

#include "store/page_store.h"
#include "store/queue_store.h"

#include "request.h"

/*
 * How each org's queue stands: its version, its next crossing, its sources; as it was
 * at most a second ago.  Everything that a list answers follows from it and from the
 * parameters, so it is what ETags are made of.
 */
struct org_states;

struct org_state {
	struct org org; /* slug is not set */
	struct queue_state queue;
	struct source_list sources; /* of the version */
	struct arena *arena;        /* theirs */
};

struct org_states *org_states_new(struct app *app);
void org_states_free(struct org_states *states);

/*
 * Calls then, perhaps from inside, when the state of the request's org is known;
 * org_states_get() gives it then, until the loop turns.
 */
void org_states_want(struct org_states *states, struct request *req, request_wait_fn *then);
const struct org_state *org_states_get(const struct org_states *states,
                                       const struct org *org);

/* The queue of an org moved, as a notification says; 0: of any. */
void org_states_forget(struct org_states *states, int64_t org_id);

#endif
