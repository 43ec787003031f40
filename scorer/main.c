/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar-scorer: turns dirty assets into ranked risks and moves the risks whose
 * SLA state changed by time alone.  --once does what there is to do and ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/embedded.h"
#include "store/event_sequence.h"
#include "store/fix_refresh.h"
#include "store/intel_table_store.h"
#include "store/migrate.h"
#include "store/pg_listen.h"
#include "store/responsibility_store.h"
#include "store/sweep_store.h"
#include "store/what_if_store.h"

#include "arguments.h"
#include "batch.h"
#include "identity_run.h"
#include "org_rules.h"
#include "path_pass.h"
#include "score.h"
#include "what_if.h"

/* Marks a transaction: an asset's should meet in one; people's decisions wait for it. */
#define MARKS_MAX   2000000
#define MARKS_SERVE 100000
#define FIX_MARKS   500 /* marks of fixes a transaction: a slice of assets each */
#define SWEEPS_VAIN 3
/* A daemon sweeps so often while it scores, and after so many rounds of findings and paths
 * turns to what else there is; a quiet org needs two or three. */
#define SWEEP_USEC (2 * USEC_PER_SEC)
#define ROUNDS_MAX 4
#define WAIT_MS    1000
#define EXIT_RETRY 75

static volatile sig_atomic_t stopping;

static void on_stop(int signo)
{
	(void)signo;
	stopping = 1;
}

/* Who numbers the events meanwhile: this process, or another one. */
enum numbering {
	NUMBERING_HERE,
	NUMBERING_ELSEWHERE
};

/* What one process has to do, and how it goes about it. */
struct work {
	const struct scorer *s;
	const struct settings *settings;
	enum numbering numbering;
	timestamp swept_at; /* of the machine's clock, whatever --now says */
	bool is_left;       /* of a daemon's turn: there is more to score */
};

static struct work work_of(const struct scorer *s, const struct settings *settings)
{
	return (struct work){.s = s, .settings = settings, .swept_at = timestamp_now()};
}

/* Read for each batch and each step: work goes on for as long as there is some. */
static timestamp clock_of(const struct settings *s)
{
	return s->now == TIMESTAMP_NONE ? timestamp_now() : s->now;
}

static bool is_daemon(const struct work *w)
{
	return !w->settings->once;
}

/*
 * What was written meanwhile is read again.  What is still behind after several sweeps
 * that wrote nothing is somebody else's to write.
 */
static int sweep_org(const struct work *w, const struct org *org, int64_t *n_marked,
                     struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg *pg = w->s->pg;
	struct org_rules rules;
	struct sweep_result swept;
	const timestamp begun = timestamp_now(), now = clock_of(w->settings);
	int64_t n, n_written = 0;
	int n_vain = 0, rc;

	if ((rc = sweep_rules(pg, org, now, &n, err)) < 0)
		return error_wrap(err, "org %s", org->slug);
	*n_marked += n;
	if ((rc = org_rules_load(pg, org, now, a, &rules, err)) < 0)
		return rc;
	do {
		if ((rc = sweep_step(pg, org, &rules.policies, clock_of(w->settings),
		                     &swept, err)) < 0)
			return error_wrap(err, "org %s", org->slug);
		*n_marked += swept.n_marked;
		n_written += swept.n_written;
		n_vain = swept.n_written > 0 ? 0 : n_vain + 1;
	} while (swept.n_found > 0 && n_vain < SWEEPS_VAIN && !stopping);
	if (n_written) {
		const long long ms = (timestamp_now() - begun) / 1000;

		log_info("org %s: %lld crossings in %lld.%03lld s", org->slug,
		         (long long)n_written, ms / 1000, ms % 1000);
	}
	return 0;
}

/* What was written by anybody: each worker and process may try, one at a time does it. */
static int number_events(const struct scorer *s, const struct org *org, struct error *err)
{
	int64_t n = 1;
	int rc;

	while (n > 0 && !stopping)
		if ((rc = event_sequence_step(s->pg, org, EVENT_SEQUENCE_MOST, &n, err)) <
		    0)
			return error_wrap(err, "events of org %s", org->slug);
	return 0;
}

