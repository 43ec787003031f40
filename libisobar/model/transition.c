/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions of people.  The ways from state to state are the table's (risk.c); here is
 * what each of its rows does to the ledger and what it leaves behind.
 */
#include "model/transition.h"

#include <assert.h>
#include <string.h>

#include "base/attr.h"

/* What a row of the table for people leaves behind, beside its event. */
struct effect {
	const char *reason; /* of the row */
	enum risk_claim claim;
	bool needs_cause;
};

static const struct effect effects[] = {
        {"taken_up", CLAIM_WORKS_ON, false},
        {"put_back", CLAIM_PUT_BACK, false},
        {"said_fixed", CLAIM_SAYS_FIXED, false},
        {"accepted", CLAIM_NONE, true},
        {"acceptance_withdrawn", CLAIM_NONE, true},
        {"false_positive", CLAIM_FALSE_POSITIVE, false},
        {"false_positive_withdrawn", CLAIM_WITHDRAWN, false},
};

static const struct effect *effect_of(const char *reason)
{
	for (size_t i = 0; i < N_ELEMENTS(effects); i++)
		if (strcmp(effects[i].reason, reason) == 0)
			return &effects[i];
	return NULL;
}

unsigned int transition_allowed(enum risk_state from)
{
	unsigned int out = 0;

	for (size_t i = 0; i < n_risk_transitions; i++) {
		const struct risk_transition *t = &risk_transitions[i];

		if (t->from == from && t->actor == ACTOR_HUMAN &&
		    !effect_of(t->reason)->needs_cause)
			out |= 1u << t->to;
	}
	return out;
}

const char *const *transition_allowed_names(enum risk_state from, struct arena *a)
{
	const unsigned int allowed = transition_allowed(from);
	const char **out = ARENA_ARRAY(a, const char *, N_RISK_STATES + 1);
	size_t n = 0;

	for (int state = 0; state < N_RISK_STATES; state++)
		if (allowed & 1u << state)
			out[n++] = risk_state_name((enum risk_state)state);
	return out;
}

const char *transition_outcome_text(enum transition_outcome outcome)
{
	switch (outcome) {
	case TRANSITION_DONE:
		return "is done";
	case TRANSITION_SAME:
		return "is so already";
	case TRANSITION_REFUSED:
		return "cannot go there from its state";
	case TRANSITION_HELD:
		return "is claimed by somebody else";
	case TRANSITION_TOO_EARLY:
		return "is not due earlier than that";
	case TRANSITION_NO_CAUSE:
		return "goes there only by an approval";
	case TRANSITION_TOO_LONG:
		return "may not be accepted for so long in its band";
	}
	return "";
}

/* --- the ledger --- */

/* The segments that stay; those with which an acceptance would end are the last. */
static size_t n_begun(const struct transition_risk *r)
{
	size_t n = r->n_segments;

	if (r->reopens_at == TIMESTAMP_NONE)
		return n;
	while (n > 1 && r->segments[n - 1].from >= r->reopens_at)
		n--;
	return n;
}

/* Clocks of several machines decide: no segment begins before the one before it. */
static timestamp begin_of(const struct transition_risk *r, timestamp now)
{
	const timestamp last = r->segments[n_begun(r) - 1].from;

	return last > now ? last : now;
}

static void add_segment(const struct transition_risk *r, struct transition *out,
                        const struct risk_clock_segment *segment, const char *reason)
{
	const int number = r->last_segment + 1 + (int)out->n_segments;

	assert(out->n_segments < TRANSITION_SEGMENTS_MAX);
	out->segments[out->n_segments++] = (struct transition_segment){
	        .segment = *segment, .number = number, .reason = reason};
}

/* As the ledger will be. */
static void set_clock(const struct transition_risk *r, struct transition *t,
                      struct arena *a)
{
	size_t n = t->drops_end ? n_begun(r) : r->n_segments;
	struct risk_clock_segment *all =
	        ARENA_ARRAY(a, struct risk_clock_segment, n + t->n_segments);
	struct risk_times times;

