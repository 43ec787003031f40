/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles, permissions and scopes.  One table says what a role may do; the page
 * docs/access.md shows the same, and the test of this file walks it.
 */
#include "model/access.h"

#include <string.h>

#include "base/strbuf.h"

static const struct {
	const char *name;
	unsigned int permissions;
} roles[N_ROLES] = {
        [ROLE_VIEWER] = {"viewer", PERMISSION_READ},
        [ROLE_ANALYST] = {"analyst", PERMISSION_READ | PERMISSION_TRIAGE},
        [ROLE_APPROVER] = {"approver",
                           PERMISSION_READ | PERMISSION_TRIAGE | PERMISSION_APPROVE},
        [ROLE_INTEGRATOR] = {"integrator",
                             PERMISSION_READ | PERMISSION_INGEST | PERMISSION_DELIVER},
        /*
         * Separation of duties: who hands out rights and sets the policy does not also
         * accept risks under it.  An admin who wants to must grant the role approver to
         * somebody, and that is on record.
         */
        [ROLE_ADMIN] = {"admin", PERMISSION_READ | PERMISSION_TRIAGE | PERMISSION_INGEST |
                                         PERMISSION_DELIVER | PERMISSION_AUDIT |
                                         PERMISSION_ADMIN},
        [ROLE_AUDITOR] = {"auditor", PERMISSION_READ | PERMISSION_AUDIT},
};

unsigned int role_permissions(enum role role)
{
	return roles[role].permissions;
}

const char *role_name(enum role role)
{
	return roles[role].name;
}

int role_parse(const char *name, enum role *out)
{
	for (int i = 0; i < N_ROLES; i++) {
		if (strcmp(roles[i].name, name) == 0) {
			*out = (enum role)i;
			return 0;
		}
	}
	return -1;
}

const char *principal_kind_name(enum principal_kind kind)
{
	return kind == PRINCIPAL_PERSON ? "person" : "service";
}

/* --- scopes --- */

/* Text that a line of a log or a table can show. */
static bool value_is_valid(const char *value)
{
	const size_t size = strnlen(value, ACCESS_VALUE_MAX + 1);

	if (size == 0 || size > ACCESS_VALUE_MAX || utf8_valid_size(value, size) != size)
		return false;
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return true;
}

static int scope_parse(const char *scope, enum access_scope *kind, const char **value,
                       struct error *err)
{
	static const struct {
		const char *prefix;
		enum access_scope kind;
	} kinds[] = {{"account:", ACCESS_ACCOUNT}, {"owner:", ACCESS_OWNER}};

	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		const size_t size = strlen(kinds[i].prefix);

		if (strncmp(scope, kinds[i].prefix, size) == 0 &&
		    value_is_valid(scope + size)) {
			*kind = kinds[i].kind;
			*value = scope + size;
			return 0;
		}
	}
	/* The scope itself is not repeated: it may hold more than one line. */
	return error_set(err, ERR_INVALID,
	                 "a scope is account:<id> or owner:<name>, up to %d bytes of text "
	                 "behind the colon",
	                 ACCESS_VALUE_MAX);
}

/* --- grants --- */

static struct access_grant *find_grant(const struct access *access, enum access_scope kind,
                                       const char *value)
{
	for (size_t i = 0; i < access->n_grants; i++) {
		struct access_grant *g = &access->grants[i];

		if (g->kind == kind && strcmp(g->value, value) == 0)
			return g;
	}
	return NULL;
}

/* The arena cannot grow what it gave: the former, smaller lists stay in it. */
static struct access_grant *append_grant(struct access *access, struct arena *a)
{
	if (access->n_grants == access->room) {
		const size_t room = access->room ? access->room * 2 : 4;
		struct access_grant *grants = ARENA_ARRAY(a, struct access_grant, room);

		if (access->n_grants)
			memcpy(grants, access->grants, access->n_grants * sizeof(*grants));
		access->grants = grants;
		access->room = room;
	}
	return &access->grants[access->n_grants++];
}

int access_add_grant(struct access *access, enum role role, const char *scope,
                     struct arena *a, struct error *err)
{
	enum access_scope kind;
	const char *value;
	struct access_grant *grant;
	int rc;

	if ((int)role < 0 || (int)role >= N_ROLES)
		return error_set(err, ERR_INVALID, "there is no role %d", (int)role);
	if (*scope == '\0') {
		access->permissions |= role_permissions(role);
		return 0;
	}
	if ((rc = scope_parse(scope, &kind, &value, err)) < 0)
		return rc;
	grant = find_grant(access, kind, value);
	if (!grant) {
		if (access->n_grants == ACCESS_MAX_GRANTS)
			return error_set(err, ERR_LIMIT, "more than %d scopes",
			                 ACCESS_MAX_GRANTS);
		grant = append_grant(access, a);
		*grant = (struct access_grant){.kind = kind,
		                               .value = arena_strdup(a, value)};
	}
	grant->permissions |= role_permissions(role);
	return 0;
}

static bool has(unsigned int permissions, enum permission wanted)
{
	return (permissions & wanted) == (unsigned int)wanted;
}

bool access_allows_everywhere(const struct access *access, enum permission permission)
{
	return has(access->permissions, permission);
}

bool access_allows(const struct access *access, enum permission permission)
{
	if (access_allows_everywhere(access, permission))
		return true;
	for (size_t i = 0; i < access->n_grants; i++)
		if (has(access->grants[i].permissions, permission))
			return true;
	return false;
}

bool access_allows_on(const struct access *access, enum permission permission,
                      const char *account, const char *owner)
{
	if (access_allows_everywhere(access, permission))
		return true;
	for (size_t i = 0; i < access->n_grants; i++) {
		const struct access_grant *g = &access->grants[i];
		const char *value = g->kind == ACCESS_ACCOUNT ? account : owner;

		if (value && strcmp(g->value, value) == 0 &&
		    has(g->permissions, permission))
			return true;
	}
	return false;
}
