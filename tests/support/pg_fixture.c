/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes and drops the database of an integration test.  Plain PQexec with literal
 * SQL is right here: tests look at the store from outside.
 */
#include "support/pg_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "store/migrate.h"

#define SKIPPED 77 /* as tests/CMakeLists.txt says */

static struct strbuf database; /* its name */
static struct strbuf conninfo;
static struct strbuf answer; /* of pg_fixture_text() */

static void die(const char *what, const char *why)
{
	fprintf(stderr, "pg_fixture: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

/* One option as libpq reads it: name='value', quotes and backslashes escaped. */
static void put_option(struct strbuf *b, const char *name, const char *value)
{
	strbuf_printf(b, "%s='", name);
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '\'' || *p == '\\')
			strbuf_putc(b, '\\');
		strbuf_putc(b, *p);
	}
	strbuf_puts(b, "' ");
}

/* The server's conninfo with another database. */
static void make_conninfo(const char *server)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(server, &why);

	if (options == NULL)
		die("ISOBAR_TEST_DSN", why);
	strbuf_reset(&conninfo);
	for (PQconninfoOption *o = options; o->keyword != NULL; o++) {
		if (o->val != NULL && strcmp(o->keyword, "dbname") != 0)
			put_option(&conninfo, o->keyword, o->val);
	}
	put_option(&conninfo, "dbname", strbuf_text(&database));
	PQconninfoFree(options);
}

static void server_command(const char *verb, const char *option)
{
	PGconn *conn = PQconnectdb(getenv("ISOBAR_TEST_DSN"));
	struct strbuf sql = {0};
	PGresult *result;

	if (PQstatus(conn) != CONNECTION_OK)
		die("connect", PQerrorMessage(conn));
	strbuf_printf(&sql, "%s database %s%s", verb, strbuf_text(&database), option);
	result = PQexec(conn, strbuf_text(&sql));
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		die(strbuf_text(&sql), PQerrorMessage(conn));
	PQclear(result);
	PQfinish(conn);
	strbuf_done(&sql);
}

void pg_fixture_create(const char *name)
{
	const char *server = getenv("ISOBAR_TEST_DSN");

	if (server == NULL || *server == '\0') {
		fprintf(stderr, "SKIP: needs a PostgreSQL server in ISOBAR_TEST_DSN\n");
		exit(SKIPPED);
	}
	strbuf_reset(&database);
	strbuf_printf(&database, "test_%s_%ld", name, (long)getpid());
	server_command("create", "");
	make_conninfo(server);
}

void pg_fixture_drop(void)
{
	server_command("drop", " with (force)");
	strbuf_done(&database);
	strbuf_done(&conninfo);
	strbuf_done(&answer);
}

const char *pg_fixture_conninfo(void)
{
	return strbuf_text(&conninfo);
}

struct pg *pg_fixture_open(const char *role, unsigned int groups)
{
	const struct pg_options options = {
	        .conninfo = strbuf_text(&conninfo),
	        .role = role,
	        .program = "isobar-test",
	        .groups = groups,
	};
	struct pg *pg = NULL;
	struct error err;

	if (pg_open(&options, &pg, &err) != 0)
		die("open", err.text);
	return pg;
}

void pg_fixture_migrate(void)
{
	const struct migrate_options options = {0};
	struct pg *pg = pg_fixture_open(NULL, 0);
	struct error err;

	if (migrate_run(pg, &options, NULL, NULL, &err) != 0)
		die("migrate", err.text);
	pg_close(pg);
}

void pg_fixture_exec(struct pg *pg, const char *sql)
{
	struct error err;

	if (pg_command(pg, sql, &err) != 0)
		die(sql, err.text);
}

const char *pg_fixture_text(struct pg *pg, const char *sql)
{
	PGresult *result = PQexec(pg_connection(pg), sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		die(sql, PQerrorMessage(pg_connection(pg)));
	if (PQntuples(result) == 0)
		die(sql, "no row");
	strbuf_reset(&answer);
	strbuf_puts(&answer, PQgetvalue(result, 0, 0));
	PQclear(result);
	return strbuf_text(&answer);
}

int64_t pg_fixture_number(struct pg *pg, const char *sql)
{
	return strtoll(pg_fixture_text(pg, sql), NULL, 10);
}
