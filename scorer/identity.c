/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Risks of before against groups of after: two sides of a graph whose edges are the
 * findings that both have.  Names are taken out first; what is left falls apart into
 * pieces, and the shape of a piece is its case.
 */
#include "identity.h"

#include <stdlib.h>
#include <string.h>

/* The findings of one old and one new together. */
struct share {
	size_t old, new;
	size_t n, n_open;
};

struct matching {
	const struct identity_input *in;
	struct arena *a;
	struct share *by_old; /* by old, new */
	struct share *by_new; /* by new, old */
	size_t n_shares;
	bool *has_name; /* of each new: somebody's name leads to it */
	bool *lives_at; /* of each new: a risk that lives has a part in it */
	size_t *up;     /* olds, then news: towards the least of its piece */
	struct identity_plan *out;
};

const char *identity_kind_name(enum identity_kind kind)
{
	static const char *const names[] = {"renamed", "split", "merged", "ambiguous"};

	return names[kind];
}

/* --- what both have --- */

static int by_number(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int by_link(const void *pa, const void *pb)
{
	const struct identity_link *a = pa, *b = pb;
	const int d = by_number(a->old, b->old);

	return d ? d : by_number(a->new, b->new);
}

static int by_new_old(const void *pa, const void *pb)
{
	const struct share *a = pa, *b = pb;
	const int d = by_number(a->new, b->new);

	return d ? d : by_number(a->old, b->old);
}

static void gather_shares(struct matching *m)
{
	const struct identity_input *in = m->in;

	if (in->n_links)
		qsort(in->links, in->n_links, sizeof(*in->links), by_link);
	m->by_old = ARENA_ARRAY(m->a, struct share, in->n_links + 1);
	for (size_t i = 0; i < in->n_links; i++) {
		const struct identity_link *l = &in->links[i];
		struct share *last = m->n_shares ? &m->by_old[m->n_shares - 1] : NULL;

		if (!last || last->old != l->old || last->new != l->new) {
			last = &m->by_old[m->n_shares++];
			*last = (struct share){.old = l->old, .new = l->new};
		}
		last->n++;
		last->n_open += l->is_open;
	}
	m->by_new = ARENA_ARRAY(m->a, struct share, m->n_shares + 1);
	memcpy(m->by_new, m->by_old, m->n_shares * sizeof(*m->by_new));
	qsort(m->by_new, m->n_shares, sizeof(*m->by_new), by_new_old);
}

static const struct share *shares_of(const struct share *all, size_t n_all, size_t at,
                                     bool of_new, size_t *n_out)
{
	size_t low = 0, high = n_all, n = 0;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if ((of_new ? all[mid].new : all[mid].old) < at)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < n_all && (of_new ? all[low + n].new : all[low + n].old) == at)
		n++;
	*n_out = n;
	return all + low;
}

/* A resolved risk has no say where a living one has a part. */
static bool counts(const struct matching *m, const struct share *s)
{
	return m->in->olds[s->old].lives || !m->lives_at[s->new];
}

static bool is_unnamed(const struct matching *m, size_t old)
{
	return m->in->olds[old].name == IDENTITY_NONE;
}

static int by_place(const struct identity_new *a, const struct identity_new *b)
{
	int d = strcmp(a->subject, b->subject);

	if (!d)
		d = strcmp(a->location, b->location);
	return d ? d : key_cmp(&a->fingerprint, &b->fingerprint);
}

static bool is_more(const struct share *a, const struct share *b)
{
	return a->n_open != b->n_open ? a->n_open > b->n_open : a->n > b->n;
}

static bool is_as_much(const struct share *a, const struct share *b)
{
	return a->n_open == b->n_open && a->n == b->n;
}

/* Most open findings, then most findings, then the least subject and location. */
static bool goes_before(const struct matching *m, const struct share *a,
                        const struct share *b)
{
	return is_more(a, b) || (is_as_much(a, b) &&
	                         by_place(&m->in->news[a->new], &m->in->news[b->new]) < 0);
}

/* Of the risks with a part in one new: most of the findings, then opened first. */
static bool is_nearer(const struct matching *m, const struct share *a,
                      const struct share *b)
{
	const struct identity_old *x = &m->in->olds[a->old], *y = &m->in->olds[b->old];

	if (!is_as_much(a, b))
		return is_more(a, b);
	if (x->opened_at != y->opened_at)
		return x->opened_at < y->opened_at;
	return key_cmp(&x->risk_id, &y->risk_id) < 0;
}

/* --- pieces --- */

