/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar dump: a table's rows in a form in which two databases can be compared.
 * Always one JSON object a line.
 */
#include <stdio.h>

#include "store/dump_store.h"

#include "cli.h"
#include "report.h"

static int print_row(void *ctx, const char *row)
{
	(void)ctx;
	return puts(row) < 0;
}

static const char *read_arguments(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"table", required_argument, NULL, 't'},
	                                        CLI_COMMON_OPTIONS};
	const char *table = NULL;
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 't')
			return NULL;
		table = optarg;
	}
	if (!table || optind < argc) {
		cli_complain(cli, "wants --table NAME and nothing else");
		return NULL;
	}
	return table;
}

/* A table that is not there is a mistake of the caller: say which there are. */
static int unknown_table(struct cli *cli, struct pg *pg, const char *why)
{
	struct error err = {0};
	const char *names;

	if (dump_table_names(pg, cli->arena, &names, &err) < 0)
		return cli_fail(cli, &err);
	cli_complain(cli, "%s; there are %s", report_plain(why, cli->arena), names);
	return EXIT_USAGE;
}

int cmd_dump(struct cli *cli, int argc, char **argv)
{
	const char *table = read_arguments(cli, argc, argv);
	struct error err = {0};
	struct org org;
	int exit_code;

	if (!table)
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	const int rc = dump_table(pg, &org, table, print_row, NULL, &err);

	if (rc == ERR_NOT_FOUND)
		exit_code = unknown_table(cli, pg, err.text);
	else
		exit_code = rc < 0 ? cli_fail(cli, &err) : report_end(cli);
	pg_close(pg);
	return exit_code;
}
