/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue's order in memory.  Sorting a million risks takes a tenth of a second, so
 * it is done when a sixteenth of them has moved, and what moved meanwhile stands in a
 * short list that is sorted by itself.
 */
#include "queue_order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "queue_index_private.h"

#define RECENT_MIN   1024 /* entries that are never too many */
#define RECENT_PART  16   /* of the main list: more of them, and it is made anew */
#define N_RANKS      (1 << 16)
#define EXPECT_AHEAD 8 /* entries */

/* --- entries --- */

/* < 0: a stands before b: by rank and id, both descending. */
static int compare(const struct order_entry *a, const struct order_entry *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return memcmp(b->id.bytes, a->id.bytes, KEY_SIZE);
}

static int by_place(const void *a, const void *b)
{
	return compare(a, b);
}

static bool is_open(const struct queue_index *ix, size_t row)
{
	return risk_state_is_open(
	        (enum risk_state)(code_upper(ix->code[row]) >> CODE_STATE));
}

static bool has_crossed(const struct queue_index *ix, size_t row, timestamp now)
{
	return ix->next_crossing_at[row] <= now;
}

/* Where the risk of an entry is now; HASH_SLOT_NONE: it is gone. */
static uint32_t row_of(const struct queue_index *ix, const struct order_entry *e)
{
	if (e->row < ix->n && memcmp(&ix->id[e->row], &e->id, KEY_SIZE) == 0)
		return e->row;
	return index_find(ix, &e->id);
}

/* Is it still the place of its risk?  Then its row is up to date. */
static bool holds(const struct queue_index *ix, struct order_entry *e, bool as_crossed,
                  timestamp now)
{
	const uint32_t row = row_of(ix, e);

	if (row == HASH_SLOT_NONE || !is_open(ix, row) ||
	    has_crossed(ix, row, now) != as_crossed)
		return false;
	e->row = row;
	return index_rank_at(ix, row, now) == e->rank;
}

/* --- lists --- */

static void list_add(struct order_list *list, const struct order_entry *e)
{
	if (list->n == list->room) {
		list->room = list->room ? list->room + list->room / 2 : 256;
		list->entries =
		        xrealloc(list->entries, list->room * sizeof(*list->entries));
	}
	list->entries[list->n++] = *e;
}

static void list_done(struct order_list *list)
{
	free(list->entries);
	*list = (struct order_list){0};
}

