/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_HASH_SLOTS_H
#define ISOBAR_HASH_SLOTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The part of a hash table that is the same for any key: from a hash to the numbers
 * of the entries that have it.  The keys stay with the caller, who compares them:
 *
 *	size_t at = hash;
 *	while ((n = hash_slots_next(&s, hash, &at)) != HASH_SLOT_NONE)
 *		if (entry n has the key)
 *			return n;
 *
 * Open addressing with linear probing, at most three quarters full, no tombstones:
 * what is removed leaves nothing behind.  Hashes are seeded, so that nobody outside can
 * choose keys that share one.
 */
struct hash_slot {
	uint32_t hash, number;
};

struct hash_slots {
	struct hash_slot *slots;
	size_t mask; /* slots, a power of two, less one */
	size_t n;
};

#define HASH_SLOT_NONE UINT32_MAX

/* A hash that suits; seed is not known outside. */
uint32_t hash_slots_hash(const void *data, size_t size, uint64_t seed);

void hash_slots_init(struct hash_slots *s, size_t n_expected);
void hash_slots_done(struct hash_slots *s);

/* number: below HASH_SLOT_NONE.  The same pair twice is the caller's mistake. */
void hash_slots_put(struct hash_slots *s, uint32_t hash, uint32_t number);

/* The pair must be there. */
void hash_slots_remove(struct hash_slots *s, uint32_t hash, uint32_t number);
void hash_slots_renumber(struct hash_slots *s, uint32_t hash, uint32_t from, uint32_t to);

size_t hash_slots_memory(const struct hash_slots *s); /* bytes */

/* A search for hash is to come: its slot is on the way while other things are done. */
static inline void hash_slots_expect(const struct hash_slots *s, uint32_t hash)
{
	__builtin_prefetch(&s->slots[hash & s->mask]);
}

/* The next entry with this hash, HASH_SLOT_NONE after the last; *at begins as hash. */
static inline uint32_t hash_slots_next(const struct hash_slots *s, uint32_t hash,
                                       size_t *at)
{
	for (;;) {
		const struct hash_slot *slot = &s->slots[(*at)++ & s->mask];

		if (slot->number == HASH_SLOT_NONE || slot->hash == hash)
			return slot->number;
	}
}

#endif
