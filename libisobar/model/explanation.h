/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EXPLANATION_H
#define ISOBAR_EXPLANATION_H

#include <stddef.h>
#include <stdint.h>

#include "model/key.h"

/*
 * The calculation behind a score as it is stored (table risk_explanation): the arrays
 * are in the order of scorer/score.h.  Everything lives in one arena.
 */
struct explanation {
	const char *model;      /* NULL: the risk was never scored */
	const char *model_text; /* of an org's own model; NULL: of the catalogue */
	const char *control;    /* that joined the findings, or "" */
	const char *category;   /* finding category that led to the duty, or "" */
	const int64_t *inputs, *points, *basis, *witness;
	size_t n_inputs, n_points; /* basis and witness: one an input */
	const char *epss_day; /* of the feed that the EPSS is from; "" or NULL: unknown */
	const struct key *members; /* findings, worst first */
	size_t n_members;

	/* Claims on the asset, by field, the one that counts first: JSON of
	 * asset_context.basis; NULL: none. */
	const char *context;

	/* JSON arrays of objects; NULL: none.  Of a path, the risks that it is made of
	 * (id, title, asset, open, score); of others, the unbroken paths that they are
	 * members of (id, title, level, asset: its target). */
	const char *path_members, *paths;
};

#endif
