/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader: what it refuses and how it says so, what its getters take, and
 * what it does where simdjson alone would do something else.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/json_view.h"

#define DOC_SCOPED CLEANUP(json_doc_freep) struct json_doc *

#define MAX_SIZE  ((size_t)1 << 20)
#define MAX_DEPTH 16

/* Parses text, which has to be good. */
static struct json_view parse(struct json_doc *doc, const char *text)
{
	struct json_view v = {0};
	struct error err;

	if (json_doc_parse(doc, text, strlen(text), &v, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return v;
}

static void test_json_doc__refuses_with_a_place(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
	        {"", "no JSON: the text is empty"},
	        {" \n", "no JSON: the text is empty"},
	        {"{\"a\":", "unexpected end of text at byte 5"},
	        {"{\"a\":1,}", "unexpected character at byte 7"},
	        {"\xef\xbb\xbf{\"a\":1,}", "unexpected character at byte 10"},
	        {"[\"0123456789012345\xff\"]", "invalid UTF-8 at byte 18"},
	        {"\xff\xfe{", "invalid UTF-8 at byte 0"},
	        {"[18446744073709551616]", "number too large at byte 1"},
	        {"[1e400]", "number too large at byte 1"},
	        {"[01]", "malformed number at byte 1"},
	        {"[\"\\ud800\"]", "half a surrogate pair at byte 2"},
	        {"[\"a\nb\"]", "control character in a string at byte 3"},
	        {"[\"abc]", "string without an end at byte 1"},
	        {"[truth]", "unexpected character at byte 4"},
	        {"[1]\n[2]", "text after the value at byte 4"},
	        {"\xef\xbb\xbf", "no JSON: the text is empty"},
	};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		struct json_view v;
		int rc = json_doc_parse(doc, rows[i].text, strlen(rows[i].text), &v, &err);

		if (rc != ERR_INVALID)
			fail_msg("%s: %d", rows[i].text, rc);
		if (strcmp(err.text, rows[i].message) != 0)
			fail_msg("%s: %s", rows[i].text, err.text);
	}
	/* A refused text leaves the reader as good as new. */
	assert_true(json_view_is_array(parse(doc, "[1]")));
}

static void test_json_doc__bounds_size(void **state)
{
	DOC_SCOPED doc = json_doc_new(40, MAX_DEPTH);
	struct json_view v;
	struct error err;

	(void)state;
	assert_int_equal(json_doc_parse(doc, "[\"01234567890123456789012345678901234\"]",
	                                39, &v, &err),
	                 0);
	assert_int_equal(json_doc_parse(doc, "[\"0123456789012345678901234567890123456\"]",
	                                41, &v, &err),
	                 ERR_LIMIT);
	assert_string_equal(err.text, "JSON larger than 40 bytes");
}

static void test_json_doc__bounds_size_below_what_simdjson_allocates(void **state)
{
	DOC_SCOPED doc = json_doc_new(4, MAX_DEPTH);
	struct json_view v;
	struct error err;

	(void)state;
	assert_int_equal(json_doc_parse(doc, "[12]", 4, &v, &err), 0);
	assert_int_equal(json_doc_parse(doc, "[123]", 5, &v, &err), ERR_LIMIT);
}

static void test_json_doc__bounds_depth(void **state)
{
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, 3);
	struct json_view v;
	struct error err;

	(void)state;
	assert_int_equal(json_doc_parse(doc, "[[[1]]]", 7, &v, &err), 0);
	assert_int_equal(json_doc_parse(doc, "[[[[1]]]]", 9, &v, &err), ERR_LIMIT);
	assert_string_equal(err.text, "JSON nested deeper than 3 levels");
	assert_int_equal(json_doc_parse(doc, "{\"a\":[{\"b\":1}]}", 15, &v, &err), 0);
}

static void test_json_doc__skips_a_byte_order_mark(void **state)
{
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);

	(void)state;
	assert_string_equal(
	        json_view_text_or(parse(doc, "\xef\xbb\xbf{\"a\":\"b\"}"), "a", ""), "b");
}

