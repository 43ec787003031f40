/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moved a score.  Nothing about it is stored: each input has its origin, which its
 * basis tells where there are several.  Where the two rows leave a doubt (a severity that
 * a feed gave and now a tool gives), both origins are named.
 */
#include "score_change.h"

#include <string.h>

#include "base/attr.h"

#include "factors.h"

/* One input before and after. */
struct pair {
	int64_t from, to;
	int64_t from_basis, to_basis; /* enum basis; -1: not kept */
	bool is_cve;
};

static struct pair pair_of(const struct explanation *from, const struct explanation *to,
                           enum input input)
{
	return (struct pair){.from = from->inputs[input],
	                     .to = to->inputs[input],
	                     .from_basis = from->basis[input],
	                     .to_basis = to->basis[input],
	                     .is_cve = to->inputs[INPUT_IS_CVE] != 0};
}

static bool is_of_feed(int64_t basis)
{
	return basis == BASIS_FEED;
}

/* A newer CVSS of a tool counts before the feeds', and theirs before an equal one. */
static unsigned int severity_causes(struct pair p)
{
	if (!p.is_cve)
		return CAUSE_EVIDENCE;
	if (is_of_feed(p.to_basis))
		return CAUSE_FEED;
	return is_of_feed(p.from_basis) ? CAUSE_FEED | CAUSE_EVIDENCE : CAUSE_EVIDENCE;
}

/* A feed's EPSS always counts first: whatever comes or goes with it is its doing. */
static unsigned int likelihood_causes(struct pair p)
{
	if (!p.is_cve)
		return CAUSE_EVIDENCE | CAUSE_CATALOGUE;
	if (p.from_basis < 0)
		return CAUSE_FEED | CAUSE_EVIDENCE;
	return is_of_feed(p.from_basis) || is_of_feed(p.to_basis) ? CAUSE_FEED
	                                                          : CAUSE_EVIDENCE;
}

/* The greater of what tools and feeds say: it rises by the one that is above now, and
 * falls by the one that was above before. */
static unsigned int maturity_causes(struct pair p)
{
	if (!p.is_cve)
		return CAUSE_EVIDENCE;
	if (p.to < p.from && p.from_basis < 0)
		return CAUSE_FEED | CAUSE_EVIDENCE;
	return is_of_feed(p.to > p.from ? p.to_basis : p.from_basis) ? CAUSE_FEED
	                                                             : CAUSE_EVIDENCE;
}

/* Of a CVE a decision of SSVC stands before vectors, which tools and feeds have. */
static unsigned int impact_causes(struct pair p)
{
	if (!p.is_cve)
		return CAUSE_EVIDENCE | CAUSE_CATALOGUE;
	return is_of_feed(p.from_basis) || is_of_feed(p.to_basis)
	               ? CAUSE_FEED
	               : CAUSE_FEED | CAUSE_EVIDENCE;
}

/* An open finding may say that the internet reaches the asset; so may what is derived of
 * its neighbours. */
static unsigned int exposure_causes(struct pair p)
{
	const int64_t basis = p.to == EXPOSURE_OPEN     ? p.to_basis
	                      : p.from == EXPOSURE_OPEN ? p.from_basis
	                                                : BASIS_REPORTED;

	return basis == BASIS_DERIVED || basis < 0 ? CAUSE_ASSET | CAUSE_EVIDENCE
	                                           : CAUSE_ASSET;
}

/* A category may be automatable only where the internet reaches it. */
static unsigned int automatable_causes(const struct explanation *from,
                                       const struct explanation *to)
{
	const struct pair p = pair_of(from, to, INPUT_AUTOMATABLE);
	const struct pair exposure = pair_of(from, to, INPUT_EXPOSURE);
	const bool follows = !p.is_cve &&
	                     (exposure.from >= EXPOSURE_FILTERED) == (p.from != 0) &&
	                     (exposure.to >= EXPOSURE_FILTERED) == (p.to != 0);

	return follows ? exposure_causes(exposure) : impact_causes(p);
}

/* Which layers are the customer's to keep hangs on the type of the asset, and on the
 * layer of the risk's own category. */
static unsigned int layer_causes(const struct explanation *from,
                                 const struct explanation *to)
{
	unsigned int out = 0;

	if (from->inputs[INPUT_FAILING] != to->inputs[INPUT_FAILING])
		out |= CAUSE_EVIDENCE;
	if (from->inputs[INPUT_APPLICABLE] != to->inputs[INPUT_APPLICABLE])
		out |= CAUSE_ASSET | CAUSE_CATALOGUE;
	return out;
}

/* All of a path's inputs are derived; of another risk, the severity never is. */
static bool is_of_path(const struct explanation *e)
{
	return e->basis[INPUT_SEVERITY] == BASIS_DERIVED;
}

/* What a path has of the risks that it is made of. */
static bool is_of_steps(enum factor factor)
{
	return factor <= FACTOR_TOTAL_IMPACT || factor == FACTOR_FAILING_LAYERS ||
	       factor == FACTOR_CORROBORATION;
}

