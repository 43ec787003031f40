/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a file and of a command: rule facts, advisory names, scopes, the
 * run's counts, the joining of assets that go by several names.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/ingest_private.h"
#include "store/pg_encode.h"
#include "store/pg_listen.h"
#include "store/proof.h"

#define SPREAD_MAX 64 /* steps; a component of names is never that long */

static int run_with_now(struct ingest *in, enum statement stmt, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	pg_bind_timestamp(&p, in->options.now);
	return pg_run(in->pg, stmt, &p, NULL, err);
}

/* These join small stagings with whole tables: let the planner hash. */
static int write_facts(struct ingest *in, struct error *err)
{
	int rc;

	if (!in->facts.size && !in->advisories.size)
		return 0;
	if ((rc = pg_command(
	             in->pg,
	             "set local enable_hashjoin = on; set local enable_seqscan = on",
	             err)) < 0)
		return rc;
	if (in->facts.size &&
	    ((rc = ingest_copy(in->pg, "copy page_fact from stdin (format binary)",
	                       &in->facts, err)) < 0 ||
	     (rc = run_with_now(in, STMT_FACT_MERGE, err)) < 0))
		return rc;
	if (in->advisories.size &&
	    ((rc = ingest_copy(in->pg, "copy page_advisory from stdin (format binary)",
	                       &in->advisories, err)) < 0 ||
	     (rc = run_with_now(in, STMT_ADVISORY_INSERT, err)) < 0))
		return rc;
	return pg_command(
	        in->pg,
	        "truncate page_fact, page_advisory; set local enable_hashjoin = off; "
	        "set local enable_seqscan = off",
	        err);
}

int ingest_write_upgrades(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	int rc;

	if (!in->upgrades.size)
		return 0;
	pg_bind_int(&p, in->options.org.id);
	if ((rc = ingest_copy(in->pg, "copy page_upgrade from stdin (format binary)",
	                      &in->upgrades, err)) < 0 ||
	    (rc = pg_run(in->pg, STMT_UPGRADE_PUT, &p, NULL, err)) < 0)
		return rc;
	strbuf_reset(&in->upgrades);
	return pg_command(in->pg, "truncate page_upgrade", err);
}

static int write_scopes(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	struct strbuf sources = {0}, ids = {0}, texts = {0}, counts = {0};
	int rc;

	if (!in->n_scopes)
		return 0;
	pg_put_array_head(&sources, PG_OID_INT8, in->n_scopes);
	pg_put_array_head(&ids, PG_OID_INT8, in->n_scopes);
	pg_put_array_head(&texts, PG_OID_TEXT, in->n_scopes);
	pg_put_array_head(&counts, PG_OID_INT8, in->n_scopes);
	for (size_t i = 0; i < in->room_scopes; i++) {
		const struct ingest_scope *s = &in->scopes[i];

		if (!s->text)
			continue;
		pg_put_int8(&sources, in->connectors[s->connector].source_id);
		pg_put_int8(&ids, s->id);
		pg_put_text(&texts, s->text);
		pg_put_int8(&counts, s->n);
	}
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	pg_bind_binary(&p, sources.data, sources.size);
	pg_bind_binary(&p, ids.data, ids.size);
	pg_bind_binary(&p, texts.data, texts.size);
	pg_bind_binary(&p, counts.data, counts.size);
	pg_bind_bool(&p, in->options.complete);
	pg_bind_timestamp(&p, in->options.now);
	rc = pg_run(in->pg, STMT_SCOPE_INSERT, &p, NULL, err);
	strbuf_done(&sources);
	strbuf_done(&ids);
	strbuf_done(&texts);
	strbuf_done(&counts);
	return rc;
}

static int finish_run(struct ingest *in, const char *format, int64_t n_records,
                      struct error *err)
{
	const struct ingest_counts *c = &in->counts;
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	pg_bind_text(&p, format);
	pg_bind_int(&p, 1);
	pg_bind_timestamp(&p, in->options.now);
	pg_bind_int(&p, n_records);
	pg_bind_int(&p, c->findings);
	pg_bind_int(&p, c->fresh);
	pg_bind_int(&p, c->changed);
	pg_bind_int(&p, c->unchanged);
	pg_bind_int(&p, c->quarantined);
	pg_bind_int(&p, c->closed);
	pg_bind_text(&p, NULL);
	pg_bind_int(&p, in->command_id);
	return pg_run(in->pg, STMT_RUN_FINISH, &p, NULL, err);
}

