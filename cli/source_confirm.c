/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar source confirm: a run found so much of a scope absent that it closed nothing; a
 * person who knows that it is gone says so here.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/proof.h"

#include "report.h"
#include "score_once.h"
#include "source_verbs.h"

struct confirm {
	struct source_verb v;
	const char *scope; /* NULL: all that are held */
	bool yes, score;
	struct source_scope *held;
	size_t n_held;
	int64_t n_absent;
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

/* The scope named and those below it. */
static bool is_meant(const struct confirm *c, const char *scope)
{
	const size_t size = c->scope ? strlen(c->scope) : 0;

	return !c->scope || (strncmp(scope, c->scope, size) == 0 &&
	                     (scope[size] == '\0' || scope[size] == '/'));
}

static int load_held(struct confirm *c, struct error *err)
{
	const struct source_scope_filter filter = {.source = c->v.row.name,
	                                           .state = SCOPE_HELD};
	struct arena *a = c->v.cli->arena;
	const struct source_scope *after = NULL;
	struct source_scope *rows;
	size_t n;
	int rc;

	do {
		rc = source_scope_next(c->v.pg, &c->v.org, &filter, after, a, &rows, &n,
		                       err);
		if (rc < 0 || n == 0)
			break;
		struct source_scope *all =
		        ARENA_ARRAY(a, struct source_scope, c->n_held + n);

		if (c->n_held)
			memcpy(all, c->held, c->n_held * sizeof(*all));
		c->held = all;
		for (size_t i = 0; i < n; i++) {
			if (!is_meant(c, rows[i].scope))
				continue;
			c->held[c->n_held++] = rows[i];
			c->n_absent += rows[i].n_absent;
		}
		after = &rows[n - 1];
	} while (rc == 0);
	return rc;
}

static void show_held(const struct confirm *c)
{
	struct strbuf b = {0};

	if (!c->v.cli->json) {
		source_print_scopes(c->v.cli, c->held, c->n_held, false);
		return;
	}
	for (size_t i = 0; i < c->n_held; i++) {
		json_write_open(&b, NULL, '{');
		source_put_scope(&b, &c->held[i], c->v.cli->now);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
}

static bool is_sure(const struct confirm *c)
{
	char answer[16] = "";

	if (c->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		cli_complain(c->v.cli, "nothing is closed without --yes");
		return false;
	}
	fflush(stdout);
	fprintf(stderr, "Close %lld findings as absent? [y/N] ", (long long)c->n_absent);
	if (fgets(answer, sizeof(answer), stdin) && tolower((unsigned char)*answer) == 'y')
		return true;
	cli_complain(c->v.cli, "nothing is closed");
	return false;
}

/* Closing findings is the collector's right, not the operator's. */
static int close_held(const struct confirm *c)
{
	struct cli *cli = c->v.cli;
	struct error err = {0};
	struct org org;
	struct strbuf b = {0};
	int64_t n_closed = 0;
	int exit_code;
	struct pg *pg =
	        cli_connect(cli, "isobar_collector",
	                    PG_GROUP_INGEST | PG_GROUP_SESSION_INGEST, &org, &exit_code);

	if (!pg)
		return exit_code;
	const int rc = proof_confirm(pg, &org, c->v.name, c->scope, cli->now,
	                             cli_local_actor(cli->arena), &n_closed, &err);

	pg_close(pg);
	if (rc < 0)
		return source_verb_fail(&c->v, &err);
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
	exit_code = report_end(cli);
	return exit_code == EXIT_DONE && c->score && n_closed
	               ? cli_score_once(cli, "the findings are closed")
	               : exit_code;
}

static int confirm_in(struct confirm *c)
{
	struct error err = {0};

	if (load_held(c, &err) < 0)
		return source_verb_fail(&c->v, &err);
	if (c->n_held == 0) {
		cli_complain(c->v.cli,
		             "%s has no %sscope that waits for a confirmation%s%s",
		             c->v.name, c->scope ? "such " : "", c->scope ? ": " : "",
		             c->scope ? report_plain(c->scope, c->v.cli->arena) : "");
		return EXIT_FAILED;
	}
	show_held(c);
	return is_sure(c) ? close_held(c) : EXIT_USAGE;
}

int source_confirm_verb(struct cli *cli, int argc, char **argv)
{
	struct confirm c = {.v = {.cli = cli}, .score = true};
	int exit_code;

	if (!read_arguments(&c, argc, argv))
		return EXIT_USAGE;
	if ((exit_code = source_verb_open(&c.v)) == EXIT_DONE)
		exit_code = confirm_in(&c);
	pg_close(c.v.pg);
	return exit_code;
}
