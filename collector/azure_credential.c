/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of Microsoft Entra ID, one for each audience.  Bodies of these endpoints never
 * stand in an error: what is said of a refusal is its code and what to do.
 *
 * Source: Microsoft identity platform, "client credentials flow", "certificate
 * credentials", "Microsoft Entra authentication and authorization error codes"; "How to
 * use managed identities for Azure resources on an Azure VM to acquire an access token".
 */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "net/url.h"

#include "azure_connector_private.h"
#include "signing.h"
#include "text_part.h"

enum {
	ASSERTION_S = 600,
	MAX_TOKEN = 32768,
	MAX_LIFE_S = 7 * 86400,
	FALLBACK_LIFE_S = 300 /* where an answer does not say */
};

/* What to do about a code of "Microsoft Entra error codes" (AADSTS…). */
static const struct {
	int64_t code;
	const char *hint;
} hints[] = {
        {7000215, "the secret is wrong; its value is wanted, not its id"},
        {7000222, "the secret has expired: make a new one for the application"},
        {700016, "the tenant has no such application: check client_id and tenant"},
        {7000229, "the application is not installed in the tenant: give it consent there"},
        {7000112, "the application is switched off in the tenant"},
        {90002, "there is no such tenant: check tenant and cloud"},
        {900023, "there is no such tenant: check tenant"},
        {500011, "the tenant does not know Azure's API: check cloud"},
        {900382, "the application is of another cloud: check cloud"},
        {700027, "the application does not know the certificate, or it has expired"},
        {700024, "the assertion's time is not now: check this machine's clock"},
        {50027, "the assertion is no valid token"},
        {70021, "no federated credential of the application has this issuer and subject"},
        {700211, "no federated credential of the application has this issuer"},
        {700212, "no federated credential of the application has this audience"},
        {700213, "no federated credential of the application has this subject"},
        {53003, "a Conditional Access policy forbids it"},
};

/* --- asking --- */

static const char *host_of(const struct azure_cloud *cloud, const struct credential *c)
{
	return strcmp(c->name, AZURE_GRAPH) == 0 ? cloud->graph : cloud->arm;
}

static int sign_assertion(const struct azure_login *login, const char *url, timestamp now,
                          struct arena *a, const char **out, struct error *err)
{
	const char *sha1, *sha256;
	const int64_t at = now / USEC_PER_SEC;
	struct strbuf claims = {0};
	char id[37];
	int rc;

	if (certificate_thumbprints(login->certificate, a, &sha1, &sha256, err) < 0)
		return error_wrap(err, "client_certificate");
	uuid_random(id);
	strbuf_puts(&claims, "{\"aud\":");
	strbuf_put_json(&claims, url);
	/* A clock that is a little ahead is no reason to be refused. */
	strbuf_printf(&claims,
	              ",\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":\"%s\",\"iat\":%lld,"
	              "\"nbf\":%lld,\"exp\":%lld}",
	              login->client, login->client, id, (long long)at, (long long)(at - 60),
	              (long long)(at + ASSERTION_S));
	rc = sign_jwt_rs256(login->certificate,
	                    arena_printf(a,
	                                 "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"%"
	                                 "s\",\"x5t#S256\":\"%s\"}",
	                                 sha1, sha256),
	                    strbuf_text(&claims), a, out, err);
	strbuf_done(&claims);
	return rc < 0 ? error_wrap(err, "client_certificate") : 0;
}

/* From Entra ID: with a secret, or with a signed assertion in its place. */
static int ask_entra(const struct live_source *s, const struct azure_login *login,
                     const char *resource, timestamp now, struct arena *a,
                     struct http_request *out, struct error *err)
{
	const char *path = ARENA_JOIN(a, "/", login->tenant, "/oauth2/v2.0/token");
	const char *url = url_build(login->authority, path, NULL, 0, a);
	const char *assertion = login->assertion;
	const char *type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
	struct url_pair form[6];
	size_t n = 0;

	if (login->method == AZURE_BY_CERTIFICATE &&
	    sign_assertion(login, url, now, a, &assertion, err) < 0)
		return err->code = ERR_INVALID;
	form[n++] = (struct url_pair){"client_id", login->client};
	form[n++] = (struct url_pair){"grant_type", "client_credentials"};
	form[n++] = (struct url_pair){"scope", ARENA_JOIN(a, resource, "/.default")};
	if (assertion) {
		form[n++] = (struct url_pair){"client_assertion_type", type};
		form[n++] = (struct url_pair){"client_assertion", assertion};
	} else {
		form[n++] = (struct url_pair){"client_secret", login->secret};
	}
	*out = (struct http_request){
	        .method = "POST",
	        .url = url,
	        .body = url_form(form, n, a),
	        .allow_http = source_get(s, "endpoint")[0] != '\0',
	};
	out->body_size = strlen(out->body);
	http_add_header(out, "Content-Type", "application/x-www-form-urlencoded");
	http_add_header(out, "Accept", "application/json");
	return 0;
}

/* From the machine, which knows who it is. */
static int ask_identity(const struct azure_login *login, const char *resource,
                        struct arena *a, struct http_request *out)
{
	const bool machine = login->method == AZURE_BY_MACHINE;
	const struct url_pair pairs[] = {
	        {"api-version", machine ? "2018-02-01" : "2019-08-01"},
	        {"resource", ARENA_JOIN(a, resource, "/")},
	        {"client_id", login->client[0] == '\0' ? NULL : login->client},
	};

