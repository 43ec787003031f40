/* SPDX-License-Identifier: Apache-2.0 */
#include "store/push_store.h"

#include <string.h>

#include "model/json_write.h"

static const char *const states[N_PUSH_STATES] = {
        [PUSH_RECEIVING] = "receiving", [PUSH_WAITING] = "waiting",
        [PUSH_PARSING] = "parsing",     [PUSH_DONE] = "done",
        [PUSH_FAILED] = "failed",
};

const char *push_state_name(enum push_state state)
{
	return states[state];
}

const char *push_source_fault(const char *name)
{
	const size_t size = strlen(name);

	if (size == 0)
		return "is empty";
	if (size > PUSH_NAME_MAX)
		return "is longer than 200 bytes";
	return name[0] == ' ' || name[size - 1] == ' ' ? "begins or ends with a space"
	                                               : NULL;
}

const char *push_format_fault(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	const size_t size = strlen(name);

	return size == 0 || size > PUSH_FORMAT_MAX || strspn(name, letters) != size
	               ? "is the name of no format; leave it out and it is recognised"
	               : NULL;
}

/* --- for the api --- */

void push_begin_bind(const struct org *org, const struct push *push, timestamp now,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, &push->id);
	pg_bind_text(p, push->source);
	pg_bind_text(p, push->format);
	pg_bind_bool(p, push->complete);
	pg_bind_text(p, push->content_type);
	pg_bind_text(p, push->encoding);
	pg_bind_text(p, push->principal);
	pg_bind_text(p, push->key);
	pg_bind_timestamp(p, now);
}

static bool is_text(const PGresult *result, const char *field, const char *want)
{
	return strcmp(pg_get_text(result, 0, field), want) == 0;
}

bool push_begin_read(const PGresult *result, const struct push *push,
                     struct push_former *former)
{
	*former = (struct push_former){
	        .is_none = pg_is_null(result, 0, "push_id"),
	        .id = pg_get_key(result, 0, "push_id"),
	        .asks_same = is_text(result, "principal", push->principal) &&
	                     is_text(result, "source", push->source) &&
	                     is_text(result, "format", push->format) &&
	                     is_text(result, "encoding", push->encoding) &&
	                     pg_get_bool(result, 0, "complete") == push->complete,
	        .fingerprint = pg_get_text(result, 0, "fingerprint"),
	};
	return pg_get_bool(result, 0, "begun");
}

void push_chunk_bind(const struct org *org, const struct key *id, int chunk_no,
                     const void *body, size_t size, timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, id);
	pg_bind_int(p, chunk_no);
	pg_bind_timestamp(p, now);
	pg_bind_binary(p, body, size);
}

void push_received_bind(const struct org *org, const struct push *push,
                        const unsigned char *fingerprint, timestamp now,
                        struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, &push->id);
	pg_bind_int(p, push->size);
	pg_bind_int(p, push->n_chunks);
	pg_bind_binary(p, fingerprint, KEY_SHA256_SIZE);
	pg_bind_timestamp(p, now);
}

void push_id_bind(const struct org *org, const struct key *id, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, id);
}

static void put_run(struct strbuf *b, const PGresult *result, int row)
{
	static const struct {
		const char *key, *field;
	} counts[] = {
	        {"records", "n_records"},
	        {"findings", "n_findings"},
	        {"new", "n_new"},
	        {"changed", "n_changed"},
	        {"unchanged", "n_unchanged"},
	        {"closed", "n_closed"},
	        {"quarantined", "n_quarantined"},
	};

	if (pg_is_null(result, row, "run_id")) {
		json_write_null(b, "run");
		return;
	}
	json_write_open(b, "run", '{');
	json_write_int(b, "id", pg_get_int(result, row, "run_id"));
	json_write_stated(b, "format", pg_get_text(result, row, "run_format"));
	for (size_t i = 0; i < N_ELEMENTS(counts); i++)
		json_write_int(b, counts[i].key, pg_get_int(result, row, counts[i].field));
	json_write_close(b, '}');
}

