/* SPDX-License-Identifier: Apache-2.0 */
#include "self_check.h"

#include <stdlib.h>

#include "base/mem.h"

#include "request.h"

#define FRESH_USEC 10000000
#define QUERY_MS   2000

struct self_check_watch {
	struct app *app;
	struct pg_query *query; /* NULL: none under way */
	int64_t asked_at;       /* of request_clock() */
};

struct self_check_watch *self_check_watch_new(struct app *app)
{
	struct self_check_watch *w = xcalloc(1, sizeof(*w));

	w->app = app;
	return w;
}

void self_check_watch_free(struct self_check_watch *w)
{
	if (w && w->query)
		pg_query_abandon(w->query);
	free(w);
}

static void on_sum(const PGresult *result, const struct error *err, void *ctx)
{
	struct self_check_watch *w = ctx;
	struct metrics_values *v = metrics_values(w->app->metrics);
	timestamp last;

	w->query = NULL;
	if (err)
		return; /* what was known stays; the pool says why nothing comes */
	last = pg_get_timestamp(result, 0, "last_at");
	v->check_same = (uint64_t)pg_get_int(result, 0, "n_same");
	v->check_differ = (uint64_t)pg_get_int(result, 0, "n_differ");
	v->check_not_alone = (uint64_t)pg_get_int(result, 0, "n_not_alone");
	v->check_damaged = (uint64_t)pg_get_int(result, 0, "n_damaged");
	v->check_rewritten = (uint64_t)pg_get_int(result, 0, "n_rewritten");
	v->check_last = last == TIMESTAMP_NONE ? 0 : (uint64_t)(last / USEC_PER_SEC);
}

void self_check_watch_beat(struct self_check_watch *w)
{
	const struct pg_call call = {.stmt = STMT_SELF_CHECK_SUM, .timeout_ms = QUERY_MS};

	if (w->query || (w->asked_at && request_clock() - w->asked_at < FRESH_USEC))
		return;
	w->asked_at = request_clock();
	w->query = pg_pool_run(w->app->pool, &call, on_sum, w);
}
