/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of what records say of assets: all statements of a record as lines of
 * text, one for the asset, and below it one for each tag object, claim and edge.
 */
#ifndef ISOBAR_TEST_SAID_H
#define ISOBAR_TEST_SAID_H

#include "base/strbuf.h"

#include "run_format.h"

struct saying {
	const char *name;
	const char *record;
	const char *said;
};

static inline void say_claims(struct strbuf *b, const struct asset_statement *s)
{
	for (size_t i = 0; i < s->n_claims; i++) {
		const struct context_claim *c = &s->claims[i];

		strbuf_printf(b, "  %s %s: %s\n", context_field_name(c->field),
		              context_level_name(c->field, c->level), c->evidence);
	}
}

static inline void say_edges(struct strbuf *b, struct asset_statement *s, struct arena *a)
{
	for (size_t i = 0; i < s->n_edges; i++) {
		struct edge_claim *e = &s->edges[i];

		resource_canonicalize(&e->other, a);
		strbuf_printf(b, "  %s %s %s\n", edge_kind_name(e->kind),
		              e->incoming ? "<-" : "->", e->other.id);
	}
}

static inline const char *said_in(struct run *run)
{
	struct strbuf b = {0};
	const char *text;

	for (size_t i = 0; i < run->out.n_statements; i++) {
		struct asset_statement *s = &run->out.statements[i];

		resource_canonicalize(&s->resource, run->arena);
		strbuf_printf(&b, "%s\n", s->resource.id);
		if (s->tags[0] != '\0')
			strbuf_printf(&b, "  tags %s\n", s->tags);
		say_claims(&b, s);
		say_edges(&b, s, run->arena);
	}
	text = arena_strdup(run->arena, strbuf_text(&b));
	strbuf_done(&b);
	return text;
}

/* Each record alone; all that differ are printed. */
static inline void check_sayings(const struct format *format, const struct saying *rows,
                                 size_t n)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct run run = run_record(format, rows[i].record);
		const char *said = said_in(&run);

		if (run.rc != 0 || strcmp(said, rows[i].said) != 0) {
			print_error("%s: %s\n%s", rows[i].name,
			            run.rc != 0 ? run.err.text : "says", said);
			wrong++;
		}
		run_close(&run);
	}
	if (wrong > 0)
		fail_msg("%zu of %zu records say something else", wrong, n);
}

#endif
