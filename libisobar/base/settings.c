/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings by table: what a key is called, what its value looks like and where it
 * goes stand in one row.  libinih splits the lines; types, bounds, unknown and
 * repeated keys are seen to here.
 */
#include "base/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"

#define SECRET_MAX 65536 /* bytes; a token or a key, no more */
#define LINE_SIZE  4096  /* of the file, its newline and a NUL included */

/* One file being read. */
struct load {
	const struct setting *table;
	size_t n;
	const char *path;
	struct arena *arena;
	void *target;
	FILE *file;
	unsigned int line;
	bool *seen; /* a row of the table each */
	int result; /* of the first fault */
	struct error *err;
};

void secret_done(struct secret *s)
{
	if (s->bytes)
		explicit_bzero(s->bytes, s->size);
	free(s->bytes);
	*s = (struct secret){0};
}

static void *field_of(const struct setting *row, void *target)
{
	return (char *)target + row->offset;
}

static int file_error(const char *path, struct error *err)
{
	enum error_code code = errno == ENOENT   ? ERR_NOT_FOUND
	                       : errno == EACCES ? ERR_DENIED
	                                         : ERR_INVALID;

	return error_set(err, code, "%s: %s", path, strerror(errno));
}

/* Up to size bytes, or -1. */
static ssize_t read_all(int fd, char *data, size_t size)
{
	size_t fill = 0;

	while (fill < size) {
		ssize_t n = read(fd, data + fill, size - fill);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		fill += (size_t)n;
	}
	return (ssize_t)fill;
}

static int read_secret(const char *path, struct secret *out, struct error *err)
{
	struct secret s = {0};
	ssize_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return file_error(path, err);
	/* Read without stdio, which would leave a copy in its buffer. */
	s.bytes = xcalloc(1, SECRET_MAX + 2);
	size = read_all(fd, s.bytes, SECRET_MAX + 1);
	s.size = SECRET_MAX + 1; /* so that all of it is overwritten */
	if (size < 0 || size > SECRET_MAX) {
		int rc = size < 0 ? file_error(path, err)
		                  : error_set(err, ERR_LIMIT, "%s: larger than %d bytes",
		                              path, SECRET_MAX);

		close(fd);
		secret_done(&s);
		return rc;
	}
	close(fd);
	if (size > 0 && s.bytes[size - 1] == '\n')
		size--;
	if (size > 0 && s.bytes[size - 1] == '\r')
		size--;
	secret_done(out);
	out->bytes = xcalloc(1, (size_t)size + 1);
	out->size = (size_t)size;
	memcpy(out->bytes, s.bytes, (size_t)size);
	secret_done(&s);
	return 0;
}

static int parse_bool(const char *text, bool *out, struct error *err)
{
	static const char *const words[] = {"false", "true", "no", "yes",
	                                    "off",   "on",   "0",  "1"};
	size_t i;

	for (i = 0; i < N_ELEMENTS(words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*out = i % 2 == 1;
			return 0;
		}
	}
	return error_set(err, ERR_INVALID, "neither true nor false: \"%.40s\"", text);
}

/* Digits at text; the first character after them, or NULL: none, or above UINT_MAX. */
static const char *parse_digits(const char *text, uint64_t *out)
{
	const char *p = text;

	*out = 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		*out = 10 * *out + (uint64_t)(*p - '0');
		if (*out > UINT_MAX)
			return NULL;
	}
	return p > text ? p : NULL;
}

static int parse_count(const char *text, unsigned int *out, struct error *err)
{
	uint64_t value;
	const char *end = parse_digits(text, &value);

	if (!end || *end != '\0')
		return error_set(err, ERR_INVALID, "not a number from 0 to %u: \"%.40s\"",
		                 UINT_MAX, text);
	*out = (unsigned int)value;
	return 0;
}

static int parse_duration(const char *text, unsigned int *out, struct error *err)
{
	static const struct {
		const char *name;
		unsigned int ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	uint64_t value;
	const char *unit = parse_digits(text, &value);
	size_t i;

	for (i = 0; unit && i < N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (value * units[i].ms > UINT_MAX)
			return error_set(err, ERR_INVALID, "longer than 49 days: \"%.40s\"",
			                 text);
		*out = (unsigned int)value * units[i].ms;
		return 0;
	}
	return error_set(err, ERR_INVALID,
	                 "no duration such as 500ms, 30s, 5m, 12h, 7d: \"%.40s\"", text);
}

static int set_field(const struct setting *row, const char *text, struct arena *a,
                     void *target, struct error *err)
{
	void *field = field_of(row, target);

	switch (row->type) {
	case SETTING_TEXT:
		*(const char **)field = arena_strdup(a, text);
		return 0;
	case SETTING_BOOL:
		return parse_bool(text, field, err);
	case SETTING_COUNT:
		return parse_count(text, field, err);
	case SETTING_DURATION:
		return parse_duration(text, field, err);
	case SETTING_SECRET_FILE:
		return read_secret(text, field, err);
	}
	return error_set(err, ERR_INTERNAL, "setting %s has no type", row->key);
}

static const struct setting *find_row(const struct load *l, const char *section,
                                      const char *key)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->table[i].section, section) == 0 &&
		    strcmp(l->table[i].key, key) == 0)
			return &l->table[i];
	return NULL;
}

