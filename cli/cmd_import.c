/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar import: reads findings from files and folders, then has them scored.
 * Every file is taken whole or not at all and says so in one line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "build_version.h"
#include "cli.h"
#include "collector/intake.h"
#include "file_list.h"
#include "score_once.h"

#define TRIES 3 /* of one file when the database asks to try again */

struct import {
	struct cli *cli;
	struct intake intake;
	const char *source, *format;
	bool score, complete, renaming;
	struct file_list files;
	size_t n_done, n_failed;
	bool try_again;
	struct intake_result total;
	struct import_waiting *waiting; /* of a complete command: told after the proof */
	struct ingest_proof proof;
};

/* A file whose line waits: what the whole command did not show is counted to the last. */
struct import_waiting {
	const char *path;
	struct intake_result result;
	char *error; /* NULL: it is stored */
};

static void print_json(const char *path, const struct intake_result *r, const char *error)
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

static void print_line(const char *path, const struct intake_result *r)
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

static void add_counts(struct intake_result *total, const struct intake_result *r)
{
	total->records += r->records;
	total->counts.findings += r->counts.findings;
	total->counts.fresh += r->counts.fresh;
	total->counts.changed += r->counts.changed;
	total->counts.unchanged += r->counts.unchanged;
	total->counts.quarantined += r->counts.quarantined;
	total->counts.closed += r->counts.closed;
}

static void tell(const struct import *im, const char *path, const struct intake_result *r,
                 const char *error)
{
	if (im->cli->json)
		print_json(path, r, error);
	else if (!error && !im->cli->quiet)
		print_line(path, r);
}

static void import_one(struct import *im, size_t i)
{
	const char *path = im->files.paths[i];
	struct intake_result result;
	struct error err = {0};
	int rc = 0;

	for (int try = 0; try < TRIES; try++) {
		rc = intake_file(&im->intake, path, &result, &err);
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
	if (!im->complete) {
		tell(im, path, &result, rc < 0 ? err.text : NULL);
		return;
	}
	im->waiting[i] = (struct import_waiting){.path = path, .result = result};
	if (rc < 0)
		im->waiting[i].error = xstrdup(err.text);
}

/* Why nothing, or not all, of what is absent was closed. */
static void tell_proof(const struct import *im)
{
	const struct ingest_proof *p = &im->proof;

	if (p->failed)
		cli_complain(im->cli,
		             "nothing is closed by absence: a file could not be read, "
		             "so no scope is known to be complete");
	else if (p->n_partial)
		cli_complain(im->cli,
		             "%zu scopes are not complete: records of their files are "
		             "in quarantine",
		             p->n_partial);
	if (p->n_held)
		cli_complain(im->cli,
		             "%zu scopes wait for a person: more is absent than is "
		             "believed unasked; see isobar source confirm",
		             p->n_held);
}

static void tell_waiting(struct import *im)
{
	size_t last = im->files.n;

	for (size_t i = 0; i < im->files.n; i++)
		if (!im->waiting[i].error)
			last = i;
	if (last < im->files.n) {
		im->waiting[last].result.counts.closed += im->proof.n_closed;
		im->total.counts.closed += im->proof.n_closed;
	}
	for (size_t i = 0; i < im->files.n; i++) {
		const struct import_waiting *w = &im->waiting[i];

		tell(im, w->path, &w->result, w->error);
		free(w->error);
	}
	free(im->waiting);
	im->waiting = NULL;
	tell_proof(im);
}

static int import_all(struct import *im, struct pg *pg, const struct org *org)
{
	const struct format *forced = im->format ? format_find(im->format) : NULL;
	struct error err = {0};
	const struct ingest_options options = {.org = *org,
	                                       .now = im->cli->now,
	                                       .source_name = im->source,
	                                       .complete = im->complete,
	                                       .build = "isobar " ISOBAR_VERSION};
	struct ingest *ingest = ingest_new(pg, &options);
	int rc;

	intake_init(&im->intake, ingest, org, forced);
	im->intake.renaming = im->renaming;
	if (im->complete)
		im->waiting = xcalloc(im->files.n, sizeof(*im->waiting));
	for (size_t i = 0; i < im->files.n; i++)
		import_one(im, i);
	rc = ingest_finish(ingest, &im->proof, &err);
	if (im->complete)
		tell_waiting(im);
	if (im->intake.n_left)
		cli_note(im->cli,
		         "%lld findings that end without passing are left as they are: "
		         "import them without --renaming when the new ones are there",
		         (long long)im->intake.n_left);
	intake_done(&im->intake);
	ingest_free(ingest);
	return rc < 0 ? cli_fail(im->cli, &err) : EXIT_DONE;
}

static int exit_code_of(const struct import *im)
{
	if (!im->n_failed)
		return im->proof.n_held || im->proof.n_partial ? EXIT_PART : EXIT_DONE;
	if (im->n_done)
		return EXIT_PART;
	return im->try_again ? EXIT_TRY_AGAIN : EXIT_FAILED;
}

static bool read_arguments(struct import *im, int argc, char **argv)
{
	static const struct option options[] = {{"source", required_argument, NULL, 's'},
	                                        {"format", required_argument, NULL, 'f'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        {"complete", no_argument, NULL, 'c'},
	                                        {"renaming", no_argument, NULL, 'r'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(im->cli, argc, argv, options)) != -1) {
		if (option == 's')
			im->source = optarg;
		else if (option == 'f')
			im->format = optarg;
		else if (option == 'n')
			im->score = false;
		else if (option == 'c')
			im->complete = true;
		else if (option == 'r')
			im->renaming = true;
		else
			return false;
	}
	if (im->format && !format_find(im->format)) {
		cli_complain(im->cli, "there is no format \"%s\"", im->format);
		return false;
	}
	if (im->complete && im->renaming) {
		cli_complain(im->cli, "--complete closes what is absent, and --renaming "
		                      "does not believe that: give one of them");
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
