/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection on the event loop.  It opens in three steps (connect, session
 * commands, all statements prepared in one round trip) and then runs one
 * statement at a time.  libpq says when to read or write; every way out of a
 * broken connection goes through lose().
 */
#include "store/pg_conn.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

#include "base/mem.h"

enum pg_conn_state {
	CONN_CLOSED, /* the timer opens it, if it is armed */
	CONN_CONNECTING,
	CONN_SESSION,   /* the session's first commands are under way */
	CONN_PREPARING, /* the statements of the groups, in pipeline mode */
	CONN_IDLE,
	CONN_PREPARING_ONE, /* the statement to run was not prepared yet */
	CONN_RUNNING
};

struct pg_conn {
	struct event_base *base;
	const struct pg_options *options;
	struct pg_conn_owner owner;

	enum pg_conn_state state;
	PGconn *pg;                     /* NULL: closed */
	struct event *io;               /* NULL: nothing is watched */
	short io_what;                  /* of io */
	struct event *timer;            /* opens, bounds opening, or reports failed */
	bool failed;                    /* err holds why; the timer calls lose() */
	struct error err;               /* of the step under way; see has_err */
	bool has_err;                   /* the step is read to its end first */
	unsigned int at;                /* statement whose preparation is answered next */
	PGresult *result;               /* of the statement that runs */
	enum statement stmt;            /* that runs */
	const struct pg_params *params; /* of it, until it is sent */
	bool prepared[N_STATEMENTS];
};

static void on_io(evutil_socket_t fd, short what, void *ctx);
static void on_timer(evutil_socket_t fd, short what, void *ctx);

struct pg_conn *pg_conn_new(struct event_base *base, const struct pg_options *options,
                            const struct pg_conn_owner *owner)
{
	struct pg_conn *conn = xcalloc(1, sizeof(*conn));

	conn->base = base;
	conn->options = options;
	conn->owner = *owner;
	conn->timer = event_new(base, -1, 0, on_timer, conn);
	return conn;
}

void pg_conn_free(struct pg_conn *conn)
{
	if (conn == NULL)
		return;
	pg_conn_reset(conn);
	event_free(conn->timer);
	free(conn);
}

bool pg_conn_is_closed(const struct pg_conn *conn)
{
	return conn->state == CONN_CLOSED;
}

bool pg_conn_is_idle(const struct pg_conn *conn)
{
	return conn->state == CONN_IDLE && !conn->failed;
}

static void unwatch(struct pg_conn *conn)
{
	if (conn->io != NULL)
		event_free(conn->io);
	conn->io = NULL;
	conn->io_what = 0;
}

/* While connecting the socket may be another after each step: unwatch() first. */
static void watch(struct pg_conn *conn, short what)
{
	if (conn->io_what == what)
		return;
	unwatch(conn);
	conn->io = event_new(conn->base, PQsocket(conn->pg), (short)(what | EV_PERSIST),
	                     on_io, conn);
	conn->io_what = what;
	event_add(conn->io, NULL);
}

static void arm(struct pg_conn *conn, unsigned int ms)
{
	struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = (long)(ms % 1000) * 1000};

	event_add(conn->timer, &wait);
}

void pg_conn_reset(struct pg_conn *conn)
{
	event_del(conn->timer);
	unwatch(conn); /* before the socket is closed under it */
	PQclear(conn->result);
	conn->result = NULL;
	PQfinish(conn->pg);
	conn->pg = NULL;
	conn->state = CONN_CLOSED;
	conn->failed = false;
	conn->has_err = false;
	for (size_t i = 0; i < N_STATEMENTS; i++)
		conn->prepared[i] = false;
}

/* Closes the connection and says so: to the statement under way first. */
static void lose(struct pg_conn *conn, const struct error *err)
{
	bool running = conn->state == CONN_PREPARING_ONE || conn->state == CONN_RUNNING;
	struct error why = *err;

	pg_conn_reset(conn);
	if (running)
		conn->owner.done(conn, NULL, &why, conn->owner.ctx);
	conn->owner.lost(conn, &why, conn->owner.ctx);
}

static void lose_by_conn(struct pg_conn *conn, const char *what)
{
	struct error err;

	pg_conn_error(conn->pg, what, &err);
	if (err.code == ERR_INTERNAL && PQstatus(conn->pg) == CONNECTION_BAD)
		err.code = ERR_TRANSIENT;
	lose(conn, &err);
}