	memcpy(all, r->segments, n * sizeof(*all));
	for (size_t i = 0; i < t->n_segments; i++)
		all[n++] = t->segments[i].segment;
	risk_times_of(&r->rules, all, n, t->state, t->reopens_at, t->at, &times);
	t->rank = risk_rank(r->band, times.clock.sla.state, r->score);
	t->due_at = times.clock.sla.due_at;
	t->policy_id = times.clock.policy ? times.clock.policy->id : 0;
	t->next_crossing_at = times.next_crossing_at;
	t->soon_at = times.soon_at;
	t->warn_at = times.warn_at;
}

static void add_crossings(const struct transition_risk *r, struct transition *t,
                          struct arena *a)
{
	const struct risk_unswept before = {.next_crossing_at = r->next_crossing_at,
	                                    .warn_at = r->warn_at,
	                                    .state = r->state,
	                                    .reopens_at = r->reopens_at,
	                                    .rules = &r->rules,
	                                    .segments = r->segments,
	                                    .n_segments = r->n_segments};

	t->n_crossings = risk_crossings_passed(&before, t->at, a, t->crossings);
}

/* --- what is wanted --- */

static void move(const struct transition_risk *r, const struct want *w,
                 struct transition *out)
{
	const struct risk_transition *t =
	        risk_transition_find(r->state, w->to, ACTOR_HUMAN, NULL);
	const struct effect *effect = t ? effect_of(t->reason) : NULL;

	if (r->state == w->to) {
		out->outcome = TRANSITION_SAME;
		return;
	}
	if (!effect || (effect->needs_cause && !w->has_cause)) {
		out->outcome = effect ? TRANSITION_NO_CAUSE : TRANSITION_REFUSED;
		return;
	}
	/* It may have moved up since somebody asked for it. */
	if (w->to == RISK_ACCEPTED && w->until != TIMESTAMP_NONE &&
	    w->until - out->at > r->rules.by_band[r->band]->acceptance_max) {
		out->outcome = TRANSITION_TOO_LONG;
		return;
	}
	const enum sla_mode mode = risk_clock_mode(w->to, r->responsibility);
	const struct risk_clock_segment *last = &r->segments[n_begun(r) - 1];

	out->state = w->to;
	out->event = EVENT_STATE;
	out->event_reason = t->reason;
	out->claim = effect->claim;
	out->marks = true;
	out->drops_end = r->reopens_at != TIMESTAMP_NONE;
	out->reopens_at = TIMESTAMP_NONE;
	if (last->mode != mode || last->band != r->band)
		add_segment(r, out,
		            &(struct risk_clock_segment){out->at, mode, r->band,
		                                         TIMESTAMP_NONE},
		            t->reason);
	if (w->to != RISK_ACCEPTED || w->until == TIMESTAMP_NONE)
		return;
	out->reopens_at = w->until;
	add_segment(r, out,
	            &(struct risk_clock_segment){
	                    w->until, risk_clock_mode(RISK_OPEN, r->responsibility),
	                    r->band, TIMESTAMP_NONE},
	            "acceptance_expired");
}

static void assign(const struct transition_risk *r, const struct want *w,
                   struct transition *out)
{
	const int basis = w->owner_id ? OWNER_BY_PERSON : OWNER_BY_NOBODY;

	if (r->owner_basis == basis && r->owner_id == w->owner_id) {
		out->outcome = TRANSITION_SAME;
		return;
	}
	/* Given back, it stays whose it is until the rules have spoken. */
	out->owner_id = w->owner_id ? w->owner_id : r->owner_id;
	out->owner_basis = basis;
	out->event = EVENT_OWNER;
	out->event_reason = w->owner_id ? "assigned" : "left_to_rules";
	out->marks = true;
}

