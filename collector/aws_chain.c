/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the first credential comes from, in the order of the SDKs (settings,
 * environment, shared files, web identity, container, instance), and which roles are
 * assumed after it.
 */
#include <string.h>

#include "aws_connector_private.h"
#include "text_part.h"

struct look {
	const struct live_source *s;
	const struct surroundings *env;
	struct arena *a;
	struct aws_chain *out;
};

const char *aws_variable(const struct surroundings *env, const char *name)
{
	const char *value = env->variable(name, env->ctx);

	return value != NULL ? value : "";
}

int aws_check_word(const char *what, const char *value, struct error *err)
{
	for (const char *c = value; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return error_set(err, ERR_INVALID,
			                 "%s has a blank or a character that no such value "
			                 "has",
			                 what);
	return 0;
}

/* Keys from settings, variables and files: both, or none. */
static int check_keys(const struct aws_chain *c, const char *where, struct error *err)
{
	if (c->key_id[0] == '\0' || c->secret[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "%s: an access key needs its id and its secret", where);
	if (strchr(c->key_id, ':') != NULL || aws_check_word(where, c->key_id, err) < 0)
		return error_set(err, ERR_INVALID, "%s: this is no access key id", where);
	if (aws_check_word(where, c->secret, err) < 0 ||
	    aws_check_word(where, c->session, err) < 0)
		return error_set(err, ERR_INVALID,
		                 "%s: the secret or the session token has a blank or a "
		                 "character that no such value has",
		                 where);
	return 0;
}

static int of_settings(const struct look *l, struct error *err)
{
	struct aws_chain *c = l->out;

	c->key_id = source_get(l->s, "key_id");
	c->secret = source_get(l->s, "secret");
	c->session = source_get(l->s, "session");
	if (c->key_id[0] == '\0' && c->secret[0] == '\0')
		return error_set(err, ERR_NOT_FOUND, "key_id and secret are not set");
	return check_keys(c, "key_id, secret", err);
}

static int of_environment(const struct look *l, struct error *err)
{
	struct aws_chain *c = l->out;

	c->key_id = aws_variable(l->env, "AWS_ACCESS_KEY_ID");
	c->secret = aws_variable(l->env, "AWS_SECRET_ACCESS_KEY");
	c->session = aws_variable(l->env, "AWS_SESSION_TOKEN");
	if (c->key_id[0] == '\0' && c->secret[0] == '\0')
		return error_set(err, ERR_NOT_FOUND,
		                 "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
	return check_keys(c, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", err);
}

/* A profile that is named must be there. */
static int of_profile(const struct look *l, struct error *err)
{
	const char *named = text_either(source_get(l->s, "profile"),
	                                aws_variable(l->env, "AWS_PROFILE"));
	int rc =
	        aws_profile_chain(l->env, text_either(named, "default"), l->a, l->out, err);

	if (rc == ERR_NOT_FOUND && named[0] != '\0')
		return err->code = ERR_INVALID;
	if (rc == 0 && l->out->origin == AWS_ORIGIN_KEYS)
		return check_keys(l->out, "the profile", err);
	return rc;
}

static int of_web_identity(const struct look *l, struct error *err)
{
	struct aws_chain *c = l->out;

	c->origin = AWS_ORIGIN_WEB_IDENTITY;
	c->token_file = aws_variable(l->env, "AWS_WEB_IDENTITY_TOKEN_FILE");
	c->web = (struct aws_hop){aws_variable(l->env, "AWS_ROLE_ARN"), "",
	                          aws_variable(l->env, "AWS_ROLE_SESSION_NAME")};
	if (c->token_file[0] == '\0')
		return error_set(err, ERR_NOT_FOUND,
		                 "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
	if (c->web.role_arn[0] == '\0')
		return error_set(
		        err, ERR_INVALID,
		        "AWS_WEB_IDENTITY_TOKEN_FILE needs AWS_ROLE_ARN beside it");
	return 0;
}

static int of_container(const struct look *l, struct error *err)
{
	static const char *const names[] = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	                                    "AWS_CONTAINER_CREDENTIALS_FULL_URI"};

	l->out->origin = AWS_ORIGIN_CONTAINER;
	for (size_t i = 0; i < N_ELEMENTS(names); i++)
		if (aws_variable(l->env, names[i])[0] != '\0')
			return 0;
	return error_set(err, ERR_NOT_FOUND, "%s and %s are not set", names[0], names[1]);
}

static int of_instance(const struct look *l, struct error *err)
{
	l->out->origin = AWS_ORIGIN_INSTANCE;
	if (text_has_nocase(aws_variable(l->env, "AWS_EC2_METADATA_DISABLED"), "true"))
		return error_set(err, ERR_NOT_FOUND,
		                 "AWS_EC2_METADATA_DISABLED forbids to ask the instance");
	return 0;
}

static const struct {
	const char *name;
	int (*find)(const struct look *l, struct error *err);
} ways[] = {
        {"keys", of_settings},       {"environment", of_environment},
        {"profile", of_profile},     {"web-identity", of_web_identity},
        {"container", of_container}, {"instance", of_instance},
};

static int find_origin(const struct look *l, struct error *err)
{
	const char *auth = source_get(l->s, "auth");
	const bool is_auto = strcmp(auth, "auto") == 0;
	/* A profile that the settings name goes before the environment. */
	const bool named = source_get(l->s, "profile")[0] != '\0';
	int rc = ERR_NOT_FOUND;

	for (size_t i = 0; rc == ERR_NOT_FOUND && i < N_ELEMENTS(ways); i++) {
		if (is_auto ? named && ways[i].find == of_environment
		            : strcmp(auth, ways[i].name) != 0)
			continue;
		*l->out = (struct aws_chain){0};
		rc = ways[i].find(l, err);
		if (!is_auto)
			return rc == ERR_NOT_FOUND ? (err->code = ERR_INVALID) : rc;
	}
	if (rc == ERR_NOT_FOUND && !is_auto)
		return error_set(err, ERR_INVALID,
		                 "auth \"%.32s\" is none of auto, keys, environment, "
		                 "profile, web-identity, container, instance",
		                 auth);
	if (rc == ERR_NOT_FOUND)
		return error_set(err, ERR_INVALID,
		                 "no credentials found: set key_id and secret, or profile, "
		                 "or run where a role is given (docs/connectors/aws.md)");
	return rc;
}

/* The role of an account: a name, or an ARN with {account} in it. */
static int role_of(const struct live_source *s, const char *account, struct arena *a,
                   const char **out, struct error *err)
{
	static const char mark[] = "{account}";
	const char *role = source_get(s, "role");
	const char *hole = strstr(role, mark);

	if (aws_check_word("role", role, err) < 0)
		return err->code;
	if (!text_begins(role, "arn:"))
		*out = ARENA_JOIN(a, "arn:", aws_partition(aws_home_region(s, a)),
		                  ":iam::", account, ":role/", role);
	else if (hole != NULL)
		*out = ARENA_JOIN(a, arena_strndup(a, role, (size_t)(hole - role)), account,
		                  hole + strlen(mark));
	else
		return error_set(err, ERR_INVALID,
		                 "role is an ARN without {account}: write the role's name, "
		                 "or {account} where the account's id stands");
	return 0;
}

int aws_chain_find(const struct live_source *s, const struct surroundings *env,
                   const char *name, struct arena *a, struct aws_chain *out,
                   struct error *err)
{
	static const char prefix[] = "account/";
	const struct look look = {s, env, a, out};
	const char *via = source_get(s, "via_role");
	struct aws_hop hop = {.external_id = source_get(s, "external_id"),
	                      .session_name = ""};

	if (find_origin(&look, err) < 0 || aws_check_word("via_role", via, err) < 0)
		return err->code;
	if (via[0] != '\0') {
		hop.role_arn = via;
		out->hops[out->n_hops++] = hop;
	}
	if (!text_begins(name, prefix))
		return 0;
	if (role_of(s, name + strlen(prefix), a, &hop.role_arn, err) < 0)
		return err->code;
	out->hops[out->n_hops++] = hop;
	return 0;
}
