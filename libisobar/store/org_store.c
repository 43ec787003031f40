/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orgs are made under the next number.  Two programs may choose the same one: the
 * second waits for the first, writes nothing, and chooses again.
 */
#include "store/org_store.h"

#define PAGE  1000
#define TRIES 20

static int name_is_taken(struct pg *pg, const char *name, bool *out, struct error *err)
{
	struct pg_params p = {0};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_text(&p, name);
	if ((rc = pg_run(pg, STMT_ORG_FIND, &p, &result, err)) < 0)
		return rc;
	*out = PQntuples(result) > 0;
	return 0;
}

/* *id_out stays 0 when nothing was written. */
static int org_add(struct pg *pg, const char *name, timestamp now, int64_t *id_out,
                   struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_text(&p, name);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_ORG_ADD, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) > 0)
		*id_out = pg_get_int(result, 0, "org_id");
	return 0;
}

int org_create(struct pg *pg, const char *name, timestamp now, int64_t *id_out,
               struct error *err)
{
	for (int i = 0; i < TRIES; i++) {
		int64_t id = 0;
		bool taken = false;
		int rc = org_add(pg, name, now, &id, err);

		if (rc == 0 && id == 0)
			rc = name_is_taken(pg, name, &taken, err);
		if (rc < 0)
			return rc;
		if (taken)
			return error_set(err, ERR_CONFLICT,
			                 "there is an org \"%s\" already", name);
		if (id) {
			*id_out = id;
			return 0;
		}
	}
	return error_set(err, ERR_TRANSIENT, "others make orgs at the same time");
}

int org_list_next(struct pg *pg, int64_t after, struct arena *a, struct org_page *out,
                  struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, after);
	pg_bind_int(&p, PAGE);
	if ((rc = pg_run(pg, STMT_ORG_LIST, &p, &result, err)) < 0)
		return rc;
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct org_row, out->n + 1);
	for (int i = 0; i < (int)out->n; i++)
		out->rows[i] = (struct org_row){
		        .id = pg_get_int(result, i, "org_id"),
		        .name = arena_strdup(a, pg_get_text(result, i, "name")),
		        .created_at = pg_get_timestamp(result, i, "created_at"),
		};
	return 0;
}
