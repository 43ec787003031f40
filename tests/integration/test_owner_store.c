/* SPDX-License-Identifier: Apache-2.0 */
/* Owner rules as the scorer reads them, and the tags of what holds assets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/finding.h"
#include "store/owner_store.h"

#include "support/pg_fixture.h"

#define NOW     (INT64_C(1794700800) * USEC_PER_SEC) /* 2026-11-15T00:00:00Z */
#define SUB     "/subscriptions/00000000-0000-4000-8000-000000000001"
#define GROUP   SUB "/resourcegroups/shop"
#define SITE    GROUP "/providers/microsoft.web/sites/web-1"
#define PROJECT "//cloudresourcemanager.googleapis.com/projects/shop"
#define FOLDER  "//cloudresourcemanager.googleapis.com/folders/1"
#define ORG     "//cloudresourcemanager.googleapis.com/organizations/1"

static struct pg *owner, *operator, * scorer;
static struct arena *arena;
static const struct org org = {.id = 1, .slug = "default"};

static const char *key_sql(const char *id)
{
	const struct key key = asset_key_of(&org, id);
	char text[KEY_TEXT_MAX];

	return arena_printf(arena, "'%s'::uuid", key_text(&key, text));
}

static void asset_put(const char *id, const char *tags)
{
	pg_fixture_exec(
	        owner,
	        arena_printf(arena,
	                     "insert into isobar.asset (org_id, asset_id, canonical_id, "
	                     "provider, account, region, type, name, id, tags, stored_at) "
	                     "values (1, %s, %s, 2, '', '', '', '', '%s', %s, now())",
	                     key_sql(id), key_sql(id), id,
	                     tags ? arena_printf(arena, "'%s'", tags) : "null"));
}

static void contains(const char *from, const char *to)
{
	pg_fixture_exec(
	        owner,
	        arena_printf(arena,
	                     "insert into isobar.asset_edge (org_id, from_id, to_id, "
	                     "kind, source_id, stated_id, valid_from) "
	                     "values (1, %s, %s, 4, 1, %s, now())",
	                     key_sql(from), key_sql(to), key_sql(to)));
}

static const char *owner_name(struct owner_rules *rules, const struct risk_view *view)
{
	struct error err = {0};

	if (owner_containers_load(scorer, &org, view, 1, arena, rules, &err) < 0)
		fail_msg("%s", err.text);
	const struct owner_rule *rule = owner_of(&org, rules, view, arena);

	return rule ? rule->owner : "nobody";
}

static void rules_put(const struct owner_rule_row *rows, size_t n, struct owner_rules *out)
{
	static const struct owner_row owners[] = {
	        {.name = "bank", .contact = "", .email = "", .escalation = ""},
	        {.name = "ops", .contact = "", .email = "", .escalation = ""},
	        {.name = "shop", .contact = "", .email = "", .escalation = ""}};
	struct error err = {0};
	int64_t n_changed;
	int line;

	if (owners_put(operator, & org, owners, N_ELEMENTS(owners), "test", NOW, &n_changed,
	               &err) < 0 ||
	    owner_rules_replace(operator, & org, rows, n, "test", NOW, &n_changed, &line,
	                        &err) < 0 ||
	    owner_rules_load(scorer, &org, arena, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void test_owner_containers_load__finds_tags_upwards(void **state)
{
	static const struct owner_rule_row rows[] = {
	        {OWNER_BY_DEFAULT, "", "ops", 4},
	        {OWNER_BY_TAG, "team=bank", "bank", 3},
	        {OWNER_BY_TAG, "team=shop", "shop", 2}};
	struct risk_view site = {.provider = PROVIDER_AZURE,
	                         .account = &SUB[strlen("/subscriptions/")],
	                         .id = SITE};
	const struct risk_view bucket = {.provider = PROVIDER_GCP,
	                                 .account = "shop",
	                                 .id = "//storage.googleapis.com/b"};
	static const struct asset_tag bank = {"team", "bank"};
	struct owner_rules rules;

	(void)state;
	rules_put(rows, N_ELEMENTS(rows), &rules);
	assert_int_equal(rules.n, 3);
	assert_string_equal(owner_name(&rules, &site), "ops");
	asset_put(SUB, "{\"Team\": \"bank\"}");
	assert_string_equal(owner_name(&rules, &site), "bank");
	asset_put(GROUP, "{\"Team\": \"shop\"}");
	assert_string_equal(owner_name(&rules, &site), "shop");
	site.tags = &bank;
	site.n_tags = 1;
	assert_string_equal(owner_name(&rules, &site), "bank");

	assert_string_equal(owner_name(&rules, &bucket), "ops");
	asset_put(PROJECT, NULL);
	asset_put(FOLDER, "{\"env\": \"x\"}");
	asset_put(ORG, "{\"team\": \"bank\"}");
	contains(FOLDER, PROJECT);
	contains(ORG, FOLDER);
	contains(PROJECT, ORG); /* a circle ends */
	assert_string_equal(owner_name(&rules, &bucket), "bank");
	assert_int_equal(rules.n_containers, 2);
}

/* --- */

static int setup(void **state)
{
	(void)state;
	arena = arena_new(4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                test_owner_containers_load__finds_tags_upwards, setup, teardown),
	};
	int failed;

	pg_fixture_create("owner_store");
	pg_fixture_migrate();
	owner = pg_fixture_open(NULL, 0);
	operator= pg_fixture_open("isobar_operator", PG_GROUP_GOVERN);
	scorer =
	        pg_fixture_open("isobar_scorer", PG_GROUP_SCORER | PG_GROUP_SESSION_SCORER);
	failed = cmocka_run_group_tests_name("owner_store", tests, NULL, NULL);
	pg_close(scorer);
	pg_close(operator);
	pg_close(owner);
	pg_fixture_drop();
	return failed;
}