/* Growing texts, each checked at its end, through one reader. */
static void test_json_doc__is_reused_for_larger_and_smaller(void **state)
{
	static const size_t sizes[] = {10, 4093, 4094, 4096, 4097, 100000, 20, 1000000, 5};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(sizes); i++) {
		char *text = malloc(sizes[i]);
		const char *out;
		struct json_view v;

		memset(text, 'x', sizes[i]);
		text[0] = text[sizes[i] - 1] = '"';
		assert_int_equal(json_doc_parse(doc, text, sizes[i], &v, &err), 0);
		free(text);
		assert_true(json_view_text(v, &out));
		assert_int_equal(strlen(out), sizes[i] - 2);
	}
}

static void test_json_doc__drops_nul_from_texts_and_keys(void **state)
{
	static const struct {
		const char *text, *dump;
		bool dropped;
	} rows[] = {
	        {"{\"a\":\"x\\u0000y\",\"b\\u0000c\":[\"\\u0000\",1,\"\\u0000\\u0000z\"]}",
	         "{\"a\":\"xy\",\"bc\":[\"\",1,\"z\"]}", true},
	        {"[\"\\\\u0000\"]", "[\"\\\\u0000\"]", false},
	        {"[\"\\\\\\u0000\"]", "[\"\\\\\"]", true},
	        {"[\"\\u00000\"]", "[\"0\"]", true},
	        {"[\"u0000\",\"\\n\"]", "[\"u0000\",\"\\n\"]", false},
	        {"[1.5,\"a\\u0000\",-3,18446744073709551615]",
	         "[1.5,\"a\",-3,18446744073709551615]", true},
	};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	ARENA_SCOPED a = arena_new(256);
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		char *dump = json_view_dump(parse(doc, rows[i].text), a, NULL);

		if (strcmp(dump, rows[i].dump) != 0)
			fail_msg("%s: %s", rows[i].text, dump);
		if (json_doc_dropped_nul(doc) != rows[i].dropped)
			fail_msg("%s: dropped", rows[i].text);
	}
}

static void test_json_view__at_follows_keys_and_pointers(void **state)
{
	static const char text[] = "{\"Id\":\"one\",\"Id\":\"two\",\"/x\":\"slash\",\"a/"
	                           "b\":\"c\",\"m~n\":\"t\",\"\":\"e\","
	                           "\"Severity\":{\"Label\":\"HIGH\",\"\":\"in\"},"
	                           "\"Resources\":[{\"Id\":\"r0\"},"
	                           "[1,{\"Id\":\"r1\"}],\"r2\",3.5,{}],\"0\":\"zero\","
	                           "\"Resource\":\"shorter\"}";
	static const struct {
		const char *at, *found; /* NULL: nothing there, or no text */
	} rows[] = {
	        {"Id", "one"},
	        {"Resource", "shorter"},
	        {"/Id", "one"},
	        {"/Severity/Label", "HIGH"},
	        {"/Severity/", "in"},
	        {"/Resources/0/Id", "r0"},
	        {"/Resources/1/1/Id", "r1"},
	        {"/Resources/2", "r2"},
	        {"/a~1b", "c"},
	        {"a/b", "c"},
	        {"/~1x", "slash"},
	        {"/m~0n", "t"},
	        {"/0", "zero"},
	        {"/", "e"},
	        {"/Resources/5", NULL},
	        {"/Resources/4/Id", NULL},
	        {"/Resources/-", NULL},
	        {"/Resources/01", NULL},
	        {"/Resources/00", NULL},
	        {"/Resources/9999999999999999999999", NULL},
	        {"/Resources/", NULL},
	        {"/Resources/x", NULL},
	        {"/Id/x", NULL},
	        {"/Severity/Label/", NULL},
	        {"/m~n", NULL},
	        {"/m~", NULL},
	        {"id", NULL},
	        {"Severity/Label", NULL},
	        {"I", NULL},
	        {"Idx", NULL},
	};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v = parse(doc, text);
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		const char *found = json_view_text_or(v, rows[i].at, NULL);

		if (!found != !rows[i].found ||
		    (found && strcmp(found, rows[i].found) != 0))
			fail_msg("%s: %s", rows[i].at, found ? found : "nothing");
	}
	assert_true(json_view_is_object(json_view_at(v, "")));
	assert_false(json_view_exists(json_view_at(json_view_at(v, "none"), "Id")));
	assert_false(json_view_exists(json_view_at(json_view_at(v, "none"), "/0/Id")));
	assert_false(json_view_exists(json_view_at(json_view_at(v, "Resources"), "0")));
}

