/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar owner: teams and persons that must act, and the rules by which they get risks.
 */
#include <stdio.h>
#include <string.h>

#include "store/owner_store.h"

#include "cli.h"
#include "owner_csv.h"
#include "queue_rows.h"
#include "report.h"
#include "score_once.h"
#include "table.h"

#define SHOWN_RISKS 25

struct owner_command {
	struct cli *cli;
	const char *path;
	bool score;
	struct strbuf text;
	struct org org;
	struct pg *pg;
};

/* With no more arguments than most; the first of them is optional when least is 0. */
static bool take_one(struct owner_command *c, int argc, char **argv, int least,
                     const char *wants)
{
	static const struct option options[] = {{"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		if (option != 'n')
			return false;
		c->score = false;
	}
	if (argc - optind < least || argc - optind > 1) {
		cli_complain(c->cli, "%s", wants);
		return false;
	}
	c->path = optind < argc ? argv[optind] : NULL;
	return true;
}

static bool open_store(struct owner_command *c, int *exit_out)
{
	c->pg = cli_connect(c->cli, "isobar_operator", PG_GROUP_GOVERN | PG_GROUP_READ,
	                    &c->org, exit_out);
	return c->pg != NULL;
}

/* An error of the store, or of a row of the file. */
static int fail_at(const struct owner_command *c, int line, const struct error *err)
{
	if (err->code == ERR_TRANSIENT)
		return cli_fail(c->cli, err);
	if (line)
		cli_complain(c->cli, "%s:%d: %s", c->path, line,
		             report_plain(err->text, c->cli->arena));
	else
		cli_complain(c->cli, "%s", report_plain(err->text, c->cli->arena));
	return EXIT_FAILED;
}

static bool read_file(struct owner_command *c)
{
	struct error err = {0};

	if (cli_read_file(c->path, &c->text, &err) == 0)
		return true;
	cli_complain(c->cli, "%s: %s", c->path, err.text);
	return false;
}

static int say_changed(struct owner_command *c, const char *what, size_t n,
                       int64_t n_changed)
{
	struct strbuf b = {0};

	if (c->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "file", c->path);
		json_write_int(&b, what, (long long)n);
		json_write_int(&b, "changed", n_changed);
		json_write_close(&b, '}');
		report_line(&b);
	} else if (!c->cli->quiet) {
		printf("%zu %s, %lld changed\n", n, what, (long long)n_changed);
	}
	strbuf_done(&b);
	return report_end(c->cli);
}

/* --- list and show --- */

static int64_t open_risks(const struct owner_row *r)
{
	int64_t n = 0;

	for (int i = 0; i < N_BANDS; i++)
		n += r->n_open[i];
	return n;
}