static int number_all(struct work *w, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct org_list orgs;
	int rc;

	if ((rc = score_orgs(w->s->pg, false, a, &orgs, err)) < 0)
		return rc;
	for (size_t i = 0; i < orgs.n && !stopping; i++)
		if ((rc = number_events(w->s, &orgs.orgs[i], err)) < 0)
			return rc;
	return 0;
}

static int sweep_all(struct work *w, int64_t *n_marked, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct org_list orgs;
	int rc;

	if ((rc = score_orgs(w->s->pg, false, a, &orgs, err)) < 0)
		return rc;
	for (size_t i = 0; i < orgs.n && !stopping; i++)
		if ((rc = sweep_org(w, &orgs.orgs[i], n_marked, err)) < 0)
			return rc;
	w->swept_at = timestamp_now();
	return w->numbering == NUMBERING_HERE ? number_all(w, err) : 0;
}

/* What time has changed is told of under steady load, too; what it marks is scored by the
 * next round. */
static int sweep_meanwhile(struct work *w, struct error *err)
{
	const timestamp since = timestamp_now() - w->swept_at;
	int64_t n_marked = 0;

	if (!is_daemon(w) || stopping || (since >= 0 && since < SWEEP_USEC))
		return 0;
	return sweep_all(w, &n_marked, err);
}

static int score_shard(struct work *w, const struct org *org, int shard, struct error *err)
{
	const struct scorer *s = w->s;
	struct batch_result result;
	int rc;

	do {
		if ((rc = batch_run(s, org, shard, clock_of(w->settings), s->n_marks,
		                    &result, err)) < 0)
			return error_wrap(err, "org %s", org->slug);
		if (result.n_findings)
			log_info("org %s: %lld findings, %lld risks, %lld written",
			         org->slug, (long long)result.n_findings,
			         (long long)result.n_risks, (long long)result.n_written);
		if ((rc = sweep_meanwhile(w, err)) < 0)
			return rc;
	} while (result.n_findings && !result.took_all && !stopping);
	return 0;
}

/* The shards of this worker: every n_workers-th one. */
static int score_all(struct work *w, int worker, int n_workers, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct org_list orgs;
	int rc;

	if ((rc = score_orgs(w->s->pg, true, a, &orgs, err)) < 0)
		return rc;
	for (size_t i = 0; i < orgs.n; i++)
		for (int shard = worker; shard < SCORE_SHARDS && !stopping;
		     shard += n_workers)
			if ((rc = score_shard(w, &orgs.orgs[i], shard, err)) < 0)
				return rc;
	return 0;
}

/*
 * Looks at the paths over what scoring has changed, one org after the other.  What they
 * reach is then to be scored again: *n_out tells of how many orgs there was something to be
 * looked at, be it that another process did so while this one waited for it.
 */
static int find_paths(const struct work *w, int64_t *n_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	const struct path_rule_rows rules = path_rows_of(w->s->toxic, a);
	struct org_list orgs;
	int64_t n = 0;
	int rc;

	*n_out = 0;
	if ((rc = path_orgs(w->s->pg, a, &orgs, err)) < 0)
		return rc;
	*n_out = (int64_t)orgs.n;
	for (size_t i = 0; i < orgs.n; i++)
		do {
			if ((rc = path_pass(w->s->pg, &orgs.orgs[i], &rules,
			                    clock_of(w->settings), &n, err)) < 0)
				return error_wrap(err, "paths of org %s",
				                  orgs.orgs[i].slug);
		} while (n > 0 && !stopping);
	return 0;
}

/*
 * Findings, then paths, then what paths raise or lower; a path changes no element of
 * another one, so this ends, but for what comes meanwhile: of that a daemon leaves some to
 * its next turn.
 */
