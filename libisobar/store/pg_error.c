/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns what PostgreSQL and libpq say into our error codes, by one table of
 * SQLSTATE prefixes.  The texts are one line and never hold the connection
 * string: what libpq says of a string that it could not read may quote pieces of
 * a password, so such quotes are blanked.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/pg.h"
#include "store/pg_conn.h"

#define SQLSTATE_SIZE 5

struct sqlstate_rule {
	const char *prefix;
	enum error_code code;
};

/* The first that matches counts; what is not here is ERR_INTERNAL. */
static const struct sqlstate_rule sqlstate_rules[] = {
        {"40001", ERR_TRANSIENT}, /* serialization failure */
        {"40P01", ERR_TRANSIENT}, /* deadlock */
        {"08", ERR_TRANSIENT},    /* connection */
        {"57P01", ERR_TRANSIENT}, /* shut down by the operator */
        {"57P02", ERR_TRANSIENT}, /* crash of another backend */
        {"57P03", ERR_TRANSIENT}, /* starting up */
        {"53300", ERR_TRANSIENT}, /* too many connections */
        {"53100", ERR_TRANSIENT}, /* disk full: goes on by itself once there is room */
        {"55P03", ERR_TRANSIENT}, /* lock not available */
        {"25006", ERR_TRANSIENT}, /* read only: a standby, after a failover */
        {"28", ERR_DENIED},       /* authorization */
        {"42501", ERR_DENIED},    /* privilege or policy */
        {"23505", ERR_CONFLICT},  /* unique */
        {"23503", ERR_CONFLICT},  /* foreign key */
        {"23P01", ERR_CONFLICT},  /* exclusion */
        {"23", ERR_INVALID},      /* not null, check */
        {"22", ERR_INVALID},      /* data */
        {"57014", ERR_LIMIT},     /* statement_timeout */
};

static enum error_code code_of_sqlstate(const char *sqlstate)
{
	for (size_t i = 0; i < N_ELEMENTS(sqlstate_rules); i++) {
		const struct sqlstate_rule *rule = &sqlstate_rules[i];

		if (strncmp(sqlstate, rule->prefix, strlen(rule->prefix)) == 0)
			return rule->code;
	}
	return ERR_INTERNAL;
}

static int line_size(const char *text)
{
	size_t n = strcspn(text, "\r\n");

	return n > ERROR_TEXT_MAX ? ERROR_TEXT_MAX : (int)n;
}

int pg_result_error(const PGresult *result, const char *what, struct error *err)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (message == NULL)
		message = PQresultErrorMessage(result);
	if (message == NULL || *message == '\0')
		message = PQresStatus(PQresultStatus(result));
	/* A result that libpq made itself has no SQLSTATE: the connection is gone. */
	return error_set(err, sqlstate != NULL ? code_of_sqlstate(sqlstate) : ERR_TRANSIENT,
	                 "%s: %.*s", what, line_size(message), message);
}

bool pg_result_ok(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

bool pg_result_spoils(const PGresult *result)
{
	static const char *const codes[] = {
	        "25006", /* read only: a standby, after a failover */
	        "26000", /* no such prepared statement */
	        "0A000"  /* cached plan must not change result type */
	};
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	for (size_t i = 0; sqlstate != NULL && i < N_ELEMENTS(codes); i++) {
		if (strcmp(sqlstate, codes[i]) == 0)
			return true;
	}
	return false;
}

/* The server ends the connection, or libpq itself says that it is gone. */
bool pg_result_is_fatal(const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (PQresultStatus(result) != PGRES_FATAL_ERROR)
		return false;
	if (PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL)
		return true;
	return severity != NULL &&
	       (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

/*
 * Finds "28P01: " behind a severity in what libpq says under PQERRORS_VERBOSE: a
 * failed connect has a message but no result to ask for its SQLSTATE.
 */
static const char *find_sqlstate(const char *message)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (const char *p = strchr(message, ':'); p != NULL; p = strchr(p + 1, ':')) {
		const char *code = p + 1 + strspn(p + 1, " ");

		/* All have a digit, the severity FATAL has none. */
		if (code > p + 1 && strspn(code, alphabet) == SQLSTATE_SIZE &&
		    code[SQLSTATE_SIZE] == ':' &&
		    strcspn(code, "0123456789") < SQLSTATE_SIZE)
			return code;
	}
	return NULL;
}

/* Blanks what stands between double quotes. */
static void put_unquoted(struct strbuf *b, const char *line, int size)
{
	bool quoted = false;

	for (int i = 0; i < size; i++) {
		if (line[i] == '"') {
			quoted = !quoted;
			strbuf_puts(b, quoted ? "\"..." : "\"");
		} else if (!quoted) {
			strbuf_putc(b, line[i]);
		}
	}
}

/* Only a host that was reached for is quoted, and none that may hold a password. */
static bool may_quote(const char *line, int size)
{
	static const char start[] = "connection to server";

	return strncmp(line, start, sizeof(start) - 1) == 0 &&
	       memchr(line, '@', (size_t)size) == NULL;
}

int pg_conn_error(const PGconn *conn, const char *what, struct error *err)
{
	const char *message = PQerrorMessage(conn);
	const char *sqlstate = find_sqlstate(message);
	struct strbuf text = {0};
	enum error_code code;

	if (sqlstate != NULL) {
		const char *primary = sqlstate + SQLSTATE_SIZE + 1;

		primary += strspn(primary, " ");
		return error_set(err, code_of_sqlstate(sqlstate), "%s: %.*s", what,
		                 line_size(primary), primary);
	}
	if (PQconnectionNeedsPassword(conn))
		return error_set(err, ERR_DENIED, "%s: a password is needed", what);
	if (may_quote(message, line_size(message)))
		strbuf_printf(&text, "%.*s", line_size(message), message);
	else
		put_unquoted(&text, message, line_size(message));
	code = PQstatus(conn) == CONNECTION_BAD ? ERR_TRANSIENT : ERR_INTERNAL;
	error_set(err, code, "%s: %s", what, strbuf_text(&text));
	strbuf_done(&text);
	return code;
}
