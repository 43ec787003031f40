/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONTEXT_RULE_STORE_H
#define ISOBAR_CONTEXT_RULE_STORE_H

#include "model/context_rule.h"
#include "model/org.h"
#include "store/pg.h"

/* Rules from tags to context.  pg is open for PG_GROUP_INGEST. */

/* The rules of an org: its own, or those of the catalogue. */
int context_rules_read(struct pg *pg, const struct org *org, struct arena *a,
                       struct context_rules *out, bool *own, struct error *err) MUST_CHECK;

/*
 * Rules look at the assets of the temporary table context_touched and at those stored
 * since the given time; whose claims change are touched then.  Inside a transaction,
 * before context_settle().
 */
int context_rules_touched(struct pg *pg, const struct org *org, timestamp since,
                          timestamp now, struct error *err) MUST_CHECK;

struct context_rules_result {
	int64_t n_rules;  /* places that changed */
	int64_t n_claims; /* that came, went or changed */
};

/*
 * Replaces the rules of an org, with none by those of the catalogue, and applies them to
 * all of its assets: one transaction.  pg is open for PG_GROUP_RULE too.
 */
int context_rules_load(struct pg *pg, const struct org *org,
                       const struct context_rules *rules, timestamp now,
                       struct context_rules_result *out, struct error *err) MUST_CHECK;

#endif