static int score_with_paths(struct work *w, struct error *err)
{
	int64_t n_orgs;
	int n_rounds = 0, rc;

	do {
		if ((rc = score_all(w, 0, 1, err)) < 0 ||
		    (rc = find_paths(w, &n_orgs, err)) < 0)
			return rc;
		w->is_left = is_daemon(w) && n_orgs && ++n_rounds == ROUNDS_MAX;
	} while (n_orgs && !w->is_left && !stopping);
	return 0;
}

/* What scoring has marked, by whichever worker. */
static int refresh_fixes(struct work *w, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct org_list orgs;
	int rc;

	if ((rc = fix_refresh_orgs(w->s->pg, a, &orgs, err)) < 0)
		return rc;
	for (size_t i = 0; i < orgs.n; i++) {
		int64_t n = 1;

		while (n > 0 && !stopping)
			if ((rc = fix_refresh(w->s->pg, &orgs.orgs[i],
			                      clock_of(w->settings), FIX_MARKS, &n, err)) <
			    0)
				return error_wrap(err, "org %s", orgs.orgs[i].slug);
	}
	return 0;
}

/*
 * All that there is to do, or a daemon's turn of it; what time alone has changed may have to
 * be scored.  Time comes first: scoring looks for crossings after its own now only.
 */
static int work_through(struct work *w, struct error *err)
{
	int64_t n_marked = 0;
	int rc;

	if ((rc = sweep_all(w, &n_marked, err)) < 0)
		return rc;
	do {
		n_marked = 0;
		if ((rc = score_with_paths(w, err)) < 0 ||
		    (rc = sweep_all(w, &n_marked, err)) < 0)
			return rc;
		w->is_left |= is_daemon(w) && n_marked;
	} while (n_marked && !is_daemon(w) && !stopping);
	return refresh_fixes(w, err);
}

static int connect_database(struct scorer *s, const struct settings *settings,
                            struct error *err)
{
	const struct pg_options options = {
	        .conninfo = settings->database,
	        .role = "isobar_scorer",
	        .program = "isobar-scorer",
	        .schema = settings->schema,
	        .groups = PG_GROUP_SCORER | PG_GROUP_SESSION_SCORER | PG_GROUP_DECIDE};
	const int rc = migrate_open(&options, &s->pg, err);

	if (rc < 0)
		return rc;
	return settings->once ? 0 : pg_listen(s->pg, PG_CHANNEL_DIRTY, err);
}

/* The catalogue's tables that are read from the program itself. */
static int load_tables(struct scorer *s, struct score_model **model_out, struct arena *a,
                       struct error *err)
{
	struct toxic_rules *toxic = arena_alloc(a, sizeof(*toxic));
	const char *model = catalog_file_text("models/rs-1.0.0.json");
	int rc;

	if ((rc = score_model_load(model, strlen(model), model_out, err)) < 0 ||
	    (rc = responsibility_catalog(a, &s->responsibility, err)) < 0 ||
	    (rc = toxic_rules_load(catalog_file_text("toxic_rules.tsv"), &s->responsibility,
	                           a, toxic, err)) < 0)
		return rc;
	s->model = *model_out;
	s->toxic = toxic;
	return 0;
}

static int exit_code_of(int rc, const struct error *err)
{
	if (rc == 0)
		return 0;
	log_error("%s", err->text);
	return rc == ERR_TRANSIENT ? EXIT_RETRY : 1;
}

/* By a file's model, whatever the org had. */
static int take_tried_model(struct scorer *s, const char *path, struct score_model **out)
{
	struct error err;

	if (!path)
		return 0;
	if (what_if_model(path, out, &err) < 0) {
		log_error("%s", err.text);
		return 1;
	}
	s->model = *out;
	s->model_is_tried = true;
	return 0;
}

/* One worker of --once: its shards, then the end. */
static int run_worker(struct scorer *s, const struct settings *settings, int worker)
{
	struct work w = work_of(s, settings);
	struct error err = {0};
	int64_t n_marked = 0;
	int rc = connect_database(s, settings, &err);

	/* Nothing has crossed in a replay, and nobody is told of it. */
	if (rc == 0 && !settings->schema)
		rc = sweep_all(&w, &n_marked, &err);
	if (rc == 0)
		rc = score_all(&w, worker, settings->n_workers, &err);
	return exit_code_of(rc, &err);
}

