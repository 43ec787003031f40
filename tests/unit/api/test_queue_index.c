/* SPDX-License-Identifier: Apache-2.0 */
/* The index of the queue, case by case; test_queue_index_laws.c has the random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "api/queue_index.h"

#define NOW  (INT64_C(1790000000) * USEC_PER_SEC + 500000)
#define HOUR USEC_PER_HOUR

static const struct index_source sources[] = {
        {1, "prod", "prowler"}, {2, "prod", "trivy"}, {3, "trivy", "asff"}};
static const int64_t both_prods[] = {1, 2}, asff_only[] = {3}, gone_only[] = {9};

static struct key id_of(char letter)
{
	struct key key;

	memset(key.bytes, letter, sizeof(key.bytes));
	return key;
}

/* An open risk of medium band, without texts and times. */
static struct index_risk plain_risk(char letter)
{
	return (struct index_risk){.id = id_of(letter),
	                           .rank = risk_rank(BAND_MEDIUM, SLA_OK, 400),
	                           .score = 400,
	                           .band = BAND_MEDIUM,
	                           .opened_at = NOW - 100 * HOUR,
	                           .due_at = TIMESTAMP_NONE,
	                           .next_crossing_at = TIMESTAMP_NONE,
	                           .resolved_at = TIMESTAMP_NONE,
	                           .reopens_at = TIMESTAMP_NONE,
	                           .soon_at = TIMESTAMP_NONE,
	                           .layer = -1};
}

static struct index_filter everything(void)
{
	struct index_filter f;

	index_filter_init(&f);
	return f;
}

/* The letters of the ids of a page. */
static const char *letters(const struct queue_index *ix, const struct index_page_query *q)
{
	static char text[33];
	struct index_hit hits[32];
	const size_t n = queue_index_page(ix, q, hits);

	assert_true(n <= q->limit);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)hits[i].id.bytes[0];
	text[n] = '\0';
	return text;
}

static const char *matching(const struct queue_index *ix, const struct index_filter *f)
{
	const struct index_page_query q = {
	        .filter = f, .order = INDEX_BY_OPENED, .limit = 32, .now = NOW};

	return letters(ix, &q);
}

/* --- filters --- */

static struct queue_index *filled(void)
{
	struct queue_index *ix = queue_index_new(1);
	struct index_risk a = plain_risk('a'), b = plain_risk('b'), c = plain_risk('c');

	a.account = "1";
	a.region = "";
	a.owner = "team";
	a.subject = "cve:CVE-2024-3094";
	a.asset_id = "arn:a";
	a.asset_name = "web";
	a.title = "XZ Utils Backdoor";
	a.source_ids = both_prods;
	a.n_sources = 2;
	a.due_at = NOW;
	a.layer = LAYER_COMPUTE;

	b.account = "2";
	b.region = "eu";
	b.subject = "CVE-2024-3094";
	b.asset_id = "web";
	b.asset_name = "db";
	b.title = "";
	b.source_ids = asff_only;
	b.n_sources = 1;
	b.due_at = NOW - 1;
	b.state = RISK_RESOLVED;
	b.score = 1000;

	c.source_ids = gone_only;
	c.n_sources = 1;
	c.provider = PROVIDER_OCI;
	c.class = CLASS_OTHER;
	c.responsibility = VERDICT_UNKNOWN;
	c.band = BAND_LOW;
	c.score = 0;

	queue_index_set_sources(ix, sources, N_ELEMENTS(sources));
	queue_index_put(ix, &a);
	queue_index_put(ix, &b);
	queue_index_put(ix, &c);
	return ix;
}

