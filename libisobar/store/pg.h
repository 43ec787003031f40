/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_H
#define ISOBAR_PG_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "model/key.h"
#include "store/statement_table.h"
#include "store/statements.h" /* generated: enum statement, from sql/ */

/*
 * Parameters $1..$n of one statement, in order, in text format (bytea in binary).
 * Texts are borrowed until the statement was sent, or copied into arena.
 */
#define PG_MAX_PARAMS 24

struct pg_params {
	struct arena *arena;
	int n;
	const char *values[PG_MAX_PARAMS];
	int sizes[PG_MAX_PARAMS];
	int formats[PG_MAX_PARAMS];
};

void pg_bind_text(struct pg_params *p, const char *value); /* NULL is SQL NULL */
void pg_bind_int(struct pg_params *p, int64_t value);
void pg_bind_bool(struct pg_params *p, bool value);
void pg_bind_timestamp(struct pg_params *p, timestamp value);   /* TIMESTAMP_NONE is NULL */
void pg_bind_key(struct pg_params *p, const struct key *value); /* uuid */
void pg_bind_texts(struct pg_params *p, const char *const *texts,
                   size_t n); /* text[]; NULL is SQL NULL */
void pg_bind_binary(struct pg_params *p, const void *data, size_t size); /* borrowed */

/*
 * A field of a text-format result, by column name.  Text is borrowed from the
 * result; NULL reads as "", 0, false, TIMESTAMP_NONE and the zero key.  An unknown
 * column is a broken invariant (assert).
 */
bool pg_is_null(const PGresult *result, int row, const char *field);
const char *pg_get_text(const PGresult *result, int row, const char *field);
int64_t pg_get_int(const PGresult *result, int row, const char *field);
bool pg_get_bool(const PGresult *result, int row, const char *field);
timestamp pg_get_timestamp(const PGresult *result, int row, const char *field);
struct key pg_get_key(const PGresult *result, int row, const char *field);

void pg_clearp(PGresult **result); /* for CLEANUP() */

/* SQLSTATE to our codes: scale-out rules' retryable ones are ERR_TRANSIENT. */
int pg_result_error(const PGresult *result, const char *what, struct error *err);
int pg_conn_error(const PGconn *conn, const char *what, struct error *err);

/* --- blocking: the scorer, the command line, the tests --- */

struct pg;

struct pg_options {
	const char *conninfo; /* libpq conninfo or URL; never logged */
	const char *role;     /* SET ROLE after connecting; NULL: stay */
	const char *program;  /* application_name */
	unsigned int groups;  /* of enum pg_group: whose temporary tables there are; on
	                       * the event loop also what is prepared */

	/*
	 * A schema with the same tables, that all statements mean instead of isobar: a
	 * replay's (replay_store.h).  Letters, digits and _; NULL: isobar.  Blocking only.
	 */
	const char *schema;

	/* The server ends a statement that runs longer (ERR_LIMIT); 0: never. */
	unsigned int statement_timeout_ms;

	/* On the event loop only. */
	unsigned int seed;     /* of the reconnect jitter: another in each process */
	unsigned int pipeline; /* queries in flight on a connection, 1 to
	                        * PG_PIPELINE_MOST; 0: PG_PIPELINE_USUAL */
};

#define PG_PIPELINE_MOST  64
#define PG_PIPELINE_USUAL 16

/* A statement is prepared when it is first asked for: a command asks for few. */
int pg_open(const struct pg_options *options, struct pg **out,
            struct error *err) MUST_CHECK;
/* The same; before role, schema and groups are taken on, before() looks at the database,
 * and its error is the connection's end. */
typedef int pg_look(struct pg *pg, struct error *err);
int pg_open_after(const struct pg_options *options, pg_look *before, struct pg **out,
                  struct error *err) MUST_CHECK;
void pg_close(struct pg *pg); /* NULL is fine */
void pg_closep(struct pg **pg);
PGconn *pg_connection(struct pg *pg); /* for COPY and LISTEN in the store's own files */
const char *pg_schema(const struct pg *pg); /* as in pg_options; NULL: isobar */
/* The key of an advisory lock, another one in each schema. */
int64_t pg_lock_key(const struct pg *pg, int64_t key);

int pg_begin(struct pg *pg, struct error *err) MUST_CHECK;
int pg_commit(struct pg *pg, struct error *err) MUST_CHECK;
/*
 * To the end of the transaction another role, with the temporary tables that the session
 * groups make; 0: with none.  The login must be a member of it.
 */
