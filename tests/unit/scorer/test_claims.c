/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored risks that several groups have found: named cases, and in random worlds of ids,
 * aliases and heirs: a risk is one group's, and no group is written under the id of
 * another one's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/claims.h"
#include "support/random.h"

enum {
	N_CASES = 20000,
	N_KEYS = 8, /* names of one asset */
	N_GROUPS_MAX = 4,
	N_NAMES_MAX = 3 /* of a group; its own is the first */
};

static struct arena *arena;
static const struct org org = {.id = 7, .slug = "test"};

static struct key key_at(size_t i)
{
	return (struct key){{'a', 's', 's', 'e', 't', '0', '0', '1', (uint8_t)('A' + i)}};
}

/* What is stored of the asset: which keys are risks, and where the others lead. */
struct world {
	struct stored_risk stored[2 * N_KEYS];
	struct stored_risk heirs[N_KEYS];
	struct score_slice slice;
	struct risk_place places[N_KEYS];
	size_t n_places;
	struct risk_group groups[N_GROUPS_MAX];
	struct key former[N_GROUPS_MAX][N_NAMES_MAX];
	size_t n_groups;
	struct stored_risk rows[2 * N_GROUPS_MAX * N_NAMES_MAX + 2 * N_KEYS];
	size_t n_rows;
};

static void store(struct stored_risk *to, size_t *n, size_t fingerprint, size_t risk,
                  bool heir)
{
	to[(*n)++] = (struct stored_risk){.fingerprint = key_at(fingerprint),
	                                  .risk_id = key_at(risk),
	                                  .is_heir = heir};
}

#define MEMBERS_MAX 4

static struct evidence open_one = {.state = FINDING_OPEN};
static struct member open_ones[MEMBERS_MAX] = {
        {.e = &open_one}, {.e = &open_one}, {.e = &open_one}, {.e = &open_one}};

static void add_group(struct world *w, size_t name, const char *subject)
{
	w->groups[w->n_groups++] = (struct risk_group){.fingerprint = key_at(name),
	                                               .subject = subject,
	                                               .location = "",
	                                               .members = open_ones,
	                                               .n_members = 1};
}

/* As score_risks_load() joins them: of two ways to one risk the heir's is kept. */
static void claim(struct world *w, size_t ordinal, const struct stored_risk *row)
{
	size_t at = 0;

	while (at < w->n_rows && (w->rows[at].ordinal != ordinal ||
	                          key_cmp(&w->rows[at].risk_id, &row->risk_id) != 0))
		at++;
	if (at < w->n_rows && (w->rows[at].is_heir || !row->is_heir))
		return;
	w->rows[at] = *row;
	w->rows[at].claimed = CLAIMED_BY_NAME;
	w->rows[at].ordinal = ordinal;
	w->n_rows += at == w->n_rows;
}

static void claim_by_links(struct world *w, size_t ordinal, const struct key *risk_id)
{
	for (size_t i = 0; i < w->n_rows; i++)
		if (w->rows[i].ordinal == ordinal &&
		    key_cmp(&w->rows[i].risk_id, risk_id) == 0)
			return;
	w->rows[w->n_rows++] = (struct stored_risk){.fingerprint = *risk_id,
	                                            .risk_id = *risk_id,
	                                            .claimed = CLAIMED_BY_LINKS,
	                                            .ordinal = ordinal};
}

static struct claims claims_of(struct world *w)
{
	w->slice.stored = w->stored;
	w->slice.heirs = w->heirs;
	return (struct claims){.org = &org,
	                       .slice = &w->slice,
	                       .groups = w->groups,
	                       .n_groups = w->n_groups,
	                       .rows = w->rows,
	                       .n_rows = w->n_rows};
}

static const struct stored_risk *row_of(const struct claims *c, size_t ordinal)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].ordinal == ordinal)
			return &c->rows[i];
	return NULL;
}

