/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that are known by their digest: a large file of which the first chunks
 * were all known gets the digests of its connector's stored records, and what has
 * one of them is neither parsed nor sent; what it states of its asset is counted as
 * stated once more.  And the other way round: of a connector that was never seen
 * before, what the file names for the first time is new.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/ingest_private.h"
#include "store/pg_encode.h"

#define KNOWN_MAX   3600000 /* 48 MiB: above, files are parsed as ever */
#define KNOWN_FIRST 16384   /* room at first */

/* The lowest bit of a digest tells passing from failing; it is not part of the name. */
#define PASSING INT64_C(1)

/* What a record states: the number of its asset, and which of its statements it is. */
#define STATEMENT_BITS 3 /* stated_tags.sql keeps 8 of an asset */

/* Binary COPY OUT: a head of 19 bytes, rows of int8 and int4, -1. */
#define COPY_HEAD 19
#define COPY_ROW  (2 + 4 + 8 + 4 + 4)

#define MET_ROWS 50000 /* sent in one go */

static size_t place_of(const struct ingest_known *k, int64_t digest)
{
	size_t at = (size_t)((uint64_t)digest >> 2) & (k->room - 1);

	while (k->digests[at] && (k->digests[at] | PASSING) != (digest | PASSING))
		at = (at + 1) & (k->room - 1);
	return at;
}

bool ingest_knows_record(struct ingest *in, int64_t digest)
{
	struct ingest_known *k = &in->known;

	if (!in->knows)
		return false;
	const size_t at = place_of(k, digest);
	const uint32_t states = k->states[at];

	if (!k->digests[at])
		return false;
	if (states) {
		k->any_met = true;
		k->met[states >> STATEMENT_BITS] |=
		        (uint8_t)(1u << (states & ((1u << STATEMENT_BITS) - 1)));
	}
	in->counts.findings++;
	in->counts.passing += k->digests[at] & PASSING;
	return true;
}

void ingest_forget_known(struct ingest *in)
{
	free(in->known.digests);
	free(in->known.states);
	free(in->known.met);
	in->known = (struct ingest_known){0};
	in->knows = false;
}

void ingest_forget_file(struct ingest *in)
{
	if (in->known.file_no == in->file_no)
		ingest_forget_known(in);
	if (in->known.met)
		memset(in->known.met, 0, in->known.n_assets);
	in->known.any_met = in->knows = false;
	ingest_forget_named(in);
}

void ingest_forget_named(struct ingest *in)
{
	free(in->named);
	in->named = NULL;
	in->room_named = in->n_named = 0;
}

static void known_put(struct ingest_known *k, int64_t digest, uint32_t states)
{
	const size_t at = place_of(k, digest);

	k->n += !k->digests[at];
	k->digests[at] = digest;
	k->states[at] = states;
}

/* Full to 7/8 at most: memory is dearer than the few places that are looked at. */
static void known_grow(struct ingest_known *k)
{
	int64_t *digests = k->digests;
	uint32_t *states = k->states;
	const size_t room = k->room;

	if (k->n < room - room / 8)
		return;
	k->room = room ? room * 2 : KNOWN_FIRST;
	k->digests = xcalloc(k->room, sizeof(*k->digests));
	k->states = xcalloc(k->room, sizeof(*k->states));
	k->n = 0;
	for (size_t i = 0; i < room; i++)
		if (digests[i])
			known_put(k, digests[i], states[i]);
	free(digests);
	free(states);
}

static void take_row(struct ingest_known *k, const char *row)
{
	uint64_t digest;
	uint32_t states;

	memcpy(&digest, row + 6, sizeof(digest));
	memcpy(&states, row + 18, sizeof(states));
	known_grow(k);
	states = be32toh(states);
	if (k->n_assets <= states >> STATEMENT_BITS)
		k->n_assets = (states >> STATEMENT_BITS) + 1;
	known_put(k, (int64_t)be64toh(digest), states);
}

