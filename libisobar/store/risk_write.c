/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a slice comes to, on its way to the tables: staged by COPY, then written set-wise
 * while the next slice is computed.
 */
#include <string.h>

#include "base/strbuf.h"
#include "store/pg_copy.h"
#include "store/pg_encode.h"
#include "store/risk_store.h"

/* What is read is what was staged for it: a table that nothing is put into is not read. */
#define STAGE(table) "truncate " table "; copy " table " from stdin (format binary)"

static void put_key_or_null(struct pg_copy *c, bool there, const struct key *k)
{
	if (there)
		pg_copy_key(c, k);
	else
		pg_copy_null(c);
}

static void put_number_or_null(struct pg_copy *c, int64_t number)
{
	if (number)
		pg_copy_int8(c, number);
	else
		pg_copy_null(c);
}

/* The table's order: what is of one size and always there comes first, and is found at once. */
static void put_row(struct pg_copy *c, const struct risk_row *r)
{
	pg_copy_row(c);
	pg_copy_key(c, &r->risk_id);
	pg_copy_bool(c, r->is_new);
	pg_copy_bool(c, r->path_mark);
	pg_copy_bool(c, r->resumes);
	pg_copy_bool(c, r->accepted_by_rule);
	pg_copy_int4(c, r->n_findings);
	pg_copy_key(c, &r->asset_id);
	pg_copy_int8(c, r->rank);
	pg_copy_int8(c, r->state_hash);
	pg_copy_int8(c, r->version);
	pg_copy_int8(c, r->elements);
	pg_copy_timestamp(c, r->opened_at);
	pg_copy_timestamp(c, r->band_since);
	pg_copy_timestamp(c, r->rank_since);
	pg_copy_int2(c, r->score);
	pg_copy_int2(c, r->band);
	pg_copy_int2(c, r->state);
	pg_copy_int2(c, r->class);
	pg_copy_int2(c, r->responsibility);
	pg_copy_int2(c, r->layer);
	pg_copy_int2(c, (int)r->n_taken);
	pg_copy_int2(c, r->clock_mode);
	pg_copy_int2(c, r->former_kind);
	pg_copy_int2(c, r->owner_basis);
	pg_copy_timestamp(c, r->due_at);
	pg_copy_text(c, r->clock_reason);
	pg_copy_timestamp(c, r->next_crossing_at);
	pg_copy_timestamp(c, r->resolved_at);
	put_number_or_null(c, r->proof_run_id);
	put_key_or_null(c, r->has_fix, &r->fix_id);
	put_number_or_null(c, r->owner_id);
	put_number_or_null(c, r->policy_id);
	pg_copy_timestamp(c, r->reopens_at);
	pg_copy_timestamp(c, r->soon_at);
	pg_copy_timestamp(c, r->warn_at);
	put_key_or_null(c, r->has_acceptance, &r->acceptance_id);
	pg_copy_text(c, r->subject);
	pg_copy_text(c, r->location);
	pg_copy_text(c, r->title);
	pg_copy_int8_array(c, r->source_ids, r->n_source_ids);
	pg_copy_int4_array(c, r->inputs, SCORE_N_INPUTS);
	pg_copy_int2_array(c, r->points, SCORE_N_POINTS);
	pg_copy_bytes(c, r->basis, SCORE_N_INPUTS);
	pg_copy_bytes(c, r->witness, SCORE_N_INPUTS);
	pg_copy_key_array(c, r->members, r->n_members);
	pg_copy_int2_array(c, r->reasons, r->n_members);
	pg_copy_text(c, r->control);
	pg_copy_text(c, r->category);
}

static int copy_rows(struct pg *pg, const struct score_writes *w, struct error *err)
{
	struct pg_copy *copy = pg_copy_begin(pg, STAGE("page_risk"), 48);

	for (size_t i = 0; i < w->n_rows; i++)
		put_row(copy, &w->rows[i]);
	return pg_copy_end(copy, err);
}

