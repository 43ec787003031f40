/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar org: makes and lists tenants.  There is no way to remove one: its number
 * stands in every row that it has.
 */
#include <stdio.h>
#include <string.h>

#include "store/org_store.h"

#include "cli.h"
#include "report.h"
#include "table.h"

#define NAME_MAX_SIZE 100

static const char name_alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

/* Options only the common ones; wants n words behind them. */
static struct pg *begin(struct cli *cli, int argc, char **argv, int n_words, int *exit_out)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct org org;

	*exit_out = EXIT_USAGE;
	if (cli_getopt(cli, argc, argv, options) != -1)
		return NULL;
	if (argc - optind != n_words) {
		cli_complain(cli, n_words ? "wants one name (see isobar org --help)"
		                          : "takes options only");
		return NULL;
	}
	if (n_words && (strlen(argv[optind]) > NAME_MAX_SIZE ||
	                strspn(argv[optind], name_alphabet) != strlen(argv[optind]) ||
	                *argv[optind] == '-' || *argv[optind] == '\0')) {
		cli_complain(cli,
		             "a name has 1 to %d of a-z, 0-9 and -, which is not first",
		             NAME_MAX_SIZE);
		return NULL;
	}
	return cli_connect(cli, "isobar_operator", PG_GROUP_TOKEN, &org, exit_out);
}

static void print_json(const struct org_row *org)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_int(&b, "id", org->id);
	json_write_text(&b, "name", org->name);
	json_write_time(&b, "created_at", org->created_at);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static int create(struct cli *cli, int argc, char **argv)
{
	struct org_row org = {0};
	struct error err;
	int exit_code;
	struct pg *pg = begin(cli, argc, argv, 1, &exit_code);

	if (!pg)
		return exit_code;
	org.name = argv[optind];
	org.created_at = cli->now;
	const int rc = org_create(pg, org.name, cli->now, &org.id, &err);

	pg_close(pg);
	if (rc < 0)
		return cli_fail(cli, &err);
	if (cli->json)
		print_json(&org);
	else
		printf("org %s is number %lld\n", org.name, (long long)org.id);
	return report_end(cli);
}

static void print_table(const struct cli *cli, const struct org_page *page)
{
	static const struct table_column columns[] = {
	        {.head = "number", .right = true},
	        {.head = "name", .elastic = true},
	        {.head = "created"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char text[TIMESTAMP_TEXT_MAX];

	for (size_t i = 0; i < page->n; i++) {
		snprintf(text, sizeof(text), "%lld", (long long)page->rows[i].id);
		table_cell(t, text, NULL);
		table_cell(t, page->rows[i].name, NULL);
		table_cell(t, report_minute(page->rows[i].created_at, text), NULL);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static int list(struct cli *cli, int argc, char **argv)
{
	struct org_page page = {0};
	struct error err;
	int64_t after = 0;
	int exit_code, rc;
	struct pg *pg = begin(cli, argc, argv, 0, &exit_code);

	if (!pg)
		return exit_code;
	while ((rc = org_list_next(pg, after, cli->arena, &page, &err)) == 0 && page.n) {
		for (size_t i = 0; cli->json && i < page.n; i++)
			print_json(&page.rows[i]);
		if (!cli->json)
			print_table(cli, &page);
		after = page.rows[page.n - 1].id;
	}
	pg_close(pg);
	return rc < 0 ? cli_fail(cli, &err) : report_end(cli);
}

int cmd_org(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"create", create, "NAME",
	         "a new tenant, which --org NAME names from then on", ""},
	        {"list", list, "", "all tenants", ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
