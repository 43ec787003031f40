/* SPDX-License-Identifier: Apache-2.0 */
#include "path_risk.h"

#include "base/attr.h"

/*
 * Compares two steps by what counts, then by all that is taken from them, so that equal
 * means the same.  base: what the path is beside its steps.
 */
typedef int compare_fn(const struct score_model *m, const struct score_inputs *base,
                       const struct score_inputs *a, const struct score_inputs *b);

static int compare(const int64_t *x, const int64_t *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static int by_layers(const struct score_model *m, const struct score_inputs *base,
                     const struct score_inputs *a, const struct score_inputs *b)
{
	const struct score as = score_of(m, a), bs = score_of(m, b);
	const int64_t x[] = {as.points[FACTOR_FAILING_LAYERS], a->failing, a->applicable};
	const int64_t y[] = {bs.points[FACTOR_FAILING_LAYERS], b->failing, b->applicable};

	(void)base;
	return compare(x, y, N_ELEMENTS(x));
}

static int by_corroboration(const struct score_model *m, const struct score_inputs *base,
                            const struct score_inputs *a, const struct score_inputs *b)
{
	(void)m;
	(void)base;
	return (int)a->corr - (int)b->corr;
}

static struct score_inputs with_step(const struct score_inputs *base,
                                     const struct score_inputs *step)
{
	struct score_inputs out = *base;

	out.sev100 = step->sev100;
	out.lik_kind = step->lik_kind;
	out.lik = step->lik;
	out.maturity = step->maturity;
	out.automatable = step->automatable;
	out.total = step->total;
	return out;
}

/* By what the path's score would be: caps count too. */
static int by_strength(const struct score_model *m, const struct score_inputs *base,
                       const struct score_inputs *a, const struct score_inputs *b)
{
	const struct score_inputs ia = with_step(base, a), ib = with_step(base, b);
	const struct score as = score_of(m, &ia), bs = score_of(m, &ib);
	const int64_t x[] = {as.total,       as.total - as.points[FACTOR_POLICY],
	                     a->sev100,      a->lik_kind,
	                     a->lik,         a->maturity,
	                     a->automatable, a->total};
	const int64_t y[] = {bs.total,       bs.total - bs.points[FACTOR_POLICY],
	                     b->sev100,      b->lik_kind,
	                     b->lik,         b->maturity,
	                     b->automatable, b->total};

	return compare(x, y, N_ELEMENTS(x));
}

/* The greatest of the steps of one clause; NULL when nothing hangs on a step. */
static const struct score_inputs *best_of(const struct score_model *m,
                                          const struct path_facts *path, int64_t clause,
                                          const struct score_inputs *base, compare_fn *cmp)
{
	const struct score_inputs *best = NULL;

	for (size_t i = 0; i < path->n_steps; i++) {
		const struct path_step *step = &path->steps[i];

		if (step->clauses & clause &&
		    (!best || cmp(m, base, &step->inputs, best) > 0))
			best = &step->inputs;
	}
	return best;
}

static const struct score_inputs *weakest_of(const struct score_model *m,
                                             const struct path_facts *path,
                                             const struct score_inputs *base,
                                             compare_fn *cmp)
{
	const struct score_inputs *weakest = NULL;
	uint64_t clauses = 0;

	for (size_t i = 0; i < path->n_steps; i++)
		clauses |= (uint64_t)path->steps[i].clauses;
	for (; clauses; clauses &= clauses - 1) {
		const int64_t clause = (int64_t)(clauses & -clauses);
		const struct score_inputs *best = best_of(m, path, clause, base, cmp);

		if (!weakest || cmp(m, base, best, weakest) < 0)
			weakest = best;
	}
	return weakest;
}

struct score_inputs path_inputs(const struct score_model *m, const struct path_facts *path)
{
	struct score_inputs out = {.lik_kind = LIKELIHOOD_CLASS,
	                           .exposure = path->entry_exposure,
	                           .crit = path->target.criticality,
	                           .data = path->target.sensitivity,
	                           .priv = path->target.privilege,
	                           .path = path->level};
	const struct score_inputs *step = weakest_of(m, path, &out, by_layers);

	if (!step)
		return out;
	out.failing = step->failing;
	out.applicable = step->applicable;
	out.corr = weakest_of(m, path, &out, by_corroboration)->corr;
	step = weakest_of(m, path, &out, by_strength);
	return with_step(&out, step);
}
