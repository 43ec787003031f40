/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connectors of feeds: what EPSS, KEV and NVD are asked for, which redirects are
 * followed, NVD's windows, pages and refusals.
 */
#include "ask_connector.h"

#define NVD  "https://services.nvd.nist.gov/rest/json/cves/2.0?"
#define EPSS "https://epss.empiricalsecurity.com/"

static struct ask t;

static int tear_down(void **unused)
{
	(void)unused;
	ask_close(&t);
	return 0;
}

static int set_up(void **unused)
{
	(void)unused;
	ask_open(&t, &nvd_connector);
	return 0;
}

static int set_up_epss(void **unused)
{
	(void)unused;
	ask_open(&t, &epss_connector);
	return 0;
}

static int set_up_kev(void **unused)
{
	(void)unused;
	ask_open(&t, &kev_connector);
	return 0;
}

/* --- files --- */

static void test_epss__asks_for_the_file_of_a_day(void **unused)
{
	static const struct {
		const char *cursor, *url; /* NULL: refused */
	} rows[] = {
	        {NULL, EPSS "epss_scores-current.csv.gz"},
	        {"epss_scores-2026-08-16.csv.gz", EPSS "epss_scores-2026-08-16.csv.gz"},
	        {"epss_scores-2026-08-1x.csv.gz", NULL},
	        {"epss_scores-2026-08-16.csv.gz/../x", NULL},
	        {"", NULL},
	};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const int rc = ask_request(&t, &plan, rows[i].cursor);

		assert_int_equal(rc, rows[i].url ? 0 : ERR_INVALID);
		if (rc < 0)
			continue;
		assert_string_equal(t.request.http.url, rows[i].url);
		assert_string_equal(t.request.feed, "epss");
		assert_true(t.request.redirects);
		assert_null(t.request.credential);
		assert_false(t.request.http.allow_http);
	}
}

static void test_epss__follows_to_a_file_of_a_day_alone(void **unused)
{
	static const struct {
		const char *location, *next; /* NULL: refused */
	} rows[] = {
	        {"location: /epss_scores-2026-08-16.csv.gz",
	         "epss_scores-2026-08-16.csv.gz"},
	        {"location: epss_scores-2026-08-16.csv.gz",
	         "epss_scores-2026-08-16.csv.gz"},
	        {"location: " EPSS "epss_scores-2026-08-16.csv.gz",
	         "epss_scores-2026-08-16.csv.gz"},
	        {"location: https://elsewhere.example/file.csv.gz", NULL},
	        {"location: epss_scores-2026-08-16.csv.gz?x=1", NULL},
	        {"location: ", NULL},
	        {NULL, NULL},
	};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct http_response resp =
		        ask_response(&t, 302, "", rows[i].location);
		const struct page_input in = {.part = &plan, .response = &resp};
		const int rc = epss_connector.page(&t.s, &in, t.arena, &t.page, &t.err);

		assert_int_equal(rc, rows[i].next ? 0 : ERR_DENIED);
		if (rc == 0)
			assert_string_equal(t.page.next, rows[i].next);
		else
			ask_says(&t, "302 leads to no file of a day");
	}
}

static void test_kev__is_one_file(void **unused)
{
	const struct part plan = ask_plan(), other = {.name = "x", .kind = "x", .data = ""};

	(void)unused;
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(t.request.http.url,
	                    "https://www.cisa.gov/sites/default/files/feeds/"
	                    "known_exploited_vulnerabilities.json");
	assert_string_equal(t.request.feed, "kev");
	assert_false(t.request.redirects);
	assert_int_equal(ask_page(&t, &plan, NULL, "{}", NULL), 0);
	assert_null(t.page.next);
	assert_int_equal(ask_request(&t, &other, NULL), ERR_INVALID);
	ask_set(&t, "endpoint", "http://127.0.0.1:9/mirror/");
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(
	        t.request.http.url,
	        "http://127.0.0.1:9/mirror/known_exploited_vulnerabilities.json");
	assert_true(t.request.http.allow_http);
}

static void test_kev__refusals(void **unused)
{
	static const struct {
		long status;
		enum refusal refusal;
		const char *says;
	} rows[] = {
	        {301, REFUSAL_FATAL, "301: the server has moved it"},
	        {403, REFUSAL_DENIED, "403: the server does not let"},
	        {404, REFUSAL_ABSENT, "404: the server has no such file"},
	        {429, REFUSAL_RETRY, "429"},
	        {503, REFUSAL_RETRY, "503"},
	};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		assert_int_equal(ask_refusal(&t, &plan, rows[i].status, ""),
		                 rows[i].refusal);
		ask_says(&t, rows[i].says);
	}
}

