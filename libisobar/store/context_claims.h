/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONTEXT_CLAIMS_H
#define ISOBAR_CONTEXT_CLAIMS_H

#include "model/asset.h"
#include "model/org.h"
#include "model/resource.h"
#include "store/pg.h"

/* What operators say of assets, and what is known of one.  pg is open for PG_GROUP_READ. */

/*
 * The asset that a word means: an id in any spelling, our key, or a name that only one
 * asset has.  ERR_NOT_FOUND; ERR_CONFLICT: it can mean several.
 */
int context_asset_find(struct pg *pg, const struct org *org, const char *word,
                       struct key *out, struct error *err) MUST_CHECK;

struct operator_claim {
	const char *asset; /* a word as above */
	int line;          /* of the file, for messages */
	enum context_field field;
	int level; /* -1: what was said is taken back */
	bool decided;
	const char *reason;
	struct key asset_id; /* found by the load */
};

/*
 * All or nothing; then the context of these assets is settled anew.  *line_out is that of
 * the claim that err is about, or 0.  pg is open for PG_GROUP_INGEST too.
 */
int operator_claims_load(struct pg *pg, const struct org *org,
                         struct operator_claim *claims, size_t n, const char *actor,
                         timestamp now, int64_t *n_changed, int *line_out,
                         struct error *err) MUST_CHECK;
/* The same within the caller's transaction. */
int operator_claims_put(struct pg *pg, const struct org *org, struct operator_claim *claims,
                        size_t n, const char *actor, timestamp now, int64_t *n_changed,
                        int *line_out, struct error *err) MUST_CHECK;
/* Only whether it would be taken. */
int operator_claims_check(struct pg *pg, const struct org *org,
                          struct operator_claim *claims, size_t n, int *line_out,
                          struct error *err) MUST_CHECK;

struct known_claim {
	enum context_field field;
	int level;
	bool decided;
	const char *origin, *evidence, *actor;
	const char *asset; /* canonical id of the name that the claim uses */
	timestamp valid_from;
};

struct known_edge {
	enum edge_kind kind;
	bool incoming;
	const char *other, *sources;
};

struct context_view {
	struct key asset_id;
	struct resource resource;
	const char *tags, *other_names; /* JSON, or "" */
	int levels[N_CONTEXT_FIELDS];
	struct known_claim *claims; /* of each field the one that counts first */
	size_t n_claims;
	struct known_edge *edges;
	size_t n_edges;
};

int context_view_load(struct pg *pg, const struct org *org, const struct key *asset_id,
                      struct arena *a, struct context_view *out,
                      struct error *err) MUST_CHECK;

#endif
