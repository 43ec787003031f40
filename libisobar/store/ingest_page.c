/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of live runs: as files, but the run goes on from page to page. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/ingest_private.h"
#include "store/pg_listen.h"

#define SEGMENT_BITS 20 /* of a segment's id: its place in the run */

int ingest_begin_run(struct ingest *in, int64_t run_id, bool resumed, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int64_t first = run_id << SEGMENT_BITS;
	int rc;

	in->live = true;
	in->run_id = in->command_id = run_id;
	in->next_segment = 0;
	/* Whatever earlier pages named may still have to be joined. */
	in->aliases_met = in->assets_met = resumed;
	if (!resumed)
		return 0;
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, first);
	pg_bind_int(&p, (run_id + 1) << SEGMENT_BITS);
	if ((rc = pg_run(in->pg, STMT_SEGMENT_LAST, &p, &result, err)) < 0)
		return rc;
	const int64_t last = pg_get_int(result, 0, "segment_id");

	in->next_segment = last ? last - first + 1 : 0;
	return 0;
}

int ingest_begin_page(struct ingest *in, const char *name, int part_no, timestamp now,
                      struct error *err)
{
	const int rc = pg_begin(in->pg, err);

	assert(!in->open && in->live);
	if (rc < 0)
		return rc;
	in->open = true;
	in->options.now = now;
	in->keeps_seen = true;
	in->seen_run = in->run_id;
	in->seen_part = part_no;
	free(in->file);
	in->file = xstrdup(name);
	ingest_clear(in);
	return 0;
}

static int run_of(struct ingest *in, enum statement stmt, PGresult **result,
                  struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	return pg_run(in->pg, stmt, &p, result, err);
}

/* Temporary tables end with the connection, and a run may not. */
static int stage_statements(struct ingest *in, struct error *err)
{
	int rc;

	if (!in->statements_met)
		return 0;
	in->statements_met = false;
	if ((rc = run_of(in, STMT_STATED_STAGE, NULL, err)) < 0)
		return rc;
	return pg_command(in->pg, "truncate page_stated, page_claim, page_edge", err);
}

int ingest_write_page(struct ingest *in, struct ingest_counts *out, int64_t *n_seen,
                      struct error *err)
{
	int rc;

	assert(in->open);
	if ((rc = ingest_write_rest(in, err)) < 0 || (rc = stage_statements(in, err)) < 0)
		return rc;
	*out = in->counts;
	*n_seen = in->n_seen;
	return 0;
}

int ingest_commit_page(struct ingest *in, struct error *err)
{
	int rc;

	assert(in->open);
	if ((rc = pg_command(in->pg, "notify " PG_CHANNEL_DIRTY, err)) < 0 ||
	    (rc = pg_commit(in->pg, err)) < 0)
		return rc;
	in->open = false;
	return 0;
}

void ingest_abort_page(struct ingest *in)
{
	if (!in->open)
		return;
	ingest_rollback(in);
	in->open = false;
	in->statements_met = false;
	ingest_forget_sent(in);
}

/* Statements of all pages, merged as those of a command's files are. */
static int fill_statements(struct ingest *in, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	if ((rc = pg_begin(in->pg, err)) < 0)
		return rc;
	if ((rc = pg_command(in->pg, "truncate page_stated, page_claim, page_edge", err)) <
	            0 ||
	    (rc = run_of(in, STMT_STATED_FILL, &result, err)) < 0 ||
	    (rc = pg_commit(in->pg, err)) < 0) {
		pg_rollback(in->pg);
		return rc;
	}
	in->statements_met = pg_get_int(result, 0, "n") > 0;
	return 0;
}

int ingest_end_run(struct ingest *in, timestamp now, struct error *err)
{
	int rc;

	assert(!in->open);
	in->options.now = now;
	if ((rc = fill_statements(in, err)) < 0 || (rc = ingest_finish(in, NULL, err)) < 0)
		return rc;
	return pg_command(in->pg, "notify " PG_CHANNEL_DIRTY, err);
}
