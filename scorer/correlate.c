/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Correlation: sort by (asset, subject, location), then cut where these change.
 * Nothing here reads a clock or a database.
 */
#include <stdlib.h>
#include <string.h>

#include "model/subject.h"

#include "correlate_private.h"

static const char *upper(const char *s, struct arena *a)
{
	char *copy = arena_strdup(a, s);

	for (char *p = copy; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return copy;
}

/* The CVE behind a finding's advisory, where sources agree on one. */
static const char *resolve_cve(const struct correlate_input *in, const struct evidence *e,
                               struct arena *a, int *reasons)
{
	if (!*e->cve || strncmp(e->cve, "CVE-", 4) == 0)
		return e->cve;

	const char *advisory = upper(e->cve, a);
	const char *cve = in->advisory_cve ? in->advisory_cve(in->ctx, advisory) : NULL;

	if (!cve)
		return advisory;
	*reasons |= MERGED_ADVISORY;
	return cve;
}

void correlate_place(const struct correlate_input *in, const struct evidence *e,
                     struct arena *a, struct placed *out)
{
	struct subject_input what = {.class = e->class,
	                             .connector = e->connector,
	                             .rule = e->rule,
	                             .cve = e->cve,
	                             .control = ""};
	const char *native, *subject;

	*out = (struct placed){.e = e};
	out->reasons = key_cmp(&e->asset_id, &e->canonical_id) == 0 ? MERGED_SAME_ASSET
	                                                            : MERGED_ASSET_ALIAS;
	native = subject = subject_of(&what, a);
	if (subject_is_cve(subject)) {
		what.cve = resolve_cve(in, e, a, &out->reasons);
		if (out->reasons & MERGED_ADVISORY)
			subject = subject_of(&what, a);
		else
			out->reasons |= MERGED_SAME_CVE;
	} else if (e->class == CLASS_THREAT) {
		out->reasons |= MERGED_SAME_THREAT;
	} else if ((out->control = control_of(in->catalog, e->connector, e->rule))) {
		what.control = out->control->id;
		subject = subject_of(&what, a);
		out->reasons |= MERGED_CONTROL;
	} else {
		out->reasons |= MERGED_SAME_RULE;
	}
	out->subject = subject;
	out->native_subject = native;
	out->location = subject_location(subject, e->location);
}

static int by_group(const struct placed *a, const struct placed *b)
{
	int d = key_cmp(&a->e->canonical_id, &b->e->canonical_id);

	if (!d)
		d = strcmp(a->subject, b->subject);
	return d ? d : strcmp(a->location, b->location);
}

/* Within a group: open findings first, then the worst, then by key. */
int evidence_by_weight(const struct evidence *a, const struct evidence *b)
{
	const bool a_open = a->state == FINDING_OPEN, b_open = b->state == FINDING_OPEN;

	if (a_open != b_open)
		return a_open ? -1 : 1;
	if (a->sev100 != b->sev100)
		return a->sev100 > b->sev100 ? -1 : 1;
	return key_cmp(&a->finding_id, &b->finding_id);
}

static int by_place(const void *pa, const void *pb)
{
	const struct placed *a = pa, *b = pb;
	const int d = by_group(a, b);

	return d ? d : evidence_by_weight(a->e, b->e);
}

static int by_member_weight(const void *a, const void *b)
{
	return evidence_by_weight(((const struct member *)a)->e,
	                          ((const struct member *)b)->e);
}

void risk_group_sort(struct risk_group *g)
{
	qsort(g->members, g->n_members, sizeof(*g->members), by_member_weight);
}

const struct evidence *risk_group_lead(const struct risk_group *g)
{
	for (size_t i = 0; i < g->n_members; i++)
		if (!(g->members[i].reasons & MERGED_LINK))
			return g->members[i].e;
	return g->members[0].e;
}

static void add_former(struct risk_group *g, const struct key *fingerprint)
{
	if (key_cmp(fingerprint, &g->fingerprint) == 0)
		return;
	for (size_t i = 0; i < g->n_former; i++)
		if (key_cmp(&g->former[i], fingerprint) == 0)
			return;
	g->former[g->n_former++] = *fingerprint;
}

/* Every other name under which a member may have made a risk. */
static void gather_former(const struct correlate_input *in, struct risk_group *g,
                          const struct placed *placed, struct arena *a)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_members; i++)
		n += (placed[i].reasons & MERGED_ASSET_ALIAS ? 2 : 0) +
		     (placed[i].subject != placed[i].native_subject ? 1 : 0);
	if (!n)
		return;
	g->former = ARENA_ARRAY(a, struct key, n);
	for (size_t i = 0; i < g->n_members; i++) {
		const struct placed *p = &placed[i];
		struct key k;

		if (p->reasons & MERGED_ASSET_ALIAS) {
			k = fingerprint_of(in->org, &p->e->asset_id, p->subject,
			                   p->location);
			add_former(g, &k);
			k = fingerprint_of(in->org, &p->e->asset_id, p->native_subject,
			                   p->location);
			add_former(g, &k);
		}
		if (p->subject != p->native_subject) {
			k = fingerprint_of(in->org, &g->asset_id, p->native_subject,
			                   p->location);
			add_former(g, &k);
		}
	}
}

void correlate_group(const struct correlate_input *in, const struct placed *placed,
                     size_t n, struct arena *a, struct risk_group *g)
{
	const struct evidence *first = placed[0].e;
	const char *category = NULL;

	*g = (struct risk_group){.asset_id = first->canonical_id,
	                         .subject = placed[0].subject,
	                         .location = placed[0].location,
	                         .control = placed[0].control,
	                         .n_members = n};
	g->members = ARENA_ARRAY(a, struct member, n);
	for (size_t i = 0; i < n; i++)
		g->members[i] = (struct member){placed[i].e, placed[i].reasons};
	if (g->control)
		category = g->control->category;
	for (size_t i = 0; i < n && !category; i++)
		category = rule_category_of(in->catalog, placed[i].e->connector,
		                            placed[i].e->rule);
	g->category = category ? category : "";
	g->fingerprint = fingerprint_of(in->org, &g->asset_id, g->subject, g->location);
	gather_former(in, g, placed, a);
}

void correlate(const struct correlate_input *in, const struct evidence *evidence, size_t n,
               struct arena *a, struct risk_group **groups_out, size_t *n_groups_out)
{
	struct placed *placed = ARENA_ROOM(a, struct placed, n + 1);
	struct risk_group *groups = ARENA_ARRAY(a, struct risk_group, n + 1);
	size_t n_groups = 0, n_placed = 0;

	for (size_t i = 0; i < n; i++) /* what a provider made up is kept, but is no risk */
		if (!(evidence[i].flags & FINDING_FLAG_SAMPLE))
			correlate_place(in, &evidence[i], a, &placed[n_placed++]);
	const size_t n_free =
	        in->links ? correlate_take_linked(in, placed, n_placed) : n_placed;

	qsort(placed, n_free, sizeof(*placed), by_place);
	for (size_t i = 0; i < n_free;) {
		size_t end = i + 1;

		while (end < n_free && by_group(&placed[i], &placed[end]) == 0)
			end++;
		correlate_group(in, placed + i, end - i, a, &groups[n_groups++]);
		i = end;
	}
	if (in->links)
		n_groups =
		        correlate_links(in, placed, n_free, n_placed, a, groups, n_groups);
	*groups_out = groups;
	*n_groups_out = n_groups;
}