/* --- NVD --- */

static const struct part all = {.name = "all", .kind = "all", .data = ""};

static void test_nvd__plan_asks_for_the_total(void **unused)
{
	const struct part plan = ask_plan();

	(void)unused;
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(t.request.http.url, NVD "resultsPerPage=1&startIndex=0");
	assert_null(t.request.feed);
	assert_null(t.request.credential);
	assert_int_equal(t.request.rate, 10);
	assert_int_equal(t.request.burst, 1);
	ask_set(&t, "key", "a1b2-c3");
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_int_equal(t.request.rate, 100);
	assert_int_equal(nvd_connector.authorize(&t.s, &t.c, t.now, t.arena,
	                                         &t.request.http, &t.err),
	                 0);
	assert_string_equal(ask_header(&t.request.http, "apiKey"), "a1b2-c3");
}

static void test_nvd__settings(void **unused)
{
	static const struct {
		const char *key, *value, *says;
	} rows[] = {
	        {"key", "a\nb", "key is no API key"},
	        {"key", "a b", "key is no API key"},
	        {"days", "0", "days: \"0\" is no number"},
	        {"days", "-3", "days: \"-3\" is no number"},
	        {"days", "3.5", "days: \"3.5\" is no number"},
	        {"days", "99999999999", "is no number of days, 1 to 36500"},
	};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		t.s.n_values = 0;
		ask_set(&t, rows[i].key, rows[i].value);
		assert_int_equal(ask_request(&t, &plan, NULL), ERR_INVALID);
		ask_says(&t, rows[i].says);
	}
}

/* "NAME DATA" of each part, a line each. */
static const char *parts_text(void)
{
	const char *text = "";

	for (size_t i = 0; i < t.page.n_parts; i++)
		text = ARENA_JOIN(t.arena, text, t.page.parts[i].name, " ",
		                  t.page.parts[i].data, "\n");
	return text;
}

#define PLAN "{'totalResults':7,'timestamp':'2026-01-01T06:00:00.123'}"

static void test_nvd__plan_finds_windows(void **unused)
{
	static const struct {
		const char *days, *since, *parts;
	} rows[] = {
	        {"", NULL, "all \n"},
	        {"30", NULL,
	         "changes/2025-12-02T06:00:00.000 "
	         "2025-12-02T06:00:00.000/2026-01-01T06:00:00.000\n"},
	        {"", "2025-12-31T06:00:00Z",
	         "changes/2025-12-31T04:00:00.000 "
	         "2025-12-31T04:00:00.000/2026-01-01T06:00:00.000\n"},
	        /* A clock of ours that is ahead of theirs. */
	        {"30", "2027-12-31T06:00:00Z",
	         "changes/2026-01-01T04:00:00.000 "
	         "2026-01-01T04:00:00.000/2026-01-01T06:00:00.000\n"},
	        {"", "2025-05-01T02:00:00Z",
	         "changes/2025-05-01T00:00:00.000 "
	         "2025-05-01T00:00:00.000/2025-08-29T00:00:00.000\n"
	         "changes/2025-08-29T00:00:00.000 "
	         "2025-08-29T00:00:00.000/2025-12-27T00:00:00.000\n"
	         "changes/2025-12-27T00:00:00.000 "
	         "2025-12-27T00:00:00.000/2026-01-01T06:00:00.000\n"},
	};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		t.s.n_values = 0;
		if (*rows[i].days)
			ask_set(&t, "days", rows[i].days);
		t.s.since = TIMESTAMP_NONE;
		if (rows[i].since)
			assert_int_equal(timestamp_parse(rows[i].since, &t.s.since, &t.err),
			                 0);
		assert_int_equal(ask_page(&t, &plan, NULL, PLAN, NULL), 0);
		assert_string_equal(parts_text(), rows[i].parts);
	}
	assert_int_equal(ask_request(&t, &t.page.parts[2], "2000/2001"), 0);
	assert_string_equal(t.request.http.url,
	                    NVD "lastModEndDate=2026-01-01T06%3A00%3A00.000&"
	                        "lastModStartDate=2025-12-27T00%3A00%3A00.000&"
	                        "resultsPerPage=2000&startIndex=2000");
	assert_string_equal(t.request.feed, "nvd");
}

static void test_nvd__plan_wants_a_clock(void **unused)
{
	static const char *const rows[] = {
	        "{}", "[]", "<html>",
	        "{'totalResults':'x','timestamp':'2026-01-01T06:00:00'}",
	        "{'totalResults':7,'timestamp':'soon'}"};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_int_equal(ask_page(&t, &plan, NULL, rows[i], NULL), ERR_INVALID);
}

