/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SWEEP_STORE_H
#define ISOBAR_SWEEP_STORE_H

#include "model/org.h"
#include "store/pg.h"

struct sla_policies;

/*
 * Writes down what time alone has done: crossings of the clocks, acceptances that end.
 * Readers see it without (model/risk_times.h); what a sweep adds are the events, whose
 * time is that of the crossing, and which no second sweep writes again.  pg is open for
 * PG_GROUP_SCORER and PG_GROUP_DECIDE, outside of a transaction.
 */
struct sweep_result {
	int64_t n_found, n_written;
	int64_t n_marked; /* assets that are to be scored again */
};

/* So many at most; call it until none is found. */
int sweep_step(struct pg *pg, const struct org *org, const struct sla_policies *policies,
               timestamp now, struct sweep_result *out, struct error *err) MUST_CHECK;

/* Marks what rules that begin or end by now reach; n_out: how many assets. */
int sweep_rules(struct pg *pg, const struct org *org, timestamp now, int64_t *n_out,
                struct error *err) MUST_CHECK;

#endif
