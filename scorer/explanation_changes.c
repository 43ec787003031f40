/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a stored explanation to its counterfactuals, and these as JSON: what would change
 * the score, and what is not known yet.
 */
#include <string.h>

#include "model/json_write.h"

#include "explanation.h"

/* The greatest value that each input can have; those of likelihood by its kind. */
static const int64_t most[N_INPUTS] = {
        [INPUT_SEVERITY] = 100,
        [INPUT_LIKELIHOOD_KIND] = LIKELIHOOD_CLASS,
        [INPUT_LIKELIHOOD] = 100000,
        [INPUT_MATURITY] = MATURITY_RANSOMWARE,
        [INPUT_AUTOMATABLE] = 1,
        [INPUT_TOTAL] = 1,
        [INPUT_EXPOSURE] = EXPOSURE_OPEN,
        [INPUT_CRITICALITY] = CRITICALITY_MISSION,
        [INPUT_SENSITIVITY] = SENSITIVITY_REGULATED,
        [INPUT_PRIVILEGE] = PRIVILEGE_ADMIN,
        [INPUT_PATH] = PATH_TO_CROWN_JEWEL,
        [INPUT_FAILING] = N_LAYERS,
        [INPUT_APPLICABLE] = N_LAYERS,
        [INPUT_CORROBORATION] = CORROBORATION_INDEPENDENT,
        [INPUT_IS_CVE] = 1,
};

/* What is stored is not trusted to index tables. */
static bool read_inputs(const struct explanation *e, struct score_inputs *out)
{
	int32_t row[N_INPUTS];

	for (int i = 0; i < N_INPUTS; i++) {
		if (e->inputs[i] < 0 || e->inputs[i] > most[i])
			return false;
		row[i] = (int32_t)e->inputs[i];
	}
	*out = inputs_of_row(row);
	return out->failing <= out->applicable &&
	       (out->lik_kind == LIKELIHOOD_EPSS || out->lik <= CATEGORY_L4);
}

/* Is it the calculation that was stored?  Else nothing follows from this model. */
static bool makes_the_same(const struct score_model *model, const struct score_inputs *in,
                           const struct explanation *e)
{
	const struct score score = score_of(model, in);

	for (int i = 0; i < N_FACTORS; i++)
		if (score.points[i] != e->points[i])
			return false;
	return true;
}

/* Whose fix takes the asset from the internet, or its rights away: that is no other way
 * to lower the risk. */
static unsigned int fixed_by(const struct finding_category *c)
{
	if (strcmp(c->domain->name, "public_exposure_setting") == 0)
		return 1u << FACTOR_EXPOSURE;
	if (strcmp(c->name, "overprivileged_identity") == 0 ||
	    strcmp(c->name, "privilege_escalation_path") == 0)
		return 1u << FACTOR_PRIVILEGE;
	return 0;
}

/* The category of a path is that of its rule: it says nothing of what a fix changes. */
static struct counterfactual_case case_of(const struct explanation *e,
                                          const struct responsibility_tables *t,
                                          const struct score_inputs *in)
{
	const struct finding_category *c = finding_category_find(t, e->category);
	struct counterfactual_case out = {.inputs = *in,
	                                  .is_path = e->path_members != NULL};

	for (int i = 0; i < N_INPUTS; i++)
		out.basis[i] = (enum basis)e->basis[i];
	out.is_vulnerability = in->is_cve;
	if (out.is_path) {
		out.fixed = 1u << FACTOR_PATH;
	} else if (c) {
		out.is_vulnerability |= c->likelihood == CATEGORY_EPSS;
		out.automatable_if_exposed = c->automatable_if_exposed;
		out.fixed = fixed_by(c);
	}
	return out;
}

bool explanation_changes(const struct explanation *e, const struct responsibility_tables *t,
                         const char *model_text, struct counterfactuals *out)
{
	CLEANUP(score_model_freep) struct score_model *model = NULL;
	struct counterfactual_case c;
	struct score_inputs in;
	struct error err;

	if (!explanation_is_readable(e) || !model_text || !read_inputs(e, &in) ||
	    score_model_load(model_text, strlen(model_text), &model, &err) < 0 ||
	    !makes_the_same(model, &in, e))
		return false;
	c = case_of(e, t, &in);
	*out = counterfactuals_of(model, &c);
	return true;
}

const char *explanation_changed_value(const struct explanation *e, enum factor factor,
                                      const struct score_inputs *in, struct arena *a)
{
	static const int64_t basis[N_INPUTS] = {[INPUT_LIKELIHOOD] = BASIS_DERIVED};
	struct explanation changed = *e;
	int64_t inputs[N_INPUTS];
	int32_t row[N_INPUTS];

	inputs_to_row(in, row);
	for (int i = 0; i < N_INPUTS; i++)
		inputs[i] = row[i];
	changed.inputs = inputs;
	changed.basis = basis;
	return explanation_value(&changed, factor, a);
}

/* --- JSON --- */

static void put_score(struct strbuf *b, const struct score *score)
{
	json_write_int(b, "score", score->total);
	json_write_text(b, "band", band_name(score->band));
}

static void put_change(struct strbuf *b, const struct explanation *e,
                       const struct counterfactual *c, struct arena *a)
{
	json_write_open(b, NULL, '{');
	json_write_text(b, "factor", explanation_factor_name(c->factor));
	json_write_text(b, "from", explanation_value(e, c->factor, a));
	json_write_text(b, "to", explanation_changed_value(e, c->factor, &c->inputs, a));
	put_score(b, &c->score);
	json_write_int(b, "points", c->score.points[c->factor]);
	json_write_int(b, "steps", c->steps);
	json_write_bool(b, "lowers_band", c->lowers_band);
	json_write_close(b, '}');
}

static void put_end(struct strbuf *b, const char *key, const struct explanation *e,
                    enum factor factor, const struct counterfactual_end *end,
                    struct arena *a)
{
	json_write_open(b, key, '{');
	put_score(b, &end->score);
	json_write_text(b, "value", explanation_changed_value(e, factor, &end->inputs, a));
	json_write_close(b, '}');
}

static void put_bound(struct strbuf *b, const char *key, const struct score *score)
{
	json_write_open(b, key, '{');
	put_score(b, score);
	json_write_close(b, '}');
}

void explanation_write_changes(struct strbuf *b, const struct explanation *e,
                               const struct counterfactuals *changes)
{
	ARENA_SCOPED a = arena_new(1024);

	json_write_open(b, "counterfactuals", '[');
	for (size_t i = 0; i < changes->n_changes; i++)
		put_change(b, e, &changes->changes[i], a);
	json_write_close(b, ']');
	json_write_open(b, "unknowns", '[');
	for (size_t i = 0; i < changes->n_unknowns; i++) {
		const struct counterfactual_unknown *u = &changes->unknowns[i];

		json_write_open(b, NULL, '{');
		json_write_text(b, "factor", explanation_factor_name(u->factor));
		put_end(b, "low", e, u->factor, &u->low, a);
		put_end(b, "high", e, u->factor, &u->high, a);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
	json_write_open(b, "bounds", '{');
	put_bound(b, "low", &changes->low);
	put_bound(b, "high", &changes->high);
	json_write_close(b, '}');
}
