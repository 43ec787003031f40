/* SPDX-License-Identifier: Apache-2.0 */
#include "csv_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json_view.h"
#include "base/mem.h"

#include "collector/csv_records.h"

#define ROW_MAX (1u << 20)

struct reader {
	const struct csv_table *table;
	void *ctx;
	const char *file;
	int line; /* where the row begins */
	int n_rows;
	struct arena *arena;
	struct csv_header header;
	size_t columns[CSV_MAX_COLUMNS]; /* which of the table's each is */
	bool has[CSV_TABLE_COLUMNS_MAX];
	struct json_doc *doc;
	struct strbuf json;
	struct error *err;
};

/* --- header --- */

static int take_column(struct reader *r, size_t place, const char *name)
{
	for (size_t i = 0; i < r->table->n_columns; i++) {
		if (strcasecmp(name, r->table->columns[i]) != 0)
			continue;
		if (r->has[i])
			return error_set(r->err, ERR_INVALID,
			                 "column \"%s\" stands there twice",
			                 r->table->columns[i]);
		r->has[i] = true;
		r->columns[place] = i;
		return 0;
	}
	return error_set(r->err, ERR_INVALID, "unknown column \"%.40s\"; known: %s", name,
	                 r->table->known);
}

static int read_header(struct reader *r, const char *row, size_t size)
{
	size_t line_size = size;
	char delimiter;
	int rc = 0;

	while (line_size && (row[line_size - 1] == '\n' || row[line_size - 1] == '\r'))
		line_size--;
	delimiter = csv_sniff(row, line_size);
	if (!delimiter && line_size)
		delimiter = ','; /* one column */
	if (!delimiter || !csv_header_read(&r->header, delimiter, row, size))
		return error_set(r->err, ERR_INVALID, "no header line; known columns: %s",
		                 r->table->known);
	for (size_t i = 0; i < r->header.n_names && rc == 0; i++) {
		const char *json = r->header.names[i], *text;
		struct json_view name;

		if ((rc = json_doc_parse(r->doc, json, strlen(json), &name, r->err)) < 0)
			return rc;
		rc = json_view_text(name, &text) ? take_column(r, i, text) : 0;
	}
	return rc == 0 ? r->table->check(r->ctx, r->has, r->err) : rc;
}

/* --- rows --- */

/* Without blanks around it; what moves a terminal or a line is a blank. */
static const char *cell_text(const char *text, struct arena *a)
{
	char *out;
	size_t size;

	while (isspace((unsigned char)*text))
		text++;
	out = arena_strdup(a, text);
	size = strlen(out);
	while (size && isspace((unsigned char)out[size - 1]))
		out[--size] = '\0';
	for (size_t i = 0; i < size; i++)
		if (iscntrl((unsigned char)out[i]))
			out[i] = ' ';
	return out;
}

static int read_row(struct reader *r, const char *row, size_t size)
{
	const char *cells[CSV_TABLE_COLUMNS_MAX], *problem;
	struct json_view record;
	struct json_items it;
	char why[200];
	int rc;

	for (size_t i = 0; i < r->table->n_columns; i++)
		cells[i] = "";
	strbuf_reset(&r->json);
	problem = csv_row_to_json(&r->header, row, size, (uint64_t)r->line, &r->json, why,
	                          sizeof(why));
	if (problem) {
		const char *what = strstr(problem, ": "); /* behind its own "line 2" */

		return error_set(r->err, ERR_INVALID, "%s", what ? what + 2 : problem);
	}
	if ((rc = json_doc_parse(r->doc, strbuf_text(&r->json), r->json.size, &record,
	                         r->err)) < 0 ||
	    (rc = json_view_get_items(record, "", &it, r->err)) < 0)
		return rc;
	for (size_t i = 0; json_items_next(&it) && i < r->header.n_names; i++) {
		const char *text;

		if (json_view_text(it.value, &text))
			cells[r->columns[i]] = cell_text(text, r->arena);
	}
	r->n_rows++;
	return r->table->take(r->ctx, r->line, cells, r->err);
}

static int read_all(struct reader *r, const char *text, size_t size)
{
	int rc = 0, line = 1;

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		size -= 3;
	}
	while (size && rc == 0) {
		struct csv_scan scan = {0};
		size_t used;

		csv_scan_row(&scan, r->header.n_names ? r->header.delimiter : ',', text,
		             size, &used);
		r->line = line;
		if (!r->header.n_names)
			rc = read_header(r, text, used);
		else if (!csv_is_blank(text, used, r->header.delimiter))
			rc = read_row(r, text, used);
		if (rc < 0)
			return error_wrap(r->err, "%s:%d", r->file, r->line);
		line += (int)scan.lines;
		text += used;
		size -= used;
	}
	if (!r->n_rows)
		return error_set(r->err, ERR_INVALID, "%s: holds no row", r->file);
	return 0;
}

int csv_table_read(const char *file, const struct strbuf *text,
                   const struct csv_table *table, void *ctx, struct arena *a,
                   struct error *err)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	int rc;

	*r = (struct reader){
	        .table = table, .ctx = ctx, .file = file, .arena = a, .err = err};
	r->doc = json_doc_new(ROW_MAX, 4);
	rc = read_all(r, strbuf_text(text), text->size);
	json_doc_free(r->doc);
	csv_header_done(&r->header);
	strbuf_done(&r->json);
	free(r);
	return rc;
}
