/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar transition, reject, assign, extend: what a person decides of risks, from the command
 * line.  The same decisions as the api's, by the same statement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "store/explain_store.h"
#include "store/transition_store.h"

#include "cli.h"
#include "report.h"

struct deciding {
	struct cli *cli;
	struct want want;
	struct pg *pg;
	struct org org;
	const char *owner; /* WANT_OWNER: whose they are to be; NULL: the rules say */
	struct key *ids;   /* ascending, different ones */
	size_t n;
	struct transition_result *results;
	bool failed; /* an id that is none was complained about */
};

/* --- what was asked for --- */

static int by_key(const void *a, const void *b)
{
	return key_cmp(a, b);
}

/* Whole ids are looked up with the risks, all at once; shorter ones by themselves. */
static int find_one(struct deciding *d, const char *text)
{
	struct error err = {0};

	if (key_parse(text, &d->ids[d->n]) == 0 ||
	    risk_find(d->pg, &d->org, text, &d->ids[d->n], &err) == 0) {
		d->n++;
		return EXIT_DONE;
	}
	if (err.code != ERR_INVALID && err.code != ERR_NOT_FOUND &&
	    err.code != ERR_CONFLICT)
		return cli_fail(d->cli, &err);
	cli_complain(d->cli, "%s", report_plain(err.text, d->cli->arena));
	d->failed = true;
	return EXIT_DONE;
}

static int find_all(struct deciding *d, int argc, char **argv)
{
	const size_t n_asked = (size_t)(argc - optind);
	size_t kept = 0;

	d->ids = ARENA_ARRAY(d->cli->arena, struct key, n_asked + 1);
	for (int i = optind; i < argc; i++) {
		const int code = find_one(d, argv[i]);

		if (code != EXIT_DONE)
			return code;
	}
	qsort(d->ids, d->n, sizeof(*d->ids), by_key);
	for (size_t i = 0; i < d->n; i++)
		if (kept == 0 || key_cmp(&d->ids[kept - 1], &d->ids[i]) != 0)
			d->ids[kept++] = d->ids[i];
	d->n = kept;
	d->results = ARENA_ARRAY(d->cli->arena, struct transition_result, kept + 1);
	return EXIT_DONE;
}

/* --- what became of it --- */

static bool is_done(const struct transition_result *r)
{
	return !r->gone && !r->lost && r->outcome == TRANSITION_DONE;
}

static const char *why_not(const struct deciding *d, const struct transition_result *r)
{
	struct arena *a = d->cli->arena;
	const char *const *allowed = transition_allowed_names(r->state, a);
	struct strbuf b = {0};
	const char *out;

	if (r->gone)
		return "there is no such risk";
	if (r->lost)
		return "others change it just now; try again";
	strbuf_printf(&b, "the risk, which is %s, %s", risk_state_name(r->state),
	              transition_outcome_text(r->outcome));
	if (d->want.kind == WANT_STATE) {
		strbuf_puts(&b, allowed[0] ? "; it can go to" : "; people cannot move it");
		for (size_t i = 0; allowed[i]; i++)
			strbuf_printf(&b, "%s %s", i ? "," : "", allowed[i]);
	}
	out = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

static const char *state_after(const struct deciding *d, const struct transition_result *r)
{
	if (r->gone)
		return NULL;
	return risk_state_name(d->want.kind == WANT_STATE && is_done(r) ? d->want.to
	                                                                : r->state);
}

static void say(const struct deciding *d, size_t i)
{
	const struct transition_result *r = &d->results[i];
	const char *why = is_done(r) ? NULL : why_not(d, r);
	char id[KEY_TEXT_MAX];
	struct strbuf b = {0};

	key_text(&d->ids[i], id);
	if (why)
		cli_complain(d->cli, "%s: %s", id, why);
	if (d->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "id", id);
		json_write_bool(&b, "done", why == NULL);
		json_write_text(&b, "state", state_after(d, r));
		json_write_text(&b, "error", why);
		json_write_close(&b, '}');
		report_line(&b);
	} else if (!why && !d->cli->quiet && d->want.kind == WANT_OWNER) {
		printf("%s %s %s\n", id, d->owner ? "belongs to" : "is left to",
		       d->owner ? report_plain(d->owner, d->cli->arena) : "the rules");
	} else if (!why && !d->cli->quiet) {
		printf("%s is %s\n", id, state_after(d, r));
	}
	strbuf_done(&b);
}

