/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar sla: how long risks may stay open, and the calendars that count it.
 */
#include <stdio.h>
#include <string.h>

#include "model/asset.h"
#include "model/resource.h"
#include "store/policy_preview.h"
#include "store/policy_store.h"

#include "cli.h"
#include "report.h"
#include "score_once.h"
#include "sla_figures_cmd.h"
#include "table.h"

struct sla_command {
	struct cli *cli;
	const char *what; /* the argument: a name or a file */
	const char *reason, *zone, *hours, *holidays;
	bool score;
	struct strbuf text;
	struct org org;
	struct pg *pg;
	bool dry_run;
};

enum {
	TAKES_SCORE = 1,
	TAKES_REASON = 2,
	TAKES_CALENDAR = 4,
	TAKES_DRY_RUN = 8
};

/* One argument when wants says what, else none; false after complaining. */
static bool take_arguments(struct sla_command *c, int argc, char **argv, unsigned int takes,
                           const char *wants)
{
	static const struct option options[] = {{"no-score", no_argument, NULL, 'n'},
	                                        {"reason", required_argument, NULL, 'r'},
	                                        {"zone", required_argument, NULL, 'z'},
	                                        {"hours", required_argument, NULL, 'h'},
	                                        {"holidays", required_argument, NULL, 'f'},
	                                        {"dry-run", no_argument, NULL, 'd'},
	                                        CLI_COMMON_OPTIONS};
	static const unsigned int needs[] = {TAKES_SCORE,    TAKES_REASON,   TAKES_CALENDAR,
	                                     TAKES_CALENDAR, TAKES_CALENDAR, TAKES_DRY_RUN};
	const char **const texts[] = {NULL,      &c->reason,   &c->zone,
	                              &c->hours, &c->holidays, NULL};
	int option;

	c->score = true;
	while ((option = cli_getopt(c->cli, argc, argv, options)) != -1) {
		size_t i = 0;

		while (i < N_ELEMENTS(needs) && options[i].val != option)
			i++;
		if (i == N_ELEMENTS(needs))
			return false;
		if (!(takes & needs[i])) {
			cli_complain(c->cli, "takes no --%s", options[i].name);
			return false;
		}
		if (texts[i])
			*texts[i] = optarg;
		else if (option == 'd')
			c->dry_run = true;
		else
			c->score = false;
	}
	if (argc - optind != (wants ? 1 : 0)) {
		cli_complain(c->cli, "%s", wants ? wants : "takes options only");
		return false;
	}
	c->what = argv[optind];
	return true;
}

static bool open_store(struct sla_command *c, int *exit_out)
{
	c->pg = cli_connect(c->cli, "isobar_operator", PG_GROUP_POLICY | PG_GROUP_DECIDE,
	                    &c->org, exit_out);
	return c->pg != NULL;
}

/* An error of the store, or of a line of the file. */
static int fail_at(const struct sla_command *c, int line, const struct error *err)
{
	if (err->code == ERR_TRANSIENT)
		return cli_fail(c->cli, err);
	if (line)
		cli_complain(c->cli, "%s:%d: %s", c->what, line,
		             report_plain(err->text, c->cli->arena));
	else
		cli_complain(c->cli, "%s", report_plain(err->text, c->cli->arena));
	return EXIT_FAILED;
}

static bool read_file(struct sla_command *c, const char *path)
{
	struct error err = {0};

	if (cli_read_file(path, &c->text, &err) == 0)
		return true;
	cli_complain(c->cli, "%s: %s", path, err.text);
	return false;
}

/* Says what changed, and has the marked assets scored. */
static int say_change(struct sla_command *c, const struct policy_change *change)
{
	struct strbuf b = {0};
	int exit_code;

	if (c->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_int(&b, "changed", change->n_changed);
		json_write_int(&b, "assets", change->n_assets);
		json_write_close(&b, '}');
		report_line(&b);
	} else if (!c->cli->quiet) {
		printf("%lld changed, %lld assets are scored again\n",
		       (long long)change->n_changed, (long long)change->n_assets);
	}
	strbuf_done(&b);
	exit_code = report_end(c->cli);
	if (exit_code == EXIT_DONE && c->score && change->n_assets)
		exit_code = cli_score_once(c->cli, "the change is stored");
	return exit_code;
}

/* --- policies --- */

static void print_policy_json(const struct policy_row *p)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	policy_row_put(&b, p);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static int policy_list_verb(struct cli *cli, int argc, char **argv)
{
	struct sla_command c = {.cli = cli};
	struct policy_rows rows;
	struct error err = {0};
	int exit_code = EXIT_USAGE;

	if (!take_arguments(&c, argc, argv, 0, NULL) || !open_store(&c, &exit_code))
		return exit_code;
	const int rc = policy_list(c.pg, &c.org, cli->arena, &rows, &err);

	pg_close(c.pg);
	if (rc < 0)
		return cli_fail(cli, &err);
	if (!cli->json && !rows.n)
		printf("# this org has no policies of its own: the defaults hold\n");
	for (size_t i = 0; i < rows.n; i++) {
		if (cli->json)
			print_policy_json(&rows.rows[i]);
		else
			printf("%s%s", i ? "\n" : "",
			       policy_file_text(&rows.rows[i], cli->arena));
	}
	return report_end(cli);
}

