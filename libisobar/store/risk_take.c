/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a batch: the marks of a shard become slices of assets in batch_asset.
 */
#include <string.h>

#include "store/risk_store.h"
#include "store/risk_store_private.h"

int score_shard_of(const struct key *k)
{
	return k->bytes[0] >> 6;
}

/* Up to so many marks, to look each one's asset up costs less than to read all assets. */
#define FEW_MARKS 20000

/* The first or the last key of a shard. */
static struct key shard_end(int shard, uint8_t fill)
{
	struct key k;

	memset(k.bytes, fill, KEY_SIZE);
	k.bytes[0] = (uint8_t)(shard << 6 | (fill & 0x3f));
	return k;
}

int score_assets_gather(struct pg *pg, enum statement stmt, const struct pg_params *take,
                        struct error *err)
{
	const bool by_index = stmt == STMT_DIRTY_TAKE_FEW;
	int rc;

	if ((rc = pg_command(pg,
	                     by_index ? "truncate batch_asset, batch_change; "
	                                "set local enable_hashjoin = off; set local "
	                                "enable_seqscan = off"
	                              : "truncate batch_asset, batch_change; "
	                                "set local enable_hashjoin = on; set local "
	                                "enable_seqscan = on",
	                     err)) < 0 ||
	    (rc = pg_run(pg, stmt, take, NULL, err)) < 0)
		return rc;
	return pg_command(
	        pg,
	        "set local enable_hashjoin = off; set local enable_seqscan = off; "
	        "analyze batch_asset",
	        err);
}

int score_slices_count(struct pg *pg, const struct org *org, int shard,
                       struct score_batch *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params count = {.arena = a};
	const struct key first = shard_end(shard, 0), last = shard_end(shard, 0xff);
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&count, org->id);
	pg_bind_key(&count, &first);
	pg_bind_key(&count, &last);
	if ((rc = pg_run(pg, STMT_BATCH_SLICES, &count, &result, err)) < 0)
		return rc;
	out->n_slices = (int)pg_get_int(result, 0, "n");
	out->has_risks = pg_get_bool(result, 0, "risks");
	out->has_paths = pg_get_bool(result, 0, "paths");
	out->has_heirs = pg_get_bool(result, 0, "heirs");
	return 0;
}

int score_shard_lock(struct pg *pg, const struct org *org, int shard, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params lock = {.arena = a};
	const char shard_text[2] = {(char)('0' + shard), '\0'};
	const struct key key =
	        key_of_texts("score-lock/1", org->id, (const char *const[]){shard_text}, 1);

	pg_bind_int(&lock, pg_lock_key(pg, key_number(&key)));
	return pg_run(pg, STMT_SCORER_LOCK, &lock, NULL, err);
}

/* How many marks there are, at most one more than a batch looks at. */
static int count_marks(struct pg *pg, const struct org *org, int64_t n_marks,
                       int64_t *n_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, n_marks + 1);
	if ((rc = pg_run(pg, STMT_DIRTY_COUNT, &p, &result, err)) < 0)
		return rc;
	*n_out = pg_get_int(result, 0, "n");
	return 0;
}

int score_batch_begin(struct pg *pg, const struct org *org, int shard, int64_t n_marks,
                      struct score_batch *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	const struct key first = shard_end(shard, 0), last = shard_end(shard, 0xff);
	struct pg_params take = {.arena = a};
	int64_t n;
	int rc;

	pg_bind_int(&take, org->id);
	pg_bind_int(&take, n_marks);
	pg_bind_key(&take, &first);
	pg_bind_key(&take, &last);
	if ((rc = pg_begin(pg, err)) < 0 ||
	    (rc = score_shard_lock(pg, org, shard, err)) < 0 ||
	    (rc = count_marks(pg, org, n_marks, &n, err)) < 0 ||
	    (rc = score_assets_gather(
	             pg, n <= FEW_MARKS ? STMT_DIRTY_TAKE_FEW : STMT_DIRTY_TAKE, &take,
	             err)) < 0)
		return rc;
	out->took_all = n <= n_marks;
	return score_slices_count(pg, org, shard, out, err);
}
