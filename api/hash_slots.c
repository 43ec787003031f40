/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots hold the hash beside the number, so that probing, growing and removing never
 * touch the entries themselves, which lie elsewhere in memory.  A removal moves the
 * rest of its run up (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
 */
#include "hash_slots.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"

#define SLOTS_MIN 16

uint32_t hash_slots_hash(const void *data, size_t size, uint64_t seed)
{
	return (uint32_t)XXH3_64bits_withSeed(data, size, seed);
}

static bool is_crowded(size_t n, size_t n_slots)
{
	return n > n_slots / 4 * 3;
}

static void allocate(struct hash_slots *s, size_t n_slots)
{
	s->slots = xmalloc(n_slots * sizeof(*s->slots));
	s->mask = n_slots - 1;
	s->n = 0;
	memset(s->slots, 0xff, n_slots * sizeof(*s->slots)); /* HASH_SLOT_NONE */
}

void hash_slots_init(struct hash_slots *s, size_t n_expected)
{
	size_t n_slots = SLOTS_MIN;

	while (is_crowded(n_expected, n_slots))
		n_slots *= 2;
	allocate(s, n_slots);
}

void hash_slots_done(struct hash_slots *s)
{
	free(s->slots);
	s->slots = NULL;
}

static void place(struct hash_slots *s, struct hash_slot slot)
{
	size_t at = slot.hash & s->mask;

	while (s->slots[at].number != HASH_SLOT_NONE)
		at = (at + 1) & s->mask;
	s->slots[at] = slot;
	s->n++;
}

static void grow(struct hash_slots *s)
{
	const struct hash_slots old = *s;

	allocate(s, 2 * (old.mask + 1));
	for (size_t i = 0; i <= old.mask; i++)
		if (old.slots[i].number != HASH_SLOT_NONE)
			place(s, old.slots[i]);
	free(old.slots);
}

void hash_slots_put(struct hash_slots *s, uint32_t hash, uint32_t number)
{
	assert(number != HASH_SLOT_NONE);
	if (is_crowded(s->n + 1, s->mask + 1))
		grow(s);
	place(s, (struct hash_slot){hash, number});
}

static size_t find(const struct hash_slots *s, uint32_t hash, uint32_t number)
{
	size_t at = hash & s->mask;

	while (s->slots[at].number != number || s->slots[at].hash != hash) {
		assert(s->slots[at].number != HASH_SLOT_NONE);
		at = (at + 1) & s->mask;
	}
	return at;
}

void hash_slots_remove(struct hash_slots *s, uint32_t hash, uint32_t number)
{
	size_t hole = find(s, hash, number);

	for (size_t at = (hole + 1) & s->mask; s->slots[at].number != HASH_SLOT_NONE;
	     at = (at + 1) & s->mask) {
		const size_t home = s->slots[at].hash & s->mask;

		/* It may move up to the hole unless its search begins behind it. */
		if (((at - home) & s->mask) < ((at - hole) & s->mask))
			continue;
		s->slots[hole] = s->slots[at];
		hole = at;
	}
	s->slots[hole].number = HASH_SLOT_NONE;
	s->n--;
}

void hash_slots_renumber(struct hash_slots *s, uint32_t hash, uint32_t from, uint32_t to)
{
	s->slots[find(s, hash, from)].number = to;
}

size_t hash_slots_memory(const struct hash_slots *s)
{
	return (s->mask + 1) * sizeof(*s->slots);
}
