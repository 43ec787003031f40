/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_STORE_PRIVATE_H
#define ISOBAR_RISK_STORE_PRIVATE_H

#include "store/risk_store.h"

/* What taking marks and trying have in common. */

/* Waits for other scorers of the shard until the end of the transaction. */
int score_shard_lock(struct pg *pg, const struct org *org, int shard,
                     struct error *err) MUST_CHECK;
/* Fills batch_asset by a statement. */
int score_assets_gather(struct pg *pg, enum statement stmt, const struct pg_params *take,
                        struct error *err) MUST_CHECK;
/* How many slices that were. */
int score_slices_count(struct pg *pg, const struct org *org, int shard,
                       struct score_batch *out, struct error *err) MUST_CHECK;

#endif
