/* SPDX-License-Identifier: Apache-2.0 */
#include "self_check_schedule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define USEC_PER_DAY (24 * USEC_PER_HOUR)
#define EVERY_MAX    (90 * USEC_PER_DAY)
#define MISSED_AFTER (USEC_PER_DAY + 12 * USEC_PER_HOUR)
#define SOON         (USEC_PER_HOUR / 4)

static bool read_time(const char *text, int64_t *out)
{
	static const char form[] = "dd:dd";
	int64_t hour, minute;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	hour = strtol(text, NULL, 10);
	minute = strtol(text + 3, NULL, 10);
	*out = hour * USEC_PER_HOUR + minute * (USEC_PER_HOUR / 60);
	return hour < 24 && minute < 60;
}

static bool read_span(const char *text, int64_t *out)
{
	static const struct {
		char unit;
		int64_t usec;
	} units[] = {{'s', USEC_PER_SEC},
	             {'m', 60 * USEC_PER_SEC},
	             {'h', USEC_PER_HOUR},
	             {'d', USEC_PER_DAY}};
	char *end = NULL;
	const long n = isdigit((unsigned char)*text) ? strtol(text, &end, 10) : 0;

	for (size_t i = 0; n > 0 && i < N_ELEMENTS(units); i++)
		if (*end == units[i].unit && !end[1] && n <= EVERY_MAX / units[i].usec) {
			*out = n * units[i].usec;
			return true;
		}
	return false;
}

int self_check_read_schedule(const char *text, struct self_check_schedule *out,
                             struct error *err)
{
	struct self_check_schedule s = {0};

	s.daily = read_time(text, &s.at);
	if (!s.daily && strcmp(text, "off") != 0 && !read_span(text, &s.every))
		return error_set(err, ERR_INVALID,
		                 "the self-check is made at a time of the day in UTC such "
		                 "as 02:30, every 12h or 7d (90d at most), or off, not "
		                 "\"%.40s\"",
		                 text);
	*out = s;
	return 0;
}

timestamp self_check_due(const struct self_check_schedule *s, timestamp last, timestamp now)
{
	timestamp next;

	if (!s->daily) {
		if (!s->every)
			return TIMESTAMP_NONE;
		next = last == TIMESTAMP_NONE || last > now ? now + s->every
		                                            : last + s->every;
		return next > now ? next : now;
	}
	next = now - now % USEC_PER_DAY + s->at;
	if (next <= now)
		next += USEC_PER_DAY;
	if ((last == TIMESTAMP_NONE || now - last > MISSED_AFTER) && next > now + SOON)
		next = now + SOON;
	return next;
}
