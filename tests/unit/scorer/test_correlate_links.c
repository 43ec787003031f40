/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people said of findings, in correlation: named cases, and over random findings
 * with random links and splits: each finding is in one group, each link is kept, no risk
 * is left behind, and neither the order of the findings nor a link that has ended matters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/subject.h"

#include "scorer/correlate.h"
#include "support/random.h"

enum {
	N_CASES = 10000,
	N_FINDINGS_MAX = 10,
	N_ASSETS = 2,
	N_SPLITS = 2
};

static struct arena *arena;
static const struct org org = {.id = 7, .slug = "test"};

static struct control controls[] = {
        {.id = "storage.public",
         .category = "public_storage",
         .title = "Public",
         .class = CLASS_EXPOSURE},
};
static struct control_alias aliases[] = {
        {.connector = "hub", .rule = "S3.2", .control = "storage.public"},
        {.connector = "prowler", .rule = "s3_public", .control = "storage.public"},
};
static struct rule_pattern patterns[] = {
        {.connector = "hub", .pattern = "EC2.*", .category = "network", .position = 1},
};
static struct control_catalog catalog = {
        .controls = controls,
        .n_controls = N_ELEMENTS(controls),
        .aliases = aliases,
        .n_aliases = N_ELEMENTS(aliases),
        .patterns = patterns,
        .n_patterns = N_ELEMENTS(patterns),
};

/* Findings with what was said of them. */
struct world {
	struct evidence e[N_FINDINGS_MAX];
	size_t n;
	struct risk_link rows[N_FINDINGS_MAX];
	struct former_link former[N_FINDINGS_MAX];
	struct risk_links links;
};

struct groups {
	struct risk_group *rows;
	size_t n;
};

static struct key key_numbered(const char *tag, int n)
{
	const char number[] = {(char)('a' + n), '\0'};

	return key_of_texts(tag, org.id, (const char *const[]){number}, 1);
}

static struct evidence finding(int n)
{
	return (struct evidence){
	        .canonical_id = key_numbered("asset", 0),
	        .asset_id = key_numbered("asset", 0),
	        .finding_id = key_numbered("finding", n),
	        .closed_at = TIMESTAMP_NONE,
	        .epss = -1,
	        .sev100 = 50,
	        .class = CLASS_MISCONFIGURATION,
	        .connector = "hub",
	        .rule = "EC2.1",
	        .cve = "",
	        .location = "",
	        .engine = "hub",
	        .title = "t",
	};
}

static int by_link(const void *a, const void *b)
{
	return key_cmp(&((const struct risk_link *)a)->finding_id,
	               &((const struct risk_link *)b)->finding_id);
}

static int by_former(const void *a, const void *b)
{
	return key_cmp(&((const struct former_link *)a)->finding_id,
	               &((const struct former_link *)b)->finding_id);
}

static struct groups correlated(struct world *w)
{
	struct correlate_input in = {.org = &org, .catalog = &catalog};
	struct groups out;

	w->links.rows = w->rows;
	w->links.former = w->former;
	qsort(w->rows, w->links.n, sizeof(*w->rows), by_link);
	qsort(w->former, w->links.n_former, sizeof(*w->former), by_former);
	if (w->links.n || w->links.n_former)
		in.links = &w->links;
	correlate(&in, w->e, w->n, arena, &out.rows, &out.n);
	return out;
}

/* The group that a finding would be in by itself. */
static const struct risk_group *own_group(const struct evidence *e)
{
	struct correlate_input in = {.org = &org, .catalog = &catalog};
	struct risk_group *g;
	struct evidence real = *e;
	size_t n;

	real.flags = 0;
	correlate(&in, &real, 1, arena, &g, &n);
	return g;
}

/* Its risk, as it is called. */
static struct key own_risk(const struct evidence *e)
{
	return own_group(e)->fingerprint;
}

static void link_to(struct world *w, size_t i, const struct key *risk_id,
                    const struct key *asset_id)
{
	w->rows[w->links.n++] = (struct risk_link){.finding_id = w->e[i].finding_id,
	                                           .asset_id = *asset_id,
	                                           .named = *risk_id,
	                                           .risk_id = *risk_id,
	                                           .kind = RISK_LINKED,
	                                           .subject = "rule:hub/gone",
	                                           .location = ""};
}

/* To the risk that another finding is in by itself. */
static void link_to_risk_of(struct world *w, size_t i, const struct evidence *e)
{
	const struct risk_group *g = own_group(e);
	struct risk_link *link = &w->rows[w->links.n];

	link_to(w, i, &g->fingerprint, &e->canonical_id);
	link->subject = g->subject;
	link->location = g->location;
}

