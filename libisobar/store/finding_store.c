/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings and the details in their raw records.  A segment is fetched and
 * decompressed once for all the rows beside each other that need it: listings come
 * in the order of segments, the members of a risk are sorted that way first.
 */
#include "store/finding_store.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/collection.h"
#include "store/pg_binary.h"
#include "store/read_private.h"
#include "store/read_results.h"
#include "store/segment.h"

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

static void finding_read(const PGresult *result, int row, const struct source_list *sources,
                         struct arena *a, struct finding_row *out)
{
	const int64_t state = pg_get_int(result, row, "state");

	assert(state >= 0 && state < N_FINDING_STATES); /* a check of the schema */
	*out = (struct finding_row){
	        .id = pg_get_key(result, row, "finding_id"),
	        .has_risk = !pg_is_null(result, row, "risk_id"),
	        .risk_id = pg_get_key(result, row, "risk_id"),
	        .source = source_name_of(sources, pg_get_int(result, row, "source_id")),
	        .connector = text_of(result, row, "connector", a),
	        .rule = text_of(result, row, "rule", a),
	        .cve = text_of(result, row, "cve", a),
	        .location = text_of(result, row, "location", a),
	        .title = text_of(result, row, "title", a),
	        .asset = text_of(result, row, "asset", a),
	        .asset_named = text_of(result, row, "asset_named", a),
	        .state = (enum finding_state)state,
	        .sev100 = (int)pg_get_int(result, row, "sev100"),
	        .first_seen = pg_get_timestamp(result, row, "first_seen"),
	        .reasons = (int)pg_get_int(result, row, "reasons"),
	        .confirmed_at = pg_get_timestamp(result, row, "confirmed_at"),
	        .is_blind = pg_get_bool(result, row, "is_blind"),
	        .link_kind = (int)pg_get_int(result, row, "link_kind"),
	        .link_at = pg_get_timestamp(result, row, "link_at"),
	        .segment = pg_get_int(result, row, "segment_id"),
	        .slot = (unsigned int)pg_get_int(result, row, "segment_slot"),
	};
	if (!pg_is_null(result, row, "link_kind")) {
		out->link_actor = text_of(result, row, "link_actor", a);
		out->link_reason = text_of(result, row, "link_reason", a);
	}
}

bool finding_is_stale(const struct finding_row *row, timestamp now)
{
	if (row->state != FINDING_OPEN && row->state != FINDING_SUPPRESSED &&
	    row->state != FINDING_UNKNOWN)
		return false;
	return row->is_blind || (row->confirmed_at != TIMESTAMP_NONE &&
	                         row->confirmed_at < now - BLIND_AFTER);
}

void finding_rows_read(const PGresult *result, const struct source_list *sources,
                       struct arena *a, struct finding_rows *out)
{
	*out = (struct finding_rows){.n = (size_t)PQntuples(result)};
	out->rows = ARENA_ARRAY(a, struct finding_row, out->n + 1);
	for (size_t i = 0; i < out->n; i++)
		finding_read(result, (int)i, sources, a, &out->rows[i]);
}

/* --- details --- */

enum segment_fate {
	SEGMENT_NONE, /* nothing is loaded */
	SEGMENT_READABLE,
	SEGMENT_GONE, /* retention */
	SEGMENT_DAMAGED
};

/* The segment that was loaded last. */
struct segment_cache {
	struct arena *arena;
	enum segment_fate fate;
	int64_t id;
	struct segment_text text;
};

static int cache_load(struct segment_cache *c, struct pg *pg, const struct org *org,
                      int64_t segment, struct error *err)
{
	struct pg_params p = {.arena = c->arena};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct error damage;
	int rc;

	if (c->fate != SEGMENT_NONE && c->id == segment)
		return 0;
	arena_reset(c->arena);
	c->fate = SEGMENT_NONE;
	pg_bind_int(&p, org->id);
	pg_bind_int(&p, segment);
	if ((rc = pg_run_binary(pg, STMT_SEGMENT_BODY, &p, &result, err)) < 0)
		return rc;
	c->id = segment;
	c->fate = SEGMENT_GONE;
	if (PQntuples(result) == 0)
		return 0;
	rc = segment_open(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0),
	                  c->arena, &c->text, &damage);
	c->fate = rc < 0 ? SEGMENT_DAMAGED : SEGMENT_READABLE;
	return 0;
}

/* False: the slot is damaged. */
static bool details_read(const struct segment_text *text, struct finding_row *row,
                         struct arena *a)
{
	struct segment_slot slot;
	struct error damage;

	if (segment_slot_at(text, row->slot, &slot, &damage) < 0)
		return false;
	row->native_id = arena_strdup(a, slot.details.native_id);
	row->status_raw = arena_strdup(a, slot.details.status_raw);
	row->severity_raw = arena_strdup(a, slot.details.severity_raw);
	return true;
}

