/* SPDX-License-Identifier: Apache-2.0 */
#include "identity_decide.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/transition.h"
#include "store/identity_cases.h"

#include "report.h"
#include "score_once.h"
#include "scorer/identity.h"

#define LISTED_MAX 1000

/* --- list --- */

static void write_case(struct strbuf *b, const struct waiting_case *c)
{
	json_write_open(b, NULL, '{');
	json_write_key(b, "case", &c->row.case_id);
	json_write_bool(b, "decided", c->is_decided);
	json_write_text(b, "asset", c->asset);
	json_write_open(b, "risks", '[');
	for (size_t i = 0; i < c->row.n_risks; i++) {
		json_write_open(b, NULL, '{');
		json_write_key(b, "id", &c->row.risks[i]);
		json_write_text(b, "title", c->titles[i]);
		json_write_text(b, "subject", c->subjects[i]);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
	json_write_open(b, "successors", '[');
	for (size_t i = 0; i < c->row.n_successors; i++) {
		json_write_open(b, NULL, '{');
		json_write_text(b, "subject", c->row.successors[i].subject);
		json_write_text(b, "location", c->row.successors[i].location);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
	json_write_int(b, "findings", (int64_t)c->row.n_findings);
	json_write_text(b, "actor", c->actor);
	json_write_text(b, "reason", c->reason);
	json_write_close(b, '}');
}

/* How many findings go from a risk to a successor. */
static size_t count(const struct waiting_case *c, size_t risk, size_t successor)
{
	size_t n = 0;

	for (size_t i = 0; i < c->row.n_findings; i++)
		n += c->row.findings[i].risk == risk &&
		     c->row.findings[i].successor == successor;
	return n;
}

static void print_case(struct cli *cli, const struct waiting_case *c)
{
	char id[KEY_TEXT_MAX], minute[TIMESTAMP_TEXT_MAX];

	printf("case %s on %s, since %s%s\n", key_text(&c->row.case_id, id),
	       report_plain(c->asset, cli->arena), report_minute(c->found_at, minute),
	       c->is_decided ? ": decided" : "");
	for (size_t i = 0; i < c->row.n_risks; i++) {
		printf("  %s %s: %s\n", key_text(&c->row.risks[i], id),
		       report_plain(c->subjects[i], cli->arena),
		       report_plain(c->titles[i], cli->arena));
		for (size_t k = 0; k < c->row.n_successors; k++) {
			const size_t n = count(c, i, k);

			if (n)
				printf("    %zu finding%s would be %s\n", n,
				       n == 1 ? "" : "s",
				       report_plain(c->row.successors[k].subject,
				                    cli->arena));
		}
	}
	if (c->is_decided)
		printf("  by %s: %s\n", report_plain(c->actor, cli->arena),
		       report_plain(c->reason, cli->arena));
}

int identity_list(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"decided", no_argument, NULL, 'd'},
	                                        CLI_COMMON_OPTIONS};
	struct waiting_cases cases;
	struct strbuf b = {0};
	struct error err = {0};
	struct org org;
	bool decided = false;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option != 'd')
			return EXIT_USAGE;
		decided = true;
	}
	if (argc != optind) {
		cli_complain(cli, "takes options only");
		return EXIT_USAGE;
	}
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_DECIDE, &org, &exit_code);

	if (!pg)
		return exit_code;
	if (identity_cases_load(pg, &org, decided, LISTED_MAX, cli->arena, &cases, &err) <
	    0) {
		pg_close(pg);
		return cli_fail(cli, &err);
	}
	pg_close(pg);
	for (size_t i = 0; i < cases.n; i++) {
		if (!cli->json) {
			print_case(cli, &cases.cases[i]);
			continue;
		}
		write_case(&b, &cases.cases[i]);
		report_line(&b);
	}
	if (!cases.n && !cli->json && !cli->quiet)
		puts("nothing waits for a decision");
	if (cases.n == LISTED_MAX)
		cli_note(cli, "there may be more: these are the first %d", LISTED_MAX);
	strbuf_done(&b);
	return report_end(cli);
}

