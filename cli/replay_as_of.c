/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar replay --as-of: the org as it was at a time, rebuilt from stored records and
 * decisions in a schema of its own, and compared with what is kept of that time.
 */
#include <stdio.h>

#include "store/as_of_store.h"
#include "store/ingest.h"

#include "as_of.h"
#include "model_file.h"
#include "moves.h"
#include "replay.h"
#include "replay_compare.h"
#include "report.h"
#include "score_once.h"

struct rebuild {
	struct replay records;
	const struct replay_as_of *options;
	struct replay_store *store;
	struct replay_compare compare;
	int64_t n_unread; /* findings of then that no row knows, and whose record is unread */
	int64_t n_waiting; /* assets */
};

/* What a record says that no row says takes its place; so does what it says otherwise. */
static void saw_finding(void *ctx, const struct record_finding *f,
                        const struct finding *again)
{
	struct rebuild *b = ctx;

	if (!again)
		return;
	replay_compare_finding(&b->compare, f, again);
	if (f->content_hash < 0 ||
	    (f->content_hash && ingest_stored_hash(again->content_hash) != f->content_hash))
		replay_finding_put(b->store, again);
}

static struct pg_options scratch_options(const struct rebuild *b, const char *schema)
{
	return (struct pg_options){.conninfo = b->records.cli->database,
	                           .program = "isobar",
	                           .schema = schema};
}

/* An exit code. */
static int read_findings(struct rebuild *b)
{
	struct cli *cli = b->records.cli;
	const struct pg_options options = scratch_options(b, replay_store_schema(b->store));
	struct error err = {0};
	struct pg *pg = NULL;

	if (pg_open(&options, &pg, &err) < 0)
		return cli_fail(cli, &err);
	b->records.saw = saw_finding;
	b->records.ctx = b;
	replay_findings_begin(b->store);
	const int exit_code = replay_records(&b->records, pg);

	pg_close(pg);
	if (exit_code == EXIT_DONE && replay_findings_end(b->store, &b->n_unread, &err) < 0)
		return cli_fail(cli, &err);
	return exit_code;
}

static int rebuild(struct rebuild *b)
{
	struct cli *cli = b->records.cli;
	struct error err = {0};
	int exit_code;

	if (replay_store_fill(b->store, &err) < 0)
		return cli_fail(cli, &err);
	if ((exit_code = read_findings(b)) != EXIT_DONE)
		return exit_code;
	if (replay_risks_fill(b->store, &err) < 0 ||
	    (b->options->at == cli->now &&
	     replay_leave_waiting(b->store, &b->n_waiting, &err) < 0))
		return cli_fail(cli, &err);
	return cli_score_schema(cli, replay_store_schema(b->store), b->options->at,
	                        b->options->model);
}

/* --- what is told --- */

static void print_json(const struct rebuild *b)
{
	const struct replay *r = &b->records;
	const struct replay_compare *c = &b->compare;
	struct strbuf out = {0};

	json_write_open(&out, NULL, '{');
	json_write_time(&out, "as_of", b->options->at);
	json_write_int(&out, "segments", r->n_segments);
	json_write_int(&out, "damaged", r->n_damaged);
	json_write_int(&out, "same", r->n_same);
	json_write_int(&out, "differ", r->n_differ);
	json_write_int(&out, "not_alone", r->n_not_alone);
	json_write_int(&out, "unread", b->n_unread);
	json_write_int(&out, "pending", b->n_waiting);
	json_write_int(&out, "risks_same", c->n_same);
	json_write_int(&out, "risks_differ", c->n_differ);
	json_write_int(&out, "risks_ended", c->n_ended);
	json_write_int(&out, "risks_left_out", c->n_left_out);
	json_write_text(&out, "kept_sha256", c->kept.hex);
	json_write_text(&out, "rebuilt_sha256", c->rebuilt.hex);
	json_write_close(&out, '}');
	report_line(&out);
	strbuf_done(&out);
}

