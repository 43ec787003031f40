/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVD's CVE API 2.0.  The first pull lists all CVEs, or those that changed within so many
 * days; each later one what changed since the last that was done, in windows of at most
 * 120 days.  The plan asks NVD's own clock and how many CVEs there are.
 *
 * The cursor of a part is "INDEX/TOTAL": a CVE that changes while its window is read
 * leaves it, and those behind it move up by one.  So whatever the total has lost is read
 * again.
 *
 * Source: nvd.nist.gov/developers/vulnerabilities, /start-here (rate limits).
 */
#include <stdlib.h>
#include <string.h>

#include "net/url.h"

#include "feed_connector_private.h"

#define HOST "https://services.nvd.nist.gov"
#define PATH "/rest/json/cves/2.0"

#define DAY      (24 * USEC_PER_HOUR)
#define WINDOW   (120 * DAY)
#define OVERLAP  (2 * USEC_PER_HOUR) /* clocks differ, and NVD's lists come late */
#define DAYS_MAX 36500

enum {
	PAGE_SIZE = 2000,
	KEY_MAX = 128,
	TOTAL_MAX = 100 * 1000 * 1000,
	/* 5 requests within 30 s, 50 with a key: evenly, so that no 30 s hold more. */
	RATE = 10,
	RATE_WITH_KEY = 100,
	REST_MS = 30000
};

static const struct source_setting settings[] = {
        {"key", SOURCE_SECRET, NULL,
         "API key of NVD: ten times as many requests; else none"},
        {"days", 0, NULL,
         "the first pull takes CVEs that changed within so many days; else all"},
        {"endpoint", SOURCE_URL, NULL, "stands for services.nvd.nist.gov"},
        {NULL, 0, NULL, NULL},
};

/* --- settings --- */

/* Digits alone, at most max; -1: no number. */
static long number_of(const char *text, long max)
{
	const size_t size = strspn(text, "0123456789");

	if (size == 0 || size > 9 || text[size])
		return -1;
	const long n = strtol(text, NULL, 10);

	return n <= max ? n : -1;
}

static int check_settings(const struct live_source *s, struct error *err)
{
	const char *key = source_get(s, "key"), *days = source_get(s, "days");

	if (strlen(key) > KEY_MAX ||
	    key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                    "0123456789-_")])
		return error_set(err, ERR_INVALID, "key is no API key of NVD");
	if (*days && number_of(days, DAYS_MAX) < 1)
		return error_set(err, ERR_INVALID,
		                 "days: \"%.20s\" is no number of days, 1 to %d", days,
		                 DAYS_MAX);
	return 0;
}

/* --- requests --- */

static bool is_kind(const struct part *part, const char *kind)
{
	return strcmp(part->kind, kind) == 0;
}

/* "2000/5321"; of the first page 0/0. */
static int read_cursor(const char *cursor, struct arena *a, long *index, long *total,
                       struct error *err)
{
	const char *slash = cursor ? strchr(cursor, '/') : NULL;

	*index = *total = 0;
	if (!cursor)
		return 0;
	if (slash) {
		*index = number_of(arena_strndup(a, cursor, (size_t)(slash - cursor)),
		                   TOTAL_MAX);
		*total = number_of(slash + 1, TOTAL_MAX);
	}
	if (slash && *index >= 0 && *total > 0)
		return 0;
	return error_set(err, ERR_INVALID, "a cursor that is not this listing's");
}

/* "START/END" of a part of changes. */
static int read_window(const struct part *part, struct arena *a, const char **start,
                       const char **end, struct error *err)
{
	const char *slash = strchr(part->data, '/');

	if (!slash)
		return error_set(err, ERR_INVALID, "a part without its window");
	*start = arena_strndup(a, part->data, (size_t)(slash - part->data));
	*end = slash + 1;
	return 0;
}

static void begin_request(const struct live_source *s, struct part_request *out)
{
	const bool has_key = *source_get(s, "key");

	*out = (struct part_request){.credential = has_key ? "" : NULL,
	                             .rate_key = "nvd",
	                             .rate = has_key ? RATE_WITH_KEY : RATE,
	                             .burst = 1};
	out->http.method = "GET";
	out->http.allow_http = *source_get(s, "endpoint") != '\0';
	out->http.timeout_ms = FEED_TIMEOUT_MS;
	out->http.max_response = FEED_RESPONSE_MAX;
}

static int request(const struct live_source *s, const struct part *part, const char *cursor,
                   timestamp now, struct arena *a, struct part_request *out,
                   struct error *err)
{
	const bool is_plan = is_kind(part, "plan"), is_all = is_kind(part, "all");
	const char *endpoint = source_get(s, "endpoint"), *start = NULL, *end = NULL;
	long index, total;

	(void)now;
	if (!is_plan && !is_all && !is_kind(part, "changes"))
		return error_set(err, ERR_INVALID, "%.20s: no such part", part->kind);
	if (check_settings(s, err) < 0 || read_cursor(cursor, a, &index, &total, err) < 0 ||
	    (!is_plan && !is_all && read_window(part, a, &start, &end, err) < 0))
		return err->code;
	const struct url_pair query[] = {
	        {"lastModEndDate", end},
	        {"lastModStartDate", start},
	        {"resultsPerPage", is_plan ? "1" : arena_printf(a, "%d", PAGE_SIZE)},
	        {"startIndex", arena_printf(a, "%ld", index)},
	};

	begin_request(s, out);
	out->http.url =
	        url_build(*endpoint ? endpoint : HOST, PATH, query, N_ELEMENTS(query), a);
	if (!is_plan)
		out->feed = "nvd";
	return 0;
}

