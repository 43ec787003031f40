/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer to a listing comes to: a page that is stored, or a reason. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#include "format.h"
#include "intel_intake.h"
#include "run_private.h"

/* The database is away, or the lease is: no fault of the page. */
static bool is_ours(int rc)
{
	return rc == ERR_TRANSIENT || rc == ERR_CONFLICT;
}

static enum listing_event fatal(struct listing *l, enum part_state outcome)
{
	l->outcome = outcome;
	return LISTING_FATAL;
}

static enum listing_event lost(struct listing *l, const struct error *err)
{
	run_give_up(l->run, err);
	l->why = *err;
	return fatal(l, PART_FAILED);
}

static uint64_t digest_of(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a: a clash ends a listing, no more */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return h;
}

/* A source that gives a cursor twice would be listed for ever. */
static int check_cursor(struct listing *l, const char *next, struct error *err)
{
	const uint64_t digest = digest_of(next);

	for (size_t i = 0; i < l->n_cursors; i++)
		if (l->cursors[i] == digest)
			return error_set(
			        err, ERR_DENIED,
			        "the source repeats a page: its listing has no end");
	if (l->n_cursors >= RUN_PAGES_MAX)
		return error_set(err, ERR_DENIED,
		                 "more than %d pages: the listing has no end",
		                 RUN_PAGES_MAX);
	if (l->n_cursors == l->room_cursors) {
		l->room_cursors = l->room_cursors ? l->room_cursors * 2 : 64;
		l->cursors = xrealloc(l->cursors, l->room_cursors * sizeof(*l->cursors));
	}
	l->cursors[l->n_cursors++] = digest;
	return 0;
}

/* Parts that the plan found, as they are stored. */
static int add_parts(struct listing *l, const struct part_page *page, struct error *err)
{
	struct run *run = l->run;
	struct run_part *parts =
	        ARENA_ARRAY(l->scratch, struct run_part, page->n_parts + 1);

	for (size_t i = 0; i < page->n_parts; i++)
		parts[i] = (struct run_part){
		        .name = page->parts[i].name,
		        .kind = page->parts[i].kind,
		        .data = page->parts[i].data ? page->parts[i].data : "",
		        .title = page->parts[i].title ? page->parts[i].title : "",
		        .scopes = page->parts[i].scopes,
		        .n_scopes = page->parts[i].n_scopes};
	return run_add_parts(run->engine->pg, &run->source, run->place.run_id,
	                     engine_now(run->engine), parts, page->n_parts, err);
}

static int read_format(struct listing *l, const struct http_response *resp,
                       struct json_view *around, int64_t *n_records, struct error *err)
{
	const struct format *format = format_find(l->request.format);

	if (!format)
		return error_set(err, ERR_INTERNAL, "there is no format %s",
		                 l->request.format);
	return intake_page(&l->run->intake, format, resp->body, resp->body_size, around,
	                   n_records, err);
}

static int read_feed(struct listing *l, const struct http_response *resp,
                     struct intel_page *out, struct error *err)
{
	struct run *run = l->run;
	const struct intel_intake im = {
	        .pg = run->engine->pg, .now = engine_now(run->engine), .doc = run->doc};
	const int rc = intel_intake_page(&im, l->request.feed, resp->body, resp->body_size,
	                                 l->scratch, out, err);

	if (rc < 0)
		return rc;
	log_info("%s: %s: %s", run->source.name, l->stored.name,
	         out->result.is_same
	                 ? "in use already"
	                 : arena_printf(l->scratch,
	                                "%lld new, %lld changed; %lld assets to score",
	                                (long long)out->result.n_new,
	                                (long long)out->result.n_changed,
	                                (long long)out->result.n_marked));
	return 0;
}

static bool is_page(const struct listing *l, long status)
{
	return (status >= 200 && status < 300) ||
	       (l->request.redirects && status >= 300 && status < 400);
}

static int read_page(struct listing *l, const struct http_response *resp,
                     struct part_page *page, int64_t *n_records, struct error *err)
{
	struct run *run = l->run;
	struct page_input in = {.part = &l->part, .cursor = l->cursor, .response = resp};
	struct intel_page feed = {0};
	int rc = 0;

	*n_records = 0;
	if (resp->status >= 300) {
		; /* a redirect: where to is all that it says */
	} else if (l->request.format) {
		rc = read_format(l, resp, &in.body, n_records, err);
	} else if (l->request.feed) {
		rc = read_feed(l, resp, &feed, err);
		in.body = feed.around;
		*n_records = feed.n_records;
	} else {
		rc = json_doc_parse(run->doc, resp->body, resp->body_size, &in.body, err);
	}
	if (rc < 0)
		return rc;
	in.n_records = (size_t)*n_records;
	if ((rc = run->live.connector->page(&run->live, &in, l->scratch, page, err)) < 0)
		return rc;
	if (!page->partial)
		page->partial = feed.fault;
	return page->next ? check_cursor(l, page->next, err) : 0;
}

static void keep_reason(char **to, const char *text)
{
	if (text && !*to)
		*to = xstrdup(text);
}

