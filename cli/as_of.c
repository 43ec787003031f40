/* SPDX-License-Identifier: Apache-2.0 */
#include "as_of.h"

#include <stdio.h>

#include "report.h"
#include "table.h"

bool as_of_option(const struct cli *cli, const char *text, timestamp *out)
{
	struct error err;

	if (timestamp_parse(text, out, &err) == 0)
		return true;
	cli_complain(cli, "--as-of is an RFC 3339 time, not \"%s\"", text);
	return false;
}

bool as_of_is_past(const struct cli *cli, timestamp at)
{
	char now[TIMESTAMP_TEXT_MAX];

	if (at == TIMESTAMP_NONE || at <= cli->now)
		return true;
	cli_complain(cli, "--as-of is a time that has passed; it is %s",
	             timestamp_format(cli->now, now));
	return false;
}

int as_of_fail(const struct cli *cli, const struct error *err)
{
	if (err->code != ERR_NOT_FOUND && err->code != ERR_LIMIT)
		return cli_fail(cli, err);
	cli_complain(cli, "%s", err->text);
	return EXIT_FAILED;
}

void as_of_rows_json(const struct queue_page *page)
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
		json_write_text(&b, "provider", provider_name(r->resource.provider));
		json_write_text(&b, "account", r->resource.account);
		json_write_text(&b, "region", r->resource.region);
		json_write_text(&b, "asset", r->resource.id);
		json_write_text(&b, "responsibility", verdict_name(r->responsibility));
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

void as_of_rows_table(const struct cli *cli, const struct queue_page *page, timestamp at)
{
	static const struct table_column columns[] = {
	        {.head = "#", .right = true},
	        {.head = "score", .right = true},
	        {.head = "band"},
	        {.head = "state"},
	        {.head = "due"},
	        {.head = "risk", .elastic = true},
	        {.head = "asset", .elastic = true},
	        {.head = "where"},
	        {.head = "duty"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char text[TIMESTAMP_TEXT_MAX], due[32];

	for (size_t i = 0; i < page->n; i++) {
		const struct queue_risk *r = &page->risks[i];
		const char *color = report_band_color(r->band);

		table_cell(t, arena_printf(cli->arena, "%zu", i + 1), "2");
		table_cell(t, arena_printf(cli->arena, "%d", r->score), color);
		table_cell(t, band_name(r->band), color);
		table_cell(t, risk_state_name(r->state), NULL);
		table_cell(t, report_due(r, at, due), NULL);
		table_cell(t, r->title, NULL);
		table_cell(t, report_asset_name(&r->resource), NULL);
		table_cell(t, report_place(&r->resource, cli->arena), "2");
		table_cell(t, verdict_name(r->responsibility), NULL);
	}
	if (page->n)
		table_print(t, stdout, cli->color, 0);
	printf("%s%zu shown, as of %s\n", page->n ? "\n" : "", page->n,
	       timestamp_format(at, text));
	table_free(t);
}
