/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONTEXT_STORE_H
#define ISOBAR_CONTEXT_STORE_H

#include "model/org.h"
#include "store/pg.h"

/*
 * The context of the assets in the temporary table context_touched, anew from all claims:
 * of each field the most dangerous one counts, or an operator's decision.  Exposure flows
 * on over edges to what is behind an address, a balancer or a firewall.  What changed is marked for scoring and for paths;
 * the table is empty afterwards.  Inside a transaction; pg is open for PG_GROUP_INGEST.
 */
int context_settle(struct pg *pg, const struct org *org, timestamp now,
                   struct error *err) MUST_CHECK;

#endif
