/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions to live with risks until a date: listed, asked for, decided, withdrawn.  Who
 * sees a part of the org has to do with those of single risks of that part alone.
 */
#include <string.h>
#include <sys/random.h>

#include "model/json_write.h"
#include "store/acceptance_store.h"

#include "decide.h"
#include "handlers.h"
#include "list.h"
#include "page.h"
#include "respond.h"

struct acceptance_asked {
	struct page page;
	struct cursor_scope scope;
	struct acceptance_filter filter;

	struct idempotency key; /* .key NULL: of a request that needs none */
	struct acceptance_row row;
	unsigned int bands; /* of what it is about, a bit each; 0: any */
	const char *risk, *fix;

	bool approve;
	enum acceptance_state to;
	const char *reason; /* NULL: the one that it has */
	const char *answer;
	struct transition_acceptance change;
};

static struct acceptance_asked *begin(struct request *req)
{
	struct acceptance_asked *r = ARENA_NEW(req->arena, struct acceptance_asked);

	req->handler_data = r;
	r->row.ends_at = TIMESTAMP_NONE;
	r->row.filter = r->row.risk_title = r->row.approved_by = "";
	r->row.approved_at = TIMESTAMP_NONE;
	return r;
}

static bool may(struct request *req, const struct acceptance_row *row,
                enum permission permission)
{
	if (!row->has_risk)
		return access_allows_everywhere(req->access, permission);
	return access_allows_on(req->access, permission, row->account, row->owner);
}

static const char *row_text(struct request *req, const struct acceptance_row *row)
{
	struct strbuf b = {0};
	const char *out;

	json_write_open(&b, NULL, '{');
	acceptance_row_put(&b, row, req->now);
	json_write_close(&b, '}');
	out = arena_strdup(req->arena, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

static void answer(struct request *req, int status)
{
	const struct acceptance_asked *r = req->handler_data;
	const struct reply reply = {.status = status};
	struct strbuf b = {0};

	strbuf_puts(&b, r->answer);
	respond_body(req, &reply, &b);
}

static void refuse(struct request *req, enum problem_name name, const char *detail)
{
	const struct problem problem = {.name = name, .detail = detail};

	respond_problem(req, &problem);
}

/* --- the list --- */

static const char *take_state(void *ctx, const struct query_parameter *p)
{
	struct acceptance_asked *r = ctx;

	if (strcmp(p->name, "state") != 0)
		return "is not a parameter of this route";
	r->filter.state = acceptance_state_parse(p->value);
	return r->filter.state < 0 ? "is one of asked, approved, refused, revoked" : NULL;
}

/* The next page goes on over those that the caller may not see, too. */
static void on_list(struct request *req, const PGresult *result)
{
	const struct acceptance_asked *r = req->handler_data;
	const char *next = NULL, *state = "";
	struct cursor last = {0};
	struct strbuf b = {0};
	int n = PQntuples(result);

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < n && i < r->page.limit; i++) {
		const struct acceptance_row row =
		        acceptance_row_read(result, i, req->arena);

		last.id = row.id;
		if (may(req, &row, PERMISSION_READ))
			json_write_raw(&b, NULL, row_text(req, &row));
	}
	if (n > r->page.limit)
		next = cursor_write(&r->scope, &last, req->arena);
	if (r->filter.state >= 0)
		state = ARENA_JOIN(
		        req->arena, "&state=",
		        acceptance_state_name((enum acceptance_state)r->filter.state));
	page_send(req, &r->page, &b, next, state);
}

static void on_state(struct request *req, const struct error *err)
{
	struct acceptance_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct cursor place;

	if (err) {
		respond_error(req, err);
		return;
	}
	r->scope = page_scope(req, arena_printf(req->arena, "%d", r->filter.state));
	if (r->page.cursor) {
		if (!cursor_read(&r->scope, r->page.cursor, &place)) {
			page_refuse_cursor(req);
			return;
		}
		r->filter.has_after = true;
		r->filter.after = place.id;
	}
	r->filter.limit = r->page.limit + 1;
	acceptance_list_bind(&req->org, &r->filter, &p);
	request_query(req, STMT_ACCEPTANCE_LIST, &p, false, on_list);
}

void acceptances_get(struct request *req)
{
	struct acceptance_asked *r = begin(req);

	r->filter.state = -1;
	if (page_read(req, &r->page, take_state, r))
		org_states_want(req->app->states, req, on_state);
}

/* --- asking --- */

static void ask(struct request *req);

static void on_put(struct request *req, const PGresult *result)
{
	struct acceptance_asked *r = req->handler_data;

	if (!decide_is_replayed(req, &r->key, pg_get_bool(result, 0, "busy"),
	                        pg_get_bool(result, 0, "taken"), ask))
		answer(req, 201);
}

static const char *what_of(struct request *req, unsigned int bands)
{
	for (int i = 0; i < N_BANDS; i++)
		if (bands == 1u << i)
			return arena_printf(req->arena, "a risk of band %s",
			                    band_name((enum band)i));
	return "what it is about";
}

/* What the policies allow; false: 422 was answered. */
static bool check_end(struct request *req)
{
	const struct acceptance_asked *r = req->handler_data;
	const struct acceptance_request wanted = {
	        .reason = r->row.reason,
	        .requested_by = req->principal,
	        .now = req->now,
	        .ends_at = r->row.ends_at,
	        .longest = acceptance_longest(&req->policies, r->bands),
	        .what = what_of(req, r->bands)};
	struct error err;

	if (acceptance_check(&wanted, &err) == 0)
		return true;

	const struct problem problem = {.name = PROBLEM_INVALID_CONTENT,
	                                .detail = "the policy does not allow it",
	                                .pointer = "/ends_at",
	                                .at_detail = err.text};

	respond_problem(req, &problem);
	return false;
}

static void store(struct request *req)
{
	struct acceptance_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	uint8_t random[KEY_RANDOM_SIZE];

	if (!check_end(req))
		return;
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		struct error err;

		error_set(&err, ERR_INTERNAL, "no random bytes");
		respond_error(req, &err);
		return;
	}
	r->row.id = key_new(req->now, random);
	r->row.requested_by = req->principal;
	r->row.requested_at = r->row.starts_at = req->now;
	r->answer = row_text(req, &r->row);
	acceptance_put_bind(&req->org, &r->row, req->principal, req->now, &p);
	idempotency_bind(&r->key, req->now, &p);
	pg_bind_int(&p, 201);
	pg_bind_text(&p, r->answer);
	request_query(req, STMT_ACCEPTANCE_PUT, &p, false, on_put);
}