/* A rule has left the control that its risk is named after now: the other group goes on as
 * the risk, and the one whose id it is, led there by a former name too, has another id. */
static void test_settle__who_is_led_by_a_former_name(void **state)
{
	struct world w = {.n_groups = 0};

	(void)state;
	store(w.stored, &w.slice.n_stored, 0, 0, false);
	store(w.stored, &w.slice.n_stored, 1, 0, false);
	add_group(&w, 0, "control:log");
	add_group(&w, 1, "control:life");
	claim(&w, 0,
	      &(struct stored_risk){
	              .fingerprint = key_at(2), .risk_id = key_at(0), .is_heir = true});
	claim(&w, 1, &w.stored[1]);
	w.places[0] = (struct risk_place){key_at(0), "control:life", "", false};
	struct claims c = claims_of(&w);
	size_t n;
	const struct key *ids = claims_in_dispute(&c, arena, &n);

	assert_int_equal(n, 1);
	assert_memory_equal(&ids[0], &w.stored[0].risk_id, KEY_SIZE);
	claims_settle(&c, w.places, 1, arena);
	assert_int_equal(c.n_rows, 1);
	assert_int_equal(c.rows[0].ordinal, 1);
	assert_true(w.groups[0].is_again);
	assert_false(w.groups[1].is_again);
	assert_memory_equal(w.groups[0].again.bytes, w.stored[0].risk_id.bytes,
	                    KEY_SIZE / 2);
	assert_int_not_equal(key_cmp(&w.groups[0].again, &w.stored[0].risk_id), 0);
}

/* The next time, that other id is stored, and found. */
static void test_settle__finds_what_it_named(void **state)
{
	struct world w = {.n_groups = 0};

	(void)state;
	test_settle__who_is_led_by_a_former_name(state);
	store(w.stored, &w.slice.n_stored, 0, 0, false);
	add_group(&w, 0, "control:log");
	add_group(&w, 1, "control:life");
	claim(&w, 0, &w.stored[0]);
	claim(&w, 1,
	      &(struct stored_risk){
	              .fingerprint = key_at(1), .risk_id = key_at(0), .is_heir = true});
	w.places[0] = (struct risk_place){key_at(0), "control:life", "", false};
	struct claims c = claims_of(&w);

	claims_settle(&c, w.places, 1, arena);
	assert_null(row_of(&c, 0));
	const struct key again = w.groups[0].again;

	/* As stored, in order: "asset001A" before what is hashed, or behind it. */
	w.stored[1] = (struct stored_risk){.fingerprint = again, .risk_id = again};
	w.slice.n_stored = 2;
	if (key_cmp(&again, &w.stored[0].fingerprint) < 0) {
		w.stored[1] = w.stored[0];
		w.stored[0] = (struct stored_risk){.fingerprint = again, .risk_id = again};
	}
	w.groups[0].is_again = false;
	w.n_rows = 0;
	claim(&w, 0, &(struct stored_risk){.fingerprint = key_at(0), .risk_id = key_at(0)});
	claim(&w, 1,
	      &(struct stored_risk){
	              .fingerprint = key_at(1), .risk_id = key_at(0), .is_heir = true});
	c = claims_of(&w);
	claims_settle(&c, w.places, 1, arena);
	assert_non_null(row_of(&c, 0));
	assert_memory_equal(&row_of(&c, 0)->risk_id, &again, KEY_SIZE);
}

/* The group that it goes on under has lost its findings to a link, say: its former name is
 * given up all the same, and finds what it had named before. */
