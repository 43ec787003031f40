/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts delimited text into rows and writes a row as a JSON object of texts, so that
 * formats read an export of a portal like a page of its API.  The scan keeps its
 * place between pieces; it knows nothing of buffers and files.
 */
#include "csv_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool csv_scan_row(struct csv_scan *s, char delimiter, const char *text, size_t size,
                  size_t *used)
{
	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		s->lines += c == '\n';
		if (s->after_quote) {
			s->after_quote = false;
			if (c == '"')
				continue;
			s->quoted = false;
		}
		if (s->quoted) {
			s->after_quote = c == '"';
			continue;
		}
		if (c == '\n') {
			*used = i + 1;
			return true;
		}
		if (c == '"' && !s->in_cell)
			s->quoted = true;
		s->in_cell = c != delimiter;
	}
	*used = size;
	return false;
}

char csv_sniff(const char *line, size_t size)
{
	static const char candidates[] = {',', ';', '\t', '|'};
	size_t counts[sizeof(candidates)] = {0};
	size_t best = 0;
	bool quoted = false;

	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)line[i] < ' ' && line[i] != '\t' && line[i] != '\r')
			return 0;
		if (line[i] == '"')
			quoted = !quoted;
		for (size_t k = 0; !quoted && k < sizeof(candidates); k++)
			counts[k] += line[i] == candidates[k];
	}
	for (size_t k = 1; k < sizeof(candidates); k++)
		if (counts[k] > counts[best])
			best = k;
	return counts[best] > 0 ? candidates[best] : 0;
}

bool csv_is_blank(const char *row, size_t size, char delimiter)
{
	for (size_t i = 0; i < size; i++)
		if (row[i] != delimiter && row[i] != '\r' && row[i] != '\n')
			return false;
	return true;
}

bool csv_has_cell(const char *line, size_t size, const char *const *cells)
{
	const char delimiter = csv_sniff(line, size);
	const char *end = line + size;

	if (size > 0 && line[size - 1] == '\r')
		end--;
	while (delimiter && line < end) {
		const char *stop = memchr(line, delimiter, (size_t)(end - line));
		const char *text = line;
		size_t n = (size_t)((stop ? stop : end) - line);

		if (n >= 2 && text[0] == '"') {
			text++;
			n -= text[n - 2] == '"' ? 2 : 1;
		}
		for (const char *const *cell = cells; *cell; cell++)
			if (strlen(*cell) == n && memcmp(*cell, text, n) == 0)
				return true;
		line = stop ? stop + 1 : end;
	}
	return false;
}

/* One cell after another: its text without quotes goes to cell. */
struct cells {
	const char *next, *end;
	char delimiter;
	bool more;
};

static struct cells cells_of(const char *row, size_t size, char delimiter)
{
	struct cells it = {row, row + size, delimiter, true};

	if (size > 0 && it.end[-1] == '\n')
		it.end--;
	if (it.end > row && it.end[-1] == '\r')
		it.end--;
	return it;
}

static bool next_cell(struct cells *it, struct strbuf *cell)
{
	const char *stop;

	strbuf_reset(cell);
	if (!it->more)
		return false;
	if (it->next < it->end && *it->next == '"') {
		const char *from = it->next + 1;

		for (;;) {
			const char *quote = memchr(from, '"', (size_t)(it->end - from));

			if (!quote)
				quote = it->end;
			strbuf_put(cell, from, (size_t)(quote - from));
			it->next = quote < it->end ? quote + 1 : it->end;
			if (it->next == it->end || *it->next != '"')
				break;
			strbuf_putc(cell, '"');
			from = it->next + 1;
		}
	}
	/* The whole cell, or what stands behind its quotes against the standard. */
	stop = memchr(it->next, it->delimiter, (size_t)(it->end - it->next));
	it->more = stop != NULL;
	if (!stop)
		stop = it->end;
	strbuf_put(cell, it->next, (size_t)(stop - it->next));
	it->next = stop + it->more;
	return true;
}

