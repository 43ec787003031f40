/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/subject.h"

#include "identity_world_private.h"
#include "scorer/identity_judge.h"

/* --- a change of identity --- */

static int by_risk(const void *pa, const void *pb)
{
	return key_cmp(&((const struct identity_risk *)pa)->risk_id,
	               &((const struct identity_risk *)pb)->risk_id);
}

/* As identity_write.sql. */
static void void_heirs(struct world *w, const struct identity_writes *found)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n_heirs; i++) {
		bool stays = true;

		for (size_t k = 0; k < found->n_heirs; k++)
			stays &= found->heirs[k].is_origin ||
			         key_cmp(&found->heirs[k].risk_id, &w->heirs[i].risk_id) !=
			                 0;
		if (!stays)
			continue;
		w->heir_from[kept] = w->heir_from[i];
		w->heirs[kept++] = w->heirs[i];
	}
	w->n_heirs = kept;
}

static void put_heir(struct world *w, const struct heir_row *row)
{
	size_t i = 0;

	while (i < w->n_heirs &&
	       (key_cmp(&w->heirs[i].fingerprint, &row->fingerprint) != 0 ||
	        key_cmp(&w->heirs[i].risk_id, &row->risk_id) != 0))
		i++;
	assert(i < WORLD_ROWS_MAX);
	w->n_heirs += i == w->n_heirs;
	w->heirs[i] = *row;
	w->heir_from[i] = w->now;
}

static void put_link(struct world *w, const struct key *finding, const struct key *risk,
                     int kind)
{
	assert(w->n_links < WORLD_ROWS_MAX);
	w->links[w->n_links++] = (struct world_link){*finding, *risk, kind, {{0}}};
}

static struct world_link *link_of(struct world *w, const struct key *finding)
{
	for (size_t i = 0; i < w->n_links; i++)
		if (w->links[i].kind >= 0 && key_cmp(&w->links[i].finding_id, finding) == 0)
			return &w->links[i];
	return NULL;
}

void world_move_rule(struct world *w, int finding, int control)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	struct identity_found found = {.most = 0};
	const struct identity_pass pass = {
	        .org = &world_org, .now = w->now, .found = &found};
	struct identity_risk *risks = ARENA_ARRAY(a, struct identity_risk, w->n_risks + 1);
	struct decision_input in = {.org = &world_org, .now = w->now};
	struct score_slice slice;
	struct identity_writes writes;

	w->control_of[finding] = control;
	w->now++; /* and it is scored later */
	for (size_t i = 0; i < w->n_risks; i++)
		risks[i] = (struct identity_risk){.risk_id = w->risks[i].id,
		                                  .opened_at = w->risks[i].row.opened_at,
		                                  .lives = w->risks[i].row.state !=
		                                           RISK_RESOLVED,
		                                  .subject = w->risks[i].subject,
		                                  .location = w->risks[i].location,
		                                  .members = w->risks[i].members,
		                                  .n_members = w->risks[i].n_members};
	qsort(risks, w->n_risks, sizeof(*risks), by_risk);
	in.now = w->now;
	world_group(w, &in, &slice, true, a);
	identity_judge(&pass, &in, risks, w->n_risks, a, &writes);
	void_heirs(w, &writes);
	for (size_t i = 0; i < writes.n_heirs; i++)
		put_heir(w, &writes.heirs[i]);
	for (size_t i = 0; i < writes.n_pins; i++)
		if (!link_of(w, &writes.pins[i].finding_id))
			put_link(w, &writes.pins[i].finding_id, &writes.pins[i].risk_id,
			         RISK_LINKED);
}

/* --- what people say --- */

/* The name under which findings are put into a risk: link_risk.sql. */
static struct key place_of(struct world *w, const struct world_risk *r)
{
	const struct world_link *best = NULL;

	for (size_t i = 0; i < r->n_members; i++) {
		const struct world_link *l = link_of(w, &r->members[i]);

		if (l && (!best || l->kind > best->kind))
			best = l;
	}
	return best ? best->risk_id : r->id;
}

static void end_link(struct world *w, const struct key *finding)
{
	struct world_link *l = link_of(w, finding);

	if (l)
		l->kind = -1;
}

bool world_link(struct world *w, int finding, size_t risk)
{
	const struct world_risk *r = &w->risks[risk];
	const struct key *f = &w->findings[finding].finding_id;

	if (r->row.state == RISK_RESOLVED || !r->n_members || world_has(r, f))
		return false;
	const struct key place = place_of(w, r);

	end_link(w, f);
	put_link(w, f, &place, RISK_LINKED);
	return true;
}

bool world_split(struct world *w, int finding)
{
	const struct world_risk *r = world_holder(w, finding);
	const struct key *f = &w->findings[finding].finding_id;
	char name[32];

	if (!r || r->n_members < 2)
		return false;
	snprintf(name, sizeof(name), "split:%zu", w->n_splits++);
	const struct key id =
	        fingerprint_of(&world_org, &w->findings[0].canonical_id, name, "");

	end_link(w, f);
	put_link(w, f, &id, RISK_SPLIT);
	w->links[w->n_links - 1].origin = r->id;
	return true;
}

bool world_unlink(struct world *w, int finding)
{
	const struct key *f = &w->findings[finding].finding_id;

	if (!link_of(w, f))
		return false;
	end_link(w, f);
	return true;
}
