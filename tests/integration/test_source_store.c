/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a collector reads of a source: its settings and its opened secrets, with the right
 * key alone, and no secret that belongs to another row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/source_store.h"

#include "support/pg_fixture.h"

#define NOW (INT64_C(1794700800) * USEC_PER_SEC) /* 2026-11-15T00:00:00Z */

static struct pg *owner, *keeper, *collector;
static struct arena *arena;
static const struct org org = {.id = 1, .slug = "default"};

static struct master_key key_from(uint8_t first)
{
	uint8_t random[MASTER_KEY_SIZE] = {first};
	struct master_key key;

	master_key_make(random, &key);
	return key;
}

/* A source of two settings and two secrets. */
static int add(const char *name, const struct master_key *key, struct error *err)
{
	static const struct source_pair settings[] = {{"tenant", "t-\"1\""},
	                                              {"list", "a,b"}};
	static const struct secret_text secrets[] = {{"secret", "s3cret\n1", 8},
	                                             {"other", "0th3r", 5}};
	const struct source_wish wish = {.name = name,
	                                 .connector = "weather",
	                                 .settings = settings,
	                                 .n_settings = N_ELEMENTS(settings),
	                                 .interval_s = 3600,
	                                 .misses = 2,
	                                 .secrets = secrets,
	                                 .n_secrets = N_ELEMENTS(secrets),
	                                 .key = key};

	return source_add(keeper, &org, &wish, NOW, err);
}

static const char *value_of(const struct source_pair *pairs, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(pairs[i].key, key) == 0)
			return pairs[i].value;
	return "(none)";
}

/* The values as a collector reads them, or why not. */
static const char *read_secret(const char *name, const struct master_key *key)
{
	const int64_t id = source_id_of(&org, name, "weather");
	struct error err = {0};
	struct source_pair *pairs;
	size_t n;

	if (source_values(collector, &org, id, key, arena, &pairs, &n, &err) < 0)
		return arena_strdup(arena, err.text);
	assert_int_equal(n, 4);
	assert_string_equal(value_of(pairs, n, "tenant"), "t-\"1\"");
	assert_string_equal(value_of(pairs, n, "list"), "a,b");
	assert_string_equal(value_of(pairs, n, "other"), "0th3r");
	return value_of(pairs, n, "secret");
}

