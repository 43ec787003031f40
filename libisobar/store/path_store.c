/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass over marked assets: every step is one statement over temporary tables, so
 * that its cost follows what was touched and not how much there is.
 */
#include "store/path_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/pg_binary.h"
#include "store/pg_copy.h"

#define PASS_MARKS 500000 /* marks a transaction */

/* Edges by which an attacker reaches a neighbour: bits of enum edge_kind. */
#define USABLE_EDGES                                                    \
	(1 << EDGE_ROUTES_TO | 1 << EDGE_RUNS_AS | 1 << EDGE_MAY_READ | \
	 1 << EDGE_MAY_ADMINISTER | 1 << EDGE_ATTACHED_TO | 1 << EDGE_CAN_ASSUME)

#define REACH_ALONG(reach)   ((reach)&0xffff)
#define REACH_AGAINST(reach) ((reach) >> 16)

int path_orgs(struct pg *pg, struct arena *a, struct org_list *out, struct error *err)
{
	return org_list_load(pg, STMT_PATH_MARKED, a, out, err);
}

static int copy_places(struct pg *pg, const struct path_rule_rows *rules, struct error *err)
{
	struct pg_copy *c =
	        pg_copy_begin(pg, "copy path_place from stdin (format binary)", 8);

	for (size_t i = 0; i < rules->n_places; i++) {
		const struct path_place_row *p = &rules->places[i];

		pg_copy_row(c);
		pg_copy_int2(c, p->rule);
		pg_copy_int2(c, p->place);
		pg_copy_text(c, p->id);
		pg_copy_bool(c, p->same);
		pg_copy_bool(c, p->is_last);
		pg_copy_bool(c, p->is_target);
		pg_copy_int4(c, p->reach);
		pg_copy_int2(c, p->n_clauses);
	}
	return pg_copy_end(c, err);
}

static void put_least(struct pg_copy *c, int level)
{
	if (level < 0)
		pg_copy_null(c);
	else
		pg_copy_int2(c, level);
}

static int copy_clauses(struct pg *pg, const struct path_rule_rows *rules,
                        struct error *err)
{
	struct pg_copy *c =
	        pg_copy_begin(pg, "copy path_clause from stdin (format binary)", 7);

	for (size_t i = 0; i < rules->n_clauses; i++) {
		const struct path_clause_row *row = &rules->clauses[i];

		pg_copy_row(c);
		pg_copy_int2(c, row->rule);
		pg_copy_int2(c, row->place);
		pg_copy_int8(c, row->elements);
		put_least(c, row->exposure);
		put_least(c, row->criticality);
		put_least(c, row->sensitivity);
		put_least(c, row->privilege);
	}
	return pg_copy_end(c, err);
}

/* One transaction of the pass. */
struct pass {
	struct pg *pg;
	const struct org *org;
	const struct path_rule_rows *rules;
	timestamp now;
	struct arena *a;
	struct error *err;
	bool has_edges;
};

/* Passes are rare and of any size: the planner may choose, and knows the tables. */
static int prepare(struct pass *p)
{
	int rc = pg_command(
	        p->pg,
	        "set local enable_hashjoin = on; set local enable_seqscan = on; "
	        "set local enable_bitmapscan = on; set local enable_material = on; "
	        "truncate path_place, path_clause, path_touched, path_start, path_edge, "
	        "path_near, path_fit, path_chain, path_found, path_found_member",
	        p->err);

	if (rc == 0)
		rc = copy_places(p->pg, p->rules, p->err);
	return rc < 0 ? rc : copy_clauses(p->pg, p->rules, p->err);
}

static int lock_org(struct pass *p)
{
	struct pg_params lock = {.arena = p->a};
	const struct key key = key_of_texts("path-lock/1", p->org->id, NULL, 0);

	pg_bind_int(&lock, pg_lock_key(p->pg, key_number(&key)));
	return pg_run(p->pg, STMT_SCORER_LOCK, &lock, NULL, p->err);
}

