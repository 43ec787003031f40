/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that the AWS command line and SDKs share: ~/.aws/credentials with sections
 * [NAME], ~/.aws/config with [profile NAME].  Static keys, and roles that another
 * profile, the environment, a container or the instance assumes.
 *
 * Source: AWS SDKs and Tools reference guide, "Shared config and credentials files",
 * "Assume role credential provider".
 */
#include <string.h>

#include "aws_connector_private.h"
#include "text_part.h"

/* Texts are "" where there is no such file. */
struct files {
	const char *credentials, *config;
	const char *fault; /* why one could not be read; "" */
};

/* A line's text without the blanks around it. */
struct span {
	const char *at;
	size_t size;
};

static struct span trim(const char *at, size_t size)
{
	while (size > 0 && strchr(" \t\r", at[size - 1]) != NULL)
		size--;
	while (size > 0 && strchr(" \t", at[0]) != NULL) {
		at++;
		size--;
	}
	return (struct span){at, size};
}

static bool span_is(struct span s, const char *text)
{
	return strlen(text) == s.size && memcmp(s.at, text, s.size) == 0;
}

/* The name of [section]; of [profile section] where the file is the config. */
static bool opens(struct span line, const char *profile, bool is_config)
{
	const char *end = memchr(line.at, ']', line.size);
	struct span name;

	if (end == NULL)
		return false;
	name = trim(line.at + 1, (size_t)(end - line.at) - 1);
	if (is_config && name.size > 8 && memcmp(name.at, "profile", 7) == 0 &&
	    strchr(" \t", name.at[7]) != NULL)
		name = trim(name.at + 8, name.size - 8);
	else if (is_config && strcmp(profile, "default") != 0)
		return false;
	return span_is(name, profile);
}

/* A comment after a value begins with a blank. */
static struct span without_comment(struct span value)
{
	for (size_t i = 1; i < value.size; i++)
		if ((value.at[i] == '#' || value.at[i] == ';') &&
		    strchr(" \t", value.at[i - 1]) != NULL)
			return trim(value.at, i);
	return value;
}

/* "" where the profile does not say it; the last of equal ones counts. */
static const char *value_in(const char *text, const char *profile, bool is_config,
                            const char *key, struct arena *a)
{
	const char *found = "";
	bool inside = false;

	for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
		struct span line;
		const char *equals;

		n = strcspn(text, "\n");
		line = trim(text, n);
		if (line.size == 0 || strchr("#;", line.at[0]) != NULL)
			continue;
		if (line.at[0] == '[') {
			inside = opens(line, profile, is_config);
			continue;
		}
		/* Settings of a service stand indented below its name. */
		equals = memchr(line.at, '=', line.size);
		if (!inside || equals == NULL || text[0] == ' ' || text[0] == '\t')
			continue;
		if (span_is(trim(line.at, (size_t)(equals - line.at)), key)) {
			const size_t rest = line.size - (size_t)(equals - line.at) - 1;
			const struct span value = without_comment(trim(equals + 1, rest));

			found = arena_strndup(a, value.at, value.size);
		}
	}
	return found;
}

/* The file of credentials goes before the config. */
static const char *value_of(const struct files *f, const char *profile, const char *key,
                            struct arena *a)
{
	const char *value = value_in(f->credentials, profile, false, key, a);

	return value[0] != '\0' ? value : value_in(f->config, profile, true, key, a);
}

/* A file that cannot be read is as good as none, until something is missed from it. */
static const char *read_one(const struct surroundings *env, const char *variable,
                            const char *name, struct arena *a, const char **fault)
{
	const char *path = aws_variable(env, variable);
	const char *home = aws_variable(env, "HOME");
	const char *text = "";
	struct error err;

	if (path[0] == '\0' && home[0] == '\0')
		return "";
	if (path[0] == '\0')
		path = ARENA_JOIN(a, home, "/.aws/", name);
	if (env->read_file(path, a, &text, env->ctx, &err) == 0)
		return text;
	if ((*fault)[0] == '\0')
		*fault = ARENA_JOIN(a, ": ", err.text);
	return "";
}

