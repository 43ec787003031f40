/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Later due times: asked for by one person, approved or refused by another.
 */
#include <string.h>
#include <sys/random.h>

#include "model/json_write.h"

#include "decide.h"
#include "handlers.h"
#include "respond.h"

struct extension_request {
	struct decide decide; /* first: decide.c takes the request's data for it */
	struct extension extension;
	bool approve;
	const char *answer;
};

static struct extension_request *begin(struct request *req)
{
	struct extension_request *r = ARENA_NEW(req->arena, struct extension_request);

	req->handler_data = r;
	r->decide.want.kind = WANT_DUE;
	r->decide.if_match = IF_MATCH_ANY;
	return r;
}

/* What is asked for, as the answer to it. */
static const char *extension_text(struct request *req, const struct extension *e,
                                  const char *state)
{
	struct strbuf b = {0};
	const char *out;

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &e->id);
	json_write_key(&b, "risk", &e->risk_id);
	json_write_time(&b, "due_at", e->due_at);
	json_write_text(&b, "state", state);
	json_write_text(&b, "reason", e->reason);
	json_write_text(&b, "requested_by", e->requested_by);
	json_write_close(&b, '}');
	out = arena_strdup(req->arena, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

static void answer(struct request *req, int status)
{
	const struct extension_request *r = req->handler_data;
	const struct reply reply = {.status = status};
	struct strbuf b = {0};

	strbuf_puts(&b, r->answer);
	respond_body(req, &reply, &b);
}

static void load(struct request *req, request_result_fn *then)
{
	struct extension_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	transition_load_bind(&req->org, &r->extension.risk_id, 1, &req->policies, req->now,
	                     &p);
	request_query(req, STMT_DECIDE_LOAD, &p, false, then);
}

/* The risk, if the caller may see it and has the permission; NULL: it was answered. */
static const struct transition_risk *loaded(struct request *req, const PGresult *result,
                                            enum permission needs)
{
	struct extension_request *r = req->handler_data;
	const struct transition_risk *risk;
	struct problem problem;
	struct error err;

	if (transition_load_read(result, &req->policies, req->arena, &r->decide.risks,
	                         &err) < 0) {
		respond_error(req, &err);
		return NULL;
	}
	risk = transition_risk_find(&r->decide.risks, &r->extension.risk_id);
	if (decide_may(req, risk, needs, &problem))
		return risk;
	respond_problem(req, &problem);
	return NULL;
}

/* --- asking --- */

static void ask(struct request *req);

static void on_put(struct request *req, const PGresult *result)
{
	struct extension_request *r = req->handler_data;

	if (!decide_is_replayed(req, &r->decide.key, pg_get_bool(result, 0, "busy"),
	                        pg_get_bool(result, 0, "taken"), ask))
		answer(req, 201);
}

/* Whether it could be approved as things stand. */
static void on_risk(struct request *req, const PGresult *result)
{
	struct extension_request *r = req->handler_data;
	const struct transition_risk *risk = loaded(req, result, PERMISSION_TRIAGE);
	uint8_t random[KEY_RANDOM_SIZE];
	struct pg_params p = {.n = 0};
	struct transition t;

	if (!risk)
		return;
	p.arena = req->arena;
	if (r->extension.due_at > req->now + WANT_EXTENSION_MAX) {
		respond_bad_body(req, "/due_at", "is more than a year ahead");
		return;
	}
	r->decide.want.has_cause = true;
	r->decide.want.until = r->extension.due_at;
	r->decide.want.actor = req->principal;
	transition_decide(risk, &r->decide.want, req->now, req->arena, &t);
	if (t.outcome != TRANSITION_DONE) {
		const struct problem problem = decide_problem(req, risk, t.outcome);

		respond_problem(req, &problem);
		return;
	}
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		struct error err;

		error_set(&err, ERR_INTERNAL, "no random bytes");
		respond_error(req, &err);
		return;
	}
	r->extension.risk_id = risk->id;
	r->extension.id = key_new(req->now, random);
	r->extension.requested_by = req->principal;
	r->answer = extension_text(req, &r->extension, "asked");
	extension_put_bind(&req->org, &r->extension, req->now, &p);
	idempotency_bind(&r->decide.key, req->now, &p);
	pg_bind_int(&p, 201);
	pg_bind_text(&p, r->answer);
	request_query(req, STMT_EXTENSION_PUT, &p, false, on_put);
}

