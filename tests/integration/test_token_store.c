/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens against a real server: what the command line writes as isobar_operator, and
 * what the api sees of it and may change, as isobar_api.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/org_store.h"
#include "store/pg_listen.h"
#include "store/token_store.h"

#include "support/pg_fixture.h"

#define NOW  (INT64_C(1794700800) * USEC_PER_SEC) /* 2026-11-15T00:00:00Z */
#define HOUR USEC_PER_HOUR

static struct pg *owner, *operator, * api;
static struct arena *arena;
static const struct org first = {.id = 1, .slug = "default"},
                        second = {.id = 2, .slug = "second"};
static unsigned int n_made; /* makes tokens differ */

/* A token that only this test could know. */
struct made {
	char text[API_TOKEN_SIZE + 1];
	char id[API_TOKEN_ID_SIZE + 1];
	uint8_t hash[KEY_SHA256_SIZE];
};

static struct made make(void)
{
	uint8_t random[API_TOKEN_RANDOM_SIZE] = {0};
	struct made made;
	struct error err;

	n_made++;
	memcpy(random, &n_made, sizeof(n_made));
	memcpy(random + 20, &n_made, sizeof(n_made));
	api_token_make(random, made.text);
	assert_int_equal(api_token_parse(made.text, made.id, &err), 0);
	api_token_hash(made.text, made.hash);
	return made;
}

/* Rights as bits of roles; the rest as the command line would choose it. */
static struct token_new wanted(const struct made *made, const char *name,
                               unsigned int roles, const char *scope)
{
	const uint8_t random[KEY_RANDOM_SIZE] = {0, (uint8_t)n_made};

	return (struct token_new){.id = made->id,
	                          .hash = made->hash,
	                          .name = name,
	                          .principal_id = key_new(NOW, random),
	                          .roles = roles,
	                          .scope = scope,
	                          .actor = "local:test",
	                          .now = NOW,
	                          .expires_at = NOW + 24 * HOUR};
}

static int create(const struct org *org, const struct token_new *t)
{
	struct error err = {0};
	const int rc = token_create(operator, org, t, &err);

	if (rc < 0 && rc != ERR_CONFLICT)
		fail_msg("%s: %s", t->name, err.text);
	return rc;
}

static struct made create_as(const struct org *org, const char *name, unsigned int roles,
                             const char *scope)
{
	const struct made made = make();
	const struct token_new t = wanted(&made, name, roles, scope);

	assert_int_equal(create(org, &t), 0);
	return made;
}

/* "role:scope" of each grant, by role and scope. */
static const char *grants_of(const char *name)
{
	return pg_fixture_text(
	        owner,
	        arena_printf(arena,
	                     "select coalesce(string_agg(role || ':' || scope, ' ' order "
	                     "by role, scope), '') from isobar.principal join "
	                     "isobar.role_grant using (org_id, principal_id) where "
	                     "org_id = 1 and name = '%s'",
	                     name));
}

static int64_t count(const char *what)
{
	return pg_fixture_number(
	        owner, arena_printf(arena, "select count(*) from isobar.%s", what));
}

/* --- creating --- */

static void test_token_create__stores_a_hash_and_no_secret(void **state)
{
	const struct made made = create_as(&first, "ci", 1 << ROLE_VIEWER, "account:1");

	(void)state;
	assert_int_equal(
	        count(arena_printf(arena,
	                           "api_token where token_id = '%s' and org_id = 1 and "
	                           "name = 'ci' and token_hash = sha256('%s') and "
	                           "created_at = to_timestamp(1794700800) and expires_at = "
	                           "created_at + interval '1 day' and revoked_at is null",
	                           made.id, made.text)),
	        1);
	assert_int_equal(
	        count(arena_printf(arena, "api_token as t where t::text like '%%%.20s%%'",
	                           made.text + 20)),
	        0);
	assert_string_equal(grants_of("ci"), "0:account:1");
	assert_int_equal(count("role_grant where actor = 'local:test'"), 1);
	assert_int_equal(count("principal where name = 'ci' and kind = 1 and enabled"), 1);
}

