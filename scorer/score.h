/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCORE_H
#define ISOBAR_SCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/asset.h"
#include "model/finding.h"
#include "model/risk.h"

/* The score of docs/scoring.md.  A changed point anywhere is a new model version. */

enum factor {
	FACTOR_SEVERITY,
	FACTOR_LIKELIHOOD,
	FACTOR_MATURITY,
	FACTOR_AUTOMATABLE,
	FACTOR_TOTAL_IMPACT,
	FACTOR_EXPOSURE,
	FACTOR_CRITICALITY,
	FACTOR_DATA,
	FACTOR_PRIVILEGE,
	FACTOR_PATH,
	FACTOR_FAILING_LAYERS,
	FACTOR_CORROBORATION,
	FACTOR_POLICY /* the cap or floor: total less the twelve above; may be negative */
};

enum {
	N_FACTORS = FACTOR_POLICY + 1
};

enum likelihood_kind {
	LIKELIHOOD_EPSS, /* in units of 1e-5, 1..100000 */
	LIKELIHOOD_CLASS /* rule class L0..L4, 0..4 */
};

enum path_level {
	PATH_NONE,
	PATH_ADJACENT,
	PATH_TOXIC_RULE,
	PATH_TO_HIGH_VALUE,
	PATH_TO_CROWN_JEWEL
};

enum corroboration {
	CORROBORATION_WEAK,
	CORROBORATION_STANDARD,
	CORROBORATION_AUTHORITATIVE,
	CORROBORATION_INDEPENDENT /* two engine families or more */
};

/* All that the score depends on: one field a column of golden_scores.csv. */
struct score_inputs {
	int sev100; /* 0..100 */
	enum likelihood_kind lik_kind;
	int lik; /* unit by lik_kind */
	enum maturity maturity;
	bool automatable;
	bool total;
	enum exposure exposure;
	enum criticality crit;
	enum sensitivity data;
	enum privilege priv;
	enum path_level path;
	int failing;    /* defence layers with an open failing control, 0..applicable */
	int applicable; /* defence layers that are ours to keep, 0..6 */
	enum corroboration corr;
	bool is_cve;
};

struct score {
	int total; /* 0..1000, exactly the sum of points */
	enum band band;
	int points[N_FACTORS];
};

/*
 * A version of the model: the point tables, the limits of caps, floors and bands of
 * catalog/models/<version>.json.  The rules of caps and floors are code.  Loading
 * checks that every table is monotone and that the maxima add up to 1000.
 */
struct score_model;

/* ERR_INVALID says what is wrong with the text.  *out is untouched on failure. */
int score_model_load(const char *text, size_t size, struct score_model **out,
                     struct error *err) MUST_CHECK;
void score_model_free(struct score_model *model);                 /* NULL is fine */
void score_model_freep(struct score_model **model);               /* for CLEANUP() */
const char *score_model_version(const struct score_model *model); /* "rs-1.0.0" */

/* Pure, integers only; inputs are in range (checked where they are gathered). */
struct score score_of(const struct score_model *model, const struct score_inputs *in);

/*
 * G of the n distinct scores that one fix removes: led by the greatest, raised by
 * the sum of the others, at most 1000, and never lowered by one more.  n >= 1; any
 * order.
 */
int score_group(const int *scores, size_t n);

const char *score_factor_name(enum factor factor); /* "failing_layers" */

#endif