static void test_queue_index_page__texts_match_as_in_the_store(void **state)
{
	static const struct {
		size_t field;
		const char *text, *want;
	} rows[] = {
#define FIELD(name) offsetof(struct index_filter, name)
	        {FIELD(account), "1", "a"},
	        {FIELD(account), "3", ""},
	        {FIELD(region), "", "a"}, /* global, which is not the same as none */
	        {FIELD(region), "EU", ""},
	        {FIELD(owner), "team", "a"},
	        {FIELD(owner), "", ""}, /* nobody is found by no name */
	        {FIELD(owner), "none", "bc"},
	        {FIELD(source), "prod", "a"},
	        {FIELD(source), "trivy", "ab"}, /* a connector, and a name */
	        {FIELD(source), "asff", "b"},
	        {FIELD(source), "nothing", ""},
	        {FIELD(subject), "cve:CVE-2024-3094", "a"},
	        {FIELD(subject), "CVE-2024-3094", "ab"},
	        {FIELD(subject), "cve-2024-3094", "a"},
	        {FIELD(subject), "CVE-2024-309", ""},
	        {FIELD(text), "utils BACK", "a"},
	        {FIELD(text), "xz utils backdoor", "a"},
	        {FIELD(text), "", "ab"},
	        {FIELD(text), "doors", ""},
#undef FIELD
	};
	struct queue_index *ix = filled();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct index_filter f = everything();

		memcpy((char *)&f + rows[i].field, &rows[i].text, sizeof(rows[i].text));
		if (strcmp(matching(ix, &f), rows[i].want) != 0)
			fail_msg("row %zu, \"%s\": %s", i, rows[i].text, matching(ix, &f));
	}
	queue_index_free(ix);
}

static void test_queue_index_page__an_asset_matches_by_id_or_name(void **state)
{
	static const char *const web[] = {"web"}, *const several[] = {"x", "db", "arn:a"};
	struct queue_index *ix = filled();
	struct index_filter f = everything();

	(void)state;
	f.assets = web;
	f.n_assets = 1;
	assert_string_equal(matching(ix, &f), "ab");
	f.assets = several;
	assert_string_equal(matching(ix, &f), "");
	f.n_assets = 3;
	assert_string_equal(matching(ix, &f), "ab");
	queue_index_free(ix);
}

static void test_queue_index_page__numbers_match_by_mask_and_limit(void **state)
{
	struct queue_index *ix = filled();
	const struct {
		struct index_filter f;
		const char *want;
	} rows[] = {
#define ONLY(field, value)                            \
	({                                            \
		struct index_filter f = everything(); \
		f.field = (value);                    \
		f;                                    \
	})
	        {everything(), "abc"},
	        {ONLY(states, 1u << RISK_RESOLVED), "b"},
	        {ONLY(states, 1u << RISK_RESOLVED | 1u << RISK_OPEN), "abc"},
	        {ONLY(states, 0), ""},
	        {ONLY(responsibilities, 0), ""},
	        {ONLY(bands, 1u << BAND_LOW), "c"},
	        {ONLY(providers, 1u << PROVIDER_OCI), "c"},
	        {ONLY(classes, 1u << CLASS_OTHER), "c"},
	        {ONLY(responsibilities, 1u << VERDICT_UNKNOWN), "c"},
	        {ONLY(layers, INDEX_LAYER_BIT(-1)), "bc"},
	        {ONLY(layers, INDEX_LAYER_BIT(LAYER_COMPUTE)), "a"},
	        {ONLY(min_score, 400), "ab"},
	        {ONLY(min_score, 401), "b"},
	        {ONLY(min_score, 1001), ""},
	        {ONLY(max_score, 400), "ac"},
	        {ONLY(max_score, -1), ""},
	        {ONLY(due_before, NOW), "b"}, /* what is due right then is not */
	        {ONLY(due_before, NOW + 1), "ab"},
	        {ONLY(due_before, NOW - 1), ""},
#undef ONLY
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcmp(matching(ix, &rows[i].f), rows[i].want) != 0)
			fail_msg("row %zu: %s", i, matching(ix, &rows[i].f));
	queue_index_free(ix);
}

static void test_queue_index_page__a_scope_takes_its_accounts_and_owners(void **state)
{
	static const char *const two[] = {"2"}, *const team[] = {"team"};
	struct queue_index *ix = filled();
	struct index_filter f = everything();

	(void)state;
	f.is_scoped = true;
	assert_string_equal(matching(ix, &f), "");
	f.scope_owners = team;
	f.n_scope_owners = 1;
	assert_string_equal(matching(ix, &f), "a");
	f.scope_accounts = two;
	f.n_scope_accounts = 1;
	assert_string_equal(matching(ix, &f), "ab");
	f.account = "1"; /* a filter narrows a scope, and never widens it */
	assert_string_equal(matching(ix, &f), "a");
	f.account = NULL;
	f.owner = "other";
	assert_string_equal(matching(ix, &f), "");
	queue_index_free(ix);
}

