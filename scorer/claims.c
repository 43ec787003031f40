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
	for (size_t i = 0; i < slice->n_heirs && !c->is_change; i++) {
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
 * made is about what its findings are.
 */
static bool may_be_given_up(const struct claims *c, const struct stored_risk *row,
                            const struct key *renamed, size_t n_renamed)
{
	const struct risk_group *g = &c->groups[row->ordinal];

	return n_renamed && !row->is_heir && !g->has_origin &&
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

/* Of the slice's risks the one whose own id this is, whatever an alias says; or NULL. */
static const struct stored_risk *stored_own(const struct score_slice *slice,
                                            const struct key *risk_id)
{
	size_t low = 0, high = slice->n_stored;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&slice->stored[mid].fingerprint, risk_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < slice->n_stored &&
	       key_cmp(&slice->stored[low].fingerprint, risk_id) == 0;
	     low++)
		if (key_cmp(&slice->stored[low].risk_id, risk_id) == 0)
			return &slice->stored[low];
	return NULL;
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

/* By what it is about, then by its name. */
static int strength(const struct claims *c, const struct risk_place *place,
                    const struct stored_risk *row)
{
	const struct risk_group *g = &c->groups[row->ordinal];
	int by_name = 0;

	if (row->is_heir)
		by_name = 3;
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

/* What links have ended is stored as what it went into is. */
static bool is_given_up(const struct claims *c, const struct risk_place *place,
                        const struct stored_risk *row, const struct key *renamed,
                        size_t n_renamed)
{
	const struct risk_group *g = &c->groups[row->ordinal];

	return place && may_be_given_up(c, row, renamed, n_renamed) &&
	       (row->has_merged_into || !is_at(place, g) || lives_on_again(c, g));
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
	for (size_t i = 0; i < slice->n_stored; i++) {
		const struct stored_risk *s = &slice->stored[i];

		if (key_cmp(&s->fingerprint, risk_id) == 0 &&
		    key_cmp(&s->risk_id, risk_id) != 0)
			return true;
	}
	return false;
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

/* False: the group has no stored risk. */
static bool lead_elsewhere(struct claims *c, struct stored_risk *row)
{
	struct risk_group *g = &c->groups[row->ordinal];
	const size_t ordinal = row->ordinal;
	const struct key led_to = row->risk_id;
	const struct stored_risk *other = stored_own(c->slice, &g->fingerprint);

	if (key_cmp(&g->fingerprint, &row->fingerprint) != 0)
		return false; /* a former name: it has one of its own */
	g->alias_ends = key_cmp(&row->fingerprint, &row->risk_id) != 0;
	if (!g->alias_ends || (other && is_claimed(c, &other->risk_id)))
		other = name_again(c, g);
	if (!other)
		return false;
	*row = *other;
	row->claimed = CLAIMED_BY_NAME;
	row->ordinal = ordinal;
	/* It was part of the other one, and its clock runs on as if it never had been. */
	if (g->alias_ends && !g->is_again) {
		row->has_merged_into = true;
		row->merged_into = led_to;
	}
	return true;
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

static void give_up(struct claims *c, const struct stored_risk *row)
{
	struct risk_group *g = &c->groups[row->ordinal];

	if (key_cmp(&g->fingerprint, &row->risk_id) == 0)
		name_again(c, g);
	else if (key_cmp(&g->fingerprint, &row->fingerprint) == 0)
		g->alias_ends = true;
}

/* The row of a group that has lost all of its own, while its id is another group's risk: it
 * was led there by a former name. */
static bool is_left_without(const struct claims *c, const bool *ends, size_t i)
{
	const struct stored_risk *row = &c->rows[i];
	const struct risk_group *g = &c->groups[row->ordinal];

	if (!ends[i] || !is_by_name(c, row) || g->is_again)
		return false;
	for (size_t k = 0; k < c->n_rows; k++)
		if (!ends[k] && is_by_name(c, &c->rows[k]) &&
		    c->rows[k].ordinal == row->ordinal)
			return false;
	for (size_t k = 0; k < c->n_rows; k++)
		if (!ends[k] && is_by_name(c, &c->rows[k]) &&
		    key_cmp(&c->rows[k].risk_id, &g->fingerprint) == 0)
			return true;
	return false;
}

static void name_left_without(struct claims *c, bool *ends, size_t i)
{
	const size_t ordinal = c->rows[i].ordinal;
	const struct stored_risk *other = name_again(c, &c->groups[ordinal]);

	if (!other)
		return;
	c->rows[i] = *other;
	c->rows[i].claimed = CLAIMED_BY_NAME;
	c->rows[i].ordinal = ordinal;
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
			give_up(c, all[i]);
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
