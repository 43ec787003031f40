/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/ranking_measures.h"

#include <stdlib.h>

/* Items of one key, with what stands before them. */
struct tie {
	size_t n, n_later;
	size_t before, later_before;
};

struct totals {
	size_t n, n_later;
};

static const double parts[3] = {0.01, 0.05, 0.10};

static int by_key_down(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;

	return (x->key < y->key) - (x->key > y->key);
}

/* The tie after *t; false at the end. */
static bool next_tie(const struct ranked *items, size_t n, struct tie *t)
{
	size_t at = t->before + t->n;

	*t = (struct tie){.before = at, .later_before = t->later_before + t->n_later};
	if (at == n)
		return false;
	for (; at < n && items[at].key == items[t->before].key; at++) {
		t->n++;
		t->n_later += items[at].later ? 1 : 0;
	}
	return true;
}

/* How many later ones of the tie fall into the first `wanted` of the queue, on average. */
static double found_within(const struct tie *t, double wanted)
{
	double room = wanted - (double)t->before;

	if (room <= 0)
		return 0;
	if (room > (double)t->n)
		room = (double)t->n;
	return (double)t->n_later * room / (double)t->n;
}

/* The place in the queue where 80 % of the later ones are found, if it is in this tie. */
static double effort_within(const struct tie *t, const struct totals *all)
{
	const double missing = 0.8 * (double)all->n_later - (double)t->later_before;

	if (missing <= 0 || missing > (double)t->n_later)
		return 0;
	return (double)t->before + missing / (double)t->n_later * (double)t->n;
}

/* Pairs of a later one before another one, doubled: half of those within the tie. */
static uint64_t pairs_won(const struct tie *t)
{
	return (uint64_t)(t->n - t->n_later) * (2 * t->later_before + t->n_later);
}

/* What the tie adds to the average precision, before the division by the later ones. */
static double precision_of(const struct tie *t)
{
	return (double)t->n_later * (double)(t->later_before + t->n_later) /
	       (double)(t->before + t->n);
}

static struct totals count(const struct ranked *items, size_t n)
{
	struct totals all = {.n = n};

	for (size_t i = 0; i < n; i++)
		all.n_later += items[i].later ? 1 : 0;
	return all;
}

struct ranking_measures ranking_measure(struct ranked *items, size_t n)
{
	const struct totals all = count(items, n);
	const double n_later = (double)all.n_later;
	struct ranking_measures m = {0};
	struct tie t = {0};
	uint64_t won = 0;

	qsort(items, n, sizeof(*items), by_key_down);
	while (next_tie(items, n, &t)) {
		for (size_t i = 0; i < 3; i++)
			m.coverage[i] += found_within(&t, parts[i] * (double)n);
		m.effort += effort_within(&t, &all);
		m.avg_precision += precision_of(&t);
		won += pairs_won(&t);
	}
	m.efficiency = m.coverage[0] / (parts[0] * (double)n);
	for (size_t i = 0; i < 3; i++)
		m.coverage[i] /= n_later;
	m.effort /= (double)n;
	m.avg_precision /= n_later;
	m.auc = (double)won / 2 / (n_later * (double)(n - all.n_later));
	return m;
}
