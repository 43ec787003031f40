/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a risk, from what its findings say now.  The states themselves
 * and the ways between them are the table of model/risk.c.
 */
#include "lifecycle.h"

#include <assert.h>
#include <string.h>

static bool is_vex(const struct evidence *e)
{
	return strcmp(e->engine, "vex") == 0;
}

/*
 * Does a VEX statement say that the product is not affected?  It mutes what scanners
 * found of the flaw there, not another statement.
 */
static bool is_stated_harmless(const struct risk_group *g)
{
	for (size_t i = 0; i < g->n_members; i++)
		if (g->members[i].e->state == FINDING_SUPPRESSED && is_vex(g->members[i].e))
			return true;
	return false;
}

struct facts facts_of(const struct risk_group *g)
{
	const bool harmless = is_stated_harmless(g);
	struct facts out = {.gone_at = TIMESTAMP_NONE};
	int n_muted = 0, n_closed = 0, n_unknown = 0;

	for (size_t i = 0; i < g->n_members; i++) {
		const struct evidence *e = g->members[i].e;

		switch (e->state) {
		case FINDING_OPEN:
			if (harmless && !is_vex(e))
				n_muted++;
			else
				out.n_open++;
			break;
		case FINDING_SUPPRESSED:
			n_muted++;
			break;
		case FINDING_RESOLVED:
		case FINDING_NOT_APPLICABLE:
			n_closed++;
			if (e->run_id > out.proof_run_id)
				out.proof_run_id = e->run_id;
			if (e->closed_at > out.gone_at)
				out.gone_at = e->closed_at;
			break;
		case FINDING_UNKNOWN:
		case FINDING_PASSING: /* never stored as a finding */
			n_unknown++;
			break;
		}
	}
	if (out.n_open)
		out.state = FACTS_LIVE;
	else if (n_muted)
		out.state = FACTS_MUTED;
	else if (n_closed && !n_unknown)
		out.state = FACTS_GONE;
	return out;
}

static struct fate fate_of_new(const struct facts *facts)
{
	struct fate out = {
	        .clock_mode = -1, .clock_reason = "", .reopens_at = TIMESTAMP_NONE};

	if (facts->state != FACTS_LIVE && facts->state != FACTS_MUTED)
		return out; /* gone before it was ever seen: nothing to rank */
	out.exists = true;
	out.state = facts->state == FACTS_LIVE ? RISK_OPEN : RISK_SUPPRESSED;
	return out;
}

/* The state that facts alone call for; human decisions stand until proof or new evidence. */
static enum risk_state state_called_for(const struct facts *facts, enum risk_state now)
{
	switch (facts->state) {
	case FACTS_NOTHING:
		return now;
	case FACTS_GONE:
		return RISK_RESOLVED;
	case FACTS_MUTED:
		return risk_state_is_open(now) || now == RISK_RESOLVED ? RISK_SUPPRESSED
		                                                       : now;
	case FACTS_LIVE:
		return now == RISK_RESOLVED || now == RISK_SUPPRESSED ? RISK_OPEN : now;
	}
	return now;
}

struct fate fate_of_state(const struct facts *facts, const enum risk_state *former)
{
	struct fate out = {.exists = true,
	                   .clock_mode = -1,
	                   .clock_reason = "",
	                   .reopens_at = TIMESTAMP_NONE};

	if (!former)
		return fate_of_new(facts);
	out.state = state_called_for(facts, *former);
	if (out.state != *former) {
		const struct risk_transition *t =
		        risk_transition_find(*former, out.state, ACTOR_SYSTEM, NULL);

		assert(t); /* the table has a row for every move that facts call for */
		out.reason = t->reason;
		out.reopened = *former == RISK_RESOLVED && risk_state_is_open(out.state);
	}
	return out;
}

/* The segment that holds now: of those that have begun the one that was written last. */
static const struct risk_clock_segment *segment_now(const struct former_risk *former,
                                                    timestamp now)
{
	for (size_t i = former->n_segments; i-- > 0;)
		if (former->segments[i].from <= now || i == 0)
			return &former->segments[i];
	return NULL;
}

/* When the clock is to run again by itself, as the ledger has it. */
static timestamp resumption_of(const struct former_risk *former, timestamp now)
{
	const struct risk_clock_segment *last =
	        former->n_segments ? &former->segments[former->n_segments - 1] : NULL;

	return last && last->from > now ? last->from : TIMESTAMP_NONE;
}

static void start_clock(struct fate *fate, int mode, enum verdict verdict)
{
	fate->clock_mode = mode;
	fate->clock_reason = fate->state == RISK_SUPPRESSED ? "muted"
	                     : fate->state == RISK_ACCEPTED ? fate->reason
	                     : verdict == VERDICT_PROVIDER  ? "provider_owned"
	                                                    : "opened";
}

void fate_clock(struct fate *fate, const struct former_risk *former, enum verdict verdict,
                enum band band, timestamp now)
{
	const int mode = (int)risk_clock_mode(fate->state, verdict);
	const bool ends = fate->state == RISK_ACCEPTED && verdict != VERDICT_PROVIDER &&
	                  fate->reopens_at != TIMESTAMP_NONE;

	if (!former) {
		start_clock(fate, mode, verdict);
		fate->resumes = ends;
		return;
	}
	const struct risk_clock_segment *last = segment_now(former, now);
	const bool same_mode = last && (int)last->mode == mode;
	const timestamp resumption = resumption_of(former, now);

	/* A stopped clock has no band to run in: the gap stays one segment. */
	if (same_mode && (last->band == band || mode == SLA_MODE_STOPPED) &&
	    resumption == (ends ? fate->reopens_at : TIMESTAMP_NONE))
		return;
	fate->clock_mode = mode;
	fate->resumes = ends;
	fate->clock_reason = fate->reason                      ? fate->reason
	                     : same_mode && last->band == band ? "acceptance_changed"
	                     : same_mode                       ? "band_changed"
	                                                       : "responsibility_changed";
}
