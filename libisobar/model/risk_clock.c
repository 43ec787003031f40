/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which part of a risk's ledger counts for which band, on top of sla.c, which
 * knows one window and one stretch.
 */
#include "model/risk_clock.h"

#include <assert.h>

/* More changes than this in one stretch: the oldest are read as one running segment,
 * which can only bring the due time forward. */
#define STRETCH_MAX 256

/* Where the stretch begins that has run in band or above ever since; not in a gap. */
static size_t stretch_start(const struct risk_clock_segment *s, size_t n, enum band band)
{
	size_t start = n - 1;
	timestamp seen_again =
	        TIMESTAMP_NONE; /* the end of the gap that the walk may be in */

	for (size_t i = n; i-- > 0;) {
		if (s[i].mode == SLA_MODE_STOPPED) {
			if (seen_again != TIMESTAMP_NONE &&
			    seen_again - s[i].from > RISK_CLOCK_FLAP_USEC)
				break; /* gone for good: what came later is a new stretch */
			continue;
		}
		if (s[i].band < band)
			break;
		start = i;
		seen_again = s[i].from;
	}
	return start;
}

static size_t copy_stretch(const struct risk_clock_segment *s, size_t n, size_t start,
                           struct sla_segment out[STRETCH_MAX])
{
	size_t at = 0;

	if (n - start > STRETCH_MAX) {
		out[at++] = (struct sla_segment){.from = s[start].from,
		                                 .mode = SLA_MODE_RUNNING};
		start = n - STRETCH_MAX + 1;
	}
	for (; start < n; start++)
		out[at++] =
		        (struct sla_segment){.from = s[start].from, .mode = s[start].mode};
	return at;
}

static timestamp due_or_never(const struct sla_view *view)
{
	return view->due_at == TIMESTAMP_NONE ? INT64_MAX : view->due_at;
}

struct risk_clock risk_clock_evaluate(const struct sla_policy *policies,
                                      const struct risk_clock_segment *segments, size_t n,
                                      timestamp now)
{
	struct sla_segment stretch[STRETCH_MAX];
	struct risk_clock out = {.sla = {.state = SLA_NONE, .due_at = TIMESTAMP_NONE},
	                         .next_crossing = TIMESTAMP_NONE};

	assert(n >= 1);
	const enum band band = segments[n - 1].band;

	for (int b = BAND_LOW; b <= (int)band; b++) {
		const size_t start = stretch_start(segments, n, (enum band)b);
		struct sla_clock clock = {.segments = stretch, .carried = INT64_MAX};

		if (b == (int)band)
			out.band_since = segments[start].from;
		if (policies[b].window_hours == 0)
			continue;
		clock.n_segments = copy_stretch(segments, n, start, stretch);
		const struct sla_view view = sla_evaluate(&policies[b], &clock, now);

		if (out.sla.state != SLA_NONE &&
		    due_or_never(&view) > due_or_never(&out.sla))
			continue;
		out.sla = view;
		out.next_crossing = sla_next_crossing(&policies[b], &clock, now);
	}
	return out;
}