static int say_all(struct deciding *d)
{
	size_t n_done = 0;
	int exit_code;

	for (size_t i = 0; i < d->n; i++) {
		say(d, i);
		n_done += is_done(&d->results[i]);
	}
	exit_code = report_end(d->cli);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (n_done == d->n && !d->failed)
		return EXIT_DONE;
	return n_done ? EXIT_PART : EXIT_FAILED;
}

/* --- transition, reject --- */

static int find_owner(struct deciding *d)
{
	struct error err = {0};

	if (!d->owner ||
	    transition_owner_find(d->pg, &d->org, d->owner, &d->want.owner_id, &err) == 0)
		return EXIT_DONE;
	if (err.code != ERR_NOT_FOUND)
		return cli_fail(d->cli, &err);
	cli_complain(d->cli, "%s", report_plain(err.text, d->cli->arena));
	return EXIT_FAILED;
}

static int decide(struct deciding *d, int argc, char **argv)
{
	struct cli *cli = d->cli;
	struct error err = {0};
	int exit_code;

	d->pg = cli_connect(cli, "isobar_operator", PG_GROUP_READ | PG_GROUP_DECIDE,
	                    &d->org, &exit_code);
	if (!d->pg)
		return exit_code;
	exit_code = find_owner(d);
	if (exit_code == EXIT_DONE)
		exit_code = find_all(d, argc, argv);
	if (exit_code == EXIT_DONE && d->n > 0 &&
	    transitions_apply(d->pg, &d->org, &d->want, d->ids, d->n, cli->now, cli->arena,
	                      d->results, &err) < 0)
		exit_code = cli_fail(cli, &err);
	pg_close(d->pg);
	return exit_code == EXIT_DONE ? say_all(d) : exit_code;
}

static bool is_blank(const char *text)
{
	return !text || text[strspn(text, " \t\r\n")] == '\0';
}

/* What every decision has: who, why, and of which risks. */
static bool check_arguments(struct deciding *d, int argc, int most)
{
	if (is_blank(d->want.reason) || strlen(d->want.reason) > WANT_REASON_MAX) {
		cli_complain(d->cli, "wants --reason TEXT, of 1 to %d bytes",
		             WANT_REASON_MAX);
		return false;
	}
	if (is_blank(d->want.actor)) {
		cli_complain(d->cli, "--actor is nobody");
		return false;
	}
	if (optind == argc || argc - optind > most) {
		cli_complain(d->cli, "wants the ids of 1 to %d risks", most);
		return false;
	}
	return true;
}

static bool take_state(struct deciding *d, const char *name)
{
	if (name && risk_state_parse(name, &d->want.to) == 0)
		return true;
	cli_complain(d->cli, "wants --to in_progress, open, contested or false_positive");
	return false;
}

static const struct option move_options[] = {{"to", required_argument, NULL, 't'},
                                             {"reason", required_argument, NULL, 'r'},
                                             {"actor", required_argument, NULL, 'a'},
                                             CLI_COMMON_OPTIONS};

static int move(struct cli *cli, int argc, char **argv, const char *to)
{
	struct deciding d = {.cli = cli,
	                     .want = {.kind = WANT_STATE,
	                              .until = TIMESTAMP_NONE,
	                              .actor = cli_local_actor(cli->arena)}};
	/* What reject leaves out is the state. */
	const struct option *options = to ? move_options + 1 : move_options;
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 't')
			to = optarg;
		else if (option == 'r')
			d.want.reason = optarg;
		else if (option == 'a')
			d.want.actor = optarg;
		else
			return EXIT_USAGE;
	}
	if (!take_state(&d, to) || !check_arguments(&d, argc, TRANSITION_MOST))
		return EXIT_USAGE;
	return decide(&d, argc, argv);
}

int cmd_transition(struct cli *cli, int argc, char **argv)
{
	return move(cli, argc, argv, NULL);
}

int cmd_reject(struct cli *cli, int argc, char **argv)
{
	return move(cli, argc, argv, "false_positive");
}

/* --- assign --- */

