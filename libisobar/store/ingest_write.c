/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends chunks of findings: keys first, then only what is new or changed.  All of it is
 * done in steps, between which the next chunk is parsed; who has no more to parse waits.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/ingest_private.h"
#include "store/pg_encode.h"

/* So many chunks of known findings, and the rest of the file is likely known too. */
#define KNOWN_AFTER_CHUNKS 2

static int by_key(const void *pa, const void *pb)
{
	const struct ingest_item *a = pa, *b = pb;
	const int d = key_cmp(&a->asset_key, &b->asset_key);

	return d ? d : key_cmp(&a->key, &b->key);
}

/* The version that wins within one command: see finding_diff.sql. */
static bool wins(const struct ingest_item *a, const struct ingest_item *b)
{
	if (a->updated_at != b->updated_at)
		return a->updated_at > b->updated_at;
	return a->content_hash > b->content_hash;
}

/* The loser may hold the only row of an asset that both name. */
static void keep_winner(struct ingest_item *kept, const struct ingest_item *other)
{
	if (wins(other, kept))
		*kept = *other;
}

/* Sorts by key, which makes index look-ups local, and leaves one item a key. */
static void sort_items(struct ingest_chunk *c)
{
	size_t n = 0;

	qsort(c->items, c->n_items, sizeof(*c->items), by_key);
	for (size_t i = 0; i < c->n_items; i++) {
		if (n && by_key(&c->items[n - 1], &c->items[i]) == 0) {
			keep_winner(&c->items[n - 1], &c->items[i]);
			continue;
		}
		c->items[n++] = c->items[i];
	}
	c->n_items = n;
}

/* Puts the keys that the diff has to tell about on their way. */
static void send_keys(struct ingest *in, const struct ingest_chunk *c)
{
	struct strbuf *rows = &in->out;

	strbuf_reset(rows);
	strbuf_reserve(rows, c->n_ask * 104 + 1);
	for (size_t i = 0; i < c->n_items; i++) {
		const struct ingest_item *item = &c->items[i];

		if (item->changed)
			continue; /* new for certain */
		pg_put_raw16(rows, 8);
		pg_put_int4(rows, (int64_t)i);
		pg_put_key(rows, &item->asset_key);
		pg_put_key(rows, &item->key);
		pg_put_int8(rows, item->content_hash);
		pg_put_int8(rows, item->digest);
		pg_put_int4(rows, item->stated);
		pg_put_timestamp(rows, item->updated_at);
		pg_put_bool(rows, item->passing);
	}
	ingest_copies_add(&in->copies,
	                  "truncate page_key; copy page_key from stdin (format binary)",
	                  rows);
	in->flight = FLIGHT_KEYS;
}

static int send_diff(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->command_id);
	in->flight = FLIGHT_DIFF;
	if (pg_send(in->pg, STMT_FINDING_DIFF, &p, err) < 0)
		return err->code;
	return pg_send_end(in->pg, err);
}

static int collect_diff(struct ingest *in, struct ingest_chunk *c, struct ingest_diff *out,
                        struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	in->flight = FLIGHT_NONE;
	if ((rc = pg_collect(in->pg, &result, 1, err)) < 0)
		return rc;

	const int n = PQntuples(result);

	for (int i = 0; i < n; i++) {
		const unsigned long at = strtoul(PQgetvalue(result, i, 0), NULL, 10);

		assert(at < c->n_items);
		struct ingest_item *item = &c->items[at];

		if (*PQgetvalue(result, i, 4) == 't') {
			out->touches = true;
			continue;
		}
		item->changed = true;
		item->is_new = *PQgetvalue(result, i, 1) == 't';
		item->keeps_raw = !item->passing || *PQgetvalue(result, i, 3) == 't';
		out->has_control |= *PQgetvalue(result, i, 2) == 't';
	}
	return 0;
}

static void count_changes(const struct ingest_chunk *c, struct ingest_diff *out)
{
	for (size_t i = 0; i < c->n_items; i++) {
		const struct ingest_item *item = &c->items[i];

		if (!item->changed)
			continue;
		out->n_new += item->is_new;
		out->n_changed += !item->is_new;
		out->n_passing += item->passing;
		out->insert += item->is_new && !item->passing;
		out->update += !item->is_new && !item->passing;
	}
}

