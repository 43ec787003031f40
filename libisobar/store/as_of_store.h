/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AS_OF_STORE_H
#define ISOBAR_AS_OF_STORE_H

#include "store/explain_store.h"
#include "store/queue_store.h"

/*
 * The queue and single risks as they stood at a time that has passed (docs/history.md).
 * Title, asset and owner are those of now; rank, score, band, state, responsibility, due
 * time and SLA those of then; what is not kept (findings, sources, class, layer, when a
 * risk of a page was opened) is left zero.  pg is open for PG_GROUP_READ.
 */

/* What a page shows.  Sets are bits of the enum's numbers. */
struct as_of_query {
	timestamp at;
	unsigned int responsibilities, states, bands;
	int limit;
	bool has_after; /* the page after this row */
	int64_t after_rank;
	struct key after_id;
};

/* STMT_AS_OF_PAGE.  states: open ones only; others are in no queue. */
void as_of_page_bind(const struct org *org, const struct as_of_query *q,
                     struct pg_params *p);
void as_of_page_read(const PGresult *result, struct arena *a, struct queue_page *out);

/* STMT_AS_OF_RISK.  ERR_NOT_FOUND: there was no such risk at that time. */
void as_of_risk_bind(const struct org *org, const struct key *risk_id, timestamp at,
                     struct pg_params *p);
int as_of_risk_read(const PGresult *result, timestamp at, struct arena *a,
                    struct explained_risk *out, struct error *err) MUST_CHECK;

/* STMT_AS_OF_HORIZON: can a question of that time be answered?  $1 the org.  ERR_LIMIT: it
 * lies before what is kept. */
int as_of_horizon_check(const PGresult *result, timestamp at, struct error *err) MUST_CHECK;

int as_of_check(struct pg *pg, const struct org *org, timestamp at, struct arena *a,
                struct error *err) MUST_CHECK;

/* The same at once, horizon included. */
int as_of_page(struct pg *pg, const struct org *org, const struct as_of_query *q,
               struct arena *a, struct queue_page *out, struct error *err) MUST_CHECK;
int as_of_risk(struct pg *pg, const struct org *org, const struct key *risk_id,
               timestamp at, struct arena *a, struct explained_risk *out,
               struct error *err) MUST_CHECK;

#endif
