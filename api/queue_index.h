/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUEUE_INDEX_H
#define ISOBAR_QUEUE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/timestamp.h"
#include "model/key.h"
#include "model/responsibility.h"
#include "model/risk.h"

/*
 * The risks of one org as columns in memory, to answer which of them match a filter,
 * in which order, and how many have which value.  Every question is one pass over the
 * columns that it names, so that its time depends neither on what is filtered nor on
 * how the values are spread.  The index gives ids; the rows of a page are read from the
 * store.  Pure: now is an argument, and nothing is remembered between questions.
 *
 * What is asked for means what queue_list.sql makes of it, crossings included.  Texts
 * are compared byte by byte, but for title and CVE, where ASCII letters have no case.
 */
struct queue_index;

/* seed: not known outside, so that nobody can choose texts that fall together. */
struct queue_index *queue_index_new(uint64_t seed) NON_NULL;
void queue_index_free(struct queue_index *ix); /* NULL is fine */
void queue_index_freep(struct queue_index **ix);

/*
 * A row of risk with what its asset and owner add.  Numbers are within their ranges, which
 * whoever reads them from the store sees to.  Everything is copied.
 */
struct index_risk {
	struct key id;
	int64_t rank; /* as stored: 0..65535, of which risk_rank() takes a quarter */
	timestamp opened_at;
	timestamp due_at, next_crossing_at, resolved_at; /* TIMESTAMP_NONE: null */
	timestamp reopens_at, soon_at;                   /* of RISK_ACCEPTED; likewise */
	int score;                                       /* 0..1000 */
	enum band band;
	enum risk_state state;
	enum finding_class class;
	enum verdict responsibility;
	enum provider provider;
	int layer; /* enum layer, or -1 */
	/* NULL: there is none; no filter matches it. */
	const char *account, *region, *owner, *subject, *asset_id, *asset_name, *title;
	const char *location, *asset_type; /* only shown */
	int n_findings;
	const int64_t *source_ids; /* ascending, as stored */
	size_t n_sources;
};

/*
 * A risk as it stands at a time: rank and SLA state are those of now.  Texts are
 * borrowed until the next change of the index, sources live in a; what was NULL is "",
 * but for owner.
 */
bool queue_index_get(const struct queue_index *ix, const struct key *id, timestamp now,
                     struct arena *a, struct index_risk *out, enum sla_state *sla_out);

/* Inserts, or replaces what has the id. */
void queue_index_put(struct queue_index *ix, const struct index_risk *r);
bool queue_index_remove(struct queue_index *ix, const struct key *id); /* was it there? */
void queue_index_clear(struct queue_index *ix); /* of risks; sources stay */

size_t queue_index_count(const struct queue_index *ix);

/* Bytes allocated: what each risk costs, and the texts, which risks share. */
struct index_memory {
	size_t rows, texts;
};

struct index_memory queue_index_memory(const struct queue_index *ix);

/* Providers and types of assets with open risks of which nobody knows whose duty they
 * are. */
size_t queue_index_unknown_types(const struct queue_index *ix);

/* The sources of the org, in place of those before; copied. */
struct index_source {
	int64_t id;
	const char *name, *connector;
};

void queue_index_set_sources(struct queue_index *ix, const struct index_source *sources,
                             size_t n);

#define INDEX_LAYER_BIT(layer) (1u << ((layer) + 1)) /* of enum layer, or of -1 */

/* Which risks: those that match all of it.  Start from index_filter_init(). */
struct index_filter {
	/* A bit of each value of the enum; 0 matches nothing. */
	unsigned int bands, states, providers, classes, responsibilities;
	unsigned int layers; /* by INDEX_LAYER_BIT() */
	int min_score, max_score;
	/* NULL: any. */
	const char *account, *region, *owner;
	const char *source;  /* name or connector, of one or several sources */
	const char *subject; /* or a bare CVE: "CVE-2024-3094" is "cve:CVE-2024-3094" */
	const char *text;    /* a part of the title */
	/* One of them is the canonical id or the name of the asset.  An asset that has
	 * other names is found by them if the caller adds its canonical id here. */
	const char *const *assets;
	size_t n_assets;      /* 0: any */
	timestamp due_before; /* due, and earlier than this; TIMESTAMP_NONE: any */

