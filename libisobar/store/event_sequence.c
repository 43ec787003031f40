/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which events have no number yet follows from two snapshots of the server's
 * transactions: those of the transactions that ended between them.  So a transaction
 * that takes an hour holds nobody up, and nothing that is numbered is read again.
 *
 * Events of one batch are numbered in the order of their ids: whoever writes events of a
 * risk holds its row, so ids of one risk are in the order of its history, which the
 * transactions' ids need not be.  More events than a batch are therefore paged by id.
 */
#include "store/event_sequence.h"

#include <stdlib.h>

#define MANY_EVENTS 100000

/* As in the table event_sequencer; snapshots as text, NULL for none. */
struct event_place {
	int64_t server, last_seq, place;
	const char *numbered, *target;
};

struct sequencing {
	struct pg *pg;
	const struct org *org;
	struct arena *a;
	int64_t most;
	struct event_place at;
	const char *now;        /* a snapshot */
	const char *adopt_from; /* "": s->at is of this server */
};

static int lock(struct sequencing *s, bool *out, struct error *err)
{
	const struct key key = key_of_texts("events-lock/1", s->org->id, NULL, 0);
	struct pg_params p = {.arena = s->a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, key_number(&key));
	if ((rc = pg_run(s->pg, STMT_EVENT_LOCK, &p, &result, err)) < 0)
		return rc;
	*out = pg_get_bool(result, 0, "locked");
	return 0;
}

static int read_place(struct sequencing *s, struct error *err)
{
	struct pg_params p = {.arena = s->a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, s->org->id);
	if ((rc = pg_run(s->pg, STMT_EVENT_PLACE, &p, &result, err)) < 0)
		return rc;
	s->at = (struct event_place){
	        .server = pg_get_int(result, 0, "server"),
	        .last_seq = pg_get_int(result, 0, "last_seq"),
	        .place = pg_get_int(result, 0, "place"),
	        .numbered = arena_strdup(s->a, pg_get_text(result, 0, "numbered")),
	        .target = pg_is_null(result, 0, "target")
	                          ? NULL
	                          : arena_strdup(s->a, pg_get_text(result, 0, "target"))};
	s->now = arena_strdup(s->a, pg_get_text(result, 0, "now"));
	s->adopt_from = arena_strdup(s->a, pg_get_text(result, 0, "adopt_from"));
	return 0;
}

static int write_place(struct sequencing *s, struct error *err)
{
	struct pg_params p = {.arena = s->a};

	pg_bind_int(&p, s->org->id);
	pg_bind_int(&p, s->at.server);
	pg_bind_int(&p, s->at.last_seq);
	pg_bind_text(&p, s->at.numbered);
	pg_bind_text(&p, s->at.target);
	pg_bind_int(&p, s->at.place);
	return pg_run(s->pg, STMT_EVENT_PLACE_PUT, &p, NULL, err);
}

/*
 * The first time on this server.  What a dump brought and has no number is this
 * transaction's then, whose id is behind s->now: the next step takes it.
 */
static int adopt(struct sequencing *s, struct error *err)
{
	struct pg_params p = {.arena = s->a};
	int rc;

	pg_bind_int(&p, s->org->id);
	pg_bind_text(&p, s->adopt_from);
	if ((rc = pg_run(s->pg, STMT_EVENT_ADOPT, &p, NULL, err)) < 0)
		return rc;
	return write_place(s, err);
}

/* STMT_EVENT_TAKE and STMT_EVENT_TAKE_NEXT. */
static int take(struct sequencing *s, enum statement stmt, int64_t most, int64_t *n_out,
                struct error *err)
{
	struct pg_params p = {.arena = s->a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, s->org->id);
	pg_bind_text(&p, s->at.numbered);
	pg_bind_text(&p, s->at.target);
	if (stmt == STMT_EVENT_TAKE_NEXT)
		pg_bind_int(&p, s->at.place);
	pg_bind_int(&p, most);
	if ((rc = pg_run(s->pg, stmt, &p, &result, err)) < 0)
		return rc;
	*n_out = strtoll(PQcmdTuples(result), NULL, 10);
	return 0;
}