static int details_load(struct segment_cache *c, struct pg *pg, const struct org *org,
                        struct finding_row *row, struct arena *a, size_t *n_damaged,
                        struct error *err)
{
	const int rc = cache_load(c, pg, org, row->segment, err);

	if (rc < 0 || c->fate == SEGMENT_GONE)
		return rc;
	if (c->fate == SEGMENT_DAMAGED || !details_read(&c->text, row, a))
		++*n_damaged;
	return 0;
}

void finding_details_read(const PGresult *bodies, struct finding_rows *rows,
                          struct arena *a)
{
	ARENA_SCOPED scratch = arena_new(1 << 16);

	for (int i = 0; i < PQntuples(bodies); i++) {
		struct binary_row r = {bodies, i, 0};
		const int64_t segment = next_int8(&r);
		struct segment_text text;
		struct error damage;

		arena_reset(scratch);
		const int rc = segment_open(PQgetvalue(bodies, i, 1),
		                            (size_t)PQgetlength(bodies, i, 1), scratch,
		                            &text, &damage);

		for (size_t k = 0; k < rows->n; k++)
			if (rows->rows[k].segment == segment &&
			    (rc < 0 || !details_read(&text, &rows->rows[k], a)))
				rows->n_damaged++;
	}
}

/* --- members of a risk --- */

static int by_segment(const void *pa, const void *pb)
{
	const struct finding_row *a = *(struct finding_row *const *)pa;
	const struct finding_row *b = *(struct finding_row *const *)pb;

	return (a->segment > b->segment) - (a->segment < b->segment);
}

static int members_details(struct pg *pg, const struct org *org, struct finding_rows *rows,
                           struct arena *a, struct error *err)
{
	struct segment_cache cache = {.arena = arena_new(1 << 16)};
	struct finding_row **order = ARENA_ARRAY(a, struct finding_row *, rows->n + 1);
	int rc = 0;

	for (size_t i = 0; i < rows->n; i++)
		order[i] = &rows->rows[i];
	qsort(order, rows->n, sizeof(struct finding_row *), by_segment);
	for (size_t i = 0; rc == 0 && i < rows->n; i++)
		rc = details_load(&cache, pg, org, order[i], a, &rows->n_damaged, err);
	arena_free(cache.arena);
	return rc;
}

int finding_members(struct pg *pg, const struct org *org, const struct key *risk_id,
                    struct arena *a, struct finding_rows *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	struct source_list sources;
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_key(&p, risk_id);
	if ((rc = source_list_load(pg, org, a, &sources, err)) < 0 ||
	    (rc = pg_run(pg, STMT_RISK_MEMBERS, &p, &result, err)) < 0)
		return rc;
	finding_rows_read(result, &sources, a, out);
	return members_details(pg, org, out, a, err);
}

/* --- listings --- */

struct finding_listing {
	struct pg *pg;
	struct org org;
	struct source_list sources;
	struct arena *arena; /* of the listing */
	struct arena *batch;
	struct segment_cache cache;
};

void finding_listing_free(struct finding_listing *l)
{
	if (!l)
		return;
	pg_cursor_close(l->pg);
	arena_free(l->arena);
	arena_free(l->batch);
	arena_free(l->cache.arena);
	free(l);
}

int finding_listing_open(struct pg *pg, const struct org *org, int state, int64_t limit,
                         struct finding_listing **out, struct error *err)
{
	struct finding_listing *l = xcalloc(1, sizeof(*l));
	struct pg_params p = {0};
	int rc;

	l->pg = pg;
	l->org = *org;
	l->arena = p.arena = arena_new(4096);
	l->batch = arena_new(1 << 18);
	l->cache.arena = arena_new(1 << 18);
	pg_bind_int(&p, org->id);
	if (state == FILTER_ANY)
		pg_bind_text(&p, NULL);
	else
		pg_bind_int(&p, state);
	if (limit)
		pg_bind_int(&p, limit);
	else
		pg_bind_text(&p, NULL);
	if ((rc = source_list_load(pg, org, l->arena, &l->sources, err)) < 0 ||
	    (rc = pg_cursor_open(pg, statement_table[STMT_FINDING_LIST].sql, &p, err)) <
	            0) {
		finding_listing_free(l);
		return rc;
	}
	*out = l;
	return 0;
}

int finding_listing_next(struct finding_listing *l, struct finding_rows *out,
                         struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc = pg_cursor_fetch(l->pg, &result, err);

	if (rc < 0)
		return rc;
	arena_reset(l->batch);
	finding_rows_read(result, &l->sources, l->batch, out);
	for (size_t i = 0; rc == 0 && i < out->n; i++)
		rc = details_load(&l->cache, l->pg, &l->org, &out->rows[i], l->batch,
		                  &out->n_damaged, err);
	return rc;
}
