/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a file of rules line by line and holds assets against them.
 */
#include "model/context_rule.h"

#include <ctype.h>
#include <string.h>

#include "base/section_file.h"
#include "base/strbuf.h"
#include "model/pattern.h"
#include "model/resource.h"

#define EVIDENCE_MAX 200

static const char *const part_names[] = {
        [RULE_TAG] = "tag",       [RULE_PROVIDER] = "provider", [RULE_ACCOUNT] = "account",
        [RULE_REGION] = "region", [RULE_TYPE] = "type",         [RULE_NAME] = "name",
        [RULE_ID] = "id",
};

/* --- reading --- */

struct reader {
	struct section_file file;
	struct context_rules *out;
	size_t room;
};

/* "exposure, criticality, ..." or the levels of a field. */
static const char *known_levels(const struct reader *r, enum context_field field)
{
	const char *out = "", *name;

	for (int i = 0; (name = context_level_name(field, i)) != NULL; i++)
		if (strcmp(name, "unknown") != 0)
			out = arena_printf(r->file.arena, "%s%s%s", out, *out ? ", " : "",
			                   name);
	return out;
}

static const char *known_keys(const struct reader *r)
{
	const char *out = "tag NAME";

	for (size_t i = RULE_PROVIDER; i < N_ELEMENTS(part_names); i++)
		out = arena_printf(r->file.arena, "%s, %s", out, part_names[i]);
	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		out = arena_printf(r->file.arena, "%s, %s", out,
		                   context_field_name((enum context_field)i));
	return out;
}

/* A rule says something under some condition. */
static int end_rule(void *ctx)
{
	struct reader *r = ctx;
	const struct context_rule *rule = &r->out->rules[r->out->n - 1];
	bool says = false, tags = false;

	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		says |= rule->levels[i] >= 0;
	for (size_t i = 0; i < rule->n_conditions; i++)
		tags |= rule->conditions[i].part == RULE_TAG;
	r->out->beyond_tags |= !tags;
	if (rule->n_conditions && says)
		return 0;
	r->file.line = rule->line;
	return section_file_fault(&r->file, "rule \"%s\" has no %s", rule->name,
	                          says ? "condition (tag, provider, name, ...)"
	                               : "level (environment, criticality, ...)");
}

static int begin_rule(void *ctx, const char *name)
{
	struct reader *r = ctx;
	struct context_rules *out = r->out;

	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->rules[i].name, name) == 0)
			return section_file_fault(
			        &r->file, "there is a rule \"%s\" already, in line %d",
			        name, out->rules[i].line);
	if (out->n == RULES_MAX)
		return section_file_fault(&r->file, "more than %d rules", RULES_MAX);
	if (out->n == r->room) {
		struct context_rule *more =
		        ARENA_ARRAY(r->file.arena, struct context_rule, 2 * r->room + 16);

		if (out->n)
			memcpy(more, out->rules, out->n * sizeof(*more));
		out->rules = more;
		r->room = 2 * r->room + 16;
	}
	struct context_rule *rule = &out->rules[out->n++];

	rule->name = name;
	rule->line = r->file.line;
	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		rule->levels[i] = -1;
	return 0;
}

static int take_level(const struct reader *r, struct context_rule *rule,
                      enum context_field field, const char *value)
{
	const char *name = context_field_name(field);
	const int level = context_level_parse(field, value);

	if (level < 0 || strcmp(value, "unknown") == 0)
		return section_file_fault(&r->file, "unknown %s \"%.60s\"; known: %s", name,
		                          value, known_levels(r, field));
	if (rule->levels[field] >= 0)
		return section_file_fault(&r->file, "%s is stated twice", name);
	rule->levels[field] = level;
	return 0;
}

/* One of the alternatives must be a provider, or a pattern. */
static bool is_provider(const char *patterns)
{
	enum provider provider;

	return strpbrk(patterns, "|*?") || provider_parse(patterns, &provider) == 0;
}

static int take_condition(const struct reader *r, struct context_rule *rule,
                          enum rule_part part, const char *tags, const char *value)
{
	if (rule->n_conditions == RULE_CONDITIONS_MAX)
		return section_file_fault(&r->file, "more than %d conditions",
		                          RULE_CONDITIONS_MAX);
	for (size_t i = 0; i < rule->n_conditions; i++) {
		const struct rule_condition *c = &rule->conditions[i];

		if (c->part == part && (!tags || strcmp(c->tags, tags) == 0))
			return section_file_fault(&r->file, "%s%s%s is stated twice",
			                          part_names[part], tags ? " " : "",
			                          tags ? tags : "");
	}
	if (part == RULE_PROVIDER && !is_provider(value))
		return section_file_fault(
		        &r->file,
		        "unknown provider \"%.60s\"; known: aws, azure, gcp, oci, none",
		        value);
	rule->conditions[rule->n_conditions++] =
	        (struct rule_condition){.part = part, .tags = tags, .patterns = value};
	return 0;
}