static void on_fix(struct request *req, const PGresult *result)
{
	struct acceptance_asked *r = req->handler_data;

	if (pg_get_int(result, 0, "n") == 0) {
		respond_bad_body(req, "/fix_id", "is the id of no fix with open risks");
		return;
	}
	r->bands = (unsigned int)pg_get_int(result, 0, "bands");
	store(req);
}

static void on_risk(struct request *req, const PGresult *result)
{
	struct acceptance_asked *r = req->handler_data;
	const struct transition_risk *risk;
	struct transition_risks risks;
	struct problem problem;
	struct error err;

	if (transition_load_read(result, &req->policies, req->arena, &risks, &err) < 0) {
		respond_error(req, &err);
		return;
	}
	risk = transition_risk_find(&risks, &r->row.risk_id);
	if (!decide_may(req, risk, PERMISSION_TRIAGE, &problem)) {
		if (problem.name == PROBLEM_NOT_FOUND)
			respond_bad_body(req, "/risk_id", "is the id of no risk");
		else
			respond_problem(req, &problem);
		return;
	}
	r->row.risk_id = risk->id;
	r->bands = 1u << risk->band;
	store(req);
}

static void find_target(struct request *req)
{
	const struct acceptance_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (r->row.has_risk) {
		transition_load_bind(&req->org, &r->row.risk_id, 1, &req->policies,
		                     req->now, &p);
		request_query(req, STMT_DECIDE_LOAD, &p, false, on_risk);
	} else if (r->row.has_fix) {
		acceptance_target_bind(&req->org, &r->row, TIMESTAMP_NONE, &p);
		request_query(req, STMT_ACCEPTANCE_TARGET, &p, false, on_fix);
	} else {
		store(req);
	}
}

