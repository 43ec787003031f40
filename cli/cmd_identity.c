/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar identity: what a new catalogue, or other keys, mean for the risks that there are;
 * and doing it, with every risk keeping its id, clock, tickets and history.
 */
#include <stdio.h>
#include <string.h>

#include "base/json_view.h"
#include "model/transition.h"

#include "cli.h"
#include "identity_decide.h"
#include "report.h"
#include "score_once.h"
#include "scorer_ask.h"

#define REPORT_MAX ((size_t)64 << 20)
#define CASES_MAX  10000

struct asking {
	struct cli *cli;
	bool applies, everything, no_score;
	const char *folder, *actor, *reason;
	long long most;
};

/* --- for people --- */

static int64_t number_at(struct json_view v, const char *at)
{
	int64_t n = 0;
	struct error unused;

	return json_view_opt_int(v, at, &n, &unused) == 0 ? n : 0;
}

static void print_sides(struct cli *cli, struct json_view one, const char *name,
                        const char *head)
{
	struct json_items it = {0};
	struct error unused;
	bool goes_on;

	if (json_view_opt_items(one, name, &it, &unused) < 0)
		return;
	while (json_items_next(&it)) {
		const char *id = json_view_text_or(it.value, "id", "");
		const char *location = json_view_text_or(it.value, "location", "");
		const long long n = (long long)number_at(it.value, "findings");

		goes_on = false;
		if (json_view_opt_bool(it.value, "goes_on", &goes_on, &unused) < 0)
			goes_on = false;
		printf("  %s %s%s%s%s%s, %lld finding%s%s\n", head,
		       *id ? arena_strndup(cli->arena, id, 23) : "", *id ? " " : "",
		       report_plain(json_view_text_or(it.value, "subject", ""), cli->arena),
		       *location ? " at " : "", report_plain(location, cli->arena), n,
		       n == 1 ? "" : "s", goes_on ? ": goes on" : "");
	}
}

static void print_case(struct cli *cli, struct json_view one)
{
	const char *id = json_view_text_or(one, "case", "");

	printf("\n%s on %s%s%s: %s\n", json_view_text_or(one, "kind", ""),
	       report_plain(json_view_text_or(one, "asset", ""), cli->arena),
	       *id ? ", case " : "", *id ? arena_strndup(cli->arena, id, 13) : "",
	       json_view_text_or(one, "why", ""));
	print_sides(cli, one, "before", "from");
	print_sides(cli, one, "after", "to  ");
}

static void print_report(const struct asking *q, struct json_view root)
{
	static const char *const kinds[] = {"renamed", "split", "merged", "ambiguous"};
	struct json_items it = {0};
	struct error unused;
	int64_t n_cases = 0;
	size_t n_listed = 0;

	printf("%lld risks keep their identity by their names\n",
	       (long long)number_at(root, "kept"));
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		const struct json_view kind = json_view_at(root, kinds[i]);

		n_cases += number_at(kind, "cases");
		printf("%-9s %6lld cases, %lld risks\n", kinds[i],
		       (long long)number_at(kind, "cases"),
		       (long long)number_at(kind, "risks"));
	}
	if (json_view_opt_items(root, "listed", &it, &unused) == 0)
		while (json_items_next(&it)) {
			print_case(q->cli, it.value);
			n_listed++;
		}
	if ((int64_t)n_listed < n_cases)
		printf("\n%lld more cases are not listed: --cases N\n",
		       (long long)(n_cases - (int64_t)n_listed));
	if (q->applies && number_at(root, "waiting"))
		printf("\n%lld cases wait for a decision: isobar identity list\n",
		       (long long)number_at(root, "waiting"));
}

static int show(const struct asking *q, const char *json)
{
	struct json_doc *doc = json_doc_new(REPORT_MAX, 8);
	struct json_view root;
	struct error err;
	int exit_code = EXIT_DONE;

	if (q->cli->json) {
		fputs(json, stdout);
	} else if (q->cli->quiet) {
		exit_code = EXIT_DONE;
	} else if (json_doc_parse(doc, json, strlen(json), &root, &err) < 0) {
		cli_complain(q->cli, "the scorer's report: %s", err.text);
		exit_code = EXIT_FAILED;
	} else {
		print_report(q, root);
	}
	json_doc_free(doc);
	return exit_code;
}

/* --- asking --- */