/*
 * COPY takes no parameters, so this is the one statement that is put together.  What a
 * record states has to be among what its source's statements of the asset came to.
 */
static const char *known_records(const struct ingest *in, struct arena *a)
{
	const long long org = in->options.org.id, source = in->known.source_id;

	return arena_printf(
	        a,
	        "copy (select f.record_digest, coalesce(k.no << %d | k.place, 0)"
	        " from isobar.finding as f left join page_known as k"
	        " on k.load = %u and k.asset_id = f.asset_id and k.digest = f.stated"
	        " where f.org_id = %lld and f.source_id = %lld and f.record_digest <> 0"
	        " and (f.stated = 0 or k.no is not null)"
	        " union all select c.record_digest, coalesce(k.no << %d | k.place, 0)"
	        " from isobar.control_state as c left join page_known as k"
	        " on k.load = %u and k.asset_id = c.asset_id and k.digest = c.stated"
	        " where c.org_id = %lld and c.source_id = %lld and c.record_digest <> 0"
	        " and (c.stated = 0 or k.no is not null)"
	        " limit %d) to stdout (format binary)",
	        STATEMENT_BITS, in->n_loads, org, source, STATEMENT_BITS, in->n_loads, org,
	        source, KNOWN_MAX + 1);
}

static int copy_known(struct ingest *in, struct error *err)
{
	PGconn *conn = pg_connection(in->pg);
	ARENA_SCOPED a = arena_new(2048);
	CLEANUP(pg_clearp) PGresult *start = PQexec(conn, known_records(in, a));
	bool head = true;
	char *data;
	int size;

	if (PQresultStatus(start) != PGRES_COPY_OUT)
		return pg_result_error(start, "known records", err);
	while ((size = PQgetCopyData(conn, &data, 0)) > 0) {
		const int skip = head && size >= COPY_HEAD ? COPY_HEAD : 0;

		for (int at = skip; size - at >= COPY_ROW; at += COPY_ROW)
			take_row(&in->known, data + at);
		head = false;
		PQfreemem(data);
	}
	if (size == -2)
		return pg_conn_error(conn, "known records", err);
	CLEANUP(pg_clearp) PGresult *end = PQgetResult(conn);

	if (PQresultStatus(end) != PGRES_COMMAND_OK)
		return pg_result_error(end, "known records", err);
	PQclear(PQgetResult(conn));
	return 0;
}

static int number_assets(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->known.source_id);
	pg_bind_int(&p, ++in->n_loads);
	return pg_run(in->pg, STMT_STATED_KNOWN, &p, NULL, err);
}

/* Whole tables are joined, of which the planner may not know yet that they are large. */
static int read_known(struct ingest *in, struct error *err)
{
	struct ingest_known *k = &in->known;
	int rc;

	if (!in->n_loads && /* what a command left that did not come to its end */
	    (rc = pg_command(in->pg, "truncate page_known, page_met", err)) < 0)
		return rc;
	if ((rc = pg_command(
	             in->pg,
	             "set local enable_seqscan = on; set local enable_hashjoin = on; "
	             "set local enable_nestloop = off",
	             err)) < 0 ||
	    (rc = number_assets(in, err)) < 0 ||
	    (rc = pg_command(in->pg, "analyze page_known", err)) < 0 ||
	    (rc = copy_known(in, err)) < 0)
		return rc;
	k->met = xcalloc(k->n_assets, 1);
	return pg_command(
	        in->pg,
	        "set local enable_seqscan = off; set local enable_hashjoin = off; "
	        "set local enable_nestloop = on",
	        err);
}

/*
 * Findings that this file has named.  32 bits of each key do: a finding taken for
 * another one is merely asked about.
 */
#define NAMED_MAX 1390000 /* 8 MiB: above, the diff tells what is new */

static uint32_t name_of(const struct ingest_item *item)
{
	uint32_t name;

	memcpy(&name, item->key.bytes, sizeof(name));
	return name ? name : 1;
}

