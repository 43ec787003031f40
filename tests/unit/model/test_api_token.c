/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens are kept by their owners for years: their form is fixed here against values
 * computed by Python's base64, zlib.crc32 and hashlib.  Random ones are read back, and
 * none with a wrong character is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/api_token.h"

#include "support/random.h"

#define N_RANDOM 20

struct vector {
	const char *name;
	uint8_t first, step; /* random bytes: first, first + step, … */
	const char *token, *id, *hash;
};

static const struct vector vectors[] = {
        {"zeros", 0, 0,
         "iso_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0zU9Sv",
         "aaaaaaaaaaaa",
         "391f262fe86972928e43951c4692181aeabda57f887fcd60b07d878c784d0252"},
        {"ones", 255, 0,
         "iso_777777777777___________________________________________82NHHTt",
         "777777777777",
         "cbcc2cbdab7573761ee59536dcae71876c1614acd0e24faad346ea5c00ee4f06"},
        {"counted", 0, 1,
         "iso_aaaqeayeauda_CAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJic2nWSgT",
         "aaaqeayeauda",
         "d5b0b93659e281327f20bf98b0268b6108d1a7cabe90ec1e27ee7c0513091f56"},
        {"counted down by 7", 255, 249,
         "iso_774pd2xd3tk4_x8C5squknZaPiIF6c2xlXldQSUI7NC0mHxgRCgP89e42A5Jb3",
         "774pd2xd3tk4",
         "7c4e81becb95d5f8f0e7ea68aa0416512e56697c1e6688d69f58f28418f5f8e1"},
};

static void assert_hash(const uint8_t hash[KEY_SHA256_SIZE], const char *hex)
{
	char text[2 * KEY_SHA256_SIZE + 1];

	for (size_t i = 0; i < KEY_SHA256_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	assert_string_equal(text, hex);
}

static void test_api_token__has_a_fixed_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(vectors); i++) {
		const struct vector *v = &vectors[i];
		uint8_t random[API_TOKEN_RANDOM_SIZE], hash[KEY_SHA256_SIZE];
		char token[API_TOKEN_SIZE + 1], id[API_TOKEN_ID_SIZE + 1];
		struct error err;

		for (size_t n = 0; n < sizeof(random); n++)
			random[n] = (uint8_t)(v->first + n * v->step);
		api_token_make(random, token);
		assert_string_equal(token, v->token);
		if (api_token_parse(v->token, id, &err) < 0)
			fail_msg("%s: %s", v->name, err.text);
		assert_string_equal(id, v->id);
		api_token_hash(v->token, hash);
		assert_hash(hash, v->hash);
	}
}

static void make_random(char token[API_TOKEN_SIZE + 1])
{
	uint8_t random[API_TOKEN_RANDOM_SIZE];

	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)random_below(256);
	api_token_make(random, token);
}

static void test_api_token_parse__takes_what_api_token_make_makes(void **state)
{
	(void)state;
	random_begin(20261115);
	for (int i = 0; i < 10000; i++) {
		char token[API_TOKEN_SIZE + 1], id[API_TOKEN_ID_SIZE + 1];
		struct error err;

		make_random(token);
		if (api_token_parse(token, id, &err) < 0)
			fail_msg("%s: %s", token, err.text);
		assert_memory_equal(token + 4, id, API_TOKEN_ID_SIZE);
		assert_true(api_token_id_is_valid(id));
	}
}

static void refuse(const char *what, const char *token)
{
	char id[API_TOKEN_ID_SIZE + 1] = "untouched";
	struct error err = {0};

	if (api_token_parse(token, id, &err) != ERR_INVALID)
		fail_msg("%s: \"%s\" is taken", what, token);
	assert_string_equal(id, "untouched");
	assert_true(*err.text != '\0');
}

/* Every place, every other character; a CRC misses no burst of up to 32 bits. */
static void test_api_token_parse__refuses_one_wrong_character(void **state)
{
	(void)state;
	random_begin(20261116);
	for (int i = 0; i < N_RANDOM; i++) {
		char token[API_TOKEN_SIZE + 1];

		make_random(token);
		for (size_t at = 0; at < API_TOKEN_SIZE; at++) {
			const char right = token[at];

			for (int c = 1; c < 256; c++) {
				token[at] = (char)c;
				if (token[at] != right)
					refuse("one character", token);
			}
			token[at] = right;
		}
	}
}

static void test_api_token_parse__refuses_missing_added_and_swapped_characters(void **state)
{
	(void)state;
	random_begin(20261117);
	for (int i = 0; i < N_RANDOM; i++) {
		char token[API_TOKEN_SIZE + 1], other[API_TOKEN_SIZE + 2];

		make_random(token);
		for (size_t at = 0; at < API_TOKEN_SIZE; at++) {
			memcpy(other, token, at);
			memcpy(other + at, token + at + 1, API_TOKEN_SIZE - at);
			refuse("one missing", other);
			memcpy(other, token, at);
			other[at] = 'x';
			memcpy(other + at + 1, token + at, API_TOKEN_SIZE + 1 - at);
			refuse("one added", other);
			memcpy(other, token, at);
			other[at] = '\0';
			refuse("cut off", other);
			if (at + 1 == API_TOKEN_SIZE || token[at] == token[at + 1])
				continue;
			memcpy(other, token, sizeof(token));
			other[at] = token[at + 1];
			other[at + 1] = token[at];
			refuse("two swapped", other);
		}
	}
}

