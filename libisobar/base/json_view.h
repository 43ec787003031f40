/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_JSON_VIEW_H
#define ISOBAR_JSON_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * Reads large JSON: finding pages and imported files.  json_view.cc, the only
 * C++ of the project, puts simdjson behind it (and wraps its include of this
 * header in extern "C").  Small documents are jansson's.
 */
struct json_doc; /* a parser and what it parsed last; reused page after page */

/* A value inside a json_doc; passed by value, void after the next parse. */
struct json_view {
	const void *doc; /* NULL: there is no such value */
	size_t index;
};

/* max_depth is 1024 at most, what is more counts as that. */
struct json_doc *json_doc_new(size_t max_size, unsigned int max_depth) NON_NULL;
void json_doc_free(struct json_doc *doc);   /* NULL is fine */
void json_doc_freep(struct json_doc **doc); /* for CLEANUP() */

/*
 * Checks all of text: syntax, UTF-8, numbers (integers that fit 64 bits are
 * exact).  Skips a byte order mark.  ERR_LIMIT above max_size or max_depth, else
 * ERR_INVALID.  text may go at once: views point into doc.
 */
int json_doc_parse(struct json_doc *doc, const char *text, size_t size,
                   struct json_view *out, struct error *err) MUST_CHECK;

/* Did the text parsed last hold a U+0000, which its values have lost? */
bool json_doc_dropped_nul(const struct json_doc *doc);

/*
 * Everywhere below, at is a key, or an RFC 6901 pointer if it begins with '/':
 * "Id", "/Severity/Label", "/Resources/0/Id"; "" is v itself.  The first of equal
 * keys counts.
 */
struct json_view json_view_at(struct json_view v, const char *at);

/* By a key alone, ASCII letters of either case: Azure's "Source" and "source". */
struct json_view json_view_at_nocase(struct json_view v, const char *key);
bool json_view_exists(struct json_view v); /* and is not null */
bool json_view_is_text(struct json_view v);
bool json_view_is_array(struct json_view v);
bool json_view_is_object(struct json_view v);

/*
 * For hot paths, without a message: is v itself a text, an integer or a boolean?
 * If not, false, and *out is as it was.  Text is borrowed as below.
 */
bool json_view_text(struct json_view v, const char **out);
bool json_view_int(struct json_view v, int64_t *out);
bool json_view_bool(struct json_view v, bool *out);
const char *json_view_text_or(struct json_view v, const char *at, const char *fallback);
size_t json_view_array_size(struct json_view v); /* 0 when v is no array */

/*
 * _get_: ERR_INVALID names at and what stands there when it is absent, null or
 * of another type.  _opt_: absent and null leave *out as the caller set it.
 * Text is NUL-terminated and borrowed from doc; a U+0000 inside it is dropped.
 * _int: 5.0 and 1e3 are integers too (below 2^53), 5.5 is not.
 * _scaled: 9.8 by scale 10 (1 to 10^9) is 98, rounded half up; a number or a text
 * holding one; a blank text counts as absent there: it is an empty cell.
 */
int json_view_get_text(struct json_view v, const char *at, const char **out,
                       struct error *err) MUST_CHECK;
int json_view_opt_text(struct json_view v, const char *at, const char **out,
                       struct error *err) MUST_CHECK;
int json_view_get_int(struct json_view v, const char *at, int64_t *out,
                      struct error *err) MUST_CHECK;
int json_view_opt_int(struct json_view v, const char *at, int64_t *out,
                      struct error *err) MUST_CHECK;
int json_view_opt_scaled(struct json_view v, const char *at, int64_t scale, int64_t *out,
                         struct error *err) MUST_CHECK;
int json_view_opt_bool(struct json_view v, const char *at, bool *out,
                       struct error *err) MUST_CHECK;

/* Walks an array or an object: while (json_items_next(&it)) use(it.key, it.value); */
struct json_items {
	const char *key; /* NULL in an array */
	struct json_view value;
	size_t n;         /* how many there are in all, to size an arena array */
	size_t next, end; /* private */
};

int json_view_get_items(struct json_view v, const char *at, struct json_items *out,
                        struct error *err) MUST_CHECK;
int json_view_opt_items(struct json_view v, const char *at, struct json_items *out,
                        struct error *err) MUST_CHECK;
bool json_items_next(struct json_items *it);

/* The value as minified JSON: how a raw record is stored. */
char *json_view_dump(struct json_view v, struct arena *a, size_t *size_out) NON_NULL;

#endif
