/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar intel: loads what feeds say of CVEs, and lists what was loaded.  What feeds say
 * holds for all orgs.
 */
#include <stdio.h>
#include <string.h>

#include "store/intel_store.h"

#include "cli.h"
#include "collector/intel.h"
#include "collector/intel_intake.h"
#include "file_list.h"
#include "intel_files.h"
#include "report.h"
#include "score_once.h"
#include "table.h"

#define TRIES     3 /* of one load when the database asks to try again */
#define LIST_MOST 1000

struct intel_command {
	struct cli *cli;
	struct pg *pg;
	int feed; /* --feed, or -1: by content */
	bool force, score;
	struct file_list files;
	struct strbuf text; /* of the file in hand */
	/* Feeds of records are loaded when all files are read; by feed, where it is one. */
	struct intel_data records[N_INTEL_FEEDS];
	const char *first_path[N_INTEL_FEEDS];
	size_t n_loaded, n_failed, n_faults;
	bool try_again;
	int64_t n_marked;
};

static bool take_feed(struct intel_command *c, const char *name)
{
	enum intel_feed feed;

	if (intel_feed_parse(name, &feed) < 0) {
		cli_complain(c->cli,
		             "--feed is one of epss, kev, cve, nvd, osv, not \"%s\"",
		             report_plain(name, c->cli->arena));
		return false;
	}
	c->feed = (int)feed;
	return true;
}

/* --- load: what is told --- */

