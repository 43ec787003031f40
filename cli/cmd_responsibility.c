/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar responsibility: whose duty what is, as the matrix has it, for one type or one
 * asset; and the types that the catalogue does not know.
 */
#include <stdio.h>
#include <string.h>

#include "store/responsibility_store.h"

#include "cli.h"
#include "report.h"
#include "table.h"

struct responsibility_command {
	struct cli *cli;
	const char *asset, *type;
	bool unknown;
	struct responsibility_tables tables;
	struct strbuf line;
};

static bool read_arguments(struct responsibility_command *c, int argc, char **argv)
{
	static const struct option options[] = {{"asset", required_argument, NULL, 'a'},
	                                        {"type", required_argument, NULL, 't'},
	                                        {"unknown", no_argument, NULL, 'u'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		if (option == 'a')
			c->asset = optarg;
		else if (option == 't')
			c->type = optarg;
		else if (option == 'u')
			c->unknown = true;
		else
			return false;
	}
	if (optind < argc) {
		cli_complain(c->cli, "takes options only, not \"%s\"", argv[optind]);
		return false;
	}
	if ((c->asset != NULL) + (c->type != NULL) + c->unknown > 1) {
		cli_complain(c->cli, "takes one of --asset, --type and --unknown");
		return false;
	}
	if ((c->asset && !*c->asset) || (c->type && !*c->type)) {
		cli_complain(c->cli, "--asset and --type want a name");
		return false;
	}
	return true;
}

static const char *color_of(enum verdict v)
{
	switch (v) {
	case VERDICT_CUSTOMER:
		return NULL;
	case VERDICT_SHARED:
		return "33";
	case VERDICT_PROVIDER:
		return "2";
	case VERDICT_UNKNOWN:
		return "31";
	}
	return NULL;
}

/* --- the matrix --- */

static void json_domain(struct responsibility_command *c, const struct control_domain *d)
{
	json_write_open(&c->line, NULL, '{');
	responsibility_domain_put(&c->line, d);
	json_write_close(&c->line, '}');
	report_line(&c->line);
}

static void print_matrix(struct responsibility_command *c)
{
	static const struct table_column columns[] = {
	        {.head = "domain", .elastic = true},
	        {.head = "layer"},
	        {.head = "on_prem"},
	        {.head = "iaas"},
	        {.head = "paas"},
	        {.head = "saas"},
	        {.head = "source"},
	        {.head = "review by"},
	};
	struct table *t = c->cli->json ? NULL : table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < c->tables.n_domains; i++) {
		const struct control_domain *d = &c->tables.domains[i];

		if (!t) {
			json_domain(c, d);
			continue;
		}
		table_cell(t, d->name, NULL);
		table_cell(t, layer_name(d->layer), NULL);
		for (int m = 0; m < N_SERVICE_MODELS; m++)
			table_cell(t, verdict_name(d->owner[m]), color_of(d->owner[m]));
		table_cell(t, d->source, NULL);
		table_cell(t, d->review_by, NULL);
	}
	if (t)
		table_print(t, stdout, c->cli->color, 0);
	table_free(t);
}

/* --- of one type --- */

static void json_answer(struct responsibility_command *c, const struct responsibility *r)
{
	json_write_open(&c->line, NULL, '{');
	json_write_text(&c->line, "asset", c->asset);
	resource_kind_put(&c->line, &c->tables, c->type);
	responsibility_answer_put(&c->line, r);
	json_write_close(&c->line, '}');
	report_line(&c->line);
}

static void note_kind(const struct responsibility_command *c)
{
	const struct resource_kind *kind = resource_kind_find(&c->tables, c->type);

	if (kind)
		cli_note(c->cli, "%s (%s): %s, by %s", kind->type, kind->alias,
		         service_model_name(kind->model), kind->source);
	else
		cli_note(c->cli,
		         "the catalogue does not know the type \"%s\": it counts as iaas, "
		         "and "
		         "as the customer's",
		         report_plain(c->type, c->cli->arena));
}

