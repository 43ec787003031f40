/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of Google Cloud: an assertion signed by a service account's key, another
 * provider's token exchanged, or the metadata server's.
 *
 * Source: "Using OAuth 2.0 for Server to Server Applications"; Security Token Service
 * API v1, token; IAM Service Account Credentials API v1, generateAccessToken; Compute
 * Engine, "Authenticate workloads using service accounts", AIP-4115.
 */
#include <string.h>

#include "base/strbuf.h"
#include "net/url.h"

#include "gcp_connector_private.h"
#include "signing.h"

enum gcp_step {
	STEP_FIRST,
	STEP_IMPERSONATE /* c->secret is the token of the exchange */
};

enum {
	LIFETIME_S = 3600,          /* the most that is given */
	LIFETIME_MAX_S = 12 * 3600, /* no answer is believed beyond that */
	/* Clocks differ: an assertion of the future is refused. */
	SKEW_S = 10,
	METADATA_TIMEOUT_MS = 10000,
	METADATA_CONNECT_MS = 2000
};

static const char scope[] = "https://www.googleapis.com/auth/cloud-platform";

static const char *take_text(struct strbuf *b, struct arena *a)
{
	const char *text = arena_strndup(a, strbuf_text(b), b->size);

	strbuf_done(b);
	return text;
}

static void post(const char *url, const char *type, const char *body,
                 struct http_request *out)
{
	out->method = "POST";
	out->url = url;
	out->body = body;
	out->body_size = strlen(body);
	http_add_header(out, "Content-Type", type);
}

/* --- a service account's key --- */

