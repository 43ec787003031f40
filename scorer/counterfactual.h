/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_COUNTERFACTUAL_H
#define ISOBAR_COUNTERFACTUAL_H

#include <stdbool.h>
#include <stddef.h>

#include "factors.h"
#include "score.h"

/*
 * What a score would be if one input were otherwise (docs/scoring.md, "What would change
 * it").  Pure, integers only; every score here is one of score_of().
 *
 * Levers are what somebody can change without fixing the risk itself: exposure, data,
 * privilege, path and failing layers.  Severity, likelihood, maturity, automatable, total
 * impact and corroboration are facts of the world.  Criticality is what the asset is worth
 * to its owner: to rate it lower makes nothing safer, so it is no lever.  An input that
 * nobody knows is none either: it is to be learnt first.
 */
struct counterfactual_case {
	struct score_inputs inputs; /* in range */
	enum basis basis[N_INPUTS];
	bool is_path;          /* the risk of a path: its level follows from its two ends */
	bool is_vulnerability; /* a CVE or alike: that it is exploited may become known */
	bool automatable_if_exposed; /* its category is; counts where is_cve is not set */
	unsigned int fixed;          /* bits of enum factor that its own fix changes */
};

/* One lever moved down, with what follows from that. */
struct counterfactual {
	enum factor factor;
	int steps; /* levels that it moves, at least 1; the unknown level is none */
	bool lowers_band;
	struct score_inputs inputs;
	struct score score;
};

/* One end of what an unknown may turn out to be. */
struct counterfactual_end {
	struct score_inputs inputs;
	struct score score;
};

/* An input of which nobody speaks, and the scores between which it would put the risk
 * if it alone became known. */
struct counterfactual_unknown {
	enum factor factor;
	struct counterfactual_end low, high;
};

enum {
	N_COUNTERFACTUALS_MAX = 5, /* levers */
	N_UNKNOWNS_MAX = 7         /* inputs that can be unknown */
};

struct counterfactuals {
	/*
	 * Of each lever that lowers the band by itself its smallest move: fewest steps
	 * first, then the greatest drop, then the order of the factors.  When there is
	 * none, the one move that lowers the score most (of equals the fewest steps), with
	 * lowers_band false.  Empty when no lever lowers the score at all.
	 */
	struct counterfactual changes[N_COUNTERFACTUALS_MAX];
	size_t n_changes;
	struct counterfactual_unknown
	        unknowns[N_UNKNOWNS_MAX]; /* in order of the factors */
	size_t n_unknowns;
	struct score low,
	        high; /* if all of them became known; the score where there is none */
};

struct counterfactuals counterfactuals_of(const struct score_model *model,
                                          const struct counterfactual_case *c);

#endif
