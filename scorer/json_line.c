/* SPDX-License-Identifier: Apache-2.0 */
#include "json_line.h"

#include <stdbool.h>
#include <string.h>

/* A place in the text; the text is known to be valid. */
struct place {
	const char *at, *end;
	int line;
};

static void skip_space(struct place *p)
{
	for (; p->at < p->end && strchr(" \t\r\n", *p->at); p->at++)
		p->line += *p->at == '\n';
}

/* Behind the closing quote; a string has no raw line feed. */
static void skip_string(struct place *p)
{
	for (p->at++; p->at < p->end && *p->at != '"'; p->at++)
		p->at += *p->at == '\\' && p->at + 1 < p->end;
	if (p->at < p->end)
		p->at++;
}

/* Behind a value, nested ones with it. */
static void skip_value(struct place *p)
{
	int depth = 0;

	do {
		skip_space(p);
		if (p->at >= p->end)
			return;
		if (*p->at == '"') {
			skip_string(p);
		} else if (strchr("[{", *p->at)) {
			depth++;
			p->at++;
		} else if (strchr("]}", *p->at)) {
			depth--;
			p->at++;
		} else if (strchr(",:", *p->at)) {
			p->at++;
		} else {
			p->at += strcspn(p->at, " \t\r\n,:]}");
		}
		skip_space(p);
	} while (depth > 0);
}

/* From the bracket of an object to the value of its member. */
static bool enter_member(struct place *p, const char *name, size_t size)
{
	p->at++;
	for (;;) {
		skip_space(p);
		if (p->at >= p->end || *p->at != '"')
			return false;
		const char *key = p->at + 1;

		skip_string(p);
		const bool found =
		        (size_t)(p->at - 1 - key) == size && memcmp(key, name, size) == 0;

		skip_space(p);
		p->at++; /* the colon */
		skip_space(p);
		if (found)
			return true;
		skip_value(p);
		if (p->at >= p->end || *p->at != ',')
			return false;
		p->at++;
	}
}

static bool enter_element(struct place *p, int index)
{
	p->at++;
	skip_space(p);
	for (; index > 0; index--) {
		skip_value(p);
		if (p->at >= p->end || *p->at != ',')
			return false;
		p->at++;
		skip_space(p);
	}
	return p->at < p->end && *p->at != ']';
}

int json_line_of(const char *text, size_t size, const char *path, int index)
{
	struct place p = {.at = text, .end = text + size, .line = 1};
	int line;

	skip_space(&p);
	line = p.line;
	while (*path) {
		const size_t n = strcspn(path, ".");

		if (p.at >= p.end || *p.at != '{' || !enter_member(&p, path, n))
			return line;
		line = p.line;
		path += n + (path[n] == '.');
	}
	if (index >= 0 && p.at < p.end && *p.at == '[' && enter_element(&p, index))
		line = p.line;
	return line;
}
