/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar model: by which score model an org is scored.
 */
#include <stdio.h>
#include <string.h>

#include "store/model_store.h"

#include "cli.h"
#include "model_file.h"
#include "moves.h"
#include "report.h"
#include "score_once.h"
#include "table.h"

struct model_command {
	struct cli *cli;
	const char *file, *reason;
	struct model_file model;
};

static struct pg *open_store(struct cli *cli, struct org *org, int *exit_out)
{
	return cli_connect(cli, "isobar_operator", PG_GROUP_POLICY, org, exit_out);
}

/* --- list --- */

static void print_row(struct cli *cli, const struct model_row *row, bool in_use,
                      struct table *t)
{
	char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX];
	struct strbuf b = {0};

	if (!cli->json) {
		table_cell(t, row->model, NULL);
		table_cell(t, row->own ? "org" : "catalogue", NULL);
		table_cell(t, in_use ? "yes" : "", NULL);
		table_cell(t, report_minute(row->valid_from, from), NULL);
		table_cell(t, report_minute(row->valid_to, to), NULL);
		table_cell(t, row->actor, NULL);
		table_cell(t, row->reason, NULL);
		return;
	}
	json_write_open(&b, NULL, '{');
	json_write_text(&b, "model", row->model);
	json_write_bool(&b, "own", row->own);
	json_write_bool(&b, "in_use", in_use);
	json_write_text(&b, "checksum", row->checksum);
	json_write_time(&b, "valid_from", row->valid_from);
	json_write_time(&b, "valid_to", row->valid_to);
	json_write_stated(&b, "actor", row->actor);
	json_write_stated(&b, "reason", row->reason);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

/* An exit code. */
static int read_models(struct cli *cli, struct model_row **out, size_t *n_out)
{
	struct error err = {0};
	struct org org;
	int exit_code;
	struct pg *pg = open_store(cli, &org, &exit_code);

	if (!pg)
		return exit_code;
	const int rc = model_list(pg, &org, cli->arena, out, n_out, &err);

	pg_close(pg);
	return rc < 0 ? cli_fail(cli, &err) : EXIT_DONE;
}

static int list(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	static const struct table_column columns[] = {{.head = "model"},
	                                              {.head = "of"},
	                                              {.head = "in use"},
	                                              {.head = "from"},
	                                              {.head = "until"},
	                                              {.head = "by"},
	                                              {.head = "reason", .elastic = true}};
	struct model_row *rows;
	int exit_code;
	size_t n;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (argc != optind) {
		cli_complain(cli, "takes options only");
		return EXIT_USAGE;
	}
	if ((exit_code = read_models(cli, &rows, &n)) != EXIT_DONE)
		return exit_code;
	const struct model_row *in_use = model_in_use(rows, n);
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < n; i++)
		print_row(cli, &rows[i], &rows[i] == in_use, t);
	if (!cli->json)
		table_print(t, stdout, cli->color, 0);
	table_free(t);
	return report_end(cli);
}

static const struct model_row *find_model(const struct model_row *rows, size_t n,
                                          const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].model, name) == 0)
			return &rows[i];
	return NULL;
}

static int show(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	const struct model_row *row;
	struct model_row *rows;
	int exit_code;
	size_t n;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (argc > optind + 1) {
		cli_complain(cli, "wants one MODEL, or none: the one in use");
		return EXIT_USAGE;
	}
	if ((exit_code = read_models(cli, &rows, &n)) != EXIT_DONE)
		return exit_code;
	row = argc == optind ? model_in_use(rows, n) : find_model(rows, n, argv[optind]);
	if (!row) {
		cli_complain(cli, "there is no model %s; isobar model list tells them",
		             argc > optind ? report_plain(argv[optind], cli->arena) : "");
		return EXIT_FAILED;
	}
	fputs(row->body, stdout);
	return report_end(cli);
}

/* --- activate --- */

