/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits and decodes the query of a URL.  What a lenient reader would pass over is a
 * mistake of the caller here and named, since a filter that is silently dropped
 * answers another question than the one that was asked.
 */
#include "query_string.h"

#include <ctype.h>
#include <string.h>

#include "base/attr.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* NULL: a broken escape. */
static const char *decode(const char *text, size_t size, struct arena *a)
{
	char *out = arena_alloc(a, size + 1);
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] != '%') {
			out[n++] = text[i] == '+' ? ' ' : text[i];
			continue;
		}
		const int high = size - i > 2 ? hex_value(text[i + 1]) : -1;
		const int low = size - i > 2 ? hex_value(text[i + 2]) : -1;

		if (high < 0 || low < 0)
			return NULL;
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	out[n] = '\0';
	/* A NUL would hide what stands behind it. */
	return strlen(out) == n ? out : NULL;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

static bool complain(struct parameter_fault *fault, const char *parameter,
                     const char *detail)
{
	*fault = (struct parameter_fault){parameter, detail};
	return false;
}

static bool is_given(const struct query_string *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (strcmp(q->parameters[i].name, name) == 0)
			return true;
	return false;
}

/* A name that can be shown in an answer; what can't is not repeated. */
static const char *shown(const char *name)
{
	return name && !has_control(name) &&
	                       utf8_valid_size(name, strlen(name)) == strlen(name) &&
	                       strlen(name) <= 64
	               ? name
	               : "";
}

static bool take(const char *pair, size_t size, struct arena *a, struct query_string *out,
                 struct parameter_fault *fault)
{
	const char *equals = memchr(pair, '=', size);
	const size_t name_size = equals ? (size_t)(equals - pair) : size;
	const char *name = decode(pair, name_size, a);
	const char *value = equals ? decode(equals + 1, size - name_size - 1, a) : "";

	if (!name || !*name)
		return complain(fault, "", "a parameter has no name, or a broken one");
	if (!value)
		return complain(fault, shown(name),
		                "is not percent-encoded as RFC 3986 wants it");
	if (utf8_valid_size(name, strlen(name)) != strlen(name) ||
	    utf8_valid_size(value, strlen(value)) != strlen(value))
		return complain(fault, shown(name), "is not UTF-8");
	if (has_control(name) || has_control(value))
		return complain(fault, shown(name), "holds a control character");
	if (strlen(value) > QUERY_MAX_VALUE)
		return complain(fault, shown(name), "is too long");
	if (is_given(out, name))
		return complain(fault, shown(name), "is given more than once");
	if (out->n == N_ELEMENTS(out->parameters))
		return complain(fault, shown(name), "is one parameter too many");
	out->parameters[out->n++] = (struct query_parameter){name, value};
	return true;
}

bool query_string_read(const char *text, struct arena *a, struct query_string *out,
                       struct parameter_fault *fault)
{
	out->n = 0;
	while (text && *text) {
		const size_t size = strcspn(text, "&");

		if (size > 0 && !take(text, size, a, out, fault))
			return false;
		text += size + (text[size] == '&');
	}
	return true;
}

void query_string_put(struct strbuf *b, const char *value)
{
	for (; *value; value++) {
		const unsigned char c = (unsigned char)*value;

		if (isalnum(c) || strchr("-._~", c))
			strbuf_putc(b, (char)c);
		else
			strbuf_printf(b, "%%%02X", c);
	}
}