static int by_order(const void *pa, const void *pb)
{
	const struct ingest_item *a = *(struct ingest_item *const *)pa;
	const struct ingest_item *b = *(struct ingest_item *const *)pb;

	return a->order < b->order ? -1 : a->order > b->order;
}

/*
 * The items whose records are kept, in the order of arrival, each with its place in
 * a segment.  A check that passes and closes nothing needs no record.
 */
static void assign_segments(struct ingest *in, struct ingest_chunk *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_items; i++)
		if (c->items[i].changed && c->items[i].keeps_raw)
			c->kept[n++] = &c->items[i];
	qsort(c->kept, n, sizeof(c->kept[0]), by_order);
	for (size_t i = 0; i < n; i++) {
		c->kept[i]->segment_id = (in->run_id << 20) + in->next_segment +
		                         (int64_t)(i / SEGMENT_SLOTS);
		c->kept[i]->segment_slot = i % SEGMENT_SLOTS;
	}
	in->next_segment += (int64_t)((n + SEGMENT_SLOTS - 1) / SEGMENT_SLOTS);
	c->n_kept = n;
}

/* Marks are not unique: one an asset and transaction is enough for the scorer. */
static bool mark_once(struct ingest *in, const struct ingest_item *item)
{
	uint64_t id;

	if (item->passing)
		return false;
	memcpy(&id, item->asset_key.bytes, sizeof(id));
	/* 0 is a free place */
	return !ingest_cache_met(in->mark_cache, INGEST_ASSET_CACHE, id | 1);
}

/* Puts the rows of what is new or changed on their way. */
static void send_rows(struct ingest *in, const struct ingest_chunk *c)
{
	struct strbuf *rows = &in->out;

	strbuf_reset(rows);
	strbuf_reserve(rows, c->rows.size + c->n_items * 32 + 1);
	for (size_t i = 0; i < c->n_items; i++) {
		const struct ingest_item *item = &c->items[i];

		if (!item->changed)
			continue;
		strbuf_put(rows, c->rows.data + item->row.at, item->row.size);
		pg_put_int8(rows, item->segment_id);
		pg_put_int2(rows, item->segment_slot);
		pg_put_bool(rows, item->is_new);
		pg_put_bool(rows, mark_once(in, item));
	}
	ingest_copies_add(&in->copies,
	                  "truncate page_row; copy page_row from stdin (format binary)",
	                  rows);
}

/*
 * What goes beside the rows.  Assets of unchanged items too: which of two versions of a
 * finding is met first must not decide what is known of its asset.
 */
static void send_beside(struct ingest *in, struct ingest_chunk *c)
{
	const struct ingest_context *context = &c->context;

	strbuf_put(&c->assets, strbuf_text(&c->inventory), c->inventory.size);
	ingest_copies_add(&in->copies,
	                  "truncate page_asset; copy page_asset from stdin (format binary)",
	                  &c->assets);
	ingest_copies_add(&in->copies,
	                  "truncate page_alias; copy page_alias from stdin (format binary)",
	                  &c->aliases);
	/* These wait for the end of the command. */
	ingest_copies_add(&in->copies, "copy page_stated from stdin (format binary)",
	                  &context->stated);
	ingest_copies_add(&in->copies, "copy page_claim from stdin (format binary)",
	                  &context->claims);
	ingest_copies_add(&in->copies, "copy page_edge from stdin (format binary)",
	                  &context->edges);
	in->assets_met |= c->assets.size > 0;
	in->statements_met |= context->n_rows > 0;
}

static int merge_send(struct ingest *in, enum statement stmt, unsigned int n_params,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	assert(in->n_merge < MERGE_MAX);
	pg_bind_int(&p, in->options.org.id);
	if (n_params == 3)
		pg_bind_int(&p, in->run_id);
	if (n_params >= 2)
		pg_bind_timestamp(&p, in->options.now);
	in->merge[in->n_merge++] = stmt;
	in->flight = FLIGHT_MERGE;
	return pg_send(in->pg, stmt, &p, err);
}

static int merge_send_run(struct ingest *in, enum statement stmt, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	assert(in->n_merge < MERGE_MAX);
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	in->merge[in->n_merge++] = stmt;
	in->flight = FLIGHT_MERGE;
	return pg_send(in->pg, stmt, &p, err);
}

