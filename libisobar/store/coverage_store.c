/* SPDX-License-Identifier: Apache-2.0 */
#include "store/coverage_store.h"

#include <string.h>

#include "base/attr.h"
#include "model/json_write.h"

/* --- what the statements and the objects share --- */

static void bind_or_null(struct pg_params *p, bool has, int64_t value)
{
	if (has)
		pg_bind_int(p, value);
	else
		pg_bind_text(p, NULL);
}

static void put_text(struct strbuf *b, const char *key, const PGresult *result, int row,
                     const char *field)
{
	json_write_stated(b, key, pg_get_text(result, row, field));
}

static void put_int(struct strbuf *b, const char *key, const PGresult *result, int row,
                    const char *field)
{
	if (pg_is_null(result, row, field))
		json_write_null(b, key);
	else
		json_write_int(b, key, pg_get_int(result, row, field));
}

static void put_time(struct strbuf *b, const char *key, const PGresult *result, int row,
                     const char *field)
{
	json_write_time(b, key, pg_get_timestamp(result, row, field));
}

static void put_kind(struct strbuf *b, bool is_live)
{
	json_write_text(b, "kind", is_live ? "live" : "files");
}

/* --- sources --- */

void coverage_sources_bind(const struct org *org, const struct source_filter *f,
                           timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_text(p, f->after_name);
	pg_bind_text(p, f->after_connector);
	pg_bind_int(p, f->limit);
	pg_bind_text(p, f->name);
	pg_bind_text(p, f->connector);
	pg_bind_timestamp(p, now - BLIND_AFTER);
}

static void put_last_run(struct strbuf *b, const PGresult *result, int row)
{
	if (pg_is_null(result, row, "run_id")) {
		json_write_null(b, "last_run");
		return;
	}
	json_write_open(b, "last_run", '{');
	put_int(b, "id", result, row, "run_id");
	json_write_text(
	        b, "state",
	        run_state_name((enum run_state)pg_get_int(result, row, "run_state")));
	put_time(b, "started_at", result, row, "started_at");
	put_time(b, "finished_at", result, row, "finished_at");
	put_int(b, "findings", result, row, "n_findings");
	put_int(b, "new", result, row, "n_new");
	put_int(b, "changed", result, row, "n_changed");
	put_int(b, "closed", result, row, "n_closed");
	put_text(b, "error", result, row, "error");
	json_write_close(b, '}');
}

static void put_coverage(struct strbuf *b, const PGresult *result, int row)
{
	static const char *const fields[N_SCOPE_STATES] = {
	        [SCOPE_MET] = "n_met",         [SCOPE_COMPLETE] = "n_complete",
	        [SCOPE_PARTIAL] = "n_partial", [SCOPE_DENIED] = "n_denied",
	        [SCOPE_LOST] = "n_lost",       [SCOPE_NOT_ENABLED] = "n_not_enabled",
	        [SCOPE_HELD] = "n_held",
	};

	json_write_open(b, "coverage", '{');
	for (int i = 0; i < N_SCOPE_STATES; i++)
		put_int(b, scope_state_name((enum scope_state)i), result, row, fields[i]);
	json_write_close(b, '}');
	put_int(b, "blind_spots", result, row, "n_blind");
}

void coverage_source_put(struct strbuf *b, const PGresult *result, int row)
{
	const int64_t interval = pg_get_int(result, row, "interval_s");

	put_text(b, "name", result, row, "name");
	put_text(b, "connector", result, row, "connector");
	put_kind(b, pg_get_int(result, row, "kind") == 1);
	json_write_bool(b, "enabled", pg_get_bool(result, row, "enabled"));
	if (interval > 0)
		json_write_int(b, "interval_seconds", interval);
	else
		json_write_null(b, "interval_seconds");
	put_int(b, "misses", result, row, "misses");
	put_time(b, "created_at", result, row, "created_at");
	put_time(b, "next_run_at", result, row, "next_run_at");
	put_last_run(b, result, row);
	put_coverage(b, result, row);
}

/* --- scopes --- */

void coverage_scopes_bind(const struct org *org, int64_t source_id, int state,
                          const char *after, int limit, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_int(p, source_id);
	bind_or_null(p, state >= 0, state);
	pg_bind_text(p, after);
	pg_bind_int(p, limit);
}

/* Members that scopes and blind spots have alike. */
static void put_scope(struct strbuf *b, const PGresult *result, int row)
{
	put_text(b, "scope", result, row, "scope");
	put_text(b, "title", result, row, "title");
	json_write_text(
	        b, "state",
	        scope_state_name((enum scope_state)pg_get_int(result, row, "state")));
	put_text(b, "reason", result, row, "reason");
	put_time(b, "met_at", result, row, "met_at");
	put_time(b, "complete_at", result, row, "complete_at");
	put_int(b, "live", result, row, "n_live");
}

