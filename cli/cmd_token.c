/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar token: lists and revokes the keys to the API.  Making them is in
 * token_create.c; here no token is ever at hand, only what is stored of it.
 */
#include <stdio.h>
#include <string.h>

#include "store/token_store.h"

#include "cli.h"
#include "report.h"
#include "table.h"
#include "token_create.h"

#define WORD_SHOWN 20 /* longer words may be tokens, which no message repeats */

/* --- list --- */

static enum api_token_state state_of(const struct cli *cli, const struct token_row *r)
{
	return api_token_state_at(r->expires_at, r->revoked_at, r->principal_enabled,
	                          cli->now);
}

static void print_row(const struct cli *cli, const struct token_row *r)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_text(&b, "id", r->id);
	json_write_text(&b, "name", r->name);
	json_write_text(&b, "kind", principal_kind_name(r->kind));
	report_roles(&b, r->roles);
	json_write_stated(&b, "scope", r->scope ? r->scope : "several");
	json_write_time(&b, "created_at", r->created_at);
	json_write_time(&b, "expires_at", r->expires_at);
	json_write_time(&b, "used_at", r->used_at);
	json_write_time(&b, "revoked_at", r->revoked_at);
	json_write_text(&b, "state", api_token_state_name(state_of(cli, r)));
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static const char *roles_text(unsigned int roles, struct arena *a)
{
	const char *text = "";

	for (int role = 0; role < N_ROLES; role++)
		if (roles >> role & 1)
			text = ARENA_JOIN(a, text, *text ? "," : "",
			                  role_name((enum role)role));
	return text;
}

static const char *scope_text(const struct token_row *r)
{
	if (!r->scope)
		return "several";
	return *r->scope ? r->scope : "whole org";
}

