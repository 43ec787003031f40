/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar events: what happened, in the order of its numbers.
 */
#include <limits.h>
#include <stdio.h>

#include "model/risk_event.h"
#include "store/event_store.h"

#include "cli.h"
#include "report.h"
#include "table.h"

#define EVENTS_DEFAULT 100

static void print_json(const struct event_rows *events)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < events->n; i++) {
		json_write_open(&b, NULL, '{');
		event_row_put(&b, &events->rows[i]);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
}

static void put_row(struct table *t, const struct event_row *e, struct arena *a)
{
	const char *color = report_band_color(e->band);
	char at[TIMESTAMP_TEXT_MAX], due[TIMESTAMP_TEXT_MAX];

	table_cell(t, e->seq ? arena_printf(a, "%lld", (long long)e->seq) : "", "2");
	table_cell(t, report_minute(e->at, at), NULL);
	table_cell(t, risk_event_kind_name(e->kind), NULL);
	table_cell(t, risk_state_name(e->state), NULL);
	table_cell(t, band_name(e->band), color);
	table_cell(t, arena_printf(a, "%d", e->score), color);
	table_cell(t, report_minute(e->due_at, due), NULL);
	table_cell(t, e->actor, NULL);
	table_cell(t, e->reason, NULL);
}

static void print_table(const struct cli *cli, const struct event_rows *events)
{
	static const struct table_column columns[] = {
	        {.head = "seq", .right = true},
	        {.head = "at"},
	        {.head = "what"},
	        {.head = "state"},
	        {.head = "band"},
	        {.head = "score", .right = true},
	        {.head = "due"},
	        {.head = "actor"},
	        {.head = "reason", .elastic = true},
	        {.head = "risk"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char risk[KEY_TEXT_MAX];

	for (size_t i = 0; i < events->n; i++) {
		put_row(t, &events->rows[i], cli->arena);
		table_cell(t, key_text(&events->rows[i].risk_id, risk), "2");
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

int cmd_events(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"after", required_argument, NULL, 'a'},
	                                        {"limit", required_argument, NULL, 'l'},
	                                        CLI_COMMON_OPTIONS};
	long long after = 0, limit = EVENTS_DEFAULT;
	struct event_rows events;
	struct error err;
	struct org org;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1)
		if (!(option == 'a' &&
		      cli_number(cli, "--after", optarg, 0, LLONG_MAX, &after)) &&
		    !(option == 'l' &&
		      cli_number(cli, "--limit", optarg, 1, EVENT_LIMIT_MAX, &limit)))
			return EXIT_USAGE;
	if (optind < argc) {
		cli_complain(cli, "takes no \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = event_list(pg, &org, after, (int)limit, cli->arena, &events, &err) < 0
	                    ? cli_fail(cli, &err)
	                    : EXIT_DONE;
	pg_close(pg);
	if (exit_code)
		return exit_code;
	if (cli->json)
		print_json(&events);
	else if (events.n)
		print_table(cli, &events);
	else
		printf("No event has a number above %lld.\n", after);
	return report_end(cli);
}
