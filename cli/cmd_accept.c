/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar accept and isobar acceptance: decisions to live with risks until a date, asked
 * for by one and approved by another.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "model/json_write.h"
#include "model/sla.h"
#include "store/acceptance_store.h"
#include "store/explain_store.h"
#include "store/fix_store.h"
#include "store/policy_store.h"
#include "store/transition_store.h"

#include "cli.h"
#include "report.h"
#include "score_once.h"
#include "table.h"
#include "time_option.h"

#define LIMIT     100
#define LIMIT_MAX 1000

struct accept {
	struct cli *cli;
	const char *risk, *where, *fix, *until, *reason, *by, *approver;
	bool score;
	struct acceptance_row row;
	struct org org;
	struct pg *pg;
};

static bool open_store(struct accept *c, int *exit_out)
{
	c->pg = cli_connect(c->cli, "isobar_operator",
	                    PG_GROUP_GOVERN | PG_GROUP_READ | PG_GROUP_DECIDE, &c->org,
	                    exit_out);
	return c->pg != NULL;
}

static int fail(const struct accept *c, const struct error *err)
{
	if (err->code == ERR_TRANSIENT)
		return cli_fail(c->cli, err);
	cli_complain(c->cli, "%s", report_plain(err->text, c->cli->arena));
	return EXIT_FAILED;
}

static int say(const struct accept *c, const struct acceptance_row *r)
{
	struct strbuf b = {0};
	char id[KEY_TEXT_MAX], end[TIMESTAMP_TEXT_MAX];

	if (c->cli->json) {
		json_write_open(&b, NULL, '{');
		acceptance_row_put(&b, r, c->cli->now);
		json_write_close(&b, '}');
		report_line(&b);
	} else if (!c->cli->quiet) {
		printf("%s %s until %s\n", key_text(&r->id, id),
		       acceptance_state_name(r->state), timestamp_format(r->ends_at, end));
	}
	strbuf_done(&b);
	return report_end(c->cli);
}

/* Scored, when what holds has changed. */
static int finish(const struct accept *c, const struct acceptance_row *r, bool changes)
{
	const int exit_code = say(c, r);

	return exit_code == EXIT_DONE && c->score && changes
	               ? cli_score_once(c->cli, "the decision is stored")
	               : exit_code;
}

/* --- deciding --- */

/* The risk of an acceptance of one moves with it; inside the transaction. */
static int move_risk(struct accept *c, const struct acceptance_row *row,
                     enum acceptance_state to, const char *actor, const char *reason,
                     struct error *err)
{
	const bool ends = to == ACCEPTANCE_REVOKED;
	const struct want want = {.kind = WANT_STATE,
	                          .to = ends ? RISK_OPEN : RISK_ACCEPTED,
	                          .until = ends ? TIMESTAMP_NONE : row->ends_at,
	                          .has_cause = true,
	                          .cause = row->id,
	                          .actor = actor,
	                          .reason = reason ? reason : row->reason};
	struct transition_result result = {.outcome = TRANSITION_DONE};
	int rc = transitions_apply(c->pg, &c->org, &want, &row->risk_id, 1, c->cli->now,
	                           c->cli->arena, &result, err);

	if (rc < 0)
		return rc;
	if (result.gone || result.lost)
		return error_set(err, ERR_CONFLICT,
		                 result.gone
		                         ? "the risk is gone"
		                         : "others change the risk just now; try again");
	if (result.outcome == TRANSITION_DONE)
		return 0;
	return error_set(err, ERR_CONFLICT, "the risk, which is %s, %s%s",
	                 risk_state_name(result.state),
	                 transition_outcome_text(result.outcome),
	                 result.outcome == TRANSITION_SAME
	                         ? ": revoke the acceptance that holds first"
	                         : "");
}

/* Stored with what follows from it; *row becomes what is stored then. */
static int decide(struct accept *c, struct acceptance_row *row, enum acceptance_state to,
                  const char *actor, const char *reason, struct error *err)
{
	bool moves = row->has_risk && to == ACCEPTANCE_APPROVED;
	int rc;

	if ((rc = acceptance_check_decision(row->state, to, row->requested_by, actor,
	                                    row->ends_at, c->cli->now, err)) < 0)
		return rc;
	if (row->has_risk && row->state == ACCEPTANCE_APPROVED &&
	    (rc = acceptance_has_risk(c->pg, &c->org, row, c->cli->now, &moves, err)) < 0)
		return rc;
	if ((rc = acceptance_decide(c->pg, &c->org, row, to, actor, reason, c->cli->now,
	                            err)) < 0 ||
	    (moves && (rc = move_risk(c, row, to, actor, reason, err)) < 0))
		return rc;
	return acceptance_find(c->pg, &c->org,
	                       key_text(&row->id, arena_alloc(c->cli->arena, KEY_TEXT_MAX)),
	                       c->cli->arena, row, err);
}

