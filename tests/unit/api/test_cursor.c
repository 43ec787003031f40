/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cursors open as they were made, and in no other way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/cursor.h"
#include "support/random.h"

static const unsigned char secret[CURSOR_KEY_SIZE] = "a key of thirty-two bytes, or so";

static struct cursor_scope scope_of(const char *shape)
{
	return (struct cursor_scope){
	        .key = secret, .org_id = 7, .epoch = 1, .shape = shape};
}

static struct cursor random_cursor(void)
{
	struct cursor c = {.value = (int64_t)random_next()};

	for (int i = 0; i < KEY_SIZE; i++)
		c.id.bytes[i] = (uint8_t)random_below(256);
	return c;
}

static void test_cursor__opens_as_it_was_made(void **state)
{
	const struct cursor_scope scope = scope_of("/v1/risks?band=high");

	(void)state;
	random_begin(1);
	for (int i = 0; i < 2000; i++) {
		ARENA_SCOPED a = arena_new(256);
		const struct cursor c = random_cursor();
		struct cursor out;

		assert_true(cursor_read(&scope, cursor_write(&scope, &c, a), &out));
		assert_true(out.value == c.value);
		assert_int_equal(key_cmp(&out.id, &c.id), 0);
	}
}

static void test_cursor__does_not_open_with_one_character_changed(void **state)
{
	static const char alphabet[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. ";
	const struct cursor_scope scope = scope_of("/v1/risks?");

	(void)state;
	random_begin(2);
	for (int i = 0; i < 20; i++) {
		ARENA_SCOPED a = arena_new(256);
		const struct cursor c = random_cursor();
		char *text = arena_strdup(a, cursor_write(&scope, &c, a));
		struct cursor out;

		for (size_t at = 0; text[at]; at++) {
			const char kept = text[at];

			for (const char *p = alphabet; *p; p++) {
				text[at] = *p;
				if (*p != kept)
					assert_false(cursor_read(&scope, text, &out));
			}
			text[at] = kept;
		}
		text[strlen(text) - 1] = '\0';
		assert_false(cursor_read(&scope, text, &out));
		assert_false(cursor_read(&scope, "", &out));
	}
}

static void test_cursor__belongs_to_its_list_alone(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	const struct cursor_scope scope = scope_of("/v1/risks?band=high");
	const struct cursor c = {.value = 5};
	const char *text = cursor_write(&scope, &c, a);
	struct cursor_scope other = scope;
	unsigned char another_secret[CURSOR_KEY_SIZE];
	struct cursor out;

	(void)state;
	other.org_id = 8;
	assert_false(cursor_read(&other, text, &out));
	other = scope;
	other.epoch = 2;
	assert_false(cursor_read(&other, text, &out));
	other = scope_of("/v1/risks?band=low");
	assert_false(cursor_read(&other, text, &out));
	other = scope_of("/v1/queues/all/risks?band=high");
	assert_false(cursor_read(&other, text, &out));
	memcpy(another_secret, secret, sizeof(secret));
	another_secret[31] ^= 1;
	other = scope;
	other.key = another_secret;
	assert_false(cursor_read(&other, text, &out));
	assert_true(cursor_read(&scope, text, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_cursor__opens_as_it_was_made),
	        cmocka_unit_test(test_cursor__does_not_open_with_one_character_changed),
	        cmocka_unit_test(test_cursor__belongs_to_its_list_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
