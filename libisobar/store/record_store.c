/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two streams in the order of segments: their bodies, and the slots that findings stand
 * in.  The slots come by a cursor, since no index has them in this order.
 */
#include "store/record_store.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/pg_binary.h"
#include "store/pg_conn.h"
#include "store/read_private.h"

#define BODIES_PAGE 32

struct record_walk {
	struct pg *pg;
	struct org org;
	struct arena *arena;  /* of a segment */
	PGresult *bodies;     /* a page of segments */
	int body;             /* the next one of it */
	int64_t last_segment; /* of the page */
	PGresult *refs;       /* a batch of the cursor's; NULL: at its end */
	int ref;
};

int record_walk_begin(struct pg *pg, const struct org *org, struct record_walk **out,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	struct record_walk *w;
	struct strbuf sql = {0};
	int rc;

	pg_bind_int(&p, org->id);
	rc = pg_cursor_open(pg, pg_statement_text(pg_schema(pg), STMT_RECORD_REFS, &sql),
	                    &p, err);
	strbuf_done(&sql);
	if (rc < 0)
		return rc;
	w = xcalloc(1, sizeof(*w));
	w->pg = pg;
	w->org = *org;
	w->arena = arena_new(1 << 16);
	w->last_segment = INT64_MIN;
	if ((rc = pg_cursor_fetch(pg, &w->refs, err)) < 0) {
		record_walk_end(w);
		return rc;
	}
	*out = w;
	return 0;
}

static int read_bodies(struct record_walk *w, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	PQclear(w->bodies);
	w->bodies = NULL;
	w->body = 0;
	pg_bind_int(&p, w->org.id);
	pg_bind_int(&p, w->last_segment);
	pg_bind_int(&p, BODIES_PAGE);
	return pg_run_binary(w->pg, STMT_SEGMENT_PAGE, &p, &w->bodies, err);
}

/* The row of the cursor in hand, or false at its end. */
static int next_ref(struct record_walk *w, bool *more, struct error *err)
{
	int rc = 0;

	if (w->refs && w->ref == PQntuples(w->refs)) {
		PQclear(w->refs);
		w->refs = NULL;
		w->ref = 0;
		rc = pg_cursor_fetch(w->pg, &w->refs, err);
	}
	*more = rc == 0 && w->refs && PQntuples(w->refs) > 0;
	return rc;
}

/* The findings of a segment; what stands before belongs to segments that are gone. */
static int read_refs(struct record_walk *w, struct record_segment *s, struct error *err)
{
	size_t room = SEGMENT_SLOTS;
	bool more;
	int rc;

	s->findings = ARENA_ARRAY(w->arena, struct record_finding, room);
	while ((rc = next_ref(w, &more, err)) == 0 && more) {
		const int64_t segment = pg_get_int(w->refs, w->ref, "segment_id");

		if (segment > s->id)
			return 0;
		if (segment == s->id && s->n_findings < room)
			s->findings[s->n_findings++] = (struct record_finding){
			        .slot = (unsigned int)pg_get_int(w->refs, w->ref,
			                                         "segment_slot"),
			        .finding_id = pg_get_key(w->refs, w->ref, "finding_id"),
			        .content_hash =
			                pg_get_int(w->refs, w->ref, "content_hash")};
		w->ref++;
	}
	return rc;
}

int record_walk_next(struct record_walk *w, struct record_segment *out, struct error *err)
{
	struct error damage = {0};
	int rc;

	*out = (struct record_segment){0};
	arena_reset(w->arena);
	if ((!w->bodies || w->body == PQntuples(w->bodies)) &&
	    (rc = read_bodies(w, err)) < 0)
		return rc;
	if (w->body == PQntuples(w->bodies))
		return 0;
	struct binary_row r = {w->bodies, w->body, 0};
	const int size = PQgetlength(w->bodies, w->body, 4);

	w->body++;
	out->id = w->last_segment = next_int8(&r);
	out->run_id = next_int8(&r);
	out->format = next_value(&r);
	out->name = next_value(&r);
	if (segment_open(PQgetvalue(w->bodies, w->body - 1, 4), (size_t)size, w->arena,
	                 &out->text, &damage) < 0)
		out->damage = arena_strdup(w->arena, damage.text);
	out->around = out->text.around;
	if (out->around.needs == SEGMENT_NEEDS_UNSAID)
		out->around.format = out->format;
	rc = read_refs(w, out, err);
	return rc < 0 ? rc : 1;
}

static const char *raw_elsewhere(struct record_walk *w, const struct segment_slot *slot,
                                 size_t *size_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct segment_slot other;

	pg_bind_int(&p, w->org.id);
	pg_bind_int(&p, slot->other_segment);
	if (pg_run_binary(w->pg, STMT_SEGMENT_BODY, &p, &result, err) < 0)
		return NULL;
	if (!PQntuples(result)) {
		error_set(err, ERR_NOT_FOUND, "segment %lld is gone",
		          (long long)slot->other_segment);
		return NULL;
	}
	if (segment_read(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0),
	                 slot->other_slot, w->arena, &other, err) < 0)
		return NULL;
	*size_out = other.raw_size;
	return other.raw;
}

const char *record_walk_raw(struct record_walk *w, const struct record_segment *s,
                            unsigned int slot, size_t *size_out, struct error *err)
{
	struct segment_slot at;

	if (segment_slot_at(&s->text, slot, &at, err) < 0)
		return NULL;
	if (!at.raw && at.other_segment == s->id &&
	    segment_slot_at(&s->text, at.other_slot, &at, err) < 0)
		return NULL;
	if (!at.raw)
		return raw_elsewhere(w, &at, size_out, err);
	*size_out = at.raw_size;
	return at.raw;
}

void record_walk_end(struct record_walk *w)
{
	pg_cursor_close(w->pg);
	PQclear(w->bodies);
	PQclear(w->refs);
	arena_free(w->arena);
	free(w);
}

int record_missing(struct pg *pg, const struct org *org, struct arena *a,
                   struct record_missing **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_RECORD_MISSING, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct record_missing, *n_out + 1);
	for (int i = 0; i < PQntuples(result); i++)
		(*out)[i] = (struct record_missing){
		        .segment_id = pg_get_int(result, i, "segment_id"),
		        .run_id = pg_get_int(result, i, "run_id"),
		        .name = arena_strdup(a, pg_get_text(result, i, "name")),
		        .n = pg_get_int(result, i, "n")};
	return 0;
}
