/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones from the system's files.  glibc has them only for the one zone of the
 * process; libical carries some rules on wrongly after 2037.
 */
#include "base/time_zone.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ZONE_DIR      "/usr/share/zoneinfo/"
#define ZONE_FILE_MAX (64u << 10)
#define ZONE_NAME_MAX 64
#define HEADER_SIZE   44
#define DAY_SECONDS   INT64_C(86400)

int64_t days_of_date(int year, int month, int day)
{
	/* Years begin in March, so that the odd day is the last one. */
	const int64_t y = month <= 2 ? year - 1 : year;
	const int64_t era = (y >= 0 ? y : y - 399) / 400;
	const int64_t of_era = y - era * 400;
	const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* --- rules that go on for ever: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX TZ) --- */

struct change {
	char kind; /* 'M', 'J', or 'n': a day from 0 */
	int month, week, day;
	int seconds; /* of the wall clock that ends */
};

struct footer {
	int32_t offset, summer_offset;
	bool has_summer;
	struct change begin, end; /* of summer time */
};

static bool skip_name(const char **at)
{
	const char *p = *at;

	if (*p == '<') {
		p = strchr(p, '>');
		*at = p ? p + 1 : *at;
		return p != NULL;
	}
	while (isalpha((unsigned char)*p))
		p++;
	const bool found = p > *at;

	*at = p;
	return found;
}

static bool read_number(const char **at, int *out)
{
	int n = 0;

	if (!isdigit((unsigned char)**at))
		return false;
	while (isdigit((unsigned char)**at) && n < 10000)
		n = n * 10 + (*(*at)++ - '0');
	*out = n;
	return true;
}

/* "-1", "+10:30", "3" */
static bool read_time(const char **at, int *out)
{
	const int sign = **at == '-' ? -1 : 1;
	int part[3] = {0};

	if (**at == '-' || **at == '+')
		(*at)++;
	for (int i = 0; i < 3; i++) {
		if (i > 0 && **at != ':')
			break;
		*at += i > 0;
		if (!read_number(at, &part[i]))
			return false;
	}
	*out = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return true;
}

static bool read_change(const char **at, struct change *out)
{
	bool ok;

	*out = (struct change){.kind = 'n', .seconds = 2 * 3600};
	if (*(*at)++ != ',')
		return false;
	if (**at == 'M' || **at == 'J')
		out->kind = *(*at)++;
	if (out->kind == 'M')
		ok = read_number(at, &out->month) && *(*at)++ == '.' &&
		     read_number(at, &out->week) && *(*at)++ == '.' &&
		     read_number(at, &out->day) && out->month >= 1 && out->month <= 12 &&
		     out->week >= 1 && out->week <= 5 && out->day <= 6;
	else
		ok = read_number(at, &out->day) && out->day <= 366;
	if (ok && **at == '/') {
		(*at)++;
		ok = read_time(at, &out->seconds);
	}
	return ok;
}

