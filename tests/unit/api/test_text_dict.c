/* SPDX-License-Identifier: Apache-2.0 */
/* Slots of hash tables, and texts by number: uses, rebuilds, and the search for parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/mem.h"

#include "api/hash_slots.h"
#include "api/text_dict.h"
#include "support/random.h"

/* --- slots --- */

static bool has_pair(const struct hash_slots *s, uint32_t hash, uint32_t number)
{
	size_t at = hash;
	uint32_t found;

	while ((found = hash_slots_next(s, hash, &at)) != HASH_SLOT_NONE)
		if (found == number)
			return true;
	return false;
}

/* Few hashes, at both ends of the table: runs are long, mixed, and wrap around. */
static uint32_t crowded_hash(uint32_t number)
{
	return number % 7 < 3 ? UINT32_MAX - number % 5 : number % 11;
}

static void test_hash_slots__find_what_was_put_and_nothing_else(void **state)
{
	enum {
		N = 400
	};
	struct hash_slots s;
	bool is_in[N] = {false};

	(void)state;
	hash_slots_init(&s, 0);
	for (int step = 0; step < 20000; step++) {
		const uint32_t number = (uint32_t)random_below(N);

		if (is_in[number])
			hash_slots_remove(&s, crowded_hash(number), number);
		else
			hash_slots_put(&s, crowded_hash(number), number);
		is_in[number] = !is_in[number];
		if (step % 100 == 0)
			for (uint32_t i = 0; i < N; i++)
				assert_int_equal(has_pair(&s, crowded_hash(i), i),
				                 is_in[i]);
	}
	hash_slots_done(&s);
}

static void test_hash_slots__renumber_keeps_the_others(void **state)
{
	struct hash_slots s;

	(void)state;
	hash_slots_init(&s, 0);
	for (uint32_t i = 0; i < 5; i++)
		hash_slots_put(&s, 3, i);
	hash_slots_renumber(&s, 3, 2, 77);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(has_pair(&s, 3, i), i != 2);
	assert_true(has_pair(&s, 3, 77));
	hash_slots_done(&s);
}

/* --- texts --- */

static uint32_t acquire(struct text_dict *d, const char *text)
{
	const struct text_ref ref = text_dict_ref(d, text, text ? strlen(text) : 0);

	return text_dict_acquire(d, &ref);
}

static void test_text_dict__equal_texts_share_a_number(void **state)
{
	static const char *const texts[] = {"",   "a", "b",
	                                    "aa", "A", "a longer text than the others"};
	struct text_dict d;
	uint32_t numbers[N_ELEMENTS(texts)];

	(void)state;
	text_dict_init(&d, 5);
	assert_int_equal(acquire(&d, NULL), TEXT_NONE);
	for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
		assert_int_equal(text_dict_find(&d, texts[i]), TEXT_UNKNOWN);
		numbers[i] = acquire(&d, texts[i]);
		assert_int_not_equal(numbers[i], TEXT_NONE);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(numbers[i], numbers[k]);
	}
	for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
		assert_int_equal(acquire(&d, texts[i]), numbers[i]);
		assert_int_equal(text_dict_find(&d, texts[i]), numbers[i]);
		assert_string_equal(text_dict_text(&d, numbers[i]), texts[i]);
		assert_int_equal(text_dict_size(&d, numbers[i]), strlen(texts[i]));
	}
	text_dict_done(&d);
}

static void test_text_dict__a_text_may_hold_any_bytes(void **state)
{
	static const int64_t one[] = {1, 0}, other[] = {1, 1};
	struct text_dict d;

	(void)state;
	text_dict_init(&d, 5);
	const struct text_ref a = text_dict_ref(&d, one, sizeof(one));
	const struct text_ref b = text_dict_ref(&d, other, sizeof(other));
	const struct text_ref prefix = text_dict_ref(&d, one, sizeof(one[0]));
	const uint32_t number = text_dict_acquire(&d, &a);

	assert_int_not_equal(text_dict_acquire(&d, &b), number);
	assert_int_not_equal(text_dict_acquire(&d, &prefix), number);
	assert_int_equal(text_dict_acquire(&d, &a), number);
	assert_memory_equal(text_dict_text(&d, number), one, sizeof(one));
	text_dict_done(&d);
}

