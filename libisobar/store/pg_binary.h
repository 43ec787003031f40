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

/* The wire form of the elements of an array without NULLs, each behind its size of 4
 * bytes; NULL and {} have none. */
static inline const char *next_array(struct binary_row *r, uint32_t type,
                                     size_t element_size, size_t *n_out)
{
	enum {
		HEAD = 20 /* dimensions, has NULLs, type; size and first index of the one */
	};
	size_t size;
	const char *wire = next_sized(r, &size);

	*n_out = 0;
	if (size == 0)
		return NULL;
	assert(size >= 12 && binary_word(wire + 8) == type);
	if (binary_word(wire) == 0)
		return NULL;
	assert(size >= HEAD && binary_word(wire) == 1);
	*n_out = binary_word(wire + 12);
	assert(size == HEAD + *n_out * (4 + element_size));
	return wire + HEAD;
}

/* The elements of a bigint[], in the arena. */
static inline const int64_t *next_int8_array(struct binary_row *r, struct arena *arena,
                                             size_t *n_out)
{
	const char *wire = next_array(r, PG_OID_INT8, sizeof(uint64_t), n_out);
	int64_t *out = *n_out ? ARENA_ARRAY(arena, int64_t, *n_out) : NULL;

	for (size_t i = 0; i < *n_out; i++, wire += 4 + sizeof(uint64_t)) {
		uint64_t v;

		assert(binary_word(wire) == sizeof(v));
		memcpy(&v, wire + 4, sizeof(v));
		out[i] = (int64_t)be64toh(v);
	}
	return out;
}

/* Of an integer[]. */
static inline const int32_t *next_int4_array(struct binary_row *r, struct arena *arena,
                                             size_t *n_out)
{
	const char *wire = next_array(r, PG_OID_INT4, sizeof(uint32_t), n_out);
	int32_t *out = *n_out ? ARENA_ARRAY(arena, int32_t, *n_out) : NULL;

	for (size_t i = 0; i < *n_out; i++, wire += 4 + sizeof(uint32_t)) {
		assert(binary_word(wire) == sizeof(uint32_t));
		out[i] = (int32_t)binary_word(wire + 4);
	}
	return out;
}

#endif
