/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_BINARY_H
#define ISOBAR_PG_BINARY_H

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "store/pg.h"
#include "store/pg_encode.h"

/*
 * The fields of a row of a binary result, one after the other in the order of its
 * columns: the opposite of pg_encode.h, the same wire form.  As in pg.h, NULL reads
 * as "", 0, false, TIMESTAMP_NONE and the zero key; next_is_null() asks first.  A
 * field of another size than its type is a broken invariant (assert): the statement
 * and its reader are written together.  Text is borrowed from the result.
 */
struct binary_row {
	const PGresult *result;
	int row, column;
};

/* Of the next field, which stays the next. */
static inline bool next_is_null(const struct binary_row *r)
{
	return PQgetisnull(r->result, r->row, r->column) != 0;
}

/* Text, or bytes of whatever type; libpq puts a NUL behind them. */
static inline const char *next_sized(struct binary_row *r, size_t *size)
{
	assert(r->column < PQnfields(r->result));
	*size = (size_t)PQgetlength(r->result, r->row, r->column);
	return PQgetvalue(r->result, r->row, r->column++);
}

static inline const char *next_value(struct binary_row *r)
{
	size_t size;

	return next_sized(r, &size);
}

/* A field of that size into out, which is left alone by NULL. */
static inline void next_fixed(struct binary_row *r, void *out, size_t size)
{
	size_t got;
	const char *value = next_sized(r, &got);

	assert(got == size || got == 0);
	if (got > 0)
		memcpy(out, value, size);
}

static inline bool next_bool(struct binary_row *r)
{
	uint8_t v = 0;

	next_fixed(r, &v, sizeof(v));
	return v != 0;
}

static inline int next_int2(struct binary_row *r)
{
	uint16_t v = 0;

	next_fixed(r, &v, sizeof(v));
	return (int16_t)be16toh(v);
}

static inline int next_int4(struct binary_row *r)
{
	uint32_t v = 0;

	next_fixed(r, &v, sizeof(v));
	return (int32_t)be32toh(v);
}

static inline int64_t next_int8(struct binary_row *r)
{
	uint64_t v = 0;

	next_fixed(r, &v, sizeof(v));
	return (int64_t)be64toh(v);
}

/* infinity is INT64_MAX, -infinity TIMESTAMP_NONE, as in pg.h. */
static inline timestamp next_timestamp(struct binary_row *r)
{
	int64_t v;

	if (next_is_null(r)) {
		r->column++;
		return TIMESTAMP_NONE;
	}
	v = next_int8(r);
	if (v == INT64_MIN)
		return TIMESTAMP_NONE;
	return v > INT64_MAX - PG_EPOCH_USEC ? INT64_MAX : v + PG_EPOCH_USEC;
}

static inline struct key next_key(struct binary_row *r)
{
	struct key k = {{0}};

	next_fixed(r, k.bytes, KEY_SIZE);
	return k;
}

static inline uint32_t binary_word(const char *wire)
{
	uint32_t v;

	memcpy(&v, wire, sizeof(v));
	return be32toh(v);
}

/* The elements of a bigint[] without NULLs, in the arena; NULL and {} have none. */
static inline const int64_t *next_int8_array(struct binary_row *r, struct arena *arena,
                                             size_t *n_out)
{
	enum {
		HEAD = 20, /* dimensions, has NULLs, type; size and first index of the one */
		ELEMENT = 12
	};
	size_t size, n;
	const char *wire = next_sized(r, &size);
	int64_t *out;

	*n_out = 0;
	if (size == 0)
		return NULL;
	assert(size >= 12 && binary_word(wire + 8) == PG_OID_INT8);
	if (binary_word(wire) == 0)
		return NULL;
	assert(size >= HEAD && binary_word(wire) == 1);
	n = binary_word(wire + 12);
	assert(n == (size - HEAD) / ELEMENT && size == HEAD + n * ELEMENT);
	out = ARENA_ARRAY(arena, int64_t, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t v;

		assert(binary_word(wire + HEAD + i * ELEMENT) == sizeof(v));
		memcpy(&v, wire + HEAD + i * ELEMENT + 4, sizeof(v));
		out[i] = (int64_t)be64toh(v);
	}
	*n_out = n;
	return out;
}

#endif
