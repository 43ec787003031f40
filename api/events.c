/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened: the feed of numbered events, and the history of one risk.  Whoever
 * sees a part of the org gets the events of the risks that are theirs now.
 */
#include <stdlib.h>
#include <string.h>

#include "model/json_write.h"
#include "store/event_store.h"

#include "cursor.h"
#include "handlers.h"
#include "list.h"
#include "page.h"
#include "query_string.h"
#include "respond.h"

#define EVENTS_DEFAULT 100

struct events_request {
	bool is_feed; /* else the history of a risk */
	int limit;
	int64_t after;      /* of the feed */
	const char *cursor; /* of a history, or NULL */
	struct key risk_id;
	struct cursor_scope scope;
};

/* Digits alone; -1 when they are not, or there are more than 18. */
static int64_t number_of(const char *text)
{
	const size_t size = strlen(text);

	return size > 0 && size <= 18 && strspn(text, "0123456789") == size
	               ? strtoll(text, NULL, 10)
	               : -1;
}

/* NULL, or what is wrong. */
static const char *take_parameter(void *ctx, const struct query_parameter *p)
{
	struct events_request *r = ctx;
	int64_t n;

	if (strcmp(p->name, "limit") == 0) {
		if ((n = number_of(p->value)) < 1)
			return "is a whole number from 1 to 1000";
		r->limit = n > EVENT_LIMIT_MAX ? EVENT_LIMIT_MAX : (int)n;
		return NULL;
	}
	if (r->is_feed && strcmp(p->name, "after") == 0)
		return (r->after = number_of(p->value)) < 0
		               ? "is the seq of the last event that you have, or 0"
		               : NULL;
	if (!r->is_feed && strcmp(p->name, "cursor") == 0) {
		r->cursor = p->value;
		return *p->value ? NULL : "is empty";
	}
	return "is not a parameter of this route";
}

static bool begin(struct request *req, bool is_feed)
{
	struct events_request *r = ARENA_NEW(req->arena, struct events_request);

	*r = (struct events_request){.is_feed = is_feed, .limit = EVENTS_DEFAULT};
	req->handler_data = r;
	return page_parameters(req, take_parameter, r);
}

static void send(struct request *req, struct strbuf *b, const char *link)
{
	const char *const texts[] = {strbuf_text(b)};
	const struct key key = key_of_texts("events-etag/1", req->org.id, texts, 1);
	char text[KEY_TEXT_MAX];
	const struct reply reply = {.status = 200,
	                            .etag = arena_strdup(req->arena, key_text(&key, text)),
	                            .link = link};

	if (respond_if_unchanged(req, reply.etag))
		strbuf_done(b);
	else
		respond_body(req, &reply, b);
}

static void put_event(struct strbuf *b, const struct event_row *e)
{
	json_write_open(b, NULL, '{');
	event_row_put(b, e);
	json_write_close(b, '}');
}

/* --- the feed --- */

static bool may_see(struct request *req, const PGresult *result, int row)
{
	const char *account, *owner;

	event_list_scope(result, row, &account, &owner);
	return access_allows_on(req->access, PERMISSION_READ, account ? account : "",
	                        owner);
}

/* next goes on over events that the caller may not see, too: else they would be met for
 * ever. */
static void on_events(struct request *req, const PGresult *result)
{
	const struct events_request *r = req->handler_data;
	const int n = event_list_count(result);
	const bool scoped = list_is_scoped(req);
	struct event_row e = {.seq = r->after};
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < n; i++) {
		event_row_read(result, i, &e);
		if (!scoped || may_see(req, result, i))
			put_event(&b, &e);
	}
	json_write_close(&b, ']');
	json_write_int(&b, "next", e.seq);
	json_write_int(&b, "last", pg_get_int(result, 0, "last_seq"));
	json_write_close(&b, '}');
	send(req, &b, NULL);
}

void events_get(struct request *req)
{
	const struct events_request *r;
	struct pg_params p = {.arena = req->arena};

	if (!begin(req, true))
		return;
	r = req->handler_data;
	event_list_bind(&req->org, r->after, r->limit, list_is_scoped(req), &p);
	request_query(req, STMT_EVENT_LIST, &p, false, on_events);
}

/* --- the history of a risk --- */

static void gone(struct request *req)
{
	respond_not_found(req, "there is no such risk");
}

static void on_history(struct request *req, const PGresult *result)
{
	struct events_request *r = req->handler_data;
	const int n = PQntuples(result);
	const char *link = NULL;
	struct event_row e = {0};
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < n && i < r->limit; i++) {
		event_row_read(result, i, &e);
		put_event(&b, &e);
	}
	json_write_close(&b, ']');
	if (n > r->limit) {
		const struct cursor last = {.value = e.id, .id = r->risk_id};
		const char *cursor = cursor_write(&r->scope, &last, req->arena);

		json_write_text(&b, "next_cursor", cursor);
		link = arena_printf(req->arena, "<%s?limit=%d&cursor=%s>; rel=\"next\"",
		                    req->path, r->limit, cursor);
	} else {
		json_write_null(&b, "next_cursor");
	}
	json_write_close(&b, '}');
	send(req, &b, link);
}

/* False: the cursor is none of this risk. */
static bool open_cursor(struct request *req, int64_t *after)
{
	struct events_request *r = req->handler_data;
	const struct org_state *state = org_states_get(req->app->states, &req->org);
	struct cursor place = {.id = r->risk_id};
	char text[KEY_TEXT_MAX];

	r->scope =
	        (struct cursor_scope){.key = req->app->cursor_key,
	                              .org_id = req->org.id,
	                              .epoch = state->queue.epoch,
	                              .shape = arena_printf(req->arena, "history?%s",
	                                                    key_text(&r->risk_id, text))};
	if (r->cursor && (!cursor_read(&r->scope, r->cursor, &place) ||
	                  key_cmp(&place.id, &r->risk_id) != 0))
		return false;
	*after = place.value;
	return true;
}

static void on_version(struct request *req, const PGresult *result)
{
	static const struct problem bad_cursor = {
	        .name = PROBLEM_INVALID_CURSOR,
	        .detail = "the cursor was altered, or is not one of this list",
	        .parameter = "cursor",
	        .at_detail = "is not valid here"};
	struct events_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	int64_t after;

	if (PQntuples(result) == 0 ||
	    !access_allows_on(
	            req->access, PERMISSION_READ, pg_get_text(result, 0, "account"),
	            pg_is_null(result, 0, "owner") ? NULL
	                                           : pg_get_text(result, 0, "owner"))) {
		gone(req);
		return;
	}
	r->risk_id = pg_get_key(result, 0, "risk_id");
	if (!open_cursor(req, &after)) {
		respond_problem(req, &bad_cursor);
		return;
	}
	risk_history_bind(&req->org, &r->risk_id, after, r->limit + 1, &p);
	request_query(req, STMT_RISK_HISTORY, &p, false, on_history);
}

static void on_state(struct request *req, const struct error *err)
{
	const struct events_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (err) {
		respond_error(req, err);
		return;
	}
	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &r->risk_id);
	request_query(req, STMT_RISK_VERSION, &p, false, on_version);
}

void risk_history_get(struct request *req)
{
	struct events_request *r;
	const char *id;

	if (!begin(req, false))
		return;
	r = req->handler_data;
	id = request_param(req, 0);
	if (!id || key_parse(id, &r->risk_id) < 0)
		gone(req);
	else
		org_states_want(req->app->states, req, on_state);
}