static int take_line(struct load *l, const char *section, const char *key, const char *text)
{
	const struct setting *row = find_row(l, section, key);
	int rc;

	if (!row)
		return error_set(l->err, ERR_INVALID, "unknown key \"%s\" in [%s]", key,
		                 section);
	if (l->seen[row - l->table])
		return error_set(l->err, ERR_INVALID, "[%s] %s: set twice", section, key);
	l->seen[row - l->table] = true;
	rc = set_field(row, text, l->arena, l->target, l->err);
	return rc < 0 ? error_wrap(l->err, "[%s] %s", section, key) : 0;
}

/* For libinih: 1 goes on.  It reads on after a fault; only the first one counts. */
static int on_line(void *ctx, const char *section, const char *key, const char *text)
{
	struct load *l = ctx;

	if (l->result == 0)
		l->result = take_line(l, section, key, text ? text : "");
	return l->result == 0;
}

/* For libinih, which hands no line numbers out: counts, and ends after a fault. */
static char *next_line(char *buf, int size, void *ctx)
{
	struct load *l = ctx;

	if (l->result != 0 || !fgets(buf, size, l->file))
		return NULL;
	l->line++;
	if (strlen(buf) == (size_t)size - 1 && buf[size - 2] != '\n' && !feof(l->file)) {
		l->result = error_set(l->err, ERR_INVALID, "line longer than %d bytes",
		                      size - 2);
		return NULL;
	}
	return buf;
}

static int read_file(struct load *l)
{
	int faulty_line;

	l->file = fopen(l->path, "re");
	if (!l->file)
		return file_error(l->path, l->err);
	/* Its own 200 bytes on the stack are short for a connection string. */
	ini_use_stack = false;
	ini_max_line = LINE_SIZE;
	ini_initial_alloc = LINE_SIZE;
	faulty_line = ini_parse_stream(next_line, l, on_line, l);
	if (faulty_line == -2)
		mem_exhausted(LINE_SIZE);
	if (ferror(l->file) && l->result == 0)
		l->result = error_set(l->err, ERR_INVALID, "cannot be read");
	fclose(l->file);
	/* libinih names the first faulty line, which may be one it could not split. */
	if (faulty_line > 0 && (l->result == 0 || (unsigned int)faulty_line < l->line)) {
		l->line = (unsigned int)faulty_line;
		l->result =
		        error_set(l->err, ERR_INVALID, "neither [section] nor key = value");
	}
	return l->result == 0 ? 0 : error_wrap(l->err, "%s:%u", l->path, l->line);
}

int settings_load(const struct setting *table, size_t n, const char *path, struct arena *a,
                  void *target, struct error *err)
{
	struct load l = {.table = table,
	                 .n = n,
	                 .path = path,
	                 .arena = a,
	                 .target = target,
	                 .err = err};
	size_t i;

	l.seen = ARENA_ARRAY(a, bool, n);
	if (path && read_file(&l) < 0)
		return err->code;
	for (i = 0; i < n; i++) {
		if (l.seen[i] || !table[i].fallback)
			continue;
		if (set_field(&table[i], table[i].fallback, a, target, err) < 0)
			return error_wrap(err, "default of [%s] %s", table[i].section,
			                  table[i].key);
	}
	return 0;
}

static void put_upper(struct strbuf *b, const char *s)
{
	for (; *s; s++) {
		if (*s >= 'a' && *s <= 'z')
			strbuf_putc(b, (char)(*s - 'a' + 'A'));
		else if (*s == '-' || *s == '.')
			strbuf_putc(b, '_');
		else
			strbuf_putc(b, *s);
	}
}

int settings_apply_environment(const struct setting *table, size_t n, settings_getter get,
                               void *ctx, struct arena *a, void *target, struct error *err)
{
	struct strbuf name = {0};
	int rc = 0;
	size_t i;

	for (i = 0; i < n && rc == 0; i++) {
		const char *text;

		strbuf_reset(&name);
		strbuf_puts(&name, "ISOBAR_");
		put_upper(&name, table[i].section);
		strbuf_putc(&name, '_');
		put_upper(&name, table[i].key);
		text = get(strbuf_text(&name), ctx);
		if (text && *text && set_field(&table[i], text, a, target, err) < 0)
			rc = error_wrap(err, "%s", strbuf_text(&name));
	}
	strbuf_done(&name);
	return rc;
}

static bool is_empty(const struct setting *row, const void *target)
{
	const void *field = (const char *)target + row->offset;
	const char *text;

	switch (row->type) {
	case SETTING_TEXT:
		text = *(const char *const *)field;
		return !text || *text == '\0';
	case SETTING_BOOL:
		return false;
	case SETTING_COUNT:
	case SETTING_DURATION:
		return *(const unsigned int *)field == 0;
	case SETTING_SECRET_FILE:
		return ((const struct secret *)field)->size == 0;
	}
	return true;
}

int settings_check(const struct setting *table, size_t n, const void *target,
                   struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((table[i].flags & SETTING_REQUIRED) && is_empty(&table[i], target))
			return error_set(err, ERR_INVALID, "[%s] %s is required",
			                 table[i].section, table[i].key);
	return 0;
}
