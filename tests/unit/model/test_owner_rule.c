/* SPDX-License-Identifier: Apache-2.0 */
/* Owner rules: which of them decides, and tags of what holds an asset. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/finding.h"
#include "model/owner_rule.h"

static const struct org org = {.id = 7};

#define SUB   "/subscriptions/00000000-0000-4000-8000-000000000001"
#define GROUP SUB "/resourcegroups/shop"
#define SITE  GROUP "/providers/microsoft.web/sites/web-1"

#define NO_TAG             \
	{                  \
		NULL, NULL \
	}

/* clang-format off */
static const struct owner_row {
	const char *name;
	struct owner_rule rules[4]; /* level, position, pattern, owner */
	struct asset_tag own[2], group[2], account[2], folder[2];
	const char *want; /* NULL: nobody */
} owner_rows[] = {
	{"no rule", {{0}}, {NO_TAG}, {NO_TAG}, {NO_TAG}, {NO_TAG}, NULL},
	{"default", {{.level = 4, .pattern = "", .owner = "ops"}}, {NO_TAG}, {NO_TAG}, {NO_TAG}, {NO_TAG}, "ops"},
	{"the lowest level", {{.level = 4, .pattern = "", .owner = "ops"}, {.level = 3, .pattern = "*", .owner = "path"},
	  {.level = 2, .pattern = "00000000-*", .owner = "account"}, {.level = 1, .pattern = "SHOP", .owner = "group"}},
	 {NO_TAG}, {NO_TAG}, {NO_TAG}, {NO_TAG}, "group"},
	{"in it the lowest position", {{.level = 3, .position = 2, .pattern = "*", .owner = "second"},
	  {.level = 3, .position = 1, .pattern = "*/web-1", .owner = "first"}},
	 {NO_TAG}, {NO_TAG}, {NO_TAG}, {NO_TAG}, "first"},
	{"what does not match is passed over", {{.level = 1, .pattern = "bank|pay*", .owner = "bank"},
	  {.level = 2, .pattern = "1111", .owner = "account"}, {.level = 3, .pattern = "*/sites/*", .owner = "web"}},
	 {NO_TAG}, {NO_TAG}, {NO_TAG}, {NO_TAG}, "web"},
	{"own tag", {{.level = 0, .pattern = "team=shop|store", .owner = "shop"}}, {{"Team", "Store"}}, {NO_TAG},
	 {NO_TAG}, {NO_TAG}, "shop"},
	{"a tag's name alone", {{.level = 0, .pattern = "owned", .owner = "shop"}}, {{"owned", "whatever"}}, {NO_TAG},
	 {NO_TAG}, {NO_TAG}, "shop"},
	{"of the group", {{.level = 0, .pattern = "team=shop", .owner = "shop"}}, {{"env", "x"}}, {{"team", "shop"}},
	 {{"team", "bank"}}, {NO_TAG}, "shop"},
	{"of the account", {{.level = 0, .pattern = "team=shop", .owner = "shop"}}, {NO_TAG}, {{"env", "x"}},
	 {{"team", "shop"}}, {{"team", "bank"}}, "shop"},
	{"of what is above", {{.level = 0, .pattern = "team=shop", .owner = "shop"}}, {NO_TAG}, {NO_TAG}, {NO_TAG},
	 {{"team", "shop"}}, "shop"},
	{"the nearest decides", {{.level = 0, .position = 0, .pattern = "team=shop", .owner = "shop"}},
	 {{"team", "bank"}}, {{"team", "shop"}}, {NO_TAG}, {NO_TAG}, NULL},
	{"each name by itself", {{.level = 0, .position = 1, .pattern = "owner=a", .owner = "a"},
	  {.level = 0, .position = 0, .pattern = "team=shop", .owner = "shop"}},
	 {{"owner", "a"}}, {{"team", "shop"}}, {NO_TAG}, {NO_TAG}, "shop"},
	{"a tag before all else", {{.level = 0, .pattern = "team=shop", .owner = "shop"},
	  {.level = 1, .pattern = "shop", .owner = "group"}}, {NO_TAG}, {NO_TAG}, {{"team", "shop"}}, {NO_TAG}, "shop"},
};
/* clang-format on */

static size_t count_tags(const struct asset_tag *tags)
{
	size_t n = 0;

	while (n < 2 && tags[n].name)
		n++;
	return n;
}

static int by_key(const void *a, const void *b)
{
	const struct owner_container *x = a, *y = b;
	const int order = key_cmp(&x->of, &y->of);

	return order ? order : x->steps - y->steps;
}