/* Of all the exit codes the first that is not 0. */
static int wait_for_children(int code)
{
	int status;

	while (wait(&status) > 0)
		if (!code)
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	return code;
}

/* Work that needs nothing of what this process does meanwhile. */
typedef int scorer_part(struct work *w, struct error *err);

static int run_part(struct scorer *s, const struct settings *settings, scorer_part *part)
{
	struct work w = work_of(s, settings);
	struct error err = {0};
	int rc;

	s->pg = NULL; /* the parent's: to close it would end its session */
	if ((rc = connect_database(s, settings, &err)) == 0)
		rc = part(&w, &err);
	return exit_code_of(rc, &err);
}

/* False: there is no child, and this process has to do it. */
static bool start_part(struct scorer *s, const struct settings *settings, scorer_part *part)
{
	const pid_t pid = settings->n_workers > 1 ? fork() : -1;

	if (pid == 0) {
		const int code = run_part(s, settings, part);

		pg_close(s->pg);
		_exit(code);
	}
	return pid > 0;
}

/*
 * What is left when each shard was scored.  After a first import the fixes take as long as
 * paths and numbers of events together: they are done beside these, and the numbers beside
 * the paths where there is a third processor.  Without a child all is done here.
 */
static int finish_once(struct scorer *s, const struct settings *settings)
{
	struct work w = work_of(s, settings);
	const bool is_numbered =
	        settings->n_workers > 2 && start_part(s, settings, number_all);
	struct error err = {0};
	int code, rc;

	(void)start_part(s, settings, refresh_fixes);
	w.numbering = is_numbered ? NUMBERING_ELSEWHERE : NUMBERING_HERE;
	rc = work_through(&w, &err);
	code = wait_for_children(exit_code_of(rc, &err));
	/* Events may have come behind the child's last look. */
	if (is_numbered && code == 0)
		code = exit_code_of(number_all(&w, &err), &err);
	return code;
}

/* Shards are independent, so the workers are processes that know nothing of each other. */
static int run_once(struct scorer *s, const struct settings *settings)
{
	struct error err = {0};
	int code = 0;

	for (int worker = 1; worker < settings->n_workers; worker++) {
		const pid_t pid = fork();

		if (pid < 0)
			return exit_code_of(error_set(&err, ERR_TRANSIENT, "fork failed"),
			                    &err);
		if (pid == 0) {
			const int child = run_worker(s, settings, worker);

			pg_close(s->pg);
			_exit(child);
		}
	}
	code = wait_for_children(run_worker(s, settings, 0));
	if (code)
		return code;
	if (!settings->schema)
		return finish_once(s, settings);

	struct work w = work_of(s, settings);

	return exit_code_of(score_with_paths(&w, &err), &err);
}

/* --- questions over HTTP, which a process of their own answers: they may take a minute --- */