static int find_first(struct sequencing *s, struct error *err)
{
	struct pg_params p = {.arena = s->a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, s->org->id);
	pg_bind_text(&p, s->at.numbered);
	pg_bind_text(&p, s->at.target);
	if ((rc = pg_run(s->pg, STMT_EVENT_FIRST, &p, &result, err)) < 0)
		return rc;
	s->at.place = pg_get_int(result, 0, "event_id") - 1;
	return 0;
}

/* Fills batch_event; s->at becomes what it is once these have their numbers. */
static int take_page(struct sequencing *s, int64_t *n_out, struct error *err)
{
	int rc;

	if ((rc = take(s, STMT_EVENT_TAKE_NEXT, s->most, n_out, err)) < 0)
		return rc;
	if (*n_out < s->most) {
		s->at.numbered = s->at.target;
		s->at.target = NULL;
	}
	return 0;
}

static int take_batch(struct sequencing *s, int64_t *n_out, struct error *err)
{
	int rc;

	if (s->at.target && ((rc = take_page(s, n_out, err)) < 0 || *n_out))
		return rc;
	s->at.target = s->now;
	if ((rc = take(s, STMT_EVENT_TAKE, s->most + 1, n_out, err)) < 0)
		return rc;
	if (*n_out <= s->most) {
		s->at.numbered = s->at.target;
		s->at.target = NULL;
		return 0;
	}
	if ((rc = pg_command(s->pg, "truncate batch_event", err)) < 0 ||
	    (rc = find_first(s, err)) < 0)
		return rc;
	return take_page(s, n_out, err);
}

static int number_batch(struct sequencing *s, int64_t n, struct error *err)
{
	struct pg_params p = {.arena = s->a};

	pg_bind_int(&p, s->org->id);
	pg_bind_int(&p, s->at.last_seq);
	s->at.last_seq += n;
	return pg_run(s->pg, STMT_EVENT_NUMBER, &p, NULL, err);
}

/* Of so many events, to look each one's risk up costs more than to read all risks. */
static int plan_count(struct sequencing *s, int64_t n, struct error *err)
{
	return n < MANY_EVENTS ? 0
	                       : pg_command(s->pg,
	                                    "set local enable_hashjoin = on; "
	                                    "set local enable_seqscan = on",
	                                    err);
}

/* What was numbered counts once: in the transaction that gave the numbers. */
static int count_batch(struct sequencing *s, int64_t n, int64_t last_seq, struct error *err)
{
	struct pg_params told = {.arena = s->a}, added = {.arena = s->a};
	int rc;

	pg_bind_int(&told, s->org->id);
	pg_bind_int(&told, last_seq);
	pg_bind_int(&added, s->org->id);
	if ((rc = pg_run(s->pg, STMT_SLA_TELL, &told, NULL, err)) < 0 ||
	    (rc = plan_count(s, n, err)) < 0 ||
	    (rc = pg_run(s->pg, STMT_SLA_FACT_ADD, &added, NULL, err)) < 0)
		return rc;
	return pg_run(s->pg, STMT_SLA_DURATION_ADD, &added, NULL, err);
}

static int step(struct sequencing *s, int64_t *n_out, struct error *err)
{
	bool locked, was_paging;
	int64_t last_seq;
	int rc;

	if ((rc = lock(s, &locked, err)) < 0 || !locked || (rc = read_place(s, err)) < 0 ||
	    (*s->adopt_from && (rc = adopt(s, err)) < 0))
		return rc;
	was_paging = s->at.target != NULL;
	last_seq = s->at.last_seq;
	if ((rc = take_batch(s, n_out, err)) < 0)
		return rc;
	if (*n_out == 0) /* an org at rest is not written to */
		return was_paging ? write_place(s, err) : 0;
	if ((rc = number_batch(s, *n_out, err)) < 0 ||
	    (rc = count_batch(s, *n_out, last_seq, err)) < 0 ||
	    (rc = write_place(s, err)) < 0)
		return rc;
	return pg_command(s->pg, "truncate batch_event, batch_fact", err);
}

int event_sequence_step(struct pg *pg, const struct org *org, int64_t most, int64_t *n_out,
                        struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct sequencing s = {.pg = pg, .org = org, .a = a, .most = most};
	int rc;

	*n_out = 0;
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = step(&s, n_out, err)) < 0 || (rc = pg_commit(pg, err)) < 0) {
		pg_rollback(pg);
		return rc;
	}
	return 0;
}