static bool read_footer(const char *text, struct footer *out)
{
	int offset;

	*out = (struct footer){0};
	if (!skip_name(&text) || !read_time(&text, &offset))
		return false;
	out->offset = -offset;
	if (!*text)
		return true;
	out->has_summer = true;
	out->summer_offset = out->offset + 3600;
	if (!skip_name(&text))
		return false;
	if (*text != ',') {
		if (!read_time(&text, &offset))
			return false;
		out->summer_offset = -offset;
	}
	return read_change(&text, &out->begin) && read_change(&text, &out->end) && !*text;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Seconds of the wall clock since 1970. */
static int64_t wall_of(const struct change *c, int year)
{
	int64_t day;

	if (c->kind != 'M') {
		day = days_of_date(year, 1, 1) + c->day;
		if (c->kind == 'J')
			day += is_leap(year) && c->day >= 60 ? 0 : -1;
		return day * DAY_SECONDS + c->seconds;
	}
	const int64_t first = days_of_date(year, c->month, 1);
	const int64_t next = days_of_date(year + c->month / 12, c->month % 12 + 1, 1);

	/* 1970-01-01 was a Thursday; day 0 is Sunday. */
	day = first + (c->day - (first + 4) % 7 + 7) % 7 + 7 * (c->week - 1);
	if (day >= next)
		day -= 7;
	return day * DAY_SECONDS + c->seconds;
}

/* --- files --- */

static int64_t number_at(const unsigned char *p, int size)
{
	uint64_t n = p[0] & 0x80 ? UINT64_MAX : 0;

	while (size-- > 0)
		n = n << 8 | *p++;
	return (int64_t)n;
}

/* A later period in place of one that begins with it. */
static void add_period(struct time_zone *zone, size_t room, int64_t at, int32_t offset)
{
	if (zone->n && zone->periods[zone->n - 1].at >= at)
		return;
	if (zone->n && zone->periods[zone->n - 1].offset == offset)
		return;
	if (zone->n < room)
		zone->periods[zone->n++] = (struct zone_period){at, offset};
}

struct counts {
	size_t ut, standard, leap, time, type, letters;
};

static bool read_counts(const unsigned char *p, size_t size, struct counts *out)
{
	size_t *const fields[] = {&out->ut,   &out->standard, &out->leap,
	                          &out->time, &out->type,     &out->letters};

	if (size < HEADER_SIZE || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	for (size_t i = 0; i < N_ELEMENTS(fields); i++) {
		const int64_t n = number_at(p + 20 + 4 * i, 4);

		if (n < 0 || n > (int64_t)ZONE_FILE_MAX)
			return false;
		*fields[i] = (size_t)n;
	}
	return out->type > 0;
}

static size_t body_size(const struct counts *c, size_t width)
{
	return c->time * (width + 1) + c->type * 6 + c->letters + c->leap * (width + 4) +
	       c->standard + c->ut;
}

/* What the rules say after a time. */
static void add_rules(struct time_zone *zone, size_t room, const struct footer *f,
                      int64_t after, int last_year)
{
	for (int year = 1970; year <= last_year + 1; year++) {
		const int64_t begin = wall_of(&f->begin, year) - f->offset;
		const int64_t end = wall_of(&f->end, year) - f->summer_offset;
		const int64_t first = begin < end ? begin : end;
		const int64_t second = begin < end ? end : begin;

		if (first > after)
			add_period(zone, room, first,
			           begin < end ? f->summer_offset : f->offset);
		if (second > after)
			add_period(zone, room, second,
			           begin < end ? f->offset : f->summer_offset);
	}
}

/* The second part of the file, with 64-bit times, and the rules behind it.  A NUL
 * follows the data. */
static bool read_zone(unsigned char *p, size_t size, int last_year, struct arena *a,
                      struct time_zone *out)
{
	struct counts c;
	struct footer footer;

	if (!read_counts(p, size, &c) || size - HEADER_SIZE < body_size(&c, 4))
		return false;
	p += HEADER_SIZE + body_size(&c, 4);
	size -= HEADER_SIZE + body_size(&c, 4);
	if (!read_counts(p, size, &c) || size - HEADER_SIZE < body_size(&c, 8) + 2)
		return false;

	const unsigned char *times = p + HEADER_SIZE;
	const unsigned char *which = times + c.time * 8;
	const unsigned char *types = which + c.time;
	const size_t room = c.time + 1 + 2 * (size_t)(last_year - 1970 + 2);

	out->periods = ARENA_ARRAY(a, struct zone_period, room);
	out->n = 0;
	add_period(out, room, INT64_MIN, (int32_t)number_at(types, 4));
	for (size_t i = 0; i < c.time; i++) {
		if (which[i] >= c.type)
			return false;
		add_period(out, room, number_at(times + 8 * i, 8),
		           (int32_t)number_at(types + (size_t)which[i] * 6, 4));
	}
	char *rules = (char *)p + HEADER_SIZE + body_size(&c, 8) + 1;

	rules[strcspn(rules, "\n")] = '\0';
	if (!*rules)
		return true;
	if (!read_footer(rules, &footer))
		return false;
	if (footer.has_summer)
		add_rules(out, room, &footer,
		          c.time ? number_at(times + 8 * (c.time - 1), 8) : INT64_MIN,
		          last_year);
	return true;
}

static bool is_name(const char *name)
{
	const size_t size = strlen(name);

	return size > 0 && size <= ZONE_NAME_MAX && isalpha((unsigned char)*name) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                    "_+-/") == size;
}

static int unknown(const char *name, struct error *err)
{
	return error_set(err, ERR_INVALID,
	                 "unknown time zone \"%.60s\"; wants an IANA name, for instance "
	                 "Europe/Berlin",
	                 name);
}

int time_zone_load(const char *name, int last_year, struct arena *a, struct time_zone *out,
                   struct error *err)
{
	char path[sizeof(ZONE_DIR) + ZONE_NAME_MAX];
	ARENA_SCOPED scratch = arena_new(ZONE_FILE_MAX + 1);
	FILE *file = NULL;

	if (is_name(name)) {
		snprintf(path, sizeof(path), "%s%s", ZONE_DIR, name);
		file = fopen(path, "rbe");
	}
	if (!file)
		return unknown(name, err);
	unsigned char *data = arena_alloc(scratch, ZONE_FILE_MAX + 1); /* zeroed */
	const size_t size = fread(data, 1, ZONE_FILE_MAX, file);

	fclose(file);
	/* A folder is opened, and reads nothing; so do tables beside the zones. */
	if (size < 4 || memcmp(data, "TZif", 4) != 0)
		return unknown(name, err);
	if (!read_zone(data, size, last_year, a, out))
		return error_set(err, ERR_INTERNAL, "%s: no zone of RFC 8536", path);
	return 0;
}

int64_t time_zone_to_utc(const struct time_zone *zone, int64_t wall)
{
	size_t i = 0;

	/* The first period whose wall clock reaches it before it ends. */
	while (i + 1 < zone->n && wall - zone->periods[i].offset >= zone->periods[i + 1].at)
		i++;
	return wall - zone->periods[i].offset;
}
