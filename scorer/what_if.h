/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WHAT_IF_H
#define ISOBAR_WHAT_IF_H

#include <stdio.h>

#include "base/strbuf.h"

#include "batch.h"

/* Files stand in for what an org has; NULL: as it is. */
struct what_if {
	const char *org;
	const char *model, *policy;
	bool catalog_model; /* whatever the org has */
	FILE *context; /* claims, one a line as what_if_claim_put() writes it; or NULL */
	long movers;   /* told by name, at most */
};

/* A model's file.  *out is the caller's. */
int what_if_model(const char *path, struct score_model **out, struct error *err) MUST_CHECK;

/*
 * Prints one JSON object: what would move (docs/what-if.md).  With nothing changed it is a
 * check of what is stored: nothing may move.  s->pg is open for PG_GROUP_SCORER and
 * PG_GROUP_DECIDE.  ERR_INVALID: a file; ERR_NOT_FOUND: the org.
 */
int what_if_print(struct scorer *s, const struct what_if *w, timestamp now,
                  struct error *err) MUST_CHECK;

/* The same of texts that are in memory, which are called by their names in errors. */
struct what_if_texts {
	const char *model, *model_name; /* NULL: as it is */
	const char *policy, *policy_name;
	bool catalog_model;
	FILE *context;
	long movers;
};
/* Puts the object into out. */
int what_if_of_texts(struct scorer *s, const struct org *org, const struct what_if_texts *t,
                     timestamp now, struct strbuf *out, struct error *err) MUST_CHECK;

/*
 * Answers what waits to be answered (store/what_if_store.h), one after the other, then
 * returns.  What cannot be answered is told there; an error is one of the database.  A
 * question that takes longer than WHAT_IF_SECONDS ends the process (SIGALRM).
 */
#define WHAT_IF_SECONDS 600
int what_if_answer_all(struct scorer *s, timestamp now, struct error *err) MUST_CHECK;

#endif
