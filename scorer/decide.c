/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From groups of findings and the risks stored before to the rows that are to be
 * written.  Pure: time is an argument.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "decide_private.h"

const struct asset_facts *decision_asset(const struct decision_input *in,
                                         const struct key *asset_id)
{
	size_t low = 0, high = in->n_assets;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&in->assets[mid].asset_id, asset_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	assert(low < in->n_assets); /* findings and assets are read by one snapshot */
	return &in->assets[low];
}

static uint64_t mix_bytes(uint64_t h, const void *data, size_t size)
{
	const unsigned char *p = data;
	uint64_t word;

	for (; size >= 8; size -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = hash_mix(h, word);
	}
	word = size;
	for (; size; size--, p++)
		word = (word << 8) | *p;
	return hash_mix(h, word);
}

static uint64_t mix_text(uint64_t h, const char *s)
{
	return mix_bytes(h, s, strlen(s));
}

/* Over all that scoring decides, so that an equal hash means nothing to write. */
static int64_t hash_of(const struct risk_row *r)
{
	uint64_t h = 0x6973626172u;

	h = mix_bytes(h, &r->asset_id, sizeof(r->asset_id));
	h = hash_mix(h, (uint64_t)r->n_findings);
	h = hash_mix(h, (uint64_t)r->class << 32 | (uint64_t)r->responsibility << 16 |
	                        (uint64_t)(r->layer + 1));
	h = hash_mix(h, (uint64_t)r->state << 32 | (uint64_t)r->proof_run_id);
	h = mix_text(h, r->subject);
	h = mix_text(h, r->location);
	h = mix_text(h, r->title);
	h = mix_text(h, r->control);
	h = mix_text(h, r->category);
	h = mix_bytes(h, r->source_ids, r->n_source_ids * sizeof(*r->source_ids));
	h = mix_bytes(h, r->inputs, sizeof(r->inputs));
	h = mix_bytes(h, r->points, sizeof(r->points));
	h = mix_bytes(h, r->basis, sizeof(r->basis));
	h = mix_bytes(h, r->witness, sizeof(r->witness));
	h = mix_bytes(h, r->members, r->n_members * sizeof(*r->members));
	h = mix_bytes(h, r->reasons, r->n_members * sizeof(*r->reasons));
	if (r->elements)
		h = hash_mix(h, (uint64_t)r->elements);
	/* The score is the sum of the points; its band is the model's to say. */
	if (r->band != band_of_score(r->score))
		h = hash_mix(h, (uint64_t)r->band + 1);
	h = mix_bytes(h, &r->fix_id, sizeof(r->fix_id));
	return (int64_t)h;
}

