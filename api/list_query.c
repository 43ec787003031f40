/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameters of lists and facets, as a table: a few names, a number, a time, a text.
 */
#include "list_query.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "model/finding.h"
#include "model/responsibility.h"
#include "model/risk.h"

enum kind {
	KIND_SET,   /* of names, between commas */
	KIND_SCORE, /* 0 to 1000 */
	KIND_TIME,
	KIND_TEXT,
	KIND_LIMIT,
	KIND_ORDER,
	KIND_CURSOR,
	KIND_QUEUE
};

typedef const char *name_fn(int i);

struct rule {
	const char *name;
	enum kind kind;
	unsigned int only; /* in lists with one of these enum list_parameters; 0: all */
	size_t offset;     /* into struct list_query */
	name_fn *names;    /* of a set */
	int n_names;
	bool is_kept; /* of former times, too */
};

static const char *name_of_band(int i)
{
	return band_name((enum band)i);
}

static const char *name_of_state(int i)
{
	return risk_state_name((enum risk_state)i);
}

static const char *name_of_provider(int i)
{
	return provider_name((enum provider)i);
}

static const char *name_of_class(int i)
{
	return finding_class_name((enum finding_class)i);
}

static const char *name_of_layer(int i)
{
	return i == 0 ? "unknown" : layer_name((enum layer)(i - 1));
}

static const char *name_of_verdict(int i)
{
	return verdict_name((enum verdict)i);
}

static const char *name_of_order(int i)
{
	static const char *const names[] = {"rank", "due", "opened"};

	return names[i];
}

#define AT(field) offsetof(struct list_query, field)

/* clang-format off */
static const struct rule rules[] = {
	{"band",           KIND_SET,    0,           AT(bands),            name_of_band,     N_BANDS,           true},
	{"state",          KIND_SET,    0,           AT(states),           name_of_state,    N_RISK_STATES,     true},
	{"provider",       KIND_SET,    0,           AT(providers),        name_of_provider, N_PROVIDERS,       false},
	{"class",          KIND_SET,    0,           AT(classes),          name_of_class,    N_FINDING_CLASSES, false},
	{"layer",          KIND_SET,    0,           AT(layers),           name_of_layer,    N_LAYERS + 1,      false},
	{"responsibility", KIND_SET,    0,           AT(responsibilities), name_of_verdict,  N_VERDICTS,        true},
	{"account",        KIND_TEXT,   0,           AT(account),          NULL,             0,                 false},
	{"region",         KIND_TEXT,   0,           AT(region),           NULL,             0,                 false},
	{"owner",          KIND_TEXT,   0,           AT(owner),            NULL,             0,                 false},
	{"source",         KIND_TEXT,   0,           AT(source),           NULL,             0,                 false},
	{"subject",        KIND_TEXT,   0,           AT(subject),          NULL,             0,                 false},
	{"asset",          KIND_TEXT,   0,           AT(asset),            NULL,             0,                 false},
	{"text",           KIND_TEXT,   0,           AT(text),             NULL,             0,                 false},
	{"due_before",     KIND_TIME,   0,           AT(due_before),       NULL,             0,                 false},
	{"min_score",      KIND_SCORE,  0,           AT(min_score),        NULL,             0,                 false},
	{"max_score",      KIND_SCORE,  0,           AT(max_score),        NULL,             0,                 false},
	{"order",          KIND_ORDER,  LIST_PAGING, AT(order),            name_of_order,    3,                 false},
	{"limit",          KIND_LIMIT,  LIST_PAGING, AT(limit),            NULL,             0,                 true},
	{"cursor",         KIND_CURSOR, LIST_PAGING, AT(cursor),           NULL,             0,                 true},
	{"queue",          KIND_QUEUE,  LIST_QUEUE,  AT(queue),            NULL,             0,                 true},
	{"as_of",          KIND_TIME,   LIST_AS_OF,  AT(as_of),            NULL,             0,                 true},
};
/* clang-format on */

struct reader {
	struct arena *arena;
	struct list_query *out;
	struct parameter_fault *fault;
	const struct rule *rule; /* in hand */
};

static bool complain(struct reader *r, const char *detail)
{
	*r->fault = (struct parameter_fault){r->rule->name, detail};
	return false;
}

/* "is one of a, b, c" */
static bool complain_of_names(struct reader *r)
{
	struct strbuf b = {0};

	strbuf_puts(&b, "is one of ");
	for (int i = 0; i < r->rule->n_names; i++)
		strbuf_printf(&b, "%s%s", i ? ", " : "", r->rule->names(i));
	r->fault->detail = arena_strdup(r->arena, strbuf_text(&b));
	r->fault->parameter = r->rule->name;
	strbuf_done(&b);
	return false;
}

