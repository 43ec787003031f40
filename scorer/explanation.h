/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EXPLANATION_WORDS_H
#define ISOBAR_EXPLANATION_WORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/asset.h"
#include "model/explanation.h"
#include "model/responsibility.h"

#include "counterfactual.h"
#include "score.h"

/*
 * Words for a stored explanation.  Factors can be shown only of a model with the inputs
 * and factors of this program: explanation_is_readable().
 */
bool explanation_is_readable(const struct explanation *e);
const char *explanation_factor_name(enum factor factor); /* "severity"; not the policy */
/* The input of a factor in words, its basis: "reported". */
const char *explanation_value(const struct explanation *e, enum factor factor,
                              struct arena *a);
const char *explanation_basis(const struct explanation *e, enum factor factor);

/*
 * What is claimed of the asset behind the factors exposure, criticality, data and
 * privilege; the claim that counts comes first.  Of criticality, claims of the environment
 * where nobody rates it.  Returns how many.
 */
struct explanation_claim {
	enum context_field field;
	int level;
	const char *origin, *evidence;
	bool contradicts; /* says another level than the one that counts */
};
size_t explanation_claims(const struct explanation *e, enum factor factor, struct arena *a,
                          struct explanation_claim **out);
/* The same as the member claims of a factor. */
void explanation_write_claims(struct strbuf *b, const struct explanation *e,
                              enum factor factor);

/* Why a finding is a member, from the bits of enum merged (correlate.h). */
const char *explanation_reasons(const struct explanation *e, int reasons, struct arena *a);

/* Puts the members model, factors (without evidence and claims) and policy: what is kept
 * of a former score. */
void explanation_write_former(struct strbuf *b, const struct explanation *e);
/* Puts the members model, factors, policy, path_members and paths into an object that is
 * being written. */
void explanation_write(struct strbuf *b, const struct explanation *e);

/*
 * What would change the score: by the model that it was made with, of which model_text is
 * the file (catalog_model_text(e->model)).  false, with *out untouched: e cannot be read,
 * model_text is NULL, or this program makes another sum of the stored inputs.
 */
bool explanation_changes(const struct explanation *e, const struct responsibility_tables *t,
                         const char *model_text, struct counterfactuals *out) MUST_CHECK;
/* The value of a factor in words, as explanation_value(), were the inputs these. */
const char *explanation_changed_value(const struct explanation *e, enum factor factor,
                                      const struct score_inputs *in, struct arena *a);
/* Puts the members counterfactuals, unknowns and bounds into an object that is being
 * written. */
void explanation_write_changes(struct strbuf *b, const struct explanation *e,
                               const struct counterfactuals *changes);

#endif
