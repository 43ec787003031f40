/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_BATCH_H
#define ISOBAR_BATCH_H

#include "base/error.h"
#include "model/control_catalog.h"
#include "model/intelligence.h"
#include "model/org.h"
#include "model/responsibility.h"
#include "store/risk_store.h"

#include "score.h"
#include "toxic_rules.h"

/* What scoring needs beside the org's own rows; outlives all batches. */
struct scorer {
	struct pg *pg;
	const struct score_model *model;
	const char *model_name;
	struct responsibility_tables responsibility;
	const struct toxic_rules *toxic;
	int64_t n_marks;           /* looked at in one transaction */
	struct intel_table *intel; /* what feeds say; read anew when they were loaded */
};

struct batch_result {
	int64_t n_findings; /* read */
	int64_t n_risks;    /* computed */
	int64_t n_written;
};

/*
 * Scores the dirty assets of one shard of an org in one transaction: take marks,
 * load, correlate, score, write what came out differently.  Of n_marks: call until
 * n_findings is 0.  ERR_TRANSIENT: nothing was done; try again.
 */
int batch_run(const struct scorer *s, const struct org *org, int shard, timestamp now,
              int64_t n_marks, struct batch_result *out, struct error *err) MUST_CHECK;

#endif