void push_row_put(struct strbuf *b, const PGresult *result, int row)
{
	const struct key id = pg_get_key(result, row, "push_id");

	json_write_key(b, "id", &id);
	json_write_text(b, "state", states[pg_get_int(result, row, "state")]);
	json_write_text(b, "source", pg_get_text(result, row, "source"));
	json_write_stated(b, "format", pg_get_text(result, row, "format"));
	json_write_bool(b, "complete", pg_get_bool(result, row, "complete"));
	json_write_stated(b, "content_type", pg_get_text(result, row, "content_type"));
	json_write_stated(b, "content_encoding", pg_get_text(result, row, "encoding"));
	json_write_int(b, "size", pg_get_int(result, row, "size"));
	json_write_text(b, "pushed_by", pg_get_text(result, row, "principal"));
	json_write_time(b, "received_at", pg_get_timestamp(result, row, "received_at"));
	json_write_time(b, "finished_at", pg_get_timestamp(result, row, "finished_at"));
	put_run(b, result, row);
	json_write_stated(b, "error", pg_get_text(result, row, "error"));
}

/* --- for the collector --- */

int push_orgs(struct pg *pg, struct arena *a, int64_t **out, size_t *n_out, bool *any_spent,
              struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, PUSH_TRIES);
	if ((rc = pg_run(pg, STMT_PUSH_ORGS, &p, &result, err)) < 0)
		return rc;
	*out = ARENA_ARRAY(a, int64_t, (size_t)PQntuples(result) + 1);
	*n_out = 0;
	*any_spent = false;
	for (int i = 0; i < PQntuples(result); i++) {
		if (pg_get_int(result, i, "n_waiting") > 0)
			(*out)[(*n_out)++] = pg_get_int(result, i, "org_id");
		*any_spent |= pg_get_int(result, i, "n_spent") > 0;
	}
	return 0;
}

static struct push taken(const PGresult *result, struct arena *a)
{
	return (struct push){
	        .id = pg_get_key(result, 0, "push_id"),
	        .source = arena_strdup(a, pg_get_text(result, 0, "source")),
	        .format = arena_strdup(a, pg_get_text(result, 0, "format")),
	        .complete = pg_get_bool(result, 0, "complete"),
	        .content_type = arena_strdup(a, pg_get_text(result, 0, "content_type")),
	        .encoding = arena_strdup(a, pg_get_text(result, 0, "encoding")),
	        .principal = arena_strdup(a, pg_get_text(result, 0, "principal")),
	        .size = pg_get_int(result, 0, "size"),
	        .n_chunks = (int)pg_get_int(result, 0, "n_chunks"),
	        .n_tries = (int)pg_get_int(result, 0, "n_tries"),
	        .received_at = pg_get_timestamp(result, 0, "received_at"),
	};
}

int push_take(struct pg *pg, const struct org *org, struct arena *a, struct push *out,
              bool *found, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, PUSH_TRIES);
	if ((rc = pg_run(pg, STMT_PUSH_TAKE, &p, &result, err)) < 0)
		return rc;
	*found = PQntuples(result) > 0;
	if (*found)
		*out = taken(result, a);
	return 0;
}

int push_read(struct pg *pg, const struct org *org, const struct key *id, int chunk_no,
              struct strbuf *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	push_id_bind(org, id, &p);
	pg_bind_int(&p, chunk_no);
	if ((rc = pg_run_binary(pg, STMT_PUSH_READ, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "the push has no chunk %d", chunk_no);
	strbuf_put(out, PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0));
	return 0;
}

int push_finish(struct pg *pg, const struct org *org, const struct key *id,
                const struct push_end *end, timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	push_id_bind(org, id, &p);
	pg_bind_int(&p, end->state);
	if (end->run_id > 0)
		pg_bind_int(&p, end->run_id);
	else
		pg_bind_text(&p, NULL);
	pg_bind_text(&p, end->error ? end->error : "");
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_PUSH_FINISH, &p, &result, err)) < 0)
		return rc;
	return PQntuples(result) > 0
	               ? 0
	               : error_set(err, ERR_CONFLICT, "the push was not being parsed");
}

int push_sweep(struct pg *pg, timestamp now, struct push_swept *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_timestamp(&p, now);
	pg_bind_timestamp(&p, now - PUSH_BEGUN_USEC);
	pg_bind_timestamp(&p, now - PUSH_KEPT_USEC);
	pg_bind_int(&p, PUSH_TRIES);
	if ((rc = pg_run(pg, STMT_PUSH_SWEEP, &p, &result, err)) < 0)
		return rc;
	*out = (struct push_swept){
	        .n_abandoned = pg_get_int(result, 0, "n_abandoned"),
	        .n_failed = pg_get_int(result, 0, "n_failed"),
	        .n_forgotten = pg_get_int(result, 0, "n_forgotten"),
	};
	return 0;
}
