/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap, with out of memory as the end of the process: nobody above has a
 * branch for it, and none that could go wrong.
 */
#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mem_exhausted(size_t wanted)
{
	/* stderr is unbuffered, so this needs no memory of its own. */
	fprintf(stderr, "out of memory: %zu bytes wanted\n", wanted);
	abort();
}

void *xmalloc(size_t size)
{
	/* malloc(0) may return NULL, which would look like a failure. */
	void *p = malloc(size ? size : 1);

	if (!p)
		mem_exhausted(size);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p;

	if (size && n > SIZE_MAX / size)
		mem_exhausted(SIZE_MAX);
	p = calloc(n ? n : 1, size ? size : 1);
	if (!p)
		mem_exhausted(n * size);
	return p;
}

void *xrealloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);

	if (!q)
		mem_exhausted(size);
	return q;
}

char *xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}

void free_charp(char **p)
{
	free(*p);
	*p = NULL;
}

void mem_return_large(void)
{
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

void mem_keep(void)
{
	mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that glibc takes */
	mallopt(M_TRIM_THRESHOLD, 512 << 20);
}
