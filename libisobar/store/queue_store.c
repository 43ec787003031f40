/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the queue to structs.  Pages are small (a thousand risks at most), so they
 * are read in text form, by column name; what a page needs beside its rows (ledgers,
 * names of sources) is read once for the whole page.
 */
#include "store/queue_store.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/risk_times.h"
#include "store/read_private.h"
#include "store/read_results.h"

int64_t *pg_int_array(const char *text, struct arena *a, size_t *n_out)
{
	size_t room = 1;

	for (const char *p = text; *p; p++)
		room += *p == ',';
	int64_t *out = ARENA_ARRAY(a, int64_t, room);
	size_t n = 0;

	/* What PostgreSQL writes for an array of integers without nulls. */
	for (const char *p = text; *p == '{' || *p == ',';) {
		char *end;
		const long long value = strtoll(p + 1, &end, 10);

		if (end == p + 1)
			break;
		assert(n < room);
		out[n++] = value;
		p = end;
	}
	*n_out = n;
	return out;
}

/* --- sources --- */

void source_list_read(const PGresult *result, struct arena *a, struct source_list *out)
{
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct source_row, out->n + 1);
	for (int i = 0; i < (int)out->n; i++)
		out->rows[i] = (struct source_row){
		        .id = pg_get_int(result, i, "source_id"),
		        .name = arena_strdup(a, pg_get_text(result, i, "name")),
		        .connector = arena_strdup(a, pg_get_text(result, i, "connector")),
		};
}

int source_list_load(struct pg *pg, const struct org *org, struct arena *a,
                     struct source_list *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;

	pg_bind_int(&p, org->id);
	const int rc = pg_run(pg, STMT_SOURCE_LIST, &p, &result, err);

	if (rc < 0)
		return rc;
	source_list_read(result, a, out);
	return 0;
}

static int by_id(const void *key, const void *row)
{
	const int64_t a = *(const int64_t *)key, b = ((const struct source_row *)row)->id;

	return (a > b) - (a < b);
}

const struct source_row *source_find(const struct source_list *sources, int64_t id)
{
	return bsearch(&id, sources->rows, sources->n, sizeof(*sources->rows), by_id);
}

const char *source_name_of(const struct source_list *sources, int64_t id)
{
	const struct source_row *row = source_find(sources, id);

	return row ? row->name : "";
}

/* --- the filter --- */

void queue_filter_init(struct queue_filter *f)
{
	*f = (struct queue_filter){
	        .responsibilities = (1u << N_VERDICTS) - 1,
	        .band = FILTER_ANY,
	        .state = FILTER_ANY,
	        .provider = FILTER_ANY,
	        .class = FILTER_ANY,
	        .layer = FILTER_ANY,
	        .limit = 25,
	};
}

static void bind_number(struct pg_params *p, int value)
{
	if (value == FILTER_ANY)
		pg_bind_text(p, NULL);
	else
		pg_bind_int(p, value);
}

void pg_bind_set(struct pg_params *p, unsigned int set, int n)
{
	struct strbuf text = {0};

	if (set == (1u << n) - 1) {
		pg_bind_text(p, NULL);
		return;
	}
	for (int i = 0; i < n; i++)
		if (set & 1u << i)
			strbuf_printf(&text, "%s%d", text.size ? "," : "", i);
	pg_bind_text(p, arena_printf(p->arena, "{%s}", strbuf_text(&text)));
	strbuf_done(&text);
}

/* A name may be that of several sources, one a connector; a connector's name counts too. */
static void bind_sources(struct pg_params *p, const char *name,
                         const struct source_list *sources)
{
	struct strbuf text = {0};

	if (!name) {
		pg_bind_text(p, NULL);
		return;
	}
	for (size_t i = 0; i < sources->n; i++)
		if (strcmp(sources->rows[i].name, name) == 0 ||
		    strcmp(sources->rows[i].connector, name) == 0)
			strbuf_printf(&text, "%s%" PRId64, text.size ? "," : "",
			              sources->rows[i].id);
	pg_bind_text(p, arena_printf(p->arena, "{%s}", strbuf_text(&text)));
	strbuf_done(&text);
}

