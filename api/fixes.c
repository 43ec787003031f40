/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes: the list by what they remove, one of them, and the open risks that it closes.
 * Read from PostgreSQL each time.  They are counted a moment behind the risks, so the
 * version of the queue does not tell when they change: ETags are made of the answer.
 */
#include <string.h>

#include "model/json_write.h"
#include "store/fix_store.h"
#include "store/page_store.h"

#include "fix_query.h"
#include "handlers.h"
#include "list.h"
#include "respond.h"
#include "risk_json.h"

struct fixes_request {
	struct fix_query query;
	struct key id; /* of one */
	void (*found)(struct request *req, const struct fix_row *fix);
	struct cursor_scope scope;
	struct cursor after;
	bool has_after;
};

static void gone(struct request *req)
{
	respond_not_found(req, "there is no such fix");
}

/* --- who may see what --- */

/* A fix is done in one account.  Owners have risks, and one fix may be for several. */
static bool set_scope(struct request *req)
{
	static const struct problem problem = {
	        .name = PROBLEM_FORBIDDEN,
	        .detail = "fixes are seen by account; this token is for owners"};
	struct fixes_request *f = req->handler_data;
	struct fix_filter *filter = &f->query.filter;
	const struct access *access = req->access;
	const char **accounts;

	if (!list_is_scoped(req))
		return true;
	accounts = ARENA_ARRAY(req->arena, const char *, access->n_grants + 1);
	for (size_t i = 0; i < access->n_grants; i++)
		if (access->grants[i].kind == ACCESS_ACCOUNT &&
		    access->grants[i].permissions & PERMISSION_READ)
			accounts[filter->n_allowed++] = access->grants[i].value;
	filter->allowed = accounts;
	if (filter->n_allowed > 0)
		return true;
	respond_problem(req, &problem);
	return false;
}

static bool may_see(const struct request *req, const struct fix_row *fix)
{
	const struct fixes_request *f = req->handler_data;
	const struct fix_filter *filter = &f->query.filter;

	if (!filter->allowed)
		return true;
	for (size_t i = 0; i < filter->n_allowed; i++)
		if (strcmp(filter->allowed[i], fix->account) == 0)
			return true;
	return false;
}

/* --- the answers --- */

static void send(struct request *req, struct strbuf *b, const char *link)
{
	const char *const texts[] = {strbuf_text(b)};
	const struct key key = key_of_texts("fixes-etag/1", req->org.id, texts, 1);
	char text[KEY_TEXT_MAX];
	const struct reply reply = {.status = 200,
	                            .etag = arena_strdup(req->arena, key_text(&key, text)),
	                            .link = link};

	if (respond_if_unchanged(req, reply.etag))
		strbuf_done(b);
	else
		respond_body(req, &reply, b);
}

/* b holds the items; more tells where the next page begins. */
static void send_page(struct request *req, struct strbuf *b, const struct cursor *more)
{
	const struct fixes_request *f = req->handler_data;
	const struct fix_query *q = &f->query;
	const char *cursor, *link;

	if (!more) {
		strbuf_puts(b, "],\"next_cursor\":null}");
		send(req, b, NULL);
		return;
	}
	cursor = cursor_write(&f->scope, more, req->arena);
	link = arena_printf(req->arena, "<%s?%s%slimit=%d&cursor=%s>; rel=\"next\"",
	                    req->path, q->shape, *q->shape ? "&" : "", q->limit, cursor);
	strbuf_printf(b, "],\"next_cursor\":\"%s\"}", cursor);
	send(req, b, link);
}

static void on_fixes(struct request *req, const PGresult *result)
{
	const struct fixes_request *f = req->handler_data;
	const int n = PQntuples(result), limit = f->query.limit;
	struct strbuf b = {0};
	struct cursor more = {0};

	strbuf_puts(&b, "{\"items\":[");
	for (int i = 0; i < n && i < limit; i++) {
		const struct fix_row row = fix_row_read(result, i, req->arena);

		json_write_open(&b, NULL, '{');
		fix_row_put(&b, &row);
		json_write_close(&b, '}');
		more = (struct cursor){fix_rank(&row), row.id};
	}
	send_page(req, &b, n > limit ? &more : NULL);
}

static void on_risks(struct request *req, const PGresult *result)
{
	const struct fixes_request *f = req->handler_data;
	const struct org_state *state = org_states_get(req->app->states, &req->org);
	const int n = PQntuples(result), limit = f->query.limit;
	struct strbuf b = {0};
	struct cursor more = {0};
	struct page_row row;

	strbuf_puts(&b, "{\"items\":[");
	for (int i = 0; i < n && i < limit; i++) {
		page_row_read(result, i, &row);
		if (i > 0)
			strbuf_putc(&b, ',');
		risk_json_put_page_row(&b, &row, page_row_sla(&row), &state->sources);
		more = (struct cursor){row.rank, row.id};
	}
	send_page(req, &b, n > limit ? &more : NULL);
}

