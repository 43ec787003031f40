/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_JSON_H
#define ISOBAR_RISK_JSON_H

#include "base/strbuf.h"
#include "store/page_store.h"
#include "store/queue_store.h"

#include "queue_index.h"

/*
 * A risk as the api answers it: the members that every list and the single risk share
 * (docs/openapi.yaml, schema Risk).  Pure.
 */

/* A row of a page of PostgreSQL as an object. */
void risk_json_put_page_row(struct strbuf *b, const struct page_row *row,
                            enum sla_state sla, const struct source_list *sources);

/* The same of a risk of the index. */
void risk_json_put_risk(struct strbuf *b, const struct index_risk *risk, enum sla_state sla,
                        const struct source_list *sources);

/* The same members of a risk that was read by name, into an object that is open. */
void risk_json_put_members(struct strbuf *b, const struct queue_risk *risk);

#endif
