/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of an operator become assets, his claims rows, and an asset what is known of it.
 */
#include "store/context_claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/finding.h"
#include "store/context_store.h"
#include "store/pg_encode.h"

/* --- words --- */

static struct key key_of_word(const struct org *org, const char *word, struct arena *a)
{
	struct resource r = {.raw = word};
	struct key key;

	if (strlen(word) == KEY_TEXT_MAX - 1 && key_parse(word, &key) == 0)
		return key;
	resource_canonicalize(&r, a);
	return asset_key_of(org, *r.id ? r.id : word);
}

static int ask_words(struct pg *pg, const struct org *org, const char *const *words,
                     size_t n, PGresult **out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	struct pg_params p = {.arena = a};
	struct strbuf keys = {0}, texts = {0};

	pg_put_array_head(&keys, PG_OID_UUID, n);
	pg_put_array_head(&texts, PG_OID_TEXT, n);
	for (size_t i = 0; i < n; i++) {
		const struct key key = key_of_word(org, words[i], a);

		pg_put_key(&keys, &key);
		pg_put_text(&texts, words[i]);
	}
	pg_bind_int(&p, org->id);
	pg_bind_binary(&p, keys.data, keys.size);
	pg_bind_binary(&p, texts.data, texts.size);
	const int rc = pg_run(pg, STMT_CONTEXT_NAMES, &p, out, err);

	strbuf_done(&keys);
	strbuf_done(&texts);
	return rc;
}

static int found(const PGresult *result, int row, const char *word, struct key *out,
                 struct error *err)
{
	const int64_t n = pg_get_int(result, row, "n");

	if (n == 0)
		return error_set(err, ERR_NOT_FOUND, "unknown asset \"%.120s\"", word);
	if (n > 1)
		return error_set(err, ERR_CONFLICT,
		                 "%lld assets are named \"%.120s\": give a full id",
		                 (long long)n, word);
	*out = pg_get_key(result, row, "asset_id");
	return 0;
}

int context_asset_find(struct pg *pg, const struct org *org, const char *word,
                       struct key *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = ask_words(pg, org, &word, 1, &result, err);

	return rc < 0 ? rc : found(result, 0, word, out, err);
}

/* --- claims of operators --- */

static int find_assets(struct pg *pg, const struct org *org, struct operator_claim *claims,
                       size_t n, int *line_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const char **words = ARENA_ARRAY(a, const char *, n);
	int rc;

	for (size_t i = 0; i < n; i++)
		words[i] = claims[i].asset;
	if ((rc = ask_words(pg, org, words, n, &result, err)) < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		rc = found(result, (int)i, claims[i].asset, &claims[i].asset_id, err);
		if (rc < 0) {
			*line_out = claims[i].line;
			return rc;
		}
	}
	return 0;
}

static int by_asset_field(const void *x, const void *y)
{
	const struct operator_claim *a = *(const struct operator_claim *const *)x;
	const struct operator_claim *b = *(const struct operator_claim *const *)y;
	const int order = key_cmp(&a->asset_id, &b->asset_id);

	if (order)
		return order;
	return a->field != b->field ? (int)a->field - (int)b->field : a->line - b->line;
}

/* One claim of a field of an asset: which of two would count? */
static int check_once(const struct operator_claim *claims, size_t n, int *line_out,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	const struct operator_claim **sorted =
	        ARENA_ARRAY(a, const struct operator_claim *, n);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &claims[i];
	qsort(sorted, n, sizeof(*sorted), by_asset_field);
	for (size_t i = 1; i < n; i++) {
		const struct operator_claim *x = sorted[i - 1], *y = sorted[i];

		if (key_cmp(&x->asset_id, &y->asset_id) != 0 || x->field != y->field)
			continue;
		*line_out = y->line;
		return error_set(err, ERR_INVALID,
		                 "%s of \"%.120s\" is stated in line %d already",
		                 context_field_name(y->field), y->asset, x->line);
	}
	return 0;
}

static int merge(struct pg *pg, const struct org *org, const struct operator_claim *claims,
                 size_t n, const char *actor, timestamp now, int64_t *n_changed,
                 struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 12);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf columns[5] = {{0}};

	for (size_t k = 0; k < N_ELEMENTS(columns); k++)
		pg_put_array_head(&columns[k],
		                  k == 0   ? PG_OID_UUID
		                  : k == 4 ? PG_OID_TEXT
		                           : PG_OID_INT2,
		                  n);
	for (size_t i = 0; i < n; i++) {
		pg_put_key(&columns[0], &claims[i].asset_id);
		pg_put_int2(&columns[1], (int)claims[i].field);
		pg_put_int2(&columns[2], claims[i].level);
		pg_put_int2(&columns[3], claims[i].decided);
		pg_put_text(&columns[4], claims[i].reason);
	}
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, actor);
	for (size_t k = 0; k < N_ELEMENTS(columns); k++)
		pg_bind_binary(&p, columns[k].data, columns[k].size);
	const int rc = pg_run(pg, STMT_OPERATOR_CLAIM_MERGE, &p, &result, err);

	for (size_t k = 0; k < N_ELEMENTS(columns); k++)
		strbuf_done(&columns[k]);
	if (rc == 0)
		*n_changed = pg_get_int(result, 0, "n");
	return rc;
}