static const char *assertion_header(const struct gcp_key *key, struct arena *a)
{
	struct strbuf b = {0};

	strbuf_puts(&b, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	if (key->key_id[0] != '\0') {
		strbuf_puts(&b, ",\"kid\":");
		strbuf_put_json(&b, key->key_id);
	}
	strbuf_putc(&b, '}');
	return take_text(&b, a);
}

static const char *assertion_claims(const struct gcp_key *key, timestamp now,
                                    struct arena *a)
{
	const long long issued = (long long)(now / USEC_PER_SEC) - SKEW_S;
	struct strbuf b = {0};

	strbuf_puts(&b, "{\"iss\":");
	strbuf_put_json(&b, key->email);
	strbuf_puts(&b, ",\"scope\":");
	strbuf_put_json(&b, scope);
	strbuf_puts(&b, ",\"aud\":");
	strbuf_put_json(&b, key->token_url);
	strbuf_printf(&b, ",\"iat\":%lld,\"exp\":%lld}", issued, issued + LIFETIME_S);
	return take_text(&b, a);
}

static int ask_with_key(const struct gcp_key *key, timestamp now, struct arena *a,
                        struct http_request *out, struct error *err)
{
	const char *assertion;

	if (sign_jwt_rs256(key->pem, assertion_header(key, a),
	                   assertion_claims(key, now, a), a, &assertion, err) < 0)
		return error_wrap(err, "%s", key->where);
	const struct url_pair form[] = {
	        {"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
	        {"assertion", assertion},
	};
	post(key->token_url, "application/x-www-form-urlencoded",
	     url_form(form, N_ELEMENTS(form), a), out);
	return 0;
}

/* --- another provider's token --- */

static int exchange(const struct gcp_key *key, const struct surroundings *env,
                    struct arena *a, struct http_request *out, struct error *err)
{
	const char *subject;

	if (gcp_key_subject(key, env, a, &subject, err) < 0)
		return err->code;
	const struct url_pair form[] = {
	        {"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
	        {"audience", key->audience},
	        {"scope", scope},
	        {"requested_token_type", "urn:ietf:params:oauth:token-type:access_token"},
	        {"subject_token_type", key->subject_type},
	        {"subject_token", subject},
	};
	post(key->token_url, "application/x-www-form-urlencoded",
	     url_form(form, N_ELEMENTS(form), a), out);
	return 0;
}

static void impersonate(const struct gcp_key *key, const char *token, struct arena *a,
                        struct http_request *out)
{
	post(key->impersonation_url, "application/json",
	     arena_printf(a, "{\"scope\":[\"%s\"],\"lifetime\":\"%ds\"}", scope,
	                  LIFETIME_S),
	     out);
	http_add_header(out, "Authorization", ARENA_JOIN(a, "Bearer ", token));
}

/* --- the metadata server --- */

static void ask_metadata(const struct live_source *s, const struct surroundings *env,
                         struct arena *a, struct http_request *out)
{
	static const char path[] =
	        "/computeMetadata/v1/instance/service-accounts/default/token";
	const char *host = env->variable("GCE_METADATA_HOST", env->ctx);
	const char *base = source_get(s, "endpoint");

	if (host != NULL && host[0] != '\0')
		base = ARENA_JOIN(a, "http://", host);
	else if (base[0] == '\0')
		base = "http://metadata.google.internal";
	out->method = "GET";
	out->url = url_build(base, path, NULL, 0, a);
	http_add_header(out, "Metadata-Flavor", "Google");
	out->allow_http = out->no_proxy = true;
	out->timeout_ms = METADATA_TIMEOUT_MS;
	out->connect_timeout_ms = METADATA_CONNECT_MS;
}

int gcp_credential_request(const struct live_source *s, const struct surroundings *env,
                           struct credential *c, timestamp now, struct arena *a,
                           struct http_request *out, struct error *err)
{
	struct gcp_key key;

	*out = (struct http_request){.allow_http = source_get(s, "endpoint")[0] != '\0'};
	if (c->bearer != NULL)
		return 0;
	if (gcp_key_find(s, env, a, &key, err) < 0)
		return err->code;
	if (key.way == GCP_WAY_SERVICE_ACCOUNT)
		return ask_with_key(&key, now, a, out, err);
	if (key.way == GCP_WAY_METADATA) {
		c->note = "metadata";
		ask_metadata(s, env, a, out);
		return 0;
	}
	if (c->step == STEP_IMPERSONATE) {
		impersonate(&key, c->secret, a, out);
		return 0;
	}
	/* Where the answer leads. */
	c->note = key.impersonation_url[0] != '\0' ? "impersonate" : "exchange";
	return exchange(&key, env, a, out, err);
}

/* --- answers --- */

static bool is_note(const struct credential *c, const char *note)
{
	return c->note != NULL && strcmp(c->note, note) == 0;
}

/* OAuth's code is a text, Google's own stands in "status". */
static const char *code_of(struct json_view body)
{
	const char *code = json_view_text_or(body, "error", "");

	return code[0] != '\0' ? code : json_view_text_or(body, "/error/status", "");
}

static const char *hint_of(const struct credential *c, const char *code)
{
	static const struct {
		const char *code, *hint;
	} hints[] = {
	        {"invalid_grant", "the key was deleted, its account is gone or disabled, "
	                          "or this machine's clock is wrong"},
	        {"invalid_client", "the service account is not known"},
	        {"unauthorized_client", "the account may not have such tokens"},
	        {"invalid_request", "the credential file does not fit its pool"},
	        {"invalid_target", "the pool or its provider is disabled or gone"},
	        {"PERMISSION_DENIED",
	         "the workload needs roles/iam.workloadIdentityUser on the account"},
	        {"NOT_FOUND", "the service account does not exist"},
	};

	if (is_note(c, "metadata"))
		return "no service account is attached to this machine";
	for (size_t i = 0; i < N_ELEMENTS(hints); i++)
		if (strcmp(code, hints[i].code) == 0)
			return hints[i].hint;
	return "look at the credential";
}

static int refuse(const struct credential *c, const struct http_response *resp,
                  struct json_view body, timestamp now, struct error *err)
{
	const char *code = code_of(body);

	if (resp->status == 408 || resp->status == 429 || resp->status >= 500) {
		error_set(err, ERR_TRANSIENT, "the token service answers %ld",
		          resp->status);
		err->retry_after_ms = http_retry_after_ms(resp, now);
		return err->code;
	}
	/* The description may quote the assertion: the code alone is repeated. */
	return error_set(err, ERR_DENIED, "no token: %ld %.60s: %s", resp->status,
	                 gcp_is_token(code) ? code : "", hint_of(c, code));
}

static int take_token(struct credential *c, const char *token, timestamp expires_at,
                      timestamp now, struct arena *a, struct error *err)
{
	const timestamp latest = now + LIFETIME_MAX_S * USEC_PER_SEC;

	if (!gcp_is_token(token))
		return error_set(err, ERR_TRANSIENT,
		                 "the token service answers without "
		                 "a token");
	c->bearer = arena_strdup(a, token);
	c->expires_at = expires_at < latest ? expires_at : latest;
	return 0;
}

int gcp_credential_answer(const struct live_source *s, struct credential *c,
                          const struct http_response *resp, struct json_view body,
                          timestamp now, struct arena *a, struct error *err)
{
	const char *flavor = http_header(resp, "metadata-flavor");
	const char *token = json_view_text_or(body, "access_token", "");
	timestamp expires_at = now + LIFETIME_S * USEC_PER_SEC;
	int64_t seconds = LIFETIME_S;
	struct error ignored;

	(void)s;
	/* Whatever else answers on that address knows nothing of the header. */
	if (is_note(c, "metadata") && (flavor == NULL || strcmp(flavor, "Google") != 0))
		return error_set(err, ERR_DENIED,
		                 "no credential: no key is set, and what answers is not "
		                 "Google's metadata server");
	if (resp->status < 200 || resp->status > 299)
		return refuse(c, resp, body, now, err);
	if (c->step == STEP_IMPERSONATE) {
		if (timestamp_parse(json_view_text_or(body, "expireTime", ""), &expires_at,
		                    &ignored) < 0)
			expires_at = now + LIFETIME_S * USEC_PER_SEC;
		return take_token(c, json_view_text_or(body, "accessToken", ""), expires_at,
		                  now, a, err);
	}
	if (is_note(c, "impersonate")) {
		if (!gcp_is_token(token))
			return error_set(err, ERR_TRANSIENT,
			                 "the token service answers without a token");
		c->secret = arena_strdup(a, token);
		c->step = STEP_IMPERSONATE;
		return 0;
	}
	if (json_view_opt_int(body, "expires_in", &seconds, &ignored) < 0 || seconds < 0 ||
	    seconds > LIFETIME_MAX_S)
		seconds = LIFETIME_S;
	return take_token(c, token, now + seconds * USEC_PER_SEC, now, a, err);
}