static void test_token_create__gives_several_tokens_to_one_principal(void **state)
{
	struct made made;
	struct token_new t;

	(void)state;
	create_as(&first, "many", 1 << ROLE_VIEWER | 1 << ROLE_AUDITOR, "");
	create_as(&first, "many", 1 << ROLE_VIEWER | 1 << ROLE_AUDITOR, "");
	assert_int_equal(count("principal where name = 'many'"), 1);
	assert_int_equal(count("api_token where name = 'many'"), 2);
	assert_string_equal(grants_of("many"), "0: 5:");

	/* The same id again, as never happens: it changes nothing. */
	made = make();
	t = wanted(&made, "many", 1 << ROLE_VIEWER | 1 << ROLE_AUDITOR, "");
	assert_int_equal(create(&first, &t), 0);
	t.name = "another";
	assert_int_equal(create(&first, &t), ERR_CONFLICT);
	assert_int_equal(count("principal where name = 'another'"), 0);
}

static void test_token_create__changes_no_rights_that_are_in_use(void **state)
{
	static const struct {
		const char *name;
		unsigned int roles;
		const char *scope;
	} rows[] = {
	        {"more", 1 << ROLE_VIEWER | 1 << ROLE_ADMIN, "account:1"},
	        {"other", 1 << ROLE_ADMIN, "account:1"},
	        {"whole org", 1 << ROLE_VIEWER, ""},
	        {"another scope", 1 << ROLE_VIEWER, "account:2"},
	};
	const struct made made = create_as(&first, "used", 1 << ROLE_VIEWER, "account:1");
	const char *const ids[] = {made.id};
	struct token_revocation out;
	struct error err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct made more = make();
		const struct token_new t =
		        wanted(&more, "used", rows[i].roles, rows[i].scope);

		if (create(&first, &t) != ERR_CONFLICT)
			fail_msg("%s", rows[i].name);
	}
	assert_string_equal(grants_of("used"), "0:account:1");
	assert_int_equal(count("api_token where name = 'used'"), 1);

	assert_int_equal(
	        token_revoke(operator, & first, ids, 1, NULL, NOW, arena, &out, &err), 0);
	create_as(&first, "used", 1 << ROLE_ANALYST | 1 << ROLE_VIEWER, "owner:shop");
	assert_string_equal(grants_of("used"), "0:owner:shop 1:owner:shop");
	/* The one of another scope goes too, and what is expired is no longer in use. */
	pg_fixture_exec(owner, "update isobar.api_token set expires_at = to_timestamp("
	                       "1794700800) where name = 'used'");
	create_as(&first, "used", 1 << ROLE_VIEWER, "");
	assert_string_equal(grants_of("used"), "0:");
}

static void test_token_create__leaves_persons_who_sign_in_alone(void **state)
{
	struct made made;
	struct token_new t;

	(void)state;
	create_as(&first, "anna", 1 << ROLE_ADMIN, "");
	pg_fixture_exec(owner, "update isobar.principal set issuer = 'https://id', "
	                       "subject = 'a' where name = 'anna'");
	pg_fixture_exec(
	        owner,
	        "update isobar.api_token set revoked_at = now() where name = 'anna'");
	made = make();
	t = wanted(&made, "anna", 1 << ROLE_VIEWER, "");
	assert_int_equal(create(&first, &t), ERR_CONFLICT);
	assert_string_equal(grants_of("anna"), "4:");
	t.roles = 1 << ROLE_ADMIN;
	assert_int_equal(create(&first, &t), 0);
}

static void test_token_create__asks_what_the_principal_is(void **state)
{
	struct made made = make();
	struct token_new t = wanted(&made, "bert", 1 << ROLE_VIEWER, "");

	(void)state;
	t.kind_given = true;
	t.kind = PRINCIPAL_PERSON;
	assert_int_equal(create(&first, &t), 0);
	assert_int_equal(count("principal where name = 'bert' and kind = 0"), 1);

	made = make();
	t.kind = PRINCIPAL_SERVICE;
	assert_int_equal(create(&first, &t), ERR_CONFLICT);
	t.kind_given = false;
	assert_int_equal(create(&first, &t), 0);
	assert_int_equal(count("principal where name = 'bert' and kind = 0"), 1);

	pg_fixture_exec(owner,
	                "update isobar.principal set enabled = false where name = 'bert'");
	made = make();
	assert_int_equal(create(&first, &t), ERR_CONFLICT);
	assert_int_equal(count("api_token where name = 'bert'"), 2);
}

