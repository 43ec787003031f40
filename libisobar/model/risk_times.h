/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_TIMES_H
#define ISOBAR_RISK_TIMES_H

#include "base/arena.h"
#include "model/responsibility.h"
#include "model/risk.h"
#include "model/risk_clock.h"
#include "model/risk_event.h"

/* Warn so long before an acceptance ends. */
#define ACCEPTANCE_WARN_USEC (7 * 24 * USEC_PER_HOUR)

/* What a risk's row says of time (table risk), so that readers need no ledger. */
struct risk_times {
	struct risk_clock clock;
	timestamp next_crossing_at; /* when its slot changes next; or none */
	timestamp soon_at; /* accepted: when it is due soon, once it is open again */
	timestamp warn_at; /* when something is to be told that changes no slot */
};

/*
 * As of now, if nothing else happens.  state: at now; reopens_at: the end of its
 * acceptance, which the ledger has as well; or TIMESTAMP_NONE.  Pure.
 */
void risk_times_of(const struct risk_clock_rules *rules,
                   const struct risk_clock_segment *segments, size_t n,
                   enum risk_state state, timestamp reopens_at, timestamp now,
                   struct risk_times *out);

/* What time alone has done to a risk and nobody wrote yet. */
struct risk_crossing {
	timestamp at;
	enum risk_event_kind kind;
	enum risk_state state; /* after it */
	const char *reason;    /* "75 %", "breached", "acceptance_expired" */
};

#define RISK_CROSSINGS_MAX 16

/* A risk as it was written last, with its ledger; the first two as in risk_times. */
struct risk_unswept {
	timestamp next_crossing_at, warn_at;
	enum risk_state state;
	timestamp reopens_at;
	const struct risk_clock_rules *rules;
	const struct risk_clock_segment *segments;
	size_t n_segments;
};

/*
 * Its crossings up to now, ascending, of which no event was written.  Whoever writes a
 * risk anew writes them down: the new clock has other crossings.  Texts live in a.
 */
size_t risk_crossings_passed(const struct risk_unswept *r, timestamp now, struct arena *a,
                             struct risk_crossing out[RISK_CROSSINGS_MAX]);

/* Its state at t: an acceptance ends by its date (TIMESTAMP_NONE: it has none), whatever was
 * written of it. */
enum risk_state risk_state_at(enum risk_state written, timestamp reopens_at, timestamp t);

/* How the clock of a risk in this state goes. */
enum sla_mode risk_clock_mode(enum risk_state state, enum verdict responsibility);

/* What a stored row says of state and clock. */
struct risk_row_times {
	enum band band;
	enum risk_state state;
	enum verdict responsibility;
	int score;
	int64_t rank;
	timestamp due_at, next_crossing_at, reopens_at, soon_at, resolved_at;
};

/*
 * As the row stands at now, whatever the sweeper wrote: an acceptance that is over has
 * ended, a crossing that has passed has moved the slot.  next_crossing_at is then the next
 * one after now.
 */
void risk_row_at(struct risk_row_times *row, timestamp now);

/* The state of its clock, at the now of risk_row_at(). */
enum sla_state risk_row_sla(const struct risk_row_times *row);

#endif
