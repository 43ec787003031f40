/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: each file that was imported and each pass over a live source, newest first, and
 * the parts of one.  They are of the whole org, so whoever sees a part of it is refused
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "model/json_write.h"
#include "store/coverage_store.h"

#include "handlers.h"
#include "org_states.h"
#include "page.h"
#include "respond.h"

struct runs_asked {
	struct page page;
	struct run_filter filter;
	const char *state; /* as asked for, or NULL */
	int part_state;    /* of one run; -1: any */
	struct cursor_scope scope;
	struct strbuf open; /* of one run: what stands before its parts */
};

static struct runs_asked *begin(struct request *req)
{
	struct runs_asked *r = ARENA_NEW(req->arena, struct runs_asked);

	req->handler_data = r;
	r->filter.state = r->part_state = -1;
	return r;
}

static const char *others_of(struct request *req, const struct runs_asked *r)
{
	struct strbuf b = {0};
	const char *out;

	if (r->filter.source) {
		strbuf_puts(&b, "&source=");
		query_string_put(&b, r->filter.source);
	}
	if (r->state)
		strbuf_printf(&b, "&state=%s", r->state);
	out = arena_strdup(req->arena, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

/* Where the page before ended, 0 at the start.  False: 400 was answered. */
static bool open_cursor(struct request *req, struct runs_asked *r, int64_t *out)
{
	struct cursor place = {0};

	r->scope = page_scope(req, others_of(req, r));
	if (r->page.cursor && !cursor_read(&r->scope, r->page.cursor, &place)) {
		page_refuse_cursor(req);
		return false;
	}
	*out = place.value;
	return true;
}

static const char *cursor_to(struct request *req, const struct runs_asked *r, int64_t value)
{
	const struct cursor last = {.value = value};

	return cursor_write(&r->scope, &last, req->arena);
}

/* --- the list --- */

static void on_list(struct request *req, const PGresult *result)
{
	const struct runs_asked *r = req->handler_data;
	const int n = PQntuples(result);
	const int shown = n < r->page.limit ? n : r->page.limit;
	const char *next = NULL;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < shown; i++) {
		json_write_open(&b, NULL, '{');
		coverage_run_put(&b, result, i);
		json_write_close(&b, '}');
	}
	if (n > shown)
		next = cursor_to(req, r, pg_get_int(result, shown - 1, "run_id"));
	page_send(req, &r->page, &b, next, others_of(req, r));
}

static void on_state(struct request *req, const struct error *err)
{
	struct runs_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (err) {
		respond_error(req, err);
		return;
	}
	if (!open_cursor(req, r, &r->filter.before))
		return;
	r->filter.limit = r->page.limit + 1;
	coverage_runs_bind(&req->org, &r->filter, &p);
	request_query(req, STMT_COVERAGE_RUNS, &p, false, on_list);
}

static const char *take(void *ctx, const struct query_parameter *p)
{
	struct runs_asked *r = ctx;

	if (strcmp(p->name, "source") == 0) {
		r->filter.source = p->value;
		return *p->value ? NULL : "is empty";
	}
	if (strcmp(p->name, "state") != 0)
		return "is not a parameter of this route";
	r->state = p->value;
	r->filter.state = run_state_parse(p->value);
	return r->filter.state < 0 ? "is one of running, done, failed, partial" : NULL;
}

void runs_get(struct request *req)
{
	struct runs_asked *r = begin(req);

	if (page_read(req, &r->page, take, r) && !page_refuse_scoped(req))
		org_states_want(req->app->states, req, on_state);
}

/* --- one, with its parts --- */

/* The text so far; it does not end with the request, as the answer takes it. */
static struct strbuf take_open(struct runs_asked *r)
{
	const struct strbuf out = r->open;

	r->open = (struct strbuf){0};
	return out;
}

static void on_parts(struct request *req, const PGresult *result)
{
	struct runs_asked *r = req->handler_data;
	const int n = PQntuples(result);
	const int shown = n < r->page.limit ? n : r->page.limit;
	const char *next = NULL;
	struct strbuf b = take_open(r);

	json_write_open(&b, "parts", '[');
	for (int i = 0; i < shown; i++)
		coverage_part_put(&b, result, i);
	if (n > shown) /* 0 is the start */
		next = cursor_to(req, r, pg_get_int(result, shown - 1, "part_no") + 1);
	page_send(req, &r->page, &b, next, others_of(req, r));
}

static void on_run(struct request *req, const PGresult *result)
{
	struct runs_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	int64_t place;

	if (PQntuples(result) == 0) {
		respond_not_found(req, "there is no such run");
		return;
	}
	if (!open_cursor(req, r, &place))
		return;
	json_write_open(&r->open, NULL, '{');
	coverage_run_put(&r->open, result, 0);
	coverage_parts_bind(&req->org, r->filter.run_id, (int)place - 1, r->part_state,
	                    r->page.limit + 1, &p);
	request_query(req, STMT_COVERAGE_PARTS, &p, false, on_parts);
}

static void on_state_of_one(struct request *req, const struct error *err)
{
	struct runs_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (err) {
		respond_error(req, err);
		return;
	}
	r->filter.limit = 1;
	coverage_runs_bind(&req->org, &r->filter, &p);
	request_query(req, STMT_COVERAGE_RUNS, &p, false, on_run);
}

static const char *take_of_one(void *ctx, const struct query_parameter *p)
{
	struct runs_asked *r = ctx;

	if (strcmp(p->name, "state") != 0)
		return "is not a parameter of this route";
	r->state = p->value;
	r->part_state = part_state_parse(p->value);
	return r->part_state < 0 ? "is one of waiting, listing, listed, complete, partial, "
	                           "denied, not_enabled, failed"
	                         : NULL;
}

static bool take_id(struct request *req, struct runs_asked *r)
{
	const char *id = request_param(req, 0);
	const size_t size = id ? strlen(id) : 0;

	if (size > 0 && size <= 18 && strspn(id, "0123456789") == size)
		r->filter.run_id = strtoll(id, NULL, 10);
	if (r->filter.run_id > 0)
		return true;
	respond_not_found(req, "there is no such run");
	return false;
}

static void forget_open(struct request *req)
{
	struct runs_asked *r = req->handler_data;

	strbuf_done(&r->open);
}

void run_get(struct request *req)
{
	struct runs_asked *r = begin(req);

	req->on_end = forget_open;
	if (page_read(req, &r->page, take_of_one, r) && !page_refuse_scoped(req) &&
	    take_id(req, r))
		org_states_want(req->app->states, req, on_state_of_one);
}
