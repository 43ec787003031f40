/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ACCESS_H
#define ISOBAR_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * Who may do what: roles are sets of permissions, granted to a principal for the whole
 * org or for a part of it.  What is not granted is denied.
 */

/* The numbers are stored (role_grant.role): append, never reorder. */
enum role {
	ROLE_VIEWER,
	ROLE_ANALYST,
	ROLE_APPROVER,
	ROLE_INTEGRATOR,
	ROLE_ADMIN,
	ROLE_AUDITOR
};

enum {
	N_ROLES = ROLE_AUDITOR + 1
};

/* Who holds roles; the numbers are stored (principal.kind). */
enum principal_kind {
	PRINCIPAL_PERSON,
	PRINCIPAL_SERVICE
};

const char *principal_kind_name(enum principal_kind kind); /* "person" */

/* What a route of the API asks for; a set of them is an unsigned int. */
enum permission {
	PERMISSION_NONE = 0, /* granted to everybody */
	PERMISSION_READ = 1 << 0,
	PERMISSION_TRIAGE = 1 << 1,  /* transitions, owners, links */
	PERMISSION_APPROVE = 1 << 2, /* acceptances, later due times */
	PERMISSION_INGEST = 1 << 3,
	PERMISSION_DELIVER = 1 << 4, /* tickets, endpoints */
	PERMISSION_AUDIT = 1 << 5,   /* reading the audit trail */
	PERMISSION_ADMIN = 1 << 6    /* access, policy, sources */
};

unsigned int role_permissions(enum role role);
const char *role_name(enum role role);            /* "viewer" */
int role_parse(const char *name, enum role *out); /* 0, or -1 */

enum access_scope {
	ACCESS_ACCOUNT, /* risks whose asset is in the account */
	ACCESS_OWNER    /* risks that the owner has to mend */
};

struct access_grant {
	enum access_scope kind;
	const char *value; /* id of the account, name of the owner; compared byte by byte */
	unsigned int permissions;
};

#define ACCESS_MAX_GRANTS 1000 /* different scopes of a principal */
#define ACCESS_VALUE_MAX  200  /* bytes of the value of a scope */

/*
 * What a principal may do; begin with {0}, which is nothing.  A list of risks is
 * filtered by grants unless permissions, which hold for the whole org, suffice.
 */
struct access {
	unsigned int permissions;    /* in the whole org */
	struct access_grant *grants; /* in parts of it; a scope stands once */
	size_t n_grants, room;       /* in the arena of the grants */
};

/*
 * Adds a role in a scope: "" (the whole org), "account:<id>", "owner:<name>".
 * ERR_INVALID: there is no such role or scope; ERR_LIMIT: more than ACCESS_MAX_GRANTS.
 */
int access_add_grant(struct access *access, enum role role, const char *scope,
                     struct arena *a, struct error *err) MUST_CHECK;

/* In the whole org: what concerns no single risk (ADMIN, AUDIT, INGEST) asks this. */
bool access_allows_everywhere(const struct access *access, enum permission permission);
/* In the org or any part of it: whether a route may be entered at all. */
bool access_allows(const struct access *access, enum permission permission);
/* On what is in this account and has this owner, NULL being nobody. */
bool access_allows_on(const struct access *access, enum permission permission,
                      const char *account, const char *owner);

#endif
