/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would move by another model, other policies or another context.  The answer takes
 * up to minutes of all findings of the org and the rights of the scorer, so that it is
 * written down here and a scorer answers it.  What can be seen to be wrong without the
 * database is refused at once, with its line.
 */
#include <string.h>
#include <sys/random.h>

#include "model/asset.h"
#include "model/json_write.h"
#include "model/policy_file.h"
#include "store/what_if_store.h"

#include "body.h"
#include "handlers.h"
#include "page.h"
#include "respond.h"
#include "scorer/score.h"

#define TEXT_MAX   (240 * 1024) /* bytes: a body has 256 KiB */
#define CLAIMS_MAX 2000
#define REASON_MAX 400
#define WORD_MAX   2048

struct what_if_request {
	const char *model, *policy;
	struct object_list context;
	struct what_if_asked asked;
};

/* --- context: a list of claims --- */

static bool refuse_claim(struct request *req, size_t i, const char *member,
                         const char *detail)
{
	respond_bad_body(req, arena_printf(req->arena, "/context/%zu%s", i, member),
	                 detail);
	return false;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static const char *known_fields(struct arena *a)
{
	const char *out = "is no field of a context; known: exposure";

	for (int i = CONTEXT_EXPOSURE + 1; i < N_CONTEXT_FIELDS; i++)
		out = arena_printf(a, "%s, %s", out,
		                   context_field_name((enum context_field)i));
	return out;
}

static const char *known_levels(enum context_field field, struct arena *a)
{
	const char *out = "is no level of it; known: ", *name;

	for (int i = 0; (name = context_level_name(field, i)) != NULL; i++)
		if (strcmp(name, "unknown") != 0)
			out = arena_printf(a, "%s%s, ", out, name);
	return arena_printf(a, "%s- (takes back)", out);
}

static bool put_claim(struct request *req, size_t i, const char *text, struct strbuf *b)
{
	const char *asset = "", *field_name = "", *level_name = "", *reason = "";
	bool decided = false;
	const struct json_field fields[] = {
	        {"asset", FIELD_TEXT, FIELD_REQUIRED, 0, WORD_MAX, &asset},
	        {"field", FIELD_TEXT, FIELD_REQUIRED, 0, 40, &field_name},
	        {"level", FIELD_TEXT, FIELD_REQUIRED, 0, 40, &level_name},
	        {"reason", FIELD_TEXT, FIELD_NULLABLE, 0, REASON_MAX, &reason},
	        {"decided", FIELD_BOOL, 0, 0, 0, &decided},
	};
	struct json_fault fault;
	int field, level;

	if (!json_body_read(text, strlen(text), fields, N_ELEMENTS(fields), req->arena,
	                    &fault))
		return refuse_claim(req, i, fault.pointer, fault.detail);
	if (!is_plain(asset))
		return refuse_claim(req, i, "/asset", "has a control character");
	if (!is_plain(reason))
		return refuse_claim(req, i, "/reason", "has a control character");
	field = context_field_parse(field_name);
	if (field < 0)
		return refuse_claim(req, i, "/field", known_fields(req->arena));
	level = context_level_parse((enum context_field)field, level_name);
	if (strcmp(level_name, "-") != 0 &&
	    (level < 0 || strcmp(level_name, "unknown") == 0))
		return refuse_claim(req, i, "/level",
		                    known_levels((enum context_field)field, req->arena));
	what_if_claim_put(b, field, level, decided, asset, reason);
	return true;
}

static bool take_context(struct request *req, struct what_if_request *r)
{
	struct strbuf b = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < r->context.n; i++) /* r is gone once it was refused */
		ok = put_claim(req, i, r->context.texts[i], &b);
	if (ok) {
		r->asked.kind = WHAT_IF_CONTEXT;
		r->asked.body = arena_strdup(req->arena, strbuf_text(&b));
	}
	strbuf_done(&b);
	return ok;
}

/* --- model and policies: the text of a file --- */

static bool take_model(struct request *req, struct what_if_request *r)
{
	CLEANUP(score_model_freep) struct score_model *model = NULL;
	struct error err;

	if (score_model_load(r->model, strlen(r->model), &model, &err) < 0) {
		respond_bad_body(req, "/model", arena_strdup(req->arena, err.text));
		return false;
	}
	r->asked.kind = WHAT_IF_MODEL;
	r->asked.body = r->model;
	return true;
}

