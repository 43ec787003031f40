/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar suppression: rules by which findings do not count, or would not.
 */
#include <stdio.h>
#include <string.h>

#include "model/json_write.h"
#include "store/suppression_store.h"

#include "cli.h"
#include "report.h"
#include "score_once.h"
#include "table.h"
#include "time_option.h"

struct suppress {
	struct cli *cli;
	struct suppression rule;
	const char *name, *where, *from, *until;
	bool score;
	struct org org;
	struct pg *pg;
};

static bool open_store(struct suppress *s, int *exit_out)
{
	s->pg = cli_connect(s->cli, "isobar_operator", PG_GROUP_GOVERN, &s->org, exit_out);
	return s->pg != NULL;
}

static int fail(const struct suppress *s, const struct error *err)
{
	if (err->code == ERR_TRANSIENT)
		return cli_fail(s->cli, err);
	cli_complain(s->cli, "%s", report_plain(err->text, s->cli->arena));
	return EXIT_FAILED;
}

/* --- list --- */

struct counted {
	int64_t n;
	bool more;
};

static void print_json(const struct suppression_row *r, const struct counted *c,
                       timestamp now)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	suppression_row_put(&b, r, now);
	json_write_int(&b, "risks", c->n);
	json_write_bool(&b, "more", c->more);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static const char *state_of(const struct suppression *rule, timestamp now)
{
	if (rule->starts_at > now)
		return "to come";
	if (!suppression_holds(rule, now))
		return "over";
	return rule->log_only ? "log only" : "mutes";
}

static void print_row(struct table *t, struct cli *cli, const struct suppression_row *r,
                      const struct counted *c)
{
	char until[TIMESTAMP_TEXT_MAX];
	const bool is_over = !suppression_holds(&r->rule, cli->now);

	table_cell(t, r->rule.name, is_over ? "2" : NULL);
	table_cell(t, state_of(&r->rule, cli->now), is_over ? "2" : NULL);
	table_cell(t,
	           arena_printf(cli->arena, "%lld%s", (long long)c->n, c->more ? "+" : ""),
	           NULL);
	table_cell(t, report_minute(r->rule.ends_at, until), NULL);
	table_cell(t, r->filter, NULL);
	table_cell(t, r->rule.reason, "2");
}

static int list_rules(struct suppress *s)
{
	static const struct table_column columns[] = {
	        {.head = "rule"},
	        {.head = "state"},
	        {.head = "risks", .right = true},
	        {.head = "until"},
	        {.head = "where", .elastic = true},
	        {.head = "reason", .elastic = true},
	};
	struct cli *cli = s->cli;
	struct suppression_row *rows;
	struct error err = {0};
	struct table *t;
	size_t n;
	int rc = 0;

	if (suppression_list(s->pg, &s->org, NULL, 0, cli->arena, &rows, &n, &err) < 0)
		return fail(s, &err);
	t = table_new(columns, N_ELEMENTS(columns));
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct counted c;

		rc = suppression_count(s->pg, &s->org, &rows[i].rule, &c.n, &c.more, &err);
		if (rc == 0 && cli->json)
			print_json(&rows[i], &c, cli->now);
		else if (rc == 0)
			print_row(t, cli, &rows[i], &c);
	}
	if (rc == 0 && !cli->json && n)
		table_print(t, stdout, cli->color, 0);
	else if (rc == 0 && !cli->json)
		puts("There is no suppression rule.");
	table_free(t);
	return rc < 0 ? fail(s, &err) : report_end(cli);
}

