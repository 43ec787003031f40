/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random histories of one asset: findings come and go, rules become other controls, people
 * link, split and unlink.  After each step each finding that is open is in one risk that
 * lives, ids lead to what goes on, what nobody moved is where it was, and scoring once more
 * writes nothing.  tests/integration/test_histories.sh walks the same way through the
 * programs; this one takes a moment.  ISOBAR_SEED=N repeats a run, ISOBAR_WORLD_TRACE=1 tells
 * what was found of each group.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity_world.h"
#include "support/random.h"

enum {
	N_WORLDS = 400,
	N_STEPS = 60,
	N_BROKEN_MAX = 16 /* docs/identity.md, known limit; 7 to 12 of 400 by the seed */
};

enum action {
	ACT_TIME,
	ACT_STATE,
	ACT_MOVE,
	ACT_LINK,
	ACT_SPLIT,
	ACT_UNLINK
};

static char last_step[200];

static const char *short_of(const struct key *k, char *room)
{
	char text[KEY_TEXT_MAX];

	snprintf(room, 5, "%.4s", key_text(k, text) + 19);
	return room;
}

static enum action act(struct world *w, int *finding)
{
	const int f = random_below(WORLD_FINDINGS);
	struct evidence *e = &w->findings[f];
	size_t risk;

	*finding = f;
	w->now += (1 + random_below(200)) * USEC_PER_HOUR;
	switch (random_below(10)) {
	case 0:
		snprintf(last_step, sizeof(last_step), "time");
		return ACT_TIME;
	case 1:
	case 2:
		e->state = e->state == FINDING_OPEN ? FINDING_RESOLVED : FINDING_OPEN;
		e->closed_at = e->state == FINDING_OPEN ? TIMESTAMP_NONE : w->now;
		e->run_id++;
		snprintf(last_step, sizeof(last_step), "%d is %s", f,
		         e->state == FINDING_OPEN ? "open" : "resolved");
		return ACT_STATE;
	case 3:
	case 4:
	case 5:
		risk = (size_t)random_below(WORLD_CONTROLS + 1);
		world_move_rule(w, f, (int)risk - 1);
		snprintf(last_step, sizeof(last_step), "rule of %d is control %d", f,
		         (int)risk - 1);
		return ACT_MOVE;
	case 6:
	case 7:
		risk = w->n_risks ? (size_t)random_below((int)w->n_risks) : 0;
		snprintf(last_step, sizeof(last_step), "link %d to %zu%s", f, risk,
		         world_link(w, f, risk) ? "" : ": refused");
		return ACT_LINK;
	case 8:
		snprintf(last_step, sizeof(last_step), "split %d%s", f,
		         world_split(w, f) ? "" : ": refused");
		return ACT_SPLIT;
	default:
		snprintf(last_step, sizeof(last_step), "unlink %d%s", f,
		         world_unlink(w, f) ? "" : ": refused");
		return ACT_UNLINK;
	}
}

/* --- what has to hold --- */

static void show(const char *name, const struct world *w)
{
	char one[8], two[8];

	print_message("%s\n", name);
	for (size_t i = 0; i < w->n_risks; i++) {
		const struct world_risk *r = &w->risks[i];

		print_message("  %zu %s %s state %d v%d band %d due %d:", i,
		              short_of(&r->id, one), r->subject, (int)r->row.state,
		              (int)r->row.version, (int)r->row.band,
		              r->row.due_at != TIMESTAMP_NONE);
		for (int f = 0; f < WORLD_FINDINGS; f++)
			if (world_has(r, &w->findings[f].finding_id))
				print_message(" %d", f);
		print_message("\n");
	}
	for (int f = 0; f < WORLD_FINDINGS; f++)
		print_message("  finding %d: %s, control %d\n", f,
		              w->findings[f].state == FINDING_OPEN ? "open" : "resolved",
		              w->control_of[f]);
	for (size_t i = 0; i < w->n_aliases; i++)
		print_message("  alias %s -> %s, %d\n",
		              short_of(&w->aliases[i].fingerprint, one),
		              short_of(&w->aliases[i].risk_id, two), w->aliases[i].reason);
	for (size_t i = 0; i < w->n_heirs; i++)
		print_message("  heir %s -> %s%s\n",
		              short_of(&w->heirs[i].fingerprint, one),
		              short_of(&w->heirs[i].risk_id, two),
		              w->heirs[i].is_origin ? ", origin" : "");
	for (size_t i = 0; i < w->n_links; i++)
		for (int f = 0; f < WORLD_FINDINGS; f++)
			if (key_cmp(&w->links[i].finding_id, &w->findings[f].finding_id) ==
			    0)
				print_message("  link %d to %s, kind %d\n", f,
				              short_of(&w->links[i].risk_id, one),
				              w->links[i].kind);
}

