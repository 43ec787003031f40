/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what store/event_sequence.c counts, and what is open now. */
#include "store/sla_figures.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/json_write.h"
#include "model/resource.h"
#include "store/duration.h"
#include "store/read_private.h"
#include "store/read_results.h"

#define DAY_USEC INT64_C(86400000000)

/* sla_now.sql: what, beside states. */
enum {
	NOW_BREACHED = N_RISK_STATES,
	NOW_DUE_SOON
};

static const char *const split_names[] = {NULL, "band", "provider", "owner", "week"};

const char *sla_split_name(enum sla_split split)
{
	return split_names[split];
}

int sla_split_parse(const char *name, enum sla_split *out)
{
	for (size_t i = 1; i < N_ELEMENTS(split_names); i++)
		if (strcmp(split_names[i], name) == 0) {
			*out = (enum sla_split)i;
			return 0;
		}
	return -1;
}

const char *sla_day_text(int64_t day, struct arena *a)
{
	char text[TIMESTAMP_TEXT_MAX];

	timestamp_format(day * DAY_USEC, text);
	text[10] = '\0'; /* the date alone */
	return arena_strdup(a, text);
}

/* --- weeks --- */

#define DAY_FIRST INT64_C(-719162) /* 0001-01-01, a Monday */
#define DAY_LAST  INT64_C(2932896) /* 9999-12-31, a Friday */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* 1970-01-01 was a Thursday. */
static int64_t monday_of(int64_t day)
{
	return floor_div(day + 3, 7) * 7 - 3;
}

/* "2026-11-16" as days since 1970; false: it is no date. */
static bool read_day(const char *text, int64_t *out)
{
	char full[32];
	struct error err;
	timestamp t;

	if (strlen(text) != 10 ||
	    snprintf(full, sizeof(full), "%sT00:00:00Z", text) != 20 ||
	    timestamp_parse(full, &t, &err) < 0)
		return false;
	*out = floor_div(t, DAY_USEC);
	return true;
}

const char *sla_period_read(const char *from, const char *to, timestamp now,
                            struct sla_period *out, const char **parameter)
{
	int64_t first, last = floor_div(now, DAY_USEC);

	*parameter = "to";
	if (*to && !read_day(to, &last))
		return "is a day like 2026-11-16";
	out->last = monday_of(last);
	first = out->last - 7 * (SLA_WEEKS_DEFAULT - 1);
	if (first < DAY_FIRST)
		first = DAY_FIRST;
	*parameter = "from";
	if (*from && !read_day(from, &first))
		return "is a day like 2026-11-16";
	out->first = monday_of(first);
	if (out->first > out->last)
		return "is after the end of the period";
	if (out->last - out->first >= 7 * SLA_WEEKS_MAX)
		return "is more than 520 weeks before the end of the period";
	return NULL;
}

/* --- the summary --- */

void sla_now_bind(const struct org *org, timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
}

void sla_now_read(const PGresult *result, struct sla_summary *out)
{
	for (int i = 0; i < PQntuples(result); i++) {
		const int64_t band = pg_get_int(result, i, "band");
		const int64_t what = pg_get_int(result, i, "what");
		const int64_t n = pg_get_int(result, i, "n");

		assert(band >= 0 && band < N_BANDS && what >= 0 && what <= NOW_DUE_SOON);
		if (what == NOW_BREACHED)
			out->breached[band] = n;
		else if (what == NOW_DUE_SOON)
			out->due_soon[band] = n;
		else
			out->n[band][what] = n;
	}
}

void sla_period_bind(const struct org *org, const struct sla_period *period,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_text(p, sla_day_text(period->first, p->arena));
	pg_bind_text(p, sla_day_text(period->last, p->arena));
	pg_bind_int(p, period->split);
}

static const char *key_of_part(const struct sla_period *period, const PGresult *result,
                               int row, struct arena *a)
{
	const int64_t part = pg_get_int(result, row, "part");

	switch (period->split) {
	case SLA_SPLIT_BAND:
		assert(part >= 0 && part < N_BANDS);
		return band_name((enum band)part);
	case SLA_SPLIT_PROVIDER:
		assert(part >= 0 && part < N_PROVIDERS);
		return provider_name((enum provider)part);
	case SLA_SPLIT_OWNER:
		/* An owner that was deleted keeps its number. */
		return part == 0 ? ""
		       : pg_is_null(result, row, "owner")
		               ? arena_printf(a, "#%lld", (long long)part)
		               : arena_strdup(a, pg_get_text(result, row, "owner"));
	case SLA_SPLIT_WEEK:
		return sla_day_text(part, a);
	case SLA_SPLIT_NONE:
		break;
	}
	return "";
}

/* Milliseconds to the nearest second. */
static int64_t seconds_of(int64_t ms)
{
	return (ms + 500) / 1000;
}

static struct sla_times times_of(int64_t n, int64_t sum_ms)
{
	return (struct sla_times){.n = n, .mean = n ? seconds_of(sum_ms / n) : 0};
}

