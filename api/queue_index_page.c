/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages: the best rows of all that match, in a heap of as many as are asked for, whose
 * worst one bounds what is still worth a look.  Blocks are visited in an order that has
 * nothing to do with how rows came in, else a table that is sorted the wrong way round
 * would send every row through the heap.
 */
#include <string.h>

#include "queue_index.h"
#include "queue_index_private.h"

#define WALK_MAX 4096 /* steps, of about 50 ns: a pass takes longer than that */

/* A page in the making.  Keys are turned so that they ascend in any order. */
struct page {
	const struct queue_index *ix;
	const struct index_page_query *query;
	const struct index_hit *after; /* with its key turned */
	struct index_hit *hits;        /* a heap: the last in order is hits[0] */
	size_t n;
	int64_t from, to; /* keys that may still come into it */
};

/* Ranks descend, and ids with them. */
static bool descends(const struct page *p)
{
	return p->query->order == INDEX_BY_RANK;
}

/* As key_cmp(), which is too far away for a question asked a million times. */
static int compare_ids(const struct key *a, const struct key *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a->bytes, sizeof(x));
	memcpy(y, b->bytes, sizeof(y));
	for (int i = 0; i < 2; i++)
		if (x[i] != y[i])
			return be64toh(x[i]) < be64toh(y[i]) ? -1 : 1;
	return 0;
}

/* < 0: a comes before b. */
static int compare(const struct page *p, const struct index_hit *a,
                   const struct index_hit *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return descends(p) ? compare_ids(&b->id, &a->id) : compare_ids(&a->id, &b->id);
}

/* --- the heap --- */

static void sift_down(const struct page *p, size_t at, size_t n)
{
	struct index_hit *hits = p->hits;
	const struct index_hit hit = hits[at];

	for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
		if (child + 1 < n && compare(p, &hits[child], &hits[child + 1]) < 0)
			child++;
		if (compare(p, &hits[child], &hit) <= 0)
			break;
		hits[at] = hits[child];
		at = child;
	}
	hits[at] = hit;
}

static void offer(struct page *p, const struct index_hit *hit)
{
	if (p->n < p->query->limit) {
		p->hits[p->n++] = *hit;
		if (p->n < p->query->limit)
			return;
		for (size_t i = p->n / 2; i-- > 0;)
			sift_down(p, i, p->n);
	} else if (compare(p, hit, &p->hits[0]) < 0) {
		p->hits[0] = *hit;
		sift_down(p, 0, p->n);
	}
	p->to = p->hits[0].key;
}

static void sort(struct page *p)
{
	if (p->n < p->query->limit)
		for (size_t i = p->n / 2; i-- > 0;)
			sift_down(p, i, p->n);
	for (size_t n = p->n; n-- > 1;) {
		const struct index_hit last = p->hits[0];

		p->hits[0] = p->hits[n];
		p->hits[n] = last;
		sift_down(p, 0, n);
	}
}

/* --- keys --- */

/* From the key that the caller sees to the one that ascends, and back. */
static int64_t turned(const struct page *p, int64_t key)
{
	return descends(p) ? ~key : key;
}

static int64_t key_of_row(const struct page *p, size_t row)
{
	switch (p->query->order) {
	case INDEX_BY_RANK:
		return ~index_rank_at(p->ix, row, p->query->now);
	case INDEX_BY_DUE:
		return p->ix->due_at[row];
	case INDEX_BY_OPENED:
		return p->ix->opened_at[row];
	}
	return 0;
}

/* --- what may still come into the page, by the narrow columns --- */

/*
 * Of rows that have the first or the last key; ids in the order of the page.  Where many
 * rows have the same key, as all have that are never due, each of them would else have to
 * be looked at.
 */
struct id_limits {
	int32_t from, to;
};

static int32_t turned_id(const struct page *p, const struct key *id)
{
	return descends(p) ? ~index_id_order(id) : index_id_order(id);
}

static struct id_limits id_limits(const struct page *p)
{
	return (struct id_limits){
	        .from = p->after ? turned_id(p, &p->after->id) : INT32_MIN,
	        .to = p->n == p->query->limit ? turned_id(p, &p->hits[0].id) : INT32_MAX};
}

