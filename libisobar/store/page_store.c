/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binary results of the api's statements, column by column in their order.  What is
 * out of range there was written by nobody of ours: it is asserted.
 */
#include "store/page_store.h"

#include <assert.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/pg_binary.h"
#include "store/pg_encode.h"

const struct queue_place queue_start = {INT64_MAX,
                                        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}};

/* --- the state of the queue --- */

void queue_state_bind(const struct org *org, timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_int(p, QUEUE_CROSSED_FEW + 1);
}

bool queue_state_read(const PGresult *result, struct queue_state *out)
{
	struct binary_row r = {result, 0, 0};

	if (PQntuples(result) == 0)
		return false;
	out->epoch = next_int8(&r);
	out->version = next_int8(&r);
	out->crossing = next_timestamp(&r);
	out->is_behind = next_int8(&r) > QUEUE_CROSSED_FEW;
	return true;
}

/* --- binding --- */

/* What a parameter needs outlives the strbuf that it was written in. */
static void bind_buffer(struct pg_params *p, struct strbuf *b)
{
	void *copy = arena_alloc(p->arena, b->size);

	memcpy(copy, b->data, b->size);
	pg_bind_binary(p, copy, b->size);
	strbuf_done(b);
}

static void bind_keys(struct pg_params *p, const struct key *ids, size_t n)
{
	struct strbuf b = {0};

	pg_put_array_head(&b, PG_OID_UUID, n);
	for (size_t i = 0; i < n; i++)
		pg_put_key(&b, &ids[i]);
	bind_buffer(p, &b);
}

static void bind_responsibilities(struct pg_params *p, unsigned int mask)
{
	struct strbuf b = {0};

	if (mask == (1u << N_VERDICTS) - 1) {
		pg_bind_text(p, NULL);
		return;
	}
	pg_put_array_head(&b, PG_OID_INT2, (size_t)__builtin_popcount(mask));
	for (int i = 0; i < N_VERDICTS; i++)
		if (mask & 1u << i)
			pg_put_int2(&b, i);
	bind_buffer(p, &b);
}

void queue_page_bind(const struct org *org, timestamp now, const struct queue_place *after,
                     unsigned int responsibilities, int limit, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_int(p, after->rank);
	pg_bind_key(p, &after->id);
	bind_responsibilities(p, responsibilities);
	pg_bind_int(p, limit);
}

void fix_risks_bind(const struct org *org, timestamp now, const struct queue_place *after,
                    const struct key *fix_id, int limit, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_int(p, after->rank);
	pg_bind_key(p, &after->id);
	pg_bind_key(p, fix_id);
	pg_bind_int(p, limit);
}

void index_load_bind(const struct org *org, const struct key *after, int limit,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, after);
	pg_bind_int(p, limit);
}

void index_rows_bind(const struct org *org, const struct key *ids, size_t n,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	bind_keys(p, ids, n);
}

void queue_changes_bind(const struct org *org, int64_t version, int part, int limit,
                        struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_int(p, version);
	pg_bind_int(p, part);
	pg_bind_int(p, limit);
}

/* --- reading --- */

/* A number of an enum, or of no asset: 0. */
static int next_of(struct binary_row *r, int count)
{
	int value = 0;

	if (next_is_null(r))
		r->column++;
	else
		value = next_int2(r);
	assert(value >= 0 && value < count);
	return value;
}

static const char *next_text_or(struct binary_row *r, const char *fallback)
{
	const bool is_null = next_is_null(r);
	const char *text = next_value(r);

	return is_null ? fallback : text;
}

static int next_layer(struct binary_row *r)
{
	const int layer = next_int2(r);

	return layer >= 0 && layer < N_LAYERS ? layer : -1;
}

static int next_clock_mode(struct binary_row *r)
{
	if (!next_is_null(r))
		return next_of(r, SLA_MODE_STOPPED + 1);
	r->column++;
	return -1;
}

static struct page_numbers next_numbers(struct binary_row *r)
{
	struct page_numbers out;

	out.at = next_array(r, PG_OID_INT8, sizeof(int64_t), &out.n);
	return out;
}