/* --- listing and revoking --- */

static void test_token_list__pages_through_all_of_one_org(void **state)
{
	struct token_page page = {0};
	struct token_row last = {0};
	const int64_t want = 1000 + count("api_token where org_id = 1");
	int64_t n = 0;
	struct error err;

	(void)state;
	create_as(&second, "elsewhere", 1 << ROLE_VIEWER, "");
	pg_fixture_exec(
	        owner,
	        "insert into isobar.api_token (token_id, org_id, principal_id, token_hash, "
	        "name, created_at) select 'bulk' || lpad(n::text, 8, '0'), 1, "
	        "'00000000-0000-0000-0000-000000000000', sha256('x'), 'bulk', "
	        "to_timestamp(1794000000) from generate_series(1, 1000) as n");
	do {
		assert_int_equal(token_list_next(operator, & first, n ? &last : NULL, arena,
		                                 &page, &err),
		                 0);
		for (size_t i = 0; i < page.n; i++, n++) {
			const struct token_row *r = &page.rows[i];

			assert_string_not_equal(r->name, "elsewhere");
			assert_true(n == 0 || r->created_at > last.created_at ||
			            (r->created_at == last.created_at &&
			             strcmp(r->id, last.id) > 0));
			last = *r;
		}
	} while (page.n);
	assert_int_equal(n, want);
	pg_fixture_exec(owner, "delete from isobar.api_token where name = 'bulk'");
}

static const struct token_row *row_of(const struct org *org, const char *id)
{
	struct token_page page;
	struct error err;

	assert_int_equal(token_list_next(operator, org, NULL, arena, &page, &err), 0);
	for (size_t i = 0; i < page.n; i++)
		if (strcmp(page.rows[i].id, id) == 0)
			return &page.rows[i];
	return NULL;
}

static void test_token_list__tells_what_a_token_may_do(void **state)
{
	const struct made made = create_as(
	        &first, "told", 1 << ROLE_ANALYST | 1 << ROLE_INTEGRATOR, "owner:shop");
	const struct token_row *r = row_of(&first, made.id);

	(void)state;
	assert_string_equal(r->name, "told");
	assert_string_equal(r->scope, "owner:shop");
	assert_int_equal(r->roles, 1 << ROLE_ANALYST | 1 << ROLE_INTEGRATOR);
	assert_int_equal(r->kind, PRINCIPAL_SERVICE);
	assert_true(r->principal_enabled);
	assert_true(r->created_at == NOW && r->expires_at == NOW + 24 * HOUR);
	assert_true(r->revoked_at == TIMESTAMP_NONE && r->used_at == TIMESTAMP_NONE);

	pg_fixture_exec(owner,
	                "insert into isobar.role_grant select org_id, principal_id, "
	                "0, '', 'x', now() from isobar.principal where name = 'told'");
	r = row_of(&first, made.id);
	assert_null(r->scope);
	assert_int_equal(r->roles,
	                 1 << ROLE_VIEWER | 1 << ROLE_ANALYST | 1 << ROLE_INTEGRATOR);
}

static void test_token_revoke__ends_tokens_of_its_org_only(void **state)
{
	const struct made mine = create_as(&first, "r1", 1 << ROLE_VIEWER, "");
	const struct made twin = create_as(&first, "r1", 1 << ROLE_VIEWER, "");
	const struct made theirs = create_as(&second, "r1", 1 << ROLE_VIEWER, "");
	const char *const ids[] = {mine.id, theirs.id, "aaaaaaaaaaaz", mine.id};
	struct token_revocation out;
	struct error err;

	(void)state;
	assert_int_equal(token_revoke(operator, & first, ids, N_ELEMENTS(ids), NULL,
	                              NOW + HOUR, arena, &out, &err),
	                 0);
	assert_int_equal(out.n, 1);
	assert_string_equal(out.rows[0].id, mine.id);
	assert_string_equal(out.rows[0].name, "r1");
	assert_true(out.rows[0].fresh);
	assert_true(row_of(&first, mine.id)->revoked_at == NOW + HOUR);
	assert_true(row_of(&second, theirs.id)->revoked_at == TIMESTAMP_NONE);

	/* By name: what is revoked keeps its time. */
	assert_int_equal(token_revoke(operator, & first, NULL, 0, "r1", NOW + 2 * HOUR,
	                              arena, &out, &err),
	                 0);
	assert_int_equal(out.n, 2);
	for (size_t i = 0; i < out.n; i++)
		assert_int_equal(out.rows[i].fresh, strcmp(out.rows[i].id, twin.id) == 0);
	assert_true(row_of(&first, mine.id)->revoked_at == NOW + HOUR);
	assert_true(row_of(&first, twin.id)->revoked_at == NOW + 2 * HOUR);
	assert_true(row_of(&second, theirs.id)->revoked_at == TIMESTAMP_NONE);

	assert_int_equal(
	        token_revoke(operator, & first, NULL, 0, "nobody", NOW, arena, &out, &err),
	        0);
	assert_int_equal(out.n, 0);
}

