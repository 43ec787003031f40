/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EXPLAIN_STORE_H
#define ISOBAR_EXPLAIN_STORE_H

#include "store/queue_store.h"

/*
 * A risk with the calculation behind its score.  The arrays are those of
 * risk_explanation, in the order of scorer/score.h.  pg is open for PG_GROUP_READ.
 */
struct explained_risk {
	struct queue_risk risk; /* without rank and sources */
	const char *model;      /* NULL: it was never scored */
	const char *control;
	const int64_t *inputs, *points, *basis, *witness;
	size_t n_inputs, n_points;
	const struct key *members;
	size_t n_members;
};

/*
 * The risk of an id, of a former id, or of the first hex digits of one; dashes are
 * passed over.  ERR_INVALID: no id, or fewer digits than 6; ERR_NOT_FOUND;
 * ERR_CONFLICT: several risks begin so, the text names them.
 */
int risk_find(struct pg *pg, const struct org *org, const char *id, struct key *out,
              struct error *err) MUST_CHECK;

int risk_explain(struct pg *pg, const struct org *org, const struct key *risk_id,
                 timestamp now, struct arena *a, struct explained_risk *out,
                 struct error *err) MUST_CHECK;

#endif