static struct key split_id(const struct key *asset_id, int number)
{
	const char text[] = {'s', 'p', 'l', 'i', 't', ':', (char)('a' + number), '\0'};

	return fingerprint_of(&org, asset_id, text, "");
}

static void split_off(struct world *w, size_t i, int number)
{
	w->rows[w->links.n++] =
	        (struct risk_link){.finding_id = w->e[i].finding_id,
	                           .asset_id = w->e[i].canonical_id,
	                           .named = split_id(&w->e[i].canonical_id, number),
	                           .risk_id = split_id(&w->e[i].canonical_id, number),
	                           .kind = RISK_SPLIT};
}

static const struct risk_group *group_of(const struct groups *g, const struct key *finding)
{
	const struct risk_group *found = NULL;

	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < g->rows[i].n_members; k++)
			if (key_cmp(&g->rows[i].members[k].e->finding_id, finding) == 0) {
				assert_null(found); /* in one group, once */
				found = &g->rows[i];
			}
	return found;
}

static size_t count_swallowed(const struct groups *g, const struct key *risk_id)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < g->rows[i].n_swallowed; k++)
			n += key_cmp(&g->rows[i].swallowed[k], risk_id) == 0;
	return n;
}

/* Does a group that stands by itself have the name?  claims.h finds whose risk it is then. */
static bool is_natural(const struct groups *g, const struct key *risk_id)
{
	for (size_t i = 0; i < g->n; i++)
		if (!g->rows[i].is_made && key_cmp(&g->rows[i].fingerprint, risk_id) == 0)
			return true;
	return false;
}

static bool is_named(const struct groups *g, const struct key *risk_id)
{
	for (size_t i = 0; i < g->n; i++) {
		if (key_cmp(&g->rows[i].fingerprint, risk_id) == 0)
			return true;
		for (size_t k = 0; k < g->rows[i].n_former; k++)
			if (key_cmp(&g->rows[i].former[k], risk_id) == 0)
				return true;
	}
	return false;
}

/* --- named cases --- */

static void test_links__put_a_finding_into_another_risk(void **state)
{
	struct world w = {.e = {finding(0), finding(1), finding(2)}, .n = 3};
	struct groups g;
	struct key source;

	(void)state;
	w.e[0].rule = "S3.2";
	w.e[1].rule = "EC2.1";
	w.e[2].rule = "EC2.1";
	source = own_risk(&w.e[1]);
	link_to_risk_of(&w, 1, &w.e[0]);
	g = correlated(&w);
	assert_int_equal(g.n, 2);
	assert_ptr_equal(group_of(&g, &w.e[1].finding_id),
	                 group_of(&g, &w.e[0].finding_id));
	assert_string_equal(group_of(&g, &w.e[1].finding_id)->subject,
	                    "control:storage.public");
	assert_true(is_natural(&g, &source)); /* the third one is still there */
	/* The last one of its risk takes the risk along. */
	link_to_risk_of(&w, 2, &w.e[0]);
	g = correlated(&w);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].n_members, 3);
	assert_int_equal(count_swallowed(&g, &source), 1);
	assert_ptr_equal(risk_group_lead(&g.rows[0]), &w.e[0]);
}

static void test_links__keep_a_risk_that_nothing_else_is_in(void **state)
{
	struct world w = {.e = {finding(0)}, .n = 1};
	const struct key target = fingerprint_of(&org, &w.e[0].canonical_id, "x", "");
	struct groups g;

	(void)state;
	link_to(&w, 0, &target, &w.e[0].canonical_id);
	g = correlated(&w);
	assert_int_equal(g.n, 1);
	assert_int_equal(key_cmp(&g.rows[0].fingerprint, &target), 0);
	assert_string_equal(g.rows[0].subject, "rule:hub/gone");
	assert_false(g.rows[0].has_origin);
	assert_int_equal(g.rows[0].members[0].reasons, MERGED_SAME_ASSET | MERGED_LINK);
}

static void test_links__sleep_while_the_asset_is_another_one(void **state)
{
	struct world w = {.e = {finding(0), finding(1)}, .n = 2};
	const struct key other = key_numbered("asset", 1);
	struct key target;
	struct groups g;

	(void)state;
	w.e[1].rule = "S3.2";
	target = own_risk(&w.e[1]);
	link_to(&w, 0, &target, &other);
	g = correlated(&w);
	assert_int_equal(g.n, 2);
	assert_string_equal(group_of(&g, &w.e[0].finding_id)->subject, "rule:hub/EC2.1");
}

