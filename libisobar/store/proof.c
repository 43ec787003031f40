/* SPDX-License-Identifier: Apache-2.0 */
/* Closing by proof: from what a listing saw to what is closed, held or stale. */
#include "store/proof.h"

#include <stdlib.h>
#include <string.h>

#include "model/key.h"
#include "store/pg_encode.h"
#include "store/pg_listen.h"

/* --- arrays of scopes as parameters --- */

struct scope_arrays {
	struct strbuf sources, ids, texts, states, reasons, live, absent;
};

static void arrays_done(struct scope_arrays *s)
{
	strbuf_done(&s->sources);
	strbuf_done(&s->ids);
	strbuf_done(&s->texts);
	strbuf_done(&s->states);
	strbuf_done(&s->reasons);
	strbuf_done(&s->live);
	strbuf_done(&s->absent);
}

static void put_arrays(struct scope_arrays *out, const struct proof_scope *scopes, size_t n)
{
	pg_put_array_head(&out->sources, PG_OID_INT8, n);
	pg_put_array_head(&out->ids, PG_OID_INT8, n);
	pg_put_array_head(&out->texts, PG_OID_TEXT, n);
	pg_put_array_head(&out->states, PG_OID_INT2, n);
	pg_put_array_head(&out->reasons, PG_OID_TEXT, n);
	pg_put_array_head(&out->live, PG_OID_INT8, n);
	pg_put_array_head(&out->absent, PG_OID_INT8, n);
	for (size_t i = 0; i < n; i++) {
		const struct proof_scope *s = &scopes[i];

		pg_put_int8(&out->sources, s->source_id);
		pg_put_int8(&out->ids, s->scope_id);
		pg_put_text(&out->texts, s->scope);
		pg_put_int2(&out->states, (int)s->state);
		pg_put_text(&out->reasons, s->reason ? s->reason : "");
		pg_put_int8(&out->live, s->n_live);
		pg_put_int8(&out->absent, s->n_absent);
	}
}

/* The ids of the scopes in one state. */
static void put_ids(struct strbuf *out, const struct proof_scope *scopes, size_t n,
                    enum scope_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += scopes[i].state == state;
	pg_put_array_head(out, PG_OID_INT8, count);
	for (size_t i = 0; i < n; i++)
		if (scopes[i].state == state)
			pg_put_int8(out, scopes[i].scope_id);
}

static void bind_listing(struct pg_params *p, const struct proof_listing *l)
{
	pg_bind_int(p, l->org.id);
	pg_bind_int(p, l->run_id);
	pg_bind_int(p, l->part_no);
}

static void bind_misses(struct pg_params *p, int misses)
{
	if (misses)
		pg_bind_int(p, misses);
	else
		pg_bind_text(p, NULL);
}

/* --- the proof --- */

int proof_begin(struct pg *pg, const struct proof_scope *scopes, size_t n,
                struct error *err)
{
	int64_t last = 0;

	/* Connectors are few: an insertion in ascending order, so that nobody waits in a ring. */
	for (;;) {
		ARENA_SCOPED a = arena_new(256);
		struct pg_params p = {.arena = a};
		int64_t next = 0;
		bool any = false;
		int rc;

		for (size_t i = 0; i < n; i++)
			if (scopes[i].lock_key && (!last || scopes[i].lock_key > last) &&
			    (!any || scopes[i].lock_key < next)) {
				next = scopes[i].lock_key;
				any = true;
			}
		if (!any)
			break;
		pg_bind_int(&p, next);
		if ((rc = pg_run(pg, STMT_INGEST_LOCK, &p, NULL, err)) < 0)
			return rc;
		last = next;
	}
	return pg_command(
	        pg,
	        "set local enable_hashjoin = on; set local enable_seqscan = on; "
	        "set local enable_mergejoin = on; set local enable_material = on; "
	        "set local work_mem = '64MB'; "
	        "set local plan_cache_mode = force_custom_plan",
	        err);
}

static struct proof_scope *scope_of_id(struct proof_scope *scopes, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (scopes[i].scope_id == id && scopes[i].state == SCOPE_COMPLETE)
			return &scopes[i];
	return NULL;
}

static int judge(struct pg *pg, const struct proof_listing *l, struct proof_scope *scopes,
                 size_t n, struct arena *a, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf ids = {0};
	int rc;

	put_ids(&ids, scopes, n, SCOPE_COMPLETE);
	bind_listing(&p, l);
	pg_bind_binary(&p, ids.data, ids.size);
	bind_misses(&p, l->misses);
	rc = pg_run(pg, STMT_PROOF_COUNT, &p, &result, err);
	strbuf_done(&ids);
	if (rc < 0)
		return rc;
	for (int i = 0; i < PQntuples(result); i++) {
		const struct proof_counts c = {.n_seen = pg_get_int(result, i, "n_seen"),
		                               .n_live = pg_get_int(result, i, "n_live"),
		                               .n_absent =
		                                       pg_get_int(result, i, "n_absent"),
		                               .n_due = pg_get_int(result, i, "n_due")};
		struct proof_scope *s =
		        scope_of_id(scopes, n, pg_get_int(result, i, "scope_id"));
		char why[160];

		if (!s)
			continue;
		s->n_live = c.n_live;
		s->n_absent = c.n_due;
		s->state = proof_judge(&c, why, sizeof(why));
		s->reason = arena_strdup(a, why);
	}
	return 0;
}

