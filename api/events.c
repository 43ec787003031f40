/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened: the feed of numbered events.  Whoever sees a part of the org gets the
 * events of the risks that are theirs now.
 */
#include <stdlib.h>
#include <string.h>

#include "model/json_write.h"
#include "store/event_store.h"

#include "handlers.h"
#include "list.h"
#include "page.h"
#include "query_string.h"

#define EVENTS_DEFAULT 100

struct events_request {
	int limit;
	int64_t after;
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
	if (strcmp(p->name, "after") == 0)
		return (r->after = number_of(p->value)) < 0
		               ? "is the seq of the last event that you have, or 0"
		               : NULL;
	return "is not a parameter of this route";
}

static void put_event(struct strbuf *b, const struct event_row *e)
{
	json_write_open(b, NULL, '{');
	event_row_put(b, e);
	json_write_close(b, '}');
}

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
	page_send_one(req, &b, NULL);
}

void events_get(struct request *req)
{
	struct events_request *r = ARENA_NEW(req->arena, struct events_request);
	struct pg_params p = {.arena = req->arena};

	*r = (struct events_request){.limit = EVENTS_DEFAULT};
	req->handler_data = r;
	if (!page_parameters(req, take_parameter, r))
		return;
	event_list_bind(&req->org, r->after, r->limit, list_is_scoped(req), &p);
	request_query(req, STMT_EVENT_LIST, &p, false, on_events);
}
