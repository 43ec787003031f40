/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection on the event loop, which keeps itself open.  It opens in three
 * steps (connect, session commands, all statements prepared in one round trip) and
 * stays in libpq's pipeline mode: many queries are in flight, each with a sync of its
 * own, so that each is a transaction and an error ends with it.  libpq says when to
 * read or write; every way out of a broken connection goes through lose().
 */
#include "store/pg_conn.h"

#include <assert.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* From the first packet to the last statement prepared; connect_timeout wins. */
#define OPEN_TIMEOUT_MS 5000

/* Between two tries to connect; the jitter grows from one to the other. */
#define BACKOFF_LEAST_MS 100
#define BACKOFF_MOST_MS  2000

/* How often silence is looked for, and what it may last beyond the time-out. */
#define WATCH_MS 500
#define GRACE_MS 2000

enum pg_conn_state {
	CONN_CLOSED, /* the timer opens it */
	CONN_CONNECTING,
	CONN_SESSION,   /* the session's first commands are under way */
	CONN_PREPARING, /* the statements of the groups, in pipeline mode */
	CONN_UP
};

/* What was sent between two syncs. */
struct flight {
	enum statement stmt;
	bool has_org;          /* STMT_ORG_SET comes before it */
	unsigned int limit_ms; /* of silence, without the grace; 0: none */
	void *tag;             /* NULL: forgotten */
};

struct pg_conn {
	struct event_base *base;
	const struct pg_options *options;
	struct pg_conn_owner owner;
	const char *const *channels;
	size_t n_channels;
	uint64_t random;
	unsigned int backoff_ms;

	enum pg_conn_state state;
	PGconn *pg;          /* NULL: closed */
	struct event *io;    /* NULL: nothing is watched */
	short io_what;       /* of io */
	struct event *timer; /* opens, bounds opening, looks for silence, reports failed */
	bool failed;         /* failure says why; the timer calls lose() */
	struct error failure;
	bool unwritten;  /* something waits for pg_conn_flush() */
	unsigned int at; /* statement whose preparation is answered next */
	bool prepared[N_STATEMENTS];

	/* Of the step under way; when up, of the flight that is answered. */
	struct error err;
	bool has_err;        /* the step is read to its end first */
	bool is_spoilt;      /* by what it says */
	unsigned int n_done; /* statements of the flight that are read */
	bool was_null;       /* the last result was */
	PGresult *result;    /* of the flight's own statement */

	int64_t heard_at_ms;    /* last bytes, or the first flight left */
	unsigned int n_flights; /* a ring that begins at first */
	unsigned int first;
	struct flight flights[PG_PIPELINE_MOST];
};

static void on_io(evutil_socket_t fd, short what, void *ctx);
static void on_timer(evutil_socket_t fd, short what, void *ctx);

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

static void close_now(struct pg_conn *conn)
{
	event_del(conn->timer);
	unwatch(conn); /* before the socket is closed under it */
	PQclear(conn->result);
	conn->result = NULL;
	PQfinish(conn->pg);
	conn->pg = NULL;
	conn->state = CONN_CLOSED;
	conn->failed = false;
	conn->unwritten = false;
	conn->has_err = false;
	conn->is_spoilt = false;
	conn->n_done = 0;
	conn->was_null = false;
	memset(conn->prepared, 0, sizeof(conn->prepared));
}

/* xorshift64: good enough to keep processes from knocking in step. */
static uint64_t next_random(struct pg_conn *conn)
{
	conn->random ^= conn->random << 13;
	conn->random ^= conn->random >> 7;
	conn->random ^= conn->random << 17;
	return conn->random;
}

/* Decorrelated jitter: between the least and three times the wait before. */
static unsigned int next_backoff(struct pg_conn *conn)
{
	uint64_t range = (uint64_t)conn->backoff_ms * 3 - BACKOFF_LEAST_MS + 1;
	uint64_t ms = BACKOFF_LEAST_MS + next_random(conn) % range;

	conn->backoff_ms = ms < BACKOFF_MOST_MS ? (unsigned int)ms : BACKOFF_MOST_MS;
	return conn->backoff_ms;
}

static const char *copy_text(struct arena *arena, const char *text)
{
	return text != NULL ? arena_strdup(arena, text) : NULL;
}

struct pg_options pg_evented_options(struct arena *arena, const struct pg_options *options)
{
	struct pg_options copy = *options;

	copy.conninfo = copy_text(arena, options->conninfo);
	copy.role = copy_text(arena, options->role);
	copy.program = copy_text(arena, options->program);
	copy.groups |= PG_GROUP_EVENTED;
	return copy;
}

