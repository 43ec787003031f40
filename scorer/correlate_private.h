/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CORRELATE_PRIVATE_H
#define ISOBAR_CORRELATE_PRIVATE_H

#include "correlate.h"

/* What correlate.c, correlate_links.c (what people said) and why.c share. */

/* A finding with what it is about, while groups are formed. */
struct placed {
	const struct evidence *e;
	const char *subject;
	const char *location;
	const char *native_subject; /* without the catalogue; subject when the same */
	const struct control *control;
	int reasons;
	const struct risk_link *link; /* that holds for it; NULL: none */
};

/* Where a finding goes by itself.  Pure. */
void correlate_place(const struct correlate_input *in, const struct evidence *e,
                     struct arena *a, struct placed *out);

/* Open findings first, then the worst, then by key. */
int evidence_by_weight(const struct evidence *a, const struct evidence *b);

/* One group of n that are about the same, in the order of their weight. */
void correlate_group(const struct correlate_input *in, const struct placed *placed,
                     size_t n, struct arena *a, struct risk_group *g);

/* The link of a finding, if it holds for it; or NULL. */
const struct risk_link *correlate_link_of(const struct risk_links *links,
                                          const struct evidence *e);

/* Puts those with a link last; returns how many have none. */
size_t correlate_take_linked(const struct correlate_input *in, struct placed *placed,
                             size_t n);

/*
 * Adds what people linked and split, placed[n_free..n), to the groups of the others, and
 * says which risks are empty for that.  Returns how many groups there are.
 */
size_t correlate_links(const struct correlate_input *in, struct placed *placed,
                       size_t n_free, size_t n, struct arena *a, struct risk_group *groups,
                       size_t n_groups);

#endif
