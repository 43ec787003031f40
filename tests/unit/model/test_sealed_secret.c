/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets at rest: what is sealed opens again, and nowhere else, and with nothing changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/sealed_secret.h"

static const char text[] = "s3cret/with+all=of:it";
static const struct secret_place place = {1, 42, "client-secret"};

/* Is part somewhere in all? */
static bool holds(const void *all, size_t size, const void *part, size_t part_size)
{
	for (size_t i = 0; i + part_size <= size; i++)
		if (memcmp((const char *)all + i, part, part_size) == 0)
			return true;
	return false;
}

/* Bytes from first on: 0, 1, 2, ... */
static void count_up(uint8_t *out, size_t n, int first)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(first + (int)i);
}

static struct master_key key_from(int first)
{
	uint8_t random[MASTER_KEY_SIZE];
	struct master_key key;

	count_up(random, sizeof(random), first);
	master_key_make(random, &key);
	return key;
}

static void seal(const struct master_key *key, const char *what, size_t size, uint8_t *out)
{
	uint8_t random[SEALED_RANDOM_SIZE];
	struct error err;

	count_up(random, sizeof(random), 100);
	if (secret_seal(key, &place, what, size, random, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void test_secret__opens_as_it_was_sealed(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, SEALED_SECRET_MAX};
	const struct master_key key = key_from(1);
	char *given = malloc(SEALED_SECRET_MAX), *got = malloc(SEALED_SECRET_MAX);
	uint8_t *sealed = malloc(SEALED_SECRET_MAX + SEALED_OVERHEAD);
	struct error err;

	(void)state;
	count_up((uint8_t *)given, SEALED_SECRET_MAX, 7);
	for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
		seal(&key, given, sizes[i], sealed);
		if (secret_open(&key, &place, sealed, sizes[i] + SEALED_OVERHEAD, got,
		                &err) < 0)
			fail_msg("%zu bytes: %s", sizes[i], err.text);
		assert_memory_equal(got, given, sizes[i]);
	}
	free(given);
	free(got);
	free(sealed);
}

static void test_secret__is_refused_when_too_long(void **state)
{
	const struct master_key key = key_from(1);
	uint8_t random[SEALED_RANDOM_SIZE] = {0}, out[1];
	struct error err;

	(void)state;
	assert_int_equal(
	        secret_seal(&key, &place, "", SEALED_SECRET_MAX + 1, random, out, &err),
	        ERR_LIMIT);
}

static void test_secret__shows_nothing(void **state)
{
	const struct master_key key = key_from(1);
	uint8_t sealed[sizeof(text) + SEALED_OVERHEAD];

	(void)state;
	seal(&key, text, sizeof(text), sealed);
	assert_false(holds(sealed, sizeof(sealed), text, 4));
	assert_false(holds(sealed, sizeof(sealed), key.bytes, 8));
	/* The data key, first of the random bytes, is sealed too. */
	assert_false(holds(sealed, sizeof(sealed), "defghijk", 8));
}

static void test_secret__opens_nowhere_else(void **state)
{
	static const struct secret_place others[] = {
	        {2, 42, "client-secret"}, {1, 43, "client-secret"},
	        {1, 42, "client-secre"},  {1, 42, "client-secret2"},
	        {42, 1, "client-secret"}, {1, 42, ""},
	};
	const struct master_key key = key_from(1), other = key_from(2);
	uint8_t sealed[sizeof(text) + SEALED_OVERHEAD];
	char got[sizeof(text)] = "";
	struct error err;

	(void)state;
	seal(&key, text, sizeof(text), sealed);
	for (size_t i = 0; i < N_ELEMENTS(others); i++)
		if (secret_open(&key, &others[i], sealed, sizeof(sealed), got, &err) !=
		    ERR_INVALID)
			fail_msg("place %zu", i);
	assert_int_equal(secret_open(&other, &place, sealed, sizeof(sealed), got, &err),
	                 ERR_INVALID);
	assert_string_equal(got, "");
}

static void test_secret__does_not_open_with_a_bit_changed(void **state)
{
	const struct master_key key = key_from(1);
	uint8_t sealed[sizeof(text) + SEALED_OVERHEAD];
	char got[sizeof(text)];
	struct error err;

	(void)state;
	seal(&key, text, sizeof(text), sealed);
	for (size_t i = 0; i < sizeof(sealed) * 8; i++) {
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
		if (secret_open(&key, &place, sealed, sizeof(sealed), got, &err) !=
		    ERR_INVALID)
			fail_msg("bit %zu", i);
		assert_null(strstr(got, "s3c"));
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t size = 0; size < sizeof(sealed); size++)
		if (secret_open(&key, &place, sealed, size, got, &err) != ERR_INVALID)
			fail_msg("%zu bytes", size);
}

/* The layers are told apart: a data key is no secret. */
static void test_secret__layers_are_told_apart(void **state)
{
	const struct master_key key = key_from(1);
	uint8_t sealed[MASTER_KEY_SIZE + SEALED_OVERHEAD], swapped[sizeof(sealed)];
	char got[MASTER_KEY_SIZE];
	struct error err;

	(void)state;
	seal(&key, "0123456789abcdef0123456789abcdef", MASTER_KEY_SIZE, sealed);
	memcpy(swapped, sealed, sizeof(sealed));
	memcpy(swapped + 61, sealed + 1, 60);
	memcpy(swapped + 1, sealed + 61, 28);
	assert_int_equal(secret_open(&key, &place, swapped, sizeof(swapped), got, &err),
	                 ERR_INVALID);
}

static void test_master_key_parse__takes_hex_and_base64(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
	        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", true},
	        {" 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F\n",
	         true},
	        {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", true},
	        {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n", true},
	        {"", false},
	        {"0001", false},
	        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g", false},
	        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00",
	         false},
	        {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", false},
	        {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+/", false},
	        {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", false},
	        {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYX-BkaGxwdHh8=", false},
	};
	const struct master_key want = key_from(0);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct master_key got;
		struct error err = {0};
		const int rc = master_key_parse(rows[i].text, &got, &err);

		if ((rc == 0) != rows[i].valid)
			fail_msg("\"%s\"", rows[i].text);
		if (rc < 0) {
			assert_null(strstr(err.text, "0001"));
			continue;
		}
		assert_memory_equal(got.bytes, want.bytes, MASTER_KEY_SIZE);
		assert_string_equal(got.name, want.name);
	}
	/* sha256sum of the 32 bytes */
	assert_string_equal(want.name, "630dcd2966c43366");
}

static void test_master_key_text__is_read_back(void **state)
{
	const struct master_key key = key_from(200);
	struct master_key got;
	char hex[MASTER_KEY_TEXT_MAX];
	struct error err;

	(void)state;
	master_key_text(&key, hex);
	assert_int_equal(strlen(hex), 64);
	assert_int_equal(master_key_parse(hex, &got, &err), 0);
	assert_memory_equal(got.bytes, key.bytes, MASTER_KEY_SIZE);
	master_key_done(&got);
	assert_string_equal(got.name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_secret__opens_as_it_was_sealed),
	        cmocka_unit_test(test_secret__is_refused_when_too_long),
	        cmocka_unit_test(test_secret__shows_nothing),
	        cmocka_unit_test(test_secret__opens_nowhere_else),
	        cmocka_unit_test(test_secret__does_not_open_with_a_bit_changed),
	        cmocka_unit_test(test_secret__layers_are_told_apart),
	        cmocka_unit_test(test_master_key_parse__takes_hex_and_base64),
	        cmocka_unit_test(test_master_key_text__is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
