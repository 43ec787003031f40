/* SPDX-License-Identifier: Apache-2.0 */
#include "store/risk_marks.h"

#include <string.h>

#include "store/pg_encode.h"

/* {0,2} of a set of a selector; NULL: all. */
static void bind_set(struct pg_params *p, unsigned int set)
{
	struct strbuf text = {0};

	for (int i = 0; i < 32; i++)
		if (set & 1u << i)
			strbuf_printf(&text, "%c%d", text.size ? ',' : '{', i);
	strbuf_puts(&text, "}");
	pg_bind_text(p, set ? arena_strdup(p->arena, strbuf_text(&text)) : NULL);
	strbuf_done(&text);
}

/* One alternative as a pattern of LIKE; '?' is any text there, as characters are no bytes. */
static void put_like(struct strbuf *b, const char *prefix, const char *text, size_t size)
{
	struct strbuf like = {0};

	strbuf_puts(&like, prefix);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '*' || text[i] == '?') {
			strbuf_putc(&like, '%');
			continue;
		}
		if (strchr("\\%_", text[i]))
			strbuf_putc(&like, '\\');
		strbuf_putc(&like, text[i]);
	}
	pg_put_text(b, strbuf_text(&like));
	strbuf_done(&like);
}

/* Each alternative, and each with the prefix before it. */
static void bind_likes(struct pg_params *p, const char *patterns, const char *prefix)
{
	struct strbuf b = {0};
	size_t n = 1;

	if (!patterns) {
		pg_bind_text(p, NULL);
		return;
	}
	for (const char *at = patterns; *at; at++)
		n += *at == '|';
	pg_put_array_head(&b, PG_OID_TEXT, prefix ? 2 * n : n);
	for (; n; n--) {
		const size_t size = strcspn(patterns, "|");

		put_like(&b, "", patterns, size);
		if (prefix)
			put_like(&b, prefix, patterns, size);
		patterns += size + (patterns[size] == '|');
	}
	char *copy = arena_alloc(p->arena, b.size);

	memcpy(copy, b.data, b.size);
	pg_bind_binary(p, copy, b.size);
	strbuf_done(&b);
}

void risk_narrow_bind(const struct selector *selector, const struct key *fix_id,
                      struct pg_params *p)
{
	static const struct selector all = {.n_tags = 0};
	const struct selector *s = selector ? selector : &all;

	if (fix_id)
		pg_bind_key(p, fix_id);
	else
		pg_bind_text(p, NULL);
	bind_set(p, s->sets[SELECT_BAND]);
	bind_set(p, s->sets[SELECT_CLASS]);
	bind_set(p, s->sets[SELECT_PROVIDER]);
	bind_likes(p, s->texts[SELECT_ACCOUNT], NULL);
	bind_likes(p, s->texts[SELECT_REGION], NULL);
	bind_likes(p, s->texts[SELECT_TYPE], NULL);
	bind_likes(p, s->texts[SELECT_SUBJECT], "cve:");
	bind_likes(p, s->texts[SELECT_ASSET], NULL);
}

int risk_marks_put(struct pg *pg, const struct org *org, const struct selector *selector,
                   const struct key *fix_id, int64_t *n_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;

	pg_bind_int(&p, org->id);
	risk_narrow_bind(selector, fix_id, &p);
	const int rc = pg_run(pg, STMT_RISKS_MARK, &p, &result, err);

	if (rc == 0)
		*n_out = pg_get_int(result, 0, "n");
	return rc;
}
