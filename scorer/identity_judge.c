/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds a slice's risks of before against its groups, asset by asset by identity.h, and says
 * what names alone would not tell.  Pure.
 */
#include "identity_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

/* A finding and the risk that it was in. */
struct member_of {
	struct key finding_id;
	size_t risk;
	bool lives;
};

/* A finding that was in an old one and will be in a new one, both by their local places. */
struct shared_finding {
	struct key finding_id;
	size_t old, new;
	bool is_open;
};

struct slice_pass {
	const struct identity_pass *p;
	const struct decision_input *in;
	struct arena *a;
	struct identity_risk *risks; /* by risk_id */
	size_t n_risks;
	struct member_of *members; /* by finding */
	size_t n_members;
	size_t *name;  /* of each risk: the group under its name, or IDENTITY_NONE */
	size_t *local; /* of each risk: its place among those of the asset */
	struct identity_writes w;
	size_t room_heirs, room_pins, room_assets, room_cases;
};

/* --- before --- */

static int by_finding(const void *pa, const void *pb)
{
	return key_cmp(&((const struct member_of *)pa)->finding_id,
	               &((const struct member_of *)pb)->finding_id);
}

/* What has ended is stored with the findings that it had last; they are where they live. */
static int by_finding_and_life(const void *pa, const void *pb)
{
	const struct member_of *a = pa, *b = pb;
	const int d = by_finding(a, b);

	if (d || a->lives == b->lives)
		return d ? d : (a->risk > b->risk) - (a->risk < b->risk);
	return a->lives ? -1 : 1;
}

static void index_members(struct slice_pass *s)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < s->n_risks; i++)
		n += s->risks[i].n_members;
	s->members = ARENA_ARRAY(s->a, struct member_of, n + 1);
	for (size_t i = 0; i < s->n_risks; i++)
		for (size_t k = 0; k < s->risks[i].n_members; k++)
			s->members[s->n_members++] = (struct member_of){
			        s->risks[i].members[k], i, s->risks[i].lives};
	qsort(s->members, s->n_members, sizeof(*s->members), by_finding_and_life);
	for (size_t i = 0; i < s->n_members; i++)
		if (!kept || by_finding(&s->members[kept - 1], &s->members[i]) != 0)
			s->members[kept++] = s->members[i];
	s->n_members = kept;
}

static size_t risk_named(const struct slice_pass *s, const struct key *risk_id)
{
	size_t low = 0, high = s->n_risks;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&s->risks[mid].risk_id, risk_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n_risks && key_cmp(&s->risks[low].risk_id, risk_id) == 0
	               ? low
	               : IDENTITY_NONE;
}

/* Of the findings that were in the risk, is any in the group? */
static bool has_shared(const struct slice_pass *s, size_t risk, size_t group)
{
	const struct identity_risk *r = &s->risks[risk];
	const struct risk_group *g = &s->in->groups[group];

	for (size_t i = 0; i < g->n_members; i++)
		for (size_t k = 0; k < r->n_members; k++)
			if (key_cmp(&g->members[i].e->finding_id, &r->members[k]) == 0)
				return true;
	return false;
}

/* An heir of an earlier change has the name since; what links alone lead to a group is a
 * name only where it has something of the risk. */
static bool is_name(const struct slice_pass *s, const struct stored_risk *row, size_t risk)
{
	return row->claimed == CLAIMED_BY_NAME ||
	       (row->claimed == CLAIMED_BY_LINKS && row->ordinal < s->in->n_groups &&
	        has_shared(s, risk, row->ordinal));
}

static void index_names(struct slice_pass *s)
{
	s->name = ARENA_ARRAY(s->a, size_t, s->n_risks + 1);
	s->local = ARENA_ARRAY(s->a, size_t, s->n_risks + 1);
	for (size_t i = 0; i < s->n_risks; i++)
		s->name[i] = s->local[i] = IDENTITY_NONE;
	for (size_t i = 0; i < s->in->n_stored; i++) {
		const struct stored_risk *row = &s->in->stored[i];
		const size_t at = risk_named(s, &row->risk_id);

		if (at != IDENTITY_NONE && is_name(s, row, at))
			s->name[at] = row->ordinal;
	}
}

/* --- what is to be written --- */

