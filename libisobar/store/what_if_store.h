/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WHAT_IF_STORE_H
#define ISOBAR_WHAT_IF_STORE_H

#include "base/strbuf.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * What would move: questions that the api writes down and a scorer answers
 * (docs/decisions/0020-what-if-over-http.md).  One of an org waits or runs at a time.
 */
#define WHAT_IF_TRIES      2             /* scorers that may end while they answer it */
#define WHAT_IF_KEPT_USEC  USEC_PER_HOUR /* since it was asked, once it is answered */
#define WHAT_IF_MOVERS     10            /* told unless it is said otherwise */
#define WHAT_IF_MOVERS_MAX 1000

/* Both are stored. */
enum what_if_kind {
	WHAT_IF_MODEL,   /* body: a model's file */
	WHAT_IF_POLICY,  /* body: a file of policies */
	WHAT_IF_CONTEXT, /* body: a claim a line, as what_if_claim_put() writes it */
};
enum what_if_state {
	WHAT_IF_WAITING,
	WHAT_IF_RUNNING,
	WHAT_IF_DONE,
	WHAT_IF_FAILED
};

struct what_if_asked {
	struct org org;
	struct key id;
	enum what_if_kind kind;
	const char *body;
	int movers;
	int n_tries; /* with the present one */
};

/* "FIELD <tab> LEVEL <tab> DECIDED <tab> ASSET <tab> REASON": no text has a tab or a line feed. */
void what_if_claim_put(struct strbuf *b, int field, int level, bool decided,
                       const char *asset, const char *reason);

/* --- in halves, for the api (PG_GROUP_API) --- */

/* STMT_WHAT_IF_PUT; no row: another one of the org is not answered yet. */
void what_if_put_bind(const struct what_if_asked *asked, const char *principal,
                      timestamp now, struct pg_params *p);
/* STMT_WHAT_IF_FIND; its row as members of an open JSON object. */
void what_if_row_put(struct strbuf *b, const PGresult *result);

/* --- for the scorer (PG_GROUP_SCORER), of all orgs --- */

/* What nobody will answer any more has failed, what is old is gone; is one waiting? */
int what_if_sweep(struct pg *pg, timestamp now, bool *is_waiting,
                  struct error *err) MUST_CHECK;
/* The one that waits longest; *found false: none.  Texts live in a. */
int what_if_take(struct pg *pg, struct arena *a, struct what_if_asked *out, bool *found,
                 struct error *err) MUST_CHECK;
/* state: WHAT_IF_DONE with report, WHAT_IF_FAILED with why, WHAT_IF_WAITING for another try. */
int what_if_end(struct pg *pg, const struct what_if_asked *asked, enum what_if_state state,
                const char *report, const char *why, timestamp now,
                struct error *err) MUST_CHECK;

#endif