static const char *broken_findings(const struct world *w)
{
	for (int f = 0; f < WORLD_FINDINGS; f++) {
		int n = 0;

		for (size_t i = 0; i < w->n_risks; i++)
			n += w->risks[i].row.state != RISK_RESOLVED &&
			     world_has(&w->risks[i], &w->findings[f].finding_id);
		if (w->findings[f].state == FINDING_OPEN && n != 1)
			return n ? "a finding is in several risks"
			         : "a finding is in no risk";
	}
	for (size_t i = 0; i < w->n_risks; i++) {
		bool lives = false;

		for (int f = 0; f < WORLD_FINDINGS; f++)
			lives |= w->findings[f].state == FINDING_OPEN &&
			         world_has(&w->risks[i], &w->findings[f].finding_id);
		if (!lives && risk_state_is_open(w->risks[i].row.state))
			return "a risk is open and none of its findings is";
	}
	return NULL;
}

static const char *broken_names(const struct world *w)
{
	for (size_t i = 0; i < w->n_aliases; i++) {
		const struct world_alias *l = &w->aliases[i];
		const struct world_risk *own = world_risk_of(w, &l->fingerprint);
		const struct key end = world_leads(w, &l->fingerprint);

		if (!world_risk_of(w, &l->risk_id))
			return "an alias leads to nothing";
		if (key_cmp(&end, &l->fingerprint) == 0)
			return "an alias leads back";
		for (size_t k = 0; k < w->n_aliases; k++)
			if (key_cmp(&w->aliases[k].fingerprint, &end) == 0)
				return "aliases lead in a circle";
		if (own && own->row.state != RISK_RESOLVED)
			return "an alias leads away from a risk that lives";
	}
	return NULL;
}

static bool is_linked_to(const struct world *w, int finding, const struct key *risk_id)
{
	for (size_t i = 0; i < w->n_links; i++)
		if (w->links[i].kind >= 0 && key_cmp(&w->links[i].risk_id, risk_id) == 0 &&
		    key_cmp(&w->links[i].finding_id, &w->findings[finding].finding_id) == 0)
			return true;
	return false;
}

/* What nobody moved is where it was, or where that leads. */
static const char *broken_moves(const struct world *was, const struct world *w,
                                enum action action, int moved)
{
	if (action == ACT_LINK || action == ACT_SPLIT || action == ACT_UNLINK)
		return NULL;
	for (int f = 0; f < WORLD_FINDINGS; f++) {
		const struct world_risk *a = world_holder(was, f), *b = world_holder(w, f);

		if (!a || !b || key_cmp(&a->id, &b->id) == 0)
			continue;
		const struct key end = world_leads(w, &a->id);

		if (key_cmp(&end, &b->id) == 0)
			continue;
		if (action == ACT_MOVE && f == moved && world_risk_of(w, &a->id)->n_members)
			continue;
		/* Where a person has put it comes back to life. */
		if (is_linked_to(w, f, &b->id) && world_risk_of(was, &b->id) &&
		    world_risk_of(was, &b->id)->row.state == RISK_RESOLVED)
			continue;
		return "a finding went into another risk";
	}
	for (size_t i = 0; i < was->n_risks && action != ACT_MOVE; i++) {
		const struct world_risk *a = &was->risks[i], *b = &w->risks[i];
		const struct key end = world_leads(was, &a->id);

		if (b->row.state != RISK_RESOLVED && strcmp(a->subject, b->subject) != 0 &&
		    (a->row.state != RISK_RESOLVED || key_cmp(&end, &a->id) == 0))
			return "a risk is about something else";
	}
	return NULL;
}

