/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EXPLANATION_WORDS_H
#define ISOBAR_EXPLANATION_WORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/explanation.h"

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

/* Why a finding is a member, from the bits of enum merged (correlate.h). */
const char *explanation_reasons(const struct explanation *e, int reasons, struct arena *a);

/* Puts the members model, factors, policy, path_members and paths into an object that is
 * being written. */
void explanation_write(struct strbuf *b, const struct explanation *e);

#endif
