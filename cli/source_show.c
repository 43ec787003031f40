/* SPDX-License-Identifier: Apache-2.0 */
/* isobar source list, show and blind: what is known of live sources. */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "source_options.h"
#include "source_verbs.h"
#include "table.h"

#define SHOWN_RUNS   10
#define SHOWN_SCOPES 50

/* --- words --- */

/* "12 min ago", "in 4 h" */
static const char *when(timestamp at, timestamp now, struct arena *a)
{
	static const struct {
		int64_t seconds, most;
		const char *name;
	} units[] = {
	        {1, 120, "s"}, {60, 7200, "min"}, {3600, 259200, "h"}, {86400, 0, "days"}};
	const bool is_past = at <= now;
	const int64_t seconds = (is_past ? now - at : at - now) / USEC_PER_SEC;
	size_t i = 0;

	if (at == TIMESTAMP_NONE)
		return "";
	while (units[i].most && seconds >= units[i].most)
		i++;
	return arena_printf(a, "%s%lld %s%s", is_past ? "" : "in ",
	                    (long long)(seconds / units[i].seconds), units[i].name,
	                    is_past ? " ago" : "");
}

static const char *schedule_words(const struct live_row *r, struct arena *a)
{
	if (!r->enabled)
		return "paused";
	if (!r->interval_s)
		return "when asked";
	return arena_printf(a, "every %s", source_every_text(r->interval_s, a));
}

static const char *run_words(const struct source_run *r, timestamp now, struct arena *a)
{
	if (!r->run_id)
		return "never";
	return arena_printf(
	        a, "%s %s", run_state_name(r->state),
	        when(r->state == RUN_RUNNING ? r->started_at : r->finished_at, now, a));
}

static const char *run_color(const struct source_run *r)
{
	if (!r->run_id)
		return "2";
	return r->state == RUN_FAILED ? "31" : r->state == RUN_PARTIAL ? "33" : NULL;
}

static const char *scope_color(enum scope_state state)
{
	return scope_state_is_blind(state) ? "33" : NULL;
}

static const char *why(const struct source_scope *s, timestamp now, struct arena *a)
{
	if (s->state == SCOPE_HELD)
		return arena_printf(a, "%s: isobar source confirm %s", s->reason,
		                    s->source);
	if (*s->reason)
		return s->reason;
	return source_scope_is_blind(s, now) && !scope_state_is_blind(s->state)
	               ? "no complete run since"
	               : "";
}

/* --- JSON --- */

void source_put_run(struct strbuf *b, const struct source_run *r)
{
	json_write_int(b, "id", r->run_id);
	json_write_text(b, "state", run_state_name(r->state));
	json_write_time(b, "started_at", r->started_at);
	json_write_time(b, "finished_at", r->finished_at);
	json_write_int(b, "parts", r->n_parts);
	json_write_int(b, "complete", r->n_complete);
	json_write_int(b, "records", r->n_records);
	json_write_int(b, "findings", r->n_findings);
	json_write_int(b, "new", r->n_new);
	json_write_int(b, "changed", r->n_changed);
	json_write_int(b, "closed", r->n_closed);
	json_write_stated(b, "error", r->error);
}

static void put_scope(struct strbuf *b, const struct source_scope *s, timestamp now)
{
	json_write_text(b, "source", s->source);
	json_write_text(b, "scope", s->scope);
	json_write_stated(b, "title", s->title);
	json_write_text(b, "state", scope_state_name(s->state));
	json_write_bool(b, "blind", source_scope_is_blind(s, now));
	json_write_stated(b, "reason", s->reason);
	json_write_time(b, "met_at", s->met_at);
	json_write_time(b, "complete_at", s->complete_at);
	json_write_time(b, "known_at", source_scope_known_at(s));
	json_write_int(b, "live", s->n_live);
	json_write_int(b, "absent", s->n_absent);
}

