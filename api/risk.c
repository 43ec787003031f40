/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One risk: itself with its clock, the calculation behind its score, its findings and
 * why they are together.  All four begin alike: is it there, is it the caller's; then each
 * reads what it shows, query after query.  The risk itself is not read when it has not
 * changed; what shows findings has an ETag of what it says.
 */
#include <string.h>

#include "model/json_write.h"
#include "model/risk_link.h"
#include "model/severity.h"
#include "store/embedded.h"
#include "store/read_results.h"
#include "store/responsibility_store.h"

#include "as_of.h"
#include "handlers.h"
#include "list.h"
#include "org_states.h"
#include "respond.h"
#include "risk_json.h"
#include "risk_version.h"
#include "scorer/correlate.h"
#include "scorer/explanation.h"

#define SEGMENTS_AT_ONCE 16 /* a segment may be large: so many are read at a time */

struct risk_request {
	struct key id;
	bool wants_findings;
	void (*write)(struct request *req);
	const char *etag; /* NULL: it is of the body */
	struct explained_risk risk;
	struct finding_rows findings;
	/* Segments that hold details of the findings, each once. */
	int64_t *segments;
	size_t n_segments, n_read;
};

static void gone(struct request *req)
{
	respond_not_found(req, "there is no such risk");
}

/* --- what is read --- */

static void done(struct request *req)
{
	struct risk_request *r = req->handler_data;

	r->write(req);
}

static void read_segments(struct request *req);

static void on_segments(struct request *req, const PGresult *result)
{
	struct risk_request *r = req->handler_data;

	finding_details_read(result, &r->findings, req->arena);
	read_segments(req);
}

static void read_segments(struct request *req)
{
	struct risk_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct strbuf ids = {0};
	size_t end = r->n_read + SEGMENTS_AT_ONCE;

	if (r->n_read == r->n_segments) {
		done(req);
		return;
	}
	if (end > r->n_segments)
		end = r->n_segments;
	for (; r->n_read < end; r->n_read++)
		strbuf_printf(&ids, "%c%lld", ids.size ? ',' : '{',
		              (long long)r->segments[r->n_read]);
	strbuf_putc(&ids, '}');
	pg_bind_int(&p, req->org.id);
	pg_bind_text(&p, arena_strdup(req->arena, strbuf_text(&ids)));
	strbuf_done(&ids);
	request_query(req, STMT_SEGMENT_BODIES, &p, true, on_segments);
}

static void on_findings(struct request *req, const PGresult *result)
{
	struct risk_request *r = req->handler_data;
	const struct org_state *state = org_states_get(req->app->states, &req->org);

	finding_rows_read(result, &state->sources, req->arena, &r->findings);
	/* The names of sources live in the state, which may be renewed meanwhile. */
	for (size_t i = 0; i < r->findings.n; i++)
		r->findings.rows[i].source =
		        arena_strdup(req->arena, r->findings.rows[i].source);
	r->segments = ARENA_ARRAY(req->arena, int64_t, r->findings.n + 1);
	for (size_t i = 0; i < r->findings.n; i++) {
		size_t k = 0;

		while (k < r->n_segments && r->segments[k] != r->findings.rows[i].segment)
			k++;
		if (k == r->n_segments)
			r->segments[r->n_segments++] = r->findings.rows[i].segment;
	}
	read_segments(req);
}

static void on_clock(struct request *req, const PGresult *result)
{
	struct risk_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	queue_clocks_read(result, &r->risk.risk, 1, req->arena);
	if (!r->wants_findings) {
		done(req);
		return;
	}
	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &r->id);
	request_query(req, STMT_RISK_MEMBERS, &p, false, on_findings);
}

static void on_risk(struct request *req, const PGresult *result)
{
	struct risk_request *r = req->handler_data;
	const struct org_state *state = org_states_get(req->app->states, &req->org);
	struct pg_params p = {.arena = req->arena};
	struct error err;

	if (PQntuples(result) == 0) {
		gone(req);
		return;
	}
	if (explained_risk_read(result, req->now, req->arena, &r->risk, &err) < 0) {
		respond_error(req, &err);
		return;
	}
	queue_sources_read(result, 0, &state->sources, req->arena, &r->risk.risk);
	for (size_t i = 0; i < r->risk.risk.n_sources; i++)
		r->risk.risk.sources[i] = arena_strdup(req->arena, r->risk.risk.sources[i]);
	queue_clocks_bind(&req->org, &r->risk.risk, 1, &p);
	request_query(req, STMT_CLOCK_LIST, &p, false, on_clock);
}

/* --- the way there --- */