static void test_owner_of__takes_the_lowest_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(owner_rows); i++) {
		const struct owner_row *row = &owner_rows[i];
		ARENA_SCOPED a = arena_new(4096);
		struct owner_rule rows[4];
		struct owner_rules rules = {.rows = rows};
		struct owner_container containers[] = {
		        {asset_key_of(&org, GROUP), 0, row->group, count_tags(row->group)},
		        {asset_key_of(&org, SUB), 0, row->account,
		         count_tags(row->account)},
		        {asset_key_of(&org, SUB), 1, row->folder, count_tags(row->folder)},
		};
		const struct risk_view view = {
		        .provider = PROVIDER_AZURE,
		        .account = "00000000-0000-4000-8000-000000000001",
		        .region = "",
		        .type = "microsoft.web/sites",
		        .name = "web-1",
		        .id = SITE,
		        .tags = row->own,
		        .n_tags = count_tags(row->own),
		        .subject = "",
		        .location = ""};

		memcpy(rows, row->rules, sizeof(rows));
		while (rules.n < 4 && rows[rules.n].owner)
			rules.n++;
		qsort(containers, N_ELEMENTS(containers), sizeof(*containers), by_key);
		rules.containers = containers;
		rules.n_containers = N_ELEMENTS(containers);
		owner_rules_prepare(&rules, a);
		const struct owner_rule *got = owner_of(&org, &rules, &view, a);

		if ((got == NULL) != (row->want == NULL) ||
		    (got && strcmp(got->owner, row->want) != 0))
			fail_msg("%s: got %s", row->name, got ? got->owner : "nobody");
	}
}

/* clang-format off */
static const struct held_row {
	enum provider provider;
	const char *account, *id;
	const char *want[OWNER_CONTAINERS_MAX];
} held_rows[] = {
	{PROVIDER_AZURE, "1", "/subscriptions/1/resourcegroups/g/providers/x/y", {"/subscriptions/1/resourcegroups/g", "/subscriptions/1"}},
	{PROVIDER_AZURE, "1", "/subscriptions/1/resourcegroups/g", {"/subscriptions/1"}},
	{PROVIDER_AZURE, "1", "/subscriptions/1", {NULL}},
	{PROVIDER_AWS, "111122223333", "arn:aws:s3:::b", {"arn:aws:iam::111122223333:root"}},
	{PROVIDER_GCP, "shop", "//storage.googleapis.com/b", {"//cloudresourcemanager.googleapis.com/projects/shop"}},
	{PROVIDER_NONE, "", "ghcr.io/a/b", {NULL}},
};
/* clang-format on */

static void test_owner_containers_of__names_group_and_account(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(held_rows); i++) {
		const struct held_row *row = &held_rows[i];
		ARENA_SCOPED a = arena_new(4096);
		const struct risk_view view = {
		        .provider = row->provider, .account = row->account, .id = row->id};
		struct key keys[OWNER_CONTAINERS_MAX];
		const size_t n = owner_containers_of(&org, &view, a, keys);
		size_t n_wanted = 0;

		while (n_wanted < OWNER_CONTAINERS_MAX && row->want[n_wanted])
			n_wanted++;
		if (n != n_wanted)
			fail_msg("%s: %zu", row->id, n);
		for (size_t k = 0; k < n; k++) {
			const struct key want = asset_key_of(&org, row->want[k]);

			if (key_cmp(&want, &keys[k]) != 0)
				fail_msg("%s: container %zu", row->id, k);
		}
	}
}

static void test_owner_rule_check__says_what_is_wrong(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(owner_rule_check(OWNER_BY_TAG, "team=shop", &err), 0);
	assert_int_equal(owner_rule_check(OWNER_BY_DEFAULT, "", &err), 0);
	assert_int_equal(owner_rule_check(OWNER_BY_DEFAULT, "x", &err), ERR_INVALID);
	assert_string_equal(err.text, "a rule of level default has no pattern, not \"x\"");
	assert_int_equal(owner_rule_check(OWNER_BY_PATH, " | ", &err), ERR_INVALID);
	assert_string_equal(err.text, "a rule of level path wants a pattern");
	assert_int_equal(owner_rule_check(OWNER_BY_TAG, "team=", &err), ERR_INVALID);
	assert_string_equal(err.text,
	                    "a rule of level tag wants KEY=VALUE or KEY, not \"team=\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_owner_of__takes_the_lowest_rule),
	        cmocka_unit_test(test_owner_containers_of__names_group_and_account),
	        cmocka_unit_test(test_owner_rule_check__says_what_is_wrong),
	};

	return cmocka_run_group_tests_name("owner_rule", tests, NULL, NULL);
}