static bool take_policy(struct request *req, struct what_if_request *r)
{
	struct policy_rows rows;
	struct error err;

	if (policy_file_parse("policy", r->policy, req->arena, &rows, &err) < 0) {
		respond_bad_body(req, "/policy", arena_strdup(req->arena, err.text));
		return false;
	}
	r->asked.kind = WHAT_IF_POLICY;
	r->asked.body = r->policy;
	return true;
}

/* --- asking --- */

static const char *url_of(struct request *req, const struct key *id)
{
	char text[KEY_TEXT_MAX];

	return ARENA_JOIN(req->arena, "/v1/what-if/", key_text(id, text));
}

static void on_put(struct request *req, const PGresult *result)
{
	const struct what_if_request *r = req->handler_data;
	const struct problem busy = {
	        .name = PROBLEM_RATE_LIMITED,
	        .detail = "a what-if of this organisation is not answered yet; one is at a "
	                  "time"};
	struct reply reply = {.status = 202};
	struct strbuf b = {0};

	if (PQntuples(result) == 0) {
		respond_problem(req, &busy);
		return;
	}
	reply.location = url_of(req, &r->asked.id);
	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &r->asked.id);
	json_write_text(&b, "status_url", reply.location);
	json_write_close(&b, '}');
	respond_body(req, &reply, &b);
}

static bool take_one(struct request *req, struct what_if_request *r)
{
	const int n = (r->model != NULL) + (r->policy != NULL) + (r->context.n > 0);

	if (n != 1) {
		respond_bad_body(req, "", "wants one of model, policy and context");
		return false;
	}
	return r->model    ? take_model(req, r)
	       : r->policy ? take_policy(req, r)
	                   : take_context(req, r);
}

static void put(struct request *req, struct what_if_request *r)
{
	struct pg_params p = {.arena = req->arena};
	uint8_t random[KEY_RANDOM_SIZE];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		struct error err;

		error_set(&err, ERR_INTERNAL, "no random bytes");
		respond_error(req, &err);
		return;
	}
	r->asked.org = req->org;
	r->asked.id = key_new(req->now, random);
	what_if_put_bind(&r->asked, req->principal, req->now, &p);
	request_query(req, STMT_WHAT_IF_PUT, &p, false, on_put);
}

void what_if_post(struct request *req)
{
	struct what_if_request *r = ARENA_NEW(req->arena, struct what_if_request);
	int64_t movers = WHAT_IF_MOVERS;
	const struct json_field fields[] = {
	        {"model", FIELD_TEXT, 0, 0, TEXT_MAX, &r->model},
	        {"policy", FIELD_TEXT, 0, 0, TEXT_MAX, &r->policy},
	        {"context", FIELD_OBJECTS, 0, 1, CLAIMS_MAX, &r->context},
	        {"movers", FIELD_INT, 0, 0, WHAT_IF_MOVERS_MAX, &movers},
	};

	req->handler_data = r;
	if (page_refuse_scoped(req) || !body_read(req, fields, N_ELEMENTS(fields)) ||
	    !take_one(req, r))
		return;
	r->asked.movers = (int)movers;
	put(req, r);
}

/* --- the answer --- */

static void no_such_question(struct request *req)
{
	respond_not_found(req, "there is no such what-if, or it is more than an hour old");
}

static void on_found(struct request *req, const PGresult *result)
{
	struct strbuf b = {0};

	if (PQntuples(result) == 0) {
		no_such_question(req);
		return;
	}
	json_write_open(&b, NULL, '{');
	what_if_row_put(&b, result);
	json_write_close(&b, '}');
	page_send_one(req, &b, NULL);
}

void what_if_get(struct request *req)
{
	struct pg_params p = {.arena = req->arena};
	const char *text;
	struct key id;

	if (respond_if_parameters(req) || page_refuse_scoped(req))
		return;
	text = request_param(req, 0);
	if (!text || key_parse(text, &id) < 0) {
		no_such_question(req);
		return;
	}
	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &id);
	request_query(req, STMT_WHAT_IF_FIND, &p, false, on_found);
}
