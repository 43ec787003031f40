/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the queue to JSON.  Lists are what the api is asked for most, so their rows
 * are written straight from the result of the query, text by text, without a tree in
 * between.
 */
#include "risk_json.h"

#include <string.h>

#include "model/json_write.h"

/* A literal, whose size the compiler knows. */
#define PUT(b, literal) strbuf_put((b), "" literal, sizeof(literal) - 1)

static void put_number(struct strbuf *b, int64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		digits[--at] = '-';
	strbuf_put(b, digits + at, sizeof(digits) - at);
}

/* Names of ours: nothing in them needs an escape. */
static void put_quoted(struct strbuf *b, const char *name)
{
	const size_t size = strlen(name);
	char *end = strbuf_reserve(b, size + 2);

	end[0] = '"';
	memcpy(end + 1, name, size);
	memcpy(end + 1 + size, "\"", 2);
	b->size += size + 2;
}

static void put_instant(struct strbuf *b, timestamp t)
{
	char text[TIMESTAMP_TEXT_MAX];

	if (t == TIMESTAMP_NONE)
		PUT(b, "null");
	else
		put_quoted(b, timestamp_format(t, text));
}

#define put_int(b, head, value)  (PUT(b, head), put_number((b), (value)))
#define put_name(b, head, value) (PUT(b, head), put_quoted((b), (value)))
#define put_text(b, head, value) (PUT(b, head), strbuf_put_json((b), (value)))
#define put_time(b, head, value) (PUT(b, head), put_instant((b), (value)))

/* Each name once: two sources may share one. */
static void put_sources(struct strbuf *b, const int64_t *ids, size_t n,
                        const struct source_list *sources)
{
	PUT(b, ",\"sources\":[");
	for (size_t i = 0; i < n; i++) {
		const char *name = source_name_of(sources, ids[i]);
		size_t k = 0;

		while (k < i && strcmp(name, source_name_of(sources, ids[k])) != 0)
			k++;
		if (k < i)
			continue;
		if (i > 0)
			strbuf_putc(b, ',');
		strbuf_put_json(b, name);
	}
	strbuf_putc(b, ']');
}

static const char *layer_text(int layer)
{
	return layer < 0 ? "unknown" : layer_name((enum layer)layer);
}

void risk_json_put_risk(struct strbuf *b, const struct index_risk *r, enum sla_state sla,
                        const struct source_list *sources)
{
	char id[KEY_TEXT_MAX];

	put_name(b, "{\"id\":", key_text(&r->id, id));
	put_int(b, ",\"rank\":", r->rank);
	put_int(b, ",\"score\":", r->score);
	put_name(b, ",\"band\":", band_name(r->band));
	put_name(b, ",\"state\":", risk_state_name(r->state));
	put_text(b, ",\"title\":", r->title);
	put_text(b, ",\"subject\":", r->subject);
	put_name(b, ",\"class\":", finding_class_name(r->class));
	put_name(b, ",\"provider\":", provider_name(r->provider));
	put_text(b, ",\"account\":", r->account);
	put_text(b, ",\"region\":", r->region);
	put_text(b, ",\"asset\":", r->asset_id);
	put_text(b, ",\"owner\":", r->owner);
	put_name(b, ",\"responsibility\":", verdict_name(r->responsibility));
	put_name(b, ",\"layer\":", layer_text(r->layer));
	put_int(b, ",\"findings\":", r->n_findings);
	put_sources(b, r->source_ids, r->n_sources, sources);
	put_time(b, ",\"opened_at\":", r->opened_at);
	put_time(b, ",\"due_at\":", r->due_at);
	put_name(b, ",\"sla\":", sla_state_name(sla));
	put_text(b, ",\"location\":", r->location);
	put_text(b, ",\"asset_type\":", r->asset_type);
	put_text(b, ",\"asset_name\":", r->asset_name);
	strbuf_putc(b, '}');
}

#define SOURCES_SHOWN 64 /* a risk that more sources see names these */

void risk_json_put_page_row(struct strbuf *b, const struct page_row *row,
                            enum sla_state sla, const struct source_list *sources)
{
	int64_t ids[SOURCES_SHOWN];
	const size_t n =
	        row->source_ids.n < SOURCES_SHOWN ? row->source_ids.n : SOURCES_SHOWN;
	const struct index_risk risk = {
	        .id = row->id,
	        .rank = row->rank,
	        .score = row->score,
	        .band = row->band,
	        .state = row->state,
	        .title = row->title,
	        .subject = row->subject,
	        .class = row->class,
	        .provider = row->provider,
	        .account = row->account,
	        .region = row->region,
	        .asset_id = row->asset,
	        .owner = row->owner,
	        .responsibility = row->responsibility,
	        .layer = row->layer,
	        .n_findings = row->n_findings,
	        .source_ids = ids,
	        .n_sources = n,
	        .opened_at = row->opened_at,
	        .due_at = row->due_at,
	        .location = row->location,
	        .asset_type = row->asset_type,
	        .asset_name = row->asset_name,
	};

	for (size_t i = 0; i < n; i++)
		ids[i] = page_number_at(&row->source_ids, i);
	risk_json_put_risk(b, &risk, sla, sources);
}

void risk_json_put_members(struct strbuf *b, const struct queue_risk *r)
{
	json_write_key(b, "id", &r->id);
	json_write_int(b, "rank", r->rank);
	json_write_int(b, "score", r->score);
	json_write_text(b, "band", band_name(r->band));
	json_write_text(b, "state", risk_state_name(r->state));
	json_write_text(b, "title", r->title);
	json_write_text(b, "subject", r->subject);
	json_write_text(b, "class", finding_class_name(r->class));
	json_write_text(b, "provider", provider_name(r->resource.provider));
	json_write_text(b, "account", r->resource.account);
	json_write_text(b, "region", r->resource.region);
	json_write_text(b, "asset", r->resource.id);
	json_write_text(b, "owner", r->owner);
	json_write_text(b, "responsibility", verdict_name(r->responsibility));
	json_write_text(b, "layer", layer_text(r->layer));
	json_write_int(b, "findings", r->n_findings);
	json_write_open(b, "sources", '[');
	for (size_t i = 0; i < r->n_sources; i++)
		json_write_text(b, NULL, r->sources[i]);
	json_write_close(b, ']');
	json_write_time(b, "opened_at", r->opened_at);
	json_write_time(b, "due_at", r->due_at);
	json_write_text(b, "sla", sla_state_name(r->sla));
	json_write_text(b, "location", r->location);
	json_write_text(b, "asset_type", r->resource.type);
	json_write_text(b, "asset_name", r->resource.name);
}
