/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCORE_CHANGE_H
#define ISOBAR_SCORE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/explanation.h"

#include "score.h"

/* What moved a score, from what it was made of before and after.  Pure. */

/* Where an input comes from; bits, as not every change tells one from the other. */
enum score_cause {
	CAUSE_FEED = 1 << 0,      /* of intelligence on the CVE */
	CAUSE_ASSET = 1 << 1,     /* what is known of the asset */
	CAUSE_PATH = 1 << 2,      /* paths over the risk */
	CAUSE_EVIDENCE = 1 << 3,  /* its findings, or others on the asset */
	CAUSE_CATALOGUE = 1 << 4, /* what the catalogue says of the rule */
	CAUSE_MODEL = 1 << 5,     /* another version of the model */
	CAUSE_MERGE = 1 << 6      /* another risk turned out to be the same */
};

struct score_change {
	enum factor factor;
	bool is_moved;       /* the input, apart from points */
	bool has_points;     /* false: those from before were not kept */
	int from, to;        /* points */
	unsigned int causes; /* of enum score_cause; 0 for the policy: it follows */
};

/*
 * The factors whose input or points differ, in the order of enum factor; of the two
 * explanations model, inputs, points and basis are looked at.  Points and basis may be
 * missing (n_points 0, basis -1: not kept).  merged: another risk became part of it at
 * the same time.  Returns how many; none when one of them is not readable.
 */
size_t score_changes(const struct explanation *from, const struct explanation *to,
                     bool merged, struct score_change out[N_FACTORS]);

/* What all of them come from together, the model and a merge included. */
unsigned int score_change_causes(const struct explanation *from,
                                 const struct explanation *to, bool merged);

/* "feed", "asset+evidence": words of a set, in the order of the enum; "" of none. */
const char *score_cause_words(unsigned int causes, struct arena *a);

#endif
