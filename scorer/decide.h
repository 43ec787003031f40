/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DECIDE_H
#define ISOBAR_DECIDE_H

#include "store/path_store.h"

#include "batch.h"
#include "factors.h"
#include "lifecycle.h"
#include "org_rules.h"
#include "toxic_element.h"

/* What a slice of findings comes to: rows, events and aliases to be written. */
struct decision_input {
	const struct scorer *scorer;
	const struct org *org;
	const struct rule_severity *severity;
	const struct org_rules *rules;
	struct risk_group *groups; /* by asset, subject, location */
	size_t n_groups;
	const struct asset_facts *assets; /* by asset_id */
	size_t n_assets;
	const struct stored_path_level *levels; /* by asset_id, risk_id */
	size_t n_levels;
	const struct stored_path *paths; /* by target_id */
	size_t n_paths;
	struct stored_risk *stored; /* by ordinal: groups, then paths; ledgers not yet */
	size_t n_stored;
	timestamp now;
};

/* What names the risk of a path. */
const char *path_subject(const struct stored_path *path, struct arena *a);
struct key path_fingerprint(const struct org *org, const struct stored_path *path,
                            struct arena *a);

/*
 * Pure, in two steps, as ledgers are read only of risks that come out differently.  The
 * decision lives in a, and in lives as long.
 */
struct decision;
struct decision *decide_begin(const struct decision_input *in, struct arena *a);
/* Of in->stored, those whose ledgers decide_end() reads. */
struct stored_risk **decide_ledgers(const struct decision *d, struct arena *a,
                                    size_t *n_out);
/* Writes only what differs from what is stored; rows sorted by risk_id. */
void decide_end(struct decision *d, struct score_writes *out);

#endif
