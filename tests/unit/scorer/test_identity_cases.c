/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which risk goes on as which group: a table of named cases, and random assets held against
 * an oracle that knows the definition alone: reachability by a matrix, shapes by counting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/identity.h"
#include "support/random.h"

enum {
	MOST = 6,
	MOST_LINKS = 14,
	N_CASES = 20000
};

static struct arena *arena;

/* An asset: risks A, B, ..., groups a, b, ... */
struct world {
	struct identity_old olds[MOST];
	struct identity_new news[MOST];
	struct identity_link links[MOST_LINKS];
	size_t n_olds, n_news, n_links;
};

static const char *letter(size_t i)
{
	static const char *const letters[] = {"a", "b", "c", "d", "e", "f"};

	return letters[i];
}

static struct key key_numbered(size_t i)
{
	struct key k = {{0}};

	k.bytes[KEY_SIZE - 1] = (uint8_t)(i + 1);
	return k;
}

/* "ABc Bb" in words: "Aa" a finding of A in a, "A=a" the name of A leads to a, "A-" is resolved. */
static struct world world_of(const char *text)
{
	struct world w = {.n_olds = 0};

	for (size_t i = 0; i < MOST; i++) {
		w.olds[i] = (struct identity_old){.risk_id = key_numbered(i),
		                                  .opened_at = (timestamp)(100 + i),
		                                  .lives = true,
		                                  .subject = letter(i),
		                                  .location = "",
		                                  .name = IDENTITY_NONE};
		w.news[i] = (struct identity_new){key_numbered(16 + i), letter(i), ""};
	}
	for (const char *p = text; *p; p++) {
		const size_t old = (size_t)(*p - 'A');

		if (*p == ' ')
			continue;
		if (old + 1 > w.n_olds)
			w.n_olds = old + 1;
		p++;
		if (*p == '-') {
			w.olds[old].lives = false;
			continue;
		}
		const bool is_name = *p == '=';
		const size_t new = (size_t)((is_name ? *++p : *p) - 'a');

		if (new + 1 > w.n_news)
			w.n_news = new + 1;
		if (is_name)
			w.olds[old].name = new;
		else
			w.links[w.n_links++] = (struct identity_link){old, new, true};
	}
	return w;
}

static struct identity_input input_of(struct world *w)
{
	return (struct identity_input){w->olds,   w->n_olds, w->news,
	                               w->n_news, w->links,  w->n_links};
}

/* "renamed A>a" and so on, then heirs "a<A" and origins "b~A". */
static const char *told(const struct identity_plan *plan)
{
	char *out = arena_strdup(arena, "");

	for (size_t i = 0; i < plan->n_cases; i++) {
		const struct identity_case *c = &plan->cases[i];

		out = arena_printf(arena, "%s%s%s ", out, *out ? "; " : "",
		                   identity_kind_name(c->kind));
		for (size_t k = 0; k < c->n_olds; k++)
			out = arena_printf(arena, "%s%c", out, (char)('A' + c->olds[k]));
		out = arena_printf(arena, "%s>", out);
		for (size_t k = 0; k < c->n_news; k++)
			out = arena_printf(arena, "%s%c%s", out, (char)('a' + c->news[k]),
			                   c->news[k] == c->goes_on ? "!" : "");
	}
	out = arena_printf(arena, "%s |", out);
	for (size_t i = 0; i < plan->n_heirs; i++)
		out = arena_printf(arena, "%s %c%c%c", out,
		                   (char)('a' + plan->heirs[i].new),
		                   plan->heirs[i].is_origin ? '~' : '<',
		                   (char)('A' + plan->heirs[i].old));
	return out;
}

static const char *planned(struct world *w)
{
	const struct identity_input in = input_of(w);
	struct identity_plan plan;

	identity_plan_of(&in, arena, &plan);
	return told(&plan);
}