/* The next id that was told, "" when there is none. */
static const char *told(struct pg *listener)
{
	PGconn *conn = pg_connection(listener);
	const char *id = "";
	PGnotify *n;

	pg_fixture_exec(listener, "select"); /* reads what has come */
	n = PQnotifies(conn);
	if (n) {
		assert_string_equal(n->relname, PG_CHANNEL_TOKEN);
		id = arena_strdup(arena, n->extra);
	}
	PQfreemem(n);
	return id;
}

static void test_token_changes__are_told(void **state)
{
	struct pg *listener = pg_fixture_open("isobar_api", 0);
	struct made made, none;
	struct token_new t;
	struct token_revocation out;
	struct error err;

	(void)state;
	assert_int_equal(pg_listen(listener, PG_CHANNEL_TOKEN, &err), 0);
	made = create_as(&first, "heard", 1 << ROLE_VIEWER, "");
	assert_string_equal(told(listener), made.id);
	none = make();
	t = wanted(&none, "heard", 1 << ROLE_ADMIN, "");
	assert_int_equal(create(&first, &t), ERR_CONFLICT);
	assert_string_equal(told(listener), "");
	assert_int_equal(
	        token_revoke(operator, & first, NULL, 0, "heard", NOW, arena, &out, &err),
	        0);
	assert_string_equal(told(listener), made.id);
	assert_string_equal(told(listener), "");
	pg_close(listener);
}

/* --- the api --- */

static PGresult *api_run(enum statement stmt, const struct pg_params *p)
{
	PGresult *result = NULL;
	struct error err;

	if (pg_run(api, stmt, p, &result, &err) < 0)
		fail_msg("%s", err.text);
	return result;
}

static void api_acts_for(const char *org_id)
{
	pg_fixture_exec(api, arena_printf(arena, "set app.org_id = '%s'", org_id));
}

static int find(const char *id, struct token_found *out)
{
	struct pg_params p = {.arena = arena};
	struct error err;

	token_find_bind(id, &p);
	PGresult *result = api_run(STMT_TOKEN_FIND, &p);
	const int rc = token_find_read(result, arena, out, &err);

	PQclear(result);
	return rc;
}

static int find_principal(const struct token_found *token, struct principal *out)
{
	struct pg_params p = {.arena = arena};
	struct error err;

	principal_find_bind(&token->org, &token->principal_id, &p);
	PGresult *result = api_run(STMT_PRINCIPAL_FIND, &p);
	const int rc = principal_find_read(result, &token->principal_id, arena, out, &err);

	PQclear(result);
	return rc;
}

static void test_api__finds_tokens_before_it_knows_the_org(void **state)
{
	const struct made mine = create_as(&first, "a1", 1 << ROLE_VIEWER, "");
	const struct made theirs = create_as(&second, "a1", 1 << ROLE_VIEWER, "");
	struct token_found found = {0};

	(void)state;
	api_acts_for("");
	assert_int_equal(find(mine.id, &found), 0);
	assert_int_equal(found.org.id, 1);
	assert_string_equal(found.org.slug, "default");
	assert_true(api_token_hash_is_equal(found.hash, mine.hash));
	assert_false(api_token_hash_is_equal(found.hash, theirs.hash));
	assert_true(found.expires_at == NOW + 24 * HOUR);
	assert_true(found.revoked_at == TIMESTAMP_NONE);
	assert_int_equal(find(theirs.id, &found), 0);
	assert_int_equal(found.org.id, 2);
	assert_string_equal(found.org.slug, "second");
	assert_int_equal(find("aaaaaaaaaaaz", &found), ERR_NOT_FOUND);
	assert_int_equal(find("' or true --", &found), ERR_NOT_FOUND);
}

