/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte string, and the one place that writes JSON strings by hand:
 * queue pages and log lines are appended here without a JSON library.
 */
#include "base/strbuf.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ROOM_MIN 64

void strbuf_done(struct strbuf *b)
{
	free(b->data);
	*b = (struct strbuf){0};
}

void strbuf_reset(struct strbuf *b)
{
	b->size = 0;
	if (b->data)
		b->data[0] = '\0';
}

char *strbuf_reserve(struct strbuf *b, size_t more)
{
	size_t room = b->room ? b->room : ROOM_MIN;

	if (more >= SIZE_MAX / 4 - b->size)
		mem_exhausted(more);
	if (!b->data || b->size + more >= b->room) {
		while (b->size + more >= room)
			room *= 2;
		b->data = xrealloc(b->data, room);
		b->room = room;
		b->data[b->size] = '\0';
	}
	return b->data + b->size;
}

void strbuf_put(struct strbuf *b, const void *data, size_t size)
{
	char *end = strbuf_reserve(b, size);

	if (size)
		memcpy(end, data, size);
	end[size] = '\0';
	b->size += size;
}

void strbuf_puts(struct strbuf *b, const char *s)
{
	strbuf_put(b, s, strlen(s));
}

void strbuf_putc(struct strbuf *b, char c)
{
	strbuf_put(b, &c, 1);
}

void strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vprintf(b, fmt, ap);
	va_end(ap);
}

void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	strbuf_reserve(b, ROOM_MIN);
	n = vsnprintf(b->data + b->size, b->room - b->size, fmt, ap);
	if (n < 0)
		mem_exhausted(0); /* beyond INT_MAX: no text of ours is that long */
	if ((size_t)n >= b->room - b->size) {
		strbuf_reserve(b, (size_t)n);
		vsnprintf(b->data + b->size, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	b->size += (size_t)n;
}

const char *strbuf_text(const struct strbuf *b)
{
	return b->data ? b->data : "";
}

size_t utf8_length(const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n, i;

	if (size == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (size < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629 4). */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

size_t utf8_valid_size(const char *text, size_t size)
{
	size_t at = 0, n;

	while ((n = utf8_length(text + at, size - at)) > 0)
		at += n;
	return at;
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Eight bytes, none of which is a control character, a quote, a backslash or non-ASCII:
 * of most texts that is all there is to find out (Hacker's Delight, section 6-1). */
static bool are_plain(const char *s)
{
	const uint64_t tops = EACH_BYTE(0x80);
	uint64_t x, quote, backslash;

	memcpy(&x, s, sizeof(x));
	quote = x ^ EACH_BYTE('"');
	backslash = x ^ EACH_BYTE('\\');
	return ((x | (x - EACH_BYTE(' ')) | (quote - EACH_BYTE(1)) |
	         (backslash - EACH_BYTE(1))) &
	        tops) == 0;
}

/* How many bytes at s may stand in a JSON string as they are; 0: s[0] may not. */
static size_t plain_run(const char *s, const char *end)
{
	const char *p = s;

	while (end - p >= 8 && are_plain(p))
		p += 8;
	while (p < end) {
		unsigned char c = (unsigned char)*p;
		size_t n = 1;

		if (c < ' ' || c == '"' || c == '\\')
			break;
		if (c >= 0x80)
			n = utf8_length(p, (size_t)(end - p));
		if (n == 0)
			break;
		p += n;
	}
	return (size_t)(p - s);
}

static void put_escape(struct strbuf *b, unsigned char c)
{
	static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	size_t i;

	if (c >= 0x80) {
		strbuf_puts(b, "\xef\xbf\xbd"); /* no UTF-8: U+FFFD stands for it */
		return;
	}
	for (i = 0; i + 1 < sizeof(names); i += 2) {
		if (c == (unsigned char)names[i]) {
			strbuf_putc(b, '\\');
			strbuf_putc(b, names[i + 1]);
			return;
		}
	}
	strbuf_printf(b, "\\u%04x", c);
}

void strbuf_put_json(struct strbuf *b, const char *s)
{
	const char *end;

	if (!s) {
		strbuf_put(b, "null", 4);
		return;
	}
	end = s + strlen(s);
	strbuf_reserve(b, (size_t)(end - s) + 2);
	strbuf_putc(b, '"');
	while (s < end) {
		size_t n = plain_run(s, end);

		strbuf_put(b, s, n);
		s += n;
		if (s < end)
			put_escape(b, (unsigned char)*s++);
	}
	strbuf_putc(b, '"');
}