static void put_json(struct strbuf *out, const struct strbuf *cell)
{
	static const char hex[] = "0123456789abcdef";
	const char *text = strbuf_text(cell);
	size_t plain = 0;

	strbuf_putc(out, '"');
	for (size_t i = 0; i < cell->size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		strbuf_put(out, text + plain, i - plain);
		plain = i + 1;
		strbuf_putc(out, '\\');
		if (c == '\n') {
			strbuf_putc(out, 'n');
		} else if (c == '"' || c == '\\') {
			strbuf_putc(out, (char)c);
		} else {
			strbuf_puts(out, "u00");
			strbuf_putc(out, hex[c >> 4]);
			strbuf_putc(out, hex[c & 15]);
		}
	}
	strbuf_put(out, text + plain, cell->size - plain);
	strbuf_putc(out, '"');
}

static bool is_known(const struct csv_header *h, const char *name)
{
	for (size_t i = 0; i < h->n_names; i++)
		if (strcmp(h->names[i], name) == 0)
			return true;
	return false;
}

static void trim(struct strbuf *cell)
{
	size_t from = 0;

	while (cell->size > 0 && strchr(" \t\r\n", cell->data[cell->size - 1]))
		cell->data[--cell->size] = '\0';
	while (from < cell->size && strchr(" \t\r\n", cell->data[from]))
		from++;
	if (from > 0) {
		memmove(cell->data, cell->data + from, cell->size - from + 1);
		cell->size -= from;
	}
}

/* Adds the name, with _2, _3, ... behind it until no column before it is so called. */
static void add_name(struct csv_header *h, struct strbuf *cell)
{
	struct strbuf json = {0};
	size_t base;

	trim(cell);
	if (cell->size == 0)
		strbuf_printf(cell, "column_%zu", h->n_names + 1);
	base = cell->size;
	put_json(&json, cell);
	for (unsigned int n = 2; is_known(h, strbuf_text(&json)); n++) {
		cell->size = base;
		strbuf_printf(cell, "_%u", n);
		strbuf_reset(&json);
		put_json(&json, cell);
	}
	h->names[h->n_names++] = xstrdup(strbuf_text(&json));
	strbuf_done(&json);
}

bool csv_header_read(struct csv_header *h, char delimiter, const char *row, size_t size)
{
	struct cells it = cells_of(row, size, delimiter);
	struct strbuf cell = {0};

	h->delimiter = delimiter;
	h->n_names = 0;
	h->names = xcalloc(CSV_MAX_COLUMNS, sizeof(*h->names));
	while (h->n_names < CSV_MAX_COLUMNS && next_cell(&it, &cell))
		add_name(h, &cell);
	strbuf_done(&cell);
	return !it.more;
}

void csv_header_done(struct csv_header *h)
{
	for (size_t i = 0; i < h->n_names; i++)
		free(h->names[i]);
	free(h->names);
	*h = (struct csv_header){0};
}

const char *csv_row_to_json(const struct csv_header *h, const char *row, size_t size,
                            uint64_t line, struct strbuf *out, char *problem, size_t room)
{
	struct cells it = cells_of(row, size, h->delimiter);
	struct strbuf cell = {0};
	const char *verdict = NULL;
	size_t n = 0;

	strbuf_putc(out, '{');
	for (; next_cell(&it, &cell); n++) {
		if (n >= h->n_names)
			continue;
		if (cell.size > CSV_MAX_CELL) {
			(void)snprintf(problem, room,
			               "line %llu: a cell is larger than %d bytes",
			               (unsigned long long)line, CSV_MAX_CELL);
			verdict = problem;
			break;
		}
		if (n > 0)
			strbuf_putc(out, ',');
		strbuf_puts(out, h->names[n]);
		strbuf_putc(out, ':');
		put_json(out, &cell);
	}
	strbuf_putc(out, '}');
	strbuf_done(&cell);
	if (!verdict && n != h->n_names) {
		(void)snprintf(problem, room,
		               "line %llu: %zu cells, but the header has %zu",
		               (unsigned long long)line, n, h->n_names);
		verdict = problem;
	}
	return verdict;
}