static void keep_opened(const struct page *p, struct scan_block *b)
{
	const int32_t *opened = p->ix->opened + b->first;
	const int32_t from = index_coarse(p->from), to = index_coarse(p->to);
	uint8_t *kept = b->kept;
	const size_t n = b->n;

	for (size_t i = 0; i < n; i++)
		kept[i] &= (uint8_t)((opened[i] >= from) & (opened[i] <= to));
}

static void keep_due(const struct page *p, struct scan_block *b)
{
	const int32_t *due = p->ix->due + b->first, *ids = p->ix->id_order + b->first;
	const int32_t from = index_coarse(p->from), to = index_coarse(p->to);
	struct id_limits id = id_limits(p);
	uint8_t *kept = b->kept;
	const size_t n = b->n;

	if (p->from != NEVER)
		id.from = INT32_MIN; /* all that are never due come behind it */
	for (size_t i = 0; i < n; i++)
		kept[i] &= (uint8_t)((due[i] >= from) & (due[i] <= to) &
		                     ((due[i] != COARSE_NEVER) |
		                      ((ids[i] >= id.from) & (ids[i] <= id.to))));
}

/* A turned rank in 16 bits. */
static uint16_t narrow(int64_t key)
{
	return key < ~(int64_t)UINT16_MAX ? 0
	       : key > ~INT64_C(0)        ? UINT16_MAX
	                                  : (uint16_t)key;
}

struct rank_limits {
	uint16_t from, to;
	struct id_limits id;
};

static struct rank_limits rank_limits(const struct page *p)
{
	return (struct rank_limits){narrow(p->from), narrow(p->to), id_limits(p)};
}

static inline unsigned int is_within(const struct rank_limits *l, uint16_t rank, int32_t id)
{
	const uint16_t key = (uint16_t)~rank;

	return ((key > l->from) | ((key == l->from) & (~id >= l->id.from))) &
	       ((key < l->to) | ((key == l->to) & (~id <= l->id.to)));
}

static void keep_stored_ranks(const struct page *p, struct scan_block *b)
{
	const struct rank_limits limits = rank_limits(p);
	const uint16_t *rank = p->ix->rank + b->first;
	const int32_t *ids = p->ix->id_order + b->first;
	uint8_t *kept = b->kept;
	const size_t n = b->n;

	for (size_t i = 0; i < n; i++)
		kept[i] &= (uint8_t)is_within(&limits, rank[i], ids[i]);
}

/*
 * Where crossings have passed.  Rows whose coarse times leave it open are kept.  Masks,
 * not choices: gcc makes no vectors of choices between narrow numbers by wide ones.
 */
static void keep_ranks(const struct page *p, struct scan_block *b)
{
	const struct rank_limits limits = rank_limits(p);
	const struct queue_index *ix = p->ix;
	const uint16_t *rank = ix->rank + b->first, *code = ix->code + b->first;
	const uint16_t *score = ix->score + b->first;
	const int32_t *crossing = ix->next_crossing + b->first, *due = ix->due + b->first;
	const int32_t *ids = ix->id_order + b->first;
	const int32_t now = index_coarse(p->query->now);
	uint8_t *kept = b->kept;
	const size_t n = b->n;

	for (size_t i = 0; i < n; i++) {
		const unsigned int is_open = (crossing[i] == now) | (due[i] == now);
		const uint16_t mask = (uint16_t)(0 - (crossing[i] < now));
		const uint16_t band = code[i] >> (CODE_LOWER_BITS + CODE_BAND) & 3;
		const uint16_t slot = (uint16_t)(1 + (due[i] < now));
		const uint16_t crossed = (uint16_t)((band * 4 + slot) * 1024 + score[i]);
		const uint16_t at = (uint16_t)((crossed & mask) | (rank[i] & ~mask));

		kept[i] &= (uint8_t)(is_within(&limits, at, ids[i]) | is_open);
	}
}

static bool has_crossed(const struct page *p, const struct scan_block *b)
{
	const int32_t *crossing = p->ix->next_crossing + b->first;
	const int32_t now = index_coarse(p->query->now);
	const size_t n = b->n;
	int n_crossed = 0;

	for (size_t i = 0; i < n; i++)
		n_crossed += crossing[i] <= now;
	return n_crossed > 0;
}

