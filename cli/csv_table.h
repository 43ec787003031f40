/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CSV_TABLE_H
#define ISOBAR_CSV_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"

/*
 * A table that an operator wrote (CSV with a header; comma, semicolon or tab), as cells of
 * known columns.  What check and take complain of gets the file's name and the line.
 */
#define CSV_TABLE_COLUMNS_MAX 16

struct csv_table {
	const char *const *columns; /* names, found in any case */
	size_t n_columns;
	const char *known; /* "asset, field, ...": for messages */
	/* Once the header is read: has[i] tells of each column. */
	int (*check)(void *ctx, const bool *has, struct error *err);
	/* A cell without blanks around it and without control characters; "" none. */
	int (*take)(void *ctx, int line, const char *const *cells, struct error *err);
};

/* ERR_INVALID: "FILE:3: ...".  Cells live in a.  A table without a row is none. */
int csv_table_read(const char *file, const struct strbuf *text,
                   const struct csv_table *table, void *ctx, struct arena *a,
                   struct error *err) MUST_CHECK;

#endif