static void test_named_cases(void **state)
{
	static const struct {
		const char *what, *world, *plan;
	} rows[] = {
	        {"nothing changes", "A=a Aa B=b Bb", " |"},
	        {"another name", "Ab", "renamed A>b! | b<A"},
	        {"a name that leads there, and another subject", "A=b Ab",
	         "renamed A>b! |"},
	        {"two controls become one", "Ac Bc", "merged AB>c! | c<A c<B"},
	        {"by their names", "A=c B=c Ac Bc", "merged AB>c! |"},
	        {"into one that stands", "A=a Aa Ba", "merged AB>a! | a<B"},
	        {"one is taken apart: the larger part goes on", "Ab Ac Ac",
	         "split A>bc! | b~A c<A"},
	        {"as much: the least subject", "Ac Ab", "split A>b!c | b<A c~A"},
	        {"a part leaves", "A=a Aa Ab Ab", "split A>a!b | b~A"},
	        {"a finding moves to one that stands", "A=a B=b Aa Ab Bb", " |"},
	        {"moved, and renamed", "A=a Aa Bc Bc Ba", "renamed B>c! | c<B"},
	        {"two over two", "Ac Ad Bc Bd", "ambiguous AB>cd |"},
	        {"a chain of two over two", "Ac Ad Bd", "ambiguous AB>cd |"},
	        {"all gone into two that stand", "A=a B=b Aa Bb Ca Cb", "ambiguous C>ab |"},
	        {"a part of two that stand: the one with more of it",
	         "A=a B=b Aa Bb Ac Bc Bc", "split B>b!c | c~B"},
	        {"resolved ones do not matter beside living ones", "A- Ac Bc Bd",
	         "split B>c!d | c<B d~B"},
	        {"but alone they keep their name too", "A- Ac", "renamed A>c! | c<A"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct world w = world_of(rows[i].world);
		const char *got = planned(&w);

		if (strcmp(got, rows[i].plan) != 0)
			fail_msg("%s: wanted \"%s\", got \"%s\"", rows[i].what,
			         rows[i].plan, got);
	}
}

/* --- the oracle --- */

static struct world world_at_random(void)
{
	struct world w = world_of("");

	w.n_olds = (size_t)random_below(MOST) + 1;
	w.n_news = (size_t)random_below(MOST) + 1;
	w.n_links = (size_t)random_below(MOST_LINKS + 1);
	for (size_t i = 0; i < w.n_links; i++)
		w.links[i] = (struct identity_link){(size_t)random_below((int)w.n_olds),
		                                    (size_t)random_below((int)w.n_news),
		                                    random_below(3) > 0};
	for (size_t i = 0; i < w.n_olds; i++) {
		w.olds[i].opened_at = random_below(3);
		w.olds[i].lives = random_below(5) > 0;
		if (random_below(3) == 0)
			w.olds[i].name = (size_t)random_below((int)w.n_news);
	}
	return w;
}

struct oracle {
	const struct world *w;
	size_t n[MOST][MOST], n_open[MOST][MOST];
	bool counts[MOST][MOST]; /* they share findings that have a say */
	bool has_name[MOST];
	bool reach[2 * MOST][2 * MOST]; /* among those without a name; news from MOST */
};

static void oracle_make(const struct world *w, struct oracle *o)
{
	bool lives[MOST] = {false};

	*o = (struct oracle){.w = w};
	for (size_t i = 0; i < w->n_links; i++) {
		const struct identity_link *l = &w->links[i];

		o->n[l->old][l->new]++;
		o->n_open[l->old][l->new] += l->is_open;
		lives[l->new] |= w->olds[l->old].lives;
	}
	for (size_t i = 0; i < w->n_olds; i++)
		if (w->olds[i].name != IDENTITY_NONE)
			o->has_name[w->olds[i].name] = true;
	for (size_t i = 0; i < w->n_olds; i++)
		for (size_t k = 0; k < w->n_news; k++) {
			o->counts[i][k] = o->n[i][k] && (w->olds[i].lives || !lives[k]);
			if (o->counts[i][k] && w->olds[i].name == IDENTITY_NONE &&
			    !o->has_name[k])
				o->reach[i][MOST + k] = o->reach[MOST + k][i] = true;
		}
	for (size_t m = 0; m < 2 * MOST; m++)
		for (size_t i = 0; i < 2 * MOST; i++)
			for (size_t k = 0; k < 2 * MOST; k++)
				o->reach[i][k] |= o->reach[i][m] && o->reach[m][k];
}

/* The shape of the piece that an unnamed old one is in. */
static void shape_of(const struct oracle *o, size_t old, size_t *n_olds, size_t *n_news,
                     size_t *n_named)
{
	*n_olds = *n_news = *n_named = 0;
	for (size_t i = 0; i < o->w->n_olds; i++)
		*n_olds += i == old || o->reach[old][i];
	for (size_t k = 0; k < o->w->n_news; k++) {
		*n_news += o->reach[old][MOST + k];
		*n_named += o->counts[old][k] && o->has_name[k];
	}
}

static const struct identity_case *case_of(const struct identity_plan *plan, size_t old,
                                           bool of_children)
{
	for (size_t i = 0; i < plan->n_cases; i++)
		for (size_t k = 0; k < plan->cases[i].n_olds; k++)
			if (plan->cases[i].olds[k] == old &&
			    (plan->cases[i].kind == IDENTITY_SPLIT) == of_children)
				return &plan->cases[i];
	return NULL;
}

static size_t heirs_of_old(const struct identity_plan *plan, size_t old, bool is_origin)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_heirs; i++)
		n += plan->heirs[i].old == old && plan->heirs[i].is_origin == is_origin;
	return n;
}

