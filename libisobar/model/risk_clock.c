/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which part of a risk's ledger counts for which window, when each window is used up,
 * and which one holds.  docs/sla.md states the rules.
 */
#include "model/risk_clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/calendar.h"

#define LEDGER_FEW 32 /* segments; longer ledgers are copied to the heap */
#define NEVER      INT64_MAX

/* What holds of a ledger, ascending by from. */
struct ledger {
	const struct risk_clock_segment *s;
	size_t n;
	struct risk_clock_segment few[LEDGER_FEW];
	struct risk_clock_segment *many; /* NULL: few is enough, or nothing was copied */
};

static bool is_ascending(const struct risk_clock_segment *s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (s[i].from <= s[i - 1].from)
			return false;
	return true;
}

/* Each segment in place of those that begin then or later; what was approved stays. */
static size_t keep_those_that_hold(const struct risk_clock_segment *s, size_t n,
                                   struct risk_clock_segment *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct risk_clock_segment next = s[i];

		for (; kept && out[kept - 1].from >= next.from; kept--)
			if (out[kept - 1].due_at > next.due_at)
				next.due_at = out[kept - 1].due_at;
		out[kept++] = next;
	}
	return kept;
}

static void ledger_open(struct ledger *l, const struct risk_clock_segment *s, size_t n)
{
	struct risk_clock_segment *out = l->few;

	assert(n >= 1);
	l->s = s;
	l->n = n;
	l->many = NULL;
	if (is_ascending(s, n))
		return;
	if (n > LEDGER_FEW)
		out = l->many = xcalloc(n, sizeof(*out));
	l->n = keep_those_that_hold(s, n, out);
	l->s = out;
}

static void ledger_close(struct ledger *l)
{
	free(l->many);
}

static timestamp end_of(const struct ledger *l, size_t i)
{
	return i + 1 < l->n ? l->s[i + 1].from : NEVER;
}

/* The segment that holds at now; the first one before it begins. */
static size_t segment_at(const struct ledger *l, timestamp now)
{
	size_t i = l->n - 1;

	while (i > 0 && l->s[i].from > now)
		i--;
	return i;
}

/*
 * Where the stretch begins that has run in band or above ever since, as of the last of n
 * segments; not in a gap.
 */
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

size_t risk_clock_join(const struct risk_clock_segment *own, size_t n_own,
                       const struct risk_clock_segment *other, size_t n_other,
                       struct risk_clock_segment *out)
{
	struct ledger before = {.n = 0}, l;
	size_t n = 0;

	ledger_open(&l, other, n_other);
	const size_t start = stretch_start(l.s, l.n, BAND_LOW);

	if (n_own)
		ledger_open(&before, own, n_own);
	for (; n < before.n && before.s[n].from < l.s[start].from; n++) {
		out[n] = before.s[n];
		out[n].due_at = TIMESTAMP_NONE;
	}
	const size_t first = n;

	for (size_t i = start; i < l.n; i++)
		out[n++] = l.s[i];
	out[first].due_at = TIMESTAMP_NONE; /* it began no window with what is before it */
	ledger_close(&before);
	ledger_close(&l);
	return n;
}

/* --- one window --- */

/* So much time that counts, from the start of a stretch. */
struct window {
	const struct ledger *l;
	size_t start;   /* segment that the stretch begins with */
	timestamp from; /* when it begins to count, in the mode of that segment */
	int64_t length;
	const struct work_calendar *calendar;
	const struct sla_policy *policy;
	timestamp used_up; /* when length is, if the last segment runs on */
	timestamp due;     /* used_up, or later when that was approved */
};

/*
 * The first instant, in a segment that runs, by which so much of the window is used.
 * The last segment is taken to run on.
 */
static timestamp used_up_at(const struct window *w, int64_t amount)
{
	const struct ledger *l = w->l;

	for (size_t i = w->start;; i++) {
		const timestamp from = i == w->start ? w->from : l->s[i].from;
		const timestamp end = end_of(l, i);

		if (i + 1 < l->n && l->s[i].mode != SLA_MODE_RUNNING)
			continue;
		const timestamp at = work_calendar_add(w->calendar, from, amount);

		if (at < end)
			return at;
		amount -= work_calendar_between(w->calendar, from, end);
	}
}

/* How much is used at now. */
static int64_t used_by(const struct window *w, timestamp now)
{
	const struct ledger *l = w->l;
	int64_t used = 0;

	for (size_t i = w->start; i < l->n; i++) {
		const timestamp from = i == w->start ? w->from : l->s[i].from;
		const timestamp end = end_of(l, i) < now ? end_of(l, i) : now;

		if (l->s[i].mode == SLA_MODE_RUNNING && from < end)
			used += work_calendar_between(w->calendar, from, end);
	}
	return used;
}

/* Rounded up: the least used with used * 100 >= length * percent. */
static int64_t part_of(int64_t length, int percent)
{
	return (length * percent + 99) / 100;
}