/* Puts one item into the open segment; its record goes in where it is met first. */
static void put_slot(struct ingest *in, struct ingest_chunk *c,
                     const struct ingest_item *item)
{
	struct ingest_raw *raw = &c->records[item->record];
	const char *details = c->details.data + item->details.at;

	if (raw->segment_id) {
		segment_writer_refer(&in->segment, details, item->details.size,
		                     raw->segment_id, raw->segment_slot);
		return;
	}
	segment_writer_put(&in->segment, details, item->details.size, c->raw.data + raw->at,
	                   raw->size);
	raw->segment_id = item->segment_id;
	raw->segment_slot = item->segment_slot;
}

/*
 * Compresses the records that are kept, while the server merges their rows.  They
 * leave with the next chunk's statements: a busy server does not read, and a
 * megabyte would wait in the socket, and the parser with it.
 */
static void pack_segments(struct ingest *in, struct ingest_chunk *c)
{
	struct ingest_segments *s = &in->segments;
	struct ingest_item *const *kept = c->kept;
	const size_t n = c->n_kept;
	const size_t n_segments = (n + SEGMENT_SLOTS - 1) / SEGMENT_SLOTS;

	strbuf_reset(&s->frames);
	strbuf_reset(&s->ids);
	strbuf_reset(&s->counts);
	strbuf_reset(&s->sizes);
	pg_put_array_head(&s->ids, PG_OID_INT8, n_segments);
	pg_put_array_head(&s->counts, PG_OID_INT2, n_segments);
	pg_put_array_head(&s->sizes, PG_OID_INT4, n_segments);
	pg_put_array_head(&s->frames, PG_OID_BYTEA, n_segments);
	for (size_t i = 0; i < n;) {
		const size_t head = s->frames.size;

		pg_put_int8(&s->ids, kept[i]->segment_id);
		segment_writer_around(&in->segment, strbuf_text(&c->around),
		                      c->around.size);
		for (size_t end = i + SEGMENT_SLOTS < n ? i + SEGMENT_SLOTS : n; i < end;
		     i++)
			put_slot(in, c, kept[i]);
		pg_put_int2(&s->counts, (int)in->segment.n);
		pg_put_int4(&s->sizes, (int64_t)in->segment.body.size);
		pg_put_raw32(&s->frames, 0);
		segment_writer_end(&in->segment, &s->frames);
		const uint32_t size = htobe32((uint32_t)(s->frames.size - head - 4));

		memcpy(s->frames.data + head, &size, sizeof(size));
	}
	s->packed = true;
}

/* Sends what the chunk before has packed. */
static int send_segments(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	struct ingest_segments *s = &in->segments;

	if (!s->packed)
		return 0;
	s->packed = false;
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	pg_bind_binary(&p, s->ids.data, s->ids.size);
	pg_bind_binary(&p, s->counts.data, s->counts.size);
	pg_bind_binary(&p, s->sizes.data, s->sizes.size);
	pg_bind_binary(&p, s->frames.data, s->frames.size);
	in->merge[in->n_merge++] = STMT_SEGMENT_INSERT;
	in->flight = FLIGHT_MERGE;
	return pg_send(in->pg, STMT_SEGMENT_INSERT, &p, err);
}

static int send_merge_of_rows(struct ingest *in, const struct ingest_diff *d,
                              struct error *err)
{
	int rc = 0;

	if (d->update || d->n_passing) {
		in->closed_at = (int)in->n_merge;
		rc = merge_send(in, STMT_FINDING_KEEP_FORMER, 2, err);
	}
	if (rc == 0 && d->update)
		rc = merge_send_run(in, STMT_FINDING_UPDATE, err);
	if (rc == 0 && d->insert)
		rc = merge_send(in, STMT_FINDING_INSERT, 3, err);
	if (rc == 0 && d->n_passing)
		rc = merge_send(in, STMT_FINDING_CLOSE_PASSED, 3, err);
	if (rc == 0 && (d->n_passing || d->has_control))
		rc = merge_send(in, STMT_CONTROL_STATE_MERGE, 3, err);
	if (rc == 0 && (d->insert || d->update))
		rc = merge_send_run(in, STMT_DIRTY_FINDINGS, err);
	return rc;
}

