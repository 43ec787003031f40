/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FIX_REFRESH_H
#define ISOBAR_FIX_REFRESH_H

#include "store/risk_store.h"

/*
 * Counts fixes anew: after scoring, when the transactions that marked them have been
 * committed.  pg is open for PG_GROUP_SCORER and PG_GROUP_SESSION_SCORER.
 */

/* Orgs with marks.  Lives in a. */
int fix_refresh_orgs(struct pg *pg, struct arena *a, struct org_list *out,
                     struct error *err) MUST_CHECK;

/*
 * One transaction: takes the first n_marks and writes what their fixes come to.
 * *n_out: how many fixes; call until it is 0.  ERR_TRANSIENT: nothing was done.
 */
int fix_refresh(struct pg *pg, const struct org *org, timestamp now, int64_t n_marks,
                int64_t *n_out, struct error *err) MUST_CHECK;

#endif