static void say_preview(const struct sla_command *c, const struct policy_preview *p)
{
	struct strbuf b = {0};

	if (!c->cli->json) {
		printf("%lld risks: %lld due earlier, %lld later; %lld more overdue, %lld "
		       "no "
		       "longer\n",
		       (long long)p->n, (long long)p->n_earlier, (long long)p->n_later,
		       (long long)p->n_breached, (long long)p->n_relieved);
		return;
	}
	json_write_open(&b, NULL, '{');
	json_write_int(&b, "risks", p->n);
	json_write_int(&b, "earlier", p->n_earlier);
	json_write_int(&b, "later", p->n_later);
	json_write_int(&b, "breached", p->n_breached);
	json_write_int(&b, "relieved", p->n_relieved);
	json_write_open(&b, "bands", '[');
	for (int band = N_BANDS - 1; band >= 0; band--) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "band", band_name((enum band)band));
		json_write_int(&b, "earlier", p->earlier[band]);
		json_write_int(&b, "later", p->later[band]);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

/*
 * What the change would do: printed when that is all that is asked for, and looked at
 * when nobody says why, since no due time moves later without a reason.  False: it ends
 * here.
 */
static bool preview(struct sla_command *c, const struct policy_rows *rows, int *exit_out)
{
	struct policy_preview p;
	struct error err = {0};

	if (!c->dry_run && c->reason && *c->reason)
		return true;
	if (policy_preview(c->pg, &c->org, rows, c->cli->now, &p, &err) < 0) {
		*exit_out = fail_at(c, 0, &err);
		return false;
	}
	if (c->dry_run) {
		say_preview(c, &p);
		*exit_out = report_end(c->cli);
		return false;
	}
	if (p.n_later) {
		cli_complain(c->cli,
		             "%s: %lld risks would be due later: say why with --reason",
		             c->what, (long long)p.n_later);
		*exit_out = EXIT_FAILED;
		return false;
	}
	return true;
}

static int load_policies(struct sla_command *c)
{
	struct policy_rows rows;
	struct policy_change change;
	struct error err = {0};
	int exit_code, line;

	if (!read_file(c, c->what))
		return EXIT_FAILED;
	if (policy_file_parse(c->what, strbuf_text(&c->text), c->cli->arena, &rows, &err) <
	    0)
		return fail_at(c, 0, &err);
	if (!open_store(c, &exit_code))
		return exit_code;
	if (!preview(c, &rows, &exit_code)) {
		pg_close(c->pg);
		return exit_code;
	}
	const int rc = policies_replace(c->pg, &c->org, &rows, c->reason ? c->reason : "",
	                                cli_local_actor(c->cli->arena), c->cli->now, &line,
	                                &change, &err);

	pg_close(c->pg);
	return rc < 0 ? fail_at(c, line, &err) : say_change(c, &change);
}

static int policy_load_verb(struct cli *cli, int argc, char **argv)
{
	struct sla_command c = {.cli = cli};
	int exit_code = EXIT_USAGE;

	if (take_arguments(&c, argc, argv, TAKES_SCORE | TAKES_REASON | TAKES_DRY_RUN,
	                   "wants one FILE"))
		exit_code = load_policies(&c);
	strbuf_done(&c.text);
	return exit_code;
}

static int policy_remove_verb(struct cli *cli, int argc, char **argv)
{
	struct sla_command c = {.cli = cli};
	struct policy_change change;
	struct error err = {0};
	int exit_code = EXIT_USAGE;

	if (!take_arguments(&c, argc, argv, TAKES_SCORE, "wants one NAME") ||
	    !open_store(&c, &exit_code))
		return exit_code;
	const int rc = policy_remove(c.pg, &c.org, c.what, cli->now, &change, &err);

	pg_close(c.pg);
	return rc < 0 ? fail_at(&c, 0, &err) : say_change(&c, &change);
}

static int policy_verbs(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"list", policy_list_verb, "",
	         "the policies in the order in which they are tried", ""},
	        {"load", policy_load_verb, "[--reason TEXT] [--dry-run] [--no-score] FILE",
	         "replace the org's policies by those of a file, for all risks",
	         "\n  --reason TEXT  why; it is stored with what changes, and wanted when "
	         "a risk "
	         "would be due later\n"
	         "  --dry-run      say what it would do to the risks, and do nothing\n"
	         "  --no-score     leave the risks to the running isobar-scorer\n"},
	        {"remove", policy_remove_verb, "[--no-score] NAME", "take one policy away",
	         ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}

/* --- calendars --- */

