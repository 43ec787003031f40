/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader against jansson: what both take has to be equal, value by value,
 * and what the reader dumps has to read back as the same.  They may differ only so:
 *  - jansson refuses U+0000 in a key; in a text the reader drops it, so it is dropped
 *    from jansson's texts before they are compared;
 *  - jansson keeps the last of equal keys, the reader the first: both keep one, and
 *    the values are compared only where a key stands once;
 *  - integers above INT64_MAX are refused by jansson and taken by the reader;
 *  - the reader skips a byte order mark, and its limits on depth and size are ours;
 *  - jansson refuses an underflowing real (1e-400), the reader makes it 0;
 *  - jansson passes over a NUL byte behind a token ("[1\0]"), the reader refuses it.
 * Where only one takes a text, that must be of this list: anything else ends the run.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/json_view.h"

#define MAX_SIZE  ((size_t)1 << 20)
#define MAX_DEPTH 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) check((condition), __LINE__, #condition)

static void check(bool holds, int line, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: %s\n", __FILE__, line, what);
	abort();
}

static void compare(struct json_view v, json_t *j);

/* jansson's text without its NULs against ours. */
static void compare_text(const char *ours, const char *theirs, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (theirs[i] != '\0')
			CHECK(*ours++ == theirs[i]);
	CHECK(*ours == '\0');
}

static void compare_array(struct json_view v, json_t *j)
{
	struct json_items it;
	struct error err;
	size_t i = 0;

	CHECK(json_view_get_items(v, "", &it, &err) == 0);
	CHECK(it.n == json_array_size(j));
	CHECK(json_view_array_size(v) == it.n);
	for (; json_items_next(&it); i++) {
		CHECK(it.key == NULL);
		compare(it.value, json_array_get(j, i));
	}
	CHECK(i == it.n);
}

static void compare_object(struct json_view v, json_t *j)
{
	size_t different = 0, n = 0;
	struct json_items it;
	struct error err;

	CHECK(json_view_get_items(v, "", &it, &err) == 0);
	for (; json_items_next(&it); n++) {
		struct json_view first = v;

		/* An empty or pointer-like key has no direct way. */
		if (*it.key != '\0' && *it.key != '/')
			first = json_view_at(v, it.key);
		CHECK(json_object_get(j, it.key));
		if (first.index == it.value.index || first.index == v.index)
			different++;
	}
	CHECK(n == it.n);
	CHECK(different >= json_object_size(j));
	if (n != json_object_size(j))
		return; /* equal keys: the two keep different ones */
	CHECK(json_view_get_items(v, "", &it, &err) == 0);
	while (json_items_next(&it))
		compare(it.value, json_object_get(j, it.key));
}

static void compare_number(struct json_view v, json_t *j)
{
	int64_t ours = 0, scaled = 0;
	struct error err;

	if (json_is_integer(j)) {
		CHECK(json_view_int(v, &ours));
		CHECK(ours == json_integer_value(j));
		CHECK(json_view_opt_scaled(v, "", 1, &scaled, &err) == 0 ||
		      ours == INT64_MIN);
		CHECK(scaled == ours || ours == INT64_MIN);
		return;
	}
	/* A real is an integer to the reader only where a double is one exactly. */
	if (json_view_int(v, &ours))
		CHECK((double)ours == json_real_value(j));
	if (json_view_opt_scaled(v, "", 1000, &scaled, &err) == 0)
		CHECK(json_real_value(j) * 1000 - (double)scaled < 4096 + 1e-9 &&
		      (double)scaled - json_real_value(j) * 1000 < 4096 + 1e-9);
}

static void compare(struct json_view v, json_t *j)
{
	const char *text;
	bool flag;

	switch (json_typeof(j)) {
	case JSON_OBJECT:
		CHECK(json_view_is_object(v));
		compare_object(v, j);
		return;
	case JSON_ARRAY:
		CHECK(json_view_is_array(v));
		compare_array(v, j);
		return;
	case JSON_STRING:
		CHECK(json_view_text(v, &text));
		compare_text(text, json_string_value(j), json_string_length(j));
		return;
	case JSON_INTEGER:
	case JSON_REAL:
		compare_number(v, j);
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		CHECK(json_view_bool(v, &flag));
		CHECK(flag == json_is_true(j));
		return;
	case JSON_NULL:
		CHECK(v.doc && !json_view_exists(v));
		return;
	}
}

/* What the reader takes and jansson does not: is it on the list above? */
static bool may_differ(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_numeric_overflow: /* of an integer above INT64_MAX, or underflow */
	case json_error_null_byte_in_key:
		return true;
	default: /* jansson has many codes, and none of them else is on the list */
		return false;
	}
}

static void check_dump(struct json_doc *doc, struct json_view v)
{
	struct arena *a = arena_new(4096);
	struct json_view again;
	struct error err;
	size_t size, size_again;
	char *dump = json_view_dump(v, a, &size), *dump_again;

	CHECK(strlen(dump) == size);
	/* Escapes and numbers may take more room than they did. */
	if (json_doc_parse(doc, dump, size, &again, &err) < 0) {
		CHECK(err.code == ERR_LIMIT && size > MAX_SIZE);
	} else {
		dump_again = json_view_dump(again, a, &size_again);
		CHECK(size == size_again && memcmp(dump, dump_again, size) == 0);
		CHECK(!json_doc_dropped_nul(doc));
	}
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json_doc *doc; /* one reader for all, as in the programs */
	size_t mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct json_view v = {0};
	struct error err = {0};
	json_error_t error;
	json_t *j;
	int rc;

	if (!doc)
		doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	rc = json_doc_parse(doc, (const char *)data, size, &v, &err);
	CHECK(rc == 0 || rc == ERR_INVALID || rc == ERR_LIMIT);
	CHECK(rc == 0 ||
	      (err.code == rc && *err.text && strcmp(err.text, "not JSON") != 0));
	j = json_loadb((const char *)data + mark, size - mark,
	               JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (rc == 0 && j)
		compare(v, j);
	if (rc == 0 && !j)
		CHECK(may_differ(&error));
	if (rc == ERR_INVALID)
		CHECK(!j || memchr(data, '\0', size));
	json_decref(j);
	if (rc == 0)
		check_dump(doc, v);
	return 0;
}