static void load_risk(struct request *req)
{
	load(req, on_risk);
}

static void ask(struct request *req)
{
	decide_policies(req, load_risk);
}

void extension_post(struct request *req)
{
	struct extension_request *r = begin(req);
	const char *id = request_param(req, 0);
	const struct json_field fields[] = {
	        {"due_at", FIELD_TIME, FIELD_REQUIRED, 0, 0, &r->extension.due_at},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, WANT_REASON_MAX,
	         &r->extension.reason},
	};

	if (!id || key_parse(id, &r->extension.risk_id) < 0) {
		respond_not_found(req, "there is no such risk");
		return;
	}
	if (body_read(req, fields, N_ELEMENTS(fields)))
		idempotency_want(req, &r->decide.key, ask);
}

/* --- deciding --- */

static void find(struct request *req);

static void on_refused(struct request *req, const PGresult *result)
{
	struct extension_request *r = req->handler_data;
	const struct problem decided = {.name = PROBLEM_CONFLICT,
	                                .detail = "it was decided before"};

	if (decide_is_replayed(req, &r->decide.key, pg_get_bool(result, 0, "busy"),
	                       pg_get_bool(result, 0, "taken"), find))
		return;
	if (pg_get_bool(result, 0, "written"))
		answer(req, 200);
	else
		respond_problem(req, &decided);
}

static void refuse(struct request *req)
{
	struct extension_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	r->answer = extension_text(req, &r->extension, "refused");
	pg_bind_int(&p, req->org.id);
	pg_bind_timestamp(&p, req->now);
	pg_bind_text(&p, req->principal);
	pg_bind_key(&p, &r->extension.id);
	idempotency_bind(&r->decide.key, req->now, &p);
	pg_bind_int(&p, 200);
	pg_bind_text(&p, r->answer);
	pg_bind_text(&p, r->decide.want.reason);
	request_query(req, STMT_EXTENSION_REFUSE, &p, false, on_refused);
}

static void on_decided_risk(struct request *req, const PGresult *result)
{
	struct extension_request *r = req->handler_data;
	const struct problem own = {.name = PROBLEM_FORBIDDEN,
	                            .detail = "who asked for it does not decide it"};
	const struct problem decided = {.name = PROBLEM_CONFLICT,
	                                .detail = "it was decided before"};

	if (!loaded(req, result, PERMISSION_APPROVE))
		return;
	if (strcmp(r->extension.requested_by, req->principal) == 0) {
		respond_problem(req, &own);
	} else if (r->extension.state != 0) {
		respond_problem(req, &decided);
	} else if (!r->approve) {
		refuse(req);
	} else {
		r->decide.needs = PERMISSION_APPROVE;
		r->decide.ids = &r->extension.risk_id;
		r->decide.n = 1;
		r->decide.want.has_cause = true;
		r->decide.want.cause = r->extension.id;
		r->decide.want.until = r->extension.due_at;
		decide_run(req, &r->decide);
	}
}

static void on_extension(struct request *req, const PGresult *result)
{
	struct extension_request *r = req->handler_data;

	if (extension_read(result, req->arena, &r->extension))
		load(req, on_decided_risk);
	else
		respond_not_found(req, "nobody asked for such a due time");
}

static void find(struct request *req)
{
	struct extension_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &r->extension.id);
	request_query(req, STMT_EXTENSION_FIND, &p, false, on_extension);
}

void extension_decision_post(struct request *req)
{
	struct extension_request *r = begin(req);
	const char *id = request_param(req, 0);
	const struct json_field fields[] = {
	        {"approve", FIELD_BOOL, FIELD_REQUIRED, 0, 0, &r->approve},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, WANT_REASON_MAX,
	         &r->decide.want.reason},
	};

	if (!id || key_parse(id, &r->extension.id) < 0) {
		respond_not_found(req, "nobody asked for such a due time");
		return;
	}
	if (body_read(req, fields, N_ELEMENTS(fields)))
		idempotency_want(req, &r->decide.key, find);
}
