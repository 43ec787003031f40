/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping how a self-check ended, and making them by a schedule.  That goes by the wall
 * clock, so that a night is one; a clock that is set is noticed within a minute.
 */
#include "self_check.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/settings.h"

#include "report.h"

#define RETRY_AFTER (USEC_PER_HOUR / 4)
#define LOOK_MS     60000

/* --- what one came to --- */

void self_check_keep(struct cli *cli, const struct self_check *check)
{
	struct org org;
	struct error err = {0};
	int exit_code;
	struct self_check ended = *check;
	CLEANUP(pg_closep)
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_CHECK, &org, &exit_code);

	if (!pg)
		return;
	ended.ended_at = cli->now_given ? cli->now : timestamp_now();
	if (self_check_put(pg, &org, &ended, &err) < 0)
		cli_complain(cli, "how it ended is not kept: %s", err.text);
}

/* Of two exit codes the one that says more: it may not even have been possible to look. */
static int worse_of(int a, int b)
{
	static const int order[] = {EXIT_DONE, EXIT_PART, EXIT_FAILED, EXIT_TRY_AGAIN};
	size_t i = N_ELEMENTS(order) - 1;

	while (i > 0 && order[i] != a && order[i] != b)
		i--;
	return order[i];
}

int self_check_all(struct cli *cli, int (*check)(struct cli *cli))
{
	struct error err = {0};
	int64_t id = 0;
	int exit_code = EXIT_DONE;

	for (;;) {
		const char *name = NULL;
		struct org org;
		int why, rc;
		struct pg *pg =
		        cli_connect(cli, "isobar_operator", PG_GROUP_CHECK, &org, &why);

		if (!pg)
			return why;
		rc = self_check_next_org(pg, cli->arena, &id, &name, &err);
		pg_close(pg);
		if (rc < 0)
			return cli_fail(cli, &err);
		if (!name)
			return exit_code;
		cli->org_name = name;
		if (!cli->now_given)
			cli->now = timestamp_now();
		exit_code = worse_of(exit_code, check(cli));
	}
}

/* --- isobar up --- */

struct up_settings {
	const char *self_check;
};

static const struct setting up_setting_table[] = {
        {"up", "self_check", SETTING_TEXT, offsetof(struct up_settings, self_check),
         "02:30", 0, "when all orgs are verified: a time in UTC, 12h for every 12 h, off"}};

static const char *from_environment(const char *name, void *ctx)
{
	(void)ctx;
	return getenv(name);
}

bool self_check_plan_read(struct cli *cli, const char *when, struct self_check_plan *out)
{
	const size_t n = N_ELEMENTS(up_setting_table);
	struct up_settings settings = {0};
	struct error err = {0};
	int rc = settings_load(up_setting_table, n, NULL, cli->arena, &settings, &err);

	if (rc == 0)
		rc = settings_apply_environment(up_setting_table, n, from_environment, NULL,
		                                cli->arena, &settings, &err);
	if (rc == 0)
		rc = self_check_read_schedule(when ? when : settings.self_check,
		                              &out->schedule, &err);
	if (rc < 0)
		cli_complain(cli, "%s", err.text);
	return rc == 0;
}

/* When the one ended that is the longest ago; an org that had none is soon to have one. */
static timestamp last_of_all(struct cli *cli)
{
	struct self_check_row *rows = NULL;
	timestamp last = TIMESTAMP_NONE;
	struct error err = {0};
	struct org org;
	size_t n = 0;
	int exit_code;
	CLEANUP(pg_closep)
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_ADMIN, &org, &exit_code);

	if (pg && self_check_list(pg, cli->arena, &rows, &n, &err) < 0)
		cli_note(cli, "the last self-check: %s", err.text);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].check.ended_at == TIMESTAMP_NONE)
			return TIMESTAMP_NONE;
		if (i == 0 || rows[i].check.ended_at < last)
			last = rows[i].check.ended_at;
	}
	return last;
}

void self_check_plan_begin(struct cli *cli, struct self_check_plan *plan)
{
	static const char *const words[] = {
	        "nice",   "-n",       "10",         NULL /* the program */,
	        "replay", "--verify", "--all-orgs", "--quiet"};
	const char **argv = plan->program.argv;
	char now[TIMESTAMP_TEXT_MAX];
	size_t n = 0;

	_Static_assert(N_ELEMENTS(words) + 2 < DAEMON_ARGUMENTS, "more words than room");
	for (; n < N_ELEMENTS(words); n++)
		argv[n] = words[n] ? words[n] : cli_program_path("isobar", cli->arena);
	if (cli->now_given) {
		argv[n++] = "--now";
		argv[n] = arena_strdup(cli->arena, timestamp_format(cli->now, now));
	}
	plan->program.name = "the self-check";
	plan->program.variables[0] =
	        (struct child_variable){"ISOBAR_DATABASE", cli->database};
	plan->due = self_check_due(&plan->schedule, last_of_all(cli), timestamp_now());
}

static void complain(void *ctx, const char *text)
{
	cli_complain(ctx, "%s", text);
}

void self_check_plan_run(struct cli *cli, struct self_check_plan *plan)
{
	if (plan->program.pid || plan->due == TIMESTAMP_NONE || timestamp_now() < plan->due)
		return;
	daemon_start(&plan->program, complain, cli);
	if (!plan->program.pid)
		plan->due = timestamp_now() + RETRY_AFTER;
}

void self_check_plan_ended(struct cli *cli, struct self_check_plan *plan, int status)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	const timestamp now = timestamp_now();
	const bool looked = code == EXIT_DONE || code == EXIT_FAILED || code == EXIT_PART;
	char words[48];

	plan->program.pid = 0;
	plan->due = self_check_due(&plan->schedule, looked ? now : TIMESTAMP_NONE, now);
	if (code == EXIT_DONE)
		cli_note(cli, "the self-check found all as it was stored");
	else
		cli_complain(cli, "the self-check %s: see isobar doctor",
		             child_status_words(status, words));
}

int self_check_plan_wait_ms(const struct self_check_plan *plan, int most_ms)
{
	int64_t left;

	if (plan->program.pid || plan->due == TIMESTAMP_NONE)
		return most_ms;
	left = (plan->due - timestamp_now()) / 1000 + 1;
	if (left > LOOK_MS)
		left = LOOK_MS;
	if (left < 0)
		left = 0;
	return most_ms < 0 || left < most_ms ? (int)left : most_ms;
}