/* --- asking --- */

static bool read_arguments(struct accept *c, int argc, char **argv)
{
	static const struct option options[] = {
	        {"where", required_argument, NULL, 'w'},
	        {"fix", required_argument, NULL, 'f'},
	        {"until", required_argument, NULL, 'u'},
	        {"reason", required_argument, NULL, 'r'},
	        {"requested-by", required_argument, NULL, 'b'},
	        {"approved-by", required_argument, NULL, 'a'},
	        {"no-score", no_argument, NULL, 'n'},
	        CLI_COMMON_OPTIONS};
	int option;

	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		switch (option) {
		case 'w':
			c->where = optarg;
			break;
		case 'f':
			c->fix = optarg;
			break;
		case 'u':
			c->until = optarg;
			break;
		case 'r':
			c->reason = optarg;
			break;
		case 'b':
			c->by = optarg;
			break;
		case 'a':
			c->approver = optarg;
			break;
		case 'n':
			c->score = false;
			break;
		default:
			return false;
		}
	}
	c->risk = optind < argc ? argv[optind] : NULL;
	if (argc - optind > 1 || !!c->risk + !!c->where + !!c->fix != 1) {
		cli_complain(c->cli, "wants one of RISK, --where SELECTOR and --fix ID");
		return false;
	}
	return true;
}

/* A selector that reads well; false after complaining. */
static bool settle(struct accept *c)
{
	struct selector *s = ARENA_NEW(c->cli->arena, struct selector);
	struct error err = {0};

	if (!c->by)
		c->by = cli_local_actor(c->cli->arena);
	c->row.ends_at = TIMESTAMP_NONE;
	if (c->until && !cli_time(c->cli, "--until", c->until, &c->row.ends_at))
		return false;
	c->row.filter = "";
	if (!c->where)
		return true;
	if (selector_parse(c->where, SELECTS_RISKS, c->cli->arena, s, &err) < 0) {
		cli_complain(c->cli, "--where: %s", report_plain(err.text, c->cli->arena));
		return false;
	}
	c->row.filter = selector_text(s, c->cli->arena);
	return true;
}

/* The bands of what is to be accepted, a bit each; 0: any. */
static int bands_of(struct accept *c, unsigned int *out, struct error *err)
{
	struct selector s;
	int64_t n;
	int rc;

	if (!c->row.has_risk && !c->row.has_fix) {
		if ((rc = selector_parse(c->row.filter, SELECTS_RISKS, c->cli->arena, &s,
		                         err)) == 0)
			*out = s.sets[SELECT_BAND];
		return rc;
	}
	return acceptance_bands(c->pg, &c->org, &c->row, out, &n, err);
}

static int find_target(struct accept *c, struct error *err)
{
	struct fix_row fix;
	int rc = 0;

	if (c->risk) {
		c->row.has_risk = true;
		rc = risk_find(c->pg, &c->org, c->risk, &c->row.risk_id, err);
	} else if (c->fix) {
		c->row.has_fix = true;
		rc = fix_find(c->pg, &c->org, c->fix, c->cli->arena, &fix, err);
		if (rc == 0)
			c->row.fix_id = fix.id;
	}
	return rc;
}

static const char *what_of(const struct accept *c, unsigned int bands)
{
	for (int i = 0; i < N_BANDS; i++)
		if (bands == 1u << i)
			return arena_printf(c->cli->arena, "a risk of band %s",
			                    band_name((enum band)i));
	return "what it is about";
}

static int check(struct accept *c, struct error *err)
{
	struct sla_policies policies;
	unsigned int bands = 0;
	int rc;

	if ((rc = find_target(c, err)) < 0 || (rc = bands_of(c, &bands, err)) < 0 ||
	    (rc = sla_policies_load(c->pg, &c->org, c->cli->arena, &policies, err)) < 0)
		return rc;
	const struct acceptance_request r = {.reason = c->reason,
	                                     .requested_by = c->by,
	                                     .approved_by = c->approver,
	                                     .now = c->cli->now,
	                                     .ends_at = c->row.ends_at,
	                                     .longest =
	                                             acceptance_longest(&policies, bands),
	                                     .what = what_of(c, bands)};

	return acceptance_check(&r, err);
}

