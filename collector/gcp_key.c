/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which credential stands for a source: the settings "key" and "key_file", the variable
 * GOOGLE_APPLICATION_CREDENTIALS, else the metadata server.  Files are those that Google
 * Cloud hands out: keys of service accounts, and external accounts whose token another
 * provider keeps in a file.
 *
 * Source: AIP-4110 (application default credentials), AIP-4112 (service account keys),
 * AIP-4117 (external accounts).
 */
#include <string.h>

#include "net/url.h"

#include "gcp_connector_private.h"
#include "text_part.h"

enum {
	KEY_SIZE_MAX = 64 * 1024,
	KEY_DEPTH_MAX = 16
};

bool gcp_is_token(const char *text)
{
	if (text[0] == '\0')
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static const char *member(struct json_view v, const char *at, struct arena *a)
{
	return arena_strdup(a, json_view_text_or(v, at, ""));
}

static int need(const struct gcp_key *key, const char *name, const char *value,
                struct error *err)
{
	if (value[0] != '\0')
		return 0;
	return error_set(err, ERR_INVALID, "%s: %s is missing", key->where, name);
}

/* The token goes to Google alone, whatever a file says. */
static int check_url(const struct live_source *s, const struct gcp_key *key,
                     const char *name, const char *url, struct arena *a, struct error *err)
{
	const char *host = url_host(url, a);

	if (!text_begins(url, "https://") ||
	    !text_ends(host, ARENA_JOIN(a, ".", source_get(s, "universe"))))
		return error_set(err, ERR_INVALID, "%s: %s is no https address of %s",
		                 key->where, name, source_get(s, "universe"));
	return 0;
}

/* With the setting "endpoint" the same path there. */
static const char *rebased(const struct live_source *s, const char *url, struct arena *a)
{
	const char *endpoint = source_get(s, "endpoint");
	const char *path = strstr(url, "://");

	if (endpoint[0] == '\0')
		return url;
	path = path ? strchr(path + 3, '/') : NULL;
	return url_build(endpoint, path ? path : "/", NULL, 0, a);
}

static int read_service_account(const struct live_source *s, struct json_view v,
                                struct arena *a, struct gcp_key *key, struct error *err)
{
	key->way = GCP_WAY_SERVICE_ACCOUNT;
	key->email = member(v, "client_email", a);
	key->key_id = member(v, "private_key_id", a);
	key->pem = member(v, "private_key", a);
	/* Files name older addresses too; all keys are good at this one. */
	key->token_url = url_build(gcp_base_url(s, "oauth2", a), "/token", NULL, 0, a);
	if (need(key, "client_email", key->email, err) < 0 ||
	    need(key, "private_key", key->pem, err) < 0)
		return err->code;
	return 0;
}

static int read_external(const struct live_source *s, struct json_view v, struct arena *a,
                         struct gcp_key *key, struct error *err)
{
	const char *kind = json_view_text_or(v, "/credential_source/format/type", "text");

	key->way = GCP_WAY_FEDERATION;
	key->audience = member(v, "audience", a);
	key->subject_type = member(v, "subject_token_type", a);
	key->token_url = member(v, "token_url", a);
	key->token_file = member(v, "/credential_source/file", a);
	key->impersonation_url = member(v, "service_account_impersonation_url", a);
	if (strcmp(kind, "json") == 0)
		key->token_field =
		        member(v, "/credential_source/format/subject_token_field_name", a);
	if (need(key, "audience", key->audience, err) < 0 ||
	    need(key, "subject_token_type", key->subject_type, err) < 0)
		return err->code;
	if (key->token_file[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "%s: credential_source has no file: only tokens that are "
		                 "kept in a file can be exchanged",
		                 key->where);
	if (check_url(s, key, "token_url", key->token_url, a, err) < 0 ||
	    (key->impersonation_url[0] != '\0' &&
	     check_url(s, key, "service_account_impersonation_url", key->impersonation_url,
	               a, err) < 0))
		return err->code;
	key->token_url = rebased(s, key->token_url, a);
	if (key->impersonation_url[0] != '\0')
		key->impersonation_url = rebased(s, key->impersonation_url, a);
	return 0;
}

static int read_key(const struct live_source *s, const char *text, struct arena *a,
                    struct gcp_key *key, struct error *err)
{
	CLEANUP(json_doc_freep)
	struct json_doc *doc = json_doc_new(KEY_SIZE_MAX, KEY_DEPTH_MAX);
	struct json_view v;
	const char *type;

	/* What the parser says of it could quote it. */
	if (json_doc_parse(doc, text, strlen(text), &v, err) < 0 || !json_view_is_object(v))
		return error_set(err, ERR_INVALID, "%s is no JSON of a credential",
		                 key->where);
	type = json_view_text_or(v, "type", "");
	if (strcmp(type, "service_account") == 0)
		return read_service_account(s, v, a, key, err);
	if (strcmp(type, "external_account") == 0)
		return read_external(s, v, a, key, err);
	return error_set(err, ERR_INVALID,
	                 "%s: type \"%.40s\" is neither service_account nor "
	                 "external_account",
	                 key->where, type);
}

/* The text of the credential, NULL: none is named; and where it was found. */
static int find_text(const struct live_source *s, const struct surroundings *env,
                     struct arena *a, const char **text, const char **where,
                     struct error *err)
{
	static const char variable[] = "GOOGLE_APPLICATION_CREDENTIALS";
	const char *path = source_get(s, "key_file");
	const char *value;

	*text = NULL;
	*where = "key";
	if (source_get(s, "key")[0] != '\0') {
		*text = source_get(s, "key");
		return 0;
	}
	*where = ARENA_JOIN(a, "key_file ", path);
	if (path[0] == '\0') {
		value = env->variable(variable, env->ctx);
		path = value ? value : "";
		*where = ARENA_JOIN(a, variable, " ", path);
	}
	if (path[0] == '\0')
		return 0;
	if (env->read_file(path, a, text, env->ctx, err) < 0)
		return error_wrap(err, "%s", *where);
	return 0;
}

int gcp_key_find(const struct live_source *s, const struct surroundings *env,
                 struct arena *a, struct gcp_key *out, struct error *err)
{
	const char *auth = source_get(s, "auth");
	const char *text = NULL;

	*out = (struct gcp_key){
	        GCP_WAY_METADATA, "", "", "", "", "", "", "", "", "", "",
	};
	if (strcmp(auth, "auto") != 0 && strcmp(auth, "key") != 0 &&
	    strcmp(auth, "metadata") != 0)
		return error_set(err, ERR_INVALID,
		                 "auth: \"%.40s\" is not auto, key or metadata", auth);
	if (strcmp(auth, "metadata") == 0)
		return 0;
	if (find_text(s, env, a, &text, &out->where, err) < 0)
		return err->code;
	if (text != NULL)
		return read_key(s, text, a, out, err);
	if (strcmp(auth, "key") == 0)
		return error_set(err, ERR_INVALID,
		                 "auth is key: set key or key_file, or "
		                 "GOOGLE_APPLICATION_CREDENTIALS");
	return 0;
}

/* Trailing blanks of a file do not count. */
static const char *trimmed(const char *text, struct arena *a)
{
	size_t first = strspn(text, " \t\r\n"), end = strlen(text);

	while (end > first && strchr(" \t\r\n", text[end - 1]))
		end--;
	return arena_strndup(a, text + first, end - first);
}

int gcp_key_subject(const struct gcp_key *key, const struct surroundings *env,
                    struct arena *a, const char **out, struct error *err)
{
	CLEANUP(json_doc_freep)
	struct json_doc *doc = json_doc_new(KEY_SIZE_MAX, KEY_DEPTH_MAX);
	struct json_view v;
	const char *text;

	if (env->read_file(key->token_file, a, &text, env->ctx, err) < 0)
		return error_wrap(err, "%s: credential_source.file", key->where);
	if (key->token_field[0] == '\0') {
		*out = trimmed(text, a);
	} else {
		if (json_doc_parse(doc, text, strlen(text), &v, err) < 0)
			return error_set(err, ERR_INVALID, "%s is no JSON",
			                 key->token_file);
		/* A name, never a path into the document. */
		*out = key->token_field[0] == '/' ? "" : member(v, key->token_field, a);
	}
	if (!gcp_is_token(*out))
		return error_set(err, ERR_INVALID, "%s holds no token", key->token_file);
	return 0;
}
