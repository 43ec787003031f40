/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of risks.  The plain queue, which is what dashboards ask for, is read from
 * PostgreSQL by its index; what is filtered or in another order is found in the index
 * of the org, and its rows are read by their ids.
 */
#include <string.h>

#include "store/read_results.h"

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
	/* Of a page from the index, in its order. */
	struct index_hit *hits;
	size_t n_hits;
	struct queue_risk *closed; /* those that are not open, with their SLA states */
	size_t n_closed;
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

static enum sla_state sla_of(const struct list_request *l, const struct page_row *row)
{
	if (risk_state_is_open(row->state))
		return page_row_sla(row);
	for (size_t i = 0; i < l->n_closed; i++)
		if (key_cmp(&l->closed[i].id, &row->id) == 0)
			return l->closed[i].sla;
	return SLA_NONE; /* it was closed between the two queries */
}

static void put_row(struct request *req, struct strbuf *b, const struct page_row *row)
{
	const struct org_state *state = org_states_get(req->app->states, &req->org);

	if (b->data[b->size - 1] != '[')
		strbuf_putc(b, ',');
	risk_json_put_row(b, row, sla_of(req->handler_data, row), &state->sources);
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
		put_row(req, &b, &row);
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

/* Where a risk stands in the page; n_hits: nowhere. */
static size_t hit_of(const struct list_request *l, const struct key *id)
{
	size_t i = 0;

	while (i < l->n_hits && key_cmp(&l->hits[i].id, id) != 0)
		i++;
	return i;
}

static void on_rows(struct request *req, const PGresult *result)
{
	struct list_request *l = req->handler_data;
	const size_t limit = (size_t)l->query.limit;
	const size_t n = l->n_hits < limit ? l->n_hits : limit;
	struct page_row *rows = ARENA_ARRAY(req->arena, struct page_row, n + 1);
	bool *found = ARENA_ARRAY(req->arena, bool, n + 1);
	struct strbuf b = {0};

	for (int i = 0; i < PQntuples(result); i++) {
		struct page_row row;

		page_row_read(result, i, &row);
		const size_t at = hit_of(l, &row.id);

		if (at < n) {
			rows[at] = row;
			found[at] = true;
		}
	}
	begin_items(&b, n);
	for (size_t i = 0; i < n; i++)
		if (found[i])
			put_row(req, &b, &rows[i]);
	const struct cursor more =
	        n ? (struct cursor){l->hits[n - 1].key, l->hits[n - 1].id}
	          : (struct cursor){0};

	answer(req, &b, l->n_hits > limit ? &more : NULL);
}

static void read_rows(struct request *req)
{
	struct list_request *l = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	const size_t limit = (size_t)l->query.limit;
	const size_t n = l->n_hits < limit ? l->n_hits : limit;
	struct key *ids = ARENA_ARRAY(req->arena, struct key, n + 1);

	for (size_t i = 0; i < n; i++)
		ids[i] = l->hits[i].id;
	queue_rows_bind(&req->org, req->now, ids, n, &p);
	request_query(req, STMT_QUEUE_ROWS, &p, true, on_rows);
}

static void on_clocks(struct request *req, const PGresult *result)
{
	struct list_request *l = req->handler_data;

	queue_clocks_read(result, l->closed, l->n_closed, req->now, req->arena);
	read_rows(req);
}

/* The SLA state of what is not open stands in its ledger only. */
static void read_clocks(struct request *req)
{
	struct list_request *l = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	l->closed = ARENA_ARRAY(req->arena, struct queue_risk, l->n_hits + 1);
	for (size_t i = 0; i < l->n_hits; i++)
		l->closed[i] = (struct queue_risk){.id = l->hits[i].id, .sla = SLA_NONE};
	l->n_closed = l->n_hits;
	queue_clocks_bind(&req->org, l->closed, l->n_closed, &p);
	request_query(req, STMT_CLOCK_LIST, &p, false, on_clocks);
}

static bool wants_closed(const struct list_query *q)
{
	const unsigned int open =
	        1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;

	return q->has_states && (q->states & ~open) != 0;
}

static void on_index(struct request *req, const struct error *err)
{
	struct list_request *l = req->handler_data;
	const size_t room = (size_t)l->query.limit + 1;
	const struct index_hit after = {.id = l->after.id, .key = l->after.value};
	struct index_filter filter;

	if (err) {
		respond_error(req, err);
		return;
	}
	list_filter(req, &l->query, l->canonical_asset, &filter);
	l->hits = ARENA_ARRAY(req->arena, struct index_hit, room);
	l->n_hits = queue_index_page(
	        risk_feeds_index(req->app->feeds, &req->org),
	        &(struct index_page_query){.filter = &filter,
	                                   .order = (enum index_order)l->query.order,
	                                   .after = l->has_after ? &after : NULL,
	                                   .limit = room,
	                                   .now = req->now},
	        l->hits);
	if (wants_closed(&l->query) && l->n_hits > 0)
		read_clocks(req);
	else
		read_rows(req);
}

static void on_asset(struct request *req, const PGresult *result)
{
	struct list_request *l = req->handler_data;

	l->canonical_asset = list_asset_found(req, result);
	risk_feeds_want(req->app->feeds, req, on_index);
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
	l->has_after = cursor_read(&l->scope, l->query.cursor, &l->after);
	if (!l->has_after)
		respond_problem(req, &problem);
	return l->has_after;
}

/*
 * What the index of PostgreSQL answers alone.  When the sweeper is far behind, a page
 * would be sorted out of all that has crossed: the index in memory minds it less.
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
	if (!open_cursor(req, state))
		return;
	l->etag = list_etag(req, state, &l->query);
	if (respond_if_unchanged(req, l->etag))
		return;
	if (is_plain(req, state)) {
		/* Who reads the queue will filter it soon: that shall not wait. */
		risk_feeds_prepare(req->app->feeds, &req->org, req->started_at);
		read_page(req);
	} else if (l->query.asset)
		list_find_asset(req, l->query.asset, on_asset);
	else
		risk_feeds_want(req->app->feeds, req, on_index);
}

static void list(struct request *req, unsigned int responsibilities)
{
	struct list_request *l = ARENA_NEW(req->arena, struct list_request);

	req->handler_data = l;
	if (list_read(req, LIST_PAGING, responsibilities, &l->query))
		org_states_want(req->app->states, req, on_state);
}

void risks_get(struct request *req)
{
	list(req, list_queue_find("all"));
}

void queue_risks_get(struct request *req)
{
	const char *name = request_param(req, 0);
	const unsigned int responsibilities = name ? list_queue_find(name) : 0;

	if (responsibilities)
		list(req, responsibilities);
	else
		respond_not_found(
		        req, "there is no such queue; there are customer, provider, all");
}
