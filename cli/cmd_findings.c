/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar findings: what the sources say, all of it or the members of one risk.
 */
#include <stdio.h>
#include <string.h>

#include "model/severity.h"
#include "store/explain_store.h"
#include "store/finding_store.h"

#include "cli.h"
#include "report.h"
#include "table.h"

#define LIMIT_DEFAULT 1000
#define LIMIT_MAX     1000000000
#define TABLE_ROWS    1000 /* behind so many, widths are measured anew */

struct findings {
	struct cli *cli;
	const char *risk; /* NULL: all findings */
	int state;        /* or FILTER_ANY */
	long long limit;  /* 0: none */
	size_t n_shown, n_damaged;
	struct strbuf line;
	struct table *table;
	size_t n_in_table;
};

static bool take_status(struct findings *f, const char *name)
{
	struct strbuf names = {0};

	for (int i = 0; i < FINDING_PASSING; i++) {
		if (strcmp(finding_state_name((enum finding_state)i), name) == 0) {
			f->state = i;
			strbuf_done(&names);
			return true;
		}
		strbuf_printf(&names, "%s%s", i ? ", " : "",
		              finding_state_name((enum finding_state)i));
	}
	cli_complain(f->cli, "--status is one of %s, not \"%s\"", strbuf_text(&names),
	             name);
	strbuf_done(&names);
	return false;
}

static bool read_arguments(struct findings *f, int argc, char **argv)
{
	static const struct option options[] = {{"risk", required_argument, NULL, 'r'},
	                                        {"status", required_argument, NULL, 's'},
	                                        {"limit", required_argument, NULL, 'l'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(f->cli, argc, argv, options)) != -1) {
		if (option == 'r')
			f->risk = optarg;
		else if (option == 's' && take_status(f, optarg))
			continue;
		else if (option == 'l' &&
		         cli_number(f->cli, "--limit", optarg, 0, LIMIT_MAX, &f->limit))
			continue;
		else
			return false;
	}
	if (optind < argc) {
		cli_complain(f->cli, "takes options only, not \"%s\"", argv[optind]);
		return false;
	}
	return true;
}

static void print_json(struct findings *f, const struct finding_row *r)
{
	struct strbuf *b = &f->line;

	json_write_open(b, NULL, '{');
	json_write_key(b, "id", &r->id);
	json_write_text(b, "source", r->source);
	json_write_text(b, "native_id", r->native_id);
	json_write_text(b, "rule", r->rule);
	json_write_text(b, "status", finding_state_name(r->state));
	json_write_text(b, "severity_raw", r->severity_raw);
	if (r->sev100 == SEV100_UNKNOWN)
		json_write_null(b, "sev100");
	else
		json_write_int(b, "sev100", r->sev100);
	json_write_text(b, "asset", r->asset);
	if (r->has_risk)
		json_write_key(b, "risk", &r->risk_id);
	else
		json_write_null(b, "risk");
	json_write_time(b, "first_seen", r->first_seen);
	json_write_text(b, "connector", r->connector);
	json_write_text(b, "title", r->title);
	json_write_stated(b, "cve", r->cve);
	json_write_stated(b, "location", r->location);
	json_write_text(b, "status_raw", r->status_raw);
	json_write_time(b, "confirmed_at", r->confirmed_at);
	json_write_bool(b, "stale", finding_is_stale(r, f->cli->now));
	json_write_close(b, '}');
	report_line(b);
}

static void flush_table(struct findings *f)
{
	if (f->table)
		table_print(f->table, stdout, f->cli->color, 0);
	table_free(f->table);
	f->table = NULL;
	f->n_in_table = 0;
}

static void print_row(struct findings *f, const struct finding_row *r)
{
	static const struct table_column columns[] = {
	        {.head = "source"},
	        {.head = "status"},
	        {.head = "severity"},
	        {.head = "rule", .elastic = true},
	        {.head = "title", .elastic = true},
	        {.head = "asset", .elastic = true},
	        {.head = "risk"},
	};
	char risk[KEY_TEXT_MAX] = "", status[32];

	if (!f->table)
		f->table = table_new(columns, N_ELEMENTS(columns));
	if (r->has_risk)
		key_text(&r->risk_id, risk);
	table_cell(f->table, r->source, NULL);
	snprintf(status, sizeof(status), "%s%s", finding_state_name(r->state),
	         finding_is_stale(r, f->cli->now) ? " ?" : "");
	table_cell(f->table, status, r->state == FINDING_OPEN ? NULL : "2");
	table_cell(f->table, severity_label(r->sev100), NULL);
	table_cell(f->table, *r->cve ? r->cve : r->rule, NULL);
	table_cell(f->table, r->title, NULL);
	table_cell(f->table, r->asset, NULL);
	table_cell(f->table, risk, "2");
	if (++f->n_in_table == TABLE_ROWS)
		flush_table(f);
}

static void print_rows(struct findings *f, const struct finding_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct finding_row *r = &rows->rows[i];

		if (f->state != FILTER_ANY && (int)r->state != f->state)
			continue;
		if (f->limit && (long long)f->n_shown == f->limit)
			break;
		f->n_shown++;
		if (f->cli->json)
			print_json(f, r);
		else
			print_row(f, r);
	}
	f->n_damaged += rows->n_damaged;
}

static int show_members(struct findings *f, struct pg *pg, const struct org *org)
{
	struct finding_rows rows;
	struct error err = {0};
	struct key risk_id;

	if (risk_find(pg, org, f->risk, &risk_id, &err) < 0) {
		cli_complain(f->cli, "%s", report_plain(err.text, f->cli->arena));
		return err.code == ERR_INVALID ? EXIT_USAGE : EXIT_FAILED;
	}
	if (finding_members(pg, org, &risk_id, f->cli->arena, &rows, &err) < 0)
		return cli_fail(f->cli, &err);
	print_rows(f, &rows);
	return EXIT_DONE;
}

static int show_all(struct findings *f, struct pg *pg, const struct org *org)
{
	struct finding_listing *listing;
	struct finding_rows rows;
	struct error err = {0};
	int rc;

	if (finding_listing_open(pg, org, f->state, f->limit, &listing, &err) < 0)
		return cli_fail(f->cli, &err);
	while ((rc = finding_listing_next(listing, &rows, &err)) == 0 && rows.n &&
	       !ferror(stdout))
		print_rows(f, &rows);
	finding_listing_free(listing);
	return rc < 0 ? cli_fail(f->cli, &err) : EXIT_DONE;
}

static int finish(struct findings *f, int exit_code)
{
	flush_table(f);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (!f->cli->json && f->n_shown == 0)
		puts("There is no such finding.");
	if (f->limit && (long long)f->n_shown == f->limit && !f->risk)
		cli_note(f->cli, "the first %lld; --limit 0 shows all", f->limit);
	exit_code = report_end(f->cli);
	if (exit_code == EXIT_DONE && f->n_damaged) {
		cli_complain(f->cli, "the raw records of %zu findings are damaged",
		             f->n_damaged);
		exit_code = EXIT_PART;
	}
	return exit_code;
}

int cmd_findings(struct cli *cli, int argc, char **argv)
{
	struct findings f = {.cli = cli, .state = FILTER_ANY, .limit = LIMIT_DEFAULT};
	struct org org;
	int exit_code;

	if (!read_arguments(&f, argc, argv))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = f.risk ? show_members(&f, pg, &org) : show_all(&f, pg, &org);
	pg_close(pg);
	exit_code = finish(&f, exit_code);
	strbuf_done(&f.line);
	return exit_code;
}
