/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar link, split, unlink: what a person says of findings, in front of what correlation
 * makes of them; and isobar why: why two of them are one risk, or are not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "model/transition.h"
#include "store/explain_store.h"
#include "store/link_store.h"

#include "cli.h"
#include "report.h"
#include "score_once.h"
#include "scorer/correlate.h"
#include "scorer/why.h"

struct linking {
	struct cli *cli;
	struct pg *pg;
	struct org org;
	enum link_change change;
	const char *actor, *reason;
	bool no_score;
	struct link_risk risk;
	struct link_findings findings;
};

/* --- what ids mean --- */

/* A risk with its findings, or one finding. */
struct named {
	bool is_risk;
	struct key id, asset_id; /* asset_id: of a finding, by any of its names */
};

static int complain(const struct linking *l, const struct error *err)
{
	cli_complain(l->cli, "%s", report_plain(err->text, l->cli->arena));
	return EXIT_FAILED;
}

/* What the store says of what was asked for is complained of; the rest is a failure. */
static int refuse(const struct linking *l, const struct error *err)
{
	if (err->code != ERR_INVALID && err->code != ERR_NOT_FOUND &&
	    err->code != ERR_CONFLICT)
		return cli_fail(l->cli, err);
	return complain(l, err);
}

static int find_finding(const struct linking *l, const char *text, struct named *out)
{
	struct error err = {0};

	*out = (struct named){.is_risk = false};
	return finding_find(l->pg, &l->org, text, &out->id, &out->asset_id, &err) == 0
	               ? EXIT_DONE
	               : refuse(l, &err);
}

/* A risk is looked up first: there are fewer of them. */
static int find_any(const struct linking *l, const char *text, struct named *out)
{
	struct error err = {0};

	*out = (struct named){.is_risk = true};
	if (risk_find(l->pg, &l->org, text, &out->id, &err) == 0)
		return EXIT_DONE;
	if (err.code != ERR_NOT_FOUND)
		return refuse(l, &err);
	*out = (struct named){.is_risk = false};
	if (finding_find(l->pg, &l->org, text, &out->id, &out->asset_id, &err) == 0)
		return EXIT_DONE;
	if (err.code != ERR_NOT_FOUND)
		return refuse(l, &err);
	cli_complain(l->cli, "there is no risk or finding %.40s",
	             report_plain(text, l->cli->arena));
	return EXIT_FAILED;
}

/* The finding, or those of the risk. */
static int load_findings(const struct linking *l, const struct named *named,
                         struct link_findings *out)
{
	struct error err = {0};
	const int rc =
	        named->is_risk
	                ? link_findings_load(l->pg, &l->org, NULL, NULL, 0, &named->id,
	                                     l->cli->arena, out, &err)
	                : link_findings_load(l->pg, &l->org, &named->asset_id, &named->id,
	                                     1, NULL, l->cli->arena, out, &err);

	return rc == 0 ? EXIT_DONE : cli_fail(l->cli, &err);
}

static int load_risk(struct linking *l, const struct key *id)
{
	struct error err = {0};

	return link_risk_load(l->pg, &l->org, id, l->cli->arena, &l->risk, &err) == 0
	               ? EXIT_DONE
	               : refuse(l, &err);
}

static bool is_listed(const struct link_findings *f, const struct key *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (key_cmp(&f->rows[i].e.finding_id, id) == 0)
			return true;
	return false;
}

/* Each finding of the command once. */
static int gather(struct linking *l, int argc, char **argv)
{
	l->findings.rows =
	        ARENA_ARRAY(l->cli->arena, struct link_finding, (size_t)argc + 1);
	for (int i = optind; i < argc; i++) {
		struct link_findings found;
		struct named named;
		int code;

		if ((code = find_finding(l, argv[i], &named)) != EXIT_DONE ||
		    (code = load_findings(l, &named, &found)) != EXIT_DONE)
			return code;
		if (found.n && !is_listed(&l->findings, &named.id))
			l->findings.rows[l->findings.n++] = found.rows[0];
	}
	return EXIT_DONE;
}

/* --- whether it may be, and doing it --- */

static void say_why_not(const struct linking *l, const char *what, const struct key *id,
                        enum link_outcome outcome)
{
	char text[KEY_TEXT_MAX];

	cli_complain(l->cli, "%s %s %s", what, key_text(id, text),
	             link_outcome_text(outcome));
}

static bool check(const struct linking *l)
{
	const enum link_outcome all = link_check_all(l->change, &l->risk, l->findings.n);
	bool ok = true;

	for (size_t i = 0; i < l->findings.n; i++) {
		const struct link_finding *f = &l->findings.rows[i];
		const enum link_outcome outcome = link_check(l->change, &l->risk, f);

		if (outcome != LINK_DONE)
			say_why_not(l, "finding", &f->e.finding_id, outcome);
		ok = ok && outcome == LINK_DONE;
	}
	if (ok && all != LINK_DONE)
		say_why_not(l, "risk", &l->risk.id, all);
	return ok && all == LINK_DONE;
}

