/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of risks: found, put in order and written from the index of the org.  As long as
 * that is being loaded, the plain queue, which is what dashboards ask for first, is read
 * from PostgreSQL.
 */
#include <string.h>

#include "store/read_results.h"

#include "as_of.h"
#include "handlers.h"
#include "list.h"
#include "respond.h"
#include "risk_feed.h"
#include "risk_json.h"

struct list_request {
	struct list_query query;
	struct cursor_scope scope; /* of cursors of this list */
	struct cursor after;
	bool has_after;
	const char *etag;
	const char *canonical_asset;
	bool is_asset_asked;
	/* Of a page from the index, in its order. */
	struct index_hit *hits;
	size_t n_hits;
};

/* --- the answer --- */

static void put_link(struct request *req, const char *cursor, struct reply *reply)
{
	const struct list_request *l = req->handler_data;
	const struct list_query *q = &l->query;

	reply->link =
	        arena_printf(req->arena, "<%s?%s%slimit=%d&cursor=%s>; rel=\"next\"",
	                     req->path, q->shape, *q->shape ? "&" : "", q->limit, cursor);
}

/* b holds the items; more tells where the next page begins. */
static void answer(struct request *req, struct strbuf *b, const struct cursor *more)
{
	const struct list_request *l = req->handler_data;
	struct reply reply = {.status = 200, .etag = l->etag};

	if (more) {
		const char *cursor = cursor_write(&l->scope, more, req->arena);

		strbuf_printf(b, "],\"next_cursor\":\"%s\"}", cursor);
		put_link(req, cursor, &reply);
	} else {
		strbuf_puts(b, "],\"next_cursor\":null}");
	}
	respond_body(req, &reply, b);
}

static const struct source_list *sources_of(const struct request *req)
{
	return &org_states_get(req->app->states, &req->org)->sources;
}

static void put_comma(struct strbuf *b)
{
	if (b->data[b->size - 1] != '[')
		strbuf_putc(b, ',');
}

static void begin_items(struct strbuf *b, size_t n)
{
	strbuf_reserve(b, 64 + n * 640); /* what a row is long */
	strbuf_puts(b, "{\"items\":[");
}

/* --- from PostgreSQL --- */

static void on_page(struct request *req, const PGresult *result)
{
	struct list_request *l = req->handler_data;
	const int n = PQntuples(result), limit = l->query.limit;
	struct strbuf b = {0};
	struct page_row row;
	struct cursor more;

	begin_items(&b, (size_t)n);
	for (int i = 0; i < n && i < limit; i++) {
		page_row_read(result, i, &row);
		put_comma(&b);
		risk_json_put_page_row(&b, &row, page_row_sla(&row), sources_of(req));
		more = (struct cursor){row.rank, row.id};
	}
	answer(req, &b, n > limit ? &more : NULL);
}

static void read_page(struct request *req)
{
	struct list_request *l = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	const struct queue_place after = {l->after.value, l->after.id};

	queue_page_bind(&req->org, req->now, l->has_after ? &after : &queue_start,
	                l->query.responsibilities, l->query.limit + 1, &p);
	request_query(req, STMT_QUEUE_PAGE, &p, true, on_page);
}

/* --- from the index --- */

static void write_hits(struct request *req)
{
	struct list_request *l = req->handler_data;
	const struct queue_index *ix = risk_feeds_index(req->app->feeds, &req->org);
	const size_t limit = (size_t)l->query.limit;
	const size_t n = l->n_hits < limit ? l->n_hits : limit;
	struct strbuf b = {0};
	struct cursor more = {0};

	begin_items(&b, n);
	for (size_t i = 0; i < n; i++) {
		struct index_risk risk;
		enum sla_state sla;

		if (i % INDEX_EXPECT_MAX == 0)
			queue_index_expect(ix, l->hits + i, n - i);
		more = (struct cursor){l->hits[i].key, l->hits[i].id};
		if (!queue_index_get(ix, &l->hits[i].id, req->now, req->arena, &risk, &sla))
			continue;
		put_comma(&b);
		risk_json_put_risk(&b, &risk, sla, sources_of(req));
	}
	answer(req, &b, l->n_hits > limit ? &more : NULL);
}

