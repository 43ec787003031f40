/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a table into claims: one level a row, or one column a field.
 */
#include "context_csv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json_view.h"
#include "base/mem.h"

#include "collector/csv_records.h"

#define ROW_MAX    (1u << 20)
#define REASON_MAX 400

enum column {
	COLUMN_ASSET = N_CONTEXT_FIELDS, /* below: the fields of the wide form */
	COLUMN_FIELD,
	COLUMN_LEVEL,
	COLUMN_REASON,
	COLUMN_DECIDED,
	N_COLUMNS
};

static const char *const column_names[N_COLUMNS] = {
        [COLUMN_ASSET] = "asset",   [COLUMN_FIELD] = "field",     [COLUMN_LEVEL] = "level",
        [COLUMN_REASON] = "reason", [COLUMN_DECIDED] = "decided",
};

struct reader {
	const char *file;
	int line; /* where the row begins */
	struct arena *arena;
	struct csv_header header;
	int columns[CSV_MAX_COLUMNS]; /* enum column of each */
	bool has[N_COLUMNS];
	struct json_doc *doc;
	struct strbuf json;
	struct context_table *out;
	size_t room;
	struct error *err;
};

static const char *column_name(int column)
{
	return column < N_CONTEXT_FIELDS ? context_field_name((enum context_field)column)
	                                 : column_names[column];
}

/* --- header --- */

static const char *known_columns(const struct reader *r)
{
	const char *out = "asset, field, level, reason, decided";

	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		out = arena_printf(r->arena, "%s, %s", out, column_name(i));
	return out;
}

static int take_column(struct reader *r, size_t place, const char *name)
{
	for (int i = 0; i < N_COLUMNS; i++) {
		if (strcasecmp(name, column_name(i)) != 0)
			continue;
		if (r->has[i])
			return error_set(r->err, ERR_INVALID,
			                 "%s:%d: column \"%s\" stands there twice", r->file,
			                 r->line, column_name(i));
		r->has[i] = true;
		r->columns[place] = i;
		return 0;
	}
	return error_set(r->err, ERR_INVALID, "%s:%d: unknown column \"%.40s\"; known: %s",
	                 r->file, r->line, name, known_columns(r));
}

/* One form or the other, and whose context it is. */
static int check_columns(const struct reader *r)
{
	bool wide = false;

	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		wide |= r->has[i];
	if (!r->has[COLUMN_ASSET])
		return error_set(r->err, ERR_INVALID, "%s:%d: no column \"asset\"", r->file,
		                 r->line);
	if (r->has[COLUMN_FIELD] != r->has[COLUMN_LEVEL] || wide == r->has[COLUMN_FIELD])
		return error_set(
		        r->err, ERR_INVALID,
		        "%s:%d: wants the columns field and level, or one for each "
		        "field (exposure, criticality, ...)",
		        r->file, r->line);
	return 0;
}

static int parse_text(struct reader *r, const char *text, struct json_view *out)
{
	if (json_doc_parse(r->doc, text, strlen(text), out, r->err) < 0)
		return error_wrap(r->err, "%s:%d", r->file, r->line);
	return 0;
}

static int read_header(struct reader *r, const char *row, size_t size)
{
	size_t line_size = size;
	char delimiter;
	int rc = 0;

	while (line_size && (row[line_size - 1] == '\n' || row[line_size - 1] == '\r'))
		line_size--;
	delimiter = csv_sniff(row, line_size);
	if (!delimiter || !csv_header_read(&r->header, delimiter, row, size))
		return error_set(r->err, ERR_INVALID,
		                 "%s:%d: no header line; known columns: %s", r->file,
		                 r->line, known_columns(r));
	for (size_t i = 0; i < r->header.n_names && rc == 0; i++) {
		struct json_view name;
		const char *text;

		if ((rc = parse_text(r, r->header.names[i], &name)) < 0)
			return rc;
		rc = json_view_text(name, &text) ? take_column(r, i, text) : 0;
	}
	return rc == 0 ? check_columns(r) : rc;
}

/* --- rows --- */

static int fault(const struct reader *r, const char *what, const char *value,
                 const char *known)
{
	return error_set(r->err, ERR_INVALID, "%s:%d: %s \"%.60s\"%s%s", r->file, r->line,
	                 what, value, *known ? "; known: " : "", known);
}

static const char *known_names(const struct reader *r, enum context_field field)
{
	const char *out = "", *name;

	for (int i = 0; (name = context_level_name(field, i)) != NULL; i++)
		if (strcmp(name, "unknown") != 0)
			out = arena_printf(r->arena, "%s%s, ", out, name);
	return arena_printf(r->arena, "%s- (takes back)", out);
}

