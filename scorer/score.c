/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The score: a points scorecard in integers (docs/scoring.md).  Twelve factors and
 * one policy line, which add up to the total exactly; the explanation is the
 * calculation.  The numbers come from a model, the rules of caps and floors are here.
 */

#include "score.h"

#include <stdlib.h>
#include <string.h>

#include "score_private.h"

static int min_of(int a, int b)
{
	return a < b ? a : b;
}

static int max_of(int a, int b)
{
	return a > b ? a : b;
}

/* Floor division: all operands are non-negative. */
static int epss_points(const struct score_model *m, int epss)
{
	const int e = max_of(1, min_of(EPSS_MAX, epss));
	size_t i = 1;

	while (i + 1 < m->n_epss && e > m->epss[i].epss)
		i++;

	const struct epss_corner *from = &m->epss[i - 1];
	const struct epss_corner *to = &m->epss[i];

	return from->points +
	       (to->points - from->points) * (e - from->epss) / (to->epss - from->epss);
}

static int likelihood_points(const struct score_model *m, const struct score_inputs *in)
{
	switch (in->lik_kind) {
	case LIKELIHOOD_EPSS:
		return epss_points(m, in->lik);
	case LIKELIHOOD_CLASS:
		break;
	}
	return m->likelihood_class[in->lik];
}

/* The share of our defence layers that fail, rounded half up. */
static int layer_points(const struct score_model *m, const struct score_inputs *in)
{
	const int n = in->applicable;

	return n == 0 ? 0 : (2 * m->failing_layers * in->failing + n) / (2 * n);
}

static void set_points(const struct score_model *m, const struct score_inputs *in,
                       int points[N_FACTORS])
{
	points[FACTOR_SEVERITY] = in->sev100 * m->severity_times / m->severity_over;
	points[FACTOR_LIKELIHOOD] = likelihood_points(m, in);
	points[FACTOR_MATURITY] = m->maturity[in->maturity];
	points[FACTOR_AUTOMATABLE] = in->automatable ? m->automatable : 0;
	points[FACTOR_TOTAL_IMPACT] = in->total ? m->total_impact : 0;
	points[FACTOR_EXPOSURE] = m->exposure[in->exposure];
	points[FACTOR_CRITICALITY] = m->criticality[in->crit];
	points[FACTOR_DATA] = m->data[in->data];
	points[FACTOR_PRIVILEGE] = m->privilege[in->priv];
	points[FACTOR_PATH] = m->path[in->path];
	points[FACTOR_FAILING_LAYERS] = layer_points(m, in);
	points[FACTOR_CORROBORATION] = m->corroboration[in->corr];
}

static int cap_of(const struct score_model *m, const struct score_inputs *in,
                  int likelihood)
{
	if (in->path >= PATH_TO_HIGH_VALUE)
		return SCORE_MAX;
	if (in->sev100 == 0)
		return m->cap_no_severity;
	if (in->sev100 < m->low_severity_below && in->maturity < MATURITY_ACTIVE)
		return m->cap_low_severity;
	if (likelihood < m->no_likelihood_below && in->maturity == MATURITY_NONE &&
	    !in->automatable)
		return m->cap_no_likelihood;
	return SCORE_MAX;
}

/* CISA BOD 26-04, the rows of known exploited CVEs: two of three make 3 days of 14. */
static int active_cve_floor(const struct score_model *m, const struct score_inputs *in)
{
	const int n = (in->exposure >= EXPOSURE_FILTERED) + in->automatable + in->total;

	return n >= 2 ? m->floor_active_cve_aggravated : m->floor_active_cve;
}

static int floor_of(const struct score_model *m, const struct score_inputs *in)
{
	int least = 0;

	if (in->is_cve && in->maturity >= MATURITY_ACTIVE)
		least = active_cve_floor(m, in);
	if (in->path == PATH_TO_HIGH_VALUE)
		least = max_of(least, m->floor_path_to_high_value);
	if (in->path == PATH_TO_CROWN_JEWEL)
		least = max_of(least, m->floor_path_to_crown_jewel);
	return least;
}

static enum band band_of(const struct score_model *m, int total)
{
	if (total >= m->band_critical)
		return BAND_CRITICAL;
	if (total >= m->band_high)
		return BAND_HIGH;
	if (total >= m->band_medium)
		return BAND_MEDIUM;
	return BAND_LOW;
}

struct score score_of(const struct score_model *model, const struct score_inputs *in)
{
	struct score score = {.total = 0};
	int raw = 0;

	set_points(model, in, score.points);
	for (int i = 0; i < FACTOR_POLICY; i++)
		raw += score.points[i];

	const int cap = cap_of(model, in, score.points[FACTOR_LIKELIHOOD]);

	score.total = max_of(floor_of(model, in), min_of(cap, raw));
	score.points[FACTOR_POLICY] = score.total - raw;
	score.band = band_of(model, score.total);
	return score;
}

int score_group(const int *scores, size_t n)
{
	int64_t sum = 0;
	int first = 0;

	for (size_t i = 0; i < n; i++) {
		sum += scores[i];
		first = max_of(first, scores[i]);
	}

	const int64_t others = (sum - first) / 20;
	const int u = others < 250 ? (int)others : 250;

	return first + (SCORE_MAX - first) * u / SCORE_MAX;
}

const char *score_factor_name(enum factor factor)
{
	static const char *const names[N_FACTORS] = {
	        [FACTOR_SEVERITY] = "severity",
	        [FACTOR_LIKELIHOOD] = "likelihood",
	        [FACTOR_MATURITY] = "maturity",
	        [FACTOR_AUTOMATABLE] = "automatable",
	        [FACTOR_TOTAL_IMPACT] = "total_impact",
	        [FACTOR_EXPOSURE] = "exposure",
	        [FACTOR_CRITICALITY] = "criticality",
	        [FACTOR_DATA] = "data",
	        [FACTOR_PRIVILEGE] = "privilege",
	        [FACTOR_PATH] = "path",
	        [FACTOR_FAILING_LAYERS] = "failing_layers",
	        [FACTOR_CORROBORATION] = "corroboration",
	        [FACTOR_POLICY] = "policy",
	};

	return names[factor];
}
