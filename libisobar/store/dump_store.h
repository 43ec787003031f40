/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DUMP_STORE_H
#define ISOBAR_DUMP_STORE_H

#include "model/org.h"
#include "store/pg.h"

/*
 * A table's rows for comparing two states: what two databases that took in the same
 * things have in common.  Columns that tell when or by which run a row was written are
 * left out (their comment says @volatile), and so are secrets; a risk is named by
 * asset, subject and location instead of its id.
 */

/* A row as one line of JSON; 0, or anything else to stop. */
typedef int dump_row_fn(void *ctx, const char *row);

/*
 * Gives the rows in the order of the key, then of all that is shown.  Memory does not
 * grow with the table.  ERR_NOT_FOUND: there is no such table to dump.
 */
int dump_table(struct pg *pg, const struct org *org, const char *table, dump_row_fn *row,
               void *ctx, struct error *err) MUST_CHECK;

/* The names of all tables that can be dumped, separated by blanks. */
int dump_table_names(struct pg *pg, struct arena *a, const char **out,
                     struct error *err) MUST_CHECK;

#endif
