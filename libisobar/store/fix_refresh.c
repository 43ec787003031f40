/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From marks to the numbers of fixes.  The work follows the risks of the marked fixes;
 * only where these are a large part of all, as on a first load, all risks are read.
 */
#include "store/fix_refresh.h"

#define FIX_FEW  5000 /* of so many each looks its risks up */
#define FIX_MANY 512  /* risks: so many are summed in parts */

int fix_refresh_orgs(struct pg *pg, struct arena *a, struct org_list *out,
                     struct error *err)
{
	return org_list_load(pg, STMT_FIX_ORGS, a, out, err);
}

static int take(struct pg *pg, const struct org *org, int64_t n_marks, int64_t *n_out,
                struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params lock = {.arena = a}, p = {.arena = a};
	const struct key key = key_of_texts("fix-lock/1", org->id, NULL, 0);
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&lock, key_number(&key));
	pg_bind_int(&p, org->id);
	pg_bind_int(&p, n_marks);
	if ((rc = pg_run(pg, STMT_SCORER_LOCK, &lock, NULL, err)) < 0 ||
	    (rc = pg_command(pg, "truncate batch_fix, batch_sum", err)) < 0 ||
	    (rc = pg_run(pg, STMT_FIX_TAKE, &p, &result, err)) < 0)
		return rc;
	*n_out = pg_get_int(result, 0, "n");
	return 0;
}

static int sum(struct pg *pg, const struct org *org, int64_t n, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a}, parts = {.arena = a};
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&parts, org->id);
	pg_bind_int(&parts, FIX_MANY);
	if (n <= FIX_FEW) {
		if ((rc = pg_run(pg, STMT_FIX_SUM_PARTS, &parts, NULL, err)) < 0)
			return rc;
		return pg_run(pg, STMT_FIX_SUM_FEW, &p, NULL, err);
	}
	/* The tables of the session are of a size that the planner sees for itself. */
	if ((rc = pg_command(
	             pg, "set local enable_hashjoin = on; set local enable_seqscan = on",
	             err)) < 0 ||
	    (rc = pg_run(pg, STMT_FIX_SUM_MANY, &p, NULL, err)) < 0)
		return rc;
	return pg_run(pg, STMT_FIX_SUM_PARTS, &parts, NULL, err);
}

static int put(struct pg *pg, const struct org *org, timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	/* Two tables of the session, which have no index. */
	if ((rc = pg_command(
	             pg, "set local enable_hashjoin = on; set local enable_seqscan = on",
	             err)) < 0)
		return rc;
	return pg_run(pg, STMT_FIX_PUT, &p, NULL, err);
}

int fix_refresh(struct pg *pg, const struct org *org, timestamp now, int64_t n_marks,
                int64_t *n_out, struct error *err)
{
	int rc;

	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = take(pg, org, n_marks, n_out, err)) < 0 ||
	    (*n_out &&
	     ((rc = sum(pg, org, *n_out, err)) < 0 || (rc = put(pg, org, now, err)) < 0)) ||
	    (rc = pg_commit(pg, err)) < 0) {
		pg_rollback(pg);
		return rc;
	}
	return 0;
}
