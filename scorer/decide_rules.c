/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an org and its people have decided, applied to a risk on its way to a row: who
 * owns it, which windows measure it, what is muted, accepted or said to be false.  Pure.
 */
#include <string.h>

#include "decide_private.h"
#include "org_rules.h"

#define USEC_PER_DAY (24 * USEC_PER_HOUR)

static struct risk_view view_of(const struct org_rules *rules,
                                const struct asset_facts *asset, const struct risk_row *row)
{
	struct risk_view out = org_rules_asset_view(asset);

	out.band = row->band;
	out.subject = row->subject;
	out.location = row->location;
	out.class = (enum finding_class)row->class;
	out.responsibility = (enum verdict)row->responsibility;
	out.layer = row->layer;
	org_rules_frameworks(rules, row->control, &out);
	return out;
}

bool decision_mute(struct decision *d, struct risk_group *g,
                   const struct asset_facts *asset, const struct risk_row *row)
{
	const struct org_rules *rules = d->in->rules;
	struct risk_view view;
	bool muted = false;

	if (!rules->suppressions.n)
		return false;
	view = view_of(rules, asset, row);
	for (size_t i = 0; i < g->n_members; i++) {
		const struct evidence *e = g->members[i].e;

		if (e->state != FINDING_OPEN ||
		    !suppression_of(&rules->suppressions, &view, e->connector, e->rule,
		                    d->in->now))
			continue;
		struct evidence *copy = ARENA_NEW(d->a, struct evidence);

		*copy = *e;
		copy->state = FINDING_SUPPRESSED;
		g->members[i].e = copy;
		muted = true;
	}
	if (muted)
		risk_group_sort(g);
	return muted;
}

/* --- owner and clock --- */

/* A person's choice stands before the rules. */
static void find_owner(struct decision *d, struct draft *draft)
{
	const struct stored_risk *old = draft->old;
	struct risk_row *row = &draft->row;

	if (old && old->owner_basis == OWNER_BY_PERSON) {
		row->owner_id = old->owner_id;
		row->owner_basis = OWNER_BY_PERSON;
		draft->view.owner = old->owner;
		return;
	}
	const struct owner_rule *rule =
	        d->in->rules->owners.n
	                ? owner_of(d->in->org, &d->in->rules->owners, &draft->view, d->a)
	                : NULL;

	row->owner_id = rule ? rule->owner_id : 0;
	row->owner_basis = rule ? OWNER_BY_RULE : OWNER_BY_NOBODY;
	draft->view.owner = rule ? rule->owner : NULL;
}

static int64_t kev_allowance_of(const struct decision *d, const char *subject)
{
	const struct intel *intel = strncmp(subject, "cve:", 4) == 0
	                                    ? intel_find(d->in->scorer->intel, subject + 4)
	                                    : NULL;

	if (!intel || intel->kev_added == INTEL_NO_DAY || intel->kev_due == INTEL_NO_DAY ||
	    intel->kev_due <= intel->kev_added)
		return 0;
	return ((int64_t)intel->kev_due - intel->kev_added) * USEC_PER_DAY;
}

static timestamp first_seen_of(const struct risk_group *g)
{
	timestamp out = TIMESTAMP_NONE;

	for (size_t i = 0; g && i < g->n_members; i++) {
		const timestamp seen = g->members[i].e->first_seen;

		if (seen != TIMESTAMP_NONE && (out == TIMESTAMP_NONE || seen < out))
			out = seen;
	}
	return out;
}

void decision_govern(struct decision *d, struct draft *draft,
                     const struct asset_facts *asset)
{
	struct risk_clock_rules *clock = &draft->clock;

	draft->view = view_of(d->in->rules, asset, &draft->row);
	find_owner(d, draft);
	risk_clock_rules_of(&d->in->rules->policies, &draft->view, clock);
	clock->kev_allowance = kev_allowance_of(d, draft->row.subject);
	clock->first_seen = first_seen_of(draft->group);
}

bool decision_is_ruled(const struct draft *draft)
{
	const struct risk_row *row = &draft->row;

	for (int b = 0; b <= (int)row->band; b++)
		if (draft->clock.by_band[b]->digest)
			return true;
	return draft->clock.kev_allowance || row->owner_basis == OWNER_BY_RULE ||
	       row->accepted_by_rule;
}

