/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements on assets, put down piece by piece by the parsers.
 */
#include "context_writer.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "model/json_write.h"

#include "text_part.h"

enum {
	EVIDENCE_MAX = 400,
	MAX_TAGS = 128
};

void context_open(struct context_writer *w, struct parse_output *out)
{
	*w = (struct context_writer){
	        .out = out, .first = out->n_statements, .at = out->n_statements};
}

void context_about(struct context_writer *w, const struct resource *r)
{
	for (size_t i = w->first; i < w->out->n_statements; i++) {
		const struct resource *old = &w->out->statements[i].resource;

		if (old->provider == r->provider && strcmp(old->raw, r->raw) == 0 &&
		    strcmp(old->type, r->type) == 0 &&
		    strcmp(old->account, r->account) == 0) {
			w->at = i;
			return;
		}
	}
	w->at = w->out->n_statements;
	(void)parse_add_statement(w->out, r);
}

static struct asset_statement *current(const struct context_writer *w)
{
	return &w->out->statements[w->at];
}

struct resource *context_resource(struct context_writer *w)
{
	return &current(w)->resource;
}

void context_drop_empty(struct context_writer *w)
{
	const struct asset_statement *s = current(w);

	if (w->at + 1 == w->out->n_statements && s->n_claims == 0 && s->n_edges == 0 &&
	    s->tags[0] == '\0')
		w->out->n_statements--;
}

static struct context_claim *claim_of(const struct context_writer *w,
                                      enum context_field field)
{
	struct asset_statement *s = current(w);

	for (size_t i = 0; i < s->n_claims; i++) {
		if (s->claims[i].field == field)
			return &s->claims[i];
	}
	return NULL;
}

int context_level(const struct context_writer *w, enum context_field field)
{
	const struct context_claim *claim = claim_of(w, field);

	return claim == NULL ? -1 : claim->level;
}

/* One line, cut at a character. */
static const char *as_line(char *text)
{
	size_t size = strlen(text);

	for (char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ')
			*c = ' ';
	}
	if (size > EVIDENCE_MAX)
		text[utf8_valid_size(text, EVIDENCE_MAX)] = '\0';
	return text;
}

void context_claim(struct context_writer *w, enum context_field field, int level,
                   const char *fmt, ...)
{
	struct context_claim *old = claim_of(w, field);
	struct strbuf text = {0};
	struct arena *a = w->out->arena;
	const char *evidence;
	va_list ap;

	if (old != NULL && old->level > level)
		return;
	va_start(ap, fmt);
	strbuf_vprintf(&text, fmt, ap);
	va_end(ap);
	evidence = as_line(arena_strdup(a, strbuf_text(&text)));
	strbuf_done(&text);
	if (old == NULL && w->n_claims < CONTEXT_MAX_CLAIMS) {
		parse_add_claim(w->out, current(w), field, level, evidence);
		w->n_claims++;
	} else if (old != NULL && old->level < level) {
		old->level = level;
		old->evidence = evidence;
	} else if (old != NULL &&
	           strlen(old->evidence) + strlen(evidence) + 2 <= EVIDENCE_MAX) {
		old->evidence = ARENA_JOIN(a, old->evidence, "; ", evidence);
	}
}

static bool has_edge(const struct asset_statement *s, enum edge_kind kind, bool incoming,
                     const struct resource *other)
{
	for (size_t i = 0; i < s->n_edges; i++) {
		const struct edge_claim *e = &s->edges[i];

		if (e->kind == kind && e->incoming == incoming &&
		    e->other.provider == other->provider &&
		    strcmp(e->other.raw, other->raw) == 0 &&
		    strcmp(e->other.type, other->type) == 0)
			return true;
	}
	return false;
}

void context_edge(struct context_writer *w, enum edge_kind kind, bool incoming,
                  const struct resource *other)
{
	struct asset_statement *s = current(w);
	struct resource copy = *other;

	if (other->raw[0] == '\0' || w->n_edges >= CONTEXT_MAX_EDGES ||
	    strlen(other->raw) > FINDING_ID_MAX || has_edge(s, kind, incoming, other))
		return;
	copy.raw = arena_strdup(w->out->arena, other->raw);
	parse_add_edge(w->out, s, kind, incoming, &copy);
	w->n_edges++;
}

