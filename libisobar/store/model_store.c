/* SPDX-License-Identifier: Apache-2.0 */
#include "store/model_store.h"

#include <string.h>

#include "store/catalog_stage.h"

#define MODEL_LOCK INT64_C(0x69736f6d6f646500) /* "isomode", plus the org */

static void read_row(const PGresult *r, int i, struct arena *a, struct model_row *out)
{
	*out = (struct model_row){
	        .model = arena_strdup(a, pg_get_text(r, i, "model")),
	        .checksum = arena_strdup(a, pg_get_text(r, i, "checksum")),
	        .body = arena_strdup(a, pg_get_text(r, i, "body")),
	        .actor = arena_strdup(a, pg_get_text(r, i, "actor")),
	        .reason = arena_strdup(a, pg_get_text(r, i, "reason")),
	        .valid_from = pg_get_timestamp(r, i, "valid_from"),
	        .valid_to = pg_get_timestamp(r, i, "valid_to"),
	        .own = pg_get_bool(r, i, "own"),
	};
}

int model_list(struct pg *pg, const struct org *org, struct arena *a,
               struct model_row **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_MODEL_LIST, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct model_row, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		read_row(result, (int)i, a, &(*out)[i]);
	return 0;
}

const struct model_row *model_in_use(const struct model_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!rows[i].own || rows[i].valid_to == TIMESTAMP_NONE)
			return &rows[i];
	return NULL;
}

static int check_name(struct pg *pg, const struct org *org, const struct model_row *next,
                      struct arena *a, struct error *err)
{
	struct model_row *rows;
	size_t n;
	const int rc = model_list(pg, org, a, &rows, &n, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].model, next->model) == 0 &&
		    strcmp(rows[i].checksum, next->checksum) != 0)
			return error_set(
			        err, ERR_CONFLICT,
			        "another model is called %s already%s: a changed number is "
			        "a new version, give it a name of its own",
			        next->model, rows[i].own ? "" : ", the catalogue's");
	return 0;
}

static int count_of(struct pg *pg, enum statement stmt, const struct pg_params *p,
                    int64_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, stmt, p, &result, err);

	if (rc == 0)
		*n_out += pg_get_int(result, 0, "n");
	return rc;
}

static int write_model(struct pg *pg, const struct org *org, const struct model_row *next,
                       const char *actor, const char *reason, timestamp now, int64_t *n_out,
                       struct arena *a, struct error *err)
{
	struct pg_params lock = {.arena = a}, drop = {.arena = a}, put = {.arena = a};
	int rc;

	pg_bind_int(&lock, MODEL_LOCK + org->id);
	pg_bind_int(&drop, org->id);
	pg_bind_text(&drop, next ? next->checksum : NULL);
	pg_bind_timestamp(&drop, now);
	if ((rc = pg_run(pg, STMT_INGEST_LOCK, &lock, NULL, err)) < 0 ||
	    (next && (rc = check_name(pg, org, next, a, err)) < 0) ||
	    (rc = count_of(pg, STMT_MODEL_DROP, &drop, n_out, err)) < 0 || !next)
		return rc;
	pg_bind_int(&put, org->id);
	pg_bind_text(&put, next->model);
	pg_bind_text(&put, next->checksum);
	pg_bind_text(&put, next->body);
	pg_bind_text(&put, actor);
	pg_bind_text(&put, reason);
	pg_bind_timestamp(&put, now);
	return count_of(pg, STMT_MODEL_INSERT, &put, n_out, err);
}

int model_activate(struct pg *pg, const struct org *org, const struct model_row *next,
                   const char *actor, const char *reason, timestamp now, bool *changed_out,
                   struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params mark = {.arena = a};
	char checksum[CATALOG_CHECKSUM_MAX];
	struct model_row row = {0};
	int64_t n = 0, n_marked = 0;
	int rc;

	if (next) {
		row = *next;
		catalog_checksum(row.body, checksum);
		row.checksum = checksum;
	}
	pg_bind_int(&mark, org->id);
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = write_model(pg, org, next ? &row : NULL, actor, reason, now, &n, a,
	                      err)) == 0 &&
	    n)
		rc = count_of(pg, STMT_POLICY_MARK_ALL, &mark, &n_marked, err);
	if (rc == 0)
		rc = pg_commit(pg, err);
	else
		pg_rollback(pg);
	*changed_out = n > 0;
	return rc;
}

int model_of_org(struct pg *pg, const struct org *org, struct arena *a,
                 const char **model_out, const char **body_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	*model_out = *body_out = NULL;
	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_ORG_MODEL, &p, &result, err)) < 0 || !PQntuples(result))
		return rc;
	*model_out = arena_strdup(a, pg_get_text(result, 0, "model"));
	*body_out = arena_strdup(a, pg_get_text(result, 0, "body"));
	return 0;
}