static int authorize(const struct live_source *s, const struct credential *c, timestamp now,
                     struct arena *a, struct http_request *req, struct error *err)
{
	(void)c;
	(void)now;
	(void)a;
	if (check_settings(s, err) < 0)
		return err->code;
	http_add_header(req, "apiKey", source_get(s, "key"));
	return 0;
}

/* --- pages --- */

/* "2026-08-16T00:00:00.000": a time without a zone is UTC to NVD. */
static const char *time_text(timestamp t, struct arena *a)
{
	char text[TIMESTAMP_TEXT_MAX];

	timestamp_format(t - t % USEC_PER_SEC, text);
	return arena_printf(a, "%.19s.000", text);
}

static void add_window(timestamp start, timestamp end, struct arena *a,
                       struct part_page *out)
{
	const char *from = time_text(start, a);

	out->parts[out->n_parts++] =
	        (struct part){.name = ARENA_JOIN(a, "changes/", from),
	                      .kind = "changes",
	                      .data = ARENA_JOIN(a, from, "/", time_text(end, a))};
}

/* From when on changes are asked for; TIMESTAMP_NONE: all CVEs are. */
static timestamp start_of(const struct live_source *s, timestamp at)
{
	const char *days = source_get(s, "days");

	if (s->since != TIMESTAMP_NONE)
		return (s->since < at ? s->since : at) - OVERLAP;
	return *days ? at - number_of(days, DAYS_MAX) * DAY : TIMESTAMP_NONE;
}

static int page_of_plan(const struct live_source *s, const struct page_input *in,
                        struct arena *a, struct part_page *out, struct error *err)
{
	const char *text;
	int64_t total;
	timestamp at, start;

	if (json_view_get_int(in->body, "totalResults", &total, err) < 0 ||
	    json_view_get_text(in->body, "timestamp", &text, err) < 0 ||
	    timestamp_parse_loose(text, &at, err) < 0)
		return err->code;
	start = start_of(s, at);
	if (start == TIMESTAMP_NONE) {
		out->parts = ARENA_NEW(a, struct part);
		out->parts[out->n_parts++] =
		        (struct part){.name = "all", .kind = "all", .data = ""};
		return 0;
	}
	if (start < 0)
		start = 0;
	out->parts = ARENA_ARRAY(a, struct part, (size_t)((at - start) / WINDOW) + 1);
	for (; start + WINDOW < at; start += WINDOW)
		add_window(start, start + WINDOW, a, out);
	add_window(start, at, a, out);
	return 0;
}

/* Where the next page begins; behind the end: there is none. */
static int next_index(const struct page_input *in, long index, long before, int64_t total,
                      int64_t *out, struct error *err)
{
	int64_t stated;

	if (json_view_get_int(in->body, "startIndex", &stated, err) < 0)
		return err->code;
	if (stated != index)
		return error_set(err, ERR_INVALID,
		                 "it is the page at %lld, not the one at %ld",
		                 (long long)stated, index);
	if (total < 0 || total > TOTAL_MAX)
		return error_set(err, ERR_INVALID, "totalResults is no number of CVEs");
	*out = index + (int64_t)in->n_records;
	if (before > total)
		*out -= before - total;
	if (*out < 0)
		*out = 0;
	if (!in->n_records && *out == index && *out < total)
		return error_set(err, ERR_INVALID, "a page without CVEs before the last");
	return 0;
}

static int page(const struct live_source *s, const struct page_input *in, struct arena *a,
                struct part_page *out, struct error *err)
{
	int64_t total, next = 0;
	long index, before;

	*out = (struct part_page){0};
	if (check_settings(s, err) < 0)
		return err->code;
	if (is_kind(in->part, "plan"))
		return page_of_plan(s, in, a, out, err);
	if (read_cursor(in->cursor, a, &index, &before, err) < 0 ||
	    json_view_get_int(in->body, "totalResults", &total, err) < 0 ||
	    next_index(in, index, before, total, &next, err) < 0)
		return err->code;
	if (next < total)
		out->next = arena_printf(a, "%lld/%lld", (long long)next, (long long)total);
	return 0;
}

/* --- refusals --- */

/* NVD says why in a header. */
static enum refusal refusal(const struct live_source *s, const struct part *part,
                            const struct http_response *resp, struct json_view body,
                            struct error *why)
{
	const char *message = http_header(resp, "message");

	if (resp->status == 403) {
		error_set(why, ERR_TRANSIENT,
		          "403: more requests than NVD allows%s; or NVD does not let this "
		          "machine in",
		          *source_get(s, "key") ? "" : " without a key");
		return REFUSAL_RETRY;
	}
	if (message && strstr(message, "apiKey")) {
		error_set(why, ERR_DENIED,
		          "%ld: NVD does not know the key; isobar source set",
		          resp->status);
		return REFUSAL_DENIED;
	}
	if (message && resp->status < 500 && resp->status != 429) {
		error_set(why, ERR_DENIED, "%ld: %.150s", resp->status, message);
		return REFUSAL_FATAL;
	}
	return feed_refusal(s, part, resp, body, why);
}

/* Too many requests are answered with 403 or 503: then it rests as long as NVD counts. */
static void quota(const struct http_response *resp, struct quota *out)
{
	if (resp->status != 403 && resp->status != 429 && resp->status != 503)
		return;
	out->remaining = 0;
	out->resets_after_ms = REST_MS;
}

const struct connector nvd_connector = {
        .name = "nvd",
        .title = "NVD",
        .settings = settings,
        .credential_request = feed_credential_request,
        .credential_answer = feed_credential_answer,
        .authorize = authorize,
        .request = request,
        .page = page,
        .refusal = refusal,
        .quota = quota,
};
