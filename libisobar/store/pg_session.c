/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How every session of ours begins, blocking or evented: connection options, the
 * settings that the statements rely on, temporary tables; and what an evented one
 * prepares at once.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/pg_conn.h"

/*
 * ISO dates in UTC are what pg_read.c reads.  jit costs more than it saves on our
 * small statements.  A session whose client has gone ends within seconds instead
 * of with its statement.
 */
static const char session_settings[] = "set jit = off;\n"
                                       "set timezone = 'UTC';\n"
                                       "set datestyle = 'ISO, YMD';\n"
                                       "set client_min_messages = warning;\n"
                                       "set client_connection_check_interval = '2s';\n"
                                       "set search_path = isobar, public;\n";

/* Nothing on an event loop leaves a transaction open; if a bug did, its locks end. */
#define EVENTED_IDLE_IN_TRANSACTION "10s"

int64_t pg_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * What the api asks is small, often and alike: a plan for all values, by one process,
 * made once.  Helpers would take longer to start than they work.
 */
static const char api_settings[] = "set plan_cache_mode = force_generic_plan;\n"
                                   "set max_parallel_workers_per_gather = 0;\n";

static void ignore_notice(void *ctx, const PGresult *result)
{
	(void)ctx;
	(void)result;
}

/* libpq's own text may quote the string, and with it a password. */
static bool conninfo_is_valid(const char *conninfo)
{
	PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);

	PQconninfoFree(parsed);
	return parsed != NULL;
}

PGconn *pg_connect_start(const struct pg_options *options, struct error *err)
{
	const bool evented = options->groups & PG_GROUP_EVENTED;
	/*
	 * What stands before dbname, the conninfo may change.  A peer that is gone is
	 * noticed within a minute, and on an event loop within 30 s of sending; a COPY
	 * of the blocking half may rightly wait longer for a server that does not read.
	 */
	const struct {
		const char *keyword, *value;
	} settings[] = {
	        {"keepalives_idle", "30"},
	        {"keepalives_interval", "10"},
	        {"keepalives_count", "3"},
	        {"tcp_user_timeout", evented ? "30000" : NULL},
	        {"dbname", options->conninfo},
	        {"client_encoding", "UTF8"},
	        {"application_name", options->program},
	};
	const char *keywords[N_ELEMENTS(settings) + 1] = {NULL};
	const char *values[N_ELEMENTS(settings) + 1] = {NULL};
	PGconn *conn;

	for (size_t i = 0; i < N_ELEMENTS(settings); i++) {
		keywords[i] = settings[i].keyword;
		values[i] = settings[i].value;
	}
	/* A word without = is a database's name to libpq; to us it is a mistake. */
	if (!conninfo_is_valid(options->conninfo)) {
		error_set(err, ERR_INVALID, "database: the connection string is not valid");
		return NULL;
	}
	conn = PQconnectStartParams(keywords, values, 1);
	if (conn == NULL) {
		error_set(err, ERR_INTERNAL, "database: out of memory");
		return NULL;
	}
	if (PQstatus(conn) == CONNECTION_BAD) {
		pg_conn_error(conn, "database", err);
		PQfinish(conn);
		return NULL;
	}
	/* Puts the SQLSTATE into the message of a refused connect: pg_error.c. */
	PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
	PQsetNoticeReceiver(conn, ignore_notice, NULL);
	return conn;
}

unsigned int pg_connect_timeout_ms(PGconn *conn, unsigned int default_ms)
{
	unsigned int timeout_ms = default_ms;
	PQconninfoOption *options = PQconninfo(conn);

	for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
		long seconds;

		if (strcmp(o->keyword, "connect_timeout") != 0 || o->val == NULL)
			continue;
		seconds = strtol(o->val, NULL, 10);
		if (seconds > 0 && seconds < 3600)
			timeout_ms = (unsigned int)seconds * 1000;
	}
	PQconninfoFree(options);
	return timeout_ms;
}