static void print_text(const struct rebuild *b)
{
	const struct replay *r = &b->records;
	const struct replay_compare *c = &b->compare;

	printf("%lld segments of records: %lld damaged\n", (long long)r->n_segments,
	       (long long)r->n_damaged);
	printf("%lld findings read again: %lld differ; %lld more stand in records that "
	       "mean "
	       "nothing without their file\n",
	       (long long)(r->n_same + r->n_differ), (long long)r->n_differ,
	       (long long)r->n_not_alone);
	printf("%lld risks rebuilt: %lld differ; %lld had ended; %lld left out\n",
	       (long long)(c->n_same + c->n_differ), (long long)c->n_differ,
	       (long long)c->n_ended, (long long)c->n_left_out);
	printf("kept    sha256 %s\nrebuilt sha256 %s\n", c->kept.hex, c->rebuilt.hex);
}

static int print_moves(struct rebuild *b, struct pg *pg)
{
	struct cli *cli = b->records.cli;
	struct strbuf json = {0};
	struct error err = {0};
	const int rc =
	        moves_write(cli, pg, &b->records.org, b->compare.moves, b->compare.places,
	                    b->compare.n_places, b->options->at, &json, &err);

	if (rc == 0 && cli->json)
		report_line(&json);
	else if (rc == 0 && !cli->quiet)
		moves_print(cli, strbuf_text(&json));
	strbuf_done(&json);
	return rc < 0 ? cli_fail(cli, &err) : EXIT_DONE;
}

static int conclude(struct rebuild *b, struct pg *pg)
{
	struct cli *cli = b->records.cli;
	struct error err = {0};
	int exit_code = b->compare.moves ? print_moves(b, pg) : EXIT_DONE;

	if (replay_compare_end(&b->compare, &err) < 0)
		return cli_fail(cli, &err);
	if (cli->json)
		print_json(b);
	else if (!cli->quiet)
		print_text(b);
	if (exit_code == EXIT_DONE)
		exit_code = report_end(cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (!b->compare.moves && (b->records.n_differ || b->compare.n_differ))
		return EXIT_FAILED;
	return b->records.n_damaged ? EXIT_PART : EXIT_DONE;
}

static int run(struct rebuild *b, struct pg *pg)
{
	struct cli *cli = b->records.cli;
	const struct pg_options login = scratch_options(b, NULL);
	struct error err = {0};
	int exit_code;

	if (as_of_check(pg, &b->records.org, b->options->at, cli->arena, &err) < 0)
		return as_of_fail(cli, &err);
	if (replay_compare_begin(&b->compare, b->options->dump, &err) < 0 ||
	    replay_store_open(&login, &b->records.org, b->options->at, &b->store, &err) < 0)
		return cli_fail(cli, &err);
	exit_code = rebuild(b);
	if (exit_code == EXIT_DONE && replay_compare_risks(&b->compare, b->store, &err) < 0)
		exit_code = cli_fail(cli, &err);
	return exit_code == EXIT_DONE ? conclude(b, pg) : exit_code;
}

/* Said before anything is rebuilt. */
static bool is_model(struct cli *cli, const char *path)
{
	struct model_file model;
	const bool is_one = model_file_read(cli, path, &model);

	model_file_done(&model);
	return is_one;
}

int replay_as_of(struct cli *cli, const struct replay_as_of *options)
{
	CLEANUP(tally_freep) struct tally *moves = options->model ? tally_new() : NULL;
	struct rebuild b = {.records = {.cli = cli},
	                    .options = options,
	                    .compare = {.cli = cli, .at = options->at, .moves = moves}};
	struct error unused;
	int exit_code;

	if (options->model && !is_model(cli, options->model))
		return EXIT_FAILED;
	struct pg *pg = cli_connect(cli, "isobar_operator", PG_GROUP_READ, &b.records.org,
	                            &exit_code);

	if (!pg)
		return exit_code;
	exit_code = run(&b, pg);
	(void)!replay_compare_end(&b.compare, &unused);
	replay_store_close(b.store);
	pg_close(pg);
	return exit_code;
}
