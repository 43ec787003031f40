/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of binary results, on results made by libpq from bytes written down
 * here.  That a server sends the same is seen by test_pg_sync and test_pg_pool.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/pg_binary.h"

/* One row of one column; value NULL is SQL NULL. */
static PGresult *result_of(const char *value, int size)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	char name[] = "v", wire[256];
	PGresAttDesc column = {.name = name, .format = 1};

	assert_int_equal(PQsetResultAttrs(result, 1, &column), 1);
	if (value == NULL) {
		assert_int_equal(PQsetvalue(result, 0, 0, NULL, -1), 1);
		return result;
	}
	assert_true((size_t)size <= sizeof(wire));
	memcpy(wire, value, (size_t)size);
	assert_int_equal(PQsetvalue(result, 0, 0, wire, size), 1);
	return result;
}

#define RESULT(text) result_of((text), (int)sizeof(text) - 1)

static int64_t as_bool(struct binary_row *r)
{
	return next_bool(r);
}

static int64_t as_int2(struct binary_row *r)
{
	return next_int2(r);
}

static int64_t as_int4(struct binary_row *r)
{
	return next_int4(r);
}

static void test_next__reads_numbers(void **state)
{
	static const struct {
		const char *wire; /* NULL: SQL NULL */
		int size;
		int64_t (*read)(struct binary_row *r);
		int64_t value;
	} cases[] = {
	        {"\x01", 1, as_bool, 1},
	        {"\x00", 1, as_bool, 0},
	        {NULL, 0, as_bool, 0},
	        {"\x01\x02", 2, as_int2, 258},
	        {"\x80\x00", 2, as_int2, INT16_MIN},
	        {NULL, 0, as_int2, 0},
	        {"\x7f\xff\xff\xff", 4, as_int4, INT32_MAX},
	        {"\xff\xff\xff\xfe", 4, as_int4, -2},
	        {NULL, 0, as_int4, 0},
	        {"\x01\x02\x03\x04\x05\x06\x07\x08", 8, next_int8,
	         INT64_C(0x0102030405060708)},
	        {"\xff\xff\xff\xff\xff\xff\xff\xff", 8, next_int8, -1},
	        {NULL, 0, next_int8, 0},
	        /* 1970-01-01, 2000-01-01 and the ends of time */
	        {"\xff\xfc\xa2\xfe\xc4\xc8\x20\x00", 8, next_timestamp, 0},
	        {"\0\0\0\0\0\0\0\0", 8, next_timestamp, PG_EPOCH_USEC},
	        {"\x7f\xff\xff\xff\xff\xff\xff\xff", 8, next_timestamp, INT64_MAX},
	        {"\x80\x00\x00\x00\x00\x00\x00\x00", 8, next_timestamp, TIMESTAMP_NONE},
	        {NULL, 0, next_timestamp, TIMESTAMP_NONE},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		CLEANUP(pg_clearp)
		PGresult *result = result_of(cases[i].wire, cases[i].size);
		struct binary_row r = {result, 0, 0};

		assert_int_equal(next_is_null(&r), cases[i].wire == NULL);
		if (cases[i].read(&r) != cases[i].value)
			fail_msg("case %zu", i);
		assert_int_equal(r.column, 1);
	}
}

static void test_next__reads_texts_and_keys(void **state)
{
	CLEANUP(pg_clearp) PGresult *text = RESULT("a\0b");
	CLEANUP(pg_clearp) PGresult *key = RESULT("0123456789abcdef");
	CLEANUP(pg_clearp) PGresult *null = result_of(NULL, 0);
	const struct key zero = {{0}};
	struct key k;
	size_t size;

	(void)state;
	assert_memory_equal(next_sized(&(struct binary_row){text, 0, 0}, &size), "a\0b", 4);
	assert_int_equal(size, 3);
	assert_string_equal(next_value(&(struct binary_row){text, 0, 0}), "a");
	assert_string_equal(next_value(&(struct binary_row){null, 0, 0}), "");
	k = next_key(&(struct binary_row){key, 0, 0});
	assert_memory_equal(k.bytes, "0123456789abcdef", KEY_SIZE);
	k = next_key(&(struct binary_row){null, 0, 0});
	assert_memory_equal(k.bytes, zero.bytes, KEY_SIZE);
}

#define HEAD_OF(n) "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0" n "\0\0\0\1"

static void test_next_int8_array__reads_its_elements(void **state)
{
	CLEANUP(pg_clearp)
	PGresult *two = RESULT(HEAD_OF("\2") "\0\0\0\x8\0\0\0\0\0\0\0\7"
	                                     "\0\0\0\x8\xff\xff\xff\xff"
	                                     "\xff\xff\xff\xff");
	CLEANUP(pg_clearp) PGresult *empty = RESULT("\0\0\0\0\0\0\0\0\0\0\0\x14");
	CLEANUP(pg_clearp) PGresult *null = result_of(NULL, 0);
	ARENA_SCOPED a = arena_new(256);
	const int64_t *values;
	size_t n;

	(void)state;
	values = next_int8_array(&(struct binary_row){two, 0, 0}, a, &n);
	assert_int_equal(n, 2);
	assert_int_equal(values[0], 7);
	assert_int_equal(values[1], -1);
	next_int8_array(&(struct binary_row){empty, 0, 0}, a, &n);
	assert_int_equal(n, 0);
	next_int8_array(&(struct binary_row){null, 0, 0}, a, &n);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_next__reads_numbers),
	        cmocka_unit_test(test_next__reads_texts_and_keys),
	        cmocka_unit_test(test_next_int8_array__reads_its_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
