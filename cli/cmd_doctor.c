/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar doctor: checks this installation, one line a check.  Every check stands by
 * itself; only what is in the tables is left out while the schema does not fit.
 */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/strbuf.h"
#include "store/catalog.h"
#include "store/migrate.h"
#include "store/self_check_store.h"

#include "child.h"
#include "cli.h"
#include "report.h"

#define VERSION_MIN   150000
#define SKEW_MAX      (5 * USEC_PER_SEC)
#define LAG_MAX       (USEC_PER_HOUR / 4)
#define RUNS_SINCE    (24 * USEC_PER_HOUR)
#define SILENT_SINCE  (14 * 24 * USEC_PER_HOUR)
#define CHECKED_SINCE (48 * USEC_PER_HOUR)
#define DISK_FREE_MIN (1ULL << 30)
#define UNKNOWN_SHARE 50 /* one of so many risks may be of an unknown type */
#define UNKNOWN_FEW   20 /* risks that are no fault, whatever their share */
#define OPERATOR_ROLE "isobar_operator"
/* The first package that has the request-smuggling fixes of 2026. */
#define LIBEVENT_PATCHED "2.1.12-stable-8+deb12u1"

struct doctor {
	struct cli *cli;
	struct pg *pg;
	int n_failed;
};

static void say(struct doctor *d, const char *check, bool ok, const char *fmt, ...)
        PRINTF(4, 5);

static void say(struct doctor *d, const char *check, bool ok, const char *fmt, ...)
{
	struct strbuf detail = {0}, line = {0};
	va_list ap;

	va_start(ap, fmt);
	strbuf_vprintf(&detail, fmt, ap);
	va_end(ap);
	d->n_failed += !ok;
	if (d->cli->json) {
		json_write_open(&line, NULL, '{');
		json_write_text(&line, "check", check);
		json_write_bool(&line, "ok", ok);
		json_write_text(&line, "detail", strbuf_text(&detail));
		json_write_close(&line, '}');
		report_line(&line);
	} else if (!ok || !d->cli->quiet) {
		const char *color = !d->cli->color ? "" : ok ? "\033[32m" : "\033[1;31m";

		printf("%s%-5s%s %-15s %s\n", color, ok ? "ok" : "FAIL",
		       d->cli->color ? "\033[0m" : "", check,
		       report_plain(strbuf_text(&detail), d->cli->arena));
	}
	strbuf_done(&detail);
	strbuf_done(&line);
}

/* The rows of a statement; NULL after saying that the check failed. */
static PGresult *ask(struct doctor *d, const char *check, enum statement stmt,
                     const struct pg_params *params)
{
	PGresult *rows = NULL;
	struct error err;

	if (pg_run(d->pg, stmt, params, &rows, &err) == 0)
		return rows;
	say(d, check, false, "%s", err.text);
	return NULL;
}

static const char *words_of(int64_t usec, char buf[32])
{
	const long long minutes = usec / (60 * USEC_PER_SEC);

	if (minutes < 120)
		snprintf(buf, 32, "%lld min", minutes);
	else if (minutes < 72 * 60)
		snprintf(buf, 32, "%lld h", minutes / 60);
	else
		snprintf(buf, 32, "%lld days", minutes / (24 * 60));
	return buf;
}

static void check_disk(struct doctor *d, const char *data_dir)
{
	struct statvfs fs;

	/* Only a folder of this machine can be looked at: by a socket, and readable. */
	if (*data_dir != '/' || *PQhost(pg_connection(d->pg)) != '/' ||
	    statvfs(data_dir, &fs) != 0)
		return;

	const unsigned long long free_bytes = (unsigned long long)fs.f_bavail * fs.f_frsize;

	say(d, "disk", free_bytes >= DISK_FREE_MIN, "%llu MB free in %s", free_bytes >> 20,
	    data_dir);
}

