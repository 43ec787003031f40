/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar history: what happened to one risk, and what moved its score.
 */
#include <stdio.h>

#include "store/explain_store.h"
#include "store/history_store.h"

#include "cli.h"
#include "report.h"
#include "scorer/history.h"
#include "table.h"

static void print_json(const struct history_entries *entries)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < entries->n; i++) {
		json_write_open(&b, NULL, '{');
		history_entry_put(&b, &entries->rows[i]);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
}

/* "open -> in_progress", "-> open", "" */
static const char *step_of(const struct history_entry *e, struct arena *a)
{
	const char *from = history_from(e, a), *to = history_to(e, a);

	if (e->place.source == HISTORY_ALIAS)
		return arena_printf(a, "%.8s", from);
	if (!to)
		return "";
	return arena_printf(a, "%s%s-> %s", from ? from : "", from ? " " : "", to);
}

static const char *why_of(const struct history_entry *e, struct arena *a)
{
	if (e->place.source == HISTORY_SCORE)
		return arena_printf(a, "%s: %s", history_causes(e, a),
		                    history_changes(e, a));
	return *e->comment ? arena_printf(a, "%s: %s", history_reason(e), e->comment)
	                   : history_reason(e);
}

static void print_table(const struct cli *cli, const struct history_entries *entries)
{
	static const struct table_column columns[] = {
	        {.head = "at"},
	        {.head = "what"},
	        {.head = "step"},
	        {.head = "band"},
	        {.head = "score", .right = true},
	        {.head = "due"},
	        {.head = "actor"},
	        {.head = "why"}, /* whole: a terminal wraps it */
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < entries->n; i++) {
		const struct history_entry *e = &entries->rows[i];
		const enum band band = e->band < 0 ? BAND_LOW : (enum band)e->band;
		const char *color = report_band_color(band);
		char at[TIMESTAMP_TEXT_MAX], due[TIMESTAMP_TEXT_MAX];

		table_cell(t, report_minute(e->place.at, at), NULL);
		table_cell(t, history_kind(e), NULL);
		table_cell(t, step_of(e, cli->arena), NULL);
		table_cell(t, e->band < 0 ? "" : band_name(band), color);
		table_cell(t, e->score < 0 ? "" : arena_printf(cli->arena, "%d", e->score),
		           color);
		table_cell(t, report_minute(e->due_at, due), NULL);
		table_cell(t, e->actor, NULL);
		table_cell(t, why_of(e, cli->arena), NULL);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

/* Page after page: a risk may have any number of entries. */
static int show(struct cli *cli, struct pg *pg, const struct org *org, const char *id)
{
	struct history_entries entries = {0};
	struct history_place place;
	struct error err;
	struct key risk;
	bool has_place = false;

	if (risk_find(pg, org, id, &risk, &err) < 0) {
		if (err.code != ERR_INVALID && err.code != ERR_NOT_FOUND &&
		    err.code != ERR_CONFLICT)
			return cli_fail(cli, &err);
		cli_complain(cli, "%s", err.text);
		return err.code == ERR_INVALID ? EXIT_USAGE : EXIT_FAILED;
	}
	do {
		if (risk_history(pg, org, &risk, has_place ? &place : NULL,
		                 HISTORY_LIMIT_MAX, cli->now, cli->arena, &entries,
		                 &err) < 0)
			return cli_fail(cli, &err);
		if (cli->json)
			print_json(&entries);
		else if (entries.n)
			print_table(cli, &entries);
		if (entries.n)
			place = entries.rows[entries.n - 1].place;
		has_place = entries.n > 0;
	} while (entries.n == HISTORY_LIMIT_MAX);
	return report_end(cli);
}

int cmd_history(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct org org;
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (optind + 1 != argc) {
		cli_complain(cli, "takes the id of one risk");
		return EXIT_USAGE;
	}
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = show(cli, pg, &org, argv[optind]);
	pg_close(pg);
	return exit_code;
}
