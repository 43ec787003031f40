/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar fixes: the actions that close risks, those first that remove most; or the open
 * risks that one of them closes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/fix_store.h"
#include "store/queue_store.h"

#include "cli.h"
#include "queue_rows.h"
#include "report.h"
#include "table.h"

#define LIMIT_MAX 1000

struct fixes {
	struct cli *cli;
	struct fix_filter filter;
	const char *id; /* of one, or NULL */
};

/* --- --where --- */

static const char *name_of_band(int i)
{
	return band_name((enum band)i);
}

static const char *name_of_kind(int i)
{
	return fix_kind_name((enum fix_kind)i);
}

static const char *name_of_provider(int i)
{
	return provider_name((enum provider)i);
}

/* What --where can ask for: of a few names, or any text. */
struct where_key {
	const char *name;
	const char *(*value)(int i); /* NULL: any text */
	int n_values;
	size_t offset; /* in struct fix_filter */
};

#define AT(field) offsetof(struct fix_filter, field)

static const struct where_key where_keys[] = {
        {"band", name_of_band, N_BANDS, AT(bands)},
        {"kind", name_of_kind, N_FIX_KINDS, AT(kinds)},
        {"provider", name_of_provider, N_PROVIDERS, AT(providers)},
        {"account", NULL, 0, AT(account)},
        {"asset", NULL, 0, AT(asset)},
        {"subject", NULL, 0, AT(subject)},
        {"package", NULL, 0, AT(package)},
};

static bool take_name(struct fixes *f, const struct where_key *key, const char *value)
{
	struct strbuf names = {0};

	for (int i = 0; i < key->n_values; i++) {
		if (strcmp(key->value(i), value) == 0) {
			*(unsigned int *)(void *)((char *)&f->filter + key->offset) = 1u
			                                                              << i;
			strbuf_done(&names);
			return true;
		}
		strbuf_printf(&names, "%s%s", i ? ", " : "", key->value(i));
	}
	cli_complain(f->cli, "--where: %s is one of %s, not \"%s\"", key->name,
	             strbuf_text(&names), value);
	strbuf_done(&names);
	return false;
}

static bool take_pair(struct fixes *f, char *pair)
{
	char *value = strchr(pair, '=');

	if (!value) {
		cli_complain(f->cli, "--where wants KEY=VALUE pairs, not \"%s\"", pair);
		return false;
	}
	*value++ = '\0';
	for (size_t i = 0; i < N_ELEMENTS(where_keys); i++) {
		const struct where_key *key = &where_keys[i];

		if (strcmp(key->name, pair) != 0)
			continue;
		if (key->value)
			return take_name(f, key, value);
		*(const char **)(void *)((char *)&f->filter + key->offset) = value;
		return true;
	}
	cli_complain(f->cli,
	             "--where has no key \"%s\"; there are band, kind, provider, account, "
	             "asset, subject, package",
	             pair);
	return false;
}

static bool take_where(struct fixes *f, const char *where)
{
	char *pair = arena_strdup(f->cli->arena, where);

	while (pair) {
		char *end = strchr(pair, ',');

		if (end)
			*end++ = '\0';
		if (!take_pair(f, pair))
			return false;
		pair = end;
	}
	return true;
}

/* --- other options --- */

/* RANK,ID: a row of an earlier page. */
static bool take_after(struct fixes *f, const char *text)
{
	char *end;

	errno = 0;
	f->filter.after_rank = strtoll(text, &end, 10);
	f->filter.has_after = true;
	if (errno || end == text || *end != ',' || f->filter.after_rank < 0 ||
	    f->filter.after_rank > 1 << 24 || key_parse(end + 1, &f->filter.after_id) < 0) {
		cli_complain(f->cli, "--after wants RANK,ID of the last row, not \"%s\"",
		             text);
		return false;
	}
	return true;
}

static bool read_arguments(struct fixes *f, int argc, char **argv)
{
	static const struct option options[] = {{"limit", required_argument, NULL, 'l'},
	                                        {"where", required_argument, NULL, 'w'},
	                                        {"after", required_argument, NULL, 'a'},
	                                        CLI_COMMON_OPTIONS};
	long long limit = f->filter.limit;
	bool has_where = false;
	int option;

	while ((option = cli_getopt(f->cli, argc, argv, options)) != -1) {
		if (option == 'l' &&
		    cli_number(f->cli, "--limit", optarg, 1, LIMIT_MAX, &limit))
			continue;
		if (option == 'a' && take_after(f, optarg))
			continue;
		if (option == 'w' && take_where(f, optarg))
			has_where = true;
		else
			return false;
	}
	f->filter.limit = (int)limit;
	if (optind < argc)
		f->id = argv[optind++];
	if (optind < argc) {
		cli_complain(f->cli, "takes the id of one fix, and \"%s\" is a second one",
		             argv[optind]);
		return false;
	}
	if (f->id && has_where) {
		cli_complain(f->cli, "--where is for the list, not for one fix");
		return false;
	}
	return true;
}

