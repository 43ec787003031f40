/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities across a change, from and to PostgreSQL.
 */
#include "store/identity_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/pg_binary.h"
#include "store/pg_encode.h"
#include "store/risk_store_private.h"

/* --- arrays of a statement; their bytes live as long as the arena --- */

/* Moves the bytes of b into the arena, so that many may be bound one after the other. */
static void bind_array(struct pg_params *p, struct strbuf *b)
{
	void *bytes = arena_alloc(p->arena, b->size + 1);

	memcpy(bytes, b->data, b->size);
	pg_bind_binary(p, bytes, b->size);
	strbuf_done(b);
}

/* Of the keys that stand size bytes apart. */
static void bind_keys(struct pg_params *p, const struct key *first, size_t n, size_t size)
{
	struct strbuf b = {0};

	pg_put_array_head(&b, PG_OID_UUID, n);
	for (size_t i = 0; i < n; i++)
		pg_put_key(&b, (const struct key *)((const char *)first + i * size));
	bind_array(p, &b);
}

/* --- reading --- */

int risk_places_load(struct pg *pg, const struct org *org, const struct key *ids, size_t n,
                     struct arena *a, struct risk_place **out, size_t *n_out,
                     struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	bind_keys(&p, ids, n, sizeof(*ids));
	if ((rc = pg_run(pg, STMT_RISK_PLACES, &p, &rows, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(rows);
	*out = ARENA_ARRAY(a, struct risk_place, *n_out + 1);
	for (int i = 0; i < PQntuples(rows); i++)
		(*out)[i] = (struct risk_place){
		        .risk_id = pg_get_key(rows, i, "risk_id"),
		        .subject = arena_strdup(a, pg_get_text(rows, i, "subject")),
		        .location = arena_strdup(a, pg_get_text(rows, i, "location")),
		        .heir_is_fresh = pg_get_bool(rows, i, "heir_is_fresh")};
	return 0;
}

int identity_due(struct pg *pg, const struct org *org, int shard, bool *is_due,
                 struct identity_mark *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, shard);
	if ((rc = pg_run(pg, STMT_IDENTITY_DUE, &p, &rows, err)) < 0)
		return rc;
	*is_due = PQntuples(rows) > 0;
	if (*is_due)
		*out = (struct identity_mark){.since = pg_get_timestamp(rows, 0, "since"),
		                              .everything =
		                                      pg_get_bool(rows, 0, "everything")};
	return 0;
}

int identity_done(struct pg *pg, const struct org *org, int shard, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, shard);
	return pg_run(pg, STMT_IDENTITY_DONE, &p, NULL, err);
}

int identity_lock(struct pg *pg, const struct org *org, int shard, struct error *err)
{
	return score_shard_lock(pg, org, shard, err);
}

int identity_take(struct pg *pg, const struct org *org, int shard,
                  const struct identity_mark *mark, struct score_batch *out,
                  struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params take = {.arena = a};
	int rc;

	/* Where nothing was scored yet, as at the first import, nothing can have moved. */
	if ((rc = score_slices_count(pg, org, shard, out, err)) < 0 || !out->has_risks) {
		out->n_slices = 0;
		return rc;
	}
	pg_bind_int(&take, org->id);
	pg_bind_int(&take, shard);
	pg_bind_timestamp(&take, mark->since);
	pg_bind_bool(&take, mark->everything);
	if ((rc = score_assets_gather(pg, STMT_IDENTITY_TAKE, &take, err)) < 0)
		return rc;
	return score_slices_count(pg, org, shard, out, err);
}

static int by_risk(const void *a, const void *b)
{
	return key_cmp(&((const struct identity_risk *)a)->risk_id,
	               &((const struct identity_risk *)b)->risk_id);
}

static void read_risk(const PGresult *rows, int i, struct arena *a,
                      struct identity_risk *out)
{
	struct binary_row r = {rows, i, 0};
	const char *members;
	struct key *ids;

	*out = (struct identity_risk){.risk_id = next_key(&r),
	                              .opened_at = next_timestamp(&r)};
	out->lives = next_bool(&r);
	members = next_array(&r, PG_OID_UUID, KEY_SIZE, &out->n_members);
	ids = ARENA_ARRAY(a, struct key, out->n_members + 1);
	for (size_t k = 0; k < out->n_members; k++)
		memcpy(ids[k].bytes, members + k * (4 + KEY_SIZE) + 4, KEY_SIZE);
	out->members = ids;
	out->subject = arena_strdup(a, next_value(&r));
	out->location = arena_strdup(a, next_value(&r));
}

int identity_risks_load(struct pg *pg, const struct org *org, int slice, struct arena *a,
                        struct identity_risk **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	size_t n, kept = 0;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, slice);
	if ((rc = pg_run_binary(pg, STMT_IDENTITY_RISKS, &p, &rows, err)) < 0)
		return rc;
	n = (size_t)PQntuples(rows);
	*out = ARENA_ARRAY(a, struct identity_risk, n + 1);
	for (size_t i = 0; i < n; i++)
		read_risk(rows, (int)i, a, &(*out)[i]);
	qsort(*out, n, sizeof(**out), by_risk);
	for (size_t i = 0; i < n; i++) /* assets may share the first half of their keys */
		if (!kept || by_risk(&(*out)[kept - 1], &(*out)[i]) != 0)
			(*out)[kept++] = (*out)[i];
	*n_out = kept;
	return 0;
}

