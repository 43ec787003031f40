/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens, principals and roles: written by the command line, asked for by the api.
 * Creating locks the principal's row first, so that of two who give it different
 * rights at the same time the second sees what the first did.
 */
#include "store/token_store.h"

#include <string.h>

#include "base/strbuf.h"

#define PAGE 1000

/* --- creating --- */

struct rights {
	unsigned int roles; /* in the scope asked for */
	int64_t n_elsewhere, n_active;
};

static int rights_load(struct pg *pg, const struct org *org, const struct key *principal_id,
                       const struct token_new *t, struct arena *a, struct rights *out,
                       struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_key(&p, principal_id);
	pg_bind_text(&p, t->scope);
	pg_bind_timestamp(&p, t->now);
	if ((rc = pg_run(pg, STMT_PRINCIPAL_RIGHTS, &p, &result, err)) < 0)
		return rc;
	*out = (struct rights){
	        .roles = (unsigned int)pg_get_int(result, 0, "roles"),
	        .n_elsewhere = pg_get_int(result, 0, "n_elsewhere"),
	        .n_active = pg_get_int(result, 0, "n_active"),
	};
	return 0;
}

static int rights_replace(struct pg *pg, const struct org *org,
                          const struct key *principal_id, const struct token_new *t,
                          struct arena *a, struct error *err)
{
	struct pg_params former = {.arena = a}, p = {.arena = a};
	int rc;

	pg_bind_int(&former, org->id);
	pg_bind_key(&former, principal_id);
	if ((rc = pg_run(pg, STMT_GRANT_CLEAR, &former, NULL, err)) < 0)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_key(&p, principal_id);
	pg_bind_int(&p, t->roles);
	pg_bind_text(&p, t->scope);
	pg_bind_text(&p, t->actor);
	pg_bind_timestamp(&p, t->now);
	return pg_run(pg, STMT_GRANT_ADD, &p, NULL, err);
}

/* The principal, who may have tokens already; its row is locked from now on. */
static int principal_ensure(struct pg *pg, const struct org *org, const struct token_new *t,
                            struct arena *a, struct key *id_out, bool *signs_in_out,
                            struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_key(&p, &t->principal_id);
	pg_bind_int(&p, t->kind_given ? t->kind : PRINCIPAL_SERVICE);
	pg_bind_text(&p, t->name);
	pg_bind_timestamp(&p, t->now);
	if ((rc = pg_run(pg, STMT_PRINCIPAL_ENSURE, &p, &result, err)) < 0)
		return rc;
	const int64_t kind = pg_get_int(result, 0, "kind");

	if (t->kind_given && kind != (int64_t)t->kind)
		return error_set(err, ERR_CONFLICT, "\"%s\" is a %s", t->name,
		                 principal_kind_name((enum principal_kind)kind));
	if (!pg_get_bool(result, 0, "enabled"))
		return error_set(err, ERR_CONFLICT, "\"%s\" is disabled", t->name);
	*id_out = pg_get_key(result, 0, "principal_id");
	*signs_in_out = pg_get_bool(result, 0, "signs_in");
	return 0;
}

static int rights_ensure(struct pg *pg, const struct org *org, const struct token_new *t,
                         struct arena *a, struct key *principal_id, struct error *err)
{
	struct rights has;
	bool signs_in;
	int rc;

	if ((rc = principal_ensure(pg, org, t, a, principal_id, &signs_in, err)) < 0 ||
	    (rc = rights_load(pg, org, principal_id, t, a, &has, err)) < 0)
		return rc;
	if (has.roles == t->roles && has.n_elsewhere == 0)
		return 0;
	if (has.n_active > 0 || signs_in)
		return error_set(err, ERR_CONFLICT,
		                 "\"%s\" has other roles or another scope, and %s", t->name,
		                 signs_in ? "signs in with them: take another name"
		                          : "active tokens that would change too: revoke "
		                            "them first, or take another name");
	return rights_replace(pg, org, principal_id, t, a, err);
}

int token_create(struct pg *pg, const struct org *org, const struct token_new *t,
                 struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	struct key principal_id;
	int rc = pg_begin(pg, err);

	if (rc == 0)
		rc = rights_ensure(pg, org, t, a, &principal_id, err);
	if (rc == 0) {
		pg_bind_text(&p, t->id);
		pg_bind_int(&p, org->id);
		pg_bind_key(&p, &principal_id);
		pg_bind_binary(&p, t->hash, KEY_SHA256_SIZE);
		pg_bind_text(&p, t->name);
		pg_bind_timestamp(&p, t->now);
		pg_bind_timestamp(&p, t->expires_at);
		rc = pg_run(pg, STMT_TOKEN_ADD, &p, NULL, err);
	}
	if (rc == 0)
		rc = pg_commit(pg, err);
	if (rc < 0)
		pg_rollback(pg);
	return rc;
}

/* --- listing --- */

static struct token_row row_read(const PGresult *result, int row, struct arena *a)
{
	const bool several = pg_get_int(result, row, "n_scopes") > 1;