static void print_answers(struct responsibility_command *c)
{
	static const struct table_column columns[] = {
	        {.head = "domain"},
	        {.head = "layer"},
	        {.head = "verdict"},
	        {.head = "by"},
	        {.head = "what you must do", .elastic = true},
	};
	struct table *t = c->cli->json ? NULL : table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < c->tables.n_domains; i++) {
		const struct control_domain *d = &c->tables.domains[i];
		const struct responsibility r =
		        responsibility_of_domain(&c->tables, c->type, d);

		if (!t) {
			json_answer(c, &r);
			continue;
		}
		table_cell(t, d->name, NULL);
		table_cell(t, layer_name(r.layer), NULL);
		table_cell(t, verdict_name(r.verdict), color_of(r.verdict));
		table_cell(t, r.overridden ? "type" : d->source, NULL);
		table_cell(t, r.row_owner == VERDICT_PROVIDER ? "" : d->customer_does,
		           NULL);
	}
	if (t)
		table_print(t, stdout, c->cli->color, 0);
	table_free(t);
	note_kind(c);
}

/* --- what is not known --- */

static void print_unknown(struct responsibility_command *c, const struct unknown_type *rows,
                          size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "provider"},
	        {.head = "type", .elastic = true},
	        {.head = "open risks", .right = true},
	        {.head = "first seen"},
	};
	struct table *t = c->cli->json ? NULL : table_new(columns, N_ELEMENTS(columns));
	char minute[TIMESTAMP_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		if (!t) {
			json_write_open(&c->line, NULL, '{');
			unknown_type_put(&c->line, &rows[i]);
			json_write_close(&c->line, '}');
			report_line(&c->line);
			continue;
		}
		table_cell(t, provider_name(rows[i].provider), NULL);
		table_cell(t, *rows[i].type ? rows[i].type : "(none told)", NULL);
		table_cell(t,
		           arena_printf(c->cli->arena, "%lld", (long long)rows[i].n_risks),
		           NULL);
		table_cell(t, report_minute(rows[i].first_seen, minute), NULL);
	}
	if (t && n)
		table_print(t, stdout, c->cli->color, 0);
	table_free(t);
	cli_note(c->cli, "%zu types without a row; a row goes into %s", n,
	         "catalog/responsibility/resource_types.csv");
}

static int show_unknown(struct responsibility_command *c, struct pg *pg,
                        const struct org *org)
{
	struct unknown_type *rows;
	struct error err = {0};
	size_t n;

	if (unknown_types(pg, org, c->cli->arena, &rows, &n, &err) < 0)
		return cli_fail(c->cli, &err);
	print_unknown(c, rows, n);
	return report_end(c->cli);
}

static int show_asset(struct responsibility_command *c, struct pg *pg,
                      const struct org *org)
{
	struct asset_duty asset;
	struct error err = {0};

	if (asset_duty_find(pg, org, c->asset, c->cli->arena, &asset, &err) < 0) {
		if (err.code != ERR_NOT_FOUND)
			return cli_fail(c->cli, &err);
		cli_complain(c->cli, "%s", report_plain(err.text, c->cli->arena));
		return EXIT_FAILED;
	}
	c->asset = asset.id;
	c->type = asset.type;
	print_answers(c);
	return report_end(c->cli);
}

/* The matrix and types are of the program: only assets need the database. */
static int show(struct responsibility_command *c)
{
	struct org org;
	int exit_code;

	if (!c->asset && !c->unknown) {
		if (c->type)
			print_answers(c);
		else
			print_matrix(c);
		return report_end(c->cli);
	}
	struct pg *pg =
	        cli_connect(c->cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = c->unknown ? show_unknown(c, pg, &org) : show_asset(c, pg, &org);
	pg_close(pg);
	return exit_code;
}

int cmd_responsibility(struct cli *cli, int argc, char **argv)
{
	struct responsibility_command c = {.cli = cli};
	struct error err = {0};
	int exit_code;

	if (!read_arguments(&c, argc, argv))
		return EXIT_USAGE;
	if (responsibility_catalog(cli->arena, &c.tables, &err) < 0)
		return cli_fail(cli, &err);
	exit_code = show(&c);
	strbuf_done(&c.line);
	return exit_code;
}
