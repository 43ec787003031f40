/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of sql/replay/ name the tables of the scratch schema without a schema, which
 * the search path finds, and those of isobar with it.
 */
#include "store/replay_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/fix.h"
#include "store/ingest.h"
#include "store/pg_copy.h"

#define PAGE      2000
#define NAMES_MAX 1000 /* steps of joining names; each halves a chain at least */

struct replay_store {
	struct pg *pg;
	struct org org;
	timestamp at;
	char *schema;
	struct arena *arena; /* of a finding put */
	struct pg_copy *copy;
};

/* --- the schema --- */

static int run_named(struct replay_store *s, const char *before, const char *after,
                     struct error *err)
{
	struct strbuf sql = {0};
	int rc;

	strbuf_printf(&sql, "%s%s%s", before, s->schema, after);
	rc = pg_command(s->pg, strbuf_text(&sql), err);
	strbuf_done(&sql);
	return rc;
}

static int drop_left(struct pg *pg, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *left = NULL;
	int rc = pg_run(pg, STMT_REPLAY_LEFT, NULL, &left, err);

	for (int i = 0; rc == 0 && i < PQntuples(left); i++) {
		struct replay_store gone = {.pg = pg, .schema = PQgetvalue(left, i, 0)};

		rc = run_named(&gone, "drop schema if exists ", " cascade", err);
	}
	return rc;
}

/* All commands of a result as one. */
static int run_commands(struct replay_store *s, enum statement stmt,
                        const struct pg_params *p, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *commands = NULL;
	struct strbuf sql = {0};
	int rc = pg_run(s->pg, stmt, p, &commands, err);

	for (int i = 0; rc == 0 && i < PQntuples(commands); i++)
		strbuf_printf(&sql, "%s;\n", pg_get_text(commands, i, "command"));
	if (rc == 0)
		rc = pg_command(s->pg, strbuf_text(&sql), err);
	strbuf_done(&sql);
	return rc;
}

static const char own_tables[] =
        "create unlogged table replay_read (\n"
        "    asset_id uuid not null, finding_id uuid not null,\n"
        "    content_hash bigint not null, first_seen timestamptz,\n"
        "    epss integer not null, class smallint not null,\n"
        "    sev100 smallint not null, fidelity smallint not null,\n"
        "    maturity smallint not null, flags smallint not null,\n"
        "    rule text not null, location text not null,\n"
        "    engine text not null, title text not null,\n"
        "    upgrade_id uuid);\n"
        "create unlogged table replay_unread (asset_id uuid not null);\n"
        "create index replay_unread_idx on replay_unread (asset_id);\n"
        /* Every row is written once more: room beside it spares the indexes. */
        "alter table risk set (fillfactor = 45), add primary key (org_id, risk_id);\n"
        "alter table risk_rank_history add primary key (org_id, risk_id, valid_from);\n"
        "alter table risk_explanation set (fillfactor = 60);\n"
        "create index replay_elements_idx on risk (org_id, asset_id) where elements <> "
        "0;\n";

static int make_schema(struct replay_store *s, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *named = NULL;
	int rc;

	if ((rc = pg_run(s->pg, STMT_REPLAY_BEGIN, NULL, &named, err)) < 0)
		return rc;
	s->schema = xstrdup(pg_get_text(named, 0, "name"));
	pg_bind_text(&p, s->schema);
	if ((rc = run_named(s, "create schema ", "", err)) < 0 ||
	    (rc = run_commands(s, STMT_REPLAY_TABLES, &p, err)) < 0 ||
	    (rc = run_named(s, "set search_path = ", "", err)) < 0 ||
	    (rc = pg_command(s->pg, own_tables, err)) < 0 ||
	    (rc = run_named(s, "grant usage on schema ", " to isobar_scorer", err)) < 0)
		return rc;
	return run_named(s,
	                 "grant select, insert, update, delete, truncate on all tables in "
	                 "schema ",
	                 " to isobar_scorer", err);
}

int replay_store_open(const struct pg_options *options, const struct org *org, timestamp at,
                      struct replay_store **out, struct error *err)
{
	struct replay_store *s = xcalloc(1, sizeof(*s));
	int rc;