static size_t root_of(struct matching *m, size_t i)
{
	while (m->up[i] != i) {
		m->up[i] = m->up[m->up[i]];
		i = m->up[i];
	}
	return i;
}

static void join(struct matching *m, size_t i, size_t k)
{
	const size_t x = root_of(m, i), y = root_of(m, k);

	if (x < y)
		m->up[y] = x;
	else
		m->up[x] = y;
}

static void match_begin(struct matching *m)
{
	const struct identity_input *in = m->in;

	gather_shares(m);
	m->has_name = ARENA_ARRAY(m->a, bool, in->n_news + 1);
	m->lives_at = ARENA_ARRAY(m->a, bool, in->n_news + 1);
	m->up = ARENA_ARRAY(m->a, size_t, in->n_olds + in->n_news + 1);
	for (size_t i = 0; i < in->n_olds + in->n_news; i++)
		m->up[i] = i;
	for (size_t i = 0; i < in->n_olds; i++)
		if (!is_unnamed(m, i))
			m->has_name[in->olds[i].name] = true;
	for (size_t i = 0; i < m->n_shares; i++)
		if (in->olds[m->by_old[i].old].lives)
			m->lives_at[m->by_old[i].new] = true;
	for (size_t i = 0; i < m->n_shares; i++) {
		const struct share *s = &m->by_old[i];

		if (counts(m, s) && is_unnamed(m, s->old) && !m->has_name[s->new])
			join(m, s->old, in->n_olds + s->new);
	}
}

static void put_heir(struct matching *m, size_t new, size_t old, bool is_origin)
{
	m->out->heirs[m->out->n_heirs++] = (struct identity_heir){new, old, is_origin};
}

static void put_case(struct matching *m, enum identity_kind kind, const size_t *olds,
                     size_t n_olds, const size_t *news, size_t n_news, size_t goes_on)
{
	m->out->cases[m->out->n_cases++] = (struct identity_case){.kind = kind,
	                                                          .olds = olds,
	                                                          .n_olds = n_olds,
	                                                          .news = news,
	                                                          .n_news = n_news,
	                                                          .goes_on = goes_on};
}

/* Of the parts of one risk the one that goes on; the others are its children. */
static size_t split(struct matching *m, size_t old)
{
	const struct share *best = NULL, *s;
	size_t n;

	s = shares_of(m->by_old, m->n_shares, old, false, &n);
	for (size_t i = 0; i < n; i++)
		if (counts(m, &s[i]) && !m->has_name[s[i].new] &&
		    (!best || goes_before(m, &s[i], best)))
			best = &s[i];
	for (size_t i = 0; i < n; i++)
		if (counts(m, &s[i]) && !m->has_name[s[i].new])
			put_heir(m, s[i].new, old, &s[i] != best);
	return best->new;
}

static void end_piece(struct matching *m, const size_t *olds, size_t n_olds,
                      const size_t *news, size_t n_news)
{
	if (n_olds > 1 && n_news > 1) {
		put_case(m, IDENTITY_AMBIGUOUS, olds, n_olds, news, n_news, IDENTITY_NONE);
		return;
	}
	if (n_news > 1) {
		put_case(m, IDENTITY_SPLIT, olds, 1, news, n_news, split(m, olds[0]));
		return;
	}
	for (size_t i = 0; i < n_olds; i++)
		put_heir(m, news[0], olds[i], false);
	put_case(m, n_olds > 1 ? IDENTITY_MERGED : IDENTITY_RENAMED, olds, n_olds, news, 1,
	         news[0]);
}

struct node {
	size_t root, i;
};

static int by_root(const void *pa, const void *pb)
{
	const struct node *a = pa, *b = pb;
	const int d = by_number(a->root, b->root);

	return d ? d : by_number(a->i, b->i);
}

/* Pieces of at least one risk and one group that have lost, or never had, a name. */
static void end_pieces(struct matching *m)
{
	const size_t n_olds = m->in->n_olds, n_all = n_olds + m->in->n_news;
	struct node *nodes = ARENA_ARRAY(m->a, struct node, n_all + 1);

	for (size_t i = 0; i < n_all; i++)
		nodes[i] = (struct node){root_of(m, i), i};
	qsort(nodes, n_all, sizeof(*nodes), by_root);
	for (size_t i = 0; i < n_all;) {
		size_t end = i + 1, n_left = 0;

		while (end < n_all && nodes[end].root == nodes[i].root)
			end++;
		size_t *side = ARENA_ARRAY(m->a, size_t, end - i);

		for (size_t k = i; k < end; k++) {
			n_left += nodes[k].i < n_olds;
			side[k - i] =
			        nodes[k].i < n_olds ? nodes[k].i : nodes[k].i - n_olds;
		}
		if (end - i > 1)
			end_piece(m, side, n_left, side + n_left, end - i - n_left);
		i = end;
	}
}

