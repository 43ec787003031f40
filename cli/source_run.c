/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar source run and test: asks the collectors for a run and follows it; the test is
 * the collector's own.  What follows reads rows that the run writes, so that it sees the
 * same whichever collector works, and one that died too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "report.h"
#include "source_verbs.h"

#define LOOK_MS     250
#define PATIENCE_MS 30000 /* until a collector takes the source, or takes it over */
#define TELL_MS     5000  /* between two lines where there is no terminal */
#define BAR_WIDTH   24

/* --- how far it is --- */

struct watch {
	struct source_verb *v;
	int64_t after_id; /* the run is behind this one */
	bool is_terminal;

	struct source_progress seen;
	int64_t began;   /* ms: when we first saw it run */
	int64_t alive;   /* ms: when somebody worked on it, or it moved */
	int64_t told;    /* ms: of the last line */
	int64_t n_first; /* records when we first saw it */
};

static long long rate_of(const struct watch *w, int64_t now)
{
	const int64_t ms = now - w->began;

	return ms < 1000 ? 0
	                 : (long long)((w->seen.run.n_records - w->n_first) * 1000 / ms);
}

static void draw_bar(const struct watch *w, int64_t now)
{
	const struct source_run *r = &w->seen.run;
	const int64_t n_full = r->n_parts ? w->seen.n_ended * BAR_WIDTH / r->n_parts : 0;
	char bar[BAR_WIDTH + 1];

	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < n_full ? '#' : '-';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r\033[K[%s] %lld/%lld parts  %lld records  %lld/s", bar,
	        (long long)w->seen.n_ended, (long long)r->n_parts, (long long)r->n_records,
	        rate_of(w, now));
	fflush(stderr);
}

static void tell_progress(struct watch *w, bool moved, int64_t now)
{
	const struct source_run *r = &w->seen.run;

	if (w->v->cli->quiet)
		return;
	if (w->is_terminal) {
		draw_bar(w, now);
		return;
	}
	if (!moved || now - w->told < TELL_MS)
		return;
	w->told = now;
	cli_note(w->v->cli, "run %lld: %lld of %lld parts, %lld records, %lld/s",
	         (long long)r->run_id, (long long)w->seen.n_ended, (long long)r->n_parts,
	         (long long)r->n_records, rate_of(w, now));
}

static void end_bar(const struct watch *w)
{
	if (w->is_terminal && w->began && !w->v->cli->quiet)
		fputs("\r\033[K", stderr);
}

/* --- its end --- */

static int exit_of(const struct source_run *r)
{
	switch (r->state) {
	case RUN_DONE:
		return EXIT_DONE;
	case RUN_PARTIAL:
		return EXIT_PART;
	case RUN_RUNNING:
	case RUN_FAILED:
		break;
	}
	return EXIT_FAILED;
}

static int report_run(const struct watch *w)
{
	struct cli *cli = w->v->cli;
	const struct source_run *r = &w->seen.run;
	struct strbuf b = {0};

	if (cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "source", w->v->name);
		source_put_run(&b, r);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
	} else if (!cli->quiet) {
		printf("%s: run %lld %s: %lld of %lld parts complete, %lld records, %lld "
		       "findings: %lld new, %lld changed, %lld closed\n",
		       w->v->name, (long long)r->run_id, run_state_name(r->state),
		       (long long)r->n_complete, (long long)r->n_parts,
		       (long long)r->n_records, (long long)r->n_findings,
		       (long long)r->n_new, (long long)r->n_changed,
		       (long long)r->n_closed);
	}
	if (r->state != RUN_DONE)
		cli_complain(cli, "%s (see isobar source show %s)",
		             *r->error ? report_plain(r->error, cli->arena)
		                       : "some parts are not complete",
		             w->v->name);
	return report_end(cli) == EXIT_DONE ? exit_of(r) : EXIT_FAILED;
}

static int give_up(const struct watch *w)
{
	if (w->seen.run.run_id)
		cli_complain(w->v->cli,
		             "no collector works on run %lld for %d s; it goes on when "
		             "isobar-collector runs",
		             (long long)w->seen.run.run_id, PATIENCE_MS / 1000);
	else
		cli_complain(w->v->cli,
		             "no collector took the source within %d s: is "
		             "isobar-collector running?  The run begins when it does",
		             PATIENCE_MS / 1000);
	return EXIT_TRY_AGAIN;
}

