/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that are known by their digest: a large file of which the first chunks
 * were all known gets the digests of its connector's stored records, and what has
 * one of them is neither parsed nor sent.  And the other way round: of a connector
 * that was never seen before, what the file names for the first time is new.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/ingest_private.h"

#define KNOWN_MAX 2700000 /* 32 MiB of digests: above, files are parsed as ever */

/* Binary COPY OUT: a head of 19 bytes, rows of one int8 (2 + 4 + 8 bytes), -1. */
#define COPY_HEAD 19
#define COPY_ROW  14

static size_t place_of(const struct ingest *in, int64_t digest)
{
	size_t at = (size_t)((uint64_t)digest >> 1) & (in->room_known - 1);

	/* The lowest bit tells passing from failing; it is not part of the name. */
	while (in->known[at] && (in->known[at] & ~INT64_C(1)) != (digest & ~INT64_C(1)))
		at = (at + 1) & (in->room_known - 1);
	return at;
}

bool ingest_knows_record(struct ingest *in, int64_t digest)
{
	if (!in->room_known)
		return false;
	const int64_t found = in->known[place_of(in, digest)];

	if (!found)
		return false;
	in->counts.findings++;
	in->counts.passing += found & 1;
	return true;
}

void ingest_forget_known(struct ingest *in)
{
	free(in->known);
	in->known = NULL;
	in->room_known = 0;
	in->known_loaded = false;
	free(in->named);
	in->named = NULL;
	in->room_named = in->n_named = 0;
}

static void make_room_for(struct ingest *in, size_t n)
{
	in->room_known = 1024;
	while (in->room_known < n + n / 2)
		in->room_known *= 2;
	in->known = xcalloc(in->room_known, sizeof(*in->known));
}

static void take_rows(struct ingest *in, const char *data, int size)
{
	int64_t digest;
	uint64_t wire;

	for (; size >= COPY_ROW; data += COPY_ROW, size -= COPY_ROW) {
		memcpy(&wire, data + 6, sizeof(wire));
		digest = (int64_t)be64toh(wire);
		in->known[place_of(in, digest)] = digest;
	}
}

static int copy_known(struct ingest *in, int64_t source_id, struct error *err)
{
	PGconn *conn = pg_connection(in->pg);
	ARENA_SCOPED a = arena_new(1024);
	/* COPY takes no parameters, so this is the one statement that is put together. */
	CLEANUP(pg_clearp)
	PGresult *start = PQexec(
	        conn,
	        arena_printf(
	                a,
	                "copy (select record_digest from isobar.finding"
	                " where org_id = %lld and record_digest <> 0 and source_id = %lld"
	                " union all select record_digest from isobar.control_state"
	                " where org_id = %lld and record_digest <> 0 and source_id = %lld"
	                ") to stdout (format binary)",
	                (long long)in->options.org.id, (long long)source_id,
	                (long long)in->options.org.id, (long long)source_id));
	bool head = true;
	char *data;
	int size;

	if (PQresultStatus(start) != PGRES_COPY_OUT)
		return pg_result_error(start, "known records", err);
	while ((size = PQgetCopyData(conn, &data, 0)) > 0) {
		const int skip = head && size >= COPY_HEAD ? COPY_HEAD : 0;

		take_rows(in, data + skip, size - skip);
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

static int count_known(struct ingest *in, int64_t source_id, int64_t *out,
                       struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, source_id);
	if ((rc = pg_run(in->pg, STMT_KNOWN_COUNT, &p, &result, err)) < 0)
		return rc;
	*out = pg_get_int(result, 0, "n");
	return 0;
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
	int64_t n = 0;
	int rc;

	in->known_loaded = true;
	if (in->keeps_seen)
		return 0; /* a digest does not tell which finding was seen */
	const struct ingest_connector *only = only_connector(in);

	if (!only || only->fresh)
		return 0;
	if ((rc = pg_command(in->pg, "set local enable_seqscan = on", err)) < 0 ||
	    (rc = count_known(in, only->source_id, &n, err)) < 0)
		return rc;
	if (n > 0 && n <= KNOWN_MAX) {
		make_room_for(in, (size_t)n);
		if ((rc = copy_known(in, only->source_id, err)) < 0)
			return rc;
	}
	return pg_command(in->pg, "set local enable_seqscan = off", err);
}
