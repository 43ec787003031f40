/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a JSON value by bit masks: of each 64 bytes, one mask a character
 * class; a running xor over the quotes tells what is inside strings; of the
 * brackets outside only those few bits are looked at one by one.  The method is
 * that of simdjson's first stage (Langdale and Lemire, "Parsing Gigabytes of JSON
 * per Second", sections 3.1.1 and 3.1.2), without what a parser needs beyond it.
 */
#include "json_splitter.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK 64

/* Bit i stands for byte i of a block. */
struct masks {
	uint64_t quotes;
	uint64_t backslashes;
	uint64_t opens;
	uint64_t closes;
};

#ifdef __SSE2__

struct lanes {
	__m128i a, b, c, d;
};

/* Written out: gcc -O2 keeps an array of lanes in memory. */
static inline uint64_t mask_of(struct lanes v, char c)
{
	__m128i match = _mm_set1_epi8(c);
	uint32_t a = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v.a, match));
	uint32_t b = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v.b, match));
	uint32_t e = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v.c, match));
	uint32_t f = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v.d, match));

	return (uint64_t)(e | f << 16) << 32 | (a | b << 16);
}

static inline struct lanes load(const char *text)
{
	const __m128i *p = (const __m128i *)(const void *)text;

	return (struct lanes){_mm_loadu_si128(p), _mm_loadu_si128(p + 1),
	                      _mm_loadu_si128(p + 2), _mm_loadu_si128(p + 3)};
}

/* 0x5b and 0x5d become 0x7b and 0x7d: one comparison for both kinds of bracket. */
static inline struct lanes fold(struct lanes v)
{
	const __m128i bit = _mm_set1_epi8(0x20);

	return (struct lanes){_mm_or_si128(v.a, bit), _mm_or_si128(v.b, bit),
	                      _mm_or_si128(v.c, bit), _mm_or_si128(v.d, bit)};
}

static inline struct masks classify(const char *text)
{
	struct lanes v = load(text);
	struct lanes folded = fold(v);

	return (struct masks){mask_of(v, '"'), mask_of(v, '\\'), mask_of(folded, '{'),
	                      mask_of(folded, '}')};
}

#else

static inline struct masks classify(const char *text)
{
	struct masks m = {0, 0, 0, 0};

	for (int i = 0; i < BLOCK; i++) {
		uint64_t bit = UINT64_C(1) << i;
		char c = text[i];

		m.quotes |= c == '"' ? bit : 0;
		m.backslashes |= c == '\\' ? bit : 0;
		m.opens |= (c | 0x20) == '{' ? bit : 0;
		m.closes |= (c | 0x20) == '}' ? bit : 0;
	}
	return m;
}

#endif

/* Bit i: the parity of bits 0 to i. */
static inline uint64_t prefix_xor(uint64_t bits)
{
	for (unsigned int shift = 1; shift < BLOCK; shift <<= 1)
		bits ^= bits << shift;
	return bits;
}

/*
 * The bytes that follow an odd run of backslashes.  Adding a run to its first bit
 * carries into the byte behind it: at an even or odd place, by the run's length.
 * size is how much of the block is text; the rest is blank.
 */
static inline uint64_t find_escaped(struct json_splitter *s, uint64_t backslashes,
                                    size_t size)
{
	const uint64_t even = UINT64_C(0x5555555555555555);
	uint64_t behind, odd_starts, run_ends, escaped;
	bool carry;

	if (!backslashes) {
		escaped = s->escaped;
		s->escaped = 0;
		return escaped;
	}
	backslashes &= ~s->escaped;
	behind = backslashes << 1 | s->escaped;
	odd_starts = backslashes & ~even & ~behind;
	carry = __builtin_add_overflow(odd_starts, backslashes, &run_ends);
	escaped = (even ^ (run_ends << 1)) & behind;
	s->escaped = size == BLOCK ? carry : escaped >> size & 1;
	return escaped;
}

/* The brackets of one block; false when the value ends or breaks at text[*at]. */
static inline bool follow(struct json_splitter *s, const char *text, uint64_t brackets,
                          uint64_t opens, size_t *at)
{
	uint64_t depth = s->depth;

	for (; brackets; brackets &= brackets - 1) {
		size_t i = (size_t)__builtin_ctzll(brackets);

		if (opens >> i & 1) {
			/* In ASCII each closing bracket is its opening one plus 2. */
			if (depth < SPLIT_MAX_KINDS)
				s->kinds[depth] = (char)(text[i] + 2);
			depth++;
			continue;
		}
		depth--;
		if (depth == 0 || (depth < SPLIT_MAX_KINDS && s->kinds[depth] != text[i])) {
			s->depth = depth;
			*at = i;
			return false;
		}
	}
	s->depth = depth;
	return true;
}

void json_splitter_begin(struct json_splitter *s)
{
	s->in_string = 0;
	s->escaped = 0;
	s->depth = 0;
}

/* One block of which the first size bytes are text and the rest is blank. */
static inline bool scan_block(struct json_splitter *s, const char *text, size_t size,
                              size_t *at)
{
	struct masks m = classify(text);
	uint64_t quotes = m.quotes & ~find_escaped(s, m.backslashes, size);
	uint64_t in_string = prefix_xor(quotes) ^ s->in_string;

	s->in_string = (uint64_t)((int64_t)in_string >> 63);
	return follow(s, text, (m.opens | m.closes) & ~in_string, m.opens, at);
}

enum split_result json_splitter_scan(struct json_splitter *s, const char *text, size_t size,
                                     size_t *used)
{
	char padded[BLOCK];
	size_t done = 0, at = 0;
	bool open = true;

	while (open && size - done >= BLOCK) {
		open = scan_block(s, text + done, BLOCK, &at);
		done += BLOCK;
	}
	if (!open) {
		done -= BLOCK;
	} else if (done < size) {
		memset(padded, ' ', sizeof(padded));
		memcpy(padded, text + done, size - done);
		open = scan_block(s, padded, size - done, &at);
	}
	if (open) {
		*used = size;
		return SPLIT_MORE;
	}
	*used = done + at;
	if (s->depth > 0 || s->kinds[0] != text[*used])
		return SPLIT_MISMATCH;
	*used += 1;
	return SPLIT_CLOSED;
}

const char *json_splitter_check_object(struct json_splitter *s, const char *line,
                                       size_t size, bool *open)
{
	enum split_result result;
	size_t used;

	*open = false;
	if (size == 0 || line[0] != '{')
		return "the line is not an object";
	json_splitter_begin(s);
	result = json_splitter_scan(s, line, size, &used);
	*open = result == SPLIT_MORE;
	if (result == SPLIT_MORE)
		return "the line ends inside a value";
	if (result == SPLIT_MISMATCH)
		return "the line has a mismatched bracket";
	while (used < size && strchr(" \t\r", line[used]))
		used++;
	return used < size ? "the line has text behind its value" : NULL;
}
