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

static int sum_one(struct pg *pg, enum statement stmt, const struct org *org,
                   struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	if (stmt == STMT_FIX_PART_FIRST)
		pg_bind_int(&p, FIX_MANY);
	return pg_run(pg, stmt, &p, NULL, err);
}

static int sum_parts(struct pg *pg, const struct org *org, bool first_too,
                     struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, FIX_MANY);
	pg_bind_bool(&p, first_too);
	return pg_run(pg, STMT_FIX_SUM_PARTS, &p, NULL, err);
}

static int sum_few(struct pg *pg, const struct org *org, struct error *err)
{
	const int rc = sum_parts(pg, org, true, err);

	return rc < 0 ? rc : sum_one(pg, STMT_FIX_SUM_FEW, org, err);
}

/* All risks are read: for the sums, and again where fixes get their first parts. */
static int sum_many(struct pg *pg, const struct org *org, struct error *err)
{
	int rc;

	/* The tables of the session are of a size that the planner sees for itself. */
	if ((rc = pg_command(
	             pg, "set local enable_hashjoin = on; set local enable_seqscan = on",
	             err)) < 0 ||
	    (rc = sum_one(pg, STMT_FIX_SUM_MANY, org, err)) < 0 ||
	    (rc = sum_parts(pg, org, false, err)) < 0)
		return rc;
	return sum_one(pg, STMT_FIX_PART_FIRST, org, err);
}

static int sum(struct pg *pg, const struct org *org, int64_t n, struct error *err)
{
	return n <= FIX_FEW ? sum_few(pg, org, err) : sum_many(pg, org, err);
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