/* For functions that may call nobody: the timer reports it. */
static void fail_later(struct pg_conn *conn, const char *what)
{
	pg_conn_error(conn->pg, what, &conn->err);
	conn->failed = true;
	event_active(conn->timer, EV_TIMEOUT, 0);
}

static bool flush(struct pg_conn *conn)
{
	int rc = PQflush(conn->pg);

	if (rc < 0)
		return false;
	watch(conn, rc > 0 ? EV_READ | EV_WRITE : EV_READ);
	return true;
}

/* --- opening --- */

void pg_conn_open(struct pg_conn *conn, unsigned int delay_ms)
{
	assert(conn->state == CONN_CLOSED);
	arm(conn, delay_ms);
}

static void open_now(struct pg_conn *conn)
{
	struct error err;

	conn->pg = pg_connect_start(conn->options, &err);
	if (conn->pg == NULL) {
		lose(conn, &err);
		return;
	}
	conn->state = CONN_CONNECTING;
	arm(conn, pg_connect_timeout_ms(conn->pg));
	watch(conn, EV_WRITE);
}

static void session_begin(struct pg_conn *conn)
{
	struct strbuf sql = {0};
	struct error err;
	int rc = pg_session_sql(conn->options, conn->pg, &sql, &err);

	conn->state = CONN_SESSION;
	PQsetErrorVerbosity(conn->pg, PQERRORS_DEFAULT);
	if (rc != 0)
		lose(conn, &err);
	else if (PQsetnonblocking(conn->pg, 1) != 0 ||
	         PQsendQuery(conn->pg, strbuf_text(&sql)) != 1 || !flush(conn))
		lose_by_conn(conn, "session");
	strbuf_done(&sql);
}

static void connect_step(struct pg_conn *conn)
{
	unwatch(conn);
	switch (PQconnectPoll(conn->pg)) {
	case PGRES_POLLING_OK:
		session_begin(conn);
		break;
	case PGRES_POLLING_READING:
		watch(conn, EV_READ);
		break;
	case PGRES_POLLING_WRITING:
		watch(conn, EV_WRITE);
		break;
	case PGRES_POLLING_FAILED:
	case PGRES_POLLING_ACTIVE: /* not returned any more */
		lose_by_conn(conn, "database");
		break;
	}
}

/* Keeps the first error of a step; what follows it only says "aborted". */
static void keep_error(struct pg_conn *conn, const PGresult *result, const char *what)
{
	if (result == NULL || pg_result_ok(result) || conn->has_err)
		return;
	pg_result_error(result, what, &conn->err);
	conn->has_err = true;
}

static void session_read(struct pg_conn *conn, const PGresult *result)
{
	struct error err;

	keep_error(conn, result, "session");
	if (result != NULL)
		return;
	if (conn->has_err) {
		lose(conn, &conn->err);
		return;
	}
	conn->state = CONN_PREPARING;
	conn->at = 0;
	if (pg_prepare_send(conn->options, conn->pg, &err) != 0)
		lose(conn, &err);
	else if (!flush(conn))
		lose_by_conn(conn, "prepare");
}

static void ready(struct pg_conn *conn)
{
	if (conn->has_err) {
		lose(conn, &conn->err);
		return;
	}
	if (PQexitPipelineMode(conn->pg) != 1) {
		lose_by_conn(conn, "prepare");
		return;
	}
	event_del(conn->timer);
	conn->state = CONN_IDLE;
	conn->owner.ready(conn, conn->owner.ctx);
}

static void preparing_read(struct pg_conn *conn, const PGresult *result)
{
	if (result == NULL)
		return;
	if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
		ready(conn);
		return;
	}
	while (conn->at < N_STATEMENTS &&
	       !pg_group_is_prepared_on_connect(conn->options, (enum statement)conn->at))
		conn->at++;
	assert(conn->at < N_STATEMENTS);
	keep_error(conn, result, statement_table[conn->at].name);
	conn->prepared[conn->at++] = pg_result_ok(result);
}

/* --- running --- */

