/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CSV_RECORDS_H
#define ISOBAR_CSV_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/*
 * Rows of delimited text (RFC 4180, with other delimiters) as JSON objects.  A
 * quote counts at the beginning of a cell only; inside a quoted cell line breaks
 * are text and "" is a quote.
 */
#define CSV_MAX_COLUMNS 1024
#define CSV_MAX_CELL    (1024 * 1024) /* bytes */

/* Where a scan stands; zero-initialise before each row. */
struct csv_scan {
	bool quoted;      /* inside a quoted cell */
	bool after_quote; /* behind a quote inside it: its end, or the first of "" */
	bool in_cell;     /* not at the beginning of a cell */
	uint64_t lines;   /* line breaks passed */
};

/*
 * Looks for the end of the row in the next size bytes, which may be cut anywhere.
 * True: the row ends with the line feed before text + *used.
 */
bool csv_scan_row(struct csv_scan *s, char delimiter, const char *text, size_t size,
                  size_t *used);

/*
 * The delimiter (one of , ; TAB |) of a header line without its line feed; 0: it is
 * none, for want of a second column or for a control character.
 */
char csv_sniff(const char *line, size_t size);

/* Is there nothing in the row, or as spreadsheets write it, nothing but delimiters? */
bool csv_is_blank(const char *row, size_t size, char delimiter);

/* Is one of the cells of the line, quoted or not, one of these?  NULL-ended. */
bool csv_has_cell(const char *line, size_t size, const char *const *cells);

/* Names of the columns, each unique and as a JSON string. */
struct csv_header {
	char delimiter;
	char **names;
	size_t n_names;
};

/* False when the row has more than CSV_MAX_COLUMNS cells. */
bool csv_header_read(struct csv_header *h, char delimiter, const char *row, size_t size);
void csv_header_done(struct csv_header *h);

/*
 * Puts the row as {"name":"cell",...}.  NULL, or why it cannot: a text in problem
 * (of room bytes).
 */
const char *csv_row_to_json(const struct csv_header *h, const char *row, size_t size,
                            uint64_t line, struct strbuf *out, char *problem, size_t room);

#endif