static void test_settle__a_name_that_was_given_up(void **state)
{
	(void)state;
	for (int same = 0; same < 2; same++) {
		struct world w = {.n_groups = 0};
		size_t n;

		store(w.stored, &w.slice.n_stored, 0, 0, false);
		store(w.heirs, &w.slice.n_heirs, 2, 0, true);
		add_group(&w, 0, "control:life");
		claim(&w, 0, &w.stored[0]);
		w.places[0] = (struct risk_place){
		        key_at(0), same ? "control:life" : "control:access", "", false};
		struct claims c = claims_of(&w);
		const struct key *ids = claims_in_dispute(&c, arena, &n);

		assert_int_equal(n, 1);
		assert_memory_equal(&ids[0], &w.stored[0].risk_id, KEY_SIZE);
		claims_settle(&c, w.places, 1, arena);
		assert_int_equal(w.groups[0].is_again, !same);
		assert_int_equal(c.n_rows, same);

		/* What it is called instead is stored by then. */
		const struct key again = w.groups[0].again;

		if (same)
			continue;
		w.stored[1] = (struct stored_risk){.fingerprint = again, .risk_id = again};
		w.slice.n_stored = 2;
		if (key_cmp(&again, &w.stored[0].fingerprint) < 0) {
			w.stored[1] = w.stored[0];
			w.stored[0] = (struct stored_risk){.fingerprint = again,
			                                   .risk_id = again};
		}
		/* Though the other one is about the same by now. */
		for (int about = 0; about < 2; about++) {
			if (about)
				w.places[0].subject = w.groups[0].subject;
			w.n_rows = 0;
			claim(&w, 0,
			      &(struct stored_risk){.fingerprint = key_at(0),
			                            .risk_id = key_at(0)});
			c = claims_of(&w);
			claims_settle(&c, w.places, 1, arena);
			assert_int_equal(c.n_rows, 1);
			assert_memory_equal(&c.rows[0].risk_id, &again, KEY_SIZE);
		}
	}
}

/* Two groups are about what the risk is about: the one that a change has led there. */
static void test_settle__an_heir_before_a_namesake(void **state)
{
	struct world w = {.n_groups = 0};

	(void)state;
	store(w.stored, &w.slice.n_stored, 0, 0, false);
	store(w.heirs, &w.slice.n_heirs, 3, 0, true);
	add_group(&w, 0, "control:access");
	add_group(&w, 3, "control:access");
	w.groups[0].n_members = MEMBERS_MAX;
	claim(&w, 0, &w.stored[0]);
	claim(&w, 1, &w.heirs[0]);
	w.places[0] = (struct risk_place){key_at(0), "control:access", "", false};
	struct claims c = claims_of(&w);

	claims_settle(&c, w.places, 1, arena);
	assert_int_equal(c.n_rows, 1);
	assert_int_equal(c.rows[0].ordinal, 1);
	assert_true(w.groups[0].is_again);
}

/* A change had led two risks to the group's name; one is another group's since.  The group goes
 * on as what it has, under its own name. */
static void test_settle__one_of_two_is_another_group_s(void **state)
{
	struct world w = {.n_groups = 0};

	(void)state;
	store(w.stored, &w.slice.n_stored, 0, 0, false);
	store(w.stored, &w.slice.n_stored, 1, 1, false);
	store(w.heirs, &w.slice.n_heirs, 0, 1, true);
	add_group(&w, 0, "control:log");
	add_group(&w, 1, "control:life");
	claim(&w, 0, &w.stored[0]);
	claim(&w, 0, &w.heirs[0]);
	claim(&w, 1, &w.stored[1]);
	w.places[0] = (struct risk_place){key_at(1), "control:life", "", false};
	struct claims c = claims_of(&w);

	claims_settle(&c, w.places, 1, arena);
	assert_int_equal(c.n_rows, 2);
	assert_memory_equal(&row_of(&c, 0)->risk_id, &w.stored[0].risk_id, KEY_SIZE);
	assert_memory_equal(&row_of(&c, 1)->risk_id, &w.stored[1].risk_id, KEY_SIZE);
	assert_false(w.groups[0].is_again);
}