static void test_nvd__pages(void **unused)
{
	static const struct {
		const char *cursor, *body;
		size_t n;
		const char *next; /* "": the last one; NULL: refused */
	} rows[] = {
	        {NULL, "{'startIndex':0,'totalResults':5000}", 2000, "2000/5000"},
	        {"2000/5000", "{'startIndex':2000,'totalResults':5001}", 2000, "4000/5001"},
	        {"4000/5001", "{'startIndex':4000,'totalResults':5001}", 1001, ""},
	        {NULL, "{'startIndex':0,'totalResults':0}", 0, ""},
	        /* Three have left the window: those behind them moved up. */
	        {"2000/5000", "{'startIndex':2000,'totalResults':4997}", 2000, "3997/4997"},
	        {"2000/5000", "{'startIndex':2000,'totalResults':1}", 0, "0/1"},
	        {"2000/9000", "{'startIndex':2000,'totalResults':1900}", 0, "0/1900"},
	        /* Not this listing's. */
	        {NULL, "{'startIndex':2000,'totalResults':5000}", 2000, NULL},
	        {NULL, "{'startIndex':0,'totalResults':5000}", 0, NULL},
	        {NULL, "{'startIndex':0,'totalResults':-1}", 0, NULL},
	        {NULL, "{'startIndex':0}", 2000, NULL},
	        {"x", "{'startIndex':0,'totalResults':5000}", 2000, NULL},
	        {"2000/", "{'startIndex':2000,'totalResults':5000}", 2000, NULL},
	        {"-1/5", "{'startIndex':-1,'totalResults':5000}", 2000, NULL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct http_response resp = ask_response(&t, 200, rows[i].body, NULL);
		const struct page_input in = {.part = &all,
		                              .cursor = rows[i].cursor,
		                              .response = &resp,
		                              .body = ask_body(&t, rows[i].body),
		                              .n_records = rows[i].n};
		const int rc = nvd_connector.page(&t.s, &in, t.arena, &t.page, &t.err);

		assert_int_equal(rc, rows[i].next ? 0 : ERR_INVALID);
		if (rc == 0)
			assert_string_equal(t.page.next ? t.page.next : "", rows[i].next);
	}
}

static void test_nvd__refusals(void **unused)
{
	static const struct {
		long status;
		const char *header;
		enum refusal refusal;
		int64_t remaining;
		const char *says;
	} rows[] = {
	        {403, NULL, REFUSAL_RETRY, 0, "403: more requests than NVD allows without"},
	        {503, NULL, REFUSAL_RETRY, 0, "503"},
	        {429, NULL, REFUSAL_RETRY, 0, "429"},
	        {500, NULL, REFUSAL_RETRY, -1, "500"},
	        {404, "message: Invalid apiKey.", REFUSAL_DENIED, -1,
	         "404: NVD does not know the key"},
	        {404, "message: Invalid date", REFUSAL_FATAL, -1, "404: Invalid date"},
	        {404, NULL, REFUSAL_ABSENT, -1, "404"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct http_response resp =
		        ask_response(&t, rows[i].status, "", rows[i].header);
		struct quota quota = {.remaining = -1};

		assert_int_equal(nvd_connector.refusal(&t.s, &all, &resp,
		                                       (struct json_view){0}, &t.err),
		                 rows[i].refusal);
		ask_says(&t, rows[i].says);
		nvd_connector.quota(&resp, &quota);
		assert_int_equal(quota.remaining, rows[i].remaining);
		assert_int_equal(quota.resets_after_ms, rows[i].remaining ? 0 : 30000);
	}
}

#define EPSS_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_epss, tear_down)
#define KEV_TEST(f)  cmocka_unit_test_setup_teardown(f, set_up_kev, tear_down)
#define NVD_TEST(f)  cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        EPSS_TEST(test_epss__asks_for_the_file_of_a_day),
	        EPSS_TEST(test_epss__follows_to_a_file_of_a_day_alone),
	        KEV_TEST(test_kev__is_one_file),
	        KEV_TEST(test_kev__refusals),
	        NVD_TEST(test_nvd__plan_asks_for_the_total),
	        NVD_TEST(test_nvd__settings),
	        NVD_TEST(test_nvd__plan_finds_windows),
	        NVD_TEST(test_nvd__plan_wants_a_clock),
	        NVD_TEST(test_nvd__pages),
	        NVD_TEST(test_nvd__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