int pg_become(struct pg *pg, const char *role, unsigned int session_groups,
              struct error *err) MUST_CHECK;
void pg_rollback(struct pg *pg); /* no-op outside a transaction */

/* Text-format result; the caller clears it.  out may be NULL.  Not allowed while
 * statements sent by pg_send() are outstanding. */
int pg_run(struct pg *pg, enum statement stmt, const struct pg_params *params,
           PGresult **out, struct error *err) MUST_CHECK;
/* The same with a binary-format result, for bulk reads in the store's own files. */
int pg_run_binary(struct pg *pg, enum statement stmt, const struct pg_params *params,
                  PGresult **out, struct error *err) MUST_CHECK;
/* One command without parameters or rows, not from sql/: SET, BEGIN, migrations. */
int pg_command(struct pg *pg, const char *sql, struct error *err) MUST_CHECK;

/*
 * Several statements in flight while the caller works on: pg_send() any number,
 * then pg_collect(), which waits for all.  results[i] is the i-th sent, to be
 * cleared by the caller; on failure none is left.  Inside a transaction only.
 */
int pg_send(struct pg *pg, enum statement stmt, const struct pg_params *params,
            struct error *err) MUST_CHECK;
int pg_send_binary(struct pg *pg, enum statement stmt, const struct pg_params *params,
                   struct error *err) MUST_CHECK; /* its result is in binary format */
int pg_collect(struct pg *pg, PGresult **results, size_t n, struct error *err) MUST_CHECK;
/*
 * For a caller that looks now and then: after pg_send_end() the server answers as soon as
 * it can, and nothing more is sent before pg_collect().  pg_has_answer() never waits;
 * true: pg_collect() of one statement does not either.
 */
int pg_send_end(struct pg *pg, struct error *err) MUST_CHECK;
bool pg_has_answer(struct pg *pg);

/* --- on the event loop: the collector, the courier and the api --- */

struct event_base;
struct pg_pool;
struct pg_query;

/* One query of a pool, in a transaction of its own. */
struct pg_call {
	enum statement stmt;            /* of a group that the pool was made for */
	const struct pg_params *params; /* NULL: none */

	/* Row-level security lets the role isobar_api see the rows of this org; 0: of
	 * none.  It is a setting of the query's transaction and ends with it. */
	int64_t org_id;

	bool binary; /* the result comes in binary format: store/pg_binary.h */

	/* From the call to the answer, waiting included, to within 50 ms; 0: any. */
	unsigned int timeout_ms;
};

/*
 * Exactly one of result and err is NULL.  result is cleared after the call.
 * ERR_TRANSIENT: time is up or the connection was lost; a query that writes may have
 * been carried out.  ERR_LIMIT: too many wait, or the statement timeout.
 */
typedef void pg_done_fn(const PGresult *result, const struct error *err, void *ctx);

/*
 * Opens n_connections and keeps them open: one that is lost is opened again within
 * 2 s, as is one that is of no more use (its server only takes reads after a failover,
 * or its prepared statements no longer fit the schema).  A try takes 5 s at most, or
 * connect_timeout.  options and its strings are copied.  The host's name is looked up
 * while the loop waits: a name that needs a slow DNS wants hostaddr beside it.
 */
struct pg_pool *pg_pool_new(struct event_base *base, const struct pg_options *options,
                            unsigned int n_connections);
void pg_pool_free(struct pg_pool *pool); /* abandons what is in flight */

/*
 * done is called exactly once, never from inside this call, never after
 * pg_query_abandon().  call and what it points to are copied.  Queries begin in the
 * order of their calls, but on several connections they may end in another.  While
 * no connection is up they wait for the next try to connect; when it fails they do.
 */
struct pg_query *pg_pool_run(struct pg_pool *pool, const struct pg_call *call,
                             pg_done_fn *done, void *ctx);
void pg_query_abandon(struct pg_query *query); /* result is discarded, done not called */

struct pg_pool_stats {
	unsigned int n_connections;
	unsigned int n_up;
	size_t n_in_flight; /* sent and not answered, abandoned ones included */
	size_t n_waiting;   /* for room on a connection */
	unsigned int oldest_wait_ms;
};

struct pg_pool_stats pg_pool_stats(const struct pg_pool *pool);
bool pg_pool_is_up(const struct pg_pool *pool); /* some connection is */

#endif
