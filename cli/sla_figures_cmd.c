/* SPDX-License-Identifier: Apache-2.0 */
/* isobar sla summary, forecast, breaches: how the deadlines stand. */
#include "sla_figures_cmd.h"

#include <stdio.h>
#include <string.h>

#include "store/sla_figures.h"

#include "queue_rows.h"
#include "report.h"
#include "table.h"

#define LIMIT_MAX 1000

static const char *number(int64_t n, struct arena *a)
{
	return arena_printf(a, "%lld", (long long)n);
}

/* "45 s", "12 min", "30 h", "12 days" */
static const char *words_of(int64_t seconds, struct arena *a)
{
	if (seconds < 120)
		return arena_printf(a, "%lld s", (long long)seconds);
	if (seconds < 7200)
		return arena_printf(a, "%lld min", (long long)((seconds + 30) / 60));
	if (seconds < 3 * 86400)
		return arena_printf(a, "%lld h", (long long)((seconds + 1800) / 3600));
	return arena_printf(a, "%lld days", (long long)((seconds + 43200) / 86400));
}

static bool no_more(struct cli *cli, int argc, char **argv)
{
	if (optind == argc)
		return true;
	cli_complain(cli, "takes no \"%s\"", argv[optind]);
	return false;
}

/* --- summary --- */

