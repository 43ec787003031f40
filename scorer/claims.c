/* SPDX-License-Identifier: Apache-2.0 */
#include "claims.h"

#include <stdlib.h>
#include <string.h>

#include "model/subject.h"

static bool is_by_name(const struct claims *c, const struct stored_risk *row)
{
	return row->claimed == CLAIMED_BY_NAME && row->ordinal < c->n_groups;
}

static int by_risk(const void *pa, const void *pb)
{
	const struct stored_risk *a = *(struct stored_risk *const *)pa;
	const struct stored_risk *b = *(struct stored_risk *const *)pb;
	const int d = key_cmp(&a->risk_id, &b->risk_id);

	return d ? d : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

/* Claims by name, those of one risk together. */
static struct stored_risk **sorted_claims(const struct claims *c, struct arena *a,
                                          size_t *n_out)
{
	struct stored_risk **out = ARENA_ARRAY(a, struct stored_risk *, c->n_rows + 1);
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		if (is_by_name(c, &c->rows[i]))
			out[n++] = &c->rows[i];
	qsort(out, n, sizeof(*out), by_risk);
	*n_out = n;
	return out;
}

static size_t end_of_risk(struct stored_risk *const *all, size_t n, size_t i)
{
	size_t end = i + 1;

	while (end < n && key_cmp(&all[end]->risk_id, &all[i]->risk_id) == 0)
		end++;
	return end;
}

/* Groups have different fingerprints, so whoever has found a risk by its id is alone. */
static bool are_all_own(const struct claims *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct stored_risk *row = &c->rows[i];

		if (is_by_name(c, row) &&
		    (row->is_heir ||
		     key_cmp(&row->risk_id, &c->groups[row->ordinal].fingerprint) != 0))
			return false;
	}
	return true;
}

static int by_key(const void *a, const void *b)
{
	return key_cmp(a, b);
}

/* Risks that a change of identity leads to another name than their own; sorted. */
static struct key *renamed(const struct claims *c, struct arena *a, size_t *n_out)
{
	const struct score_slice *slice = c->slice;
	struct key *out =
	        slice->n_heirs ? ARENA_ARRAY(a, struct key, slice->n_heirs) : NULL;

	*n_out = 0;
	for (size_t i = 0; i < slice->n_heirs; i++) {
		const struct stored_risk *h = &slice->heirs[i];

		if (h->claimed != CLAIMED_AS_ORIGIN &&
		    key_cmp(&h->fingerprint, &h->risk_id) != 0)
			out[(*n_out)++] = h->risk_id;
	}
	if (*n_out)
		qsort(out, *n_out, sizeof(*out), by_key);
	return out;
}

/*
 * Has a group found by its own name what goes on under another one, be its findings here or
 * not?  Then it is the group's only while it is about the same.  A group that people have
 * made was made for the risk.
 */
static bool may_be_given_up(const struct claims *c, const struct stored_risk *row,
                            const struct key *renamed, size_t n_renamed)
{
	const struct risk_group *g = &c->groups[row->ordinal];

	return n_renamed && !row->is_heir && !g->is_made &&
	       key_cmp(&row->risk_id, &g->fingerprint) == 0 &&
	       bsearch(&row->risk_id, renamed, n_renamed, sizeof(*renamed), by_key);
}

struct key *claims_in_dispute(const struct claims *c, struct arena *a, size_t *n_out)
{
	struct stored_risk **all;
	struct key *out, *other_names;
	size_t n, n_renamed;

	*n_out = 0;
	other_names = renamed(c, a, &n_renamed);
	if (!n_renamed && are_all_own(c))
		return NULL;
	all = sorted_claims(c, a, &n);
	out = ARENA_ARRAY(a, struct key, n + 1);
	for (size_t i = 0, end; i < n; i = end) {
		end = end_of_risk(all, n, i);
		if (end - i > 1 || may_be_given_up(c, all[i], other_names, n_renamed))
			out[(*n_out)++] = all[i]->risk_id;
	}
	return out;
}

/* --- other names --- */

/* The id of a second risk of one name; of the same asset, and so of the same shard. */
static struct key id_again(const struct org *org, const struct key *fingerprint)
{
	char text[KEY_TEXT_MAX];
	const char *const identity[] = {key_text(fingerprint, text)};
	struct key out = key_of_texts("risk-again/1", org->id, identity, 1);

	memcpy(out.bytes, fingerprint->bytes, KEY_SIZE / 2);
	return out;
}

