/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RANKING_MEASURES_H
#define ISOBAR_RANKING_MEASURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One CVE in a queue: where it stands, and whether it came to be exploited later. */
struct ranked {
	int64_t key; /* the greatest comes first */
	bool later;
};

/*
 * How well a queue puts first what was exploited later.  Equal keys are in random
 * order: each figure is the mean over all orders of them.
 */
struct ranking_measures {
	double coverage[3];   /* of the first 1, 5 and 10 %: how many of all later ones */
	double efficiency;    /* of the first 1 %: how many of them are later ones */
	double effort;        /* the part of the queue that holds 80 % of the later ones */
	double auc;           /* a later one stands before another, of all such pairs */
	double avg_precision; /* one point per distinct key */
};

/* Sorts items.  At least one is later, at least one is not. */
struct ranking_measures ranking_measure(struct ranked *items, size_t n);

#endif
