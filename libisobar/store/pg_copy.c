/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encodes rows in PostgreSQL's binary COPY format (documentation of COPY, "File
 * Formats") and sends them in pieces.  An error is kept until pg_copy_end(): the
 * callers put dozens of columns a row and would check nothing else.
 */
#include "store/pg_copy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/pg_conn.h"
#include "store/pg_encode.h"

#define COPY_PIECE     65536
#define COPY_VALUE_MAX (256u << 20) /* PostgreSQL refuses a field of 1 GB */

struct pg_copy {
	PGconn *conn;
	int n_columns;
	int column; /* of the open row: how many are put; n_columns between rows */
	bool open;  /* the server expects data */
	bool failed;
	struct error err;   /* when failed */
	struct strbuf data; /* not sent yet */
};

static void send_data(struct pg_copy *copy)
{
	if (!copy->failed && copy->data.size > 0 &&
	    PQputCopyData(copy->conn, copy->data.data, (int)copy->data.size) != 1) {
		pg_conn_error(copy->conn, "copy", &copy->err);
		copy->failed = true;
	}
	strbuf_reset(&copy->data);
}

static void fail(struct pg_copy *copy, enum error_code code, const char *text)
{
	if (copy->failed)
		return;
	error_set(&copy->err, code, "copy: column %d: %s", copy->column, text);
	copy->failed = true;
}

/* Opens the next column of the row. */
static void begin_column(struct pg_copy *copy)
{
	assert(copy->column < copy->n_columns);
	copy->column++;
}

struct pg_copy *pg_copy_begin(struct pg *pg, const char *sql, int n_columns)
{
	/* Signature, no flags, no header extension. */
	static const char header[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
	struct pg_copy *copy = xcalloc(1, sizeof(*copy));
	PGresult *result;

	copy->conn = pg_connection(pg);
	copy->n_columns = n_columns;
	copy->column = n_columns;
	result = PQexec(copy->conn, sql);
	copy->open = PQresultStatus(result) == PGRES_COPY_IN;
	if (copy->open) {
		assert(PQbinaryTuples(result) && PQnfields(result) == n_columns);
		strbuf_put(&copy->data, header, sizeof(header));
	} else if (result != NULL && !pg_result_ok(result)) {
		pg_result_error(result, "copy", &copy->err);
		copy->failed = true;
	} else {
		pg_conn_error(copy->conn, "copy", &copy->err);
		copy->failed = true;
	}
	PQclear(result);
	return copy;
}

/* The answer to the whole COPY; ours is the reason when we ended it ourselves. */
static void read_answer(struct pg_copy *copy)
{
	PGresult *result;

	while ((result = PQgetResult(copy->conn)) != NULL) {
		if (!copy->failed && !pg_result_ok(result)) {
			pg_result_error(result, "copy", &copy->err);
			copy->failed = true;
		}
		PQclear(result);
	}
	if (!copy->failed && PQstatus(copy->conn) == CONNECTION_BAD) {
		pg_conn_error(copy->conn, "copy", &copy->err);
		copy->failed = true;
	}
}

int pg_copy_end(struct pg_copy *copy, struct error *err)
{
	int rc = 0;

	if (copy->open) {
		assert(copy->failed || copy->column == copy->n_columns);
		pg_put_raw16(&copy->data, UINT16_MAX);
		send_data(copy);
		if (PQputCopyEnd(copy->conn, copy->failed ? "given up" : NULL) != 1 &&
		    !copy->failed) {
			pg_conn_error(copy->conn, "copy", &copy->err);
			copy->failed = true;
		}
		read_answer(copy);
	}
	if (copy->failed) {
		*err = copy->err;
		rc = err->code;
	}
	strbuf_done(&copy->data);
	free(copy);
	return rc;
}

void pg_copy_row(struct pg_copy *copy)
{
	assert(copy->column == copy->n_columns);
	if (copy->data.size >= COPY_PIECE || copy->failed)
		send_data(copy);
	pg_put_raw16(&copy->data, (uint16_t)copy->n_columns);
	copy->column = 0;
}

void pg_copy_null(struct pg_copy *copy)
{
	begin_column(copy);
	pg_put_null(&copy->data);
}

void pg_copy_bool(struct pg_copy *copy, int value)
{
	begin_column(copy);
	pg_put_bool(&copy->data, value);
}

void pg_copy_int2(struct pg_copy *copy, int value)
{
	begin_column(copy);
	if (value < INT16_MIN || value > INT16_MAX)
		fail(copy, ERR_INVALID, "the number does not fit int2");
	pg_put_int2(&copy->data, value);
}

void pg_copy_int4(struct pg_copy *copy, int64_t value)
{
	begin_column(copy);
	if (value < INT32_MIN || value > INT32_MAX)
		fail(copy, ERR_INVALID, "the number does not fit int4");
	pg_put_int4(&copy->data, value);
}

void pg_copy_int8(struct pg_copy *copy, int64_t value)
{
	begin_column(copy);
	pg_put_int8(&copy->data, value);
}

void pg_copy_bytes(struct pg_copy *copy, const void *data, size_t size)
{
	begin_column(copy);
	if (size > COPY_VALUE_MAX) {
		fail(copy, ERR_LIMIT, "the value is too long");
		size = 0;
	}
	pg_put_bytes(&copy->data, data, size);
}

void pg_copy_key(struct pg_copy *copy, const struct key *value)
{
	begin_column(copy);
	pg_put_key(&copy->data, value);
}

void pg_copy_text(struct pg_copy *copy, const char *value)
{
	pg_copy_bytes(copy, value, strlen(value));
}

void pg_copy_timestamp(struct pg_copy *copy, timestamp value)
{
	begin_column(copy);
	if (value == INT64_MAX)
		pg_put_int8(&copy->data, value); /* infinity */
	else
		pg_put_timestamp(&copy->data, value);
}

/* Everything of an array but its elements, of which each is size bytes long. */
static void begin_array(struct pg_copy *copy, enum pg_oid element, size_t n, size_t size)
{
	const size_t head = n == 0 ? 12 : 20;

	begin_column(copy);
	assert(n <= COPY_VALUE_MAX / (4 + size));
	pg_put_raw32(&copy->data, (uint32_t)(head + n * (4 + size)));
	pg_put_array_head(&copy->data, element, n);
}

void pg_copy_int2_array(struct pg_copy *copy, const int16_t *values, size_t n)
{
	begin_array(copy, PG_OID_INT2, n, 2);
	for (size_t i = 0; i < n; i++)
		pg_put_int2(&copy->data, values[i]);
}

void pg_copy_int4_array(struct pg_copy *copy, const int32_t *values, size_t n)
{
	begin_array(copy, PG_OID_INT4, n, 4);
	for (size_t i = 0; i < n; i++)
		pg_put_int4(&copy->data, values[i]);
}

void pg_copy_int8_array(struct pg_copy *copy, const int64_t *values, size_t n)
{
	begin_array(copy, PG_OID_INT8, n, 8);
	for (size_t i = 0; i < n; i++)
		pg_put_int8(&copy->data, values[i]);
}

void pg_copy_key_array(struct pg_copy *copy, const struct key *values, size_t n)
{
	begin_array(copy, PG_OID_UUID, n, KEY_SIZE);
	for (size_t i = 0; i < n; i++)
		pg_put_key(&copy->data, &values[i]);
}