static void test_links__find_the_risk_under_its_other_names(void **state)
{
	struct world w = {.e = {finding(0), finding(1)}, .n = 2};
	struct key target, name;
	struct groups g;

	(void)state;
	/* It was stored before the catalogue knew the rule. */
	w.e[0].rule = "S3.2";
	target = fingerprint_of(&org, &w.e[0].canonical_id, "rule:hub/S3.2", "");
	link_to(&w, 1, &target, &w.e[0].canonical_id);
	w.rows[0].subject = "rule:hub/S3.2";
	g = correlated(&w);
	assert_int_equal(g.n, 1);
	/* An alias leads to it. */
	w.links.n = 0;
	target = key_numbered("a former", 0);
	link_to_risk_of(&w, 1, &w.e[0]);
	name = w.rows[0].risk_id;
	w.rows[0].risk_id = target;
	w.rows[0].names = &name;
	w.rows[0].n_names = 1;
	g = correlated(&w);
	assert_int_equal(g.n, 1);
	assert_int_equal(key_cmp(&g.rows[0].fingerprint, &name), 0);
	/* A change of identity does, and no alias; its risk is stored as what it was. */
	w.rows[0].n_names = 0;
	w.rows[0].subject = "rule:hub/gone";
	w.rows[0].has_heir = w.rows[0].heir_is_fresh = true;
	w.rows[0].heir = name;
	g = correlated(&w);
	assert_int_equal(g.n, 1);
	assert_int_equal(key_cmp(&g.rows[0].fingerprint, &name), 0);
}

/* Its own name is another control's since: it is where what it is about is. */
static void test_links__find_the_risk_by_what_it_is_about(void **state)
{
	struct world w = {.e = {finding(0), finding(1), finding(2)}, .n = 3};
	struct key name;
	struct groups g;

	(void)state;
	w.e[0].rule = "EC2.7";
	w.e[1].rule = "EC2.8";
	name = own_risk(&w.e[1]);
	link_to_risk_of(&w, 2, &w.e[0]);
	w.rows[0].names = &name;
	w.rows[0].n_names = 1;
	g = correlated(&w);
	assert_ptr_equal(group_of(&g, &w.e[2].finding_id),
	                 group_of(&g, &w.e[0].finding_id));
	w.rows[0].subject = "rule:hub/EC2.8";
	w.rows[0].location = "";
	g = correlated(&w);
	assert_ptr_equal(group_of(&g, &w.e[2].finding_id),
	                 group_of(&g, &w.e[1].finding_id));
}

/* It goes on under another name, which nothing has now, and its own is another control's: it
 * stands by itself, and leaves that name to the other one. */
static void test_links__keep_a_risk_whose_name_another_group_has(void **state)
{
	struct world w = {.e = {finding(0), finding(1)}, .n = 2};
	const struct risk_group *made;
	struct groups g;

	(void)state;
	w.e[0].rule = "EC2.7";
	link_to_risk_of(&w, 1, &w.e[0]);
	w.rows[0].subject = "rule:hub/gone";
	w.rows[0].has_heir = true;
	w.rows[0].heir = key_numbered("a later", 0);
	g = correlated(&w);
	assert_int_equal(g.n, 2);
	made = group_of(&g, &w.e[1].finding_id);
	assert_true(made->is_made);
	assert_int_not_equal(key_cmp(&made->fingerprint, &w.rows[0].risk_id), 0);
	assert_int_equal(made->n_former, 1);
	assert_int_equal(key_cmp(&made->former[0], &w.rows[0].risk_id), 0);
	assert_true(is_natural(&g, &w.rows[0].risk_id));
	/* Links have made it part of another one, whose subject that is: by its name. */
	w.rows[0].is_elsewhere = true;
	w.rows[0].has_heir = false;
	g = correlated(&w);
	assert_int_equal(g.n, 1);
}

static void test_splits__make_a_risk_of_their_own(void **state)
{
	struct world w = {.e = {finding(0), finding(1), finding(2)}, .n = 3};
	const struct risk_group *own;
	struct key origin, id;
	struct groups g;

	(void)state;
	origin = own_risk(&w.e[0]);
	id = split_id(&w.e[0].canonical_id, 0);
	split_off(&w, 0, 0);
	split_off(&w, 1, 0);
	g = correlated(&w);
	assert_int_equal(g.n, 2);
	own = group_of(&g, &w.e[0].finding_id);
	assert_ptr_equal(own, group_of(&g, &w.e[1].finding_id));
	assert_int_equal(key_cmp(&own->fingerprint, &id), 0);
	assert_true(own->has_origin);
	assert_int_equal(key_cmp(&own->origin, &origin), 0);
	assert_int_equal(own->members[0].reasons,
	                 MERGED_SAME_ASSET | MERGED_SAME_RULE | MERGED_SPLIT);
	assert_int_equal(key_cmp(&group_of(&g, &w.e[2].finding_id)->fingerprint, &origin),
	                 0);
	/* They had been linked to another risk. */
	for (size_t i = 0; i < w.links.n; i++) {
		w.rows[i].has_origin = true;
		w.rows[i].origin = key_numbered("another", 0);
	}
	g = correlated(&w);
	own = group_of(&g, &w.e[0].finding_id);
	assert_int_equal(key_cmp(&own->origin, &w.rows[0].origin), 0);
}

