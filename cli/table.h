/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TABLE_H
#define ISOBAR_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Rows for a terminal: columns as wide as their widest cell, the elastic one cut
 * with an ellipsis so that the table fits the width.  Widths count characters of
 * UTF-8 text; control characters from foreign text are shown as '?', so that no
 * record can drive the terminal.
 */
struct table_column {
	const char *head;
	bool right;   /* numbers */
	bool elastic; /* may be cut; at most one or two columns */
};

struct strbuf;
struct table; /* owns copies of its cells */

struct table *table_new(const struct table_column *columns, size_t n);
void table_free(struct table *t); /* NULL is fine */
/* One call a cell, row by row, left to right.  color: an SGR code such as "1;31", or NULL. */
void table_cell(struct table *t, const char *text, const char *color);
/* width 0: that of the terminal, 140 when there is none. */
void table_print(const struct table *t, FILE *to, bool color, size_t width);

/* "in 46 h", "in 13 days", "2 h overdue", "" for TIMESTAMP_NONE; hours below three days. */
const char *table_due_words(long long due_usec, long long now_usec, char buf[32]);

/* Appends text as a cell shows it, for lines outside of tables; returns its width. */
size_t table_plain(const char *text, struct strbuf *out);

#endif