static void *grown(struct arena *a, void *rows, size_t n, size_t *room, size_t size)
{
	void *more;

	if (n < *room)
		return rows;
	*room = 2 * *room + 64;
	more = arena_alloc_array(a, *room, size);
	if (n)
		memcpy(more, rows, n * size);
	return more;
}

static void put_heir(struct slice_pass *s, const struct key *fingerprint,
                     const struct key *risk_id, bool is_origin)
{
	struct identity_writes *w = &s->w;

	w->heirs = grown(s->a, w->heirs, w->n_heirs, &s->room_heirs, sizeof(*w->heirs));
	w->heirs[w->n_heirs++] = (struct heir_row){*fingerprint, *risk_id, is_origin};
}

/* --- one asset --- */

struct asset_pass {
	struct slice_pass *s;
	size_t first, end;    /* its groups */
	size_t *olds, n_olds; /* places of its risks in the slice */
	struct shared_finding *shared;
	size_t n_shared;
	struct identity_old *before;
	struct identity_new *after;
};

static void add_old(struct asset_pass *p, size_t risk)
{
	if (p->s->local[risk] != IDENTITY_NONE)
		return;
	p->s->local[risk] = p->n_olds;
	p->olds[p->n_olds++] = risk;
}

/* A risk that goes on with another asset by its name is not this one's. */
static bool is_of_asset(const struct asset_pass *p, size_t risk)
{
	const size_t name = p->s->name[risk];

	return name == IDENTITY_NONE || (name >= p->first && name < p->end);
}

static void share_members(struct asset_pass *p, size_t group)
{
	const struct slice_pass *s = p->s;
	const struct risk_group *g = &s->in->groups[group];

	for (size_t i = 0; i < g->n_members; i++) {
		const struct evidence *e = g->members[i].e;
		const struct member_of key = {.finding_id = e->finding_id};
		const struct member_of *was =
		        s->n_members ? bsearch(&key, s->members, s->n_members, sizeof(key),
		                               by_finding)
		                     : NULL;

		if (!was || !is_of_asset(p, was->risk))
			continue;
		add_old(p, was->risk);
		p->shared[p->n_shared++] =
		        (struct shared_finding){.finding_id = e->finding_id,
		                                .old = s->local[was->risk],
		                                .new = group - p->first,
		                                .is_open = e->state == FINDING_OPEN};
	}
}

static void gather_asset(struct asset_pass *p, size_t *stored_at)
{
	struct slice_pass *s = p->s;
	const struct decision_input *in = s->in;
	size_t n = 0, n_stored = 0;

	for (size_t i = p->first; i < p->end; i++)
		n += in->groups[i].n_members;
	while (*stored_at + n_stored < in->n_stored &&
	       in->stored[*stored_at + n_stored].ordinal < p->end)
		n_stored++;
	p->olds = ARENA_ARRAY(s->a, size_t, n + n_stored + 1);
	p->shared = ARENA_ARRAY(s->a, struct shared_finding, n + 1);
	for (size_t i = 0; i < n_stored; i++) {
		const size_t at = risk_named(s, &in->stored[*stored_at + i].risk_id);

		if (at != IDENTITY_NONE && is_of_asset(p, at) && s->risks[at].n_members)
			add_old(p, at);
	}
	*stored_at += n_stored;
	for (size_t i = p->first; i < p->end; i++)
		share_members(p, i);
}

static void describe(struct asset_pass *p)
{
	const struct slice_pass *s = p->s;

	p->before = ARENA_ARRAY(s->a, struct identity_old, p->n_olds + 1);
	p->after = ARENA_ARRAY(s->a, struct identity_new, p->end - p->first + 1);
	for (size_t i = 0; i < p->n_olds; i++) {
		const struct identity_risk *r = &s->risks[p->olds[i]];
		const size_t name = s->name[p->olds[i]];

		p->before[i] = (struct identity_old){
		        .risk_id = r->risk_id,
		        .opened_at = r->opened_at,
		        .lives = r->lives,
		        .subject = r->subject,
		        .location = r->location,
		        .name = name == IDENTITY_NONE ? IDENTITY_NONE : name - p->first};
		s->local[p->olds[i]] = IDENTITY_NONE; /* for the next asset */
	}
	for (size_t i = p->first; i < p->end; i++) {
		const struct risk_group *g = &s->in->groups[i];

		p->after[i - p->first] = (struct identity_new){
		        g->is_again ? g->again : g->fingerprint, g->subject, g->location};
	}
}