/* Half of the round trip lies between our clock and the server's look at its own. */
static void check_server(struct doctor *d)
{
	const timestamp before = timestamp_now();
	CLEANUP(pg_clearp) PGresult *rows = ask(d, "server", STMT_DOCTOR_SERVER, NULL);
	const timestamp after = timestamp_now();

	if (!rows)
		return;

	const int64_t skew =
	        pg_get_timestamp(rows, 0, "now_at") - (before + (after - before) / 2);

	say(d, "server", pg_get_int(rows, 0, "version_number") >= VERSION_MIN,
	    "PostgreSQL %s; 15 or later is needed", pg_get_text(rows, 0, "version"));
	say(d, "clock", skew < SKEW_MAX && skew > -SKEW_MAX,
	    "the server's is %lld ms away from ours", (long long)skew / 1000);
	check_disk(d, pg_get_text(rows, 0, "data_dir"));
}

static bool check_schema(struct doctor *d)
{
	const struct migrate_options options = {0};
	struct error err;
	const bool ok = migrate_check(d->pg, &options, &err) == 0;

	say(d, "schema", ok, "%s", ok ? "at this program's version" : err.text);
	return ok;
}

static const char *role_fault(const PGresult *rows, int i)
{
	if (!pg_get_bool(rows, i, "found"))
		return "is missing";
	if (!pg_get_bool(rows, i, "member"))
		return "is not granted to this user";
	if (!pg_get_bool(rows, i, "usage") || pg_get_int(rows, i, "n_tables") == 0)
		return "has no rights in the schema";
	if (pg_get_int(rows, i, "n_blind") > 0)
		return "may read tables of which no policy shows it a row";
	return NULL;
}

static bool check_roles(struct doctor *d)
{
	CLEANUP(pg_clearp) PGresult *rows = ask(d, "roles", STMT_DOCTOR_ROLES, NULL);

	if (!rows)
		return false;
	for (int i = 0; i < PQntuples(rows); i++) {
		const char *fault = role_fault(rows, i);

		if (fault) {
			say(d, "roles", false, "%s %s", pg_get_text(rows, i, "role"),
			    fault);
			return false;
		}
	}
	say(d, "roles", true, "%d, each with its rights and policies", PQntuples(rows));
	return true;
}

static void check_lint(struct doctor *d)
{
	CLEANUP(pg_clearp) PGresult *rows = ask(d, "schema_lint", STMT_SCHEMA_LINT, NULL);

	if (!rows)
		return;
	if (PQntuples(rows) == 0)
		say(d, "schema_lint", true, "every rule of the one schema holds");
	else
		say(d, "schema_lint", false, "%d faults; the first: %s: %s",
		    PQntuples(rows), pg_get_text(rows, 0, "table_name"),
		    pg_get_text(rows, 0, "fault"));
}

static void check_catalog(struct doctor *d)
{
	struct error err;
	const bool ok = catalog_check(d->pg, &err) == 0;

	say(d, "catalogue", ok, "%s", ok ? "loaded at this program's version" : err.text);
}

static void check_lag(struct doctor *d)
{
	CLEANUP(pg_clearp) PGresult *rows = ask(d, "scorer_lag", STMT_DOCTOR_DIRTY, NULL);
	char words[32];

	if (!rows)
		return;

	const long long n = pg_get_int(rows, 0, "n");
	const timestamp oldest = pg_get_timestamp(rows, 0, "oldest_at");

	if (n == 0)
		say(d, "scorer_lag", true, "nothing waits");
	else if (oldest == TIMESTAMP_NONE)
		say(d, "scorer_lag", true, "%lld marks wait", n);
	else
		say(d, "scorer_lag", d->cli->now - oldest <= LAG_MAX,
		    "%lld marks wait, the oldest of a run %s ago%s", n,
		    words_of(d->cli->now - oldest, words),
		    d->cli->now - oldest > LAG_MAX ? ": does isobar-scorer run?" : "");
}