static const char *etag_of(struct request *req, int64_t version)
{
	const struct org_state *state = org_states_get(req->app->states, &req->org);

	/* The SLA state changes by time alone, and a merge or a rename of an asset
	 * moves the queue but not the risk. */
	return arena_printf(req->arena, "%lld-%lld-%lld-%lld", (long long)version,
	                    (long long)state->queue.epoch, (long long)state->queue.version,
	                    (long long)state->queue.crossing);
}

static void on_version(struct request *req, const PGresult *result)
{
	const struct read_scope scope = list_read_scope(req);
	struct risk_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (!risk_version_is_visible(req, result)) {
		gone(req);
		return;
	}
	r->id = pg_get_key(result, 0, "risk_id");
	if (!r->wants_findings) {
		r->etag = etag_of(req, pg_get_int(result, 0, "version"));
		if (respond_if_unchanged(req, r->etag))
			return;
	}
	risk_explain_bind(&req->org, &r->id, &scope, &p);
	request_query(req, STMT_RISK_EXPLAIN, &p, false, on_risk);
}

static void on_state(struct request *req, const struct error *err)
{
	struct risk_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	if (err) {
		respond_error(req, err);
		return;
	}
	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &r->id);
	request_query(req, STMT_RISK_VERSION, &p, false, on_version);
}

static void begin(struct request *req, void (*write)(struct request *), bool findings)
{
	struct risk_request *r = ARENA_NEW(req->arena, struct risk_request);
	const char *id = request_param(req, 0);

	req->handler_data = r;
	r->write = write;
	r->wants_findings = findings;
	if (respond_if_parameters(req))
		return;
	if (!id || key_parse(id, &r->id) < 0)
		gone(req);
	else
		org_states_want(req->app->states, req, on_state);
}

/* --- the four answers --- */

/* A finding may say something else though its risk was not written.  The version comes
 * first for If-Match. */
static const char *etag_of_body(struct request *req, struct strbuf *b)
{
	const struct risk_request *r = req->handler_data;
	const char *const texts[] = {strbuf_text(b)};
	const struct key key = key_of_texts("risk-etag/1", req->org.id, texts, 1);
	char text[KEY_TEXT_MAX];

	return arena_printf(req->arena, "%lld-%s", (long long)r->risk.version,
	                    key_text(&key, text));
}

static void send(struct request *req, struct strbuf *b)
{
	const struct risk_request *r = req->handler_data;
	struct reply reply = {.status = 200, .etag = r->etag};

	json_write_close(b, '}');
	if (!r->etag)
		reply.etag = etag_of_body(req, b);
	if (!r->etag && respond_if_unchanged(req, reply.etag))
		strbuf_done(b);
	else
		respond_body(req, &reply, b);
}

static void write_risk(struct request *req)
{
	const struct risk_request *r = req->handler_data;
	const struct queue_risk *risk = &r->risk.risk;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	risk_json_put_members(&b, risk);
	json_write_int(&b, "version", r->risk.version);
	json_write_time(&b, "resolved_at", risk->resolved_at);
	if (r->risk.has_fix)
		json_write_key(&b, "fix", &r->risk.fix_id);
	else
		json_write_null(&b, "fix");
	json_write_text(&b, "holder", r->risk.holder);
	json_write_time(&b, "held_until", r->risk.holder_until);
	json_write_open(&b, "clock", '[');
	for (size_t i = 0; i < risk->n_segments; i++) {
		const struct clock_segment *s = &risk->segments[i];

		json_write_open(&b, NULL, '{');
		json_write_time(&b, "from", s->from);
		json_write_text(&b, "mode", sla_mode_name(s->mode));
		json_write_text(&b, "band", band_name(s->band));
		json_write_text(&b, "reason", s->reason);
		json_write_text(&b, "actor", s->actor);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	send(req, &b);
}

static void write_explanation(struct request *req)
{
	const struct risk_request *r = req->handler_data;
	const struct explanation *why = &r->risk.why;
	struct counterfactuals changes;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &r->id);
	json_write_int(&b, "score", r->risk.risk.score);
	json_write_text(&b, "band", band_name(r->risk.risk.band));
	explanation_write(&b, why);
	if (why->model &&
	    explanation_changes(why, req->app->responsibility,
	                        why->model_text ? why->model_text
	                                        : catalog_model_text(why->model),
	                        &changes))
		explanation_write_changes(&b, why, &changes);
	json_write_text(&b, "responsibility", verdict_name(r->risk.risk.responsibility));
	responsibility_row_put(&b, req->app->responsibility, r->risk.risk.resource.type,
	                       r->risk.why.category);
	json_write_open(&b, "findings", '[');
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding_row *f = &r->findings.rows[i];

		json_write_open(&b, NULL, '{');
		json_write_key(&b, "id", &f->id);
		json_write_text(&b, "source", f->source);
		json_write_text(&b, "rule", f->rule);
		json_write_text(&b, "native_id", f->native_id);
		json_write_text(&b, "merged_because",
		                explanation_reasons(&r->risk.why, f->reasons, req->arena));
		json_write_text(&b, "status", finding_state_name(f->state));
		json_write_text(&b, "asset", f->asset_named);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	send(req, &b);
}