static int take_keys(const struct files *f, const char *profile, struct arena *a,
                     struct aws_chain *out, struct error *err)
{
	out->key_id = value_of(f, profile, "aws_access_key_id", a);
	out->secret = value_of(f, profile, "aws_secret_access_key", a);
	out->session = value_of(f, profile, "aws_session_token", a);
	if (out->key_id[0] != '\0' && out->secret[0] != '\0') {
		out->origin = AWS_ORIGIN_KEYS;
		return 0;
	}
	if (value_of(f, profile, "credential_process", a)[0] != '\0')
		return error_set(err, ERR_INVALID,
		                 "profile \"%.64s\": credential_process starts programs, "
		                 "which a collector does not: use keys or a role",
		                 profile);
	if (value_of(f, profile, "sso_session", a)[0] != '\0' ||
	    value_of(f, profile, "sso_account_id", a)[0] != '\0')
		return error_set(err, ERR_INVALID,
		                 "profile \"%.64s\" signs a person in (sso): use keys or a "
		                 "role",
		                 profile);
	return error_set(err, ERR_NOT_FOUND,
	                 "profile \"%.64s\" is not in the shared files, or has neither "
	                 "keys nor role_arn%.100s",
	                 profile, f->fault);
}

/* credential_source: what holds the keys that assume the role. */
static int take_source(const struct surroundings *env, const char *profile,
                       const char *source, struct aws_chain *out, struct error *err)
{
	if (strcmp(source, "Ec2InstanceMetadata") == 0) {
		out->origin = AWS_ORIGIN_INSTANCE;
	} else if (strcmp(source, "EcsContainer") == 0) {
		out->origin = AWS_ORIGIN_CONTAINER;
	} else if (strcmp(source, "Environment") == 0) {
		out->origin = AWS_ORIGIN_KEYS;
		out->key_id = aws_variable(env, "AWS_ACCESS_KEY_ID");
		out->secret = aws_variable(env, "AWS_SECRET_ACCESS_KEY");
		out->session = aws_variable(env, "AWS_SESSION_TOKEN");
	} else {
		return error_set(err, ERR_INVALID,
		                 "profile \"%.64s\" has role_arn, but no source_profile, "
		                 "credential_source or web_identity_token_file that is "
		                 "known",
		                 profile);
	}
	return 0;
}

/* What one profile says.  *next: the profile that its role is assumed by, or NULL. */
static int visit(const struct surroundings *env, const struct files *f, const char *profile,
                 struct arena *a, struct aws_chain *out, const char **next,
                 struct error *err)
{
	const struct aws_hop hop = {value_of(f, profile, "role_arn", a),
	                            value_of(f, profile, "external_id", a),
	                            value_of(f, profile, "role_session_name", a)};
	const char *token_file = value_of(f, profile, "web_identity_token_file", a);
	const char *source = value_of(f, profile, "source_profile", a);

	*next = NULL;
	if (hop.role_arn[0] == '\0')
		return take_keys(f, profile, a, out, err);
	if (value_of(f, profile, "mfa_serial", a)[0] != '\0')
		return error_set(err, ERR_INVALID,
		                 "profile \"%.64s\" asks a person for a code (mfa_serial)",
		                 profile);
	if (token_file[0] != '\0') {
		out->origin = AWS_ORIGIN_WEB_IDENTITY;
		out->token_file = token_file;
		out->web = hop;
		return 0;
	}
	if (out->n_hops == AWS_HOPS_MAX - 2) /* two are the settings' */
		return error_set(err, ERR_INVALID,
		                 "profile \"%.64s\": source_profile goes in a circle, or "
		                 "further than %d roles",
		                 profile, AWS_HOPS_MAX - 2);
	out->hops[out->n_hops++] = hop;
	if (strcmp(source, profile) == 0)
		return take_keys(f, profile, a, out, err);
	if (source[0] != '\0') {
		*next = source;
		return 0;
	}
	return take_source(env, profile, value_of(f, profile, "credential_source", a), out,
	                   err);
}

/* They were met from the last one to the first. */
static void turn_round(struct aws_chain *c)
{
	for (size_t i = 0, k = c->n_hops; i + 1 < k; i++) {
		const struct aws_hop hop = c->hops[i];

		c->hops[i] = c->hops[--k];
		c->hops[k] = hop;
	}
}

int aws_profile_chain(const struct surroundings *env, const char *profile, struct arena *a,
                      struct aws_chain *out, struct error *err)
{
	const char *next = profile;
	struct files f = {.fault = ""};
	int rc = 0;

	f.credentials =
	        read_one(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials", a, &f.fault);
	f.config = read_one(env, "AWS_CONFIG_FILE", "config", a, &f.fault);
	while (rc == 0 && next != NULL)
		rc = visit(env, &f, next, a, out, &next, err);
	/* A profile that leads to one that is not there is wrong, not absent. */
	if (rc == ERR_NOT_FOUND && out->n_hops > 0)
		rc = err->code = ERR_INVALID;
	turn_round(out);
	return rc;
}
