/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and scopes of live sources, as the collector keeps them. */
#include "store/source_runs.h"

#define PAGE 1000

/* --- runs --- */

struct source_run source_run_read(const PGresult *result, int row, struct arena *a)
{
	return (struct source_run){
	        .run_id = pg_get_int(result, row, "run_id"),
	        .state = (enum run_state)pg_get_int(result, row, "state"),
	        .started_at = pg_get_timestamp(result, row, "started_at"),
	        .finished_at = pg_get_timestamp(result, row, "finished_at"),
	        .n_parts = pg_get_int(result, row, "n_parts"),
	        .n_complete = pg_get_int(result, row, "n_complete"),
	        .n_records = pg_get_int(result, row, "n_records"),
	        .n_findings = pg_get_int(result, row, "n_findings"),
	        .n_new = pg_get_int(result, row, "n_new"),
	        .n_changed = pg_get_int(result, row, "n_changed"),
	        .n_closed = pg_get_int(result, row, "n_closed"),
	        .error = arena_strdup(a, pg_get_text(result, row, "error")),
	};
}

int source_run_list(struct pg *pg, const struct org *org, int64_t source_id, int limit,
                    struct arena *a, struct source_run **out, size_t *n_out,
                    struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id);
	pg_bind_int(&p, limit);
	if ((rc = pg_run(pg, STMT_LIVE_RUN_LIST, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct source_run, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = source_run_read(result, (int)i, a);
	return 0;
}

int source_ask(struct pg *pg, const struct org *org, int64_t source_id, timestamp now,
               struct source_asked *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_LIVE_SOURCE_ASK, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(
		        err, ERR_CONFLICT,
		        "the source is paused: isobar source resume lets it go on");
	out->last_id = pg_get_int(result, 0, "last_id");
	out->running_id = pg_get_int(result, 0, "running_id");
	return 0;
}

int source_progress(struct pg *pg, const struct org *org, int64_t source_id,
                    int64_t after_id, struct arena *a, struct source_progress *out,
                    struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id);
	pg_bind_int(&p, after_id);
	if ((rc = pg_run(pg, STMT_LIVE_RUN_FOLLOW, &p, &result, err)) < 0)
		return rc;
	out->run = source_run_read(result, 0, a);
	out->n_ended = pg_get_int(result, 0, "n_ended");
	out->is_held = pg_get_bool(result, 0, "is_held");
	return 0;
}

/* --- scopes --- */

timestamp source_scope_known_at(const struct source_scope *s)
{
	return s->complete_at == TIMESTAMP_NONE ? s->met_at : s->complete_at;
}

bool source_scope_is_blind(const struct source_scope *s, timestamp now)
{
	return scope_state_is_blind(s->state) ||
	       source_scope_known_at(s) < now - BLIND_AFTER;
}

static struct source_scope scope_read(const PGresult *result, int row, struct arena *a)
{
	return (struct source_scope){
	        .source = arena_strdup(a, pg_get_text(result, row, "name")),
	        .scope = arena_strdup(a, pg_get_text(result, row, "scope")),
	        .title = arena_strdup(a, pg_get_text(result, row, "title")),
	        .state = (enum scope_state)pg_get_int(result, row, "state"),
	        .reason = arena_strdup(a, pg_get_text(result, row, "reason")),
	        .met_at = pg_get_timestamp(result, row, "met_at"),
	        .complete_at = pg_get_timestamp(result, row, "complete_at"),
	        .n_live = pg_get_int(result, row, "n_live"),
	        .n_absent = pg_get_int(result, row, "n_absent"),
	};
}

static void bind_filter(const struct source_scope_filter *f, struct pg_params *p)
{
	pg_bind_text(p, f->source);
	pg_bind_timestamp(p, f->blind ? f->now - BLIND_AFTER : TIMESTAMP_NONE);
}

int source_scope_next(struct pg *pg, const struct org *org,
                      const struct source_scope_filter *filter,
                      const struct source_scope *after, struct arena *a,
                      struct source_scope **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	bind_filter(filter, &p);
	pg_bind_text(&p, after ? after->source : NULL);
	pg_bind_text(&p, after ? after->scope : NULL);
	pg_bind_int(&p, PAGE);
	if ((rc = pg_run(pg, STMT_LIVE_SCOPE_LIST, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct source_scope, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = scope_read(result, (int)i, a);
	return 0;
}
