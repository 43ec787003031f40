/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IDENTITY_STORE_H
#define ISOBAR_IDENTITY_STORE_H

#include "store/risk_store.h"

/*
 * What a change of the catalogue or of the keys means for stored risks.  pg is open for
 * PG_GROUP_SCORER and PG_GROUP_SESSION_SCORER, inside a transaction.
 */

/* What a risk is about. */
struct risk_place {
	struct key risk_id;
	const char *subject, *location;
	bool heir_is_fresh; /* a change has given it another name, and it was not scored since */
};

/* In no order; lives in a. */
int risk_places_load(struct pg *pg, const struct org *org, const struct key *ids, size_t n,
                     struct arena *a, struct risk_place **out, size_t *n_out,
                     struct error *err) MUST_CHECK;

/* A shard whose risks wait to be held against a change. */
struct identity_mark {
	timestamp since; /* aliases that changed from here on */
	bool everything; /* all findings, whatever their rule */
};

int identity_due(struct pg *pg, const struct org *org, int shard, bool *is_due,
                 struct identity_mark *out, struct error *err) MUST_CHECK;
int identity_done(struct pg *pg, const struct org *org, int shard,
                  struct error *err) MUST_CHECK;

/* Waits for other scorers of the shard: nobody scores it before the commit. */
int identity_lock(struct pg *pg, const struct org *org, int shard,
                  struct error *err) MUST_CHECK;

/* The assets of a shard that a change may be about, as score_batch_begin() leaves them. */
int identity_take(struct pg *pg, const struct org *org, int shard,
                  const struct identity_mark *mark, struct score_batch *out,
                  struct error *err) MUST_CHECK;

/* A stored risk with the findings that it was made of, at most RISK_MEMBERS_MAX. */
struct identity_risk {
	struct key risk_id;
	timestamp opened_at;
	bool lives; /* is not resolved */
	const char *subject, *location;
	const struct key *members;
	size_t n_members;
};

/* Those of a slice by risk_id, each once; live in a. */
int identity_risks_load(struct pg *pg, const struct org *org, int slice, struct arena *a,
                        struct identity_risk **out, size_t *n_out,
                        struct error *err) MUST_CHECK;

struct heir_row {
	struct key fingerprint, risk_id;
	bool is_origin;
};

struct pin_row {
	struct key finding_id, risk_id;
};

/* Risks of which nothing tells what they go on as. */
struct identity_case_row {
	struct key case_id, asset_id;
	const struct key *risks;
	size_t n_risks;
	struct case_successor {
		struct key id;
		const char *subject, *location;
	} * successors;
	size_t n_successors;
	struct case_finding {
		struct key id;
		size_t risk, successor; /* places in the two */
		bool is_open;
	} * findings;
	size_t n_findings;
};

/* What was found of a slice. */
struct identity_writes {
	struct heir_row *heirs;
	size_t n_heirs;
	struct pin_row *pins;
	size_t n_pins;
	struct key *assets; /* that are to be scored again */
	size_t n_assets;
	struct identity_case_row *cases;
	size_t n_cases;
};

int identity_write(struct pg *pg, const struct org *org, const struct key *change_id,
                   timestamp now, const struct identity_writes *w,
                   struct error *err) MUST_CHECK;

/* A change that was applied, with its cases by enum identity_kind. */
int identity_change_put(struct pg *pg, const struct org *org, const struct key *change_id,
                        timestamp now, const char *actor, const char *reason,
                        const int64_t n_cases[4], struct error *err) MUST_CHECK;

struct identity_counts {
	int64_t living;  /* risks that are not resolved, but for paths */
	int64_t waiting; /* cases */
};
int identity_counts_load(struct pg *pg, const struct org *org, struct identity_counts *out,
                         struct error *err) MUST_CHECK;

#endif