static void test_dispute__none_where_each_has_its_own(void **state)
{
	struct world w = {.n_groups = 0};
	size_t n;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		store(w.stored, &w.slice.n_stored, i, i, false);
		add_group(&w, i, "control:any");
		claim(&w, i, &w.stored[i]);
	}
	struct claims c = claims_of(&w);

	assert_null(claims_in_dispute(&c, arena, &n));
	assert_int_equal(n, 0);
}

/* The finding that was linked has another name since: what its former one led to is the
 * other group's. */
static void test_drop__what_another_one_has_by_name(void **state)
{
	struct world w = {.n_groups = 0};

	(void)state;
	add_group(&w, 0, "control:a");
	add_group(&w, 1, "control:b");
	claim(&w, 0,
	      &(struct stored_risk){
	              .fingerprint = key_at(0), .risk_id = key_at(5), .is_heir = true});
	claim(&w, 1, &(struct stored_risk){.fingerprint = key_at(1), .risk_id = key_at(1)});
	claim_by_links(&w, 1, &(struct key){.bytes = {0}});
	claim_by_links(&w, 1, &w.rows[0].risk_id);
	struct claims c = claims_of(&w);

	claims_drop_linked(&c, arena);
	assert_int_equal(c.n_rows, 3);
	assert_int_equal(c.rows[0].ordinal, 0);
	assert_int_equal(c.rows[1].claimed, CLAIMED_BY_NAME);
	assert_int_equal(c.rows[2].claimed, CLAIMED_BY_LINKS);
	assert_int_not_equal(key_cmp(&c.rows[2].risk_id, &c.rows[0].risk_id), 0);
}

/* By its id and by an alias: the group that the alias is of. */
static void test_drop__what_links_lead_another_one_to(void **state)
{
	struct world w = {.n_groups = 0};
	const struct key id = key_at(5);

	(void)state;
	add_group(&w, 0, "control:a");
	add_group(&w, 1, "control:b");
	claim_by_links(&w, 0, &id);
	claim_by_links(&w, 1, &id);
	w.rows[1].fingerprint = key_at(3);
	struct claims c = claims_of(&w);

	claims_drop_linked(&c, arena);
	assert_int_equal(c.n_rows, 1);
	assert_int_equal(c.rows[0].ordinal, 1);
}

/* --- random worlds --- */

static const char *const subjects[] = {"control:a", "control:b", "control:c"};

/* Some keys are risks, some lead to one, by an alias or as heirs, or do both. */
static void draw_stored(struct world *w)
{
	bool is_risk[N_KEYS];
	size_t risks[N_KEYS], n_risks = 0;

	for (size_t i = 0; i < N_KEYS; i++) {
		is_risk[i] = random_below(2);
		if (is_risk[i])
			risks[n_risks++] = i;
	}
	for (size_t i = 0; i < N_KEYS; i++) {
		const size_t to = n_risks ? risks[random_below((int)n_risks)] : i;

		if (n_risks && to != i && random_below(3) == 0)
			store(w->stored, &w->slice.n_stored, i, to, false);
		if (is_risk[i])
			store(w->stored, &w->slice.n_stored, i, i, false);
		if (n_risks && random_below(4) == 0)
			store(w->heirs, &w->slice.n_heirs, i,
			      risks[random_below((int)n_risks)], true);
	}
	for (size_t i = 0; i < n_risks; i++)
		w->places[w->n_places++] =
		        (struct risk_place){key_at(risks[i]), subjects[random_below(3)], "",
		                            random_below(4) == 0};
}

static void claim_by(struct world *w, size_t ordinal, const struct key *name)
{
	for (size_t i = 0; i < w->slice.n_heirs; i++)
		if (key_cmp(&w->heirs[i].fingerprint, name) == 0)
			claim(w, ordinal, &w->heirs[i]);
	for (size_t i = 0; i < w->slice.n_stored; i++)
		if (key_cmp(&w->stored[i].fingerprint, name) == 0) {
			claim(w, ordinal, &w->stored[i]); /* an alias goes first */
			return;
		}
}

