/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_H
#define ISOBAR_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/band.h"
#include "model/finding.h"
#include "model/sla.h"

/* The numbers of all enums below are stored: append, never reorder. */
enum risk_state {
	RISK_OPEN,
	RISK_IN_PROGRESS,
	RISK_CONTESTED,      /* somebody says fixed, the source still sees it */
	RISK_ACCEPTED,       /* until a date, by an approver */
	RISK_FALSE_POSITIVE, /* until the evidence changes */
	RISK_SUPPRESSED,     /* every live finding is muted, at its source or by a rule */
	RISK_RESOLVED
};

enum {
	N_RISK_STATES = RISK_RESOLVED + 1
};

/* Open in every index and count: open, in progress, contested. */
bool risk_state_is_open(enum risk_state state);

const char *risk_state_name(enum risk_state state);           /* "in_progress" */
int risk_state_parse(const char *name, enum risk_state *out); /* 0, or -1 */

/* Of a score of 0..1000, by the limits of rs-1; a model has its own (score.h). */
enum band band_of_score(int score);
const char *band_name(enum band band);            /* "critical" */
int band_parse(const char *name, enum band *out); /* 0, or -1 */

enum risk_actor {
	ACTOR_SYSTEM, /* follows from facts, rules or time */
	ACTOR_HUMAN   /* a principal's decision, also when made in a ticket */
};

/* A way from state to state; there are no others. */
struct risk_transition {
	enum risk_state from;
	enum risk_state to;
	enum risk_actor actor;
	const char *reason; /* the word that the event carries */
};

/* The table, for the API's list of what may be done and for the test that walks it. */
extern const struct risk_transition risk_transitions[];
extern const size_t n_risk_transitions;

/* The row for these; any reason when it is NULL.  NULL when there is none. */
const struct risk_transition *risk_transition_find(enum risk_state from, enum risk_state to,
                                                   enum risk_actor actor,
                                                   const char *reason);

/* Orders the queue, greater first: band, then SLA state, then score (0..1000). */
int64_t risk_rank(enum band band, enum sla_state sla, int score);
/*
 * The rank of an open risk whose crossing has passed and was not written yet: the
 * warn point makes it due soon, the due time breached.
 */
int64_t risk_rank_crossed(enum band band, int score, timestamp due_at, timestamp now);

#endif
