/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_CLOCK_H
#define ISOBAR_RISK_CLOCK_H

#include "model/risk.h"

/*
 * A segment of a risk's ledger (table sla_segment).  It holds from its time on, until
 * the next one does; one that was written later in place of all that begin then or
 * later.  So a plan for the future goes away when something else happens first.  Who
 * writes begins none before the last that is no such plan, by whatever clock.
 */
struct risk_clock_segment {
	timestamp from;
	enum sla_mode mode;
	enum band band;
	timestamp due_at; /* due no earlier, from here on: approved; or TIMESTAMP_NONE */
};

/* A gap between resolved and seen again up to this long continues the old clock. */
#define RISK_CLOCK_FLAP_USEC (24 * USEC_PER_HOUR)

/* What a risk is measured by. */
struct risk_clock_rules {
	const struct sla_policy *by_band[N_BANDS];
	int64_t kev_allowance; /* KEV due date - date added; 0: not in KEV */
	timestamp first_seen;  /* by the source; TIMESTAMP_NONE: not stated */
};

/* Fills by_band only. */
void risk_clock_rules_of(const struct sla_policies *p, const struct risk_view *view,
                         struct risk_clock_rules *out);

/* The defaults, not in KEV. */
struct risk_clock_rules risk_clock_default_rules(void);

struct risk_clock {
	struct sla_view sla;
	timestamp
	        band_since; /* start of the unbroken stretch in this band or a higher one */
	timestamp next_crossing;         /* the first of risk_clock_crossings(); or none */
	const struct sla_policy *policy; /* that sets the due time; NULL: none is set */
};

/*
 * The clock of a risk: for its band and each lower one, the window of that band
 * counts from the start of the unbroken stretch in it or a higher one; the earliest
 * due time holds.  So a move up never wins time, and a move down takes the longer
 * window from its own earlier start.  Pure.  segments in the order of writing; n >= 1;
 * the band of the last one that has begun is the risk's.  Those that begin after now
 * say when it is due, not how it stands.
 */
struct risk_clock risk_clock_evaluate(const struct risk_clock_rules *rules,
                                      const struct risk_clock_segment *segments, size_t n,
                                      timestamp now);

/*
 * The clock of two risks that are one: that of the other, which is due earlier, after what
 * own had before it.  What was approved for own is not said of both.  To be written after
 * own's segments; out has room for n_own + n_other.  Pure.
 */
size_t risk_clock_join(const struct risk_clock_segment *own, size_t n_own,
                       const struct risk_clock_segment *other, size_t n_other,
                       struct risk_clock_segment *out);

enum sla_crossing_kind {
	SLA_CROSSING_DUE_SOON,
	SLA_CROSSING_WARN,
	SLA_CROSSING_BREACHED /* the microsecond after the due time */
};

struct sla_crossing {
	timestamp at;
	enum sla_crossing_kind kind;
	int percent; /* of the window; 100 when breached */
};

/*
 * Those in (after, until] if nothing else happens than what the segments say, ascending;
 * at most room.
 */
size_t risk_clock_crossings(const struct risk_clock_rules *rules,
                            const struct risk_clock_segment *segments, size_t n,
                            timestamp after, timestamp until, struct sla_crossing *out,
                            size_t room);

#endif