static size_t first_named(const struct score_slice *slice, const struct key *name)
{
	size_t low = 0, high = slice->n_stored;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&slice->stored[mid].fingerprint, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What is stored under a name: by an alias (its own false), or of that id; or NULL. */
static const struct stored_risk *stored_named(const struct score_slice *slice,
                                              const struct key *name, bool own)
{
	for (size_t i = first_named(slice, name);
	     i < slice->n_stored && key_cmp(&slice->stored[i].fingerprint, name) == 0; i++)
		if ((key_cmp(&slice->stored[i].risk_id, name) == 0) == own)
			return &slice->stored[i];
	return NULL;
}

/* Of the slice's risks the one whose own id this is, whatever an alias says; or NULL. */
static const struct stored_risk *stored_own(const struct score_slice *slice,
                                            const struct key *risk_id)
{
	return stored_named(slice, risk_id, true);
}

bool claims_next_name(const struct org *org, const struct score_slice *slice,
                      struct key *name)
{
	*name = id_again(org, name);
	return stored_own(slice, name) != NULL;
}

/* --- whose it is --- */

static const struct risk_place *place_of(const struct risk_place *places, size_t n,
                                         const struct key *risk_id)
{
	for (size_t i = 0; i < n; i++)
		if (key_cmp(&places[i].risk_id, risk_id) == 0)
			return &places[i];
	return NULL;
}

static bool is_at(const struct risk_place *place, const struct risk_group *g)
{
	return strcmp(place->subject, g->subject) == 0 &&
	       strcmp(place->location, g->location) == 0;
}

/* A change of identity has led the risk to the group; what it is about is that of before. */
static bool is_fresh_heir(const struct risk_place *place, const struct stored_risk *row)
{
	return row->is_heir && place && place->heir_is_fresh &&
	       key_cmp(&row->fingerprint, &row->risk_id) != 0;
}

/* By what it is about, then by its name. */
static int strength(const struct claims *c, const struct risk_place *place,
                    const struct stored_risk *row)
{
	const struct risk_group *g = &c->groups[row->ordinal];
	int by_name = 0;

	if (row->is_heir)
		by_name = is_fresh_heir(place, row) ? 8 : 3;
	else if (key_cmp(&g->fingerprint, &row->risk_id) == 0)
		by_name = 2;
	else if (key_cmp(&g->fingerprint, &row->fingerprint) == 0)
		by_name = 1;
	return (place && is_at(place, g) ? 4 : 0) + by_name;
}

/* A second risk of the group's name lives: that is its own. */
static bool lives_on_again(const struct claims *c, const struct risk_group *g)
{
	struct key name = g->fingerprint;

	while (claims_next_name(c->org, c->slice, &name))
		if (stored_own(c->slice, &name)->state != RISK_RESOLVED)
			return true;
	return false;
}

static bool has_open(const struct risk_group *g)
{
	return g->n_members &&
	       g->members[0].e->state == FINDING_OPEN; /* they stand first */
}

/* Nothing of the group is there any more, and links have led another one to the risk. */
static bool is_over_here(const struct claims *c, const struct stored_risk *row)
{
	if (row->state == RISK_RESOLVED || has_open(&c->groups[row->ordinal]))
		return false;
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].claimed == CLAIMED_BY_LINKS &&
		    c->rows[i].ordinal < c->n_groups &&
		    c->rows[i].ordinal != row->ordinal &&
		    key_cmp(&c->rows[i].risk_id, &row->risk_id) == 0 &&
		    has_open(&c->groups[c->rows[i].ordinal]))
			return true;
	return false;
}

/* What links have ended is stored as what it went into is. */
static bool is_given_up(const struct claims *c, const struct risk_place *place,
                        const struct stored_risk *row, const struct key *renamed,
                        size_t n_renamed)
{
	const struct risk_group *g = &c->groups[row->ordinal];

	if (!place || !may_be_given_up(c, row, renamed, n_renamed))
		return false;
	return lives_on_again(c, g) ||
	       (!c->is_change &&
	        (row->has_merged_into || !is_at(place, g) || is_over_here(c, row)));
}

static bool is_stronger(const struct claims *c, const struct risk_place *place,
                        const struct stored_risk *a, const struct stored_risk *b)
{
	const int d = strength(c, place, a) - strength(c, place, b);
	const size_t n_a = c->groups[a->ordinal].n_members;
	const size_t n_b = c->groups[b->ordinal].n_members;

	return d ? d > 0 : n_a != n_b ? n_a > n_b : a->ordinal < b->ordinal;
}

/* --- what the others are --- */

static bool is_claimed(const struct claims *c, const struct key *risk_id)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (is_by_name(c, &c->rows[i]) &&
		    key_cmp(&c->rows[i].risk_id, risk_id) == 0)
			return true;
	return false;
}

