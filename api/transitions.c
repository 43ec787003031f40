/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people decide of risks: their state, alone or many at once, their owner, and who
 * works on them.
 */
#include <string.h>

#include "model/json_write.h"

#include "decide.h"
#include "handlers.h"
#include "respond.h"

#define CLAIM_HOURS_MOST 72
#define OWNER_NAME_MAX   200 /* bytes */

static struct decide *decide_new(struct request *req, enum want_kind kind)
{
	struct decide *d = ARENA_NEW(req->arena, struct decide);

	req->handler_data = d;
	d->want.kind = kind;
	d->want.until = TIMESTAMP_NONE;
	d->want.reason = "";
	d->needs = PERMISSION_TRIAGE;
	d->if_match = IF_MATCH_ANY;
	return d;
}

static void run(struct request *req)
{
	decide_run(req, req->handler_data);
}

/* --- states --- */

static bool take_state(struct request *req, struct decide *d, const char *to)
{
	if (risk_state_parse(to, &d->want.to) == 0)
		return true;
	respond_bad_body(req, "/to",
	                 "is none of in_progress, open, contested, false_positive");
	return false;
}

void transition_post(struct request *req)
{
	struct decide *d = decide_new(req, WANT_STATE);
	const char *to;
	const struct json_field fields[] = {
	        {"to", FIELD_TEXT, FIELD_REQUIRED, 0, 40, &to},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, WANT_REASON_MAX, &d->want.reason},
	};

	if (!decide_take_id(req, d) || !body_read(req, fields, N_ELEMENTS(fields)) ||
	    !take_state(req, d, to) || !decide_take_if_match(req, d))
		return;
	idempotency_want(req, &d->key, run);
}

void transitions_post(struct request *req)
{
	struct decide *d = decide_new(req, WANT_STATE);
	struct key_list ids;
	const char *to;
	const struct json_field fields[] = {
	        {"ids", FIELD_KEYS, FIELD_REQUIRED, 1, TRANSITION_MOST, &ids},
	        {"to", FIELD_TEXT, FIELD_REQUIRED, 0, 40, &to},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, WANT_REASON_MAX, &d->want.reason},
	};

	if (!body_read(req, fields, N_ELEMENTS(fields)) || !take_state(req, d, to))
		return;
	d->is_bulk = true;
	d->ids = ids.keys;
	d->n = ids.n;
	idempotency_want(req, &d->key, run);
}

/* --- owners --- */

static void on_owner(struct request *req, const PGresult *result)
{
	struct decide *d = req->handler_data;

	if (PQntuples(result) == 0) {
		respond_bad_body(req, "/owner", "is the name of no owner");
		return;
	}
	d->want.owner_id = pg_get_int(result, 0, "owner_id");
	run(req);
}

void owner_put(struct request *req)
{
	struct decide *d = decide_new(req, WANT_OWNER);
	struct pg_params p = {.arena = req->arena};
	const struct json_field fields[] = {
	        {"owner", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULLABLE, 0, OWNER_NAME_MAX,
	         &d->owner},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, WANT_REASON_MAX, &d->want.reason},
	};

	d->same_is_fine = true;
	if (!decide_take_id(req, d) || !body_read(req, fields, N_ELEMENTS(fields)) ||
	    !decide_take_if_match(req, d))
		return;
	if (!d->owner) {
		run(req);
		return;
	}
	pg_bind_int(&p, req->org.id);
	pg_bind_text(&p, d->owner);
	request_query(req, STMT_OWNER_NAMED, &p, false, on_owner);
}

/* --- who works on it --- */

void claim_post(struct request *req)
{
	struct decide *d = decide_new(req, WANT_CLAIM);
	int64_t hours;
	const struct json_field fields[] = {
	        {"hours", FIELD_INT, FIELD_REQUIRED, 1, CLAIM_HOURS_MOST, &hours},
	};

	if (!decide_take_id(req, d) || !body_read(req, fields, N_ELEMENTS(fields)))
		return;
	d->want.until = req->now + hours * USEC_PER_HOUR;
	run(req);
}

void claim_delete(struct request *req)
{
	struct decide *d = decide_new(req, WANT_RELEASE);

	d->same_is_fine = true;
	if (!decide_take_id(req, d) || respond_if_parameters(req))
		return;
	run(req);
}

/* --- what may be decided --- */

static void on_read(struct request *req, const PGresult *result)
{
	struct decide *d = req->handler_data;
	const struct reply reply = {.status = 200};
	struct strbuf b = {0};
	struct problem problem;
	struct error err;

	if (transition_load_read(result, &req->policies, req->arena, &d->risks, &err) < 0) {
		respond_error(req, &err);
		return;
	}
	const struct transition_risk *risk = transition_risk_find(&d->risks, d->ids);

	if (!decide_may(req, risk, PERMISSION_READ, &problem)) {
		respond_problem(req, &problem);
		return;
	}
	const enum risk_state state =
	        risk_state_at(risk->state, risk->reopens_at, req->now);
	const char *const *allowed = transition_allowed_names(state, req->arena);

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &risk->id);
	json_write_int(&b, "version", risk->version);
	json_write_text(&b, "state", risk_state_name(state));
	json_write_open(&b, "allowed", '[');
	for (; *allowed; allowed++)
		json_write_text(&b, NULL, *allowed);
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	respond_body(req, &reply, &b);
}

void transitions_get(struct request *req)
{
	struct decide *d = decide_new(req, WANT_STATE);
	struct pg_params p = {.arena = req->arena};

	if (respond_if_parameters(req) || !decide_take_id(req, d))
		return;
	transition_load_bind(&req->org, d->ids, 1, &req->policies, req->now, &p);
	request_query(req, STMT_DECIDE_LOAD, &p, false, on_read);
}