static int by_number(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

void decision_sources(struct risk_row *row, int64_t *ids, size_t n)
{
	size_t kept = 0;

	qsort(ids, n, sizeof(*ids), by_number);
	for (size_t i = 0; i < n; i++)
		if (!kept || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	row->source_ids = ids;
	row->n_source_ids = kept;
}

/* Of the members that count. */
static void fill_sources(struct risk_row *row, const struct risk_group *g, size_t n,
                         struct arena *a)
{
	int64_t *ids = ARENA_ARRAY(a, int64_t, n);

	for (size_t i = 0; i < n; i++)
		ids[i] = g->members[i].e->source_id;
	decision_sources(row, ids, n);
}

static void fill_members(struct risk_row *row, const struct risk_group *g, struct arena *a)
{
	const size_t n = g->n_members < RISK_MEMBERS_MAX ? g->n_members : RISK_MEMBERS_MAX;
	struct key *members = ARENA_ARRAY(a, struct key, n);
	int16_t *reasons = ARENA_ARRAY(a, int16_t, n);

	for (size_t i = 0; i < n; i++) {
		members[i] = g->members[i].e->finding_id;
		reasons[i] = (int16_t)g->members[i].reasons;
	}
	row->members = members;
	row->reasons = reasons;
	row->n_members = n;
}

void decision_score(struct risk_row *row, const struct score *score,
                    const struct score_inputs *inputs)
{
	row->score = score->total;
	row->band = score->band;
	inputs_to_row(inputs, row->inputs);
	for (int i = 0; i < N_FACTORS; i++)
		row->points[i] = (int16_t)score->points[i];
}

static void fill_score(struct risk_row *row, const struct score *score,
                       const struct gathered *gathered)
{
	decision_score(row, score, &gathered->inputs);
	for (int i = 0; i < N_INPUTS; i++) {
		const int witness = gathered->witness[i];

		row->basis[i] = (uint8_t)gathered->basis[i];
		row->witness[i] = (uint8_t)(witness >= 0 && witness < RISK_MEMBERS_MAX
		                                    ? witness
		                                    : RISK_WITNESS_NONE);
	}
	row->responsibility = (int)gathered->responsibility.verdict;
	row->layer = (int)gathered->responsibility.layer;
	row->category = gathered->category->name;
}

/* The ledger after this decision: stored segments and the new ones. */
static size_t ledger_after(const struct decision *d, const struct former_risk *former,
                           const struct draft *draft, enum band band,
                           struct risk_clock_segment **out)
{
	const struct fate *fate = &draft->fate;
	size_t n = former->n_segments;
	struct risk_clock_segment *all =
	        ARENA_ARRAY(d->a, struct risk_clock_segment, n + 2);

	if (n)
		memcpy(all, former->segments, n * sizeof(*all));
	if (fate->clock_mode >= 0)
		all[n++] =
		        (struct risk_clock_segment){.from = draft->at,
		                                    .mode = (enum sla_mode)fate->clock_mode,
		                                    .band = band,
		                                    .due_at = TIMESTAMP_NONE};
	if (fate->clock_mode >= 0 && fate->resumes)
		all[n++] = (struct risk_clock_segment){.from = fate->reopens_at,
		                                       .mode = SLA_MODE_RUNNING,
		                                       .band = band,
		                                       .due_at = TIMESTAMP_NONE};
	*out = all;
	return n;
}

static void fill_clock(struct decision *d, struct risk_row *row, const struct draft *draft,
                       const struct former_risk *former)
{
	struct risk_clock_segment *ledger;
	const size_t n = ledger_after(d, former, draft, row->band, &ledger);
	struct risk_times times;

	risk_times_of(&draft->clock, ledger, n, row->state, row->reopens_at, draft->at,
	              &times);
	row->rank = risk_rank(row->band, times.clock.sla.state, row->score);
	row->due_at = times.clock.sla.due_at;
	row->policy_id = times.clock.policy ? times.clock.policy->id : 0;
	row->next_crossing_at = times.next_crossing_at;
	row->soon_at = times.soon_at;
	row->warn_at = times.warn_at;
	row->band_since = times.clock.band_since;
	row->rank_since = draft->at;
}

static struct risk_event *add_event(struct decision *d, const struct risk_row *row,
                                    enum risk_event_kind kind, const char *reason)
{
	struct risk_event *e = &d->out->events[d->out->n_events++];

	*e = (struct risk_event){.row = row,
	                         .kind = kind,
	                         .at = row->rank_since,
	                         .state = row->state,
	                         .band = row->band,
	                         .score = row->score,
	                         .due_at = row->due_at,
	                         .reason = reason,
	                         .run_id = row->proof_run_id};
	return e;
}

/* What the sweep did not come to: the row that is written now knows nothing of it. */
static void add_passed(struct decision *d, const struct risk_row *row,
                       const struct draft *draft, const struct former_risk *former)
{
	const struct stored_risk *old = draft->old;
	const struct risk_unswept before = {.next_crossing_at = old->next_crossing_at,
	                                    .warn_at = old->warn_at,
	                                    .state = old->state,
	                                    .reopens_at = old->reopens_at,
	                                    .rules = &draft->clock,
	                                    .segments = former->segments,
	                                    .n_segments = former->n_segments};
	struct risk_crossing passed[RISK_CROSSINGS_MAX];
	const size_t n = risk_crossings_passed(&before, draft->at, d->a, passed);

	for (size_t i = 0; i < n; i++) {
		struct risk_event *e = add_event(d, row, passed[i].kind, passed[i].reason);

		e->at = passed[i].at;
		e->state = passed[i].state;
		e->band = old->band;
		e->score = old->score;
		e->due_at = old->due_at;
		e->run_id = 0;
		e->has_cause = old->has_acceptance &&
		               (e->kind == EVENT_STATE || e->kind == EVENT_ENDS_SOON);
		e->cause_id = old->acceptance_id;
	}
}

static void add_change(struct decision *d, const struct risk_row *row,
                       const struct draft *draft)
{
	const struct fate *fate = &draft->fate;
	const bool is_parted = fate->reopened && draft->old->has_merged_into;
	struct risk_event *e =
	        add_event(d, row,
	                  fate->reopened                ? EVENT_REOPENED
	                  : row->state == RISK_RESOLVED ? EVENT_RESOLVED
	                                                : EVENT_STATE,
	                  is_parted ? "unlinked" : fate->reason); /* read by as_of_risk */

	if (draft->then_reason) {
		e->state = RISK_OPEN;
		e = add_event(d, row, EVENT_STATE, draft->then_reason);
	}
	e->has_cause = row->has_acceptance;
	e->cause_id = row->acceptance_id;
}

static void add_events(struct decision *d, const struct risk_row *row,
                       const struct draft *draft, const struct former_risk *former)
{
	const struct stored_risk *old = draft->old;
	const struct fate *fate = &draft->fate;

	if (old && old->n_segments)
		add_passed(d, row, draft, former);
	if (fate->reason)
		add_change(d, row, draft);
	if (!old)
		return; /* "opened" goes without saying */
	if (row->band != old->band)
		add_event(d, row, EVENT_BAND,
		          row->band > old->band ? "band_up" : "band_down");
	if (row->owner_id != old->owner_id)
		add_event(d, row, EVENT_OWNER, "owner_rule");
	if (row->due_at != old->due_at && !fate->reason)
		add_event(d, row, EVENT_DUE,
		          *fate->clock_reason ? fate->clock_reason : "policy_changed");
}

static void fill_identity(struct risk_row *row, const struct risk_group *g)
{
	row->asset_id = g->asset_id;
	row->subject = g->subject;
	row->location = g->location;
	row->control = g->control ? g->control->id : "";
	row->title = g->control ? g->control->title : risk_group_lead(g)->title;
	row->class = g->control ? g->control->class : (int)risk_group_lead(g)->class;
}

struct former_risk decision_former(const struct stored_risk *s, struct arena *a)
{
	struct risk_clock_segment *segments =
	        ARENA_ARRAY(a, struct risk_clock_segment, s->n_segments + 1);

	for (size_t i = 0; i < s->n_segments; i++)
		segments[i] = (struct risk_clock_segment){
		        .from = s->segments[i].from,
		        .mode = (enum sla_mode)s->segments[i].mode,
		        .band = (enum band)s->segments[i].band,
		        .due_at = s->segments[i].due_at};
	return (struct former_risk){.state = s->state,
	                            .band = s->band,
	                            .score = s->score,
	                            .due_at = s->due_at,
	                            .segments = segments,
	                            .n_segments = s->n_segments};
}

/* What a written row means for the counters of the queues. */
static void count_row(struct decision *d, const struct risk_row *row,
                      const struct stored_risk *stored)
{
	struct score_counts *c = &d->out->counts;

	c->n[row->band][row->state][row->responsibility]++;
	if (!stored)
		return;
	c->n[stored->band][stored->state][stored->responsibility]--;
	d->out->has_known = true;
}

static void mark_fix(struct decision *d, const struct fix *f, const struct key *risk_id,
                     bool is_told)
{
	d->out->fixes[d->out->n_fixes++] =
	        (struct fix_mark){.fix = *f,
	                          .parts = UINT64_C(1) << (risk_id->bytes[0] >> 2),
	                          .is_told = is_told};
}

/* The fixes that a row to be written counts for, and counted for until now. */
static void mark_fixes(struct decision *d, const struct risk_row *row, const struct fix *f,
                       const struct stored_risk *stored)
{
	if (row->has_fix)
		mark_fix(d, f, &row->risk_id, true);
	if (!stored || !stored->has_fix ||
	    (row->has_fix && key_cmp(&stored->fix_id, &row->fix_id) == 0))
		return;
	mark_fix(d, &(struct fix){.id = stored->fix_id, .account = "", .subject = ""},
	         &row->risk_id, false);
}

/* The level of the paths that a risk is a member of, or of one beside its asset. */
static enum path_level path_level_of(const struct decision_input *in,
                                     const struct key *asset_id, const struct key *risk_id)
{
	static const struct key all_risks;
	size_t low = 0, high = in->n_levels;
	int level = PATH_NONE;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&in->levels[mid].asset_id, asset_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < in->n_levels && key_cmp(&in->levels[low].asset_id, asset_id) == 0;
	     low++) {
		const struct stored_path_level *l = &in->levels[low];

		if (l->level > level && (key_cmp(&l->risk_id, &all_risks) == 0 ||
		                         key_cmp(&l->risk_id, risk_id) == 0))
			level = l->level;
	}
	return (enum path_level)level;
}

/* A person has given it back: it is still whose it was. */
static bool is_left_to_rules(const struct stored_risk *old)
{
	return old->owner_basis == OWNER_BY_NOBODY && old->owner_id;
}

void decision_add(struct decision *d, const struct draft *draft)
{
	const struct stored_risk *old = draft->old;
	struct draft kept = *draft;
	struct risk_row *row = &kept.row;
	enum risk_state was = RISK_OPEN;

	if (old)
		was = risk_state_at(old->state, old->reopens_at, d->in->now);
	row->risk_id = old ? old->risk_id : draft->fingerprint;
	row->is_new = !old;
	kept.fate = fate_of_state(&draft->facts, old ? &was : NULL);
	decision_follow(d, &kept);
	row->state = kept.fate.state;
	row->resolved_at = TIMESTAMP_NONE;
	if (row->state == RISK_RESOLVED)
		row->proof_run_id = draft->facts.proof_run_id;
	row->state_hash = hash_of(row);
	if (decision_is_ruled(&kept))
		row->state_hash = (int64_t)hash_mix((uint64_t)row->state_hash,
		                                    decision_rules_hash(&kept));
	/* An explanation names its model.  One that is only tried is not written, so its name
	 * is no difference. */
	if (d->in->scorer->own_model)
		row->state_hash = (int64_t)mix_text((uint64_t)row->state_hash,
		                                    d->in->scorer->own_model);
	/* The clock follows from what is hashed: it goes on as it was. */
	if (old && old->state_hash == row->state_hash && was == old->state &&
	    draft->n_stored == 1 && !is_left_to_rules(old))
		return;
	if (decision_is_over_already(draft, row))
		return;
	struct draft *copy = ARENA_NEW(d->a, struct draft);

	*copy = kept;
	d->drafts[d->n_drafts++] = copy;
}
/* Inputs and score of a group, in the draft and its row. */
static void score_draft(struct decision *d, const struct risk_group *g,
                        const struct asset_view *asset, struct draft *draft)
{
	const struct scorer *s = d->in->scorer;
	struct gathered gathered =
	        gather_inputs(&s->responsibility, d->in->severity, s->intel, g, asset);

	gathered.inputs.path = path_level_of(
	        d->in, &g->asset_id, draft->old ? &draft->old->risk_id : &g->fingerprint);
	const struct score score = score_of(s->model, &gathered.inputs);

	fill_identity(&draft->row, g);
	fill_score(&draft->row, &score, &gathered);
	draft->verdict = gathered.responsibility.verdict;
	draft->row.has_fix =
	        fix_of_group(d->in->org, g, asset, &gathered.responsibility, &draft->fix);
	draft->row.fix_id = draft->row.has_fix ? draft->fix.id : (struct key){{0}};
	draft->row.elements =
	        toxic_elements_of(s->toxic, g, gathered.category, &gathered.inputs, &score);
}

static void decide_group(struct decision *d, struct risk_group *g,
                         const struct asset_view *asset, struct stored_risk *stored,
                         size_t n_stored)
{
	struct draft draft = {.facts = facts_of(g),
	                      .fingerprint = g->is_again ? g->again : g->fingerprint,
	                      .group = g,
	                      .stored = stored};

	const bool is_over =
	        draft.facts.state != FACTS_LIVE && draft.facts.state != FACTS_MUTED;

	draft.n_stored = decision_claims(stored, n_stored, g, is_over, &draft.origin);
	draft.old = decision_survivor(stored, draft.n_stored);
	if (draft.old)
		draft.origin = NULL;

	if (!draft.old && is_over)
		return;
	score_draft(d, g, asset, &draft);
	if (decision_mute(d, g, asset->facts, &draft.row)) {
		draft.facts = facts_of(g);
		score_draft(d, g, asset, &draft);
	}
	draft.row.n_findings = draft.facts.n_open ? draft.facts.n_open : (int)g->n_members;
	fill_sources(&draft.row, g, (size_t)draft.row.n_findings, d->a);
	fill_members(&draft.row, g, d->a);
	decision_govern(d, &draft, asset->facts);
	decision_add(d, &draft);
}

/*
 * Stored risks of a group beside the survivor: their fingerprints lead to it from
 * now on, and they end here.
 */
static void retire_others(struct decision *d, const struct draft *draft,
                          const struct stored_risk *kept, const struct risk_row *model)
{
	for (size_t i = 0; i < draft->n_stored; i++) {
		const struct stored_risk *s = &draft->stored[i];

		if (s == kept)
			continue;
		decision_put_alias(d, &s->risk_id, &kept->risk_id,
		                   decision_alias_reason(s, kept));
		if (s->state == RISK_RESOLVED)
			continue;
		struct risk_row *row = &d->out->rows[d->out->n_rows++];

		*row = *model;
		row->risk_id = s->risk_id;
		row->version = s->version;
		row->former = s;
		row->former_kind = score_kind(s->band, s->state, s->responsibility);
		row->state = RISK_RESOLVED;
		row->opened_at = s->opened_at;
		row->resolved_at = draft->at;
		row->next_crossing_at = row->soon_at = row->warn_at = TIMESTAMP_NONE;
		row->reopens_at = TIMESTAMP_NONE;
		row->has_acceptance = row->accepted_by_rule = row->resumes = false;
		row->n_findings = (int)draft->group->n_members;
		row->n_members = 0; /* they are the other one's */
		row->band_since = s->band_since;
		row->n_taken = 0;
		row->clock_mode = SLA_MODE_STOPPED;
		row->clock_reason = "merged";
		row->has_fix = false;
		row->fix_id = (struct key){{0}};
		row->state_hash = hash_of(row);
		count_row(d, row, s);
		mark_fixes(d, row, NULL, s);
		add_event(d, row, EVENT_MERGED, "merged");
	}
}

/* Gives a draft its clock, times and events against what is stored, and adds its row. */
static void settle(struct decision *d, struct draft *draft)
{
	const struct stored_risk *old = draft->old;
	struct risk_row *row = &d->out->rows[d->out->n_rows++];
	struct fate *fate = &draft->fate;
	const struct former_risk former =
	        decision_former(old ? old : &(struct stored_risk){.segments = NULL}, d->a);
	struct former_risk clock = former;

	*row = draft->row;
	decision_take_over(d, draft, row, &clock);
	fate_clock(fate, old ? &clock : NULL, draft->verdict, row->band, draft->at);
	row->clock_mode = fate->clock_mode;
	row->clock_reason = fate->clock_reason;
	row->resumes = fate->clock_mode >= 0 && fate->resumes;
	if (old) {
		row->version = old->version;
		row->former = old;
		row->former_kind = score_kind(old->band, old->state, old->responsibility);
	}
	if (row->state == RISK_RESOLVED)
		row->resolved_at =
		        old->resolved_at != TIMESTAMP_NONE ? old->resolved_at : draft->at;
	row->opened_at = old && (!fate->reopened || old->has_merged_into) ? old->opened_at
	                                                                  : draft->at;
	row->path_mark = (row->elements | (old ? old->elements : 0)) != 0;
	fill_clock(d, row, draft, &clock);
	count_row(d, row, old);
	mark_fixes(d, row, &draft->fix, old);
	add_events(d, row, draft, &former);
	if (!draft->group)
		return;
	d->first_alias = d->out->n_aliases;
	decision_aliases(d, draft);
	if (draft->n_stored > 1)
		retire_others(d, draft, old, row);
}

static int by_risk(const void *a, const void *b)
{
	return key_cmp(&(*(const struct risk_row *const *)a)->risk_id,
	               &(*(const struct risk_row *const *)b)->risk_id);
}

/* Sorted by key, so that the index of the key grows in order; events keep their rows. */
static void sort_rows(struct score_writes *w, struct arena *a)
{
	struct risk_row **order = ARENA_ARRAY(a, struct risk_row *, w->n_rows + 1);
	struct risk_row *sorted = ARENA_ARRAY(a, struct risk_row, w->n_rows + 1);

	for (size_t i = 0; i < w->n_rows; i++)
		order[i] = &w->rows[i];
	qsort(order, w->n_rows, sizeof(*order), by_risk);
	for (size_t i = 0; i < w->n_rows; i++)
		sorted[i] = *order[i];
	w->rows = sorted; /* events point into the old array, which lives as long */
}

static int by_fix(const void *pa, const void *pb)
{
	const struct fix_mark *a = pa, *b = pb;
	const int d = key_cmp(&a->fix.id, &b->fix.id);

	return d ? d : b->is_told - a->is_told;
}

/* Each fix once, told when any row tells of it. */
static void join_marks(struct score_writes *w)
{
	size_t n = 0;

	qsort(w->fixes, w->n_fixes, sizeof(*w->fixes), by_fix);
	for (size_t i = 0; i < w->n_fixes; i++) {
		if (!n || key_cmp(&w->fixes[n - 1].fix.id, &w->fixes[i].fix.id) != 0)
			w->fixes[n++] = w->fixes[i];
		else
			w->fixes[n - 1].parts |= w->fixes[i].parts;
	}
	w->n_fixes = n;
}

static void decide_groups(struct decision *d, size_t *at)
{
	const struct decision_input *in = d->in;

	for (size_t i = 0; i < in->n_groups;) {
		const struct risk_group *first = &in->groups[i];
		size_t end = i + 1;

		while (end < in->n_groups &&
		       key_cmp(&in->groups[end].asset_id, &first->asset_id) == 0)
			end++;
		const struct asset_view asset =
		        asset_view_of(&in->scorer->responsibility,
		                      decision_asset(in, &first->asset_id), first, end - i);

		for (; i < end; i++) {
			size_t n = 0;

			while (*at + n < in->n_stored && in->stored[*at + n].ordinal == i)
				n++;
			decide_group(d, &in->groups[i], &asset, in->stored + *at, n);
			*at += n;
		}
	}
}

struct decision *decide_begin(const struct decision_input *in, struct arena *a)
{
	struct decision *d = ARENA_NEW(a, struct decision);
	size_t at = 0;

	assert(in->rules);
	d->in = in;
	d->a = a;
	d->drafts = ARENA_ARRAY(a, struct draft *, in->n_groups + in->n_paths + 1);
	decide_groups(d, &at);
	decide_paths(d, in->stored + at, in->n_stored - at);
	return d;
}

struct stored_risk **decide_ledgers(const struct decision *d, struct arena *a,
                                    size_t *n_out)
{
	struct stored_risk **out =
	        ARENA_ARRAY(a, struct stored_risk *, d->in->n_stored + 1);
	size_t n = 0;

	for (size_t i = 0; i < d->n_drafts; i++)
		for (size_t k = 0; k < d->drafts[i]->n_stored; k++)
			out[n++] = &d->drafts[i]->stored[k];
	for (size_t i = 0; i < d->n_drafts; i++)
		if (d->drafts[i]->origin)
			out[n++] = d->drafts[i]->origin;
	*n_out = n;
	return out;
}

static bool has_unswept(const struct draft *draft)
{
	const struct stored_risk *old = draft->old;
	const timestamp at = draft->at;

	return old &&
	       ((old->next_crossing_at != TIMESTAMP_NONE && old->next_crossing_at <= at) ||
	        (old->warn_at != TIMESTAMP_NONE && old->warn_at <= at));
}

void decide_end(struct decision *d, struct score_writes *out)
{
	size_t room = d->n_drafts + 1, n_events = 0;

	for (size_t i = 0; i < d->n_drafts; i++) {
		d->drafts[i]->at = decision_time(d, d->drafts[i]);
		room += d->drafts[i]->n_stored;
		n_events += has_unswept(d->drafts[i]) ? RISK_CROSSINGS_MAX : 0;
	}
	*out = (struct score_writes){
	        .rows = ARENA_ARRAY(d->a, struct risk_row, room),
	        .events = ARENA_ARRAY(d->a, struct risk_event, 5 * room + n_events),
	        .aliases = ARENA_ARRAY(d->a, struct risk_alias_row, 2 * room),
	        .fixes = ARENA_ARRAY(d->a, struct fix_mark, 2 * room)};
	d->out = out;
	for (size_t i = 0; i < d->n_drafts; i++)
		settle(d, d->drafts[i]);
	sort_rows(out, d->a);
	join_marks(out);
}
