/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times to and from text.  The calendar is computed here, on integers: timegm()
 * and strptime() take impossible dates and follow the locale.  Civil dates to
 * days is the usual count of days in 400-year eras that begin in March.
 */
#include "base/timestamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SEC_PER_DAY    INT64_C(86400)
#define DAYS_PER_ERA   INT64_C(146097)       /* 400 years */
#define DAYS_TO_1970   INT64_C(719468)       /* from 0000-03-01 */
#define EPOCH_END      INT64_C(7289654400)   /* 2201-01-01 in seconds */
#define YEAR_1         INT64_C(-62135596800) /* 0001-01-01 in seconds */
#define YEAR_10000     INT64_C(253402300800)
#define EPOCH_IS_MILLI INT64_C(100000000000)

/* A reader of one text; every take_ moves at only when it succeeds. */
struct cursor {
	const char *at;
};

struct civil {
	int year, month, day;
	int hour, minute, second; /* second may be 60 */
	int micro;
	int offset; /* minutes east of UTC */
};

timestamp timestamp_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (timestamp)ts.tv_sec * USEC_PER_SEC + ts.tv_nsec / 1000;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t days_from_civil(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - DAYS_TO_1970;
}

static void civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t era, day_of_era, year_of_era, day_of_year, shifted;

	days += DAYS_TO_1970;
	era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	day_of_era = days - era * DAYS_PER_ERA;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	               day_of_era / 146096) /
	              365;
	day_of_year =
	        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * day_of_year + 2) / 153; /* months since March */
	*day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