/* Most often none. */
static int copy_segments(struct pg *pg, const struct score_writes *w, struct error *err)
{
	struct pg_copy *c = pg_copy_begin(pg, STAGE("page_segment"), 6);

	for (size_t i = 0; i < w->n_rows; i++)
		for (size_t k = 0; k < w->rows[i].n_taken; k++) {
			const struct risk_clock_segment *s = &w->rows[i].taken[k];

			pg_copy_row(c);
			pg_copy_key(c, &w->rows[i].risk_id);
			pg_copy_int2(c, (int)k);
			pg_copy_timestamp(c, s->from);
			pg_copy_int2(c, (int)s->mode);
			pg_copy_int2(c, (int)s->band);
			pg_copy_timestamp(c, s->due_at);
		}
	return pg_copy_end(c, err);
}

static int copy_events(struct pg *pg, const struct score_writes *w, struct error *err)
{
	struct pg_copy *c = pg_copy_begin(pg, STAGE("page_event"), 10);

	for (size_t i = 0; i < w->n_events; i++) {
		const struct risk_event *e = &w->events[i];

		pg_copy_row(c);
		pg_copy_key(c, &e->row->risk_id);
		pg_copy_timestamp(c, e->at);
		pg_copy_int2(c, e->kind);
		pg_copy_int2(c, e->state);
		pg_copy_int2(c, e->band);
		pg_copy_int2(c, e->score);
		pg_copy_timestamp(c, e->due_at);
		pg_copy_text(c, e->reason);
		put_number_or_null(c, e->run_id);
		put_key_or_null(c, e->has_cause, &e->cause_id);
	}
	return pg_copy_end(c, err);
}

static int copy_aliases(struct pg *pg, const struct score_writes *w, struct error *err)
{
	struct pg_copy *c = pg_copy_begin(pg, STAGE("page_risk_alias"), 3);

	for (size_t i = 0; i < w->n_aliases; i++) {
		pg_copy_row(c);
		pg_copy_key(c, &w->aliases[i].fingerprint);
		pg_copy_key(c, &w->aliases[i].risk_id);
		pg_copy_int2(c, w->aliases[i].reason);
	}
	return pg_copy_end(c, err);
}

static int copy_fixes(struct pg *pg, const struct score_writes *w, struct error *err)
{
	struct pg_copy *c = pg_copy_begin(pg, STAGE("page_fix"), 8);

	for (size_t i = 0; i < w->n_fixes; i++) {
		const struct fix_mark *m = &w->fixes[i];

		pg_copy_row(c);
		pg_copy_key(c, &m->fix.id);
		pg_copy_int2(c, m->is_told ? (int)m->fix.kind : -1);
		put_key_or_null(c, m->fix.has_upgrade, &m->fix.upgrade_id);
		put_key_or_null(c, m->fix.has_asset, &m->fix.asset_id);
		pg_copy_int2(c, m->fix.provider);
		pg_copy_text(c, m->fix.account);
		pg_copy_text(c, m->fix.subject);
		pg_copy_int8(c, (int64_t)m->parts);
	}
	return pg_copy_end(c, err);
}

/* One statement of the write-back; it takes now and model where they are given. */
static int send_write(struct pg *pg, enum statement stmt, const struct org *org,
                      timestamp now, const char *model, size_t *n, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	if (now != TIMESTAMP_NONE)
		pg_bind_timestamp(&p, now);
	if (model)
		pg_bind_text(&p, model);
	(*n)++;
	return pg_send(pg, stmt, &p, err);
}

static int send_changed_keep(struct pg *pg, size_t *n, struct error *err)
{
	(*n)++;
	return pg_send(pg, STMT_CHANGED_KEEP, NULL, err);
}

int score_writes_send(struct pg *pg, const struct org *org, timestamp now,
                      const char *model, const struct score_writes *w, size_t *n_sent_out,
                      struct error *err)
{
	const timestamp none = TIMESTAMP_NONE;
	size_t n = 0, n_new = 0, n_path_marks = 0, n_taken = 0;
	int rc = 0;

