/* SPDX-License-Identifier: Apache-2.0 */
#include "store/event_store.h"

#include <assert.h>

#include "model/json_write.h"
#include "model/risk_event.h"

void event_list_bind(const struct org *org, int64_t after, int limit, bool scoped,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_int(p, after);
	pg_bind_int(p, limit);
	pg_bind_bool(p, scoped);
}

int event_list_count(const PGresult *result)
{
	const int n = PQntuples(result);

	assert(n > 0);
	return pg_is_null(result, 0, "event_id") ? 0 : n;
}

static const char *text_or_null(const PGresult *result, int row, const char *field)
{
	return pg_is_null(result, row, field) ? NULL : pg_get_text(result, row, field);
}

void event_list_scope(const PGresult *result, int row, const char **account,
                      const char **owner)
{
	*account = text_or_null(result, row, "account");
	*owner = text_or_null(result, row, "owner");
}

void event_row_read(const PGresult *result, int row, struct event_row *out)
{
	*out = (struct event_row){
	        .seq = pg_get_int(result, row, "seq"),
	        .id = pg_get_int(result, row, "event_id"),
	        .risk_id = pg_get_key(result, row, "risk_id"),
	        .at = pg_get_timestamp(result, row, "at"),
	        .due_at = pg_get_timestamp(result, row, "due_at"),
	        .kind = (int)pg_get_int(result, row, "kind"),
	        .state = (enum risk_state)pg_get_int(result, row, "state"),
	        .band = (enum band)pg_get_int(result, row, "band"),
	        .score = (int)pg_get_int(result, row, "score"),
	        .actor = pg_get_text(result, row, "actor"),
	        .reason = pg_get_text(result, row, "reason"),
	        .has_cause = !pg_is_null(result, row, "cause_id"),
	        .cause_id = pg_get_key(result, row, "cause_id"),
	};
}

static void read_rows(const PGresult *result, int n, struct arena *a,
                      struct event_rows *out)
{
	*out = (struct event_rows){ARENA_ARRAY(a, struct event_row, (size_t)n + 1),
	                           (size_t)n};
	for (int i = 0; i < n; i++) {
		struct event_row *e = &out->rows[i];

		event_row_read(result, i, e);
		e->actor = arena_strdup(a, e->actor);
		e->reason = arena_strdup(a, e->reason);
	}
}

int event_list(struct pg *pg, const struct org *org, int64_t after, int limit,
               struct arena *a, struct event_rows *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	event_list_bind(org, after, limit, false, &p);
	if ((rc = pg_run(pg, STMT_EVENT_LIST, &p, &result, err)) < 0)
		return rc;
	read_rows(result, event_list_count(result), a, out);
	return 0;
}

void event_row_put(struct strbuf *b, const struct event_row *e)
{
	if (e->seq)
		json_write_int(b, "seq", e->seq);
	else
		json_write_null(b, "seq");
	json_write_int(b, "id", e->id);
	json_write_key(b, "risk_id", &e->risk_id);
	json_write_time(b, "at", e->at);
	json_write_text(b, "kind", risk_event_kind_name(e->kind));
	json_write_text(b, "state", risk_state_name(e->state));
	json_write_text(b, "band", band_name(e->band));
	json_write_int(b, "score", e->score);
	json_write_time(b, "due_at", e->due_at);
	json_write_text(b, "actor", e->actor);
	json_write_text(b, "reason", e->reason);
	if (e->has_cause)
		json_write_key(b, "cause", &e->cause_id);
	else
		json_write_null(b, "cause");
}
