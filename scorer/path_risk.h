/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PATH_RISK_H
#define ISOBAR_PATH_RISK_H

#include <stddef.h>
#include <stdint.h>

#include "model/asset.h"

#include "score.h"

/* A member of a path, with the clauses that hang on it: those that no context fulfils. */
struct path_step {
	int64_t clauses; /* bits; 0: the path would hold without it */
	struct score_inputs inputs;
};

struct path_facts {
	const struct path_step *steps;
	size_t n_steps;
	enum path_level level;
	enum exposure entry_exposure;
	struct asset_context target;
};

/*
 * The inputs of a path's own score (docs/paths.md): the entry's exposure, the target's
 * worth, and of the steps the weakest.  An attacker needs every clause, and of the risks
 * that fulfil one he takes the best: so the least over clauses of the greatest over their
 * risks.  Closing a member, or one member more of a clause, therefore never does the
 * opposite of what it should.  Pure; any order of steps gives the same.
 */
struct score_inputs path_inputs(const struct score_model *m, const struct path_facts *path);

#endif