static void start_answering(const struct settings *settings, pid_t *child)
{
	char program[] = "isobar-scorer", option[] = "--answer";
	char *const argv[] = {program, option, NULL};
	struct sigaction usual = {.sa_handler = SIG_DFL};

	*child = fork();
	if (*child < 0)
		log_warn("cannot start who answers what-ifs: fork failed");
	if (*child != 0)
		return;
	sigaction(SIGTERM, &usual, NULL);
	sigaction(SIGINT, &usual, NULL);
	setenv("ISOBAR_DATABASE", settings->database,
	       1); /* may hold a password: not in argv */
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* Starts it when a question waits and none is being answered. */
static int see_to_questions(struct scorer *s, const struct settings *settings, pid_t *child,
                            struct error *err)
{
	bool is_waiting;
	int status, rc;

	if (*child > 0 && waitpid(*child, &status, WNOHANG) == *child) {
		if (WIFSIGNALED(status))
			log_warn("what-if ended by signal %d", WTERMSIG(status));
		*child = 0;
	}
	if ((rc = what_if_sweep(s->pg, timestamp_now(), &is_waiting, err)) < 0)
		return rc;
	if (is_waiting && *child <= 0)
		start_answering(settings, child);
	return 0;
}

static void end_answering(pid_t child)
{
	int status;

	if (child <= 0)
		return;
	kill(child, SIGTERM); /* another scorer takes the question */
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
}

static int answer_questions(struct scorer *s, const struct settings *settings)
{
	struct error err = {0};
	int rc = connect_database(s, settings, &err);

	if (rc == 0)
		rc = what_if_answer_all(s, clock_of(settings), &err);
	return exit_code_of(rc, &err);
}

/* Works until it is told to stop; what may pass is tried again. */
static int serve(struct scorer *s, const struct settings *settings)
{
	struct work w = work_of(s, settings);
	unsigned int delay = 1;
	struct error err = {0};
	pid_t child = 0;
	int code = 0;

	while (!stopping) {
		int rc = s->pg ? 0 : connect_database(s, settings, &err);

		if (rc == 0)
			rc = work_through(&w, &err);
		if (rc == 0 && !stopping)
			rc = see_to_questions(s, settings, &child, &err);
		if (rc < 0 && rc != ERR_TRANSIENT) {
			code = exit_code_of(rc, &err);
			break;
		}
		if (rc == 0 && !stopping)
			rc = pg_wait(s->pg, w.is_left ? 0 : WAIT_MS, &err);
		if (rc == 0) {
			delay = 1;
			continue;
		}
		log_warn("%s; next try in %u s", err.text, delay);
		pg_close(s->pg);
		s->pg = NULL;
		sleep(delay);
		delay = delay < 16 ? delay * 2 : 30;
	}
	end_answering(child);
	return code;
}

static int try_what_if(struct scorer *s, const struct settings *settings)
{
	struct error err = {0};
	int rc = connect_database(s, settings, &err);

	if (rc == 0)
		rc = what_if_print(s, &settings->what_if, clock_of(settings), &err);
	return exit_code_of(rc, &err);
}

static int tell_identity(struct scorer *s, const struct settings *settings)
{
	struct error err = {0};
	int rc = connect_database(s, settings, &err);

	if (rc == 0)
		rc = identity_run(s, &settings->identity, clock_of(settings), &err);
	return exit_code_of(rc, &err);
}

int main(int argc, char **argv)
{
	ARENA_SCOPED arena = arena_new(1 << 16);
	struct settings settings = {.database = getenv("ISOBAR_DATABASE"),
	                            .n_workers = 1,
	                            .now = TIMESTAMP_NONE,
	                            .what_if = {.movers = 10},
	                            .identity = {.most = 100}};
	const struct sigaction stop = {.sa_handler = on_stop};
	CLEANUP(score_model_freep) struct score_model *model = NULL, *tried = NULL;
	struct intel_table intel = {0};
	struct scorer scorer = {.intel = &intel};
	struct error err;
	int rc;

	mem_keep();
	log_open("isobar-scorer", !isatty(STDERR_FILENO), LOG_INFO);
	if ((rc = arguments_read(argc, argv, &settings)) != 0)
		return rc == ARGUMENTS_DONE ? 0 : rc;
	if (settings.once)
		log_open("isobar-scorer", !isatty(STDERR_FILENO), LOG_WARN);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	if (load_tables(&scorer, &model, arena, &err) < 0) {
		log_error("%s", err.text);
		return 1;
	}
	if (!settings.is_trial &&
	    take_tried_model(&scorer, settings.what_if.model, &tried) != 0)
		return 1;
	scorer.n_marks = settings.once ? MARKS_MAX : MARKS_SERVE;
	rc = settings.is_trial       ? try_what_if(&scorer, &settings)
	     : settings.identity.org ? tell_identity(&scorer, &settings)
	     : settings.is_answering ? answer_questions(&scorer, &settings)
	     : settings.once         ? run_once(&scorer, &settings)
	                             : serve(&scorer, &settings);
	pg_close(scorer.pg);
	intel_table_clear(&intel);
	return rc;
}