static void say_done(const struct linking *l, const struct key *risk_id)
{
	static const char *const words[] = {"linked", "split", "unlinked"};
	struct strbuf b = {0};
	char text[KEY_TEXT_MAX];

	for (size_t i = 0; i < l->findings.n; i++) {
		const struct key *id = &l->findings.rows[i].e.finding_id;

		if (l->cli->json) {
			json_write_open(&b, NULL, '{');
			json_write_key(&b, "finding", id);
			json_write_text(&b, "change", words[l->change]);
			json_write_key(&b, "risk", risk_id);
			json_write_close(&b, '}');
			report_line(&b);
		} else if (!l->cli->quiet) {
			char risk[KEY_TEXT_MAX];

			printf("%s %s %s %s\n", key_text(id, text),
			       l->change == LINK_PUT ? "is linked to"
			       : l->change == LINK_SPLIT
			               ? "is split off as"
			               : "is where it is by itself, not in",
			       "risk", key_text(risk_id, risk));
		}
	}
	strbuf_done(&b);
}

static int apply(struct linking *l)
{
	uint8_t random[KEY_RANDOM_SIZE];
	struct link_writing w = {.org = &l->org,
	                         .change = l->change,
	                         .risk = &l->risk,
	                         .findings = l->findings.rows,
	                         .n = l->findings.n,
	                         .actor = l->actor,
	                         .reason = l->reason};
	struct error err = {0};

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		cli_complain(l->cli, "no random bytes");
		return EXIT_FAILED;
	}
	w.note_id = key_new(l->cli->now, random);
	w.place = link_place(&l->org, l->change, &l->risk, &w.note_id, l->cli->arena);
	if (link_apply(l->pg, &w, l->cli->now, &err) < 0)
		return err.code == ERR_CONFLICT ? complain(l, &err)
		                                : cli_fail(l->cli, &err);
	say_done(l, l->change == LINK_SPLIT ? &w.place : &l->risk.id);
	return EXIT_DONE;
}

/* --- the three commands --- */

/* link A B: the finding A, or all of the risk A, into the risk B or that of the finding B. */
static int link_two(struct linking *l, char **argv)
{
	struct link_findings target = {.n = 0};
	struct named from, to;
	char text[KEY_TEXT_MAX];
	int code;

	if ((code = find_any(l, argv[optind], &from)) != EXIT_DONE ||
	    (code = find_any(l, argv[optind + 1], &to)) != EXIT_DONE ||
	    (code = load_findings(l, &from, &l->findings)) != EXIT_DONE)
		return code;
	if (key_cmp(&from.id, &to.id) == 0) {
		cli_complain(l->cli, "%s is not linked to itself",
		             key_text(&from.id, text));
		return EXIT_FAILED;
	}
	if (from.is_risk && !l->findings.n) {
		say_why_not(l, "risk", &from.id, LINK_NO_FINDINGS);
		return EXIT_FAILED;
	}
	if (from.is_risk && l->findings.n >= LINK_FINDINGS_MAX) {
		cli_complain(l->cli,
		             "risk %s has %d findings or more; link the other one to it",
		             key_text(&from.id, text), LINK_FINDINGS_MAX);
		return EXIT_FAILED;
	}
	if (!to.is_risk) {
		if ((code = load_findings(l, &to, &target)) != EXIT_DONE)
			return code;
		if (!target.n || !target.rows[0].has_risk) {
			cli_complain(l->cli, "finding %s is in no risk",
			             key_text(&to.id, text));
			return EXIT_FAILED;
		}
		to.id = target.rows[0].risk_id;
	}
	return load_risk(l, &to.id);
}

/* split, unlink: of one risk, which is that of the first finding. */
static int take_out(struct linking *l, int argc, char **argv)
{
	char text[KEY_TEXT_MAX];
	const int code = gather(l, argc, argv);

	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; i < l->findings.n; i++)
		if (!l->findings.rows[i].has_risk) {
			cli_complain(l->cli, "finding %s is in no risk",
			             key_text(&l->findings.rows[i].e.finding_id, text));
			return EXIT_FAILED;
		}
	return load_risk(l, &l->findings.rows[0].risk_id);
}

static int run(struct linking *l, int argc, char **argv)
{
	int code;

	l->pg = cli_connect(l->cli, "isobar_operator", PG_GROUP_READ | PG_GROUP_DECIDE,
	                    &l->org, &code);
	if (!l->pg)
		return code;
	code = l->change == LINK_PUT ? link_two(l, argv) : take_out(l, argc, argv);
	if (code == EXIT_DONE)
		code = check(l) ? apply(l) : EXIT_FAILED;
	pg_close(l->pg);
	if (code == EXIT_DONE)
		code = report_end(l->cli);
	if (code == EXIT_DONE && !l->no_score)
		code = cli_score_once(l->cli, "the decision is stored");
	return code;
}

static bool is_blank(const char *text)
{
	return !text || text[strspn(text, " \t\r\n")] == '\0';
}