/* --- decide --- */

struct deciding {
	struct cli *cli;
	const char *actor, *reason;
	bool no_score;
	struct waiting_case waiting;
	size_t *chosen; /* of each risk a successor, or IDENTITY_NONE */
};

static bool is_begin_of(const char *text, const struct key *id)
{
	char whole[KEY_TEXT_MAX];

	key_text(id, whole);
	return *text && strncasecmp(whole, text, strlen(text)) == 0;
}

/* RISK=SUBJECT, the risk by the beginning of its id. */
static int choose(struct deciding *d, const char *word)
{
	const struct identity_case_row *row = &d->waiting.row;
	const char *is = strchr(word, '=');
	size_t risk = IDENTITY_NONE, successor = IDENTITY_NONE, n = 0;

	if (!is) {
		cli_complain(d->cli, "wants RISK=SUBJECT, got \"%s\"",
		             report_plain(word, d->cli->arena));
		return EXIT_USAGE;
	}
	const char *id = arena_strndup(d->cli->arena, word, (size_t)(is - word));

	for (size_t i = 0; i < row->n_risks; i++)
		if (is_begin_of(id, &row->risks[i])) {
			risk = i;
			n++;
		}
	for (size_t i = 0; i < row->n_successors; i++)
		if (strcmp(row->successors[i].subject, is + 1) == 0)
			successor = i;
	if (n != 1) {
		cli_complain(d->cli, "%s of the case begin%s with \"%s\"",
		             n ? "several risks" : "no risk", n ? "" : "s",
		             report_plain(id, d->cli->arena));
		return EXIT_FAILED;
	}
	if (successor == IDENTITY_NONE) {
		cli_complain(
		        d->cli,
		        "nothing of the case would be \"%s\": see isobar identity list",
		        report_plain(is + 1, d->cli->arena));
		return EXIT_FAILED;
	}
	d->chosen[risk] = successor;
	return EXIT_DONE;
}

static struct identity_input input_of(const struct identity_case_row *row, struct arena *a)
{
	struct identity_old *olds = ARENA_ARRAY(a, struct identity_old, row->n_risks + 1);
	struct identity_new *news =
	        ARENA_ARRAY(a, struct identity_new, row->n_successors + 1);
	struct identity_link *links =
	        ARENA_ARRAY(a, struct identity_link, row->n_findings + 1);

	for (size_t i = 0; i < row->n_risks; i++)
		olds[i] = (struct identity_old){.risk_id = row->risks[i],
		                                .lives = true,
		                                .subject = "",
		                                .location = "",
		                                .name = IDENTITY_NONE};
	for (size_t i = 0; i < row->n_successors; i++)
		news[i] = (struct identity_new){row->successors[i].id,
		                                row->successors[i].subject,
		                                row->successors[i].location};
	for (size_t i = 0; i < row->n_findings; i++)
		links[i] = (struct identity_link){row->findings[i].risk,
		                                  row->findings[i].successor,
		                                  row->findings[i].is_open};
	return (struct identity_input){olds,  row->n_risks,   news, row->n_successors,
	                               links, row->n_findings};
}

static void say(const struct deciding *d, const struct heir_row *heirs,
                const struct identity_plan *plan)
{
	const struct identity_case_row *row = &d->waiting.row;
	struct strbuf b = {0};

	for (size_t i = 0; i < plan->n_heirs; i++) {
		const char *subject = row->successors[plan->heirs[i].new].subject;
		char id[KEY_TEXT_MAX];

		if (d->cli->json) {
			json_write_open(&b, NULL, '{');
			json_write_key(&b, "risk", &heirs[i].risk_id);
			json_write_text(&b, "subject", subject);
			json_write_bool(&b, "goes_on", !heirs[i].is_origin);
			json_write_close(&b, '}');
			report_line(&b);
		} else if (!d->cli->quiet && heirs[i].is_origin) {
			printf("%s is a risk of its own, with the clock of %s\n",
			       report_plain(subject, d->cli->arena),
			       key_text(&heirs[i].risk_id, id));
		} else if (!d->cli->quiet) {
			printf("%s goes on as %s\n", key_text(&heirs[i].risk_id, id),
			       report_plain(subject, d->cli->arena));
		}
	}
	strbuf_done(&b);
}