/* When so much of the window is used.  What was approved is a date: it counts from the
 * start to there, whatever is paused. */
static timestamp percent_at(const struct window *w, int percent)
{
	if (w->due == w->used_up)
		return used_up_at(w, part_of(w->length, percent));

	const int64_t length = work_calendar_between(w->calendar, w->from, w->due);

	return work_calendar_add(w->calendar, w->from, part_of(length, percent));
}

/* The latest due time that was approved in the stretch after it had begun. */
static timestamp approved_due(const struct ledger *l, size_t start, size_t last)
{
	timestamp out = TIMESTAMP_NONE;

	for (size_t i = start + 1; i <= last; i++)
		if (l->s[i].due_at > out)
			out = l->s[i].due_at;
	return out;
}

static struct window window_of(const struct risk_clock_rules *rules, const struct ledger *l,
                               size_t last, enum band band, const struct sla_policy *policy)
{
	struct window w = {.l = l,
	                   .start = stretch_start(l->s, last + 1, band),
	                   .length = policy->window,
	                   .calendar = policy->calendar,
	                   .policy = policy};

	w.from = l->s[w.start].from;
	if (policy->start == SLA_START_SOURCE && w.start == 0 &&
	    rules->first_seen != TIMESTAMP_NONE && rules->first_seen < w.from)
		w.from = rules->first_seen;
	return w;
}

static void settle(struct window *w, size_t last)
{
	const timestamp approved = approved_due(w->l, w->start, last);

	w->used_up = used_up_at(w, w->length);
	w->due = approved > w->used_up ? approved : w->used_up;
}

/*
 * The window that sets the due time as of segment last: the earliest, of equals that of
 * the higher band.  false: none is set.
 */
static bool governing(const struct risk_clock_rules *rules, const struct ledger *l,
                      size_t last, struct window *out)
{
	const enum band band = l->s[last].band;
	const struct sla_policy *own = rules->by_band[band];
	bool found = false;

	for (int b = BAND_LOW; b <= (int)band; b++) {
		const struct sla_policy *policy = rules->by_band[b];

		if (policy->window == 0)
			continue;
		struct window w = window_of(rules, l, last, (enum band)b, policy);

		settle(&w, last);
		if (!found || w.due <= out->due)
			*out = w;
		found = true;
	}
	if (own->kev_cap && rules->kev_allowance > 0) {
		struct window w = window_of(rules, l, last, BAND_LOW, own);

		w.length = rules->kev_allowance;
		w.calendar = NULL;
		settle(&w, last);
		if (!found || w.due < out->due)
			*out = w;
		found = true;
	}
	return found;
}

/* --- how it stands --- */

/* Where the pause or stop begins that the ledger ends with; NEVER: it runs. */
static timestamp end_of_running(const struct ledger *l)
{
	timestamp out = NEVER;

	for (size_t i = l->n; i-- > 0 && l->s[i].mode != SLA_MODE_RUNNING;)
		out = l->s[i].from;
	return out;
}

static timestamp stopped_at(const struct ledger *l, size_t last)
{
	timestamp out = l->s[last].from;

	for (size_t i = last + 1; i-- > 0 && l->s[i].mode == SLA_MODE_STOPPED;)
		out = l->s[i].from;
	return out;
}

static enum sla_state state_of(const struct window *w, size_t last, timestamp now)
{
	switch (w->l->s[last].mode) {
	case SLA_MODE_PAUSED:
		return SLA_PAUSED;
	case SLA_MODE_STOPPED:
		return w->due < stopped_at(w->l, last) ? SLA_MISSED : SLA_MET;
	case SLA_MODE_RUNNING:
		break;
	}
	if (now > w->due)
		return SLA_BREACHED;
	return now >= percent_at(w, (int)w->policy->warn_percent) ? SLA_DUE_SOON : SLA_OK;
}

/* Nobody knows when it is due while a pause without an end goes on. */
static bool is_due_known(const struct window *w)
{
	return w->l->s[w->l->n - 1].mode != SLA_MODE_PAUSED ||
	       w->used_up < end_of_running(w->l);
}

static struct sla_view view_of(const struct window *w, size_t last, timestamp now)
{
	const bool approved = w->due != w->used_up;

	return (struct sla_view){
	        .state = state_of(w, last, now),
	        .due_at = is_due_known(w) ? w->due : TIMESTAMP_NONE,
	        .remaining = approved ? work_calendar_between(w->calendar, now, w->due)
	                              : w->length - used_by(w, now),
	};
}

/* --- crossings --- */

/* The earliest of what was put in, in order; from base on that of the segment at hand. */
struct crossing_list {
	struct sla_crossing *out;
	size_t n, base, room;
	timestamp after, until;
};

static bool comes_before(const struct sla_crossing *a, const struct sla_crossing *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	if (a->percent != b->percent)
		return a->percent < b->percent;
	return a->kind < b->kind;
}

