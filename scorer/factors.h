/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FACTORS_H
#define ISOBAR_FACTORS_H

#include "model/intelligence.h"
#include "model/responsibility.h"

#include "correlate.h"
#include "score.h"

/* Where an input of the score comes from: stored in risk_explanation.basis. */
enum basis {
	BASIS_ASSUMED,  /* nobody says: the unknown level, or the model's default */
	BASIS_REPORTED, /* a finding or the inventory says so */
	BASIS_DERIVED,  /* follows from what is reported */
	BASIS_CATALOG,  /* the catalogue's default for the category */
	BASIS_FEED      /* a feed of intelligence says so */
};

/* The inputs in the order of struct score_inputs. */
enum input {
	INPUT_SEVERITY,
	INPUT_LIKELIHOOD_KIND,
	INPUT_LIKELIHOOD,
	INPUT_MATURITY,
	INPUT_AUTOMATABLE,
	INPUT_TOTAL,
	INPUT_EXPOSURE,
	INPUT_CRITICALITY,
	INPUT_SENSITIVITY,
	INPUT_PRIVILEGE,
	INPUT_PATH,
	INPUT_FAILING,
	INPUT_APPLICABLE,
	INPUT_CORROBORATION,
	INPUT_IS_CVE
};

enum {
	N_INPUTS = INPUT_IS_CVE + 1
};

/* What a rule's facts say apart from its findings (severity of Defender's metadata). */
struct rule_severity {
	/* sev100 for findings that carry none; SEV100_UNKNOWN when nobody says. */
	int (*lookup)(const void *ctx, const char *connector, const char *rule);
	const void *ctx;
};

/* All risks of one asset share these; made once an asset. */
struct asset_view {
	const struct asset_facts *facts;
	const struct resource_kind *kind; /* NULL: a type without a row */
	unsigned int our_layers;
	bool exposed_by_finding;     /* an open finding says that the internet reaches it */
	unsigned int failing_layers; /* bits of enum layer with an open failing control */
};

struct gathered {
	struct score_inputs inputs;
	enum basis basis[N_INPUTS];
	int witness[N_INPUTS]; /* place among the group's members; -1 none */
	struct responsibility responsibility;
	const struct finding_category *category;
};

/* The category that stands for a group without one, by class and asset type. */
const struct finding_category *category_of_group(const struct responsibility_tables *t,
                                                 const struct risk_group *g,
                                                 const char *asset_type);

/* What the groups of one asset say about it together. */
struct asset_view asset_view_of(const struct responsibility_tables *t,
                                const struct asset_facts *facts,
                                const struct risk_group *groups, size_t n);

/*
 * Evidence to inputs: each input is the maximum over the open members (over all of
 * them when none is open), so order and repetition do not matter.  Of a CVE, what feeds
 * say stands before or beside it; intel may be NULL.  Pure.
 */
struct gathered gather_inputs(const struct responsibility_tables *t,
                              const struct rule_severity *severity,
                              const struct intel_table *intel, const struct risk_group *g,
                              const struct asset_view *asset);

/* The inputs as the row of integers that is stored. */
void inputs_to_row(const struct score_inputs *in, int32_t row[N_INPUTS]);
struct score_inputs inputs_of_row(const int32_t row[N_INPUTS]);

#endif
