/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of chunks, the one in use at its head.  Chunks double up to 1 MiB; a
 * block too large for the next chunk gets one of its own, behind the head, so
 * that the room left there is not lost.  Under AddressSanitizer everything not
 * handed out is poisoned, else an arena would hide overflows from it.
 */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#define GAP            16 /* poisoned bytes after each block */
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#define GAP            0
#endif

#define ALIGNMENT 16
#define CHUNK_MIN 256
#define CHUNK_MAX ((size_t)1 << 20)

struct chunk {
	struct chunk *next;
	size_t size; /* of data */
	size_t fill; /* bytes of data handed out */
	_Alignas(ALIGNMENT) unsigned char data[];
};

struct arena {
	struct chunk *head;
	struct chunk *first; /* somewhere in the list; survives a reset */
	size_t used;
	size_t next_size;
};

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = xmalloc(sizeof(*c) + size);

	c->next = NULL;
	c->size = size;
	c->fill = 0;
	POISON(c->data, size);
	return c;
}

static void chunk_free(struct chunk *c)
{
	UNPOISON(c->data, c->size);
	free(c);
}

static size_t round_up(size_t size)
{
	return (size + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1);
}

static size_t next_chunk_size(size_t size)
{
	return size >= CHUNK_MAX / 2 ? CHUNK_MAX : 2 * size;
}

struct arena *arena_new(size_t first_chunk)
{
	struct arena *a = xmalloc(sizeof(*a));
	size_t size = first_chunk < CHUNK_MIN ? CHUNK_MIN : first_chunk;

	if (size > SIZE_MAX / 2)
		mem_exhausted(size);
	a->first = chunk_new(round_up(size));
	a->head = a->first;
	a->used = 0;
	a->next_size = next_chunk_size(a->first->size);
	return a;
}

static void free_later_chunks(struct arena *a)
{
	struct chunk *c = a->head;

	while (c) {
		struct chunk *next = c->next;

		if (c != a->first)
			chunk_free(c);
		c = next;
	}
	a->head = a->first;
	a->first->next = NULL;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	free_later_chunks(a);
	chunk_free(a->first);
	free(a);
}

void arena_freep(struct arena **a)
{
	arena_free(*a);
	*a = NULL;
}

void arena_reset(struct arena *a)
{
	free_later_chunks(a);
	POISON(a->first->data, a->first->size);
	a->first->fill = 0;
	a->used = 0;
	a->next_size = next_chunk_size(a->first->size);
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

/* A chunk with room for step bytes: the new head, or one for this block alone. */
static struct chunk *add_chunk(struct arena *a, size_t step)
{
	bool alone = step > a->next_size / 2;
	struct chunk *c = chunk_new(alone ? step : a->next_size);

	if (alone) {
		c->next = a->head->next;
		a->head->next = c;
		return c;
	}
	a->next_size = next_chunk_size(a->next_size);
	c->next = a->head;
	a->head = c;
	return c;
}

static void *take(struct arena *a, size_t size)
{
	struct chunk *c = a->head;
	size_t step;
	void *p;

	if (size > SIZE_MAX / 2)
		mem_exhausted(size);
	step = round_up((size ? size : 1) + GAP);
	if (step > c->size - c->fill)
		c = add_chunk(a, step);
	p = c->data + c->fill;
	c->fill += step;
	a->used += step;
	UNPOISON(p, size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *arena_room(struct arena *a, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / 2 / size)
		mem_exhausted(SIZE_MAX);
	return take(a, n * size);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	void *out = arena_room(a, n, size);

	return memset(out, 0, n * size);
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t size = strnlen(s, n);
	char *copy = take(a, size + 1);

	memcpy(copy, s, size);
	copy[size] = '\0';
	return copy;
}

char *arena_join(struct arena *a, const char *const *parts)
{
	size_t sizes[ARENA_JOIN_MAX];
	size_t size = 1;
	size_t n;
	char *text;
	char *end;

	for (n = 0; n < ARENA_JOIN_MAX && parts[n] != NULL; n++) {
		sizes[n] = strlen(parts[n]);
		size += sizes[n];
	}
	text = take(a, size);
	end = text;
	for (size_t i = 0; i < n; i++) {
		memcpy(end, parts[i], sizes[i]);
		end += sizes[i];
	}
	*end = '\0';
	return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		mem_exhausted(0); /* beyond INT_MAX: no text of ours is that long */
	text = take(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}