int identity_counts_load(struct pg *pg, const struct org *org, struct identity_counts *out,
                         struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_IDENTITY_LIVING, &p, &rows, err)) < 0)
		return rc;
	out->living = pg_get_int(rows, 0, "living");
	out->waiting = pg_get_int(rows, 0, "waiting");
	return 0;
}

/* --- writing --- */

static void put_text(struct strbuf *b, const char *text)
{
	const size_t size = strlen(text);

	pg_put_raw32(b, (uint32_t)size);
	pg_put(b, text, size);
}

static int put_case(struct pg *pg, const struct org *org, const struct key *change_id,
                    timestamp now, const struct identity_case_row *c, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	struct strbuf texts[2] = {{0}, {0}}, places[2] = {{0}, {0}}, open = {0};

	pg_put_array_head(&texts[0], PG_OID_TEXT, c->n_successors);
	pg_put_array_head(&texts[1], PG_OID_TEXT, c->n_successors);
	for (size_t i = 0; i < c->n_successors; i++) {
		put_text(&texts[0], c->successors[i].subject);
		put_text(&texts[1], c->successors[i].location);
	}
	pg_put_array_head(&places[0], PG_OID_INT4, c->n_findings);
	pg_put_array_head(&places[1], PG_OID_INT4, c->n_findings);
	pg_put_array_head(&open, PG_OID_BOOL, c->n_findings);
	for (size_t i = 0; i < c->n_findings; i++) {
		pg_put_int4(&places[0], (int32_t)c->findings[i].risk);
		pg_put_int4(&places[1], (int32_t)c->findings[i].successor);
		pg_put_bool(&open, c->findings[i].is_open);
	}
	pg_bind_int(&p, org->id);
	pg_bind_key(&p, &c->case_id);
	pg_bind_key(&p, change_id);
	pg_bind_key(&p, &c->asset_id);
	bind_keys(&p, c->risks, c->n_risks, sizeof(*c->risks));
	bind_keys(&p, &c->successors[0].id, c->n_successors, sizeof(*c->successors));
	bind_array(&p, &texts[0]);
	bind_array(&p, &texts[1]);
	bind_keys(&p, &c->findings[0].id, c->n_findings, sizeof(*c->findings));
	bind_array(&p, &places[0]);
	bind_array(&p, &places[1]);
	bind_array(&p, &open);
	pg_bind_timestamp(&p, now);
	return pg_run(pg, STMT_IDENTITY_CASE_PUT, &p, NULL, err);
}

static int write_rows(struct pg *pg, const struct org *org, timestamp now,
                      const struct identity_writes *w, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	struct pg_params p = {.arena = a};
	struct strbuf origins = {0};

	pg_put_array_head(&origins, PG_OID_BOOL, w->n_heirs);
	for (size_t i = 0; i < w->n_heirs; i++)
		pg_put_bool(&origins, w->heirs[i].is_origin);
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	bind_keys(&p, &w->heirs[0].fingerprint, w->n_heirs, sizeof(*w->heirs));
	bind_keys(&p, &w->heirs[0].risk_id, w->n_heirs, sizeof(*w->heirs));
	bind_array(&p, &origins);
	bind_keys(&p, &w->pins[0].finding_id, w->n_pins, sizeof(*w->pins));
	bind_keys(&p, &w->pins[0].risk_id, w->n_pins, sizeof(*w->pins));
	pg_bind_text(&p, "waits for a decision: isobar identity list");
	bind_keys(&p, w->assets, w->n_assets, sizeof(*w->assets));
	return pg_run(pg, STMT_IDENTITY_WRITE, &p, NULL, err);
}

int identity_write(struct pg *pg, const struct org *org, const struct key *change_id,
                   timestamp now, const struct identity_writes *w, struct error *err)
{
	int rc = w->n_heirs || w->n_pins ? write_rows(pg, org, now, w, err) : 0;

	for (size_t i = 0; i < w->n_cases && rc == 0; i++)
		rc = put_case(pg, org, change_id, now, &w->cases[i], err);
	return rc;
}

int identity_change_put(struct pg *pg, const struct org *org, const struct key *change_id,
                        timestamp now, const char *actor, const char *reason,
                        const int64_t n_cases[4], struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_key(&p, change_id);
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, actor);
	pg_bind_text(&p, reason);
	for (int i = 0; i < 4; i++)
		pg_bind_int(&p, n_cases[i]);
	return pg_run(pg, STMT_IDENTITY_CHANGE_PUT, &p, NULL, err);
}