static void check_lost(const struct oracle *o, const struct identity_plan *plan, size_t old)
{
	size_t n_olds, n_news, n_named;
	const struct identity_case *c;

	shape_of(o, old, &n_olds, &n_news, &n_named);
	c = case_of(plan, old, n_olds == 1 && n_news > 1);
	if (!n_news && !n_named) {
		assert_null(c); /* it has no findings */
		assert_int_equal(heirs_of_old(plan, old, false), 0);
		return;
	}
	assert_non_null(c);
	if (!n_news) {
		assert_int_equal(c->kind,
		                 n_named > 1 ? IDENTITY_AMBIGUOUS : IDENTITY_MERGED);
		assert_int_equal(heirs_of_old(plan, old, false), n_named == 1);
		return;
	}
	assert_int_equal(c->n_olds, n_olds);
	assert_int_equal(c->n_news, n_news);
	assert_int_equal(c->kind, n_olds > 1 && n_news > 1 ? IDENTITY_AMBIGUOUS
	                          : n_news > 1             ? IDENTITY_SPLIT
	                          : n_olds > 1             ? IDENTITY_MERGED
	                                                   : IDENTITY_RENAMED);
	assert_int_equal(heirs_of_old(plan, old, false), c->kind != IDENTITY_AMBIGUOUS);
	assert_int_equal(heirs_of_old(plan, old, true),
	                 c->kind == IDENTITY_SPLIT ? n_news - 1 : 0);
	if (c->kind != IDENTITY_SPLIT)
		return;
	for (size_t k = 0; k < c->n_news; k++) /* nobody has more than who goes on */
		assert_true(o->n_open[old][c->goes_on] > o->n_open[old][c->news[k]] ||
		            (o->n_open[old][c->goes_on] == o->n_open[old][c->news[k]] &&
		             o->n[old][c->goes_on] >= o->n[old][c->news[k]]));
}

static void check_new(const struct oracle *o, const struct identity_plan *plan, size_t new)
{
	size_t n_origins = 0, n_in_pieces = 0, n_parents = 0;

	for (size_t i = 0; i < plan->n_heirs; i++)
		n_origins += plan->heirs[i].new == new && plan->heirs[i].is_origin;
	assert_true(n_origins <= 1);
	if (o->has_name[new]) {
		assert_int_equal(n_origins, 0);
		return;
	}
	for (size_t i = 0; i < o->w->n_olds; i++) {
		n_in_pieces += o->reach[i][MOST + new];
		n_parents += o->counts[i][new];
	}
	if (!n_in_pieces) /* out of risks that go on elsewhere, or new altogether */
		assert_int_equal(n_origins, n_parents > 0);
}

static void check_against_oracle(struct world *w)
{
	const struct identity_input in = input_of(w);
	struct identity_plan plan;
	struct oracle o;

	oracle_make(w, &o);
	identity_plan_of(&in, arena, &plan);
	for (size_t i = 0; i < w->n_olds; i++) {
		if (w->olds[i].name == IDENTITY_NONE)
			check_lost(&o, &plan, i);
		else /* names are enough */
			assert_int_equal(heirs_of_old(&plan, i, false), 0);
	}
	for (size_t k = 0; k < w->n_news; k++)
		check_new(&o, &plan, k);
}