static int ask(const struct asking *q)
{
	struct cli *cli = q->cli;
	char now[TIMESTAMP_TEXT_MAX];
	const char *const words[] = {"--identity",
	                             cli->org_name,
	                             "--cases",
	                             arena_printf(cli->arena, "%lld", q->most),
	                             "--now",
	                             timestamp_format(cli->now, now),
	                             q->everything ? "--everything" : NULL,
	                             q->folder ? "--catalog" : NULL,
	                             q->folder,
	                             q->applies ? "--apply" : NULL,
	                             q->applies ? "--actor" : NULL,
	                             q->applies ? q->actor : NULL,
	                             q->applies ? "--reason" : NULL,
	                             q->applies ? q->reason : NULL};
	struct strbuf json = {0};
	struct org org;
	int exit_code;
	/* For the schema and the org, and for cli->database. */
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	pg_close(pg);
	exit_code = scorer_ask(cli, words, N_ELEMENTS(words), NULL, &json);
	if (exit_code == EXIT_DONE)
		exit_code = show(q, strbuf_text(&json));
	strbuf_done(&json);
	if (exit_code == EXIT_DONE)
		exit_code = report_end(cli);
	if (exit_code == EXIT_DONE && q->applies && !q->no_score)
		exit_code = cli_score_once(cli, "the change is stored");
	return exit_code;
}

static bool is_blank(const char *text)
{
	return !text || text[strspn(text, " \t\r\n")] == '\0';
}

static bool check(const struct asking *q, int argc)
{
	if (argc != optind) {
		cli_complain(q->cli, "takes options only");
		return false;
	}
	if (q->applies && (is_blank(q->reason) || strlen(q->reason) > WANT_REASON_MAX)) {
		cli_complain(q->cli, "wants --reason TEXT, of 1 to %d bytes",
		             WANT_REASON_MAX);
		return false;
	}
	if (q->applies && is_blank(q->actor)) {
		cli_complain(q->cli, "--actor is nobody");
		return false;
	}
	return true;
}

static int run(struct cli *cli, int argc, char **argv, bool applies)
{
	static const struct option for_diff[] = {{"catalog", required_argument, NULL, 'c'},
	                                         {"everything", no_argument, NULL, 'e'},
	                                         {"cases", required_argument, NULL, 'k'},
	                                         CLI_COMMON_OPTIONS};
	static const struct option for_apply[] = {{"catalog", required_argument, NULL, 'c'},
	                                          {"everything", no_argument, NULL, 'e'},
	                                          {"cases", required_argument, NULL, 'k'},
	                                          {"actor", required_argument, NULL, 'a'},
	                                          {"reason", required_argument, NULL, 'r'},
	                                          {"no-score", no_argument, NULL, 'n'},
	                                          CLI_COMMON_OPTIONS};
	struct asking q = {.cli = cli,
	                   .applies = applies,
	                   .actor = cli_local_actor(cli->arena),
	                   .most = 20};
	int option;

	while ((option = cli_getopt(cli, argc, argv, applies ? for_apply : for_diff)) !=
	       -1) {
		if (option == 'c')
			q.folder = optarg;
		else if (option == 'e')
			q.everything = true;
		else if (option == 'a')
			q.actor = optarg;
		else if (option == 'r')
			q.reason = optarg;
		else if (option == 'n')
			q.no_score = true;
		else if (option != 'k' ||
		         !cli_number(cli, "cases", optarg, 0, CASES_MAX, &q.most))
			return EXIT_USAGE;
	}
	return check(&q, argc) ? ask(&q) : EXIT_USAGE;
}

static int diff(struct cli *cli, int argc, char **argv)
{
	return run(cli, argc, argv, false);
}

static int apply(struct cli *cli, int argc, char **argv)
{
	return run(cli, argc, argv, true);
}

int cmd_identity(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"diff", diff, "[--catalog DIR] [--everything] [--cases N]",
	         "what another catalogue means for the risks, without writing",
	         "\n  --catalog DIR   a catalogue's files; without it the program's own\n"
	         "  --everything    hold all findings against their risks, whatever "
	         "changed\n"
	         "  --cases N       list so many cases (20); the counts are of all\n"},
	        {"apply", apply,
	         "--reason TEXT [--actor NAME] [--catalog DIR] [--everything] [--cases N] "
	         "[--no-score]",
	         "load it, and let every risk go on as diff says",
	         "\n  --reason TEXT   why; it is stored\n"},
	        {"list", identity_list, "[--decided]",
	         "risks of which nothing tells what they go on as", ""},
	        {"decide", identity_decide_case,
	         "CASE [RISK=SUBJECT...] --reason TEXT [--actor NAME] [--no-score]",
	         "say what they go on as",
	         "\n  RISK=SUBJECT    the risk goes on as that; without any, and for the\n"
	         "                  others, the most findings say it\n"},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
