/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a file of sections line by line.
 */
#include "base/section_file.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

#define NAME_SIZE_MAX 60

static const char name_alphabet[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

int section_file_fault(const struct section_file *f, const char *fmt, ...)
{
	char what[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return error_set(f->err, ERR_INVALID, "%s:%d: %s", f->file, f->line, what);
}

char *text_trim(char *text)
{
	char *end = text + strlen(text);

	while (isspace((unsigned char)*text))
		text++;
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

static const char *upper(const struct section_file *f)
{
	char *out = arena_strdup(f->arena, f->thing);

	for (char *p = out; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return out;
}

static int end_section(struct section_file *f, const struct section_calls *calls, void *ctx)
{
	const int line = f->line;
	const int rc = f->n ? calls->end(ctx) : 0;

	f->line = line;
	return rc;
}

static int begin_section(struct section_file *f, char *line,
                         const struct section_calls *calls, void *ctx)
{
	const size_t size = strlen(line);
	const int rc = end_section(f, calls, ctx);

	if (rc < 0)
		return rc;
	if (line[size - 1] != ']')
		return section_file_fault(f, "a %s begins with [NAME]", f->thing);
	line[size - 1] = '\0';
	const char *name = text_trim(line + 1);

	if (!*name || strlen(name) > NAME_SIZE_MAX ||
	    strspn(name, name_alphabet) != strlen(name))
		return section_file_fault(
		        f,
		        "a %s's name has 1 to %d letters, digits, \"-\", \"_\" and \".\", "
		        "not \"%.80s\"",
		        f->thing, NAME_SIZE_MAX, name);
	f->n++;
	return calls->begin(ctx, name);
}

static int take_line(struct section_file *f, char *line, const struct section_calls *calls,
                     void *ctx)
{
	char *equals;

	line = text_trim(line);
	if (utf8_valid_size(line, strlen(line)) != strlen(line))
		return section_file_fault(f, "is no UTF-8");
	for (const char *at = line; *at; at++)
		if (iscntrl((unsigned char)*at) && *at != '\t')
			return section_file_fault(f, "holds a control character");
	if (!*line || *line == '#' || *line == ';')
		return 0;
	if (*line == '[')
		return begin_section(f, line, calls, ctx);
	equals = strchr(line, '=');
	if (!equals)
		return section_file_fault(
		        f, "wants KEY = VALUE, [%s] or # COMMENT, not \"%.60s\"", upper(f),
		        line);
	*equals = '\0';
	char *key = text_trim(line);
	const char *value = text_trim(equals + 1);

	if (!f->n)
		return section_file_fault(f, "\"%.60s\" stands before the first [%s]", key,
		                          upper(f));
	if (!*value)
		return section_file_fault(f, "\"%.60s\" has no value", key);
	return calls->pair(ctx, key, value);
}

int section_file_read(struct section_file *f, const char *text,
                      const struct section_calls *calls, void *ctx)
{
	int rc = 0;

	f->line = f->n = 0;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	for (const char *at = text; *at && rc == 0;) {
		const size_t size = strcspn(at, "\n");

		f->line++;
		rc = take_line(f, arena_strndup(f->arena, at, size), calls, ctx);
		at += size + (at[size] == '\n');
	}
	if (rc == 0)
		rc = end_section(f, calls, ctx);
	if (rc == 0 && !f->n)
		return error_set(f->err, ERR_INVALID, "%s: holds no %s", f->file, f->thing);
	return rc;
}