static void *field_of(const struct reader *r)
{
	return (char *)r->out + r->rule->offset;
}

static int name_find(const struct rule *rule, const char *text, size_t size)
{
	for (int i = 0; i < rule->n_names; i++)
		if (strlen(rule->names(i)) == size &&
		    memcmp(rule->names(i), text, size) == 0)
			return i;
	return -1;
}

static bool read_set(struct reader *r, const char *value)
{
	unsigned int *set = field_of(r), wanted = 0;

	do {
		const size_t size = strcspn(value, ",");
		const int i = name_find(r->rule, value, size);

		if (i < 0)
			return complain_of_names(r);
		wanted |= 1u << i;
		value += size;
	} while (*value++ == ',');
	*set &= wanted;
	if (r->rule->offset == AT(states))
		r->out->has_states = true;
	return true;
}

/* Digits alone: no sign, no blank, no exponent. */
static bool whole_number(const char *value, long long *out)
{
	char *end;

	if (!*value || strspn(value, "0123456789") != strlen(value))
		return false;
	errno = 0;
	*out = strtoll(value, &end, 10);
	return errno == 0;
}

static bool read_score(struct reader *r, const char *value)
{
	long long n;

	if (!whole_number(value, &n) || n > 1000)
		return complain(r, "is a whole number from 0 to 1000");
	*(int *)field_of(r) = (int)n;
	return true;
}

static bool read_limit(struct reader *r, const char *value)
{
	long long n;

	if (strlen(value) > 9 || !whole_number(value, &n) || n == 0)
		return complain(r, "is a whole number from 1 to 500");
	r->out->limit = n > LIST_LIMIT_MAX ? LIST_LIMIT_MAX : (int)n;
	return true;
}

static bool read_time(struct reader *r, const char *value)
{
	struct error err;

	if (timestamp_parse(value, field_of(r), &err) < 0)
		return complain(r, "is a time of RFC 3339, as 2026-01-31T06:00:00Z");
	return true;
}

static bool read_text(struct reader *r, const char *value)
{
	if (!*value)
		return complain(r, "is empty");
	if (r->rule->offset == AT(text) && strlen(value) > LIST_TEXT_MAX)
		return complain(r, "is longer than 200 bytes");
	*(const char **)field_of(r) = value;
	return true;
}

static bool read_value(struct reader *r, const char *value)
{
	int i;

	switch (r->rule->kind) {
	case KIND_SET:
		return read_set(r, value);
	case KIND_SCORE:
		return read_score(r, value);
	case KIND_TIME:
		return read_time(r, value);
	case KIND_LIMIT:
		return read_limit(r, value);
	case KIND_ORDER:
		i = name_find(r->rule, value, strlen(value));
		if (i < 0)
			return complain_of_names(r);
		r->out->order = (enum list_order)i;
		return true;
	case KIND_QUEUE:
		if (!list_queue_find(value))
			return complain(r, "is one of customer, provider, all");
		r->out->queue = value;
		r->out->responsibilities &= list_queue_find(value);
		return true;
	case KIND_TEXT:
	case KIND_CURSOR:
		break;
	}
	return read_text(r, value);
}

static bool read_parameter(struct reader *r, const struct query_parameter *p,
                           unsigned int parameters)
{
	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if (strcmp(rules[i].name, p->name) != 0)
			continue;
		if (rules[i].only && !(rules[i].only & parameters))
			break;
		r->rule = &rules[i];
		return read_value(r, p->value);
	}
	*r->fault = (struct parameter_fault){strlen(p->name) <= 64 ? p->name : "",
	                                     "is not a parameter of this route"};
	return false;
}

/* --- the shape --- */

static unsigned int all_of(const struct rule *rule)
{
	return (1u << rule->n_names) - 1;
}

static bool is_set(const struct list_query *q, const struct rule *rule,
                   const struct list_query *defaults)
{
	const char *field = (const char *)q + rule->offset;
	const char *other = (const char *)defaults + rule->offset;

	switch (rule->kind) {
	case KIND_SET:
	case KIND_ORDER:
		return memcmp(field, other, sizeof(unsigned int)) != 0;
	case KIND_SCORE:
		return memcmp(field, other, sizeof(int)) != 0;
	case KIND_TIME:
		return memcmp(field, other, sizeof(timestamp)) != 0;
	case KIND_TEXT:
		return *(const char *const *)(const void *)field != NULL;
	case KIND_LIMIT:
	case KIND_CURSOR:
	case KIND_QUEUE:
		break;
	}
	return false;
}

