/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_BATCH_H
#define ISOBAR_BATCH_H

#include "base/error.h"
#include "model/control_catalog.h"
#include "model/intelligence.h"
#include "model/org.h"
#include "model/responsibility.h"
#include "model/sla.h"
#include "store/risk_store.h"

#include "score.h"
#include "toxic_rules.h"

/* What scoring needs beside the org's own rows; outlives all batches. */
struct scorer {
	struct pg *pg;
	const struct score_model *model; /* of orgs that have none of their own */
	bool model_is_tried;             /* of all orgs */
	const char *own_model; /* name of the org's own, by which it is scored; or NULL */
	struct responsibility_tables responsibility;
	const struct toxic_rules *toxic;
	int64_t n_marks;           /* looked at in one transaction */
	struct intel_table *intel; /* what feeds say; read anew when they were loaded */
	const struct sla_policies *policies; /* instead of the org's own; or NULL */
};

struct batch_result {
	int64_t n_findings; /* read */
	int64_t n_risks;    /* computed */
	int64_t n_written;
	bool took_all; /* marks that there were when it began */
};

/*
 * Told what each slice's findings will be and what is stored under their names, with the
 * slice's place.  Returns 0, or an error that ends the batch.
 */
struct decision_input;
struct batch_look {
	int (*slice)(void *ctx, int slice, const struct decision_input *in, struct arena *a,
	             struct error *err);
	void *ctx;
};

/*
 * Scores the dirty assets of one shard of an org in one transaction: take marks,
 * load, correlate, score, write what came out differently.  Of n_marks: call until
 * took_all, or n_findings is 0.  ERR_TRANSIENT: nothing was done; try again.
 */
int batch_run(const struct scorer *s, const struct org *org, int shard, timestamp now,
              int64_t n_marks, struct batch_result *out, struct error *err) MUST_CHECK;

/*
 * Scores what a trial has gathered (trial_store.h), in its transaction.  What comes out
 * differently is told to saw, and of it that is written which others are scored by.
 * looked: told each asset; or NULL.
 */
enum trial_writes {
	TRIAL_WRITES_ELEMENTS, /* inputs stay: risks whose elements of paths come or go */
	TRIAL_WRITES_MEMBERS   /* all that may be a member of a path */
};
struct batch_trial {
	enum trial_writes writes;
	void (*saw)(void *ctx, const struct risk_row *row, bool is_written);
	void (*looked)(void *ctx, const struct key *asset_id);
	void *ctx;
};
int batch_try(const struct scorer *s, const struct org *org, int shard, timestamp now,
              const struct score_batch *taken, const struct batch_trial *trial,
              struct batch_result *out, struct error *err) MUST_CHECK;

/*
 * Groups the findings of what was taken (identity_store.h) and tells look of them; in the
 * caller's transaction, and without writes.
 */
int batch_look(const struct scorer *s, const struct org *org, int shard, timestamp now,
               const struct score_batch *taken, const struct batch_look *look,
               struct error *err) MUST_CHECK;

#endif
