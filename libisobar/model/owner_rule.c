/* SPDX-License-Identifier: Apache-2.0 */
#include "model/owner_rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/finding.h"
#include "model/pattern.h"
#include "model/selector.h"

static const char group_part[] = "/resourcegroups/";

static const char *const kinds[N_OWNER_KINDS] = {"team", "person"};
static const char *const levels[N_OWNER_LEVELS] = {"tag", "group", "account", "path",
                                                   "default"};

static int word_find(const char *const *words, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], name) == 0)
			return i;
	return -1;
}

const char *owner_kind_name(enum owner_kind kind)
{
	return kinds[kind];
}

int owner_kind_parse(const char *name)
{
	return word_find(kinds, N_OWNER_KINDS, name);
}

const char *owner_level_name(enum owner_level l)
{
	return levels[l];
}

int owner_level_parse(const char *name)
{
	return word_find(levels, N_OWNER_LEVELS, name);
}

static int by_level(const void *x, const void *y)
{
	const struct owner_rule *a = x, *b = y;

	if (a->level != b->level)
		return (int)a->level - (int)b->level;
	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	return a->rule_id < b->rule_id ? -1 : a->rule_id > b->rule_id;
}

void owner_rules_prepare(struct owner_rules *rules, struct arena *a)
{
	if (rules->n)
		qsort(rules->rows, rules->n, sizeof(*rules->rows), by_level);
	for (size_t i = 0; i < rules->n; i++) {
		struct owner_rule *rule = &rules->rows[i];
		const char *equals = strchr(rule->pattern, '=');

		if (rule->level != OWNER_BY_TAG)
			continue;
		rule->names = equals ? arena_strndup(a, rule->pattern,
		                                     (size_t)(equals - rule->pattern))
		                     : rule->pattern;
		rule->values = equals ? equals + 1 : NULL;
	}
}

int owner_rule_check(enum owner_level level, const char *pattern, struct error *err)
{
	const char *known = owner_level_name(level);

	if (level == OWNER_BY_DEFAULT)
		return *pattern ? error_set(err, ERR_INVALID,
		                            "a rule of level default has no pattern, not "
		                            "\"%.60s\"",
		                            pattern)
		                : 0;
	if (strspn(pattern, "| ") == strlen(pattern))
		return error_set(err, ERR_INVALID, "a rule of level %s wants a pattern",
		                 known);
	if (strlen(pattern) > OWNER_PATTERN_MAX)
		return error_set(err, ERR_INVALID, "the pattern has more than %d bytes",
		                 OWNER_PATTERN_MAX);
	if (level == OWNER_BY_TAG &&
	    (*pattern == '=' || pattern[strlen(pattern) - 1] == '='))
		return error_set(
		        err, ERR_INVALID,
		        "a rule of level tag wants KEY=VALUE or KEY, not \"%.60s\"",
		        pattern);
	return 0;
}

/* --- what holds an asset --- */

/* Size of the group's id within the asset's; 0: it is in none, or one itself. */
static size_t group_size(const char *id)
{
	const char *group =
	        strncmp(id, "/subscriptions/", 15) == 0 ? strstr(id, group_part) : NULL;

	return group ? (size_t)(group - id) + strlen(group_part) +
	                       strcspn(group + strlen(group_part), "/")
	             : 0;
}

/* The name of the resource group; "" none. */
static const char *group_of(const char *id, struct arena *a)
{
	const size_t size = group_size(id);
	const char *name = size ? strstr(id, group_part) + strlen(group_part) : "";

	return size ? arena_strndup(a, name, size - (size_t)(name - id)) : "";
}

static const char *account_id(const struct risk_view *view, struct arena *a)
{
	struct resource account = {.provider = view->provider, .account = view->account};

	if (!*view->account)
		return "";
	resource_canonicalize(&account, a);
	return account.id;
}

size_t owner_containers_of(const struct org *org, const struct risk_view *view,
                           struct arena *a, struct key out[OWNER_CONTAINERS_MAX])
{
	const size_t size = group_size(view->id);
	const char *account = account_id(view, a);
	size_t n = 0;

	if (size && view->id[size])
		out[n++] = asset_key_of(org, arena_strndup(a, view->id, size));
	if (*account && strcmp(account, view->id) != 0)
		out[n++] = asset_key_of(org, account);
	return n;
}

/* --- who owns it --- */

/* The first container row of a key; n_containers: none. */
static size_t container_find(const struct owner_rules *rules, const struct key *of)
{
	size_t low = 0, high = rules->n_containers;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&rules->containers[mid].of, of) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct tag_set {
	const struct asset_tag *tags;
	size_t n;
};

struct tag_sets {
	struct {
		const struct asset_tag *tags;
		size_t n;
	} of[OWNER_CONTAINERS_MAX * (OWNER_STEPS_MAX + 1) + 1];
	size_t n;
};

/* An asset's own tags, then those of what holds it, nearest first. */
static void tag_sets(const struct org *org, const struct owner_rules *rules,
                     const struct risk_view *view, struct arena *a, struct tag_sets *out)
{
	struct key keys[OWNER_CONTAINERS_MAX];
	const size_t n_keys =
	        rules->n_containers ? owner_containers_of(org, view, a, keys) : 0;

	out->n = 1;
	out->of[0].tags = view->tags;
	out->of[0].n = view->n_tags;
	for (size_t i = 0; i < n_keys; i++) {
		size_t k = container_find(rules, &keys[i]);

		for (; k < rules->n_containers &&
		       key_cmp(&rules->containers[k].of, &keys[i]) == 0 &&
		       out->n < N_ELEMENTS(out->of);
		     k++) {
			out->of[out->n].tags = rules->containers[k].tags;
			out->of[out->n++].n = rules->containers[k].n_tags;
		}
	}
}

/* The nearest that carries such a tag decides, by its value. */
static bool tag_rule_matches(const struct owner_rule *rule, const struct tag_sets *sets)
{
	for (size_t i = 0; i < sets->n; i++)
		if (tags_match(sets->of[i].tags, sets->of[i].n, rule->names, NULL))
			return tags_match(sets->of[i].tags, sets->of[i].n, rule->names,
			                  rule->values);
	return false;
}

const struct owner_rule *owner_of(const struct org *org, const struct owner_rules *rules,
                                  const struct risk_view *view, struct arena *a)
{
	struct tag_sets sets = {.n = 0};
	const char *group = NULL;

	for (size_t i = 0; i < rules->n; i++) {
		const struct owner_rule *rule = &rules->rows[i];
		bool matches = false;

		switch (rule->level) {
		case OWNER_BY_TAG:
			if (!sets.n)
				tag_sets(org, rules, view, a, &sets);
			matches = tag_rule_matches(rule, &sets);
			break;
		case OWNER_BY_GROUP:
			if (!group)
				group = group_of(view->id, a);
			matches = patterns_match(rule->pattern, group);
			break;
		case OWNER_BY_ACCOUNT:
			matches = patterns_match(rule->pattern, view->account);
			break;
		case OWNER_BY_PATH:
			matches = patterns_match(rule->pattern, view->id);
			break;
		case OWNER_BY_DEFAULT:
			matches = true;
			break;
		}
		if (matches)
			return rule;
	}
	return NULL;
}
