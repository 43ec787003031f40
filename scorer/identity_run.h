/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IDENTITY_RUN_H
#define ISOBAR_IDENTITY_RUN_H

#include "batch.h"

/* What is to be told, or done. */
struct identity_ask {
	const char *org;
	const char *folder; /* of a catalogue; NULL: the program's own */
	const char *actor, *reason;
	bool applies;    /* else nothing is written */
	bool everything; /* look at all findings, as the keys may have changed */
	long most;       /* cases told by name */
};

/*
 * Prints one JSON object: what loading the catalogue means for the risks of the org
 * (docs/identity.md), and does it, in one transaction.  s->pg is open for PG_GROUP_SCORER
 * and PG_GROUP_DECIDE.  ERR_INVALID: a file of the catalogue; ERR_NOT_FOUND: the org.
 */
int identity_run(struct scorer *s, const struct identity_ask *ask, timestamp now,
                 struct error *err) MUST_CHECK;

#endif
