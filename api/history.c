/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of one risk, page by page.
 */
#include "scorer/history.h"

#include <endian.h>
#include <string.h>

#include "model/json_write.h"
#include "store/history_store.h"

#include "handlers.h"
#include "org_states.h"
#include "page.h"
#include "respond.h"
#include "risk_version.h"

struct history_request {
	struct page page;
	struct key risk_id;
	struct cursor_scope scope;
};

static void gone(struct request *req)
{
	respond_not_found(req, "there is no such risk");
}

/* --- places as cursors: the time is the value, the rest stands in the id --- */

static struct cursor cursor_of(const struct history_place *place)
{
	struct cursor out = {.value = place->at};
	const uint64_t number = htobe64((uint64_t)place->number);

	out.id.bytes[0] = (uint8_t)place->source;
	memcpy(out.id.bytes + 8, &number, sizeof(number));
	return out;
}

static struct history_place place_of(const struct cursor *cursor)
{
	uint64_t number;

	memcpy(&number, cursor->id.bytes + 8, sizeof(number));
	return (struct history_place){.at = cursor->value,
	                              .source = (enum history_source)cursor->id.bytes[0],
	                              .number = (int64_t)be64toh(number)};
}

/* --- the answer --- */

static void on_history(struct request *req, const PGresult *result)
{
	const struct history_request *r = req->handler_data;
	const size_t limit = (size_t)r->page.limit;
	struct history_entries entries;
	const char *next = NULL;
	struct strbuf b = {0};

	risk_history_read(result, &r->risk_id, req->arena, &entries);
	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < entries.n && i < limit; i++) {
		json_write_open(&b, NULL, '{');
		history_entry_put(&b, &entries.rows[i]);
		json_write_close(&b, '}');
	}
	if (entries.n > limit) {
		const struct cursor last = cursor_of(&entries.rows[limit - 1].place);

		next = cursor_write(&r->scope, &last, req->arena);
	}
	page_send(req, &r->page, &b, next, "");
}

/* --- the way there --- */

static void on_version(struct request *req, const PGresult *result)
{
	struct history_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct history_place after;
	struct cursor place;
	char text[KEY_TEXT_MAX];

	if (!risk_version_is_visible(req, result)) {
		gone(req);
		return;
	}
	r->risk_id = pg_get_key(result, 0, "risk_id");
	/* Under a former id the history is the same, and so are its cursors. */
	r->scope = page_scope(req, "");
	r->scope.shape = ARENA_JOIN(req->arena, "history?", key_text(&r->risk_id, text));
	if (r->page.cursor && !cursor_read(&r->scope, r->page.cursor, &place)) {
		page_refuse_cursor(req);
		return;
	}
	if (r->page.cursor)
		after = place_of(&place);
	risk_history_bind(&req->org, &r->risk_id, r->page.cursor ? &after : NULL,
	                  r->page.limit + 1, req->now, &p);
	request_query(req, STMT_RISK_HISTORY, &p, false, on_history);
}

static void on_state(struct request *req, const struct error *err)
{
	const struct history_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (err) {
		respond_error(req, err);
		return;
	}
	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &r->risk_id);
	request_query(req, STMT_RISK_VERSION, &p, false, on_version);
}

void risk_history_get(struct request *req)
{
	struct history_request *r = ARENA_NEW(req->arena, struct history_request);
	const char *id = request_param(req, 0);

	req->handler_data = r;
	if (!page_read(req, &r->page, NULL, NULL))
		return;
	if (!id || key_parse(id, &r->risk_id) < 0)
		gone(req);
	else
		org_states_want(req->app->states, req, on_state);
}
