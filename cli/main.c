/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program isobar: finds the command and gives it the common options.  What a
 * command prints is in its own file; exit codes are in cli.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#include "build_version.h"
#include "cli.h"

struct command {
	const char *name;
	command_fn *run;
	const char *arguments;
	const char *summary;
};

/* clang-format off */
static const struct command commands[] = {
	{"up",         cmd_up,         "[--data-dir DIR] [--port N] [--self-check WHEN]", "run everything in the foreground"},
	{"migrate",    cmd_migrate,    "[--dry-run]",                 "bring the database to this version"},
	{"import",     cmd_import,     "[--source NAME] [--format NAME] [--complete|--renaming] [--no-score] PATH...", "read findings from files and folders"},
	{"source",     cmd_source,     "add|set|list|show|test|run|pause|resume|remove|blind|confirm|rekey [OPTIONS]", "collect from the accounts of providers"},
	{"queue",      cmd_queue,      "[--queue NAME] [--limit N] [--where 'band=critical,...'] [--as-of TIME]", "the ranked queue"},
	{"fixes",      cmd_fixes,      "[ID] [--limit N] [--where 'band=critical,...']", "what to do next, or the risks that a fix closes"},
	{"explain",    cmd_explain,    "ID [--as-of TIME]",           "why a risk has its score"},
	{"transition", cmd_transition, "ID... --to STATE --reason TEXT [--actor NAME]", "move risks: taken up, put back, said to be fixed"},
	{"reject",     cmd_reject,     "ID... --reason TEXT [--actor NAME]", "say that risks are false positives"},
	{"why",        cmd_why,        "A B",                         "why two findings or risks are one risk, or are not"},
	{"link",       cmd_link,       "A B --reason TEXT [--actor NAME] [--no-score]", "put a finding, or all of a risk, into another risk"},
	{"split",      cmd_split,      "FINDING... --reason TEXT [--actor NAME] [--no-score]", "make findings of a risk a risk of their own"},
	{"unlink",     cmd_unlink,     "FINDING... [--reason TEXT] [--actor NAME] [--no-score]", "end the links and splits of findings"},
	{"extend",     cmd_extend,     "ID --due TIME --reason TEXT --approved-by NAME [--actor NAME]", "a later due time, approved"},
	{"history",    cmd_history,    "RISK",                        "what happened to a risk, and what moved its score"},
	{"events",     cmd_events,     "[--after SEQ] [--limit N]",   "what happened, in order"},
	{"findings",   cmd_findings,   "[--risk ID] [--status S]",    "what the sources say"},
	{"compliance", cmd_compliance, "[--framework NAME] [--by account] [--provider P] [--account A]", "how the requirements of a framework stand"},
	{"responsibility", cmd_responsibility, "[--asset ID | --type TYPE | --unknown]", "whose duty what is: the matrix, one asset or type, unknown types"},
	{"quarantine", cmd_quarantine, "[--replay]",                  "records that could not be read"},
	{"doctor",     cmd_doctor,     "",                            "check this installation"},
	{"dump",       cmd_dump,       "--table NAME",                "a table's rows, to compare two states"},
	{"token",      cmd_token,      "create|list|revoke [OPTIONS]", "who may use the API"},
	{"intel",      cmd_intel,      "load|list [OPTIONS]",         "what feeds say of CVEs: EPSS, KEV, NVD, ..."},
	{"rule",       cmd_rule,       "list|load|check [OPTIONS]",   "from tags and names of assets to their context"},
	{"sla",        cmd_sla,        "policy|calendar|summary|breaches|forecast [OPTIONS]", "how long risks may stay open, and how that goes"},
	{"model",      cmd_model,      "list|show|activate|reset [OPTIONS]", "the score model of the org"},
	{"what-if",    cmd_what_if,    "--model FILE|--policy FILE|--context FILE [--movers N]", "what other rules or another context would move"},
	{"identity",   cmd_identity,   "diff|apply|list|decide [OPTIONS]", "which risk goes on as which when the catalogue changes"},
	{"replay",     cmd_replay,     "--verify | --as-of TIME",     "read and score again what is stored, and compare"},
	{"context",    cmd_context,    "load FILE|show ASSET",        "what is known of assets: exposure, criticality, ..."},
	{"owner",      cmd_owner,      "list|show|load|remove|rules [OPTIONS]", "who must act, and the rules for it"},
	{"assign",     cmd_assign,     "ID... --owner NAME|--by-rule --reason TEXT [--actor NAME]", "give risks to an owner, or back to the rules"},
	{"accept",     cmd_accept,     "RISK|--where SELECTOR|--fix ID --until TIME --reason TEXT [--requested-by NAME] [--approved-by NAME] [--no-score]", "ask to live with risks until a date"},
	{"acceptance", cmd_acceptance, "list|approve|refuse|revoke [OPTIONS]", "what was accepted, by whom, until when"},
	{"suppression", cmd_suppression, "list|set|remove [OPTIONS]",  "rules by which findings do not count"},
	{"org",        cmd_org,        "create NAME|list",            "the tenants"},
};
/* clang-format on */

static void print_help(FILE *to)
{
	fputs("usage: isobar COMMAND [OPTIONS]\n\ncommands:\n", to);
	for (size_t i = 0; i < N_ELEMENTS(commands); i++)
		fprintf(to, "  %-11s %s\n              %s\n", commands[i].name,
		        commands[i].summary, commands[i].arguments);
	fputs("\noptions of every command:\n"
	      "  --org NAME        the tenant (default: default)\n"
	      "  --json            one JSON object a line\n"
	      "  --quiet           no messages but errors\n"
	      "  --no-color        plain text\n"
	      "  --database DSN    libpq conninfo or URL (else ISOBAR_DATABASE, else the\n"
	      "                    private cluster that `isobar up` started)\n"
	      "  --now TIME        an RFC 3339 time instead of the clock\n"
	      "\nexit codes: 0 done, 1 failed, 2 usage, 3 done in part, 75 try again\n",
	      to);
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < N_ELEMENTS(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* They help themselves. */
static bool has_verbs(const struct command *command)
{
	return command->run == cmd_token || command->run == cmd_org ||
	       command->run == cmd_intel || command->run == cmd_rule ||
	       command->run == cmd_context || command->run == cmd_owner ||
	       command->run == cmd_acceptance || command->run == cmd_suppression ||
	       command->run == cmd_sla || command->run == cmd_source ||
	       command->run == cmd_model;
}

int main(int argc, char **argv)
{
	ARENA_SCOPED arena = arena_new(16384);
	struct cli cli = {
	        .org_name = "default",
	        .database = getenv("ISOBAR_DATABASE"),
	        .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	        .now = timestamp_now(),
	        .arena = arena,
	};

	log_open("isobar", false, LOG_INFO);
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("isobar " ISOBAR_VERSION);
		return EXIT_DONE;
	}

	const struct command *command = command_find(argv[1]);

	if (!command) {
		fprintf(stderr, "isobar: there is no command \"%s\" (see isobar --help)\n",
		        argv[1]);
		return EXIT_USAGE;
	}
	cli.command = command->name;
	if (argc > 2 && strcmp(argv[2], "--help") == 0 && !has_verbs(command)) {
		printf("usage: isobar %s %s\n\n%s\n", command->name, command->arguments,
		       command->summary);
		return EXIT_DONE;
	}
	return command->run(&cli, argc - 1, argv + 1);
}