static bool is_shared(const struct asset_pass *p, size_t old, size_t new)
{
	for (size_t i = 0; i < p->n_shared; i++)
		if (p->shared[i].old == old && p->shared[i].new == new)
			return true;
	return false;
}

static bool is_at_place(const struct identity_new *g, const struct identity_old *o)
{
	return strcmp(g->subject, o->subject) == 0 && strcmp(g->location, o->location) == 0;
}

/*
 * Links may have led a risk under the name of a rule that is another control since.  It
 * goes on with those of its findings that are about what it is about, as it does among
 * groups that have found one risk (claims.h).  The group, or IDENTITY_NONE: by its name.
 */
static size_t group_at_place(const struct asset_pass *p, size_t old)
{
	const struct identity_old *o = &p->before[old];

	if (!o->lives || o->name == IDENTITY_NONE ||
	    (is_at_place(&p->after[o->name], o) && is_shared(p, old, o->name)))
		return IDENTITY_NONE;
	for (size_t i = 0; i < p->end - p->first; i++)
		if (i != o->name && is_at_place(&p->after[i], o) && is_shared(p, old, i))
			return i;
	return IDENTITY_NONE;
}

/* Is the name another risk's, which is about what the group is, and the group has nothing of it? */
static bool has_lost_name(const struct asset_pass *p, size_t old)
{
	const struct identity_old *o = &p->before[old];

	if (o->name == IDENTITY_NONE || is_at_place(&p->after[o->name], o) ||
	    is_shared(p, old, o->name))
		return false;
	for (size_t i = 0; i < p->n_olds; i++)
		if (i != old && p->before[i].lives && p->before[i].name == o->name &&
		    is_at_place(&p->after[o->name], &p->before[i]))
			return true;
	return false;
}

static void name_by_place(struct asset_pass *p)
{
	for (size_t i = 0; i < p->n_olds; i++)
		if (has_lost_name(p, i))
			p->before[i].name = IDENTITY_NONE;
	for (size_t i = 0; i < p->n_olds; i++) {
		const size_t group = group_at_place(p, i);

		if (group == IDENTITY_NONE)
			continue;
		p->before[i].name = group;
		put_heir(p->s, &p->s->in->groups[p->first + group].fingerprint,
		         &p->before[i].risk_id, false);
	}
}

/* A risk that went on under another name and has its own again: the other one is void. */
static void take_names_back(struct asset_pass *p)
{
	for (size_t i = 0; i < p->n_olds; i++) {
		const struct identity_old *o = &p->before[i];

		if (o->name != IDENTITY_NONE && !is_at_place(&p->after[o->name], o) &&
		    key_cmp(&p->after[o->name].fingerprint, &o->risk_id) == 0)
			put_heir(p->s, &o->risk_id, &o->risk_id, false);
	}
}

/* --- telling --- */

static size_t place_of(const size_t *all, size_t n, size_t wanted)
{
	size_t i = 0;

	while (i < n && all[i] != wanted)
		i++;
	return i;
}

static bool is_among(const size_t *all, size_t n, size_t wanted)
{
	return place_of(all, n, wanted) < n;
}

static size_t count_shared(const struct asset_pass *p, const struct identity_case *c,
                           size_t old, size_t new)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_shared; i++) {
		const struct shared_finding *f = &p->shared[i];

		n += (old == IDENTITY_NONE ? is_among(c->olds, c->n_olds, f->old)
		                           : f->old == old) &&
		     (new == IDENTITY_NONE ? is_among(c->news, c->n_news, f->new)
		                           : f->new == new);
	}
	return n;
}

static struct key case_key(const struct asset_pass *p, const struct identity_case *c)
{
	const size_t n = c->n_olds + c->n_news;
	const char **texts = ARENA_ARRAY(p->s->a, const char *, n);
	char *room = arena_alloc(p->s->a, n * KEY_TEXT_MAX);

	for (size_t i = 0; i < n; i++)
		texts[i] = key_text(i < c->n_olds
		                            ? &p->before[c->olds[i]].risk_id
		                            : &p->after[c->news[i - c->n_olds]].fingerprint,
		                    room + i * KEY_TEXT_MAX);
	return key_of_texts("identity-case/1", p->s->p->org->id, texts, n);
}