static void test_api__finds_principals_of_its_org_only(void **state)
{
	const struct made made = create_as(
	        &first, "a2", 1 << ROLE_VIEWER | 1 << ROLE_INTEGRATOR, "account:7");
	struct token_found token;
	struct principal principal = {0};

	(void)state;
	assert_int_equal(find(made.id, &token), 0);
	api_acts_for("1");
	assert_int_equal(find_principal(&token, &principal), 0);
	assert_string_equal(principal.name, "a2");
	assert_int_equal(principal.kind, PRINCIPAL_SERVICE);
	assert_true(principal.enabled);
	assert_int_equal(key_cmp(&principal.id, &token.principal_id), 0);
	assert_true(access_allows_on(&principal.access, PERMISSION_INGEST, "7", NULL));
	assert_false(access_allows_on(&principal.access, PERMISSION_READ, "8", NULL));
	assert_false(access_allows(&principal.access, PERMISSION_TRIAGE));

	api_acts_for("2");
	assert_int_equal(find_principal(&token, &principal), ERR_NOT_FOUND);
	token.org = second;
	assert_int_equal(find_principal(&token, &principal), ERR_NOT_FOUND);
	token.org = first;
	api_acts_for("");
	assert_int_equal(find_principal(&token, &principal), ERR_NOT_FOUND);

	/* No roles, then disabled, then a scope that only a bug or a hand can write. */
	api_acts_for("1");
	pg_fixture_exec(owner,
	                "update isobar.principal set enabled = false where name = "
	                "'a2'; delete from isobar.role_grant as g using "
	                "isobar.principal as p where p.principal_id = g.principal_id "
	                "and p.name = 'a2'");
	assert_int_equal(find_principal(&token, &principal), 0);
	assert_false(principal.enabled);
	assert_false(access_allows(&principal.access, PERMISSION_READ));
	pg_fixture_exec(
	        owner,
	        "insert into isobar.role_grant select org_id, principal_id, 4, 'all', "
	        "'x', now() from isobar.principal where name = 'a2'");
	assert_int_equal(find_principal(&token, &principal), ERR_INVALID);
}

static void use(const struct org *org, const char *id, timestamp now)
{
	struct pg_params p = {.arena = arena};

	token_used_bind(org, id, now, &p);
	PQclear(api_run(STMT_TOKEN_USED, &p));
}

static void test_api__notes_use_once_an_hour(void **state)
{
	const struct made made = create_as(&first, "a3", 1 << ROLE_VIEWER, "");

	(void)state;
	api_acts_for("2");
	use(&first, made.id, NOW);
	use(&second, made.id, NOW);
	assert_true(row_of(&first, made.id)->used_at == TIMESTAMP_NONE);
	api_acts_for("1");
	use(&first, made.id, NOW);
	assert_true(row_of(&first, made.id)->used_at == NOW);
	use(&first, made.id, NOW + HOUR);
	assert_true(row_of(&first, made.id)->used_at == NOW);
	use(&first, made.id, NOW + HOUR + 1);
	assert_true(row_of(&first, made.id)->used_at == NOW + HOUR + 1);
}