static void bind_filter(struct pg_params *p, const struct queue_filter *f,
                        const struct source_list *sources)
{
	pg_bind_int(p, f->limit);
	pg_bind_bool(p, f->state != FILTER_ANY &&
	                        !risk_state_is_open((enum risk_state)f->state));
	pg_bind_set(p, f->responsibilities, N_VERDICTS);
	bind_number(p, f->band);
	bind_number(p, f->state);
	bind_number(p, f->provider);
	pg_bind_text(p, f->account);
	pg_bind_text(p, f->region);
	bind_number(p, f->class);
	bind_number(p, f->layer);
	pg_bind_text(p, f->owner);
	bind_sources(p, f->source, sources);
	pg_bind_text(p, f->subject);
	pg_bind_text(p, f->asset);
	pg_bind_text(p, f->text);
	if (f->has_after) {
		pg_bind_int(p, f->after_rank);
		pg_bind_key(p, &f->after_id);
	} else {
		pg_bind_text(p, NULL);
		pg_bind_text(p, NULL);
	}
	if (f->has_fix)
		pg_bind_key(p, &f->fix_id);
	else
		pg_bind_text(p, NULL);
}

/* --- rows --- */

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

static int number_of(const PGresult *result, int row, const char *field, int count)
{
	const int64_t value = pg_get_int(result, row, field);

	assert(value >= 0 && value < count); /* the schema's checks, and our own writers */
	return (int)value;
}

struct resource queue_resource_read(const PGresult *result, int row, struct arena *a)
{
	return (struct resource){
	        .provider = (enum provider)number_of(result, row, "provider", N_PROVIDERS),
	        .account = text_of(result, row, "account", a),
	        .region = text_of(result, row, "region", a),
	        .type = text_of(result, row, "asset_type", a),
	        .name = text_of(result, row, "asset_name", a),
	        .raw = "",
	        .id = text_of(result, row, "asset", a),
	};
}

void queue_risk_read(const PGresult *result, int row, struct arena *a,
                     struct queue_risk *out)
{
	const int64_t layer = pg_get_int(result, row, "layer");

	*out = (struct queue_risk){
	        .id = pg_get_key(result, row, "risk_id"),
	        .score = (int)pg_get_int(result, row, "score"),
	        .band = (enum band)number_of(result, row, "band", N_BANDS),
	        .state = (enum risk_state)number_of(result, row, "state", N_RISK_STATES),
	        .class = (enum finding_class)number_of(result, row, "class",
	                                               N_FINDING_CLASSES),
	        .responsibility =
	                (enum verdict)number_of(result, row, "responsibility", N_VERDICTS),
	        .layer = layer >= 0 && layer < N_LAYERS ? (int)layer : -1,
	        .n_findings = (int)pg_get_int(result, row, "n_findings"),
	        .title = text_of(result, row, "title", a),
	        .subject = text_of(result, row, "subject", a),
	        .location = text_of(result, row, "location", a),
	        .owner = pg_is_null(result, row, "owner")
	                         ? NULL
	                         : text_of(result, row, "owner", a),
	        .resource = queue_resource_read(result, row, a),
	        .opened_at = pg_get_timestamp(result, row, "opened_at"),
	        .due_at = pg_get_timestamp(result, row, "due_at"),
	        .resolved_at = pg_get_timestamp(result, row, "resolved_at"),
	        .sla = SLA_NONE,
	};
}

void queue_sources_read(const PGresult *result, int row, const struct source_list *sources,
                        struct arena *a, struct queue_risk *out)
{
	size_t n;
	const int64_t *ids = pg_int_array(pg_get_text(result, row, "source_ids"), a, &n);

	out->sources = ARENA_ARRAY(a, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const char *name = source_name_of(sources, ids[i]);
		size_t k = 0;

		while (k < out->n_sources && strcmp(out->sources[k], name) != 0)
			k++;
		if (k == out->n_sources)
			out->sources[out->n_sources++] = name;
	}
}

/* --- ledgers --- */

struct id_order {
	struct key id;
	size_t at;
};

static int by_key(const void *a, const void *b)
{
	return key_cmp(&((const struct id_order *)a)->id,
	               &((const struct id_order *)b)->id);
}

/* rank, state and due time are those of now already. */
static enum sla_state sla_of(const struct queue_risk *risk)
{
	const struct risk_row_times row = {.band = risk->band,
	                                   .state = risk->state,
	                                   .responsibility = risk->responsibility,
	                                   .score = risk->score,
	                                   .rank = risk->rank,
	                                   .due_at = risk->due_at,
	                                   .resolved_at = risk->resolved_at};

