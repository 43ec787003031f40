/* SPDX-License-Identifier: Apache-2.0 */
/* Headers, dates and Retry-After. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/http_message.h"

#include "support/random.h"

static timestamp at(const char *text)
{
	struct error err;
	timestamp t = 0;

	assert_int_equal(timestamp_parse(text, &t, &err), 0);
	return t;
}

static void test_http_message__headers(void **state)
{
	const struct http_header headers[] = {
	        {"date", "x"}, {"a", "1"}, {"a", "2"}, {"b", ""}};
	const struct http_response resp = {.headers = headers, .n_headers = 4};
	struct http_request req = {.n_headers = 0};

	(void)state;
	assert_string_equal(http_header(&resp, "a"), "1");
	assert_string_equal(http_header(&resp, "b"), "");
	assert_null(http_header(&resp, "c"));
	assert_null(http_header(&(struct http_response){.status = 200}, "a"));
	http_add_header(&req, "Accept", "text/plain");
	assert_int_equal(req.n_headers, 1);
	assert_string_equal(req.headers[0].name, "Accept");
	assert_string_equal(req.headers[0].value, "text/plain");
}

static const struct {
	const char *text;
	const char *want; /* NULL: unreadable */
} date_rows[] = {
        {"Thu, 01 Jan 2026 06:00:00 GMT", "2026-01-01T06:00:00Z"},
        {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"},
        {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"},
        {"Thursday, 01-Jan-26 06:00:00 GMT", "2026-01-01T06:00:00Z"},
        {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"},
        {"Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z"},
        {"Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59Z"},
        {"Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"},
        {"Sat, 29 Feb 2025 00:00:00 GMT", NULL},
        {"Thu, 00 Jan 2026 06:00:00 GMT", NULL},
        {"Thu, 1 Jan 2026 06:00:00 GMT", NULL},
        {"Thu, 01 Jan 2026 24:00:00 GMT", NULL},
        {"Thu, 01 Jan 2026 06:60:00 GMT", NULL},
        {"Thu, 01 Jan 2026 06:00:00 UTC", NULL},
        {"Thu, 01 Jan 2026 06:00:00 +0000", NULL},
        {"Thu, 01 Jan 2026 06:00:00 GMT ", NULL},
        {"Thu, 01 Jan 2026 06:00:00", NULL},
        {"Xxx, 01 Jan 2026 06:00:00 GMT", NULL},
        {"Thu, 01 Foo 2026 06:00:00 GMT", NULL},
        {"Thu, 01 Jan 26 06:00:00 GMT", NULL},
        {"01 Jan 2026 06:00:00 GMT", NULL},
        {"2026-01-01T06:00:00Z", NULL},
        {"Thu", NULL},
        {"", NULL},
};

static void test_http_message__reads_dates(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(date_rows); i++) {
		timestamp want = date_rows[i].want ? at(date_rows[i].want) : TIMESTAMP_NONE;

		if (http_date_parse(date_rows[i].text) != want)
			fail_msg("row %zu: \"%s\"", i, date_rows[i].text);
	}
}

static void test_http_message__writes_dates(void **state)
{
	char text[30];

	(void)state;
	http_date_format(at("2026-01-01T06:00:00Z"), text);
	assert_string_equal(text, "Thu, 01 Jan 2026 06:00:00 GMT");
	http_date_format(at("2026-11-15T23:59:59.999999Z"), text);
	assert_string_equal(text, "Sun, 15 Nov 2026 23:59:59 GMT");
	http_date_format(-1, text);
	assert_string_equal(text, "Wed, 31 Dec 1969 23:59:59 GMT");
	http_date_format(TIMESTAMP_NONE, text);
	assert_string_equal(text, "");
	http_date_format(INT64_MAX, text);
	assert_string_equal(text, "");
}

static void test_http_message__dates_survive_the_way(void **state)
{
	const int64_t days = 230 * 365;

	(void)state;
	random_begin(20261115);
	for (int i = 0; i < 20000; i++) {
		timestamp t =
		        (int64_t)(random_next() % (uint64_t)(days * 86400)) * USEC_PER_SEC;
		char text[30];

		http_date_format(t, text);
		assert_int_equal(strlen(text), 29);
		assert_true(http_date_parse(text) == t);
	}
}

static const struct {
	const char *retry_after, *date; /* NULL: there is none */
	unsigned int want;
} retry_rows[] = {
        {NULL, NULL, 0},
        {"0", NULL, 0},
        {"17", NULL, 17000},
        {"086399", NULL, 86399000},
        {"86400", NULL, 86400000},
        {"86401", NULL, 86400000},
        {"99999999999999999999999999", NULL, 86400000},
        {"", NULL, 0},
        {"-5", NULL, 0},
        {"+5", NULL, 0},
        {"1.5", NULL, 0},
        {"5 s", NULL, 0},
        {"soon", NULL, 0},
        /* Now is 06:00:00. */
        {"Thu, 01 Jan 2026 06:00:30 GMT", NULL, 30000},
        {"Thu, 01 Jan 2026 05:59:59 GMT", NULL, 0},
        {"Thu, 01 Jan 2026 06:00:00 GMT", NULL, 0},
        {"Sat, 03 Jan 2026 06:00:00 GMT", NULL, 86400000},
        /* The server's clock is 10 minutes ahead, or behind. */
        {"Thu, 01 Jan 2026 06:10:30 GMT", "Thu, 01 Jan 2026 06:10:00 GMT", 30000},
        {"Thu, 01 Jan 2026 05:50:30 GMT", "Thu, 01 Jan 2026 05:50:00 GMT", 30000},
        {"Thu, 01 Jan 2026 06:00:30 GMT", "yesterday", 30000},
        {"17", "Thu, 01 Jan 2026 06:10:00 GMT", 17000},
};

static void test_http_message__retry_after(void **state)
{
	const timestamp now = at("2026-01-01T06:00:00Z");

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(retry_rows); i++) {
		struct http_header headers[2];
		struct http_response resp = {.headers = headers};

		if (retry_rows[i].retry_after)
			headers[resp.n_headers++] = (struct http_header){
			        "retry-after", retry_rows[i].retry_after};
		if (retry_rows[i].date)
			headers[resp.n_headers++] =
			        (struct http_header){"date", retry_rows[i].date};
		if (http_retry_after_ms(&resp, now) != retry_rows[i].want)
			fail_msg("row %zu: %u", i, http_retry_after_ms(&resp, now));
	}
}

/* Less than a millisecond is one: 0 would say that there is no advice. */
static void test_http_message__retry_after_rounds_up(void **state)
{
	const struct http_header header = {"retry-after", "Thu, 01 Jan 2026 06:00:01 GMT"};
	const struct http_response resp = {.headers = &header, .n_headers = 1};

	(void)state;
	assert_int_equal(http_retry_after_ms(&resp, at("2026-01-01T06:00:00.999999Z")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_http_message__headers),
	        cmocka_unit_test(test_http_message__reads_dates),
	        cmocka_unit_test(test_http_message__writes_dates),
	        cmocka_unit_test(test_http_message__dates_survive_the_way),
	        cmocka_unit_test(test_http_message__retry_after),
	        cmocka_unit_test(test_http_message__retry_after_rounds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