static struct sla_part part_read(const PGresult *result, int row)
{
	const int64_t n_resolved = pg_get_int(result, row, "resolved");

	return (struct sla_part){
	        .key = "",
	        .opened = pg_get_int(result, row, "opened"),
	        .reopened = pg_get_int(result, row, "reopened"),
	        .resolved = n_resolved,
	        .met = pg_get_int(result, row, "met"),
	        .missed = pg_get_int(result, row, "missed"),
	        .breached = pg_get_int(result, row, "breached"),
	        .flapped = pg_get_int(result, row, "flapped"),
	        .repeated = pg_get_int(result, row, "repeated"),
	        .late = pg_get_int(result, row, "late"),
	        .acknowledge = times_of(pg_get_int(result, row, "n_acknowledged"),
	                                pg_get_int(result, row, "acknowledge_ms")),
	        .resolve = times_of(n_resolved, pg_get_int(result, row, "resolve_ms")),
	};
}

void sla_facts_read(const PGresult *result, struct arena *a, struct sla_summary *out)
{
	const int n = PQntuples(result);

	out->parts = ARENA_ARRAY(a, struct sla_part, (size_t)n + 1);
	out->n_parts = 0;
	for (int i = 0; i < n; i++) {
		const struct sla_part part = part_read(result, i);

		if (pg_is_null(result, i, "part")) {
			out->all = part;
			continue;
		}
		out->parts[out->n_parts] = part;
		out->parts[out->n_parts++].key = key_of_part(&out->period, result, i, a);
	}
}

/* The part that a row of the times belongs to; both lists are by part. */
static struct sla_part *part_of(struct sla_summary *s, const PGresult *result, int row,
                                struct arena *a)
{
	const char *key;

	if (pg_is_null(result, row, "part"))
		return &s->all;
	key = key_of_part(&s->period, result, row, a);
	for (size_t i = 0; i < s->n_parts; i++)
		if (strcmp(s->parts[i].key, key) == 0)
			return &s->parts[i];
	return NULL; /* counted between the two statements */
}

static bool same_distribution(const PGresult *result, int i, int k)
{
	return pg_is_null(result, i, "part") == pg_is_null(result, k, "part") &&
	       pg_get_int(result, i, "part") == pg_get_int(result, k, "part") &&
	       pg_get_int(result, i, "measure") == pg_get_int(result, k, "measure");
}

void sla_times_read(const PGresult *result, struct arena *a, struct sla_summary *out)
{
	const int n = PQntuples(result);
	struct duration_count *counts =
	        ARENA_ARRAY(a, struct duration_count, DURATION_BUCKETS);
	int next;

	for (int i = 0; i < n; i = next) {
		struct sla_part *part = part_of(out, result, i, a);
		struct sla_times *times;
		size_t n_counts = 0;

		for (next = i; next < n && same_distribution(result, i, next); next++)
			counts[n_counts++] = (struct duration_count){
			        .bucket = (int)pg_get_int(result, next, "bucket"),
			        .n = pg_get_int(result, next, "n")};
		if (!part)
			continue;
		times = pg_get_int(result, i, "measure") == 0 ? &part->acknowledge
		                                              : &part->resolve;
		times->median = seconds_of(duration_quantile(counts, n_counts, 50));
		times->p90 = seconds_of(duration_quantile(counts, n_counts, 90));
	}
}

int sla_summary_load(struct pg *pg, const struct org *org, timestamp now, struct arena *a,
                     struct sla_summary *out, struct error *err)
{
	static const enum statement statements[] = {STMT_SLA_NOW, STMT_SLA_FACTS,
	                                            STMT_SLA_TIMES};

	for (size_t i = 0; i < N_ELEMENTS(statements); i++) {
		CLEANUP(pg_clearp) PGresult *result = NULL;
		struct pg_params p = {.arena = a};
		int rc;

		if (i == 0)
			sla_now_bind(org, now, &p);
		else
			sla_period_bind(org, &out->period, &p);
		if ((rc = pg_run(pg, statements[i], &p, &result, err)) < 0)
			return rc;
		if (i == 0)
			sla_now_read(result, out);
		else if (i == 1)
			sla_facts_read(result, a, out);
		else
			sla_times_read(result, a, out);
	}
	return 0;
}

/* --- as JSON --- */

static void put_times(struct strbuf *b, const char *key, const struct sla_times *t)
{
	const struct {
		const char *name;
		int64_t seconds;
	} members[] = {{"mean_seconds", t->mean},
	               {"median_seconds", t->median},
	               {"p90_seconds", t->p90}};

	json_write_open(b, key, '{');
	json_write_int(b, "n", t->n);
	for (size_t i = 0; i < N_ELEMENTS(members); i++)
		if (t->n)
			json_write_int(b, members[i].name, members[i].seconds);
		else
			json_write_null(b, members[i].name);
	json_write_close(b, '}');
}

