/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_ENCODE_H
#define ISOBAR_PG_ENCODE_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/timestamp.h"
#include "model/key.h"

/*
 * PostgreSQL's binary wire form of values, as COPY (format binary) and binary
 * parameters want it: a length, then the value in network order (PostgreSQL 15
 * documentation, COPY, "Binary Format").  Appended to a strbuf.
 */

/* PostgreSQL counts from 2000-01-01. */
#define PG_EPOCH_USEC (INT64_C(946684800) * USEC_PER_SEC)

/* strbuf_put() in line: rows are encoded a million times a load, value by value. */
static inline void pg_put(struct strbuf *b, const void *data, size_t size)
{
	if (b->size + size >= b->room)
		strbuf_reserve(b, size);
	memcpy(b->data + b->size, data, size);
	b->size += size;
	b->data[b->size] = '\0';
}

static inline void pg_put_raw16(struct strbuf *b, uint16_t v)
{
	v = htobe16(v);
	pg_put(b, &v, sizeof(v));
}

static inline void pg_put_raw32(struct strbuf *b, uint32_t v)
{
	v = htobe32(v);
	pg_put(b, &v, sizeof(v));
}

static inline void pg_put_raw64(struct strbuf *b, uint64_t v)
{
	v = htobe64(v);
	pg_put(b, &v, sizeof(v));
}

static inline void pg_put_null(struct strbuf *b)
{
	pg_put_raw32(b, UINT32_MAX);
}

static inline void pg_put_bool(struct strbuf *b, int v)
{
	const unsigned char wire[5] = {0, 0, 0, 1, v ? 1 : 0};

	pg_put(b, wire, sizeof(wire));
}

static inline void pg_put_int2(struct strbuf *b, int v)
{
	const uint16_t x = htobe16((uint16_t)v);
	unsigned char wire[6] = {0, 0, 0, 2};

	memcpy(wire + 4, &x, sizeof(x));
	pg_put(b, wire, sizeof(wire));
}

static inline void pg_put_int4(struct strbuf *b, int64_t v)
{
	const uint32_t x = htobe32((uint32_t)v);
	unsigned char wire[8] = {0, 0, 0, 4};

	memcpy(wire + 4, &x, sizeof(x));
	pg_put(b, wire, sizeof(wire));
}

static inline void pg_put_int8(struct strbuf *b, int64_t v)
{
	const uint64_t x = htobe64((uint64_t)v);
	unsigned char wire[12] = {0, 0, 0, 8};

	memcpy(wire + 4, &x, sizeof(x));
	pg_put(b, wire, sizeof(wire));
}

static inline void pg_put_key(struct strbuf *b, const struct key *k)
{
	unsigned char wire[4 + KEY_SIZE] = {0, 0, 0, KEY_SIZE};

	memcpy(wire + 4, k->bytes, KEY_SIZE);
	pg_put(b, wire, sizeof(wire));
}

static inline void pg_put_bytes(struct strbuf *b, const void *data, size_t size)
{
	pg_put_raw32(b, (uint32_t)size);
	pg_put(b, data, size);
}

static inline void pg_put_text(struct strbuf *b, const char *s)
{
	pg_put_bytes(b, s, strlen(s));
}

static inline void pg_put_timestamp(struct strbuf *b, timestamp t)
{
	if (t == TIMESTAMP_NONE)
		pg_put_null(b);
	else
		pg_put_int8(b, t - PG_EPOCH_USEC);
}

/* The head of a one-dimensional array without NULLs; the n elements follow. */
enum pg_oid {
	PG_OID_BOOL = 16,
	PG_OID_BYTEA = 17,
	PG_OID_INT8 = 20,
	PG_OID_INT2 = 21,
	PG_OID_INT4 = 23,
	PG_OID_TEXT = 25,
	PG_OID_UUID = 2950
};

static inline void pg_put_array_head(struct strbuf *b, enum pg_oid element, size_t n)
{
	pg_put_raw32(b, n ? 1 : 0);
	pg_put_raw32(b, 0);
	pg_put_raw32(b, (uint32_t)element);
	if (n) {
		pg_put_raw32(b, (uint32_t)n);
		pg_put_raw32(b, 1);
	}
}

#endif