	/* What a role may see: one of these accounts, or one of these owners. */
	bool is_scoped;
	const char *const *scope_accounts, *const *scope_owners;
	size_t n_scope_accounts, n_scope_owners;
};

void index_filter_init(struct index_filter *f); /* matches all */

enum index_order {
	INDEX_BY_RANK,  /* rank at now and id, both descending */
	INDEX_BY_DUE,   /* due_at, those without one last, then id */
	INDEX_BY_OPENED /* opened_at, then id */
};

#define INDEX_NEVER_DUE INT64_MAX

/* A risk of a page, and where the next page begins. */
struct index_hit {
	struct key id;
	int64_t key; /* rank at now, due_at or INDEX_NEVER_DUE, opened_at: by the order */
};

/*
 * The first limit risks in order that match filter and come after the hit after (NULL:
 * from the start).  out has room for limit hits; gives how many there are.  now and
 * order of a walk stay the same from page to page.
 */
struct index_page_query {
	const struct index_filter *filter;
	enum index_order order;
	const struct index_hit *after;
	size_t limit;
	timestamp now;
};

size_t queue_index_page(const struct queue_index *ix, const struct index_page_query *query,
                        struct index_hit *out);

/*
 * Tells the processor that these hits, n up to INDEX_EXPECT_MAX, are got next.  A risk is
 * spread over thirty columns; at 10^6 risks each is a wait for memory, which many can
 * share.
 */
#define INDEX_EXPECT_MAX 8
void queue_index_expect(const struct queue_index *ix, const struct index_hit *hits,
                        size_t n);

/* Is it the canonical id or the name of an asset that has risks? */
bool queue_index_names_asset(const struct queue_index *ix, const char *text);

/*
 * Makes pages by rank fast: call it before queue_index_page() with the same now.  Sorts
 * what has changed since the last time.
 */
void queue_index_settle(struct queue_index *ix, timestamp now);

/*
 * Opens what was accepted until now again: call it before anything else is asked with
 * this now.  Nothing to do costs nothing.
 */
void queue_index_reopen(struct queue_index *ix, timestamp now);

/* How many risks stand how: after queue_index_reopen() with this now. */
struct index_standing {
	size_t n[N_BANDS][N_RISK_STATES];
	size_t breached[N_BANDS], due_soon[N_BANDS]; /* of the open ones */
};

void queue_index_standing(const struct queue_index *ix, timestamp now,
                          struct index_standing *out);

enum index_facet {
	FACET_BAND,
	FACET_STATE,
	FACET_PROVIDER,
	FACET_ACCOUNT,
	FACET_REGION,
	FACET_CLASS,
	FACET_LAYER,
	FACET_RESPONSIBILITY,
	FACET_OWNER,
	FACET_SOURCE, /* by name; a risk counts for each of its sources' names */
	FACET_SLA
};

enum {
	N_INDEX_FACETS = FACET_SLA + 1,
	INDEX_FACET_VALUES_MAX = 100
};

const char *index_facet_name(enum index_facet facet); /* "responsibility" */

struct index_facet_value {
	const char *value; /* NULL: nobody, nothing */
	size_t count;      /* > 0 */
};

/* The most frequent values, most first; of equal counts by value, NULL last. */
struct index_facet_values {
	struct index_facet_value *values;
	size_t n; /* at most INDEX_FACET_VALUES_MAX */
};

struct index_facets {
	size_t total; /* risks that match */
	struct index_facet_values of[N_INDEX_FACETS];
};

/*
 * The SLA state is the one that the ledger of the risk would give (risk_clock.h), as
 * long as scorer and sweeper wrote rank, due_at and next_crossing_at of one moment.
 * Values live in a.
 */
void queue_index_facets(const struct queue_index *ix, const struct index_filter *filter,
                        timestamp now, struct arena *a, struct index_facets *out);

#endif
