/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counterfactuals of a score: levers are moved down one at a time, unknowns to their
 * two ends.
 *
 * That the ends are enough, for one unknown and for all of them together, is because
 * score_of() never falls when an input rises, whatever the others are: loading a model
 * refuses tables that fall, caps that fall and floors that cross; a higher input can only
 * lift a cap or raise a floor; and min and max keep that.  So no combination of values
 * scores below the one of all the least values, or above the one of all the greatest.
 * tests/unit/scorer/test_counterfactual.c holds it against every combination.
 */
#include "counterfactual.h"

#include "base/attr.h"

/* An input that may be moved or learnt, with the values that it can have. */
struct variable {
	enum factor factor;
	enum input input;
	int unknown; /* the level that stands for not knowing; -1: there is none */
	int most;    /* the least is 0; of EPSS 1 */
	bool is_lever, may_be_unknown;
};

enum {
	NO_LEVEL = -1,
	EPSS_LEAST = 1,
	EPSS_MOST = 100000
};

static const struct variable variables[] = {
        {FACTOR_SEVERITY, INPUT_SEVERITY, NO_LEVEL, 100, false, true},
        {FACTOR_LIKELIHOOD, INPUT_LIKELIHOOD, NO_LEVEL, CATEGORY_L4, false, true},
        {FACTOR_MATURITY, INPUT_MATURITY, NO_LEVEL, MATURITY_RANSOMWARE, false, true},
        {FACTOR_EXPOSURE, INPUT_EXPOSURE, EXPOSURE_UNKNOWN, EXPOSURE_OPEN, true, true},
        {FACTOR_CRITICALITY, INPUT_CRITICALITY, CRITICALITY_UNKNOWN, CRITICALITY_MISSION,
         false, true},
        {FACTOR_DATA, INPUT_SENSITIVITY, SENSITIVITY_UNKNOWN, SENSITIVITY_REGULATED, true,
         true},
        {FACTOR_PRIVILEGE, INPUT_PRIVILEGE, PRIVILEGE_UNKNOWN, PRIVILEGE_ADMIN, true, true},
        {FACTOR_PATH, INPUT_PATH, NO_LEVEL, PATH_TO_CROWN_JEWEL, true, false},
        {FACTOR_FAILING_LAYERS, INPUT_FAILING, NO_LEVEL, N_LAYERS, true, false},
};

static int value_of(const struct score_inputs *in, const struct variable *v)
{
	int32_t row[N_INPUTS];

	inputs_to_row(in, row);
	return row[v->input];
}

static void set_value(struct score_inputs *in, const struct variable *v, int value)
{
	int32_t row[N_INPUTS];

	inputs_to_row(in, row);
	row[v->input] = value;
	*in = inputs_of_row(row);
}

static bool is_epss(const struct counterfactual_case *c, const struct variable *v)
{
	return v->factor == FACTOR_LIKELIHOOD && c->inputs.lik_kind == LIKELIHOOD_EPSS;
}

/* Of what is no vulnerability nobody publishes that it is exploited: "none" is no gap. */
static bool is_unknown(const struct counterfactual_case *c, const struct variable *v)
{
	if (!v->may_be_unknown || (v->factor == FACTOR_MATURITY && !c->is_vulnerability))
		return false;
	return c->basis[v->input] == BASIS_ASSUMED || value_of(&c->inputs, v) == v->unknown;
}

/* As the paths are found: from an open entry to what is worth much. */
static enum path_level level_between(const struct score_inputs *in)
{
	if (in->exposure < EXPOSURE_OPEN || in->crit < CRITICALITY_IMPORTANT)
		return PATH_TOXIC_RULE;
	return in->crit == CRITICALITY_MISSION ? PATH_TO_CROWN_JEWEL : PATH_TO_HIGH_VALUE;
}

/*
 * What the scorer would derive from other ends of a path, or from another exposure.  Only
 * in the direction of the change: the catalogue or the paths may have moved since the
 * risk was scored, which is no consequence of it.
 */
static void follow(const struct counterfactual_case *c, struct score_inputs *in, bool up)
{
	const bool reached = in->exposure >= EXPOSURE_FILTERED;
	const enum path_level level = level_between(in);

	if (in->exposure == c->inputs.exposure && in->crit == c->inputs.crit)
		return;
	if (c->is_path && (up ? level > in->path : level < in->path))
		in->path = level;
	if (c->is_path || in->is_cve)
		return;
	if (up && reached && c->automatable_if_exposed)
		in->automatable = true;
	if (!up && !reached)
		in->automatable = false;
}