static void check_runs(struct doctor *d)
{
	struct pg_params params = {.arena = d->cli->arena};

	pg_bind_timestamp(&params, d->cli->now - RUNS_SINCE);
	pg_bind_timestamp(&params, d->cli->now);
	CLEANUP(pg_clearp)
	PGresult *rows = ask(d, "failed_runs", STMT_DOCTOR_RUNS, &params);

	if (!rows)
		return;
	if (PQntuples(rows) == 0)
		say(d, "failed_runs", true, "none in 24 h");
	else
		say(d, "failed_runs", false,
		    "%d in 24 h, not made good since; the latest: %s: %s", PQntuples(rows),
		    pg_get_text(rows, 0, "name"), pg_get_text(rows, 0, "error"));
}

/* Told, but no fault of the installation: some records are not for reading. */
static void check_quarantine(struct doctor *d)
{
	CLEANUP(pg_clearp)
	PGresult *rows = ask(d, "quarantine", STMT_DOCTOR_QUARANTINE, NULL);

	if (!rows)
		return;

	const long long n = pg_get_int(rows, 0, "n");

	if (n)
		say(d, "quarantine", true, "%lld records wait (isobar quarantine)", n);
	else
		say(d, "quarantine", true, "empty");
}

static void check_sources(struct doctor *d)
{
	struct pg_params params = {.arena = d->cli->arena};
	char words[32];

	pg_bind_timestamp(&params, d->cli->now - SILENT_SINCE);
	CLEANUP(pg_clearp)
	PGresult *rows = ask(d, "silent_sources", STMT_DOCTOR_SOURCES, &params);

	if (!rows)
		return;
	if (PQntuples(rows) == 0)
		say(d, "silent_sources", true, "none for 14 days");
	else
		say(d, "silent_sources", false, "%d for 14 days; the longest: %s (%s), %s",
		    PQntuples(rows), pg_get_text(rows, 0, "name"),
		    pg_get_text(rows, 0, "connector"),
		    words_of(d->cli->now - pg_get_timestamp(rows, 0, "seen_at"), words));
}

static void check_counts(struct doctor *d)
{
	CLEANUP(pg_clearp) PGresult *rows = ask(d, "queue_count", STMT_DOCTOR_COUNTS, NULL);

	if (!rows)
		return;
	say(d, "queue_count", pg_get_int(rows, 0, "n_wrong") == 0,
	    "%lld counted, %lld risks", (long long)pg_get_int(rows, 0, "n_counted"),
	    (long long)pg_get_int(rows, 0, "n_risks"));
}

/* Told; a fault only where so much is unknown that queues are not to be relied on. */
static void check_types(struct doctor *d)
{
	struct pg_params params = {.arena = d->cli->arena};

	pg_bind_timestamp(&params, d->cli->now);
	CLEANUP(pg_clearp)
	PGresult *rows = ask(d, "responsibility", STMT_DOCTOR_TYPES, &params);

	if (!rows)
		return;

	const long long n = pg_get_int(rows, 0, "n_types");
	const long long n_risks = pg_get_int(rows, 0, "n_risks");
	const long long n_due = pg_get_int(rows, 0, "n_due");

	if (n_due > 0)
		say(d, "responsibility", false,
		    "%lld rows of the matrix were to be looked at again by now", n_due);
	else if (n > 0)
		say(d, "responsibility",
		    n_risks <= UNKNOWN_FEW ||
		            n_risks * UNKNOWN_SHARE <= pg_get_int(rows, 0, "n_open"),
		    "%lld open risks on %lld types without a row, first %s "
		    "(isobar responsibility --unknown)",
		    n_risks, n,
		    *pg_get_text(rows, 0, "sample") ? pg_get_text(rows, 0, "sample")
		                                    : "those without a type");
	else
		say(d, "responsibility", true, "every type has a row, none is overdue");
}