	s->org = *org;
	s->at = at;
	s->arena = arena_new(4096);
	if ((rc = pg_open(options, &s->pg, err)) < 0 || (rc = drop_left(s->pg, err)) < 0 ||
	    (rc = make_schema(s, err)) < 0) {
		replay_store_close(s);
		return error_wrap(err, "scratch schema");
	}
	*out = s;
	return 0;
}

void replay_store_close(struct replay_store *s)
{
	struct error unused;

	if (!s)
		return;
	if (s->copy)
		(void)!pg_copy_end(s->copy, &unused);
	if (s->pg)
		pg_rollback(s->pg);
	/* What stays for want of a connection is dropped by the next replay. */
	if (s->schema)
		(void)!run_named(s, "drop schema if exists ", " cascade", &unused);
	pg_close(s->pg);
	arena_free(s->arena);
	free(s->schema);
	free(s);
}

const char *replay_store_schema(const struct replay_store *s)
{
	return s->schema;
}

/* --- what it is filled with --- */

static int fill_by(struct replay_store *s, enum statement stmt, bool by_time,
                   PGresult **out, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, s->org.id);
	if (by_time)
		pg_bind_timestamp(&p, s->at);
	return pg_run(s->pg, stmt, &p, out, err);
}

static int count_by(struct replay_store *s, enum statement stmt, int64_t *n_out,
                    struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = fill_by(s, stmt, false, &result, err);

	*n_out = rc < 0 ? 0 : pg_get_int(result, 0, "n");
	return rc;
}

static int join_names(struct replay_store *s, struct error *err)
{
	int64_t n = 1;
	int rc = 0;

	for (int i = 0; rc == 0 && n && i < NAMES_MAX; i++)
		rc = count_by(s, STMT_REPLAY_NAMES, &n, err);
	return rc;
}

int replay_store_fill(struct replay_store *s, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	int rc;

	pg_bind_int(&p, s->org.id);
	pg_bind_timestamp(&p, s->at);
	if ((rc = run_commands(s, STMT_REPLAY_VERSIONS, &p, err)) < 0 ||
	    (rc = fill_by(s, STMT_REPLAY_REST, true, NULL, err)) < 0 ||
	    (rc = pg_command(s->pg, "analyze asset, asset_alias", err)) < 0 ||
	    (rc = join_names(s, err)) < 0 ||
	    (rc = fill_by(s, STMT_REPLAY_FINDINGS, true, NULL, err)) < 0)
		return rc;
	return pg_command(s->pg, "analyze finding, acceptance", err);
}

void replay_findings_begin(struct replay_store *s)
{
	s->copy = pg_copy_begin(s->pg, "copy replay_read from stdin (format binary)", 15);
}

void replay_finding_put(struct replay_store *s, const struct finding *f)
{
	struct pg_copy *c = s->copy;
	struct upgrade u;

	arena_reset(s->arena);
	pg_copy_row(c);
	pg_copy_key(c, &f->asset_key);
	pg_copy_key(c, &f->key);
	pg_copy_int8(c, ingest_stored_hash(f->content_hash));
	pg_copy_timestamp(c, f->first_seen);
	pg_copy_int4(c, f->epss);
	pg_copy_int2(c, (int)f->class);
	pg_copy_int2(c, f->sev100);
	pg_copy_int2(c, (int)f->fidelity);
	pg_copy_int2(c, (int)f->maturity);
	pg_copy_int2(c, ingest_stored_flags(f));
	pg_copy_text(c, f->rule);
	pg_copy_text(c, f->location);
	pg_copy_text(c, f->engine);
	pg_copy_text(c, f->title);
	if (*f->package && *f->fixed_version &&
	    upgrade_read(f->package, f->fixed_version, s->arena, &u)) {
		const struct key id = upgrade_key(&s->org, &u);

		pg_copy_key(c, &id);
	} else {
		pg_copy_null(c);
	}
}

int replay_findings_end(struct replay_store *s, int64_t *n_unread, struct error *err)
{
	struct pg_copy *copy = s->copy;
	int rc;

	s->copy = NULL;
	if ((rc = pg_copy_end(copy, err)) < 0 ||
	    (rc = pg_command(s->pg, "analyze replay_read", err)) < 0 ||
	    (rc = fill_by(s, STMT_REPLAY_READ_MERGE, false, NULL, err)) < 0)
		return rc;
	return count_by(s, STMT_REPLAY_UNREAD, n_unread, err);
}

