/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar rule: the rules from tags and names of assets to their context.
 */
#include <stdio.h>
#include <string.h>

#include "store/context_rule_store.h"

#include "cli.h"
#include "report.h"
#include "score_once.h"
#include "table.h"

struct rule_command {
	struct cli *cli;
	const char *path;
	bool defaults, score;
	struct strbuf text;
	struct context_rules rules;
};

/* The rules of the file; an exit code, complained about when it is not EXIT_DONE. */
static int read_rules(struct rule_command *c)
{
	struct cli *cli = c->cli;
	struct error err = {0};

	if (cli_read_file(c->path, &c->text, &err) < 0) {
		cli_complain(cli, "%s: %s", c->path, err.text);
		return EXIT_FAILED;
	}
	if (context_rules_parse(c->path, strbuf_text(&c->text), cli->arena, &c->rules,
	                        &err) < 0) {
		cli_complain(cli, "%s", report_plain(err.text, cli->arena));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static int say_result(struct rule_command *c, const struct context_rules_result *r)
{
	struct strbuf b = {0};

	if (c->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_int(&b, "rules", (long long)c->rules.n);
		json_write_int(&b, "changed", r->n_rules);
		json_write_int(&b, "claims", r->n_claims);
		json_write_close(&b, '}');
		report_line(&b);
	} else if (!c->cli->quiet) {
		printf("%lld rules changed, %lld claims on assets\n", (long long)r->n_rules,
		       (long long)r->n_claims);
	}
	strbuf_done(&b);
	return report_end(c->cli);
}

static int apply_rules(struct rule_command *c)
{
	struct context_rules_result result;
	struct error err = {0};
	struct org org;
	int exit_code;
	struct pg *pg = cli_connect(c->cli, "isobar_operator",
	                            PG_GROUP_INGEST | PG_GROUP_RULE, &org, &exit_code);

	if (!pg)
		return exit_code;
	const int rc = context_rules_load(pg, &org, &c->rules, c->cli->now, &result, &err);

	pg_close(pg);
	if (rc < 0)
		return cli_fail(c->cli, &err);
	exit_code = say_result(c, &result);
	if (exit_code == EXIT_DONE && c->score && result.n_claims)
		exit_code = cli_score_once(c->cli, "the rules are stored");
	return exit_code;
}

static bool read_load_arguments(struct rule_command *c, int argc, char **argv)
{
	static const struct option options[] = {{"default", no_argument, NULL, 'd'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		if (option == 'd')
			c->defaults = true;
		else if (option == 'n')
			c->score = false;
		else
			return false;
	}
	if (argc - optind != (c->defaults ? 0 : 1)) {
		cli_complain(c->cli, "wants one FILE, or --default");
		return false;
	}
	c->path = argv[optind];
	return true;
}

static int load(struct cli *cli, int argc, char **argv)
{
	struct rule_command c = {.cli = cli, .score = true};
	int exit_code = EXIT_USAGE;

	if (read_load_arguments(&c, argc, argv)) {
		exit_code = c.defaults ? EXIT_DONE : read_rules(&c);
		if (exit_code == EXIT_DONE)
			exit_code = apply_rules(&c);
	}
	strbuf_done(&c.text);
	return exit_code;
}

static int check(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct rule_command c = {.cli = cli};

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (argc - optind != 1) {
		cli_complain(cli, "wants one FILE");
		return EXIT_USAGE;
	}
	c.path = argv[optind];
	const int exit_code = read_rules(&c);

	strbuf_done(&c.text);
	if (exit_code == EXIT_DONE)
		cli_note(cli, "%s: %zu rules, no mistake", c.path, c.rules.n);
	return exit_code;
}

/* --- list --- */

static void print_json(const struct context_rule *rule, bool own, struct arena *a)
{
	struct strbuf b = {0};
	struct rule_line line;

	json_write_open(&b, NULL, '{');
	json_write_text(&b, "name", rule->name);
	json_write_text(&b, "from", own ? "org" : "catalogue");
	json_write_open(&b, "when", '{');
	for (size_t i = 0; i < rule->n_conditions; i++)
		if (context_rule_line(rule, i, a, &line))
			json_write_text(&b, line.key, line.value);
	json_write_close(&b, '}');
	json_write_open(&b, "levels", '{');
	for (size_t i = rule->n_conditions; context_rule_line(rule, i, a, &line); i++)
		json_write_text(&b, line.key, line.value);
	json_write_close(&b, '}');
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

/* As a file: what is listed can be changed and loaded. */
static void print_rule(const struct context_rule *rule, struct arena *a)
{
	struct rule_line line;

	printf("[%s]\n", rule->name);
	for (size_t i = 0; context_rule_line(rule, i, a, &line); i++)
		printf("%s = %s\n", report_plain(line.key, a), report_plain(line.value, a));
	putchar('\n');
}

static int list(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct context_rules rules;
	struct error err = {0};
	struct org org;
	bool own;
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (optind < argc) {
		cli_complain(cli, "takes options only");
		return EXIT_USAGE;
	}
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_INGEST, &org, &exit_code);

	if (!pg)
		return exit_code;
	const int rc = context_rules_read(pg, &org, cli->arena, &rules, &own, &err);

	pg_close(pg);
	if (rc < 0)
		return cli_fail(cli, &err);
	if (!cli->json)
		printf("# %s\n\n",
		       own ? "rules of this org"
		           : "rules of the catalogue; this org has none of its own");
	for (size_t i = 0; i < rules.n; i++) {
		if (cli->json)
			print_json(&rules.rules[i], own, cli->arena);
		else
			print_rule(&rules.rules[i], cli->arena);
	}
	return report_end(cli);
}

int cmd_rule(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"list", list, "", "the rules in use, in the form of a file", ""},
	        {"load", load, "[--no-score] FILE | --default",
	         "replace the org's rules by those of a file, for all assets",
	         "\n  --default    back to the rules of the catalogue\n"
	         "  --no-score   leave the risks to the running isobar-scorer\n"},
	        {"check", check, "FILE", "look for mistakes in a file of rules", ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
