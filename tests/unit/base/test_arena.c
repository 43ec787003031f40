/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: alignment, zeroes, reuse after a reset, and what it counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void test_arena__blocks_are_zeroed_aligned_and_apart(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	unsigned char *blocks[400];
	size_t i, k;

	(void)state;
	for (i = 0; i < 400; i++) {
		blocks[i] = arena_alloc(a, i + 1);
		assert_int_equal((uintptr_t)blocks[i] % 16, 0);
		for (k = 0; k <= i; k++)
			assert_int_equal(blocks[i][k], 0);
		memset(blocks[i], (int)(i & 0xff), i + 1);
	}
	for (i = 0; i < 400; i++)
		for (k = 0; k <= i; k++)
			assert_int_equal(blocks[i][k], i & 0xff);
}

static void test_arena__large_block_leaves_the_head_in_use(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	char *before = arena_alloc(a, 16);
	char *large = arena_alloc(a, (size_t)3 << 20);
	char *after = arena_alloc(a, 16);

	(void)state;
	large[0] = 1;
	large[((size_t)3 << 20) - 1] = 1;
	/* The room behind the first block was not lost to the large one. */
	assert_in_range((uintptr_t)after, (uintptr_t)before, (uintptr_t)before + 1024);
}

static void test_arena__reset_zeroes_again_and_forgets(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	char *first = arena_alloc(a, 100);
	char *again;
	int i;

	(void)state;
	memset(first, 'x', 100);
	for (i = 0; i < 100; i++)
		arena_alloc(a, 1000);
	assert_true(arena_used(a) >= 100100);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	again = arena_alloc(a, 100);
	assert_ptr_equal(first, again);
	for (i = 0; i < 100; i++)
		assert_int_equal(again[i], 0);
}

static void test_arena__reset_after_large_block_only(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		arena_alloc(a, 100000);
		arena_alloc(a, 10);
		arena_reset(a);
	}
	assert_int_equal(arena_used(a), 0);
}

static void test_arena__strings_are_copied(void **state)
{
	ARENA_SCOPED a = arena_new(0);
	char long_text[3000];

	(void)state;
	memset(long_text, 'y', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_string_equal(arena_strdup(a, ""), "");
	assert_string_equal(arena_strdup(a, "one"), "one");
	assert_string_equal(arena_strndup(a, "three", 2), "th");
	assert_string_equal(arena_strndup(a, "three", 99), "three");
	assert_string_equal(arena_printf(a, "%s-%d", "n", 7), "n-7");
	assert_string_equal(arena_printf(a, "%s", long_text), long_text);
}

static void test_arena__empty_blocks_differ(void **state)
{
	ARENA_SCOPED a = arena_new(256);

	(void)state;
	assert_ptr_not_equal(arena_alloc(a, 0), arena_alloc_array(a, 0, 8));
}

static void test_arena__free_takes_null(void **state)
{
	struct arena *none = NULL;

	(void)state;
	arena_free(NULL);
	arena_freep(&none);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_arena__blocks_are_zeroed_aligned_and_apart),
	        cmocka_unit_test(test_arena__large_block_leaves_the_head_in_use),
	        cmocka_unit_test(test_arena__reset_zeroes_again_and_forgets),
	        cmocka_unit_test(test_arena__reset_after_large_block_only),
	        cmocka_unit_test(test_arena__strings_are_copied),
	        cmocka_unit_test(test_arena__empty_blocks_differ),
	        cmocka_unit_test(test_arena__free_takes_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