static void test_json_view__at_nocase(void **state)
{
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v =
	        parse(doc, "{\"sourc\":1,\"SOURCE\":\"a\",\"source\":\"b\",\"[\":\"c\"}");

	(void)state;
	assert_string_equal(json_view_text_or(json_view_at_nocase(v, "Source"), "", ""),
	                    "a");
	assert_false(json_view_exists(json_view_at_nocase(v, "sources")));
	assert_false(json_view_exists(json_view_at_nocase(v, "{")));
	assert_false(json_view_exists(json_view_at_nocase(json_view_at(v, "sourc"), "x")));
}

static void test_json_view__exists_is_not_null(void **state)
{
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v = parse(doc, "{\"n\":null,\"f\":false,\"e\":\"\"}");

	(void)state;
	assert_false(json_view_exists(json_view_at(v, "n")));
	assert_false(json_view_exists(json_view_at(v, "x")));
	assert_false(json_view_exists((struct json_view){0}));
	assert_true(json_view_exists(json_view_at(v, "f")));
	assert_true(json_view_exists(json_view_at(v, "e")));
}

static const char getters_text[] =
        "{\"text\":\"t\",\"null\":null,\"int\":-7,\"min\":-9223372036854775808,"
        "\"max\":9223372036854775807,\"huge\":9223372036854775808,\"float\":5.5,\"whole\":"
        "5.0,"
        "\"exp\":1e3,\"edge\":9007199254740992.0,\"true\":true,\"false\":false,\"list\":[1]"
        ","
        "\"object\":{},\"cvss\":\"9.8\",\"blank\":\" \",\"word\":\"high\"}";

static void test_json_view__text_getters(void **state)
{
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v = parse(doc, getters_text);
	const char *out = "untouched";
	struct error err;

	(void)state;
	assert_int_equal(json_view_opt_text(v, "none", &out, &err), 0);
	assert_int_equal(json_view_opt_text(v, "null", &out, &err), 0);
	assert_string_equal(out, "untouched");
	assert_int_equal(json_view_get_text(v, "none", &out, &err), ERR_INVALID);
	assert_string_equal(err.text, "\"none\" is missing");
	assert_int_equal(json_view_get_text(v, "null", &out, &err), ERR_INVALID);
	assert_string_equal(err.text, "\"null\" is null");
	assert_int_equal(json_view_get_text(v, "list", &out, &err), ERR_INVALID);
	assert_string_equal(err.text, "\"list\" is an array, not a text");
	assert_int_equal(json_view_opt_text(v, "/int", &out, &err), ERR_INVALID);
	assert_string_equal(err.text, "\"/int\" is an integer, not a text");
	assert_int_equal(json_view_get_text(v, "", &out, &err), ERR_INVALID);
	assert_string_equal(err.text, "the value is an object, not a text");
	assert_string_equal(out, "untouched");
	assert_int_equal(json_view_get_text(v, "text", &out, &err), 0);
	assert_string_equal(out, "t");
	assert_string_equal(json_view_text_or(v, "int", "fallback"), "fallback");
}

static void test_json_view__int_getters(void **state)
{
	static const struct {
		const char *at;
		bool good;
		int64_t value;
	} rows[] = {
	        {"int", true, -7},   {"min", true, INT64_MIN}, {"max", true, INT64_MAX},
	        {"huge", false, 0},  {"float", false, 0},      {"whole", true, 5},
	        {"exp", true, 1000}, {"edge", false, 0},       {"true", false, 0},
	        {"text", false, 0},  {"cvss", false, 0},
	};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v = parse(doc, getters_text);
	struct error err;
	int64_t out = 42;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		int get, opt;

		out = 42;
		get = json_view_get_int(v, rows[i].at, &out, &err);
		opt = json_view_opt_int(v, rows[i].at, &out, &err);
		if (get != (rows[i].good ? 0 : ERR_INVALID) || opt != get)
			fail_msg("%s: %d, %d", rows[i].at, get, opt);
		if (out != (rows[i].good ? rows[i].value : 42))
			fail_msg("%s: %" PRId64, rows[i].at, out);
	}
	out = 42;
	assert_int_equal(json_view_opt_int(v, "null", &out, &err), 0);
	assert_int_equal(json_view_opt_int(v, "none", &out, &err), 0);
	assert_int_equal(json_view_get_int(v, "null", &out, &err), ERR_INVALID);
	assert_int_equal(out, 42);
}

