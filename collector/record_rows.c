/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the record reader for delimited text: finds the header, behind what a
 * report may say of itself, and gives each row as a JSON object.
 */
#include <string.h>

#include "base/strbuf.h"

#include "csv_records.h"
#include "record_reader_private.h"

#define MAX_HEADER     (64 * 1024)
#define PREAMBLE_LINES 16
#define PREAMBLE_MAX   (16 * 1024)

/* Passes one row, *from set to its first byte; 0 at the end of the file. */
static int pass_row(struct record_reader *r, struct csv_scan *scan, uint64_t *from,
                    struct error *err)
{
	bool ended = false;
	char c;
	int rc;

	*scan = (struct csv_scan){0};
	*from = r->w.pos;
	while (!ended && (rc = window_peek(&r->w, &c, err)) > 0) {
		size_t used;

		ended = csv_scan_row(scan, r->header.delimiter,
		                     window_text(&r->w, r->w.pos), window_unread(&r->w),
		                     &used);
		r->w.pos += used;
	}
	if (!ended && rc < 0)
		return rc;
	if (!ended && scan->quoted && !scan->after_quote)
		return error_set(err, ERR_INVALID,
		                 "truncated: the quote of the row in line %llu is still "
		                 "open at the end",
		                 (unsigned long long)r->w.line);
	rc = window_check(&r->w, err);
	return rc < 0 ? rc : r->w.pos > *from;
}

int record_rows_step(struct record_reader *r, struct record *out, struct error *err)
{
	struct csv_scan scan = {0};
	uint64_t from;
	int rc;

	do {
		r->w.line += scan.lines;
		window_keep(&r->w, r->w.pos, r->options.max_record,
		            "row (or text behind an open quote)");
		rc = pass_row(r, &scan, &from, err);
		if (rc <= 0)
			return rc;
	} while (csv_is_blank(window_text(&r->w, from), (size_t)(r->w.pos - from),
	                      r->header.delimiter));
	strbuf_reset(&r->row);
	(void)record_reader_give(r, out, from, r->w.pos, NULL);
	out->problem = csv_row_to_json(&r->header, out->raw, out->raw_size, r->w.line,
	                               &r->row, r->problem, sizeof(r->problem));
	r->w.line += scan.lines;
	if (!out->problem) {
		memset(strbuf_reserve(&r->row, RECORD_SLACK), 0, RECORD_SLACK);
		out->text = strbuf_text(&r->row);
		out->size = r->row.size;
	}
	return STEP_RECORD;
}

static int not_a_document(struct error *err)
{
	return error_set(err, ERR_INVALID, "neither JSON nor delimited text with a header");
}

/* Can this be the line of a header?  Sets the delimiter. */
static int read_first_line(struct record_reader *r, const char *line, size_t size,
                           struct error *err)
{
	size_t valid = utf8_valid_size(line, size);

	if (size >= 4 && memcmp(line, "null", 4) == 0 &&
	    strspn(line + 4, " \t\r") == size - 4)
		return error_set(err, ERR_INVALID,
		                 "no findings document: the file is null");
	r->header.delimiter = csv_sniff(line, size);
	if (!r->header.delimiter)
		return not_a_document(err);
	if (valid < size) {
		r->w.pos += valid;
		return window_invalid(&r->w, err, "the header is not UTF-8");
	}
	return 0;
}

/*
 * Passes rows about the report in front of its header.  Without such a header within
 * the first lines the first one is it.
 */
static int pass_preamble(struct record_reader *r, struct error *err)
{
	const uint64_t from = r->w.pos;
	uint64_t line = from;
	int rc = 1;

	if (!r->options.header_cells)
		return 0;
	window_keep(&r->w, from, PREAMBLE_MAX, "preamble");
	for (unsigned int i = 0; i < PREAMBLE_LINES && rc > 0; i++) {
		line = r->w.pos;
		rc = window_find_feed(&r->w, err);
		if (rc < 0 && rc != ERR_LIMIT)
			return rc;
		if (rc < 0 || r->w.pos - from > PREAMBLE_MAX)
			break;
		if (csv_has_cell(window_text(&r->w, line), (size_t)(r->w.pos - line),
		                 r->options.header_cells)) {
			r->w.line += i;
			r->w.pos = line;
			return 0;
		}
		if (rc > 0)
			r->w.pos++; /* the feed */
	}
	r->w.pos = from;
	return 0;
}

/* Neither object nor array: a CSV if the first line has columns. */
int record_rows_start(struct record_reader *r, struct error *err)
{
	struct csv_scan scan;
	uint64_t from;
	size_t size;
	int rc = pass_preamble(r, err);

	if (rc < 0)
		return rc;
	from = r->w.pos;

	/* The line first: the delimiter decides where a quoted header cell begins. */
	window_keep(&r->w, from, MAX_HEADER, "header");
	rc = window_find_feed(&r->w, err);
	rc = rc < 0 ? rc : window_check(&r->w, err);
	if (rc < 0)
		return rc == ERR_LIMIT ? not_a_document(err) : rc;
	size = (size_t)(r->w.pos - from);
	r->w.pos = from;
	rc = read_first_line(r, window_text(&r->w, from), size, err);
	if (rc < 0)
		return rc;
	rc = pass_row(r, &scan, &from, err);
	if (rc < 0)
		return rc;
	if (!csv_header_read(&r->header, r->header.delimiter, window_text(&r->w, from),
	                     (size_t)(r->w.pos - from)))
		return error_set(err, ERR_LIMIT, "the header has more than %d columns",
		                 CSV_MAX_COLUMNS);
	strbuf_reset(&r->header_row);
	strbuf_put(&r->header_row, window_text(&r->w, from), (size_t)(r->w.pos - from));
	r->w.line += scan.lines;
	r->shape = RECORD_SHAPE_CSV;
	r->state = STATE_ROW;
	return STEP_ON;
}