/* --- orders --- */

static void put_times(struct queue_index *ix, char letter, timestamp due_at,
                      timestamp crossing)
{
	struct index_risk r = plain_risk(letter);

	r.due_at = due_at;
	r.next_crossing_at = crossing;
	queue_index_put(ix, &r);
}

/*
 * The slot follows from now, as in queue_list.sql: a crossing that has passed makes a
 * risk due soon, or breached once it is overdue.
 */
static void test_queue_index_page__ranks_are_those_of_now(void **state)
{
	static const struct {
		timestamp due_at, crossing;
		int slot;
	} rows[] = {
	        {TIMESTAMP_NONE, TIMESTAMP_NONE, 0},
	        {NOW - HOUR, TIMESTAMP_NONE, 0}, /* nothing is to come: as stored */
	        {NOW + HOUR, NOW + 1, 0},
	        {NOW + HOUR, NOW, 1},
	        {NOW + HOUR, NOW - HOUR, 1},
	        {NOW, NOW - HOUR, 1},
	        {NOW - 1, NOW, 2},
	        {NOW - 1, NOW - HOUR, 2},
	        {NOW - 2 * HOUR, NOW - HOUR, 2},
	        {TIMESTAMP_NONE, NOW, 1},
	};
	const struct index_filter f = everything();
	const struct index_page_query q = {.filter = &f, .limit = 1, .now = NOW};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct queue_index *ix = queue_index_new(1);
		struct index_hit hit;

		put_times(ix, 'a', rows[i].due_at, rows[i].crossing);
		assert_int_equal(queue_index_page(ix, &q, &hit), 1);
		assert_int_equal(hit.key, (BAND_MEDIUM * 4 + rows[i].slot) * 1024 + 400);
		queue_index_free(ix);
	}
}

static void test_queue_index_page__orders_break_ties_by_id(void **state)
{
	struct queue_index *ix = queue_index_new(1);
	const struct index_filter f = everything();
	struct index_page_query q = {.filter = &f, .limit = 32, .now = NOW};

	(void)state;
	put_times(ix, 'd', NOW + HOUR, NOW + 1);
	put_times(ix, 'b', TIMESTAMP_NONE, TIMESTAMP_NONE);
	put_times(ix, 'a', NOW + 2 * HOUR, NOW);
	put_times(ix, 'c', TIMESTAMP_NONE, TIMESTAMP_NONE);
	q.order = INDEX_BY_RANK;
	assert_string_equal(letters(ix, &q), "adcb");
	q.order = INDEX_BY_DUE;
	assert_string_equal(letters(ix, &q), "dabc");
	q.order = INDEX_BY_OPENED;
	assert_string_equal(letters(ix, &q), "abcd");
	queue_index_free(ix);
}