static void shuffle_links(struct world *w)
{
	for (size_t i = w->n_links; i > 1; i--) {
		const size_t k = (size_t)random_below((int)i);
		const struct identity_link swap = w->links[i - 1];

		w->links[i - 1] = w->links[k];
		w->links[k] = swap;
	}
}

static void test_random(void **state)
{
	(void)state;
	random_begin(20261126);
	for (int i = 0; i < N_CASES; i++) {
		struct world w = world_at_random(), again = w;
		const char *first;

		check_against_oracle(&w);
		first = planned(&w);
		shuffle_links(&again);
		assert_string_equal(first, planned(&again));
		arena_reset(arena);
	}
}

/* --- decisions --- */

static void test_decided(void **state)
{
	static const struct {
		const char *what, *world, *chosen, *plan;
	} rows[] = {
	        {"as said", "Aa Ab Ba Bb", "ba", " | a<B b<A"},
	        {"one is said, the other takes what is left", "Aa Aa Ab Ba Ba Bb", "b.",
	         " | a<B b<A"},
	        {"nothing is said: most findings first", "Aa Ab Ab Ba Bb", "..",
	         " | a<B b<A"},
	        {"both into one, the other part is its own", "Aa Ab Ab Ba Bb", "aa",
	         " | a<A a<B b~A"},
	        {"more risks than groups", "Aa Ba Bb Ca Cb Cb", "...", " | a<A a<B b<C"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct world w = world_of(rows[i].world);
		const struct identity_input in = input_of(&w);
		struct identity_plan plan;
		size_t chosen[MOST];

		for (size_t k = 0; k < w.n_olds; k++)
			chosen[k] = rows[i].chosen[k] == '.'
			                    ? IDENTITY_NONE
			                    : (size_t)(rows[i].chosen[k] - 'a');
		identity_decide(&in, chosen, arena, &plan);
		if (strcmp(told(&plan), rows[i].plan) != 0)
			fail_msg("%s: wanted \"%s\", got \"%s\"", rows[i].what,
			         rows[i].plan, told(&plan));
	}
}

/* Whatever is said: each risk with findings goes on once, what is said holds, and each
 * group with findings is somebody's. */
static void test_decided_at_random(void **state)
{
	(void)state;
	random_begin(20261127);
	for (int i = 0; i < N_CASES; i++) {
		struct world w = world_at_random();
		const struct identity_input in = input_of(&w);
		struct identity_plan plan;
		size_t chosen[MOST], n_links[2][MOST] = {{0}, {0}};

		for (size_t k = 0; k < w.n_links; k++) {
			n_links[0][w.links[k].old]++;
			n_links[1][w.links[k].new]++;
		}
		for (size_t k = 0; k < w.n_olds; k++)
			chosen[k] = random_below(2) ? IDENTITY_NONE
			                            : (size_t)random_below((int)w.n_news);
		identity_decide(&in, chosen, arena, &plan);
		for (size_t k = 0; k < w.n_olds; k++)
			assert_int_equal(heirs_of_old(&plan, k, false),
			                 n_links[0][k] > 0 || chosen[k] != IDENTITY_NONE);
		for (size_t k = 0; k < plan.n_heirs; k++)
			if (!plan.heirs[k].is_origin &&
			    chosen[plan.heirs[k].old] != IDENTITY_NONE)
				assert_int_equal(plan.heirs[k].new,
				                 chosen[plan.heirs[k].old]);
		for (size_t new = 0; new < w.n_news; new ++) {
			size_t n = 0, n_origins = 0;

			for (size_t k = 0; k < plan.n_heirs; k++) {
				n += plan.heirs[k].new == new;
				n_origins +=
				        plan.heirs[k].new == new &&plan.heirs[k].is_origin;
			}
			assert_true(n > 0 || !n_links[1][new]);
			assert_true(n_origins == 0 || n == 1);
		}
		arena_reset(arena);
	}
}

static int begin(void **state)
{
	(void)state;
	arena = arena_new(1 << 16);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_named_cases),
	        cmocka_unit_test(test_random),
	        cmocka_unit_test(test_decided),
	        cmocka_unit_test(test_decided_at_random),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