/* Groups whose statements make what others read: run on connect, never prepared. */
#define SESSION_GROUPS \
	(PG_GROUP_SESSION_INGEST | PG_GROUP_SESSION_SCORER | PG_GROUP_SESSION_INTEL)

static unsigned int session_groups(unsigned int groups)
{
	unsigned int session = groups & SESSION_GROUPS;

	if (groups & PG_GROUP_INGEST)
		session |= PG_GROUP_SESSION_INGEST;
	if (groups & PG_GROUP_SCORER)
		session |= PG_GROUP_SESSION_SCORER;
	if (groups & PG_GROUP_INTEL)
		session |= PG_GROUP_SESSION_INTEL;
	return session;
}

int pg_session_sql(const struct pg_options *options, PGconn *conn, struct strbuf *out,
                   struct error *err)
{
	unsigned int groups = session_groups(options->groups);

	strbuf_puts(out, session_settings);
	if (options->statement_timeout_ms > 0)
		strbuf_printf(out, "set statement_timeout = %u;\n",
		              options->statement_timeout_ms);
	if (options->groups & PG_GROUP_API)
		strbuf_puts(out, api_settings);
	if (options->groups & PG_GROUP_EVENTED)
		strbuf_puts(out, "set idle_in_transaction_session_timeout = '" //
		            EVENTED_IDLE_IN_TRANSACTION "';\n");
	if (options->role != NULL) {
		char *role = PQescapeIdentifier(conn, options->role, strlen(options->role));

		if (role == NULL)
			return pg_conn_error(conn, "role", err);
		strbuf_printf(out, "set role %s;\n", role);
		PQfreemem(role);
	}
	for (size_t i = 0; i < N_STATEMENTS; i++) {
		if (statement_table[i].group & groups)
			strbuf_printf(out, "%s\n;\n", statement_table[i].sql);
	}
	return 0;
}

static bool is_in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Statements name their schema, and no column, alias or text of theirs has its name. */
const char *pg_statement_text(const char *schema, enum statement stmt, struct strbuf *room)
{
	static const char ours[] = "isobar.";
	const char *rest = statement_table[stmt].sql;
	const char *found;

	if (!schema)
		return rest;
	strbuf_reset(room);
	while ((found = strstr(rest, ours))) {
		const bool is_schema =
		        found == statement_table[stmt].sql || !is_in_name(found[-1]);

		strbuf_put(room, rest, (size_t)(found - rest));
		strbuf_printf(room, "%s.", is_schema ? schema : "isobar");
		rest = found + sizeof(ours) - 1;
	}
	strbuf_puts(room, rest);
	return strbuf_text(room);
}

bool pg_group_is_prepared_on_connect(const struct pg_options *options, enum statement stmt)
{
	const unsigned int never = PG_GROUP_ADMIN | PG_GROUP_REPLAY | SESSION_GROUPS;

	return (statement_table[stmt].group & options->groups & ~never) != 0;
}

int pg_prepare_send(const struct pg_options *options, PGconn *conn, struct error *err)
{
	struct strbuf room = {0};
	int rc = 0;

	if (PQenterPipelineMode(conn) != 1)
		return pg_conn_error(conn, "prepare", err);
	for (unsigned int i = 0; rc == 0 && i < N_STATEMENTS; i++) {
		const enum statement stmt = (enum statement)i;
		const char *name = statement_table[i].name;

		if (pg_group_is_prepared_on_connect(options, stmt) &&
		    PQsendPrepare(conn, name,
		                  pg_statement_text(options->schema, stmt, &room), 0,
		                  NULL) != 1)
			rc = pg_conn_error(conn, name, err);
	}
	strbuf_done(&room);
	if (rc == 0 && PQpipelineSync(conn) != 1)
		rc = pg_conn_error(conn, "prepare", err);
	return rc;
}
