/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY of rows that are in binary form already: at once, or as steps between which the
 * caller works on.  A megabyte does not fit into a socket, so that a writer who waits
 * for its end waits for the server.
 */
#include "store/ingest_copy.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

/* What libpq holds at most of rows that the socket does not take. */
#define PIECE (64u << 10)

/* COPY's signature, flags and header extension: PostgreSQL documentation, COPY. */
static const char copy_head[19] = "PGCOPY\n\377\r\n";
static const char copy_tail[2] = "\377\377";

/* The rest of the answers to a COPY whose end was sent. */
static int finish_copy(PGconn *conn, const char *sql, struct error *err)
{
	int rc = 0;

	for (PGresult *result; (result = PQgetResult(conn));) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK && rc == 0)
			rc = pg_result_error(result, sql, err);
		PQclear(result);
	}
	return rc;
}

void ingest_copies_add(struct ingest_copies *c, const char *sql, const struct strbuf *rows)
{
	assert(c->step == COPY_NEXT && c->n < INGEST_COPIES_MAX);
	if (rows->size)
		c->list[c->n++] = (struct ingest_copy_of){sql, rows};
}

static const char *sql_of(const struct ingest_copies *c)
{
	return c->list[c->at].sql;
}

static int begin(PGconn *conn, struct ingest_copies *c, struct error *err)
{
	if (PQsetnonblocking(conn, 1) != 0 || PQsendQuery(conn, sql_of(c)) != 1)
		return pg_conn_error(conn, sql_of(c), err);
	c->put = 0;
	c->step = COPY_OPENING;
	return 0;
}

/* Whether the next answer is there; waits for it if it may. */
static int has_answer(PGconn *conn, const struct ingest_copies *c, bool wait,
                      struct error *err)
{
	if (wait)
		return 1; /* PQgetResult() does */
	if (PQflush(conn) < 0 || PQconsumeInput(conn) != 1)
		return pg_conn_error(conn, sql_of(c), err);
	return !PQisBusy(conn);
}

/* Of a command before the COPY too: each has its result. */
static int open_copy(PGconn *conn, struct ingest_copies *c, bool wait, struct error *err)
{
	int rc;

	while ((rc = has_answer(conn, c, wait, err)) == 1) {
		CLEANUP(pg_clearp) PGresult *result = PQgetResult(conn);

		if (PQresultStatus(result) == PGRES_COMMAND_OK)
			continue;
		if (PQresultStatus(result) != PGRES_COPY_IN) {
			struct error ignored; /* the first one counts */

			rc = result ? pg_result_error(result, sql_of(c), err)
			            : pg_conn_error(conn, sql_of(c), err);
			(void)!finish_copy(conn, sql_of(c), &ignored);
			return rc;
		}
		c->step = COPY_DATA;
		if (PQputCopyData(conn, copy_head, sizeof(copy_head)) != 1)
			return pg_conn_error(conn, sql_of(c), err);
		return 1;
	}
	return rc;
}

/* Whether the socket took all that was put; waits until it did, if it may. */
static int flushed(PGconn *conn, const struct ingest_copies *c, bool wait,
                   struct error *err)
{
	int rc;

	while ((rc = PQflush(conn)) == 1 && wait) {
		struct pollfd waiting = {.fd = PQsocket(conn), .events = POLLIN | POLLOUT};

		if (poll(&waiting, 1, -1) < 0 && errno != EINTR)
			return error_set(err, ERR_INTERNAL, "database: poll: %s",
			                 strerror(errno));
		/* A server that fails speaks before it reads on. */
		if ((waiting.revents & POLLIN) && PQconsumeInput(conn) != 1)
			return pg_conn_error(conn, sql_of(c), err);
	}
	return rc < 0 ? pg_conn_error(conn, sql_of(c), err) : rc == 0;
}

static int put_data(PGconn *conn, struct ingest_copies *c, bool wait, struct error *err)
{
	const struct strbuf *rows = c->list[c->at].rows;
	int rc;

	while ((rc = flushed(conn, c, wait, err)) == 1) {
		const size_t left = rows->size - c->put;
		const size_t n = left < PIECE ? left : PIECE;

		if (PQputCopyData(conn, rows->data + c->put, (int)n) != 1)
			return pg_conn_error(conn, sql_of(c), err);
		c->put += n;
		if (c->put < rows->size)
			continue;
		c->step = COPY_ENDING;
		if (PQputCopyData(conn, copy_tail, sizeof(copy_tail)) != 1 ||
		    PQputCopyEnd(conn, NULL) != 1)
			return pg_conn_error(conn, sql_of(c), err);
		return 1;
	}
	return rc;
}

static int end_copy(PGconn *conn, struct ingest_copies *c, bool wait, struct error *err)
{
	int rc = has_answer(conn, c, wait, err);

	if (rc != 1)
		return rc;
	if ((rc = finish_copy(conn, sql_of(c), err)) < 0)
		return rc;
	c->step = COPY_NEXT;
	c->at++;
	return 1;
}

int ingest_copies_go(struct pg *pg, struct ingest_copies *c, bool wait, struct error *err)
{
	PGconn *conn = pg_connection(pg);
	int rc = 1;

	while (rc == 1 && c->at < c->n) {
		switch (c->step) {
		case COPY_NEXT:
			rc = begin(conn, c, err) < 0 ? err->code : 1;
			break;
		case COPY_OPENING:
			rc = open_copy(conn, c, wait, err);
			break;
		case COPY_DATA:
			rc = put_data(conn, c, wait, err);
			break;
		case COPY_ENDING:
			rc = end_copy(conn, c, wait, err);
			break;
		}
	}
	if (rc == 0)
		return 0;
	*c = (struct ingest_copies){0};
	if (PQsetnonblocking(conn, 0) != 0 && rc > 0)
		return pg_conn_error(conn, "copy", err);
	return rc;
}

void ingest_copies_give_up(struct pg *pg, struct ingest_copies *c)
{
	PGconn *conn = pg_connection(pg);
	struct error ignored; /* the caller has a reason of its own */
	int rc = 1;

	/* The answer to what was asked last, then an end that the server takes for an error. */
	if (c->step == COPY_OPENING)
		rc = open_copy(conn, c, true, &ignored);
	if (rc == 1 && c->step == COPY_DATA && flushed(conn, c, true, &ignored) == 1)
		PQputCopyEnd(conn, "given up");
	if (c->step != COPY_NEXT)
		(void)!finish_copy(conn, "copy", &ignored);
	*c = (struct ingest_copies){0};
	PQsetnonblocking(conn, 0);
}

int ingest_copy(struct pg *pg, const char *sql, const struct strbuf *rows,
                struct error *err)
{
	struct ingest_copies one = {0};

	ingest_copies_add(&one, sql, rows);
	return ingest_copies_go(pg, &one, true, err) < 0 ? err->code : 0;
}
