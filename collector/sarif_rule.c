/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a SARIF result is an instance of: its rule, found by index or id in the
 * driver or an extension, its message and its severity.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/severity.h"

#include "sarif_private.h"
#include "text_part.h"

enum {
	MAX_EXTENSIONS = 1000,
	MAX_MESSAGE = 8192
};

/* Never read; on the stack it would be zeroed for every value. */
static struct error ignored;

static size_t count_rules(struct json_view component)
{
	return json_view_array_size(json_view_at(component, "rules"));
}

static void add_rules(struct sarif_run *run, struct json_view component, size_t number)
{
	struct json_items it = {0};

	/* As many as were counted: an object has items, but is no list. */
	if (count_rules(component) == 0 ||
	    json_view_opt_items(component, "rules", &it, &ignored) < 0)
		return;
	for (size_t i = 0; json_items_next(&it); i++)
		run->rules[run->n_rules++] =
		        (struct sarif_rule){.id = json_view_text_or(it.value, "id", ""),
		                            .view = it.value,
		                            .component = number,
		                            .index = i};
}

/* Of equal ids the driver's comes first. */
static int compare_ids(const void *a, const void *b)
{
	const struct sarif_rule *x = a, *y = b;
	const int order = strcmp(x->id, y->id);

	if (order != 0)
		return order;
	if (x->component != y->component)
		return x->component < y->component ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

void sarif_index_rules(struct sarif_run *run)
{
	const struct json_view driver = json_view_at(run->view, "/tool/driver");
	struct json_items it = {0};
	size_t n = count_rules(driver);

	if (json_view_opt_items(run->view, "/tool/extensions", &it, &ignored) < 0)
		it.n = 0;
	if (it.n > MAX_EXTENSIONS)
		it.n = 0;
	for (struct json_items all = it; it.n > 0 && json_items_next(&all);)
		n += count_rules(all.value);
	if (n == 0)
		return;
	run->rules = ARENA_ARRAY(run->arena, struct sarif_rule, n);
	run->by_id = ARENA_ARRAY(run->arena, struct sarif_rule, n);
	add_rules(run, driver, 0);
	for (size_t i = 1; it.n > 0 && json_items_next(&it); i++)
		add_rules(run, it.value, i);
	memcpy(run->by_id, run->rules, run->n_rules * sizeof(*run->rules));
	qsort(run->by_id, run->n_rules, sizeof(*run->by_id), compare_ids);
}

/* The first of that id, of the first size bytes of it. */
static const struct sarif_rule *rule_by_id(const struct sarif_run *run, const char *id,
                                           size_t size)
{
	size_t from = 0, to = run->n_rules;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;
		const char *other = run->by_id[middle].id;
		const int order = strncmp(other, id, size);

		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (from < run->n_rules && strncmp(run->by_id[from].id, id, size) == 0 &&
	    run->by_id[from].id[size] == '\0')
		return &run->by_id[from];
	return NULL;
}

static const struct sarif_rule *rule_by_index(const struct sarif_run *run,
                                              int64_t component, int64_t index)
{
	size_t from = 0, to = run->n_rules;

	/* The rules of a component stand in a row: where does it begin? */
	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if ((int64_t)run->rules[middle].component < component)
			from = middle + 1;
		else
			to = middle;
	}
	if (index < 0 || (uint64_t)index >= run->n_rules - from ||
	    (int64_t)run->rules[from + (size_t)index].component != component)
		return NULL;
	return &run->rules[from + (size_t)index];
}

/* "CA1000/1" is of the rule "CA1000", and an id is of itself. */
static bool is_below(const char *id, const char *rule)
{
	const size_t size = strlen(rule);

	return strncmp(id, rule, size) == 0 && (id[size] == '\0' || id[size] == '/');
}

static const struct sarif_rule *rule_of_parts(const struct sarif_run *run, const char *id)
{
	for (size_t size = strlen(id); size > 0;) {
		const struct sarif_rule *rule = rule_by_id(run, id, size);

		if (rule)
			return rule;
		while (size > 0 && id[--size] != '/')
			;
	}
	return NULL;
}

/* Of a rule that the run does not describe: without a number at the end. */
static const char *without_number(const char *id, struct arena *a)
{
	const char *slash = strrchr(id, '/');

	if (!slash || slash == id || slash[1] == '\0' ||
	    slash[1 + strspn(slash + 1, "0123456789")] != '\0')
		return id;
	return arena_strndup(a, id, (size_t)(slash - id));
}

static int64_t int_of(struct json_view v, const char *at, int64_t fallback)
{
	int64_t value = fallback;

	(void)json_view_int(json_view_at(v, at), &value);
	return value;
}

