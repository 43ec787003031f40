/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar queue: the ranked risks, worst first, as they stand at the command's clock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/as_of_store.h"
#include "store/queue_store.h"

#include "as_of.h"
#include "cli.h"
#include "queue_rows.h"
#include "report.h"

#define LIMIT_MAX 1000
#define CUSTOMER  (1u << VERDICT_CUSTOMER | 1u << VERDICT_SHARED | 1u << VERDICT_UNKNOWN)
#define PROVIDER  (1u << VERDICT_PROVIDER)

/* Queues that every org has. */
static const struct {
	const char *name;
	unsigned int responsibilities;
} queues[] = {
        {"customer", CUSTOMER},
        {"provider", PROVIDER},
        {"all", CUSTOMER | PROVIDER},
};

struct queue_command {
	struct cli *cli;
	struct queue_filter filter;
	const char *queue;
	const char *where; /* NULL: none */
	timestamp as_of;   /* TIMESTAMP_NONE: now */
};

/* --- --where --- */

static const char *name_of_band(int i)
{
	return band_name((enum band)i);
}

static const char *name_of_state(int i)
{
	return risk_state_name((enum risk_state)i);
}

static const char *name_of_provider(int i)
{
	return provider_name((enum provider)i);
}

static const char *name_of_class(int i)
{
	return finding_class_name((enum finding_class)i);
}

/* The unknown layer comes first: -1 is its number. */
static const char *name_of_layer(int i)
{
	return report_layer(i - 1);
}

static const char *name_of_verdict(int i)
{
	return verdict_name((enum verdict)i);
}

/* What --where can ask for: of a few names, or any text. */
struct where_key {
	const char *name;
	const char *(*value)(int i); /* NULL: any text */
	int n_values, first;
	size_t offset; /* in struct queue_filter */
	bool is_kept;  /* of former times, too */
};

#define NUMBER(name, value, n, first, field, is_kept)                                \
	{                                                                            \
		name, value, n, first, offsetof(struct queue_filter, field), is_kept \
	}
#define TEXT(name, field)                                                     \
	{                                                                     \
		name, NULL, 0, 0, offsetof(struct queue_filter, field), false \
	}

static const struct where_key where_keys[] = {
        NUMBER("band", name_of_band, N_BANDS, 0, band, true),
        NUMBER("state", name_of_state, N_RISK_STATES, 0, state, true),
        NUMBER("provider", name_of_provider, N_PROVIDERS, 0, provider, false),
        TEXT("account", account),
        TEXT("region", region),
        NUMBER("class", name_of_class, N_FINDING_CLASSES, 0, class, false),
        NUMBER("layer", name_of_layer, N_LAYERS + 1, -1, layer, false),
        NUMBER("responsibility", name_of_verdict, N_VERDICTS, 0, responsibilities, true),
        TEXT("owner", owner),
        TEXT("source", source),
        TEXT("subject", subject),
        TEXT("asset", asset),
        TEXT("text", text),
};

static void complain_of_key(const struct queue_command *q, const char *key)
{
	struct strbuf names = {0};

	for (size_t i = 0; i < N_ELEMENTS(where_keys); i++)
		strbuf_printf(&names, "%s%s", i ? ", " : "", where_keys[i].name);
	cli_complain(q->cli, "--where has no key \"%s\"; there are %s", key,
	             strbuf_text(&names));
	strbuf_done(&names);
}

static void complain_of_value(const struct queue_command *q, const struct where_key *key,
                              const char *value)
{
	struct strbuf names = {0};

	for (int i = 0; i < key->n_values; i++)
		strbuf_printf(&names, "%s%s", i ? ", " : "", key->value(i));
	cli_complain(q->cli, "--where: %s is one of %s, not \"%s\"", key->name,
	             strbuf_text(&names), value);
	strbuf_done(&names);
}

static bool take_number(struct queue_command *q, const struct where_key *key,
                        const char *value)
{
	void *field = (char *)&q->filter + key->offset;
	int i = 0;

	while (i < key->n_values && strcmp(key->value(i), value) != 0)
		i++;
	if (i == key->n_values) {
		complain_of_value(q, key, value);
		return false;
	}
	if (key->offset == offsetof(struct queue_filter, responsibilities))
		*(unsigned int *)field &= 1u << i; /* within the queue */
	else
		*(int *)field = i + key->first;
	return true;
}

