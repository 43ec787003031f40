/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blocking half of pg.h: one connection, used from top to bottom by the
 * scorer, the command line and the tests.  Statements go one at a time, or, by
 * pg_send() and pg_collect(), many in one round trip through libpq's pipeline.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/pg.h"
#include "store/pg_conn.h"

#define CONNECT_TIMEOUT_MS 30000

/* Of the pipeline, not read yet. */
struct sent {
	enum statement stmt;
	bool is_preparation; /* otherwise what pg_send() was called for */
};

struct pg {
	PGconn *conn;
	char *schema; /* NULL: isobar */
	struct sent *sent;
	size_t n_sent, room_sent;
	size_t n_asked;              /* of them: by pg_send() */
	bool ended;                  /* by pg_send_end() */
	bool prepared[N_STATEMENTS]; /* on this connection, or sent to be */
};

/* Waits until libpq can go on connecting. */
static int wait_for_socket(PGconn *conn, short events, int64_t deadline, struct error *err)
{
	struct pollfd waiting = {.fd = PQsocket(conn), .events = events};
	int64_t left = deadline - pg_now_ms();
	int n = left > 0 ? poll(&waiting, 1, (int)left) : 0;

	if (n == 0)
		return error_set(err, ERR_TRANSIENT, "database: connecting timed out");
	if (n < 0 && errno != EINTR)
		return error_set(err, ERR_INTERNAL, "database: poll: %s", strerror(errno));
	return 0;
}

static int connect_wait(PGconn *conn, struct error *err)
{
	int64_t deadline = pg_now_ms() + pg_connect_timeout_ms(conn, CONNECT_TIMEOUT_MS);
	PostgresPollingStatusType step = PGRES_POLLING_WRITING;

	for (;;) {
		int rc = wait_for_socket(conn,
		                         step == PGRES_POLLING_READING ? POLLIN : POLLOUT,
		                         deadline, err);

		if (rc != 0)
			return rc;
		step = PQconnectPoll(conn);
		if (step == PGRES_POLLING_OK)
			return 0;
		if (step == PGRES_POLLING_FAILED)
			return pg_conn_error(conn, "database", err);
	}
}

/* The error of a result, or of the connection when libpq had none to give. */
static int result_failed(struct pg *pg, const PGresult *result, const char *what,
                         struct error *err)
{
	if (result == NULL || (PQstatus(pg->conn) == CONNECTION_BAD &&
	                       PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL))
		return pg_conn_error(pg->conn, what, err);
	return pg_result_error(result, what, err);
}

/* Takes result; gives it to out, if it is a good one and wanted. */
static int finish(struct pg *pg, PGresult *result, const char *what, PGresult **out,
                  struct error *err)
{
	if (!pg_result_ok(result)) {
		int rc = result_failed(pg, result, what, err);

		PQclear(result);
		return rc;
	}
	if (out != NULL)
		*out = result;
	else
		PQclear(result);
	return 0;
}

/* Reads to the end of the pipeline, into nothing. */
static void pipeline_drain(PGconn *conn)
{
	int nulls = 0; /* two in a row: nothing is left */

	while (nulls < 2 && PQstatus(conn) == CONNECTION_OK) {
		PGresult *result = PQgetResult(conn);
		bool end = PQresultStatus(result) == PGRES_PIPELINE_SYNC;

		nulls = result == NULL ? nulls + 1 : 0;
		PQclear(result);
		if (end)
			break;
	}
	PQexitPipelineMode(conn);
}

/* One statement's result from the pipeline; NULL only if the connection is gone. */
static PGresult *pipeline_next(PGconn *conn)
{
	PGresult *result = PQgetResult(conn);
	PGresult *more;

	if (result == NULL)
		return NULL;
	while ((more = PQgetResult(conn)) != NULL)
		PQclear(more);
	return result;
}

static int session_begin(struct pg *pg, const struct pg_options *options, struct error *err)
{
	struct strbuf sql = {0};
	int rc = pg_session_sql(options, pg->conn, &sql, err);

	if (rc == 0)
		rc = pg_command(pg, strbuf_text(&sql), err);
	strbuf_done(&sql);
	return rc != 0 ? error_wrap(err, "session") : 0;
}

/* As whoever connected, in no schema of ours. */
static int look(struct pg *pg, const struct pg_options *options, pg_look *before,
                struct error *err)
{
	struct pg_options plain = *options;
	int rc;

	plain.role = NULL;
	plain.groups = 0;
	rc = session_begin(pg, &plain, err);
	return rc != 0 ? rc : before(pg, err);
}

int pg_open_after(const struct pg_options *options, pg_look *before, struct pg **out,
                  struct error *err)
{
	PGconn *conn = pg_connect_start(options, err);
	struct pg *pg;
	int rc;

