/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links and splits: what a person says of findings, in front of what correlation makes of
 * them.  The risk is read as for every decision, then its findings; model/risk_link.h says
 * what may be; one statement writes.  Scoring does the rest.
 */
#include <string.h>
#include <sys/random.h>

#include "model/json_write.h"
#include "store/link_store.h"

#include "decide.h"
#include "handlers.h"
#include "query_string.h"
#include "respond.h"

struct link_request {
	struct decide decide; /* first: decide.c takes the request's data for it */
	enum link_change change;
	struct key_list ids; /* n 0: all findings of the risk that have a link */
	struct link_risk risk;
	struct link_findings findings;
	const char *answer;
};

static const char *const words[] = {"linked", "split", "unlinked"};

static struct link_request *begin(struct request *req)
{
	struct link_request *r = ARENA_NEW(req->arena, struct link_request);

	req->handler_data = r;
	r->decide.want.kind = WANT_STATE;
	r->decide.want.reason = "";
	r->decide.needs = PERMISSION_TRIAGE;
	r->decide.if_match = IF_MATCH_ANY;
	return r;
}

static void answer(struct request *req)
{
	const struct link_request *r = req->handler_data;
	const struct reply reply = {.status = 200};
	struct strbuf b = {0};

	strbuf_puts(&b, r->answer);
	respond_body(req, &reply, &b);
}

/* What was done; risk: where the findings are put. */
static const char *answer_text(struct request *req, const struct key *risk)
{
	const struct link_request *r = req->handler_data;
	struct strbuf b = {0};
	const char *out;

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &r->risk.id);
	json_write_text(&b, "change", words[r->change]);
	json_write_key(&b, "risk", risk);
	json_write_open(&b, "findings", '[');
	for (size_t i = 0; i < r->findings.n; i++)
		json_write_key(&b, NULL, &r->findings.rows[i].e.finding_id);
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	out = arena_strdup(req->arena, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

static void refuse(struct request *req, const char *detail)
{
	const struct problem problem = {.name = PROBLEM_CONFLICT, .detail = detail};

	respond_problem(req, &problem);
}

/* --- writing --- */

static void load(struct request *req);

static void on_written(struct request *req, const PGresult *result)
{
	struct link_request *r = req->handler_data;

	if (decide_is_replayed(req, &r->decide.key, pg_get_bool(result, 0, "busy"),
	                       pg_get_bool(result, 0, "taken"), load))
		return;
	if (pg_get_bool(result, 0, "written"))
		answer(req);
	else
		refuse(req, "others change this risk just now; try again");
}

static void write(struct request *req)
{
	struct link_request *r = req->handler_data;
	uint8_t random[KEY_RANDOM_SIZE];
	struct link_writing w = {.org = &req->org,
	                         .change = r->change,
	                         .risk = &r->risk,
	                         .findings = r->findings.rows,
	                         .n = r->findings.n,
	                         .actor = req->principal,
	                         .reason = r->decide.want.reason};
	struct pg_params p = {.arena = req->arena};

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		struct error err;

		error_set(&err, ERR_INTERNAL, "no random bytes");
		respond_error(req, &err);
		return;
	}
	w.note_id = key_new(req->now, random);
	w.place = link_place(&req->org, r->change, &r->risk, &w.note_id, req->arena);
	r->answer = answer_text(req, r->change == LINK_SPLIT ? &w.place : &r->risk.id);
	link_write_bind(&w, req->now, &p);
	idempotency_bind(r->decide.key.key ? &r->decide.key : NULL, req->now, &p);
	pg_bind_int(&p, 200);
	pg_bind_text(&p, r->answer);
	request_query(req, STMT_LINK_WRITE, &p, false, on_written);
}

/* --- whether it may be --- */

static void on_left(struct request *req, const PGresult *result)
{
	struct link_request *r = req->handler_data;
	struct problem problem;
	struct error err;

	if (transition_load_read(result, &req->policies, req->arena, &r->decide.risks,
	                         &err) < 0) {
		respond_error(req, &err);
		return;
	}
	for (size_t i = 0; i < r->decide.risks.n; i++)
		if (!decide_may(req, &r->decide.risks.rows[i].risk, PERMISSION_TRIAGE,
		                &problem)) {
			respond_problem(req, &problem);
			return;
		}
	write(req);
}

/* Who takes findings out of other risks has to have a say in those, too. */
static void ask_left(struct request *req)
{
	struct link_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct key *ids = ARENA_ARRAY(req->arena, struct key, r->findings.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++)
		if (r->findings.rows[i].has_risk &&
		    key_cmp(&r->findings.rows[i].risk_id, &r->risk.id) != 0)
			ids[n++] = r->findings.rows[i].risk_id;
	if (n == 0) {
		write(req);
		return;
	}
	transition_load_bind(&req->org, ids, n, &req->policies, req->now, &p);
	request_query(req, STMT_DECIDE_LOAD, &p, false, on_left);
}

static bool has_finding(const struct link_findings *f, const struct key *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (key_cmp(&f->rows[i].e.finding_id, id) == 0)
			return true;
	return false;
}

static const char *about(struct request *req, const struct key *id, const char *why)
{
	char text[KEY_TEXT_MAX];

	return arena_printf(req->arena, "finding %s %s", key_text(id, text), why);
}

