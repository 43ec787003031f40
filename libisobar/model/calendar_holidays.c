/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holidays from iCalendar (RFC 5545): events with what repeats of them.  libical reads the
 * text and expands the rules; its time zones are not used.
 */
#include <libical/ical.h>
#include <stdbool.h>
#include <string.h>

#include "base/attr.h"

#include "calendar_private.h"

#define DAY_SECONDS     INT64_C(86400)
#define EVENTS_MAX      5000
#define OCCURRENCES_MAX 200000 /* of all events; a daily one has 365 a year */

enum clock_kind {
	CLOCK_WALL, /* a date, or a time without zone: the calendar's own */
	CLOCK_UTC,
	CLOCK_ZONE
};

struct reader {
	struct spans *wall, *utc;
	struct arena *arena;
	int n_events, n_occurrences;
	struct error *err;
};

struct event {
	icalcomponent *component;
	const char *label; /* for errors */
	enum clock_kind kind;
	const char *tzid; /* of CLOCK_ZONE */
	struct time_zone zone;
	icaltimetype start;
	int64_t length; /* seconds */
};

static int fault(const struct reader *r, const struct event *e, const char *what)
{
	return error_set(r->err, ERR_INVALID, "holidays: event \"%.60s\": %s", e->label,
	                 what);
}

/* libical takes over whatever digits stand there. */
static bool is_time(const icaltimetype *t)
{
	return t->year >= 1900 && t->year <= 2200 && t->month >= 1 && t->month <= 12 &&
	       t->day >= 1 && t->day <= icaltime_days_in_month(t->month, t->year) &&
	       t->hour >= 0 && t->hour < 24 && t->minute >= 0 && t->minute < 60 &&
	       t->second >= 0 && t->second <= 60;
}

/* By the clock that the time is of. */
static int64_t seconds_of(const icaltimetype *t)
{
	const int64_t day = days_of_date(t->year, t->month, t->day) * DAY_SECONDS;

	return t->is_date ? day : day + t->hour * 3600 + t->minute * 60 + t->second;
}

static const char *tzid_of(icalproperty *p)
{
	icalparameter *zone = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);

	return zone ? icalparameter_get_tzid(zone) : NULL;
}

static enum clock_kind kind_of(icalproperty *p, const icaltimetype *t)
{
	if (t->is_date)
		return CLOCK_WALL;
	if (icaltime_is_utc(*t))
		return CLOCK_UTC;
	return tzid_of(p) ? CLOCK_ZONE : CLOCK_WALL;
}

static int add_occurrence(struct reader *r, const struct event *e, const icaltimetype *at)
{
	const int64_t from = seconds_of(at);

	if (++r->n_occurrences > OCCURRENCES_MAX)
		return error_set(r->err, ERR_INVALID, "holidays: more than %d days",
		                 OCCURRENCES_MAX);
	if (at->year < CALENDAR_FIRST_YEAR - 2 || at->year > CALENDAR_LAST_YEAR + 1)
		return 0;
	switch (e->kind) {
	case CLOCK_WALL:
		spans_add(r->wall, from, from + e->length);
		break;
	case CLOCK_UTC:
		spans_add(r->utc, from, from + e->length);
		break;
	case CLOCK_ZONE:
		spans_add(r->utc, time_zone_to_utc(&e->zone, from),
		          time_zone_to_utc(&e->zone, from + e->length));
		break;
	}
	return 0;
}

/* Is it taken out?  A date takes out all of its day. */
static bool is_excepted(const struct event *e, const icaltimetype *at)
{
	icalproperty *p =
	        icalcomponent_get_first_property(e->component, ICAL_EXDATE_PROPERTY);

	for (; p; p = icalcomponent_get_next_property(e->component, ICAL_EXDATE_PROPERTY)) {
		const icaltimetype t = icalproperty_get_exdate(p);

		if (t.is_date
		            ? t.year == at->year && t.month == at->month && t.day == at->day
		            : seconds_of(&t) == seconds_of(at))
			return true;
	}
	return false;
}

static int add_unless_excepted(struct reader *r, const struct event *e,
                               const icaltimetype *at)
{
	return is_excepted(e, at) ? 0 : add_occurrence(r, e, at);
}

static int add_rule(struct reader *r, const struct event *e, icalproperty *p)
{
	const struct icalrecurrencetype rule = icalproperty_get_rrule(p);
	int rc = 0;

	switch (rule.freq) {
	case ICAL_DAILY_RECURRENCE:
	case ICAL_WEEKLY_RECURRENCE:
	case ICAL_MONTHLY_RECURRENCE:
	case ICAL_YEARLY_RECURRENCE:
		break;
	default:
		return fault(r, e, "RRULE wants FREQ=DAILY, WEEKLY, MONTHLY or YEARLY");
	}
	icalrecur_iterator *it = icalrecur_iterator_new(rule, e->start);

	if (!it)
		return fault(r, e, "RRULE makes no sense");
	for (;;) {
		const icaltimetype at = icalrecur_iterator_next(it);

		if (icaltime_is_null_time(at) || at.year > CALENDAR_LAST_YEAR + 1)
			break;
		if ((rc = add_unless_excepted(r, e, &at)) < 0)
			break;
	}
	icalrecur_iterator_free(it);
	return rc;
}