static void put(struct crossing_list *list, struct sla_crossing crossing)
{
	size_t i = list->n;

	if (crossing.at <= list->after || crossing.at > list->until)
		return;
	while (i > list->base && comes_before(&crossing, &list->out[i - 1]))
		i--;
	if (i == list->room)
		return;
	if (list->n < list->room)
		list->n++;
	memmove(&list->out[i + 1], &list->out[i], (list->n - 1 - i) * sizeof(crossing));
	list->out[i] = crossing;
}

/* When the clock ran for the last time before segment i. */
static timestamp ran_until(const struct ledger *l, size_t i)
{
	while (i > 0)
		if (l->s[--i].mode == SLA_MODE_RUNNING)
			return l->s[i + 1].from;
	return TIMESTAMP_NONE;
}

/*
 * A point of the window is crossed when it is passed, or, in a pause, when the clock
 * runs again; in segment i or not at all.
 */
static void put_point(struct crossing_list *list, const struct ledger *l, size_t i,
                      struct sla_crossing point)
{
	const timestamp from = l->s[i].from;

	if (point.at < from) {
		if (point.at < ran_until(l, i))
			return;
		point.at = from;
	}
	if (point.at < end_of(l, i))
		put(list, point);
}

static void put_segment(struct crossing_list *list, const struct window *w, size_t i)
{
	const struct sla_policy *policy = w->policy;
	const int soon = (int)policy->warn_percent;

	list->base = list->n;
	put_point(list, w->l, i,
	          (struct sla_crossing){percent_at(w, soon), SLA_CROSSING_DUE_SOON, soon});
	for (size_t k = 0; k < policy->n_warn_points; k++) {
		const int percent = policy->warn_points[k];

		put_point(list, w->l, i,
		          (struct sla_crossing){percent_at(w, percent), SLA_CROSSING_WARN,
		                                percent});
	}
	put_point(list, w->l, i,
	          (struct sla_crossing){w->due + 1, SLA_CROSSING_BREACHED, 100});
}

/* From segment i on; w governs it, or NULL. */
static void put_all(struct crossing_list *list, const struct risk_clock_rules *rules,
                    const struct ledger *l, size_t i, const struct window *w)
{
	struct window own;

	while (list->n < list->room) {
		if (w && l->s[i].mode == SLA_MODE_RUNNING)
			put_segment(list, w, i);
		if (++i >= l->n || l->s[i].from > list->until)
			break;
		w = governing(rules, l, i, &own) ? &own : NULL;
	}
}

size_t risk_clock_crossings(const struct risk_clock_rules *rules,
                            const struct risk_clock_segment *segments, size_t n,
                            timestamp after, timestamp until, struct sla_crossing *out,
                            size_t room)
{
	struct crossing_list list = {
	        .out = out, .room = room, .after = after, .until = until};
	struct ledger l;
	struct window w;

	ledger_open(&l, segments, n);
	const size_t i = segment_at(&l, after);

	put_all(&list, rules, &l, i, governing(rules, &l, i, &w) ? &w : NULL);
	ledger_close(&l);
	return list.n;
}

static timestamp next_crossing(const struct risk_clock_rules *rules, const struct ledger *l,
                               size_t i, const struct window *w, timestamp now)
{
	struct sla_crossing first;
	struct crossing_list list = {
	        .out = &first, .room = 1, .after = now, .until = NEVER};

	put_all(&list, rules, l, i, w);
	return list.n ? first.at : TIMESTAMP_NONE;
}

struct risk_clock risk_clock_evaluate(const struct risk_clock_rules *rules,
                                      const struct risk_clock_segment *segments, size_t n,
                                      timestamp now)
{
	struct ledger l;
	struct window w;
	struct risk_clock out = {.sla = {.state = SLA_NONE, .due_at = TIMESTAMP_NONE}};

	ledger_open(&l, segments, n);
	const size_t last = segment_at(&l, now);
	const bool found = governing(rules, &l, last, &w);

	if (now < l.s[last].from)
		now = l.s[last].from;
	out.band_since = l.s[stretch_start(l.s, last + 1, l.s[last].band)].from;
	if (found) {
		out.sla = view_of(&w, last, now);
		out.policy = w.policy;
	}
	out.next_crossing = next_crossing(rules, &l, last, found ? &w : NULL, now);
	ledger_close(&l);
	return out;
}

void risk_clock_rules_of(const struct sla_policies *p, const struct risk_view *view,
                         struct risk_clock_rules *out)
{
	for (int b = 0; b < N_BANDS; b++)
		out->by_band[b] = sla_policy_for(p, view, (enum band)b);
}

struct risk_clock_rules risk_clock_default_rules(void)
{
	struct risk_clock_rules out = {.first_seen = TIMESTAMP_NONE};

	risk_clock_rules_of(&(struct sla_policies){0}, NULL, &out);
	return out;
}