static int list(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct suppress s = {.cli = cli};
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (optind < argc) {
		cli_complain(cli, "takes options only, not \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}
	if (!open_store(&s, &exit_code))
		return exit_code;
	exit_code = list_rules(&s);
	pg_close(s.pg);
	return exit_code;
}

/* --- set and remove --- */

/* The name may stand before the options or behind them. */
static bool read_arguments(struct suppress *s, int argc, char **argv)
{
	static const struct option options[] = {{"where", required_argument, NULL, 'w'},
	                                        {"reason", required_argument, NULL, 'r'},
	                                        {"from", required_argument, NULL, 'f'},
	                                        {"until", required_argument, NULL, 'u'},
	                                        {"log-only", no_argument, NULL, 'l'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(s->cli, argc, argv, options)) != -1) {
		if (option == 'w')
			s->where = optarg;
		else if (option == 'r')
			s->rule.reason = optarg;
		else if (option == 'f')
			s->from = optarg;
		else if (option == 'u')
			s->until = optarg;
		else if (option == 'l')
			s->rule.log_only = true;
		else if (option == 'n')
			s->score = false;
		else
			return false;
	}
	if (argc - optind != 1) {
		cli_complain(s->cli, "wants one NAME");
		return false;
	}
	s->name = argv[optind];
	return true;
}

/* What it says, but for what only the store knows; false after complaining. */
static bool settle(struct suppress *s)
{
	struct suppression *rule = &s->rule;
	struct error err = {0};

	if (!s->where || !*rule->reason) {
		cli_complain(s->cli, "wants --where SELECTOR and --reason TEXT");
		return false;
	}
	rule->name = s->name;
	rule->actor = cli_local_actor(s->cli->arena);
	rule->starts_at = s->cli->now;
	rule->ends_at = TIMESTAMP_NONE;
	if ((s->from && !cli_time(s->cli, "--from", s->from, &rule->starts_at)) ||
	    (s->until && !cli_time(s->cli, "--until", s->until, &rule->ends_at)))
		return false;
	if (selector_parse(s->where, SELECTS_FINDINGS, s->cli->arena, &rule->selector,
	                   &err) < 0) {
		cli_complain(s->cli, "--where: %s", report_plain(err.text, s->cli->arena));
		return false;
	}
	if (suppression_check(rule, &err) == 0)
		return true;
	cli_complain(s->cli, "%s", report_plain(err.text, s->cli->arena));
	return false;
}

static int store(struct suppress *s)
{
	struct cli *cli = s->cli;
	struct suppression_row row = {.rule = s->rule, .valid_from = cli->now};
	struct counted c;
	struct error err = {0};

	if (suppression_put(s->pg, &s->org, &s->rule, cli->now, &err) < 0 ||
	    suppression_count(s->pg, &s->org, &s->rule, &c.n, &c.more, &err) < 0)
		return fail(s, &err);
	row.filter = selector_text(&s->rule.selector, cli->arena);
	if (cli->json)
		print_json(&row, &c, cli->now);
	else if (!cli->quiet)
		printf("%s: %s, %lld%s risks\n", s->rule.name, state_of(&s->rule, cli->now),
		       (long long)c.n, c.more ? " or more" : "");
	return report_end(cli);
}

static int set(struct cli *cli, int argc, char **argv)
{
	struct suppress s = {.cli = cli, .score = true, .rule = {.reason = ""}};
	int exit_code;

	if (!read_arguments(&s, argc, argv) || !settle(&s))
		return EXIT_USAGE;
	if (!open_store(&s, &exit_code))
		return exit_code;
	exit_code = store(&s);
	pg_close(s.pg);
	return exit_code == EXIT_DONE && s.score ? cli_score_once(cli, "the rule is stored")
	                                         : exit_code;
}

static int remove_rule(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	struct suppress s = {.cli = cli, .score = true};
	struct error err = {0};
	int exit_code, option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 'n')
			return EXIT_USAGE;
		s.score = false;
	}
	if (argc - optind != 1) {
		cli_complain(cli, "wants one NAME");
		return EXIT_USAGE;
	}
	s.name = argv[optind];
	if (!open_store(&s, &exit_code))
		return exit_code;
	exit_code = suppression_remove(s.pg, &s.org, s.name, cli->now, &err) < 0
	                    ? fail(&s, &err)
	                    : EXIT_DONE;
	pg_close(s.pg);
	return exit_code == EXIT_DONE && s.score
	               ? cli_score_once(cli, "the rule is removed")
	               : exit_code;
}

int cmd_suppression(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"list", list, "", "the rules, and how many risks each mutes or would mute",
	         ""},
	        {"set", set,
	         "NAME --where SELECTOR --reason TEXT [--from TIME] [--until TIME] "
	         "[--log-only] [--no-score]",
	         "a new rule, or another form of the one of this name",
	         "\n  --where      findings: docs/lifecycle.md has the keys\n"
	         "  --from       begins then (default: now)\n"
	         "  --until      ends then: a time, or 12h, 90d (default: never)\n"
	         "  --log-only   counts what it would mute, and mutes nothing\n"
	         "  --no-score   leave the risks to the running isobar-scorer\n"},
	        {"remove", remove_rule, "[--no-score] NAME", "what it muted counts again",
	         ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
