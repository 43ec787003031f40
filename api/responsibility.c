/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose duty what is: the matrix, and what it comes to for one type or one asset.
 */
#include <string.h>

#include "model/json_write.h"
#include "store/responsibility_store.h"

#include "handlers.h"
#include "page.h"
#include "query_string.h"
#include "respond.h"

struct responsibility_request {
	const char *asset, *type;
};

/* NULL, or what is wrong. */
static const char *take_parameter(void *ctx, const struct query_parameter *p)
{
	struct responsibility_request *r = ctx;

	if (strcmp(p->name, "asset") == 0)
		r->asset = p->value;
	else if (strcmp(p->name, "type") == 0)
		r->type = p->value;
	else
		return "is not a parameter of this route";
	if (!*p->value)
		return "is empty";
	return r->asset && r->type ? "goes without the other of asset and type" : NULL;
}

/* --- the answers --- */

static void send(struct request *req, struct strbuf *b)
{
	const char *const texts[] = {strbuf_text(b)};
	const struct key key = key_of_texts("responsibility-etag/1", req->org.id, texts, 1);
	char text[KEY_TEXT_MAX];
	const struct reply reply = {.status = 200,
	                            .etag = arena_strdup(req->arena, key_text(&key, text))};

	if (respond_if_unchanged(req, reply.etag))
		strbuf_done(b);
	else
		respond_body(req, &reply, b);
}

static void send_matrix(struct request *req)
{
	const struct responsibility_tables *t = req->app->responsibility;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < t->n_domains; i++) {
		json_write_open(&b, NULL, '{');
		responsibility_domain_put(&b, &t->domains[i]);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	send(req, &b);
}

static void send_answers(struct request *req)
{
	const struct responsibility_tables *t = req->app->responsibility;
	const struct responsibility_request *r = req->handler_data;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_text(&b, "asset", r->asset);
	resource_kind_put(&b, t, r->type);
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < t->n_domains; i++) {
		const struct responsibility answer =
		        responsibility_of_domain(t, r->type, &t->domains[i]);

		json_write_open(&b, NULL, '{');
		responsibility_answer_put(&b, &answer);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	send(req, &b);
}

/* What the caller may not see is not there. */
static void on_asset(struct request *req, const PGresult *result)
{
	struct responsibility_request *r = req->handler_data;
	struct asset_duty asset;

	if (!asset_duty_read(result, req->arena, &asset) ||
	    !access_allows_on(req->access, PERMISSION_READ, asset.account, NULL)) {
		respond_not_found(req, "there is no such asset");
		return;
	}
	r->asset = asset.id;
	r->type = asset.type;
	send_answers(req);
}

void responsibility_get(struct request *req)
{
	struct responsibility_request *r =
	        ARENA_NEW(req->arena, struct responsibility_request);
	struct pg_params p = {.arena = req->arena};

	req->handler_data = r;
	if (!page_parameters(req, take_parameter, r))
		return;
	if (r->asset) {
		asset_duty_bind(&req->org, r->asset, &p);
		request_query(req, STMT_ASSET_DUTY, &p, false, on_asset);
	} else if (r->type) {
		send_answers(req);
	} else {
		send_matrix(req);
	}
}