/* What a statement of the api does as org 2 to rows of org 1, and to its own. */
static void test_api__writes_tokens_of_its_org_only(void **state)
{
	static const struct {
		const char *sql;
		int want; /* 0: done, or done to no row */
	} rows[] = {
	        {"insert into isobar.api_token values ('t2', 2, gen_random_uuid(), "
	         "sha256('2'), 'n', now())",
	         0},
	        {"insert into isobar.api_token values ('t1', 1, gen_random_uuid(), "
	         "sha256('1'), 'n', now())",
	         ERR_DENIED},
	        {"insert into isobar.role_grant select 1, principal_id, 4, '', 'x', now() "
	         "from isobar.principal",
	         ERR_DENIED},
	        {"insert into isobar.principal values (1, gen_random_uuid(), 0, 'x', '', "
	         "'', "
	         "true, now())",
	         ERR_DENIED},
	        {"update isobar.api_token set revoked_at = null", 0},
	        {"update isobar.api_token set org_id = 2", ERR_DENIED},
	        {"update isobar.api_token set token_hash = sha256('x')", ERR_DENIED},
	        {"update isobar.api_token set principal_id = gen_random_uuid()",
	         ERR_DENIED},
	        {"update isobar.api_token set expires_at = null", ERR_DENIED},
	        {"delete from isobar.api_token", ERR_DENIED},
	        {"insert into isobar.org values (9, 'x', 1, now())", ERR_DENIED},
	};
	static const char *const foreign[] = {"", "3"};

	(void)state;
	create_as(&first, "a4", 1 << ROLE_VIEWER, "");
	pg_fixture_exec(owner,
	                "update isobar.api_token set revoked_at = now() where name = "
	                "'a4'");
	api_acts_for("2");
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct error err;

		if (pg_command(api, rows[i].sql, &err) != rows[i].want)
			fail_msg("%s: %s", rows[i].sql, err.text);
	}
	assert_int_equal(count("api_token where name = 'a4' and revoked_at is not null"),
	                 1);
	assert_int_equal(count("api_token where org_id = 2 and token_id = 't2'"), 1);
	for (size_t i = 0; i < N_ELEMENTS(foreign); i++) {
		struct error err;

		api_acts_for(foreign[i]);
		assert_int_equal(pg_command(api, rows[0].sql, &err), ERR_DENIED);
		assert_int_equal(
		        pg_fixture_number(api, "select count(*) from isobar.principal"), 0);
	}
}

/* --- orgs --- */

static void test_org_create__takes_the_next_number(void **state)
{
	struct org_page page;
	struct error err;
	int64_t id = 0;

	(void)state;
	assert_int_equal(org_create(operator, "third", NOW, &id, &err), 0);
	assert_int_equal(id, 3);
	assert_int_equal(org_create(operator, "second", NOW, &id, &err), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "\"second\""));
	assert_int_equal(id, 3);
	pg_fixture_exec(owner, "insert into isobar.org values (1000000, 'far', 1, now())");
	assert_int_equal(org_create(operator, "fourth", NOW, &id, &err), 0);
	assert_int_equal(id, 1000001);
	assert_int_equal(org_list_next(operator, 0, arena, &page, &err), 0);
	assert_int_equal(page.n, 5);
	assert_string_equal(page.rows[0].name, "default");
	assert_string_equal(page.rows[2].name, "third");
	assert_true(page.rows[2].created_at == NOW);
	assert_int_equal(org_list_next(operator, 1000001, arena, &page, &err), 0);
	assert_int_equal(page.n, 0);
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

static void open_all(void)
{
	struct error err;
	int64_t id;

	pg_fixture_create("token_store");
	pg_fixture_migrate();
	owner = pg_fixture_open(NULL, 0);
	operator= pg_fixture_open("isobar_operator", PG_GROUP_TOKEN);
	api = pg_fixture_open("isobar_api", PG_GROUP_API);
	if (org_create(operator, second.slug, NOW, &id, &err) < 0 || id != second.id)
		fprintf(stderr, "the second org was not made\n");
}

static void close_all(void)
{
	pg_close(owner);
	pg_close(operator);
	pg_close(api);
	pg_fixture_drop();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_token_create__stores_a_hash_and_no_secret),
	        TEST(test_token_create__gives_several_tokens_to_one_principal),
	        TEST(test_token_create__changes_no_rights_that_are_in_use),
	        TEST(test_token_create__leaves_persons_who_sign_in_alone),
	        TEST(test_token_create__asks_what_the_principal_is),
	        TEST(test_token_list__pages_through_all_of_one_org),
	        TEST(test_token_list__tells_what_a_token_may_do),
	        TEST(test_token_revoke__ends_tokens_of_its_org_only),
	        TEST(test_token_changes__are_told),
	        TEST(test_api__finds_tokens_before_it_knows_the_org),
	        TEST(test_api__finds_principals_of_its_org_only),
	        TEST(test_api__notes_use_once_an_hour),
	        TEST(test_api__writes_tokens_of_its_org_only),
	        TEST(test_org_create__takes_the_next_number),
	};
	int failed;

	open_all();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	close_all();
	return failed != 0;
}
