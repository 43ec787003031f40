/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar import: reads findings from files and folders, then has them scored.
 * Every file is taken whole or not at all and says so in one line.
 */
#include <stdio.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "build_version.h"
#include "cli.h"
#include "file_list.h"
#include "import_file.h"
#include "score_once.h"

#define TRIES 3 /* of one file when the database asks to try again */

struct import {
	struct cli *cli;
	struct importer importer;
	const char *source, *format;
	bool score;
	struct file_list files;
	size_t n_done, n_failed;
	bool try_again;
	struct import_result total;
};

static void print_json(const char *path, const struct import_result *r, const char *error)
{
	struct strbuf b = {0};
	const struct ingest_counts *c = &r->counts;

	strbuf_puts(&b, "{\"file\":");
	strbuf_put_json(&b, path);
	strbuf_puts(&b, ",\"format\":");
	strbuf_put_json(&b, *r->format ? r->format : NULL);
	strbuf_printf(
	        &b,
	        ",\"records\":%lld,\"findings\":%lld,\"new\":%lld,\"changed\":%lld,"
	        "\"unchanged\":%lld,\"quarantined\":%lld,\"closed\":%lld,\"passing\":%lld,"
	        "\"error\":",
	        (long long)r->records, (long long)c->findings, (long long)c->fresh,
	        (long long)c->changed, (long long)c->unchanged, (long long)c->quarantined,
	        (long long)c->closed, (long long)c->passing);
	strbuf_put_json(&b, error);
	strbuf_puts(&b, "}");
	puts(b.data);
	strbuf_done(&b);
}

static void print_line(const char *path, const struct import_result *r)
{
	const struct ingest_counts *c = &r->counts;

	printf("%-26s %7lld records %7lld findings: %lld new, %lld changed, %lld unchanged",
	       r->format, (long long)r->records, (long long)c->findings,
	       (long long)c->fresh, (long long)c->changed, (long long)c->unchanged);
	if (c->closed)
		printf(", %lld closed", (long long)c->closed);
	if (c->quarantined)
		printf(", %lld quarantined", (long long)c->quarantined);
	printf("  %s\n", path);
}

static void add_counts(struct import_result *total, const struct import_result *r)
{
	total->records += r->records;
	total->counts.findings += r->counts.findings;
	total->counts.fresh += r->counts.fresh;
	total->counts.changed += r->counts.changed;
	total->counts.unchanged += r->counts.unchanged;
	total->counts.quarantined += r->counts.quarantined;
	total->counts.closed += r->counts.closed;
}

static void import_one(struct import *im, const char *path)
{
	struct import_result result;
	struct error err = {0};
	int rc = 0;

	for (int i = 0; i < TRIES; i++) {
		rc = import_file(&im->importer, path, &result, &err);
		if (rc != ERR_TRANSIENT)
			break;
	}
	if (rc < 0) {
		result.counts = (struct ingest_counts){0}; /* nothing of it is stored */
		im->n_failed++;
		im->try_again |= rc == ERR_TRANSIENT;
		cli_complain(im->cli, "%s: %s%s%s", path,
		             *result.format ? result.format : "",
		             *result.format ? ": " : "", err.text);
	} else {
		im->n_done++;
		add_counts(&im->total, &result);
	}
	if (im->cli->json)
		print_json(path, &result, rc < 0 ? err.text : NULL);
	else if (rc == 0 && !im->cli->quiet)
		print_line(path, &result);
}

static int import_all(struct import *im, struct pg *pg, const struct org *org)
{
	const struct format *forced = im->format ? format_find(im->format) : NULL;
	struct error err = {0};
	const struct ingest_options options = {.org = *org,
	                                       .now = im->cli->now,
	                                       .source_name = im->source,
	                                       .build = "isobar " ISOBAR_VERSION};
	struct ingest *ingest = ingest_new(pg, &options);
	int rc;

	importer_init(&im->importer, ingest, org, forced);
	for (size_t i = 0; i < im->files.n; i++)
		import_one(im, im->files.paths[i]);
	rc = ingest_finish(ingest, &err);
	importer_done(&im->importer);
	ingest_free(ingest);
	return rc < 0 ? cli_fail(im->cli, &err) : EXIT_DONE;
}

static int exit_code_of(const struct import *im)
{
	if (!im->n_failed)
		return EXIT_DONE;
	if (im->n_done)
		return EXIT_PART;
	return im->try_again ? EXIT_TRY_AGAIN : EXIT_FAILED;
}

static bool read_arguments(struct import *im, int argc, char **argv)
{
	static const struct option options[] = {{"source", required_argument, NULL, 's'},
	                                        {"format", required_argument, NULL, 'f'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(im->cli, argc, argv, options)) != -1) {
		if (option == 's')
			im->source = optarg;
		else if (option == 'f')
			im->format = optarg;
		else if (option == 'n')
			im->score = false;
		else
			return false;
	}
	if (im->format && !format_find(im->format)) {
		cli_complain(im->cli, "there is no format \"%s\"", im->format);
		return false;
	}
	if (optind == argc) {
		cli_complain(im->cli, "name the files or folders to import");
		return false;
	}
	for (int i = optind; i < argc; i++)
		file_list_walk(&im->files, argv[i]);
	return true;
}

static int score_and_sum_up(struct import *im)
{
	int scored = EXIT_DONE;

	if (im->score && im->n_done)
		scored = cli_score_once(im->cli, "the findings are stored");
	if (im->files.n > 1)
		cli_note(im->cli,
		         "%zu of %zu files: %lld findings, %lld new, %lld changed, %lld "
		         "closed",
		         im->n_done, im->files.n, (long long)im->total.counts.findings,
		         (long long)im->total.counts.fresh,
		         (long long)im->total.counts.changed,
		         (long long)im->total.counts.closed);
	return scored;
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
	struct import im = {.cli = cli, .score = true};
	struct org org;
	int exit_code = EXIT_USAGE;

	mem_return_large(); /* memory here is promised not to grow with the file */
	if (read_arguments(&im, argc, argv)) {
		struct pg *pg = cli_connect(cli, "isobar_collector",
		                            PG_GROUP_INGEST | PG_GROUP_SESSION_INGEST, &org,
		                            &exit_code);

		if (pg) {
			exit_code = import_all(&im, pg, &org);
			pg_close(pg);
			if (exit_code == EXIT_DONE)
				exit_code = score_and_sum_up(&im);
			if (exit_code == EXIT_DONE)
				exit_code = exit_code_of(&im);
		}
	}
	file_list_done(&im.files);
	return exit_code;
}
