/* SPDX-License-Identifier: Apache-2.0 */
#include "store/self_check_store.h"

bool self_check_is_clean(const struct self_check *c)
{
	return !c->n_differ && !c->n_damaged && !c->n_rewritten;
}

int self_check_put(struct pg *pg, const struct org *org, const struct self_check *c,
                   struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, c->began_at);
	pg_bind_timestamp(&p, c->ended_at);
	pg_bind_int(&p, c->n_same);
	pg_bind_int(&p, c->n_differ);
	pg_bind_int(&p, c->n_not_alone);
	pg_bind_int(&p, c->n_damaged);
	pg_bind_int(&p, c->n_rewritten);
	return pg_run(pg, STMT_SELF_CHECK_PUT, &p, NULL, err);
}

int self_check_next_org(struct pg *pg, struct arena *a, int64_t *id_out,
                        const char **name_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_int(&p, *id_out);
	if ((rc = pg_run(pg, STMT_SELF_CHECK_ORGS, &p, &rows, err)) < 0)
		return rc;
	*name_out = NULL;
	if (!PQntuples(rows))
		return 0;
	*id_out = pg_get_int(rows, 0, "org_id");
	*name_out = arena_strdup(a, pg_get_text(rows, 0, "name"));
	return 0;
}

int self_check_list(struct pg *pg, struct arena *a, struct self_check_row **out,
                    size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	const int rc = pg_run(pg, STMT_SELF_CHECK_LIST, NULL, &rows, err);

	if (rc < 0)
		return rc;
	*n_out = (size_t)PQntuples(rows);
	*out = ARENA_ARRAY(a, struct self_check_row, *n_out + 1);
	for (int i = 0; i < PQntuples(rows); i++)
		(*out)[i] = (struct self_check_row){
		        .org = arena_strdup(a, pg_get_text(rows, i, "org")),
		        .created_at = pg_get_timestamp(rows, i, "created_at"),
		        .check = {.ended_at = pg_get_timestamp(rows, i, "ended_at"),
		                  .n_same = pg_get_int(rows, i, "n_same"),
		                  .n_differ = pg_get_int(rows, i, "n_differ"),
		                  .n_not_alone = pg_get_int(rows, i, "n_not_alone"),
		                  .n_damaged = pg_get_int(rows, i, "n_damaged"),
		                  .n_rewritten = pg_get_int(rows, i, "n_rewritten")}};
	return 0;
}