static bool take_pair(struct queue_command *q, char *pair)
{
	char *value = strchr(pair, '=');

	if (!value) {
		cli_complain(q->cli, "--where wants KEY=VALUE pairs, not \"%s\"", pair);
		return false;
	}
	*value++ = '\0';
	for (size_t i = 0; i < N_ELEMENTS(where_keys); i++) {
		const struct where_key *key = &where_keys[i];

		if (strcmp(key->name, pair) != 0)
			continue;
		if (q->as_of != TIMESTAMP_NONE && !key->is_kept) {
			cli_complain(
			        q->cli,
			        "--where: what %s was is not kept; with --as-of ask by "
			        "band, state or responsibility",
			        key->name);
			return false;
		}
		if (key->value)
			return take_number(q, key, value);
		*(const char **)(void *)((char *)&q->filter + key->offset) = value;
		return true;
	}
	complain_of_key(q, pair);
	return false;
}

/* A comma ends a value unless what follows cannot be a key: titles hold ", ". */
static char *pair_end(char *pair)
{
	for (char *comma = strchr(pair, ','); comma; comma = strchr(comma + 1, ',')) {
		const size_t n = strspn(comma + 1, "abcdefghijklmnopqrstuvwxyz");

		if (comma[1 + n] == '=' || comma[1 + n] == '\0' || comma[1 + n] == ',')
			return comma;
	}
	return NULL;
}

static bool take_where(struct queue_command *q, const char *where)
{
	char *pair = arena_strdup(q->cli->arena, where);

	while (pair) {
		char *end = pair_end(pair);

		if (end)
			*end++ = '\0';
		if (!take_pair(q, pair))
			return false;
		pair = end;
	}
	return true;
}

/* --- other options --- */

static bool take_queue(struct queue_command *q)
{
	for (size_t i = 0; i < N_ELEMENTS(queues); i++)
		if (strcmp(queues[i].name, q->queue) == 0) {
			q->filter.responsibilities = queues[i].responsibilities;
			return true;
		}
	cli_complain(q->cli, "there is no queue \"%s\"; there are customer, provider, all",
	             q->queue);
	return false;
}

/* RANK,ID: a row of an earlier page. */
static bool take_after(struct queue_command *q, const char *text)
{
	char *end;

	errno = 0;
	q->filter.after_rank = strtoll(text, &end, 10);
	q->filter.has_after = true;
	if (errno || end == text || *end != ',' ||
	    key_parse(end + 1, &q->filter.after_id) < 0) {
		cli_complain(q->cli, "--after wants RANK,ID of the last row, not \"%s\"",
		             text);
		return false;
	}
	return true;
}

static bool read_arguments(struct queue_command *q, int argc, char **argv)
{
	static const struct option options[] = {{"queue", required_argument, NULL, 'q'},
	                                        {"limit", required_argument, NULL, 'l'},
	                                        {"where", required_argument, NULL, 'w'},
	                                        {"after", required_argument, NULL, 'a'},
	                                        {"as-of", required_argument, NULL, 't'},
	                                        CLI_COMMON_OPTIONS};
	long long limit = q->filter.limit;
	int option;

	while ((option = cli_getopt(q->cli, argc, argv, options)) != -1) {
		if (option == 'q')
			q->queue = optarg;
		else if (option == 'w')
			q->where = optarg;
		else if (option == 'l' &&
		         cli_number(q->cli, "--limit", optarg, 1, LIMIT_MAX, &limit))
			continue;
		else if (option == 'a' && take_after(q, optarg))
			continue;
		else if (option == 't' && as_of_option(q->cli, optarg, &q->as_of))
			continue;
		else
			return false;
	}
	if (optind < argc) {
		cli_complain(q->cli, "takes options only, not \"%s\"", argv[optind]);
		return false;
	}
	q->filter.limit = (int)limit;
	return as_of_is_past(q->cli, q->as_of) && take_queue(q) &&
	       (!q->where || take_where(q, q->where));
}

/* --- output --- */

static bool is_filtered(const struct queue_command *q)
{
	return q->where || q->filter.has_after;
}

static void print_nothing(const struct queue_command *q, int64_t total)
{
	if (is_filtered(q) && total)
		printf("No risk of the queue %s is so; without --where and --after there "
		       "are %lld.\n",
		       q->queue, (long long)total);
	else
		printf("No open risk in the queue %s. Findings come in by: isobar import "
		       "PATH...\n",
		       q->queue);
}

