/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of a statement.  All go as text but bytea, which goes as it is; the
 * types are the statement's own business (`$1::uuid`, or the column's).
 */
#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "store/pg.h"
#include "store/pg_encode.h"

static void bind(struct pg_params *p, const char *value, int size, int format)
{
	assert(p->n < PG_MAX_PARAMS);
	p->values[p->n] = value;
	p->sizes[p->n] = size;
	p->formats[p->n] = format;
	p->n++;
}

void pg_bind_text(struct pg_params *p, const char *value)
{
	bind(p, value, 0, 0);
}

void pg_bind_int(struct pg_params *p, int64_t value)
{
	bind(p, arena_printf(p->arena, "%" PRId64, value), 0, 0);
}

void pg_bind_bool(struct pg_params *p, bool value)
{
	bind(p, value ? "t" : "f", 0, 0);
}

void pg_bind_timestamp(struct pg_params *p, timestamp value)
{
	char text[TIMESTAMP_TEXT_MAX];

	if (value == TIMESTAMP_NONE)
		bind(p, NULL, 0, 0);
	else if (value == INT64_MAX)
		bind(p, "infinity", 0, 0);
	else
		bind(p, arena_strdup(p->arena, timestamp_format(value, text)), 0, 0);
}

void pg_bind_key(struct pg_params *p, const struct key *value)
{
	char text[KEY_TEXT_MAX];

	bind(p, arena_strdup(p->arena, key_text(value, text)), 0, 0);
}

void pg_bind_binary(struct pg_params *p, const void *data, size_t size)
{
	assert(size <= INT_MAX);
	bind(p, data, (int)size, 1);
}

void pg_bind_texts(struct pg_params *p, const char *const *texts, size_t n)
{
	struct strbuf b = {0};
	char *copy;

	if (!texts) {
		pg_bind_text(p, NULL);
		return;
	}
	pg_put_array_head(&b, PG_OID_TEXT, n);
	for (size_t i = 0; i < n; i++)
		pg_put_text(&b, texts[i]);
	copy = arena_alloc(p->arena, b.size);
	memcpy(copy, b.data, b.size);
	pg_bind_binary(p, copy, b.size);
	strbuf_done(&b);
}