/* What judge() has left in proof_finding. */
static int write_absence(struct pg *pg, const struct proof_listing *l,
                         const struct proof_scope *scopes, size_t n, int64_t *n_closed,
                         struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf closing = {0};
	int rc;

	put_ids(&closing, scopes, n, SCOPE_COMPLETE);
	pg_bind_int(&p, l->org.id);
	pg_bind_binary(&p, closing.data, closing.size);
	pg_bind_int(&p, l->proof_run_id);
	pg_bind_timestamp(&p, l->now);
	rc = pg_run(pg, STMT_PROOF_WRITE, &p, &result, err);
	strbuf_done(&closing);
	if (rc < 0)
		return rc;
	*n_closed = pg_get_int(result, 0, "n_closed");
	return pg_command(pg, "truncate proof_finding", err);
}

int proof_put_states(struct pg *pg, const struct proof_listing *l,
                     const struct proof_scope *scopes, size_t n, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	struct scope_arrays s = {0};
	int rc;

	put_arrays(&s, scopes, n);
	pg_bind_int(&p, l->org.id);
	pg_bind_int(&p, l->proof_run_id);
	pg_bind_timestamp(&p, l->now);
	pg_bind_binary(&p, s.sources.data, s.sources.size);
	pg_bind_binary(&p, s.ids.data, s.ids.size);
	pg_bind_binary(&p, s.texts.data, s.texts.size);
	pg_bind_binary(&p, s.states.data, s.states.size);
	pg_bind_binary(&p, s.reasons.data, s.reasons.size);
	pg_bind_binary(&p, s.live.data, s.live.size);
	pg_bind_binary(&p, s.absent.data, s.absent.size);
	pg_bind_text(&p, l->title ? l->title : "");
	rc = pg_run(pg, STMT_PROOF_STATE, &p, NULL, err);
	arrays_done(&s);
	return rc;
}

int proof_scopes(struct pg *pg, const struct proof_listing *l, struct proof_scope *scopes,
                 size_t n, struct arena *a, struct proof_result *out, struct error *err)
{
	int rc;

	*out = (struct proof_result){0};
	if (!n)
		return 0;
	if ((rc = judge(pg, l, scopes, n, a, err)) < 0 ||
	    (rc = write_absence(pg, l, scopes, n, &out->n_closed, err)) < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		struct proof_scope *s = &scopes[i];

		out->n_complete += s->state == SCOPE_COMPLETE;
		out->n_held += s->state == SCOPE_HELD;
		if (s->state != SCOPE_COMPLETE)
			continue;
		s->n_live -= s->n_absent; /* as it is now: these are closed */
		s->n_absent = 0;
	}
	return proof_put_states(pg, l, scopes, n, err);
}

int proof_forget(struct pg *pg, const struct proof_listing *l, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	bind_listing(&p, l);
	return pg_run(pg, STMT_SEEN_FORGET, &p, NULL, err);
}

/* --- scopes of a source --- */

int64_t ingest_lock_key(const struct org *org, const char *connector)
{
	const struct key key =
	        key_of_texts("ingest-lock/1", org->id, (const char *const[]){connector}, 1);

	return key_number(&key);
}