/* --- the list --- */

static void print_json(const struct fix_row *rows, size_t n)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < n; i++) {
		json_write_open(&b, NULL, '{');
		fix_row_put(&b, &rows[i]);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
}

/* "2 critical, 1 low" */
static const char *removes(const struct fix_row *r, struct arena *a)
{
	const char *text = "";

	for (int i = N_BANDS - 1; i >= 0; i--)
		if (r->n_of[i])
			text = arena_printf(a, "%s%s%d %s", text, *text ? ", " : "",
			                    r->n_of[i], band_name((enum band)i));
	return text;
}

static void print_table(const struct cli *cli, const struct fix_row *rows, size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "#", .right = true},
	        {.head = "G", .right = true},
	        {.head = "band"},
	        {.head = "removes"},
	        {.head = "first due"},
	        {.head = "fix", .elastic = true},
	        {.head = "where"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char due[32];

	for (size_t i = 0; i < n; i++) {
		const struct fix_row *r = &rows[i];
		const char *color = report_band_color(r->band);
		const struct resource place = {
		        .provider = r->provider, .account = r->account, .region = ""};

		table_cell(t, arena_printf(cli->arena, "%zu", i + 1), "2");
		table_cell(t, arena_printf(cli->arena, "%d", r->g), color);
		table_cell(t, band_name(r->band), color);
		table_cell(t, removes(r, cli->arena), NULL);
		table_cell(t, table_due_words(r->due_at, cli->now, due),
		           r->due_at != TIMESTAMP_NONE && r->due_at < cli->now ? "31"
		                                                               : NULL);
		table_cell(t, r->title, NULL);
		table_cell(t, report_place(&place, cli->arena), "2");
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static int show_list(struct fixes *f, struct pg *pg, const struct org *org)
{
	struct cli *cli = f->cli;
	struct fix_row *rows;
	struct error err = {0};
	size_t n;

	if (fix_list(pg, org, &f->filter, cli->arena, &rows, &n, &err) < 0)
		return cli_fail(cli, &err);
	if (cli->json)
		print_json(rows, n);
	else if (n)
		print_table(cli, rows, n);
	else
		puts("No fix is known for any open risk, or --where and --after leave "
		     "none.");
	return report_end(cli);
}

/* --- one --- */

static void print_head(const struct cli *cli, const struct fix_row *r)
{
	char id[KEY_TEXT_MAX], due[32];

	printf("%s\nfix    %s  %s, %s\n", report_plain(r->title, cli->arena),
	       key_text(&r->id, id), fix_kind_name(r->kind), r->open ? "open" : "done");
	if (!r->open)
		return;
	printf("G      %d, %s; removes %s\n", r->g, band_name(r->band),
	       removes(r, cli->arena));
	if (r->due_at != TIMESTAMP_NONE)
		printf("due    %s\n", table_due_words(r->due_at, cli->now, due));
	putchar('\n');
}

static int show_one(struct fixes *f, struct pg *pg, const struct org *org)
{
	struct cli *cli = f->cli;
	struct queue_filter filter;
	struct queue_page page;
	struct fix_row row;
	struct error err = {0};

	if (fix_find(pg, org, f->id, cli->arena, &row, &err) < 0) {
		cli_complain(cli, "%s", report_plain(err.text, cli->arena));
		return err.code == ERR_INVALID ? EXIT_USAGE : EXIT_FAILED;
	}
	queue_filter_init(&filter);
	filter.has_fix = true;
	filter.fix_id = row.id;
	filter.limit = f->filter.limit;
	filter.has_after = f->filter.has_after;
	filter.after_rank = f->filter.after_rank;
	filter.after_id = f->filter.after_id;
	if (queue_list(pg, org, &filter, cli->now, cli->arena, &page, &err) < 0)
		return cli_fail(cli, &err);
	if (cli->json) {
		queue_rows_json(&page);
		return report_end(cli);
	}
	print_head(cli, &row);
	if (page.n)
		queue_rows_table(cli, &page);
	return report_end(cli);
}

int cmd_fixes(struct cli *cli, int argc, char **argv)
{
	struct fixes f = {.cli = cli};
	struct org org;
	int exit_code;

	fix_filter_init(&f.filter);
	if (!read_arguments(&f, argc, argv))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = f.id ? show_one(&f, pg, &org) : show_list(&f, pg, &org);
	pg_close(pg);
	return exit_code;
}