	return (struct token_row){
	        .id = arena_strdup(a, pg_get_text(result, row, "token_id")),
	        .name = arena_strdup(a, pg_get_text(result, row, "name")),
	        .kind = (enum principal_kind)pg_get_int(result, row, "kind"),
	        .roles = (unsigned int)pg_get_int(result, row, "roles"),
	        .scope =
	                several ? NULL : arena_strdup(a, pg_get_text(result, row, "scope")),
	        .created_at = pg_get_timestamp(result, row, "created_at"),
	        .expires_at = pg_get_timestamp(result, row, "expires_at"),
	        .revoked_at = pg_get_timestamp(result, row, "revoked_at"),
	        .used_at = pg_get_timestamp(result, row, "used_at"),
	        .principal_enabled = pg_get_bool(result, row, "enabled"),
	};
}

int token_list_next(struct pg *pg, const struct org *org, const struct token_row *after,
                    struct arena *a, struct token_page *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, after ? after->created_at : TIMESTAMP_NONE);
	pg_bind_text(&p, after ? after->id : NULL);
	pg_bind_int(&p, PAGE);
	if ((rc = pg_run(pg, STMT_TOKEN_LIST, &p, &result, err)) < 0)
		return rc;
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct token_row, out->n + 1);
	for (int i = 0; i < (int)out->n; i++)
		out->rows[i] = row_read(result, i, a);
	return 0;
}

/* --- revoking --- */

int token_revoke(struct pg *pg, const struct org *org, const char *const *ids, size_t n_ids,
                 const char *name, timestamp now, struct arena *a,
                 struct token_revocation *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	struct strbuf list = {0};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	strbuf_putc(&list, '{');
	for (size_t i = 0; i < n_ids; i++)
		strbuf_printf(&list, "%s%s", i ? "," : "", ids[i]);
	strbuf_putc(&list, '}');
	pg_bind_int(&p, org->id);
	pg_bind_text(&p, strbuf_text(&list));
	pg_bind_text(&p, name);
	pg_bind_timestamp(&p, now);
	rc = pg_run(pg, STMT_TOKEN_REVOKE, &p, &result, err);
	strbuf_done(&list);
	if (rc < 0)
		return rc;
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct token_revoked, out->n + 1);
	for (int i = 0; i < (int)out->n; i++)
		out->rows[i] = (struct token_revoked){
		        .id = arena_strdup(a, pg_get_text(result, i, "token_id")),
		        .name = arena_strdup(a, pg_get_text(result, i, "name")),
		        .fresh = pg_get_bool(result, i, "fresh"),
		};
	return 0;
}

/* --- the api --- */

void token_find_bind(const char *id, struct pg_params *p)
{
	pg_bind_text(p, id);
}

static int hash_read(const PGresult *result, uint8_t out[KEY_SHA256_SIZE],
                     struct error *err)
{
	const char *text = pg_get_text(result, 0, "token_hash");
	size_t size = 0;
	unsigned char *bytes = PQunescapeBytea((const unsigned char *)text, &size);
	const bool fits = bytes && size == KEY_SHA256_SIZE;

	if (fits)
		memcpy(out, bytes, KEY_SHA256_SIZE);
	PQfreemem(bytes);
	return fits ? 0
	            : error_set(err, ERR_INTERNAL,
	                        "token_find: the hash cannot be decoded");
}

int token_find_read(const PGresult *result, struct arena *a, struct token_found *out,
                    struct error *err)
{
	struct token_found found = {0};
	int rc;

	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such token");
	if ((rc = hash_read(result, found.hash, err)) < 0)
		return rc;
	found.org.id = pg_get_int(result, 0, "org_id");
	found.org.slug = arena_strdup(a, pg_get_text(result, 0, "org_name"));
	found.principal_id = pg_get_key(result, 0, "principal_id");
	found.expires_at = pg_get_timestamp(result, 0, "expires_at");
	found.revoked_at = pg_get_timestamp(result, 0, "revoked_at");
	*out = found;
	return 0;
}

void principal_find_bind(const struct org *org, const struct key *principal_id,
                         struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, principal_id);
}

int principal_find_read(const PGresult *result, const struct key *principal_id,
                        struct arena *a, struct principal *out, struct error *err)
{
	const int n = PQntuples(result);
	struct principal found = {.id = *principal_id};

	if (n == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such principal");
	found.name = arena_strdup(a, pg_get_text(result, 0, "name"));
	found.kind = (enum principal_kind)pg_get_int(result, 0, "kind");
	found.enabled = pg_get_bool(result, 0, "enabled");
	for (int i = 0; i < n; i++) {
		int rc;

		if (pg_is_null(result, i, "role"))
			continue;
		rc = access_add_grant(&found.access,
		                      (enum role)pg_get_int(result, i, "role"),
		                      pg_get_text(result, i, "scope"), a, err);
		if (rc < 0)
			return error_wrap(err, "principal %s", found.name);
	}
	*out = found;
	return 0;
}

void token_used_bind(const struct org *org, const char *id, timestamp now,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_text(p, id);
	pg_bind_timestamp(p, now);
}
