/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EXPLAIN_STORE_H
#define ISOBAR_EXPLAIN_STORE_H

#include "model/explanation.h"
#include "store/queue_store.h"

/* A risk with the calculation behind its score.  pg is open for PG_GROUP_READ. */
struct explained_risk {
	struct queue_risk risk; /* without sources; rank as stored */
	int64_t version;        /* counts the writes of the risk */
	timestamp next_crossing_at;
	const char *holder; /* who has claimed it, perhaps no more; NULL: nobody */
	timestamp holder_until;
	bool has_fix;
	struct key fix_id;
	struct explanation why;
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
