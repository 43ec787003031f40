/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar quarantine: the records that could not be read.  --replay gives the kept
 * ones to the formats as they are now; what can be read is stored as if it had been
 * imported, what cannot stays.
 */
#include <stdio.h>
#include <string.h>

#include "base/json_view.h"
#include "store/ingest.h"
#include "store/quarantine_store.h"

#include "build_version.h"
#include "cli.h"
#include "collector/around.h"
#include "collector/format.h"
#include "collector/secret_mask.h"
#include "report.h"
#include "table.h"

#define RECORD_MAX (INGEST_QUARANTINE_MAX + 4096)
#define DEPTH_MAX  64

/* --- the list --- */

/* Of what stands around it in its file nothing is kept beside a bad record. */
static bool needs_its_file(const struct quarantined *q)
{
	const struct format *format = *q->format ? format_find(q->format) : NULL;

	return format && around_is_needed(format);
}

static bool is_replayable(const struct quarantined *q)
{
	return q->kept && !needs_its_file(q);
}

static void put_record(struct strbuf *b, const struct quarantined *q)
{
	json_write_key(b, "id", &q->id);
	json_write_text(b, "file", q->file);
	json_write_text(b, "reason", q->reason);
	json_write_int(b, "offset", q->offset);
	json_write_text(b, "sha256", q->sha256);
	json_write_text(b, "reason_code", q->code);
	json_write_stated(b, "format", q->format);
	json_write_int(b, "size", q->size);
	json_write_bool(b, "replayable", is_replayable(q));
}

static void print_json(const struct quarantine_page *page)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < page->n; i++) {
		json_write_open(&b, NULL, '{');
		put_record(&b, &page->rows[i]);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
}

