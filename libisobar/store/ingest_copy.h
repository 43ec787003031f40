/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INGEST_COPY_H
#define ISOBAR_INGEST_COPY_H

#include "base/strbuf.h"
#include "store/pg.h"

/*
 * Rows in PostgreSQL's binary form (pg_encode.h), without COPY's head and tail.  sql is a
 * COPY FROM STDIN in that format, which other commands may precede.
 */

/* All of it, waiting; nothing for no rows. */
int ingest_copy(struct pg *pg, const char *sql, const struct strbuf *rows,
                struct error *err) MUST_CHECK;

#define INGEST_COPIES_MAX 8

enum ingest_copy_step {
	COPY_NEXT,    /* nothing was said of the one at hand */
	COPY_OPENING, /* the command was sent */
	COPY_DATA,
	COPY_ENDING
};

struct ingest_copy_of {
	const char *sql;
	const struct strbuf *rows; /* borrowed until it is done */
};

/* Several of them, one after the other; zeroed: none. */
struct ingest_copies {
	struct ingest_copy_of list[INGEST_COPIES_MAX];
	size_t n, at;
	enum ingest_copy_step step;
	size_t put; /* bytes of the one at hand */
};

/* Nothing for no rows.  Not while they are on their way. */
void ingest_copies_add(struct ingest_copies *c, const char *sql, const struct strbuf *rows);

/*
 * Goes as far as it can without waiting, or with wait to the end.  1: all are done and c is
 * empty; 0: call it again, and do nothing else on pg until then; < 0: an error, and c is
 * empty.
 */
int ingest_copies_go(struct pg *pg, struct ingest_copies *c, bool wait,
                     struct error *err) MUST_CHECK;

/* Ends the one on its way as an error; c is empty.  The transaction has failed. */
void ingest_copies_give_up(struct pg *pg, struct ingest_copies *c);

#endif