static void send_fix(struct request *req, const struct fix_row *fix)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	fix_row_put(&b, fix);
	json_write_close(&b, '}');
	send(req, &b, NULL);
}

static void read_risks(struct request *req, const struct fix_row *fix)
{
	const struct fixes_request *f = req->handler_data;
	const struct queue_place after = {f->after.value, f->after.id};
	struct pg_params p = {.arena = req->arena};

	fix_risks_bind(&req->org, req->now, f->has_after ? &after : &queue_start, &fix->id,
	               f->query.limit + 1, &p);
	request_query(req, STMT_FIX_RISKS, &p, true, on_risks);
}

/* --- the requests --- */

static bool open_cursor(struct request *req)
{
	struct fixes_request *f = req->handler_data;
	const struct org_state *state = org_states_get(req->app->states, &req->org);
	const struct problem problem = {
	        .name = PROBLEM_INVALID_CURSOR,
	        .detail = "the cursor was altered, or is not one of this list",
	        .parameter = "cursor",
	        .at_detail = "is not valid here"};

	f->scope = (struct cursor_scope){
	        .key = req->app->cursor_key,
	        .org_id = req->org.id,
	        .epoch = state->queue.epoch,
	        .shape = arena_printf(req->arena, "%s?%s", req->path, f->query.shape)};
	if (!f->query.cursor)
		return true;
	if (!cursor_read(&f->scope, f->query.cursor, &f->after)) {
		respond_problem(req, &problem);
		return false;
	}
	f->has_after = true;
	return true;
}

static void on_fix(struct request *req, const PGresult *result)
{
	const struct fixes_request *f = req->handler_data;
	struct fix_row row;

	if (PQntuples(result) == 0) {
		gone(req);
		return;
	}
	row = fix_row_read(result, 0, req->arena);
	if (may_see(req, &row))
		f->found(req, &row);
	else
		gone(req);
}

static void find_fix(struct request *req)
{
	const struct fixes_request *f = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &f->id);
	pg_bind_key(&p, &f->id);
	request_query(req, STMT_FIX_FIND, &p, false, on_fix);
}

static void on_list_state(struct request *req, const struct error *err)
{
	struct fixes_request *f = req->handler_data;
	struct fix_filter *filter = &f->query.filter;
	struct pg_params p = {.arena = req->arena};

	if (err) {
		respond_error(req, err);
		return;
	}
	if (!open_cursor(req))
		return;
	filter->limit = f->query.limit + 1;
	filter->has_after = f->has_after;
	filter->after_rank = f->after.value;
	filter->after_id = f->after.id;
	fix_list_bind(&req->org, filter, &p);
	request_query(req, STMT_FIX_LIST, &p, false, on_fixes);
}

static void on_risks_state(struct request *req, const struct error *err)
{
	if (err)
		respond_error(req, err);
	else if (open_cursor(req))
		find_fix(req);
}

static bool begin(struct request *req, unsigned int parameters)
{
	struct fixes_request *f = ARENA_NEW(req->arena, struct fixes_request);
	struct parameter_fault fault;

	*f = (struct fixes_request){0};
	req->handler_data = f;
	if (!fix_query_read(req->query, parameters, req->arena, &f->query, &fault)) {
		respond_bad_parameter(req, fault.parameter, fault.detail);
		return false;
	}
	return set_scope(req);
}

static bool take_id(struct request *req)
{
	struct fixes_request *f = req->handler_data;
	const char *id = request_param(req, 0);

	if (id && key_parse(id, &f->id) == 0)
		return true;
	gone(req);
	return false;
}

void fixes_get(struct request *req)
{
	if (begin(req, FIX_QUERY_PAGING | FIX_QUERY_FILTERS))
		org_states_want(req->app->states, req, on_list_state);
}

void fix_get(struct request *req)
{
	struct fixes_request *f;

	if (!begin(req, 0))
		return;
	f = req->handler_data;
	f->found = send_fix;
	if (take_id(req))
		find_fix(req);
}

void fix_risks_get(struct request *req)
{
	struct fixes_request *f;

	if (!begin(req, FIX_QUERY_PAGING))
		return;
	f = req->handler_data;
	f->found = read_risks;
	if (take_id(req))
		org_states_want(req->app->states, req, on_risks_state);
}