static void write_findings(struct request *req)
{
	const struct risk_request *r = req->handler_data;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding_row *f = &r->findings.rows[i];

		json_write_open(&b, NULL, '{');
		json_write_key(&b, "id", &f->id);
		json_write_text(&b, "source", f->source);
		json_write_text(&b, "native_id", f->native_id);
		json_write_text(&b, "rule", f->rule);
		json_write_text(&b, "status", finding_state_name(f->state));
		json_write_stated(&b, "severity_raw", f->severity_raw);
		if (f->sev100 == SEV100_UNKNOWN)
			json_write_null(&b, "sev100");
		else
			json_write_int(&b, "sev100", f->sev100);
		json_write_text(&b, "asset", f->asset_named);
		json_write_key(&b, "risk", &r->id);
		json_write_time(&b, "first_seen", f->first_seen);
		json_write_text(&b, "title", f->title);
		json_write_stated(&b, "cve", f->cve);
		json_write_text(&b, "location", f->location);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	send(req, &b);
}

/* Why a finding is a member: each reason with the key that is equal. */
static void put_reasons(struct strbuf *b, const struct risk_request *r,
                        const struct finding_row *f)
{
	const char *subject = r->risk.risk.subject;
	const char *what = strchr(subject, ':');
	const char *who = f->link_actor ? f->link_actor : "nobody any more";
	const struct {
		int bit;
		const char *reason, *key;
	} all[] = {
	        {MERGED_SAME_ASSET, "same_asset", f->asset},
	        {MERGED_ASSET_ALIAS, "asset_alias", f->asset_named},
	        {MERGED_SAME_CVE, "same_cve", what ? what + 1 : subject},
	        {MERGED_ADVISORY, "advisory_alias", f->cve},
	        {MERGED_CONTROL, "catalogue_control", r->risk.why.control},
	        {MERGED_SAME_RULE, "same_rule", f->rule},
	        {MERGED_SAME_THREAT, "same_threat", what ? what + 1 : subject},
	        {MERGED_LINK, "link", who},
	        {MERGED_SPLIT, "split", who},
	};

	json_write_open(b, "merged_because", '[');
	for (size_t i = 0; i < N_ELEMENTS(all); i++) {
		if (!(f->reasons & all[i].bit))
			continue;
		json_write_open(b, NULL, '{');
		json_write_text(b, "reason", all[i].reason);
		json_write_text(b, "key", all[i].key);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

/* What a person said of it; it counts from the next scoring on. */
static void put_link(struct strbuf *b, const struct finding_row *f)
{
	if (!f->link_actor) {
		json_write_null(b, "link");
		return;
	}
	json_write_open(b, "link", '{');
	json_write_text(b, "kind", f->link_kind == RISK_SPLIT ? "split" : "link");
	json_write_text(b, "actor", f->link_actor);
	json_write_text(b, "reason", f->link_reason);
	json_write_time(b, "at", f->link_at);
	json_write_close(b, '}');
}

static void write_why_merged(struct request *req)
{
	const struct risk_request *r = req->handler_data;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &r->id);
	json_write_text(&b, "subject", r->risk.risk.subject);
	json_write_text(&b, "asset", r->risk.risk.resource.id);
	json_write_text(&b, "location", r->risk.risk.location);
	json_write_stated(&b, "control", r->risk.why.control);
	json_write_open(&b, "findings", '[');
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding_row *f = &r->findings.rows[i];

		json_write_open(&b, NULL, '{');
		json_write_key(&b, "id", &f->id);
		json_write_text(&b, "source", f->source);
		json_write_text(&b, "rule", f->rule);
		json_write_text(&b, "native_id", f->native_id);
		json_write_text(&b, "asset", f->asset_named);
		put_reasons(&b, r, f);
		put_link(&b, f);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	send(req, &b);
}

void risk_get(struct request *req)
{
	/* Its one parameter. */
	if (req->query && *req->query)
		as_of_risk_get(req);
	else
		begin(req, write_risk, false);
}

void risk_explanation_get(struct request *req)
{
	begin(req, write_explanation, true);
}

void risk_findings_get(struct request *req)
{
	begin(req, write_findings, true);
}

void risk_why_merged_get(struct request *req)
{
	begin(req, write_why_merged, true);
}
