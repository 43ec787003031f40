/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar replay --verify: reads the stored records again and scores the findings again,
 * and compares with what is stored: same inputs, same bytes.  --as-of: replay_as_of.c.
 */
#include <stdio.h>

#include "store/ingest.h"

#include "as_of.h"
#include "moves.h"
#include "replay.h"
#include "report.h"
#include "self_check.h"

/* --- what is found --- */

static void tell(struct replay *r, const struct record_segment *s, const char *what,
                 const struct key *finding_id, const char *why)
{
	struct arena *a = r->cli->arena;
	char id[KEY_TEXT_MAX];
	struct strbuf b = {0};

	if (!r->cli->json) {
		cli_complain(r->cli, "segment %lld (run %lld, %s)%s%s: %s: %s",
		             (long long)s->id, (long long)s->run_id,
		             report_plain(s->name, a), finding_id ? ", finding " : "",
		             finding_id ? key_text(finding_id, id) : "", what,
		             report_plain(why, a));
		return;
	}
	json_write_open(&b, NULL, '{');
	json_write_text(&b, "problem", what);
	json_write_int(&b, "segment", s->id);
	json_write_int(&b, "run", s->run_id);
	json_write_stated(&b, "name", s->name);
	if (finding_id)
		json_write_key(&b, "finding", finding_id);
	else
		json_write_null(&b, "finding");
	json_write_text(&b, "reason", why);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static void tell_damage(struct replay *r, const struct record_segment *s,
                        const struct key *finding_id, const char *why)
{
	r->n_damaged++;
	tell(r, s, "damaged", finding_id, why);
}

/* --- records --- */

static const struct finding *find_read(const struct replay *r, const struct key *id)
{
	for (size_t i = 0; i < r->output.n_findings; i++)
		if (key_cmp(&r->output.findings[i].key, id) == 0)
			return &r->output.findings[i];
	return NULL;
}

/* The record in hand, unless it is the one before. */
static void read_record(struct replay *r, const char *raw, size_t size)
{
	struct error unused;

	if (raw == r->raw && size == r->raw_size)
		return;
	r->raw = raw;
	r->raw_size = size;
	if (!r->is_alone ||
	    record_again_read(r->reader, raw, size, &r->output, &unused) < 0)
		r->output.n_findings = 0;
}

/* A closed finding has no hash of its own, and one that has changed since is marked by a
 * sign (replay_findings.sql). */
static bool reads_the_same(const struct record_finding *f, const struct finding *again)
{
	const int64_t hash = f->content_hash < 0 ? -f->content_hash : f->content_hash;

	return !hash || ingest_stored_hash(again->content_hash) == hash;
}

static void check_finding(struct replay *r, const struct record_segment *s,
                          const struct record_finding *f)
{
	struct error err = {0};
	size_t size;
	const char *raw = record_walk_raw(r->walk, s, f->slot, &size, &err);

	if (!raw) {
		tell_damage(r, s, &f->finding_id, err.text);
		return;
	}
	read_record(r, raw, size);

	const struct finding *again = find_read(r, &f->finding_id);

	if (!again && (!r->is_alone || s->around.needs == SEGMENT_NEEDS_UNSAID)) {
		r->n_not_alone++;
	} else if (!again) {
		r->n_differ++;
		tell(r, s, "differs", &f->finding_id,
		     "its record, read again, does not make it");
	} else if (reads_the_same(f, again)) {
		r->n_same++;
	} else {
		r->n_differ++;
		tell(r, s, "differs", &f->finding_id,
		     "its record reads otherwise than when it was stored");
	}
	if (r->saw)
		r->saw(r->ctx, f, again);
}

static void check_segment(struct replay *r, const struct record_segment *s)
{
	struct error err = {0};

	r->n_segments++;
	r->raw = NULL;
	if (s->damage) {
		tell_damage(r, s, NULL, s->damage);
		return;
	}
	const int rc = record_again_begin(r->reader, &s->around, &err);

	if (rc < 0 && rc != ERR_NOT_FOUND) {
		tell_damage(r, s, NULL, err.text);
		return;
	}
	r->is_alone = rc == 0;
	for (size_t i = 0; i < s->n_findings; i++)
		check_finding(r, s, &s->findings[i]);
}

static int check_missing(struct replay *r, struct pg *pg)
{
	struct record_missing *missing;
	struct error err = {0};
	size_t n;

	if (record_missing(pg, &r->org, r->cli->arena, &missing, &n, &err) < 0)
		return cli_fail(r->cli, &err);
	for (size_t i = 0; i < n; i++) {
		const struct record_segment gone = {.id = missing[i].segment_id,
		                                    .run_id = missing[i].run_id,
		                                    .name = missing[i].name};

		tell_damage(r, &gone, NULL,
		            arena_printf(r->cli->arena,
		                         "it is missing; %lld findings refer to it",
		                         (long long)missing[i].n));
	}
	return EXIT_DONE;
}

int replay_records(struct replay *r, struct pg *pg)
{
	struct record_segment segment;
	struct error err = {0};
	int rc = record_walk_begin(pg, &r->org, &r->walk, &err);

	if (rc < 0)
		return cli_fail(r->cli, &err);
	r->reader = record_again_new(&r->org);
	while ((rc = record_walk_next(r->walk, &segment, &err)) > 0)
		check_segment(r, &segment);
	record_walk_end(r->walk);
	record_again_free(r->reader);
	return rc < 0 ? cli_fail(r->cli, &err) : check_missing(r, pg);
}

/* --- scores --- */

static int check_scores(struct replay *r)
{
	CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
	struct strbuf json = {0};
	struct json_view report;
	struct error err = {0};
	const struct moves_question as_it_is = {.movers = MOVES_MOVERS};
	int exit_code = moves_ask(r->cli, &as_it_is, &json);

	if (exit_code == EXIT_DONE) {
		doc = json_doc_new(json.size + 1, 8);
		if (json_doc_parse(doc, strbuf_text(&json), json.size, &report, &err) < 0 ||
		    !json_view_int(json_view_at(report, "rewritten"), &r->n_rewritten))
			exit_code = EXIT_FAILED;
	}
	if (exit_code == EXIT_DONE && r->n_rewritten && !r->cli->json)
		moves_print(r->cli, strbuf_text(&json));
	strbuf_done(&json);
	return exit_code;
}

/* --- the command --- */

static int conclude(struct replay *r)
{
	struct strbuf b = {0};
	int exit_code;

	if (r->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "org", r->cli->org_name);
		json_write_int(&b, "segments", r->n_segments);
		json_write_int(&b, "damaged", r->n_damaged);
		json_write_int(&b, "same", r->n_same);
		json_write_int(&b, "differ", r->n_differ);
		json_write_int(&b, "not_alone", r->n_not_alone);
		json_write_int(&b, "rewritten", r->n_rewritten);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
	} else if (!r->cli->quiet) {
		printf("%lld segments of records: %lld damaged\n", (long long)r->n_segments,
		       (long long)r->n_damaged);
		printf("%lld findings read again: %lld differ; %lld more stand in records "
		       "stored without what they need of their file\n",
		       (long long)(r->n_same + r->n_differ), (long long)r->n_differ,
		       (long long)r->n_not_alone);
		printf("%lld risks come out differently when scored again\n",
		       (long long)r->n_rewritten);
	}
	exit_code = report_end(r->cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	return r->n_differ || r->n_rewritten ? EXIT_FAILED
	       : r->n_damaged                ? EXIT_PART
	                                     : EXIT_DONE;
}

static int verify(struct cli *cli)
{
	struct replay r = {.cli = cli};
	int exit_code;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &r.org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = replay_records(&r, pg);
	pg_close(pg);
	if (exit_code == EXIT_DONE)
		exit_code = check_scores(&r);
	if (exit_code != EXIT_DONE)
		return exit_code;
	self_check_keep(cli, &(struct self_check){.began_at = cli->now,
	                                          .n_same = r.n_same,
	                                          .n_differ = r.n_differ,
	                                          .n_not_alone = r.n_not_alone,
	                                          .n_damaged = r.n_damaged,
	                                          .n_rewritten = r.n_rewritten});
	return conclude(&r);
}

int cmd_replay(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"verify", no_argument, NULL, 'v'},
	                                        {"all-orgs", no_argument, NULL, 'A'},
	                                        {"as-of", required_argument, NULL, 'a'},
	                                        {"model", required_argument, NULL, 'm'},
	                                        {"dump", required_argument, NULL, 'd'},
	                                        CLI_COMMON_OPTIONS};
	struct replay_as_of as_of = {.at = TIMESTAMP_NONE};
	bool verifies = false, all_orgs = false;
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'v')
			verifies = true;
		else if (option == 'A')
			all_orgs = true;
		else if (option == 'm')
			as_of.model = optarg;
		else if (option == 'd')
			as_of.dump = optarg;
		else if (option != 'a' || !as_of_option(cli, optarg, &as_of.at))
			return EXIT_USAGE;
	}
	const bool is_past = as_of.at != TIMESTAMP_NONE;

	if (argc != optind || verifies == is_past || (all_orgs && !verifies) ||
	    (verifies && (as_of.model || as_of.dump))) {
		cli_complain(cli,
		             "wants --verify [--all-orgs], or --as-of TIME [--model FILE] "
		             "[--dump DIR]");
		return EXIT_USAGE;
	}
	if (verifies)
		return all_orgs ? self_check_all(cli, verify) : verify(cli);
	return as_of_is_past(cli, as_of.at) ? replay_as_of(cli, &as_of) : EXIT_USAGE;
}
