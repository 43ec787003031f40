/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_MOVES_H
#define ISOBAR_MOVES_H

#include "store/context_claims.h"

#include "cli.h"

/*
 * What moves in the queue: what would (isobar-scorer --what-if), and what did, by all risks
 * before and after.  Both are one JSON object of the same members: docs/what-if.md.
 */
#define MOVES_MOVERS 10

/* What is tried; NULL or 0: as it is. */
#define MOVES_CATALOG "" /* as a model: the catalogue's */
struct moves_question {
	const char *model, *policy; /* files */
	const struct operator_claim *claims;
	size_t n_claims;
	long movers; /* told by name, at most */
};

/* What the scorer says would move.  An exit code. */
int moves_ask(struct cli *cli, const struct moves_question *q, struct strbuf *json_out);

/* All risks as they stand. */
struct moves;
/* NULL after complaining: *exit_out. */
struct moves *moves_begin(struct cli *cli, int *exit_out);
/* Compares them with how they stand now.  Frees m.  An exit code. */
int moves_end(struct cli *cli, struct moves *m, struct strbuf *json_out);

/*
 * The same object of what was tallied: places of the risks that were open before, in any
 * order; they are sorted.  pg: of the operator, or the owner.
 */
struct tally;
struct tally_place;
int moves_write(struct cli *cli, struct pg *pg, const struct org *org, struct tally *t,
                struct tally_place *places, size_t n, timestamp now, struct strbuf *out,
                struct error *err) MUST_CHECK;

void moves_drop(struct moves *m);

/* For people.  json: of the two above. */
void moves_print(struct cli *cli, const char *json);
/* Do two of them say that the same moves? */
bool moves_are_same(const char *a, const char *b);

#endif
