/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEXT_DICT_H
#define ISOBAR_TEXT_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#include "hash_slots.h"

/*
 * Texts by number: equal texts share one, so that whoever holds many compares and
 * counts 32-bit numbers.  Any bytes are a text.  Each use is counted; an unused text
 * stays until they outweigh the used ones, when the owner is asked to rebuild.
 */
struct text_dict {
	struct hash_slots slots;
	uint64_t seed;
	char *bytes;     /* the texts in the order of their numbers, a NUL after each */
	uint64_t *start; /* of each text in bytes, and the end of the last */
	uint32_t *uses;
	size_t n;    /* numbers given out, TEXT_NONE included */
	size_t room; /* of start and uses */
	size_t bytes_room;
	size_t n_unused, unused_size;
};

#define TEXT_NONE    0          /* no text at all: the number of a NULL */
#define TEXT_UNKNOWN UINT32_MAX /* what find gives for a text that nobody holds */

void text_dict_init(struct text_dict *d, uint64_t seed);
void text_dict_done(struct text_dict *d);
size_t text_dict_memory(const struct text_dict *d); /* bytes */

/* A text to look up, borrowed.  Of several, all are made before the first is looked up:
 * then memory is waited for once. */
struct text_ref {
	const void *text; /* NULL: none */
	size_t size;
	uint32_t hash;
};

struct text_ref text_dict_ref(const struct text_dict *d, const void *text, size_t size);

/* Each acquired number is released once.  No text is TEXT_NONE and not counted. */
uint32_t text_dict_acquire(struct text_dict *d, const struct text_ref *ref);
void text_dict_release(struct text_dict *d, uint32_t number);

uint32_t text_dict_find(const struct text_dict *d, const char *text);

/* Valid until the next acquire or rebuild.  TEXT_NONE is "". */
static inline const char *text_dict_text(const struct text_dict *d, uint32_t number)
{
	return d->bytes + d->start[number];
}

static inline size_t text_dict_size(const struct text_dict *d, uint32_t number)
{
	return (size_t)(d->start[number + 1] - d->start[number]) - 1;
}

/*
 * Drops what is unused, once more than half of it is and that is worth the work: all
 * numbers change.  Gives the new number of each former one, for the owner to rewrite
 * and free; NULL when there is nothing to do.
 */
uint32_t *text_dict_rebuild(struct text_dict *d);

/* Sets the bit of each text that has needle, without a NUL in it, as a part. */
void text_dict_search(const struct text_dict *d, const char *needle, size_t size,
                      uint8_t *bits);

/* Sets of numbers: a bit each. */
static inline size_t text_bits_size(const struct text_dict *d)
{
	return (d->n + 7) / 8;
}

static inline void text_bits_set(uint8_t *bits, uint32_t number)
{
	bits[number / 8] = (uint8_t)(bits[number / 8] | 1u << (number & 7));
}

static inline unsigned int text_bits_has(const uint8_t *bits, uint32_t number)
{
	return (unsigned int)bits[number / 8] >> (number & 7) & 1;
}

#endif