void context_edge_near(struct context_writer *w, enum edge_kind kind, bool incoming,
                       const char *type, const char *raw)
{
	const struct resource *here = context_resource(w);
	const struct resource other = {
	        .provider = here->provider,
	        .account = here->account,
	        .region = here->region,
	        .type = type,
	        .name = "",
	        .raw = raw,
	        .id = "",
	};

	context_edge(w, kind, incoming, &other);
}

struct json_items context_list(struct json_view v)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_is_array(v) && json_view_opt_items(v, "", &it, &ignored) != 0)
		return (struct json_items){0};
	return it;
}

struct json_items context_members(struct json_view v)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_is_object(v) && json_view_opt_items(v, "", &it, &ignored) != 0)
		return (struct json_items){0};
	return it;
}

static const char *text_nocase(struct json_view v, const char *key)
{
	const char *text = "";

	(void)json_view_text(json_view_at_nocase(v, key), &text);
	return text;
}

/* "env: prod" or "env=prod": how labels in a list of texts hold two. */
static const char *split_label(const char *label, const char **value, struct arena *a)
{
	size_t n = strcspn(label, ":=");

	if (label[n] == '\0')
		return "";
	*value = label + n + 1;
	while (**value == ' ')
		(*value)++;
	while (n > 0 && label[n - 1] == ' ')
		n--;
	return arena_strndup(a, label, n);
}

/* Name and value of one of them; "" when it has none. */
static const char *read_tag(const struct json_items *it, const char **value,
                            struct arena *a)
{
	const char *label = "";

	*value = "";
	if (it->key != NULL) {
		if (json_view_exists(it->value) && !json_view_text(it->value, value))
			return "";
		return it->key;
	}
	if (json_view_text(it->value, &label))
		return split_label(label, value, a);
	*value = text_nocase(it->value, "value");
	return text_either(text_nocase(it->value, "key"), text_nocase(it->value, "name"));
}

void context_tags(struct context_writer *w, struct json_view tags)
{
	struct json_items it =
	        json_view_is_object(tags) ? context_members(tags) : context_list(tags);
	struct strbuf b = {0};
	size_t n = 0;

	json_write_open(&b, NULL, '{');
	while (n < MAX_TAGS && json_items_next(&it)) {
		const char *value;
		const char *name = read_tag(&it, &value, w->out->arena);

		if (name[0] == '\0')
			continue;
		json_write_text(&b, name, value);
		n++;
	}
	json_write_close(&b, '}');
	if (n > 0)
		current(w)->tags = arena_strdup(w->out->arena, strbuf_text(&b));
	strbuf_done(&b);
}

/* The number that text begins with, as far as three digits go; -1: none. */
static int small_number(const char *text)
{
	int number = -1;

	for (int i = 0; i < 3 && text[i] >= '0' && text[i] <= '9'; i++)
		number = (number < 0 ? 0 : number * 10) + (text[i] - '0');
	return number;
}

/* RFC 1918, 6598, 3927, 4193 and 4291; loopback. */
static bool is_private(const char *address)
{
	static const char *const heads[] = {"10.", "192.168.", "169.254.", "127.",
	                                    "fc",  "fd",       "fe8",      "fe9",
	                                    "fea", "feb",      "::1/"};
	const char *dot = strchr(address, '.');
	int second = dot == NULL ? -1 : small_number(dot + 1);

	for (size_t i = 0; i < N_ELEMENTS(heads); i++) {
		if (text_begins_nocase(address, heads[i]))
			return true;
	}
	return (text_begins(address, "172.") && second >= 16 && second <= 31) ||
	       (text_begins(address, "100.") && second >= 64 && second <= 127);
}

enum exposure context_reach(const char *source)
{
	static const char *const everybody[] = {"*", "any", "internet", "0.0.0.0", "::"};
	const char *slash = strchr(source, '/');
	bool is_v6 = strchr(source, ':') != NULL;

	for (size_t i = 0; i < N_ELEMENTS(everybody); i++) {
		if (strcasecmp(source, everybody[i]) == 0)
			return EXPOSURE_OPEN;
	}
	if (!is_v6 && strspn(source, "0123456789") == 0)
		return EXPOSURE_INTERNAL;
	if (is_private(source))
		return EXPOSURE_INTERNAL;
	/* "0.0.0.0/1" and the like: more of the internet than any allow-list. */
	if (slash != NULL && slash[1] != '\0' && small_number(slash + 1) < 8)
		return EXPOSURE_OPEN;
	return EXPOSURE_FILTERED;
}
