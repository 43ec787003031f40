/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TOKEN_STORE_H
#define ISOBAR_TOKEN_STORE_H

#include "model/access.h"
#include "model/api_token.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * Tokens, the principals whose they are, and their roles.  A token is never stored, its
 * hash is.  Sets of roles are numbers here: bit n stands for enum role n.
 */

/* Who adds or revokes a token tells it here, in the same transaction; payload: its id. */
#define PG_CHANNEL_TOKEN "isobar_token"

/* --- the command line; pg is open for PG_GROUP_TOKEN as isobar_operator --- */

struct token_new {
	const char *id;          /* of api_token_parse() */
	const uint8_t *hash;     /* KEY_SHA256_SIZE bytes, of api_token_hash() */
	const char *name;        /* of the principal, who is made if there is none */
	struct key principal_id; /* of a new one: key_new() */
	bool kind_given;         /* else a new one is a service, an old one what it is */
	enum principal_kind kind;
	unsigned int roles; /* not 0 */
	const char *scope;  /* as access_add_grant() takes it */
	const char *actor;  /* who grants */
	timestamp now, expires_at;
};

/*
 * All or nothing.  Roles belong to the principal, so that they hold for all of its
 * tokens.  A token with other rights than the principal has is refused, ERR_CONFLICT,
 * while another token is active or the principal signs in by other means; else the
 * principal's rights become those.  ERR_CONFLICT too for another kind than it has, and
 * for a disabled one.
 */
int token_create(struct pg *pg, const struct org *org, const struct token_new *t,
                 struct error *err) MUST_CHECK;

struct token_row {
	const char *id, *name;
	enum principal_kind kind;
	unsigned int roles;
	const char *scope; /* "": the whole org; NULL: several */
	timestamp created_at, expires_at, revoked_at, used_at;
	bool principal_enabled;
};

struct token_page {
	struct token_row *rows;
	size_t n;
};

/* The next tokens, oldest first, behind after (NULL: from the first); n 0 is the end. */
int token_list_next(struct pg *pg, const struct org *org, const struct token_row *after,
                    struct arena *a, struct token_page *out, struct error *err) MUST_CHECK;

struct token_revoked {
	const char *id, *name;
	bool fresh; /* by this call */
};

struct token_revocation {
	struct token_revoked *rows;
	size_t n;
};

/*
 * Revokes the tokens of valid ids, or (name not NULL) all of a principal.  out holds
 * those that there are in the org: an unknown id is no error, it is not in it.
 */
int token_revoke(struct pg *pg, const struct org *org, const char *const *ids, size_t n_ids,
                 const char *name, timestamp now, struct arena *a,
                 struct token_revocation *out, struct error *err) MUST_CHECK;

/* --- the api, on its pool; PG_GROUP_API as isobar_api --- */

/* The parameters of a statement, and what its result says; all lives in the arena. */

struct token_found {
	struct org org;
	struct key principal_id;
	uint8_t hash[KEY_SHA256_SIZE]; /* to be compared with that of what was sent */
	timestamp expires_at, revoked_at;
};

/* STMT_TOKEN_FIND.  ERR_NOT_FOUND: there is no such token. */
void token_find_bind(const char *id, struct pg_params *p);
int token_find_read(const PGresult *result, struct arena *a, struct token_found *out,
                    struct error *err) MUST_CHECK;

struct principal {
	struct key id;
	const char *name; /* for logs and the audit */
	enum principal_kind kind;
	bool enabled; /* false: nothing is allowed, whatever access says */
	struct access access;
};

/* STMT_PRINCIPAL_FIND, with app.org_id set.  ERR_NOT_FOUND: not in this org. */
void principal_find_bind(const struct org *org, const struct key *principal_id,
                         struct pg_params *p);
int principal_find_read(const PGresult *result, const struct key *principal_id,
                        struct arena *a, struct principal *out,
                        struct error *err) MUST_CHECK;

/* STMT_TOKEN_USED, with app.org_id set; writes once an hour at most. */
void token_used_bind(const struct org *org, const char *id, timestamp now,
                     struct pg_params *p);

#endif