static void tell(const struct asset_pass *p, const struct identity_case *c,
                 struct identity_found *found)
{
	struct arena *a = found->a;
	struct identity_told *t = &found->told[found->n_told++];

	*t = (struct identity_told){.kind = c->kind,
	                            .asset_id = p->s->in->groups[p->first].asset_id,
	                            .n_before = c->n_olds,
	                            .n_after = c->n_news};
	if (c->kind == IDENTITY_AMBIGUOUS)
		t->case_id = case_key(p, c);
	t->before = ARENA_ARRAY(a, struct identity_side, c->n_olds + 1);
	t->after = ARENA_ARRAY(a, struct identity_side, c->n_news + 1);
	for (size_t i = 0; i < c->n_olds; i++) {
		const struct identity_old *o = &p->before[c->olds[i]];

		t->before[i] = (struct identity_side){
		        .id = o->risk_id,
		        .subject = arena_strdup(a, o->subject),
		        .location = arena_strdup(a, o->location),
		        .n_findings = count_shared(p, c, c->olds[i], IDENTITY_NONE)};
	}
	for (size_t i = 0; i < c->n_news; i++) {
		const struct identity_new *g = &p->after[c->news[i]];

		t->after[i] = (struct identity_side){
		        .id = g->fingerprint,
		        .subject = arena_strdup(a, g->subject),
		        .location = arena_strdup(a, g->location),
		        .n_findings = count_shared(p, c, IDENTITY_NONE, c->news[i]),
		        .goes_on = c->news[i] == c->goes_on};
	}
}

/* Cases of risks that are all resolved move nothing that anybody looks at. */
static size_t count_living(const struct asset_pass *p, const struct identity_case *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_olds; i++)
		n += p->before[c->olds[i]].lives;
	return n;
}

static void count_case(const struct asset_pass *p, const struct identity_case *c,
                       bool *moved)
{
	struct identity_found *found = p->s->p->found;
	const size_t n = count_living(p, c);

	if (!n)
		return;
	found->n_cases[c->kind]++;
	found->n_risks[c->kind] += (int64_t)n;
	for (size_t i = 0; i < c->n_olds; i++)
		if (p->before[c->olds[i]].lives && !moved[c->olds[i]]) {
			moved[c->olds[i]] = true;
			found->n_moved++;
		}
	if (found->n_told < found->most)
		tell(p, c, found);
}

/* --- writing --- */

static void fill_case(struct asset_pass *p, const struct identity_case *c,
                      struct identity_case_row *row)
{
	struct arena *a = p->s->a;
	struct key *risks = ARENA_ARRAY(a, struct key, c->n_olds + 1);

	*row = (struct identity_case_row){.case_id = case_key(p, c),
	                                  .asset_id = p->s->in->groups[p->first].asset_id,
	                                  .risks = risks,
	                                  .n_risks = c->n_olds,
	                                  .n_successors = c->n_news};
	for (size_t i = 0; i < c->n_olds; i++)
		risks[i] = p->before[c->olds[i]].risk_id;
	row->successors = arena_alloc_array(a, c->n_news + 1, sizeof(*row->successors));
	for (size_t i = 0; i < c->n_news; i++) {
		const struct identity_new *g = &p->after[c->news[i]];

		row->successors[i] =
		        (struct case_successor){g->fingerprint, g->subject, g->location};
	}
	row->findings = arena_alloc_array(a, p->n_shared + 1, sizeof(*row->findings));
	for (size_t i = 0; i < p->n_shared; i++) {
		const struct shared_finding *f = &p->shared[i];
		const size_t successor = place_of(c->news, c->n_news, f->new);

		if (is_among(c->olds, c->n_olds, f->old) && successor < c->n_news)
			row->findings[row->n_findings++] = (struct case_finding){
			        f->finding_id, place_of(c->olds, c->n_olds, f->old),
			        successor, f->is_open};
	}
}

