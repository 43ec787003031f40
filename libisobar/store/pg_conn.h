/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_CONN_H
#define ISOBAR_PG_CONN_H

#include "base/strbuf.h"
#include "store/pg.h"

/*
 * Inside of the store only: what its blocking and its evented half share, and
 * one evented connection as the pool sees it.
 */

/* --- both halves --- */

int64_t pg_now_ms(void); /* of a clock that only goes forward */

bool pg_result_ok(const PGresult *result); /* of a command, or rows */
/* The session is of no more use, a new one may be: a standby answered, or what was
 * prepared is gone or no longer fits the schema. */
bool pg_result_spoils(const PGresult *result);
bool pg_result_is_fatal(const PGresult *result); /* it ends the connection */

/* Starts to connect; the caller drives PQconnectPoll().  NULL: err says why. */
PGconn *pg_connect_start(const struct pg_options *options, struct error *err);
/* connect_timeout of the conninfo, otherwise default_ms. */
unsigned int pg_connect_timeout_ms(PGconn *conn, unsigned int default_ms);

/* All commands that a new session begins with, `;` between them. */
int pg_session_sql(const struct pg_options *options, PGconn *conn, struct strbuf *out,
                   struct error *err) MUST_CHECK;

/* The text of a statement in a schema (pg_options.schema); room holds it, where it differs. */
const char *pg_statement_text(const char *schema, enum statement stmt, struct strbuf *room);

/* --- one evented connection --- */

bool pg_group_is_prepared_on_connect(const struct pg_options *options, enum statement stmt);

/* Enters pipeline mode and sends a Parse for each statement of the groups, and a
 * sync.  The results come in the order of enum statement. */
int pg_prepare_send(const struct pg_options *options, PGconn *conn,
                    struct error *err) MUST_CHECK;

struct event_base;
struct pg_conn;

/*
 * Called from the event loop, never from inside a pg_conn_ function; may not free
 * the connection.
 */
struct pg_conn_owner {
	void (*up)(struct pg_conn *conn, void *ctx); /* connected and prepared */
	/* Lost (was_up), or a try to open it failed.  What was in flight had its done;
	 * the connection is closed and opens itself again after a while. */
	void (*down)(struct pg_conn *conn, bool was_up, const struct error *err, void *ctx);
	/* The query with this tag, which is not NULL, is over.  Takes result over;
	 * exactly one of result and err is NULL. */
	void (*done)(struct pg_conn *conn, void *tag, PGresult *result,
	             const struct error *err, void *ctx);
	/* Some bytes came: see pg_conn_can_take().  May be NULL. */
	void (*heard)(struct pg_conn *conn, void *ctx);
	/* NULL: nobody listens. */
	void (*notified)(struct pg_conn *conn, const char *channel, const char *payload,
	                 void *ctx);
	void *ctx;
};

/* A copy with strings of its own, and the group that every such connection has. */
struct pg_options pg_evented_options(struct arena *arena, const struct pg_options *options);

/*
 * Begins to open at once, by the loop.  options is borrowed for the connection's
 * life.  place: another one for each connection of a process, for the jitter.
 */
struct pg_conn *pg_conn_new(struct event_base *base, const struct pg_options *options,
                            unsigned int place, const struct pg_conn_owner *owner);
void pg_conn_free(struct pg_conn *conn); /* calls nobody; NULL is fine */

/* Each session listens to these; borrowed.  Before the loop turns. */
void pg_conn_listen(struct pg_conn *conn, const char *const *channels, size_t n_channels);

bool pg_conn_is_up(const struct pg_conn *conn);
unsigned int pg_conn_n_in_flight(const struct pg_conn *conn); /* forgotten ones too */

/*
 * Whether a query shall be sent: the connection is up, has room, and is not busy
 * with something slow that the query would have to wait for (nothing was heard for
 * PG_CONN_SLOW_MS).  When that changes, up, done or heard is called.
 */
#define PG_CONN_SLOW_MS 20
bool pg_conn_can_take(const struct pg_conn *conn, int64_t now_ms);

/*
 * Only on a connection that is up and has room; done comes later, unless the tag is
 * forgotten.  Queries are answered in their order.  When nothing is heard for 2 s
 * longer than the timeout of the query that is due (or the statement timeout, if it
 * has none), the connection is lost.
 */
void pg_conn_send(struct pg_conn *conn, const struct pg_call *call, void *tag);
void pg_conn_flush(struct pg_conn *conn); /* after one or several of these */
void pg_conn_forget(struct pg_conn *conn, const void *tag);

#endif