static bool check_arguments(const struct linking *l, int argc)
{
	const int n = argc - optind;

	if (l->change == LINK_PUT && n != 2) {
		cli_complain(l->cli,
		             "wants two ids: what is linked, and the risk to link to");
		return false;
	}
	if (l->change != LINK_PUT && (n < 1 || n > LINK_FINDINGS_MAX)) {
		cli_complain(l->cli, "wants the ids of 1 to %d findings of one risk",
		             LINK_FINDINGS_MAX);
		return false;
	}
	if (strlen(l->reason) > WANT_REASON_MAX ||
	    (l->change != LINK_END && is_blank(l->reason))) {
		cli_complain(l->cli, "wants --reason TEXT, of 1 to %d bytes",
		             WANT_REASON_MAX);
		return false;
	}
	if (is_blank(l->actor)) {
		cli_complain(l->cli, "--actor is nobody");
		return false;
	}
	return true;
}

static int change(struct cli *cli, int argc, char **argv, enum link_change what)
{
	static const struct option options[] = {{"reason", required_argument, NULL, 'r'},
	                                        {"actor", required_argument, NULL, 'a'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	struct linking l = {.cli = cli,
	                    .change = what,
	                    .actor = cli_local_actor(cli->arena),
	                    .reason = ""};
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'r')
			l.reason = optarg;
		else if (option == 'a')
			l.actor = optarg;
		else if (option == 'n')
			l.no_score = true;
		else
			return EXIT_USAGE;
	}
	if (!check_arguments(&l, argc))
		return EXIT_USAGE;
	return run(&l, argc, argv);
}

int cmd_link(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, LINK_PUT);
}

int cmd_split(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, LINK_SPLIT);
}

int cmd_unlink(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, LINK_END);
}

/* --- why --- */

/* The finding that stands for a risk: the worst that is there by itself. */
static const struct link_finding *lead_of(const struct link_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->rows[i].has_link)
			return &f->rows[i];
	return &f->rows[0];
}

static int load_side(const struct linking *l, const char *text,
                     const struct link_finding **out)
{
	struct link_findings found;
	struct named named;
	int code;

	if ((code = find_any(l, text, &named)) != EXIT_DONE ||
	    (code = load_findings(l, &named, &found)) != EXIT_DONE)
		return code;
	if (!found.n) {
		say_why_not(l, named.is_risk ? "risk" : "finding", &named.id,
		            LINK_NO_FINDINGS);
		return EXIT_FAILED;
	}
	*out = lead_of(&found);
	return EXIT_DONE;
}

static void print_side(const struct linking *l, const char *name, const struct why_side *s)
{
	const struct link_finding *f = s->finding;
	char id[KEY_TEXT_MAX], risk[KEY_TEXT_MAX];
	struct arena *a = l->cli->arena;

	printf("%s  finding %s of risk %s\n   %s: %s\n   %s%s%s on %s\n", name,
	       key_text(&f->e.finding_id, id),
	       f->has_risk ? key_text(&f->risk_id, risk) : "none",
	       report_plain(f->e.connector, a), report_plain(f->e.title, a),
	       report_plain(s->subject, a), *s->location ? " at " : "",
	       report_plain(s->location, a), report_plain(f->asset, a));
}

static void print_notes(const struct linking *l, const char *head,
                        const struct why_note *notes, size_t n)
{
	if (n)
		printf("%s\n", head);
	for (size_t i = 0; i < n; i++)
		printf("   %s\n", report_plain(notes[i].text, l->cli->arena));
}

static void print_why(const struct linking *l, const struct why *why)
{
	struct strbuf b = {0};

	if (l->cli->json) {
		json_write_open(&b, NULL, '{');
		why_write(&b, why);
		json_write_close(&b, '}');
		report_line(&b);
		strbuf_done(&b);
		return;
	}
	puts(why->same ? "They are one risk." : "They are not one risk.");
	print_side(l, "A", &why->a);
	print_side(l, "B", &why->b);
	print_notes(l, why->same ? "Because" : "Alike", why->reasons, why->n_reasons);
	print_notes(l, why->same ? "Although" : "Because", why->differences,
	            why->n_differences);
}

int cmd_why(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {CLI_COMMON_OPTIONS};
	const struct link_finding *a = NULL, *b = NULL;
	struct linking l = {.cli = cli};
	struct why why;
	int code;

	while ((code = cli_getopt(cli, argc, argv, options)) != -1)
		return EXIT_USAGE;
	if (argc - optind != 2) {
		cli_complain(cli, "wants two ids, of findings or risks");
		return EXIT_USAGE;
	}
	l.pg = cli_connect(cli, "isobar_operator", PG_GROUP_READ | PG_GROUP_DECIDE, &l.org,
	                   &code);
	if (!l.pg)
		return code;
	code = load_side(&l, argv[optind], &a);
	if (code == EXIT_DONE)
		code = load_side(&l, argv[optind + 1], &b);
	if (code == EXIT_DONE) {
		why_of(&l.org, a, b, cli->arena, &why);
		print_why(&l, &why);
		code = report_end(cli);
	}
	pg_close(l.pg);
	return code;
}
