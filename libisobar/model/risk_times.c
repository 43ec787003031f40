/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The instants that a row of risk holds, out of its ledger.
 */
#include "model/risk_times.h"

#define CROSSINGS_MAX 32 /* warn points of a policy, and two */

/* The first crossing that moves the slot, and the first that only warns. */
static void find_crossings(const struct risk_clock_rules *rules,
                           const struct risk_clock_segment *segments, size_t n,
                           timestamp now, struct risk_times *out)
{
	struct sla_crossing list[CROSSINGS_MAX];
	const size_t n_list = risk_clock_crossings(rules, segments, n, now, INT64_MAX - 1,
	                                           list, CROSSINGS_MAX);

	for (size_t i = n_list; i-- > 0;)
		if (list[i].kind == SLA_CROSSING_WARN)
			out->warn_at = list[i].at;
		else
			out->next_crossing_at = list[i].at;
}

/* Whether it is due soon at once when it is open again, or later. */
static timestamp soon_after(const struct risk_clock_rules *rules,
                            const struct risk_clock_segment *segments, size_t n,
                            timestamp reopens_at)
{
	const enum sla_state then =
	        risk_clock_evaluate(rules, segments, n, reopens_at).sla.state;
	struct risk_times later = {.next_crossing_at = TIMESTAMP_NONE,
	                           .warn_at = TIMESTAMP_NONE};

	if (then == SLA_DUE_SOON || then == SLA_BREACHED)
		return reopens_at;
	find_crossings(rules, segments, n, reopens_at, &later);
	return later.next_crossing_at;
}

void risk_times_of(const struct risk_clock_rules *rules,
                   const struct risk_clock_segment *segments, size_t n,
                   enum risk_state state, timestamp reopens_at, timestamp now,
                   struct risk_times *out)
{
	*out = (struct risk_times){.clock = risk_clock_evaluate(rules, segments, n, now),
	                           .next_crossing_at = TIMESTAMP_NONE,
	                           .soon_at = TIMESTAMP_NONE,
	                           .warn_at = TIMESTAMP_NONE};
	if (risk_state_is_open(state)) {
		find_crossings(rules, segments, n, now, out);
	} else if (state == RISK_ACCEPTED && reopens_at != TIMESTAMP_NONE) {
		out->next_crossing_at = reopens_at;
		out->soon_at = soon_after(rules, segments, n, reopens_at);
		if (reopens_at - ACCEPTANCE_WARN_USEC > now)
			out->warn_at = reopens_at - ACCEPTANCE_WARN_USEC;
	}
}
