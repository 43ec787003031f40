/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CLAIMS_H
#define ISOBAR_CLAIMS_H

#include "store/identity_store.h"
#include "store/risk_store.h"

#include "correlate.h"

/*
 * Stored risks that more than one group has found by name: a risk goes on under another
 * name, and findings come that have its former one.  One group has it, and the others are
 * risks of their own.  Pure.
 */
struct claims {
	const struct org *org;
	const struct score_slice *slice;
	struct risk_group *groups;
	size_t n_groups;
	struct stored_risk *rows; /* by ordinal */
	size_t n_rows;
	bool is_change; /* of identity: whether a name is taken back is what it is to say */
};

/*
 * From a group's name to the one that it has where that is another group's risk, and from
 * there to the next.  Is there a risk of that name?
 */
bool claims_next_name(const struct org *org, const struct score_slice *slice,
                      struct key *name);

/* The risks in dispute, and those that may have given up their names, each once; lives in
 * a. */
struct key *claims_in_dispute(const struct claims *c, struct arena *a, size_t *n_out);

/*
 * Leaves each of them to a fresh heir, then to the group whose subject it has now (places); of
 * several, or where none has it, to an heir, to the one whose id it is, to the one that an
 * alias leads there, to the larger one.  What goes on under another name is not its own
 * name's meanwhile.  The others get what is stored under their own names, or another id.
 */
void claims_settle(struct claims *c, const struct risk_place *places, size_t n_places,
                   struct arena *a);

/*
 * Then: what links alone lead a group to is not its own where another group has it by
 * name, as when the catalogue has moved the finding that was linked; and of several that
 * links lead there one has it.
 */
void claims_drop_linked(struct claims *c, struct arena *a);

#endif
