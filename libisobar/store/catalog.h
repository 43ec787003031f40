/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CATALOG_H
#define ISOBAR_CATALOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "store/embedded.h"
#include "store/pg.h"

/*
 * Brings the reference tables to the state of the catalogue's files: what differs
 * moves to the <table>_version tables.  Files are compared by their SHA-256, so that
 * the same catalogue again writes nothing.  Whatever the change may move (subjects,
 * categories, duties) is marked dirty.
 */

/* What a load did. */
struct catalog_result {
	size_t n_files;   /* new or changed */
	int64_t n_rows;   /* added, replaced and removed */
	int64_t n_marked; /* assets marked for the scorer */
};

/*
 * One transaction, one program at a time; pg is outside a transaction and its user
 * owns the schema.  The new rows hold from now, or from right after the last load
 * when that was later.  ERR_INVALID: a broken file, named with its line; nothing is
 * changed.  out may be NULL.
 */
int catalog_load(struct pg *pg, timestamp now, struct catalog_result *out,
                 struct error *err) MUST_CHECK;

/* The same from other files than the program's; they must be a whole catalogue. */
int catalog_load_files(struct pg *pg, const struct embedded_file *files, size_t n,
                       timestamp now, struct catalog_result *out,
                       struct error *err) MUST_CHECK;

/* The same inside a transaction, whose end is the caller's. */
int catalog_load_within(struct pg *pg, const struct embedded_file *files, size_t n,
                        timestamp now, struct catalog_result *out,
                        struct error *err) MUST_CHECK;

/* Is the program's catalogue loaded?  ERR_CONFLICT names the first file that is not. */
int catalog_check(struct pg *pg, struct error *err) MUST_CHECK;

#endif
