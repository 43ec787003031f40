/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of the list of fixes, as a table. */
#include "fix_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

static const char *name_of_band(int i)
{
	return band_name((enum band)i);
}

static const char *name_of_kind(int i)
{
	return fix_kind_name((enum fix_kind)i);
}

static const char *name_of_provider(int i)
{
	return provider_name((enum provider)i);
}

struct rule {
	const char *name;
	size_t offset;               /* into struct fix_filter */
	const char *(*names)(int i); /* of a set; NULL: any text */
	int n_names;
};

#define AT(field) offsetof(struct fix_filter, field)

static const struct rule rules[] = {
        {"band", AT(bands), name_of_band, N_BANDS},
        {"kind", AT(kinds), name_of_kind, N_FIX_KINDS},
        {"provider", AT(providers), name_of_provider, N_PROVIDERS},
        {"account", AT(account), NULL, 0},
        {"asset", AT(asset), NULL, 0},
        {"subject", AT(subject), NULL, 0},
        {"package", AT(package), NULL, 0},
};

static const char *read_set(const struct rule *rule, const char *value, unsigned int *out,
                            struct arena *a)
{
	unsigned int wanted = 0;
	const char *names = "is one of";

	do {
		const size_t size = strcspn(value, ",");
		int i = 0;

		while (i < rule->n_names && (strlen(rule->names(i)) != size ||
		                             memcmp(rule->names(i), value, size) != 0))
			i++;
		if (i == rule->n_names) {
			for (i = 0; i < rule->n_names; i++)
				names = arena_printf(a, "%s%s %s", names, i ? "," : "",
				                     rule->names(i));
			return names;
		}
		wanted |= 1u << i;
		value += size;
	} while (*value++ == ',');
	*out = wanted;
	return NULL;
}

static const char *read_filter(const struct rule *rule, const char *value,
                               struct fix_filter *f, struct arena *a)
{
	void *field = (char *)f + rule->offset;

	if (rule->names)
		return read_set(rule, value, field, a);
	*(const char **)field = value;
	return *value ? NULL : "is empty";
}

/* Digits alone: no sign, no blank, no exponent. */
static const char *read_limit(const char *value, int *out)
{
	const size_t size = strlen(value);
	long n;

	if (size == 0 || size > 9 || strspn(value, "0123456789") != size ||
	    (n = strtol(value, NULL, 10)) == 0)
		return "is a whole number from 1 to 500";
	*out = n > LIST_LIMIT_MAX ? LIST_LIMIT_MAX : (int)n;
	return NULL;
}

/* NULL, or what is wrong. */
static const char *read_parameter(const struct query_parameter *p, unsigned int parameters,
                                  struct arena *a, struct fix_query *out)
{
	if (parameters & FIX_QUERY_PAGING && strcmp(p->name, "limit") == 0)
		return read_limit(p->value, &out->limit);
	if (parameters & FIX_QUERY_PAGING && strcmp(p->name, "cursor") == 0) {
		out->cursor = p->value;
		return *p->value ? NULL : "is empty";
	}
	for (size_t i = 0; i < N_ELEMENTS(rules) && parameters & FIX_QUERY_FILTERS; i++)
		if (strcmp(rules[i].name, p->name) == 0)
			return read_filter(&rules[i], p->value, &out->filter, a);
	return "is not a parameter of this route";
}

static void put_rule(struct strbuf *b, const struct rule *rule, const struct fix_filter *f)
{
	const void *field = (const char *)f + rule->offset;
	const char *comma = "";

	if (!rule->names) {
		const char *text = *(const char *const *)field;

		if (!text)
			return;
		strbuf_printf(b, "%s%s=", b->size ? "&" : "", rule->name);
		query_string_put(b, text);
		return;
	}

	const unsigned int set = *(const unsigned int *)field;

	if (set == (1u << rule->n_names) - 1)
		return;
	strbuf_printf(b, "%s%s=", b->size ? "&" : "", rule->name);
	for (int i = 0; i < rule->n_names; i++) {
		if (!(set & 1u << i))
			continue;
		strbuf_printf(b, "%s%s", comma, rule->names(i));
		comma = ",";
	}
}

bool fix_query_read(const char *query, unsigned int parameters, struct arena *a,
                    struct fix_query *out, struct parameter_fault *fault)
{
	struct query_string q;
	struct strbuf b = {0};

	*out = (struct fix_query){.limit = LIST_LIMIT_DEFAULT};
	fix_filter_init(&out->filter);
	if (!query_string_read(query, a, &q, fault))
		return false;
	for (size_t i = 0; i < q.n; i++) {
		const struct query_parameter *p = &q.parameters[i];
		const char *detail = read_parameter(p, parameters, a, out);

		if (!detail)
			continue;
		*fault = (struct parameter_fault){strlen(p->name) <= 64 ? p->name : "",
		                                  detail};
		return false;
	}
	for (size_t i = 0; i < N_ELEMENTS(rules); i++)
		put_rule(&b, &rules[i], &out->filter);
	out->shape = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return true;
}
