/* SPDX-License-Identifier: Apache-2.0 */
#include "store/context_store.h"

#define FLOW_MAX 8 /* edges from an address to what it is attached to in the end */

static int run(struct pg *pg, enum statement stmt, const struct org *org, timestamp now,
               int64_t *n_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, stmt, &p, &result, err)) < 0)
		return rc;
	*n_out = pg_get_int(result, 0, "n");
	return 0;
}

static int has_flow(struct pg *pg, const struct org *org, bool *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_CONTEXT_FLOWS, &p, &result, err)) < 0)
		return rc;
	*out = pg_get_bool(result, 0, "flows");
	return 0;
}

int context_settle(struct pg *pg, const struct org *org, timestamp now, struct error *err)
{
	int64_t n, n_flowed = 1;
	bool flows;
	int rc;

	/* A handful of assets, or all: the planner has to know. */
	if ((rc = pg_command(pg, "analyze context_touched", err)) < 0 ||
	    (rc = has_flow(pg, org, &flows, err)) < 0)
		return rc;
	for (int i = 0; i < FLOW_MAX && n_flowed; i++) {
		n_flowed = 0;
		if ((rc = run(pg, STMT_CONTEXT_RESOLVE, org, now, &n, err)) < 0 ||
		    (flows &&
		     (rc = run(pg, STMT_CONTEXT_FLOW, org, now, &n_flowed, err)) < 0))
			return rc;
	}
	return pg_command(pg, "truncate context_touched", err);
}
