/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All texts stand one after the other in one block, in the order of their numbers: a
 * search for a part of a text is one pass over that block, and a text costs its bytes
 * and some twenty more.  The price is that a number cannot be given out again before
 * everything is renumbered.
 */
#include "text_dict.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ROOM_MIN        16
#define BYTES_MIN       256
#define UNUSED_MIN      4096 /* fewer unused texts, and fewer bytes, are left alone */
#define UNUSED_MIN_SIZE ((size_t)1 << 20)
#define WINDOW          64 /* bytes that a search looks at in one go */

static size_t grown(size_t room)
{
	return room + room / 4 + ROOM_MIN;
}

/* Rooms for n texts of size bytes in all. */
static void allocate(struct text_dict *d, size_t n, size_t size)
{
	d->room = n + ROOM_MIN;
	d->bytes_room = size + BYTES_MIN;
	d->bytes = xmalloc(d->bytes_room);
	d->start = xmalloc((d->room + 1) * sizeof(*d->start));
	d->uses = xmalloc(d->room * sizeof(*d->uses));
	hash_slots_init(&d->slots, n);
	d->n = 0;
	d->start[0] = 0;
	d->n_unused = d->unused_size = 0;
}

static uint32_t append(struct text_dict *d, const void *text, size_t size, uint32_t uses)
{
	const size_t start = d->start[d->n];

	assert(d->n < TEXT_UNKNOWN);
	if (d->n == d->room) {
		d->room = grown(d->room);
		d->start = xrealloc(d->start, (d->room + 1) * sizeof(*d->start));
		d->uses = xrealloc(d->uses, d->room * sizeof(*d->uses));
	}
	if (size + 1 > d->bytes_room - start) {
		d->bytes_room = grown(d->bytes_room) + size;
		d->bytes = xrealloc(d->bytes, d->bytes_room);
	}
	memcpy(d->bytes + start, text, size);
	d->bytes[start + size] = '\0';
	d->start[d->n + 1] = start + size + 1;
	d->uses[d->n] = uses;
	return (uint32_t)d->n++;
}

void text_dict_init(struct text_dict *d, uint64_t seed)
{
	d->seed = seed;
	allocate(d, 0, 0);
	append(d, "", 0, 1); /* TEXT_NONE */
}

void text_dict_done(struct text_dict *d)
{
	hash_slots_done(&d->slots);
	free(d->bytes);
	free(d->start);
	free(d->uses);
}

size_t text_dict_memory(const struct text_dict *d)
{
	return hash_slots_memory(&d->slots) + d->bytes_room +
	       (d->room + 1) * sizeof(*d->start) + d->room * sizeof(*d->uses);
}

static uint32_t hash_of(const struct text_dict *d, const void *text, size_t size)
{
	return hash_slots_hash(text, size, d->seed);
}

struct text_ref text_dict_ref(const struct text_dict *d, const void *text, size_t size)
{
	struct text_ref ref = {.text = text, .size = size};

	if (!text)
		return ref;
	ref.hash = hash_of(d, text, size);
	hash_slots_expect(&d->slots, ref.hash);
	return ref;
}

static uint32_t find(const struct text_dict *d, const struct text_ref *ref)
{
	size_t at = ref->hash;
	uint32_t number;

	while ((number = hash_slots_next(&d->slots, ref->hash, &at)) != HASH_SLOT_NONE)
		if (text_dict_size(d, number) == ref->size &&
		    memcmp(text_dict_text(d, number), ref->text, ref->size) == 0)
			return number;
	return TEXT_UNKNOWN;
}

uint32_t text_dict_find(const struct text_dict *d, const char *text)
{
	const struct text_ref ref = text_dict_ref(d, text, strlen(text));

	return find(d, &ref);
}

