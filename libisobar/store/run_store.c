/* SPDX-License-Identifier: Apache-2.0 */
/* Leases of live sources, their runs and parts. */
#include "store/run_store.h"

#include <string.h>

#include "model/key.h"
#include "store/pg_encode.h"
#include "store/pg_listen.h"

/* --- leases --- */

int run_lease_take(struct pg *pg, const char *holder, timestamp now, int64_t lease,
                   const struct org *org, const char *name, struct arena *a,
                   struct run_source *out, bool *found, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_text(&p, holder);
	pg_bind_timestamp(&p, now);
	pg_bind_timestamp(&p, now + lease);
	if (org)
		pg_bind_int(&p, org->id);
	else
		pg_bind_text(&p, NULL);
	pg_bind_text(&p, name);
	*found = false;
	if ((rc = pg_run(pg, STMT_LEASE_TAKE, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return 0;
	*found = true;
	*out = (struct run_source){
	        .org = {.id = pg_get_int(result, 0, "org_id"),
	                .slug = arena_strdup(a, pg_get_text(result, 0, "slug"))},
	        .source_id = pg_get_int(result, 0, "source_id"),
	        .name = arena_strdup(a, pg_get_text(result, 0, "name")),
	        .connector = arena_strdup(a, pg_get_text(result, 0, "connector")),
	        .misses = (int)pg_get_int(result, 0, "misses"),
	        .interval = pg_get_int(result, 0, "interval_s") * USEC_PER_SEC,
	        .since = pg_get_timestamp(result, 0, "since"),
	        .taken_at = now,
	};
	return 0;
}

int run_lease_keep(struct pg *pg, timestamp until, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_timestamp(&p, until);
	return pg_run(pg, STMT_LEASE_KEEP, &p, NULL, err);
}

int run_lease_end(struct pg *pg, const struct run_source *s, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, s->source_id);
	return pg_run(pg, STMT_LEASE_END, &p, NULL, err);
}

/* --- runs --- */

static int find_open(struct pg *pg, const struct run_source *s, struct run_place *out,
                     struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, s->source_id);
	if ((rc = pg_run(pg, STMT_RUN_FIND, &p, &result, err)) < 0)
		return rc;
	out->resumed = PQntuples(result) > 0;
	if (out->resumed) {
		out->run_id = pg_get_int(result, 0, "run_id");
		out->started_at = pg_get_timestamp(result, 0, "started_at");
	}
	return 0;
}

static int take_over(struct pg *pg, const struct run_source *s, const char *holder,
                     timestamp now, const struct run_place *place, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, place->run_id);
	pg_bind_text(&p, holder);
	pg_bind_timestamp(&p, now);
	return pg_run(pg, STMT_RUN_TAKE_OVER, &p, NULL, err);
}

static int open_new(struct pg *pg, const struct run_source *s, const char *holder,
                    const char *build, timestamp now, struct run_place *out,
                    struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, s->source_id);
	pg_bind_text(&p, s->name);
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, build);
	pg_bind_text(&p, holder);
	if ((rc = pg_run(pg, STMT_RUN_OPEN, &p, &result, err)) < 0)
		return rc;
	out->run_id = pg_get_int(result, 0, "run_id");
	out->started_at = now;
	return 0;
}

int run_open(struct pg *pg, const struct run_source *s, const char *holder,
             const char *build, timestamp now, struct run_place *out, struct error *err)
{
	int rc;

	*out = (struct run_place){0};
	if ((rc = find_open(pg, s, out, err)) < 0)
		return rc;
	if (out->resumed)
		return take_over(pg, s, holder, now, out, err);
	return open_new(pg, s, holder, build, now, out, err);
}

/* --- parts --- */

/* Lines into an array. */
static void read_scopes(struct run_part *part, const char *lines, struct arena *a)
{
	size_t n = *lines != '\0';
	const char **out;

	for (const char *c = lines; *c; c++)
		n += *c == '\n';
	out = ARENA_ARRAY(a, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const size_t size = strcspn(lines, "\n");

		out[i] = arena_strndup(a, lines, size);
		lines += size + (lines[size] == '\n');
	}
	part->scopes = out;
	part->n_scopes = n;
}