static int add_all(struct reader *r, const struct event *e)
{
	icalcomponent *c = e->component;
	icalproperty *rule = icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);
	int rc = rule ? 0 : add_unless_excepted(r, e, &e->start);

	for (; rule && rc == 0;
	     rule = icalcomponent_get_next_property(c, ICAL_RRULE_PROPERTY))
		rc = add_rule(r, e, rule);
	for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_RDATE_PROPERTY);
	     p && rc == 0; p = icalcomponent_get_next_property(c, ICAL_RDATE_PROPERTY)) {
		const struct icaldatetimeperiodtype d = icalproperty_get_rdate(p);

		if (!is_time(&d.time))
			return fault(r, e, "RDATE wants dates or times, no periods");
		rc = add_unless_excepted(r, e, &d.time);
	}
	return rc;
}

static int read_length(struct reader *r, struct event *e)
{
	icalproperty *end =
	        icalcomponent_get_first_property(e->component, ICAL_DTEND_PROPERTY);
	icalproperty *length =
	        icalcomponent_get_first_property(e->component, ICAL_DURATION_PROPERTY);

	if (end) {
		const icaltimetype t = icalproperty_get_dtend(end);
		const char *tzid = tzid_of(end);

		if (t.is_date != e->start.is_date || kind_of(end, &t) != e->kind ||
		    (e->kind == CLOCK_ZONE && (!tzid || strcmp(tzid, e->tzid) != 0)))
			return fault(r, e, "DTEND is of another clock than DTSTART");
		e->length = seconds_of(&t) - seconds_of(&e->start);
	} else if (length) {
		e->length = icaldurationtype_as_int(icalproperty_get_duration(length));
	} else if (e->start.is_date) {
		e->length = DAY_SECONDS;
	} else {
		return fault(r, e, "has no DTEND and no DURATION");
	}
	if (e->length <= 0)
		return fault(r, e, "ends before it begins");
	return 0;
}

static int read_start(struct reader *r, struct event *e)
{
	icalproperty *p =
	        icalcomponent_get_first_property(e->component, ICAL_DTSTART_PROPERTY);

	if (!p)
		return fault(r, e, "has no DTSTART");
	e->start = icalproperty_get_dtstart(p);
	if (!is_time(&e->start))
		return fault(r, e, "DTSTART is no date and no time");
	e->kind = kind_of(p, &e->start);
	if (e->kind != CLOCK_ZONE)
		return 0;
	e->tzid = tzid_of(p);
	if (time_zone_load(e->tzid, CALENDAR_LAST_YEAR + 1, r->arena, &e->zone, r->err) < 0)
		return error_wrap(r->err, "holidays: event \"%.60s\"", e->label);
	return 0;
}

static const char *label_of(icalcomponent *c)
{
	const char *text = icalcomponent_get_summary(c);

	if (!text)
		text = icalcomponent_get_uid(c);
	return text ? text : "without SUMMARY";
}

static int read_event(struct reader *r, icalcomponent *c)
{
	struct event e = {.component = c, .label = label_of(c)};
	int rc;

	if (++r->n_events > EVENTS_MAX)
		return error_set(r->err, ERR_INVALID, "holidays: more than %d events",
		                 EVENTS_MAX);
	if (icalcomponent_get_status(c) == ICAL_STATUS_CANCELLED)
		return 0;
	if (icalcomponent_get_first_property(c, ICAL_RECURRENCEID_PROPERTY))
		return fault(r, &e,
		             "RECURRENCE-ID is not read; use EXDATE and another event");
	if ((rc = read_start(r, &e)) < 0 || (rc = read_length(r, &e)) < 0)
		return rc;
	return add_all(r, &e);
}

/* The first line that libical could not read. */
static int check_errors(struct reader *r, icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_XLICERROR_PROPERTY);
	int rc = 0;

	if (p)
		return error_set(
		        r->err, ERR_INVALID, "holidays: %.120s%s%.60s",
		        icalproperty_get_xlicerror(p),
		        icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT ? "; event " : "",
		        icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT ? label_of(c) : "");
	for (icalcomponent *in = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT);
	     in && rc == 0; in = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT))
		rc = check_errors(r, in);
	return rc;
}

/* Calendars may stand one after the other, or an event alone. */
static int read_component(struct reader *r, icalcomponent *c)
{
	int rc = 0;

	if (icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT)
		return read_event(r, c);
	for (icalcomponent *in = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT);
	     in && rc == 0; in = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT))
		rc = read_component(r, in);
	return rc;
}

int calendar_holidays(const char *text, struct spans *wall, struct spans *utc,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct reader r = {.wall = wall, .utc = utc, .arena = a, .err = err};
	int rc;

	if (strspn(text, " \t\r\n") == strlen(text))
		return 0;
	if (strlen(text) > CALENDAR_HOLIDAYS_MAX)
		return error_set(err, ERR_INVALID, "holidays: more than %u KiB",
		                 CALENDAR_HOLIDAYS_MAX >> 10);
	icalerror_set_errors_are_fatal(0);
	icalcomponent *root = icalparser_parse_string(text);

	if (!root) {
		icalmemory_free_ring();
		return error_set(err, ERR_INVALID,
		                 "holidays: no iCalendar (BEGIN:VCALENDAR)");
	}
	rc = check_errors(&r, root);
	if (rc == 0)
		rc = read_component(&r, root);
	if (rc == 0 && !r.n_events)
		rc = error_set(err, ERR_INVALID, "holidays: no VEVENT");
	icalcomponent_free(root);
	icalmemory_free_ring();
	spans_merge(wall);
	spans_merge(utc);
	return rc;
}
