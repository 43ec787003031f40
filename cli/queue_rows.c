/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_rows.h"

#include <stdio.h>

#include "report.h"
#include "table.h"

static void put_resource(struct strbuf *b, const struct resource *r)
{
	json_write_text(b, "provider", provider_name(r->provider));
	json_write_text(b, "account", r->account);
	json_write_text(b, "region", r->region);
	json_write_text(b, "asset", r->id);
}

void queue_rows_json(const struct queue_page *page)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < page->n; i++) {
		const struct queue_risk *r = &page->risks[i];

		json_write_open(&b, NULL, '{');
		json_write_key(&b, "id", &r->id);
		json_write_int(&b, "rank", r->rank);
		json_write_int(&b, "score", r->score);
		json_write_text(&b, "band", band_name(r->band));
		json_write_text(&b, "state", risk_state_name(r->state));
		json_write_text(&b, "title", r->title);
		json_write_text(&b, "subject", r->subject);
		json_write_text(&b, "class", finding_class_name(r->class));
		put_resource(&b, &r->resource);
		json_write_text(&b, "owner", r->owner);
		json_write_text(&b, "responsibility", verdict_name(r->responsibility));
		json_write_text(&b, "layer", report_layer(r->layer));
		json_write_int(&b, "findings", r->n_findings);
		json_write_open(&b, "sources", '[');
		for (size_t k = 0; k < r->n_sources; k++)
			json_write_text(&b, NULL, r->sources[k]);
		json_write_close(&b, ']');
		json_write_time(&b, "opened_at", r->opened_at);
		json_write_time(&b, "due_at", r->due_at);
		json_write_text(&b, "sla", sla_state_name(r->sla));
		json_write_text(&b, "location", r->location);
		json_write_text(&b, "asset_type", r->resource.type);
		json_write_text(&b, "asset_name", r->resource.name);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
}

static const char *due_color(enum sla_state sla)
{
	return sla == SLA_BREACHED ? "31" : sla == SLA_DUE_SOON ? "33" : NULL;
}

static bool any_other(const struct queue_page *page)
{
	for (size_t i = 0; i < page->n; i++)
		if (page->risks[i].responsibility != VERDICT_CUSTOMER)
			return true;
	return false;
}

void queue_rows_table(const struct cli *cli, const struct queue_page *page)
{
	static const struct table_column columns[] = {
	        {.head = "#", .right = true},
	        {.head = "score", .right = true},
	        {.head = "band"},
	        {.head = "due"},
	        {.head = "risk", .elastic = true},
	        {.head = "asset", .elastic = true},
	        {.head = "where"},
	        {.head = "seen"},
	        {.head = "duty"}, /* left out when all are the customer's */
	};
	const bool duty = any_other(page);
	struct table *t = table_new(columns, N_ELEMENTS(columns) - !duty);
	char due[32];

	for (size_t i = 0; i < page->n; i++) {
		const struct queue_risk *r = &page->risks[i];
		const char *color = report_band_color(r->band);

		table_cell(t, arena_printf(cli->arena, "%zu", i + 1), "2");
		table_cell(t, arena_printf(cli->arena, "%d", r->score), color);
		table_cell(t, band_name(r->band), color);
		table_cell(t, report_due(r, cli->now, due), due_color(r->sla));
		table_cell(t, r->title, NULL);
		table_cell(t, report_asset_name(&r->resource), NULL);
		table_cell(t, report_place(&r->resource, cli->arena), "2");
		table_cell(t,
		           arena_printf(cli->arena, "%d \xc3\x97 %zu", r->n_findings,
		                        r->n_sources),
		           NULL);
		if (duty)
			table_cell(t,
			           r->responsibility == VERDICT_CUSTOMER
			                   ? ""
			                   : verdict_name(r->responsibility),
			           NULL);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}