	if (conn == NULL)
		return err->code;
	pg = xcalloc(1, sizeof(*pg));
	pg->conn = conn;
	rc = connect_wait(conn, err);
	if (rc == 0) {
		PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
		if (before)
			rc = look(pg, options, before, err);
	}
	pg->schema = options->schema ? xstrdup(options->schema) : NULL;
	if (rc == 0)
		rc = session_begin(pg, options, err);
	if (rc != 0) {
		pg_close(pg);
		return rc;
	}
	*out = pg;
	return 0;
}

int pg_open(const struct pg_options *options, struct pg **out, struct error *err)
{
	return pg_open_after(options, NULL, out, err);
}

void pg_close(struct pg *pg)
{
	if (pg == NULL)
		return;
	PQfinish(pg->conn);
	free(pg->sent);
	free(pg->schema);
	free(pg);
}

void pg_closep(struct pg **pg)
{
	pg_close(*pg);
	*pg = NULL;
}

PGconn *pg_connection(struct pg *pg)
{
	return pg->conn;
}

const char *pg_schema(const struct pg *pg)
{
	return pg->schema;
}

int64_t pg_lock_key(const struct pg *pg, int64_t key)
{
	if (!pg->schema)
		return key;
	const struct key other =
	        key_of_texts("schema-lock/1", key, (const char *const[]){pg->schema}, 1);

	return key_number(&other);
}

int pg_command(struct pg *pg, const char *sql, struct error *err)
{
	assert(pg->n_sent == 0);
	return finish(pg, PQexec(pg->conn, sql), "command", NULL, err);
}

int pg_begin(struct pg *pg, struct error *err)
{
	assert(pg->n_sent == 0);
	return finish(pg, PQexec(pg->conn, "begin"), "begin", NULL, err);
}

int pg_commit(struct pg *pg, struct error *err)
{
	PGresult *result = NULL;
	bool undone;
	int rc;

	assert(pg->n_sent == 0);
	rc = finish(pg, PQexec(pg->conn, "commit"), "commit", &result, err);
	if (rc != 0)
		return rc;
	/* What PostgreSQL answers when a statement had failed and nobody looked. */
	undone = strcmp(PQcmdStatus(result), "ROLLBACK") == 0;
	PQclear(result);
	if (undone)
		return error_set(err, ERR_INTERNAL, "commit: the transaction had failed");
	return 0;
}

int pg_become(struct pg *pg, const char *role, unsigned int session_groups,
              struct error *err)
{
	struct strbuf sql = {0};
	int rc;

	strbuf_printf(&sql, "set local role %s;\n", role);
	for (size_t i = 0; i < N_STATEMENTS; i++)
		if (statement_table[i].group & session_groups)
			strbuf_printf(&sql, "%s\n;\n", statement_table[i].sql);
	rc = pg_command(pg, strbuf_text(&sql), err);
	strbuf_done(&sql);
	return rc;
}

static void leave_pipeline(struct pg *pg)
{
	pipeline_drain(pg->conn);
	pg->n_sent = pg->n_asked = 0;
	pg->ended = false;
}

/*
 * Reads all that was sent.  After the first failure the server skips the rest: its reason
 * counts, and what is skipped is not prepared.  results has room for n_asked, or is NULL.
 */
static int read_sent(struct pg *pg, PGresult **results, struct error *err)
{
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < pg->n_sent; i++) {
		const struct sent *sent = &pg->sent[i];
		PGresult *result = pipeline_next(pg->conn);
		PGresult **out = sent->is_preparation || !results ? NULL : &results[n++];

		if (sent->is_preparation && !pg_result_ok(result))
			pg->prepared[sent->stmt] = false;
		if (rc == 0)
			rc = finish(pg, result, statement_table[sent->stmt].name, out, err);
		else
			PQclear(result);
	}
	leave_pipeline(pg);
	return rc;
}

/* Forgets what pg_send() sent. */
static void discard_sent(struct pg *pg)
{
	struct error ignored; /* of what nobody asks for any more */

	if (PQpipelineStatus(pg->conn) == PQ_PIPELINE_OFF)
		return;
	if (pg->ended || PQpipelineSync(pg->conn) == 1)
		(void)!read_sent(pg, NULL, &ignored);
	else
		leave_pipeline(pg);
}

void pg_rollback(struct pg *pg)
{
	PGTransactionStatusType status;

	discard_sent(pg);
	status = PQtransactionStatus(pg->conn);
	if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR)
		PQclear(PQexec(pg->conn, "rollback"));
}

static int prepare_one(struct pg *pg, enum statement stmt, struct error *err)
{
	const char *name = statement_table[stmt].name;
	struct strbuf room = {0};
	int rc;

	if (pg->prepared[stmt])
		return 0;
	rc = finish(pg,
	            PQprepare(pg->conn, name, pg_statement_text(pg->schema, stmt, &room), 0,
	                      NULL),
	            name, NULL, err);
	strbuf_done(&room);
	pg->prepared[stmt] = rc == 0;
	return rc;
}

