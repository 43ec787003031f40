/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people said of findings, from PostgreSQL: links, splits, and what they were.
 */
#include "store/risk_link_store.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "store/pg_encode.h"

static int by_link(const void *pa, const void *pb)
{
	return key_cmp(&((const struct risk_link *)pa)->finding_id,
	               &((const struct risk_link *)pb)->finding_id);
}

static int by_former(const void *pa, const void *pb)
{
	const struct former_link *a = pa, *b = pb;
	const int d = key_cmp(&a->finding_id, &b->finding_id);

	return d ? d : key_cmp(&a->risk_id, &b->risk_id);
}

static const char *text_or_null(const PGresult *rows, int i, const char *field,
                                struct arena *a)
{
	return pg_is_null(rows, i, field) ? NULL
	                                  : arena_strdup(a, pg_get_text(rows, i, field));
}

static struct key key_or_none(const PGresult *rows, int i, const char *field)
{
	return pg_is_null(rows, i, field) ? (struct key){{0}} : pg_get_key(rows, i, field);
}

static void read_rows(const PGresult *rows, struct arena *a, struct risk_links *out)
{
	const int n = PQntuples(rows);

	out->rows = ARENA_ARRAY(a, struct risk_link, (size_t)n + 1);
	out->former = ARENA_ARRAY(a, struct former_link, (size_t)n + 1);
	for (int i = 0; i < n; i++) {
		const int64_t kind = pg_get_int(rows, i, "kind");
		const struct former_link former = {
		        .finding_id = pg_get_key(rows, i, "finding_id"),
		        .asset_id = pg_get_key(rows, i, "asset_id"),
		        .risk_id = pg_get_key(rows, i, "risk_id")};

		if (kind < 0)
			out->former[out->n_former++] = former;
		else
			out->rows[out->n++] = (struct risk_link){
			        .finding_id = former.finding_id,
			        .asset_id = former.asset_id,
			        .named = pg_get_key(rows, i, "named"),
			        .risk_id = former.risk_id,
			        .kind = (enum risk_link_kind)kind,
			        .has_origin = !pg_is_null(rows, i, "origin"),
			        .origin = key_or_none(rows, i, "origin"),
			        .subject = text_or_null(rows, i, "subject", a),
			        .location = text_or_null(rows, i, "location", a),
			        .is_elsewhere = pg_get_bool(rows, i, "is_elsewhere"),
			        .has_heir = !pg_is_null(rows, i, "heir"),
			        .heir = key_or_none(rows, i, "heir"),
			        .heir_is_fresh = pg_get_bool(rows, i, "heir_is_fresh")};
	}
	qsort(out->rows, out->n, sizeof(*out->rows), by_link);
	qsort(out->former, out->n_former, sizeof(*out->former), by_former);
}

/* --- names of the risks --- */

struct risk_name {
	struct key risk_id, fingerprint;
};

static int by_name(const void *pa, const void *pb)
{
	const struct risk_name *a = pa, *b = pb;
	const int d = key_cmp(&a->risk_id, &b->risk_id);

	return d ? d : key_cmp(&a->fingerprint, &b->fingerprint);
}

static void attach_names(struct risk_links *links, const PGresult *rows, struct arena *a)
{
	const size_t n = (size_t)PQntuples(rows);
	struct risk_name *names = ARENA_ARRAY(a, struct risk_name, n + 1);
	struct key *keys = ARENA_ARRAY(a, struct key, n + 1);

	for (size_t i = 0; i < n; i++)
		names[i] = (struct risk_name){pg_get_key(rows, (int)i, "risk_id"),
		                              pg_get_key(rows, (int)i, "fingerprint")};
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++)
		keys[i] = names[i].fingerprint;
	for (size_t i = 0; i < links->n; i++) {
		struct risk_link *link = &links->rows[i];
		size_t low = 0, high = n;

		while (low < high) {
			const size_t mid = (low + high) / 2;

			if (key_cmp(&names[mid].risk_id, &link->risk_id) < 0)
				low = mid + 1;
			else
				high = mid;
		}
		link->names = &keys[low];
		while (low + link->n_names < n &&
		       key_cmp(&names[low + link->n_names].risk_id, &link->risk_id) == 0)
			link->n_names++;
	}
}

static int load_names(struct pg *pg, const struct org *org, struct arena *a,
                      struct risk_links *links, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	struct strbuf ids = {0};
	int rc;

	pg_put_array_head(&ids, PG_OID_UUID, links->n);
	for (size_t i = 0; i < links->n; i++)
		pg_put_key(&ids, &links->rows[i].risk_id);
	pg_bind_int(&p, org->id);
	pg_bind_binary(&p, ids.data, ids.size);
	rc = pg_run(pg, STMT_RISK_LINK_NAMES, &p, &rows, err);
	strbuf_done(&ids);
	if (rc == 0)
		attach_names(links, rows, a);
	return rc;
}

int risk_links_load(struct pg *pg, const struct org *org, struct arena *a,
                    struct risk_links *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	*out = (struct risk_links){0};
	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_RISK_LINKS, &p, &rows, err)) < 0)
		return rc;
	read_rows(rows, a, out);
	return out->n ? load_names(pg, org, a, out, err) : 0;
}
