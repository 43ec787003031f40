/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells of rows: texts, times, scores and lists as tools write them for people.
 */
#include "table_row.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	MAX_TIME = 64,
	MAX_WORDS = 6,
	MAX_CVES = 2000 /* in one cell */
};

/* Never read; on the stack it would be zeroed for every cell. */
static struct error ignored;

const char *row_text(struct json_view row, const char *column)
{
	return json_view_text_or(row, column, "");
}

bool row_is_blank(const char *cell)
{
	static const char *const words[] = {"",  "n/a", "na",  "null",
	                                    "-", "'-",  "nil", "undefined"};
	size_t size;

	while (isspace((unsigned char)*cell))
		cell++;
	size = strlen(cell);
	while (size > 0 && isspace((unsigned char)cell[size - 1]))
		size--;
	for (size_t i = 0; i < N_ELEMENTS(words); i++)
		if (strlen(words[i]) == size && strncasecmp(words[i], cell, size) == 0)
			return true;
	return false;
}

const char *row_any(struct json_view row, const char *const *columns)
{
	for (; *columns; columns++) {
		const char *text = row_text(row, *columns);

		if (!row_is_blank(text))
			return text;
	}
	return "";
}

bool row_has_all(struct json_view row, const char *const *columns)
{
	for (; *columns; columns++)
		if (!json_view_exists(json_view_at(row, *columns)))
			return false;
	return true;
}

bool row_has_any(struct json_view row, const char *const *columns)
{
	for (; *columns; columns++)
		if (json_view_exists(json_view_at(row, *columns)))
			return true;
	return false;
}

bool row_says_yes(const char *cell)
{
	static const char *const words[] = {"true", "yes", "t", "y", "1"};

	for (size_t i = 0; i < N_ELEMENTS(words); i++)
		if (strcasecmp(cell, words[i]) == 0)
			return true;
	return false;
}

const char *row_paragraphs(struct arena *a, const char *const *parts, size_t n)
{
	const char *all = "";

	for (size_t i = 0; i < n; i++) {
		if (row_is_blank(parts[i]))
			continue;
		all = all[0] == '\0' ? parts[i] : ARENA_JOIN(a, all, "\n\n", parts[i]);
	}
	return all;
}

const char *row_service(const char *protocol, const char *port, struct arena *a)
{
	char *lower;

	if (port[0] == '\0' || strcmp(port, "0") == 0)
		return "";
	if (protocol[0] == '\0')
		return port;
	lower = arena_strdup(a, protocol);
	for (char *c = lower; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return ARENA_JOIN(a, lower, "/", port);
}

/* Times: words of one, the date read from the first of them. */

struct words {
	char text[MAX_TIME];
	const char *at[MAX_WORDS];
	size_t n;
};

static bool split_words(struct words *w, const char *cell)
{
	char *next = w->text;
	char *word;

	if (strlen(cell) >= sizeof(w->text))
		return false;
	memcpy(w->text, cell, strlen(cell) + 1);
	w->n = 0;
	while ((word = strsep(&next, " ,\t\n")) != NULL) {
		if (word[0] == '\0')
			continue;
		if (w->n == MAX_WORDS)
			return false;
		w->at[w->n++] = word;
	}
	return w->n > 0;
}

struct date {
	int year, month, day;
};

/* All of text is digits, and few. */
static bool number_of(const char *text, size_t size, int *out)
{
	int value = 0;

	if (size == 0 || size > 4)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*out = value;
	return true;
}

/* "Feb" "5" "2024"; the words that it takes, 0 when it is none. */
static size_t named_date(const struct words *w, struct date *d)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (w->n < 3 || strlen(w->at[0]) < 3 ||
	    !number_of(w->at[1], strlen(w->at[1]), &d->day) || strlen(w->at[2]) != 4 ||
	    !number_of(w->at[2], 4, &d->year))
		return 0;
	for (int i = 0; i < 12; i++) {
		if (strncasecmp(w->at[0], months + 3 * i, 3) == 0) {
			d->month = i + 1;
			return 3;
		}
	}
	return 0;
}

/* "05/13/2021" */
static size_t slashed_date(const struct words *w, struct date *d)
{
	const char *first = w->at[0];
	size_t size = strcspn(first, "/");
	const char *second = first + size + (first[size] == '/');
	size_t second_size = strcspn(second, "/");
	const char *year = second + second_size + (second[second_size] == '/');

	if (!number_of(first, size, &d->month) ||
	    !number_of(second, second_size, &d->day) || strlen(year) != 4 ||
	    !number_of(year, 4, &d->year))
		return 0;
	if (d->month > 12) {
		int day = d->month;

		d->month = d->day;
		d->day = day;
	}
	return 1;
}

/* "2025-04-03" before a time of its own word */
static size_t dashed_date(const struct words *w, struct date *d)
{
	const char *text = w->at[0];

	return strlen(text) == 10 && text[4] == '-' && text[7] == '-' &&
	                       number_of(text, 4, &d->year) &&
	                       number_of(text + 5, 2, &d->month) &&
	                       number_of(text + 8, 2, &d->day)
	               ? 1
	               : 0;
}