static void ask(struct request *req)
{
	decide_policies(req, find_target);
}

static bool take_filter(struct request *req, struct acceptance_asked *r)
{
	struct selector *s = ARENA_NEW(req->arena, struct selector);
	struct error err;

	if (selector_parse(r->row.filter, SELECTS_RISKS, req->arena, s, &err) < 0) {
		respond_bad_body(req, "/where", arena_strdup(req->arena, err.text));
		return false;
	}
	r->row.filter = selector_text(s, req->arena);
	r->bands = s->sets[SELECT_BAND];
	return true;
}

/* What it is about: exactly one; false: 400 or 403 was answered. */
static bool take_target(struct request *req, struct acceptance_asked *r)
{
	r->row.has_risk = r->risk != NULL;
	r->row.has_fix = r->fix != NULL;
	if (!!r->risk + !!r->fix + !!*r->row.filter != 1) {
		respond_bad_body(req, "", "wants exactly one of risk_id, where and fix_id");
		return false;
	}
	if (r->risk && key_parse(r->risk, &r->row.risk_id) < 0) {
		respond_bad_body(req, "/risk_id", "is no id");
		return false;
	}
	if (r->fix && key_parse(r->fix, &r->row.fix_id) < 0) {
		respond_bad_body(req, "/fix_id", "is no id");
		return false;
	}
	return r->risk ||
	       (page_needs(req, PERMISSION_TRIAGE) && (r->fix || take_filter(req, r)));
}

void acceptance_post(struct request *req)
{
	struct acceptance_asked *r = begin(req);
	const struct json_field fields[] = {
	        {"risk_id", FIELD_TEXT, 0, 0, KEY_TEXT_MAX, &r->risk},
	        {"where", FIELD_TEXT, 0, 0, SELECTOR_TEXT_MAX, &r->row.filter},
	        {"fix_id", FIELD_TEXT, 0, 0, KEY_TEXT_MAX, &r->fix},
	        {"ends_at", FIELD_TIME, FIELD_NULLABLE, 0, 0, &r->row.ends_at},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, ACCEPTANCE_REASON_MAX,
	         &r->row.reason},
	};

	if (body_read(req, fields, N_ELEMENTS(fields)) && take_target(req, r))
		idempotency_want(req, &r->key, ask);
}

/* --- deciding and withdrawing --- */

static void find(struct request *req);

static void on_decided(struct request *req, const PGresult *result)
{
	struct acceptance_asked *r = req->handler_data;

	if (decide_is_replayed(req, &r->key, pg_get_bool(result, 0, "busy"),
	                       pg_get_bool(result, 0, "taken"), find))
		return;
	if (pg_get_bool(result, 0, "written"))
		answer(req, 200);
	else
		refuse(req, PROBLEM_CONFLICT, "somebody else has decided it meanwhile");
}

static const char *decided_text(struct request *req, const void *ctx)
{
	const struct acceptance_asked *r = ctx;
	struct acceptance_row next = r->row;

	next.state = r->to;
	if (r->reason)
		next.reason = r->reason;
	if (r->to != ACCEPTANCE_REVOKED) {
		next.approved_by = req->principal;
		next.approved_at = req->now;
	}
	if (r->to == ACCEPTANCE_APPROVED)
		next.starts_at = req->now;
	return row_text(req, &next);
}

static void write_decision(struct request *req)
{
	struct acceptance_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	r->answer = decided_text(req, r);
	acceptance_decide_bind(&req->org, &r->row, r->to, req->principal, r->reason,
	                       req->now, &p);
	idempotency_bind(r->key.key ? &r->key : NULL, req->now, &p);
	pg_bind_int(&p, 200);
	pg_bind_text(&p, r->answer);
	acceptance_marks_bind(&r->row, r->to, &p);
	request_query(req, STMT_ACCEPTANCE_DECIDE, &p, false, on_decided);
}