static int store(struct accept *c, struct error *err)
{
	uint8_t random[KEY_RANDOM_SIZE];
	char *id = arena_alloc(c->cli->arena, KEY_TEXT_MAX);
	int rc;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set(err, ERR_INTERNAL, "getrandom: %s", strerror(errno));
	c->row.id = key_new(c->cli->now, random);
	c->row.reason = c->reason;
	c->row.requested_by = c->by;
	key_text(&c->row.id, id);
	if ((rc = acceptance_put(c->pg, &c->org, &c->row, cli_local_actor(c->cli->arena),
	                         c->cli->now, err)) < 0 ||
	    (rc = acceptance_find(c->pg, &c->org, id, c->cli->arena, &c->row, err)) < 0)
		return rc;
	return c->approver ? decide(c, &c->row, ACCEPTANCE_APPROVED, c->approver, NULL, err)
	                   : 0;
}

/* Asked for and approved at once, or neither. */
static int ask(struct accept *c)
{
	struct error err = {0};
	int rc;

	if ((rc = check(c, &err)) < 0 || (rc = pg_begin(c->pg, &err)) < 0)
		return fail(c, &err);
	if ((rc = store(c, &err)) < 0 || (rc = pg_commit(c->pg, &err)) < 0) {
		pg_rollback(c->pg);
		return fail(c, &err);
	}
	return EXIT_DONE;
}

int cmd_accept(struct cli *cli, int argc, char **argv)
{
	struct accept c = {.cli = cli, .score = true, .reason = ""};
	int exit_code;

	if (!read_arguments(&c, argc, argv) || !settle(&c))
		return EXIT_USAGE;
	if (!open_store(&c, &exit_code))
		return exit_code;
	exit_code = ask(&c);
	pg_close(c.pg);
	return exit_code == EXIT_DONE
	               ? finish(&c, &c.row, c.row.state == ACCEPTANCE_APPROVED)
	               : exit_code;
}

/* --- list --- */

static const char *about(const struct accept *c, const struct acceptance_row *r)
{
	char id[KEY_TEXT_MAX];

	if (r->has_risk)
		return *r->risk_title
		               ? r->risk_title
		               : arena_strdup(c->cli->arena, key_text(&r->risk_id, id));
	return r->has_fix ? ARENA_JOIN(c->cli->arena, "fix ", key_text(&r->fix_id, id))
	                  : r->filter;
}

static void print_table(const struct accept *c, const struct acceptance_row *rows, size_t n)
{
	static const struct table_column columns[] = {
	        {.head = "id"},
	        {.head = "state"},
	        {.head = "until"},
	        {.head = "about", .elastic = true},
	        {.head = "asked by"},
	        {.head = "decided by"},
	        {.head = "reason", .elastic = true},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char id[KEY_TEXT_MAX], until[TIMESTAMP_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		const struct acceptance_row *r = &rows[i];
		const bool is_over =
		        r->state == ACCEPTANCE_APPROVED && r->ends_at <= c->cli->now;

		table_cell(t, key_text(&r->id, id), NULL);
		table_cell(t, is_over ? "over" : acceptance_state_name(r->state),
		           is_over ? "2" : NULL);
		table_cell(t, report_minute(r->ends_at, until), NULL);
		table_cell(t, about(c, r), NULL);
		table_cell(t, r->requested_by, NULL);
		table_cell(t, r->approved_by, NULL);
		table_cell(t, r->reason, "2");
	}
	table_print(t, stdout, c->cli->color, 0);
	table_free(t);
}

static int show_list(struct accept *c, const struct acceptance_filter *f)
{
	struct acceptance_row *rows;
	struct error err = {0};
	size_t n;

	if (acceptance_list(c->pg, &c->org, f, c->cli->arena, &rows, &n, &err) < 0)
		return fail(c, &err);
	if (c->cli->json) {
		for (size_t i = 0; i < n; i++)
			say(c, &rows[i]);
	} else if (n) {
		print_table(c, rows, n);
	} else {
		puts("No acceptance is so.");
	}
	return report_end(c->cli);
}

static bool read_list_arguments(struct cli *cli, int argc, char **argv,
                                struct acceptance_filter *f)
{
	static const struct option options[] = {{"state", required_argument, NULL, 's'},
	                                        {"limit", required_argument, NULL, 'l'},
	                                        {"after", required_argument, NULL, 'a'},
	                                        CLI_COMMON_OPTIONS};
	long long limit = LIMIT;
	int option;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 's' && (f->state = acceptance_state_parse(optarg)) >= 0)
			continue;
		if (option == 'l' &&
		    cli_number(cli, "--limit", optarg, 1, LIMIT_MAX, &limit))
			continue;
		if (option == 'a' && key_parse(optarg, &f->after) == 0) {
			f->has_after = true;
			continue;
		}
		if (option == 's')
			cli_complain(cli,
			             "--state is asked, approved, refused or revoked, "
			             "not \"%s\"",
			             optarg);
		else if (option == 'a')
			cli_complain(cli, "--after wants the id of the last row");
		return false;
	}
	f->limit = (int)limit;
	if (optind == argc)
		return true;
	cli_complain(cli, "takes options only, not \"%s\"", argv[optind]);
	return false;
}