static void put_names(struct strbuf *b, const struct rule *rule, unsigned int set)
{
	const char *comma = "";

	for (int i = 0; i < rule->n_names; i++) {
		if (!(set & 1u << i))
			continue;
		strbuf_printf(b, "%s%s", comma, rule->names(i));
		comma = ",";
	}
}

static void put_rule(struct strbuf *b, const struct list_query *q, const struct rule *rule)
{
	const void *field = (const char *)q + rule->offset;
	char at[TIMESTAMP_TEXT_MAX];

	strbuf_printf(b, "%s%s=", b->size ? "&" : "", rule->name);
	if (rule->kind == KIND_SET)
		put_names(b, rule, *(const unsigned int *)field);
	else if (rule->kind == KIND_ORDER)
		strbuf_puts(b, name_of_order(*(const int *)field));
	else if (rule->kind == KIND_SCORE)
		strbuf_printf(b, "%d", *(const int *)field);
	else if (rule->kind == KIND_TIME)
		query_string_put(b, timestamp_format(*(const timestamp *)field, at));
	else
		query_string_put(b, *(const char *const *)field);
}

static void set_defaults(struct list_query *q, unsigned int responsibilities)
{
	*q = (struct list_query){.max_score = 1000,
	                         .due_before = TIMESTAMP_NONE,
	                         .as_of = TIMESTAMP_NONE,
	                         .limit = LIST_LIMIT_DEFAULT};
	for (size_t i = 0; i < N_ELEMENTS(rules); i++)
		if (rules[i].kind == KIND_SET)
			*(unsigned int *)(void *)((char *)q + rules[i].offset) =
			        all_of(&rules[i]);
	q->responsibilities = responsibilities;
}

/* A query string of its own: what Link repeats and a cursor belongs to. */
static void set_shape(struct list_query *q, const struct list_query *defaults,
                      struct arena *a)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if (!is_set(q, &rules[i], defaults) &&
		    !(q->has_states && rules[i].offset == AT(states)))
			continue;
		put_rule(&b, q, &rules[i]);
		if (rules[i].offset != AT(responsibilities) && rules[i].kind != KIND_ORDER)
			q->is_filtered = true;
	}
	q->shape = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
}

/* Of former times only some of it is kept, and closed risks are in no queue. */
static bool check_as_of(struct reader *r, const struct list_query *defaults)
{
	static const unsigned int open =
	        1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;

	if (r->out->as_of == TIMESTAMP_NONE)
		return true;
	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		r->rule = &rules[i];
		if (!rules[i].is_kept && is_set(r->out, r->rule, defaults))
			return complain(r, "cannot be asked together with as_of: what it "
			                   "was is not kept");
		if (rules[i].offset == AT(states) && r->out->has_states &&
		    (r->out->states & ~open))
			return complain(r, "together with as_of is one of open, "
			                   "in_progress, contested");
	}
	return true;
}

bool list_query_read(const char *query, unsigned int parameters,
                     unsigned int responsibilities, struct arena *a, struct list_query *out,
                     struct parameter_fault *fault)
{
	struct reader r = {.arena = a, .out = out, .fault = fault};
	struct list_query defaults;
	struct query_string q;

	set_defaults(out, responsibilities);
	defaults = *out;
	if (!query_string_read(query, a, &q, fault))
		return false;
	for (size_t i = 0; i < q.n; i++)
		if (!read_parameter(&r, &q.parameters[i], parameters))
			return false;
	if (out->min_score > out->max_score) {
		*fault = (struct parameter_fault){"min_score", "is above max_score"};
		return false;
	}
	if (!check_as_of(&r, &defaults))
		return false;
	set_shape(out, &defaults, a);
	return true;
}

unsigned int list_queue_find(const char *name)
{
	static const struct {
		const char *name;
		unsigned int responsibilities;
	} queues[] = {
	        {"customer",
	         1u << VERDICT_CUSTOMER | 1u << VERDICT_SHARED | 1u << VERDICT_UNKNOWN},
	        {"provider", 1u << VERDICT_PROVIDER},
	        {"all", (1u << N_VERDICTS) - 1},
	};

	for (size_t i = 0; i < N_ELEMENTS(queues); i++)
		if (strcmp(queues[i].name, name) == 0)
			return queues[i].responsibilities;
	return 0;
}
