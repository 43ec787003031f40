/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WHAT_IF_H
#define ISOBAR_WHAT_IF_H

#include <stdio.h>

#include "batch.h"

/* Files stand in for what an org has; NULL: as it is. */
struct what_if {
	const char *org;
	const char *model, *policy;
	bool catalog_model; /* whatever the org has */
	FILE *context;      /* claims, one a line as what_if.c says; or NULL */
	long movers;        /* told by name, at most */
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

#endif