struct pg_conn *pg_conn_new(struct event_base *base, const struct pg_options *options,
                            unsigned int place, const struct pg_conn_owner *owner)
{
	struct pg_conn *conn = xcalloc(1, sizeof(*conn));
	uint64_t seed = (uint64_t)options->seed << 32 | (place + 1);

	conn->base = base;
	conn->options = options;
	conn->owner = *owner;
	conn->random = UINT64_C(0x9e3779b97f4a7c15) * seed;
	conn->backoff_ms = BACKOFF_LEAST_MS;
	conn->timer = event_new(base, -1, 0, on_timer, conn);
	arm(conn, 0);
	return conn;
}

void pg_conn_free(struct pg_conn *conn)
{
	if (conn == NULL)
		return;
	close_now(conn);
	event_free(conn->timer);
	free(conn);
}

void pg_conn_listen(struct pg_conn *conn, const char *const *channels, size_t n_channels)
{
	assert(conn->state == CONN_CLOSED);
	conn->channels = channels;
	conn->n_channels = n_channels;
}

/* Tells the owner of the oldest flight, which takes result. */
static void land(struct pg_conn *conn, PGresult *result, const struct error *err)
{
	void *tag = conn->flights[conn->first].tag;

	conn->first = (conn->first + 1) % PG_PIPELINE_MOST;
	conn->n_flights--;
	if (tag != NULL)
		conn->owner.done(conn, tag, result, err, conn->owner.ctx);
	else
		PQclear(result);
}

/* Closes the connection and says so, to what was in flight first. */
static void lose(struct pg_conn *conn, const struct error *err)
{
	const struct error why = *err, own = conn->err;
	bool was_up = conn->state == CONN_UP, has_own = conn->has_err;
	struct error lost = why;

	/* They may have been carried out, whatever the reason: the caller tries again. */
	lost.code = ERR_TRANSIENT;
	close_now(conn);
	if (conn->n_flights > 0 && has_own)
		land(conn, NULL, &own);
	while (conn->n_flights > 0)
		land(conn, NULL, &lost);
	arm(conn, next_backoff(conn));
	conn->owner.down(conn, was_up, &why, conn->owner.ctx);
}

static void lose_by_conn(struct pg_conn *conn, const char *what)
{
	struct error err;

	pg_conn_error(conn->pg, what, &err);
	lose(conn, &err);
}

/* For functions that may call nobody: the timer reports it. */
static void fail_later(struct pg_conn *conn, const char *what)
{
	pg_conn_error(conn->pg, what, &conn->failure);
	conn->failed = true;
	event_active(conn->timer, EV_TIMEOUT, 0);
}

static bool flush(struct pg_conn *conn)
{
	int rc = PQflush(conn->pg);

	conn->unwritten = false;
	if (rc < 0)
		return false;
	watch(conn, rc > 0 ? EV_READ | EV_WRITE : EV_READ);
	return true;
}

/* --- opening --- */

static void open_now(struct pg_conn *conn)
{
	struct error err;

	conn->pg = pg_connect_start(conn->options, &err);
	if (conn->pg == NULL) {
		lose(conn, &err);
		return;
	}
	conn->state = CONN_CONNECTING;
	arm(conn, pg_connect_timeout_ms(conn->pg, OPEN_TIMEOUT_MS));
	watch(conn, EV_WRITE);
}