static void print_table(const struct cli *cli, const struct token_page *page)
{
	static const struct table_column columns[] = {
	        {.head = "id"},      {.head = "name", .elastic = true},
	        {.head = "roles"},   {.head = "scope", .elastic = true},
	        {.head = "created"}, {.head = "expires"},
	        {.head = "used"},    {.head = "state"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char time[TIMESTAMP_TEXT_MAX];

	for (size_t i = 0; i < page->n; i++) {
		const struct token_row *r = &page->rows[i];
		const enum api_token_state state = state_of(cli, r);
		const char *color = state == API_TOKEN_ACTIVE ? NULL : "2";

		table_cell(t, r->id, color);
		table_cell(t, r->name, color);
		table_cell(t, roles_text(r->roles, cli->arena), color);
		table_cell(t, scope_text(r), color);
		table_cell(t, report_minute(r->created_at, time), color);
		report_minute(r->expires_at, time);
		table_cell(t, *time ? time : "never", color);
		report_minute(r->used_at, time);
		table_cell(t, *time ? time : "never", color);
		table_cell(t, api_token_state_name(state), color);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static int list_all(struct cli *cli, struct pg *pg, const struct org *org)
{
	const struct token_row *after = NULL;
	struct token_page page = {0};
	struct error err;

	do {
		if (token_list_next(pg, org, after, cli->arena, &page, &err) < 0)
			return cli_fail(cli, &err);
		for (size_t i = 0; cli->json && i < page.n; i++)
			print_row(cli, &page.rows[i]);
		if (!cli->json && page.n)
			print_table(cli, &page);
		else if (!cli->json && !after)
			puts("There are no tokens.");
		if (page.n)
			after = &page.rows[page.n - 1];
	} while (page.n && !ferror(stdout));
	return report_end(cli);
}

static int verb_list(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct org org;
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (optind < argc) {
		cli_complain(cli, "takes options only");
		return EXIT_USAGE;
	}
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_TOKEN, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = list_all(cli, pg, &org);
	pg_close(pg);
	return exit_code;
}

/* --- revoke --- */

struct revoke {
	struct cli *cli;
	const char *name;       /* or NULL */
	const char *const *ids; /* valid ones */
	size_t n_ids;
};

static bool id_is_valid(const struct cli *cli, const char *text)
{
	if (api_token_id_is_valid(text))
		return true;
	if (strncmp(text, "iso_", 4) == 0 || strlen(text) > WORD_SHOWN)
		cli_complain(cli,
		             "an id is the %d characters between iso_ and the next _; "
		             "never put a token on a command line",
		             API_TOKEN_ID_SIZE);
	else
		cli_complain(cli, "\"%s\" is no id of a token (see isobar token list)",
		             text);
	return false;
}

static bool revoke_arguments(struct revoke *r, int argc, char **argv)
{
	static const struct option options[] = {{"name", required_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(r->cli, argc, argv, options)) != -1) {
		if (option != 'n')
			return false;
		if (r->name) {
			cli_complain(r->cli, "--name can be given once");
			return false;
		}
		r->name = optarg;
	}
	r->ids = (const char *const *)argv + optind;
	r->n_ids = (size_t)(argc - optind);
	if (r->name && strncmp(r->name, "iso_", 4) == 0)
		return id_is_valid(r->cli, r->name);
	if (!r->name == !r->n_ids) {
		cli_complain(r->cli, "wants ids of tokens, or --name NAME for all of one "
		                     "person or service");
		return false;
	}
	for (size_t i = 0; i < r->n_ids; i++)
		if (!id_is_valid(r->cli, r->ids[i]))
			return false;
	return true;
}

/* What became of one; found NULL: there is none of that id. */
static void tell(const struct cli *cli, const char *id, const struct token_revoked *found)
{
	if (cli->json) {
		struct strbuf b = {0};

		json_write_open(&b, NULL, '{');
		json_write_text(&b, "id", id);
		json_write_text(&b, "name", found ? found->name : NULL);
		json_write_bool(&b, "revoked", found != NULL);
		json_write_bool(&b, "new", found && found->fresh);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
	} else if (found) {
		printf("%s of %s %s\n", id, found->name,
		       found->fresh ? "is revoked" : "was revoked before");
	}
	if (!found)
		cli_complain(cli, "there is no token %s in the org %s", id, cli->org_name);
}

/* The answer has each token once; the question may name one twice, or none that is there. */
static size_t count_unknown(const struct revoke *r, const struct token_revocation *out)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_ids; i++) {
		size_t k = 0;

		while (k < out->n && strcmp(out->rows[k].id, r->ids[i]) != 0)
			k++;
		if (k == out->n) {
			tell(r->cli, r->ids[i], NULL);
			n++;
		}
	}
	return n;
}

static int revoke_in(const struct revoke *r, struct pg *pg, const struct org *org)
{
	struct cli *cli = r->cli;
	struct token_revocation out = {0};
	struct error err;

	if (token_revoke(pg, org, r->ids, r->n_ids, r->name, cli->now, cli->arena, &out,
	                 &err) < 0)
		return cli_fail(cli, &err);
	for (size_t i = 0; i < out.n; i++)
		tell(cli, out.rows[i].id, &out.rows[i]);
	const size_t n_unknown = count_unknown(r, &out);
	const int ended = report_end(cli);

	if (out.n == 0 && r->name)
		cli_complain(cli, "there is no token of \"%s\" in the org %s", r->name,
		             cli->org_name);
	if (ended != EXIT_DONE || out.n == 0)
		return EXIT_FAILED;
	return n_unknown ? EXIT_PART : EXIT_DONE;
}

static int verb_revoke(struct cli *cli, int argc, char **argv)
{
	struct revoke r = {.cli = cli};
	struct org org;
	int exit_code;

	if (!revoke_arguments(&r, argc, argv))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_TOKEN, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = revoke_in(&r, pg, &org);
	pg_close(pg);
	return exit_code;
}

/* clang-format off */
static const struct cli_verb verbs[] = {
	{"create", token_create_run, "--role ROLE[,ROLE] [--name NAME] [--scope SCOPE] [--expires WHEN] [--service|--person]", "a new token", token_create_details},
	{"list",   verb_list,   "",                  "tokens and what they may do", ""},
	{"revoke", verb_revoke, "ID...|--name NAME", "ends tokens by id, or all of a name", ""},
};
/* clang-format on */

int cmd_token(struct cli *cli, int argc, char **argv)
{
	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