/* "7:00", "21:01:08", "20:20:00.43", each with "AM" or "PM" behind it or as next word. */
static bool put_clock(const struct words *w, size_t *next, char *out, size_t room)
{
	const char *text = *next < w->n ? w->at[*next] : "00:00";
	size_t size = strcspn(text, ":"), minutes;
	char seconds[20] = "";
	const char *half;
	int hour = 0, minute = 0;

	*next += *next < w->n;
	if (!number_of(text, size, &hour) || text[size] != ':' ||
	    !number_of(text + size + 1, 2, &minute))
		return false;
	text += size + 3;
	minutes = strspn(text, ":.0123456789");
	half = text + minutes;
	if (*half == '\0' && *next < w->n)
		half = w->at[*next];
	if (strcasecmp(half, "AM") == 0 || strcasecmp(half, "PM") == 0) {
		if (hour < 1 || hour > 12)
			return false;
		hour = hour % 12 + (toupper((unsigned char)half[0]) == 'P' ? 12 : 0);
		*next += half != text + minutes;
	} else if (text[minutes] != '\0') {
		return false;
	}
	if (minutes >= sizeof(seconds))
		return false;
	memcpy(seconds, minutes > 0 ? text : ":00", minutes > 0 ? minutes : 3);
	(void)snprintf(out, room, "%02d:%02d%s", hour % 24, minute % 60, seconds);
	return hour < 24 && minute < 60;
}

/* "", "UTC", "GMT", "+0000" and "+0000 CET": the offset says it then. */
static bool put_zone(const struct words *w, size_t next, const char **out)
{
	*out = "";
	if (next < w->n && (w->at[next][0] == '+' || w->at[next][0] == '-')) {
		*out = w->at[next];
		return next + 2 >= w->n;
	}
	if (next < w->n && strcasecmp(w->at[next], "UTC") != 0 &&
	    strcasecmp(w->at[next], "GMT") != 0)
		return false;
	return next + 1 >= w->n;
}

timestamp row_time(const char *cell)
{
	timestamp t = TIMESTAMP_NONE;
	struct words w;
	struct date d = {0};
	char clock[MAX_TIME], text[2 * MAX_TIME];
	const char *zone;
	size_t next;

	if (cell[0] == '\0')
		return TIMESTAMP_NONE;
	if (timestamp_parse_loose(cell, &t, &ignored) == 0)
		return t;
	if (!split_words(&w, cell))
		return TIMESTAMP_NONE;
	next = named_date(&w, &d);
	if (next == 0)
		next = slashed_date(&w, &d);
	if (next == 0)
		next = dashed_date(&w, &d);
	if (next == 0 || !put_clock(&w, &next, clock, sizeof(clock)) ||
	    !put_zone(&w, next, &zone))
		return TIMESTAMP_NONE;
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%s%s", d.year, d.month, d.day,
	               clock, zone);
	return timestamp_parse_loose(text, &t, &ignored) == 0 ? t : TIMESTAMP_NONE;
}

/* Scores and vectors. */

int row_score(const char *cell)
{
	int whole = 0, tenth = 0;
	size_t size;

	while (*cell == ' ')
		cell++;
	size = strspn(cell, "0123456789");
	if (size > 2 || !number_of(cell, size, &whole))
		return -1;
	cell += size;
	if (*cell == '.') {
		cell++;
		if (isdigit((unsigned char)cell[0])) {
			tenth = cell[0] - '0';
			if (isdigit((unsigned char)cell[1]) && cell[1] >= '5')
				tenth++;
		}
		cell += strspn(cell, "0123456789");
	}
	if (*cell != '\0' && *cell != ' ' && *cell != '(')
		return -1;
	whole = whole * 10 + tenth;
	return whole <= 100 ? whole : -1;
}

const char *row_vector(const char *cell, struct arena *a)
{
	const char *at = strstr(cell, "CVSS:");

	if (!at)
		at = strstr(cell, "AV:");
	if (!at)
		return "";
	return arena_strndup(a, at, strcspn(at, ") \t\n,;\"#"));
}

/* CVEs. */

/* The size of "CVE-2026-1234" at the beginning of text, 0 when there is none. */
static size_t cve_size(const char *text)
{
	size_t digits;

	if (strncasecmp(text, "CVE-", 4) != 0 || strspn(text + 4, "0123456789") != 4 ||
	    text[8] != '-')
		return 0;
	digits = strspn(text + 9, "0123456789");
	return digits >= 4 && digits <= 19 ? 9 + digits : 0;
}

static bool has_id(const struct row_ids *list, const char *text, size_t size)
{
	for (size_t i = 0; i < list->n; i++)
		if (strlen(list->ids[i]) == size &&
		    strncasecmp(list->ids[i], text, size) == 0)
			return true;
	return false;
}

struct row_ids row_cves(const char *text, struct arena *a)
{
	struct row_ids list = {0};
	size_t room = 0;

	for (const char *at = text; (at = strchr(at, '-')) != NULL && room < MAX_CVES; at++)
		room++;
	if (room < 2)
		return list;
	list.ids = ARENA_ARRAY(a, const char *, room);
	while (*text != '\0' && list.n < room) {
		size_t size = cve_size(text);
		char *id;

		if (size == 0) {
			text++;
			continue;
		}
		if (!has_id(&list, text, size)) {
			id = arena_strndup(a, text, size);
			memcpy(id, "CVE", 3);
			list.ids[list.n++] = id;
		}
		text += size;
	}
	return list;
}
