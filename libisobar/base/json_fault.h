/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_JSON_FAULT_H
#define ISOBAR_JSON_FAULT_H

#include <stddef.h>

/*
 * Where and why a text is no JSON.  For messages only, when a parser has already
 * refused it: simdjson's errors carry no place.
 */
struct json_fault {
	const char *what; /* NULL: none */
	size_t at;        /* bytes from the start of the text */
};

/* text[size] must be readable and no digit.  Recurses up to max_depth. */
struct json_fault json_fault_find(const char *text, size_t size, unsigned int max_depth);

#endif
