/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUEUE_STORE_H
#define ISOBAR_QUEUE_STORE_H

#include "base/arena.h"
#include "model/org.h"
#include "model/responsibility.h"
#include "model/risk.h"
#include "model/risk_clock.h"
#include "store/pg.h"

/*
 * The queue as people and programs read it.  Results are structs whose texts live in
 * the caller's arena.  pg is open for PG_GROUP_READ.
 */

/* A source of the org. */
struct source_row {
	int64_t id;
	const char *name, *connector;
};

struct source_list {
	struct source_row *rows; /* by id, ascending */
	size_t n;
};

int source_list_load(struct pg *pg, const struct org *org, struct arena *a,
                     struct source_list *out, struct error *err) MUST_CHECK;
const struct source_row *source_find(const struct source_list *sources, int64_t id);
const char *source_name_of(const struct source_list *sources, int64_t id); /* "" unknown */

#define FILTER_ANY (-2) /* of a number: all; -1 is the unknown layer */

/* What a page shows.  Texts: NULL is all.  Start from queue_filter_init(). */
struct queue_filter {
	unsigned int responsibilities; /* bit of each enum verdict; 0: none at all */
	int band, state, provider, class, layer;
	const char *account, *region, *owner, *source, *subject, *asset, *text;
	bool has_fix; /* those that this fix closes */
	struct key fix_id;
	int limit;
	bool has_after; /* the page after this row */
	int64_t after_rank;
	struct key after_id;
};

void queue_filter_init(struct queue_filter *f);

struct clock_segment {
	timestamp from;
	enum sla_mode mode;
	enum band band;
	const char *reason, *actor;
};

/* A risk as the queue shows it. */
struct queue_risk {
	struct key id;
	int64_t rank;
	int score;
	enum band band;
	enum risk_state state;
	enum finding_class class;
	enum verdict responsibility;
	int layer; /* enum layer, or -1 */
	int n_findings;
	const char *title, *subject, *location;
	const char *owner; /* NULL: nobody */
	struct resource resource;
	timestamp opened_at, due_at, resolved_at;
	const char **sources; /* names, each once */
	size_t n_sources;
	const struct clock_segment *segments;
	size_t n_segments;
	enum sla_state sla; /* at the filter's now */
};

struct queue_page {
	struct queue_risk *risks;
	size_t n;
};

/* Right at now, whatever the sweeper did: rank and slot of the past crossings are new. */
int queue_list(struct pg *pg, const struct org *org, const struct queue_filter *filter,
               timestamp now, struct arena *a, struct queue_page *out,
               struct error *err) MUST_CHECK;

/* Open risks in each band. */
int queue_totals(struct pg *pg, const struct org *org, unsigned int responsibilities,
                 int64_t out[N_BANDS], struct error *err) MUST_CHECK;

#endif
