/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUEUE_ORDER_H
#define ISOBAR_QUEUE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/timestamp.h"
#include "model/key.h"

/*
 * The open risks of an index in the order of the queue, so that a page of what most
 * risks match is walked to instead of searched for.  Private to queue_index.
 *
 * Three sorted lists: all open risks as they were at the last settling, those that came
 * or moved since, and those whose crossing has passed.  An entry that does not hold any
 * more is passed over, so that changes only ever add.
 */
struct queue_index;

struct order_entry {
	struct key id;
	uint32_t row; /* where the id was last; a hint */
	uint16_t rank;
};

struct order_list {
	struct order_entry *entries;
	size_t n, room;
};

enum {
	ORDER_MAIN,
	ORDER_RECENT,
	ORDER_CROSSED,
	N_ORDER_LISTS
};

struct queue_order {
	struct order_list lists[N_ORDER_LISTS];
	size_t n_sorted; /* of the recent ones */
	bool is_made;    /* else nothing is noted */
	/* The crossed ones are those of a moment and hold until another. */
	timestamp crossed_from, crossed_until;
};

void queue_order_done(struct queue_order *o); /* it is {0} again */
size_t queue_order_memory(const struct queue_order *o);

/* A row was put and may stand elsewhere now. */
void queue_order_note(struct queue_index *ix, uint32_t row);

/* Makes the lists whole for now; costs what has changed since the last time. */
void queue_order_settle(struct queue_index *ix, timestamp now);
bool queue_order_is_settled(const struct queue_index *ix, timestamp now);

/* A walk down the queue, from behind a place.  The order is settled for now. */
struct order_walk {
	const struct queue_index *ix;
	timestamp now;
	size_t at[N_ORDER_LISTS];
	bool has_last;
	struct order_entry last;
};

struct order_walk queue_order_walk(const struct queue_index *ix, timestamp now,
                                   const struct order_entry *after);
/* False: the end. */
bool queue_order_next(struct order_walk *w, struct order_entry *out);

#endif
