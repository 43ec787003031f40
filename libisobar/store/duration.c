/* SPDX-License-Identifier: Apache-2.0 */
#include "store/duration.h"

#include <assert.h>
#include <math.h>

#define GROWTH 1.02

int duration_bucket(int64_t ms)
{
	if (ms <= 1000)
		return 0;
	return (int)ceil(log((double)ms / 1000.0) / log(GROWTH));
}

int64_t duration_of_bucket(int bucket)
{
	assert(bucket >= 0 && bucket < DURATION_BUCKETS);
	if (bucket == 0)
		return 500;
	/* As far from the one bound as from the other, each in its own measure. */
	return llround(2000.0 * pow(GROWTH, bucket) / (GROWTH + 1.0));
}

int64_t duration_quantile(const struct duration_count *counts, size_t n_counts, int percent)
{
	int64_t all = 0, before = 0, place;

	for (size_t i = 0; i < n_counts; i++)
		all += counts[i].n;
	if (all == 0)
		return -1;
	place = (all - 1) / 100 * percent + (all - 1) % 100 * percent / 100;
	for (size_t i = 0; i < n_counts; i++) {
		before += counts[i].n;
		if (before > place)
			return duration_of_bucket(counts[i].bucket);
	}
	assert(0); /* place is below the sum */
	return -1;
}