/* Has what was stored under this id become part of another risk?  Not for links: that ends. */
static bool is_led_away(const struct score_slice *slice, const struct key *risk_id)
{
	return stored_named(slice, risk_id, false) != NULL;
}

/* Another id for a group whose own is another group's; what is stored under it, or NULL. */
static const struct stored_risk *name_again(struct claims *c, struct risk_group *g)
{
	g->is_again = true;
	g->again = id_again(c->org, &g->fingerprint);
	while (is_claimed(c, &g->again) || is_led_away(c->slice, &g->again))
		g->again = id_again(c->org, &g->again);
	return stored_own(c->slice, &g->again);
}

/* Of its second names the first under which something is stored that is nobody else's. */
static const struct stored_risk *stored_again(const struct claims *c, struct key *name)
{
	while (claims_next_name(c->org, c->slice, name))
		if (!is_claimed(c, name) && !is_led_away(c->slice, name))
			return stored_own(c->slice, name);
	return NULL;
}

/* None of its findings is there, or muted: there is nothing to come back. */
static bool is_over(const struct risk_group *g)
{
	for (size_t i = 0; i < g->n_members; i++)
		if (g->members[i].e->state == FINDING_OPEN ||
		    g->members[i].e->state == FINDING_SUPPRESSED)
			return false;
	return true;
}

/* Links have led the group to a risk that lives and is nobody else's. */
static bool has_linked(const struct claims *c, const struct risk_group *g)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].claimed == CLAIMED_BY_LINKS &&
		    c->rows[i].ordinal == (size_t)(g - c->groups) &&
		    c->rows[i].state != RISK_RESOLVED &&
		    !is_claimed(c, &c->rows[i].risk_id))
			return true;
	return false;
}

/*
 * What a group goes on as that has lost what led it to another risk (is_led), or whose own
 * id is another group's risk (is_taken): NULL: nothing is stored of it.
 */
static const struct stored_risk *left_with(struct claims *c, struct risk_group *g,
                                           bool is_led, bool is_taken)
{
	struct key name = g->fingerprint;
	const struct stored_risk *again = is_taken ? NULL : stored_again(c, &name);

	if (is_led && !again && !is_taken && (is_over(g) || has_linked(c, g)))
		return NULL;
	g->alias_ends = is_led && !again;
	if (is_taken)
		return name_again(c, g);
	if (again) { /* its own has become part of that other risk */
		g->is_again = true;
		g->again = name;
		return again;
	}
	return stored_own(c->slice, &g->fingerprint);
}

static void take(const struct risk_group *g, struct stored_risk *row,
                 const struct stored_risk *other, const struct key *led_to)
{
	const size_t ordinal = row->ordinal;

	*row = *other;
	row->claimed = CLAIMED_BY_NAME;
	row->ordinal = ordinal;
	/* It was part of the other one, and its clock runs on as if it never had been. */
	if (g->alias_ends && !g->is_again) {
		row->has_merged_into = true;
		row->merged_into = *led_to;
	}
}

/* False: the group has no stored risk. */
static bool lead_elsewhere(struct claims *c, struct stored_risk *row)
{
	struct risk_group *g = &c->groups[row->ordinal];
	const struct key led_to = row->risk_id;
	const bool is_led = key_cmp(&row->fingerprint, &row->risk_id) != 0;
	const struct stored_risk *other = stored_own(c->slice, &g->fingerprint);

	if (key_cmp(&g->fingerprint, &row->fingerprint) != 0)
		return false; /* a former name: name_left_without() looks for its own */
	other = left_with(c, g, is_led,
	                  !is_led || (other && is_claimed(c, &other->risk_id)));
	if (other)
		take(g, row, other, &led_to);
	return other != NULL;
}

/* The group has another risk that it goes on as: this one is only not its own. */
static bool has_another(const struct claims *c, const bool *ends,
                        const struct stored_risk *row)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (!ends[i] && is_by_name(c, &c->rows[i]) &&
		    c->rows[i].ordinal == row->ordinal)
			return true;
	return false;
}

/* False: nothing is there in its place.  A second risk of its name is the group's, too. */
static bool give_up(struct claims *c, struct stored_risk *row)
{
	struct risk_group *g = &c->groups[row->ordinal];
	const struct stored_risk *other;

	if (key_cmp(&g->fingerprint, &row->risk_id) == 0) {
		other = name_again(c, g);
		if (!other || other->state == RISK_RESOLVED)
			return false;
		take(g, row, other, NULL);
		return true;
	}
	if (key_cmp(&g->fingerprint, &row->fingerprint) == 0)
		g->alias_ends = true;
	return false;
}

