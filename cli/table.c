/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables for a terminal.  Cells are cleaned and measured when they are put in, so
 * that printing only adds up widths, cuts the elastic columns and pads.
 */
#include "table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/timestamp.h"

#define GAP           2  /* blanks between columns */
#define ELASTIC_MIN   12 /* narrower than this, a cut text tells nothing */
#define WIDTH_DEFAULT 140
#define ELLIPSIS      "\xe2\x80\xa6"

struct cell {
	char *text;  /* owned */
	char *color; /* owned; NULL: plain */
	size_t width;
};

struct table {
	struct table_column *columns;
	size_t n_columns;
	struct cell *cells; /* row by row */
	size_t n_cells, room;
};

/* The code point of a character that utf8_length() found to be one. */
static uint32_t code_point(const char *s, size_t size)
{
	const unsigned char *u = (const unsigned char *)s;

	switch (size) {
	case 2:
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	case 3:
		return (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
	case 4:
		return (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 | (u[2] & 0x3fu) << 6 |
		       (u[3] & 0x3fu);
	}
	return u[0];
}

/* C0, DEL and C1 drive a terminal; the bidirectional ones make a text read as another. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

size_t table_plain(const char *text, struct strbuf *out)
{
	size_t left = strlen(text), width = 0;

	while (left) {
		const size_t size = utf8_length(text, left);

		if (size == 0 || is_control(code_point(text, size)))
			strbuf_putc(out, '?');
		else
			strbuf_put(out, text, size);
		text += size ? size : 1;
		left -= size ? size : 1;
		width++;
	}
	return width;
}

struct table *table_new(const struct table_column *columns, size_t n)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->columns = xcalloc(n, sizeof(*t->columns));
	memcpy(t->columns, columns, n * sizeof(*columns));
	t->n_columns = n;
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_cells; i++) {
		free(t->cells[i].text);
		free(t->cells[i].color);
	}
	free(t->cells);
	free(t->columns);
	free(t);
}

void table_cell(struct table *t, const char *text, const char *color)
{
	struct strbuf plain = {0};
	struct cell *cell;

	if (t->n_cells == t->room) {
		t->room = t->room ? t->room * 2 : 256;
		t->cells = xrealloc(t->cells, t->room * sizeof(*t->cells));
	}
	cell = &t->cells[t->n_cells++];
	cell->width = table_plain(text, &plain);
	cell->text = plain.data ? plain.data : xstrdup("");
	cell->color = color ? xstrdup(color) : NULL;
}

static size_t terminal_width(FILE *to)
{
	struct winsize size = {0};

	if (isatty(fileno(to)) && ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Takes one column off the widest elastic one; false when none can give. */
static bool narrow(const struct table *t, size_t *widths, size_t floor)
{
	size_t widest = SIZE_MAX;

	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i].elastic && widths[i] > floor &&
		    (widest == SIZE_MAX || widths[i] > widths[widest]))
			widest = i;
	if (widest == SIZE_MAX)
		return false;
	widths[widest]--;
	return true;
}

static void fit(const struct table *t, size_t *widths, size_t room)
{
	size_t total = GAP * (t->n_columns - 1);

	for (size_t i = 0; i < t->n_columns; i++)
		widths[i] = characters(t->columns[i].head);
	for (size_t i = 0; i < t->n_cells; i++)
		if (t->cells[i].width > widths[i % t->n_columns])
			widths[i % t->n_columns] = t->cells[i].width;
	for (size_t i = 0; i < t->n_columns; i++)
		total += widths[i];
	while (total > room && narrow(t, widths, ELASTIC_MIN))
		total--;
}

/* The first n characters of text. */
static size_t bytes_of(const char *text, size_t n)
{
	const char *p = text;

	while (*p && n) {
		p++;
		while ((*p & 0xc0) == 0x80)
			p++;
		n--;
	}
	return (size_t)(p - text);
}

/* A line being written: blanks are held back until something follows them. */
struct line {
	FILE *to;
	bool color;
	size_t blanks;
};

static void put_text(struct line *line, const char *text, size_t size)
{
	while (size && line->blanks) {
		fputc(' ', line->to);
		line->blanks--;
	}
	fwrite(text, 1, size, line->to);
}

static void put_cell(struct line *line, const struct cell *cell,
                     const struct table_column *column, size_t width)
{
	const bool cut = cell->width > width,
	           colored = line->color && cell->color && cell->width;
	const size_t pad = cut ? 0 : width - cell->width;

	line->blanks += column->right ? pad : 0;
	if (colored) {
		put_text(line, "\033[", 2);
		fprintf(line->to, "%sm", cell->color);
	}
	put_text(line, cell->text,
	         cut ? bytes_of(cell->text, width - 1) : strlen(cell->text));
	if (cut)
		fputs(ELLIPSIS, line->to);
	if (colored)
		fputs("\033[0m", line->to);
	line->blanks += (column->right ? 0 : pad) + GAP;
}

static void end_line(struct line *line)
{
	fputc('\n', line->to);
	line->blanks = 0;
}

static void put_head(const struct table *t, struct line *line, const size_t *widths)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		char *text = xstrdup(t->columns[i].head);
		char bold[] = "1";
		const struct cell head = {text, bold, characters(text)};

		put_cell(line, &head, &t->columns[i], widths[i]);
		free(text);
	}
	end_line(line);
}

void table_print(const struct table *t, FILE *to, bool color, size_t width)
{
	size_t *widths = xcalloc(t->n_columns, sizeof(*widths));
	struct line line = {.to = to, .color = color};

	fit(t, widths, width ? width : terminal_width(to));
	put_head(t, &line, widths);
	for (size_t i = 0; i < t->n_cells; i++) {
		const size_t c = i % t->n_columns;

		put_cell(&line, &t->cells[i], &t->columns[c], widths[c]);
		if (c + 1 == t->n_columns || i + 1 == t->n_cells)
			end_line(&line);
	}
	free(widths);
}

const char *table_due_words(long long due_usec, long long now_usec, char buf[32])
{
	long long left;

	buf[0] = '\0';
	if (due_usec == TIMESTAMP_NONE ||
	    __builtin_sub_overflow(due_usec, now_usec, &left) || left == INT64_MIN)
		return buf;

	const bool late = left < 0;
	const long long minutes = (late ? -left : left) / (60 * USEC_PER_SEC);
	const long long n = minutes < 60        ? minutes
	                    : minutes / 60 < 72 ? minutes / 60
	                                        : minutes / 1440;
	const char *unit = minutes < 60 ? "min" : minutes / 60 < 72 ? "h" : "days";

	if (late)
		snprintf(buf, 32, "%lld %s overdue", n, unit);
	else
		snprintf(buf, 32, "in %lld %s", n, unit);
	return buf;
}