/* --- what is alone --- */

static bool has_piece(const struct matching *m, const struct share *s, size_t n,
                      bool of_old)
{
	for (size_t i = 0; i < n; i++)
		if (counts(m, &s[i]) &&
		    (of_old ? !m->has_name[s[i].new] : is_unnamed(m, s[i].old)))
			return true;
	return false;
}

/* All findings went into risks that stand already: into one, and it is merged there. */
static void end_lost(struct matching *m, size_t old, size_t *into)
{
	size_t n, n_news = 0;
	const struct share *s = shares_of(m->by_old, m->n_shares, old, false, &n);
	size_t *news = ARENA_ARRAY(m->a, size_t, n + 1), *self = ARENA_NEW(m->a, size_t);

	into[old] = IDENTITY_NONE;
	if (has_piece(m, s, n, true))
		return;
	for (size_t i = 0; i < n; i++)
		if (counts(m, &s[i]))
			news[n_news++] = s[i].new;
	*self = old;
	if (n_news == 1) {
		into[old] = news[0];
		put_heir(m, news[0], old, false);
	} else if (n_news > 1) {
		put_case(m, IDENTITY_AMBIGUOUS, self, 1, news, n_news, IDENTITY_NONE);
	}
}

/* Of a group without a name, out of risks that go on elsewhere: the one it comes from. */
static size_t parent_of(struct matching *m, size_t new)
{
	const struct share *best = NULL, *s;
	size_t n;

	s = shares_of(m->by_new, m->n_shares, new, true, &n);
	if (m->has_name[new] || has_piece(m, s, n, false))
		return IDENTITY_NONE;
	for (size_t i = 0; i < n; i++)
		if (counts(m, &s[i]) && (!best || is_nearer(m, &s[i], best)))
			best = &s[i];
	return best ? best->old : IDENTITY_NONE;
}

struct pair {
	size_t at, other;
};

static int by_pair(const void *pa, const void *pb)
{
	const struct pair *a = pa, *b = pb;
	const int d = by_number(a->at, b->at);

	return d ? d : by_number(a->other, b->other);
}