/* Numbers change, texts and uses do not. */
static void test_text_dict_rebuild__drops_what_is_unused(void **state)
{
	enum {
		N = 20000
	};
	static uint32_t numbers[N];
	struct text_dict d;
	char text[32];

	(void)state;
	text_dict_init(&d, 5);
	for (int i = 0; i < N; i++) {
		snprintf(text, sizeof(text), "text %d", i);
		numbers[i] = acquire(&d, text);
	}
	assert_null(text_dict_rebuild(&d));
	acquire(&d, "text 3"); /* a second use, which the rebuild must keep */
	for (int i = 0; i < N; i++)
		if (i % 10 != 3)
			text_dict_release(&d, numbers[i]);

	uint32_t *changed = text_dict_rebuild(&d);

	assert_non_null(changed);
	assert_int_equal(d.n, 1 + N / 10);
	for (int i = 3; i < N; i += 10) {
		snprintf(text, sizeof(text), "text %d", i);
		assert_int_equal(text_dict_find(&d, text), changed[numbers[i]]);
		assert_string_equal(text_dict_text(&d, changed[numbers[i]]), text);
	}
	assert_int_equal(text_dict_find(&d, "text 4"), TEXT_UNKNOWN);
	text_dict_release(&d, changed[numbers[3]]);
	assert_int_equal(d.n_unused, 0);
	text_dict_release(&d, changed[numbers[3]]);
	assert_int_equal(d.n_unused, 1);
	free(changed);
	text_dict_done(&d);
}

static void test_text_dict__an_unused_text_can_come_back(void **state)
{
	struct text_dict d;

	(void)state;
	text_dict_init(&d, 5);
	const uint32_t number = acquire(&d, "flapping");

	text_dict_release(&d, number);
	assert_int_equal(d.n_unused, 1);
	assert_int_equal(acquire(&d, "flapping"), number);
	assert_int_equal(d.n_unused, 0);
	assert_int_equal(d.unused_size, 0);
	text_dict_done(&d);
}

/* --- the search for parts --- */

static void test_text_dict_search__finds_parts_of_texts(void **state)
{
	/* In the order of their numbers, from 1 on; expected: a mark for each. */
	static const char *const texts[] = {"abc", "", "b", "cab", "abcabc", "ab", "c"};
	static const struct {
		const char *needle, *want;
	} rows[] = {
	        {"abc", "x---x--"}, {"b", "x-xxxx-"},      {"bc", "x---x--"},
	        {"cab", "---xx--"}, {"abcabc", "----x--"}, {"abcabca", "-------"},
	        {"z", "-------"},   {"bcab", "----x--"},   {"c", "x--xx-x"},
	        {"", "xxxxxxx"},    {"abccab", "-------"}, /* not across two texts */
	};
	struct text_dict d;

	(void)state;
	text_dict_init(&d, 5);
	for (size_t i = 0; i < N_ELEMENTS(texts); i++)
		assert_int_equal(acquire(&d, texts[i]), i + 1);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint8_t bits[1] = {0};

		assert_int_equal(text_bits_size(&d), sizeof(bits));
		text_dict_search(&d, rows[i].needle, strlen(rows[i].needle), bits);
		for (uint32_t k = 1; k <= N_ELEMENTS(texts); k++)
			if (text_bits_has(bits, k) != (rows[i].want[k - 1] == 'x'))
				fail_msg("\"%s\" in \"%s\"", rows[i].needle, texts[k - 1]);
	}
	text_dict_done(&d);
}

static void random_text(char *text, int size)
{
	for (int i = 0; i < size; i++)
		text[i] = (char)('a' + random_below(2));
	text[size] = '\0';
}

/* Texts of all lengths around the window of the search, and parts that nearly occur. */
static void test_text_dict_search__agrees_with_strstr(void **state)
{
	enum {
		N = 300
	};
	struct text_dict d;
	char text[700];

	(void)state;
	for (int round = 0; round < 20; round++) {
		text_dict_init(&d, 5);
		for (int i = 0; i < N; i++) {
			random_text(text, random_below(round % 2 ? 12 : 650));
			acquire(&d, text);
		}
		for (int i = 0; i < 30; i++) {
			uint8_t *bits = xcalloc(text_bits_size(&d), 1);

			random_text(text, 1 + random_below(12));
			text_dict_search(&d, text, strlen(text), bits);
			for (uint32_t k = 1; k < d.n; k++)
				assert_int_equal(text_bits_has(bits, k),
				                 strstr(text_dict_text(&d, k), text) !=
				                         NULL);
			free(bits);
		}
		text_dict_done(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_hash_slots__find_what_was_put_and_nothing_else),
	        cmocka_unit_test(test_hash_slots__renumber_keeps_the_others),
	        cmocka_unit_test(test_text_dict__equal_texts_share_a_number),
	        cmocka_unit_test(test_text_dict__a_text_may_hold_any_bytes),
	        cmocka_unit_test(test_text_dict_rebuild__drops_what_is_unused),
	        cmocka_unit_test(test_text_dict__an_unused_text_can_come_back),
	        cmocka_unit_test(test_text_dict_search__finds_parts_of_texts),
	        cmocka_unit_test(test_text_dict_search__agrees_with_strstr),
	};

	random_begin(11);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
