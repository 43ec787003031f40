/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CATALOG_STAGE_H
#define ISOBAR_CATALOG_STAGE_H

#include "base/strbuf.h"
#include "store/embedded.h"
#include "store/pg.h"

/* Inside of the store only: the catalogue's files, cut into cells and staged. */

#define CATALOG_CHECKSUM_MAX 65 /* SHA-256 in hex and its NUL */

/* What a changed table moves, and so what is marked dirty. */
enum catalog_reach {
	REACH_NOTHING,
	REACH_RULES, /* findings of the rules that changed */
	REACH_ALL
};

enum catalog_cell {
	CELL_TEXT,
	CELL_OPTIONAL_TEXT, /* may be empty */
	CELL_COUNT,         /* up to nine digits */
	CELL_FLAG,          /* 0 or 1 */
	/* Words that are stored as the number of their enum. */
	CELL_PROVIDER,
	CELL_DATE, /* 2027-11-25, kept as text */
	CELL_CLASS,
	CELL_LAYER,
	CELL_VERDICT,
	CELL_SERVICE_MODEL,
	CELL_LIKELIHOOD,
	CELL_BAND
};

struct catalog_column {
	const char *name;
	enum catalog_cell type;
};

#define CATALOG_COLUMNS_MAX 8

/* One file, or all files of a folder, and the table that it fills. */
struct catalog_table {
	const char *file;     /* "controls.tsv"; a folder ends in a slash */
	const char *copy;     /* into the staging table; NULL: the file is only checked */
	enum statement apply; /* ignored when copy is NULL */
	enum catalog_reach reach;
	char separator; /* of cells; 0: each file is one JSON object, a row by itself */
	struct catalog_column columns[CATALOG_COLUMNS_MAX]; /* a NULL name ends them */
};

extern const struct catalog_table catalog_tables[];
extern const size_t n_catalog_tables;

void catalog_checksum(const char *text, char out[CATALOG_CHECKSUM_MAX]);

/* Is file one of the table's? */
bool catalog_table_has(const struct catalog_table *table, const char *file);

/*
 * Copies what the files of a table say into its staging table.  ERR_INVALID names
 * the file and the line; every table needs a file.
 */
int catalog_stage(struct pg *pg, const struct catalog_table *table,
                  const struct embedded_file *files, size_t n,
                  struct error *err) MUST_CHECK;

#endif
