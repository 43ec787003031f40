/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions of people: read, decided, written, answered.
 */
#include "decide.h"

#include <string.h>

#include "model/json_write.h"
#include "store/policy_store.h"

#include "respond.h"

static void load(struct request *req);

/* --- what was asked for --- */

bool decide_take_id(struct request *req, struct decide *d)
{
	struct key *id = ARENA_NEW(req->arena, struct key);
	const char *text = request_param(req, 0);

	d->ids = id;
	d->n = 1;
	if (text && key_parse(text, id) == 0)
		return true;
	respond_not_found(req, "there is no such risk");
	return false;
}

bool decide_take_if_match(struct request *req, struct decide *d)
{
	const struct problem problem = {
	        .name = PROBLEM_PRECONDITION_REQUIRED,
	        .detail = "If-Match must hold the ETag of the risk that was decided on",
	        .header = "If-Match",
	        .at_detail = "is missing, or no strong ETag of a risk"};

	d->if_match = if_match_read(request_header(req, "If-Match"), &d->version);
	if (d->if_match != IF_MATCH_MISSING)
		return true;
	respond_problem(req, &problem);
	return false;
}

/* --- refusals --- */

bool decide_may(struct request *req, const struct transition_risk *risk,
                enum permission needs, struct problem *out)
{
	if (!risk || !access_allows_on(req->access, PERMISSION_READ, risk->view.account,
	                               risk->view.owner)) {
		*out = (struct problem){.name = PROBLEM_NOT_FOUND,
		                        .detail = "there is no such risk"};
		return false;
	}
	*out = (struct problem){.name = PROBLEM_FORBIDDEN,
	                        .detail =
	                                "no role of this principal allows it on the risk"};
	return access_allows_on(req->access, needs, risk->view.account, risk->view.owner);
}

struct problem decide_problem(const struct request *req, const struct transition_risk *risk,
                              enum transition_outcome outcome)
{
	const enum risk_state state =
	        risk_state_at(risk->state, risk->reopens_at, req->now);
	struct problem p = {.name = PROBLEM_CONFLICT};

	p.detail = arena_printf(req->arena, "the risk, which is %s, %s",
	                        risk_state_name(state), transition_outcome_text(outcome));
	switch (outcome) {
	case TRANSITION_SAME:
	case TRANSITION_REFUSED:
	case TRANSITION_NO_CAUSE:
		p.name = PROBLEM_NOT_ALLOWED;
		p.allowed = transition_allowed_names(state, req->arena);
		break;
	case TRANSITION_DONE:
	case TRANSITION_HELD:
	case TRANSITION_TOO_EARLY:
	case TRANSITION_TOO_LONG:
		break;
	}
	return p;
}

static struct problem lost_problem(void)
{
	return (struct problem){.name = PROBLEM_CONFLICT,
	                        .detail = "others change this risk just now; try again"};
}

/* --- lines of the answer --- */

static const char *take(struct strbuf *b, struct arena *a)
{
	const char *out = arena_strdup(a, strbuf_text(b));

	strbuf_done(b);
	return out;
}

static const char *problem_line(struct request *req, const struct key *id,
                                const struct problem *problem)
{
	struct strbuf text = {0}, b = {0};

	problem_write(problem, &text);
	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", id);
	json_write_int(&b, "status", problem_status(problem->name));
	json_write_raw(&b, "problem", take(&text, req->arena));
	json_write_close(&b, '}');
	return take(&b, req->arena);
}

static void put_holder(struct strbuf *b, const struct decide *d,
                       const struct transition_risk *r, const struct transition *t)
{
	const bool is_taken = t->lease == LEASE_TAKEN;
	const bool is_held = is_taken || (r->holder && t->lease == LEASE_AS_IT_IS);

	json_write_text(b, "holder", is_held ? is_taken ? d->want.actor : r->holder : NULL);
	json_write_time(b, "held_until",
	                !is_held   ? TIMESTAMP_NONE
	                : is_taken ? t->lease_until
	                           : r->holder_until);
}

static const char *done_line(struct request *req, const struct decide *d,
                             const struct key *id, const struct transition_risk *r,
                             const struct transition *t, bool is_written)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", id);
	if (d->is_bulk)
		json_write_int(&b, "status", 200);
	json_write_int(&b, "version", r->version + is_written);
	json_write_text(&b, "state", risk_state_name(t->state));
	json_write_text(&b, "owner", d->owner ? d->owner : r->view.owner);
	json_write_time(&b, "due_at", is_written ? t->due_at : r->due_at);
	put_holder(&b, d, r, t);
	json_write_close(&b, '}');
	return take(&b, req->arena);
}

static bool is_listed(const struct decide *d, const struct transition_risk *risk)
{
	for (size_t i = 0; i < d->n_lines; i++)
		if (d->lines[i].risk && key_cmp(&d->lines[i].risk->id, &risk->id) == 0)
			return true;
	return false;
}

/* What becomes of one risk; false: problem says why nothing does. */
static bool decide_one(struct request *req, const struct key *id,
                       struct transition_line *line, struct problem *problem)
{
	struct decide *d = req->handler_data;
	const struct transition_risk *risk = transition_risk_find(&d->risks, id);

	if (!decide_may(req, risk, d->needs, problem))
		return false;
	if (d->if_match == IF_MATCH_VERSION && d->version != risk->version) {
		*problem = (struct problem){.name = PROBLEM_PRECONDITION_FAILED,
		                            .detail = "the risk has another version now"};
		return false;
	}
	transition_decide(risk, &d->want, req->now, req->arena, &line->decided);
	const enum transition_outcome outcome = line->decided.outcome;