static const size_t *others_of(struct matching *m, const struct pair *pairs, size_t n)
{
	size_t *out = ARENA_ARRAY(m->a, size_t, n + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = pairs[i].other;
	return out;
}

static bool is_called_otherwise(const struct matching *m, size_t old, size_t new)
{
	const struct identity_old *o = &m->in->olds[old];
	const struct identity_new *g = &m->in->news[new];

	return strcmp(o->subject, g->subject) != 0 || strcmp(o->location, g->location) != 0;
}

/* Groups with a name: who goes on there.  into: risks that have lost theirs. */
static void end_named(struct matching *m, const size_t *into)
{
	struct pair *pairs = ARENA_ARRAY(m->a, struct pair, m->in->n_olds + 1);
	size_t n = 0;

	for (size_t i = 0; i < m->in->n_olds; i++) {
		const size_t at = is_unnamed(m, i) ? into[i] : m->in->olds[i].name;

		if (at != IDENTITY_NONE)
			pairs[n++] = (struct pair){at, i};
	}
	qsort(pairs, n, sizeof(*pairs), by_pair);
	for (size_t i = 0; i < n;) {
		size_t end = i + 1;

		while (end < n && pairs[end].at == pairs[i].at)
			end++;
		const size_t *olds = others_of(m, pairs + i, end - i);
		size_t *news = ARENA_NEW(m->a, size_t);

		*news = pairs[i].at;
		if (end - i > 1)
			put_case(m, IDENTITY_MERGED, olds, end - i, news, 1, *news);
		else if (is_called_otherwise(m, olds[0], *news))
			put_case(m, IDENTITY_RENAMED, olds, 1, news, 1, *news);
		i = end;
	}
}

/* Risks that go on under their name, and what has come out of them. */
static void end_parents(struct matching *m)
{
	struct pair *pairs = ARENA_ARRAY(m->a, struct pair, m->in->n_news + 1);
	size_t n = 0;

	for (size_t i = 0; i < m->in->n_news; i++) {
		const size_t parent = parent_of(m, i);

		if (parent == IDENTITY_NONE)
			continue;
		put_heir(m, i, parent, true);
		pairs[n++] = (struct pair){parent, i};
	}
	qsort(pairs, n, sizeof(*pairs), by_pair);
	for (size_t i = 0; i < n;) {
		const size_t old = pairs[i].at, name = m->in->olds[old].name;
		size_t end = i, n_news = 0;
		size_t *olds = ARENA_NEW(m->a, size_t);

		while (end < n && pairs[end].at == old)
			end++;
		size_t *news = ARENA_ARRAY(m->a, size_t, end - i + 1);
		bool has_name = false;

		*olds = old;
		for (; i < end; i++) {
			if (!has_name && name < pairs[i].other) {
				news[n_news++] = name;
				has_name = true;
			}
			news[n_news++] = pairs[i].other;
		}
		if (!has_name)
			news[n_news++] = name;
		put_case(m, IDENTITY_SPLIT, olds, 1, news, n_news, name);
	}
}

static int by_case(const void *pa, const void *pb)
{
	const struct identity_case *a = pa, *b = pb;
	const int d = by_number(a->olds[0], b->olds[0]);

	return d ? d : (int)a->kind - (int)b->kind;
}

static int by_heir(const void *pa, const void *pb)
{
	const struct identity_heir *a = pa, *b = pb;
	const int d = by_number(a->new, b->new);

	return d ? d : by_number(a->old, b->old);
}

static void sort_plan(struct identity_plan *out)
{
	qsort(out->cases, out->n_cases, sizeof(*out->cases), by_case);
	qsort(out->heirs, out->n_heirs, sizeof(*out->heirs), by_heir);
}

void identity_plan_of(const struct identity_input *in, struct arena *a,
                      struct identity_plan *out)
{
	const size_t most = in->n_olds + in->n_news + 1;
	size_t *into = ARENA_ARRAY(a, size_t, in->n_olds + 1);
	struct matching m = {.in = in, .a = a, .out = out};

	*out = (struct identity_plan){
	        .cases = ARENA_ARRAY(a, struct identity_case, 2 * most),
	        .heirs = ARENA_ARRAY(a, struct identity_heir, most)};
	match_begin(&m);
	end_pieces(&m);
	for (size_t i = 0; i < in->n_olds; i++)
		if (is_unnamed(&m, i))
			end_lost(&m, i, into);
	end_named(&m, into);
	end_parents(&m);
	sort_plan(out);
}

/* --- what people decide --- */

/* The most of an old one's findings, among those that are free; else among all. */
static const struct share *best_of(const struct matching *m, size_t old, const bool *taken)
{
	const struct share *best = NULL, *any = NULL, *s;
	size_t n;

	s = shares_of(m->by_old, m->n_shares, old, false, &n);
	for (size_t i = 0; i < n; i++) {
		if (!any || goes_before(m, &s[i], any))
			any = &s[i];
		if (!taken[s[i].new] && (!best || goes_before(m, &s[i], best)))
			best = &s[i];
	}
	return best ? best : any;
}

void identity_decide(const struct identity_input *in, const size_t *chosen, struct arena *a,
                     struct identity_plan *out)
{
	struct matching m = {.in = in, .a = a, .out = out};
	bool *taken = ARENA_ARRAY(a, bool, in->n_news + 1);
	bool *done = ARENA_ARRAY(a, bool, in->n_olds + 1);

	*out = (struct identity_plan){
	        .cases = ARENA_ARRAY(a, struct identity_case, 1),
	        .heirs = ARENA_ARRAY(a, struct identity_heir, in->n_olds + in->n_news + 1)};
	match_begin(&m);
	for (size_t i = 0; i < in->n_olds; i++) {
		if (chosen[i] == IDENTITY_NONE)
			continue;
		put_heir(&m, chosen[i], i, false);
		taken[chosen[i]] = done[i] = true;
	}
	/* The surest first: who has most of one of those that are free. */
	for (;;) {
		const struct share *best = NULL;

		for (size_t i = 0; i < in->n_olds; i++) {
			const struct share *s = done[i] ? NULL : best_of(&m, i, taken);

			if (s && (!best || is_nearer(&m, s, best)))
				best = s;
		}
		if (!best)
			break;
		put_heir(&m, best->new, best->old, false);
		taken[best->new] = done[best->old] = true;
	}
	for (size_t i = 0; i < in->n_news; i++) {
		const struct share *best = NULL, *s;
		size_t n;

		s = shares_of(m.by_new, m.n_shares, i, true, &n);
		for (size_t k = 0; k < n && !taken[i]; k++)
			if (!best || is_nearer(&m, &s[k], best))
				best = &s[k];
		if (best)
			put_heir(&m, i, best->old, true);
	}
	sort_plan(out);
}