static bool is_named(const struct world *w, const struct key *id)
{
	for (size_t i = 0; i < w->n_groups; i++)
		for (size_t k = 0; k < N_NAMES_MAX; k++)
			if (key_cmp(&w->former[i][k], id) == 0)
				return true;
	return false;
}

static void draw_groups(struct world *w)
{
	const size_t n = 1 + (size_t)random_below(N_GROUPS_MAX);
	const size_t first = (size_t)random_below(N_KEYS - N_GROUPS_MAX);

	for (size_t i = 0; i < n; i++)
		add_group(w, first + i, subjects[random_below(3)]);
	for (size_t i = 0; i < n; i++) {
		w->former[i][0] = w->groups[i].fingerprint;
		for (size_t k = 1; k < N_NAMES_MAX; k++)
			w->former[i][k] = key_at((size_t)random_below(N_KEYS));
		for (size_t k = 0; k < 1 + (size_t)random_below(N_NAMES_MAX); k++)
			claim_by(w, i, &w->former[i][k]);
	}
	/* No name of a group (correlate_links.c); an alias may lead another one there. */
	for (size_t i = 0; i < w->n_places; i++)
		for (int k = random_below(3); k && !is_named(w, &w->places[i].risk_id); k--)
			claim_by_links(w, (size_t)random_below((int)n),
			               &w->places[i].risk_id);
}

/* Under which id the group is written when it has no stored risk. */
static const struct key *new_id(const struct risk_group *g)
{
	return g->is_again ? &g->again : &g->fingerprint;
}

static void check(const struct world *w, const struct claims *c, int number)
{
	for (size_t i = 0; i < c->n_rows; i++)
		for (size_t k = i + 1; k < c->n_rows; k++)
			if (c->rows[i].ordinal != c->rows[k].ordinal &&
			    key_cmp(&c->rows[i].risk_id, &c->rows[k].risk_id) == 0)
				fail_msg("case %d: two groups have one risk", number);
	for (size_t i = 0; i < w->n_groups; i++) {
		if (row_of(c, i))
			continue;
		for (size_t k = 0; k < c->n_rows; k++)
			if (key_cmp(&c->rows[k].risk_id, new_id(&w->groups[i])) == 0)
				fail_msg("case %d: group %zu would be written as group "
				         "%zu's",
				         number, i, c->rows[k].ordinal);
		for (size_t k = 0; k < i; k++)
			if (!row_of(c, k) &&
			    key_cmp(new_id(&w->groups[k]), new_id(&w->groups[i])) == 0)
				fail_msg("case %d: two new groups of one id", number);
	}
}

static void test_settle__random(void **state)
{
	(void)state;
	random_begin(20261126);
	for (int i = 0; i < N_CASES; i++) {
		struct world w = {.n_groups = 0};
		size_t n;

		draw_stored(&w);
		draw_groups(&w);
		struct claims c = claims_of(&w);

		if (claims_in_dispute(&c, arena, &n))
			claims_settle(&c, w.places, w.n_places, arena);
		claims_drop_linked(&c, arena);
		check(&w, &c, i);
		arena_reset(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_settle__who_is_led_by_a_former_name),
	        cmocka_unit_test(test_settle__finds_what_it_named),
	        cmocka_unit_test(test_settle__a_name_that_was_given_up),
	        cmocka_unit_test(test_settle__an_heir_before_a_namesake),
	        cmocka_unit_test(test_settle__one_of_two_is_another_group_s),
	        cmocka_unit_test(test_dispute__none_where_each_has_its_own),
	        cmocka_unit_test(test_drop__what_another_one_has_by_name),
	        cmocka_unit_test(test_drop__what_links_lead_another_one_to),
	        cmocka_unit_test(test_settle__random),
	};

	arena = arena_new(1 << 16);
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_free(arena);
	return failed;
}