uint64_t decision_rules_hash(const struct draft *draft)
{
	const struct risk_row *row = &draft->row;
	uint64_t h = hash_mix((uint64_t)row->owner_id, (uint64_t)row->owner_basis);
	uint64_t id;

	for (int b = 0; b <= (int)row->band; b++)
		h = hash_mix(h, (uint64_t)draft->clock.by_band[b]->digest);
	h = hash_mix(h, (uint64_t)draft->clock.kev_allowance);
	h = hash_mix(h, (uint64_t)draft->clock.first_seen);
	h = hash_mix(h, (uint64_t)row->reopens_at);
	memcpy(&id, row->acceptance_id.bytes, sizeof(id));
	return hash_mix(h, id);
}

/* --- decisions that end --- */

/*
 * Was the false positive said of it?  A full list may lack some: what was stored by then
 * was meant, too, unless another risk has just brought it here.
 */
static bool is_meant(const struct draft *draft, const struct evidence *e)
{
	const struct stored_risk *old = draft->old;

	if (old->n_evidence >= RISK_MEMBERS_MAX && draft->n_stored == 1 &&
	    e->stored_at <= old->claimed_at)
		return true;
	for (size_t i = 0; i < old->n_evidence; i++)
		if (key_cmp(&old->evidence[i], &e->finding_id) == 0)
			return true;
	return false;
}

/* Is there an open finding that the false positive was not said of? */
static bool has_new_evidence(const struct draft *draft)
{
	const struct risk_group *g = draft->group;

	if (!g || !draft->old->n_evidence)
		return false;
	for (size_t i = 0; i < g->n_members; i++)
		if (g->members[i].e->state == FINDING_OPEN &&
		    !is_meant(draft, g->members[i].e))
			return true;
	return false;
}

static void accept(struct draft *draft, const struct acceptance *x)
{
	draft->row.has_acceptance = true;
	draft->row.acceptance_id = x->id;
	draft->row.accepted_by_rule = true;
	draft->fate.reopens_at = x->ends_at;
}

static void keep_acceptance(struct draft *draft)
{
	const struct stored_risk *old = draft->old;

	draft->row.has_acceptance = old->has_acceptance;
	draft->row.acceptance_id = old->acceptance_id;
	draft->row.accepted_by_rule = old->accepted_by_rule;
	draft->fate.reopens_at = old->reopens_at;
}

static void move(struct draft *draft, enum risk_state to, const char *reason)
{
	if (!draft->fate.reason)
		draft->fate.reason = reason;
	else
		draft->then_reason = reason;
	draft->fate.state = to;
}

/*
 * Who moves a risk, or sweeps it, may have told of the end of an acceptance since this
 * batch began; before that end it would accept the risk again.
 */
static timestamp known_until(const struct decision *d, const struct draft *draft)
{
	const struct stored_risk *old = draft->old;

	return old && old->rank_since > d->in->now ? old->rank_since : d->in->now;
}

/* It turns out to be one with a risk that nobody has accepted. */
static bool meets_open_one(const struct draft *draft)
{
	for (size_t i = 0; i < draft->n_stored; i++)
		if (&draft->stored[i] != draft->old &&
		    risk_state_is_open(draft->stored[i].state))
			return true;
	return false;
}

void decision_follow(struct decision *d, struct draft *draft)
{
	const struct acceptance_rules *rules = &d->in->rules->acceptances;
	struct fate *fate = &draft->fate;
	const struct sla_policy *policy = draft->clock.by_band[draft->row.band];
	const struct acceptance *x =
	        rules->n ? acceptance_of(rules, &draft->view, &draft->row.risk_id,
	                                 draft->row.has_fix ? &draft->row.fix_id : NULL,
	                                 policy->acceptance_max, known_until(d, draft))
	                 : NULL;

	fate->reopens_at = TIMESTAMP_NONE;
	if (fate->state == RISK_FALSE_POSITIVE && has_new_evidence(draft))
		move(draft, RISK_OPEN, "new_evidence");
	if (fate->state == RISK_ACCEPTED) {
		if (!draft->old->accepted_by_rule && meets_open_one(draft))
			move(draft, RISK_OPEN, "new_evidence");
		else if (!draft->old->accepted_by_rule)
			keep_acceptance(draft);
		else if (x)
			accept(draft, x);
		else
			move(draft, RISK_OPEN, "acceptance_revoked");
	} else if (x && risk_state_is_open(fate->state)) {
		accept(draft, x);
		move(draft, RISK_ACCEPTED, "acceptance_rule");
	}
	draft->row.reopens_at = fate->reopens_at;
}