static bool put_listen(struct pg_conn *conn, struct strbuf *sql)
{
	for (size_t i = 0; i < conn->n_channels; i++) {
		const char *channel = conn->channels[i];
		char *name = PQescapeIdentifier(conn->pg, channel, strlen(channel));

		if (name == NULL)
			return false;
		strbuf_printf(sql, "listen %s;\n", name);
		PQfreemem(name);
	}
	return true;
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
	else if (!put_listen(conn, &sql) || PQsetnonblocking(conn->pg, 1) != 0 ||
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
	if (pg_result_ok(result) || conn->has_err)
		return;
	pg_result_error(result, what, &conn->err);
	conn->has_err = true;
	conn->is_spoilt = pg_result_spoils(result);
}

static void session_read(struct pg_conn *conn, const PGresult *result)
{
	struct error err;

	if (result != NULL) {
		keep_error(conn, result, "session");
		return;
	}
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

static void preparing_read(struct pg_conn *conn, const PGresult *result)
{
	struct error err;

	if (result == NULL)
		return;
	/* It answers no statement: the last one may be answered already. */
	if (pg_result_is_fatal(result)) {
		pg_result_error(result, "prepare", &err);
		lose(conn, &err);
		return;
	}
	if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
		if (conn->has_err) {
			lose(conn, &conn->err);
			return;
		}
		event_del(conn->timer);
		conn->state = CONN_UP;
		conn->backoff_ms = BACKOFF_LEAST_MS;
		conn->owner.up(conn, conn->owner.ctx);
		return;
	}
	while (conn->at < N_STATEMENTS &&
	       !pg_group_is_prepared_on_connect(conn->options, (enum statement)conn->at))
		conn->at++;
	assert(conn->at < N_STATEMENTS);
	keep_error(conn, result, statement_table[conn->at].name);
	conn->prepared[conn->at++] = pg_result_ok(result);
}

/* --- queries --- */

bool pg_conn_is_up(const struct pg_conn *conn)
{
	return conn->state == CONN_UP && !conn->failed;
}

unsigned int pg_conn_n_in_flight(const struct pg_conn *conn)
{
	return conn->n_flights;
}

bool pg_conn_can_take(const struct pg_conn *conn, int64_t now_ms)
{
	unsigned int room = conn->options->pipeline;

	if (room == 0)
		room = PG_PIPELINE_USUAL;
	if (!pg_conn_is_up(conn) || conn->n_flights >= room)
		return false;
	return conn->n_flights == 0 || now_ms - conn->heard_at_ms < PG_CONN_SLOW_MS;
}

static bool send_one(struct pg_conn *conn, enum statement stmt, const struct pg_params *p,
                     bool binary)
{
	static const struct pg_params none;

	if (p == NULL)
		p = &none;
	return PQsendQueryPrepared(conn->pg, statement_table[stmt].name, p->n, p->values,
	                           p->sizes, p->formats, binary ? 1 : 0) == 1;
}

static bool send_org(struct pg_conn *conn, int64_t org_id)
{
	char text[24];
	const struct pg_params p = {.n = 1, .values = {text}};

	snprintf(text, sizeof(text), "%" PRId64, org_id);
	return send_one(conn, STMT_ORG_SET, &p, false);
}

void pg_conn_send(struct pg_conn *conn, const struct pg_call *call, void *tag)
{
	unsigned int place = (conn->first + conn->n_flights) % PG_PIPELINE_MOST;
	unsigned int limit_ms = call->timeout_ms;

	assert(pg_conn_is_up(conn) && conn->n_flights < PG_PIPELINE_MOST && tag != NULL);
	assert(conn->prepared[call->stmt]);
	if (limit_ms == 0)
		limit_ms = conn->options->statement_timeout_ms;
	conn->flights[place] =
	        (struct flight){call->stmt, call->org_id != 0, limit_ms, tag};
	if (conn->n_flights++ == 0) {
		conn->heard_at_ms = pg_now_ms();
		if (!event_pending(conn->timer, EV_TIMEOUT, NULL))
			arm(conn, WATCH_MS);
	}
	/* libpq 15 writes with each sync; pg_conn_flush() writes what was left. */
	conn->unwritten = true;
	if ((call->org_id != 0 && !send_org(conn, call->org_id)) ||
	    !send_one(conn, call->stmt, call->params, call->binary) ||
	    PQpipelineSync(conn->pg) != 1)
		fail_later(conn, statement_table[call->stmt].name);
}

void pg_conn_flush(struct pg_conn *conn)
{
	if (conn->unwritten && !conn->failed && !flush(conn))
		fail_later(conn, "database");
}

void pg_conn_forget(struct pg_conn *conn, const void *tag)
{
	for (unsigned int i = 0; i < conn->n_flights; i++) {
		struct flight *flight =
		        &conn->flights[(conn->first + i) % PG_PIPELINE_MOST];

		if (flight->tag == tag)
			flight->tag = NULL;
	}
}

/* The sync of the oldest flight: its transaction is over. */
static void flight_end(struct pg_conn *conn)
{
	struct error err = conn->err;
	PGresult *result = conn->result;
	bool is_spoilt = conn->is_spoilt;
	bool failed = conn->has_err;

	conn->result = NULL;
	conn->has_err = false;
	conn->is_spoilt = false;
	conn->n_done = 0;
	if (is_spoilt)
		err.code = ERR_TRANSIENT;
	if (failed) {
		PQclear(result);
		land(conn, NULL, &err);
	} else {
		assert(result != NULL);
		land(conn, result, NULL);
	}
	if (is_spoilt) {
		error_wrap(&err, "session given up");
		lose(conn, &err);
	}
}

/*
 * A flight is answered by the results of its statements, a NULL behind each, and a
 * sync.  An error may come behind the last statement too: that of its commit.
 */
static void flight_read(struct pg_conn *conn, PGresult *result)
{
	const struct flight *flight = &conn->flights[conn->first];
	bool is_own = conn->n_done == (flight->has_org ? 1U : 0U);
	struct error err;

	if (result == NULL) {
		conn->n_done++;
		return;
	}
	if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
		flight_end(conn);
	} else if (pg_result_is_fatal(result)) {
		pg_result_error(result, "database", &err);
		lose(conn, &err);
	} else {
		keep_error(conn, result, statement_table[flight->stmt].name);
		if (is_own && conn->result == NULL && !conn->has_err) {
			conn->result = result;
			return;
		}
	}
	PQclear(result);
}