int64_t page_number_at(const struct page_numbers *numbers, size_t i)
{
	uint64_t v;

	memcpy(&v, numbers->at + i * (4 + sizeof(v)) + 4, sizeof(v));
	return (int64_t)be64toh(v);
}

void page_row_read(const PGresult *result, int row, struct page_row *out)
{
	struct binary_row r = {result, row, 0};

	out->id = next_key(&r);
	out->rank = next_int8(&r);
	out->score = next_int2(&r);
	out->band = (enum band)next_of(&r, N_BANDS);
	out->state = (enum risk_state)next_of(&r, N_RISK_STATES);
	out->class = (enum finding_class)next_of(&r, N_FINDING_CLASSES);
	out->responsibility = (enum verdict)next_of(&r, N_VERDICTS);
	out->layer = next_layer(&r);
	out->n_findings = next_int4(&r);
	out->title = next_value(&r);
	out->subject = next_value(&r);
	out->location = next_value(&r);
	out->opened_at = next_timestamp(&r);
	out->due_at = next_timestamp(&r);
	out->source_ids = next_numbers(&r);
	out->clock_mode = next_clock_mode(&r);
	out->owner = next_text_or(&r, NULL);
	out->provider = (enum provider)next_of(&r, N_PROVIDERS);
	out->account = next_text_or(&r, "");
	out->region = next_text_or(&r, "");
	out->asset_type = next_text_or(&r, "");
	out->asset_name = next_text_or(&r, "");
	out->asset = next_text_or(&r, "");
}

/*
 * The rank says what the clock does: its slot is made of the SLA state, and the
 * statement took the slot at the time of asking.
 */
enum sla_state page_row_sla(const struct page_row *row)
{
	if (row->clock_mode == SLA_MODE_PAUSED || row->responsibility == VERDICT_PROVIDER)
		return SLA_PAUSED;
	if (row->due_at == TIMESTAMP_NONE)
		return SLA_NONE;
	switch (row->rank / 1024 % 4) {
	case 2:
		return SLA_BREACHED;
	case 1:
		return SLA_DUE_SOON;
	default:
		return SLA_OK;
	}
}

void index_row_read(const PGresult *result, int row, struct index_row *out)
{
	struct binary_row r = {result, row, 0};

	out->id = next_key(&r);
	out->rank = next_int8(&r);
	out->opened_at = next_timestamp(&r);
	out->due_at = next_timestamp(&r);
	out->next_crossing_at = next_timestamp(&r);
	out->resolved_at = next_timestamp(&r);
	out->score = next_int2(&r);
	out->band = (enum band)next_of(&r, N_BANDS);
	out->state = (enum risk_state)next_of(&r, N_RISK_STATES);
	out->class = (enum finding_class)next_of(&r, N_FINDING_CLASSES);
	out->responsibility = (enum verdict)next_of(&r, N_VERDICTS);
	out->layer = next_layer(&r);
	out->provider = (enum provider)next_of(&r, N_PROVIDERS);
	out->account = next_text_or(&r, "");
	out->region = next_text_or(&r, "");
	out->owner = next_text_or(&r, NULL);
	out->subject = next_value(&r);
	out->asset = next_text_or(&r, "");
	out->asset_name = next_text_or(&r, "");
	out->title = next_value(&r);
	out->source_ids = next_numbers(&r);
	out->n_findings = next_int4(&r);
	out->location = next_value(&r);
	out->asset_type = next_text_or(&r, "");
	out->reopens_at = next_timestamp(&r);
	out->soon_at = next_timestamp(&r);
}

void queue_change_read(const PGresult *result, int row, struct queue_change *out)
{
	struct binary_row r = {result, row, 0};

	out->version = next_int8(&r);
	out->part = next_int4(&r);
	out->ids = next_array(&r, PG_OID_UUID, KEY_SIZE, &out->n_ids);
}

struct key queue_change_id(const struct queue_change *change, size_t i)
{
	struct key id;

	memcpy(id.bytes, change->ids + i * (4 + KEY_SIZE) + 4, KEY_SIZE);
	return id;
}