static void print_table(const struct cli *cli, const struct quarantine_page *page)
{
	static const struct table_column columns[] = {
	        {.head = "file", .elastic = true},   {.head = "offset", .right = true},
	        {.head = "size", .right = true},     {.head = "format"},
	        {.head = "reason", .elastic = true}, {.head = "replayable"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char number[24];

	for (size_t i = 0; i < page->n; i++) {
		const struct quarantined *q = &page->rows[i];

		table_cell(t, q->file, NULL);
		snprintf(number, sizeof(number), "%lld", (long long)q->offset);
		table_cell(t, number, NULL);
		snprintf(number, sizeof(number), "%lld", (long long)q->size);
		table_cell(t, number, NULL);
		table_cell(t, q->format, NULL);
		table_cell(t, q->reason, NULL);
		table_cell(t, is_replayable(q) ? "yes" : "no",
		           is_replayable(q) ? NULL : "2");
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static int list(struct cli *cli, struct pg *pg, const struct org *org)
{
	struct quarantine_page page = {0};
	const struct quarantined *after = NULL;
	struct error err = {0};
	size_t n = 0;

	do {
		if (quarantine_next(pg, org, after, false, cli->arena, &page, &err) < 0)
			return cli_fail(cli, &err);
		if (page.n) {
			if (cli->json)
				print_json(&page);
			else
				print_table(cli, &page);
			after = &page.rows[page.n - 1];
			n += page.n;
		}
	} while (page.n && !ferror(stdout));
	if (!cli->json && n == 0)
		puts("The quarantine is empty.");
	return report_end(cli);
}

/* --- the replay --- */

struct replay {
	struct cli *cli;
	struct pg *pg;
	struct org org;
	struct ingest *ingest;
	struct json_doc *doc;
	struct arena *arena; /* of one record */
	struct strbuf line;
	size_t n_stored, n_bad;

	/* The file that is open. */
	bool open;
	const char *format;
	struct key *ids; /* of the records that it stores; room for a page */
	size_t n_ids;
};

/* Pure: record to sealed findings, or why not. */
static int parse(struct replay *r, const struct quarantined *q, struct parse_output *out,
                 struct error *why)
{
	struct parse_input in = {0};
	const struct format *format;
	int rc;

	if (needs_its_file(q))
		return error_set(why, ERR_INVALID,
		                 "%s needs all of the file: import it again", q->format);
	if ((rc = json_doc_parse(r->doc, q->raw, q->raw_size, &in.record, why)) < 0)
		return rc;
	format =
	        *q->format ? format_find(q->format) : format_detect(in.envelope, in.record);
	if (!format)
		return error_set(why, ERR_INVALID, "no format knows the record");
	if ((rc = format->parse(&in, out, why)) < 0)
		return rc;
	for (size_t i = 0; i < out->n_findings; i++)
		if ((rc = finding_seal(&out->findings[i], &r->org, r->arena, why)) < 0)
			return rc;
	r->format = format->name;
	return 0;
}

/* The record as it may be kept: no format had masked it where none had known it. */
static const char *storable(struct replay *r, const struct quarantined *q)
{
	const struct format *format = format_find(r->format);
	char *copy = arena_alloc(r->arena, q->raw_size + 1);

	memcpy(copy, q->raw, q->raw_size);
	if (format && format->secret_keys)
		secret_mask(copy, q->raw_size, format->secret_keys);
	return copy;
}

static int store(struct replay *r, const struct quarantined *q,
                 const struct parse_output *out, struct error *err)
{
	int rc;

	if (!r->open) {
		const char *name = arena_printf(r->cli->arena, "replay:%s", q->file);

		r->open = true; /* also what failed to begin has to be aborted */
		if ((rc = ingest_begin_file(r->ingest, name, err)) < 0)
			return rc;
	}
	if (out->n_findings) {
		const struct segment_around around = {.needs = SEGMENT_NEEDS_NOTHING,
		                                      .format = r->format};

		if ((rc = ingest_around(r->ingest, &around, err)) < 0)
			return rc;
		ingest_record(r->ingest, storable(r, q), q->raw_size, 0, NULL);
	}
	for (size_t i = 0; i < out->n_findings; i++)
		if ((rc = ingest_finding(r->ingest, &out->findings[i], err)) < 0)
			return rc;
	for (size_t i = 0; i < out->n_resources; i++) {
		resource_canonicalize(&out->resources[i], r->arena);
		if (*out->resources[i].id &&
		    (rc = ingest_asset(r->ingest, &out->resources[i], err)) < 0)
			return rc;
	}
	for (size_t i = 0; i < out->n_facts; i++) {
		const struct rule_fact *f = &out->facts[i];

		ingest_rule_fact(r->ingest,
		                 &(struct ingest_fact){.connector = f->connector,
		                                       .rule = f->rule,
		                                       .title = f->title,
		                                       .description = f->description,
		                                       .remediation = f->remediation,
		                                       .sev100 = f->sev100});
	}
	r->ids[r->n_ids++] = q->id;
	return 0;
}

/* One line a record: what became of it. */
static void tell(struct replay *r, const struct quarantined *q, const char *why)
{
	if (r->cli->json) {
		json_write_open(&r->line, NULL, '{');
		put_record(&r->line, q);
		json_write_bool(&r->line, "replayed", !why);
		json_write_text(&r->line, "error", why);
		json_write_close(&r->line, '}');
		report_line(&r->line);
	} else if (why) {
		printf("%s: offset %lld: %s\n", report_plain(q->file, r->arena),
		       (long long)q->offset, report_plain(why, r->arena));
	}
}

/* The records of one file in a page: stored together or not at all. */
static int replay_file(struct replay *r, const struct quarantined *rows, size_t n,
                       struct error *err)
{
	struct ingest_counts counts;
	bool *good = ARENA_ARRAY(r->cli->arena, bool, n);
	int rc = 0;

	r->open = false;
	r->n_ids = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct parse_output out = {.arena = r->arena};
		struct error why = {0};

		arena_reset(r->arena);
		good[i] = parse(r, &rows[i], &out, &why) == 0;
		if (good[i])
			rc = store(r, &rows[i], &out, err);
		else
			tell(r, &rows[i], why.text);
	}
	if (rc == 0 && r->open)
		rc = ingest_end_file(r->ingest, r->format, (int64_t)r->n_ids, &counts, err);
	if (rc < 0) {
		ingest_abort_file(r->ingest, r->format, err->text);
		return rc;
	}
	/* Were this to fail, the records would be replayed again, to the same findings. */
	if ((rc = quarantine_replayed(r->pg, &r->org, r->ids, r->n_ids, r->cli->now, err)) <
	    0)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (good[i])
			tell(r, &rows[i], NULL);
	r->n_stored += r->n_ids;
	r->n_bad += n - r->n_ids;
	return 0;
}

static int replay_page(struct replay *r, const struct quarantine_page *page,
                       struct error *err)
{
	r->ids = ARENA_ARRAY(r->cli->arena, struct key, page->n);
	for (size_t i = 0, n; i < page->n; i += n) {
		int rc;

		n = 1;
		while (i + n < page->n &&
		       strcmp(page->rows[i].file, page->rows[i + n].file) == 0)
			n++;
		if ((rc = replay_file(r, &page->rows[i], n, err)) < 0)
			return rc;
	}
	return 0;
}

static int replay_pages(struct replay *r, struct error *err)
{
	struct quarantine_page page = {0};
	struct quarantined last;
	struct arena *arena = NULL, *former = NULL; /* last points into the former page */
	int rc;

	for (;;) {
		former = arena;
		arena = arena_new(1 << 16);
		rc = quarantine_next(r->pg, &r->org, former ? &last : NULL, true, arena,
		                     &page, err);
		arena_free(former);
		if (rc < 0 || page.n == 0 || (rc = replay_page(r, &page, err)) < 0)
			break;
		last = page.rows[page.n - 1];
	}
	arena_free(arena);
	return rc;
}

static int sum_up(struct replay *r)
{
	struct cli *cli = r->cli;
	const int ended = report_end(cli);

	cli_note(cli, "%zu replayed, %zu stay in quarantine%s", r->n_stored, r->n_bad,
	         r->n_stored ? "; what is new is ranked when isobar-scorer runs" : "");
	if (ended != EXIT_DONE || r->n_bad == 0)
		return ended;
	return r->n_stored ? EXIT_PART : EXIT_FAILED;
}

static int replay(struct cli *cli, struct pg *pg, const struct org *org)
{
	const struct ingest_options options = {
	        .org = *org, .now = cli->now, .build = "isobar " ISOBAR_VERSION};
	struct replay r = {.cli = cli, .pg = pg, .org = *org, .format = ""};
	struct error err = {0};
	int rc;

	r.ingest = ingest_new(pg, &options);
	r.doc = json_doc_new(RECORD_MAX, DEPTH_MAX);
	r.arena = arena_new(1 << 16);
	rc = replay_pages(&r, &err);
	if (rc == 0)
		rc = ingest_finish(r.ingest, NULL, &err);
	ingest_free(r.ingest);
	json_doc_free(r.doc);
	arena_free(r.arena);
	strbuf_done(&r.line);
	return rc < 0 ? cli_fail(cli, &err) : sum_up(&r);
}

int cmd_quarantine(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"replay", no_argument, NULL, 'r'},
	                                        CLI_COMMON_OPTIONS};
	bool wants_replay = false;
	struct org org;
	struct pg *pg;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 'r')
			return EXIT_USAGE;
		wants_replay = true;
	}
	if (optind < argc) {
		cli_complain(cli, "takes options only, not \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}
	/* Storing findings is the collector's right, not the operator's. */
	pg = wants_replay
	             ? cli_connect(cli, "isobar_collector", PG_GROUP_READ | PG_GROUP_INGEST,
	                           &org, &exit_code)
	             : cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);
	if (!pg)
		return exit_code;
	exit_code = wants_replay ? replay(cli, pg, &org) : list(cli, pg, &org);
	pg_close(pg);
	return exit_code;
}
