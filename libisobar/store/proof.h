/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_STORE_PROOF_H
#define ISOBAR_STORE_PROOF_H

#include "base/timestamp.h"
#include "model/org.h"
#include "model/proof.h"
#include "store/pg.h"

/*
 * Closing by proof: what a complete listing of a scope did not show is closed by the run
 * that listed it (docs/collecting.md).  For connections of PG_GROUP_INGEST.
 */

/* A listing: what it saw stands in run_seen under run_id and part_no. */
struct proof_listing {
	struct org org;
	int64_t run_id;
	int part_no;
	int64_t proof_run_id; /* that closures name */
	int misses;           /* 0: by the class of the finding */
	const char *title;    /* of the account; "" not known */
	timestamp now;
};

struct proof_scope {
	int64_t source_id, scope_id;
	int64_t lock_key; /* of its connector; 0: of no findings */
	const char *scope;
	enum scope_state state; /* SCOPE_COMPLETE: listed whole; set by proof_scopes() */
	const char *reason;     /* of another state; "" */
	int64_t n_live, n_absent;
};

struct proof_result {
	int64_t n_closed;
	size_t n_complete, n_held;
};

/*
 * Inside a transaction: judges the scopes that were listed whole, closes what may be
 * closed, counts the other misses and writes what is now known of all of them.  reasons
 * of held scopes go into a.
 */
int proof_scopes(struct pg *pg, const struct proof_listing *l, struct proof_scope *scopes,
                 size_t n, struct arena *a, struct proof_result *out,
                 struct error *err) MUST_CHECK;

/* Inside a transaction: writes what is known of scopes, each as its state says. */
int proof_put_states(struct pg *pg, const struct proof_listing *l,
                     const struct proof_scope *scopes, size_t n,
                     struct error *err) MUST_CHECK;

/* Inside a transaction: takes the connectors' locks in one order, and lets the planner
 * join whole scopes. */
int proof_begin(struct pg *pg, const struct proof_scope *scopes, size_t n,
                struct error *err) MUST_CHECK;

/* The lock that the writer of a connector's findings holds: ingest_lock.sql. */
int64_t ingest_lock_key(const struct org *org, const char *connector);

/* Inside a transaction: forgets what the listing saw. */
int proof_forget(struct pg *pg, const struct proof_listing *l,
                 struct error *err) MUST_CHECK;

/* The scopes of findings of the source of this name, under the scopes named and below. */
int proof_find_scopes(struct pg *pg, const struct org *org, const char *source,
                      const char *const *named, size_t n_named, struct arena *a,
                      struct proof_scope **out, size_t *n_out,
                      struct error *err) MUST_CHECK;

/* A held scope, as proof_held() tells it. */
struct proof_held {
	const char *scope, *connector;
	int64_t n_live, n_absent;
};
int proof_held(struct pg *pg, const struct org *org, const char *source, const char *scope,
               struct arena *a, struct proof_held **out, size_t *n_out,
               struct error *err) MUST_CHECK;

/*
 * A transaction of its own: a person vouches for what held scopes of the source would
 * close; scope NULL: all of them.  Closures name the run that listed the scope.
 * ERR_NOT_FOUND: none is held.
 */
int proof_confirm(struct pg *pg, const struct org *org, const char *source,
                  const char *scope, timestamp now, const char *actor, int64_t *n_closed,
                  struct error *err) MUST_CHECK;

#endif
