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

static bool has_passed(timestamp at, timestamp now)
{
	return at != TIMESTAMP_NONE && at <= now;
}

/* --- what nobody wrote yet --- */

static timestamp first_of(timestamp a, timestamp b)
{
	if (a == TIMESTAMP_NONE || b == TIMESTAMP_NONE)
		return a == TIMESTAMP_NONE ? b : a;
	return a < b ? a : b;
}

static size_t clock_crossings(const struct risk_unswept *r, timestamp first, timestamp now,
                              enum risk_state state, struct arena *a,
                              struct risk_crossing *out, size_t room)
{
	static const enum risk_event_kind kinds[] = {
	        [SLA_CROSSING_DUE_SOON] = EVENT_DUE_SOON,
	        [SLA_CROSSING_WARN] = EVENT_WARN,
	        [SLA_CROSSING_BREACHED] = EVENT_BREACHED,
	};
	struct sla_crossing passed[RISK_CROSSINGS_MAX];
	const size_t n = risk_clock_crossings(r->rules, r->segments, r->n_segments,
	                                      first - 1, now, passed, room);

	for (size_t i = 0; i < n; i++)
		out[i] = (struct risk_crossing){
		        passed[i].at, kinds[passed[i].kind], state,
		        passed[i].kind == SLA_CROSSING_BREACHED
		                ? "breached"
		                : arena_printf(a, "%d %%", passed[i].percent)};
	return n;
}

size_t risk_crossings_passed(const struct risk_unswept *r, timestamp now, struct arena *a,
                             struct risk_crossing out[RISK_CROSSINGS_MAX])
{
	const timestamp first = first_of(r->next_crossing_at, r->warn_at);
	enum risk_state state = r->state;
	size_t n = 0;

	if (!has_passed(first, now))
		return 0;
	if (r->state == RISK_ACCEPTED && has_passed(r->warn_at, now))
		out[n++] = (struct risk_crossing){r->warn_at, EVENT_ENDS_SOON,
		                                  RISK_ACCEPTED, "acceptance_ends_soon"};
	if (r->state == RISK_ACCEPTED && has_passed(r->reopens_at, now)) {
		state = RISK_OPEN;
		out[n++] = (struct risk_crossing){r->reopens_at, EVENT_STATE, state,
		                                  "acceptance_expired"};
	}
	return n +
	       clock_crossings(r, first, now, state, a, out + n, RISK_CROSSINGS_MAX - n);
}

enum risk_state risk_state_at(enum risk_state written, timestamp reopens_at, timestamp t)
{
	const bool is_over =
	        written == RISK_ACCEPTED && reopens_at != TIMESTAMP_NONE && reopens_at <= t;

	return is_over ? RISK_OPEN : written;
}

enum sla_mode risk_clock_mode(enum risk_state state, enum verdict responsibility)
{
	if (state == RISK_RESOLVED)
		return SLA_MODE_STOPPED;
	if (!risk_state_is_open(state) || responsibility == VERDICT_PROVIDER)
		return SLA_MODE_PAUSED;
	return SLA_MODE_RUNNING;
}

/* --- what readers see --- */

static void stand_at(struct risk_row_times *row, enum sla_state sla, timestamp next)
{
	row->rank = risk_rank(row->band, sla, row->score);
	row->next_crossing_at = next;
}

static timestamp after_due(const struct risk_row_times *row)
{
	return row->due_at == TIMESTAMP_NONE ? TIMESTAMP_NONE : row->due_at + 1;
}

/* Its slot among those that are open, from the instants at which it is due soon and due. */
static void place(struct risk_row_times *row, timestamp soon_at, timestamp now)
{
	if (row->responsibility == VERDICT_PROVIDER)
		stand_at(row, SLA_PAUSED, TIMESTAMP_NONE);
	else if (row->due_at != TIMESTAMP_NONE && row->due_at < now)
		stand_at(row, SLA_BREACHED, TIMESTAMP_NONE);
	else if (has_passed(soon_at, now))
		stand_at(row, SLA_DUE_SOON, after_due(row));
	else
		stand_at(row, SLA_OK, soon_at);
}

void risk_row_at(struct risk_row_times *row, timestamp now)
{
	if (row->state == RISK_ACCEPTED && has_passed(row->reopens_at, now)) {
		row->state = RISK_OPEN;
		place(row, row->soon_at, now);
	} else if (risk_state_is_open(row->state) &&
	           has_passed(row->next_crossing_at, now)) {
		place(row, row->next_crossing_at, now);
	}
}

static bool has_window(enum band band)
{
	for (int b = BAND_LOW; b <= (int)band; b++)
		if (sla_default_policies[b].window)
			return true;
	return false;
}

enum sla_state risk_row_sla(const struct risk_row_times *row)
{
	if (row->due_at == TIMESTAMP_NONE && !has_window(row->band))
		return SLA_NONE;
	if (row->state == RISK_RESOLVED)
		return row->due_at == TIMESTAMP_NONE    ? SLA_NONE
		       : row->due_at < row->resolved_at ? SLA_MISSED
		                                        : SLA_MET;
	if (!risk_state_is_open(row->state) || row->responsibility == VERDICT_PROVIDER)
		return SLA_PAUSED;
	for (int sla = SLA_OK; sla <= SLA_BREACHED; sla++)
		if (row->rank == risk_rank(row->band, (enum sla_state)sla, row->score))
			return row->due_at == TIMESTAMP_NONE ? SLA_NONE
			                                     : (enum sla_state)sla;
	return SLA_NONE;
}
