/* SPDX-License-Identifier: Apache-2.0 */
#include "store/risk_sides.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/pg_binary.h"

#define SIDES_PAGE 50000

static void side_read(struct binary_row r, timestamp now, struct risk_side *out)
{
	out->risk_id = next_key(&r);
	out->asset_id = next_key(&r);
	out->at.rank = next_int8(&r);
	out->at.due_at = next_timestamp(&r);
	out->at.next_crossing_at = next_timestamp(&r);
	out->at.reopens_at = next_timestamp(&r);
	out->at.soon_at = next_timestamp(&r);
	out->at.resolved_at = next_timestamp(&r);
	out->at.score = next_int2(&r);
	out->at.band = (enum band)next_int2(&r);
	out->at.state = (enum risk_state)next_int2(&r);
	out->at.responsibility = (enum verdict)next_int2(&r);
	risk_row_at(&out->at, now);
}

static int read_page(struct pg *pg, const struct org *org, const struct key *after,
                     PGresult **out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_key(&p, after);
	pg_bind_int(&p, SIDES_PAGE);
	return pg_run_binary(pg, STMT_RISK_SIDES, &p, out, err);
}

int risk_sides_load(struct pg *pg, const struct org *org, timestamp now,
                    struct risk_side **out, size_t *n_out, struct error *err)
{
	struct key after = {{0}};
	struct risk_side *all = NULL;
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
		for (int i = 0; i < rows; i++)
			side_read((struct binary_row){page, i, 0}, now, &all[n++]);
		if (rows)
			after = all[n - 1].risk_id;
	} while (rows == SIDES_PAGE);
	*out = all;
	*n_out = n;
	return 0;
}