static void test_source_values__opens_what_was_sealed(void **state)
{
	const struct master_key key = key_from(1), other = key_from(2);
	struct error err = {0};
	const char *text;

	(void)state;
	if (add("one", &key, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(read_secret("one", &key), "s3cret\n1");
	text = read_secret("one", &other);
	assert_non_null(strstr(text, key.name));
	assert_non_null(strstr(text, other.name));
	assert_null(strstr(text, "s3cret"));
	text = read_secret("one", NULL);
	assert_non_null(strstr(text, "there is no key file"));
	assert_int_equal(add("one", &key, &err), ERR_CONFLICT);
	assert_int_equal(add("two", &other, &err), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "ISOBAR_KEY_FILE"));
	assert_int_equal(pg_fixture_number(owner, "select count(*) from isobar.source"), 1);
}

static void test_source_values__refuses_what_belongs_elsewhere(void **state)
{
	const struct master_key key = key_from(1);
	struct error err = {0};

	(void)state;
	if (add("two", &key, &err) < 0)
		fail_msg("%s", err.text);
	pg_fixture_exec(
	        owner,
	        arena_printf(arena,
	                     "update isobar.source_secret as s set sealed = o.sealed "
	                     "from isobar.source_secret as o where s.source_id = %lld "
	                     "and o.source_id <> s.source_id and o.key = s.key",
	                     (long long)source_id_of(&org, "two", "weather")));
	assert_non_null(strstr(read_secret("two", &key), "cannot be opened"));
	assert_string_equal(read_secret("one", &key), "s3cret\n1");
}

static void test_source_secrets_rekey__is_all_or_nothing(void **state)
{
	const struct master_key key = key_from(1), next = key_from(3);
	struct error err = {0};
	int64_t n = 0, n_gone;

	(void)state;
	/* One of them does not open. */
	assert_int_equal(source_secrets_rekey(keeper, &key, &next, NOW, &n, &err),
	                 ERR_DENIED);
	assert_string_equal(read_secret("one", &key), "s3cret\n1");
	assert_int_equal(source_remove(keeper, &org, source_id_of(&org, "two", "weather"),
	                               &n_gone, &err),
	                 0);
	assert_int_equal(n_gone, 2);
	assert_int_equal(source_secrets_rekey(keeper, &key, &next, NOW, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(read_secret("one", &next), "s3cret\n1");
	assert_non_null(strstr(read_secret("one", &key), next.name));
	/* Again does no harm. */
	assert_int_equal(source_secrets_rekey(keeper, &key, &next, NOW, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(source_secrets_rekey(keeper, &next, &next, NOW, &n, &err),
	                 ERR_CONFLICT);
}

static void test_enabled_sources__are_of_all_orgs(void **state)
{
	struct enabled_source *rows;
	struct error err = {0};
	size_t n;

	(void)state;
	pg_fixture_exec(owner, "insert into isobar.org (org_id, name, created_at) "
	                       "values (2, 'branch', now())");
	pg_fixture_exec(
	        owner,
	        "insert into isobar.source (org_id, source_id, name, connector, kind, "
	        "enabled, settings, created_at) values "
	        "(2, 1, 'far', 'weather', 1, true, '{}', now()), "
	        "(2, 2, 'paused', 'weather', 1, false, '{}', now()), "
	        "(2, 3, 'files', 'weather', 0, true, null, now())");
	if (enabled_sources(collector, arena, &rows, &n, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].name, "one");
	assert_int_equal(rows[0].interval_s, 3600);
	assert_int_equal(rows[0].misses, 2);
	assert_int_equal(rows[0].next_run_at, NOW);
	assert_string_equal(rows[1].name, "far");
	assert_string_equal(rows[1].org.slug, "branch");
	assert_int_equal(rows[1].next_run_at, TIMESTAMP_NONE);
}

static void test_source_change__loses_to_who_was_first(void **state)
{
	static const struct source_pair settings[] = {{"tenant", "t-2"}};
	const struct source_wish wish = {.name = "one",
	                                 .connector = "weather",
	                                 .settings = settings,
	                                 .n_settings = 1,
	                                 .interval_s = 60};
	struct live_row row;
	struct error err = {0};

	(void)state;
	if (source_row_find(keeper, &org, "one", NOW, arena, &row, &err) < 0 ||
	    source_change(keeper, &org, &row, &wish, NOW, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(source_change(keeper, &org, &row, &wish, NOW, &err), ERR_CONFLICT);
	assert_int_equal(source_row_find(keeper, &org, "uno", NOW, arena, &row, &err),
	                 ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_source_values__opens_what_was_sealed),
	        cmocka_unit_test(test_source_values__refuses_what_belongs_elsewhere),
	        cmocka_unit_test(test_source_secrets_rekey__is_all_or_nothing),
	        cmocka_unit_test(test_enabled_sources__are_of_all_orgs),
	        cmocka_unit_test(test_source_change__loses_to_who_was_first),
	};
	int failed;

	pg_fixture_create("source_store");
	pg_fixture_migrate();
	owner = pg_fixture_open(NULL, 0);
	keeper = pg_fixture_open("isobar_operator", PG_GROUP_SOURCE);
	collector = pg_fixture_open("isobar_collector", PG_GROUP_SOURCE);
	arena = arena_new(4096);
	failed = cmocka_run_group_tests_name("source_store", tests, NULL, NULL);
	arena_free(arena);
	pg_close(collector);
	pg_close(keeper);
	pg_close(owner);
	pg_fixture_drop();
	return failed;
}