static void test_queue_index_page__begins_after_the_cursor(void **state)
{
	struct queue_index *ix = queue_index_new(1);
	const struct index_filter f = everything();
	const int64_t rank = risk_rank(BAND_MEDIUM, SLA_OK, 400);
	const struct {
		enum index_order order;
		struct index_hit after;
		const char *want;
	} rows[] = {
	        {INDEX_BY_RANK, {id_of('c'), rank}, "ba"},
	        {INDEX_BY_RANK, {id_of('a'), rank}, ""},
	        {INDEX_BY_RANK, {id_of('a'), rank + 1}, "dcba"},
	        {INDEX_BY_RANK, {id_of('z'), rank - 1}, ""},
	        {INDEX_BY_RANK, {id_of('a'), INT64_MAX}, "dcba"},
	        {INDEX_BY_RANK, {id_of('a'), 70000}, "dcba"},
	        {INDEX_BY_RANK, {id_of('z'), -1}, ""},
	        {INDEX_BY_RANK, {id_of('z'), INT64_MIN}, ""},
	        {INDEX_BY_DUE, {id_of('c'), NOW}, "abd"},
	        {INDEX_BY_DUE, {id_of('a'), INDEX_NEVER_DUE}, "bd"},
	        {INDEX_BY_DUE, {id_of('c'), NOW - 1}, "cabd"},
	        {INDEX_BY_DUE, {id_of('z'), INT64_MIN}, "cabd"},
	        {INDEX_BY_OPENED, {id_of('b'), NOW - 100 * HOUR}, "cd"},
	        {INDEX_BY_OPENED, {id_of('b'), INT64_MAX}, ""},
	};

	(void)state;
	put_times(ix, 'a', TIMESTAMP_NONE, TIMESTAMP_NONE);
	put_times(ix, 'b', TIMESTAMP_NONE, TIMESTAMP_NONE);
	put_times(ix, 'c', NOW, TIMESTAMP_NONE);
	put_times(ix, 'd', TIMESTAMP_NONE, TIMESTAMP_NONE);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct index_page_query q = {.filter = &f,
		                                   .order = rows[i].order,
		                                   .after = &rows[i].after,
		                                   .limit = 32,
		                                   .now = NOW};

		if (strcmp(letters(ix, &q), rows[i].want) != 0)
			fail_msg("row %zu: %s", i, letters(ix, &q));
	}
	queue_index_free(ix);
}

static void test_queue_index_page__has_no_more_than_the_limit(void **state)
{
	struct queue_index *ix = filled();
	const struct index_filter f = everything();
	struct index_page_query q = {.filter = &f, .order = INDEX_BY_OPENED, .now = NOW};

	(void)state;
	assert_int_equal(queue_index_page(ix, &q, NULL), 0);
	q.limit = 2;
	assert_string_equal(letters(ix, &q), "ab");
	queue_index_free(ix);
}

/* --- rows --- */

static void test_queue_index_put__replaces_what_has_the_id(void **state)
{
	struct queue_index *ix = filled();
	struct index_filter f = everything();
	struct index_risk r = plain_risk('a');

	(void)state;
	r.account = "other";
	r.score = 7;
	queue_index_put(ix, &r);
	assert_int_equal(queue_index_count(ix), 3);
	assert_string_equal(matching(ix, &f), "abc");
	f.account = "other";
	f.max_score = 7;
	assert_string_equal(matching(ix, &f), "a");
	f = everything();
	f.account = "1";
	assert_string_equal(matching(ix, &f), "");
	f = everything();
	f.owner = "team";
	assert_string_equal(matching(ix, &f), "");
	queue_index_free(ix);
}

static void test_queue_index_remove__leaves_the_others(void **state)
{
	struct queue_index *ix = filled();
	const struct index_filter f = everything();
	const struct key a = id_of('a'), c = id_of('c'), unknown = id_of('x');

	(void)state;
	assert_false(queue_index_remove(ix, &unknown));
	assert_true(queue_index_remove(ix, &a)); /* the last one moves to its place */
	assert_false(queue_index_remove(ix, &a));
	assert_string_equal(matching(ix, &f), "bc");
	assert_true(queue_index_remove(ix, &c));
	assert_string_equal(matching(ix, &f), "b");
	queue_index_clear(ix);
	assert_int_equal(queue_index_count(ix), 0);
	assert_string_equal(matching(ix, &f), "");
	queue_index_free(ix);
}

/* Texts that come and go for as long as a process runs cost no more than those there are. */
static void test_queue_index_put__changing_texts_do_not_grow_memory(void **state)
{
	const int n_puts = getenv("ISOBAR_TEST_ALL") ? 10000000 : 300000;
	struct queue_index *ix = queue_index_new(1);
	size_t early = 0;

	(void)state;
	for (int i = 0; i < n_puts; i++) {
		struct index_risk r = plain_risk('a');
		const int64_t set[] = {i};
		char text[64];

		memcpy(r.id.bytes, &(int){i % 500}, sizeof(int));
		snprintf(text, sizeof(text), "a text of its own for each put: %08d", i);
		r.account = r.region = r.owner = r.subject = r.asset_id = r.asset_name =
		        r.title = text;
		r.source_ids = set;
		r.n_sources = 1;
		queue_index_put(ix, &r);
		const struct index_memory memory = queue_index_memory(ix);

		const size_t size = memory.rows + memory.texts;

		if (i < 100000 && size > early)
			early = size;
		else if (size > early)
			fail_msg("%zu bytes after %d puts, %zu before", size, i, early);
	}
	assert_int_equal(queue_index_count(ix), 500);
	assert_true(early < (size_t)8 << 20);
	queue_index_free(ix);
}

