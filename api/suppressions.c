/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suppression rules: what findings do not count.  A rule takes risks out of the queue as
 * an acceptance does, so who may approve one writes it; it is of the whole org.
 */
#include <string.h>

#include "model/json_write.h"
#include "store/suppression_store.h"

#include "body.h"
#include "handlers.h"
#include "page.h"
#include "respond.h"

struct suppression_asked {
	struct page page;
	const char *name; /* of the path */
	const char *where;
	struct suppression_row row;
	bool is_new;
};

static void no_such_rule(struct request *req)
{
	respond_not_found(req, "there is no such suppression rule");
}

static void put_rule(struct request *req, struct strbuf *b,
                     const struct suppression_row *row)
{
	json_write_open(b, NULL, '{');
	suppression_row_put(b, row, req->now);
	json_write_close(b, '}');
}

/* --- reading --- */

static void on_list(struct request *req, const PGresult *result)
{
	const struct suppression_asked *r = req->handler_data;
	const int n = PQntuples(result);
	struct suppression_row row = {.filter = NULL};
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < n && i < r->page.limit; i++) {
		row = suppression_row_read(result, i, req->arena);
		put_rule(req, &b, &row);
	}
	page_send(req, &r->page, &b, n > r->page.limit ? row.rule.name : NULL, "");
}

void suppressions_get(struct request *req)
{
	struct suppression_asked *r = ARENA_NEW(req->arena, struct suppression_asked);
	struct pg_params p = {.arena = req->arena};

	req->handler_data = r;
	if (!page_read(req, &r->page, NULL, NULL) || page_refuse_scoped(req))
		return;
	suppression_list_bind(&req->org, r->page.cursor, r->page.limit + 1, NULL, &p);
	request_query(req, STMT_SUPPRESSION_LIST, &p, false, on_list);
}

/* The rule of the path; NULL: 404 was answered. */
static struct suppression_asked *take_name(struct request *req)
{
	struct suppression_asked *r = ARENA_NEW(req->arena, struct suppression_asked);

	req->handler_data = r;
	r->name = request_param(req, 0);
	if (r->name)
		return r;
	no_such_rule(req);
	return NULL;
}

static void find(struct request *req, request_result_fn *then)
{
	const struct suppression_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	suppression_list_bind(&req->org, NULL, 1, r->name, &p);
	request_query(req, STMT_SUPPRESSION_LIST, &p, false, then);
}

static void on_one(struct request *req, const PGresult *result)
{
	struct suppression_row row;
	struct strbuf b = {0};

	if (PQntuples(result) == 0) {
		no_such_rule(req);
		return;
	}
	row = suppression_row_read(result, 0, req->arena);
	put_rule(req, &b, &row);
	page_send_one(req, &b, NULL);
}

void suppression_get(struct request *req)
{
	if (!respond_if_parameters(req) && !page_refuse_scoped(req) && take_name(req))
		find(req, on_one);
}

/* --- writing --- */

static void on_written(struct request *req, const PGresult *result)
{
	static const struct problem lost = {
	        .name = PROBLEM_CONFLICT,
	        .detail = "somebody else writes this rule just now"};
	const struct suppression_asked *r = req->handler_data;
	const struct reply reply = {.status = r->is_new ? 201 : 200};
	struct strbuf b = {0};

	if (!pg_get_bool(result, 0, "written")) {
		respond_problem(req, &lost);
		return;
	}
	put_rule(req, &b, &r->row);
	respond_body(req, &reply, &b);
}

static void on_former(struct request *req, const PGresult *result)
{
	struct suppression_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct suppression_row former;

	r->is_new = PQntuples(result) == 0;
	if (!r->is_new)
		former = suppression_row_read(result, 0, req->arena);
	suppression_put_bind(&req->org, &r->row.rule, r->is_new ? NULL : &former, req->now,
	                     &p);
	request_query(req, STMT_SUPPRESSION_PUT, &p, false, on_written);
}

/* False: 400 was answered. */
static bool check(struct request *req, struct suppression_asked *r)
{
	struct suppression *rule = &r->row.rule;
	struct error err;

	if (selector_parse(r->where, SELECTS_FINDINGS, req->arena, &rule->selector, &err) <
	    0) {
		respond_bad_body(req, "/where", err.text);
		return false;
	}
	r->row.filter = selector_text(&rule->selector, req->arena);
	if (suppression_check(rule, &err) == 0)
		return true;

	const struct problem problem = {.name = PROBLEM_INVALID_REQUEST,
	                                .detail = err.text};

	respond_problem(req, &problem);
	return false;
}

void suppression_rule_put(struct request *req)
{
	struct suppression_asked *r;
	struct suppression *rule;

	if (!page_needs(req, PERMISSION_APPROVE) || !(r = take_name(req)))
		return;
	rule = &r->row.rule;
	rule->name = r->name;
	rule->actor = req->principal;
	rule->starts_at = r->row.valid_from = req->now;
	rule->ends_at = TIMESTAMP_NONE;

	const struct json_field fields[] = {
	        {"where", FIELD_TEXT, FIELD_REQUIRED, 0, SELECTOR_TEXT_MAX, &r->where},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, SUPPRESSION_REASON_MAX,
	         &rule->reason},
	        {"starts_at", FIELD_TIME, FIELD_NULLABLE, 0, 0, &rule->starts_at},
	        {"ends_at", FIELD_TIME, FIELD_NULLABLE, 0, 0, &rule->ends_at},
	        {"log_only", FIELD_BOOL, 0, 0, 0, &rule->log_only},
	};

	if (body_read(req, fields, N_ELEMENTS(fields)) && check(req, r))
		find(req, on_former);
}

static void on_found(struct request *req, const PGresult *result)
{
	struct suppression_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (PQntuples(result) == 0) {
		no_such_rule(req);
		return;
	}
	r->row = suppression_row_read(result, 0, req->arena);
	suppression_remove_bind(&req->org, &r->row, req->now, &p);
	request_query(req, STMT_SUPPRESSION_REMOVE, &p, false, on_written);
}

void suppression_delete(struct request *req)
{
	if (page_needs(req, PERMISSION_APPROVE) && !respond_if_parameters(req) &&
	    take_name(req))
		find(req, on_found);
}