static bool is_held_by_other(const struct transition_risk *r, const struct want *w,
                             timestamp now)
{
	return r->holder && r->holder_until > now && strcmp(r->holder, w->actor) != 0;
}

static void claim(const struct transition_risk *r, const struct want *w, timestamp now,
                  struct transition *out)
{
	if (is_held_by_other(r, w, now)) {
		out->outcome = TRANSITION_HELD;
		return;
	}
	if (w->kind == WANT_RELEASE && (!r->holder || r->holder_until <= now)) {
		out->outcome = TRANSITION_SAME;
		return;
	}
	out->lease = w->kind == WANT_CLAIM ? LEASE_TAKEN : LEASE_GIVEN_BACK;
	out->lease_until = w->until;
	out->event = w->kind == WANT_CLAIM ? EVENT_CLAIMED : EVENT_RELEASED;
	out->event_reason = w->kind == WANT_CLAIM ? "claimed" : "released";
}

static void extend(const struct transition_risk *r, const struct want *w,
                   struct transition *out)
{
	const struct risk_clock_segment *last = &r->segments[n_begun(r) - 1];

	if (!w->has_cause) {
		out->outcome = TRANSITION_NO_CAUSE;
		return;
	}
	if (!risk_state_is_open(r->state)) {
		out->outcome = TRANSITION_REFUSED;
		return;
	}
	if (r->due_at == TIMESTAMP_NONE || w->until <= r->due_at) {
		out->outcome = TRANSITION_TOO_EARLY;
		return;
	}
	out->event = EVENT_DUE;
	out->event_reason = "extension";
	out->marks = true;
	add_segment(r, out,
	            &(struct risk_clock_segment){out->at, last->mode, r->band, w->until},
	            "extension");
}

static struct transition_risk as_of(const struct transition_risk *risk, timestamp now)
{
	struct transition_risk r = *risk;

	r.state = risk_state_at(risk->state, risk->reopens_at, now);
	if (r.state != risk->state)
		r.reopens_at = TIMESTAMP_NONE;
	return r;
}

/* Other policies hold since it was written, and it is the first to be measured by them. */
static void tell_due_time(const struct transition_risk *r, timestamp now,
                          struct transition *t)
{
	if (!risk_state_is_open(r->state) || t->due_at == r->due_at ||
	    t->n_crossings == RISK_CROSSINGS_MAX)
		return;
	t->crossings[t->n_crossings++] =
	        (struct risk_crossing){now, EVENT_DUE, t->state, "policy_changed"};
}

void transition_decide(const struct transition_risk *risk, const struct want *w,
                       timestamp now, struct arena *a, struct transition *out)
{
	const struct transition_risk present = as_of(risk, now), *r = &present;

	*out = (struct transition){.outcome = TRANSITION_DONE,
	                           .at = begin_of(r, now),
	                           .state = r->state,
	                           .reopens_at = r->reopens_at,
	                           .owner_id = r->owner_id,
	                           .owner_basis = r->owner_basis,
	                           .claim = CLAIM_NONE};
	switch (w->kind) {
	case WANT_STATE:
		move(r, w, out);
		break;
	case WANT_OWNER:
		assign(r, w, out);
		break;
	case WANT_CLAIM:
	case WANT_RELEASE:
		claim(r, w, now, out);
		break;
	case WANT_DUE:
		extend(r, w, out);
		break;
	case WANT_CROSSED:
		out->event = EVENT_NONE;
		out->event_reason = "";
		out->marks = r->state != risk->state;
		break;
	}
	if (out->outcome != TRANSITION_DONE)
		return;
	add_crossings(risk, out, a);
	if (w->kind == WANT_CROSSED && out->n_crossings)
		out->at = out->crossings[out->n_crossings - 1].at;
	set_clock(r, out, a);
	if (w->kind == WANT_CROSSED)
		tell_due_time(risk, now, out);
}
