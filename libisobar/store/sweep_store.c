/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep is a decision of nobody: it reads risks as one of a person is read, and
 * writes them if nobody has written them since.
 */
#include "store/sweep_store.h"

#include "store/transition_store.h"

static const struct want crossed = {
        .kind = WANT_CROSSED, .until = TIMESTAMP_NONE, .actor = "system", .reason = ""};

static int find(struct pg *pg, const struct org *org, timestamp now, struct arena *a,
                PGresult **out, struct error *err)
{
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	pg_bind_int(&p, TRANSITION_MOST);
	return pg_run(pg, STMT_SWEEP_FIND, &p, out, err);
}

static int load(struct pg *pg, const struct org *org, const struct sla_policies *policies,
                const char *ids, timestamp now, struct arena *a,
                struct transition_risks *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	transition_load_bind_clocks(org, ids, policies, now, &p);
	if ((rc = pg_run(pg, STMT_DECIDE_LOAD, &p, &result, err)) < 0)
		return rc;
	return transition_load_read(result, policies, a, out, err);
}

static int write_lines(struct pg *pg, const struct transition_writing *w, struct arena *a,
                       struct sweep_result *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, w->org->id);
	pg_bind_text(&p, transition_lines_json(w, a));
	if ((rc = pg_run(pg, STMT_SWEEP_WRITE, &p, &result, err)) < 0)
		return rc;
	out->n_written = pg_get_int(result, 0, "n");
	out->n_marked = pg_get_int(result, 0, "marked");
	return 0;
}

int sweep_step(struct pg *pg, const struct org *org, const struct sla_policies *policies,
               timestamp now, struct sweep_result *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 20);
	CLEANUP(pg_clearp) PGresult *found = NULL;
	struct transition_risks risks;
	struct transition_line *lines;
	struct transition_writing w = {.org = org, .want = &crossed};
	int rc;

	*out = (struct sweep_result){0};
	if ((rc = find(pg, org, now, a, &found, err)) < 0)
		return rc;
	out->n_found = pg_get_int(found, 0, "n");
	if (!out->n_found)
		return 0;
	if ((rc = load(pg, org, policies, pg_get_text(found, 0, "ids"), now, a, &risks,
	               err)) < 0)
		return rc;
	lines = ARENA_ARRAY(a, struct transition_line, risks.n + 1);
	for (size_t i = 0; i < risks.n; i++) {
		struct transition_line *line = &lines[w.n];

		*line = (struct transition_line){
		        .risk = &risks.rows[i].risk, .done = "", .lost = ""};
		transition_decide(line->risk, &crossed, now, a, &line->decided);
		w.n += line->decided.outcome == TRANSITION_DONE;
	}
	w.lines = lines;
	return write_lines(pg, &w, a, out, err);
}

int sweep_rules(struct pg *pg, const struct org *org, timestamp now, int64_t *n_out,
                struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_RULES_DUE, &p, &result, err)) < 0)
		return rc;
	*n_out = pg_get_int(result, 0, "n");
	return 0;
}