uint32_t text_dict_acquire(struct text_dict *d, const struct text_ref *ref)
{
	uint32_t number;

	if (!ref->text)
		return TEXT_NONE;
	number = find(d, ref);
	if (number == TEXT_UNKNOWN) {
		number = append(d, ref->text, ref->size, 1);
		hash_slots_put(&d->slots, ref->hash, number);
	} else if (d->uses[number]++ == 0) {
		d->n_unused--;
		d->unused_size -= ref->size;
	}
	return number;
}

void text_dict_release(struct text_dict *d, uint32_t number)
{
	if (number == TEXT_NONE)
		return;
	assert(d->uses[number] > 0);
	if (--d->uses[number] > 0)
		return;
	d->n_unused++;
	d->unused_size += text_dict_size(d, number);
}

uint32_t *text_dict_rebuild(struct text_dict *d)
{
	const size_t n_used = d->n - d->n_unused,
	             used_size = d->start[d->n] - d->unused_size;

	if (d->n_unused <= n_used + UNUSED_MIN &&
	    d->unused_size <= used_size + UNUSED_MIN_SIZE)
		return NULL;

	struct text_dict old = *d;
	uint32_t *numbers = xcalloc(old.n, sizeof(*numbers));

	allocate(d, n_used, used_size);
	append(d, "", 0, 1);
	for (uint32_t i = TEXT_NONE + 1; i < old.n; i++) {
		const char *text = text_dict_text(&old, i);
		const size_t size = text_dict_size(&old, i);

		if (!old.uses[i])
			continue;
		numbers[i] = append(d, text, size, old.uses[i]);
		hash_slots_put(&d->slots, hash_of(d, text, size), numbers[i]);
	}
	text_dict_done(&old);
	return numbers;
}

/*
 * Where needle may stand, by its first and its last byte; says whether there is any such
 * place.  Compilers make vectors of it.
 */
static bool mark_candidates(const char *text, size_t n, const char *needle, size_t size,
                            uint8_t marks[WINDOW])
{
	const char *ends = text + size - 1;
	const char first = needle[0], last = needle[size - 1];
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++) {
		marks[i] = (uint8_t)((text[i] == first) & (ends[i] == last));
		any |= marks[i];
	}
	memset(marks + n, 0, WINDOW - n);
	return any;
}

/* The first marked place where all of needle stands; WINDOW when there is none. */
static size_t first_match(const char *text, const uint8_t marks[WINDOW], const char *needle,
                          size_t size)
{
	for (size_t i = 0; i < WINDOW; i += 8) {
		uint64_t eight;

		memcpy(&eight, marks + i, sizeof(eight));
		for (size_t k = i; eight && k < i + 8; k++)
			if (marks[k] && memcmp(text + k, needle, size) == 0)
				return k;
	}
	return WINDOW;
}

/* Where needle stands at or after at; end when it does not. */
static size_t next_match(const struct text_dict *d, size_t at, const char *needle,
                         size_t size)
{
	const size_t end = d->start[d->n];
	uint8_t marks[WINDOW];

	for (; at + size <= end; at += WINDOW) {
		const size_t places = end - at - size + 1;
		const size_t n = places < WINDOW ? places : WINDOW;

		if (!mark_candidates(d->bytes + at, n, needle, size, marks))
			continue;

		const size_t match = first_match(d->bytes + at, marks, needle, size);

		if (match < WINDOW)
			return at + match;
	}
	return end;
}

void text_dict_search(const struct text_dict *d, const char *needle, size_t size,
                      uint8_t *bits)
{
	const size_t end = d->start[d->n];
	uint32_t number = TEXT_NONE + 1;

	if (size == 0) {
		memset(bits, 0xff, text_bits_size(d));
		return;
	}
	/* The needle holds no NUL, so that it is never found across two texts. */
	for (size_t at = next_match(d, d->start[number], needle, size); at < end;
	     at = next_match(d, d->start[number], needle, size)) {
		while (d->start[number + 1] <= at)
			number++;
		text_bits_set(bits, number++);
	}
}