int run_parts(struct pg *pg, const struct run_source *s, int64_t run_id, int part_no,
              int limit, struct arena *a, struct run_part **out, size_t *n_out,
              struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, run_id);
	pg_bind_int(&p, part_no);
	pg_bind_int(&p, limit);
	if ((rc = pg_run(pg, STMT_PART_LIST, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct run_part, *n_out + 1);
	for (int i = 0; i < (int)*n_out; i++) {
		struct run_part *part = &(*out)[i];

		*part = (struct run_part){
		        .part_no = (int)pg_get_int(result, i, "part_no"),
		        .name = arena_strdup(a, pg_get_text(result, i, "name")),
		        .kind = arena_strdup(a, pg_get_text(result, i, "kind")),
		        .data = arena_strdup(a, pg_get_text(result, i, "data")),
		        .title = arena_strdup(a, pg_get_text(result, i, "title")),
		        .state = (enum part_state)pg_get_int(result, i, "state"),
		        .cursor =
		                pg_is_null(result, i, "cursor")
		                        ? NULL
		                        : arena_strdup(a, pg_get_text(result, i, "cursor")),
		        .partial = arena_strdup(a, pg_get_text(result, i, "error")),
		        .n_pages = pg_get_int(result, i, "n_pages")};
		read_scopes(part, pg_get_text(result, i, "scopes"), a);
	}
	return 0;
}

static void put_lines(struct strbuf *out, const struct run_part *part)
{
	struct strbuf lines = {0};

	for (size_t i = 0; i < part->n_scopes; i++) {
		if (i)
			strbuf_puts(&lines, "\n");
		strbuf_puts(&lines, part->scopes[i]);
	}
	pg_put_text(out, strbuf_text(&lines));
	strbuf_done(&lines);
}

int run_add_parts(struct pg *pg, const struct run_source *s, int64_t run_id, timestamp now,
                  const struct run_part *parts, size_t n, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	struct strbuf names = {0}, kinds = {0}, data = {0}, scopes = {0}, titles = {0};
	struct strbuf *const all[] = {&names, &kinds, &data, &scopes, &titles};
	int rc;

	if (!n)
		return 0;
	for (size_t i = 0; i < N_ELEMENTS(all); i++)
		pg_put_array_head(all[i], PG_OID_TEXT, n);
	for (size_t i = 0; i < n; i++) {
		pg_put_text(&names, parts[i].name);
		pg_put_text(&kinds, parts[i].kind);
		pg_put_text(&data, parts[i].data);
		put_lines(&scopes, &parts[i]);
		pg_put_text(&titles, parts[i].title);
	}
	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, run_id);
	pg_bind_timestamp(&p, now);
	for (size_t i = 0; i < N_ELEMENTS(all); i++)
		pg_bind_binary(&p, all[i]->data, all[i]->size);
	rc = pg_run(pg, STMT_PART_ADD, &p, NULL, err);
	for (size_t i = 0; i < N_ELEMENTS(all); i++)
		strbuf_done(all[i]);
	return rc;
}

/* The statement has moved a row, or the lease is somebody else's. */
static int run_fenced(struct pg *pg, enum statement stmt, const struct pg_params *p,
                      const struct run_source *s, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, stmt, p, &result, err);

	if (rc < 0)
		return rc;
	if (pg_get_int(result, 0, "n") == 0)
		return error_set(err, ERR_CONFLICT, "the lease of %s is lost", s->name);
	return 0;
}

int run_advance(struct pg *pg, const struct run_source *s, const struct run_progress *r,
                timestamp now, timestamp lease_until, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, s->source_id);
	pg_bind_timestamp(&p, lease_until);
	pg_bind_int(&p, r->run_id);
	pg_bind_int(&p, r->part_no);
	pg_bind_text(&p, r->cursor);
	pg_bind_int(&p, r->cursor ? PART_LISTING : PART_LISTED);
	pg_bind_int(&p, r->n_records);
	pg_bind_int(&p, r->n_seen);
	pg_bind_text(&p, r->title);
	pg_bind_timestamp(&p, now);
	pg_bind_int(&p, r->counts.findings);
	pg_bind_int(&p, r->counts.fresh);
	pg_bind_int(&p, r->counts.changed);
	pg_bind_int(&p, r->counts.unchanged);
	pg_bind_int(&p, r->counts.quarantined);
	pg_bind_int(&p, r->counts.closed);
	pg_bind_text(&p, r->format);
	pg_bind_text(&p, r->partial);
	return run_fenced(pg, STMT_PART_ADVANCE, &p, s, err);
}

int run_restart_part(struct pg *pg, const struct run_source *s, int64_t run_id, int part_no,
                     timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, run_id);
	pg_bind_int(&p, part_no);
	pg_bind_timestamp(&p, now);
	return pg_run(pg, STMT_PART_RESTART, &p, NULL, err);
}

/* --- the end of a part --- */

static enum scope_state scope_state_of(enum part_state state)
{
	switch (state) {
	case PART_COMPLETE:
		return SCOPE_COMPLETE;
	case PART_DENIED:
		return SCOPE_DENIED;
	case PART_NOT_ENABLED:
		return SCOPE_NOT_ENABLED;
	default:
		return SCOPE_PARTIAL;
	}
}

static bool is_below(const char *scope, const char *named)
{
	const size_t n = strlen(named);

	return strncmp(scope, named, n) == 0 && (scope[n] == '\0' || scope[n] == '/');
}

/*
 * What the source itself knows of the scopes that the part names, however many tools
 * speak there: held when one of them is.
 */
static struct proof_scope *own_scopes(const struct run_source *s,
                                      const struct run_part_end *end,
                                      const struct proof_scope *found, size_t n_found,
                                      struct arena *a)
{
	const struct run_part *part = end->part;
	struct proof_scope *own = ARENA_ARRAY(a, struct proof_scope, part->n_scopes + 1);

