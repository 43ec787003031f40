/* SPDX-License-Identifier: Apache-2.0 */
#include "store/acceptance_store.h"

#include "model/json_write.h"
#include "store/read_private.h"
#include "store/risk_marks.h"

static void bind_key(struct pg_params *p, bool has, const struct key *key)
{
	if (has)
		pg_bind_key(p, key);
	else
		pg_bind_text(p, NULL);
}

/* No request's key, whose answer would be kept. */
static void bind_no_request(struct pg_params *p, timestamp now)
{
	for (int i = 0; i < 3; i++)
		pg_bind_text(p, NULL);
	pg_bind_timestamp(p, now);
	pg_bind_int(p, 0);
	pg_bind_text(p, "");
}

/* --- asking --- */

void acceptance_put_bind(const struct org *org, const struct acceptance_row *row,
                         const char *actor, timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_text(p, actor);
	pg_bind_key(p, &row->id);
	bind_key(p, row->has_risk, &row->risk_id);
	pg_bind_text(p, row->has_risk || row->has_fix ? NULL : row->filter);
	bind_key(p, row->has_fix, &row->fix_id);
	pg_bind_text(p, row->reason);
	pg_bind_text(p, row->requested_by);
	pg_bind_timestamp(p, row->ends_at);
}

int acceptance_put(struct pg *pg, const struct org *org, const struct acceptance_row *row,
                   const char *actor, timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};

	acceptance_put_bind(org, row, actor, now, &p);
	bind_no_request(&p, now);
	return pg_run(pg, STMT_ACCEPTANCE_PUT, &p, NULL, err);
}

void acceptance_target_bind(const struct org *org, const struct acceptance_row *row,
                            timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	bind_key(p, row->has_risk, &row->risk_id);
	bind_key(p, row->has_fix, &row->fix_id);
	pg_bind_timestamp(p, row->ends_at);
	pg_bind_timestamp(p, now);
}

static int target(struct pg *pg, const struct org *org, const struct acceptance_row *row,
                  timestamp now, PGresult **out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	acceptance_target_bind(org, row, now, &p);
	return pg_run(pg, STMT_ACCEPTANCE_TARGET, &p, out, err);
}

int acceptance_bands(struct pg *pg, const struct org *org, const struct acceptance_row *row,
                     unsigned int *out, int64_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = target(pg, org, row, TIMESTAMP_NONE, &result, err);

	if (rc < 0)
		return rc;
	*out = (unsigned int)pg_get_int(result, 0, "bands");
	*n_out = pg_get_int(result, 0, "n");
	return 0;
}

int acceptance_has_risk(struct pg *pg, const struct org *org,
                        const struct acceptance_row *row, timestamp now, bool *out,
                        struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = target(pg, org, row, now, &result, err);

	if (rc == 0)
		*out = pg_get_int(result, 0, "n_accepted") > 0;
	return rc;
}

/* --- reading --- */

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

struct acceptance_row acceptance_row_read(const PGresult *result, int row, struct arena *a)
{
	return (struct acceptance_row){
	        .id = pg_get_key(result, row, "acceptance_id"),
	        .state = (enum acceptance_state)pg_get_int(result, row, "state"),
	        .has_risk = !pg_is_null(result, row, "risk_id"),
	        .has_fix = !pg_is_null(result, row, "fix_id"),
	        .risk_id = pg_get_key(result, row, "risk_id"),
	        .fix_id = pg_get_key(result, row, "fix_id"),
	        .filter = text_of(result, row, "filter", a),
	        .reason = text_of(result, row, "reason", a),
	        .requested_by = text_of(result, row, "requested_by", a),
	        .approved_by = text_of(result, row, "approved_by", a),
	        .requested_at = pg_get_timestamp(result, row, "requested_at"),
	        .approved_at = pg_get_timestamp(result, row, "approved_at"),
	        .starts_at = pg_get_timestamp(result, row, "starts_at"),
	        .ends_at = pg_get_timestamp(result, row, "ends_at"),
	        .actor = text_of(result, row, "actor", a),
	        .valid_from = pg_get_timestamp(result, row, "valid_from"),
	        .risk_title = text_of(result, row, "risk_title", a),
	        .account = text_of(result, row, "account", a),
	        .owner = pg_is_null(result, row, "owner")
	                         ? NULL
	                         : text_of(result, row, "owner", a),
	};
}

void acceptance_list_bind(const struct org *org, const struct acceptance_filter *f,
                          struct pg_params *p)
{
	pg_bind_int(p, org->id);
	if (f->state >= 0)
		pg_bind_int(p, f->state);
	else
		pg_bind_text(p, NULL);
	bind_key(p, f->has_after, &f->after);
	pg_bind_int(p, f->limit);
	bind_key(p, f->has_risk, &f->risk_id);
}

