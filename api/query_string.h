/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUERY_STRING_H
#define ISOBAR_QUERY_STRING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/strbuf.h"

/*
 * The query of a request as form data (WHATWG URL, "application/x-www-form-urlencoded
 * parsing"), read strictly: no name twice, no broken escape, valid UTF-8, no control
 * character.  Pure.
 */
#define QUERY_MAX_PARAMETERS 32
#define QUERY_MAX_VALUE      2048 /* bytes, decoded */

struct query_parameter {
	const char *name, *value; /* decoded */
};

struct query_string {
	struct query_parameter parameters[QUERY_MAX_PARAMETERS];
	size_t n;
};

/* Which parameter is at fault, and why; both live in the arena. */
struct parameter_fault {
	const char *parameter;
	const char *detail;
};

/* text is what stands behind '?', or NULL.  False: fault is set. */
bool query_string_read(const char *text, struct arena *a, struct query_string *out,
                       struct parameter_fault *fault);

/* Appends value percent-encoded (RFC 3986: all but unreserved characters). */
void query_string_put(struct strbuf *b, const char *value);

#endif
