/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of Oracle's cloud are signed one by one with an API key.
 *
 * Source: "Request Signatures", version 1 (draft-cavage-http-signatures-08); the names
 * of variables are those of "Using Environment Variables" of the command line.
 */
#include <string.h>
#include <strings.h>

#include "oci_connector_private.h"
#include "signing.h"
#include "text_part.h"

bool oci_is_ocid(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const size_t size = strlen(text);

	return text_begins(text, "ocid1.") && size <= 255 && strspn(text, allowed) == size;
}

/* A setting, else a variable; "". */
static const char *find_value(const struct live_source *s, const struct surroundings *env,
                              const char *key, const char *variable)
{
	const char *value = source_get(s, key);

	if (value[0] == '\0')
		value = env->variable(variable, env->ctx);
	return value ? value : "";
}

static int find_key(const struct live_source *s, const struct surroundings *env,
                    struct arena *a, const char **pem, struct error *err)
{
	const char *path = source_get(s, "key_file");

	*pem = source_get(s, "key");
	if ((*pem)[0] != '\0')
		return 0;
	if (path[0] == '\0') {
		*pem = find_value(s, env, "key", "OCI_CLI_KEY_CONTENT");
		if ((*pem)[0] != '\0')
			return 0;
		path = find_value(s, env, "key_file", "OCI_CLI_KEY_FILE");
	}
	if (path[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "no key: set key or key_file, or OCI_CLI_KEY_FILE");
	if (env->read_file(path, a, pem, env->ctx, err) < 0)
		return error_wrap(err, "key_file %s", path);
	return 0;
}

static bool is_fingerprint(const char *text)
{
	const size_t size = strlen(text);

	return size > 0 && size <= 128 && strspn(text, "0123456789abcdefABCDEF:") == size;
}

int oci_credential_request(const struct live_source *s, const struct surroundings *env,
                           struct credential *c, timestamp now, struct arena *a,
                           struct http_request *out, struct error *err)
{
	const char *user = find_value(s, env, "user", "OCI_CLI_USER");
	const char *fingerprint = find_value(s, env, "fingerprint", "OCI_CLI_FINGERPRINT");
	const char *pem = "";
	unsigned char *signature;
	size_t size;

	(void)now;
	*out = (struct http_request){0};
	if (!oci_is_ocid(source_get(s, "tenancy")))
		return error_set(err, ERR_INVALID, "tenancy is no OCID (ocid1.tenancy...)");
	if (!oci_is_ocid(user))
		return error_set(
		        err, ERR_INVALID,
		        "user is no OCID (ocid1.user...): set user or OCI_CLI_USER");
	if (!is_fingerprint(fingerprint))
		return error_set(
		        err, ERR_INVALID,
		        "fingerprint is not of the form 12:34:...: set fingerprint "
		        "or OCI_CLI_FINGERPRINT");
	if (find_key(s, env, a, &pem, err) < 0)
		return err->code;
	/* What cannot sign is told now, not by the first page. */
	if (sign_rsa_sha256(pem, "", 0, a, &signature, &size, err) < 0)
		return error_wrap(err, "key");
	c->key_id = ARENA_JOIN(a, source_get(s, "tenancy"), "/", user, "/", fingerprint);
	c->secret = arena_strdup(a, pem);
	c->expires_at = TIMESTAMP_NONE;
	return 0;
}

/* --- a request --- */

/* Host and target of a URL: "example.org:8443" and "/path?query". */
static int split_url(const char *url, struct arena *a, const char **host,
                     const char **target, struct error *err)
{
	const char *at = strstr(url, "://");
	size_t n;

	if (at == NULL)
		return error_set(err, ERR_INVALID, "a request without a host");
	at += 3;
	n = strcspn(at, "/?");
	*target = at[n] == '/' ? at + n : "/";
	/* The port that is the scheme's own is not sent. */
	if (text_begins(url, "https:") && n > 4 && strncmp(at + n - 4, ":443", 4) == 0)
		n -= 4;
	else if (text_begins(url, "http:") && n > 3 && strncmp(at + n - 3, ":80", 3) == 0)
		n -= 3;
	*host = arena_strndup(a, at, n);
	return 0;
}

static const char *method_lower(const char *method)
{
	static const char *const methods[] = {"get", "post", "put"};

	for (size_t i = 0; i < N_ELEMENTS(methods); i++)
		if (strcasecmp(method, methods[i]) == 0)
			return methods[i];
	return "";
}

static const char *content_type(struct http_request *req)
{
	for (size_t i = 0; i < req->n_headers; i++)
		if (strcasecmp(req->headers[i].name, "Content-Type") == 0)
			return req->headers[i].value;
	http_add_header(req, "Content-Type", "application/json");
	return "application/json";
}

/* A body is signed by its digest, length and type; the names so signed. */
static const char *add_content(struct http_request *req, struct arena *a,
                               const char **to_sign)
{
	const char *digest, *type;

	if (req->body == NULL)
		return "";
	digest = sha256_base64(req->body, req->body_size, a);
	type = content_type(req);
	http_add_header(req, "X-Content-Sha256", digest);
	*to_sign = ARENA_JOIN(a, *to_sign,
	                      "\ncontent-length: ", arena_printf(a, "%zu", req->body_size),
	                      "\ncontent-type: ", type, "\nx-content-sha256: ", digest);
	return " content-length content-type x-content-sha256";
}

int oci_authorize(const struct live_source *s, const struct credential *c, timestamp now,
                  struct arena *a, struct http_request *req, struct error *err)
{
	char *date = arena_alloc(a, 30);
	const char *host, *target, *to_sign, *more;
	unsigned char *signature;
	size_t size;

	(void)s;
	if (c->key_id == NULL || c->secret == NULL)
		return error_set(err, ERR_INVALID, "there is no key to sign with");
	if (split_url(req->url, a, &host, &target, err) < 0)
		return err->code;
	http_date_format(now, date);
	to_sign = ARENA_JOIN(a, "date: ", date,
	                     "\n(request-target): ", method_lower(req->method), " ", target,
	                     "\nhost: ", host);
	more = add_content(req, a, &to_sign);
	if (sign_rsa_sha256(c->secret, to_sign, strlen(to_sign), a, &signature, &size,
	                    err) < 0)
		return error_wrap(err, "key");
	http_add_header(req, "Date", date);
	http_add_header(
	        req, "Authorization",
	        ARENA_JOIN(a,
	                   "Signature version=\"1\",headers=\"date (request-target) host",
	                   more, "\",keyId=\"", c->key_id,
	                   "\",algorithm=\"rsa-sha256\",signature=\"",
	                   base64_encode(signature, size, a), "\""));
	return 0;
}
