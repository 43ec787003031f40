/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts of the risks that a filter matches, by what they could be filtered by next.
 */
#include "model/json_write.h"

#include "handlers.h"
#include "list.h"
#include "respond.h"
#include "risk_feed.h"

struct facets_request {
	struct list_query query;
	const char *etag;
	const char *canonical_asset;
	bool is_asset_asked;
};

static void put_facet(struct strbuf *b, const char *name,
                      const struct index_facet_values *values)
{
	json_write_open(b, name, '[');
	for (size_t i = 0; i < values->n; i++) {
		json_write_open(b, NULL, '{');
		json_write_text(b, "value", values->values[i].value);
		json_write_int(b, "count", (long long)values->values[i].count);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

static void count(struct request *req)
{
	const struct facets_request *f = req->handler_data;
	const struct reply reply = {.status = 200, .etag = f->etag};
	struct index_filter filter;
	struct index_facets facets;
	struct strbuf b = {0};

	struct queue_index *ix = risk_feeds_index(req->app->feeds, &req->org);

	list_filter(req, &f->query, f->canonical_asset, &filter);
	queue_index_reopen(ix, req->now);
	queue_index_facets(ix, &filter, req->now, req->arena, &facets);
	json_write_open(&b, NULL, '{');
	json_write_int(&b, "total", (long long)facets.total);
	json_write_open(&b, "facets", '{');
	for (int i = 0; i < N_INDEX_FACETS; i++)
		put_facet(&b, index_facet_name((enum index_facet)i), &facets.of[i]);
	json_write_close(&b, '}');
	json_write_close(&b, '}');
	respond_body(req, &reply, &b);
}

static void on_index(struct request *req, const struct error *err);

static void on_asset(struct request *req, const PGresult *result)
{
	struct facets_request *f = req->handler_data;

	f->canonical_asset = list_asset_found(req, result);
	f->is_asset_asked = true;
	/* Meanwhile the index may have been emptied to be loaded anew. */
	risk_feeds_want(req->app->feeds, req, on_index);
}

static void on_index(struct request *req, const struct error *err)
{
	struct facets_request *f = req->handler_data;

	if (err)
		respond_error(req, err);
	else if (!f->is_asset_asked && list_asset_is_unknown(req, &f->query))
		list_find_asset(req, f->query.asset, on_asset);
	else
		count(req);
}

static void on_state(struct request *req, const struct error *err)
{
	struct facets_request *f = req->handler_data;

	if (err) {
		respond_error(req, err);
		return;
	}
	f->etag = list_etag(req, org_states_get(req->app->states, &req->org), &f->query);
	if (respond_if_unchanged(req, f->etag))
		return;
	risk_feeds_want(req->app->feeds, req, on_index);
}

void facets_get(struct request *req)
{
	struct facets_request *f = ARENA_NEW(req->arena, struct facets_request);

	req->handler_data = f;
	if (list_read(req, LIST_QUEUE, list_queue_find("all"), &f->query))
		org_states_want(req->app->states, req, on_state);
}