static void put_row(struct strbuf *b, const struct live_row *r)
{
	json_write_text(b, "name", r->name);
	json_write_text(b, "connector", r->connector);
	json_write_bool(b, "enabled", r->enabled);
	json_write_int(b, "every", r->interval_s);
	if (r->misses)
		json_write_int(b, "misses", r->misses);
	else
		json_write_null(b, "misses");
	json_write_time(b, "next_run_at", r->next_run_at);
	json_write_time(b, "created_at", r->created_at);
	json_write_stated(b, "collector", r->holder);
	if (r->run.run_id) {
		json_write_open(b, "run", '{');
		source_put_run(b, &r->run);
		json_write_close(b, '}');
	} else {
		json_write_null(b, "run");
	}
	json_write_int(b, "scopes", r->n_scopes);
	json_write_int(b, "proved", r->n_proved);
	json_write_int(b, "blind", r->n_blind);
}

/* --- list --- */

static void print_list(const struct cli *cli, const struct live_row *rows, size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "source", .elastic = true},
	        {.head = "connector"},
	        {.head = "schedule"},
	        {.head = "last run"},
	        {.head = "scopes proved", .right = true},
	        {.head = "blind", .right = true},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	struct arena *a = cli->arena;

	for (size_t i = 0; i < n; i++) {
		const struct live_row *r = &rows[i];

		table_cell(t, r->name, r->enabled ? NULL : "2");
		table_cell(t, r->connector, NULL);
		table_cell(t, schedule_words(r, a), r->enabled ? NULL : "33");
		table_cell(t, run_words(&r->run, cli->now, a), run_color(&r->run));
		table_cell(t,
		           arena_printf(a, "%lld/%lld", (long long)r->n_proved,
		                        (long long)r->n_scopes),
		           NULL);
		table_cell(t, arena_printf(a, "%lld", (long long)r->n_blind),
		           r->n_blind ? "33" : "2");
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static int list_in(struct source_verb *v)
{
	struct cli *cli = v->cli;
	struct live_row *rows;
	struct error err = {0};
	struct strbuf b = {0};
	size_t n;

	if (source_rows(v->pg, &v->org, NULL, cli->now, cli->arena, &rows, &n, &err) < 0)
		return source_verb_fail(v, &err);
	for (size_t i = 0; cli->json && i < n; i++) {
		json_write_open(&b, NULL, '{');
		put_row(&b, &rows[i]);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
	if (!cli->json && n)
		print_list(cli, rows, n);
	else if (!cli->json)
		puts("There is no live source yet. One comes by: isobar source add NAME "
		     "--connector C");
	return report_end(cli);
}

int source_list_verb(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct source_verb v = {.cli = cli};
	int exit_code;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (optind < argc) {
		cli_complain(cli, "takes options only, not \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}
	if ((exit_code = source_verb_open(&v)) == EXIT_DONE)
		exit_code = list_in(&v);
	pg_close(v.pg);
	return exit_code;
}

/* --- scopes --- */

static void print_scopes(const struct cli *cli, const struct source_scope *rows, size_t n,
                         bool with_source)
{
	static const struct table_column columns[] = {
	        {.head = "source"},
	        {.head = "scope", .elastic = true},
	        {.head = "name"},
	        {.head = "state"},
	        {.head = "known"},
	        {.head = "live", .right = true},
	        {.head = "why", .elastic = true},
	};
	const size_t first = with_source ? 0 : 1;
	struct table *t = table_new(columns + first, N_ELEMENTS(columns) - first);
	struct arena *a = cli->arena;

	for (size_t i = 0; i < n; i++) {
		const struct source_scope *s = &rows[i];

		if (with_source)
			table_cell(t, s->source, NULL);
		table_cell(t, s->scope, NULL);
		table_cell(t, s->title, NULL);
		table_cell(t, scope_state_name(s->state), scope_color(s->state));
		table_cell(t,
		           s->complete_at == TIMESTAMP_NONE
		                   ? "never"
		                   : when(s->complete_at, cli->now, a),
		           s->complete_at == TIMESTAMP_NONE ? "33" : NULL);
		table_cell(t, arena_printf(a, "%lld", (long long)s->n_live), NULL);
		table_cell(t, why(s, cli->now, a), "2");
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

/* Calls put with each page; false in more: that is enough. */
static int each_page(struct source_verb *v, const struct source_scope_filter *filter,
                     bool (*put)(struct source_verb *v, const struct source_scope *rows,
                                 size_t n, void *ctx),
                     void *ctx, struct error *err)
{
	const struct source_scope *after = NULL;
	struct source_scope *rows;
	size_t n;

	do {
		const int rc = source_scope_next(v->pg, &v->org, filter, after,
		                                 v->cli->arena, &rows, &n, err);

		if (rc < 0)
			return rc;
		after = n ? &rows[n - 1] : NULL;
	} while (n && put(v, rows, n, ctx) && !ferror(stdout));
	return 0;
}

/* --- show --- */

static bool put_scopes(struct source_verb *v, const struct source_scope *rows, size_t n,
                       void *ctx)
{
	struct strbuf *b = ctx;

	for (size_t i = 0; i < n; i++) {
		json_write_open(b, NULL, '{');
		put_scope(b, &rows[i], v->cli->now);
		json_write_close(b, '}');
	}
	return true;
}

static bool print_first_scopes(struct source_verb *v, const struct source_scope *rows,
                               size_t n, void *ctx)
{
	(void)ctx;
	putchar('\n');
	print_scopes(v->cli, rows, n < SHOWN_SCOPES ? n : SHOWN_SCOPES, false);
	if (v->row.n_scopes > SHOWN_SCOPES)
		printf("\nThe first %d of %lld scopes; all with --json, what is not seen: "
		       "isobar source blind %s\n",
		       SHOWN_SCOPES, (long long)v->row.n_scopes, v->row.name);
	return false;
}

/* What show knows beside the row. */
struct shown {
	struct source_pair *pairs;
	struct source_run *runs;
	size_t n_pairs, n_runs;
};

static int put_source(struct source_verb *v, const struct shown *s)
{
	const struct source_scope_filter filter = {.source = v->row.name};
	struct strbuf b = {0};
	struct error err = {0};

	json_write_open(&b, NULL, '{');
	put_row(&b, &v->row);
	json_write_open(&b, "settings", '{');
	for (size_t i = 0; i < s->n_pairs; i++)
		json_write_text(&b, s->pairs[i].key, s->pairs[i].value);
	json_write_close(&b, '}');
	json_write_open(&b, "secrets", '[');
	for (size_t i = 0; i < v->row.n_secrets; i++)
		json_write_text(&b, NULL, v->row.secrets[i]);
	json_write_close(&b, ']');
	json_write_open(&b, "runs", '[');
	for (size_t i = 0; i < s->n_runs; i++) {
		json_write_open(&b, NULL, '{');
		source_put_run(&b, &s->runs[i]);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	json_write_open(&b, "coverage", '[');
	const int rc = each_page(v, &filter, put_scopes, &b, &err);

	json_write_close(&b, ']');
	json_write_close(&b, '}');
	if (rc == 0)
		report_line(&b);
	strbuf_done(&b);
	return rc < 0 ? source_verb_fail(v, &err) : report_end(v->cli);
}

static void print_head(const struct source_verb *v, const struct shown *s)
{
	const struct live_row *r = &v->row;
	struct arena *a = v->cli->arena;

	printf("%s  %s  %s", r->name, r->connector, schedule_words(r, a));
	if (r->enabled && r->next_run_at != TIMESTAMP_NONE)
		printf(", due %s", r->next_run_at <= v->cli->now
		                           ? "now"
		                           : when(r->next_run_at, v->cli->now, a));
	if (*r->holder)
		printf(", %s works on it", report_plain(r->holder, a));
	putchar('\n');
	for (size_t i = 0; i < s->n_pairs; i++)
		printf("%-16s %s\n", s->pairs[i].key, report_plain(s->pairs[i].value, a));
	for (size_t i = 0; i < r->n_secrets; i++)
		printf("%-16s (sealed)\n", r->secrets[i]);
	if (r->misses)
		printf("%-16s %d\n", "misses", r->misses);
	printf("%-16s %lld of %lld scopes proved, %lld blind\n", "coverage",
	       (long long)r->n_proved, (long long)r->n_scopes, (long long)r->n_blind);
}

static void print_runs(const struct cli *cli, const struct shown *s)
{
	static const struct table_column columns[] = {
	        {.head = "run", .right = true},
	        {.head = "began"},
	        {.head = "state"},
	        {.head = "parts", .right = true},
	        {.head = "records", .right = true},
	        {.head = "new", .right = true},
	        {.head = "changed", .right = true},
	        {.head = "closed", .right = true},
	        {.head = "why", .elastic = true},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	struct arena *a = cli->arena;

	for (size_t i = 0; i < s->n_runs; i++) {
		const struct source_run *r = &s->runs[i];
		const int64_t counts[] = {r->n_records, r->n_new, r->n_changed,
		                          r->n_closed};
		char began[TIMESTAMP_TEXT_MAX];

		table_cell(t, arena_printf(a, "%lld", (long long)r->run_id), NULL);
		table_cell(t, report_minute(r->started_at, began), NULL);
		table_cell(t, run_state_name(r->state), run_color(r));
		table_cell(t,
		           arena_printf(a, "%lld/%lld", (long long)r->n_complete,
		                        (long long)r->n_parts),
		           NULL);
		for (size_t k = 0; k < N_ELEMENTS(counts); k++)
			table_cell(t, arena_printf(a, "%lld", (long long)counts[k]), NULL);
		table_cell(t, r->error, "2");
	}
	table_print(t, stdout, cli->color, 0);
	table_free(t);
}

static int show_in(struct source_verb *v)
{
	const struct source_scope_filter filter = {.source = v->row.name};
	struct cli *cli = v->cli;
	struct shown s;
	struct error err = {0};

	if (source_pairs(v->pg, &v->org, v->row.source_id, cli->arena, &s.pairs, &s.n_pairs,
	                 &err) < 0 ||
	    source_run_list(v->pg, &v->org, v->row.source_id, SHOWN_RUNS, cli->arena,
	                    &s.runs, &s.n_runs, &err) < 0)
		return source_verb_fail(v, &err);
	if (cli->json)
		return put_source(v, &s);
	print_head(v, &s);
	if (s.n_runs) {
		putchar('\n');
		print_runs(cli, &s);
	}
	if (each_page(v, &filter, print_first_scopes, NULL, &err) < 0)
		return source_verb_fail(v, &err);
	return report_end(cli);
}

int source_show_verb(struct cli *cli, int argc, char **argv)
{
	struct source_verb v = {.cli = cli};
	int exit_code;

	if (!source_verb_arguments(&v, argc, argv, false))
		return EXIT_USAGE;
	if ((exit_code = source_verb_open(&v)) == EXIT_DONE)
		exit_code = show_in(&v);
	pg_close(v.pg);
	return exit_code;
}

/* --- blind --- */

static bool report_blind(struct source_verb *v, const struct source_scope *rows, size_t n,
                         void *ctx)
{
	size_t *n_blind = ctx;
	struct strbuf b = {0};

	*n_blind += n;
	if (!v->cli->json) {
		print_scopes(v->cli, rows, n, true);
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		json_write_open(&b, NULL, '{');
		put_scope(&b, &rows[i], v->cli->now);
		json_write_close(&b, '}');
		report_line(&b);
	}
	strbuf_done(&b);
	return true;
}

static int blind_in(struct source_verb *v)
{
	const struct source_scope_filter filter = {
	        .source = v->name, .blind = true, .now = v->cli->now};
	struct error err = {0};
	size_t n = 0;

	if (each_page(v, &filter, report_blind, &n, &err) < 0)
		return source_verb_fail(v, &err);
	if (!v->cli->json && n == 0)
		puts("Nothing is blind: what was ever met was proved by a complete run "
		     "within "
		     "14 days.");
	return report_end(v->cli);
}

int source_blind_verb(struct cli *cli, int argc, char **argv)
{
	struct source_verb v = {.cli = cli};
	int exit_code;

	if (!source_verb_arguments(&v, argc, argv, true))
		return EXIT_USAGE;
	if ((exit_code = source_verb_open(&v)) == EXIT_DONE)
		exit_code = blind_in(&v);
	pg_close(v.pg);
	return exit_code;
}