static uint32_t *named_place(const struct ingest *in, uint32_t name)
{
	size_t at = name & (in->room_named - 1);

	while (in->named[at] && in->named[at] != name)
		at = (at + 1) & (in->room_named - 1);
	return &in->named[at];
}

/* Doubles the set, up to NAMED_MAX; false once it is full. */
static bool named_has_room(struct ingest *in)
{
	uint32_t *old = in->named;
	const size_t n_old = in->room_named;

	if (in->n_named >= NAMED_MAX)
		return false;
	if (in->n_named * 3 < n_old * 2)
		return true;
	in->room_named = n_old ? n_old * 2 : 16384;
	in->named = xcalloc(in->room_named, sizeof(*in->named));
	for (size_t i = 0; i < n_old; i++)
		if (old[i])
			*named_place(in, old[i]) = old[i];
	free(old);
	return true;
}

size_t ingest_count_unknown(struct ingest *in, struct ingest_chunk *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_items; i++) {
		struct ingest_item *item = &c->items[i];

		if (!in->connectors[item->connector].fresh || !named_has_room(in)) {
			n++;
			continue;
		}
		uint32_t *place = named_place(in, name_of(item));

		if (*place) { /* named before, or another one like it */
			n++;
			continue;
		}
		*place = name_of(item);
		in->n_named++;
		item->changed = item->is_new = true;
		item->keeps_raw = !item->passing;
	}
	return n;
}

/* The connector of this file's findings, when there is just one. */
static const struct ingest_connector *only_connector(const struct ingest *in)
{
	const struct ingest_connector *only = NULL;

	for (size_t i = 0; i < in->n_connectors; i++) {
		if (!in->connectors[i].ensured)
			continue;
		if (only)
			return NULL;
		only = &in->connectors[i];
	}
	return only;
}

int ingest_load_known(struct ingest *in, struct error *err)
{
	struct ingest_known *k = &in->known;
	int rc;

	in->known_asked = true;
	if (in->keeps_seen)
		return 0; /* a digest does not tell which finding was seen */
	const struct ingest_connector *only = only_connector(in);

	if (!only || only->fresh)
		return 0;
	if (k->source_id != only->source_id) {
		ingest_forget_known(in);
		k->source_id = only->source_id;
		k->file_no = in->file_no;
		if ((rc = read_known(in, err)) < 0)
			return rc;
	}
	if (k->n > KNOWN_MAX)
		ingest_forget_known(in);
	in->knows = k->n > 0;
	return 0;
}

static int send_met_rows(struct ingest *in, struct strbuf *rows, struct error *err)
{
	const int rc =
	        ingest_copy(in->pg, "copy page_met from stdin (format binary)", rows, err);

	strbuf_reset(rows);
	return rc;
}

int ingest_send_met(struct ingest *in, struct error *err)
{
	struct ingest_known *k = &in->known;
	struct strbuf rows = {0};
	size_t n = 0;
	int rc = 0;

	if (!k->any_met)
		return 0;
	for (size_t no = 1; rc == 0 && no < k->n_assets; no++) {
		if (!k->met[no])
			continue;
		pg_put_raw16(&rows, 3);
		pg_put_int4(&rows, in->n_loads);
		pg_put_int4(&rows, (int64_t)no);
		pg_put_int4(&rows, k->met[no]);
		k->met[no] = 0;
		if (++n % MET_ROWS == 0)
			rc = send_met_rows(in, &rows, err);
	}
	if (rc == 0)
		rc = send_met_rows(in, &rows, err);
	strbuf_done(&rows);
	if (rc < 0)
		return rc;
	k->any_met = false;
	in->met_sent = true;
	return 0;
}

int ingest_add_met(struct ingest *in, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	int rc;

	if (!in->met_sent)
		return 0;
	if ((rc = pg_command(in->pg, "analyze page_known, page_met", err)) < 0)
		return rc;
	pg_bind_int(&p, in->options.org.id);
	return pg_run(in->pg, STMT_STATED_MET, &p, NULL, err);
}