static void print_totals(const struct queue_command *q, const struct queue_page *page,
                         const int64_t totals[N_BANDS], int64_t total)
{
	printf("\n%zu shown; %lld open in the queue %s:", page->n, (long long)total,
	       q->queue);
	for (int i = N_BANDS - 1; i >= 0; i--) {
		const char *color = q->cli->color ? report_band_color((enum band)i) : NULL;

		printf("%s%s%s%s%lld %s%s", i == N_BANDS - 1 ? " " : ", ",
		       color ? "\033[" : "", color ? color : "", color ? "m" : "",
		       (long long)totals[i], band_name((enum band)i),
		       color ? "\033[0m" : "");
	}
	putchar('\n');
}

static unsigned int queue_mask(const struct queue_command *q)
{
	for (size_t i = 0; i < N_ELEMENTS(queues); i++)
		if (strcmp(queues[i].name, q->queue) == 0)
			return queues[i].responsibilities;
	return CUSTOMER | PROVIDER;
}

/* Is there a source of the name that --where gives?  Else says which there are. */
static int check_source(const struct queue_command *q, struct pg *pg, const struct org *org)
{
	struct source_list sources;
	struct strbuf names = {0};
	struct error err = {0};
	const char *wanted = q->filter.source;

	if (!wanted)
		return EXIT_DONE;
	if (source_list_load(pg, org, q->cli->arena, &sources, &err) < 0)
		return cli_fail(q->cli, &err);
	for (size_t i = 0; i < sources.n; i++) {
		const struct source_row *row = &sources.rows[i];

		if (strcmp(row->name, wanted) == 0 || strcmp(row->connector, wanted) == 0) {
			strbuf_done(&names);
			return EXIT_DONE;
		}
		strbuf_printf(&names, "%s%s", i ? ", " : "", row->name);
	}
	cli_complain(q->cli, "--where: there is no source \"%s\"; there are %s", wanted,
	             sources.n ? strbuf_text(&names) : "none yet");
	strbuf_done(&names);
	return EXIT_USAGE;
}

static int show(struct queue_command *q, struct pg *pg, const struct org *org)
{
	struct cli *cli = q->cli;
	struct queue_page page;
	int64_t totals[N_BANDS], total = 0;
	struct error err = {0};

	if (queue_list(pg, org, &q->filter, cli->now, cli->arena, &page, &err) < 0)
		return cli_fail(cli, &err);
	if (cli->json) {
		queue_rows_json(&page);
		return report_end(cli);
	}
	if (queue_totals(pg, org, queue_mask(q), totals, &err) < 0)
		return cli_fail(cli, &err);
	for (int i = 0; i < N_BANDS; i++)
		total += totals[i];
	if (page.n == 0) {
		print_nothing(q, total);
		return report_end(cli);
	}
	queue_rows_table(cli, &page);
	print_totals(q, &page, totals, total);
	return report_end(cli);
}

/* As it stood then: what is in the queue of now does not matter. */
static int show_as_of(struct queue_command *q, struct pg *pg, const struct org *org)
{
	const struct queue_filter *f = &q->filter;
	const struct as_of_query query = {
	        .at = q->as_of,
	        .responsibilities = f->responsibilities,
	        .states =
	                f->state == FILTER_ANY ? (1u << N_RISK_STATES) - 1 : 1u << f->state,
	        .bands = f->band == FILTER_ANY ? (1u << N_BANDS) - 1 : 1u << f->band,
	        .limit = f->limit,
	        .has_after = f->has_after,
	        .after_rank = f->after_rank,
	        .after_id = f->after_id};
	struct queue_page page;
	struct error err;

	if (f->state != FILTER_ANY && !risk_state_is_open((enum risk_state)f->state)) {
		cli_complain(
		        q->cli,
		        "--where: with --as-of state is open, in_progress or contested");
		return EXIT_USAGE;
	}
	if (as_of_page(pg, org, &query, q->cli->arena, &page, &err) < 0)
		return as_of_fail(q->cli, &err);
	if (q->cli->json)
		as_of_rows_json(&page);
	else
		as_of_rows_table(q->cli, &page, q->as_of);
	return report_end(q->cli);
}

int cmd_queue(struct cli *cli, int argc, char **argv)
{
	struct queue_command q = {.cli = cli, .queue = "customer", .as_of = TIMESTAMP_NONE};
	struct org org;
	int exit_code = EXIT_USAGE;

	queue_filter_init(&q.filter);
	if (!read_arguments(&q, argc, argv))
		return EXIT_USAGE;
	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = check_source(&q, pg, &org);
	if (exit_code == EXIT_DONE)
		exit_code = q.as_of == TIMESTAMP_NONE ? show(&q, pg, &org)
		                                      : show_as_of(&q, pg, &org);
	pg_close(pg);
	return exit_code;
}