/* Of those that had a due time; in thousandths, as text: "0.125". */
static void put_rate(struct strbuf *b, const char *key, int64_t part, int64_t all)
{
	char text[32];
	int64_t rate;

	if (all == 0) {
		json_write_null(b, key);
		return;
	}
	rate = (part * 2000 + all) / (2 * all);
	snprintf(text, sizeof(text), "%lld.%03lld", (long long)(rate / 1000),
	         (long long)(rate % 1000));
	json_write_raw(b, key, text);
}

static void put_part(struct strbuf *b, const struct sla_part *part)
{
	json_write_int(b, "opened", part->opened);
	json_write_int(b, "reopened", part->reopened);
	json_write_int(b, "resolved", part->resolved);
	json_write_int(b, "met", part->met);
	json_write_int(b, "missed", part->missed);
	put_rate(b, "breach_rate", part->missed, part->met + part->missed);
	json_write_int(b, "breached", part->breached);
	json_write_int(b, "flapped", part->flapped);
	json_write_int(b, "repeated", part->repeated);
	json_write_int(b, "late", part->late);
	put_times(b, "acknowledge", &part->acknowledge);
	put_times(b, "resolve", &part->resolve);
}

static void put_now(struct strbuf *b, const struct sla_summary *s)
{
	json_write_open(b, "now", '{');
	for (int band = N_BANDS - 1; band >= 0; band--) {
		json_write_open(b, band_name((enum band)band), '{');
		for (int state = 0; state < N_RISK_STATES; state++)
			json_write_int(b, risk_state_name((enum risk_state)state),
			               s->n[band][state]);
		json_write_int(b, "breached", s->breached[band]);
		json_write_int(b, "due_soon", s->due_soon[band]);
		json_write_close(b, '}');
	}
	json_write_close(b, '}');
}

static void put_day(struct strbuf *b, const char *key, int64_t day)
{
	ARENA_SCOPED a = arena_new(64);

	json_write_text(b, key, sla_day_text(day, a));
}

void sla_summary_put(struct strbuf *b, const struct sla_summary *s)
{
	put_now(b, s);
	put_day(b, "from", s->period.first);
	put_day(b, "to", s->period.last + 6 < DAY_LAST ? s->period.last + 6 : DAY_LAST);
	json_write_open(b, "all", '{');
	put_part(b, &s->all);
	json_write_close(b, '}');
	json_write_text(b, "by", sla_split_name(s->period.split));
	json_write_open(b, "items", '[');
	for (size_t i = 0; i < s->n_parts; i++) {
		const struct sla_part *part = &s->parts[i];

		json_write_open(b, NULL, '{');
		json_write_stated(b, "key", part->key);
		put_part(b, part);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

/* --- the forecast --- */

void sla_forecast_bind(const struct org *org, timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_timestamp(p, now + SLA_FORECAST_DAYS * DAY_USEC);
}

void sla_forecast_read(const PGresult *result, struct arena *a, struct sla_forecast *out)
{
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct sla_forecast_row, out->n + 1);
	for (size_t i = 0; i < out->n; i++)
		out->rows[i] = (struct sla_forecast_row){
		        .day = sla_day_text(pg_get_int(result, (int)i, "day"), a),
		        .band = (enum band)pg_get_int(result, (int)i, "band"),
		        .breaches = pg_get_int(result, (int)i, "breaches"),
		        .acceptances = pg_get_int(result, (int)i, "acceptances")};
}

int sla_forecast_load(struct pg *pg, const struct org *org, timestamp now, struct arena *a,
                      struct sla_forecast *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	sla_forecast_bind(org, now, &p);
	if ((rc = pg_run(pg, STMT_SLA_FORECAST, &p, &result, err)) < 0)
		return rc;
	sla_forecast_read(result, a, out);
	return 0;
}

void sla_forecast_row_put(struct strbuf *b, const struct sla_forecast_row *row)
{
	json_write_text(b, "day", row->day);
	json_write_text(b, "band", band_name(row->band));
	json_write_int(b, "breaches", row->breaches);
	json_write_int(b, "acceptances", row->acceptances);
}

/* --- what is overdue --- */

void sla_breaches_bind(const struct org *org, timestamp now, const struct sla_place *after,
                       const struct read_scope *scope, int limit, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	if (after->due_at == INT64_MIN)
		pg_bind_text(p, "-infinity");
	else
		pg_bind_timestamp(p, after->due_at);
	pg_bind_key(p, &after->id);
	pg_bind_int(p, limit);
	read_scope_bind(scope, p);
}

int sla_breaches_load(struct pg *pg, const struct org *org, timestamp now,
                      const struct sla_place *after, int limit, struct arena *a,
                      struct queue_page *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	struct source_list sources;
	int rc;

	sla_breaches_bind(org, now, after, &(struct read_scope){0}, limit, &p);
	if ((rc = source_list_load(pg, org, a, &sources, err)) < 0 ||
	    (rc = pg_run(pg, STMT_SLA_BREACHES, &p, &result, err)) < 0)
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