static int add_claim(struct reader *r, const struct operator_claim *about,
                     enum context_field field, const char *word)
{
	struct context_table *out = r->out;
	const int level = context_level_parse(field, word);

	if (strcmp(word, "-") != 0 && (level < 0 || strcmp(word, "unknown") == 0))
		return fault(
		        r, arena_printf(r->arena, "unknown %s", context_field_name(field)),
		        word, known_names(r, field));
	if (out->n == r->room) {
		r->room = 2 * r->room + 64;
		struct operator_claim *more =
		        ARENA_ARRAY(r->arena, struct operator_claim, r->room);

		if (out->n)
			memcpy(more, out->claims, out->n * sizeof(*more));
		out->claims = more;
	}
	out->claims[out->n] = *about;
	out->claims[out->n].field = field;
	out->claims[out->n++].level = level;
	return 0;
}

static int take_decided(const struct reader *r, const char *word, bool *out)
{
	static const char *const yes[] = {"yes", "true", "1"};
	static const char *const no[] = {"", "no", "false", "0"};

	for (size_t i = 0; i < N_ELEMENTS(no); i++) {
		if (strcasecmp(word, no[i]) == 0)
			return 0;
		if (i < N_ELEMENTS(yes) && strcasecmp(word, yes[i]) == 0) {
			*out = true;
			return 0;
		}
	}
	return fault(r, "decided is yes or no, not", word, "");
}

static int take_cells(struct reader *r, const char *const cells[N_COLUMNS])
{
	struct operator_claim about = {.line = r->line, .asset = cells[COLUMN_ASSET]};
	bool said = false;
	int rc;

	about.reason = cells[COLUMN_REASON];
	if (!*about.asset)
		return error_set(r->err, ERR_INVALID, "%s:%d: no asset", r->file, r->line);
	if (strlen(about.reason) > REASON_MAX)
		return error_set(r->err, ERR_INVALID,
		                 "%s:%d: the reason has more than %d bytes", r->file,
		                 r->line, REASON_MAX);
	if ((rc = take_decided(r, cells[COLUMN_DECIDED], &about.decided)) < 0)
		return rc;
	if (r->has[COLUMN_FIELD]) {
		const int field = context_field_parse(cells[COLUMN_FIELD]);

		if (field < 0)
			return fault(r, "unknown field", cells[COLUMN_FIELD],
			             "exposure, criticality, sensitivity, privilege, "
			             "environment");
		return add_claim(r, &about, (enum context_field)field, cells[COLUMN_LEVEL]);
	}
	for (int i = 0; i < N_CONTEXT_FIELDS && rc == 0; i++) {
		if (!*cells[i])
			continue;
		said = true;
		rc = add_claim(r, &about, (enum context_field)i, cells[i]);
	}
	if (rc == 0 && !said)
		return error_set(r->err, ERR_INVALID, "%s:%d: says nothing of \"%.80s\"",
		                 r->file, r->line, about.asset);
	return rc;
}

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
	const char *cells[N_COLUMNS], *problem;
	struct json_view record;
	struct json_items it;
	char why[200];
	int rc;

	for (int i = 0; i < N_COLUMNS; i++)
		cells[i] = "";
	strbuf_reset(&r->json);
	problem = csv_row_to_json(&r->header, row, size, (uint64_t)r->line, &r->json, why,
	                          sizeof(why));
	if (problem) {
		const char *what = strstr(problem, ": "); /* behind its own "line 2" */

		return error_set(r->err, ERR_INVALID, "%s:%d: %s", r->file, r->line,
		                 what ? what + 2 : problem);
	}
	if ((rc = parse_text(r, strbuf_text(&r->json), &record)) < 0 ||
	    (rc = json_view_get_items(record, "", &it, r->err)) < 0)
		return rc;
	for (size_t i = 0; json_items_next(&it) && i < r->header.n_names; i++) {
		const char *text;

		if (json_view_text(it.value, &text))
			cells[r->columns[i]] = cell_text(text, r->arena);
	}
	return take_cells(r, cells);
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
		line += (int)scan.lines;
		text += used;
		size -= used;
	}
	if (rc == 0 && !r->out->n)
		return error_set(r->err, ERR_INVALID, "%s: holds no row", r->file);
	return rc;
}

int context_csv_read(const char *file, const struct strbuf *text, struct arena *a,
                     struct context_table *out, struct error *err)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	int rc;

	*out = (struct context_table){0};
	*r = (struct reader){.file = file, .arena = a, .out = out, .err = err};
	r->doc = json_doc_new(ROW_MAX, 4);
	rc = read_all(r, strbuf_text(text), text->size);
	json_doc_free(r->doc);
	csv_header_done(&r->header);
	strbuf_done(&r->json);
	free(r);
	return rc;
}
