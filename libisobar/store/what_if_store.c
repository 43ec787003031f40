/* SPDX-License-Identifier: Apache-2.0 */
#include "store/what_if_store.h"

#include "base/attr.h"
#include "model/json_write.h"

static const char *const kinds[] = {
        [WHAT_IF_MODEL] = "model",
        [WHAT_IF_POLICY] = "policy",
        [WHAT_IF_CONTEXT] = "context",
};
static const char *const states[] = {
        [WHAT_IF_WAITING] = "waiting",
        [WHAT_IF_RUNNING] = "running",
        [WHAT_IF_DONE] = "done",
        [WHAT_IF_FAILED] = "failed",
};

void what_if_claim_put(struct strbuf *b, int field, int level, bool decided,
                       const char *asset, const char *reason)
{
	strbuf_printf(b, "%d\t%d\t%d\t%s\t%s\n", field, level, decided, asset, reason);
}

/* --- for the api --- */

void what_if_put_bind(const struct what_if_asked *asked, const char *principal,
                      timestamp now, struct pg_params *p)
{
	pg_bind_int(p, asked->org.id);
	pg_bind_key(p, &asked->id);
	pg_bind_int(p, asked->kind);
	pg_bind_text(p, asked->body);
	pg_bind_int(p, asked->movers);
	pg_bind_text(p, principal);
	pg_bind_timestamp(p, now);
}

void what_if_row_put(struct strbuf *b, const PGresult *result)
{
	const struct key id = pg_get_key(result, 0, "what_if_id");

	json_write_key(b, "id", &id);
	json_write_text(b, "kind", kinds[pg_get_int(result, 0, "kind")]);
	json_write_text(b, "state", states[pg_get_int(result, 0, "state")]);
	json_write_time(b, "asked_at", pg_get_timestamp(result, 0, "asked_at"));
	json_write_time(b, "finished_at", pg_get_timestamp(result, 0, "finished_at"));
	json_write_stated(b, "error", pg_get_text(result, 0, "error"));
	if (pg_is_null(result, 0, "report"))
		json_write_null(b, "report");
	else
		json_write_raw(b, "report", pg_get_text(result, 0, "report"));
}

/* --- for the scorer --- */

int what_if_sweep(struct pg *pg, timestamp now, bool *is_waiting, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	PGresult *result;
	int rc;

	pg_bind_timestamp(&p, now);
	pg_bind_int(&p, WHAT_IF_TRIES);
	pg_bind_timestamp(&p, now - WHAT_IF_KEPT_USEC);
	if ((rc = pg_run(pg, STMT_WHAT_IF_SWEEP, &p, &result, err)) < 0)
		return rc;
	*is_waiting = pg_get_bool(result, 0, "is_waiting");
	PQclear(result);
	return 0;
}

int what_if_take(struct pg *pg, struct arena *a, struct what_if_asked *out, bool *found,
                 struct error *err)
{
	struct pg_params p = {.arena = a};
	PGresult *result;
	int rc;

	pg_bind_int(&p, WHAT_IF_TRIES);
	if ((rc = pg_run(pg, STMT_WHAT_IF_TAKE, &p, &result, err)) < 0)
		return rc;
	*found = PQntuples(result) == 1;
	if (*found)
		*out = (struct what_if_asked){
		        .org = {.id = pg_get_int(result, 0, "org_id"),
		                .slug = arena_strdup(a, pg_get_text(result, 0, "name"))},
		        .id = pg_get_key(result, 0, "what_if_id"),
		        .kind = (enum what_if_kind)pg_get_int(result, 0, "kind"),
		        .body = arena_strdup(a, pg_get_text(result, 0, "body")),
		        .movers = (int)pg_get_int(result, 0, "movers"),
		        .n_tries = (int)pg_get_int(result, 0, "n_tries")};
	PQclear(result);
	return 0;
}

int what_if_end(struct pg *pg, const struct what_if_asked *asked, enum what_if_state state,
                const char *report, const char *why, timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, asked->org.id);
	pg_bind_key(&p, &asked->id);
	pg_bind_int(&p, state);
	pg_bind_text(&p, report);
	pg_bind_text(&p, why);
	pg_bind_timestamp(&p, now);
	return pg_run(pg, STMT_WHAT_IF_END, &p, NULL, err);
}