static void print_now(const struct cli *cli, const struct sla_summary *s)
{
	static const struct table_column columns[] = {
	        {.head = "now"},
	        {.head = "open", .right = true},
	        {.head = "in progress", .right = true},
	        {.head = "contested", .right = true},
	        {.head = "accepted", .right = true},
	        {.head = "false positive", .right = true},
	        {.head = "suppressed", .right = true},
	        {.head = "breached", .right = true},
	        {.head = "due soon", .right = true},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (int band = N_BANDS - 1; band >= 0; band--) {
		table_cell(t, band_name((enum band)band),
		           report_band_color((enum band)band));
		for (int state = RISK_OPEN; state < RISK_RESOLVED; state++)
			table_cell(t, number(s->n[band][state], cli->arena), NULL);
		table_cell(t, number(s->breached[band], cli->arena),
		           s->breached[band] ? "31" : NULL);
		table_cell(t, number(s->due_soon[band], cli->arena), NULL);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

/* "mean / median / p90", or "". */
static const char *times_words(const struct sla_times *t, struct arena *a)
{
	if (t->n == 0)
		return "";
	return arena_printf(a, "%s / %s / %s", words_of(t->mean, a), words_of(t->median, a),
	                    words_of(t->p90, a));
}

static void put_part(struct table *t, const char *key, const struct sla_part *part,
                     struct arena *a)
{
	const int64_t judged = part->met + part->missed;

	table_cell(t, *key ? key : "(nobody)", NULL);
	table_cell(t, number(part->opened, a), NULL);
	table_cell(t, number(part->reopened, a), NULL);
	table_cell(t, number(part->resolved, a), NULL);
	table_cell(t,
	           judged ? arena_printf(a, "%.1f %%",
	                                 100.0 * (double)part->missed / (double)judged)
	                  : "",
	           part->missed ? "31" : NULL);
	table_cell(t, number(part->flapped, a), NULL);
	table_cell(t, times_words(&part->acknowledge, a), NULL);
	table_cell(t, times_words(&part->resolve, a), NULL);
}

static void print_parts(const struct cli *cli, const struct sla_summary *s)
{
	const char *by = sla_split_name(s->period.split);
	const struct table_column columns[] = {
	        {.head = by ? by : ""},
	        {.head = "opened", .right = true},
	        {.head = "reopened", .right = true},
	        {.head = "resolved", .right = true},
	        {.head = "too late", .right = true},
	        {.head = "flapped", .right = true},
	        {.head = "acknowledged after (mean / median / p90)"},
	        {.head = "resolved after (mean / median / p90)"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < s->n_parts; i++)
		put_part(t, s->parts[i].key, &s->parts[i], cli->arena);
	put_part(t, "all", &s->all, cli->arena);
	printf("\nfrom %s to %s\n", sla_day_text(s->period.first, cli->arena),
	       sla_day_text(s->period.last + 6, cli->arena));
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static bool read_summary(struct cli *cli, int argc, char **argv, struct sla_period *out)
{
	static const struct option options[] = {{"by", required_argument, NULL, 'b'},
	                                        {"from", required_argument, NULL, 'f'},
	                                        {"to", required_argument, NULL, 't'},
	                                        CLI_COMMON_OPTIONS};
	const char *from = "", *to = "", *wrong, *parameter;
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'f')
			from = optarg;
		else if (option == 't')
			to = optarg;
		else if (option != 'b')
			return false;
		else if (sla_split_parse(optarg, &out->split) < 0) {
			cli_complain(
			        cli,
			        "--by is one of band, owner, provider, week, not \"%s\"",
			        optarg);
			return false;
		}
	}
	wrong = sla_period_read(from, to, cli->now, out, &parameter);
	if (wrong) {
		cli_complain(cli, "--%s %s", parameter, wrong);
		return false;
	}
	return no_more(cli, argc, argv);
}

int sla_summary_cmd(struct cli *cli, int argc, char **argv)
{
	struct sla_summary summary = {.period = {.split = SLA_SPLIT_BAND}};
	struct strbuf b = {0};
	struct error err;
	struct org org;
	int exit_code;

	if (!read_summary(cli, argc, argv, &summary.period))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = sla_summary_load(pg, &org, cli->now, cli->arena, &summary, &err) < 0
	                    ? cli_fail(cli, &err)
	                    : EXIT_DONE;
	pg_close(pg);
	if (exit_code)
		return exit_code;
	if (cli->json) {
		json_write_open(&b, NULL, '{');
		sla_summary_put(&b, &summary);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
	} else {
		print_now(cli, &summary);
		print_parts(cli, &summary);
	}
	return report_end(cli);
}

/* --- forecast --- */

static void print_forecast(const struct cli *cli, const struct sla_forecast *f)
{
	static const struct table_column columns[] = {
	        {.head = "day"},
	        {.head = "band"},
	        {.head = "due", .right = true},
	        {.head = "acceptances end", .right = true},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < f->n; i++) {
		const struct sla_forecast_row *row = &f->rows[i];

		table_cell(t, row->day, NULL);
		table_cell(t, band_name(row->band), report_band_color(row->band));
		table_cell(t, number(row->breaches, cli->arena), NULL);
		table_cell(t, number(row->acceptances, cli->arena), NULL);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

int sla_forecast_cmd(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct sla_forecast forecast;
	struct strbuf b = {0};
	struct error err;
	struct org org;
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1 || !no_more(cli, argc, argv))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = sla_forecast_load(pg, &org, cli->now, cli->arena, &forecast, &err) < 0
	                    ? cli_fail(cli, &err)
	                    : EXIT_DONE;
	pg_close(pg);
	if (exit_code)
		return exit_code;
	for (size_t i = 0; cli->json && i < forecast.n; i++) {
		json_write_open(&b, NULL, '{');
		sla_forecast_row_put(&b, &forecast.rows[i]);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
	if (!cli->json && forecast.n)
		print_forecast(cli, &forecast);
	else if (!cli->json)
		printf("Nothing is due and no acceptance ends in the next %d days.\n",
		       SLA_FORECAST_DAYS);
	return report_end(cli);
}

/* --- breaches --- */

/* TIME,ID: due_at and id of a row of an earlier page. */
static bool take_after(struct cli *cli, const char *text, struct sla_place *out)
{
	const char *comma = strchr(text, ',');
	struct error err;

	if (comma &&
	    timestamp_parse(arena_printf(cli->arena, "%.*s", (int)(comma - text), text),
	                    &out->due_at, &err) == 0 &&
	    key_parse(comma + 1, &out->id) == 0)
		return true;
	cli_complain(cli, "--after wants DUE_AT,ID of the last row, not \"%s\"", text);
	return false;
}

static bool read_breaches(struct cli *cli, int argc, char **argv, struct sla_place *after,
                          long long *limit)
{
	static const struct option options[] = {{"limit", required_argument, NULL, 'l'},
	                                        {"after", required_argument, NULL, 'a'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1)
		if (!(option == 'l' &&
		      cli_number(cli, "--limit", optarg, 1, LIMIT_MAX, limit)) &&
		    !(option == 'a' && take_after(cli, optarg, after)))
			return false;
	return no_more(cli, argc, argv);
}

int sla_breaches_cmd(struct cli *cli, int argc, char **argv)
{
	struct sla_place after = {.due_at = INT64_MIN};
	long long limit = 25;
	struct queue_page page;
	struct error err;
	struct org org;
	int exit_code;

	if (!read_breaches(cli, argc, argv, &after, &limit))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = sla_breaches_load(pg, &org, cli->now, &after, (int)limit, cli->arena,
	                              &page, &err) < 0
	                    ? cli_fail(cli, &err)
	                    : EXIT_DONE;
	pg_close(pg);
	if (exit_code)
		return exit_code;
	if (cli->json)
		queue_rows_json(&page);
	else if (page.n)
		queue_rows_table(cli, &page);
	else
		puts("Nothing is overdue.");
	return report_end(cli);
}