/* Once all rows are there. */
static int send_merge(struct ingest *in, struct ingest_chunk *c, struct error *err)
{
	int rc;

	in->n_merge = 0;
	in->closed_at = -1;
	if ((rc = send_segments(in, err)) < 0 ||
	    (rc = send_merge_of_rows(in, &c->diff, err)) < 0 ||
	    (c->assets.size && (rc = merge_send(in, STMT_ASSET_MERGE, 3, err)) < 0) ||
	    (c->aliases.size && (rc = merge_send(in, STMT_ALIAS_INSERT, 2, err)) < 0))
		return rc;
	if (c->n_kept)
		pack_segments(in, c);
	return 0;
}

static int collect_merge(struct ingest *in, struct error *err)
{
	PGresult *results[MERGE_MAX] = {0};
	const int rc = pg_collect(in->pg, results, in->n_merge, err);

	in->flight = FLIGHT_NONE;
	if (rc < 0)
		return rc;
	if (in->closed_at >= 0)
		in->counts.closed += pg_get_int(results[in->closed_at], 0, "n_closed");
	for (size_t i = 0; i < in->n_merge; i++)
		PQclear(results[i]);
	return 0;
}

static int touch_times(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->command_id);
	return pg_run(in->pg, STMT_FINDING_TOUCH, &p, NULL, err);
}

/* Puts what c comes to on its way. */
static int send_changes(struct ingest *in, struct ingest_chunk *c, struct error *err)
{
	struct ingest_diff *d = &c->diff;

	in->flight = FLIGHT_NONE;
	count_changes(c, d);
	if (d->touches && touch_times(in, err) < 0)
		return err->code;
	in->counts.fresh += (int64_t)d->n_new;
	in->counts.changed += (int64_t)d->n_changed;
	in->write_mode = (d->n_new + d->n_changed) * 8 > c->n_items;
	assign_segments(in, c);
	if (d->n_new + d->n_changed)
		send_rows(in, c);
	send_beside(in, c);
	if (in->copies.n)
		in->flight = FLIGHT_ROWS;
	return 0;
}

/* Ensures source and lock of each connector met since the last chunk. */
static int ensure_connectors(struct ingest *in, struct error *err)
{
	for (size_t i = 0; i < in->n_connectors; i++) {
		struct ingest_connector *c = &in->connectors[i];
		ARENA_SCOPED a = arena_new(512);
		struct pg_params lock = {.arena = a}, source = {.arena = a};
		CLEANUP(pg_clearp) PGresult *result = NULL;
		int rc;

		if (!c->met || c->ensured)
			continue;
		pg_bind_int(&lock, c->lock_key);
		pg_bind_int(&source, in->options.org.id);
		pg_bind_int(&source, c->source_id);
		pg_bind_text(&source,
		             in->options.source_name ? in->options.source_name : c->name);
		pg_bind_text(&source, c->name);
		pg_bind_timestamp(&source, in->options.now);
		if ((rc = pg_run(in->pg, STMT_INGEST_LOCK, &lock, NULL, err)) < 0 ||
		    (rc = pg_run(in->pg, STMT_SOURCE_ENSURE, &source, &result, err)) < 0)
			return rc;
		c->ensured = true;
		c->fresh = pg_get_bool(result, 0, "fresh");
	}
	return 0;
}

/* Each finding of the chunk, known or not: what is listed is not absent. */
static int keep_seen(struct ingest *in, const struct ingest_chunk *c, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	struct strbuf scopes = {0}, assets = {0}, findings = {0};
	int rc;

	if (!in->keeps_seen || !c->n_items)
		return 0;
	pg_put_array_head(&scopes, PG_OID_INT8, c->n_items);
	pg_put_array_head(&assets, PG_OID_UUID, c->n_items);
	pg_put_array_head(&findings, PG_OID_UUID, c->n_items);
	for (size_t i = 0; i < c->n_items; i++) {
		pg_put_int8(&scopes, c->items[i].scope_id);
		pg_put_key(&assets, &c->items[i].asset_key);
		pg_put_key(&findings, &c->items[i].key);
	}
	in->n_seen += (int64_t)c->n_items;
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->seen_run);
	pg_bind_int(&p, in->seen_part);
	pg_bind_binary(&p, scopes.data, scopes.size);
	pg_bind_binary(&p, assets.data, assets.size);
	pg_bind_binary(&p, findings.data, findings.size);
	rc = pg_run(in->pg, STMT_SEEN_INSERT, &p, NULL, err);
	strbuf_done(&scopes);
	strbuf_done(&assets);
	strbuf_done(&findings);
	return rc;
}