int acceptance_list(struct pg *pg, const struct org *org, const struct acceptance_filter *f,
                    struct arena *a, struct acceptance_row **out, size_t *n_out,
                    struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	acceptance_list_bind(org, f, &p);
	if ((rc = pg_run(pg, STMT_ACCEPTANCE_LIST, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct acceptance_row, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = acceptance_row_read(result, (int)i, a);
	return 0;
}

int acceptance_find(struct pg *pg, const struct org *org, const char *id, struct arena *a,
                    struct acceptance_row *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct key first, last;
	int rc;

	if ((rc = key_range(id, "acceptance", &first, &last, err)) < 0)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_key(&p, &first);
	pg_bind_key(&p, &last);
	if ((rc = pg_run(pg, STMT_ACCEPTANCE_FIND, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no acceptance %.40s", id);
	if (PQntuples(result) > 1)
		return error_set(err, ERR_CONFLICT,
		                 "several acceptances begin with %.40s: %s, %s%s", id,
		                 pg_get_text(result, 0, "acceptance_id"),
		                 pg_get_text(result, 1, "acceptance_id"),
		                 PQntuples(result) > 2 ? ", ..." : "");
	*out = acceptance_row_read(result, 0, a);
	return 0;
}

void acceptance_row_put(struct strbuf *b, const struct acceptance_row *r, timestamp now)
{
	json_write_key(b, "id", &r->id);
	json_write_text(b, "state", acceptance_state_name(r->state));
	json_write_bool(b, "holds",
	                r->state == ACCEPTANCE_APPROVED && r->starts_at <= now &&
	                        now < r->ends_at);
	if (r->has_risk)
		json_write_key(b, "risk", &r->risk_id);
	else
		json_write_null(b, "risk");
	if (r->has_fix)
		json_write_key(b, "fix", &r->fix_id);
	else
		json_write_null(b, "fix");
	json_write_stated(b, "where", r->filter);
	json_write_stated(b, "title", r->risk_title);
	json_write_text(b, "reason", r->reason);
	json_write_text(b, "requested_by", r->requested_by);
	json_write_time(b, "requested_at", r->requested_at);
	json_write_stated(b, "decided_by", r->approved_by);
	json_write_time(b, "decided_at", r->approved_at);
	json_write_time(b, "starts_at", r->starts_at);
	json_write_time(b, "ends_at", r->ends_at);
}

/* --- deciding --- */

void acceptance_decide_bind(const struct org *org, const struct acceptance_row *row,
                            enum acceptance_state to, const char *actor, const char *reason,
                            timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_text(p, actor);
	pg_bind_key(p, &row->id);
	pg_bind_int(p, row->state);
	pg_bind_int(p, to);
	pg_bind_text(p, reason);
}

/* A selector that this version does not know any more narrows nothing. */
void acceptance_marks_bind(const struct acceptance_row *row, enum acceptance_state to,
                           struct pg_params *p)
{
	const bool holds = to == ACCEPTANCE_APPROVED || row->state == ACCEPTANCE_APPROVED;
	struct selector *selector = ARENA_NEW(p->arena, struct selector);
	struct error err;
	const bool known =
	        !row->has_risk && !row->has_fix &&
	        selector_parse(row->filter, SELECTS_RISKS, p->arena, selector, &err) == 0;

	pg_bind_bool(p, holds && !row->has_risk);
	risk_narrow_bind(known ? selector : NULL, row->has_fix ? &row->fix_id : NULL, p);
}

int acceptance_decide(struct pg *pg, const struct org *org,
                      const struct acceptance_row *row, enum acceptance_state to,
                      const char *actor, const char *reason, timestamp now,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(2048);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	acceptance_decide_bind(org, row, to, actor, reason, now, &p);
	bind_no_request(&p, now);
	acceptance_marks_bind(row, to, &p);
	if ((rc = pg_run(pg, STMT_ACCEPTANCE_DECIDE, &p, &result, err)) < 0)
		return rc;
	return pg_get_bool(result, 0, "written")
	               ? 0
	               : error_set(err, ERR_CONFLICT,
	                           "somebody else has decided it meanwhile");
}

/* --- for scoring --- */

int acceptance_rules_load(struct pg *pg, const struct org *org, timestamp now,
                          struct arena *a, struct acceptance_rules *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	*out = (struct acceptance_rules){0};
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_ACCEPTANCE_RULES, &p, &result, err)) < 0)
		return rc;
	out->rows = ARENA_ARRAY(a, struct acceptance, (size_t)PQntuples(result) + 1);
	for (int i = 0; i < PQntuples(result); i++) {
		struct acceptance *x = &out->rows[out->n];

		*x = (struct acceptance){
		        .id = pg_get_key(result, i, "acceptance_id"),
		        .state = ACCEPTANCE_APPROVED,
		        .has_fix = !pg_is_null(result, i, "fix_id"),
		        .fix_id = pg_get_key(result, i, "fix_id"),
		        .starts_at = pg_get_timestamp(result, i, "starts_at"),
		        .ends_at = pg_get_timestamp(result, i, "ends_at"),
		        .approved_by = text_of(result, i, "approved_by", a),
		};
		/* What cannot be read accepts nothing. */
		if (x->has_fix || selector_parse(pg_get_text(result, i, "filter"),
		                                 SELECTS_RISKS, a, &x->selector, err) == 0)
			out->n++;
	}
	return 0;
}
