/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_MODEL_STORE_H
#define ISOBAR_MODEL_STORE_H

#include "base/timestamp.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * Score models: the catalogue's, and the one that an org has taken in its place.  Texts live
 * in the caller's arena.
 */
struct model_row {
	const char *model, *checksum, *body;
	const char *actor, *reason;     /* "" of the catalogue's */
	timestamp valid_from, valid_to; /* valid_to: TIMESTAMP_NONE: to this day */
	bool own;                       /* of the org */
};

/*
 * The org's own, the present one first, then the catalogue's.  pg is open for
 * PG_GROUP_POLICY as isobar_operator.
 */
int model_list(struct pg *pg, const struct org *org, struct arena *a,
               struct model_row **out, size_t *n_out, struct error *err) MUST_CHECK;

/* The row by which the org is scored, of model_list(). */
const struct model_row *model_in_use(const struct model_row *rows, size_t n);

/*
 * From now on the org is scored by this model; with a NULL model by the catalogue's again.
 * Marks all its assets.  next: model and body.  *changed_out: false when it was
 * so before.  ERR_CONFLICT: another text goes by the name.
 */
int model_activate(struct pg *pg, const struct org *org, const struct model_row *next,
                   const char *actor, const char *reason, timestamp now, bool *changed_out,
                   struct error *err) MUST_CHECK;

/*
 * What scoring asks: the org's own model, or *model_out NULL.  pg is open for
 * PG_GROUP_SCORER.
 */
int model_of_org(struct pg *pg, const struct org *org, struct arena *a,
                 const char **model_out, const char **body_out,
                 struct error *err) MUST_CHECK;

#endif
