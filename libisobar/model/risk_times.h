/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_TIMES_H
#define ISOBAR_RISK_TIMES_H

#include "model/risk.h"
#include "model/risk_clock.h"

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

#endif