/* Its findings stay where they are: linked to their risks until somebody decides. */
static void put_waiting(struct asset_pass *p, const struct identity_case *c)
{
	struct slice_pass *s = p->s;
	struct identity_writes *w = &s->w;

	w->cases = grown(s->a, w->cases, w->n_cases, &s->room_cases, sizeof(*w->cases));
	struct identity_case_row *row = &w->cases[w->n_cases++];

	fill_case(p, c, row);
	for (size_t i = 0; i < row->n_findings; i++) {
		w->pins = grown(s->a, w->pins, w->n_pins, &s->room_pins, sizeof(*w->pins));
		w->pins[w->n_pins++] = (struct pin_row){row->findings[i].id,
		                                        row->risks[row->findings[i].risk]};
	}
}

/* The risk whose id is the group's own name comes back to it: the one that the group had meanwhile,
 * under another id, is led there, too. */
static void put_again(struct asset_pass *p, const struct identity_heir *h)
{
	const struct risk_group *g = &p->s->in->groups[p->first + h->new];

	if (!g->is_again || key_cmp(&g->fingerprint, &p->before[h->old].risk_id) != 0)
		return;
	for (size_t i = 0; i < p->n_olds; i++)
		if (i != h->old && p->before[i].name == h->new)
			put_heir(p->s, &g->fingerprint, &p->before[i].risk_id, false);
}

static void look_at_asset(struct asset_pass *p, size_t *stored_at)
{
	struct slice_pass *s = p->s;
	struct identity_input in = {.n_news = p->end - p->first};
	struct identity_plan plan;

	gather_asset(p, stored_at);
	describe(p);
	name_by_place(p);
	take_names_back(p);
	in.olds = p->before;
	in.n_olds = p->n_olds;
	in.news = p->after;
	in.links = ARENA_ARRAY(s->a, struct identity_link, p->n_shared + 1);
	in.n_links = p->n_shared;
	for (size_t i = 0; i < p->n_shared; i++)
		in.links[i] = (struct identity_link){p->shared[i].old, p->shared[i].new,
		                                     p->shared[i].is_open};
	identity_plan_of(&in, s->a, &plan);
	bool *moved = ARENA_ARRAY(s->a, bool, p->n_olds + 1);

	for (size_t i = 0; i < plan.n_cases; i++) {
		count_case(p, &plan.cases[i], moved);
		if (plan.cases[i].kind == IDENTITY_AMBIGUOUS &&
		    count_living(p, &plan.cases[i]))
			put_waiting(p, &plan.cases[i]);
	}
	for (size_t i = 0; i < plan.n_heirs; i++) {
		const struct identity_heir *h = &plan.heirs[i];

		put_heir(s, &s->in->groups[p->first + h->new].fingerprint,
		         &p->before[h->old].risk_id, h->is_origin);
		if (!h->is_origin)
			put_again(p, h);
	}
	if (!plan.n_cases)
		return;
	s->w.assets = grown(s->a, s->w.assets, s->w.n_assets, &s->room_assets,
	                    sizeof(*s->w.assets));
	s->w.assets[s->w.n_assets++] = s->in->groups[p->first].asset_id;
}

/* --- a slice, a shard --- */

static void make_room(struct slice_pass *s)
{
	s->w.heirs = grown(s->a, NULL, 0, &s->room_heirs, sizeof(*s->w.heirs));
	s->w.pins = grown(s->a, NULL, 0, &s->room_pins, sizeof(*s->w.pins));
	s->w.assets = grown(s->a, NULL, 0, &s->room_assets, sizeof(*s->w.assets));
	s->w.cases = grown(s->a, NULL, 0, &s->room_cases, sizeof(*s->w.cases));
}

void identity_judge(const struct identity_pass *p, const struct decision_input *in,
                    struct identity_risk *risks, size_t n_risks, struct arena *a,
                    struct identity_writes *out)
{
	struct slice_pass s = {
	        .p = p, .in = in, .a = a, .risks = risks, .n_risks = n_risks};
	size_t stored_at = 0;

	make_room(&s);
	index_members(&s);
	index_names(&s);
	for (size_t i = 0; i < in->n_groups;) {
		struct asset_pass one = {.s = &s, .first = i};

		while (i < in->n_groups && key_cmp(&in->groups[i].asset_id,
		                                   &in->groups[one.first].asset_id) == 0)
			i++;
		one.end = i;
		look_at_asset(&one, &stored_at);
	}
	*out = s.w;
}