/* What is said afterwards: what moved, and whether it is what was expected. */
static int say(struct model_command *c, bool changed, const struct strbuf *expected,
               const struct strbuf *moved)
{
	struct cli *cli = c->cli;
	const bool same = moves_are_same(strbuf_text(expected), strbuf_text(moved));
	struct strbuf b = {0};

	if (cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "model",
		                c->model.model ? score_model_version(c->model.model)
		                               : NULL);
		json_write_bool(&b, "changed", changed);
		json_write_raw(&b, "expected", strbuf_text(expected));
		json_write_raw(&b, "moved", strbuf_text(moved));
		json_write_bool(&b, "as_expected", same);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
		return report_end(cli);
	}
	if (!cli->quiet) {
		moves_print(cli, strbuf_text(moved));
		puts(same ? "\nas isobar what-if says"
		          : "\nother than isobar what-if said a moment ago: more has "
		            "changed meanwhile, or waited to be scored");
	}
	return report_end(cli);
}

static int store(struct model_command *c, bool *changed)
{
	struct cli *cli = c->cli;
	struct model_row next = {0};
	struct error err = {0};
	struct org org;
	int exit_code;
	struct pg *pg = open_store(cli, &org, &exit_code);

	if (!pg)
		return exit_code;
	if (c->model.model) {
		next.model = score_model_version(c->model.model);
		next.body = strbuf_text(&c->model.text);
	}
	const int rc = model_activate(pg, &org, c->model.model ? &next : NULL,
	                              cli_local_actor(cli->arena), c->reason, cli->now,
	                              changed, &err);

	pg_close(pg);
	if (rc == 0)
		return EXIT_DONE;
	if (err.code == ERR_TRANSIENT)
		return cli_fail(cli, &err);
	cli_complain(cli, "%s: %s", c->file ? c->file : "model",
	             report_plain(err.text, cli->arena));
	return EXIT_FAILED;
}

static int activate_between(struct model_command *c, struct moves *m,
                            const struct strbuf *expected)
{
	struct strbuf moved = {0};
	bool changed = false;
	int exit_code = store(c, &changed);

	if (exit_code == EXIT_DONE && changed)
		exit_code = cli_score_once(c->cli, "the model is in use");
	const int ended = moves_end(c->cli, m, &moved);

	if (exit_code == EXIT_DONE)
		exit_code = ended == EXIT_DONE ? say(c, changed, expected, &moved) : ended;
	strbuf_done(&moved);
	return exit_code;
}

static int activate_model(struct model_command *c)
{
	const struct moves_question question = {.model = c->file ? c->file : MOVES_CATALOG,
	                                        .movers = MOVES_MOVERS};
	struct strbuf expected = {0};
	int exit_code;
	struct moves *m = moves_begin(c->cli, &exit_code);

	if (!m)
		return exit_code;
	exit_code = moves_ask(c->cli, &question, &expected);
	if (exit_code == EXIT_DONE)
		exit_code = activate_between(c, m, &expected);
	else
		moves_drop(m);
	strbuf_done(&expected);
	return exit_code;
}

static bool take_reason(struct model_command *c, int argc, char **argv, int n_arguments,
                        const char *wants)
{
	static const struct option options[] = {{"reason", required_argument, NULL, 'r'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		if (option != 'r')
			return false;
		c->reason = optarg;
	}
	if (argc - optind != n_arguments || !c->reason || !*c->reason) {
		cli_complain(c->cli, "%s", wants);
		return false;
	}
	return true;
}

static int activate(struct cli *cli, int argc, char **argv)
{
	struct model_command c = {.cli = cli};
	int exit_code = EXIT_FAILED;

	if (!take_reason(&c, argc, argv, 1, "wants one FILE and --reason TEXT"))
		return EXIT_USAGE;
	c.file = argv[optind];
	if (model_file_read(cli, c.file, &c.model))
		exit_code = activate_model(&c);
	model_file_done(&c.model);
	return exit_code;
}

static int reset(struct cli *cli, int argc, char **argv)
{
	struct model_command c = {.cli = cli};

	if (!take_reason(&c, argc, argv, 0, "wants --reason TEXT and no file"))
		return EXIT_USAGE;
	return activate_model(&c);
}

int cmd_model(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"list", list, "",
	         "the models that the org was scored by, and the catalogue's", ""},
	        {"show", show, "[MODEL]",
	         "the text of one; without MODEL of the one in use", ""},
	        {"activate", activate, "--reason TEXT FILE",
	         "score the org by the model of a file from now on",
	         "\n  --reason TEXT  why; it is stored\n"},
	        {"reset", reset, "--reason TEXT", "score by the catalogue's model again",
	         ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