/* The first thing that forbids it; NULL: nothing does. */
static const char *why_not(struct request *req)
{
	const struct link_request *r = req->handler_data;
	const enum link_outcome all = link_check_all(r->change, &r->risk, r->findings.n);

	for (size_t i = 0; i < r->ids.n; i++)
		if (!has_finding(&r->findings, &r->ids.keys[i]))
			return about(req, &r->ids.keys[i],
			             "is no finding of the risk's asset: links and splits "
			             "are of one asset");
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct link_finding *f = &r->findings.rows[i];
		const enum link_outcome why = link_check(r->change, &r->risk, f);

		if (why != LINK_DONE)
			return about(req, &f->e.finding_id, link_outcome_text(why));
	}
	if (all != LINK_DONE)
		return arena_printf(req->arena, "the risk %s", link_outcome_text(all));
	return NULL;
}

static void on_findings(struct request *req, const PGresult *result)
{
	struct link_request *r = req->handler_data;
	const char *why;

	link_findings_read(result, req->arena, &r->findings);
	if (r->ids.n == 0) { /* all that there is to end */
		size_t kept = 0;

		for (size_t i = 0; i < r->findings.n; i++)
			if (r->findings.rows[i].has_link)
				r->findings.rows[kept++] = r->findings.rows[i];
		r->findings.n = kept;
		if (kept == 0) {
			r->answer = answer_text(req, &r->risk.id);
			answer(req);
			return;
		}
	}
	why = why_not(req);
	if (why)
		refuse(req, why);
	else
		ask_left(req);
}

static void on_link_risk(struct request *req, const PGresult *result)
{
	struct link_request *r = req->handler_data;
	const struct key id = r->risk.id;
	struct pg_params p = {.arena = req->arena};

	if (!link_risk_read(result, &id, req->arena, &r->risk)) {
		respond_not_found(req, "there is no such risk");
		return;
	}
	link_findings_bind(&req->org, NULL, r->ids.n ? r->ids.keys : NULL, r->ids.n, &id,
	                   &p);
	request_query(req, STMT_LINK_FINDINGS, &p, false, on_findings);
}

static void on_loaded(struct request *req, const PGresult *result)
{
	struct link_request *r = req->handler_data;
	struct decide *d = &r->decide;
	const struct transition_risk *risk;
	struct pg_params p = {.arena = req->arena};
	const struct problem old = {.name = PROBLEM_PRECONDITION_FAILED,
	                            .detail = "the risk has another version now"};
	struct problem problem;
	struct error err;

	if (transition_load_read(result, &req->policies, req->arena, &d->risks, &err) < 0) {
		respond_error(req, &err);
		return;
	}
	risk = transition_risk_find(&d->risks, d->ids);
	if (!decide_may(req, risk, d->needs, &problem)) {
		respond_problem(req, &problem);
		return;
	}
	if (d->if_match == IF_MATCH_VERSION && d->version != risk->version) {
		respond_problem(req, &old);
		return;
	}
	r->risk.id = risk->id;
	link_risk_bind(&req->org, &risk->id, &p);
	request_query(req, STMT_LINK_RISK, &p, false, on_link_risk);
}

static void load_risk(struct request *req)
{
	const struct link_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	transition_load_bind(&req->org, r->decide.ids, 1, &req->policies, req->now, &p);
	request_query(req, STMT_DECIDE_LOAD, &p, false, on_loaded);
}

static void load(struct request *req)
{
	decide_policies(req, load_risk);
}

/* --- the two routes --- */

static bool take_kind(struct request *req, struct link_request *r, const char *kind)
{
	if (strcmp(kind, "link") != 0 && strcmp(kind, "split") != 0) {
		respond_bad_body(req, "/kind", "is neither link nor split");
		return false;
	}
	r->change = strcmp(kind, "split") == 0 ? LINK_SPLIT : LINK_PUT;
	return true;
}

void links_post(struct request *req)
{
	struct link_request *r = begin(req);
	const char *kind;
	const struct json_field fields[] = {
	        {"kind", FIELD_TEXT, FIELD_REQUIRED, 0, 40, &kind},
	        {"findings", FIELD_KEYS, FIELD_REQUIRED, 1, LINK_FINDINGS_MAX, &r->ids},
	        {"reason", FIELD_TEXT, FIELD_REQUIRED, 0, WANT_REASON_MAX,
	         &r->decide.want.reason},
	};

	if (!decide_take_id(req, &r->decide) ||
	    !body_read(req, fields, N_ELEMENTS(fields)) || !take_kind(req, r, kind) ||
	    !decide_take_if_match(req, &r->decide))
		return;
	idempotency_want(req, &r->decide.key, load);
}

/* ?finding=ID: that one alone. */
static bool take_finding(struct request *req, struct link_request *r)
{
	struct key *id = ARENA_NEW(req->arena, struct key);
	struct parameter_fault fault = {.parameter = NULL};
	struct query_string q;

	if (!query_string_read(req->query, req->arena, &q, &fault)) {
		respond_bad_parameter(req, fault.parameter, fault.detail);
		return false;
	}
	for (size_t i = 0; i < q.n; i++) {
		if (strcmp(q.parameters[i].name, "finding") != 0)
			fault.detail = "is not a parameter of this route";
		else if (key_parse(q.parameters[i].value, id) < 0)
			fault.detail = "is not the id of a finding";
		else
			r->ids = (struct key_list){id, 1};
		if (fault.detail) {
			respond_bad_parameter(req, q.parameters[i].name, fault.detail);
			return false;
		}
	}
	return true;
}

void links_delete(struct request *req)
{
	struct link_request *r = begin(req);

	r->change = LINK_END;
	if (decide_take_id(req, &r->decide) && take_finding(req, r) &&
	    decide_take_if_match(req, &r->decide))
		load(req);
}
