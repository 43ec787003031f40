/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_COPY_H
#define ISOBAR_PG_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "model/key.h"
#include "store/pg.h"

/*
 * One binary COPY into a staging table: rows are opened, then each column is put
 * once, in order and in the table's own type (an int8 put where int4 belongs fails
 * the whole COPY).  Bytes leave in pieces of 64 KiB, so memory stays small.
 * Errors are kept and come out of pg_copy_end().
 */
struct pg_copy;

/* sql is the whole "copy … from stdin (format binary)". */
struct pg_copy *pg_copy_begin(struct pg *pg, const char *sql, int n_columns) NON_NULL;
int pg_copy_end(struct pg_copy *copy, struct error *err) MUST_CHECK; /* frees copy */

void pg_copy_row(struct pg_copy *copy);
void pg_copy_null(struct pg_copy *copy);
void pg_copy_bool(struct pg_copy *copy, int value);
void pg_copy_int2(struct pg_copy *copy, int value);
void pg_copy_int4(struct pg_copy *copy, int64_t value);
void pg_copy_int8(struct pg_copy *copy, int64_t value);
void pg_copy_key(struct pg_copy *copy, const struct key *value); /* uuid */
void pg_copy_text(struct pg_copy *copy, const char *value);
void pg_copy_bytes(struct pg_copy *copy, const void *data, size_t size); /* bytea */
void pg_copy_timestamp(struct pg_copy *copy, timestamp value); /* TIMESTAMP_NONE: NULL */
/* One-dimensional arrays without NULLs. */
void pg_copy_int2_array(struct pg_copy *copy, const int16_t *values, size_t n);
void pg_copy_int4_array(struct pg_copy *copy, const int32_t *values, size_t n);
void pg_copy_int8_array(struct pg_copy *copy, const int64_t *values, size_t n);
void pg_copy_key_array(struct pg_copy *copy, const struct key *values, size_t n);

#endif
