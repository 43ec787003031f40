/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of former times to structs.  A former row says what the queue read of a risk; how
 * it stood between then and its next crossing is told by the same function as now.
 */
#include "store/as_of_store.h"

#include <string.h>

#include "model/risk_times.h"
#include "store/read_private.h"
#include "store/read_results.h"

#define RANK_BAND  4096 /* ranks of one band: 4 slots of 1024 scores */
#define RANK_SCORE 1024

/* --- binding --- */

static int lowest(unsigned int set, int n)
{
	int i = 0;

	while (i < n && !(set & 1u << i))
		i++;
	return i;
}

static int highest(unsigned int set, int n)
{
	int i = n - 1;

	while (i >= 0 && !(set & 1u << i))
		i--;
	return i;
}

void as_of_page_bind(const struct org *org, const struct as_of_query *q,
                     struct pg_params *p)
{
	static const unsigned int open =
	        1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;
	static const struct key none;
	/* Before the first row of the worst band asked for. */
	const int64_t start = (int64_t)(highest(q->bands, N_BANDS) + 1) * RANK_BAND;

	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, q->at);
	pg_bind_int(p, q->has_after ? q->after_rank : start);
	pg_bind_key(p, q->has_after ? &q->after_id : &none);
	pg_bind_set(p, q->responsibilities, N_VERDICTS);
	pg_bind_int(p, q->limit);
	if ((q->states & open) == open)
		pg_bind_text(p, NULL);
	else
		pg_bind_set(p, q->states, N_RISK_STATES);
	pg_bind_int(p, (int64_t)lowest(q->bands, N_BANDS) * RANK_BAND);
	pg_bind_set(p, q->bands, N_BANDS);
}

void as_of_risk_bind(const struct org *org, const struct key *risk_id, timestamp at,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, risk_id);
	pg_bind_timestamp(p, at);
}

/* --- reading --- */

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

/* row: rank, state and crossings as they were kept. */
static void read_common(const PGresult *result, int row, struct arena *a,
                        struct risk_row_times *times, struct queue_risk *out)
{
	const int64_t rank = pg_get_int(result, row, "rank");

	*times = (struct risk_row_times){
	        .band = (enum band)(rank / RANK_BAND),
	        .state = (enum risk_state)pg_get_int(result, row, "state"),
	        .responsibility = (enum verdict)pg_get_int(result, row, "responsibility"),
	        .score = (int)(rank % RANK_SCORE),
	        .rank = rank,
	        .due_at = pg_get_timestamp(result, row, "due_at"),
	        .next_crossing_at = TIMESTAMP_NONE,
	        .reopens_at = TIMESTAMP_NONE,
	        .soon_at = TIMESTAMP_NONE,
	        .resolved_at = TIMESTAMP_NONE};
	*out = (struct queue_risk){.id = pg_get_key(result, row, "risk_id"),
	                           .score = times->score,
	                           .band = times->band,
	                           .responsibility = times->responsibility,
	                           .layer = -1,
	                           .title = text_of(result, row, "title", a),
	                           .subject = text_of(result, row, "subject", a),
	                           .location = text_of(result, row, "location", a),
	                           .owner = pg_is_null(result, row, "owner")
	                                            ? NULL
	                                            : text_of(result, row, "owner", a),
	                           .resource = queue_resource_read(result, row, a),
	                           .opened_at = TIMESTAMP_NONE,
	                           .due_at = times->due_at,
	                           .resolved_at = TIMESTAMP_NONE};
}

static void stand(struct queue_risk *risk, const struct risk_row_times *times)
{
	risk->rank = times->rank;
	risk->state = times->state;
	risk->sla = risk_row_sla(times);
}

void as_of_page_read(const PGresult *result, struct arena *a, struct queue_page *out)
{
	out->n = (size_t)PQntuples(result);
	out->risks = ARENA_ARRAY(a, struct queue_risk, out->n + 1);
	for (int i = 0; i < (int)out->n; i++) {
		struct risk_row_times times;

		read_common(result, i, a, &times, &out->risks[i]);
		stand(&out->risks[i], &times);
	}
}

/* Members and witnesses of then are not kept. */
static void explanation_read(const PGresult *result, struct arena *a,
                             struct explanation *out)
{
	size_t n_basis;

	*out = (struct explanation){.control = "", .category = ""};
	if (pg_is_null(result, 0, "model"))
		return;
	out->model = text_of(result, 0, "model", a);
	out->inputs = pg_int_array(pg_get_text(result, 0, "inputs"), a, &out->n_inputs);
	out->points = pg_int_array(pg_get_text(result, 0, "points"), a, &out->n_points);
	out->basis = pg_int_array(pg_get_text(result, 0, "basis"), a, &n_basis);

	int64_t *none = ARENA_ARRAY(a, int64_t, out->n_inputs + 1);

	for (size_t i = 0; i < out->n_inputs; i++)
		none[i] = -1;
	out->witness = none;
	if (n_basis != out->n_inputs)
		out->basis = none;
}

int as_of_risk_read(const PGresult *result, timestamp at, struct arena *a,
                    struct explained_risk *out, struct error *err)
{
	struct risk_row_times times;
	struct queue_risk *risk = &out->risk;

	*out = (struct explained_risk){.why = {.control = "", .category = ""}};
	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "there was no such risk at that time");
	read_common(result, 0, a, &times, risk);
	times.next_crossing_at = pg_get_timestamp(result, 0, "next_crossing_at");
	times.reopens_at = pg_get_timestamp(result, 0, "reopens_at");
	times.soon_at = pg_get_timestamp(result, 0, "soon_at");
	risk_row_at(&times, at);
	risk->opened_at = pg_get_timestamp(result, 0, "opened_at");
	if (times.state == RISK_RESOLVED)
		times.resolved_at = risk->resolved_at =
		        pg_get_timestamp(result, 0, "resolved_at");
	stand(risk, &times);
	explanation_read(result, a, &out->why);
	return 0;
}

int as_of_horizon_check(const PGresult *result, timestamp at, struct error *err)
{
	const timestamp from = pg_get_timestamp(result, 0, "history_from");
	char text[TIMESTAMP_TEXT_MAX];

	if (from == TIMESTAMP_NONE || at >= from)
		return 0;
	return error_set(err, ERR_LIMIT, "the history reaches back to %s only",
	                 timestamp_format(from, text));
}

/* --- at once --- */

int as_of_check(struct pg *pg, const struct org *org, timestamp at, struct arena *a,
                struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_AS_OF_HORIZON, &p, &result, err)) < 0)
		return rc;
	return as_of_horizon_check(result, at, err);
}

int as_of_page(struct pg *pg, const struct org *org, const struct as_of_query *q,
               struct arena *a, struct queue_page *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	if ((rc = as_of_check(pg, org, q->at, a, err)) < 0)
		return rc;
	as_of_page_bind(org, q, &p);
	if ((rc = pg_run(pg, STMT_AS_OF_PAGE, &p, &result, err)) < 0)
		return rc;
	as_of_page_read(result, a, out);
	return 0;
}

int as_of_risk(struct pg *pg, const struct org *org, const struct key *risk_id,
               timestamp at, struct arena *a, struct explained_risk *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	if ((rc = as_of_check(pg, org, at, a, err)) < 0)
		return rc;
	as_of_risk_bind(org, risk_id, at, &p);
	if ((rc = pg_run(pg, STMT_AS_OF_RISK, &p, &result, err)) < 0)
		return rc;
	return as_of_risk_read(result, at, a, out, err);
}
