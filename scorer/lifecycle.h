/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_LIFECYCLE_H
#define ISOBAR_LIFECYCLE_H

#include "model/responsibility.h"
#include "model/risk_times.h"

#include "correlate.h"
#include "score.h"

/* What the findings of a group say together. */
enum facts_state {
	FACTS_NOTHING, /* no verdict, or never live: no ground for a risk */
	FACTS_LIVE,    /* one open finding keeps a risk open */
	FACTS_MUTED,   /* every live finding is muted at its source */
	FACTS_GONE     /* all are closed by proof */
};

struct facts {
	enum facts_state state;
	int n_open;
	int64_t proof_run_id; /* FACTS_GONE: the last run that closed one */
	timestamp gone_at;    /* and when the source says it was, or stored */
};

struct facts facts_of(const struct risk_group *g);

/* A stored risk, as far as its future depends on it. */
struct former_risk {
	enum risk_state state;
	enum band band;
	int score;
	timestamp due_at;
	const struct risk_clock_segment *segments; /* by number; borrowed */
	size_t n_segments;
};

/* What a risk comes to. */
struct fate {
	bool exists; /* false: nothing to store */
	enum risk_state state;
	bool reopened;
	int clock_mode; /* enum sla_mode of a segment that begins now, or -1 */
	const char *clock_reason;
	const char *reason; /* of the change of state; NULL: none */
	/* RISK_ACCEPTED: until when.  A clock that pauses for it runs again then. */
	timestamp reopens_at;
	bool resumes;
};

/*
 * Pure: the transition table of model/risk.h over facts.  former NULL: a new risk.
 * fate_of_state() leaves the clock open, and so reads no ledger; fate_clock() settles it.
 * Provider-owned risks have their clock paused from the start.
 */
struct fate fate_of_state(const struct facts *facts, const enum risk_state *former);
void fate_clock(struct fate *fate, const struct former_risk *former, enum verdict verdict,
                enum band band, timestamp now);

#endif
