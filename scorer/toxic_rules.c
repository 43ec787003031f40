/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads catalog/toxic_rules.tsv.  The file is our own, yet a word that is not known is
 * refused: a condition that never holds would hide every path of its rule.
 */
#include "toxic_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define HEADER "rule\tcategory\ttarget\ttitle\tplaces"

/* Where in the file, for what is said of it. */
struct reader {
	const struct responsibility_tables *tables;
	struct toxic_rules *out;
	struct arena *arena;
	struct error *err;
	int line;
	int n_elements; /* bits given away, TOXIC_EXPOSED included */
};

static int fault(const struct reader *r, const char *what, const char *value)
{
	return error_set(r->err, ERR_INVALID, "toxic_rules.tsv:%d: %s \"%.60s\"", r->line,
	                 what, value);
}

/* Cuts *rest at the separator; without the blanks around.  NULL at the end. */
static char *cut(char **rest, char separator)
{
	char *text = *rest, *end;

	if (!text)
		return NULL;
	end = strchr(text, separator);
	*rest = end ? end + 1 : NULL;
	if (!end)
		end = text + strlen(text);
	text += strspn(text, " ");
	while (end > text && end[-1] == ' ')
		end--;
	*end = '\0';
	return text;
}

static int number_of(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

static int read_level(const struct reader *r, enum context_field field, const char *word,
                      struct toxic_clause *clause)
{
	const int level = context_level_parse(field, word);

	if (level < 0)
		return fault(r, "no such level", word);
	clause->least[field] = level;
	return 0;
}

/* Adds a test to the clause's bit, which it gets with its first one. */
static int add_test(struct reader *r, enum toxic_test_kind kind, char *text,
                    struct toxic_clause *clause)
{
	struct toxic_rules *out = r->out;
	const char *connector = kind == TOXIC_RULE ? cut(&text, '/') : "*";

	if (!clause->elements) {
		if (r->n_elements > TOXIC_CLAUSE_BITS)
			return fault(r, "too many clauses ask for risks, from", text);
		clause->elements = INT64_C(1) << r->n_elements++;
	}
	if (out->n_tests == TOXIC_TESTS_MAX)
		return fault(r, "too many conditions, from", text);
	out->tests[out->n_tests++] = (struct toxic_test){
	        .kind = kind,
	        .text = text,
	        .connector = strcmp(connector, "*") == 0 ? NULL : connector,
	        .number = kind == TOXIC_LIKELIHOOD ? (int)strtol(text, NULL, 10) : 0,
	        .element = clause->elements};
	return 0;
}

/* "privilege>=broad", "likelihood>=135" */
static int read_least(struct reader *r, const char *name, char *value,
                      struct toxic_clause *clause)
{
	const int field = context_field_parse(name);

	if (field >= 0 && field < N_TOXIC_LEVELS)
		return read_level(r, (enum context_field)field, value, clause);
	if (strcmp(name, "likelihood") != 0 || !*value ||
	    value[strspn(value, "0123456789")])
		return fault(r, "no such condition", name);
	return add_test(r, TOXIC_LIKELIHOOD, value, clause);
}

/* "category=edr_missing", "control=k8s.privileged" */
static int read_named(struct reader *r, const char *name, char *value,
                      struct toxic_clause *clause)
{
	static const char *const names[] = {"category", "domain", "control", "rule"};
	const int kind = number_of(names, N_ELEMENTS(names), name);

	if (kind < 0 || !*value)
		return fault(r, "no such condition", name);
	if (kind == TOXIC_CATEGORY && !finding_category_find(r->tables, value))
		return fault(r, "no such category", value);
	if (kind == TOXIC_DOMAIN && !control_domain_find(r->tables, value))
		return fault(r, "no such domain", value);
	if (kind == TOXIC_RULE && !strchr(value, '/'))
		return fault(r, "a rule is connector/rule, not", value);
	return add_test(r, (enum toxic_test_kind)kind, value, clause);
}

static int read_condition(struct reader *r, char *text, struct toxic_clause *clause)
{
	char *sign = strpbrk(text, ">=");

	if (!sign) {
		if (strcmp(text, "exploited") == 0)
			return add_test(r, TOXIC_EXPLOITED, text, clause);
		if (strcmp(text, "takeover") == 0)
			return add_test(r, TOXIC_TAKEOVER, text, clause);
		return fault(r, "no such condition", text);
	}
	const bool least = *sign == '>' && sign[1] == '=';

	if (*sign == '>' && !least)
		return fault(r, "no such condition", text);
	*sign = '\0';
	return least ? read_least(r, text, sign + 2, clause)
	             : read_named(r, text, sign + 1, clause);
}

static int read_clause(struct reader *r, char *text, struct toxic_place *place)
{
	struct toxic_clause *clause = &place->clauses[place->n_clauses];
	char *condition;
	int rc;

	if (place->n_clauses == TOXIC_CLAUSES_MAX)
		return fault(r, "too many clauses, from", text);
	*clause = (struct toxic_clause){.least = {-1, -1, -1, -1}};
	while ((condition = cut(&text, '|')))
		if ((rc = read_condition(r, condition, clause)) < 0)
			return rc;
	place->n_clauses++;
	return 0;
}

/* "same, runs_as, <contains" */
static int read_reach(struct reader *r, char *text, struct toxic_place *place)
{
	char *word;

	while ((word = cut(&text, ','))) {
		const bool back = *word == '<';
		const int kind = edge_kind_parse(word + back);

		if (strcmp(word, "same") == 0)
			place->same = true;
		else if (kind < 0)
			return fault(r, "no such edge", word);
		else
			place->reach |= 1u << (kind + (back ? TOXIC_REACH_BACK : 0));
	}
	r->out->reach |= place->reach;
	return 0;
}

/* "rights (same, runs_as): privilege>=broad" */
static int read_place(struct reader *r, char *text, struct toxic_rule *rule)
{
	struct toxic_place *place = &rule->places[rule->n_places];
	char *head = cut(&text, ':'), *reach, *clause;
	int rc;

	if (rule->n_places == TOXIC_PLACES_MAX)
		return fault(r, "too many places, from", head);
	if (!text)
		return fault(r, "a place without conditions:", head);
	*place = (struct toxic_place){.name = head};
	if ((reach = strchr(head, '('))) {
		char *end = strchr(reach, ')');

		if (!end || rule->n_places == 0)
			return fault(r, "no way can lead to", head);
		*end = '\0';
		*reach++ = '\0';
		place->name = cut(&head, '\0');
		if ((rc = read_reach(r, reach, place)) < 0)
			return rc;
	}
	if (rule->n_places > 0 && !place->same && !place->reach)
		return fault(r, "no way leads to", place->name);
	while ((clause = cut(&text, '&')))
		if ((rc = read_clause(r, clause, place)) < 0)
			return rc;
	rule->n_places++;
	return 0;
}

static int read_rule(struct reader *r, char *line)
{
	struct toxic_rule *rule = &r->out->rules[r->out->n_rules];
	const char *id = cut(&line, '\t'), *category = cut(&line, '\t');
	const char *target = cut(&line, '\t'), *title = cut(&line, '\t');
	char *place;
	int rc;

	if (!line)
		return fault(r, "too few cells:", id);
	if (r->out->n_rules == TOXIC_RULES_MAX)
		return fault(r, "too many rules, from", id);
	if (toxic_rule_find(r->out, id))
		return fault(r, "a rule again:", id);
	*rule = (struct toxic_rule){.id = id,
	                            .title = title,
	                            .category = finding_category_find(r->tables, category)};
	if (!rule->category)
		return fault(r, "no such category", category);
	while ((place = cut(&line, ';')))
		if ((rc = read_place(r, place, rule)) < 0)
			return rc;
	rule->target = *target >= '0' && *target <= '9' && !target[1]
	                       ? (size_t)(*target - '0')
	                       : TOXIC_PLACES_MAX;
	if (rule->target >= rule->n_places)
		return fault(r, "no place is the target", target);
	r->out->n_rules++;
	return 0;
}

int toxic_rules_load(const char *text, const struct responsibility_tables *t,
                     struct arena *a, struct toxic_rules *out, struct error *err)
{
	struct reader r = {
	        .tables = t, .out = out, .arena = a, .err = err, .n_elements = 1};
	char *rest = arena_strdup(a, text), *line;
	int rc;

	*out = (struct toxic_rules){0};
	out->tests[out->n_tests++] = (struct toxic_test){.kind = TOXIC_DOMAIN,
	                                                 .text = "public_exposure_setting",
	                                                 .element = TOXIC_EXPOSED};
	while ((line = cut(&rest, '\n')) && (*line || rest)) {
		if (++r.line == 1) {
			if (strcmp(line, HEADER) != 0)
				return fault(&r, "unexpected header", line);
			continue;
		}
		if ((rc = read_rule(&r, line)) < 0)
			return rc;
	}
	return 0;
}

const struct toxic_rule *toxic_rule_find(const struct toxic_rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->n_rules; i++)
		if (strcmp(rules->rules[i].id, id) == 0)
			return &rules->rules[i];
	return NULL;
}