static int take_marks(struct pass *p, int64_t *n_touched)
{
	struct pg_params take = {.arena = p->a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&take, p->org->id);
	pg_bind_int(&take, PASS_MARKS);
	if ((rc = pg_run(p->pg, STMT_PATH_TAKE, &take, &result, p->err)) < 0)
		return rc;
	*n_touched = pg_get_int(result, 0, "n");
	p->has_edges = pg_get_bool(result, 0, "steps");
	return pg_command(p->pg, "analyze path_touched", p->err);
}

/* A statement that takes the org, and what the numbers say. */
static int run(struct pass *p, enum statement stmt, const int64_t *numbers, size_t n)
{
	struct pg_params params = {.arena = p->a};

	pg_bind_int(&params, p->org->id);
	for (size_t i = 0; i < n; i++)
		pg_bind_int(&params, numbers[i]);
	return pg_run(p->pg, stmt, &params, NULL, p->err);
}

static int run_alone(struct pass *p, enum statement stmt)
{
	return pg_run(p->pg, stmt, NULL, NULL, p->err);
}

/* What may have changed, and what rules ask of it. */
static int look_around(struct pass *p)
{
	const int64_t numbers[] = {REACH_ALONG(p->rules->reach),
	                           REACH_AGAINST(p->rules->reach), p->rules->steps_max};
	int rc = p->has_edges ? run(p, STMT_PATH_START, numbers, N_ELEMENTS(numbers))
	                      : run(p, STMT_PATH_START_ALONE, NULL, 0);

	if (rc == 0)
		rc = pg_command(p->pg, "analyze path_start", p->err);
	if (rc == 0 && p->has_edges)
		rc = run(p, STMT_PATH_EDGES, numbers, N_ELEMENTS(numbers));
	if (rc == 0)
		rc = pg_command(p->pg, "analyze path_edge", p->err);
	if (rc == 0)
		rc = run(p, STMT_PATH_NEAR, NULL, 0);
	return rc < 0 ? rc : pg_command(p->pg, "analyze path_near", p->err);
}

static int find(struct pass *p)
{
	struct pg_params hops = {.arena = p->a};
	int rc;

	pg_bind_int(&hops, p->rules->hops_max);
	if ((rc = run_alone(p, STMT_PATH_FIT)) < 0 ||
	    (rc = pg_command(p->pg, "analyze path_fit", p->err)) < 0 ||
	    (rc = pg_run(p->pg, STMT_PATH_CHAIN, &hops, NULL, p->err)) < 0 ||
	    (rc = pg_command(p->pg, "analyze path_chain", p->err)) < 0 ||
	    (rc = run_alone(p, STMT_PATH_FOUND)) < 0)
		return rc;
	return run(p, STMT_PATH_FOUND_MEMBERS, NULL, 0);
}

static int write_found(struct pass *p)
{
	struct pg_params params = {.arena = p->a};
	const int64_t usable[] = {USABLE_EDGES};
	int rc;

	pg_bind_int(&params, p->org->id);
	pg_bind_timestamp(&params, p->now);
	if ((rc = pg_run(p->pg, STMT_PATH_WRITE, &params, NULL, p->err)) < 0 ||
	    (rc = run(p, STMT_PATH_WRITE_MEMBERS, NULL, 0)) < 0 ||
	    (rc = run(p, STMT_PATH_WRITE_ASSETS, NULL, 0)) < 0)
		return rc;
	return p->has_edges ? run(p, STMT_PATH_ADJACENT, usable, 1)
	                    : run(p, STMT_PATH_ADJACENT_NONE, NULL, 0);
}

static int run_pass(struct pass *p, int64_t *n_touched)
{
	int rc;

	if ((rc = lock_org(p)) < 0 || (rc = prepare(p)) < 0 ||
	    (rc = take_marks(p, n_touched)) < 0)
		return rc;
	if (*n_touched &&
	    ((rc = look_around(p)) < 0 || (rc = find(p)) < 0 || (rc = write_found(p)) < 0))
		return rc;
	return 0;
}