static const char *broken_clocks(const struct world *was, const struct world *w)
{
	for (size_t i = 0; i < was->n_risks; i++) {
		const struct world_risk *a = &was->risks[i], *b = &w->risks[i];

		if (b->row.opened_at > a->row.opened_at &&
		    (a->row.state != RISK_RESOLVED || b->row.state == RISK_RESOLVED))
			return "a risk that lives was opened anew";
	}
	for (size_t i = 0; i < was->n_risks; i++) {
		const struct world_risk *a = &was->risks[i];
		const struct key end = world_leads(w, &a->id);
		const struct world_risk *b = world_risk_of(w, &end),
		                        *o = world_risk_of(was, &end);

		if (!risk_state_is_open(a->row.state) ||
		    !risk_state_is_open(b->row.state) || key_cmp(&a->id, &b->id) == 0 ||
		    (o && !risk_state_is_open(o->row.state)) || b->row.band < a->row.band ||
		    (o && b->row.band < o->row.band))
			continue;
		if (a->row.due_at != TIMESTAMP_NONE &&
		    (b->row.due_at == TIMESTAMP_NONE || b->row.due_at > a->row.due_at))
			return "a merged risk is due later";
	}
	return NULL;
}

/* What is split off from a risk that runs is due no later. */
static const char *broken_split(const struct world *was, const struct world *w, int finding)
{
	const struct world_risk *a = world_holder(was, finding);
	const struct world_risk *b = world_holder(w, finding);

	if (!a || !b || !risk_state_is_open(a->row.state) ||
	    !risk_state_is_open(b->row.state) || a->row.due_at == TIMESTAMP_NONE ||
	    b->row.band < a->row.band)
		return NULL;
	return b->row.due_at == TIMESTAMP_NONE || b->row.due_at > a->row.due_at
	               ? "what is split off is due later"
	               : NULL;
}

static const char *broken_step(const struct world *was, const struct world *w,
                               enum action action, int finding)
{
	const char *broken = broken_findings(w);

	if (!broken)
		broken = broken_names(w);
	if (!broken)
		broken = broken_moves(was, w, action, finding);
	if (!broken && action == ACT_SPLIT)
		broken = broken_split(was, w, finding);
	return broken ? broken : broken_clocks(was, w);
}

/* Returns what a step broke, with the world before and after printed; NULL: nothing. */
static const char *walk(int world, struct world *w, struct world *was, struct world *first)
{
	world_score(w);
	for (int step = 0; step < N_STEPS; step++) {
		const char *broken;
		int finding;

		world_copy(was, w);
		const enum action action = act(w, &finding);

		if (getenv("ISOBAR_WORLD_TRACE"))
			fprintf(stderr, "world %d, step %d: %s\n", world, step, last_step);
		w->now++;
		world_score(w);
		broken = broken_step(was, w, action, finding);
		world_copy(first, w);
		w->now++;
		world_score(w);
		/* A link to a risk that comes apart with the catalogue follows it a scoring later. */
		if (w->n_written && action == ACT_MOVE) {
			w->now++;
			world_score(w);
		}
		if (!broken && w->n_written)
			broken = "scored again, rows are written";
		if (!broken)
			continue;
		show("before", was);
		show("scored", first);
		show("scored again", w);
		print_message("world %d, step %d (%s): %s\n", world, step, last_step,
		              broken);
		return broken;
	}
	return NULL;
}

static void test_identity__goes_on_through_random_histories(void **state)
{
	struct world all[3]; /* the world, before a step, and when it was scored once */
	int n_broken = 0;

	(void)state;
	random_begin(20261126);
	for (int i = 0; i < N_WORLDS; i++) {
		for (int k = 0; k < 3; k++)
			world_begin(&all[k]);
		struct arena *texts[] = {all[0].texts, all[1].texts, all[2].texts};

		n_broken += walk(i, &all[0], &all[1], &all[2]) != NULL;
		for (int k = 0; k < 3; k++) {
			all[k].texts = texts[k];
			world_end(&all[k]);
		}
	}
	print_message("%d of %d histories of %d steps break a rule (limit %d)\n", n_broken,
	              N_WORLDS, N_STEPS, N_BROKEN_MAX);
	assert_true(n_broken <= N_BROKEN_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_identity__goes_on_through_random_histories),
	};
	int failed;

	if (world_setup() < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_teardown();
	return failed;
}
