/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DURATION_H
#define ISOBAR_DURATION_H

#include <stddef.h>
#include <stdint.h>

/*
 * Distributions of times in buckets whose bounds grow by 2 %: bucket i holds the times
 * in (1.02^(i-1), 1.02^i] seconds, bucket 0 those up to a second.  Sums of them give
 * quantiles that are off by 1 % at most, whatever the times are (DDSketch: Masson,
 * Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error
 * Guarantees", PVLDB 12(12), 2019).  Pure.
 */
#define DURATION_BUCKETS 2048 /* more than any time has: 1.02^1200 s are 600 years */

/* Milliseconds; 0 up to a second. */
int duration_bucket(int64_t ms);

/* The time that is off by 1 % at most from all of a bucket; half a second for bucket 0. */
int64_t duration_of_bucket(int bucket);

struct duration_count {
	int bucket;
	int64_t n;
};

/*
 * The time at place floor(percent * (n - 1) / 100) of the n times in ascending order,
 * from 0; -1 when there is none.  counts: by bucket, ascending.
 */
int64_t duration_quantile(const struct duration_count *counts, size_t n_counts,
                          int percent);

#endif