int cmd_assign(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"owner", required_argument, NULL, 'o'},
	                                        {"by-rule", no_argument, NULL, 'b'},
	                                        {"reason", required_argument, NULL, 'r'},
	                                        {"actor", required_argument, NULL, 'a'},
	                                        CLI_COMMON_OPTIONS};
	struct deciding d = {
	        .cli = cli,
	        .want = {.kind = WANT_OWNER, .actor = cli_local_actor(cli->arena)}};
	bool by_rule = false;
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'o')
			d.owner = optarg;
		else if (option == 'b')
			by_rule = true;
		else if (option == 'r')
			d.want.reason = optarg;
		else if (option == 'a')
			d.want.actor = optarg;
		else
			return EXIT_USAGE;
	}
	if (by_rule == (d.owner != NULL)) {
		cli_complain(cli, "wants --owner NAME or --by-rule");
		return EXIT_USAGE;
	}
	if (!check_arguments(&d, argc, TRANSITION_MOST))
		return EXIT_USAGE;
	return decide(&d, argc, argv);
}

/* --- extend --- */

struct extending {
	struct deciding d;
	struct extension extension;
	const char *due, *approved_by;
};

/* Asked for and approved at once, or neither. */
static int apply_extension(struct extending *x, struct error *err)
{
	struct deciding *d = &x->d;
	struct cli *cli = d->cli;
	int rc;

	x->extension.risk_id = d->ids[0];
	d->want.cause = x->extension.id;
	if ((rc = pg_begin(d->pg, err)) < 0 ||
	    (rc = extension_put(d->pg, &d->org, &x->extension, cli->now, err)) < 0 ||
	    (rc = transitions_apply(d->pg, &d->org, &d->want, d->ids, 1, cli->now,
	                            cli->arena, d->results, err)) < 0)
		return rc;
	if (is_done(&d->results[0]))
		return pg_commit(d->pg, err);
	pg_rollback(d->pg);
	return 0;
}

static int extend(struct extending *x, int argc, char **argv)
{
	struct deciding *d = &x->d;
	uint8_t random[KEY_RANDOM_SIZE];
	struct error err = {0};
	int exit_code;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		cli_complain(d->cli, "no random bytes");
		return EXIT_FAILED;
	}
	x->extension.id = key_new(d->cli->now, random);
	d->pg = cli_connect(d->cli, "isobar_operator", PG_GROUP_READ | PG_GROUP_DECIDE,
	                    &d->org, &exit_code);
	if (!d->pg)
		return exit_code;
	exit_code = find_all(d, argc, argv);
	if (exit_code == EXIT_DONE && d->n > 0 && apply_extension(x, &err) < 0)
		exit_code = cli_fail(d->cli, &err);
	pg_close(d->pg);
	return exit_code == EXIT_DONE ? say_all(d) : exit_code;
}

static bool check_extension(struct extending *x)
{
	struct cli *cli = x->d.cli;
	struct error err;

	if (!x->due || timestamp_parse(x->due, &x->extension.due_at, &err) < 0) {
		cli_complain(cli, "wants --due TIME, as 2026-12-31T00:00:00Z");
		return false;
	}
	if (x->extension.due_at > cli->now + WANT_EXTENSION_MAX) {
		cli_complain(cli, "--due is more than a year ahead");
		return false;
	}
	if (is_blank(x->approved_by)) {
		cli_complain(cli, "wants --approved-by NAME");
		return false;
	}
	if (strcmp(x->approved_by, x->extension.requested_by) == 0) {
		cli_complain(cli, "who asks for it, %s, does not approve it",
		             x->approved_by);
		return false;
	}
	return true;
}

int cmd_extend(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"due", required_argument, NULL, 'd'},
	        {"reason", required_argument, NULL, 'r'},
	        {"actor", required_argument, NULL, 'a'},
	        {"approved-by", required_argument, NULL, 'b'},
	        CLI_COMMON_OPTIONS};
	struct extending x = {.d = {.cli = cli, .want = {.kind = WANT_DUE}}};
	int option;

	x.extension.requested_by = cli_local_actor(cli->arena);
	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'd')
			x.due = optarg;
		else if (option == 'r')
			x.extension.reason = optarg;
		else if (option == 'a')
			x.extension.requested_by = optarg;
		else if (option == 'b')
			x.approved_by = optarg;
		else
			return EXIT_USAGE;
	}
	x.d.want.reason = x.extension.reason;
	x.d.want.actor = x.extension.requested_by;
	if (!check_arguments(&x.d, argc, 1) || !check_extension(&x))
		return EXIT_USAGE;
	x.d.want.actor = x.approved_by;
	x.d.want.until = x.extension.due_at;
	x.d.want.has_cause = true;
	return extend(&x, argc, argv);
}