/* The worst org's; one that was made lately may have none yet. */
static void check_self_check(struct doctor *d)
{
	struct self_check_row *rows = NULL;
	struct error err;
	char words[32];
	size_t n = 0;

	if (self_check_list(d->pg, d->cli->arena, &rows, &n, &err) < 0) {
		say(d, "self_check", false, "%s", err.text);
		return;
	}
	if (!n)
		return;
	const struct self_check *c = &rows[0].check;
	const bool is_none = c->ended_at == TIMESTAMP_NONE;
	const int64_t age = d->cli->now - (is_none ? rows[0].created_at : c->ended_at);

	if (!self_check_is_clean(c))
		say(d, "self_check", false,
		    "%s, %s ago: %lld segments damaged, %lld findings and %lld risks come "
		    "out "
		    "differently (isobar replay --verify --org %s names them)",
		    rows[0].org, words_of(age, words), (long long)c->n_damaged,
		    (long long)c->n_differ, (long long)c->n_rewritten, rows[0].org);
	else if (age > CHECKED_SINCE)
		say(d, "self_check", false,
		    "%s: %s for %s (isobar up makes one a night; isobar replay --verify "
		    "--all-orgs makes one now)",
		    rows[0].org, is_none ? "none, and it is there" : "none",
		    words_of(age, words));
	else if (is_none)
		say(d, "self_check", true, "none yet");
	else
		say(d, "self_check", true, "%s ago: %lld findings, all as they were stored",
		    words_of(age, words), (long long)(c->n_same + c->n_not_alone));
}

/* Where packages are Debian's.  Its line: "installed 2.1.12-stable-8+deb12u1". */
static void check_libevent(struct doctor *d)
{
	static const char *const query[] = {
	        "dpkg-query",      "-W", "-f", "${db:Status-Status} ${Version}\n",
	        "libevent-2.1-7*", NULL};
	static const char installed[] = "installed ";
	struct strbuf text = {0};
	struct error err;

	if (child_read(query, &text, &err) == 0 &&
	    strncmp(strbuf_text(&text), installed, sizeof(installed) - 1) == 0) {
		char *version = text.data + sizeof(installed) - 1;
		const char *const compare[] = {"dpkg", "--compare-versions", version,
		                               "ge",   LIBEVENT_PATCHED,     NULL};

		version[strcspn(version, "\n")] = '\0';
		const bool ok = child_run(compare, -1, &err) == 0;

		say(d, "libevent", ok, "%s%s", version,
		    ok ? "" : "; " LIBEVENT_PATCHED " has fixes that are needed");
	}
	strbuf_done(&text);
}

/* As the role that sees the rows of all orgs. */
static void check_rows(struct doctor *d)
{
	struct error err;

	if (pg_command(d->pg, "set role " OPERATOR_ROLE, &err) != 0) {
		say(d, "roles", false, "%s", err.text);
		return;
	}
	check_catalog(d);
	check_lag(d);
	check_runs(d);
	check_quarantine(d);
	check_sources(d);
	check_counts(d);
	check_types(d);
	check_self_check(d);
}

static int check_all(struct doctor *d)
{
	check_server(d);
	check_libevent(d);

	const bool fits = check_schema(d);

	if (fits && check_roles(d)) {
		check_lint(d);
		check_rows(d);
	}
	return d->n_failed ? EXIT_FAILED : EXIT_DONE;
}

int cmd_doctor(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	struct doctor d = {.cli = cli};
	int exit_code = EXIT_FAILED;

	if (cli_getopt(cli, argc, argv, options) != -1)
		return EXIT_USAGE;
	if (optind < argc) {
		cli_complain(cli, "takes no argument: \"%s\"", argv[optind]);
		return EXIT_USAGE;
	}
	d.pg = cli_connect(cli, NULL, PG_GROUP_ADMIN, NULL, &exit_code);
	if (!d.pg) {
		say(&d, "database", false, "no connection");
		return exit_code;
	}
	exit_code = check_all(&d);
	pg_close(d.pg);
	return exit_code == EXIT_DONE ? report_end(cli) : exit_code;
}
