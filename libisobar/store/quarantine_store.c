/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records in quarantine, a page at a time: with their bytes a page is some
 * megabytes at most.
 */
#include "store/quarantine_store.h"

#include <string.h>

#include "base/strbuf.h"

#define PAGE_WITH_RAW 64
#define PAGE          1000

static int raw_read(const PGresult *result, int row, struct arena *a,
                    struct quarantined *out, struct error *err)
{
	const char *text = pg_get_text(result, row, "raw");
	unsigned char *bytes;

	if (!*text)
		return 0;
	bytes = PQunescapeBytea((const unsigned char *)text, &out->raw_size);
	if (!bytes)
		return error_set(err, ERR_INTERNAL, "quarantine: bytes cannot be decoded");
	out->raw = memcpy(arena_alloc(a, out->raw_size + 1), bytes, out->raw_size);
	PQfreemem(bytes);
	return 0;
}

static int record_read(const PGresult *result, int row, struct arena *a,
                       struct quarantined *out, struct error *err)
{
	*out = (struct quarantined){
	        .id = pg_get_key(result, row, "record_id"),
	        .file = arena_strdup(a, pg_get_text(result, row, "file")),
	        .format = arena_strdup(a, pg_get_text(result, row, "format")),
	        .offset = pg_get_int(result, row, "byte_offset"),
	        .size = pg_get_int(result, row, "size"),
	        .code = arena_strdup(a, pg_get_text(result, row, "reason_code")),
	        .reason = arena_strdup(a, pg_get_text(result, row, "reason")),
	        .sha256 = arena_strdup(a, pg_get_text(result, row, "sha256")),
	        .kept = pg_get_bool(result, row, "kept"),
	};
	return raw_read(result, row, a, out, err);
}

int quarantine_next(struct pg *pg, const struct org *org, const struct quarantined *after,
                    bool with_raw, struct arena *a, struct quarantine_page *out,
                    struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_bool(&p, with_raw);
	pg_bind_int(&p, with_raw ? PAGE_WITH_RAW : PAGE);
	pg_bind_text(&p, after ? after->file : NULL);
	if (after) {
		pg_bind_int(&p, after->offset);
		pg_bind_key(&p, &after->id);
	} else {
		pg_bind_text(&p, NULL);
		pg_bind_text(&p, NULL);
	}
	if ((rc = pg_run(pg, STMT_QUARANTINE_LIST, &p, &result, err)) < 0)
		return rc;
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct quarantined, out->n + 1);
	for (int i = 0; rc == 0 && i < (int)out->n; i++)
		rc = record_read(result, i, a, &out->rows[i], err);
	return rc;
}

int quarantine_replayed(struct pg *pg, const struct org *org, const struct key *ids,
                        size_t n, timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	struct strbuf list = {0};
	char text[KEY_TEXT_MAX];

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&list, "%c%s", i ? ',' : '{', key_text(&ids[i], text));
	strbuf_putc(&list, '}');
	pg_bind_int(&p, org->id);
	pg_bind_text(&p, strbuf_text(&list));
	pg_bind_timestamp(&p, now);
	const int rc = pg_run(pg, STMT_QUARANTINE_REPLAYED, &p, NULL, err);

	strbuf_done(&list);
	return rc;
}