/* Its risk moves in the same statement. */
static void move_risk(struct request *req)
{
	struct acceptance_asked *r = req->handler_data;
	const bool ends = r->to == ACCEPTANCE_REVOKED;
	struct decide *d = ARENA_NEW(req->arena, struct decide);

	r->change = (struct transition_acceptance){
	        .id = r->row.id, .was = r->row.state, .to = r->to, .reason = r->reason};
	*d = (struct decide){
	        .want = {.kind = WANT_STATE,
	                 .to = ends ? RISK_OPEN : RISK_ACCEPTED,
	                 .until = ends ? TIMESTAMP_NONE : r->row.ends_at,
	                 .has_cause = true,
	                 .cause = r->row.id,
	                 .reason = r->reason ? r->reason : r->row.reason},
	        /* Who asked for it may take it back. */
	        .needs = ends ? PERMISSION_READ : PERMISSION_APPROVE,
	        .ids = &r->row.risk_id,
	        .n = 1,
	        .key = r->key,
	        .if_match = IF_MATCH_ANY,
	        .acceptance = &r->change,
	        .say = decided_text,
	        .say_ctx = r,
	};
	decide_run(req, d);
}

static void on_held(struct request *req, const PGresult *result)
{
	if (pg_get_int(result, 0, "n_accepted") > 0)
		move_risk(req);
	else
		write_decision(req);
}

static void decide(struct request *req)
{
	const struct acceptance_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct error err;

	if (acceptance_check_decision(r->row.state, r->to, r->row.requested_by,
	                              req->principal, r->row.ends_at, req->now, &err) < 0) {
		refuse(req, err.code == ERR_DENIED ? PROBLEM_FORBIDDEN : PROBLEM_CONFLICT,
		       err.text);
	} else if (r->row.has_risk && r->to == ACCEPTANCE_APPROVED) {
		move_risk(req);
	} else if (r->row.has_risk && r->row.state == ACCEPTANCE_APPROVED) {
		acceptance_target_bind(&req->org, &r->row, req->now, &p);
		request_query(req, STMT_ACCEPTANCE_TARGET, &p, false, on_held);
	} else {
		write_decision(req);
	}
}

static void on_found(struct request *req, const PGresult *result)
{
	struct acceptance_asked *r = req->handler_data;
	bool is_own;

	if (PQntuples(result) > 0)
		r->row = acceptance_row_read(result, 0, req->arena);
	if (PQntuples(result) == 0 || !may(req, &r->row, PERMISSION_READ)) {
		respond_not_found(req, "there is no such acceptance");
		return;
	}
	is_own = r->to == ACCEPTANCE_REVOKED &&
	         strcmp(r->row.requested_by, req->principal) == 0;
	if (!is_own && !may(req, &r->row, PERMISSION_APPROVE))
		refuse(req, PROBLEM_FORBIDDEN,
		       "no role of this principal allows it on what this is about");
	else
		decide(req);
}

static void find(struct request *req)
{
	const struct acceptance_asked *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &r->row.id);
	pg_bind_key(&p, &r->row.id);
	request_query(req, STMT_ACCEPTANCE_FIND, &p, false, on_found);
}

static bool take_id(struct request *req, struct acceptance_asked *r)
{
	const char *id = request_param(req, 0);

	if (id && key_parse(id, &r->row.id) == 0)
		return true;
	respond_not_found(req, "there is no such acceptance");
	return false;
}

void acceptance_decision_post(struct request *req)
{
	struct acceptance_asked *r = begin(req);
	const struct json_field fields[] = {
	        {"approve", FIELD_BOOL, FIELD_REQUIRED, 0, 0, &r->approve},
	        {"reason", FIELD_TEXT, 0, 0, ACCEPTANCE_REASON_MAX, &r->reason},
	};

	if (!take_id(req, r) || !body_read(req, fields, N_ELEMENTS(fields)))
		return;
	r->to = r->approve ? ACCEPTANCE_APPROVED : ACCEPTANCE_REFUSED;
	idempotency_want(req, &r->key, find);
}

void acceptance_delete(struct request *req)
{
	struct acceptance_asked *r = begin(req);

	r->to = ACCEPTANCE_REVOKED;
	if (take_id(req, r) && !respond_if_parameters(req))
		find(req);
}