static void test_splits__that_have_ended_hand_their_risk_back(void **state)
{
	struct world w = {.e = {finding(0), finding(1)}, .n = 2};
	const struct key id = split_id(&w.e[0].canonical_id, 0);
	struct groups g;

	(void)state;
	w.former[w.links.n_former++] =
	        (struct former_link){w.e[0].finding_id, w.e[0].canonical_id, id};
	g = correlated(&w);
	assert_int_equal(g.n, 1);
	assert_int_equal(count_swallowed(&g, &id), 1);
	/* Somebody else is still in it. */
	split_off(&w, 1, 0);
	g = correlated(&w);
	assert_int_equal(g.n, 2);
	assert_int_equal(count_swallowed(&g, &id), 0);
}

/* --- random ones --- */

static struct evidence random_finding(int n)
{
	static const char *const connectors[] = {"hub", "prowler"};
	static const char *const rules[] = {"S3.2", "s3_public", "EC2.1"};
	static const char *const cves[] = {"", "", "CVE-2024-0001", "CVE-2024-0002"};
	struct evidence e = finding(n);
	const int asset = random_below(N_ASSETS);

	e.canonical_id = key_numbered("asset", asset);
	e.asset_id = random_below(3) ? e.canonical_id : key_numbered("other name", asset);
	e.cve = cves[random_below(N_ELEMENTS(cves))];
	e.connector = connectors[random_below(N_ELEMENTS(connectors))];
	e.rule = rules[random_below(N_ELEMENTS(rules))];
	e.state = (enum finding_state)random_below(FINDING_PASSING);
	e.sev100 = random_below(3) * 40;
	e.flags = random_below(10) ? 0 : FINDING_FLAG_SAMPLE;
	return e;
}

static void random_world(struct world *w)
{
	*w = (struct world){.n = (size_t)random_below(N_FINDINGS_MAX + 1)};
	for (size_t i = 0; i < w->n; i++)
		w->e[i] = random_finding((int)i);
	for (size_t i = 0; i < w->n; i++) {
		const int what = random_below(6);
		const size_t to = (size_t)random_below((int)w->n);

		if (what == 0)
			link_to_risk_of(w, i, &w->e[to]);
		else if (what == 1)
			split_off(w, i, random_below(N_SPLITS));
		else if (what == 2)
			w->former[w->links.n_former++] = (struct former_link){
			        w->e[i].finding_id, w->e[i].canonical_id,
			        split_id(&w->e[i].canonical_id, random_below(N_SPLITS))};
	}
}

static const struct risk_link *link_of(const struct world *w, const struct evidence *e)
{
	for (size_t i = 0; i < w->links.n; i++)
		if (key_cmp(&w->rows[i].finding_id, &e->finding_id) == 0 &&
		    key_cmp(&w->rows[i].asset_id, &e->canonical_id) == 0)
			return &w->rows[i];
	return NULL;
}

/* Where each finding has to be, by the rules in words. */
static void check_places(const struct world *w, const struct groups *g)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct evidence *e = &w->e[i];
		const struct risk_group *group = group_of(g, &e->finding_id);
		const struct risk_link *link = link_of(w, e);
		const struct key own = own_risk(e);

		assert_int_equal(!group, (e->flags & FINDING_FLAG_SAMPLE) != 0);
		if (!group)
			continue;
		assert_int_equal(key_cmp(&group->fingerprint, link ? &link->risk_id : &own),
		                 0);
		assert_int_equal(key_cmp(&group->asset_id, &e->canonical_id), 0);
	}
}

/*
 * Every risk that there is, or was, goes on or is handed to exactly one; what has a name that
 * a group has by itself may be handed to another one besides: it may have given it up.
 */
static void check_is_handed_on(const struct groups *g, const struct key *risk_id)
{
	const size_t n = count_swallowed(g, risk_id);

	assert_true(n <= 1);
	if (!is_natural(g, risk_id))
		assert_int_equal(is_named(g, risk_id) + n, 1);
}