static void find_page(struct request *req)
{
	struct list_request *l = req->handler_data;
	const size_t room = (size_t)l->query.limit + 1;
	const struct index_hit after = {.id = l->after.id, .key = l->after.value};
	struct index_filter filter;
	struct queue_index *ix;

	list_filter(req, &l->query, l->canonical_asset, &filter);
	l->hits = ARENA_ARRAY(req->arena, struct index_hit, room);
	ix = risk_feeds_index(req->app->feeds, &req->org);
	queue_index_reopen(ix, req->now);
	queue_index_settle(ix, req->now);
	l->n_hits = queue_index_page(
	        ix,
	        &(struct index_page_query){.filter = &filter,
	                                   .order = (enum index_order)l->query.order,
	                                   .after = l->has_after ? &after : NULL,
	                                   .limit = room,
	                                   .now = req->now},
	        l->hits);
	write_hits(req);
}

static void on_index(struct request *req, const struct error *err);

static void on_asset(struct request *req, const PGresult *result)
{
	struct list_request *l = req->handler_data;

	l->canonical_asset = list_asset_found(req, result);
	l->is_asset_asked = true;
	risk_feeds_want(req->app->feeds, req, on_index);
}

static void on_index(struct request *req, const struct error *err)
{
	struct list_request *l = req->handler_data;

	if (err)
		respond_error(req, err);
	else if (!l->is_asset_asked && list_asset_is_unknown(req, &l->query))
		list_find_asset(req, l->query.asset, on_asset);
	else
		find_page(req);
}

/* --- the request --- */

static bool open_cursor(struct request *req, const struct org_state *state)
{
	struct list_request *l = req->handler_data;
	const struct problem problem = {
	        .name = PROBLEM_INVALID_CURSOR,
	        .detail = "the cursor was altered, or is not one of this list",
	        .parameter = "cursor",
	        .at_detail = "is not valid here"};

	l->scope = (struct cursor_scope){
	        .key = req->app->cursor_key,
	        .org_id = req->org.id,
	        .epoch = state->queue.epoch,
	        .shape = arena_printf(req->arena, "%s?%s", req->path, l->query.shape)};
	if (!l->query.cursor)
		return true;
	if (!cursor_read(&l->scope, l->query.cursor, &l->after)) {
		respond_problem(req, &problem);
		return false;
	}
	l->has_after = true;
	return true;
}

/*
 * What PostgreSQL's index answers alone, as long as ours is not loaded.  When the sweeper
 * is far behind, its page would be sorted out of all that has crossed.
 */
static bool is_plain(const struct request *req, const struct org_state *state)
{
	const struct list_request *l = req->handler_data;

	return !l->query.is_filtered && l->query.order == LIST_BY_RANK &&
	       !list_is_scoped(req) && !state->queue.is_behind;
}

static void on_state(struct request *req, const struct error *err)
{
	struct list_request *l = req->handler_data;
	const struct org_state *state;

	if (err) {
		respond_error(req, err);
		return;
	}
	state = org_states_get(req->app->states, &req->org);
	/* Only an answer to a cursor of ours had an ETag: it needs no look. */
	l->etag = list_etag(req, state, &l->query);
	if (respond_if_unchanged(req, l->etag) || !open_cursor(req, state))
		return;
	if (!risk_feeds_prepare(req->app->feeds, &req->org, req->started_at) &&
	    is_plain(req, state))
		read_page(req);
	else
		risk_feeds_want(req->app->feeds, req, on_index);
}

static void list(struct request *req, unsigned int parameters,
                 unsigned int responsibilities)
{
	struct list_request *l = ARENA_NEW(req->arena, struct list_request);

	req->handler_data = l;
	if (!list_read(req, parameters, responsibilities, &l->query))
		return;
	if (l->query.as_of != TIMESTAMP_NONE)
		as_of_queue(req, &l->query);
	else
		org_states_want(req->app->states, req, on_state);
}

void risks_get(struct request *req)
{
	list(req, LIST_PAGING, list_queue_find("all"));
}

void queue_risks_get(struct request *req)
{
	const char *name = request_param(req, 0);
	const unsigned int responsibilities = name ? list_queue_find(name) : 0;

	if (responsibilities)
		list(req, LIST_PAGING | LIST_AS_OF, responsibilities);
	else
		respond_not_found(
		        req, "there is no such queue; there are customer, provider, all");
}