	for (size_t i = 0; i < w->n_rows; i++) {
		n_new += w->rows[i].is_new;
		n_path_marks += w->rows[i].path_mark;
		n_taken += w->rows[i].n_taken;
	}
	if (w->n_rows)
		rc = copy_rows(pg, w, err);
	if (rc == 0 && n_taken)
		rc = copy_segments(pg, w, err);
	if (rc == 0 && w->n_events)
		rc = copy_events(pg, w, err);
	if (rc == 0 && w->n_aliases)
		rc = copy_aliases(pg, w, err);
	if (rc == 0 && w->n_fixes)
		rc = copy_fixes(pg, w, err);
	if (rc == 0 && n_new < w->n_rows &&
	    ((rc = send_write(pg, STMT_STALE_DROP, org, none, NULL, &n, err)) < 0 ||
	     (rc = send_write(pg, STMT_RISK_KEEP_FORMER, org, none, model, &n, err)) < 0 ||
	     (rc = send_write(pg, STMT_RISK_UPDATE, org, none, NULL, &n, err)) < 0 ||
	     (rc = send_write(pg, STMT_EXPLANATION_UPDATE, org, none, model, &n, err)) < 0))
		return rc;
	if (rc == 0 && n_new &&
	    ((rc = send_write(pg, STMT_RISK_INSERT, org, none, NULL, &n, err)) < 0 ||
	     (rc = send_write(pg, STMT_EXPLANATION_INSERT, org, none, model, &n, err)) <
	             0 ||
	     (rc = send_write(pg, STMT_OPENED_INSERT, org, none, NULL, &n, err)) < 0))
		return rc;
	if (rc == 0 && n_taken)
		rc = send_write(pg, STMT_CLOCK_TAKE, org, none, NULL, &n, err);
	if (rc == 0 && w->n_rows &&
	    (rc = send_write(pg, STMT_CLOCK_INSERT, org, none, NULL, &n, err)) == 0)
		rc = send_changed_keep(pg, &n, err);
	if (rc == 0 && n_path_marks)
		rc = send_write(pg, STMT_PATH_MARK_INSERT, org, none, NULL, &n, err);
	if (rc == 0 && w->n_events)
		rc = send_write(pg, STMT_EVENT_INSERT, org, none, NULL, &n, err);
	if (rc == 0 && w->n_aliases)
		rc = send_write(pg, STMT_RISK_ALIAS_PUT, org, now, NULL, &n, err);
	if (rc == 0 && w->n_fixes)
		rc = send_write(pg, STMT_FIX_MARK_INSERT, org, none, NULL, &n, err);
	*n_sent_out += n;
	return rc;
}

int score_kind(enum band band, enum risk_state state, int responsibility)
{
	return ((int)band * N_RISK_STATES + (int)state) * N_VERDICTS + responsibility;
}

void score_stale_uncount(const PGresult *result, struct score_counts *counts)
{
	int64_t *all = &counts->n[0][0][0];

	for (int i = 0; i < PQntuples(result); i++) {
		const int kind = score_kind((enum band)pg_get_int(result, i, "band"),
		                            (enum risk_state)pg_get_int(result, i, "state"),
		                            (int)pg_get_int(result, i, "responsibility"));

		all[kind]--;
		all[pg_get_int(result, i, "former_kind")]++;
	}
}

int score_counts_write(struct pg *pg, const struct org *org,
                       const struct score_counts *counts, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	struct strbuf columns[4] = {{0}, {0}, {0}, {0}};
	size_t n = 0;
	int rc = 0;

	for (int i = 0; i < N_BANDS * N_RISK_STATES * N_VERDICTS; i++)
		n += (&counts->n[0][0][0])[i] != 0;
	for (int i = 0; i < 4; i++)
		pg_put_array_head(&columns[i], i < 3 ? PG_OID_INT2 : PG_OID_INT8, n);
	for (int band = 0; band < N_BANDS; band++)
		for (int state = 0; state < N_RISK_STATES; state++)
			for (int verdict = 0; verdict < N_VERDICTS; verdict++) {
				if (!counts->n[band][state][verdict])
					continue;
				pg_put_int2(&columns[0], band);
				pg_put_int2(&columns[1], state);
				pg_put_int2(&columns[2], verdict);
				pg_put_int8(&columns[3], counts->n[band][state][verdict]);
			}
	pg_bind_int(&p, org->id);
	for (int i = 0; i < 4; i++)
		pg_bind_binary(&p, columns[i].data, columns[i].size);
	if (n)
		rc = pg_run(pg, STMT_QUEUE_COUNT_ADJUST, &p, NULL, err);
	for (int i = 0; i < 4; i++)
		strbuf_done(&columns[i]);
	return rc;
}

int score_changes_publish(struct pg *pg, const struct org *org, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, SCORE_VERSIONS_KEPT);
	return pg_run(pg, STMT_CHANGED_PUBLISH, &p, NULL, err);
}