static int store_page(struct listing *l, const struct part_page *page, int64_t n_records,
                      struct error *err)
{
	struct run *run = l->run;
	struct engine *e = run->engine;
	const timestamp now = engine_now(e);
	struct run_progress progress = {.run_id = run->place.run_id,
	                                .part_no = l->stored.part_no,
	                                .cursor = page->next,
	                                .n_records = n_records,
	                                .title = page->title ? page->title : "",
	                                .format =
	                                        l->request.format ? l->request.format : ""};
	int rc;

	if ((page->n_parts && (rc = add_parts(l, page, err)) < 0) ||
	    (rc = ingest_write_page(run->ingest, &progress.counts, &progress.n_seen, err)) <
	            0)
		return rc;
	keep_reason(&l->partial, page->partial);
	if (progress.counts.quarantined)
		keep_reason(&l->partial,
		            "records could not be read: see isobar quarantine");
	progress.partial = l->partial ? l->partial : "";
	if ((rc = run_advance(e->pg, &run->source, &progress, now,
	                      timestamp_now() + e->lease, err)) < 0 ||
	    (rc = ingest_commit_page(run->ingest, err)) < 0)
		return rc;
	return 0;
}

static enum listing_event take_page(struct listing *l, const struct http_response *resp)
{
	struct run *run = l->run;
	struct part_page page = {0};
	struct error err = {0};
	int64_t n_records = 0;
	int rc = ingest_begin_page(run->ingest, l->stored.name, l->stored.part_no,
	                           engine_now(run->engine), &err);

	if (rc == 0 && (rc = read_page(l, resp, &page, &n_records, &err)) == 0)
		rc = store_page(l, &page, n_records, &err);
	if (rc < 0) {
		ingest_abort_page(run->ingest);
		if (is_ours(rc))
			return lost(l, &err);
		l->why = err;
		/* Cut short, or another page in its place (ERR_INVALID): it may pass. */
		return rc == ERR_INVALID ? LISTING_RETRY : fatal(l, PART_FAILED);
	}
	free(l->cursor);
	l->cursor = page.next ? xstrdup(page.next) : NULL;
	l->n_tries = l->n_throttled = 0;
	l->renewed = false;
	return page.next ? LISTING_PAGE : LISTING_LAST_PAGE;
}

static enum listing_event take_refusal(struct listing *l, const struct http_response *resp)
{
	struct run *run = l->run;
	struct json_view body = {0};
	struct error none;

	if (json_doc_parse(run->doc, resp->body, resp->body_size, &body, &none) < 0)
		body = (struct json_view){0};
	l->why = (struct error){.code = ERR_INVALID};
	switch (run->live.connector->refusal(&run->live, &l->part, resp, body, &l->why)) {
	case REFUSAL_RETRY:
		return LISTING_RETRY;
	case REFUSAL_CREDENTIAL:
		if (l->renewed)
			return fatal(l, PART_DENIED);
		l->renewed = true;
		return LISTING_STALE;
	case REFUSAL_DENIED:
		return fatal(l, PART_DENIED);
	case REFUSAL_ABSENT:
		return fatal(l, PART_NOT_ENABLED);
	case REFUSAL_RESTART:
		if (l->restarted || !l->cursor)
			return fatal(l, PART_FAILED);
		l->restarted = true;
		return LISTING_EXPIRED;
	case REFUSAL_FATAL:
		break;
	}
	return fatal(l, PART_FAILED);
}

/*
 * What is left as the source says, less the requests under way, which it may not have
 * counted yet; but only when it says that nothing is left its next window is waited for.
 * When that begins is told in whole seconds, rounded up: the earliest that was told counts.
 */
static void limit(struct run_rate *rate, const struct quota *quota, timestamp now)
{
	const timestamp resets_at = now + (int64_t)quota->resets_after_ms * 1000;
	const int64_t left = quota->remaining - (int64_t)rate->n_asked;

	if (rate->resets_at <= now || resets_at < rate->resets_at)
		rate->resets_at = resets_at;
	pace_limit(&rate->pace, left > 0 ? left : 0,
	           quota->remaining > 0 ? now : rate->resets_at, now);
}

/* What the source says of its rate, and of when to come back. */
static void heed(struct listing *l, const struct http_response *resp)
{
	const struct connector *connector = l->run->live.connector;
	const timestamp now = timestamp_now();
	struct quota quota = {.remaining = -1};

	l->rest_ms = resp->status >= 300 ? http_retry_after_ms(resp, now) : 0;
	if (connector->quota)
		connector->quota(resp, &quota);
	if (quota.remaining >= 0)
		limit(l->rate, &quota, now);
	if (l->rest_ms)
		pace_block(&l->rate->pace, now + (int64_t)l->rest_ms * 1000);
}

static enum listing_event count_retry(struct listing *l, bool throttled)
{
	if (throttled ? ++l->n_throttled < RUN_THROTTLED : ++l->n_tries < RUN_TRIES)
		return LISTING_RETRY;
	return fatal(l, PART_FAILED);
}

enum listing_event listing_take_answer(struct listing *l, const struct http_response *resp,
                                       const struct error *err)
{
	enum listing_event event;

	l->rest_ms = 0;
	if (err) {
		l->why = *err;
		return err->code == ERR_TRANSIENT ? count_retry(l, false)
		                                  : fatal(l, PART_FAILED);
	}
	heed(l, resp);
	event = is_page(l, resp->status) ? take_page(l, resp) : take_refusal(l, resp);
	return event == LISTING_RETRY ? count_retry(l, resp->status == 429) : event;
}
