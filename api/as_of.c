/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As of a time: is it one that was kept, then the rows that held then.  Who sees a part of
 * the org sees of it the risks that are theirs now, as of events; a page may then be empty
 * while another follows.
 */
#include "as_of.h"

#include <string.h>

#include "model/json_write.h"
#include "store/as_of_store.h"

#include "cursor.h"
#include "org_states.h"
#include "page.h"
#include "respond.h"
#include "risk_version.h"
#include "scorer/explanation.h"

struct as_of_request {
	struct as_of_query query;
	/* Of the queue. */
	const struct list_query *list;
	struct page page;
	struct cursor_scope scope;
	/* Of a risk. */
	struct key risk_id;
	request_result_fn *then; /* when the time is one that was kept */
};

static bool is_future(struct request *req, timestamp at)
{
	if (at <= req->now)
		return false;
	respond_bad_parameter(req, "as_of", "is a time that has passed");
	return true;
}

static bool may_see(const struct request *req, const struct queue_risk *risk)
{
	return access_allows_on(req->access, PERMISSION_READ, risk->resource.account,
	                        risk->owner);
}

static void on_horizon(struct request *req, const PGresult *result)
{
	const struct as_of_request *r = req->handler_data;
	struct error err;

	if (as_of_horizon_check(result, r->query.at, &err) == 0) {
		r->then(req, NULL);
		return;
	}
	const struct problem problem = {.name = PROBLEM_HISTORY_GONE,
	                                .detail = err.text,
	                                .parameter = "as_of",
	                                .at_detail = "lies before that"};

	respond_problem(req, &problem);
}

static void ask_horizon(struct request *req)
{
	struct pg_params p = {.arena = req->arena};

	pg_bind_int(&p, req->org.id);
	request_query(req, STMT_AS_OF_HORIZON, &p, false, on_horizon);
}

/* --- the queue --- */

static void put_common(struct strbuf *b, const struct queue_risk *risk)
{
	json_write_key(b, "id", &risk->id);
	json_write_int(b, "rank", risk->rank);
	json_write_int(b, "score", risk->score);
	json_write_text(b, "band", band_name(risk->band));
	json_write_text(b, "state", risk_state_name(risk->state));
	json_write_text(b, "title", risk->title);
	json_write_text(b, "subject", risk->subject);
	json_write_text(b, "provider", provider_name(risk->resource.provider));
	json_write_text(b, "account", risk->resource.account);
	json_write_text(b, "region", risk->resource.region);
	json_write_text(b, "asset", risk->resource.id);
	json_write_text(b, "responsibility", verdict_name(risk->responsibility));
	json_write_time(b, "due_at", risk->due_at);
	json_write_text(b, "sla", sla_state_name(risk->sla));
	json_write_text(b, "location", risk->location);
	json_write_text(b, "asset_type", risk->resource.type);
	json_write_text(b, "asset_name", risk->resource.name);
}

static void on_page(struct request *req, const PGresult *result)
{
	const struct as_of_request *r = req->handler_data;
	const size_t limit = (size_t)r->page.limit;
	const char *next = NULL;
	struct queue_page page;
	struct strbuf b = {0};

	as_of_page_read(result, req->arena, &page);
	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < page.n && i < limit; i++) {
		if (!may_see(req, &page.risks[i]))
			continue;
		json_write_open(&b, NULL, '{');
		put_common(&b, &page.risks[i]);
		json_write_close(&b, '}');
	}
	if (page.n > limit) {
		const struct cursor last = {page.risks[limit - 1].rank,
		                            page.risks[limit - 1].id};

		next = cursor_write(&r->scope, &last, req->arena);
	}
	page_send(req, &r->page, &b, next, ARENA_JOIN(req->arena, "&", r->list->shape));
}

static void read_page(struct request *req, const PGresult *result)
{
	const struct as_of_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	(void)result;
	as_of_page_bind(&req->org, &r->query, &p);
	request_query_slow(req, STMT_AS_OF_PAGE, &p, on_page);
}

