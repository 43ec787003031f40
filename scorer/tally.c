/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

/* Moves in the order in which they came; an entry without a risk says "again". */
struct entry {
	struct tally_move move;
	size_t serial;
	bool is_again;
};

struct tally {
	struct entry *entries;
	size_t n, room;
	struct tally_move **moves; /* by risk, one each: of tally_sum() */
	size_t n_moves;
	const struct tally_move **movers;
	struct arena *arena;
};

struct tally *tally_new(void)
{
	struct tally *t = xcalloc(1, sizeof(*t));

	t->arena = arena_new(1 << 14);
	return t;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	free(t->entries);
	free(t->moves);
	free(t->movers);
	arena_free(t->arena);
	free(t);
}

void tally_freep(struct tally **t)
{
	tally_free(*t);
	*t = NULL;
}

static struct entry *append(struct tally *t)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 1024;
		t->entries = xrealloc(t->entries, t->room * sizeof(*t->entries));
	}
	t->entries[t->n] = (struct entry){.serial = t->n};
	return &t->entries[t->n++];
}

void tally_add(struct tally *t, const struct tally_move *move)
{
	struct tally_move *m = &append(t)->move;

	*m = *move;
	if (m->title)
		m->title = arena_strdup(t->arena, m->title);
	if (m->subject)
		m->subject = arena_strdup(t->arena, m->subject);
}

void tally_again(struct tally *t, const struct key *asset_id)
{
	struct entry *e = append(t);

	e->is_again = true;
	e->move.asset_id = *asset_id;
}

/* --- folding --- */

/* Of an asset: its risks, each in the order of coming, behind all "again" of it. */
static int by_risk(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int d = key_cmp(&a->move.asset_id, &b->move.asset_id);

	if (!d)
		d = (int)b->is_again - (int)a->is_again;
	if (!d)
		d = key_cmp(&a->move.risk_id, &b->move.risk_id);
	return d ? d : (a->serial > b->serial) - (a->serial < b->serial);
}

static int by_id(const void *pa, const void *pb)
{
	return key_cmp(&(*(struct tally_move *const *)pa)->risk_id,
	               &(*(struct tally_move *const *)pb)->risk_id);
}

/* The move from the first to the last entry of a risk, in the first one. */
static struct tally_move *fold(struct entry *first, size_t n, size_t last_again)
{
	struct tally_move *out = &first->move;
	const struct entry *last = &first[n - 1];
	struct tally_side stored = out->before;

	for (size_t i = 0; i < n; i++)
		if (first[i].move.is_written)
			stored = first[i].move.after;
	out->after = last->serial < last_again ? stored : last->move.after;
	return out;
}

/* Leaves one move a risk in t->moves, by id. */
static void fold_all(struct tally *t)
{
	size_t last_again = 0;

	if (t->n)
		qsort(t->entries, t->n, sizeof(*t->entries), by_risk);
	t->moves = xrealloc(t->moves, (t->n + 1) * sizeof(*t->moves));
	t->n_moves = 0;
	for (size_t i = 0; i < t->n;) {
		const struct tally_move *m = &t->entries[i].move;
		size_t end = i + 1;

		if (!i || key_cmp(&m->asset_id, &t->entries[i - 1].move.asset_id) != 0)
			last_again = 0;
		if (t->entries[i].is_again) {
			last_again = t->entries[i++].serial;
			continue;
		}
		while (end < t->n &&
		       key_cmp(&t->entries[end].move.risk_id, &m->risk_id) == 0)
			end++;
		t->moves[t->n_moves++] = fold(&t->entries[i], end - i, last_again);
		i = end;
	}
	qsort(t->moves, t->n_moves, sizeof(*t->moves), by_id);
}

/* --- summing up --- */

static bool is_open(const struct tally_side *s)
{
	return s->exists && risk_state_is_open(s->state);
}

static bool is_overdue(const struct tally_side *s, timestamp now)
{
	return is_open(s) && s->due_at != TIMESTAMP_NONE && s->due_at < now;
}

static timestamp or_never(timestamp at)
{
	return at == TIMESTAMP_NONE ? INT64_MAX : at;
}