static int take_pair(void *ctx, char *key, const char *value)
{
	const struct reader *r = ctx;
	struct context_rule *rule = &r->out->rules[r->out->n - 1];
	const int field = context_field_parse(key);

	if (field >= 0)
		return take_level(r, rule, (enum context_field)field, value);
	if (strncmp(key, "tag", 3) == 0 && isspace((unsigned char)key[3]))
		return take_condition(r, rule, RULE_TAG, text_trim(key + 3), value);
	if (strcmp(key, "tag") == 0)
		return section_file_fault(
		        &r->file, "\"tag\" wants the name of the tag: tag NAME = VALUE");
	for (size_t i = RULE_PROVIDER; i < N_ELEMENTS(part_names); i++)
		if (strcmp(key, part_names[i]) == 0)
			return take_condition(r, rule, (enum rule_part)i, NULL, value);
	return section_file_fault(&r->file, "unknown key \"%.40s\"; known: %s", key,
	                          known_keys(r));
}

int context_rules_parse(const char *file, const char *text, struct arena *a,
                        struct context_rules *out, struct error *err)
{
	static const struct section_calls calls = {begin_rule, take_pair, end_rule};
	struct reader r = {.file = {.file = file, .thing = "rule", .arena = a, .err = err},
	                   .out = out};

	*out = (struct context_rules){0};
	return section_file_read(&r.file, text, &calls, &r);
}

bool context_rule_line(const struct context_rule *rule, size_t i, struct arena *a,
                       struct rule_line *out)
{
	if (i < rule->n_conditions) {
		const struct rule_condition *c = &rule->conditions[i];

		out->key =
		        c->tags ? arena_printf(a, "tag %s", c->tags) : part_names[c->part];
		out->value = c->patterns;
		return true;
	}
	i -= rule->n_conditions;
	for (int field = 0; field < N_CONTEXT_FIELDS; field++) {
		if (rule->levels[field] < 0 || i-- > 0)
			continue;
		out->key = context_field_name((enum context_field)field);
		out->value =
		        context_level_name((enum context_field)field, rule->levels[field]);
		return true;
	}
	return false;
}

/* --- matching --- */

static const char *text_of(const struct rule_view *asset, enum rule_part part)
{
	switch (part) {
	case RULE_TAG:
		break;
	case RULE_PROVIDER:
		return asset->provider;
	case RULE_ACCOUNT:
		return asset->account;
	case RULE_REGION:
		return asset->region;
	case RULE_TYPE:
		return asset->type;
	case RULE_NAME:
		return asset->name;
	case RULE_ID:
		return asset->id;
	}
	return "";
}

/* Appends what holds to evidence, which is NULL where it is not wanted. */
static bool holds(const struct rule_condition *c, const struct rule_view *asset,
                  struct strbuf *evidence)
{
	if (c->part != RULE_TAG) {
		const char *text = text_of(asset, c->part);

		if (!patterns_match(c->patterns, text))
			return false;
		if (evidence)
			strbuf_printf(evidence, "%s%s %s", evidence->size ? ", " : "",
			              part_names[c->part], text);
		return true;
	}
	for (size_t i = 0; i < asset->n_tags; i++) {
		const struct asset_tag *tag = &asset->tags[i];

		if (!tag_names_match(c->tags, tag->name) ||
		    !patterns_match(c->patterns, tag->value))
			continue;
		if (evidence)
			strbuf_printf(evidence, "%stag %s=%s", evidence->size ? ", " : "",
			              tag->name, tag->value);
		return true;
	}
	return false;
}

static bool rule_matches(const struct context_rule *rule, const struct rule_view *asset)
{
	for (size_t i = 0; i < rule->n_conditions; i++)
		if (!holds(&rule->conditions[i], asset, NULL))
			return false;
	return true;
}

/* One line, cut at a character's border. */
static const char *evidence_of(const struct context_rule *rule,
                               const struct rule_view *asset, struct arena *a)
{
	struct strbuf b = {0};
	char *out;
	size_t size;

	for (size_t i = 0; i < rule->n_conditions; i++)
		holds(&rule->conditions[i], asset, &b);
	for (size_t i = 0; i < b.size; i++)
		if ((unsigned char)b.data[i] < ' ')
			b.data[i] = ' ';
	size = b.size < EVIDENCE_MAX ? b.size : utf8_valid_size(b.data, EVIDENCE_MAX);
	out = arena_strndup(a, strbuf_text(&b), size);
	strbuf_done(&b);
	return out;
}

static bool says_more(const struct context_rule *rule, const bool *said)
{
	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		if (rule->levels[i] >= 0 && !said[i])
			return true;
	return false;
}

size_t context_rules_apply(const struct context_rules *rules, const struct rule_view *asset,
                           struct arena *a, struct rule_claim out[N_CONTEXT_FIELDS])
{
	bool said[N_CONTEXT_FIELDS] = {false};
	size_t n = 0;

	for (size_t i = 0; i < rules->n && n < N_CONTEXT_FIELDS; i++) {
		const struct context_rule *rule = &rules->rules[i];

		if (!says_more(rule, said) || !rule_matches(rule, asset))
			continue;
		const char *evidence = evidence_of(rule, asset, a);

		for (int field = 0; field < N_CONTEXT_FIELDS; field++) {
			if (rule->levels[field] < 0 || said[field])
				continue;
			said[field] = true;
			out[n++] = (struct rule_claim){
			        .rule = rule,
			        .claim = {.field = (enum context_field)field,
			                  .level = rule->levels[field],
			                  .evidence = evidence}};
		}
	}
	return n;
}