static int list(struct cli *cli, int argc, char **argv)
{
	struct acceptance_filter filter = {.state = -1};
	struct accept c = {.cli = cli};
	int exit_code;

	if (!read_list_arguments(cli, argc, argv, &filter))
		return EXIT_USAGE;
	if (!open_store(&c, &exit_code))
		return exit_code;
	exit_code = show_list(&c, &filter);
	pg_close(c.pg);
	return exit_code;
}

/* --- approve, refuse, revoke --- */

static int decide_found(struct accept *c, enum acceptance_state to, bool *changes)
{
	struct error err = {0};
	int rc;

	if (acceptance_find(c->pg, &c->org, c->risk, c->cli->arena, &c->row, &err) < 0)
		return fail(c, &err);
	*changes = to == ACCEPTANCE_APPROVED || c->row.state == ACCEPTANCE_APPROVED;
	if (pg_begin(c->pg, &err) < 0)
		return fail(c, &err);
	if ((rc = decide(c, &c->row, to, c->by, c->reason, &err)) < 0 ||
	    (rc = pg_commit(c->pg, &err)) < 0) {
		pg_rollback(c->pg);
		return fail(c, &err);
	}
	return EXIT_DONE;
}

static int run_decision(struct cli *cli, int argc, char **argv, enum acceptance_state to)
{
	static const struct option options[] = {{"by", required_argument, NULL, 'b'},
	                                        {"reason", required_argument, NULL, 'r'},
	                                        {"no-score", no_argument, NULL, 'n'},
	                                        CLI_COMMON_OPTIONS};
	struct accept c = {.cli = cli, .score = true, .by = cli_local_actor(cli->arena)};
	bool changes = false;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1) {
		if (option == 'b')
			c.by = optarg;
		else if (option == 'r')
			c.reason = optarg;
		else if (option == 'n')
			c.score = false;
		else
			return EXIT_USAGE;
	}
	if (argc - optind != 1) {
		cli_complain(cli, "wants one ID");
		return EXIT_USAGE;
	}
	c.risk = argv[optind];
	if (!open_store(&c, &exit_code))
		return exit_code;
	exit_code = decide_found(&c, to, &changes);
	pg_close(c.pg);
	return exit_code == EXIT_DONE ? finish(&c, &c.row, changes) : exit_code;
}

static int approve(struct cli *cli, int argc, char **argv)
{
	return run_decision(cli, argc, argv, ACCEPTANCE_APPROVED);
}

static int refuse(struct cli *cli, int argc, char **argv)
{
	return run_decision(cli, argc, argv, ACCEPTANCE_REFUSED);
}

static int revoke(struct cli *cli, int argc, char **argv)
{
	return run_decision(cli, argc, argv, ACCEPTANCE_REVOKED);
}

int cmd_acceptance(struct cli *cli, int argc, char **argv)
{
	static const char details[] =
	        "\n  --by         who decides (default: who is at the keyboard)\n"
	        "  --reason     why\n"
	        "  --no-score   leave the risks to the running isobar-scorer\n";
	static const struct cli_verb verbs[] = {
	        {"list", list, "[--state STATE] [--limit N] [--after ID]",
	         "what was asked for and decided, newest first", ""},
	        {"approve", approve, "ID [--by NAME] [--reason TEXT] [--no-score]",
	         "its risks are accepted until its end", details},
	        {"refuse", refuse, "ID [--by NAME] [--reason TEXT]",
	         "what was asked for is not to be", details},
	        {"revoke", revoke, "ID [--by NAME] [--reason TEXT] [--no-score]",
	         "its risks are open again", details},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