static void on_queue_state(struct request *req, const struct error *err)
{
	struct as_of_request *r = req->handler_data;
	struct cursor place;

	if (err) {
		respond_error(req, err);
		return;
	}
	r->scope = page_scope(req, r->list->shape);
	if (r->page.cursor) {
		if (!cursor_read(&r->scope, r->page.cursor, &place)) {
			page_refuse_cursor(req);
			return;
		}
		r->query.has_after = true;
		r->query.after_rank = place.value;
		r->query.after_id = place.id;
	}
	ask_horizon(req);
}

void as_of_queue(struct request *req, const struct list_query *q)
{
	struct as_of_request *r = ARENA_NEW(req->arena, struct as_of_request);

	*r = (struct as_of_request){
	        .query = {.at = q->as_of,
	                  .responsibilities = q->responsibilities,
	                  .states = q->states,
	                  .bands = q->bands,
	                  .limit = q->limit + 1}, /* one more tells that there is one */
	        .list = q,
	        .page = {.limit = q->limit, .cursor = q->cursor},
	        .then = read_page};
	req->handler_data = r;
	if (!is_future(req, q->as_of))
		org_states_want(req->app->states, req, on_queue_state);
}

/* --- a risk --- */

static void gone(struct request *req)
{
	respond_not_found(req, "there is no such risk");
}

static void on_risk(struct request *req, const PGresult *result)
{
	const struct as_of_request *r = req->handler_data;
	struct explained_risk risk;
	struct strbuf b = {0};
	struct error err;

	if (as_of_risk_read(result, r->query.at, req->arena, &risk, &err) < 0) {
		respond_not_found(req, "there was no such risk at that time");
		return;
	}
	json_write_open(&b, NULL, '{');
	put_common(&b, &risk.risk);
	json_write_time(&b, "as_of", r->query.at);
	json_write_time(&b, "opened_at", risk.risk.opened_at);
	json_write_time(&b, "resolved_at", risk.risk.resolved_at);
	explanation_write_former(&b, &risk.why);
	json_write_close(&b, '}');
	page_send_one(req, &b, NULL);
}

static void read_risk(struct request *req, const PGresult *result)
{
	const struct as_of_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	(void)result;
	as_of_risk_bind(&req->org, &r->risk_id, r->query.at, &p);
	request_query(req, STMT_AS_OF_RISK, &p, false, on_risk);
}

static void on_version(struct request *req, const PGresult *result)
{
	struct as_of_request *r = req->handler_data;

	if (!risk_version_is_visible(req, result)) {
		gone(req);
		return;
	}
	r->risk_id = pg_get_key(result, 0, "risk_id");
	ask_horizon(req);
}

static const char *take_parameter(void *ctx, const struct query_parameter *p)
{
	struct as_of_request *r = ctx;
	struct error err;

	if (strcmp(p->name, "as_of") != 0)
		return "is not a parameter of this route";
	return timestamp_parse(p->value, &r->query.at, &err) < 0
	               ? "is a time of RFC 3339, as 2026-01-31T06:00:00Z"
	               : NULL;
}

void as_of_risk_get(struct request *req)
{
	struct as_of_request *r = ARENA_NEW(req->arena, struct as_of_request);
	const char *id = request_param(req, 0);
	struct pg_params p = {.arena = req->arena};

	*r = (struct as_of_request){.query = {.at = TIMESTAMP_NONE}, .then = read_risk};
	req->handler_data = r;
	if (!page_parameters(req, take_parameter, r))
		return;
	if (r->query.at == TIMESTAMP_NONE) {
		respond_bad_parameter(req, "as_of", "is missing");
		return;
	}
	if (is_future(req, r->query.at))
		return;
	if (!id || key_parse(id, &r->risk_id) < 0) {
		gone(req);
		return;
	}
	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &r->risk_id);
	request_query(req, STMT_RISK_VERSION, &p, false, on_version);
}