int replay_risks_fill(struct replay_store *s, struct error *err)
{
	int rc;

	if ((rc = fill_by(s, STMT_REPLAY_RISKS, true, NULL, err)) < 0 ||
	    (rc = pg_command(s->pg, "analyze risk", err)) < 0 ||
	    (rc = fill_by(s, STMT_REPLAY_CLOCKS, true, NULL, err)) < 0)
		return rc;
	return fill_by(s, STMT_REPLAY_MARKS, false, NULL, err);
}

int replay_leave_waiting(struct replay_store *s, int64_t *n_out, struct error *err)
{
	return count_by(s, STMT_REPLAY_WAITING, n_out, err);
}

/* --- what came out --- */

const char *replay_field_name(enum replay_field f)
{
	static const char *const names[N_REPLAY_FIELDS] = {
	        "score",  "band",    "state",    "rank",    "due_at",     "responsibility",
	        "model",  "inputs",  "points",   "basis",   "n_findings", "class",
	        "layer",  "subject", "location", "title",   "source_ids", "elements",
	        "fix_id", "witness", "members",  "reasons", "control",    "category"};

	return names[f];
}

struct replay_stream {
	struct replay_store *s;
	enum statement stmt;
	PGresult *page;
	int row;
	struct key last;
};

static struct replay_stream *stream_new(struct replay_store *s, enum statement stmt)
{
	struct replay_stream *r = xcalloc(1, sizeof(*r));

	r->s = s;
	r->stmt = stmt;
	return r;
}

struct replay_stream *replay_kept(struct replay_store *s)
{
	return stream_new(s, STMT_REPLAY_KEPT);
}

struct replay_stream *replay_rebuilt(struct replay_store *s)
{
	return stream_new(s, STMT_REPLAY_REBUILT);
}

void replay_stream_free(struct replay_stream *r)
{
	PQclear(r->page);
	free(r);
}

static int next_page(struct replay_stream *r, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};

	PQclear(r->page);
	r->page = NULL;
	r->row = 0;
	pg_bind_int(&p, r->s->org.id);
	if (r->stmt == STMT_REPLAY_KEPT)
		pg_bind_timestamp(&p, r->s->at);
	pg_bind_key(&p, &r->last);
	pg_bind_int(&p, PAGE);
	return pg_run(r->s->pg, r->stmt, &p, &r->page, err);
}

static void read_risk(const PGresult *page, int row, struct replay_risk *out)
{
	*out = (struct replay_risk){
	        .risk_id = pg_get_key(page, row, "risk_id"),
	        .asset_id = pg_get_key(page, row, "asset_id"),
	        .exists = !pg_is_null(page, row, "state"),
	        .whole = pg_get_bool(page, row, "whole"),
	        .left_out = pg_get_bool(page, row, "left_out"),
	        .score = (int)pg_get_int(page, row, "score"),
	        .band = (enum band)pg_get_int(page, row, "band"),
	        .at = {.state = (enum risk_state)pg_get_int(page, row, "state"),
	               .responsibility =
	                       (enum verdict)pg_get_int(page, row, "responsibility"),
	               .rank = pg_get_int(page, row, "rank"),
	               .due_at = pg_get_timestamp(page, row, "due_at"),
	               .next_crossing_at = pg_get_timestamp(page, row, "next_crossing_at"),
	               .reopens_at = pg_get_timestamp(page, row, "reopens_at"),
	               .soon_at = pg_get_timestamp(page, row, "soon_at"),
	               .resolved_at = TIMESTAMP_NONE}};
	/* The rank says by what it was made, whatever else was written beside it. */
	out->at.band = (enum band)(out->at.rank / 4096);
	out->at.score = (int)(out->at.rank % 1024);
	for (int f = 0; f < N_REPLAY_FIELDS; f++)
		out->fields[f] = pg_get_text(page, row, replay_field_name(f));
}

int replay_next(struct replay_stream *r, struct replay_risk *out, struct error *err)
{
	int rc;

	if (r->page && r->row == PQntuples(r->page) && r->row < PAGE)
		return 0;
	if ((!r->page || r->row == PQntuples(r->page)) && (rc = next_page(r, err)) < 0)
		return rc;
	if (r->row == PQntuples(r->page))
		return 0;
	read_risk(r->page, r->row++, out);
	r->last = out->risk_id;
	return 1;
}
