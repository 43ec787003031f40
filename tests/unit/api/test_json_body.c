/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests: what is taken, and what is said of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "api/json_body.h"

#define ID "00000000-0000-4000-8000-00000000000"

struct body {
	const char *text;
	int64_t number;
	bool truth;
	timestamp time;
	struct key_list keys;
};

static bool read(const char *json, struct arena *a, struct body *out,
                 struct json_fault *fault)
{
	const struct json_field fields[] = {
	        {"text", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULLABLE, 0, 5, &out->text},
	        {"number", FIELD_INT, 0, 1, 72, &out->number},
	        {"truth", FIELD_BOOL, 0, 0, 0, &out->truth},
	        {"time", FIELD_TIME, 0, 0, 0, &out->time},
	        {"keys", FIELD_KEYS, 0, 1, 3, &out->keys},
	};

	*out = (struct body){0};
	return json_body_read(json, strlen(json), fields, N_ELEMENTS(fields), a, fault);
}

static void test_json_body__reads_each_type(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct json_fault fault;
	struct body b;

	(void)state;
	assert_true(read("{\"keys\":[\"" ID "2\",\"" ID "1\"],\"number\":72,\"truth\":true,"
	                 "\"time\":\"2026-11-25T00:00:00Z\",\"text\":\"h\\u00e9l\"}",
	                 a, &b, &fault));
	assert_string_equal(b.text, "h\xc3\xa9l");
	assert_int_equal(b.number, 72);
	assert_true(b.truth);
	assert_int_equal(b.time, INT64_C(1795564800) * USEC_PER_SEC);
	assert_int_equal(b.keys.n, 2);
	assert_int_equal(b.keys.keys[0].bytes[15], 1);
	assert_true(read("{\"text\":null}", a, &b, &fault));
	assert_null(b.text);
}

static void test_json_body__points_at_what_is_wrong(void **state)
{
	static const struct {
		const char *json, *pointer, *detail;
	} cases[] = {
	        {"", "", "is empty"},
	        {"{", "", "is no JSON at byte 1"},
	        {"{} x", "", "is no JSON at byte 4"},
	        {"[]", "", "is no object"},
	        {"null", "", "is no object"},
	        {"{}", "/text", "is missing"},
	        {"{\"text\":\"a\",\"more\":1}", "/more", "is not known here"},
	        {"{\"text\":\"a\",\"a/b~c\":1}", "/a~1b~0c", "is not known here"},
	        {"{\"text\":1}", "/text", "is no text"},
	        {"{\"text\":\" \\n\"}", "/text", "is blank"},
	        {"{\"text\":\"123456\"}", "/text", "is longer than 5 bytes"},
	        {"{\"text\":\"a\",\"number\":null}", "/number", "is null"},
	        {"{\"text\":\"a\",\"number\":1.5}", "/number", "is no whole number"},
	        {"{\"text\":\"a\",\"number\":0}", "/number", "is not from 1 to 72"},
	        {"{\"text\":\"a\",\"number\":\"1\"}", "/number", "is no whole number"},
	        {"{\"text\":\"a\",\"truth\":1}", "/truth", "is neither true nor false"},
	        {"{\"text\":\"a\",\"time\":\"today\"}", "/time",
	         "is no time as RFC 3339 has it"},
	        {"{\"text\":\"a\",\"keys\":{}}", "/keys", "is no list"},
	        {"{\"text\":\"a\",\"keys\":[]}", "/keys", "has not from 1 to 3 members"},
	        {"{\"text\":\"a\",\"keys\":[\"" ID "1\",7]}", "/keys/1", "is no id"},
	        {"{\"text\":\"a\",\"keys\":[\"" ID "1\",\"" ID "1\"]}", "/keys",
	         "names an id twice"},
	};
	ARENA_SCOPED a = arena_new(1024);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct json_fault fault = {0};
		struct body b;

		if (read(cases[i].json, a, &b, &fault))
			fail_msg("%s is taken", cases[i].json);
		if (strcmp(fault.pointer, cases[i].pointer) != 0 ||
		    strcmp(fault.detail, cases[i].detail) != 0)
			fail_msg("%s: \"%s\" %s", cases[i].json, fault.pointer,
			         fault.detail);
	}
}

static void test_json_body__refuses_what_readers_differ_on(void **state)
{
	static const char *const cases[] = {
	        "{\"text\":\"a\",\"text\":\"b\"}",
	        "{\"text\":\"\\u0000\"}",
	        "{\"text\":\"\xff\"}",
	        "{\"text\":\"a\",}",
	        "{\"text\":'a'}",
	        "{\"text\":\"a\"} {}",
	        "{\"text\":\"\\ud800\"}",
	        "{\"text\":NaN}",
	};
	ARENA_SCOPED a = arena_new(1024);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct json_fault fault = {0};
		struct body b;

		if (read(cases[i], a, &b, &fault))
			fail_msg("%s is taken", cases[i]);
		assert_string_equal(fault.pointer, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_json_body__reads_each_type),
	        cmocka_unit_test(test_json_body__points_at_what_is_wrong),
	        cmocka_unit_test(test_json_body__refuses_what_readers_differ_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
