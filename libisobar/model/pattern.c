/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pattern.h"

#include <ctype.h>
#include <string.h>

#define TAG_MAX 128 /* of a tag's name, without what does not count in it */

static char lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

/* Linear: on a mismatch it goes back to the last '*' only. */
bool pattern_matches(const char *pattern, size_t size, const char *text)
{
	const char *const end = pattern + size;
	const char *star = NULL, *mark = NULL;

	while (*text) {
		if (pattern < end && *pattern == '*') {
			star = pattern++;
			mark = text;
		} else if (pattern < end &&
		           (*pattern == '?' || lower(*pattern) == lower(*text))) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++mark;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static bool is_between_words(char c)
{
	return c == '-' || c == '_' || c == ' ';
}

/* Names of tags meet without what people write between words: Data-Classification. */
static size_t plain_name(const char *name, size_t size, char out[TAG_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < size && n < TAG_MAX - 1; i++)
		if (!is_between_words(name[i]))
			out[n++] = name[i];
	out[n] = '\0';
	return n;
}

/* Most alternatives differ in the first character: those need not be made plain. */
static bool may_match(const char *pattern, size_t size, const char *plain)
{
	while (size && is_between_words(*pattern))
		pattern++, size--;
	return size &&
	       (*pattern == '*' || *pattern == '?' || lower(*pattern) == lower(*plain));
}

bool patterns_match(const char *patterns, const char *text)
{
	while (*text && *patterns) {
		const size_t size = strcspn(patterns, "|");
		const char *at = patterns, *end = patterns + size;

		while (at < end && isspace((unsigned char)*at))
			at++;
		while (end > at && isspace((unsigned char)end[-1]))
			end--;
		if (end > at && pattern_matches(at, (size_t)(end - at), text))
			return true;
		patterns += size + (patterns[size] == '|');
	}
	return false;
}

bool tag_names_match(const char *names, const char *name)
{
	char plain[TAG_MAX], wanted[TAG_MAX];

	plain_name(name, strlen(name), plain);
	while (*names) {
		const size_t size = strcspn(names, "|");
		const size_t n = size < TAG_MAX && may_match(names, size, plain)
		                         ? plain_name(names, size, wanted)
		                         : 0;

		if (n && pattern_matches(wanted, n, plain))
			return true;
		names += size + (names[size] == '|');
	}
	return false;
}