static void count(const struct tally_move *m, timestamp now, struct tally_report *out)
{
	const struct tally_side *was = &m->before, *is = &m->after;

	out->n_opened += is_open(is) && !is_open(was);
	out->n_closed += is_open(was) && !is_open(is);
	out->n_breached += is_overdue(is, now) && !is_overdue(was, now);
	out->n_relieved += is_overdue(was, now) && !is_overdue(is, now);
	if (!is_open(was) || !is_open(is))
		return;
	out->n_scores += was->score != is->score;
	out->bands[was->band][is->band] += was->band != is->band;
	out->n_earlier += or_never(is->due_at) < or_never(was->due_at);
	out->n_later += or_never(is->due_at) > or_never(was->due_at);
}

/* A risk that is not open weighs nothing. */
static int weight(const struct tally_side *s)
{
	return is_open(s) ? s->score : 0;
}

static int distance(const struct tally_move *m)
{
	return abs(weight(&m->after) - weight(&m->before));
}

static int by_distance(const void *pa, const void *pb)
{
	const struct tally_move *a = *(const struct tally_move *const *)pa;
	const struct tally_move *b = *(const struct tally_move *const *)pb;
	const int x = distance(a), y = distance(b);

	return x != y ? (x > y ? -1 : 1) : key_cmp(&a->risk_id, &b->risk_id);
}

void tally_sum(struct tally *t, timestamp now, size_t most, struct tally_report *out)
{
	size_t n = 0;

	*out = (struct tally_report){0};
	fold_all(t);
	t->movers = xrealloc(t->movers, (t->n_moves + 1) * sizeof(*t->movers));
	for (size_t i = 0; i < t->n_moves; i++) {
		count(t->moves[i], now, out);
		if (distance(t->moves[i]))
			t->movers[n++] = t->moves[i];
	}
	qsort(t->movers, n, sizeof(*t->movers), by_distance);
	out->movers = t->movers;
	out->n_movers = n < most ? n : most;
}

/* --- the order --- */

static const struct tally_move *find(const struct tally *t, const struct key *risk_id)
{
	size_t low = 0, high = t->n_moves;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&t->moves[mid]->risk_id, risk_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < t->n_moves && key_cmp(&t->moves[low]->risk_id, risk_id) == 0
	               ? t->moves[low]
	               : NULL;
}

/* Does a stand behind b in the queue? */
static bool is_behind(const struct tally_place *a, const struct tally_place *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank;
	return key_cmp(&a->risk_id, &b->risk_id) < 0;
}

/* Sorts into the order of the queue, and counts the pairs that stood the other way round. */
static int64_t sort_places(struct tally_place *p, struct tally_place *room, size_t n)
{
	const size_t half = n / 2;
	size_t i = 0, k = half, at = 0;
	int64_t n_swapped;

	if (n < 2)
		return 0;
	n_swapped = sort_places(p, room, half) + sort_places(p + half, room, n - half);
	while (i < half || k < n) {
		if (k == n || (i < half && !is_behind(&p[i], &p[k]))) {
			room[at++] = p[i++];
		} else {
			n_swapped += (int64_t)(half - i);
			room[at++] = p[k++];
		}
	}
	memcpy(p, room, n * sizeof(*p));
	return n_swapped;
}

int tally_correlation(const struct tally *t, struct tally_place *places, size_t n)
{
	struct tally_place *room = xmalloc((n + 1) * sizeof(*room));
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct tally_move *m = find(t, &places[i].risk_id);

		if (m && !is_open(&m->after))
			continue;
		places[kept] = places[i];
		if (m)
			places[kept].rank = m->after.rank;
		kept++;
	}
	const int64_t pairs = (int64_t)kept * ((int64_t)kept - 1) / 2;
	const int64_t n_swapped = sort_places(places, room, kept);

	free(room);
	if (!pairs)
		return 10000;
	/* Rounded towards -1: 1 is the same order and nothing else. */
	return (int)(10000 - (n_swapped * 20000 + pairs - 1) / pairs);
}
