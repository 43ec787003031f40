/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_READ_PRIVATE_H
#define ISOBAR_READ_PRIVATE_H

#include "store/queue_store.h"

/* What the files *_store.c of PG_GROUP_READ share, and nobody else. */

/* The columns that all statements on risks have. */
void queue_risk_read(const PGresult *result, int row, struct arena *a,
                     struct queue_risk *out);

/* Of the columns provider, account, region, asset_type, asset_name and asset. */
struct resource queue_resource_read(const PGresult *result, int row, struct arena *a);

/* A smallint[] of the bits of a set, of n there are; null when all are set. */
void pg_bind_set(struct pg_params *p, unsigned int set, int n);

/* The ledgers of n risks, and the SLA state that follows from them at now. */
int queue_clocks_load(struct pg *pg, const struct org *org, struct queue_risk *risks,
                      size_t n, struct arena *a, struct error *err) MUST_CHECK;

/* "{1,2,3}" of a result, as numbers in a. */
int64_t *pg_int_array(const char *text, struct arena *a, size_t *n_out);

/*
 * A cursor over a result of any size: rows come a batch at a time, and other
 * statements may run in between.  Reading only; ends with the transaction.
 */
int pg_cursor_open(struct pg *pg, const char *select, const struct pg_params *params,
                   struct error *err) MUST_CHECK;
/* The next rows; none: the end.  The caller clears *out. */
int pg_cursor_fetch(struct pg *pg, PGresult **out, struct error *err) MUST_CHECK;
void pg_cursor_close(struct pg *pg);

/* The first and the last id that begin so; what: whose id it is, in a fault. */
int key_range(const char *id, const char *what, struct key *first, struct key *last,
              struct error *err);

#endif