static int find_all(struct pg *pg, const struct org *org, struct operator_claim *claims,
                    size_t n, int *line_out, struct error *err)
{
	int rc;

	*line_out = 0;
	/* Plans of the session are for chunks; here whole tables may meet. */
	if ((rc = pg_command(pg,
	                     "set local enable_hashjoin = on; "
	                     "set local enable_seqscan = on",
	                     err)) < 0 ||
	    (rc = find_assets(pg, org, claims, n, line_out, err)) < 0)
		return rc;
	return check_once(claims, n, line_out, err);
}

int operator_claims_check(struct pg *pg, const struct org *org,
                          struct operator_claim *claims, size_t n, int *line_out,
                          struct error *err)
{
	int rc = pg_begin(pg, err);

	if (rc == 0)
		rc = find_all(pg, org, claims, n, line_out, err);
	pg_rollback(pg);
	return rc;
}

int operator_claims_put(struct pg *pg, const struct org *org, struct operator_claim *claims,
                        size_t n, const char *actor, timestamp now, int64_t *n_changed,
                        int *line_out, struct error *err)
{
	int rc;

	if ((rc = find_all(pg, org, claims, n, line_out, err)) < 0 ||
	    (rc = merge(pg, org, claims, n, actor, now, n_changed, err)) < 0)
		return rc;
	return context_settle(pg, org, now, err);
}

int operator_claims_load(struct pg *pg, const struct org *org,
                         struct operator_claim *claims, size_t n, const char *actor,
                         timestamp now, int64_t *n_changed, int *line_out,
                         struct error *err)
{
	int rc;

	*line_out = 0;
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = operator_claims_put(pg, org, claims, n, actor, now, n_changed, line_out,
	                              err)) < 0 ||
	    (rc = pg_commit(pg, err)) < 0)
		pg_rollback(pg);
	return rc;
}

/* --- what is known --- */

static void read_asset(const PGresult *result, struct arena *a, struct context_view *out)
{
	static const char *const columns[N_CONTEXT_FIELDS] = {
	        "exposure", "criticality", "sensitivity", "privilege", "environment"};

	out->asset_id = pg_get_key(result, 0, "asset_id");
	out->resource = (struct resource){
	        .provider = (enum provider)pg_get_int(result, 0, "provider"),
	        .account = arena_strdup(a, pg_get_text(result, 0, "account")),
	        .region = arena_strdup(a, pg_get_text(result, 0, "region")),
	        .type = arena_strdup(a, pg_get_text(result, 0, "type")),
	        .name = arena_strdup(a, pg_get_text(result, 0, "name")),
	        .raw = "",
	        .id = arena_strdup(a, pg_get_text(result, 0, "id")),
	};
	out->tags = arena_strdup(a, pg_get_text(result, 0, "tags"));
	out->other_names = arena_strdup(a, pg_get_text(result, 0, "other_names"));
	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		out->levels[i] = (int)pg_get_int(result, 0, columns[i]);
}

static void read_claims(const PGresult *result, struct arena *a, struct context_view *out)
{
	out->n_claims = (size_t)PQntuples(result);
	out->claims = ARENA_ARRAY(a, struct known_claim, out->n_claims + 1);
	for (int i = 0; i < (int)out->n_claims; i++)
		out->claims[i] = (struct known_claim){
		        .field = (enum context_field)pg_get_int(result, i, "field"),
		        .level = (int)pg_get_int(result, i, "level"),
		        .decided = pg_get_bool(result, i, "decided"),
		        .origin = arena_strdup(a, pg_get_text(result, i, "origin")),
		        .evidence = arena_strdup(a, pg_get_text(result, i, "evidence")),
		        .actor = arena_strdup(a, pg_get_text(result, i, "actor")),
		        .asset = arena_strdup(a, pg_get_text(result, i, "asset")),
		        .valid_from = pg_get_timestamp(result, i, "valid_from"),
		};
}

static void read_edges(const PGresult *result, struct arena *a, struct context_view *out)
{
	out->n_edges = (size_t)PQntuples(result);
	out->edges = ARENA_ARRAY(a, struct known_edge, out->n_edges + 1);
	for (int i = 0; i < (int)out->n_edges; i++)
		out->edges[i] = (struct known_edge){
		        .kind = (enum edge_kind)pg_get_int(result, i, "kind"),
		        .incoming = pg_get_bool(result, i, "incoming"),
		        .other = arena_strdup(a, pg_get_text(result, i, "other")),
		        .sources = arena_strdup(a, pg_get_text(result, i, "sources")),
		};
}

static int ask(struct pg *pg, enum statement stmt, const struct org *org,
               const struct key *asset_id, PGresult **out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_key(&p, asset_id);
	return pg_run(pg, stmt, &p, out, err);
}

int context_view_load(struct pg *pg, const struct org *org, const struct key *asset_id,
                      struct arena *a, struct context_view *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *asset = NULL;
	CLEANUP(pg_clearp) PGresult *claims = NULL;
	CLEANUP(pg_clearp) PGresult *edges = NULL;
	int rc;

	if ((rc = ask(pg, STMT_CONTEXT_SHOW, org, asset_id, &asset, err)) < 0)
		return rc;
	if (PQntuples(asset) == 0)
		return error_set(err, ERR_NOT_FOUND, "the asset is gone");
	read_asset(asset, a, out);
	if ((rc = ask(pg, STMT_CONTEXT_CLAIMS, org, &out->asset_id, &claims, err)) < 0 ||
	    (rc = ask(pg, STMT_CONTEXT_EDGES, org, &out->asset_id, &edges, err)) < 0)
		return rc;
	read_claims(claims, a, out);
	read_edges(edges, a, out);
	return 0;
}
