/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar context: what operators say of assets, and what is known of one: who says what,
 * which word counts, and who contradicts it.
 */
#include <stdio.h>
#include <string.h>

#include "store/context_claims.h"

#include "cli.h"
#include "context_csv.h"
#include "report.h"
#include "score_once.h"
#include "table.h"

/* --- load --- */

struct context_load {
	struct cli *cli;
	const char *path;
	bool score;
	struct strbuf text;
	struct context_table table;
};

static int say_loaded(struct context_load *c, int64_t n_changed)
{
	struct strbuf b = {0};

	if (c->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "file", c->path);
		json_write_int(&b, "claims", (long long)c->table.n);
		json_write_int(&b, "changed", n_changed);
		json_write_close(&b, '}');
		report_line(&b);
	} else if (!c->cli->quiet) {
		printf("%zu claims, %lld changed\n", c->table.n, (long long)n_changed);
	}
	strbuf_done(&b);
	return report_end(c->cli);
}

static int store_claims(struct context_load *c)
{
	struct cli *cli = c->cli;
	struct error err = {0};
	int64_t n_changed = 0;
	int line, exit_code;
	struct org org;
	struct pg *pg = cli_connect(cli, "isobar_operator", PG_GROUP_INGEST | PG_GROUP_READ,
	                            &org, &exit_code);

	if (!pg)
		return exit_code;
	const int rc = operator_claims_load(pg, &org, c->table.claims, c->table.n,
	                                    cli_local_actor(cli->arena), cli->now,
	                                    &n_changed, &line, &err);

	pg_close(pg);
	if (rc < 0 && line) {
		cli_complain(cli, "%s:%d: %s", c->path, line,
		             report_plain(err.text, cli->arena));
		return EXIT_FAILED;
	}
	if (rc < 0)
		return cli_fail(cli, &err);
	exit_code = say_loaded(c, n_changed);
	if (exit_code == EXIT_DONE && c->score && n_changed)
		exit_code = cli_score_once(cli, "the context is stored");
	return exit_code;
}

static int read_and_store(struct context_load *c)
{
	struct error err = {0};

	if (cli_read_file(c->path, &c->text, &err) < 0) {
		cli_complain(c->cli, "%s: %s", c->path, err.text);
		return EXIT_FAILED;
	}
	if (context_csv_read(c->path, &c->text, c->cli->arena, &c->table, &err) < 0) {
		cli_complain(c->cli, "%s", report_plain(err.text, c->cli->arena));
		return EXIT_FAILED;
	}
	return store_claims(c);
}

static int load(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	struct context_load c = {.cli = cli, .score = true};
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 'n')
			return EXIT_USAGE;
		c.score = false;
	}
	if (argc - optind != 1) {
		cli_complain(cli, "wants one FILE.csv");
		return EXIT_USAGE;
	}
	c.path = argv[optind];
	const int exit_code = read_and_store(&c);

	strbuf_done(&c.text);
	return exit_code;
}

/* --- show --- */

/* The first claim of a field counts. */
static bool counts(const struct context_view *v, size_t i)
{
	return i == 0 || v->claims[i].field != v->claims[i - 1].field;
}

static bool contradicts(const struct context_view *v, size_t i)
{
	return v->claims[i].level != v->levels[v->claims[i].field];
}

static const char *level_of(const struct context_view *v, enum context_field field)
{
	return context_level_name(field, v->levels[field]);
}

/* Nobody rates it: the environment does. */
static bool from_environment(const struct context_view *v)
{
	for (size_t i = 0; i < v->n_claims; i++)
		if (v->claims[i].field == CONTEXT_CRITICALITY)
			return false;
	return v->levels[CONTEXT_CRITICALITY] != CRITICALITY_UNKNOWN;
}