static int run(struct pg *pg, enum statement stmt, const struct pg_params *params,
               int result_format, PGresult **out, struct error *err)
{
	static const struct pg_params none;
	const char *name = statement_table[stmt].name;
	const struct pg_params *p = params != NULL ? params : &none;
	int rc;

	assert(pg->n_sent == 0);
	rc = prepare_one(pg, stmt, err);
	if (rc != 0)
		return rc;
	return finish(pg,
	              PQexecPrepared(pg->conn, name, p->n, p->values, p->sizes, p->formats,
	                             result_format),
	              name, out, err);
}

int pg_run(struct pg *pg, enum statement stmt, const struct pg_params *params,
           PGresult **out, struct error *err)
{
	return run(pg, stmt, params, 0, out, err);
}

int pg_run_binary(struct pg *pg, enum statement stmt, const struct pg_params *params,
                  PGresult **out, struct error *err)
{
	return run(pg, stmt, params, 1, out, err);
}

static void note_sent(struct pg *pg, enum statement stmt, bool is_preparation)
{
	if (pg->n_sent == pg->room_sent) {
		pg->room_sent = pg->room_sent > 0 ? pg->room_sent * 2 : 16;
		pg->sent = xrealloc(pg->sent, pg->room_sent * sizeof(pg->sent[0]));
	}
	pg->sent[pg->n_sent++] =
	        (struct sent){.stmt = stmt, .is_preparation = is_preparation};
}

/* Its answer comes with those of the statements. */
static int send_preparation(struct pg *pg, enum statement stmt, struct error *err)
{
	const char *name = statement_table[stmt].name;
	struct strbuf room = {0};
	int rc = 0;

	if (pg->prepared[stmt])
		return 0;
	if (PQsendPrepare(pg->conn, name, pg_statement_text(pg->schema, stmt, &room), 0,
	                  NULL) != 1)
		rc = pg_conn_error(pg->conn, name, err);
	strbuf_done(&room);
	if (rc == 0) {
		pg->prepared[stmt] = true;
		note_sent(pg, stmt, true);
	}
	return rc;
}

static int send_one(struct pg *pg, enum statement stmt, const struct pg_params *params,
                    int result_format, struct error *err)
{
	static const struct pg_params none;
	const char *name = statement_table[stmt].name;
	const struct pg_params *p = params != NULL ? params : &none;
	int rc;

	assert(PQtransactionStatus(pg->conn) != PQTRANS_IDLE && !pg->ended);
	if (pg->n_sent == 0 && PQenterPipelineMode(pg->conn) != 1)
		return pg_conn_error(pg->conn, name, err);
	if ((rc = send_preparation(pg, stmt, err)) != 0)
		return rc;
	/* Flushed at once, so that the server works while the caller does. */
	if (PQsendQueryPrepared(pg->conn, name, p->n, p->values, p->sizes, p->formats,
	                        result_format) != 1 ||
	    PQflush(pg->conn) < 0)
		return pg_conn_error(pg->conn, name, err);
	note_sent(pg, stmt, false);
	pg->n_asked++;
	return 0;
}

int pg_send(struct pg *pg, enum statement stmt, const struct pg_params *params,
            struct error *err)
{
	return send_one(pg, stmt, params, 0, err);
}

int pg_send_binary(struct pg *pg, enum statement stmt, const struct pg_params *params,
                   struct error *err)
{
	return send_one(pg, stmt, params, 1, err);
}

int pg_send_end(struct pg *pg, struct error *err)
{
	assert(pg->n_sent > 0 && !pg->ended);
	if (PQpipelineSync(pg->conn) != 1)
		return pg_conn_error(pg->conn, "pipeline", err);
	pg->ended = true;
	return 0;
}

bool pg_has_answer(struct pg *pg)
{
	assert(pg->ended);
	/* A connection that is gone has its answer too: pg_collect() tells. */
	return PQflush(pg->conn) < 0 || PQconsumeInput(pg->conn) != 1 ||
	       !PQisBusy(pg->conn);
}

int pg_collect(struct pg *pg, PGresult **results, size_t n, struct error *err)
{
	int rc;

	assert(n == pg->n_asked);
	for (size_t i = 0; i < n; i++)
		results[i] = NULL;
	if (n == 0)
		return 0;
	if (pg->ended || PQpipelineSync(pg->conn) == 1) {
		rc = read_sent(pg, results, err);
	} else {
		rc = pg_conn_error(pg->conn, "pipeline", err);
		leave_pipeline(pg);
	}
	for (size_t i = 0; rc != 0 && i < n; i++)
		pg_clearp(&results[i]);
	return rc;
}