int ingest_write_rest(struct ingest *in, struct error *err)
{
	int rc;

	if ((rc = ingest_send_chunk(in, err)) < 0 || (rc = ingest_flush(in, err)) < 0 ||
	    (rc = ingest_write_upgrades(in, err)) < 0 || (rc = write_facts(in, err)) < 0 ||
	    (rc = write_scopes(in, err)) < 0 || (rc = ingest_send_met(in, err)) < 0)
		return rc;
	in->counts.unchanged = in->counts.findings - in->counts.fresh - in->counts.changed;
	return 0;
}

/* Keeps what the file names; of a scope that several files name each must be whole. */
static void keep_proved(struct ingest *in)
{
	for (size_t i = 0; i < in->room_scopes; i++) {
		const struct ingest_scope *s = &in->scopes[i];

		if (!s->text)
			continue;
		if (in->n_proved == in->room_proved) {
			in->room_proved = in->room_proved ? in->room_proved * 2 : 64;
			in->proved =
			        xrealloc(in->proved, in->room_proved * sizeof(*in->proved));
		}
		in->proved[in->n_proved++] = (struct ingest_proved){
		        .source_id = in->connectors[s->connector].source_id,
		        .id = s->id,
		        .lock_key = in->connectors[s->connector].lock_key,
		        .text = xstrdup(s->text),
		        .partial = in->counts.quarantined > 0};
	}
}

int ingest_end_file(struct ingest *in, const char *format, int64_t n_records,
                    struct ingest_counts *out, struct error *err)
{
	int rc;

	assert(in->open);
	if ((rc = ingest_write_rest(in, err)) < 0 ||
	    (rc = finish_run(in, format, n_records, err)) < 0 ||
	    (rc = pg_command(in->pg, "notify " PG_CHANNEL_DIRTY, err)) < 0 ||
	    (rc = pg_commit(in->pg, err)) < 0)
		return rc;
	in->open = false;
	/* Of what has changed the digests that were read are another version's. */
	if (in->counts.changed || in->counts.closed)
		ingest_forget_known(in);
	if (in->options.complete)
		keep_proved(in);
	*out = in->counts;
	return 0;
}

void ingest_abort_file(struct ingest *in, const char *format, const char *reason)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct error ignored; /* the caller reports its own error; this is a record of it */
	const bool first = in->command_id == in->run_id;

	if (in->open)
		ingest_rollback(in);
	in->open = false;
	in->file_failed = true;
	ingest_forget_sent(in);
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, first ? 0 : in->command_id);
	pg_bind_text(&p, in->file ? in->file : "");
	pg_bind_text(&p, format);
	pg_bind_timestamp(&p, in->options.now);
	pg_bind_text(&p, in->options.build);
	pg_bind_text(&p, reason);
	if (pg_run(in->pg, STMT_RUN_FAILED, &p, &result, &ignored) < 0)
		return;
	if (first)
		in->command_id = pg_get_int(result, 0, "run_id");
}

/* Names alone: once for a command, since a later file may bring a second candidate. */
static int join_by_name(struct ingest *in, int64_t *n_pairs, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	pg_bind_timestamp(&p, in->options.now);
	/* It joins whole tables, as the session does not otherwise. */
	if ((rc = pg_begin(in->pg, err)) < 0)
		return rc;
	if ((rc = pg_command(
	             in->pg,
	             "set local enable_hashjoin = on; set local enable_seqscan = on",
	             err)) < 0 ||
	    (rc = pg_run(in->pg, STMT_ALIAS_BY_NAME, &p, &result, err)) < 0) {
		pg_rollback(in->pg);
		return rc;
	}
	*n_pairs = pg_get_int(result, 0, "n");
	return pg_commit(in->pg, err);
}

