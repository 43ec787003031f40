/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers as values. */
#include "net/http_message.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define USEC_PER_MSEC INT64_C(1000)
#define USEC_PER_DAY  (24 * USEC_PER_HOUR)
#define DAY_MS        (24U * 3600 * 1000)

static const char *const day_names[] = {"Thursday", "Friday",  "Saturday", "Sunday",
                                        "Monday",   "Tuesday", "Wednesday"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void http_add_header(struct http_request *req, const char *name, const char *value)
{
	assert(req->n_headers < HTTP_HEADERS_MAX);
	req->headers[req->n_headers++] = (struct http_header){name, value};
}

const char *http_header(const struct http_response *resp, const char *name)
{
	for (size_t i = 0; i < resp->n_headers; i++)
		if (strcmp(resp->headers[i].name, name) == 0)
			return resp->headers[i].value;
	return NULL;
}

/* Digits alone; what is more than a day is a day. */
static bool read_seconds(const char *text, unsigned int *out_ms)
{
	unsigned int seconds = 0;

	if (*text == '\0')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (seconds < DAY_MS / 1000)
			seconds = 10 * seconds + (unsigned int)(*text - '0');
	if (seconds > DAY_MS / 1000)
		seconds = DAY_MS / 1000;
	*out_ms = seconds * 1000;
	return *text == '\0';
}

unsigned int http_retry_after_ms(const struct http_response *resp, timestamp now)
{
	const char *text = http_header(resp, "retry-after");
	const char *date = http_header(resp, "date");
	timestamp until, from = TIMESTAMP_NONE;
	unsigned int ms;

	if (!text)
		return 0;
	if (read_seconds(text, &ms))
		return ms;
	until = http_date_parse(text);
	if (date)
		from = http_date_parse(date);
	if (from == TIMESTAMP_NONE)
		from = now;
	if (until == TIMESTAMP_NONE || until <= from)
		return 0;
	if (until - from > USEC_PER_DAY)
		return DAY_MS;
	return (unsigned int)((until - from + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
}

/* --- dates --- */

/* What a form of a date has been read into: digits, as RFC 3339 wants them. */
struct date_parts {
	char year[5], month[3], day[3], clock[9];
};

/* Copies n characters of which each is a digit, or stands in form where that has one. */
static bool take_digits(const char **at, const char *form, char *out)
{
	const char *text = *at;
	size_t i;

	for (i = 0; form[i]; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (form[i] == '0' ? !is_digit : text[i] != form[i])
			return false;
		out[i] = text[i];
	}
	out[i] = '\0';
	*at += i;
	return true;
}

static bool take_day_name(const char **at, bool is_long)
{
	for (size_t i = 0; i < N_ELEMENTS(day_names); i++) {
		size_t n = is_long ? strlen(day_names[i]) : 3;

		if (strncmp(*at, day_names[i], n) == 0) {
			*at += n;
			return true;
		}
	}
	return false;
}

static bool take_month(const char **at, char out[3])
{
	for (unsigned int i = 0; i < N_ELEMENTS(month_names); i++) {
		if (strncmp(*at, month_names[i], 3) == 0) {
			out[0] = (char)('0' + (i + 1) / 10);
			out[1] = (char)('0' + (i + 1) % 10);
			out[2] = '\0';
			*at += 3;
			return true;
		}
	}
	return false;
}

/* Two digits of a year: 1970 to 2069, as POSIX reads them. */
static bool take_short_year(const char **at, char out[5])
{
	if (!take_digits(at, "00", out + 2))
		return false;
	out[0] = out[2] >= '7' ? '1' : '2';
	out[1] = out[2] >= '7' ? '9' : '0';
	return true;
}

/* A day whose ten may be a blank. */
static bool take_blank_day(const char **at, char out[3])
{
	if (take_digits(at, " 0", out)) {
		out[0] = '0';
		return true;
	}
	return take_digits(at, "00", out);
}

/*
 * Reads a text by a form: 'w' a short and 'W' a long name of a day, 'd' a day, 'D' one
 * that may begin with a blank, 'm' a month's name, 'y' two and 'Y' four digits of a
 * year, 'c' the clock; all else stands for itself.
 */
static bool read_form(const char *text, const char *form, struct date_parts *out)
{
	bool is_good = true;

	for (; *form && is_good; form++) {
		switch (*form) {
		case 'w':
		case 'W':
			is_good = take_day_name(&text, *form == 'W');
			break;
		case 'd':
			is_good = take_digits(&text, "00", out->day);
			break;
		case 'D':
			is_good = take_blank_day(&text, out->day);
			break;
		case 'm':
			is_good = take_month(&text, out->month);
			break;
		case 'y':
			is_good = take_short_year(&text, out->year);
			break;
		case 'Y':
			is_good = take_digits(&text, "0000", out->year);
			break;
		case 'c':
			is_good = take_digits(&text, "00:00:00", out->clock);
			break;
		default:
			is_good = *text++ == *form;
		}
	}
	return is_good && *text == '\0';
}

timestamp http_date_parse(const char *text)
{
	/* The one that is written, and the two that are to be read still. */
	static const char *const forms[] = {"w, d m Y c GMT", "W, d-m-y c GMT",
	                                    "w m D c Y"};
	struct date_parts parts;
	struct error err;
	char plain[TIMESTAMP_TEXT_MAX];
	timestamp t;

	for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
		if (!read_form(text, forms[i], &parts))
			continue;
		snprintf(plain, sizeof(plain), "%s-%s-%sT%sZ", parts.year, parts.month,
		         parts.day, parts.clock);
		return timestamp_parse(plain, &t, &err) < 0 ? TIMESTAMP_NONE : t;
	}
	return TIMESTAMP_NONE;
}

void http_date_format(timestamp at, char out[30])
{
	const int64_t days = at / USEC_PER_DAY - (at % USEC_PER_DAY < 0);
	char text[TIMESTAMP_TEXT_MAX];
	int month;

	out[0] = '\0';
	timestamp_format(at, text); /* "2026-01-02T03:04:05…" */
	if (text[0] == '\0')
		return;
	month = 10 * (text[5] - '0') + (text[6] - '0');
	snprintf(out, 30, "%.3s, %.2s %s %.4s %.8s GMT", day_names[(days % 7 + 7) % 7],
	         text + 8, month_names[month - 1], text, text + 11);
}