static void test_json_view__scaled_getter(void **state)
{
	static const struct {
		const char *at;
		int rc;
		int64_t value;
	} rows[] = {
	        {"int", 0, -70},           {"float", 0, 55},
	        {"whole", 0, 50},          {"exp", 0, 10000},
	        {"cvss", 0, 98},           {"blank", 0, 42},
	        {"null", 0, 42},           {"none", 0, 42},
	        {"word", ERR_INVALID, 42}, {"max", ERR_INVALID, 42},
	        {"huge", ERR_INVALID, 42}, {"list", ERR_INVALID, 42},
	        {"true", ERR_INVALID, 42},
	};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v = parse(doc, getters_text);
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t out = 42;
		int rc = json_view_opt_scaled(v, rows[i].at, 10, &out, &err);

		if (rc != rows[i].rc || out != rows[i].value)
			fail_msg("%s: %d, %" PRId64, rows[i].at, rc, out);
	}
	assert_int_equal(json_view_opt_scaled(v, "word", 10, &(int64_t){0}, &err),
	                 ERR_INVALID);
	assert_string_equal(err.text, "\"word\": not a number: \"high\"");
}

/* Every decimal of three places keeps its digits on the way through a double. */
static void test_json_view__scaled_is_exact(void **state)
{
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct error err;
	int i;

	(void)state;
	for (i = 0; i < 12000; i++) {
		char text[32];
		int64_t out = -1;

		snprintf(text, sizeof(text), "[%d.%03d]", i / 1000, i % 1000);
		assert_int_equal(
		        json_view_opt_scaled(parse(doc, text), "/0", 1000, &out, &err), 0);
		assert_int_equal(out, i);
		assert_int_equal(
		        json_view_opt_scaled(parse(doc, text), "/0", 100, &out, &err), 0);
		assert_int_equal(out, (i + 5) / 10);
	}
}

static void test_json_view__bool_getters(void **state)
{
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v = parse(doc, getters_text);
	struct error err;
	bool out = true;

	(void)state;
	assert_int_equal(json_view_opt_bool(v, "none", &out, &err), 0);
	assert_true(out);
	assert_int_equal(json_view_opt_bool(v, "false", &out, &err), 0);
	assert_false(out);
	assert_int_equal(json_view_opt_bool(v, "true", &out, &err), 0);
	assert_true(out);
	assert_int_equal(json_view_opt_bool(v, "int", &out, &err), ERR_INVALID);
	assert_false(json_view_bool(json_view_at(v, "text"), &out));
	assert_true(out);
}

static void test_json_items__walks_arrays_and_objects(void **state)
{
	static const char *const keys[] = {"a", "b", "c", "a"};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	struct json_view v = parse(
	        doc,
	        "{\"l\":[1,[2,[3]],{\"x\":{}},-4.5,\"\",null],\"e\":[],\"o\":"
	        "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":1},\"a\":4},\"n\":null,\"t\":\"\"}");
	struct json_items it;
	struct error err;
	size_t n = 0;

	(void)state;
	assert_int_equal(json_view_get_items(v, "l", &it, &err), 0);
	assert_int_equal(it.n, 6);
	while (json_items_next(&it)) {
		assert_null(it.key);
		if (n == 2)
			assert_true(json_view_is_object(it.value));
		n++;
	}
	assert_int_equal(n, 6);
	assert_false(json_items_next(&it));
	assert_int_equal(json_view_array_size(json_view_at(v, "l")), 6);
	assert_int_equal(json_view_array_size(json_view_at(v, "o")), 0);

	assert_int_equal(json_view_get_items(v, "o", &it, &err), 0);
	assert_int_equal(it.n, 4);
	for (n = 0; json_items_next(&it); n++)
		assert_string_equal(it.key, keys[n]);
	assert_int_equal(n, 4);

	assert_int_equal(json_view_get_items(v, "e", &it, &err), 0);
	assert_int_equal(it.n, 0);
	assert_false(json_items_next(&it));

	it = (struct json_items){0};
	assert_int_equal(json_view_opt_items(v, "none", &it, &err), 0);
	assert_int_equal(json_view_opt_items(v, "n", &it, &err), 0);
	assert_false(json_items_next(&it));
	assert_int_equal(json_view_get_items(v, "none", &it, &err), ERR_INVALID);
	assert_string_equal(err.text, "\"none\" is missing");
	assert_int_equal(json_view_opt_items(v, "t", &it, &err), ERR_INVALID);
	assert_string_equal(err.text, "\"t\" is a text, not an array or an object");
}

