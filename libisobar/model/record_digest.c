/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest by which an unchanged record is known before it is parsed: finding
 * the few volatile values costs less than parsing (tests/bench, reimport).
 */
#include "model/record_digest.h"

#include <stdbool.h>
#include <string.h>
#include <xxhash.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The key whose quoted name stands at text[0] == '"'; its length, or 0. */
static size_t key_at(const char *text, size_t size, const char *const *keys)
{
	for (; *keys; keys++) {
		const size_t n = strlen(*keys);

		/* An escaped quote inside a string cannot match: a backslash precedes the
		 * closing quote there. */
		if (n + 2 <= size && memcmp(text + 1, *keys, n) == 0 && text[n + 1] == '"')
			return n + 2;
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The end of the value behind a key that ends at at; at itself when it is kept. */
static size_t value_end(const char *text, size_t size, size_t at)
{
	size_t i = at;

	while (i < size && is_blank(text[i]))
		i++;
	if (i == size || text[i] != ':')
		return at; /* a value of this name, not a key */
	i++;
	while (i < size && is_blank(text[i]))
		i++;
	if (i < size && text[i] == '"') {
		for (i++; i < size && text[i] != '"'; i++)
			if (text[i] == '\\')
				i++;
		return i < size ? i + 1 : at;
	}
	const size_t start = i;

	while (i < size &&
	       (text[i] == '-' || text[i] == '+' || text[i] == '.' ||
	        (text[i] >= '0' && text[i] <= '9') || text[i] == 'e' || text[i] == 'E'))
		i++;
	return i > start ? i : at;
}

/* The next place at or after from where a quoted name may begin a volatile key. */
static size_t next_quote(const char *text, size_t size, size_t from, const bool *first)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');

	for (; from + 16 < size; from += 16) {
		const __m128i block = _mm_loadu_si128((const void *)(text + from));
		unsigned int mask =
		        (unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(block, quote));

		for (; mask; mask &= mask - 1) {
			const size_t at = from + (size_t)__builtin_ctz(mask);

			if (first[(unsigned char)text[at + 1]])
				return at;
		}
	}
#endif
	for (; from + 1 < size; from++)
		if (text[from] == '"' && first[(unsigned char)text[from + 1]])
			return from;
	return size;
}

int64_t record_digest(const char *text, size_t size, const char *const *volatile_keys,
                      uint64_t salt)
{
	bool first[256] = {false};
	uint64_t h = salt;
	size_t kept = 0, at = 0;

	for (const char *const *k = volatile_keys; k && *k; k++)
		first[(unsigned char)**k] = true;
	if (!volatile_keys)
		at = size;
	while ((at = next_quote(text, size, at, first)) < size) {
		const size_t n = key_at(text + at, size - at, volatile_keys);
		const size_t end = n ? value_end(text, size, at + n) : 0;

		if (end <= at + n) {
			at++;
			continue;
		}
		h = XXH3_64bits_withSeed(text + kept, at + n - kept, h);
		kept = at = end;
	}
	h = XXH3_64bits_withSeed(text + kept, size - kept, h);
	return (int64_t)((h & (uint64_t)INT64_MAX & ~UINT64_C(1)) | 2);
}
