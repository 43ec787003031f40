/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what, as docs/access.md states it: every role against every permission,
 * written out a second time, and every kind of scope against every place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/access.h"

static struct arena *arena;

static const enum permission permissions[] = {
        PERMISSION_READ,    PERMISSION_TRIAGE, PERMISSION_APPROVE, PERMISSION_INGEST,
        PERMISSION_DELIVER, PERMISSION_AUDIT,  PERMISSION_ADMIN,
};

static const struct {
	const char *name;
	int number;          /* as stored */
	const char *allowed; /* a letter for each of the permissions above */
} table[] = {
        {"viewer", 0, "R------"},     {"analyst", 1, "RT-----"}, {"approver", 2, "RTA----"},
        {"integrator", 3, "R--ID--"}, {"admin", 4, "RT-IDUM"},   {"auditor", 5, "R----U-"},
};

static void grant(struct access *access, enum role role, const char *scope)
{
	struct error err;

	if (access_add_grant(access, role, scope, arena, &err) < 0)
		fail_msg("%s: %s", scope, err.text);
}

static void test_roles__allow_what_the_table_says(void **state)
{
	(void)state;
	assert_int_equal(N_ELEMENTS(table), N_ROLES);
	for (int role = 0; role < N_ROLES; role++) {
		struct access whole = {0}, part = {0};
		enum role parsed;

		assert_int_equal(table[role].number, role);
		assert_string_equal(role_name((enum role)role), table[role].name);
		assert_int_equal(role_parse(table[role].name, &parsed), 0);
		assert_int_equal(parsed, role);
		grant(&whole, (enum role)role, "");
		grant(&part, (enum role)role, "owner:shop");
		for (size_t i = 0; i < N_ELEMENTS(permissions); i++) {
			const bool want = table[role].allowed[i] != '-';
			const enum permission p = permissions[i];

			if (access_allows(&whole, p) != want ||
			    access_allows_everywhere(&whole, p) != want ||
			    access_allows_on(&whole, p, "1", NULL) != want ||
			    access_allows(&part, p) != want ||
			    access_allows_everywhere(&part, p) ||
			    access_allows_on(&part, p, "1", "shop") != want ||
			    access_allows_on(&part, p, "1", NULL))
				fail_msg("%s, permission %zu", table[role].name, i);
		}
	}
}

/* Every permission has a holder, or its routes were nobody's; all may read. */
static void test_roles__hold_every_permission_among_them(void **state)
{
	unsigned int some = 0, all = ~0u;

	(void)state;
	for (int role = 0; role < N_ROLES; role++) {
		some |= role_permissions((enum role)role);
		all &= role_permissions((enum role)role);
	}
	assert_int_equal(some, 0x7f);
	assert_int_equal(all, PERMISSION_READ);
}

static void test_role_parse__takes_names_as_written(void **state)
{
	static const char *const rows[] = {"", "Viewer", "viewers", "view", "0", "viewer "};
	enum role role = ROLE_ADMIN;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_int_equal(role_parse(rows[i], &role), -1);
	assert_int_equal(role, ROLE_ADMIN); /* untouched */
}

static void test_access__is_nothing_at_first(void **state)
{
	const struct access none = {0};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(permissions); i++) {
		assert_false(access_allows(&none, permissions[i]));
		assert_false(access_allows_everywhere(&none, permissions[i]));
		assert_false(access_allows_on(&none, permissions[i], "", ""));
	}
	assert_true(access_allows(&none, PERMISSION_NONE));
}

static void test_access__holds_where_the_scope_is(void **state)
{
	static const struct {
		const char *name, *account, *owner;
		bool read, triage, approve;
	} rows[] = {
	        {"neither", "222", "web", false, false, false},
	        {"nobody's", "222", NULL, false, false, false},
	        {"the account", "111", NULL, true, false, false},
	        {"the account, of another", "111", "web", true, false, false},
	        {"the owner", "222", "shop", true, true, false},
	        {"both", "111", "shop", true, true, false},
	        {"the owner's name as account", "shop", "111", false, false, false},
	        {"begins alike", "1111", "shops", false, false, false},
	        {"is shorter", "11", "sho", false, false, false},
	        {"in capitals", "111x", "SHOP", false, false, false},
	        {"no account", "", "", false, false, false},
	        {"a third scope", "333", NULL, true, true, true},
	};
	struct access access = {0};

	(void)state;
	grant(&access, ROLE_VIEWER, "account:111");
	grant(&access, ROLE_ANALYST, "owner:shop");
	grant(&access, ROLE_APPROVER, "account:333");
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const char *account = rows[i].account, *owner = rows[i].owner;

		if (access_allows_on(&access, PERMISSION_READ, account, owner) !=
		            rows[i].read ||
		    access_allows_on(&access, PERMISSION_TRIAGE, account, owner) !=
		            rows[i].triage ||
		    access_allows_on(&access, PERMISSION_APPROVE, account, owner) !=
		            rows[i].approve)
			fail_msg("%s", rows[i].name);
	}
	assert_true(access_allows(&access, PERMISSION_APPROVE));
	assert_false(access_allows(&access, PERMISSION_ADMIN));
	assert_false(access_allows_everywhere(&access, PERMISSION_READ));
}