/* --- the loop's side --- */

/* One result, or the NULL behind the last of a statement. */
static void read_result(struct pg_conn *conn, PGresult *result)
{
	/* What libpq answers when it expects nothing: the connection broke. */
	if (result == NULL && conn->was_null) {
		lose_by_conn(conn, "database");
		return;
	}
	conn->was_null = result == NULL;
	if (conn->state == CONN_UP) {
		flight_read(conn, result);
		return;
	}
	if (conn->state == CONN_SESSION)
		session_read(conn, result);
	else
		preparing_read(conn, result);
	PQclear(result);
}

static bool is_expecting(const struct pg_conn *conn)
{
	return conn->state == CONN_UP ? conn->n_flights > 0 : conn->state > CONN_CONNECTING;
}

static void read_notifications(struct pg_conn *conn)
{
	if (conn->owner.notified == NULL || conn->state != CONN_UP)
		return;
	for (PGnotify *n; (n = PQnotifies(conn->pg)) != NULL;) {
		conn->owner.notified(conn, n->relname, n->extra, conn->owner.ctx);
		PQfreemem(n);
	}
}

/* What came before the end of a connection counts, so this comes before lose(). */
static void read_results(struct pg_conn *conn)
{
	while (is_expecting(conn) && !PQisBusy(conn->pg))
		read_result(conn, PQgetResult(conn->pg));
	read_notifications(conn);
}

static bool consume(struct pg_conn *conn)
{
	bool ok;

	conn->heard_at_ms = pg_now_ms();
	ok = PQconsumeInput(conn->pg) == 1 && flush(conn);
	read_results(conn);
	/* libpq reads 8 KiB or more, a record of TLS may hold 16: the rest of it would
	 * stay in OpenSSL, and no event tells of that. */
	if (ok && conn->state != CONN_CLOSED && PQsslInUse(conn->pg)) {
		ok = PQconsumeInput(conn->pg) == 1;
		read_results(conn);
	}
	return ok;
}

static void on_io(evutil_socket_t fd, short what, void *ctx)
{
	struct pg_conn *conn = ctx;
	bool ok;

	(void)fd;
	if (conn->failed)
		return;
	if (conn->state == CONN_CONNECTING) {
		connect_step(conn);
		return;
	}
	if (what & EV_READ) {
		ok = consume(conn);
	} else {
		ok = flush(conn);
		read_results(conn); /* libpq may read while it writes */
	}
	if (conn->state == CONN_CLOSED)
		return;
	if (!ok || PQstatus(conn->pg) == CONNECTION_BAD)
		lose_by_conn(conn, "database");
	else if (conn->state == CONN_UP && conn->owner.heard != NULL)
		conn->owner.heard(conn, conn->owner.ctx);
}

static void look_for_silence(struct pg_conn *conn)
{
	unsigned int limit_ms;
	int64_t silent_ms = pg_now_ms() - conn->heard_at_ms;
	struct error err;

	if (conn->n_flights == 0)
		return; /* the next flight arms the timer */
	limit_ms = conn->flights[conn->first].limit_ms;
	if (limit_ms > 0 && silent_ms >= (int64_t)limit_ms + GRACE_MS) {
		error_set(&err, ERR_TRANSIENT, "database: silent for %" PRId64 " ms",
		          silent_ms);
		lose(conn, &err);
		return;
	}
	arm(conn, WATCH_MS);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct pg_conn *conn = ctx;
	struct error err;

	(void)fd;
	(void)what;
	if (conn->failed) {
		lose(conn, &conn->failure);
	} else if (conn->state == CONN_CLOSED) {
		open_now(conn);
	} else if (conn->state == CONN_UP) {
		look_for_silence(conn);
	} else {
		error_set(&err, ERR_TRANSIENT, "database: connecting timed out");
		lose(conn, &err);
	}
}
