/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar compliance: how the requirements of a framework stand, one by one or counted
 * by account; without a framework, which ones there are.
 */
#include <stdio.h>
#include <string.h>

#include "store/compliance_store.h"

#include "cli.h"
#include "report.h"
#include "table.h"

struct compliance {
	struct cli *cli;
	struct compliance_filter filter;
	bool by_account;
	struct strbuf line;
};

static bool take_provider(struct compliance *c, const char *name)
{
	enum provider provider;

	if (provider_parse(name, &provider) < 0) {
		cli_complain(c->cli,
		             "--provider is one of none, aws, azure, gcp, oci, not \"%s\"",
		             name);
		return false;
	}
	c->filter.provider = provider;
	return true;
}

static bool take_by(struct compliance *c, const char *what)
{
	c->by_account = strcmp(what, "account") == 0;
	if (!c->by_account && strcmp(what, "requirement") != 0) {
		cli_complain(c->cli, "--by is requirement or account, not \"%s\"", what);
		return false;
	}
	return true;
}

static bool read_arguments(struct compliance *c, int argc, char **argv)
{
	static const struct option options[] = {{"framework", required_argument, NULL, 'f'},
	                                        {"by", required_argument, NULL, 'b'},
	                                        {"provider", required_argument, NULL, 'p'},
	                                        {"account", required_argument, NULL, 'a'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		if (option == 'f')
			c->filter.framework = optarg;
		else if (option == 'a')
			c->filter.account = optarg;
		else if ((option == 'b' && take_by(c, optarg)) ||
		         (option == 'p' && take_provider(c, optarg)))
			continue;
		else
			return false;
	}
	if (optind < argc) {
		cli_complain(c->cli, "takes options only, not \"%s\"", argv[optind]);
		return false;
	}
	if (!c->filter.framework &&
	    (c->by_account || c->filter.account || c->filter.provider >= 0)) {
		cli_complain(c->cli, "--by, --provider and --account want a --framework");
		return false;
	}
	return true;
}

static void cell_number(struct table *t, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	table_cell(t, n ? text : "", NULL);
}

/* --- frameworks --- */

static void print_frameworks(struct compliance *c, const struct framework_row *rows,
                             size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "framework", .elastic = true},
	        {.head = "requirements", .right = true},
	        {.head = "with a control", .right = true},
	};
	struct table *t = c->cli->json ? NULL : table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < n; i++) {
		if (t) {
			table_cell(t, rows[i].framework, NULL);
			cell_number(t, rows[i].requirements);
			cell_number(t, rows[i].answered);
			continue;
		}
		json_write_open(&c->line, NULL, '{');
		framework_row_put(&c->line, &rows[i]);
		json_write_close(&c->line, '}');
		report_line(&c->line);
	}
	if (t)
		table_print(t, stdout, c->cli->color, 0);
	table_free(t);
}

/* Does the catalogue know it?  Says what is near when it does not. */
static bool is_known(struct compliance *c, const struct framework_row *rows, size_t n)
{
	const char *name = c->filter.framework;
	const size_t stem = strcspn(name, "0123456789");
	struct strbuf near = {0};

	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].framework, name) == 0) {
			strbuf_done(&near);
			return true;
		}
		if (stem > 4 && strncmp(rows[i].framework, name, stem) == 0)
			strbuf_printf(&near, "%s%s", near.size ? ", " : "",
			              rows[i].framework);
	}
	cli_complain(c->cli, "there is no framework \"%s\"; %s%s",
	             report_plain(name, c->cli->arena),
	             near.size ? "near it are " : "isobar compliance lists them",
	             near.size ? strbuf_text(&near) : "");
	strbuf_done(&near);
	return false;
}

/* --- requirements --- */

static void json_requirement(struct compliance *c, const struct compliance_requirement *r)
{
	struct strbuf *b = &c->line;

	json_write_open(b, NULL, '{');
	json_write_text(b, "framework", c->filter.framework);
	compliance_requirement_put(b, r, c->cli->arena);
	json_write_close(b, '}');
	report_line(b);
}

