/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRIAL_H
#define ISOBAR_TRIAL_H

#include "store/context_claims.h"

#include "batch.h"
#include "tally.h"

/*
 * Scores an org as it would be by other rules, in a transaction that is rolled back, and
 * tells what would move.  Nothing has to wait for it until paths come or go; from then on
 * to its end the org's paths are locked.
 */
struct trial_outcome {
	int64_t n_open;      /* risks that are open now */
	int64_t n_rewritten; /* risks, open or not, that come out differently in anything */
	int64_t n_pending;   /* assets left out: they wait to be scored as it is */
	int correlation;     /* of the order before and after: tally_correlation() */
	struct tally_report moves;
};

/* The org of a name.  ERR_NOT_FOUND: there is none. */
int scorer_find_org(const struct scorer *s, const char *name, struct arena *a,
                    struct org *out, struct error *err) MUST_CHECK;

/* What operators would say of assets, beside what they say; n 0: nothing. */
struct trial_context {
	struct operator_claim *claims;
	size_t n;
};

/*
 * s: with the model and the policies that are tried.  Where it is the context alone, only
 * the assets are scored that it reaches.  tally must be new, and what the
 * outcome points to is the tally's.  most: movers.  ERR_TRANSIENT: somebody wrote what
 * this would have written; try again.
 */
int trial_run(const struct scorer *s, const struct org *org,
              const struct trial_context *context, timestamp now, size_t most,
              struct tally *tally, struct trial_outcome *out, struct error *err) MUST_CHECK;

#endif