static void check_no_risk_is_left(const struct world *w, const struct groups *g)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct key own = own_risk(&w->e[i]);

		if (!(w->e[i].flags & FINDING_FLAG_SAMPLE))
			check_is_handed_on(g, &own);
	}
	for (size_t i = 0; i < w->links.n_former; i++) {
		const struct former_link *f = &w->former[i];
		const struct risk_group *group = group_of(g, &f->finding_id);

		if (group && key_cmp(&group->asset_id, &f->asset_id) == 0)
			check_is_handed_on(g, &f->risk_id);
	}
}

static void check_keys(const struct key *a, size_t n_a, const struct key *b, size_t n_b)
{
	assert_int_equal(n_a, n_b);
	for (size_t i = 0; i < n_a; i++)
		assert_int_equal(key_cmp(&a[i], &b[i]), 0);
}

static void check_equal(const struct groups *a, const struct groups *b, bool swallowed)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct risk_group *x = &a->rows[i], *y = &b->rows[i];

		assert_int_equal(key_cmp(&x->asset_id, &y->asset_id), 0);
		assert_int_equal(key_cmp(&x->fingerprint, &y->fingerprint), 0);
		assert_string_equal(x->subject, y->subject);
		assert_string_equal(x->location, y->location);
		assert_string_equal(x->category, y->category);
		assert_int_equal(x->has_origin, y->has_origin);
		check_keys(&x->origin, x->has_origin, &y->origin, y->has_origin);
		check_keys(x->former, x->n_former, y->former, y->n_former);
		if (swallowed)
			check_keys(x->swallowed, x->n_swallowed, y->swallowed,
			           y->n_swallowed);
		assert_int_equal(x->n_members, y->n_members);
		for (size_t k = 0; k < x->n_members; k++) {
			assert_int_equal(key_cmp(&x->members[k].e->finding_id,
			                         &y->members[k].e->finding_id),
			                 0);
			assert_int_equal(x->members[k].reasons, y->members[k].reasons);
		}
	}
}

static void shuffle(struct world *w)
{
	for (size_t i = w->n; i > 1; i--) {
		const size_t k = (size_t)random_below((int)i);
		const struct evidence swap = w->e[i - 1];

		w->e[i - 1] = w->e[k];
		w->e[k] = swap;
	}
}

static void test_links__are_kept_in_any_order(void **state)
{
	(void)state;
	random_begin(20261126);
	for (int i = 0; i < N_CASES; i++) {
		struct world w, shuffled;
		struct groups g, again, others;

		arena_reset(arena);
		random_world(&w);
		shuffled = w;
		shuffle(&shuffled);
		g = correlated(&w);
		again = correlated(&w);
		others = correlated(&shuffled);
		check_places(&w, &g);
		check_no_risk_is_left(&w, &g);
		check_equal(&g, &again, true);
		check_equal(&g, &others, true);
	}
}

static void test_links__that_have_ended_leave_nothing(void **state)
{
	(void)state;
	random_begin(20261127);
	for (int i = 0; i < N_CASES; i++) {
		struct world w, before;
		struct groups g, was;

		arena_reset(arena);
		random_world(&w);
		before = w;
		before.links = (struct risk_links){.n = 0};
		was = correlated(&before);
		for (size_t k = 0; k < w.links.n; k++) /* each one becomes a former one */
			before.former[k] =
			        (struct former_link){w.rows[k].finding_id,
			                             w.rows[k].asset_id, w.rows[k].risk_id};
		before.links.n_former = w.links.n;
		g = correlated(&before);
		check_equal(&was, &g, false);
		check_no_risk_is_left(&before, &g);
	}
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 16);
	control_catalog_sort(&catalog);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_links__put_a_finding_into_another_risk),
	        cmocka_unit_test(test_links__keep_a_risk_that_nothing_else_is_in),
	        cmocka_unit_test(test_links__sleep_while_the_asset_is_another_one),
	        cmocka_unit_test(test_links__find_the_risk_under_its_other_names),
	        cmocka_unit_test(test_links__find_the_risk_by_what_it_is_about),
	        cmocka_unit_test(test_links__keep_a_risk_whose_name_another_group_has),
	        cmocka_unit_test(test_splits__make_a_risk_of_their_own),
	        cmocka_unit_test(test_splits__that_have_ended_hand_their_risk_back),
	        cmocka_unit_test(test_links__are_kept_in_any_order),
	        cmocka_unit_test(test_links__that_have_ended_leave_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