static void put_owner(const struct owner_row *r)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	owner_row_put(&b, r);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static void print_owners(const struct cli *cli, const struct owner_row *rows, size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "owner", .elastic = true},  {.head = "kind"},
	        {.head = "critical", .right = true}, {.head = "high", .right = true},
	        {.head = "medium", .right = true},   {.head = "low", .right = true},
	        {.head = "rules", .right = true},    {.head = "contact", .elastic = true},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < n; i++) {
		const struct owner_row *r = &rows[i];

		table_cell(t, r->name, NULL);
		table_cell(t, owner_kind_name(r->kind), "2");
		for (int k = N_BANDS - 1; k >= 0; k--)
			table_cell(
			        t,
			        arena_printf(cli->arena, "%lld", (long long)r->n_open[k]),
			        r->n_open[k] ? report_band_color((enum band)k) : "2");
		table_cell(t, arena_printf(cli->arena, "%lld", (long long)r->n_rules),
		           NULL);
		table_cell(t, *r->contact ? r->contact : r->email, NULL);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static int list_owners(struct owner_command *c)
{
	struct cli *cli = c->cli;
	struct owner_row *rows;
	struct error err = {0};
	size_t n;

	if (owner_list(c->pg, &c->org, NULL, 0, cli->arena, &rows, &n, &err) < 0)
		return cli_fail(cli, &err);
	if (cli->json)
		for (size_t i = 0; i < n; i++)
			put_owner(&rows[i]);
	else if (n)
		print_owners(cli, rows, n);
	else
		puts("There is no owner yet. Owners come in by: isobar owner load "
		     "FILE.csv");
	return report_end(cli);
}

static int list(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct owner_command c = {.cli = cli};
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (optind < argc) {
		cli_complain(cli, "takes options only, not \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}
	if (!open_store(&c, &exit_code))
		return exit_code;
	exit_code = list_owners(&c);
	pg_close(c.pg);
	return exit_code;
}

static int show_owner(struct owner_command *c)
{
	struct cli *cli = c->cli;
	struct queue_filter filter;
	struct queue_page page;
	struct owner_row row;
	struct error err = {0};

	if (owner_row_find(c->pg, &c->org, c->path, cli->arena, &row, &err) < 0)
		return fail_at(c, 0, &err);
	if (cli->json) {
		put_owner(&row);
		return report_end(cli);
	}
	queue_filter_init(&filter);
	filter.owner = row.name;
	filter.limit = SHOWN_RISKS;
	if (queue_list(c->pg, &c->org, &filter, cli->now, cli->arena, &page, &err) < 0)
		return cli_fail(cli, &err);
	printf("%s  %s\n", report_plain(row.name, cli->arena), owner_kind_name(row.kind));
	printf("contact     %s\nemail       %s\nescalation  %s\nrules       %lld\n",
	       report_plain(row.contact, cli->arena), report_plain(row.email, cli->arena),
	       report_plain(row.escalation, cli->arena), (long long)row.n_rules);
	printf("open       ");
	for (int i = N_BANDS - 1; i >= 0; i--)
		printf(" %lld %s%s", (long long)row.n_open[i], band_name((enum band)i),
		       i ? "," : "\n");
	if (page.n) {
		putchar('\n');
		queue_rows_table(cli, &page);
	}
	if (open_risks(&row) > (int64_t)page.n)
		printf("\nThe first %zu; all: isobar queue --where 'owner=%s'\n", page.n,
		       report_plain(row.name, cli->arena));
	return report_end(cli);
}

static int show(struct cli *cli, int argc, char **argv)
{
	struct owner_command c = {.cli = cli};
	int exit_code;

	if (!take_one(&c, argc, argv, 1, "wants one NAME"))
		return EXIT_USAGE;
	if (!open_store(&c, &exit_code))
		return exit_code;
	exit_code = show_owner(&c);
	pg_close(c.pg);
	return exit_code;
}

/* --- load and remove --- */

static int store_owners(struct owner_command *c, const struct owner_table *table)
{
	struct error err = {0};
	int64_t n_changed;
	int exit_code;

	if (!open_store(c, &exit_code))
		return exit_code;
	const int rc =
	        owners_put(c->pg, &c->org, table->rows, table->n,
	                   cli_local_actor(c->cli->arena), c->cli->now, &n_changed, &err);

	pg_close(c->pg);
	return rc < 0 ? cli_fail(c->cli, &err)
	              : say_changed(c, "owners", table->n, n_changed);
}

static int load(struct cli *cli, int argc, char **argv)
{
	struct owner_command c = {.cli = cli};
	struct owner_table table;
	struct error err = {0};
	int exit_code = EXIT_FAILED;

	if (!take_one(&c, argc, argv, 1, "wants one FILE.csv"))
		return EXIT_USAGE;
	if (read_file(&c)) {
		if (owner_csv_read(c.path, &c.text, cli->arena, &table, &err) < 0)
			cli_complain(cli, "%s", report_plain(err.text, cli->arena));
		else
			exit_code = store_owners(&c, &table);
	}
	strbuf_done(&c.text);
	return exit_code;
}

static int remove_owner(struct cli *cli, int argc, char **argv)
{
	struct owner_command c = {.cli = cli};
	struct error err = {0};
	int exit_code;

	if (!take_one(&c, argc, argv, 1, "wants one NAME"))
		return EXIT_USAGE;
	if (!open_store(&c, &exit_code))
		return exit_code;
	const int rc = owner_remove(c.pg, &c.org, c.path, cli->now, &err);

	pg_close(c.pg);
	return rc < 0 ? fail_at(&c, 0, &err) : EXIT_DONE;
}

/* --- rules --- */

/* A cell of a table that can be loaded again. */
static void put_cell(struct strbuf *b, const char *text)
{
	if (!strpbrk(text, ",;\"\t")) {
		strbuf_puts(b, text);
		return;
	}
	strbuf_putc(b, '"');
	for (; *text; text++) {
		if (*text == '"')
			strbuf_putc(b, '"');
		strbuf_putc(b, *text);
	}
	strbuf_putc(b, '"');
}

static void put_rule(const struct cli *cli, const struct owner_rule *rule)
{
	struct strbuf b = {0};

	if (cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "level", owner_level_name(rule->level));
		json_write_text(&b, "pattern", rule->pattern);
		json_write_text(&b, "owner", rule->owner);
		json_write_close(&b, '}');
	} else {
		strbuf_printf(&b, "%s,", owner_level_name(rule->level));
		put_cell(&b, report_plain(rule->pattern, cli->arena));
		strbuf_putc(&b, ',');
		put_cell(&b, report_plain(rule->owner, cli->arena));
	}
	report_line(&b);
	strbuf_done(&b);
}

static int list_rules(struct owner_command *c)
{
	struct cli *cli = c->cli;
	struct owner_rules rules;
	struct error err = {0};

	if (owner_rule_list(c->pg, &c->org, cli->arena, &rules, &err) < 0)
		return cli_fail(cli, &err);
	if (!cli->json)
		puts("level,pattern,owner");
	for (size_t i = 0; i < rules.n; i++)
		put_rule(cli, &rules.rows[i]);
	return report_end(cli);
}

static int store_rules(struct owner_command *c, const struct owner_rule_table *table)
{
	struct cli *cli = c->cli;
	struct error err = {0};
	int64_t n_changed;
	int line;

	if (owner_rules_replace(c->pg, &c->org, table->rows, table->n,
	                        cli_local_actor(cli->arena), cli->now, &n_changed, &line,
	                        &err) < 0)
		return fail_at(c, line, &err);
	const int exit_code = say_changed(c, "rules", table->n, n_changed);

	return exit_code == EXIT_DONE && c->score && n_changed
	               ? cli_score_once(cli, "the rules are stored")
	               : exit_code;
}

static int load_rules(struct owner_command *c)
{
	struct owner_rule_table table;
	struct error err = {0};
	int exit_code = EXIT_FAILED;

	if (!read_file(c))
		return EXIT_FAILED;
	if (owner_rule_csv_read(c->path, &c->text, c->cli->arena, &table, &err) < 0)
		cli_complain(c->cli, "%s", report_plain(err.text, c->cli->arena));
	else if (open_store(c, &exit_code)) {
		exit_code = store_rules(c, &table);
		pg_close(c->pg);
	}
	return exit_code;
}

static int rules(struct cli *cli, int argc, char **argv)
{
	struct owner_command c = {.cli = cli, .score = true};
	int exit_code;

	if (!take_one(&c, argc, argv, 0, "wants one FILE.csv, or none to list the rules"))
		return EXIT_USAGE;
	if (c.path) {
		exit_code = load_rules(&c);
	} else if (open_store(&c, &exit_code)) {
		exit_code = list_rules(&c);
		pg_close(c.pg);
	}
	strbuf_done(&c.text);
	return exit_code;
}

int cmd_owner(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"list", list, "", "owners and their open risks", ""},
	        {"show", show, "NAME", "one owner, and the open risks that it has", ""},
	        {"load", load, "FILE.csv", "add and change owners", ""},
	        {"remove", remove_owner, "NAME", "remove an owner that nothing names", ""},
	        {"rules", rules, "[--no-score] [FILE.csv]",
	         "list the rules, or replace them by those of a file",
	         "\n  --no-score   leave the risks to the running isobar-scorer\n"},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