static void put_claims(struct strbuf *b, const struct context_view *v)
{
	json_write_open(b, "claims", '[');
	for (size_t i = 0; i < v->n_claims; i++) {
		const struct known_claim *c = &v->claims[i];

		json_write_open(b, NULL, '{');
		json_write_text(b, "field", context_field_name(c->field));
		json_write_text(b, "level", context_level_name(c->field, c->level));
		json_write_bool(b, "counts", counts(v, i));
		json_write_bool(b, "contradicts", contradicts(v, i));
		json_write_text(b, "origin", c->origin);
		json_write_text(b, "evidence", c->evidence);
		json_write_bool(b, "decided", c->decided);
		json_write_stated(b, "actor", c->actor);
		json_write_time(b, "since", c->valid_from);
		json_write_text(b, "asset", c->asset);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

static void put_edges(struct strbuf *b, const struct context_view *v)
{
	json_write_open(b, "edges", '[');
	for (size_t i = 0; i < v->n_edges; i++) {
		const struct known_edge *e = &v->edges[i];
		const char *self = v->resource.id;

		json_write_open(b, NULL, '{');
		json_write_text(b, "from", e->incoming ? e->other : self);
		json_write_text(b, "kind", edge_kind_name(e->kind));
		json_write_text(b, "to", e->incoming ? self : e->other);
		json_write_text(b, "sources", e->sources);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

static void print_json(const struct context_view *v)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &v->asset_id);
	json_write_text(&b, "asset", v->resource.id);
	json_write_stated(&b, "name", v->resource.name);
	json_write_stated(&b, "type", v->resource.type);
	json_write_text(&b, "provider", provider_name(v->resource.provider));
	json_write_stated(&b, "account", v->resource.account);
	json_write_stated(&b, "region", v->resource.region);
	json_write_raw(&b, "other_names", *v->other_names ? v->other_names : "[]");
	json_write_raw(&b, "tags", *v->tags ? v->tags : "{}");
	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		json_write_text(&b, context_field_name((enum context_field)i),
		                level_of(v, (enum context_field)i));
	put_claims(&b, v);
	put_edges(&b, v);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static void print_field(const struct context_view *v, enum context_field field,
                        struct arena *a)
{
	printf("%-12s %s%s\n", context_field_name(field), level_of(v, field),
	       field == CONTEXT_CRITICALITY && from_environment(v)
	               ? "  (follows from the environment)"
	               : "");
	for (size_t i = 0; i < v->n_claims; i++) {
		const struct known_claim *c = &v->claims[i];

		if (c->field != field)
			continue;
		printf("  %s %-17s %s: %s%s%s%s\n", contradicts(v, i) ? "but" : "   ",
		       context_level_name(field, c->level), report_plain(c->origin, a),
		       *c->evidence ? report_plain(c->evidence, a) : "no reason given",
		       c->decided ? ", decided" : "", *c->actor ? " by " : "",
		       report_plain(c->actor, a));
	}
}

static void print_edges(const struct context_view *v, struct arena *a)
{
	if (v->n_edges)
		printf("\nedges\n");
	for (size_t i = 0; i < v->n_edges; i++) {
		const struct known_edge *e = &v->edges[i];

		printf("  %s%s %s  (%s)\n",
		       e->incoming ? arena_printf(a, "%s ", report_plain(e->other, a)) : "",
		       edge_kind_name(e->kind),
		       e->incoming ? "this" : report_plain(e->other, a),
		       report_plain(e->sources, a));
	}
}

static void print_view(const struct context_view *v, struct arena *a)
{
	const char *place = report_place(&v->resource, a);

	printf("%s%s%s%s\n", report_plain(v->resource.id, a), *place ? " (" : "",
	       report_plain(place, a), *place ? ")" : "");
	if (*v->other_names)
		printf("other names  %s\n", report_plain(v->other_names, a));
	if (*v->tags)
		printf("tags         %s\n", report_plain(v->tags, a));
	putchar('\n');
	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		print_field(v, (enum context_field)i, a);
	print_edges(v, a);
}

static int show_asset(struct cli *cli, struct pg *pg, const struct org *org,
                      const char *word)
{
	struct context_view view;
	struct error err = {0};
	struct key asset_id;

	if (context_asset_find(pg, org, word, &asset_id, &err) < 0 ||
	    context_view_load(pg, org, &asset_id, cli->arena, &view, &err) < 0) {
		cli_complain(cli, "%s", report_plain(err.text, cli->arena));
		return err.code == ERR_TRANSIENT ? EXIT_TRY_AGAIN : EXIT_FAILED;
	}
	if (cli->json)
		print_json(&view);
	else
		print_view(&view, cli->arena);
	return report_end(cli);
}

static int show(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct org org;
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (argc - optind != 1) {
		cli_complain(cli, "wants one ASSET: an id, or a name that one asset has");
		return EXIT_USAGE;
	}
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = show_asset(cli, pg, &org, argv[optind]);
	pg_close(pg);
	return exit_code;
}

int cmd_context(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"load", load, "[--no-score] FILE.csv",
	         "take over what an operator says of assets",
	         "\n  --no-score   leave the risks to the running isobar-scorer\n"},
	        {"show", show, "ASSET", "what is known of an asset, and who says it", ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