static void print_json(const struct intel_data *d, const char *path,
                       const struct intel_load_result *r, const char *error)
{
	char day[TIMESTAMP_TEXT_MAX];
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_text(&b, "feed", d ? intel_feed_name(d->feed) : NULL);
	json_write_text(&b, "file", path);
	json_write_int(&b, "files", d ? (long long)d->n_files : 1);
	timestamp_format(r->as_of, day);
	day[10] = '\0';
	json_write_text(&b, "as_of", d && !error ? day : NULL);
	json_write_stated(&b, "model", d ? d->model : "");
	json_write_int(&b, "rows", r->n_rows);
	json_write_int(&b, "new", r->n_new);
	json_write_int(&b, "changed", r->n_changed);
	json_write_int(&b, "older", r->n_older);
	json_write_int(&b, "marked", r->n_marked);
	json_write_bool(&b, "known", r->is_same);
	json_write_text(&b, "error", error);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static void print_line(const struct intel_data *d, const char *path,
                       const struct intel_load_result *r)
{
	char day[TIMESTAMP_TEXT_MAX];

	timestamp_format(r->as_of, day);
	printf("%-4s of %.10s  %7lld rows: ", intel_feed_name(d->feed), day,
	       (long long)r->n_rows);
	if (r->is_same)
		printf("in use already");
	else
		printf("%lld new, %lld changed", (long long)r->n_new,
		       (long long)r->n_changed);
	if (r->n_older)
		printf(", %lld older than what is stored", (long long)r->n_older);
	if (r->n_marked)
		printf("; %lld assets to score", (long long)r->n_marked);
	if (path)
		printf("  %s\n", path);
	else
		printf("  %zu files\n", d->n_files);
}

/* path NULL: of several files. */
static void fail(struct intel_command *c, const struct intel_data *d, const char *path,
                 const struct error *err)
{
	static const struct intel_load_result nothing = {0};
	const char *what = path ? path
	                        : arena_printf(c->cli->arena, "%zu files of the feed %s",
	                                       d->n_files, intel_feed_name(d->feed));

	c->n_failed++;
	c->try_again |= err->code == ERR_TRANSIENT;
	cli_complain(c->cli, "%s: %s%s%s", what, d && path ? intel_feed_name(d->feed) : "",
	             d && path ? ": " : "", report_plain(err->text, c->cli->arena));
	if (c->cli->json)
		print_json(d, path, &nothing, err->text);
}

/* --- load: the work --- */

static void store(struct intel_command *c, struct intel_data *d, const char *path)
{
	const struct intel_load_options options = {.now = c->cli->now, .force = c->force};
	struct intel_load_result result = {0};
	struct error err = {0};
	int rc = ERR_TRANSIENT;

	for (int i = 0; i < TRIES && rc == ERR_TRANSIENT; i++)
		rc = intel_load(c->pg, d, &options, &result, &err);
	if (rc < 0) {
		fail(c, d, path, &err);
		return;
	}
	c->n_loaded++;
	c->n_marked += result.n_marked;
	if (result.n_marked && c->cli->now < result.at)
		c->cli->now = result.at; /* scores are not older than what they rest on */
	if (c->cli->json)
		print_json(d, path, &result, NULL);
	else if (!c->cli->quiet)
		print_line(d, path, &result);
}

static void tell_faults(struct intel_command *c, const struct intel_data *d,
                        const char *path, size_t from)
{
	for (size_t i = from; i < d->n_faults && i < INTEL_FAULTS_KEPT; i++)
		cli_complain(c->cli, "%s: %s: left out: %s", path, intel_feed_name(d->feed),
		             report_plain(d->faults[i], c->cli->arena));
	c->n_faults += d->n_faults - from;
}

static int detect(struct intel_command *c, const char *path, enum intel_feed *feed,
                  struct error *err)
{
	const int rc = intel_file_read(path, &c->text, err);

	return rc < 0 ? rc : intel_intake_open(&c->text, c->feed, feed, err);
}

static void load_whole(struct intel_command *c, const char *path, enum intel_feed feed)
{
	struct intel_data data;
	struct error err;

	intel_data_init(&data, feed);
	if (intel_read(strbuf_text(&c->text), c->text.size, &data, &err) < 0)
		fail(c, &data, path, &err);
	else
		store(c, &data, path);
	intel_data_done(&data);
}

static void add_records(struct intel_command *c, const char *path, enum intel_feed feed)
{
	struct intel_data *d = &c->records[feed];
	struct error err;

	if (!d->arena)
		intel_data_init(d, feed);
	const size_t faults_before = d->n_faults;

	if (intel_read(strbuf_text(&c->text), c->text.size, d, &err) < 0) {
		fail(c, d, path, &err);
		return;
	}
	tell_faults(c, d, path, faults_before);
	c->first_path[feed] = path;
}

static void load_file(struct intel_command *c, const char *path)
{
	enum intel_feed feed;
	struct error err;

	if (detect(c, path, &feed, &err) < 0)
		fail(c, NULL, path, &err);
	else if (intel_feed_is_whole(feed))
		load_whole(c, path, feed);
	else
		add_records(c, path, feed);
}

static void load_all(struct intel_command *c)
{
	for (size_t i = 0; i < c->files.n; i++)
		load_file(c, c->files.paths[i]);
	for (int i = 0; i < N_INTEL_FEEDS; i++) {
		struct intel_data *d = &c->records[i];

		if (!d->arena)
			continue;
		if (d->n_files)
			store(c, d, d->n_files == 1 ? c->first_path[i] : NULL);
		intel_data_done(d);
	}
	if (c->n_faults > INTEL_FAULTS_KEPT)
		cli_complain(c->cli, "%zu records were left out in all", c->n_faults);
}

static int exit_code_of(const struct intel_command *c)
{
	if (!c->n_failed)
		return c->n_faults ? EXIT_PART : EXIT_DONE;
	if (c->n_loaded)
		return EXIT_PART;
	return c->try_again ? EXIT_TRY_AGAIN : EXIT_FAILED;
}

static bool read_load_arguments(struct intel_command *c, int argc, char **argv)
{
	static const struct option options[] = {{"feed", required_argument, NULL, 'f'},
	                                        {"force", no_argument, NULL, 'F'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		if (option == 'F')
			c->force = true;
		else if (option == 'n')
			c->score = false;
		else if (option != 'f' || !take_feed(c, optarg))
			return false;
	}
	if (optind == argc) {
		cli_complain(c->cli, "name the files or folders to load");
		return false;
	}
	for (int i = optind; i < argc; i++)
		file_list_walk(&c->files, argv[i]);
	return true;
}

static int load(struct cli *cli, int argc, char **argv)
{
	struct intel_command c = {.cli = cli, .feed = -1, .score = true};
	struct org org;
	int exit_code = EXIT_USAGE;

	if (read_load_arguments(&c, argc, argv))
		c.pg = cli_connect(cli, "isobar_operator", PG_GROUP_INTEL, &org,
		                   &exit_code);
	if (c.pg) {
		load_all(&c);
		pg_close(c.pg);
		exit_code = exit_code_of(&c);
		if (c.score && c.n_marked) {
			const int scored = cli_score_once(cli, "what feeds say is stored");

			exit_code = scored ? scored : exit_code;
		}
		const int ended = report_end(cli);

		exit_code = exit_code ? exit_code : ended;
	}
	file_list_done(&c.files);
	strbuf_done(&c.text);
	return exit_code;
}

/* --- list --- */

static void snapshot_json(const struct intel_snapshot *s)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_text(&b, "feed", intel_feed_name(s->feed));
	json_write_text(&b, "as_of", s->as_of);
	json_write_stated(&b, "model", s->model);
	json_write_int(&b, "rows", s->n_rows);
	json_write_text(&b, "sha256", s->checksum);
	json_write_time(&b, "loaded_at", s->loaded_at);
	json_write_bool(&b, "in_use", s->in_use);
	json_write_int(&b, "version", s->version);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static void print_snapshots(const struct cli *cli, const struct intel_snapshot *rows,
                            size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "feed"},
	        {.head = "as of"},
	        {.head = "version", .elastic = true},
	        {.head = "rows", .right = true},
	        {.head = "loaded"},
	        {.head = ""},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char text[TIMESTAMP_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		const char *color = rows[i].in_use ? NULL : "2";

		table_cell(t, intel_feed_name(rows[i].feed), color);
		table_cell(t, rows[i].as_of, color);
		table_cell(t, rows[i].model, color);
		snprintf(text, sizeof(text), "%lld", (long long)rows[i].n_rows);
		table_cell(t, text, color);
		table_cell(t, report_minute(rows[i].loaded_at, text), color);
		table_cell(t, rows[i].in_use ? "in use" : "", color);
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static bool read_list_arguments(struct intel_command *c, int argc, char **argv)
{
	static const struct option options[] = {{"feed", required_argument, NULL, 'f'},
	                                        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1)
		if (option != 'f' || !take_feed(c, optarg))
			return false;
	if (optind < argc)
		cli_complain(c->cli, "takes options only, not \"%s\"", argv[optind]);
	return optind == argc;
}

static int list(struct cli *cli, int argc, char **argv)
{
	struct intel_command c = {.cli = cli, .feed = -1};
	struct intel_snapshot *rows;
	struct error err;
	struct org org;
	size_t n;
	int exit_code;

	if (!read_list_arguments(&c, argc, argv))
		return EXIT_USAGE;
	c.pg = cli_connect(cli, "isobar_operator", PG_GROUP_INTEL, &org, &exit_code);
	if (!c.pg)
		return exit_code;
	const int rc =
	        intel_snapshots(c.pg, c.feed, LIST_MOST, cli->arena, &rows, &n, &err);

	pg_close(c.pg);
	if (rc < 0)
		return cli_fail(cli, &err);
	for (size_t i = 0; cli->json && i < n; i++)
		snapshot_json(&rows[i]);
	if (!cli->json && n)
		print_snapshots(cli, rows, n);
	if (!n)
		cli_note(cli, "nothing was loaded");
	return report_end(cli);
}

int cmd_intel(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"load", load, "[--feed NAME] [--force] [--no-score] FILE|FOLDER...",
	         "take over EPSS, KEV, CVE records, NVD or OSV from files",
	         "\n  --feed NAME  refuse files of other feeds: epss, kev, cve, nvd, osv\n"
	         "  --force      take a feed that has no date, is older or much smaller\n"
	         "  --no-score   leave the risks to the running isobar-scorer\n"},
	        {"list", list, "[--feed NAME]", "what was loaded, the newest first", ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
