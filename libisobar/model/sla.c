/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SLA clock.  Nothing here reads the time or the database: callers pass
 * now, so that the API, the sweeper and the tests agree by construction.
 */

#include "model/sla.h"

#include <stdbool.h>

#include "base/attr.h"

const struct sla_policy sla_default_policies[] = {
        {.name = "low", .window_hours = 0, .warn_percent = 75},
        {.name = "medium", .window_hours = 2160, .warn_percent = 75},
        {.name = "high", .window_hours = 336, .warn_percent = 75},
        {.name = "critical", .window_hours = 48, .warn_percent = 75},
};

const size_t n_sla_default_policies = N_ELEMENTS(sla_default_policies);

static int64_t window_of(const struct sla_policy *policy, const struct sla_clock *clock)
{
	const int64_t window = policy->window_hours * USEC_PER_HOUR;

	return clock->carried < window ? clock->carried : window;
}

/* Sums the running segments; *due_at is set once they outgrow the window. */
static int64_t running_time(const struct sla_clock *clock, int64_t window, timestamp now,
                            timestamp *due_at)
{
	int64_t used = 0;

	for (size_t i = 0; i < clock->n_segments; i++) {
		const struct sla_segment *segment = &clock->segments[i];
		const timestamp end = i + 1 < clock->n_segments ? segment[1].from : now;

		if (segment->mode != SLA_MODE_RUNNING)
			continue;
		if (*due_at == TIMESTAMP_NONE && used + (end - segment->from) > window)
			*due_at = segment->from + (window - used);
		used += end - segment->from;
	}
	return used;
}

static enum sla_state running_state(const struct sla_policy *policy, int64_t window,
                                    int64_t used)
{
	if (used > window)
		return SLA_BREACHED;
	if (used * 100 >= window * policy->warn_percent)
		return SLA_DUE_SOON;
	return SLA_OK;
}

struct sla_view sla_evaluate(const struct sla_policy *policy, const struct sla_clock *clock,
                             timestamp now)
{
	const struct sla_segment *last = &clock->segments[clock->n_segments - 1];
	struct sla_view view = {.state = SLA_NONE, .due_at = TIMESTAMP_NONE};

	if (policy->window_hours == 0)
		return view;

	const int64_t window = window_of(policy, clock);
	const int64_t used = running_time(clock, window, now, &view.due_at);
	const bool in_time = view.due_at == TIMESTAMP_NONE;

	view.remaining = window - used;
	switch (last->mode) {
	case SLA_MODE_RUNNING:
		view.state = running_state(policy, window, used);
		if (in_time)
			view.due_at = now + view.remaining;
		break;
	case SLA_MODE_PAUSED:
		view.state = SLA_PAUSED;
		break;
	case SLA_MODE_STOPPED:
		view.state = in_time ? SLA_MET : SLA_MISSED;
		if (in_time)
			view.due_at = last->from + view.remaining;
		break;
	}
	return view;
}

timestamp sla_next_crossing(const struct sla_policy *policy, const struct sla_clock *clock,
                            timestamp now)
{
	const struct sla_segment *last = &clock->segments[clock->n_segments - 1];
	timestamp due_at = TIMESTAMP_NONE;

	if (policy->window_hours == 0 || last->mode != SLA_MODE_RUNNING)
		return TIMESTAMP_NONE;

	const int64_t window = window_of(policy, clock);
	const int64_t used = running_time(clock, window, now, &due_at);

	switch (running_state(policy, window, used)) {
	case SLA_OK:
		/* The least used with used * 100 >= window * warn_percent: rounded up. */
		return now + (window * policy->warn_percent + 99) / 100 - used;
	case SLA_DUE_SOON:
		return now + window - used + 1;
	case SLA_BREACHED:
	case SLA_MET:
	case SLA_MISSED:
	case SLA_PAUSED:
	case SLA_NONE:
		break;
	}
	return TIMESTAMP_NONE;
}

const char *sla_state_name(enum sla_state state)
{
	static const char *const names[N_SLA_STATES] = {
	        [SLA_OK] = "ok",
	        [SLA_DUE_SOON] = "due_soon",
	        [SLA_BREACHED] = "breached",
	        [SLA_MET] = "met",
	        [SLA_MISSED] = "missed",
	        [SLA_PAUSED] = "paused",
	        [SLA_NONE] = "none",
	};

	return names[state];
}

const char *sla_mode_name(enum sla_mode mode)
{
	switch (mode) {
	case SLA_MODE_RUNNING:
		return "running";
	case SLA_MODE_PAUSED:
		return "paused";
	case SLA_MODE_STOPPED:
		break;
	}
	return "stopped";
}
