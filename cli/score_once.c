/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scorer as a child: commands that make risks dirty return when they are scored.
 */
#include "score_once.h"

#include <unistd.h>

#include "scorer_ask.h"

/* One worker a processor; there are four shards to share. */
static const char *worker_count(struct arena *a)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return arena_printf(a, "%ld", n < 1 ? 1 : n > 4 ? 4 : n);
}

int cli_score_once(struct cli *cli, const char *done)
{
	char now[TIMESTAMP_TEXT_MAX];
	const char *const words[] = {"--once", "--workers", worker_count(cli->arena),
	                             cli->now_given ? "--now" : NULL,
	                             cli->now_given ? timestamp_format(cli->now, now)
	                                            : NULL};
	const int exit_code = scorer_run(cli, words, N_ELEMENTS(words));

	if (exit_code != EXIT_DONE)
		cli_complain(cli,
		             "%s, but scoring failed; it goes on when isobar-scorer runs",
		             done);
	return exit_code;
}

int cli_score_schema(struct cli *cli, const char *schema, timestamp at, const char *model)
{
	char now[TIMESTAMP_TEXT_MAX];
	const char *const words[] = {"--once",
	                             "--workers",
	                             worker_count(cli->arena),
	                             "--now",
	                             timestamp_format(at, now),
	                             "--schema",
	                             schema,
	                             model ? "--model" : NULL,
	                             model};
	const int exit_code = scorer_run(cli, words, N_ELEMENTS(words));

	if (exit_code != EXIT_DONE)
		cli_complain(cli, "what was rebuilt cannot be scored");
	return exit_code;
}
