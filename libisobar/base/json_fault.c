/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a refused text again, byte by byte, up to its first fault.  The grammar is
 * RFC 8259; the bounds on numbers are those of simdjson (integers of 64 bits,
 * doubles that are finite), which is what refused the text.
 */
#include "base/json_fault.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

struct reader {
	const char *text;
	size_t size;
	size_t at;
	const char *fault; /* NULL: none so far */
};

/* depth: how many levels may yet be opened. */
static bool value(struct reader *r, unsigned int depth);

static bool fail(struct reader *r, const char *what)
{
	r->fault = what;
	return false;
}

static bool fail_here(struct reader *r)
{
	return fail(r, r->at < r->size ? "unexpected character" : "unexpected end of text");
}

/* A NUL in the text looks like its end; as neither is allowed anywhere, that is fine. */
static char char_at(const struct reader *r, size_t at)
{
	if (at >= r->size)
		return '\0';
	return r->text[at];
}

static char peek(const struct reader *r)
{
	return char_at(r, r->at);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\n' || peek(r) == '\r')
		r->at++;
}

static bool word(struct reader *r, const char *expected)
{
	for (; *expected; expected++, r->at++)
		if (peek(r) != *expected)
			return fail_here(r);
	return true;
}

static bool digits(struct reader *r)
{
	size_t start = r->at;

	while (is_digit(peek(r)))
		r->at++;
	return r->at > start;
}

/* strtod() follows the locale, which no program here sets. */
static bool fits(const char *number, bool integer)
{
	errno = 0;
	if (!integer) {
		double d = strtod(number, NULL);

		return errno != ERANGE || (d > -1.0 && d < 1.0);
	}
	if (*number == '-')
		(void)strtoll(number, NULL, 10);
	else
		(void)strtoull(number, NULL, 10);
	return errno != ERANGE;
}

static bool number(struct reader *r)
{
	size_t start = r->at;
	bool integer = true, good;

	r->at += peek(r) == '-';
	if (peek(r) == '0') {
		r->at++;
		good = !is_digit(peek(r));
	} else {
		good = digits(r);
	}
	if (good && peek(r) == '.') {
		integer = false;
		r->at++;
		good = digits(r);
	}
	if (good && (peek(r) == 'e' || peek(r) == 'E')) {
		integer = false;
		r->at++;
		r->at += peek(r) == '-' || peek(r) == '+';
		good = digits(r);
	}
	if (good && fits(r->text + start, integer))
		return true;
	r->at = start;
	return fail(r, good ? "number too large" : "malformed number");
}

/* The four digits of a \u escape; -1 if they are none. */
static int hex4(const struct reader *r, size_t from)
{
	int unit = 0;
	size_t i;

	for (i = from; i < from + 4; i++) {
		char c = char_at(r, i);
		char letter = (char)(c | 0x20);

		if (is_digit(c))
			unit = 16 * unit + (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			unit = 16 * unit + (letter - 'a' + 10);
		else
			return -1;
	}
	return unit;
}

/* Does the escape of a low surrogate stand at from? */
static bool low_surrogate(const struct reader *r, size_t from)
{
	int unit;

	if (char_at(r, from) != '\\' || char_at(r, from + 1) != 'u')
		return false;
	unit = hex4(r, from + 2);
	return unit >= 0xdc00 && unit <= 0xdfff;
}

static bool escape(struct reader *r)
{
	char kind = char_at(r, r->at + 1);
	int unit;

	if (kind == '\0')
		return fail(r, "bad escape");
	if (kind != 'u') {
		if (!strchr("\"\\/bfnrt", kind))
			return fail(r, "bad escape");
		r->at += 2;
		return true;
	}
	unit = hex4(r, r->at + 2);
	if (unit < 0)
		return fail(r, "bad escape");
	if (unit >= 0xd800 && unit <= 0xdfff) {
		if (unit >= 0xdc00 || !low_surrogate(r, r->at + 6))
			return fail(r, "half a surrogate pair");
		r->at += 6;
	}
	r->at += 6;
	return true;
}

static bool string(struct reader *r)
{
	size_t start = r->at;

	if (peek(r) != '"')
		return fail_here(r);
	r->at++;
	while (r->at < r->size && r->text[r->at] != '"') {
		size_t n = utf8_length(r->text + r->at, r->size - r->at);

		if (n == 0)
			return fail(r, "invalid UTF-8");
		if ((unsigned char)r->text[r->at] < ' ')
			return fail(r, "control character in a string");
		if (r->text[r->at] != '\\')
			r->at += n;
		else if (!escape(r))
			return false;
	}
	if (r->at == r->size) {
		r->at = start;
		return fail(r, "string without an end");
	}
	r->at++;
	return true;
}

static bool key(struct reader *r)
{
	skip_blanks(r);
	if (!string(r))
		return false;
	skip_blanks(r);
	return word(r, ":");
}

/* From the opening bracket to the closing one. */
static bool items(struct reader *r, char close, unsigned int depth)
{
	if (depth == 0)
		return fail(r, "nesting too deep");
	r->at++;
	skip_blanks(r);
	if (peek(r) == close) {
		r->at++;
		return true;
	}
	for (;;) {
		if (close == '}' && !key(r))
			return false;
		if (!value(r, depth - 1))
			return false;
		skip_blanks(r);
		if (peek(r) == close) {
			r->at++;
			return true;
		}
		if (!word(r, ","))
			return false;
	}
}

static bool value(struct reader *r, unsigned int depth)
{
	skip_blanks(r);
	switch (peek(r)) {
	case '{':
		return items(r, '}', depth);
	case '[':
		return items(r, ']', depth);
	case '"':
		return string(r);
	case 't':
		return word(r, "true");
	case 'f':
		return word(r, "false");
	case 'n':
		return word(r, "null");
	default:
		return peek(r) == '-' || is_digit(peek(r)) ? number(r) : fail_here(r);
	}
}

struct json_fault json_fault_find(const char *text, size_t size, unsigned int max_depth)
{
	struct reader r = {text, size, 0, NULL};

	if (value(&r, max_depth)) {
		skip_blanks(&r);
		if (r.at < size)
			fail(&r, "text after the value");
	}
	return (struct json_fault){r.fault, r.at};
}
