/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar source confirm: a run, or an import of complete scopes, found so much absent
 * that it closed nothing; a person who knows that it is gone says so here.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/proof.h"

#include "report.h"
#include "score_once.h"
#include "source_verbs.h"
#include "table.h"

struct confirm {
	struct source_verb v;
	const char *scope; /* NULL: all that are held */
	bool yes, score;
	struct proof_held *held;
	size_t n_held;
};

static bool read_arguments(struct confirm *c, int argc, char **argv)
{
	static const struct option options[] = {{"scope", required_argument, NULL, 's'},
	                                        {"yes", no_argument, NULL, 'y'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->v.cli, argc, argv, options)) != -1) {
		if (option == 's')
			c->scope = optarg;
		else if (option == 'y')
			c->yes = true;
		else if (option == 'n')
			c->score = false;
		else
			return false;
	}
	if (argc - optind != 1) {
		cli_complain(c->v.cli, "wants one NAME");
		return false;
	}
	c->v.name = argv[optind];
	return true;
}

static void print_held(const struct confirm *c)
{
	static const struct table_column columns[] = {
	        {.head = "scope", .elastic = true},
	        {.head = "findings of"},
	        {.head = "live", .right = true},
	        {.head = "absent", .right = true},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	struct arena *a = c->v.cli->arena;

	for (size_t i = 0; i < c->n_held; i++) {
		const struct proof_held *h = &c->held[i];

		table_cell(t, h->scope, NULL);
		table_cell(t, h->connector, NULL);
		table_cell(t, arena_printf(a, "%lld", (long long)h->n_live), NULL);
		table_cell(t, arena_printf(a, "%lld", (long long)h->n_absent), "33");
	}
	table_print(t, stdout, c->v.cli->color, 0);
	table_free(t);
}

static void put_held(const struct confirm *c)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < c->n_held; i++) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "source", c->v.name);
		json_write_text(&b, "scope", c->held[i].scope);
		json_write_text(&b, "connector", c->held[i].connector);
		json_write_int(&b, "live", c->held[i].n_live);
		json_write_int(&b, "absent", c->held[i].n_absent);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
}

static bool is_sure(const struct confirm *c)
{
	char answer[16] = "";
	int64_t n_absent = 0;

	if (c->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		cli_complain(c->v.cli, "nothing is closed without --yes");
		return false;
	}
	for (size_t i = 0; i < c->n_held; i++)
		n_absent += c->held[i].n_absent;
	fflush(stdout);
	fprintf(stderr, "Close %lld findings as absent? [y/N] ", (long long)n_absent);
	if (fgets(answer, sizeof(answer), stdin) && tolower((unsigned char)*answer) == 'y')
		return true;
	cli_complain(c->v.cli, "nothing is closed");
	return false;
}

static int report_closed(const struct confirm *c, int64_t n_closed)
{
	struct cli *cli = c->v.cli;
	struct strbuf b = {0};

	if (cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "source", c->v.name);
		json_write_int(&b, "scopes", (long long)c->n_held);
		json_write_int(&b, "closed", n_closed);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
	} else if (!cli->quiet) {
		printf("%lld findings of %zu scopes are closed\n", (long long)n_closed,
		       c->n_held);
	}
	const int exit_code = report_end(cli);

	return exit_code == EXIT_DONE && c->score && n_closed
	               ? cli_score_once(cli, "the findings are closed")
	               : exit_code;
}

static int confirm_in(struct confirm *c)
{
	struct cli *cli = c->v.cli;
	struct error err = {0};
	int64_t n_closed = 0;

	if (proof_held(c->v.pg, &c->v.org, c->v.name, c->scope, cli->arena, &c->held,
	               &c->n_held, &err) < 0)
		return source_verb_fail(&c->v, &err);
	if (c->n_held == 0) {
		cli_complain(cli, "no scope of %s waits for a confirmation%s%s",
		             report_plain(c->v.name, cli->arena), c->scope ? " in " : "",
		             c->scope ? report_plain(c->scope, cli->arena) : "");
		return EXIT_FAILED;
	}
	if (cli->json)
		put_held(c);
	else
		print_held(c);
	if (!is_sure(c))
		return EXIT_USAGE;
	if (proof_confirm(c->v.pg, &c->v.org, c->v.name, c->scope, cli->now,
	                  cli_local_actor(cli->arena), &n_closed, &err) < 0)
		return source_verb_fail(&c->v, &err);
	return report_closed(c, n_closed);
}

/* Closing findings is the collector's right, not the operator's. */
int source_confirm_verb(struct cli *cli, int argc, char **argv)
{
	struct confirm c = {.v = {.cli = cli}, .score = true};
	int exit_code;

	if (!read_arguments(&c, argc, argv))
		return EXIT_USAGE;
	c.v.pg = cli_connect(cli, "isobar_collector",
	                     PG_GROUP_INGEST | PG_GROUP_SESSION_INGEST, &c.v.org,
	                     &exit_code);
	if (c.v.pg)
		exit_code = confirm_in(&c);
	pg_close(c.v.pg);
	return exit_code;
}