static void print_requirements(struct compliance *c,
                               const struct compliance_requirement *rows, size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "requirement"},
	        {.head = "verdict"},
	        {.head = "what fails when it fails", .elastic = true},
	        {.head = "failing assets", .right = true},
	        {.head = "in accounts", .right = true},
	        {.head = "passing assets", .right = true},
	};
	static const char *const colors[] = {"2", NULL, "31"};
	size_t counts[3] = {0};
	struct table *t = c->cli->json ? NULL : table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < n; i++) {
		const struct compliance_requirement *r = &rows[i];

		counts[r->verdict]++;
		if (!t) {
			json_requirement(c, r);
			continue;
		}
		table_cell(t, r->requirement, NULL);
		table_cell(t, compliance_verdict_name(r->verdict), colors[r->verdict]);
		table_cell(t, *r->title ? r->title : "no control answers it", NULL);
		cell_number(t, r->failing_assets);
		cell_number(t, r->failing_accounts);
		cell_number(t, r->passing_assets);
	}
	if (t)
		table_print(t, stdout, c->cli->color, 0);
	table_free(t);
	cli_note(c->cli, "%s: %zu failing, %zu passing, %zu unknown of %zu requirements",
	         c->filter.framework, counts[COMPLIANCE_FAILING],
	         counts[COMPLIANCE_PASSING], counts[COMPLIANCE_UNKNOWN], n);
}

/* --- accounts --- */

static void json_account(struct compliance *c, const struct compliance_account *r)
{
	struct strbuf *b = &c->line;

	json_write_open(b, NULL, '{');
	json_write_text(b, "framework", c->filter.framework);
	compliance_account_put(b, r);
	json_write_close(b, '}');
	report_line(b);
}

static void print_accounts(struct compliance *c, const struct compliance_account *rows,
                           size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "provider"},
	        {.head = "account", .elastic = true},
	        {.head = "failing", .right = true},
	        {.head = "passing", .right = true},
	        {.head = "unknown", .right = true},
	};
	struct table *t = c->cli->json ? NULL : table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < n; i++) {
		if (!t) {
			json_account(c, &rows[i]);
			continue;
		}
		table_cell(t, provider_name((enum provider)rows[i].provider), NULL);
		table_cell(t, rows[i].account, NULL);
		cell_number(t, rows[i].failing);
		cell_number(t, rows[i].passing);
		cell_number(t, rows[i].unknown);
	}
	if (t)
		table_print(t, stdout, c->cli->color, 0);
	table_free(t);
	if (!n)
		cli_note(c->cli, "nothing is known of %s in any account",
		         c->filter.framework);
}

static int show(struct compliance *c, struct pg *pg, const struct org *org)
{
	struct arena *a = c->cli->arena;
	struct compliance_requirement *requirements;
	struct compliance_account *accounts;
	struct framework_row *frameworks;
	struct error err = {0};
	size_t n;

	if (framework_list(pg, a, &frameworks, &n, &err) < 0)
		return cli_fail(c->cli, &err);
	if (!c->filter.framework) {
		print_frameworks(c, frameworks, n);
		return report_end(c->cli);
	}
	if (!is_known(c, frameworks, n))
		return EXIT_USAGE;
	if (c->by_account) {
		if (compliance_accounts(pg, org, &c->filter, a, &accounts, &n, &err) < 0)
			return cli_fail(c->cli, &err);
		print_accounts(c, accounts, n);
	} else {
		if (compliance_requirements(pg, org, &c->filter, a, &requirements, &n,
		                            &err) < 0)
			return cli_fail(c->cli, &err);
		print_requirements(c, requirements, n);
	}
	return report_end(c->cli);
}

int cmd_compliance(struct cli *cli, int argc, char **argv)
{
	struct compliance c = {.cli = cli, .filter = {.provider = -1}};
	struct org org;
	int exit_code;

	if (!read_arguments(&c, argc, argv))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = show(&c, pg, &org);
	pg_close(pg);
	strbuf_done(&c.line);
	return exit_code;
}