/* --- following --- */

/* Did anything move since the last look? */
static bool has_moved(const struct source_progress *a, const struct source_progress *b)
{
	return a->run.run_id != b->run.run_id || a->run.n_parts != b->run.n_parts ||
	       a->n_ended != b->n_ended || a->run.n_records != b->run.n_records;
}

static int look(struct watch *w, struct arena *a, struct error *err)
{
	const struct source_progress before = w->seen;
	const int rc = source_progress(w->v->pg, &w->v->org, w->v->row.source_id,
	                               w->after_id, a, &w->seen, err);
	const int64_t now = daemon_clock();

	if (rc < 0)
		return rc;
	const bool moved = has_moved(&before, &w->seen);

	/* A run begins as soon as its source is taken: who holds it without one, works not. */
	if (moved || (w->seen.run.run_id && w->seen.is_held))
		w->alive = now;
	if (!w->seen.run.run_id)
		return 0;
	if (!w->began) {
		w->began = now;
		w->n_first = w->seen.run.n_records;
	}
	if (w->seen.run.state == RUN_RUNNING)
		tell_progress(w, moved, now);
	return 0;
}

static int follow(struct watch *w)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	ARENA_SCOPED a = arena_new(1024);
	struct error err = {0};

	w->alive = daemon_clock();
	for (;;) {
		arena_reset(a);
		if (look(w, a, &err) < 0) {
			end_bar(w);
			return source_verb_fail(w->v, &err);
		}
		if (w->seen.run.run_id && w->seen.run.state != RUN_RUNNING) {
			end_bar(w);
			return report_run(w);
		}
		if (daemon_clock() - w->alive >= PATIENCE_MS) {
			end_bar(w);
			return give_up(w);
		}
		nanosleep(&pause, NULL);
	}
}

static int run_in(struct source_verb *v, bool waits)
{
	struct watch w = {.v = v, .is_terminal = isatty(STDERR_FILENO)};
	struct source_asked asked;
	struct error err = {0};

	if (source_ask(v->pg, &v->org, v->row.source_id, v->cli->now, &asked, &err) < 0)
		return source_verb_fail(v, &err);
	if (asked.running_id)
		cli_note(v->cli, "run %lld is under way; the next one follows it",
		         (long long)asked.running_id);
	else if (!waits)
		cli_note(v->cli, "%s is due now", v->name);
	/* Who waits sees the end of what is under way: it is as new. */
	w.after_id = asked.running_id ? asked.running_id - 1 : asked.last_id;
	return waits ? follow(&w) : EXIT_DONE;
}

int source_run_verb(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"wait", no_argument, NULL, 'w'},
	                                        CLI_COMMON_OPTIONS};
	struct source_verb v = {.cli = cli};
	bool waits = false;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 'w')
			return EXIT_USAGE;
		waits = true;
	}
	if (argc - optind != 1) {
		cli_complain(cli, "wants one NAME");
		return EXIT_USAGE;
	}
	v.name = argv[optind];
	if ((exit_code = source_verb_open(&v)) == EXIT_DONE)
		exit_code = run_in(&v, waits);
	pg_close(v.pg);
	return exit_code;
}

/* --- test --- */

/* The connection is in the environment: it may hold a password. */
static int become_collector(const struct source_verb *v)
{
	struct cli *cli = v->cli;
	const char *program = cli_program_path("isobar-collector", cli->arena);

	setenv("ISOBAR_DATABASE", cli->database, 1);
	execlp(program, program, "--test", v->name, "--org", cli->org_name, (char *)NULL);
	cli_complain(cli, "cannot start %s: %s", program, strerror(errno));
	return EXIT_FAILED;
}

int source_test_verb(struct cli *cli, int argc, char **argv)
{
	struct source_verb v = {.cli = cli};
	int exit_code;

	if (!source_verb_arguments(&v, argc, argv, false))
		return EXIT_USAGE;
	if ((exit_code = source_verb_open(&v)) != EXIT_DONE)
		return exit_code;
	pg_close(v.pg);
	fflush(stdout);
	return become_collector(&v);
}
