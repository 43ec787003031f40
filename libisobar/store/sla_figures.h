/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SLA_FIGURES_H
#define ISOBAR_SLA_FIGURES_H

#include "base/strbuf.h"
#include "model/org.h"
#include "model/risk.h"
#include "store/pg.h"
#include "store/queue_store.h"
#include "store/read_scope.h"

/*
 * The figures of the SLA (docs/sla-figures.md).  Reads come in halves, for callers on
 * an event loop, and at once.  pg is open for PG_GROUP_READ.
 */
enum sla_split {
	SLA_SPLIT_NONE,
	SLA_SPLIT_BAND,
	SLA_SPLIT_PROVIDER,
	SLA_SPLIT_OWNER,
	SLA_SPLIT_WEEK
};

int sla_split_parse(const char *name, enum sla_split *out); /* 0, or -1 */

/* Whole weeks, by their Mondays as days since 1970. */
struct sla_period {
	int64_t first, last;
	enum sla_split split;
};

#define SLA_WEEKS_DEFAULT 13
#define SLA_WEEKS_MAX     520

/* The weeks of the days from..to; an empty text is the default: until now, 13 weeks.
 * NULL, or what is wrong with which: *parameter is "from" or "to". */
const char *sla_period_read(const char *from, const char *to, timestamp now,
                            struct sla_period *out, const char **parameter);

/* --- the summary --- */

/* In seconds; n 0: none, and the others mean nothing. */
struct sla_times {
	int64_t n, mean, median, p90;
};

struct sla_part {
	const char *key; /* "critical", "azure", the owner ("": nobody), "2026-11-16" */
	int64_t opened, reopened, resolved, met, missed, breached;
	int64_t flapped, repeated, late;
	struct sla_times acknowledge, resolve;
};

struct sla_summary {
	struct sla_period period;
	int64_t n[N_BANDS][N_RISK_STATES];
	int64_t breached[N_BANDS], due_soon[N_BANDS]; /* of the open ones, now */
	struct sla_part all;
	struct sla_part *parts;
	size_t n_parts;
};

/* STMT_SLA_NOW; STMT_SLA_FACTS and STMT_SLA_TIMES, in this order. */
void sla_now_bind(const struct org *org, timestamp now, struct pg_params *p);
void sla_now_read(const PGresult *result, struct sla_summary *out);
void sla_period_bind(const struct org *org, const struct sla_period *period,
                     struct pg_params *p);
void sla_facts_read(const PGresult *result, struct arena *a, struct sla_summary *out);
void sla_times_read(const PGresult *result, struct arena *a, struct sla_summary *out);

/* out->period is set. */
int sla_summary_load(struct pg *pg, const struct org *org, timestamp now, struct arena *a,
                     struct sla_summary *out, struct error *err) MUST_CHECK;

/* Members of an open JSON object, the same in every interface. */
void sla_summary_put(struct strbuf *b, const struct sla_summary *s);
const char *sla_split_name(enum sla_split split);       /* "band"; NULL for none */
const char *sla_day_text(int64_t day, struct arena *a); /* "2026-11-16" */

/* --- the forecast --- */

#define SLA_FORECAST_DAYS 14

struct sla_forecast_row {
	const char *day; /* "2026-11-16", UTC */
	enum band band;
	int64_t breaches, acceptances;
};

struct sla_forecast {
	struct sla_forecast_row
	        *rows; /* by day, then band from the worst; none of only zeros */
	size_t n;
};

/* STMT_SLA_FORECAST. */
void sla_forecast_bind(const struct org *org, timestamp now, struct pg_params *p);
void sla_forecast_read(const PGresult *result, struct arena *a, struct sla_forecast *out);
int sla_forecast_load(struct pg *pg, const struct org *org, timestamp now, struct arena *a,
                      struct sla_forecast *out, struct error *err) MUST_CHECK;
void sla_forecast_row_put(struct strbuf *b, const struct sla_forecast_row *row);

/* --- what is overdue --- */

struct sla_place {
	timestamp due_at; /* INT64_MIN: before the first */
	struct key id;
};

/* STMT_SLA_BREACHES: rows as page_row_read() reads them. */
void sla_breaches_bind(const struct org *org, timestamp now, const struct sla_place *after,
                       const struct read_scope *scope, int limit, struct pg_params *p);
int sla_breaches_load(struct pg *pg, const struct org *org, timestamp now,
                      const struct sla_place *after, int limit, struct arena *a,
                      struct queue_page *out, struct error *err) MUST_CHECK;

#endif
