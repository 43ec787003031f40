/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_HISTORY_STORE_H
#define ISOBAR_HISTORY_STORE_H

#include "model/org.h"
#include "model/risk_history.h"
#include "store/pg.h"

/* The history of a risk, oldest first (docs/history.md).  pg is open for PG_GROUP_READ. */
#define HISTORY_LIMIT_MAX 1000

/*
 * STMT_RISK_HISTORY: the first limit entries behind a place; NULL: from the beginning.
 * What the ledger plans for after now is left out.
 */
void risk_history_bind(const struct org *org, const struct key *risk_id,
                       const struct history_place *after, int limit, timestamp now,
                       struct pg_params *p);
/* Texts and arrays live in a. */
void risk_history_read(const PGresult *result, const struct key *risk_id, struct arena *a,
                       struct history_entries *out);

/* The same at once. */
int risk_history(struct pg *pg, const struct org *org, const struct key *risk_id,
                 const struct history_place *after, int limit, timestamp now,
                 struct arena *a, struct history_entries *out,
                 struct error *err) MUST_CHECK;

#endif