static int end_case(struct deciding *d, struct pg *pg, const struct org *org)
{
	const struct identity_case_row *row = &d->waiting.row;
	struct arena *a = d->cli->arena;
	const struct identity_input in = input_of(row, a);
	struct identity_plan plan;
	struct error err = {0};

	identity_decide(&in, d->chosen, a, &plan);
	struct heir_row *heirs = ARENA_ARRAY(a, struct heir_row, plan.n_heirs + 1);

	for (size_t i = 0; i < plan.n_heirs; i++)
		heirs[i] = (struct heir_row){row->successors[plan.heirs[i].new].id,
		                             row->risks[plan.heirs[i].old],
		                             plan.heirs[i].is_origin};
	if (identity_case_end(pg, org, &row->case_id, d->cli->now, d->actor, d->reason,
	                      heirs, plan.n_heirs, &err) < 0) {
		if (err.code != ERR_CONFLICT)
			return cli_fail(d->cli, &err);
		cli_complain(d->cli, "%s", err.text);
		return EXIT_FAILED;
	}
	say(d, heirs, &plan);
	return EXIT_DONE;
}

static int decide(struct deciding *d, struct pg *pg, const struct org *org, int argc,
                  char **argv)
{
	struct error err = {0};
	int exit_code = EXIT_DONE;

	if (identity_case_find(pg, org, argv[optind], d->cli->arena, &d->waiting, &err) <
	    0) {
		if (err.code == ERR_TRANSIENT || err.code == ERR_INTERNAL)
			return cli_fail(d->cli, &err);
		cli_complain(d->cli, "%s", report_plain(err.text, d->cli->arena));
		return EXIT_FAILED;
	}
	d->chosen = ARENA_ARRAY(d->cli->arena, size_t, d->waiting.row.n_risks + 1);
	for (size_t i = 0; i < d->waiting.row.n_risks; i++)
		d->chosen[i] = IDENTITY_NONE;
	for (int i = optind + 1; i < argc && exit_code == EXIT_DONE; i++)
		exit_code = choose(d, argv[i]);
	return exit_code == EXIT_DONE ? end_case(d, pg, org) : exit_code;
}

int identity_decide_case(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"reason", required_argument, NULL, 'r'},
	                                        {"actor", required_argument, NULL, 'a'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	struct deciding d = {
	        .cli = cli, .actor = cli_local_actor(cli->arena), .reason = ""};
	struct org org;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'r')
			d.reason = optarg;
		else if (option == 'a')
			d.actor = optarg;
		else if (option == 'n')
			d.no_score = true;
		else
			return EXIT_USAGE;
	}
	if (optind >= argc) {
		cli_complain(cli, "wants the id of a case: isobar identity list");
		return EXIT_USAGE;
	}
	if (d.reason[strspn(d.reason, " \t\r\n")] == '\0' ||
	    strlen(d.reason) > WANT_REASON_MAX) {
		cli_complain(cli, "wants --reason TEXT, of 1 to %d bytes", WANT_REASON_MAX);
		return EXIT_USAGE;
	}
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_DECIDE, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = decide(&d, pg, &org, argc, argv);
	pg_close(pg);
	if (exit_code == EXIT_DONE)
		exit_code = report_end(cli);
	if (exit_code == EXIT_DONE && !d.no_score)
		exit_code = cli_score_once(cli, "the decision is stored");
	return exit_code;
}