void sarif_find_rule(const struct sarif_run *run, struct sarif_result *r)
{
	const int64_t component = int_of(r->view, "/rule/toolComponent/index", -1);
	const int64_t index =
	        int_of(r->view, "ruleIndex", int_of(r->view, "/rule/index", -1));
	const char *id = json_view_text_or(r->view, "ruleId", "");
	const struct sarif_rule *rule;

	id = text_either(id, json_view_text_or(r->view, "/rule/id", ""));
	rule = index < 0 || component >= MAX_EXTENSIONS
	               ? NULL
	               : rule_by_index(run, component < 0 ? 0 : component + 1, index);
	/* Some tools write 0 everywhere: the id is the truth. */
	if (rule && id[0] != '\0' && !is_below(id, rule->id))
		rule = NULL;
	if (!rule)
		rule = rule_of_parts(run, id);
	r->id = rule ? text_either(id, rule->id) : id;
	r->rule = rule ? rule->view : (struct json_view){0};
	r->rule_id =
	        rule && rule->id[0] != '\0' ? rule->id : without_number(r->id, run->arena);
}

/* Messages. */

static const char *text_of(struct json_view message)
{
	return text_either(json_view_text_or(message, "text", ""),
	                   json_view_text_or(message, "markdown", ""));
}

const char *sarif_rule_text(const struct sarif_result *r, const char *key)
{
	return text_of(json_view_at(r->rule, key));
}

static struct json_view member(struct json_view map, const char *key)
{
	/* A key that begins so would be read as a pointer. */
	return key[0] == '/' || key[0] == '\0' ? (struct json_view){0}
	                                       : json_view_at(map, key);
}

/* Of the placeholder "{12}" at text: its number and length; 0 is none. */
static size_t placeholder(const char *text, size_t *number)
{
	size_t digits = text[0] == '{' ? strspn(text + 1, "0123456789") : 0;

	if (digits == 0 || digits > 3 || text[1 + digits] != '}')
		return 0;
	*number = (size_t)strtoul(text + 1, NULL, 10);
	return digits + 2;
}

/* {0} becomes the first argument, {{ and }} single braces. */
static const char *with_arguments(const char *text, struct json_view arguments,
                                  struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf buf = {0};

	for (size_t number; *text != '\0' && buf.size < MAX_MESSAGE;) {
		const size_t size = placeholder(text, &number);
		char pointer[24];
		const char *value;

		if (size == 0) {
			strbuf_put(&buf, text, 1);
			text += (text[0] == '{' && text[1] == '{') ||
			                        (text[0] == '}' && text[1] == '}')
			                ? 2
			                : 1;
			continue;
		}
		(void)snprintf(pointer, sizeof(pointer), "/%zu", number);
		value = json_view_text_or(arguments, pointer, "");
		strbuf_put(&buf, value, strlen(value));
		text += size;
	}
	return arena_strndup(a, strbuf_text(&buf), buf.size);
}

const char *sarif_message(const struct sarif_run *run, const struct sarif_result *r)
{
	const struct json_view message = json_view_at(r->view, "message");
	const struct json_view arguments = json_view_at(message, "arguments");
	const char *id = json_view_text_or(message, "id", "");
	const char *text = text_of(message);

	if (text[0] == '\0')
		text = text_of(member(json_view_at(r->rule, "messageStrings"), id));
	if (text[0] == '\0')
		text = text_of(member(
		        json_view_at(run->view, "/tool/driver/globalMessageStrings"), id));
	return json_view_array_size(arguments) > 0
	               ? with_arguments(text, arguments, run->arena)
	               : text;
}

/* Severity. */

/* GitHub's property: 0.0 to 10.0, a number or a text; -1 when it is not there. */
static int64_t security_severity(struct json_view v)
{
	int64_t sev100 = -1;

	if (json_view_opt_scaled(v, "/properties/security-severity", 10, &sev100,
	                         &ignored) < 0)
		return -1;
	return sev100 > 100 ? -1 : sev100;
}

static void set_level(struct finding *f, const struct sarif_result *r)
{
	const char *level = json_view_text_or(r->view, "level", "");
	const char *kind = json_view_text_or(r->view, "kind", "fail");

	/* The specification's default for what is no failure is "none": no verdict. */
	if (strcmp(level, "none") == 0 && strcmp(kind, "fail") != 0)
		level = "";
	if (level[0] == '\0')
		level = json_view_text_or(r->rule, "/defaultConfiguration/level",
		                          "warning");
	f->severity_raw = level;
	f->sev100 = severity_of_label(level);
}

void sarif_set_severity(struct finding *f, const struct sarif_result *r)
{
	const struct json_view v = security_severity(r->view) >= 0 ? r->view : r->rule;
	const int64_t sev100 = security_severity(v);
	int64_t base = -1;

	if (sev100 < 0) {
		set_level(f, r);
		return;
	}
	f->severity_raw = json_view_text_or(v, "/properties/security-severity", "");
	/* 0.0 is what scanners write when nobody has scored it yet. */
	f->sev100 = sev100 == 0 ? SEV100_UNKNOWN : (int)sev100;
	if (json_view_opt_scaled(r->rule, "/properties/cvssv3_baseScore", 10, &base,
	                         &ignored) == 0 &&
	    base == sev100)
		f->cvss_vector =
		        json_view_text_or(r->rule, "/properties/cvssv3_vector", "");
}
