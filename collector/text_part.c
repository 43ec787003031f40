/* SPDX-License-Identifier: Apache-2.0 */
#include "text_part.h"

#include <string.h>
#include <strings.h>

bool text_begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_begins_nocase(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
	const size_t size = strlen(text), tail = strlen(suffix);

	return size >= tail && strcmp(text + size - tail, suffix) == 0;
}

bool text_has_nocase(const char *text, const char *part)
{
	for (; *text != '\0'; text++)
		if (text_begins_nocase(text, part))
			return true;
	return false;
}

const char *text_either(const char *a, const char *b)
{
	return a[0] != '\0' ? a : b;
}

const char *text_lower(const char *text, struct arena *a)
{
	char *copy = arena_strdup(a, text);

	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

const char *text_first_line(const char *text, struct arena *a)
{
	const size_t size = strcspn(text, "\r\n");

	return text[size] == '\0' ? text : arena_strndup(a, text, size);
}

const char *text_between(const char *text, const char *before, const char *after,
                         struct arena *a)
{
	const char *from = strstr(text, before);
	const char *to;

	if (!from)
		return "";
	from += strlen(before);
	to = strstr(from, after);
	return to ? arena_strndup(a, from, (size_t)(to - from)) : "";
}
