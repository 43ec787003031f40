/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the deadlines stand: the summary, what is overdue, what time will bring.  Counts
 * are of the whole org, so whoever sees a part of it is refused them; the list of what
 * is overdue shows them their part.
 */
#include <stdlib.h>
#include <string.h>

#include "model/json_write.h"
#include "store/page_store.h"
#include "store/policy_store.h"
#include "store/sla_figures.h"

#include "cursor.h"
#include "handlers.h"
#include "list.h"
#include "org_states.h"
#include "page.h"
#include "query_string.h"
#include "queue_index.h"
#include "respond.h"
#include "risk_feed.h"
#include "risk_json.h"

struct sla_request {
	const char *from, *to;
	struct sla_summary summary;
	/* Of the list. */
	int limit;
	const char *cursor; /* as given, or NULL */
	struct cursor_scope scope;
};

static bool begin(struct request *req, page_take_fn *take)
{
	struct sla_request *r = ARENA_NEW(req->arena, struct sla_request);

	*r = (struct sla_request){.from = "", .to = "", .limit = LIST_LIMIT_DEFAULT};
	r->summary.period.split = SLA_SPLIT_BAND;
	req->handler_data = r;
	return page_parameters(req, take, r);
}

static bool refuse_scoped(struct request *req)
{
	static const struct problem problem = {
	        .name = PROBLEM_FORBIDDEN,
	        .detail = "these figures are of the whole org; this token is for a part"};

	if (!list_is_scoped(req))
		return false;
	respond_problem(req, &problem);
	return true;
}

static void send(struct request *req, struct strbuf *b, const char *link)
{
	const char *const texts[] = {strbuf_text(b)};
	const struct key key = key_of_texts("sla-etag/1", req->org.id, texts, 1);
	char text[KEY_TEXT_MAX];
	const struct reply reply = {.status = 200,
	                            .etag = arena_strdup(req->arena, key_text(&key, text)),
	                            .link = link};

	if (respond_if_unchanged(req, reply.etag))
		strbuf_done(b);
	else
		respond_body(req, &reply, b);
}

/* --- the summary --- */

static const char *take_summary(void *ctx, const struct query_parameter *p)
{
	struct sla_request *r = ctx;

	if (strcmp(p->name, "by") == 0)
		return sla_split_parse(p->value, &r->summary.period.split) < 0
		               ? "is one of band, owner, provider, week"
		               : NULL;
	if (strcmp(p->name, "from") == 0)
		r->from = p->value;
	else if (strcmp(p->name, "to") == 0)
		r->to = p->value;
	else
		return "is not a parameter of this route";
	return *p->value ? NULL : "is empty";
}

static void on_times(struct request *req, const PGresult *result)
{
	struct sla_request *r = req->handler_data;
	struct strbuf b = {0};

	sla_times_read(result, req->arena, &r->summary);
	json_write_open(&b, NULL, '{');
	sla_summary_put(&b, &r->summary);
	json_write_close(&b, '}');
	send(req, &b, NULL);
}

static void on_facts(struct request *req, const PGresult *result)
{
	struct sla_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};

	sla_facts_read(result, req->arena, &r->summary);
	sla_period_bind(&req->org, &r->summary.period, &p);
	request_query(req, STMT_SLA_TIMES, &p, false, on_times);
}

/* How risks stand now is counted where they are all in memory. */
static void on_index(struct request *req, const struct error *err)
{
	struct sla_request *r = req->handler_data;
	struct pg_params p = {.arena = req->arena};
	struct index_standing now;
	struct queue_index *ix;

	if (err) {
		respond_error(req, err);
		return;
	}
	ix = risk_feeds_index(req->app->feeds, &req->org);
	queue_index_reopen(ix, req->now);
	queue_index_standing(ix, req->now, &now);
	for (int band = 0; band < N_BANDS; band++) {
		for (int state = 0; state < N_RISK_STATES; state++)
			r->summary.n[band][state] = (int64_t)now.n[band][state];
		r->summary.breached[band] = (int64_t)now.breached[band];
		r->summary.due_soon[band] = (int64_t)now.due_soon[band];
	}
	sla_period_bind(&req->org, &r->summary.period, &p);
	request_query(req, STMT_SLA_FACTS, &p, false, on_facts);
}

static void on_queue(struct request *req, const struct error *err)
{
	if (err)
		respond_error(req, err);
	else
		risk_feeds_want(req->app->feeds, req, on_index);
}

void sla_summary_get(struct request *req)
{
	struct sla_request *r;
	const char *wrong, *parameter;

	if (!begin(req, take_summary))
		return;
	r = req->handler_data;
	wrong = sla_period_read(r->from, r->to, req->now, &r->summary.period, &parameter);
	if (wrong) {
		respond_bad_parameter(req, parameter, wrong);
		return;
	}
	if (refuse_scoped(req))
		return;
	org_states_want(req->app->states, req, on_queue);
}

