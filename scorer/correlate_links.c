/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people said of findings, in front of what correlation makes of them by itself: a
 * link puts a finding into a risk, a split takes it out of one.  Then the risks that are
 * empty for that are handed to those that have their findings now.  Pure, like the rest
 * of correlation; nothing here costs anything where nobody has said anything.
 */
#include <stdlib.h>
#include <string.h>

#include "model/subject.h"

#include "correlate_private.h"

/* The first of those with this finding; n when there is none. */
static size_t first_of(const void *rows, size_t n, size_t size, const struct key *finding)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		/* Both kinds of rows begin with the finding. */
		if (key_cmp((const struct key *)((const char *)rows + mid * size),
		            finding) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct risk_link *correlate_link_of(const struct risk_links *links,
                                          const struct evidence *e)
{
	const size_t i =
	        first_of(links->rows, links->n, sizeof(*links->rows), &e->finding_id);
	const struct risk_link *row = i < links->n ? &links->rows[i] : NULL;

	return row && key_cmp(&row->finding_id, &e->finding_id) == 0 &&
	                       key_cmp(&row->asset_id, &e->canonical_id) == 0
	               ? row
	               : NULL;
}

size_t correlate_take_linked(const struct correlate_input *in, struct placed *placed,
                             size_t n)
{
	size_t n_free = 0;

	for (size_t i = 0; i < n; i++)
		placed[i].link = correlate_link_of(in->links, placed[i].e);
	for (size_t i = 0; i < n; i++) {
		const struct placed swap = placed[i];

		if (swap.link)
			continue;
		placed[i] = placed[n_free];
		placed[n_free++] = swap;
	}
	return n_free;
}

/* --- where linked ones go --- */

struct linking {
	const struct correlate_input *in;
	struct arena *a;
	struct risk_group *groups; /* of those without a link first, by asset */
	size_t n_natural, n_groups;
};

static size_t first_of_asset(const struct linking *l, const struct key *asset_id)
{
	size_t low = 0, high = l->n_natural;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&l->groups[mid].asset_id, asset_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Of the groups from i on the first one of an asset; n_groups: no more. */
static size_t next_of_asset(const struct linking *l, size_t i, const struct key *asset_id)
{
	if (i < l->n_natural && key_cmp(&l->groups[i].asset_id, asset_id) != 0)
		i = l->n_natural;
	while (i >= l->n_natural && i < l->n_groups &&
	       key_cmp(&l->groups[i].asset_id, asset_id) != 0)
		i++;
	return i;
}

static size_t first_group(const struct linking *l, const struct key *asset_id)
{
	return next_of_asset(l, first_of_asset(l, asset_id), asset_id);
}

static bool has_key(const struct key *keys, size_t n, const struct key *key)
{
	for (size_t i = 0; i < n; i++)
		if (key_cmp(&keys[i], key) == 0)
			return true;
	return false;
}

/* Is it about what the risk is about, as far as that is known? */
static bool is_there(const struct risk_group *g, const struct risk_link *link)
{
	return link->subject && !link->is_elsewhere &&
	       strcmp(g->subject, link->subject) == 0 &&
	       strcmp(g->location, link->location) == 0;
}

/* By which name a group is the risk that a link leads to, the surest last. */
enum link_name {
	NAME_NONE,
	NAME_FORMER,
	NAME_ALIAS,
	NAME_OWN,
	NAME_HEIR,
	NAME_FRESH_HEIR
};

static enum link_name by_name(const struct risk_group *g, const struct risk_link *link)
{
	if (link->has_heir && key_cmp(&g->fingerprint, &link->heir) == 0)
		return link->heir_is_fresh ? NAME_FRESH_HEIR : NAME_HEIR;
	/* What goes on under another name has given its own up. */
	if (key_cmp(&g->fingerprint, &link->risk_id) == 0)
		return link->has_heir && !is_there(g, link) ? NAME_NONE : NAME_OWN;
	if (has_key(link->names, link->n_names, &g->fingerprint))
		return NAME_ALIAS;
	for (size_t i = 0; i < g->n_former; i++)
		if (key_cmp(&g->former[i], &link->risk_id) == 0 ||
		    has_key(link->names, link->n_names, &g->former[i]))
			return NAME_FORMER;
	return NAME_NONE;
}

/* A name that the risk has had is its own only while both are about the same: claims.h. */
static enum link_name likeness(const struct linking *l, const struct risk_group *g,
                               const struct risk_link *link)
{
	const enum link_name name = by_name(g, link);
	struct key is;

	if (name == NAME_NONE || name == NAME_FRESH_HEIR || !link->subject ||
	    link->is_elsewhere || is_there(g, link))
		return name;
	/* It may be stored as it was before the catalogue knew the rule. */
	is = fingerprint_of(l->in->org, &link->asset_id, link->subject, link->location);
	return name == NAME_FORMER && has_key(g->former, g->n_former, &is) ? name
	                                                                   : NAME_NONE;
}

/* The group of a link among those of its asset that stand by themselves, or NULL. */
static struct risk_group *natural_of(const struct linking *l, const struct risk_link *link)
{
	struct risk_group *best = NULL;
	enum link_name best_likeness = NAME_NONE;

	if (link->kind == RISK_SPLIT)
		return NULL;
	for (size_t i = first_group(l, &link->asset_id); i < l->n_natural;
	     i = next_of_asset(l, i + 1, &link->asset_id)) {
		struct risk_group *g = &l->groups[i];
		const enum link_name likes = likeness(l, g, link);

		if (likes > best_likeness) {
			best_likeness = likes;
			best = g;
		}
	}
	return best;
}

static struct member member_of(const struct placed *p)
{
	const int of_asset = p->reasons & (MERGED_SAME_ASSET | MERGED_ASSET_ALIAS);

	return (struct member){p->e, p->link->kind == RISK_LINKED
	                                     ? of_asset | MERGED_LINK
	                                     : p->reasons | MERGED_SPLIT};
}

static void join(struct linking *l, struct risk_group *g, const struct placed *p)
{
	struct member *all = ARENA_ARRAY(l->a, struct member, g->n_members + 1);

	memcpy(all, g->members, g->n_members * sizeof(*all));
	all[g->n_members++] = member_of(p);
	g->members = all;
	risk_group_sort(g);
}

static int by_subject(const struct placed *a, const struct placed *b)
{
	const int d = strcmp(a->subject, b->subject);

	return d ? d : strcmp(a->location, b->location);
}

/* Those that were split off come first, by what they are about: the first one names the
 * risk, and whoever of its members changes does not. */
static int by_risk(const void *pa, const void *pb)
{
	const struct placed *a = pa, *b = pb;
	int d = key_cmp(&a->e->canonical_id, &b->e->canonical_id);

	if (!d)
		d = key_cmp(&a->link->risk_id, &b->link->risk_id);
	if (!d)
		d = (a->link->kind == RISK_LINKED) - (b->link->kind == RISK_LINKED);
	if (!d)
		d = by_subject(a, b);
	return d ? d : key_cmp(&a->e->finding_id, &b->e->finding_id);
}

static const struct control *control_named(const struct control_catalog *c,
                                           const char *subject)
{
	for (size_t i = 0; i < c->n_controls && strncmp(subject, "control:", 8) == 0; i++)
		if (strcmp(c->controls[i].id, subject + 8) == 0)
			return &c->controls[i];
	return NULL;
}

static struct key own_fingerprint(const struct linking *l, const struct placed *p)
{
	return fingerprint_of(l->in->org, &p->e->canonical_id, p->subject, p->location);
}

static struct key least_named(const struct placed *placed, size_t n)
{
	const struct key *best = &placed[0].link->named;

	for (size_t i = 1; i < n; i++)
		if (key_cmp(&placed[i].link->named, best) < 0)
			best = &placed[i].link->named;
	return *best;
}

/* The id may be another group's own name, which the risk has given up. */
static struct key made_name(const struct linking *l, const struct key *asset_id,
                            struct key named)
{
	char text[KEY_TEXT_MAX];

	for (size_t i = first_of_asset(l, asset_id);
	     i < l->n_natural && key_cmp(&l->groups[i].asset_id, asset_id) == 0; i++)
		if (key_cmp(&l->groups[i].fingerprint, &named) == 0)
			return fingerprint_of(
			        l->in->org, asset_id,
			        arena_printf(l->a, "linked:%s", key_text(&named, text)),
			        "");
	return named;
}

/* A risk that stands by its links alone: split off, or left by all that it was made of. */
static void make_group(struct linking *l, const struct placed *placed, size_t n)
{
	struct risk_group *g = &l->groups[l->n_groups++];
	const struct risk_link *link = placed[0].link;

	correlate_group(l->in, placed, n, l->a, g);
	g->is_made = true;
	g->former = ARENA_ARRAY(l->a, struct key, 1);
	g->former[0] = link->risk_id;
	g->n_former = 1;
	g->fingerprint = made_name(l, &g->asset_id, least_named(placed, n));
	if (key_cmp(&g->fingerprint, &link->risk_id) == 0)
		g->n_former = 0;
	for (size_t i = 0; i < n; i++)
		g->members[i] = member_of(&placed[i]);
	risk_group_sort(g);
	if (link->kind == RISK_SPLIT) {
		g->has_origin = true;
		g->origin =
		        link->has_origin ? link->origin : own_fingerprint(l, &placed[0]);
	} else if (link->subject) {
		g->subject = link->subject;
		g->location = link->location;
		g->control = control_named(l->in->catalog, link->subject);
		if (g->control)
			g->category = g->control->category;
	}
}

static bool same_risk(const struct placed *a, const struct placed *b)
{
	return key_cmp(&a->e->canonical_id, &b->e->canonical_id) == 0 &&
	       key_cmp(&a->link->risk_id, &b->link->risk_id) == 0;
}

/* --- risks that are empty now --- */

static struct risk_group *group_with(const struct linking *l, const struct evidence *e)
{
	for (size_t i = first_group(l, &e->canonical_id); i < l->n_groups;
	     i = next_of_asset(l, i + 1, &e->canonical_id)) {
		struct risk_group *g = &l->groups[i];

		for (size_t k = 0; k < g->n_members; k++)
			if (g->members[k].e == e)
				return g;
	}
	return NULL;
}

/*
 * Was the name handed to a group of the asset, or is one made for it?  Whether a group that
 * stands by itself has it, claims.h finds out: the risk of that name may go on under another.
 */
static bool is_swallowed(const struct linking *l, const struct key *asset_id,
                         const struct key *name)
{
	for (size_t i = first_group(l, asset_id); i < l->n_groups;
	     i = next_of_asset(l, i + 1, asset_id)) {
		const struct risk_group *g = &l->groups[i];

		if (has_key(g->swallowed, g->n_swallowed, name) ||
		    (g->is_made && key_cmp(&g->fingerprint, name) == 0))
			return true;
	}
	return false;
}

static void swallow(struct linking *l, struct risk_group *g, const struct key *fingerprint)
{
	struct key *all;

	if (is_swallowed(l, &g->asset_id, fingerprint))
		return;
	all = ARENA_ARRAY(l->a, struct key, g->n_swallowed + 1);
	if (g->n_swallowed)
		memcpy(all, g->swallowed, g->n_swallowed * sizeof(*all));
	all[g->n_swallowed++] = *fingerprint;
	g->swallowed = all;
}

/* The risk that a finding would be in by itself, under all its names. */
static void swallow_own(struct linking *l, struct risk_group *g, const struct placed *p)
{
	struct risk_group own;

	correlate_group(l->in, p, 1, l->a, &own);
	swallow(l, g, &own.fingerprint);
	for (size_t i = 0; i < own.n_former; i++)
		swallow(l, g, &own.former[i]);
}

/* The risks that people had put a finding into, when nothing is in them any more. */
static void swallow_former(struct linking *l, const struct placed *p)
{
	const struct risk_links *links = l->in->links;
	size_t i = first_of(links->former, links->n_former, sizeof(*links->former),
	                    &p->e->finding_id);

	for (; i < links->n_former; i++) {
		const struct former_link *f = &links->former[i];

		if (key_cmp(&f->finding_id, &p->e->finding_id) != 0)
			break;
		if (key_cmp(&f->asset_id, &p->e->canonical_id) == 0 &&
		    !is_swallowed(l, &f->asset_id, &f->risk_id))
			swallow(l, group_with(l, p->e), &f->risk_id);
	}
}

static int by_finding(const void *pa, const void *pb)
{
	const struct placed *a = pa, *b = pb;

	return key_cmp(&a->e->finding_id, &b->e->finding_id);
}

/* Findings one after the other in the order of their ids: the first one takes. */
static void swallow_all(struct linking *l, struct placed *placed, size_t n_free, size_t n)
{
	qsort(placed, n_free, sizeof(*placed), by_finding);
	qsort(placed + n_free, n - n_free, sizeof(*placed), by_finding);
	for (size_t i = n_free; i < n; i++)
		swallow_own(l, group_with(l, placed[i].e), &placed[i]);
	for (size_t i = 0; i < n && l->in->links->n_former; i++)
		swallow_former(l, &placed[i]);
}

static int by_identity(const void *pa, const void *pb)
{
	const struct risk_group *a = pa, *b = pb;
	int d = key_cmp(&a->asset_id, &b->asset_id);

	if (!d)
		d = strcmp(a->subject, b->subject);
	if (!d)
		d = strcmp(a->location, b->location);
	return d ? d : key_cmp(&a->fingerprint, &b->fingerprint);
}

size_t correlate_links(const struct correlate_input *in, struct placed *placed,
                       size_t n_free, size_t n, struct arena *a, struct risk_group *groups,
                       size_t n_groups)
{
	struct linking l = {.in = in,
	                    .a = a,
	                    .groups = groups,
	                    .n_natural = n_groups,
	                    .n_groups = n_groups};

	qsort(placed + n_free, n - n_free, sizeof(*placed), by_risk);
	for (size_t i = n_free; i < n;) {
		struct risk_group *g = natural_of(&l, placed[i].link);
		size_t end = i + 1;

		while (end < n && same_risk(&placed[i], &placed[end]))
			end++;
		if (!g)
			make_group(&l, placed + i, end - i);
		for (; g && i < end; i++)
			join(&l, g, &placed[i]);
		i = end;
	}
	swallow_all(&l, placed, n_free, n);
	qsort(groups, l.n_groups, sizeof(*groups), by_identity);
	return l.n_groups;
}