	for (size_t i = 0; i < part->n_scopes; i++) {
		const struct key id = key_of_texts(
		        "scope/1", s->org.id,
		        (const char *const[]){s->connector, part->scopes[i]}, 2);

		own[i] = (struct proof_scope){.source_id = s->source_id,
		                              .scope_id = key_number(&id),
		                              .scope = part->scopes[i],
		                              .state = scope_state_of(end->state),
		                              .reason = end->reason};
		for (size_t j = 0; j < n_found; j++) {
			if (!is_below(found[j].scope, part->scopes[i]))
				continue;
			own[i].n_live += found[j].n_live;
			own[i].n_absent += found[j].n_absent;
			if (found[j].state != SCOPE_HELD || own[i].state == SCOPE_HELD)
				continue;
			own[i].state = SCOPE_HELD;
			own[i].reason = found[j].reason;
		}
	}
	return own;
}

static int write_end(struct pg *pg, const struct run_source *s,
                     const struct run_part_end *end, int64_t n_closed, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, s->source_id);
	pg_bind_int(&p, end->run_id);
	pg_bind_int(&p, end->part->part_no);
	pg_bind_int(&p, end->state);
	pg_bind_text(&p, end->reason);
	pg_bind_int(&p, n_closed);
	pg_bind_timestamp(&p, end->now);
	return run_fenced(pg, STMT_PART_END, &p, s, err);
}

static int prove_part(struct pg *pg, const struct run_source *s,
                      const struct run_part_end *end, struct arena *a,
                      struct proof_result *out, struct error *err)
{
	const struct run_part *part = end->part;
	const struct proof_listing listing = {.org = s->org,
	                                      .run_id = end->run_id,
	                                      .part_no = part->part_no,
	                                      .proof_run_id = end->run_id,
	                                      .misses = s->misses,
	                                      .title = part->title,
	                                      .now = end->now};
	struct proof_scope *found = NULL;
	size_t n = 0;
	int rc = 0;

	if (part->n_scopes &&
	    (rc = proof_find_scopes(pg, &s->org, s->name, part->scopes, part->n_scopes, a,
	                            &found, &n, err)) < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		found[i].state = scope_state_of(end->state);
		found[i].reason = end->reason;
	}
	if ((rc = proof_begin(pg, found, n, err)) < 0 ||
	    (rc = proof_scopes(pg, &listing, found, n, a, out, err)) < 0)
		return rc;
	if (part->n_scopes &&
	    (rc = proof_put_states(pg, &listing, own_scopes(s, end, found, n, a),
	                           part->n_scopes, err)) < 0)
		return rc;
	return proof_forget(pg, &listing, err);
}

int run_end_part(struct pg *pg, const struct run_source *s, const struct run_part_end *end,
                 struct proof_result *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	int rc;

	*out = (struct proof_result){0};
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = prove_part(pg, s, end, a, out, err)) < 0 ||
	    (rc = write_end(pg, s, end, out->n_closed, err)) < 0 ||
	    (rc = pg_command(pg, "notify " PG_CHANNEL_DIRTY, err)) < 0 ||
	    (rc = pg_commit(pg, err)) < 0)
		pg_rollback(pg);
	return rc;
}

/* --- the end of a run --- */

static int mark_lost(struct pg *pg, const struct run_source *s, int64_t run_id,
                     struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	pg_bind_text(&p, s->name);
	pg_bind_int(&p, run_id);
	return pg_run(pg, STMT_SCOPE_LOST, &p, NULL, err);
}

/* They are merged by now, or never will be. */
static int forget_statements(struct pg *pg, const struct run_source *s, int64_t run_id,
                             struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, run_id);
	return pg_run(pg, STMT_STATED_FORGET, &p, NULL, err);
}

static int write_run_end(struct pg *pg, const struct run_source *s, int64_t run_id,
                         const char *error, timestamp now, struct run_result *out,
                         struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, s->org.id);
	pg_bind_int(&p, s->source_id);
	pg_bind_int(&p, run_id);
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, error && *error ? error : NULL);
	pg_bind_timestamp(&p, s->taken_at);
	if ((rc = pg_run(pg, STMT_RUN_END, &p, &result, err)) < 0)
		return rc;
	*out = (struct run_result){
	        .state = (enum run_state)pg_get_int(result, 0, "state"),
	        .n_parts = pg_get_int(result, 0, "n_parts"),
	        .n_complete = pg_get_int(result, 0, "n_complete"),
	        .n_findings = pg_get_int(result, 0, "n_findings"),
	        .n_new = pg_get_int(result, 0, "n_new"),
	        .n_changed = pg_get_int(result, 0, "n_changed"),
	        .n_closed = pg_get_int(result, 0, "n_closed"),
	};
	return 0;
}

int run_end(struct pg *pg, const struct run_source *s, int64_t run_id, const char *error,
            timestamp now, struct run_result *out, struct error *err)
{
	int rc;

	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = mark_lost(pg, s, run_id, err)) < 0 ||
	    (rc = forget_statements(pg, s, run_id, err)) < 0 ||
	    (rc = write_run_end(pg, s, run_id, error, now, out, err)) < 0 ||
	    (rc = run_lease_end(pg, s, err)) < 0 || (rc = pg_commit(pg, err)) < 0)
		pg_rollback(pg);
	return rc;
}
