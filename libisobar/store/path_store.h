/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PATH_STORE_H
#define ISOBAR_PATH_STORE_H

#include "store/risk_store.h"

/*
 * Paths: what the pass over marked assets finds, and what a slice of assets has of them.
 * pg is open for PG_GROUP_SCORER and PG_GROUP_SESSION_SCORER.  docs/paths.md.
 */

/* A place of a toxic rule, as the statements read it. */
struct path_place_row {
	int rule, place;
	const char *id; /* of the rule */
	bool same, is_last, is_target;
	unsigned int reach;
	int n_clauses;
};

struct path_clause_row {
	int rule, place;
	int64_t elements;
	int exposure, criticality, sensitivity, privilege; /* least level; -1: not asked */
};

struct path_rule_rows {
	const struct path_place_row *places;
	size_t n_places;
	const struct path_clause_row *clauses;
	size_t n_clauses;
	unsigned int reach; /* of all places */
	int hops_max;       /* edges between two places */
	int steps_max;      /* edges of a whole path */
};

/* Orgs whose assets have marks.  Lives in a. */
int path_orgs(struct pg *pg, struct arena *a, struct org_list *out,
              struct error *err) MUST_CHECK;

/*
 * One transaction: takes marks, looks at the paths that may have changed, writes those
 * that did, and marks for scoring what they reach.  *n_touched 0: there were none.
 * ERR_TRANSIENT: nothing was done; try again.
 */
int path_pass(struct pg *pg, const struct org *org, const struct path_rule_rows *rules,
              timestamp now, int64_t *n_touched, struct error *err) MUST_CHECK;
/* The same within the caller's transaction. */
int path_pass_within(struct pg *pg, const struct org *org,
                     const struct path_rule_rows *rules, timestamp now, int64_t *n_touched,
                     struct error *err) MUST_CHECK;

/* Of a risk that is a member of paths: the highest level.  A zero risk_id: every risk of
 * the asset is beside an open element. */
struct stored_path_level {
	struct key asset_id, risk_id;
	int level;
};

/* A member: the clauses that hang on it (bits), the inputs of its score. */
struct stored_path_step {
	int64_t clauses;
	int32_t inputs[SCORE_N_INPUTS];
};

/* A path whose target is in the slice. */
struct stored_path {
	struct key target_id, entry_id;
	const char *rule, *entry; /* entry: canonical id of its asset */
	int level;                /* 0: broken */
	int last_level;           /* level, or what it was before it broke */
	int entry_exposure;
	int64_t proof_run_id;
	int n_findings;
	int64_t *source_ids; /* of all members, as they come */
	size_t n_source_ids;
	struct stored_path_step *steps; /* one a member */
	size_t n_steps;
};

/* The slice must have been asked for with paths. */
void path_slice_read(struct score_slice *out, const PGresult *levels, const PGresult *paths,
                     struct arena *a);

#endif
