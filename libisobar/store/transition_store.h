/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRANSITION_STORE_H
#define ISOBAR_TRANSITION_STORE_H

#include "model/acceptance.h"
#include "model/org.h"
#include "model/transition.h"
#include "store/pg.h"

/*
 * Reads risks for the decisions of people (model/transition.h) and writes what was
 * decided: one statement each, for as many risks as TRANSITION_MOST.  A risk that was
 * written by somebody else in between is lost: read it again, decide again.  What binds
 * and reads is for the event loop of the api; transitions_apply() does all of it for the
 * command line.  Connections are open for PG_GROUP_DECIDE.
 */
#define TRANSITION_MOST  1000 /* risks of a request */
#define TRANSITION_TRIES 3    /* the last one writes what it can */

struct transition_found {
	struct key asked; /* the id that it was found by */
	struct transition_risk risk;
};

struct transition_risks {
	struct transition_found *rows; /* by asked */
	size_t n;
};

/* All of DECIDE_LOAD; what the policies do not look at is not read. */
void transition_load_bind(const struct org *org, const struct key *ids, size_t n,
                          const struct sla_policies *policies, timestamp now,
                          struct pg_params *p);
/* Of ids that another statement gave, a uuid[] as text, and for clocks alone: the asset
 * is in the views where a policy looks at it. */
void transition_load_bind_clocks(const struct org *org, const char *ids,
                                 const struct sla_policies *policies, timestamp now,
                                 struct pg_params *p);
/* policies are borrowed. */
int transition_load_read(const PGresult *result, const struct sla_policies *policies,
                         struct arena *a, struct transition_risks *out,
                         struct error *err) MUST_CHECK;
/* NULL: there is none of this id. */
const struct transition_risk *transition_risk_find(const struct transition_risks *risks,
                                                   const struct key *asked);

/* A risk of a request: what is written, and what the answer says of it. */
struct transition_line {
	const struct transition_risk *risk; /* NULL: nothing is written of it */
	struct transition decided;          /* TRANSITION_DONE */
	const char *done, *lost;            /* in the answer: JSON, or what you like */
};

/* An acceptance of one risk that is decided with the risk's move (model/acceptance.h). */
struct transition_acceptance {
	struct key id;
	enum acceptance_state was, to;
	const char *reason; /* NULL: the one that it has */
};

struct transition_writing {
	const struct org *org;
	const struct want *want;
	const struct transition_line *lines;
	size_t n;
	bool all_or_none; /* no risk is written when one is lost */
	const struct transition_acceptance *acceptance; /* of the only line; or NULL */
};

/* $1..$5 of DECIDE_WRITE; a request's key follows, then status, head and tail. */
void transition_write_bind(const struct transition_writing *w, timestamp now,
                           struct pg_params *p);

/* The decisions alone, as JSON: for another statement than DECIDE_WRITE. */
const char *transition_lines_json(const struct transition_writing *w, struct arena *a);

struct transition_written {
	bool written;
	bool busy;          /* another request with this key is at it */
	bool taken;         /* or has been: nothing was written */
	const char *answer; /* head, done or lost of each line, tail; in the arena */
	size_t n_lost;
};

void transition_write_read(const PGresult *result, struct arena *a,
                           struct transition_written *out);

/* What became of a risk that the command line asked for, in the order of the ids. */
struct transition_result {
	enum transition_outcome outcome;
	bool gone;             /* there is no such risk */
	bool lost;             /* others wrote it all the time */
	enum risk_state state; /* that it was found in */
};

/* ids are different ones, ascending.  ERR_...: nothing is known to be written. */
int transitions_apply(struct pg *pg, const struct org *org, const struct want *want,
                      const struct key *ids, size_t n, timestamp now, struct arena *a,
                      struct transition_result *out, struct error *err) MUST_CHECK;

/* ERR_NOT_FOUND: no owner has the name. */
int transition_owner_find(struct pg *pg, const struct org *org, const char *name,
                          int64_t *out, struct error *err) MUST_CHECK;

/* A later due time that is asked for. */
struct extension {
	struct key id, risk_id;
	timestamp due_at;
	int state; /* 0 asked for, 1 approved, 2 refused */
	const char *reason, *requested_by;
};

/* $1..$7 of EXTENSION_PUT; a request's key follows, then status and answer. */
void extension_put_bind(const struct org *org, const struct extension *e, timestamp now,
                        struct pg_params *p);
int extension_put(struct pg *pg, const struct org *org, const struct extension *e,
                  timestamp now, struct error *err) MUST_CHECK;
/* Of EXTENSION_FIND; false: there is none. */
bool extension_read(const PGresult *result, struct arena *a, struct extension *out);

#endif