/* --- facets --- */

static const char *facet_text(const struct index_facet_values *values, struct arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < values->n; i++)
		text = arena_printf(a, "%s%s%s:%zu", text, i ? " " : "",
		                    values->values[i].value ? values->values[i].value
		                                            : "null",
		                    values->values[i].count);
	return text;
}

static void test_queue_index_facets__count_values_most_first(void **state)
{
	static const char *const want[N_INDEX_FACETS] = {
	        [FACET_BAND] = "medium:2 low:1",
	        [FACET_STATE] = "open:2 resolved:1",
	        [FACET_PROVIDER] = "none:2 oci:1",
	        [FACET_ACCOUNT] = "1:1 2:1 null:1",
	        [FACET_REGION] = ":1 eu:1 null:1",
	        [FACET_CLASS] = "misconfiguration:2 other:1",
	        [FACET_LAYER] = "unknown:2 compute:1",
	        [FACET_RESPONSIBILITY] = "customer:2 unknown:1",
	        [FACET_OWNER] = "null:2 team:1",
	        [FACET_SOURCE] = "prod:1 trivy:1", /* two sources of a are of one name */
	        [FACET_SLA] = "met:1 none:1 ok:1",
	};
	ARENA_SCOPED a = arena_new(1024);
	struct queue_index *ix = filled();
	struct index_filter f = everything();
	struct index_facets facets;

	(void)state;
	for (int pass = 0; pass < 2; pass++) { /* from the counts kept, and by looking */
		queue_index_facets(ix, &f, NOW, a, &facets);
		assert_int_equal(facets.total, 3);
		for (int i = 0; i < N_INDEX_FACETS; i++)
			if (strcmp(facet_text(&facets.of[i], a), want[i]) != 0)
				fail_msg("%s: %s", index_facet_name((enum index_facet)i),
				         facet_text(&facets.of[i], a));
		f.due_before = TIMESTAMP_NONE;
		f.classes = 1u << CLASS_OTHER | 1u << CLASS_MISCONFIGURATION;
	}
	f.account = "1";
	queue_index_facets(ix, &f, NOW + 1, a, &facets);
	assert_int_equal(facets.total, 1);
	assert_string_equal(facet_text(&facets.of[FACET_BAND], a), "medium:1");
	f.account = "unknown";
	queue_index_facets(ix, &f, NOW, a, &facets);
	assert_int_equal(facets.total, 0);
	for (int i = 0; i < N_INDEX_FACETS; i++)
		assert_int_equal(facets.of[i].n, 0);
	queue_index_free(ix);
}

/* Some of these are answered from the counts kept, others by looking at each risk. */
static void test_queue_index_facets__count_any_states_and_duties(void **state)
{
	static const struct {
		unsigned int states, responsibilities;
		const char *want;
	} rows[] = {
	        {0x7f, 0xf, "open:2 resolved:1"},
	        {0x07, 0xf, "open:2"},
	        {0x78, 0xf, "resolved:1"},
	        {1u << RISK_OPEN, 0xf, "open:2"},
	        {1u << RISK_RESOLVED, 0xf, "resolved:1"},
	        {1u << RISK_CONTESTED, 0xf, ""},
	        {0, 0xf, ""},
	        {0x7f, 1u << VERDICT_UNKNOWN, "open:1"},
	        {0x7f, 1u << VERDICT_CUSTOMER, "open:1 resolved:1"},
	        {0x07, 1u << VERDICT_CUSTOMER, "open:1"},
	        {0x7f, 1u << VERDICT_SHARED, ""},
	        {~0u, ~0u, "open:2 resolved:1"},
	};
	ARENA_SCOPED a = arena_new(1024);
	struct queue_index *ix = filled();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct index_filter f = everything();
		struct index_facets facets;

		f.states = rows[i].states;
		f.responsibilities = rows[i].responsibilities;
		queue_index_facets(ix, &f, NOW, a, &facets);
		if (strcmp(facet_text(&facets.of[FACET_STATE], a), rows[i].want) != 0)
			fail_msg("row %zu: %s", i, facet_text(&facets.of[FACET_STATE], a));
	}
	queue_index_free(ix);
}