static void test_access__adds_up_roles(void **state)
{
	struct access access = {0};

	(void)state;
	grant(&access, ROLE_VIEWER, "account:1");
	grant(&access, ROLE_INTEGRATOR, "account:1");
	assert_int_equal(access.n_grants, 1);
	assert_int_equal(access.grants[0].permissions, role_permissions(ROLE_INTEGRATOR));
	assert_int_equal(access.grants[0].kind, ACCESS_ACCOUNT);
	assert_string_equal(access.grants[0].value, "1");
	grant(&access, ROLE_AUDITOR, "");
	grant(&access, ROLE_APPROVER, "");
	assert_int_equal(access.permissions,
	                 role_permissions(ROLE_AUDITOR) | role_permissions(ROLE_APPROVER));
	assert_true(access_allows_on(&access, PERMISSION_DELIVER, "1", NULL));
	assert_false(access_allows_on(&access, PERMISSION_DELIVER, "2", NULL));
	assert_true(access_allows_on(&access, PERMISSION_APPROVE, "2", NULL));
}

static void test_access__keeps_copies_of_many_scopes(void **state)
{
	struct access access = {0};
	struct error err;
	char scope[32];

	(void)state;
	for (int i = 0; i < ACCESS_MAX_GRANTS; i++) {
		snprintf(scope, sizeof(scope), "account:%d", i);
		grant(&access, ROLE_VIEWER, scope);
	}
	assert_int_equal(access.n_grants, ACCESS_MAX_GRANTS);
	assert_true(access_allows_on(&access, PERMISSION_READ, "0", NULL));
	assert_true(access_allows_on(&access, PERMISSION_READ, "999", NULL));
	assert_int_equal(
	        access_add_grant(&access, ROLE_VIEWER, "account:more", arena, &err),
	        ERR_LIMIT);
	grant(&access, ROLE_ANALYST, "account:7"); /* stands already */
	assert_true(access_allows_on(&access, PERMISSION_TRIAGE, "7", NULL));
}

static void test_access_add_grant__refuses_what_is_no_scope(void **state)
{
	char longest[ACCESS_VALUE_MAX + 16], longer[ACCESS_VALUE_MAX + 16];
	const char *const rows[] = {
	        " ",          "account",         "account:",   "owner:",    "Account:1",
	        "team:shop",  " account:1",      "account :1", "owner:a\n", "owner:\x7f",
	        "owner:\xff", "account:1\x1b[m", "all",        "*",         longer,
	};
	struct access access = {0};
	struct error err;

	(void)state;
	snprintf(longest, sizeof(longest), "owner:%0*d", ACCESS_VALUE_MAX, 0);
	snprintf(longer, sizeof(longer), "owner:%0*d", ACCESS_VALUE_MAX + 1, 0);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (access_add_grant(&access, ROLE_ADMIN, rows[i], arena, &err) !=
		    ERR_INVALID)
			fail_msg("\"%s\" is taken", rows[i]);
	assert_int_equal(access_add_grant(&access, (enum role)N_ROLES, "", arena, &err),
	                 ERR_INVALID);
	assert_int_equal(access_add_grant(&access, (enum role) - 1, "", arena, &err),
	                 ERR_INVALID);
	assert_int_equal(access.n_grants, 0);
	assert_int_equal(access.permissions, 0);
	grant(&access, ROLE_VIEWER, longest);
	grant(&access, ROLE_VIEWER, "owner:Team Grün: web");
	assert_string_equal(access.grants[1].value, "Team Grün: web");
}

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_roles__allow_what_the_table_says),
	        TEST(test_roles__hold_every_permission_among_them),
	        TEST(test_role_parse__takes_names_as_written),
	        TEST(test_access__is_nothing_at_first),
	        TEST(test_access__holds_where_the_scope_is),
	        TEST(test_access__adds_up_roles),
	        TEST(test_access__keeps_copies_of_many_scopes),
	        TEST(test_access_add_grant__refuses_what_is_no_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