	if (outcome == TRANSITION_SAME && d->same_is_fine) {
		line->done = done_line(req, d, id, risk, &line->decided, false);
		return true;
	}
	if (outcome != TRANSITION_DONE) {
		*problem = decide_problem(req, risk, outcome);
		return false;
	}
	if (is_listed(d, risk)) {
		*problem =
		        (struct problem){.name = PROBLEM_CONFLICT,
		                         .detail = "another of the ids is this risk, too"};
		return false;
	}
	line->risk = risk;
	line->done = d->say ? d->say(req, d->say_ctx)
	                    : done_line(req, d, id, risk, &line->decided, true);
	return true;
}

/* --- policies --- */

static void on_calendars(struct request *req, const PGresult *result)
{
	struct calendar_row *calendars;
	struct error err;
	size_t n;

	if (calendar_rows_read(result, req->arena, &calendars, &n, &err) < 0 ||
	    sla_policies_make(req->policy_rows, calendars, n, req->arena, &req->policies,
	                      &err) < 0)
		respond_error(req, &err);
	else
		req->on_new(req);
}

static void on_policies(struct request *req, const PGresult *result)
{
	struct pg_params p = {.arena = req->arena};

	req->policy_rows = ARENA_NEW(req->arena, struct policy_rows);
	policy_rows_read(result, req->arena, req->policy_rows);
	if (req->policy_rows->n == 0) {
		req->on_new(req);
		return;
	}
	pg_bind_int(&p, req->org.id);
	request_query(req, STMT_CALENDARS, &p, false, on_calendars);
}

void decide_policies(struct request *req, void (*then)(struct request *req))
{
	struct pg_params p = {.arena = req->arena};

	req->on_new = then;
	pg_bind_int(&p, req->org.id);
	request_query(req, STMT_SLA_POLICIES, &p, false, on_policies);
}

/* --- the way through --- */

static void answer(struct request *req, const char *text)
{
	const struct reply reply = {.status = 200};
	struct strbuf b = {0};

	strbuf_puts(&b, text);
	respond_body(req, &reply, &b);
}

bool decide_is_replayed(struct request *req, struct idempotency *key, bool busy, bool taken,
                        void (*again)(struct request *req))
{
	const struct problem problem = {
	        .name = PROBLEM_IN_FLIGHT,
	        .detail = "a request with this Idempotency-Key is being answered"};

	if (busy)
		respond_problem(req, &problem);
	else if (taken)
		idempotency_want(req, key, again);
	return busy || taken;
}

static void on_written(struct request *req, const PGresult *result)
{
	struct decide *d = req->handler_data;
	const struct problem lost = lost_problem();
	struct transition_written w;

	transition_write_read(result, req->arena, &w);
	if (decide_is_replayed(req, &d->key, w.busy, w.taken, load))
		return;
	if (w.written || (d->is_bulk && d->tries == TRANSITION_TRIES))
		answer(req, w.answer);
	else if (d->tries < TRANSITION_TRIES)
		load(req);
	else
		respond_problem(req, &lost);
}

static void write_all(struct request *req)
{
	struct decide *d = req->handler_data;
	const bool is_last = d->tries == TRANSITION_TRIES;
	const struct transition_writing w = {.org = &req->org,
	                                     .want = &d->want,
	                                     .lines = d->lines,
	                                     .n = d->n_lines,
	                                     .all_or_none = !d->is_bulk || !is_last,
	                                     .acceptance = d->acceptance};
	struct pg_params p = {.arena = req->arena};

	transition_write_bind(&w, req->now, &p);
	idempotency_bind(d->key.key ? &d->key : NULL, req->now, &p);
	pg_bind_int(&p, 200);
	pg_bind_text(&p, d->is_bulk ? "{\"items\":[" : "");
	pg_bind_text(&p, d->is_bulk ? "]}" : "");
	request_query(req, STMT_DECIDE_WRITE, &p, false, on_written);
}

static void answer_unwritten(struct request *req)
{
	const struct decide *d = req->handler_data;
	struct strbuf b = {0};

	if (!d->is_bulk) {
		answer(req, d->lines[0].done);
		return;
	}
	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < d->n; i++)
		json_write_raw(&b, NULL,
		               d->lines[i].done ? d->lines[i].done : d->lines[i].lost);
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	answer(req, take(&b, req->arena));
}

static void on_loaded(struct request *req, const PGresult *result)
{
	struct decide *d = req->handler_data;
	const struct problem lost = lost_problem();
	bool any = false;
	struct error err;

	if (transition_load_read(result, &req->policies, req->arena, &d->risks, &err) < 0) {
		respond_error(req, &err);
		return;
	}
	d->lines = ARENA_ARRAY(req->arena, struct transition_line, d->n);
	for (d->n_lines = 0; d->n_lines < d->n; d->n_lines++) {
		struct transition_line *line = &d->lines[d->n_lines];
		const struct key *id = &d->ids[d->n_lines];
		struct problem problem;
		const bool ok = decide_one(req, id, line, &problem);

		if (!ok && !d->is_bulk) {
			respond_problem(req, &problem);
			return;
		}
		line->lost = problem_line(req, id, ok ? &lost : &problem);
		any = any || line->risk;
	}
	if (any)
		write_all(req);
	else
		answer_unwritten(req);
}

/* Each try is made now, or the clock would stand before what others wrote meanwhile. */
static void load(struct request *req)
{
	struct decide *d = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (d->tries++ > 0 && req->app->settings->now == TIMESTAMP_NONE)
		req->now = timestamp_now();
	transition_load_bind(&req->org, d->ids, d->n, &req->policies, req->now, &p);
	request_query(req, STMT_DECIDE_LOAD, &p, false, on_loaded);
}

void decide_run(struct request *req, struct decide *d)
{
	req->handler_data = d;
	d->want.actor = req->principal;
	decide_policies(req, load);
}
