/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners: who must act on risks.  They count risks of the whole org, so whoever sees a
 * part of it is refused them.
 */
#include <string.h>

#include "model/json_write.h"
#include "store/owner_store.h"

#include "body.h"
#include "handlers.h"
#include "page.h"
#include "respond.h"

#define CONTACT_MAX 300 /* bytes */

struct owner_asked {
	struct page page;
	const char *name; /* of the path */
	struct owner_row row;
	const char *kind;
	bool is_new;
};

static void no_such_owner(struct request *req)
{
	respond_not_found(req, "there is no such owner");
}

static void put_owner(struct strbuf *b, const struct owner_row *row)
{
	json_write_open(b, NULL, '{');
	owner_row_put(b, row);
	json_write_close(b, '}');
}

/* --- reading --- */

static void on_list(struct request *req, const PGresult *result)
{
	const struct owner_asked *r = req->handler_data;
	const int n = PQntuples(result);
	struct owner_row row = {.name = NULL};
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < n && i < r->page.limit; i++) {
		row = owner_row_read(result, i, req->arena);
		put_owner(&b, &row);
	}
	page_send(req, &r->page, &b, n > r->page.limit ? row.name : NULL, "");
}

void owners_get(struct request *req)
{
	struct owner_asked *r = ARENA_NEW(req->arena, struct owner_asked);
	struct pg_params p = {.arena = req->arena};

	req->handler_data = r;
	if (!page_read(req, &r->page, NULL, NULL) || page_refuse_scoped(req))
		return;
	owner_list_bind(&req->org, r->page.cursor, r->page.limit + 1, NULL, &p);
	request_query(req, STMT_OWNER_LIST, &p, false, on_list);
}

/* The owner of the path; NULL: 404 was answered. */
static struct owner_asked *take_name(struct request *req)
{
	struct owner_asked *r = ARENA_NEW(req->arena, struct owner_asked);

	req->handler_data = r;
	r->name = request_param(req, 0);
	if (r->name)
		return r;
	no_such_owner(req);
	return NULL;
}

static void find(struct request *req, request_result_fn *then)
{
	const struct owner_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	owner_list_bind(&req->org, NULL, 1, r->name, &p);
	request_query(req, STMT_OWNER_LIST, &p, false, then);
}

static void on_one(struct request *req, const PGresult *result)
{
	struct owner_row row;
	struct strbuf b = {0};

	if (PQntuples(result) == 0) {
		no_such_owner(req);
		return;
	}
	row = owner_row_read(result, 0, req->arena);
	put_owner(&b, &row);
	page_send_one(req, &b, NULL);
}

void owner_get(struct request *req)
{
	if (!respond_if_parameters(req) && !page_refuse_scoped(req) && take_name(req))
		find(req, on_one);
}

/* --- writing --- */

static void on_stored(struct request *req, const PGresult *result)
{
	const struct owner_asked *r = req->handler_data;
	const struct reply reply = {.status = r->is_new ? 201 : 200};
	struct owner_row row;
	struct strbuf b = {0};

	if (PQntuples(result) == 0) {
		no_such_owner(req); /* somebody has removed it meanwhile */
		return;
	}
	row = owner_row_read(result, 0, req->arena);
	put_owner(&b, &row);
	respond_body(req, &reply, &b);
}

static void on_put(struct request *req, const PGresult *result)
{
	(void)result;
	find(req, on_stored);
}

static void on_former(struct request *req, const PGresult *result)
{
	struct owner_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	r->is_new = PQntuples(result) == 0;
	owners_put_bind(&req->org, &r->row, 1, req->principal, req->now, &p);
	request_query(req, STMT_OWNER_PUT, &p, false, on_put);
}

/* False: 400 was answered. */
static bool check(struct request *req, struct owner_asked *r)
{
	const int kind = owner_kind_parse(r->kind);
	struct error err;

	if (kind < 0) {
		respond_bad_body(req, "/kind", "is neither team nor person");
		return false;
	}
	r->row.kind = (enum owner_kind)kind;
	r->row.name = r->name;
	if (owner_check(&r->row, &err) == 0)
		return true;

	const struct problem problem = {.name = PROBLEM_INVALID_REQUEST,
	                                .detail = err.text};

	respond_problem(req, &problem);
	return false;
}

void named_owner_put(struct request *req)
{
	struct owner_asked *r;

	if (!page_needs(req, PERMISSION_ADMIN) || !(r = take_name(req)))
		return;
	r->row.contact = r->row.email = r->row.escalation = "";

	const struct json_field fields[] = {
	        {"kind", FIELD_TEXT, FIELD_REQUIRED, 0, 40, &r->kind},
	        {"contact", FIELD_TEXT, FIELD_NULLABLE, 0, CONTACT_MAX, &r->row.contact},
	        {"email", FIELD_TEXT, FIELD_NULLABLE, 0, CONTACT_MAX, &r->row.email},
	        {"escalation", FIELD_TEXT, FIELD_NULLABLE, 0, CONTACT_MAX,
	         &r->row.escalation},
	};

	if (body_read(req, fields, N_ELEMENTS(fields)) && check(req, r))
		find(req, on_former);
}

static void on_removed(struct request *req, const PGresult *result)
{
	const struct owner_asked *r = req->handler_data;
	const struct reply reply = {.status = 200};
	struct strbuf b = {0};
	struct error err;

	if (owner_remove_answer(result, r->name, &err) < 0) {
		const bool is_gone = err.code == ERR_NOT_FOUND;
		const struct problem problem = {.name = is_gone ? PROBLEM_NOT_FOUND
		                                                : PROBLEM_CONFLICT,
		                                .detail = err.text};

		respond_problem(req, &problem);
		return;
	}
	put_owner(&b, &r->row);
	respond_body(req, &reply, &b);
}

static void on_found(struct request *req, const PGresult *result)
{
	struct owner_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (PQntuples(result) == 0) {
		no_such_owner(req);
		return;
	}
	r->row = owner_row_read(result, 0, req->arena);
	pg_bind_int(&p, req->org.id);
	pg_bind_int(&p, r->row.owner_id);
	pg_bind_timestamp(&p, req->now);
	request_query(req, STMT_OWNER_REMOVE, &p, false, on_removed);
}

void owner_delete(struct request *req)
{
	if (page_needs(req, PERMISSION_ADMIN) && !respond_if_parameters(req) &&
	    take_name(req))
		find(req, on_found);
}