void coverage_scope_put(struct strbuf *b, const PGresult *result, int row)
{
	json_write_open(b, NULL, '{');
	put_scope(b, result, row);
	put_int(b, "absent", result, row, "n_absent");
	put_int(b, "run_id", result, row, "run_id");
	put_int(b, "complete_run_id", result, row, "complete_run_id");
	json_write_close(b, '}');
}

/* --- blind spots --- */

void coverage_blind_bind(const struct org *org, const char *source, int state,
                         const struct blind_place *after, int limit, timestamp now,
                         struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now - BLIND_AFTER);
	pg_bind_text(p, source);
	bind_or_null(p, state >= 0, state);
	pg_bind_timestamp(p, after->since);
	pg_bind_int(p, after->source_id);
	pg_bind_int(p, after->scope_id);
	pg_bind_int(p, limit);
}

struct blind_place coverage_blind_place(const PGresult *result, int row)
{
	return (struct blind_place){
	        .since = pg_get_timestamp(result, row, "since"),
	        .source_id = pg_get_int(result, row, "source_id"),
	        .scope_id = pg_get_int(result, row, "scope_id"),
	};
}

void coverage_blind_put(struct strbuf *b, const PGresult *result, int row)
{
	json_write_open(b, NULL, '{');
	put_text(b, "source", result, row, "name");
	put_text(b, "connector", result, row, "connector");
	json_write_bool(b, "enabled", pg_get_bool(result, row, "enabled"));
	put_scope(b, result, row);
	put_time(b, "since", result, row, "since");
	json_write_close(b, '}');
}

/* --- runs --- */

void coverage_runs_bind(const struct org *org, const struct run_filter *f,
                        struct pg_params *p)
{
	pg_bind_int(p, org->id);
	bind_or_null(p, f->before > 0, f->before);
	pg_bind_int(p, f->limit);
	pg_bind_text(p, f->source);
	bind_or_null(p, f->state >= 0, f->state);
	bind_or_null(p, f->run_id > 0, f->run_id);
}

void coverage_run_put(struct strbuf *b, const PGresult *result, int row)
{
	put_int(b, "id", result, row, "run_id");
	put_kind(b, pg_get_bool(result, row, "is_live"));
	put_text(b, "name", result, row, "name");
	put_text(b, "source", result, row, "source");
	put_text(b, "connector", result, row, "connector");
	put_text(b, "format", result, row, "format");
	json_write_text(b, "state",
	                run_state_name((enum run_state)pg_get_int(result, row, "state")));
	put_time(b, "started_at", result, row, "started_at");
	put_time(b, "finished_at", result, row, "finished_at");
	put_text(b, "build", result, row, "build");
	put_int(b, "records", result, row, "n_records");
	put_int(b, "findings", result, row, "n_findings");
	put_int(b, "new", result, row, "n_new");
	put_int(b, "changed", result, row, "n_changed");
	put_int(b, "unchanged", result, row, "n_unchanged");
	put_int(b, "quarantined", result, row, "n_quarantined");
	put_int(b, "closed", result, row, "n_closed");
	put_int(b, "parts_planned", result, row, "n_parts");
	put_int(b, "parts_complete", result, row, "n_complete");
	put_text(b, "error", result, row, "error");
}

/* --- parts --- */

void coverage_parts_bind(const struct org *org, int64_t run_id, int after, int state,
                         int limit, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_int(p, run_id);
	bind_or_null(p, after >= 0, after);
	bind_or_null(p, state >= 0, state);
	pg_bind_int(p, limit);
}

void coverage_part_put(struct strbuf *b, const PGresult *result, int row)
{
	json_write_open(b, NULL, '{');
	put_int(b, "part", result, row, "part_no");
	put_text(b, "name", result, row, "name");
	put_text(b, "kind", result, row, "kind");
	put_text(b, "title", result, row, "title");
	json_write_raw(b, "scopes", pg_get_text(result, row, "scopes"));
	json_write_text(b, "state",
	                part_state_name((enum part_state)pg_get_int(result, row, "state")));
	put_int(b, "pages", result, row, "n_pages");
	put_int(b, "records", result, row, "n_records");
	put_int(b, "closed", result, row, "n_closed");
	put_text(b, "error", result, row, "error");
	put_time(b, "updated_at", result, row, "updated_at");
	json_write_close(b, '}');
}
