/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cursor at a time, in a read-only transaction of its own: every row of the
 * listing is from the same instant, and no more than a batch is in memory.
 */
#include <string.h>

#include "base/strbuf.h"
#include "store/read_private.h"

static const char fetch[] = "fetch 500 from listing";

static int command(PGresult *result, PGconn *conn, struct error *err)
{
	const ExecStatusType status = PQresultStatus(result);
	int rc = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		rc = result ? pg_result_error(result, "listing", err)
		            : pg_conn_error(conn, "listing", err);
	if (rc < 0 || status == PGRES_COMMAND_OK)
		PQclear(result);
	return rc;
}

int pg_cursor_open(struct pg *pg, const char *select, const struct pg_params *params,
                   struct error *err)
{
	PGconn *conn = pg_connection(pg);
	struct strbuf sql = {0};
	int rc;

	if ((rc = pg_begin(pg, err)) < 0 ||
	    (rc = pg_command(pg,
	                     "set transaction isolation level repeatable read, read only",
	                     err)) < 0) {
		pg_rollback(pg);
		return rc;
	}
	strbuf_printf(&sql, "declare listing no scroll cursor for %s", select);
	rc = command(PQexecParams(conn, strbuf_text(&sql), params->n, NULL, params->values,
	                          params->sizes, params->formats, 0),
	             conn, err);
	strbuf_done(&sql);
	if (rc < 0)
		pg_rollback(pg);
	return rc;
}

int pg_cursor_fetch(struct pg *pg, PGresult **out, struct error *err)
{
	PGconn *conn = pg_connection(pg);
	PGresult *result = PQexec(conn, fetch);
	const int rc = command(result, conn, err);

	*out = rc < 0 ? NULL : result;
	return rc;
}

void pg_cursor_close(struct pg *pg)
{
	pg_rollback(pg);
}