/* Texts get new numbers now and then; what is counted by them goes with them. */
static void test_queue_index_facets__count_on_after_texts_have_changed(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct queue_index *ix = queue_index_new(1);
	const struct index_filter f = everything();
	struct index_facets facets;
	struct index_risk r = plain_risk('a');

	(void)state;
	queue_index_put(ix, &r); /* of no account */
	r = plain_risk('b');
	for (int i = 0; i < 20000; i++) {
		char account[16];

		snprintf(account, sizeof(account), "%05d", i);
		r.account = account;
		queue_index_put(ix, &r);
	}
	queue_index_facets(ix, &f, NOW, a, &facets);
	assert_string_equal(facet_text(&facets.of[FACET_ACCOUNT], a), "19999:1 null:1");
	queue_index_free(ix);
}

static void test_queue_index_facets__show_a_hundred_values(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct queue_index *ix = queue_index_new(1);
	const struct index_filter f = everything();
	struct index_facets facets;

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct index_risk r = plain_risk('a');
		char account[16];

		memcpy(r.id.bytes, &i, sizeof(i));
		snprintf(account, sizeof(account), "%03d", i < 400 ? i : 250);
		r.account = account;
		queue_index_put(ix, &r);
	}
	queue_index_facets(ix, &f, NOW, a, &facets);
	const struct index_facet_values *got = &facets.of[FACET_ACCOUNT];

	assert_int_equal(got->n, INDEX_FACET_VALUES_MAX);
	assert_string_equal(got->values[0].value, "250");
	assert_int_equal(got->values[0].count, 101);
	assert_string_equal(got->values[1].value, "000");
	assert_string_equal(got->values[99].value, "098");
	queue_index_free(ix);
}

static void test_queue_index__an_empty_one_answers_nothing(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct queue_index *ix = queue_index_new(1);
	struct index_filter f = everything();
	struct index_facets facets;

	(void)state;
	assert_string_equal(matching(ix, &f), "");
	f.text = "x";
	assert_string_equal(matching(ix, &f), "");
	f.text = "";
	assert_string_equal(matching(ix, &f), "");
	queue_index_facets(ix, &f, NOW, a, &facets);
	assert_int_equal(facets.total, 0);
	queue_index_freep(&ix);
	assert_null(ix);
	queue_index_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_queue_index_page__texts_match_as_in_the_store),
	        cmocka_unit_test(test_queue_index_page__an_asset_matches_by_id_or_name),
	        cmocka_unit_test(test_queue_index_page__numbers_match_by_mask_and_limit),
	        cmocka_unit_test(
	                test_queue_index_page__a_scope_takes_its_accounts_and_owners),
	        cmocka_unit_test(test_queue_index_page__ranks_are_those_of_now),
	        cmocka_unit_test(test_queue_index_page__orders_break_ties_by_id),
	        cmocka_unit_test(test_queue_index_page__begins_after_the_cursor),
	        cmocka_unit_test(test_queue_index_page__has_no_more_than_the_limit),
	        cmocka_unit_test(test_queue_index_put__replaces_what_has_the_id),
	        cmocka_unit_test(test_queue_index_remove__leaves_the_others),
	        cmocka_unit_test(test_queue_index_put__changing_texts_do_not_grow_memory),
	        cmocka_unit_test(test_queue_index_facets__count_values_most_first),
	        cmocka_unit_test(test_queue_index_facets__count_any_states_and_duties),
	        cmocka_unit_test(
	                test_queue_index_facets__count_on_after_texts_have_changed),
	        cmocka_unit_test(test_queue_index_facets__show_a_hundred_values),
	        cmocka_unit_test(test_queue_index__an_empty_one_answers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
