/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lifecycle of a risk as a table, and the number that orders the queue.  Who
 * decides that a transition is due is the scorer's and the API's affair.
 */

#include "model/risk.h"

#include <string.h>

static const char *const state_names[N_RISK_STATES] = {
        [RISK_OPEN] = "open",
        [RISK_IN_PROGRESS] = "in_progress",
        [RISK_CONTESTED] = "contested",
        [RISK_ACCEPTED] = "accepted",
        [RISK_FALSE_POSITIVE] = "false_positive",
        [RISK_SUPPRESSED] = "suppressed",
        [RISK_RESOLVED] = "resolved",
};

static const char *const band_names[N_BANDS] = {
        [BAND_LOW] = "low",
        [BAND_MEDIUM] = "medium",
        [BAND_HIGH] = "high",
        [BAND_CRITICAL] = "critical",
};

/* clang-format off */
const struct risk_transition risk_transitions[] = {
	/* Proof of absence resolves from any state; what is seen again has its old id. */
	{RISK_OPEN, RISK_RESOLVED, ACTOR_SYSTEM, "proven_absent"},
	{RISK_IN_PROGRESS, RISK_RESOLVED, ACTOR_SYSTEM, "proven_absent"},
	{RISK_CONTESTED, RISK_RESOLVED, ACTOR_SYSTEM, "proven_absent"},
	{RISK_ACCEPTED, RISK_RESOLVED, ACTOR_SYSTEM, "proven_absent"},
	{RISK_FALSE_POSITIVE, RISK_RESOLVED, ACTOR_SYSTEM, "proven_absent"},
	{RISK_SUPPRESSED, RISK_RESOLVED, ACTOR_SYSTEM, "proven_absent"},
	{RISK_RESOLVED, RISK_OPEN, ACTOR_SYSTEM, "seen_again"},

	/* Muted as long as no live finding is unmuted. */
	{RISK_OPEN, RISK_SUPPRESSED, ACTOR_SYSTEM, "muted"},
	{RISK_IN_PROGRESS, RISK_SUPPRESSED, ACTOR_SYSTEM, "muted"},
	{RISK_CONTESTED, RISK_SUPPRESSED, ACTOR_SYSTEM, "muted"},
	{RISK_RESOLVED, RISK_SUPPRESSED, ACTOR_SYSTEM, "muted"},
	{RISK_SUPPRESSED, RISK_OPEN, ACTOR_SYSTEM, "unmuted"},

	/* Work. */
	{RISK_OPEN, RISK_IN_PROGRESS, ACTOR_HUMAN, "taken_up"},
	{RISK_CONTESTED, RISK_IN_PROGRESS, ACTOR_HUMAN, "taken_up"},
	{RISK_IN_PROGRESS, RISK_OPEN, ACTOR_HUMAN, "put_back"},
	{RISK_OPEN, RISK_CONTESTED, ACTOR_HUMAN, "said_fixed"},
	{RISK_IN_PROGRESS, RISK_CONTESTED, ACTOR_HUMAN, "said_fixed"},

	/* Acceptance: of one risk by a person, of many by a rule; it ends by its date. */
	{RISK_OPEN, RISK_ACCEPTED, ACTOR_HUMAN, "accepted"},
	{RISK_IN_PROGRESS, RISK_ACCEPTED, ACTOR_HUMAN, "accepted"},
	{RISK_CONTESTED, RISK_ACCEPTED, ACTOR_HUMAN, "accepted"},
	{RISK_OPEN, RISK_ACCEPTED, ACTOR_SYSTEM, "acceptance_rule"},
	{RISK_IN_PROGRESS, RISK_ACCEPTED, ACTOR_SYSTEM, "acceptance_rule"},
	{RISK_CONTESTED, RISK_ACCEPTED, ACTOR_SYSTEM, "acceptance_rule"},
	{RISK_ACCEPTED, RISK_OPEN, ACTOR_HUMAN, "acceptance_withdrawn"},
	{RISK_ACCEPTED, RISK_OPEN, ACTOR_SYSTEM, "acceptance_expired"},
	{RISK_ACCEPTED, RISK_OPEN, ACTOR_SYSTEM, "acceptance_revoked"},
	{RISK_ACCEPTED, RISK_OPEN, ACTOR_SYSTEM, "new_evidence"},

	/* A false positive stands until the evidence changes.  Not from contested: that
	 * ends by proof, by acceptance or by taking it up again. */
	{RISK_OPEN, RISK_FALSE_POSITIVE, ACTOR_HUMAN, "false_positive"},
	{RISK_IN_PROGRESS, RISK_FALSE_POSITIVE, ACTOR_HUMAN, "false_positive"},
	{RISK_FALSE_POSITIVE, RISK_OPEN, ACTOR_HUMAN, "false_positive_withdrawn"},
	{RISK_FALSE_POSITIVE, RISK_OPEN, ACTOR_SYSTEM, "new_evidence"},
};
/* clang-format on */

const size_t n_risk_transitions = N_ELEMENTS(risk_transitions);

static int find_name(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

bool risk_state_is_open(enum risk_state state)
{
	return state == RISK_OPEN || state == RISK_IN_PROGRESS || state == RISK_CONTESTED;
}

const char *risk_state_name(enum risk_state state)
{
	return state_names[state];
}

int risk_state_parse(const char *name, enum risk_state *out)
{
	const int i = find_name(state_names, N_RISK_STATES, name);

	if (i < 0)
		return -1;
	*out = (enum risk_state)i;
	return 0;
}

enum band band_of_score(int score)
{
	if (score >= 700)
		return BAND_CRITICAL;
	if (score >= 500)
		return BAND_HIGH;
	if (score >= 300)
		return BAND_MEDIUM;
	return BAND_LOW;
}

const char *band_name(enum band band)
{
	return band_names[band];
}

int band_parse(const char *name, enum band *out)
{
	const int i = find_name(band_names, N_BANDS, name);

	if (i < 0)
		return -1;
	*out = (enum band)i;
	return 0;
}

const struct risk_transition *risk_transition_find(enum risk_state from, enum risk_state to,
                                                   enum risk_actor actor,
                                                   const char *reason)
{
	for (size_t i = 0; i < n_risk_transitions; i++) {
		const struct risk_transition *t = &risk_transitions[i];

		if (t->from == from && t->to == to && t->actor == actor &&
		    (reason == NULL || strcmp(t->reason, reason) == 0))
			return t;
	}
	return NULL;
}

static int slot_of(enum sla_state sla)
{
	switch (sla) {
	case SLA_BREACHED:
		return 2;
	case SLA_DUE_SOON:
		return 1;
	case SLA_OK:
	case SLA_MET:
	case SLA_MISSED:
	case SLA_PAUSED:
	case SLA_NONE:
		break;
	}
	return 0;
}

int64_t risk_rank(enum band band, enum sla_state sla, int score)
{
	return ((int64_t)band * 4 + slot_of(sla)) * 1024 + score;
}

int64_t risk_rank_crossed(enum band band, int score, timestamp due_at, timestamp now)
{
	return risk_rank(band, due_at < now ? SLA_BREACHED : SLA_DUE_SOON, score);
}
