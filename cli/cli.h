/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CLI_H
#define ISOBAR_CLI_H

#include <getopt.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "base/timestamp.h"
#include "model/org.h"
#include "store/pg.h"

/* Exit codes of every command (docs/cli.md). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PART = 3,
	EXIT_TRY_AGAIN = 75 /* sysexits' EX_TEMPFAIL: the database is away, say */
};

/* What every command is given: the common options and the environment behind them. */
struct cli {
	const char *command;  /* for messages: "import" */
	const char *org_name; /* --org, "default" */
	const char
	        *database; /* --database, ISOBAR_DATABASE, the private cluster; or NULL */
	bool json, quiet, color;
	timestamp now; /* --now, or the clock at start */
	bool now_given;
	struct arena *arena; /* lives as long as the command */
};

/*
 * Options of a command: its own rows, then CLI_COMMON_OPTIONS.  Values of own
 * options are letters; cli_getopt() handles the common ones itself, prints what
 * is wrong, and returns the next own option, -1 at the end, '?' on a mistake
 * (the command returns EXIT_USAGE).
 */
/* clang-format off */
#define CLI_COMMON_OPTIONS \
	{"org", required_argument, NULL, 1000}, \
	{"json", no_argument, NULL, 1001}, \
	{"quiet", no_argument, NULL, 1002}, \
	{"no-color", no_argument, NULL, 1003}, \
	{"database", required_argument, NULL, 1004}, \
	{"now", required_argument, NULL, 1005}, \
	{NULL, 0, NULL, 0}
/* clang-format on */

int cli_getopt(struct cli *cli, int argc, char **argv, const struct option *options);

/* A line on stderr: "isobar import: …".  cli_note() is silent under --quiet. */
void cli_complain(const struct cli *cli, const char *fmt, ...) PRINTF(2, 3);
void cli_note(const struct cli *cli, const char *fmt, ...) PRINTF(2, 3);
/* Complains with err and gives the exit code for it (75 for what may pass). */
int cli_fail(const struct cli *cli, const struct error *err);

/*
 * Connects under a role, checks that the schema is this program's, and looks the
 * org up.  On failure complains and gives an exit code in *exit_out; returns NULL.
 * role NULL: as the user of the connection, schema and org unchecked (out untouched).
 */
struct pg *cli_connect(struct cli *cli, const char *role, unsigned int groups,
                       struct org *org, int *exit_out);

/* A whole number in [min, max] for option name; false after complaining. */
bool cli_number(const struct cli *cli, const char *name, const char *text, long long min,
                long long max, long long *out);

/* The folder of Isobar's own state: $XDG_STATE_HOME/isobar or ~/.local/state/isobar. */
const char *cli_state_dir(struct arena *a);

/* The path of one of our programs beside this one; the bare name when it is not there. */
const char *cli_program_path(const char *name, struct arena *a);

/* Who is at the keyboard, apart from all principals: none has a colon. */
const char *cli_local_actor(struct arena *a);

/* All of a text file that an operator wrote; the error is without its name. */
#define CLI_FILE_MAX (64 << 20)
int cli_read_file(const char *path, struct strbuf *out, struct error *err) MUST_CHECK;

/* Each takes what stands after its name, argv[0] being the command, and returns an exit code. */
typedef int command_fn(struct cli *cli, int argc, char **argv);

command_fn cmd_migrate, cmd_up, cmd_import, cmd_queue, cmd_fixes, cmd_explain, cmd_findings,
        cmd_compliance, cmd_responsibility, cmd_quarantine, cmd_doctor, cmd_dump, cmd_token,
        cmd_org, cmd_intel, cmd_rule, cmd_context, cmd_owner, cmd_transition, cmd_reject,
        cmd_extend, cmd_events, cmd_history, cmd_accept, cmd_acceptance, cmd_suppression,
        cmd_sla, cmd_assign, cmd_source, cmd_what_if, cmd_model, cmd_replay, cmd_why,
        cmd_link, cmd_split, cmd_unlink, cmd_identity;

/* A command of several verbs: isobar token create.  details: more lines for --help, or "". */
struct cli_verb {
	const char *name;
	command_fn *run; /* argv[0] is the verb; messages name both */
	const char *arguments, *summary, *details;
};

/* Runs the verb that argv[1] names, or its help, or says which verbs there are. */
int cli_run_verb(struct cli *cli, int argc, char **argv, const struct cli_verb *verbs,
                 size_t n);

#endif