static void print_calendar(struct cli *cli, const struct calendar_row *row, struct table *t)
{
	const char *hours = calendar_hours_text(row->spec.days, cli->arena);
	struct strbuf b = {0};

	if (!cli->json) {
		table_cell(t, row->spec.name, NULL);
		table_cell(t, row->spec.zone, NULL);
		table_cell(t, hours, NULL);
		table_cell(t, *row->spec.holidays ? "yes" : "", NULL);
		table_cell(t, arena_printf(cli->arena, "%lld", (long long)row->n_policies),
		           NULL);
		return;
	}
	json_write_open(&b, NULL, '{');
	json_write_text(&b, "name", row->spec.name);
	json_write_text(&b, "zone", row->spec.zone);
	json_write_text(&b, "hours", hours);
	json_write_stated(&b, "holidays", row->spec.holidays);
	json_write_int(&b, "policies", row->n_policies);
	json_write_text(&b, "actor", row->actor);
	json_write_time(&b, "since", row->valid_from);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static int calendar_list_verb(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {{.head = "name"},
	                                              {.head = "zone"},
	                                              {.head = "hours", .elastic = true},
	                                              {.head = "holidays"},
	                                              {.head = "policies", .right = true}};
	struct sla_command c = {.cli = cli};
	struct calendar_row *rows;
	struct error err = {0};
	size_t n;
	int exit_code = EXIT_USAGE;

	if (!take_arguments(&c, argc, argv, 0, NULL) || !open_store(&c, &exit_code))
		return exit_code;
	const int rc = calendar_list(c.pg, &c.org, cli->arena, &rows, &n, &err);

	pg_close(c.pg);
	if (rc < 0)
		return cli_fail(cli, &err);
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < n; i++)
		print_calendar(cli, &rows[i], t);
	if (!cli->json)
		table_print(t, stdout, cli->color, 0);
	table_free(t);
	return report_end(cli);
}

static int set_calendar(struct sla_command *c)
{
	struct calendar_spec spec = {.name = c->what, .zone = c->zone, .holidays = ""};
	struct policy_change change;
	struct error err = {0};
	int exit_code;

	if (c->holidays && !read_file(c, c->holidays))
		return EXIT_FAILED;
	if (c->holidays)
		spec.holidays = strbuf_text(&c->text);
	if (calendar_hours_parse(c->hours, spec.days, &err) < 0) {
		error_wrap(&err, "calendar %.60s", c->what);
		return fail_at(c, 0, &err);
	}
	if (!open_store(c, &exit_code))
		return exit_code;
	const int rc = calendar_put(c->pg, &c->org, &spec, cli_local_actor(c->cli->arena),
	                            c->cli->now, &change, &err);

	pg_close(c->pg);
	return rc < 0 ? fail_at(c, 0, &err) : say_change(c, &change);
}

static int calendar_set_verb(struct cli *cli, int argc, char **argv)
{
	struct sla_command c = {.cli = cli};
	int exit_code = EXIT_USAGE;

	if (take_arguments(&c, argc, argv, TAKES_SCORE | TAKES_CALENDAR,
	                   "wants one NAME")) {
		if (c.zone && c.hours)
			exit_code = set_calendar(&c);
		else
			cli_complain(cli, "wants --zone ZONE and --hours HOURS");
	}
	strbuf_done(&c.text);
	return exit_code;
}

static int calendar_remove_verb(struct cli *cli, int argc, char **argv)
{
	struct sla_command c = {.cli = cli};
	struct error err = {0};
	int exit_code = EXIT_USAGE;

	if (!take_arguments(&c, argc, argv, 0, "wants one NAME") ||
	    !open_store(&c, &exit_code))
		return exit_code;
	const int rc = calendar_remove(c.pg, &c.org, c.what, cli->now, &err);

	pg_close(c.pg);
	return rc < 0 ? fail_at(&c, 0, &err) : EXIT_DONE;
}

static int calendar_verbs(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"list", calendar_list_verb, "", "the calendars of the org", ""},
	        {"set", calendar_set_verb,
	         "NAME --zone ZONE --hours HOURS [--holidays FILE.ics] [--no-score]",
	         "make or change a calendar",
	         "\n  --zone ZONE      its time zone: Europe/Berlin\n"
	         "  --hours HOURS    \"mon-fri 09:00-12:00,13:00-17:00; sat 10:00-14:00\"\n"
	         "  --holidays FILE  days off, as iCalendar\n"
	         "  --no-score       leave the risks to the running isobar-scorer\n"},
	        {"remove", calendar_remove_verb, "NAME",
	         "take away a calendar that no policy counts by", ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}

int cmd_sla(struct cli *cli, int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	        {"policy", policy_verbs, "list|load|remove [OPTIONS]",
	         "how long risks may stay open", ""},
	        {"calendar", calendar_verbs, "list|set|remove [OPTIONS]",
	         "working hours that policies count by", ""},
	        {"summary", sla_summary_cmd, SLA_SUMMARY_ARGUMENTS,
	         "what is open, overdue and due soon, and how fast risks are mended", ""},
	        {"breaches", sla_breaches_cmd, SLA_BREACHES_ARGUMENTS,
	         "what is overdue, the oldest first", ""},
	        {"forecast", sla_forecast_cmd, SLA_FORECAST_ARGUMENTS,
	         "what the next 14 days bring by themselves", ""},
	};

	return cli_run_verb(cli, argc, argv, verbs, N_ELEMENTS(verbs));
}