/* One step of the chunk on its way; 0: it is not ready for the next one. */
static int take_step(struct ingest *in, bool wait, struct error *err)
{
	struct ingest_chunk *c = &in->chunks[!in->filling];
	int rc;

	switch (in->flight) {
	case FLIGHT_NONE:
		return 0;
	case FLIGHT_KEYS:
		if ((rc = ingest_copies_go(in->pg, &in->copies, wait, err)) == 1)
			rc = send_diff(in, err) < 0 ? err->code : 1;
		return rc;
	case FLIGHT_DIFF:
		if (!wait && !pg_has_answer(in->pg))
			return 0;
		if (collect_diff(in, c, &c->diff, err) < 0 || send_changes(in, c, err) < 0)
			return err->code;
		return 1;
	case FLIGHT_ROWS:
		if ((rc = ingest_copies_go(in->pg, &in->copies, wait, err)) != 1)
			return rc;
		in->flight = FLIGHT_MERGE;
		return send_merge(in, c, err) < 0 ? err->code : 1;
	case FLIGHT_MERGE:
		/* The server goes on by itself; the next chunk is not full yet. */
		if (!wait)
			return 0;
		return collect_merge(in, err) < 0 ? err->code : 1;
	}
	return 0;
}

int ingest_go_on(struct ingest *in, struct error *err)
{
	int rc;

	while ((rc = take_step(in, false, err)) == 1)
		;
	return rc;
}

int ingest_drain(struct ingest *in, struct error *err)
{
	int rc;

	while ((rc = take_step(in, true, err)) == 1)
		;
	return rc;
}

void ingest_rollback(struct ingest *in)
{
	if (in->flight == FLIGHT_KEYS || in->flight == FLIGHT_ROWS)
		ingest_copies_give_up(in->pg, &in->copies);
	in->copies = (struct ingest_copies){0};
	in->flight = FLIGHT_NONE;
	pg_rollback(in->pg);
}

int ingest_flush(struct ingest *in, struct error *err)
{
	int rc;

	if ((rc = ingest_drain(in, err)) < 0)
		return rc;
	in->n_merge = 0;
	in->closed_at = -1;
	if ((rc = send_segments(in, err)) < 0)
		return rc;
	return ingest_drain(in, err);
}

/* Known records do not come here: what they leave unused pays for their digests. */
static void give_back(struct ingest_chunk *c)
{
	strbuf_done(&c->raw);
	strbuf_done(&c->rows);
	strbuf_done(&c->details);
	strbuf_done(&c->assets);
}

int ingest_send_chunk(struct ingest *in, struct error *err)
{
	struct ingest_chunk *c = &in->chunks[in->filling];
	int rc;

	sort_items(c); /* while the server is still at the one before */
	if ((rc = ingest_drain(in, err)) < 0 || (rc = ensure_connectors(in, err)) < 0)
		return rc;
	if (++in->n_chunks > KNOWN_AFTER_CHUNKS && !in->write_mode && !in->known_asked) {
		give_back(&in->chunks[!in->filling]);
		if ((rc = ingest_load_known(in, err)) < 0)
			return rc;
	}
	if (in->upgrades.size > UPGRADES_MAX && (rc = ingest_write_upgrades(in, err)) < 0)
		return rc;
	if ((rc = keep_seen(in, c, err)) < 0)
		return rc;
	c->n_ask = ingest_count_unknown(in, c);
	c->diff = (struct ingest_diff){0};
	in->filling = !in->filling;
	ingest_chunk_reset(&in->chunks[in->filling]);
	if (in->knows)
		give_back(&in->chunks[in->filling]);
	if (c->n_ask)
		send_keys(in, c);
	else if ((rc = send_changes(in, c, err)) < 0)
		return rc;
	return ingest_go_on(in, err);
}
