/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions of people, from and to PostgreSQL.
 */
#include "store/transition_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_view.h"
#include "model/json_write.h"
#include "store/policy_store.h"

#define MORE_SIZE_MAX (8 << 20)
#define MORE_DEPTH    8

/* --- reading --- */

static const char *keys_text(const struct key *ids, size_t n, struct arena *a)
{
	struct strbuf b = {0};
	char text[KEY_TEXT_MAX];
	const char *out;

	strbuf_putc(&b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_putc(&b, ',');
		strbuf_puts(&b, key_text(&ids[i], text));
	}
	strbuf_putc(&b, '}');
	out = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

static void bind_load(const struct org *org, const char *ids,
                      const struct sla_policies *policies, bool asks_assets, timestamp now,
                      struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_text(p, ids);
	pg_bind_timestamp(p, now);
	pg_bind_bool(p, sla_policies_ask_first_seen(policies));
	pg_bind_bool(p, sla_policies_ask_frameworks(policies));
	pg_bind_bool(p, asks_assets);
}

void transition_load_bind(const struct org *org, const struct key *ids, size_t n,
                          const struct sla_policies *policies, timestamp now,
                          struct pg_params *p)
{
	bind_load(org, keys_text(ids, n, p->arena), policies, true, now, p);
}

void transition_load_bind_clocks(const struct org *org, const char *ids,
                                 const struct sla_policies *policies, timestamp now,
                                 struct pg_params *p)
{
	bind_load(org, ids, policies, sla_policies_ask_assets(policies), now, p);
}

/* [number, from, mode, band, due] of each. */
static int read_segments(struct json_view more, struct arena *a, struct transition_risk *r,
                         struct error *err)
{
	struct risk_clock_segment *out;
	struct json_items it;
	size_t n = 0;
	int rc;

	if ((rc = json_view_get_items(more, "segments", &it, err)) < 0)
		return rc;
	out = ARENA_ARRAY(a, struct risk_clock_segment, it.n);
	while (json_items_next(&it)) {
		int64_t number, from, mode, band, due_at = TIMESTAMP_NONE;

		if ((rc = json_view_get_int(it.value, "/0", &number, err)) < 0 ||
		    (rc = json_view_get_int(it.value, "/1", &from, err)) < 0 ||
		    (rc = json_view_get_int(it.value, "/2", &mode, err)) < 0 ||
		    (rc = json_view_get_int(it.value, "/3", &band, err)) < 0 ||
		    (rc = json_view_opt_int(it.value, "/4", &due_at, err)) < 0)
			return rc;
		if ((int)number > r->last_segment)
			r->last_segment = (int)number;
		out[n++] = (struct risk_clock_segment){.from = from,
		                                       .mode = (enum sla_mode)mode,
		                                       .band = (enum band)band,
		                                       .due_at = due_at};
	}
	if (n == 0)
		return error_set(err, ERR_INTERNAL, "a risk has no clock");
	r->segments = out;
	r->n_segments = n;
	return 0;
}

static void read_tags(struct json_view more, struct arena *a, struct risk_view *view)
{
	struct asset_tag *out;
	struct json_items it;
	struct error err;

	if (json_view_get_items(more, "tags", &it, &err) < 0)
		return;
	out = ARENA_ARRAY(a, struct asset_tag, it.n + 1);
	while (json_items_next(&it)) {
		const char *value;

		if (it.key && json_view_text(it.value, &value))
			out[view->n_tags++] = (struct asset_tag){arena_strdup(a, it.key),
			                                         arena_strdup(a, value)};
	}
	view->tags = out;
}

static void read_frameworks(struct json_view more, struct arena *a, struct risk_view *view)
{
	const char **out;
	struct json_items it;
	struct error err;

	if (json_view_get_items(more, "frameworks", &it, &err) < 0)
		return;
	out = ARENA_ARRAY(a, const char *, it.n + 1);
	while (json_items_next(&it)) {
		const char *name;

		if (json_view_text(it.value, &name))
			out[view->n_frameworks++] = arena_strdup(a, name);
	}
	view->frameworks = out;
}

static const char *text_of(const PGresult *rows, int i, const char *field, struct arena *a)
{
	return arena_strdup(a, pg_get_text(rows, i, field));
}

static const char *text_or_null(const PGresult *rows, int i, const char *field,
                                struct arena *a)
{
	return pg_is_null(rows, i, field) ? NULL : text_of(rows, i, field, a);
}

static void read_view(const PGresult *rows, int i, struct arena *a, struct risk_view *out)
{
	*out = (struct risk_view){
	        .band = (enum band)pg_get_int(rows, i, "band"),
	        .provider = (enum provider)pg_get_int(rows, i, "provider"),
	        .environment = (int)pg_get_int(rows, i, "environment"),
	        .account = text_of(rows, i, "account", a),
	        .region = text_of(rows, i, "region", a),
	        .type = text_of(rows, i, "asset_type", a),
	        .name = text_of(rows, i, "asset_name", a),
	        .id = text_of(rows, i, "asset", a),
	        .owner = text_or_null(rows, i, "owner", a),
	        .subject = text_of(rows, i, "subject", a),
	        .location = text_of(rows, i, "location", a),
	        .class = (enum finding_class)pg_get_int(rows, i, "class"),
	        .responsibility = (enum verdict)pg_get_int(rows, i, "responsibility"),
	        .layer = (int)pg_get_int(rows, i, "layer"),
	};
}

static void read_risk(const PGresult *rows, int i, struct arena *a,
                      struct transition_risk *out)
{
	*out = (struct transition_risk){
	        .id = pg_get_key(rows, i, "risk_id"),
	        .version = pg_get_int(rows, i, "version"),
	        .state = (enum risk_state)pg_get_int(rows, i, "state"),
	        .band = (enum band)pg_get_int(rows, i, "band"),
	        .responsibility = (enum verdict)pg_get_int(rows, i, "responsibility"),
	        .score = (int)pg_get_int(rows, i, "score"),
	        .rank = pg_get_int(rows, i, "rank"),
	        .due_at = pg_get_timestamp(rows, i, "due_at"),
	        .next_crossing_at = pg_get_timestamp(rows, i, "next_crossing_at"),
	        .warn_at = pg_get_timestamp(rows, i, "warn_at"),
	        .reopens_at = pg_get_timestamp(rows, i, "reopens_at"),
	        .owner_id = pg_get_int(rows, i, "owner_id"),
	        .owner_basis = (int)pg_get_int(rows, i, "owner_basis"),
	        .holder = text_or_null(rows, i, "holder", a),
	        .holder_until = pg_get_timestamp(rows, i, "holder_until"),
	};
	read_view(rows, i, a, &out->view);
}

/* What the clock is measured by; after the tags and frameworks. */
static void read_rules(const PGresult *rows, int i, const struct sla_policies *policies,
                       struct transition_risk *r)
{
	const timestamp added = pg_get_timestamp(rows, i, "kev_added");
	const timestamp due = pg_get_timestamp(rows, i, "kev_due");

	risk_clock_rules_of(policies, &r->view, &r->rules);
	r->rules.kev_allowance =
	        added != TIMESTAMP_NONE && due != TIMESTAMP_NONE ? due - added : 0;
	r->rules.first_seen = pg_get_timestamp(rows, i, "first_seen");
}

int transition_load_read(const PGresult *result, const struct sla_policies *policies,
                         struct arena *a, struct transition_risks *out, struct error *err)
{
	CLEANUP(json_doc_freep)
	struct json_doc *doc = json_doc_new(MORE_SIZE_MAX, MORE_DEPTH);
	const int n = PQntuples(result);

	out->rows = ARENA_ARRAY(a, struct transition_found, (size_t)n + 1);
	out->n = (size_t)n;
	for (int i = 0; i < n; i++) {
		struct transition_found *found = &out->rows[i];
		const char *more = pg_get_text(result, i, "more");
		struct json_view root;
		int rc;

		found->asked = pg_get_key(result, i, "asked");
		read_risk(result, i, a, &found->risk);
		if ((rc = json_doc_parse(doc, more, strlen(more), &root, err)) < 0 ||
		    (rc = read_segments(root, a, &found->risk, err)) < 0)
			return rc;
		read_tags(root, a, &found->risk.view);
		read_frameworks(root, a, &found->risk.view);
		read_rules(result, i, policies, &found->risk);
	}
	return 0;
}

static int by_asked(const void *key, const void *row)
{
	return key_cmp(key, &((const struct transition_found *)row)->asked);
}

const struct transition_risk *transition_risk_find(const struct transition_risks *risks,
                                                   const struct key *asked)
{
	const struct transition_found *found =
	        bsearch(asked, risks->rows, risks->n, sizeof(*risks->rows), by_asked);

	return found ? &found->risk : NULL;
}

/* --- writing --- */

static void put_segments(struct strbuf *b, const struct transition *t)
{
	json_write_open(b, "segments", '[');
	for (size_t i = 0; i < t->n_segments; i++) {
		const struct transition_segment *s = &t->segments[i];

		json_write_open(b, NULL, '{');
		json_write_int(b, "no", s->number);
		json_write_time(b, "from_at", s->segment.from);
		json_write_int(b, "mode", s->segment.mode);
		json_write_text(b, "reason", s->reason);
		json_write_time(b, "due_at", s->segment.due_at);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

static void put_crossings(struct strbuf *b, const struct transition_risk *r,
                          const struct transition *t)
{
	json_write_open(b, "crossings", '[');
	for (size_t i = 0; i < t->n_crossings; i++) {
		const struct risk_crossing *c = &t->crossings[i];

		json_write_open(b, NULL, '{');
		json_write_time(b, "at", c->at);
		json_write_int(b, "kind", c->kind);
		json_write_int(b, "state", c->state);
		json_write_time(b, "due_at", c->kind == EVENT_DUE ? t->due_at : r->due_at);
		json_write_text(b, "reason", c->reason);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

/* Of the writes of a risk one has this version, so a note of it has this id. */
static struct key note_id(const struct org *org, const struct transition_risk *r,
                          struct arena *a)
{
	char id[KEY_TEXT_MAX];
	const char *texts[] = {key_text(&r->id, id),
	                       arena_printf(a, "%lld", (long long)r->version)};

	return key_of_texts("note", org->id, texts, N_ELEMENTS(texts));
}

static void put_acceptance(struct strbuf *b, const struct transition_acceptance *x)
{
	json_write_key(b, "acceptance", &x->id);
	json_write_int(b, "acceptance_was", x->was);
	json_write_int(b, "acceptance_to", x->to);
	json_write_text(b, "acceptance_reason", x->reason);
}

static void put_decision(struct strbuf *b, const struct transition_writing *w,
                         const struct transition_risk *r, const struct transition *t,
                         struct arena *a)
{
	const struct key note = note_id(w->org, r, a);

	json_write_key(b, "risk", &r->id);
	json_write_int(b, "version", r->version);
	json_write_time(b, "at", t->at);
	json_write_int(b, "state", t->state);
	json_write_int(b, "rank", t->rank);
	json_write_time(b, "due_at", t->due_at);
	json_write_time(b, "next_crossing_at", t->next_crossing_at);
	json_write_time(b, "soon_at", t->soon_at);
	json_write_time(b, "warn_at", t->warn_at);
	json_write_time(b, "reopens_at", t->reopens_at);
	if (t->owner_id)
		json_write_int(b, "owner_id", t->owner_id);
	json_write_int(b, "owner_basis", t->owner_basis);
	if (t->policy_id)
		json_write_int(b, "policy_id", t->policy_id);
	if (t->drops_end)
		json_write_time(b, "drop_from", r->reopens_at);
	put_segments(b, t);
	put_crossings(b, r, t);
	json_write_int(b, "event", t->event);
	json_write_text(b, "event_reason", t->event_reason);
	if (w->want->has_cause)
		json_write_key(b, "cause", &w->want->cause);
	json_write_int(b, "claim", t->claim);
	json_write_text(b, "reason", w->want->reason);
	json_write_key(b, "note", &note);
	json_write_int(b, "lease", t->lease);
	json_write_time(b, "lease_until", t->lease_until);
	json_write_bool(b, "mark", t->marks);
	if (w->want->kind == WANT_DUE)
		json_write_key(b, "extension", &w->want->cause);
	if (w->acceptance)
		put_acceptance(b, w->acceptance);
}

const char *transition_lines_json(const struct transition_writing *w, struct arena *a)
{
	struct strbuf b = {0};
	const char *out;

	json_write_open(&b, NULL, '[');
	for (size_t i = 0; i < w->n; i++) {
		const struct transition_line *line = &w->lines[i];

		json_write_open(&b, NULL, '{');
		json_write_int(&b, "n", (long long)i);
		if (line->risk)
			put_decision(&b, w, line->risk, &line->decided, a);
		json_write_text(&b, "done", line->done);
		json_write_text(&b, "lost", line->lost);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	out = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

void transition_write_bind(const struct transition_writing *w, timestamp now,
                           struct pg_params *p)
{
	pg_bind_int(p, w->org->id);
	pg_bind_timestamp(p, now);
	pg_bind_text(p, w->want->actor);
	pg_bind_text(p, transition_lines_json(w, p->arena));
	pg_bind_bool(p, w->all_or_none);
}

void transition_write_read(const PGresult *result, struct arena *a,
                           struct transition_written *out)
{
	*out = (struct transition_written){
	        .written = pg_get_bool(result, 0, "written"),
	        .busy = pg_get_bool(result, 0, "busy"),
	        .taken = pg_get_bool(result, 0, "taken"),
	        .answer = arena_strdup(a, pg_get_text(result, 0, "answer")),
	        .n_lost = (size_t)pg_get_int(result, 0, "n_lost"),
	};
}

/* --- the command line: all of it, with the tries --- */

struct applying {
	struct pg *pg;
	const struct org *org;
	const struct want *want;
	struct sla_policies policies;
	struct arena *a;
	struct transition_result *out;
	struct transition_line *lines;
	size_t *result_of; /* of each line */
	size_t n_lines;
};

static int load(struct applying *s, const struct key *ids, size_t n, timestamp now,
                struct transition_risks *out, struct error *err)
{
	struct pg_params p = {.arena = s->a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	transition_load_bind(s->org, ids, n, &s->policies, now, &p);
	if ((rc = pg_run(s->pg, STMT_DECIDE_LOAD, &p, &rows, err)) < 0)
		return rc;
	return transition_load_read(rows, &s->policies, s->a, out, err);
}

/* Two ids may lead to one risk: it is decided once. */
static bool is_listed(const struct applying *s, const struct transition_risk *risk)
{
	for (size_t i = 0; i < s->n_lines; i++)
		if (key_cmp(&s->lines[i].risk->id, &risk->id) == 0)
			return true;
	return false;
}

static void decide_one(struct applying *s, size_t i, const struct transition_risk *risk,
                       timestamp now)
{
	struct transition_result *result = &s->out[i];
	struct transition_line *line = &s->lines[s->n_lines];

	*result = (struct transition_result){.gone = !risk};
	if (!risk)
		return;
	result->state = risk->state;
	transition_decide(risk, s->want, now, s->a, &line->decided);
	result->outcome = line->decided.outcome;
	if (result->outcome != TRANSITION_DONE || is_listed(s, risk))
		return;
	line->risk = risk;
	line->done = "d";
	line->lost = "l";
	s->result_of[s->n_lines++] = i;
}

static int write_lines(struct applying *s, bool all_or_none, timestamp now,
                       struct transition_written *out, struct error *err)
{
	const struct transition_writing w = {.org = s->org,
	                                     .want = s->want,
	                                     .lines = s->lines,
	                                     .n = s->n_lines,
	                                     .all_or_none = all_or_none};
	struct pg_params p = {.arena = s->a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	transition_write_bind(&w, now, &p);
	for (int i = 0; i < 3; i++)
		pg_bind_text(&p, NULL); /* no request, no answer that is kept */
	pg_bind_timestamp(&p, now);
	pg_bind_int(&p, 200);
	pg_bind_text(&p, "");
	pg_bind_text(&p, "");
	if ((rc = pg_run(s->pg, STMT_DECIDE_WRITE, &p, &rows, err)) < 0)
		return rc;
	transition_write_read(rows, s->a, out);
	return 0;
}

int transitions_apply(struct pg *pg, const struct org *org, const struct want *want,
                      const struct key *ids, size_t n, timestamp now, struct arena *a,
                      struct transition_result *out, struct error *err)
{
	struct applying s = {.pg = pg,
	                     .org = org,
	                     .want = want,
	                     .a = a,
	                     .out = out,
	                     .lines = ARENA_ARRAY(a, struct transition_line, n + 1),
	                     .result_of = ARENA_ARRAY(a, size_t, n + 1)};
	struct transition_written written = {0};
	int rc = sla_policies_load(pg, org, a, &s.policies, err);

	if (rc < 0)
		return rc;
	for (int try = 1; try <= TRANSITION_TRIES && !written.written; try++) {
		struct transition_risks risks;

		if ((rc = load(&s, ids, n, now, &risks, err)) < 0)
			return rc;
		s.n_lines = 0;
		for (size_t i = 0; i < n; i++)
			decide_one(&s, i, transition_risk_find(&risks, &ids[i]), now);
		if (s.n_lines == 0)
			return 0;
		if ((rc = write_lines(&s, try < TRANSITION_TRIES, now, &written, err)) < 0)
			return rc;
	}
	for (size_t i = 0; i < s.n_lines; i++)
		out[s.result_of[i]].lost = written.answer[2 * i] == 'l';
	return 0;
}

int transition_owner_find(struct pg *pg, const struct org *org, const char *name,
                          int64_t *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_text(&p, name);
	if ((rc = pg_run(pg, STMT_OWNER_NAMED, &p, &rows, err)) < 0)
		return rc;
	if (PQntuples(rows) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no owner \"%s\"", name);
	*out = pg_get_int(rows, 0, "owner_id");
	return 0;
}

/* --- later due times --- */

void extension_put_bind(const struct org *org, const struct extension *e, timestamp now,
                        struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_text(p, e->requested_by);
	pg_bind_key(p, &e->id);
	pg_bind_key(p, &e->risk_id);
	pg_bind_timestamp(p, e->due_at);
	pg_bind_text(p, e->reason);
}

int extension_put(struct pg *pg, const struct org *org, const struct extension *e,
                  timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};

	extension_put_bind(org, e, now, &p);
	for (int i = 0; i < 3; i++)
		pg_bind_text(&p, NULL);
	pg_bind_timestamp(&p, now);
	pg_bind_int(&p, 201);
	pg_bind_text(&p, "");
	return pg_run(pg, STMT_EXTENSION_PUT, &p, NULL, err);
}

bool extension_read(const PGresult *result, struct arena *a, struct extension *out)
{
	if (PQntuples(result) == 0)
		return false;
	out->risk_id = pg_get_key(result, 0, "risk_id");
	out->due_at = pg_get_timestamp(result, 0, "due_at");
	out->state = (int)pg_get_int(result, 0, "state");
	out->reason = text_of(result, 0, "reason", a);
	out->requested_by = text_of(result, 0, "requested_by", a);
	return true;
}
