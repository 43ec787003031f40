/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DECIDE_PRIVATE_H
#define ISOBAR_DECIDE_PRIVATE_H

#include "decide.h"
#include "risk_fix.h"

/* What decide.c (risks of findings) and decide_path.c (risks of paths) share. */

/* The rows that a slice may need. */
struct decision {
	const struct decision_input *in;
	struct arena *a;
	struct score_writes *out;
};

/* A risk before its state and clock are settled. */
struct draft {
	struct risk_row row; /* all but what decision_settle() sets */
	struct facts facts;
	enum verdict verdict;
	struct fix fix; /* of row.fix_id, when row.has_fix */
	struct key fingerprint;
};

/*
 * Gives the draft its id, state, clock, times and events against what is stored, and
 * adds its row.  False: nothing came out differently, no row was added.
 */
bool decision_settle(struct decision *d, struct draft *draft,
                     const struct stored_risk *stored, size_t n_stored);

void decision_score(struct risk_row *row, const struct score *score,
                    const struct score_inputs *inputs);

/* Ascending, each once; in place. */
void decision_sources(struct risk_row *row, int64_t *ids, size_t n);

/* Findings, paths and assets are read by one snapshot: it is there. */
const struct asset_facts *decision_asset(const struct decision_input *in,
                                         const struct key *asset_id);

/* The risks of the slice's paths; stored: those behind their fingerprints. */
void decide_paths(struct decision *d, const struct stored_risk *stored, size_t n_stored);

#endif
