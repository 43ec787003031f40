/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills a caller's struct error.  Texts quote foreign data now and then, so they
 * are made one line of UTF-8 here, once: control characters become blanks, stray
 * bytes question marks, and a text too long is cut between two characters.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

/* Copies what fits; an error's text is always one line of UTF-8, as it gets stored. */
static void set_text(struct error *err, const char *text)
{
	size_t left = strlen(text), size = 0;

	while (left > 0) {
		size_t n = utf8_length(text, left);
		const char *part = text;

		if (n == 0) {
			n = 1;
			part = "?";
		} else if ((unsigned char)*text < ' ' || *text == 0x7f) {
			part = " ";
		}
		if (size + n >= ERROR_TEXT_MAX)
			break;
		memcpy(err->text + size, part, n);
		size += n;
		text += n;
		left -= n;
	}
	err->text[size] = '\0';
}

int error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	char text[2 * ERROR_TEXT_MAX]; /* apart: an argument may be err->text */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err->code = code;
	err->retry_after_ms = 0;
	set_text(err, text);
	return code;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
	char context[ERROR_TEXT_MAX], text[2 * ERROR_TEXT_MAX + 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s: %s", context, err->text);
	set_text(err, text);
	return err->code;
}

const char *error_code_name(enum error_code code)
{
	switch (code) {
	case ERR_INVALID:
		return "invalid";
	case ERR_NOT_FOUND:
		return "not found";
	case ERR_CONFLICT:
		return "conflict";
	case ERR_DENIED:
		return "denied";
	case ERR_THROTTLED:
		return "throttled";
	case ERR_TRANSIENT:
		return "transient";
	case ERR_LIMIT:
		return "limit";
	case ERR_INTERNAL:
		return "internal";
	}
	return "unknown";
}
