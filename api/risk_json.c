/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the queue to JSON.  Lists are what the api is asked for most, so their rows
 * are written straight from the result of the query, text by text, without a tree in
 * between.
 */
#include "risk_json.h"

#include <string.h>

#include "model/json_write.h"

static void put_literal(struct strbuf *b, const char *text)
{
	strbuf_put(b, text, strlen(text));
}

static void put_int(struct strbuf *b, const char *head, int64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	put_literal(b, head);
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		digits[--at] = '-';
	strbuf_put(b, digits + at, sizeof(digits) - at);
}

static void put_text(struct strbuf *b, const char *head, const char *text)
{
	put_literal(b, head);
	strbuf_put_json(b, text);
}

/* Names of ours: nothing in them needs an escape. */
static void put_name(struct strbuf *b, const char *head, const char *name)
{
	put_literal(b, head);
	strbuf_putc(b, '"');
	put_literal(b, name);
	strbuf_putc(b, '"');
}

static void put_time(struct strbuf *b, const char *head, timestamp t)
{
	char text[TIMESTAMP_TEXT_MAX];

	if (t == TIMESTAMP_NONE) {
		put_literal(b, head);
		put_literal(b, "null");
	} else {
		put_name(b, head, timestamp_format(t, text));
	}
}

/* Each name once: two sources may share one. */
static void put_sources(struct strbuf *b, const struct page_row *row,
                        const struct source_list *sources)
{
	const char *comma = "";

	put_literal(b, ",\"sources\":[");
	for (size_t i = 0; i < row->source_ids.n; i++) {
		const char *name =
		        source_name_of(sources, page_number_at(&row->source_ids, i));
		size_t k = 0;

		while (k < i &&
		       strcmp(name, source_name_of(sources, page_number_at(&row->source_ids,
		                                                           k))) != 0)
			k++;
		if (k < i)
			continue;
		put_text(b, comma, name);
		comma = ",";
	}
	strbuf_putc(b, ']');
}

static const char *layer_text(int layer)
{
	return layer < 0 ? "unknown" : layer_name((enum layer)layer);
}

void risk_json_put_row(struct strbuf *b, const struct page_row *row, enum sla_state sla,
                       const struct source_list *sources)
{
	char id[KEY_TEXT_MAX];

	put_name(b, "{\"id\":", key_text(&row->id, id));
	put_int(b, ",\"rank\":", row->rank);
	put_int(b, ",\"score\":", row->score);
	put_name(b, ",\"band\":", band_name(row->band));
	put_name(b, ",\"state\":", risk_state_name(row->state));
	put_text(b, ",\"title\":", row->title);
	put_text(b, ",\"subject\":", row->subject);
	put_name(b, ",\"class\":", finding_class_name(row->class));
	put_name(b, ",\"provider\":", provider_name(row->provider));
	put_text(b, ",\"account\":", row->account);
	put_text(b, ",\"region\":", row->region);
	put_text(b, ",\"asset\":", row->asset);
	put_text(b, ",\"owner\":", row->owner);
	put_name(b, ",\"responsibility\":", verdict_name(row->responsibility));
	put_name(b, ",\"layer\":", layer_text(row->layer));
	put_int(b, ",\"findings\":", row->n_findings);
	put_sources(b, row, sources);
	put_time(b, ",\"opened_at\":", row->opened_at);
	put_time(b, ",\"due_at\":", row->due_at);
	put_name(b, ",\"sla\":", sla_state_name(sla));
	put_text(b, ",\"location\":", row->location);
	put_text(b, ",\"asset_type\":", row->asset_type);
	put_text(b, ",\"asset_name\":", row->asset_name);
	strbuf_putc(b, '}');
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