	return risk_row_sla(&row);
}

static void attach(const PGresult *result, struct queue_risk *risks, size_t n,
                   struct arena *a)
{
	const int rows = PQntuples(result);
	struct clock_segment *all = ARENA_ARRAY(a, struct clock_segment, (size_t)rows + 1);
	struct id_order *order = ARENA_ARRAY(a, struct id_order, n + 1);

	for (size_t i = 0; i < n; i++)
		order[i] = (struct id_order){risks[i].id, i};
	qsort(order, n, sizeof(*order), by_key);
	for (int i = 0; i < rows; i++) {
		const struct id_order key = {.id = pg_get_key(result, i, "risk_id")};
		const struct id_order *found =
		        bsearch(&key, order, n, sizeof(*order), by_key);
		struct queue_risk *risk = found ? &risks[found->at] : NULL;

		all[i] = (struct clock_segment){
		        .from = pg_get_timestamp(result, i, "from_at"),
		        .mode = (enum sla_mode)number_of(result, i, "mode",
		                                         SLA_MODE_STOPPED + 1),
		        .band = (enum band)number_of(result, i, "band", N_BANDS),
		        .reason = text_of(result, i, "reason", a),
		        .actor = text_of(result, i, "actor", a),
		};
		if (!risk)
			continue;
		if (!risk->n_segments++)
			risk->segments = &all[i];
	}
}

void queue_clocks_bind(const struct org *org, const struct queue_risk *risks, size_t n,
                       struct pg_params *p)
{
	struct strbuf ids = {0};
	char text[KEY_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		strbuf_printf(&ids, "%c%s", i ? ',' : '{', key_text(&risks[i].id, text));
	strbuf_puts(&ids, n ? "}" : "{}");
	pg_bind_int(p, org->id);
	pg_bind_text(p, arena_strdup(p->arena, strbuf_text(&ids)));
	strbuf_done(&ids);
}

void queue_clocks_read(const PGresult *result, struct queue_risk *risks, size_t n,
                       struct arena *a)
{
	attach(result, risks, n, a);
	for (size_t i = 0; i < n; i++)
		risks[i].sla = sla_of(&risks[i]);
}

int queue_clocks_load(struct pg *pg, const struct org *org, struct queue_risk *risks,
                      size_t n, struct arena *a, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;

	if (n == 0)
		return 0;
	queue_clocks_bind(org, risks, n, &p);
	const int rc = pg_run(pg, STMT_CLOCK_LIST, &p, &result, err);

	if (rc < 0)
		return rc;
	queue_clocks_read(result, risks, n, a);
	return 0;
}

/* --- pages --- */

int queue_list(struct pg *pg, const struct org *org, const struct queue_filter *filter,
               timestamp now, struct arena *a, struct queue_page *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	struct source_list sources;
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	if ((rc = source_list_load(pg, org, a, &sources, err)) < 0)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	bind_filter(&p, filter, &sources);
	if ((rc = pg_run(pg, STMT_QUEUE_LIST, &p, &result, err)) < 0)
		return rc;
	out->n = (size_t)PQntuples(result);
	out->risks = ARENA_ARRAY(a, struct queue_risk, out->n + 1);
	for (int i = 0; i < (int)out->n; i++) {
		queue_risk_read(result, i, a, &out->risks[i]);
		out->risks[i].rank = pg_get_int(result, i, "rank");
		queue_sources_read(result, i, &sources, a, &out->risks[i]);
	}
	return queue_clocks_load(pg, org, out->risks, out->n, a, err);
}

int queue_totals(struct pg *pg, const struct org *org, unsigned int responsibilities,
                 int64_t out[N_BANDS], struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;

	memset(out, 0, N_BANDS * sizeof(*out));
	pg_bind_int(&p, org->id);
	pg_bind_set(&p, responsibilities, N_VERDICTS);
	const int rc = pg_run(pg, STMT_QUEUE_TOTALS, &p, &result, err);

	if (rc < 0)
		return rc;
	for (int i = 0; i < PQntuples(result); i++)
		out[number_of(result, i, "band", N_BANDS)] = pg_get_int(result, i, "n");
	return 0;
}
