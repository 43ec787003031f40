/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where findings come from, what each source sees, and what none sees any more.  They
 * are of the whole org, so whoever sees a part of it is refused them.
 */
#include <string.h>

#include "model/json_write.h"
#include "store/coverage_store.h"

#include "handlers.h"
#include "org_states.h"
#include "page.h"
#include "respond.h"

struct sources_asked {
	struct page page;
	const char *name;      /* of the path, or of the filter; NULL: any */
	const char *connector; /* NULL: any */
	const char *state;     /* NULL: any */
	struct cursor_scope scope;
	struct strbuf open; /* of one source: what stands before its scopes */
};

static struct sources_asked *begin(struct request *req)
{
	struct sources_asked *r = ARENA_NEW(req->arena, struct sources_asked);

	req->handler_data = r;
	return r;
}

static int state_of(const struct sources_asked *r)
{
	return r->state ? scope_state_parse(r->state) : -1;
}

static const char *take_value(const char **place, const struct query_parameter *p)
{
	*place = p->value;
	return *p->value ? NULL : "is empty";
}

static const char *take_state(struct sources_asked *r, const struct query_parameter *p)
{
	r->state = p->value;
	return state_of(r) < 0 ? "is one of met, complete, partial, denied, not_enabled, "
	                         "lost, held"
	                       : NULL;
}

/* "&name=value" for the link to the next page. */
static void put_parameter(struct strbuf *b, const char *name, const char *value)
{
	if (!value)
		return;
	strbuf_printf(b, "&%s=", name);
	query_string_put(b, value);
}

