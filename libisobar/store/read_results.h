/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_READ_RESULTS_H
#define ISOBAR_READ_RESULTS_H

#include "store/explain_store.h"
#include "store/finding_store.h"
#include "store/queue_store.h"
#include "store/read_scope.h"

/*
 * The reads of queue_store.h, explain_store.h and finding_store.h in halves, for
 * callers on an event loop: parameters to bind, results to read.  Results are in text
 * format but where another is named; what is read lives in a.
 */

/* STMT_SOURCE_LIST: $1 the org. */
void source_list_read(const PGresult *result, struct arena *a, struct source_list *out);

/* STMT_RISK_EXPLAIN: other risks are named of the scope only.  ERR_NOT_FOUND: there is no such risk. */
void risk_explain_bind(const struct org *org, const struct key *risk_id,
                       const struct read_scope *scope, struct pg_params *p);
int explained_risk_read(const PGresult *result, timestamp now, struct arena *a,
                        struct explained_risk *out, struct error *err) MUST_CHECK;
/* Names of the sources of the risk in a row of it. */
void queue_sources_read(const PGresult *result, int row, const struct source_list *sources,
                        struct arena *a, struct queue_risk *out);

/* STMT_CLOCK_LIST: the ledgers of risks, and the SLA state that follows at now. */
void queue_clocks_bind(const struct org *org, const struct queue_risk *risks, size_t n,
                       struct pg_params *p);
void queue_clocks_read(const PGresult *result, struct queue_risk *risks, size_t n,
                       struct arena *a);

/* STMT_RISK_MEMBERS: $1 the org, $2 the risk. */
void finding_rows_read(const PGresult *result, const struct source_list *sources,
                       struct arena *a, struct finding_rows *out);
/* STMT_SEGMENT_BODIES in binary format: what only the raw records of rows say. */
void finding_details_read(const PGresult *bodies, struct finding_rows *rows,
                          struct arena *a);

#endif
