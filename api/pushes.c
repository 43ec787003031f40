/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a body that was pushed.  Sources are of the whole org, so whoever sees a
 * part of it is refused it.
 */
#include "model/json_write.h"
#include "store/push_store.h"

#include "handlers.h"
#include "page.h"
#include "respond.h"

static void no_such_push(struct request *req)
{
	respond_not_found(req, "there is no such push");
}

static void on_push(struct request *req, const PGresult *result)
{
	struct strbuf b = {0};

	if (PQntuples(result) == 0) {
		no_such_push(req);
		return;
	}
	json_write_open(&b, NULL, '{');
	push_row_put(&b, result, 0);
	json_write_close(&b, '}');
	page_send_one(req, &b, NULL);
}

void push_get(struct request *req)
{
	struct pg_params p = {.arena = req->arena};
	struct key id;
	const char *text;

	if (respond_if_parameters(req) || page_refuse_scoped(req))
		return;
	text = request_param(req, 0);
	if (!text || key_parse(text, &id) < 0) {
		no_such_push(req);
		return;
	}
	push_id_bind(&req->org, &id, &p);
	request_query(req, STMT_PUSH_FIND, &p, false, on_push);
}
