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

bool pg_result_ok(const PGresult *result);           /* of a command, or rows */
bool pg_result_is_read_only(const PGresult *result); /* a standby answered */

/* Starts to connect; the caller drives PQconnectPoll().  NULL: err says why. */
PGconn *pg_connect_start(const struct pg_options *options, struct error *err);
unsigned int pg_connect_timeout_ms(PGconn *conn); /* connect_timeout, else 30 s */

/* All commands that a new session begins with, `;` between them. */
int pg_session_sql(const struct pg_options *options, PGconn *conn, struct strbuf *out,
                   struct error *err) MUST_CHECK;

bool pg_group_is_prepared_on_connect(const struct pg_options *options, enum statement stmt);

/* Enters pipeline mode and sends a Parse for each statement of the groups, and a
 * sync.  The results come in the order of enum statement. */
int pg_prepare_send(const struct pg_options *options, PGconn *conn,
                    struct error *err) MUST_CHECK;

/* --- one evented connection --- */

struct event_base;
struct pg_conn;

/*
 * Called from the event loop, never from inside a pg_conn_ function.  After lost
 * the connection is closed; a query that was under way got its error by done.
 */
struct pg_conn_owner {
	void (*ready)(struct pg_conn *conn, void *ctx); /* connected and prepared */
	void (*lost)(struct pg_conn *conn, const struct error *err, void *ctx);
	/* Takes result over; exactly one of result and err is NULL. */
	void (*done)(struct pg_conn *conn, PGresult *result, const struct error *err,
	             void *ctx);
	void *ctx;
};

/* options is borrowed for the life of the connection. */
struct pg_conn *pg_conn_new(struct event_base *base, const struct pg_options *options,
                            const struct pg_conn_owner *owner);
void pg_conn_free(struct pg_conn *conn);

void pg_conn_open(struct pg_conn *conn, unsigned int delay_ms); /* only when closed */
void pg_conn_reset(struct pg_conn *conn); /* closes it, calls nobody */
bool pg_conn_is_closed(const struct pg_conn *conn);
bool pg_conn_is_idle(const struct pg_conn *conn); /* a statement may be run */

/* Only on an idle connection; done or lost comes later. */
void pg_conn_run(struct pg_conn *conn, enum statement stmt, const struct pg_params *params);

#endif
