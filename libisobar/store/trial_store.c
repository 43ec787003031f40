/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trial_store.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/pg_binary.h"
#include "store/pg_encode.h"
#include "store/risk_store_private.h"

#define RANKS_PAGE 50000

static int read_marks(struct pg *pg, const struct org *org, struct trial_marks *out,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_TRIAL_MARKS, &p, &result, err)) < 0)
		return rc;
	out->n_pending = pg_get_int(result, 0, "n");
	out->last = pg_get_int(result, 0, "last");
	return 0;
}

int trial_begin(struct pg *pg, const struct org *org, struct trial_marks *out,
                struct error *err)
{
	int rc;

	if ((rc = pg_begin(pg, err)) < 0 ||
	    (rc = pg_command(pg, "set transaction isolation level repeatable read", err)) <
	            0)
		return rc;
	return read_marks(pg, org, out, err);
}

int trial_take(struct pg *pg, const struct org *org, int shard,
               const struct trial_marks *marks, int64_t after, struct score_batch *out,
               struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params take = {.arena = a};
	int rc;

	pg_bind_int(&take, org->id);
	pg_bind_int(&take, shard);
	pg_bind_int(&take, after);
	pg_bind_int(&take, marks->last);
	if ((rc = score_assets_gather(pg, STMT_TRIAL_TAKE, &take, err)) < 0)
		return rc;
	return score_slices_count(pg, org, shard, out, err);
}

int trial_newest_mark(struct pg *pg, const struct org *org, int64_t *out, struct error *err)
{
	struct trial_marks marks;
	const int rc = read_marks(pg, org, &marks, err);

	if (rc == 0)
		*out = marks.last;
	return rc;
}

static int read_page(struct pg *pg, const struct org *org, const struct ranked_risk *after,
                     PGresult **out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, after->rank);
	pg_bind_key(&p, &after->risk_id);
	pg_bind_int(&p, RANKS_PAGE);
	return pg_run_binary(pg, STMT_OPEN_RANKS, &p, out, err);
}

int trial_ranks(struct pg *pg, const struct org *org, struct ranked_risk **out,
                size_t *n_out, struct error *err)
{
	struct ranked_risk after = {.rank = INT64_MAX};
	struct ranked_risk *all = NULL;
	size_t n = 0;
	int rows;

	do {
		CLEANUP(pg_clearp) PGresult *page = NULL;
		const int rc = read_page(pg, org, &after, &page, err);

		if (rc < 0) {
			free(all);
			return rc;
		}
		rows = PQntuples(page);
		all = xrealloc(all, (n + (size_t)rows + 1) * sizeof(*all));
		for (int i = 0; i < rows; i++) {
			struct binary_row r = {page, i, 0};

			all[n].risk_id = next_key(&r);
			all[n++].rank = next_int8(&r);
		}
		if (rows)
			after = all[n - 1];
	} while (rows == RANKS_PAGE);
	*out = all;
	*n_out = n;
	return 0;
}

static void put_keys(struct strbuf *b, const struct key *keys, size_t n)
{
	pg_put_array_head(b, PG_OID_UUID, n);
	for (size_t i = 0; i < n; i++)
		pg_put_key(b, &keys[i]);
}

int trial_names(struct pg *pg, const struct org *org, const struct key *ids,
                const struct key *assets, size_t n, struct arena *a,
                struct trial_name **out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf arrays[2] = {{0}, {0}};
	int rc;

	*out = ARENA_ARRAY(a, struct trial_name, n + 1);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = (struct trial_name){"", "", ""};
	put_keys(&arrays[0], ids, n);
	put_keys(&arrays[1], assets, n);
	pg_bind_int(&p, org->id);
	for (int i = 0; i < 2; i++)
		pg_bind_binary(&p, arrays[i].data, arrays[i].size);
	rc = n ? pg_run(pg, STMT_RISK_NAMES, &p, &result, err) : 0;
	for (int i = 0; i < 2; i++)
		strbuf_done(&arrays[i]);
	for (int i = 0; rc == 0 && n && i < PQntuples(result); i++)
		(*out)[pg_get_int(result, i, "place") - 1] = (struct trial_name){
		        arena_strdup(a, pg_get_text(result, i, "title")),
		        arena_strdup(a, pg_get_text(result, i, "subject")),
		        arena_strdup(a, pg_get_text(result, i, "asset"))};
	return rc;
}