static void test_api_token_parse__refuses_what_is_no_token(void **state)
{
	static const char *const rows[] = {
	        "",
	        "iso_",
	        "Bearer",
	        "iso_aaaaaaaaaaaa",
	        /* The first vector with a blank before it and behind it. */
	        " iso_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0zU9Sv",
	        "iso_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0zU9Sv ",
	        "iso_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0zU9Sv\n",
	        /* The right checksum, but the last digit of the secret has bits too many. */
	        "iso_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB3CtsY3",
	        /* The right checksum of an id in capitals, and of another prefix. */
	        "iso_AAAAAAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA2s0Pni",
	        "usr_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA33QbTq",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		refuse("no token", rows[i]);
}

static void test_api_token_parse__says_nothing_of_the_token(void **state)
{
	static const char wrong[] =
	        "iso_aaaaaaaaaaaa_secretsecretsecretsecretsecretsecretsecretA0zU9Sv";
	char id[API_TOKEN_ID_SIZE + 1];
	struct error err;

	(void)state;
	for (size_t size = 1; size < sizeof(wrong); size++) {
		char token[sizeof(wrong)];

		memcpy(token, wrong, size);
		token[size] = '\0';
		assert_int_equal(api_token_parse(token, id, &err), ERR_INVALID);
		assert_null(strstr(err.text, "secrets"));
		assert_null(strstr(err.text, "aaaaaaaaaaaa"));
	}
}

static void test_api_token_id__is_twelve_of_its_alphabet(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
	        {"abcdefghijkl", true},   {"mnopqrstuvwx", true},   {"yz234567abcd", true},
	        {"abcdefghijk", false},   {"abcdefghijklm", false}, {"", false},
	        {"abcdefghijk1", false},  {"abcdefghijkL", false},  {"abcdefghijk,", false},
	        {"abcdefghijk\"", false}, {"abcdefghijk}", false},  {"iso_abcdefgh", false},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (api_token_id_is_valid(rows[i].text) != rows[i].valid)
			fail_msg("\"%s\"", rows[i].text);
}

static void test_api_token_hash_is_equal__looks_at_every_byte(void **state)
{
	uint8_t a[KEY_SHA256_SIZE], b[KEY_SHA256_SIZE];

	(void)state;
	api_token_hash(vectors[0].token, a);
	for (size_t i = 0; i < KEY_SHA256_SIZE; i++) {
		memcpy(b, a, sizeof(a));
		assert_true(api_token_hash_is_equal(a, b));
		b[i] ^= 1;
		assert_false(api_token_hash_is_equal(a, b));
	}
}

static void test_api_token_state__follows_from_times(void **state)
{
	static const struct {
		timestamp expires_at, revoked_at;
		bool enabled;
		enum api_token_state want;
		const char *name;
	} rows[] = {
	        {TIMESTAMP_NONE, TIMESTAMP_NONE, true, API_TOKEN_ACTIVE, "active"},
	        {TIMESTAMP_NONE, TIMESTAMP_NONE, false, API_TOKEN_DISABLED, "disabled"},
	        {101, TIMESTAMP_NONE, true, API_TOKEN_ACTIVE, "active"},
	        {100, TIMESTAMP_NONE, true, API_TOKEN_EXPIRED, "expired"},
	        {99, TIMESTAMP_NONE, false, API_TOKEN_EXPIRED, "expired"},
	        {99, 98, true, API_TOKEN_REVOKED, "revoked"},
	        {TIMESTAMP_NONE, 100, true, API_TOKEN_REVOKED, "revoked"},
	        /* Clocks of two machines differ: what is revoked is closed at once. */
	        {TIMESTAMP_NONE, 101, true, API_TOKEN_REVOKED, "revoked"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const enum api_token_state got = api_token_state_at(
		        rows[i].expires_at, rows[i].revoked_at, rows[i].enabled, 100);

		if (got != rows[i].want)
			fail_msg("row %zu: %s", i, api_token_state_name(got));
		assert_string_equal(api_token_state_name(got), rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_api_token__has_a_fixed_form),
	        cmocka_unit_test(test_api_token_parse__takes_what_api_token_make_makes),
	        cmocka_unit_test(test_api_token_parse__refuses_one_wrong_character),
	        cmocka_unit_test(
	                test_api_token_parse__refuses_missing_added_and_swapped_characters),
	        cmocka_unit_test(test_api_token_parse__refuses_what_is_no_token),
	        cmocka_unit_test(test_api_token_parse__says_nothing_of_the_token),
	        cmocka_unit_test(test_api_token_id__is_twelve_of_its_alphabet),
	        cmocka_unit_test(test_api_token_hash_is_equal__looks_at_every_byte),
	        cmocka_unit_test(test_api_token_state__follows_from_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