static int spread(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	for (int step = 0; step < SPREAD_MAX; step++) {
		CLEANUP(pg_clearp) PGresult *result = NULL;
		const int rc = pg_run(in->pg, STMT_ALIAS_SPREAD, &p, &result, err);

		if (rc < 0)
			return rc;
		if (pg_get_int(result, 0, "n") == 0)
			return 0;
	}
	return error_set(err, ERR_INTERNAL, "names of assets do not settle");
}

static int by_scope(const void *pa, const void *pb)
{
	const struct ingest_proved *a = pa, *b = pb;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->source_id < b->source_id ? -1 : a->source_id > b->source_id;
}

/* Each scope once. */
static size_t merge_proved(struct ingest *in, struct proof_scope *out,
                           struct ingest_proof *proof)
{
	size_t n = 0;

	if (in->n_proved)
		qsort(in->proved, in->n_proved, sizeof(*in->proved), by_scope);
	for (size_t i = 0; i < in->n_proved; i++) {
		const struct ingest_proved *p = &in->proved[i];

		if (!n || out[n - 1].scope_id != p->id ||
		    out[n - 1].source_id != p->source_id)
			out[n++] = (struct proof_scope){.source_id = p->source_id,
			                                .scope_id = p->id,
			                                .lock_key = p->lock_key,
			                                .scope = p->text,
			                                .state = SCOPE_COMPLETE,
			                                .reason = ""};
		if (p->partial && out[n - 1].state == SCOPE_COMPLETE) {
			out[n - 1].state = SCOPE_PARTIAL;
			out[n - 1].reason = "a record of its file could not be read";
			proof->n_partial++;
		}
	}
	return n;
}

static int count_closed(struct ingest *in, int64_t n_closed, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	if (!n_closed)
		return 0;
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->run_id);
	pg_bind_int(&p, n_closed);
	return pg_run(in->pg, STMT_RUN_ADD_CLOSED, &p, NULL, err);
}

static int prove(struct ingest *in, struct ingest_proof *proof, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	const struct proof_listing listing = {.org = in->options.org,
	                                      .run_id = in->command_id,
	                                      .proof_run_id = in->run_id,
	                                      .now = in->options.now};
	struct proof_scope *scopes = ARENA_ARRAY(a, struct proof_scope, in->n_proved + 1);
	const size_t n = merge_proved(in, scopes, proof);
	struct proof_result result = {0};
	int rc;

	proof->failed = in->file_failed;
	if ((rc = pg_begin(in->pg, err)) < 0)
		return rc;
	if (n && !in->file_failed &&
	    ((rc = proof_begin(in->pg, scopes, n, err)) < 0 ||
	     (rc = proof_scopes(in->pg, &listing, scopes, n, a, &result, err)) < 0))
		goto failed;
	if ((rc = proof_forget(in->pg, &listing, err)) < 0 ||
	    (rc = count_closed(in, result.n_closed, err)) < 0 ||
	    (rc = pg_command(in->pg, "notify " PG_CHANNEL_DIRTY, err)) < 0 ||
	    (rc = pg_commit(in->pg, err)) < 0)
		goto failed;
	proof->n_closed = result.n_closed;
	proof->n_complete = result.n_complete;
	proof->n_held = result.n_held;
	return 0;
failed:
	pg_rollback(in->pg);
	return rc;
}

int ingest_finish(struct ingest *in, struct ingest_proof *proof, struct error *err)
{
	const bool joined = in->aliases_met || in->assets_met;
	struct ingest_proof unasked = {0};
	int64_t n_pairs = 0;
	int rc;

	if (proof)
		*proof = unasked;
	if (in->options.complete && in->command_id &&
	    (rc = prove(in, proof ? proof : &unasked, err)) < 0)
		return rc;

	/* What a source states first: two full names of one asset are one candidate. */
	if (in->aliases_met && (rc = spread(in, err)) < 0)
		return rc;
	in->aliases_met = false;
	if (in->assets_met && (rc = join_by_name(in, &n_pairs, err)) < 0)
		return rc;
	in->assets_met = false;
	if (n_pairs > 0 && (rc = spread(in, err)) < 0)
		return rc;
	rc = ingest_finish_context(in, joined, err);
	ingest_forget_known(in);
	return rc;
}