	*out = (struct http_request){
	        .method = "GET",
	        .url = url_build(login->endpoint,
	                         machine ? "/metadata/identity/oauth2/token" : "", pairs,
	                         N_ELEMENTS(pairs), a),
	        .allow_http = true,
	        .no_proxy = true,
	        .connect_timeout_ms = 2000,
	};
	if (machine)
		http_add_header(out, "Metadata", "true");
	else
		http_add_header(out, "X-IDENTITY-HEADER", login->header);
	return 0;
}

int azure_credential_request(const struct live_source *s, const struct surroundings *env,
                             struct credential *c, timestamp now, struct arena *a,
                             struct http_request *out, struct error *err)
{
	const struct azure_cloud *cloud;
	struct azure_login login;

	*out = (struct http_request){0};
	if (c->bearer)
		return 0;
	if (azure_cloud_find(s, &cloud, err) < 0 ||
	    azure_login_find(s, env, a, &login, err) < 0)
		return err->code;
	/* Tells the answers of the two kinds of endpoints apart. */
	c->step = login.method;
	if (login.method >= AZURE_BY_APP_SERVICE)
		return ask_identity(&login, host_of(cloud, c), a, out);
	return ask_entra(s, &login, host_of(cloud, c), now, a, out, err);
}

/* --- answers --- */

/* A number, or a text of one: IMDS writes the latter. */
static bool whole_number(struct json_view v, int64_t *out)
{
	const char *text = "";
	char *end;

	if (json_view_int(v, out))
		return true;
	if (!json_view_text(v, &text) || text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoll(text, &end, 10);
	return *end == '\0';
}

static timestamp expiry_of(struct json_view body, timestamp now)
{
	int64_t seconds = FALLBACK_LIFE_S, at;

	if (!whole_number(json_view_at(body, "expires_in"), &seconds) &&
	    whole_number(json_view_at(body, "expires_on"), &at))
		seconds = at - now / USEC_PER_SEC;
	if (seconds < 0)
		seconds = 0;
	if (seconds > MAX_LIFE_S)
		seconds = MAX_LIFE_S;
	return now + seconds * USEC_PER_SEC;
}

static int take_token(struct credential *c, struct json_view body, timestamp now,
                      struct arena *a, struct error *err)
{
	const char *token = json_view_text_or(body, "access_token", "");
	const size_t size = strlen(token);

	if (size == 0)
		return error_set(err, ERR_TRANSIENT,
		                 "the token endpoint answered without a token");
	/* It goes into a header as it is. */
	if (size > MAX_TOKEN)
		return error_set(err, ERR_TRANSIENT, "the token is longer than %d bytes",
		                 MAX_TOKEN);
	for (size_t i = 0; i < size; i++) {
		if (token[i] <= ' ' || token[i] > '~')
			return error_set(err, ERR_TRANSIENT,
			                 "the token holds a byte that no token has");
	}
	c->bearer = arena_strdup(a, token);
	c->expires_at = expiry_of(body, now);
	return 0;
}

/* error_codes[0], else the number in "AADSTS700016: …"; 0: there is none. */
static int64_t code_of(struct json_view body)
{
	const char *text = json_view_text_or(body, "error_description", "");
	int64_t code = 0;

	if (json_view_int(json_view_at(body, "/error_codes/0"), &code) && code > 0)
		return code;
	if (text_begins(text, "AADSTS"))
		code = strtoll(text + strlen("AADSTS"), NULL, 10);
	return code > 0 ? code : 0;
}

static int refused(unsigned int method, const struct http_response *resp,
                   struct json_view body, struct error *err)
{
	char name[48];
	const int64_t code = code_of(body);

	azure_plain(json_view_text_or(body, "error", "no error code"), name, sizeof(name));
	if (method >= AZURE_BY_APP_SERVICE)
		return error_set(err, ERR_DENIED,
		                 "no token of the managed identity (%s, HTTP %ld): the "
		                 "machine has none, or not the one of client_id",
		                 name, resp->status);
	for (size_t i = 0; i < N_ELEMENTS(hints); i++) {
		if (hints[i].code == code)
			return error_set(err, ERR_DENIED,
			                 "sign-in refused, AADSTS%lld (%s): %s",
			                 (long long)code, name, hints[i].hint);
	}
	if (code > 0)
		return error_set(err, ERR_DENIED,
		                 "sign-in refused, AADSTS%lld (%s): see "
		                 "https://login.microsoftonline.com/error?code=%lld",
		                 (long long)code, name, (long long)code);
	return error_set(err, ERR_DENIED, "sign-in refused (%s, HTTP %ld)", name,
	                 resp->status);
}

/* IMDS: "Retry guidance" has 404 and 410 while it starts or is being updated. */
static bool passes(unsigned int method, long status, struct json_view body)
{
	if (status == 408 || status == 429 || status >= 500)
		return true;
	if (method == AZURE_BY_MACHINE && (status == 404 || status == 410))
		return true;
	return strcmp(json_view_text_or(body, "error", ""), "temporarily_unavailable") == 0;
}

int azure_credential_answer(const struct live_source *s, struct credential *c,
                            const struct http_response *resp, struct json_view body,
                            timestamp now, struct arena *a, struct error *err)
{
	(void)s;
	if (resp->status == 200)
		return take_token(c, body, now, a, err);
	if (!passes(c->step, resp->status, body))
		return refused(c->step, resp, body, err);
	error_set(err, ERR_TRANSIENT, "the token endpoint answered HTTP %ld", resp->status);
	err->retry_after_ms = http_retry_after_ms(resp, now);
	return err->code;
}