static void keep_keys(const struct page *p, struct scan_block *b)
{
	switch (p->query->order) {
	case INDEX_BY_RANK:
		if (has_crossed(p, b))
			keep_ranks(p, b);
		else
			keep_stored_ranks(p, b);
		break;
	case INDEX_BY_DUE:
		keep_due(p, b);
		break;
	case INDEX_BY_OPENED:
		keep_opened(p, b);
		break;
	}
}

/* --- the pass --- */

static void visit(struct page *p, const struct index_scan *scan, size_t block)
{
	struct scan_block b;

	scan_block_init(&b, p->ix, block);
	if (p->after || p->n == p->query->limit)
		keep_keys(p, &b);
	for (size_t i = 0, n = index_scan_select(scan, &b); i < n; i++) {
		const size_t row = b.first + b.selected[i];
		const struct index_hit hit = {p->ix->id[row], key_of_row(p, row)};

		if (hit.key <= p->to && (!p->after || compare(p, &hit, p->after) > 0))
			offer(p, &hit);
	}
}

static size_t common_divisor(size_t a, size_t b)
{
	while (b) {
		const size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* How far to step through n blocks to come to all of them, near and far in turns. */
static size_t stride_of(size_t n)
{
	size_t stride = n * 5 / 8 + 1;

	while (common_divisor(stride, n) != 1)
		stride++;
	return stride;
}

/* Sets where the page begins; false: it is empty, whatever the filter. */
static bool begin_after(struct page *p, struct index_hit *after)
{
	const struct index_hit *given = p->query->after;

	if (!given)
		return true;
	*after = (struct index_hit){given->id, turned(p, given->key)};
	if (descends(p) && given->key < 0)
		return false;
	if (descends(p) && given->key > UINT16_MAX)
		return true; /* above all ranks */
	p->after = after;
	p->from = after->key;
	return true;
}

/*
 * Down the queue as it stands, as far as it is worth: what most risks match fills a page
 * within a few steps.  False: it was not filled; the pass finds what there is.
 */
static bool walk(struct page *p, const struct index_scan *scan)
{
	const struct index_hit *given = p->query->after;
	const struct order_entry after =
	        given ? (struct order_entry){given->id, 0, (uint16_t)given->key}
	              : (struct order_entry){0};
	struct order_walk w =
	        queue_order_walk(p->ix, p->query->now, p->after ? &after : NULL);
	struct order_entry e;

	for (int i = 0; i < WALK_MAX; i++) {
		if (!queue_order_next(&w, &e))
			return true;
		if (!index_scan_matches(scan, e.row))
			continue;
		p->hits[p->n++] = (struct index_hit){e.id, e.rank};
		if (p->n == p->query->limit)
			return true;
	}
	p->n = 0;
	return false;
}

/* The order holds open risks alone. */
static bool can_walk(const struct page *p)
{
	const unsigned int open =
	        1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;

	return p->query->order == INDEX_BY_RANK && !(p->query->filter->states & ~open) &&
	       queue_order_is_settled(p->ix, p->query->now);
}

size_t queue_index_page(const struct queue_index *ix, const struct index_page_query *query,
                        struct index_hit *out)
{
	ARENA_SCOPED a = arena_new(4096);
	struct index_scan scan;
	struct index_hit after;
	struct page p = {
	        .ix = ix, .query = query, .hits = out, .from = INT64_MIN, .to = INT64_MAX};
	const size_t n_blocks = index_n_blocks(ix), stride = stride_of(n_blocks);

	if (query->limit == 0 || !begin_after(&p, &after) ||
	    !index_scan_init(&scan, ix, query->filter, a))
		return 0;
	if (can_walk(&p) && walk(&p, &scan))
		return p.n;
	for (size_t i = 0, block = 0; i < n_blocks;
	     i++, block = (block + stride) % n_blocks)
		visit(&p, &scan, block);
	sort(&p);
	for (size_t i = 0; i < p.n; i++)
		out[i].key = turned(&p, out[i].key);
	return p.n;
}