static int days_in_month(int year, int month)
{
	static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* Exactly n digits. */
static bool take_number(struct cursor *c, int n, int *out)
{
	int value = 0;
	int i;

	for (i = 0; i < n; i++) {
		if (!is_digit(c->at[i]))
			return false;
		value = 10 * value + (c->at[i] - '0');
	}
	c->at += n;
	*out = value;
	return true;
}

static bool take_char(struct cursor *c, char wanted)
{
	if (*c->at != wanted)
		return false;
	c->at++;
	return true;
}

static bool take_date(struct cursor *c, struct civil *t)
{
	return take_number(c, 4, &t->year) && take_char(c, '-') &&
	       take_number(c, 2, &t->month) && take_char(c, '-') &&
	       take_number(c, 2, &t->day) && t->month >= 1 && t->month <= 12 &&
	       t->day >= 1 && t->day <= days_in_month(t->year, t->month);
}

/* The digits after the point; what is finer than a microsecond is cut. */
static bool take_fraction(struct cursor *c, struct civil *t)
{
	int unit = 100000;

	if (!is_digit(*c->at))
		return false;
	for (; is_digit(*c->at); c->at++) {
		t->micro += (*c->at - '0') * unit;
		unit /= 10;
	}
	return true;
}

static bool take_clock(struct cursor *c, struct civil *t)
{
	if (!take_number(c, 2, &t->hour) || !take_char(c, ':') ||
	    !take_number(c, 2, &t->minute) || !take_char(c, ':') ||
	    !take_number(c, 2, &t->second))
		return false;
	if (take_char(c, '.') && !take_fraction(c, t))
		return false;
	return t->hour <= 23 && t->minute <= 59 && t->second <= 60;
}

static bool take_zone(struct cursor *c, struct civil *t, bool loose)
{
	int hours, minutes = 0;
	bool west;

	if (take_char(c, 'Z') || take_char(c, 'z'))
		return true;
	west = *c->at == '-';
	if ((!take_char(c, '+') && !take_char(c, '-')) || !take_number(c, 2, &hours))
		return false;
	if (take_char(c, ':') || !loose) {
		if (c->at[-1] != ':' || !take_number(c, 2, &minutes))
			return false;
	} else if (*c->at && !take_number(c, 2, &minutes)) {
		return false;
	}
	t->offset = (west ? -1 : 1) * (60 * hours + minutes);
	return hours <= 23 && minutes <= 59;
}

/* False for a second 60 that is not the last of a day in UTC, and for a year in UTC that
 * not all can say: PostgreSQL has no year 0, RFC 3339 none of five digits. */
static bool to_timestamp(const struct civil *t, timestamp *out)
{
	bool leap = t->second == 60;
	int64_t seconds = days_from_civil(t->year, t->month, t->day) * SEC_PER_DAY +
	                  INT64_C(3600) * t->hour + INT64_C(60) * (t->minute - t->offset) +
	                  (leap ? 59 : t->second);

	if (leap && (seconds + 1) % SEC_PER_DAY != 0)
		return false;
	if (seconds < YEAR_1 || seconds + leap >= YEAR_10000)
		return false;
	*out = (seconds + leap) * USEC_PER_SEC + t->micro;
	return true;
}

static bool parse_strict(const char *text, timestamp *out)
{
	struct cursor c = {text};
	struct civil t = {0};

	return take_date(&c, &t) && (take_char(&c, 'T') || take_char(&c, 't')) &&
	       take_clock(&c, &t) && take_zone(&c, &t, false) && *c.at == '\0' &&
	       to_timestamp(&t, out);
}

int timestamp_parse(const char *text, timestamp *out, struct error *err)
{
	timestamp t;

	if (!parse_strict(text, &t))
		return error_set(err, ERR_INVALID, "not an RFC 3339 time: \"%.40s\"", text);
	*out = t;
	return 0;
}

static bool parse_epoch(const char *text, timestamp *out)
{
	int64_t value = 0;
	size_t n;

	for (n = 0; is_digit(text[n]); n++) {
		if (n == 18)
			return false;
		value = 10 * value + (text[n] - '0');
	}
	if (n == 0 || text[n] != '\0')
		return false;
	*out = timestamp_of_epoch(value);
	return *out != TIMESTAMP_NONE;
}

static bool parse_provider(const char *text, timestamp *out)
{
	struct cursor c = {text};
	struct civil t = {0};

	if (!take_date(&c, &t))
		return false;
	if (*c.at != '\0') {
		if ((!take_char(&c, 'T') && !take_char(&c, 't') && !take_char(&c, ' ')) ||
		    !take_clock(&c, &t) || t.second == 60)
			return false;
		if (*c.at != '\0' && !take_zone(&c, &t, true))
			return false;
	}
	return *c.at == '\0' && to_timestamp(&t, out);
}

int timestamp_parse_loose(const char *text, timestamp *out, struct error *err)
{
	timestamp t;

	if (!parse_strict(text, &t) && !parse_provider(text, &t) && !parse_epoch(text, &t))
		return error_set(err, ERR_INVALID, "not a time: \"%.40s\"", text);
	if (t < 0 || t >= EPOCH_END * USEC_PER_SEC)
		return error_set(err, ERR_INVALID,
		                 "time outside the years 1970 to 2200: \"%.40s\"", text);
	*out = t;
	return 0;
}

timestamp timestamp_of_epoch(int64_t value)
{
	if (value < 0)
		return TIMESTAMP_NONE;
	if (value <= EPOCH_IS_MILLI)
		return value < EPOCH_END ? value * USEC_PER_SEC : TIMESTAMP_NONE;
	return value < EPOCH_END * 1000 ? value * 1000 : TIMESTAMP_NONE;
}

static char *put_number(char *p, int64_t value, int digits)
{
	int i;

	for (i = digits - 1; i >= 0; i--) {
		p[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return p + digits;
}

/* Value in n digits, then the character that follows it. */
static char *put_part(char *p, int64_t value, int digits, char after)
{
	p = put_number(p, value, digits);
	*p++ = after;
	return p;
}

const char *timestamp_format(timestamp t, char buf[TIMESTAMP_TEXT_MAX])
{
	int64_t seconds = t / USEC_PER_SEC - (t % USEC_PER_SEC < 0);
	int64_t micro = t - seconds * USEC_PER_SEC;
	int64_t days = seconds / SEC_PER_DAY - (seconds % SEC_PER_DAY < 0);
	int64_t clock = seconds - days * SEC_PER_DAY;
	int64_t year;
	int month, day;
	char *p = buf;

	buf[0] = '\0';
	if (t == TIMESTAMP_NONE)
		return buf;
	civil_from_days(days, &year, &month, &day);
	if (year < 0 || year > 9999)
		return buf; /* RFC 3339 cannot say it */
	p = put_part(p, year, 4, '-');
	p = put_part(p, month, 2, '-');
	p = put_part(p, day, 2, 'T');
	p = put_part(p, clock / 3600, 2, ':');
	p = put_part(p, clock / 60 % 60, 2, ':');
	p = put_part(p, clock % 60, 2, micro ? '.' : 'Z');
	if (micro)
		p = put_part(p, micro, 6, 'Z');
	*p = '\0';
	return buf;
}
