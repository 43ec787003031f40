/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys are stored and compared between releases: their bytes are fixed here against
 * values computed by sha256sum.
 */

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/key.h"

static void assert_text(const struct key *k, const char *expected)
{
	char text[KEY_TEXT_MAX];

	assert_string_equal(key_text(k, text), expected);
}

/* printf '\0\0\0\1a\0\0\0\2bc' | sha256sum, the first 16 bytes. */
static void test_key_of__is_sha256_over_length_prefixed_fields(void **state)
{
	const struct key_field fields[] = {{"a", 1}, {"bc", 2}};
	struct key key;

	(void)state;
	key = key_of(fields, N_ELEMENTS(fields));
	assert_text(&key, "b534ce16-ac9c-8b36-823f-39a395ce8e0e");
	key = key_of(NULL, 0); /* SHA-256 of nothing */
	assert_text(&key, "e3b0c442-98fc-1c14-9afb-f4c8996fb924");
}

static void test_key_of__tells_tuples_of_equal_text_apart(void **state)
{
	const struct key_field one[] = {{"ab", 2}, {"c", 1}};
	const struct key_field other[] = {{"a", 1}, {"bc", 2}};
	const struct key_field shorter[] = {{"abc", 3}};
	const struct key a = key_of(one, 2);
	const struct key b = key_of(other, 2);
	const struct key c = key_of(shorter, 1);

	(void)state;
	assert_int_not_equal(key_cmp(&a, &b), 0);
	assert_int_not_equal(key_cmp(&a, &c), 0);
	assert_int_not_equal(key_cmp(&b, &c), 0);
}

/* Fields longer than the gathering buffer take another way to the same bytes. */
static void test_key_of__hashes_long_fields_like_short_ones(void **state)
{
	static char text[1500];
	struct key whole[3];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < N_ELEMENTS(whole); i++) {
		const struct key_field fields[] = {{text, 500 * (i + 1)}, {"end", 3}};

		whole[i] = key_of(fields, 2);
	}
	assert_text(&whole[0], "73ae1445-1492-a70d-1775-1fcb9619290f");
	assert_text(&whole[1], "956bc288-b719-1ce6-f6a3-e18d973fc561");
	assert_text(&whole[2], "4ccb1099-0a3c-aaef-d2c7-fcf745e4d0cb");
}

static void test_key_of_texts__has_a_fixed_form(void **state)
{
	const char *const texts[] = {"prowler", "id-1", ""};
	const struct key key = key_of_texts("finding/1", 7, texts, N_ELEMENTS(texts));
	const struct key other_org = key_of_texts("finding/1", 8, texts, N_ELEMENTS(texts));
	const struct key other_tag = key_of_texts("finding/2", 7, texts, N_ELEMENTS(texts));

	(void)state;
	assert_text(&key, "030f3999-bbbf-416d-4c34-c8486b7f3f4d");
	assert_int_not_equal(key_cmp(&key, &other_org), 0);
	assert_int_not_equal(key_cmp(&key, &other_tag), 0);
}

static void test_key_number__is_positive(void **state)
{
	struct key key = {{0}};

	(void)state;
	assert_int_equal(key_number(&key), 1);
	memset(key.bytes, 0xff, sizeof(key.bytes));
	assert_true(key_number(&key) == INT64_MAX);
	memset(key.bytes, 0, sizeof(key.bytes));
	key.bytes[7] = 5;
	key.bytes[8] = 9;
	assert_int_equal(key_number(&key), 5);
}

/* RFC 9562 appendix A.6, with the bits that version and variant replace set otherwise. */
static void test_key_new__is_a_uuid_of_version_7(void **state)
{
	const uint8_t random[KEY_RANDOM_SIZE] = {0xfc, 0xc3, 0x58, 0xc4, 0xdc,
	                                         0x0c, 0x0c, 0x07, 0x39, 0x8f};
	const timestamp at = INT64_C(1645557742000) * 1000;
	const struct key key = key_new(at, random), later = key_new(at + 1000, random);

	(void)state;
	assert_text(&key, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	assert_true(key_cmp(&key, &later) < 0);
}

static void test_key_parse__takes_what_key_text_writes(void **state)
{
	const struct key_field field = {"round", 5};
	const struct key key = key_of(&field, 1);
	char text[KEY_TEXT_MAX];
	struct key back;

	(void)state;
	assert_int_equal(key_parse(key_text(&key, text), &back), 0);
	assert_int_equal(key_cmp(&key, &back), 0);
	assert_int_equal(key_parse("E3B0C442-98FC-1C14-9AFB-F4C8996FB924", &back), 0);
	assert_text(&back, "e3b0c442-98fc-1c14-9afb-f4c8996fb924");
}

static void test_key_parse__refuses_all_else(void **state)
{
	static const char *const rows[] = {
	        "",
	        "e3b0c442",
	        "e3b0c44298fc1c149afbf4c8996fb924",
	        "e3b0c442-98fc-1c14-9afb-f4c8996fb92",
	        "e3b0c442-98fc-1c14-9afb-f4c8996fb9240",
	        "e3b0c442-98fc-1c14-9afb-f4c8996fb92g",
	        "e3b0c442-98fc-1c14-9afbf4c8996fb924-",
	        " e3b0c442-98fc-1c14-9afb-f4c8996fb924",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct key key = {{42}};

		if (key_parse(rows[i], &key) != -1)
			fail_msg("\"%s\" was taken", rows[i]);
		assert_int_equal(key.bytes[0], 42); /* untouched */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_key_of__is_sha256_over_length_prefixed_fields),
	        cmocka_unit_test(test_key_of__tells_tuples_of_equal_text_apart),
	        cmocka_unit_test(test_key_of__hashes_long_fields_like_short_ones),
	        cmocka_unit_test(test_key_of_texts__has_a_fixed_form),
	        cmocka_unit_test(test_key_number__is_positive),
	        cmocka_unit_test(test_key_new__is_a_uuid_of_version_7),
	        cmocka_unit_test(test_key_parse__takes_what_key_text_writes),
	        cmocka_unit_test(test_key_parse__refuses_all_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