int proof_find_scopes(struct pg *pg, const struct org *org, const char *source,
                      const char *const *named, size_t n_named, struct arena *a,
                      struct proof_scope **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf texts = {0};
	int rc;

	pg_put_array_head(&texts, PG_OID_TEXT, n_named);
	for (size_t i = 0; i < n_named; i++)
		pg_put_text(&texts, named[i]);
	pg_bind_int(&p, org->id);
	pg_bind_text(&p, source);
	pg_bind_binary(&p, texts.data, texts.size);
	rc = pg_run(pg, STMT_PROOF_SCOPES, &p, &result, err);
	strbuf_done(&texts);
	if (rc < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct proof_scope, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = (struct proof_scope){
		        .source_id = pg_get_int(result, (int)i, "source_id"),
		        .scope_id = pg_get_int(result, (int)i, "scope_id"),
		        .scope = arena_strdup(a, pg_get_text(result, (int)i, "scope")),
		        .lock_key = ingest_lock_key(
		                org, pg_get_text(result, (int)i, "lock_name")),
		        .state = SCOPE_COMPLETE,
		        .reason = "",
		};
	return 0;
}

/* --- a person's word --- */

static int ask_held(struct pg *pg, const struct org *org, const char *source,
                    const char *scope, PGresult **out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_text(&p, source);
	pg_bind_text(&p, scope);
	return pg_run(pg, STMT_PROOF_HELD, &p, out, err);
}

int proof_held(struct pg *pg, const struct org *org, const char *source, const char *scope,
               struct arena *a, struct proof_held **out, size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = ask_held(pg, org, source, scope, &result, err);

	if (rc < 0)
		return rc;
	*n_out = 0;
	*out = ARENA_ARRAY(a, struct proof_held, (size_t)PQntuples(result) + 1);
	for (int i = 0; i < PQntuples(result); i++)
		if (!pg_get_bool(result, i, "live"))
			(*out)[(*n_out)++] = (struct proof_held){
			        .scope = arena_strdup(a, pg_get_text(result, i, "scope")),
			        .connector = arena_strdup(
			                a, pg_get_text(result, i, "lock_name")),
			        .n_live = pg_get_int(result, i, "n_live"),
			        .n_absent = pg_get_int(result, i, "n_absent"),
			};
	return 0;
}

struct confirmation {
	struct strbuf sources, scopes, runs;
	int misses;
};

static void confirmation_done(struct confirmation *c)
{
	strbuf_done(&c->sources);
	strbuf_done(&c->scopes);
	strbuf_done(&c->runs);
}

static void read_held(const PGresult *held, struct confirmation *out)
{
	const size_t n = (size_t)PQntuples(held);

	pg_put_array_head(&out->sources, PG_OID_INT8, n);
	pg_put_array_head(&out->scopes, PG_OID_INT8, n);
	pg_put_array_head(&out->runs, PG_OID_INT8, n);
	for (int i = 0; i < (int)n; i++) {
		pg_put_int8(&out->sources, pg_get_int(held, i, "source_id"));
		pg_put_int8(&out->scopes, pg_get_int(held, i, "scope_id"));
		pg_put_int8(&out->runs, pg_get_int(held, i, "run_id"));
		if (!pg_is_null(held, i, "misses"))
			out->misses = (int)pg_get_int(held, i, "misses");
	}
}

static int lock_held(struct pg *pg, const struct org *org, const PGresult *held,
                     struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	const size_t n = (size_t)PQntuples(held);
	struct proof_scope *scopes = ARENA_ARRAY(a, struct proof_scope, n + 1);

	for (size_t i = 0; i < n; i++)
		scopes[i] = (struct proof_scope){
		        .lock_key =
		                pg_get_bool(held, (int)i, "live")
		                        ? 0
		                        : ingest_lock_key(org, pg_get_text(held, (int)i,
		                                                           "lock_name"))};
	return proof_begin(pg, scopes, n, err);
}

static int close_held(struct pg *pg, const struct org *org, const PGresult *held,
                      timestamp now, const char *actor, int64_t *n_closed,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params close = {.arena = a}, state = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct confirmation c = {0};
	int rc;

	read_held(held, &c);
	pg_bind_int(&close, org->id);
	pg_bind_binary(&close, c.scopes.data, c.scopes.size);
	pg_bind_binary(&close, c.runs.data, c.runs.size);
	bind_misses(&close, c.misses);
	pg_bind_timestamp(&close, now);
	pg_bind_int(&state, org->id);
	pg_bind_binary(&state, c.sources.data, c.sources.size);
	pg_bind_binary(&state, c.scopes.data, c.scopes.size);
	pg_bind_timestamp(&state, now);
	pg_bind_text(&state, arena_printf(a, "confirmed by %s", actor));
	if ((rc = lock_held(pg, org, held, err)) == 0 &&
	    (rc = pg_run(pg, STMT_PROOF_CONFIRM, &close, &result, err)) == 0) {
		*n_closed = pg_get_int(result, 0, "n_closed");
		rc = pg_run(pg, STMT_PROOF_CONFIRMED, &state, NULL, err);
	}
	confirmation_done(&c);
	return rc;
}

int proof_confirm(struct pg *pg, const struct org *org, const char *source,
                  const char *scope, timestamp now, const char *actor, int64_t *n_closed,
                  struct error *err)
{
	CLEANUP(pg_clearp) PGresult *held = NULL;
	int rc;

	*n_closed = 0;
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = ask_held(pg, org, source, scope, &held, err)) == 0 &&
	    PQntuples(held) == 0)
		rc = error_set(err, ERR_NOT_FOUND,
		               "no scope of %s waits for a confirmation", source);
	if (rc == 0)
		rc = close_held(pg, org, held, now, actor, n_closed, err);
	if (rc == 0)
		rc = pg_command(pg, "notify " PG_CHANNEL_DIRTY, err);
	if (rc < 0 || (rc = pg_commit(pg, err)) < 0)
		pg_rollback(pg);
	return rc;
}