static unsigned int causes_of(const struct explanation *from, const struct explanation *to,
                              enum factor factor)
{
	if (is_of_path(to) && is_of_steps(factor))
		return CAUSE_PATH;
	switch (factor) {
	case FACTOR_SEVERITY:
		return severity_causes(pair_of(from, to, INPUT_SEVERITY));
	case FACTOR_LIKELIHOOD:
		return likelihood_causes(pair_of(from, to, INPUT_LIKELIHOOD));
	case FACTOR_MATURITY:
		return maturity_causes(pair_of(from, to, INPUT_MATURITY));
	case FACTOR_AUTOMATABLE:
		return automatable_causes(from, to);
	case FACTOR_TOTAL_IMPACT:
		return impact_causes(pair_of(from, to, INPUT_TOTAL));
	case FACTOR_EXPOSURE:
		return exposure_causes(pair_of(from, to, INPUT_EXPOSURE));
	case FACTOR_CRITICALITY:
	case FACTOR_DATA:
	case FACTOR_PRIVILEGE:
		return CAUSE_ASSET;
	case FACTOR_PATH:
		return CAUSE_PATH;
	case FACTOR_FAILING_LAYERS:
		return layer_causes(from, to);
	case FACTOR_CORROBORATION:
		return CAUSE_EVIDENCE;
	case FACTOR_POLICY:
		break;
	}
	return 0;
}

/* The inputs of a factor; the second may be the first again. */
static void inputs_of(enum factor factor, enum input out[2])
{
	static const enum input inputs[FACTOR_POLICY][2] = {
	        [FACTOR_SEVERITY] = {INPUT_SEVERITY, INPUT_SEVERITY},
	        [FACTOR_LIKELIHOOD] = {INPUT_LIKELIHOOD_KIND, INPUT_LIKELIHOOD},
	        [FACTOR_MATURITY] = {INPUT_MATURITY, INPUT_MATURITY},
	        [FACTOR_AUTOMATABLE] = {INPUT_AUTOMATABLE, INPUT_AUTOMATABLE},
	        [FACTOR_TOTAL_IMPACT] = {INPUT_TOTAL, INPUT_TOTAL},
	        [FACTOR_EXPOSURE] = {INPUT_EXPOSURE, INPUT_EXPOSURE},
	        [FACTOR_CRITICALITY] = {INPUT_CRITICALITY, INPUT_CRITICALITY},
	        [FACTOR_DATA] = {INPUT_SENSITIVITY, INPUT_SENSITIVITY},
	        [FACTOR_PRIVILEGE] = {INPUT_PRIVILEGE, INPUT_PRIVILEGE},
	        [FACTOR_PATH] = {INPUT_PATH, INPUT_PATH},
	        [FACTOR_FAILING_LAYERS] = {INPUT_FAILING, INPUT_APPLICABLE},
	        [FACTOR_CORROBORATION] = {INPUT_CORROBORATION, INPUT_CORROBORATION},
	};

	memcpy(out, inputs[factor], sizeof(inputs[factor]));
}

static bool is_moved(const struct explanation *from, const struct explanation *to,
                     enum factor factor)
{
	enum input inputs[2];

	if (factor == FACTOR_POLICY)
		return false;
	inputs_of(factor, inputs);
	return from->inputs[inputs[0]] != to->inputs[inputs[0]] ||
	       from->inputs[inputs[1]] != to->inputs[inputs[1]];
}

static bool is_readable(const struct explanation *e)
{
	return e->model && e->n_inputs == N_INPUTS &&
	       (e->n_points == 0 || e->n_points == N_FACTORS);
}

size_t score_changes(const struct explanation *from, const struct explanation *to,
                     bool merged, struct score_change out[N_FACTORS])
{
	size_t n = 0;

	if (!is_readable(from) || !is_readable(to))
		return 0;
	const bool has_points = from->n_points && to->n_points;
	const unsigned int model = strcmp(from->model, to->model) != 0 ? CAUSE_MODEL : 0;

	for (int i = 0; i < N_FACTORS; i++) {
		const enum factor factor = (enum factor)i;
		struct score_change c = {.factor = factor,
		                         .is_moved = is_moved(from, to, factor),
		                         .has_points = has_points};

		if (has_points) {
			c.from = (int)from->points[i];
			c.to = (int)to->points[i];
		}
		if (!c.is_moved && c.from == c.to)
			continue;
		if (c.is_moved)
			c.causes |=
			        causes_of(from, to, factor) | (merged ? CAUSE_MERGE : 0);
		if (factor != FACTOR_POLICY)
			c.causes |= model;
		out[n++] = c;
	}
	return n;
}

unsigned int score_change_causes(const struct explanation *from,
                                 const struct explanation *to, bool merged)
{
	struct score_change changes[N_FACTORS];
	const size_t n = score_changes(from, to, merged, changes);
	unsigned int out = merged ? CAUSE_MERGE : 0;

	if (from->model && to->model && strcmp(from->model, to->model) != 0)
		out |= CAUSE_MODEL;
	for (size_t i = 0; i < n; i++)
		out |= changes[i].causes;
	return out;
}

const char *score_cause_words(unsigned int causes, struct arena *a)
{
	static const char *const words[] = {"feed",      "asset", "path", "evidence",
	                                    "catalogue", "model", "merge"};
	const char *out = "";

	for (size_t i = 0; i < N_ELEMENTS(words); i++)
		if (causes & 1u << i)
			out = arena_printf(a, "%s%s%s", out, *out ? "+" : "", words[i]);
	return out;
}