static bool send_statement(struct pg_conn *conn)
{
	static const struct pg_params none;
	const struct pg_params *p = conn->params != NULL ? conn->params : &none;

	conn->state = CONN_RUNNING;
	conn->params = NULL;
	return PQsendQueryPrepared(conn->pg, statement_table[conn->stmt].name, p->n,
	                           p->values, p->sizes, p->formats, 0) == 1 &&
	       flush(conn);
}

void pg_conn_run(struct pg_conn *conn, enum statement stmt, const struct pg_params *params)
{
	const struct statement_text *text = &statement_table[stmt];
	bool ok;

	assert(pg_conn_is_idle(conn));
	conn->stmt = stmt;
	conn->params = params;
	conn->has_err = false;
	if (conn->prepared[stmt]) {
		ok = send_statement(conn);
	} else {
		conn->state = CONN_PREPARING_ONE;
		ok = PQsendPrepare(conn->pg, text->name, text->sql, 0, NULL) == 1 &&
		     flush(conn);
	}
	if (!ok)
		fail_later(conn, text->name);
}

static void preparing_one_read(struct pg_conn *conn, const PGresult *result)
{
	const char *name = statement_table[conn->stmt].name;

	keep_error(conn, result, name);
	if (result != NULL)
		return;
	if (conn->has_err) {
		conn->state = CONN_IDLE;
		conn->owner.done(conn, NULL, &conn->err, conn->owner.ctx);
		return;
	}
	conn->prepared[conn->stmt] = true;
	if (!send_statement(conn))
		lose_by_conn(conn, name);
}

/* The statement's results are read to their end. */
static void finish(struct pg_conn *conn)
{
	const char *name = statement_table[conn->stmt].name;
	PGresult *result = conn->result;
	struct error err;

	if (PQstatus(conn->pg) == CONNECTION_BAD) {
		lose_by_conn(conn, name);
		return;
	}
	conn->result = NULL;
	if (pg_result_ok(result)) {
		conn->state = CONN_IDLE;
		conn->owner.done(conn, result, NULL, conn->owner.ctx);
		return;
	}
	pg_result_error(result, name, &err);
	if (pg_result_is_read_only(result)) {
		lose(conn, &err); /* failed over: another host may take writes */
	} else {
		conn->state = CONN_IDLE;
		conn->owner.done(conn, NULL, &err, conn->owner.ctx);
	}
	PQclear(result);
}

static void running_read(struct pg_conn *conn, PGresult *result)
{
	if (result == NULL) {
		finish(conn);
		return;
	}
	PQclear(conn->result);
	conn->result = result;
}

/* --- the loop's side --- */

/* One result, or the NULL behind the last of a statement. */
static void read_result(struct pg_conn *conn, PGresult *result)
{
	switch (conn->state) {
	case CONN_SESSION:
		session_read(conn, result);
		break;
	case CONN_PREPARING:
		preparing_read(conn, result);
		break;
	case CONN_PREPARING_ONE:
		preparing_one_read(conn, result);
		break;
	case CONN_RUNNING:
		running_read(conn, result);
		return; /* keeps it */
	case CONN_CLOSED:
	case CONN_CONNECTING:
	case CONN_IDLE:
		break;
	}
	PQclear(result);
}

static bool is_expecting(const struct pg_conn *conn)
{
	return conn->state > CONN_CONNECTING && conn->state != CONN_IDLE;
}

static void on_io(evutil_socket_t fd, short what, void *ctx)
{
	struct pg_conn *conn = ctx;

	(void)fd;
	if (conn->failed)
		return;
	if (conn->state == CONN_CONNECTING) {
		connect_step(conn);
		return;
	}
	if (((what & EV_READ) && PQconsumeInput(conn->pg) != 1) || !flush(conn)) {
		lose_by_conn(conn, "database");
		return;
	}
	while (is_expecting(conn) && !PQisBusy(conn->pg))
		read_result(conn, PQgetResult(conn->pg));
	/* An idle session that the server ended. */
	if (conn->state == CONN_IDLE && PQstatus(conn->pg) == CONNECTION_BAD)
		lose_by_conn(conn, "database");
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct pg_conn *conn = ctx;
	struct error err;

	(void)fd;
	(void)what;
	if (conn->failed) {
		err = conn->err;
		lose(conn, &err);
	} else if (conn->state == CONN_CLOSED) {
		open_now(conn);
	} else {
		error_set(&err, ERR_TRANSIENT, "database: connecting timed out");
		lose(conn, &err);
	}
}
