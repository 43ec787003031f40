/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar migrate: brings the schema and the catalogue of a database to this
 * program's version.  Runs as the user of the connection, who owns the schema.
 */
#include <stdio.h>

#include "base/strbuf.h"
#include "store/catalog.h"
#include "store/migrate.h"

#include "cli.h"
#include "report.h"

struct migrating {
	struct cli *cli;
	bool dry_run;
	int n_missing; /* the database had not before */
};

static void print_json(const struct migration *m)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_int(&b, "version", m->version);
	json_write_text(&b, "name", m->name);
	json_write_bool(&b, "applied", m->applied);
	json_write_bool(&b, "new", m->is_new);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

/* Each line leaves at once: a long migration is watched. */
static void report(const struct migration *m, void *ctx)
{
	struct migrating *run = ctx;

	run->n_missing += m->is_new || !m->applied;
	if (run->cli->json)
		print_json(m);
	else if (!run->cli->quiet && (m->is_new || !m->applied))
		printf("%s %s\n", m->is_new ? "applied" : "missing", m->name);
	fflush(stdout);
}

static void say_catalog(const struct migrating *run, const struct catalog_result *r)
{
	if (r->n_files)
		cli_note(run->cli, "catalogue: %zu files loaded, %lld rows changed",
		         r->n_files, (long long)r->n_rows);
	if (r->n_marked)
		cli_note(run->cli, "%lld assets are scored again", (long long)r->n_marked);
}

/* A dry run looks at the catalogue only where its tables are. */
static int load_catalog(struct migrating *run, struct pg *pg)
{
	struct catalog_result result = {0};
	struct error err;

	if (!run->dry_run) {
		if (catalog_load(pg, run->cli->now, &result, &err) != 0)
			return cli_fail(run->cli, &err);
		say_catalog(run, &result);
	} else if (run->n_missing == 0 && catalog_check(pg, &err) != 0) {
		if (err.code != ERR_CONFLICT)
			return cli_fail(run->cli, &err);
		cli_note(run->cli, "%s", err.text);
		return EXIT_DONE;
	}
	if (run->n_missing == 0 && result.n_files == 0 && !run->cli->json &&
	    !run->cli->quiet)
		puts("up to date");
	return EXIT_DONE;
}

static int migrate(struct migrating *run, struct pg *pg)
{
	const struct migrate_options options = {.dry_run = run->dry_run};
	struct error err;

	if (migrate_run(pg, &options, report, run, &err) != 0)
		return cli_fail(run->cli, &err);
	return load_catalog(run, pg);
}

int cmd_migrate(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"dry-run", no_argument, NULL, 'd'},
	                                        CLI_COMMON_OPTIONS};
	struct migrating run = {.cli = cli};
	int option, exit_code = EXIT_USAGE;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 'd')
			return EXIT_USAGE;
		run.dry_run = true;
	}
	if (optind < argc) {
		cli_complain(cli, "takes no argument: \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}

	struct pg *pg = cli_connect(cli, NULL, PG_GROUP_ADMIN, NULL, &exit_code);

	if (pg) {
		exit_code = migrate(&run, pg);
		pg_close(pg);
	}
	if (exit_code == EXIT_DONE)
		exit_code = report_end(cli);
	return exit_code;
}
