/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_MARKS_H
#define ISOBAR_RISK_MARKS_H

#include "model/org.h"
#include "model/selector.h"
#include "store/pg.h"

/*
 * Marks the assets whose risks a selector (NULL: all) or a fix (NULL: none) may be about,
 * to be scored again: a few too many, never one too few.  Inside the transaction that
 * changes the decision; pg is open for PG_GROUP_GOVERN.
 */
int risk_marks_put(struct pg *pg, const struct org *org, const struct selector *selector,
                   const struct key *fix_id, int64_t *n_out, struct error *err) MUST_CHECK;

/* The nine parameters by which statements narrow: fix_id, bands, classes, providers,
 * accounts, regions, types, subjects, assets. */
void risk_narrow_bind(const struct selector *selector, const struct key *fix_id,
                      struct pg_params *p);

#endif