/* simdjson counts items in 24 bits; ours go on. */
static void test_json_items__count_goes_beyond_24_bits(void **state)
{
	size_t n = ((size_t)1 << 24) + 5, size = 2 * n + 1;
	DOC_SCOPED doc = json_doc_new((size_t)1 << 26, MAX_DEPTH);
	char *text = malloc(size);
	struct json_view v;
	struct error err;
	size_t i;

	(void)state;
	text[0] = '[';
	for (i = 1; i < size; i += 2) {
		text[i] = '1';
		text[i + 1] = ',';
	}
	text[size - 1] = ']';
	assert_int_equal(json_doc_parse(doc, text, size, &v, &err), 0);
	assert_int_equal(json_view_array_size(v), n);
	free(text);
}

static void test_json_view__dump_is_minified_and_reads_back(void **state)
{
	static const struct {
		const char *text, *dump;
	} rows[] = {
	        {" { \"a\" : [ 1 , 2.5 , { } , [ ] ] , \"b\" : null } ",
	         "{\"a\":[1,2.5,{},[]],\"b\":null}"},
	        {"[true,false,-0.5,1e100,18446744073709551615,-9223372036854775808]",
	         "[true,false,-0.5,1e+100,18446744073709551615,-9223372036854775808]"},
	        {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u00e9\\ud83d\\ude00\"",
	         "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\xc3\xa9\xf0\x9f\x98\x80\""},
	        {"{\"k\\n\":1,\"k\\n\":2}", "{\"k\\n\":1,\"k\\n\":2}"},
	        {"0", "0"},
	        {"9.8", "9.8"},
	};
	DOC_SCOPED doc = json_doc_new(MAX_SIZE, MAX_DEPTH);
	ARENA_SCOPED a = arena_new(256);
	size_t i, size;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		char *dump = json_view_dump(parse(doc, rows[i].text), a, &size);

		assert_string_equal(dump, rows[i].dump);
		assert_int_equal(size, strlen(dump));
		assert_string_equal(json_view_dump(parse(doc, dump), a, NULL), dump);
	}
	assert_string_equal(json_view_dump((struct json_view){0}, a, NULL), "null");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_json_doc__refuses_with_a_place),
	        cmocka_unit_test(test_json_doc__bounds_size),
	        cmocka_unit_test(test_json_doc__bounds_size_below_what_simdjson_allocates),
	        cmocka_unit_test(test_json_doc__bounds_depth),
	        cmocka_unit_test(test_json_doc__skips_a_byte_order_mark),
	        cmocka_unit_test(test_json_doc__is_reused_for_larger_and_smaller),
	        cmocka_unit_test(test_json_doc__drops_nul_from_texts_and_keys),
	        cmocka_unit_test(test_json_view__at_follows_keys_and_pointers),
	        cmocka_unit_test(test_json_view__at_nocase),
	        cmocka_unit_test(test_json_view__exists_is_not_null),
	        cmocka_unit_test(test_json_view__text_getters),
	        cmocka_unit_test(test_json_view__int_getters),
	        cmocka_unit_test(test_json_view__scaled_getter),
	        cmocka_unit_test(test_json_view__scaled_is_exact),
	        cmocka_unit_test(test_json_view__bool_getters),
	        cmocka_unit_test(test_json_items__walks_arrays_and_objects),
	        cmocka_unit_test(test_json_items__count_goes_beyond_24_bits),
	        cmocka_unit_test(test_json_view__dump_is_minified_and_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