/* The first entry behind a place. */
static size_t list_behind(const struct order_list *list, const struct order_entry *after)
{
	size_t from = 0, to = list->n;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (compare(&list->entries[middle], after) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

void queue_order_done(struct queue_order *o)
{
	for (int i = 0; i < N_ORDER_LISTS; i++)
		list_done(&o->lists[i]);
	*o = (struct queue_order){0};
}

size_t queue_order_memory(const struct queue_order *o)
{
	size_t size = 0;

	for (int i = 0; i < N_ORDER_LISTS; i++)
		size += o->lists[i].room * sizeof(struct order_entry);
	return size;
}

/* --- settling --- */

/*
 * Ranks are few and small: counted, each gets its part of the list, and only what has
 * the same rank is left to be sorted by id.
 */
static void make_main(struct queue_index *ix)
{
	struct order_list *list = &ix->order.lists[ORDER_MAIN];
	size_t *begin = xcalloc(N_RANKS + 1, sizeof(*begin));
	size_t n = 0;

	for (size_t row = 0; row < ix->n; row++)
		begin[ix->rank[row]] += is_open(ix, row);
	for (size_t rank = N_RANKS; rank-- > 0;) {
		const size_t count = begin[rank];

		begin[rank] = n;
		n += count;
	}
	list_done(list);
	list->room = list->n = n;
	list->entries = xmalloc((n + 1) * sizeof(*list->entries));
	for (uint32_t row = 0; row < ix->n; row++)
		if (is_open(ix, row))
			list->entries[begin[ix->rank[row]]++] =
			        (struct order_entry){ix->id[row], row, ix->rank[row]};
	for (size_t from = 0, to; from < n; from = to) {
		const uint16_t rank = list->entries[from].rank;

		to = begin[rank]; /* the end of its part by now */
		qsort(list->entries + from, to - from, sizeof(*list->entries), by_place);
	}
	free(begin);
	list_done(&ix->order.lists[ORDER_RECENT]);
	ix->order.n_sorted = 0;
	ix->order.is_made = true;
}

/* The new ones behind the sorted ones are sorted and merged in, from the end on. */
static void sort_recent(struct queue_order *o)
{
	struct order_list *list = &o->lists[ORDER_RECENT];
	const size_t n_new = list->n - o->n_sorted;
	struct order_entry *fresh;
	size_t to = list->n, left = o->n_sorted, more = n_new;

	if (n_new == 0)
		return;
	fresh = xmalloc(n_new * sizeof(*fresh));
	memcpy(fresh, list->entries + left, n_new * sizeof(*fresh));
	qsort(fresh, n_new, sizeof(*fresh), by_place);
	while (more > 0) {
		if (left > 0 && compare(&list->entries[left - 1], &fresh[more - 1]) > 0)
			list->entries[--to] = list->entries[--left];
		else
			list->entries[--to] = fresh[--more];
	}
	free(fresh);
	o->n_sorted = list->n;
}

/* All that have crossed by now, and when another does or one of them is overdue. */
static void make_crossed(struct queue_index *ix, timestamp now)
{
	struct order_list *list = &ix->order.lists[ORDER_CROSSED];
	timestamp until = NEVER;

	list->n = 0;
	for (uint32_t row = 0; row < ix->n; row++) {
		const timestamp crossing = ix->next_crossing_at[row];

		if (crossing == NEVER || !is_open(ix, row))
			continue;
		if (crossing > now) {
			if (crossing < until)
				until = crossing;
			continue;
		}
		const struct order_entry e = {ix->id[row], row,
		                              (uint16_t)index_rank_at(ix, row, now)};

		list_add(list, &e);
		/* It is overdue from the microsecond behind the due time on. */
		if (ix->due_at[row] >= now && ix->due_at[row] + 1 < until)
			until = ix->due_at[row] + 1;
	}
	if (list->n > 1)
		qsort(list->entries, list->n, sizeof(*list->entries), by_place);
	ix->order.crossed_from = now;
	ix->order.crossed_until = until;
}

static bool holds_crossed(const struct queue_order *o, timestamp now)
{
	return o->crossed_from <= now && now < o->crossed_until;
}

bool queue_order_is_settled(const struct queue_index *ix, timestamp now)
{
	const struct queue_order *o = &ix->order;

	return o->is_made && o->n_sorted == o->lists[ORDER_RECENT].n &&
	       holds_crossed(o, now);
}

void queue_order_settle(struct queue_index *ix, timestamp now)
{
	struct queue_order *o = &ix->order;
	const size_t most = RECENT_MIN + o->lists[ORDER_MAIN].n / RECENT_PART;

	if (!o->is_made || o->lists[ORDER_RECENT].n > most)
		make_main(ix);
	else
		sort_recent(o);
	if (!holds_crossed(o, now))
		make_crossed(ix, now);
}

void queue_order_note(struct queue_index *ix, uint32_t row)
{
	struct queue_order *o = &ix->order;
	const struct order_entry e = {ix->id[row], row, ix->rank[row]};
	const timestamp crossing = ix->next_crossing_at[row];

	if (!o->is_made || !is_open(ix, row))
		return;
	/* A load puts more than a list can hold in order: then all is made anew. */
	if (o->lists[ORDER_RECENT].n > RECENT_MIN + ix->n / RECENT_PART) {
		queue_order_done(o);
		return;
	}
	list_add(&o->lists[ORDER_RECENT], &e);
	if (crossing <= o->crossed_from)
		o->crossed_until = o->crossed_from; /* it is missing there */
	else if (crossing < o->crossed_until)
		o->crossed_until = crossing;
}

/* --- walking --- */

struct order_walk queue_order_walk(const struct queue_index *ix, timestamp now,
                                   const struct order_entry *after)
{
	struct order_walk w = {.ix = ix, .now = now};

	assert(queue_order_is_settled(ix, now));
	for (int i = 0; i < N_ORDER_LISTS && after; i++)
		w.at[i] = list_behind(&ix->order.lists[i], after);
	return w;
}

/* The list whose next entry comes first; -1: all are at their ends. */
static int first_list(const struct order_walk *w)
{
	const struct order_entry *best = NULL;
	int list = -1;

	for (int i = 0; i < N_ORDER_LISTS; i++) {
		const struct order_list *l = &w->ix->order.lists[i];

		if (w->at[i] == l->n || (best && compare(best, &l->entries[w->at[i]]) <= 0))
			continue;
		best = &l->entries[w->at[i]];
		list = i;
	}
	return list;
}

/* Entries lie in order, their rows anywhere: what comes soon is fetched by now. */
static void expect(const struct queue_index *ix, const struct order_list *list, size_t at)
{
	const size_t row = at < list->n ? list->entries[at].row : ix->n;

	if (row >= ix->n)
		return;
	__builtin_prefetch(&ix->id[row]);
	__builtin_prefetch(&ix->code[row]);
	__builtin_prefetch(&ix->next_crossing_at[row]);
	__builtin_prefetch(&ix->rank[row]);
}

bool queue_order_next(struct order_walk *w, struct order_entry *out)
{
	int list;

	while ((list = first_list(w)) >= 0) {
		const struct order_list *l = &w->ix->order.lists[list];
		struct order_entry e = l->entries[w->at[list]++];

		expect(w->ix, l, w->at[list] + EXPECT_AHEAD);
		/* One that moved away and came back stands in two lists. */
		if ((w->has_last && compare(&w->last, &e) == 0) ||
		    !holds(w->ix, &e, list == ORDER_CROSSED, w->now))
			continue;
		w->has_last = true;
		w->last = e;
		*out = e;
		return true;
	}
	return false;
}