/* The row of a group that has lost all that former names had found. */
static bool is_left_without(const struct claims *c, const bool *ends, size_t i)
{
	const struct stored_risk *row = &c->rows[i];

	return ends[i] && is_by_name(c, row) && !c->groups[row->ordinal].is_again &&
	       !has_another(c, ends, row);
}

static bool is_held(const struct claims *c, const bool *ends, const struct key *risk_id)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (!ends[i] && is_by_name(c, &c->rows[i]) &&
		    key_cmp(&c->rows[i].risk_id, risk_id) == 0)
			return true;
	return false;
}

static void name_left_without(struct claims *c, bool *ends, size_t i)
{
	struct risk_group *g = &c->groups[c->rows[i].ordinal];
	const struct stored_risk *led = stored_named(c->slice, &g->fingerprint, false);
	const struct stored_risk *other =
	        left_with(c, g, led != NULL, is_held(c, ends, &g->fingerprint));

	if (!other)
		return;
	take(g, &c->rows[i], other, led ? &led->risk_id : NULL);
	ends[i] = false;
}

void claims_settle(struct claims *c, const struct risk_place *places, size_t n_places,
                   struct arena *a)
{
	bool *ends = ARENA_ARRAY(a, bool, c->n_rows + 1);
	size_t n, n_renamed, kept = 0;
	const struct key *other_names = renamed(c, a, &n_renamed);
	struct stored_risk **all = sorted_claims(c, a, &n);

	for (size_t i = 0, end; i < n; i = end) {
		const struct risk_place *place =
		        place_of(places, n_places, &all[i]->risk_id);
		const struct stored_risk *best = all[i];

		end = end_of_risk(all, n, i);
		for (size_t k = i + 1; k < end; k++)
			if (is_stronger(c, place, all[k], best))
				best = all[k];
		if (is_given_up(c, place, best, other_names, n_renamed))
			best = NULL;
		for (size_t k = i; k < end; k++)
			ends[all[k] - c->rows] = all[k] != best;
	}
	for (size_t i = 0; i < n; i++) {
		bool *ended = &ends[all[i] - c->rows];

		if (*ended && has_another(c, ends, all[i]))
			*ended = !give_up(c, all[i]);
		else if (*ended)
			*ended = !lead_elsewhere(c, all[i]);
	}
	for (size_t i = 0; i < c->n_rows; i++)
		if (is_left_without(c, ends, i))
			name_left_without(c, ends, i);
	for (size_t i = 0; i < c->n_rows; i++)
		if (!ends[i])
			c->rows[kept++] = c->rows[i];
	c->n_rows = kept;
}

static int by_risk_only(const void *key, const void *row)
{
	return key_cmp(key, &(*(struct stored_risk *const *)row)->risk_id);
}

static bool is_by_alias(const struct stored_risk *row)
{
	return key_cmp(&row->fingerprint, &row->risk_id) != 0;
}

/* Where an alias leads it is known; whose id it is may have given it up. */
static bool is_led_before(const struct stored_risk *a, const struct stored_risk *b)
{
	return is_by_alias(a) != is_by_alias(b) ? is_by_alias(a) : a->ordinal < b->ordinal;
}

/* Do links lead another group there, too, and before this one? */
static bool is_led_elsewhere(const struct claims *c, const struct stored_risk *row)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct stored_risk *other = &c->rows[i];

		if (other->claimed == CLAIMED_BY_LINKS && other->ordinal != row->ordinal &&
		    key_cmp(&other->risk_id, &row->risk_id) == 0 &&
		    is_led_before(other, row))
			return true;
	}
	return false;
}

void claims_drop_linked(struct claims *c, struct arena *a)
{
	struct stored_risk **all;
	size_t n, n_linked = 0, kept = 0;
	bool *drop;

	for (size_t i = 0; i < c->n_rows; i++)
		n_linked += c->rows[i].claimed == CLAIMED_BY_LINKS;
	if (!n_linked)
		return;
	all = sorted_claims(c, a, &n);
	drop = ARENA_ARRAY(a, bool, c->n_rows);
	for (size_t i = 0; i < c->n_rows; i++)
		drop[i] = c->rows[i].claimed == CLAIMED_BY_LINKS &&
		          ((n && bsearch(&c->rows[i].risk_id, all, n, sizeof(*all),
		                         by_risk_only)) ||
		           is_led_elsewhere(c, &c->rows[i]));
	for (size_t i = 0; i < c->n_rows; i++)
		if (!drop[i])
			c->rows[kept++] = c->rows[i];
	c->n_rows = kept;
}