int path_pass_within(struct pg *pg, const struct org *org,
                     const struct path_rule_rows *rules, timestamp now, int64_t *n_touched,
                     struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pass p = {
	        .pg = pg, .org = org, .rules = rules, .now = now, .a = a, .err = err};

	*n_touched = 0;
	return run_pass(&p, n_touched);
}

int path_pass(struct pg *pg, const struct org *org, const struct path_rule_rows *rules,
              timestamp now, int64_t *n_touched, struct error *err)
{
	int rc;

	*n_touched = 0;
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = path_pass_within(pg, org, rules, now, n_touched, err)) < 0) {
		pg_rollback(pg);
		return rc;
	}
	return pg_commit(pg, err);
}

/* --- of a slice --- */

static int by_member(const void *pa, const void *pb)
{
	const struct stored_path_level *a = pa, *b = pb;
	const int d = key_cmp(&a->asset_id, &b->asset_id);

	return d ? d : key_cmp(&a->risk_id, &b->risk_id);
}

static void read_levels(struct score_slice *out, const PGresult *levels, struct arena *a)
{
	out->n_levels = (size_t)PQntuples(levels);
	out->levels = ARENA_ARRAY(a, struct stored_path_level, out->n_levels + 1);
	for (size_t i = 0; i < out->n_levels; i++) {
		struct binary_row r = {levels, (int)i, 0};

		out->levels[i].asset_id = next_key(&r);
		out->levels[i].risk_id = next_key(&r);
		out->levels[i].level = next_int2(&r);
	}
	qsort(out->levels, out->n_levels, sizeof(*out->levels), by_member);
}

static bool is_same_path(const struct stored_path *a, const struct stored_path *b)
{
	return key_cmp(&a->target_id, &b->target_id) == 0 &&
	       key_cmp(&a->entry_id, &b->entry_id) == 0 && strcmp(a->rule, b->rule) == 0;
}

/* Adds the member at the end of a row to its path; room is for all members. */
static void read_step(struct stored_path *p, struct binary_row *r, size_t room,
                      struct arena *a)
{
	size_t n_sources, n_inputs;

	if (next_is_null(r))
		return;
	const int64_t clauses = next_int8(r);

	p->n_findings += next_int4(r);
	const int64_t *sources = next_int8_array(r, a, &n_sources);
	const int32_t *inputs = next_int4_array(r, a, &n_inputs);
	int64_t *all = ARENA_ARRAY(a, int64_t, p->n_source_ids + n_sources + 1);

	if (p->n_source_ids)
		memcpy(all, p->source_ids, p->n_source_ids * sizeof(*all));
	if (n_sources)
		memcpy(all + p->n_source_ids, sources, n_sources * sizeof(*all));
	p->source_ids = all;
	p->n_source_ids += n_sources;
	if (n_inputs != SCORE_N_INPUTS)
		return; /* of another model's making */
	if (!p->steps)
		p->steps = arena_alloc_array(a, room, sizeof(*p->steps));
	p->steps[p->n_steps].clauses = clauses;
	memcpy(p->steps[p->n_steps++].inputs, inputs, SCORE_N_INPUTS * sizeof(*inputs));
}

void path_slice_read(struct score_slice *out, const PGresult *levels, const PGresult *paths,
                     struct arena *a)
{
	const int rows = PQntuples(paths);

	read_levels(out, levels, a);
	out->paths = ARENA_ARRAY(a, struct stored_path, (size_t)rows + 1);
	for (int i = 0; i < rows; i++) {
		struct binary_row r = {paths, i, 0};
		struct stored_path *last = &out->paths[out->n_paths], row = {0};

		row.target_id = next_key(&r);
		row.entry_id = next_key(&r);
		row.rule = next_value(&r);
		row.level = next_int2(&r);
		row.last_level = next_int2(&r);
		row.proof_run_id = next_int8(&r);
		row.entry = next_value(&r);
		row.entry_exposure = next_int2(&r);
		if (out->n_paths && is_same_path(&row, last - 1))
			last--;
		else
			out->n_paths++, *last = row;
		read_step(last, &r, (size_t)(rows - i), a);
	}
}
