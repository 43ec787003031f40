/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_MEM_H
#define ISOBAR_MEM_H

#include <stddef.h>

#include "base/attr.h"

/*
 * Heap allocation that never returns NULL: out of memory prints one line and
 * ends the process (the store is transactional, so nothing is half written).
 * A dependency gets the same manners by its own setter:
 * json_set_alloc_funcs(xmalloc, free), event_set_mem_functions(xmalloc, xrealloc, free).
 */
void *xmalloc(size_t size) NON_NULL;
void *xcalloc(size_t n, size_t size) NON_NULL; /* zeroed; ends the process on overflow */
void *xrealloc(void *p, size_t size) NON_NULL;
char *xstrdup(const char *s) NON_NULL;
void free_charp(char **p); /* for CLEANUP(); frees *p */

/* What the functions above do in the end, for sizes that overflow elsewhere. */
void mem_exhausted(size_t wanted) __attribute__((noreturn, cold));

/*
 * From now on buffers of 256 KiB and more go back to the system when they are
 * freed.  glibc else stops doing so with the first large one (mallopt(3),
 * "dynamic mmap threshold"), and the peak of a program becomes its size.
 */
void mem_return_large(void);
/* For who fills and empties the same memory over and over: it is kept. */
void mem_keep(void);

#endif
