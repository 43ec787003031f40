/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PG_FIXTURE_H
#define ISOBAR_PG_FIXTURE_H

#include "store/pg.h"

/*
 * A database of the test's own on the server of ISOBAR_TEST_DSN (a conninfo of a
 * superuser of a throw-away cluster), test_<name>_<pid>.  One at a time in a
 * process.  Everything here fails the program loudly: a test has no other use for
 * an error.  It does not hang on cmocka, so that main() may call it.
 */

/* Exits with 77, which CTest shows as skipped, when ISOBAR_TEST_DSN is unset. */
void pg_fixture_create(const char *name);
void pg_fixture_drop(void);

const char *pg_fixture_conninfo(void); /* of the test's database */
void pg_fixture_migrate(void);         /* applies all migrations, as its owner */

/* A connection to it; role may be NULL.  The caller closes it. */
struct pg *pg_fixture_open(const char *role, unsigned int groups);

/* One command that must succeed. */
void pg_fixture_exec(struct pg *pg, const char *sql);

/* The first field of the first row of a query that must succeed, as a number, or
 * as text that lives until the next call. */
int64_t pg_fixture_number(struct pg *pg, const char *sql);
const char *pg_fixture_text(struct pg *pg, const char *sql);

#endif