static const char *link_of(struct request *req, const char *source, const char *connector,
                           const char *state)
{
	struct strbuf b = {0};
	const char *out;

	put_parameter(&b, "source", source);
	put_parameter(&b, "connector", connector);
	put_parameter(&b, "state", state);
	out = arena_strdup(req->arena, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

/* --- the list --- */

/* A name may hold spaces, a connector has none. */
static void split_cursor(struct request *req, struct source_filter *f, const char *cursor)
{
	const char *space = strrchr(cursor, ' ');
	const size_t size = space ? (size_t)(space - cursor) : strlen(cursor);

	f->after_name = arena_strndup(req->arena, cursor, size);
	f->after_connector = space ? space + 1 : "";
}

static void on_list(struct request *req, const PGresult *result)
{
	const struct sources_asked *r = req->handler_data;
	const int n = PQntuples(result);
	const int shown = n < r->page.limit ? n : r->page.limit;
	const char *next = NULL;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < shown; i++) {
		json_write_open(&b, NULL, '{');
		coverage_source_put(&b, result, i);
		json_write_close(&b, '}');
	}
	if (n > shown)
		next = ARENA_JOIN(req->arena, pg_get_text(result, shown - 1, "name"), " ",
		                  pg_get_text(result, shown - 1, "connector"));
	page_send(req, &r->page, &b, next, "");
}

void sources_get(struct request *req)
{
	struct sources_asked *r = begin(req);
	struct pg_params p = {.arena = req->arena};
	struct source_filter f = {0};

	if (!page_read(req, &r->page, NULL, NULL) || page_refuse_scoped(req))
		return;
	f.limit = r->page.limit + 1;
	if (r->page.cursor)
		split_cursor(req, &f, r->page.cursor);
	coverage_sources_bind(&req->org, &f, req->now, &p);
	request_query(req, STMT_COVERAGE_SOURCES, &p, false, on_list);
}

/* --- one, with its scopes --- */

/* The text so far; it does not end with the request, as the answer takes it. */
static struct strbuf take_open(struct sources_asked *r)
{
	const struct strbuf out = r->open;

	r->open = (struct strbuf){0};
	return out;
}

static void on_scopes(struct request *req, const PGresult *result)
{
	struct sources_asked *r = req->handler_data;
	const int n = PQntuples(result);
	const int shown = n < r->page.limit ? n : r->page.limit;
	struct strbuf b = take_open(r);

	json_write_open(&b, "scopes", '[');
	for (int i = 0; i < shown; i++)
		coverage_scope_put(&b, result, i);
	page_send(req, &r->page, &b,
	          n > shown ? pg_get_text(result, shown - 1, "scope") : NULL,
	          link_of(req, NULL, r->connector, r->state));
}

/* A live source among others of its name; -1: it takes a connector to tell them apart. */
static int choose(const PGresult *result)
{
	int chosen = -1, n_live = 0;

	if (PQntuples(result) == 1)
		return 0;
	for (int i = 0; i < PQntuples(result); i++) {
		if (pg_get_int(result, i, "kind") != 1)
			continue;
		chosen = i;
		n_live++;
	}
	return n_live == 1 ? chosen : -1;
}

static void on_source(struct request *req, const PGresult *result)
{
	static const struct problem several = {
	        .name = PROBLEM_CONFLICT,
	        .detail = "several sources have this name; say which one",
	        .parameter = "connector",
	        .at_detail = "tells them apart"};
	struct sources_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	int row;

	if (PQntuples(result) == 0) {
		respond_not_found(req, "there is no such source");
		return;
	}
	if ((row = choose(result)) < 0) {
		respond_problem(req, &several);
		return;
	}
	json_write_open(&r->open, NULL, '{');
	coverage_source_put(&r->open, result, row);
	coverage_scopes_bind(&req->org, pg_get_int(result, row, "source_id"), state_of(r),
	                     r->page.cursor, r->page.limit + 1, &p);
	request_query(req, STMT_COVERAGE_SCOPES, &p, false, on_scopes);
}

static const char *take_of_source(void *ctx, const struct query_parameter *p)
{
	struct sources_asked *r = ctx;

	if (strcmp(p->name, "connector") == 0)
		return take_value(&r->connector, p);
	if (strcmp(p->name, "state") == 0)
		return take_state(r, p);
	return "is not a parameter of this route";
}

static void forget_open(struct request *req)
{
	struct sources_asked *r = req->handler_data;

	strbuf_done(&r->open);
}

void source_get(struct request *req)
{
	struct sources_asked *r = begin(req);
	struct pg_params p = {.arena = req->arena};
	struct source_filter f = {.limit = PAGE_MOST};

	req->on_end = forget_open;
	if (!page_read(req, &r->page, take_of_source, r) || page_refuse_scoped(req))
		return;
	f.name = request_param(req, 0);
	f.connector = r->connector;
	if (!f.name) {
		respond_not_found(req, "there is no such source");
		return;
	}
	coverage_sources_bind(&req->org, &f, req->now, &p);
	request_query(req, STMT_COVERAGE_SOURCES, &p, false, on_source);
}

/* --- blind spots --- */

/* The ids of source and scope, one behind the other. */
static struct cursor place_out(const struct blind_place *place)
{
	struct cursor out = {.value = place->since};

	memcpy(out.id.bytes, &place->source_id, 8);
	memcpy(out.id.bytes + 8, &place->scope_id, 8);
	return out;
}

static struct blind_place place_in(const struct cursor *c)
{
	struct blind_place out = {.since = c->value};

	memcpy(&out.source_id, c->id.bytes, 8);
	memcpy(&out.scope_id, c->id.bytes + 8, 8);
	return out;
}

static void on_blind(struct request *req, const PGresult *result)
{
	const struct sources_asked *r = req->handler_data;
	const int n = PQntuples(result);
	const int shown = n < r->page.limit ? n : r->page.limit;
	const char *next = NULL;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < shown; i++)
		coverage_blind_put(&b, result, i);
	if (n > shown) {
		const struct blind_place place = coverage_blind_place(result, shown - 1);
		const struct cursor last = place_out(&place);

		next = cursor_write(&r->scope, &last, req->arena);
	}
	page_send(req, &r->page, &b, next, link_of(req, r->name, NULL, r->state));
}

static void on_state(struct request *req, const struct error *err)
{
	struct sources_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct blind_place after = {.since = TIMESTAMP_NONE};
	struct cursor place;

	if (err) {
		respond_error(req, err);
		return;
	}
	r->scope = page_scope(req, link_of(req, r->name, NULL, r->state));
	if (r->page.cursor) {
		if (!cursor_read(&r->scope, r->page.cursor, &place)) {
			page_refuse_cursor(req);
			return;
		}
		after = place_in(&place);
	}
	coverage_blind_bind(&req->org, r->name, state_of(r), &after, r->page.limit + 1,
	                    req->now, &p);
	request_query(req, STMT_COVERAGE_BLIND, &p, false, on_blind);
}

static const char *take_of_blind(void *ctx, const struct query_parameter *p)
{
	struct sources_asked *r = ctx;

	if (strcmp(p->name, "source") == 0)
		return take_value(&r->name, p);
	if (strcmp(p->name, "state") == 0)
		return take_state(r, p);
	return "is not a parameter of this route";
}

void blind_spots_get(struct request *req)
{
	struct sources_asked *r = begin(req);

	if (page_read(req, &r->page, take_of_blind, r) && !page_refuse_scoped(req))
		org_states_want(req->app->states, req, on_state);
}
