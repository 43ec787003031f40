/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_SIDES_H
#define ISOBAR_RISK_SIDES_H

#include "model/org.h"
#include "model/risk_times.h"
#include "store/pg.h"

/* A risk at one moment, to be compared with another one. */
struct risk_side {
	struct key risk_id, asset_id;
	struct risk_row_times at;
};

/*
 * All risks of the org by id, as they stand at now.  *out is the caller's, by free(): about
 * 100 bytes a risk.  pg is open for PG_GROUP_READ.
 */
int risk_sides_load(struct pg *pg, const struct org *org, timestamp now,
                    struct risk_side **out, size_t *n_out, struct error *err) MUST_CHECK;

#endif