/* --- levers --- */

static bool may_move(const struct counterfactual_case *c, const struct variable *v)
{
	return v->is_lever && !is_unknown(c, v) && !(c->fixed & 1u << v->factor);
}

static struct counterfactual moved(const struct score_model *model,
                                   const struct counterfactual_case *c,
                                   const struct variable *v, int value)
{
	struct counterfactual out = {.factor = v->factor, .inputs = c->inputs};
	const int from = value_of(&c->inputs, v);

	set_value(&out.inputs, v, value);
	follow(c, &out.inputs, false);
	out.steps = from - value - (value < v->unknown && v->unknown < from);
	out.score = score_of(model, &out.inputs);
	out.lowers_band = out.score.band < score_of(model, &c->inputs).band;
	return out;
}

/* The order of struct counterfactuals.changes; of equals the earlier factor stays. */
static bool is_cheaper(const struct counterfactual *a, const struct counterfactual *b)
{
	return a->steps != b->steps ? a->steps < b->steps : a->score.total < b->score.total;
}

static bool lowers_more(const struct counterfactual *a, const struct counterfactual *b)
{
	return a->score.total != b->score.total ? a->score.total < b->score.total
	                                        : a->steps < b->steps;
}

static void insert(struct counterfactuals *out, const struct counterfactual *change)
{
	size_t at = out->n_changes++;

	for (; at > 0 && is_cheaper(change, &out->changes[at - 1]); at--)
		out->changes[at] = out->changes[at - 1];
	out->changes[at] = *change;
}

static void move_levers(const struct score_model *model,
                        const struct counterfactual_case *c, struct counterfactuals *out)
{
	/* What must be beaten to lower the score at all. */
	struct counterfactual most = {.score = score_of(model, &c->inputs)};

	for (size_t i = 0; i < N_ELEMENTS(variables); i++) {
		const struct variable *v = &variables[i];
		struct counterfactual change;

		if (!may_move(c, v))
			continue;
		for (int value = value_of(&c->inputs, v) - 1; value >= 0; value--) {
			if (value == v->unknown)
				continue;
			change = moved(model, c, v, value);
			if (lowers_more(&change, &most))
				most = change;
			if (change.lowers_band) {
				insert(out, &change);
				break;
			}
		}
	}
	if (out->n_changes == 0 && most.steps > 0)
		insert(out, &most);
}

/* --- unknowns --- */

static int end_of(const struct counterfactual_case *c, const struct variable *v, bool up)
{
	if (is_epss(c, v))
		return up ? EPSS_MOST : EPSS_LEAST;
	return up ? v->most : 0;
}

static struct counterfactual_end learnt(const struct score_model *model,
                                        const struct counterfactual_case *c,
                                        const struct variable *v, bool up)
{
	struct counterfactual_end out = {.inputs = c->inputs};

	set_value(&out.inputs, v, end_of(c, v, up));
	follow(c, &out.inputs, up);
	out.score = score_of(model, &out.inputs);
	return out;
}

static struct score all_learnt(const struct score_model *model,
                               const struct counterfactual_case *c, bool up)
{
	struct score_inputs in = c->inputs;

	for (size_t i = 0; i < N_ELEMENTS(variables); i++)
		if (is_unknown(c, &variables[i]))
			set_value(&in, &variables[i], end_of(c, &variables[i], up));
	follow(c, &in, up);
	return score_of(model, &in);
}

struct counterfactuals counterfactuals_of(const struct score_model *model,
                                          const struct counterfactual_case *c)
{
	struct counterfactuals out = {.n_changes = 0};

	move_levers(model, c, &out);
	for (size_t i = 0; i < N_ELEMENTS(variables); i++) {
		const struct variable *v = &variables[i];

		if (is_unknown(c, v))
			out.unknowns[out.n_unknowns++] = (struct counterfactual_unknown){
			        .factor = v->factor,
			        .low = learnt(model, c, v, false),
			        .high = learnt(model, c, v, true)};
	}
	out.low = all_learnt(model, c, false);
	out.high = all_learnt(model, c, true);
	return out;
}