/* --- the forecast --- */

static void on_forecast(struct request *req, const PGresult *result)
{
	struct sla_forecast forecast;
	struct strbuf b = {0};

	sla_forecast_read(result, req->arena, &forecast);
	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < forecast.n; i++) {
		json_write_open(&b, NULL, '{');
		sla_forecast_row_put(&b, &forecast.rows[i]);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	send(req, &b, NULL);
}

void sla_forecast_get(struct request *req)
{
	struct pg_params p = {.arena = req->arena};

	if (respond_if_parameters(req) || refuse_scoped(req))
		return;
	sla_forecast_bind(&req->org, req->now, &p);
	request_query(req, STMT_SLA_FORECAST, &p, false, on_forecast);
}

/* --- the policies --- */

static void on_policies(struct request *req, const PGresult *result)
{
	struct policy_rows policies;
	struct strbuf b = {0};

	policy_rows_read(result, req->arena, &policies);
	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (size_t i = 0; i < policies.n; i++) {
		json_write_open(&b, NULL, '{');
		policy_row_put(&b, &policies.rows[i]);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	send(req, &b, NULL);
}

void sla_policies_get(struct request *req)
{
	struct pg_params p = {.arena = req->arena};

	if (respond_if_parameters(req))
		return;
	pg_bind_int(&p, req->org.id);
	request_query(req, STMT_SLA_POLICIES, &p, false, on_policies);
}

/* --- what is overdue --- */

static const char *take_breaches(void *ctx, const struct query_parameter *p)
{
	struct sla_request *r = ctx;
	const size_t size = strlen(p->value);
	long n;

	if (strcmp(p->name, "cursor") == 0) {
		r->cursor = p->value;
		return size ? NULL : "is empty";
	}
	if (strcmp(p->name, "limit") != 0)
		return "is not a parameter of this route";
	if (size == 0 || size > 9 || strspn(p->value, "0123456789") != size ||
	    (n = strtol(p->value, NULL, 10)) == 0)
		return "is a whole number from 1 to 500";
	r->limit = n > LIST_LIMIT_MAX ? LIST_LIMIT_MAX : (int)n;
	return NULL;
}

static void on_breaches(struct request *req, const PGresult *result)
{
	const struct sla_request *r = req->handler_data;
	const struct org_state *state = org_states_get(req->app->states, &req->org);
	const int n = PQntuples(result);
	const char *link = NULL;
	struct strbuf b = {0};
	struct cursor last = {0};
	struct page_row row;

	strbuf_puts(&b, "{\"items\":[");
	for (int i = 0; i < n && i < r->limit; i++) {
		page_row_read(result, i, &row);
		if (i > 0)
			strbuf_putc(&b, ',');
		risk_json_put_page_row(&b, &row, SLA_BREACHED, &state->sources);
		last = (struct cursor){.value = row.due_at, .id = row.id};
	}
	if (n > r->limit) {
		const char *cursor = cursor_write(&r->scope, &last, req->arena);

		link = arena_printf(req->arena, "<%s?limit=%d&cursor=%s>; rel=\"next\"",
		                    req->path, r->limit, cursor);
		strbuf_printf(&b, "],\"next_cursor\":\"%s\"}", cursor);
	} else {
		strbuf_puts(&b, "],\"next_cursor\":null}");
	}
	send(req, &b, link);
}

static void on_state(struct request *req, const struct error *err)
{
	static const struct problem bad_cursor = {
	        .name = PROBLEM_INVALID_CURSOR,
	        .detail = "the cursor was altered, or is not one of this list",
	        .parameter = "cursor",
	        .at_detail = "is not valid here"};
	struct sla_request *r = req->handler_data;
	const struct read_scope seen = list_read_scope(req);
	struct pg_params p = {.arena = req->arena};
	struct sla_place after = {.due_at = INT64_MIN};
	struct cursor place;

	if (err) {
		respond_error(req, err);
		return;
	}
	r->scope = (struct cursor_scope){
	        .key = req->app->cursor_key,
	        .org_id = req->org.id,
	        .epoch = org_states_get(req->app->states, &req->org)->queue.epoch,
	        .shape = req->path};
	if (r->cursor) {
		if (!cursor_read(&r->scope, r->cursor, &place)) {
			respond_problem(req, &bad_cursor);
			return;
		}
		after = (struct sla_place){.due_at = place.value, .id = place.id};
	}
	sla_breaches_bind(&req->org, req->now, &after, &seen, r->limit + 1, &p);
	request_query(req, STMT_SLA_BREACHES, &p, true, on_breaches);
}

void sla_breaches_get(struct request *req)
{
	if (begin(req, take_breaches))
		org_states_want(req->app->states, req, on_state);
}
