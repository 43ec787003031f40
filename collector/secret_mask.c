/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masking works on bytes, so that it also serves records that do not parse.
 */
#include "secret_mask.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Is text[at] the opening quote of one of the keys?  Then where it ends, else 0. */
static size_t end_of_key(const char *text, size_t size, size_t at, const char *const *keys)
{
	for (; *keys; keys++) {
		const size_t n = strlen(*keys);

		if (size - at >= n + 2 && memcmp(text + at + 1, *keys, n) == 0 &&
		    text[at + n + 1] == '"')
			return at + n + 2;
	}
	return 0;
}

/* Past the closing quote of the string that opens at at; to the end without one. */
static size_t end_of_string(const char *text, size_t size, size_t at)
{
	for (at++; at < size && text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	return at < size ? at + 1 : size;
}

/* Masks the string that opens at at; returns where it ends. */
static size_t mask_string(char *text, size_t size, size_t at)
{
	const size_t end = end_of_string(text, size, at);
	const size_t last = end == size && text[size - 1] != '"' ? size : end - 1;

	for (size_t i = at + 1; i < last; i++)
		text[i] = '*';
	return end;
}

static size_t past_blanks(const char *text, size_t size, size_t at)
{
	while (at < size && is_blank(text[at]))
		at++;
	return at;
}

/* Is what ends at at, a string, a member's key? */
static bool is_key(const char *text, size_t size, size_t at)
{
	at = past_blanks(text, size, at);
	return at < size && text[at] == ':';
}

/*
 * All strings of the list or object that opens at at, however deep (Checkov's code_block
 * and entity), but for the keys.
 */
static size_t mask_all(char *text, size_t size, size_t at)
{
	size_t depth = 0;

	while (at < size) {
		if (text[at] == '"') {
			const size_t end = end_of_string(text, size, at);

			at = is_key(text, size, end) ? end : mask_string(text, size, at);
			continue;
		}
		depth += text[at] == '[' || text[at] == '{';
		depth -= text[at] == ']' || text[at] == '}';
		at++;
		if (depth == 0)
			break;
	}
	return at;
}

static size_t mask_value(char *text, size_t size, size_t at)
{
	at = past_blanks(text, size, at);
	if (at == size || text[at] != ':')
		return at;
	at = past_blanks(text, size, at + 1);
	if (at < size && (text[at] == '[' || text[at] == '{'))
		return mask_all(text, size, at);
	return at < size && text[at] == '"' ? mask_string(text, size, at) : at;
}

void secret_mask(char *text, size_t size, const char *const *keys)
{
	for (size_t at = 0; at < size;) {
		const char *quote = memchr(text + at, '"', size - at);

		if (!quote)
			return;
		at = (size_t)(quote - text);
		const size_t end = end_of_key(text, size, at, keys);

		at = end ? mask_value(text, size, end) : end_of_string(text, size, at);
	}
}
