/* SPDX-License-Identifier: Apache-2.0 */
#include "store/history_store.h"

#include "store/read_private.h"

void risk_history_bind(const struct org *org, const struct key *risk_id,
                       const struct history_place *after, int limit, timestamp now,
                       struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, risk_id);
	pg_bind_timestamp(p, after ? after->at : TIMESTAMP_NONE);
	pg_bind_int(p, after ? (int)after->source : 0);
	pg_bind_int(p, after ? after->number : 0);
	pg_bind_int(p, limit);
	pg_bind_timestamp(p, now);
}

/* A row of a result on its way into an entry. */
struct reader {
	const PGresult *result;
	int row;
	struct arena *arena;
};

static int number_of(const struct reader *r, const char *field)
{
	return pg_is_null(r->result, r->row, field)
	               ? HISTORY_NONE
	               : (int)pg_get_int(r->result, r->row, field);
}

static const char *text_of(const struct reader *r, const char *field)
{
	return arena_strdup(r->arena, pg_get_text(r->result, r->row, field));
}

static const int64_t *numbers_of(const struct reader *r, const char *field, size_t *n)
{
	return pg_int_array(pg_get_text(r->result, r->row, field), r->arena, n);
}

/* What was not kept at the time: of each input -1. */
static const int64_t *none_kept(size_t n, struct arena *a)
{
	int64_t *out = ARENA_ARRAY(a, int64_t, n + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = HISTORY_NONE;
	return out;
}

/* fields: model, inputs, points, basis. */
static struct explanation explanation_of(const struct reader *r,
                                         const char *const fields[4])
{
	struct explanation out = {.control = "", .category = ""};
	size_t n_basis;

	out.model = text_of(r, fields[0]);
	out.inputs = numbers_of(r, fields[1], &out.n_inputs);
	out.points = numbers_of(r, fields[2], &out.n_points);
	out.basis = numbers_of(r, fields[3], &n_basis);
	if (n_basis != out.n_inputs)
		out.basis = none_kept(out.n_inputs, r->arena);
	out.witness = none_kept(out.n_inputs, r->arena);
	return out;
}

static void entry_read(const struct reader *r, struct history_entry *e)
{
	static const char *const before[] = {"was_model", "was_inputs", "was_points",
	                                     "was_basis"};
	static const char *const after[] = {"model", "inputs", "points", "basis"};
	const PGresult *result = r->result;
	const int row = r->row;

	e->place = (struct history_place){
	        .at = pg_get_timestamp(result, row, "at"),
	        .source = (enum history_source)pg_get_int(result, row, "place"),
	        .number = pg_get_int(result, row, "no")};
	e->seq = pg_get_int(result, row, "seq");
	e->kind = number_of(r, "kind");
	e->state = number_of(r, "state");
	e->was_state = number_of(r, "was_state");
	e->band = number_of(r, "band");
	e->was_band = number_of(r, "was_band");
	e->score = number_of(r, "score");
	e->was_score = number_of(r, "was_score");
	e->due_at = pg_get_timestamp(result, row, "due_at");
	e->was_due_at = pg_get_timestamp(result, row, "was_due_at");
	e->actor = text_of(r, "actor");
	e->reason = text_of(r, "reason");
	e->comment = text_of(r, "comment");
	e->has_cause = !pg_is_null(result, row, "cause_id");
	e->cause_id = pg_get_key(result, row, "cause_id");
	e->mode = number_of(r, "mode");
	e->was_mode = number_of(r, "was_mode");
	e->alias_reason = number_of(r, "alias_reason");
	e->alias = pg_get_key(result, row, "alias");
	if (e->place.source != HISTORY_SCORE)
		return;
	e->from = explanation_of(r, before);
	e->to = explanation_of(r, after);
	e->is_merged = pg_get_bool(result, row, "is_merged");
}

void risk_history_read(const PGresult *result, const struct key *risk_id, struct arena *a,
                       struct history_entries *out)
{
	const int n = PQntuples(result);

	*out = (struct history_entries){ARENA_ARRAY(a, struct history_entry, (size_t)n + 1),
	                                (size_t)n};
	for (int i = 0; i < n; i++) {
		out->rows[i] = (struct history_entry){.risk_id = *risk_id};
		entry_read(&(struct reader){result, i, a}, &out->rows[i]);
	}
}

int risk_history(struct pg *pg, const struct org *org, const struct key *risk_id,
                 const struct history_place *after, int limit, timestamp now,
                 struct arena *a, struct history_entries *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	risk_history_bind(org, risk_id, after, limit, now, &p);
	if ((rc = pg_run(pg, STMT_RISK_HISTORY, &p, &result, err)) < 0)
		return rc;
	risk_history_read(result, risk_id, a, out);
	return 0;
}
