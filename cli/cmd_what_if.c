/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar what-if: the queue by another model, other policies or another context of
 * assets, without writing.
 */
#include <stdio.h>

#include "store/policy_preview.h"
#include "store/policy_store.h"

#include "cli.h"
#include "context_csv.h"
#include "model_file.h"
#include "moves.h"
#include "report.h"

struct what_if {
	struct cli *cli;
	const char *model, *policy, *context;
	long long movers;
	struct strbuf text; /* of the context */
	struct context_table claims;
};

/* The scorer reads the files again; what is wrong with one is told here, with its line. */
static int check_policy(struct what_if *w)
{
	struct cli *cli = w->cli;
	struct strbuf text = {0};
	struct policy_rows rows;
	struct error err = {0};
	struct org org;
	struct pg *pg;
	int exit_code = EXIT_FAILED, line = 0;

	if (cli_read_file(w->policy, &text, &err) < 0) {
		cli_complain(cli, "%s: %s", w->policy, err.text);
	} else if (policy_file_parse(w->policy, strbuf_text(&text), cli->arena, &rows,
	                             &err) < 0) {
		cli_complain(cli, "%s", report_plain(err.text, cli->arena));
	} else if ((pg = cli_connect(cli, "isobar_operator", PG_GROUP_POLICY, &org,
	                             &exit_code)) != NULL) {
		exit_code = EXIT_DONE;
		if (policies_check(pg, &org, &rows, &line, &err) < 0) {
			exit_code =
			        err.code == ERR_TRANSIENT ? EXIT_TRY_AGAIN : EXIT_FAILED;
			cli_complain(cli, "%s:%d: %s", w->policy, line,
			             report_plain(err.text, cli->arena));
		}
		pg_close(pg);
	}
	strbuf_done(&text);
	return exit_code;
}

/* What the scorer is given are the claims, since the assets' words are looked up here too. */
static int check_context(struct what_if *w)
{
	struct cli *cli = w->cli;
	struct error err = {0};
	struct org org;
	int exit_code, line = 0;

	if (cli_read_file(w->context, &w->text, &err) < 0) {
		cli_complain(cli, "%s: %s", w->context, err.text);
		return EXIT_FAILED;
	}
	if (context_csv_read(w->context, &w->text, cli->arena, &w->claims, &err) < 0) {
		cli_complain(cli, "%s", report_plain(err.text, cli->arena));
		return EXIT_FAILED;
	}
	struct pg *pg = cli_connect(cli, "isobar_operator", PG_GROUP_INGEST | PG_GROUP_READ,
	                            &org, &exit_code);

	if (!pg)
		return exit_code;
	const int rc =
	        operator_claims_check(pg, &org, w->claims.claims, w->claims.n, &line, &err);

	pg_close(pg);
	if (rc < 0 && line) {
		cli_complain(cli, "%s:%d: %s", w->context, line,
		             report_plain(err.text, cli->arena));
		return EXIT_FAILED;
	}
	return rc < 0 ? cli_fail(cli, &err) : EXIT_DONE;
}

static int check_files(struct what_if *w)
{
	struct model_file model;
	int exit_code = EXIT_DONE;

	if (w->model) {
		if (!model_file_read(w->cli, w->model, &model))
			exit_code = EXIT_FAILED;
		model_file_done(&model);
	}
	if (exit_code == EXIT_DONE && w->policy)
		exit_code = check_policy(w);
	return exit_code == EXIT_DONE && w->context ? check_context(w) : exit_code;
}

static int ask(struct what_if *w)
{
	struct cli *cli = w->cli;
	const struct moves_question question = {.model = w->model,
	                                        .policy = w->policy,
	                                        .claims = w->claims.claims,
	                                        .n_claims = w->claims.n,
	                                        .movers = (long)w->movers};
	struct strbuf json = {0};
	int exit_code = moves_ask(cli, &question, &json);

	if (exit_code == EXIT_DONE && cli->json)
		fputs(strbuf_text(&json), stdout);
	else if (exit_code == EXIT_DONE)
		moves_print(cli, strbuf_text(&json));
	strbuf_done(&json);
	return exit_code == EXIT_DONE ? report_end(cli) : exit_code;
}

int cmd_what_if(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"model", required_argument, NULL, 'm'},
	                                        {"policy", required_argument, NULL, 'p'},
	                                        {"context", required_argument, NULL, 'x'},
	                                        {"movers", required_argument, NULL, 'k'},
	                                        CLI_COMMON_OPTIONS};
	struct what_if w = {.cli = cli, .movers = MOVES_MOVERS};
	struct org org;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'm')
			w.model = optarg;
		else if (option == 'p')
			w.policy = optarg;
		else if (option == 'x')
			w.context = optarg;
		else if (option != 'k' ||
		         !cli_number(cli, "movers", optarg, 0, 1000, &w.movers))
			return EXIT_USAGE;
	}
	if (argc != optind) {
		cli_complain(cli, "takes options only");
		return EXIT_USAGE;
	}
	if (!w.model && !w.policy && !w.context) {
		cli_complain(cli, "wants --model FILE, --policy FILE or --context FILE");
		return EXIT_USAGE;
	}
	/* For the schema and the org, and for cli->database. */
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	pg_close(pg);
	exit_code = check_files(&w);
	if (exit_code == EXIT_DONE)
		exit_code = ask(&w);
	strbuf_done(&w.text);
	return exit_code;
}
