/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many queries a second the evented pool gets through: one statement, so many
 * outstanding at any time, for so many seconds.  Prints queries a second; pool.sh sets
 * it beside pgbench.
 *   bench_pool [-c connections] [-o outstanding] [-w seconds] [-s seconds] [-g org]
 *              [-p pipeline] [-b] [-r role] CONNINFO FILE.sql PARAM...
 * PARAM is a text, or LOW:HIGH for a number at random.  -w: before
 * it counts.  -b: binary results.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/pg_conn.h"

#include "support/random.h"

static char sql[8192]; /* of FILE.sql */

const struct statement_text statement_table[N_STATEMENTS] = {
        [0] = {"bench", PG_GROUP_READ, sql},
        [STMT_ORG_SET] = {"org_set", PG_GROUP_EVENTED,
                          "select set_config('app.org_id', $1, true)"},
};

struct bench {
	struct event_base *base;
	struct pg_pool *pool;
	struct pg_call call; /* but for the params */
	char **params;
	int n_params;
	int64_t end_ms;
	long n_done;
	long n_rows;
	long n_bytes; /* of rows */
};

static void run_one(struct bench *b);

static void die(const char *what)
{
	fprintf(stderr, "bench_pool: %s\n", what);
	exit(EXIT_FAILURE);
}

static void on_done(const PGresult *result, const struct error *err, void *ctx)
{
	struct bench *b = ctx;

	if (err != NULL)
		die(err->text);
	b->n_done++;
	b->n_rows += PQntuples(result);
	b->n_bytes += (long)PQresultMemorySize(result);
	run_one(b);
	if (b->n_done % 64 == 0 && pg_now_ms() >= b->end_ms)
		event_base_loopbreak(b->base);
}

static void bind_param(struct pg_params *p, const char *text)
{
	char *end;
	long low = strtol(text, &end, 10);
	long high;

	if (*end != ':' || end == text) {
		pg_bind_text(p, text);
		return;
	}
	high = strtol(end + 1, NULL, 10);
	pg_bind_int(p, low + random_below((int)(high - low + 1)));
}

static void run_one(struct bench *b)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};

	for (int i = 0; i < b->n_params; i++)
		bind_param(&p, b->params[i]);
	b->call.params = &p;
	pg_pool_run(b->pool, &b->call, on_done, b);
}

/* What is outstanding in the end stays so.  Milliseconds. */
static int64_t run_for(struct bench *b, int64_t seconds)
{
	int64_t start_ms = pg_now_ms();

	b->n_done = b->n_rows = b->n_bytes = 0;
	b->end_ms = start_ms + seconds * 1000;
	event_base_dispatch(b->base);
	return pg_now_ms() - start_ms;
}

static void wait_until_up(struct bench *b, unsigned int n_connections)
{
	const struct timeval step = {.tv_usec = 10000};

	for (int i = 0; i < 500 && pg_pool_stats(b->pool).n_up < n_connections; i++) {
		event_base_loopexit(b->base, &step);
		event_base_dispatch(b->base);
	}
	if (!pg_pool_is_up(b->pool))
		die("no connection");
}

static void read_sql(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		die("the file of the statement can't be read");
	n = fread(sql, 1, sizeof(sql) - 1, f);
	sql[n] = '\0';
	fclose(f);
}

int main(int argc, char **argv)
{
	struct pg_options options = {.program = "bench_pool", .groups = PG_GROUP_READ};
	struct bench b = {.call = {.timeout_ms = 10000}};
	unsigned int n_connections = 2;
	int n_outstanding = 32, option;
	int64_t warm_up = 0, seconds = 5, ms;

	while ((option = getopt(argc, argv, "c:o:w:s:g:p:br:")) != -1) {
		switch (option) {
		case 'c':
			n_connections = (unsigned int)strtol(optarg, NULL, 10);
			break;
		case 'o':
			n_outstanding = (int)strtol(optarg, NULL, 10);
			break;
		case 'w':
			warm_up = strtol(optarg, NULL, 10);
			break;
		case 's':
			seconds = strtol(optarg, NULL, 10);
			break;
		case 'g':
			b.call.org_id = strtol(optarg, NULL, 10);
			break;
		case 'p':
			options.pipeline = (unsigned int)strtol(optarg, NULL, 10);
			break;
		case 'b':
			b.call.binary = true;
			break;
		case 'r':
			options.role = optarg;
			break;
		default:
			die("see the head of bench_pool.c");
		}
	}
	if (argc - optind < 2 || argc - optind - 2 > PG_MAX_PARAMS)
		die("CONNINFO FILE.sql PARAM...");
	options.conninfo = argv[optind];
	read_sql(argv[optind + 1]);
	b.params = argv + optind + 2;
	b.n_params = argc - optind - 2;
	random_state = 1;

	b.base = event_base_new();
	b.pool = pg_pool_new(b.base, &options, n_connections);
	wait_until_up(&b, n_connections);
	for (int i = 0; i < n_outstanding; i++)
		run_one(&b);
	if (warm_up > 0)
		run_for(&b, warm_up);
	ms = run_for(&b, seconds);
	printf("%.0f queries/s, %.1f rows and %.1f kB of memory a query\n",
	       (double)b.n_done * 1000 / (double)ms, (double)b.n_rows / (double)b.n_done,
	       (double)b.n_bytes / (double)b.n_done / 1000);
	pg_pool_free(b.pool);
	event_base_free(b.base);
	return 0;
}
