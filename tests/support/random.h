/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_RANDOM_H
#define ISOBAR_TEST_RANDOM_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Seeded choices of property tests: ISOBAR_SEED=N repeats a run. */

static uint64_t random_state;

/* Prints the seed, so that a failure can be repeated. */
static inline void random_begin(uint64_t seed)
{
	const char *wanted = getenv("ISOBAR_SEED");

	random_state = wanted ? strtoull(wanted, NULL, 10) : seed;
	printf("seed %" PRIu64 " (ISOBAR_SEED sets it)\n", random_state);
}

/* SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere. */
static inline uint64_t random_next(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0..n-1 */
static inline int random_below(int n)
{
	return (int)(random_next() % (uint64_t)n);
}

#endif
