/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step by step to a credential: keys that are known, or those that STS, a container's
 * or an instance's endpoint hands out, then one AssumeRole after the other.  Bodies of
 * these endpoints never stand in an error.
 *
 * Source: STS API reference (AssumeRole, AssumeRoleWithWebIdentity, common errors);
 * EC2 user guide, "Retrieve security credentials from instance metadata"; SDKs and
 * Tools reference guide, "Container credential provider".
 */
#include <string.h>

#include "net/url.h"

#include "aws_connector_private.h"
#include "text_part.h"

enum step {
	STEP_START,
	STEP_WEB,
	STEP_CONTAINER,
	STEP_IMDS_TOKEN,
	STEP_IMDS_ROLE, /* with the metadata's token in bearer */
	STEP_IMDS_KEYS, /* with the role's name in note */
	STEP_HOP        /* and above: so many roles are assumed, note is the next one's */
};

enum {
	MAX_METADATA_TEXT = 2048 /* a token, a name */
};

#define IMDS_URL "http://169.254.169.254"
#define ECS_URL  "http://169.254.170.2"

/* STS. */

static void sts_post(const struct live_source *s, const struct url_pair *form, size_t n,
                     struct arena *a, struct http_request *out)
{
	const char *url = aws_base_url(s, "sts", aws_home_region(s, a), a);

	*out = (struct http_request){.method = "POST",
	                             .url = url_build(url, "/", NULL, 0, a),
	                             .body = url_form(form, n, a),
	                             .allow_http = source_get(s, "endpoint")[0] != '\0'};
	out->body_size = strlen(out->body);
	http_add_header(out, "Content-Type",
	                "application/x-www-form-urlencoded; charset=utf-8");
	http_add_header(out, "Accept", "application/json");
}

/* Without the newline at a file's end. */
static int read_token(const struct surroundings *env, const char *path, const char *what,
                      struct arena *a, const char **out, struct error *err)
{
	const char *text = "";

	if (env->read_file(path, a, &text, env->ctx, err) < 0)
		return error_wrap(err, "%s", what) == ERR_TRANSIENT
		               ? ERR_TRANSIENT
		               : (err->code = ERR_INVALID);
	*out = text_first_line(text, a);
	if ((*out)[0] == '\0')
		return error_set(err, ERR_INVALID, "%s: the file is empty", what);
	return aws_check_word(what, *out, err);
}

static int ask_web(const struct live_source *s, const struct surroundings *env,
                   const struct aws_chain *chain, struct arena *a, struct http_request *out,
                   struct error *err)
{
	const char *token = NULL;

	if (read_token(env, chain->token_file, "the web identity token", a, &token, err) <
	    0)
		return err->code;
	sts_post(s,
	         (const struct url_pair[]){
	                 {"Action", "AssumeRoleWithWebIdentity"},
	                 {"Version", "2011-06-15"},
	                 {"RoleArn", chain->web.role_arn},
	                 {"RoleSessionName", text_either(chain->web.session_name,
	                                                 source_get(s, "session_name"))},
	                 {"WebIdentityToken", token},
	         },
	         5, a, out);
	return 0;
}

static void ask_hop(const struct live_source *s, const struct aws_hop *hop,
                    struct credential *c, struct arena *a, struct http_request *out)
{
	const char *external = hop->external_id;

	sts_post(s,
	         (const struct url_pair[]){
	                 {"Action", "AssumeRole"},
	                 {"Version", "2011-06-15"},
	                 {"RoleArn", hop->role_arn},
	                 {"RoleSessionName",
	                  text_either(hop->session_name, source_get(s, "session_name"))},
	                 {"DurationSeconds", "3600"}, /* the most of a chained role */
	                 {"ExternalId", external[0] != '\0' ? external : NULL},
	         },
	         6, a, out);
	out->aws_sigv4 = aws_sigv4(aws_home_region(s, a), "sts", a);
	aws_sign(c, a, out);
	c->note = hop->role_arn;
}

/* Metadata. */

static void metadata(const char *method, const char *url, struct http_request *out)
{
	*out = (struct http_request){.method = method,
	                             .url = url,
	                             .allow_http = true,
	                             .no_proxy = true,
	                             .timeout_ms = 5000,
	                             .connect_timeout_ms = 2000,
	                             .max_response = 1U << 16};
}

static int ask_imds(const struct live_source *s, const struct surroundings *env,
                    const struct credential *c, struct arena *a, struct http_request *out,
                    struct error *err)
{
	static const char roles[] = "/latest/meta-data/iam/security-credentials/";
	const char *named = aws_variable(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *base =
	        text_either(named, text_either(source_get(s, "endpoint"), IMDS_URL));
	const char *path = roles;

	if (!url_same_origin(base, base))
		return error_set(
		        err, ERR_INVALID,
		        "AWS_EC2_METADATA_SERVICE_ENDPOINT is no http or https URL");
	if (c->step == STEP_IMDS_TOKEN) {
		metadata("PUT", url_build(base, "/latest/api/token", NULL, 0, a), out);
		http_add_header(out, "X-aws-ec2-metadata-token-ttl-seconds", "21600");
		return 0;
	}
	if (c->step == STEP_IMDS_KEYS)
		path = ARENA_JOIN(a, roles, url_encode(c->note, a));
	metadata("GET", url_build(base, path, NULL, 0, a), out);
	http_add_header(out, "X-aws-ec2-metadata-token", c->bearer);
	return 0;
}

/* The SDKs send the token in clear to these alone. */
static bool may_be_plain(const char *url, struct arena *a)
{
	static const char *const hosts[] = {
	        "127.0.0.1",     "localhost",      "::1",
	        "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
	const char *host = url_host(url, a);

	for (size_t i = 0; i < N_ELEMENTS(hosts); i++)
		if (strcmp(host, hosts[i]) == 0)
			return true;
	return false;
}

static int container_url(const struct live_source *s, const struct surroundings *env,
                         struct arena *a, const char **out, struct error *err)
{
	const char *path = aws_variable(env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = aws_variable(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI");

	if (path[0] == '\0') {
		if (!url_same_origin(full, full) ||
		    (!text_begins(full, "https://") && !may_be_plain(full, a)))
			return error_set(err, ERR_INVALID,
			                 "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither "
			                 "https nor a container's own address");
		*out = full;
		return 0;
	}
	if (path[0] != '/' || aws_check_word("", path, err) < 0)
		return error_set(err, ERR_INVALID,
		                 "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path");
	/* The path may have a query: it is taken as it is. */
	*out = ARENA_JOIN(a, text_either(source_get(s, "endpoint"), ECS_URL), path);
	return 0;
}

static int ask_container(const struct live_source *s, const struct surroundings *env,
                         struct arena *a, struct http_request *out, struct error *err)
{
	const char *file = aws_variable(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = aws_variable(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	const char *url = NULL;

	if (container_url(s, env, a, &url, err) < 0)
		return err->code;
	/* The scheme may stand before the token: "Basic ...". */
	if (file[0] != '\0') {
		const char *text = "";

		if (env->read_file(file, a, &text, env->ctx, err) < 0)
			return error_wrap(err, "the container's token");
		token = text_first_line(text, a);
	}
	for (const char *t = token; *t != '\0'; t++)
		if (*t < ' ' || *t > '~')
			return error_set(err, ERR_INVALID,
			                 "the container's token is no header value");
	metadata("GET", url, out);
	http_add_header(out, "Accept", "application/json");
	if (token[0] != '\0')
		http_add_header(out, "Authorization", token);
	return 0;
}

/* Requests. */

static unsigned int first_step(const struct aws_chain *chain, struct credential *c)
{
	c->expires_at = TIMESTAMP_NONE;
	switch (chain->origin) {
	case AWS_ORIGIN_KEYS:
		c->key_id = chain->key_id;
		c->secret = chain->secret;
		c->session = chain->session;
		return STEP_HOP;
	case AWS_ORIGIN_WEB_IDENTITY:
		return STEP_WEB;
	case AWS_ORIGIN_CONTAINER:
		return STEP_CONTAINER;
	case AWS_ORIGIN_INSTANCE:
		return STEP_IMDS_TOKEN;
	}
	return STEP_HOP;
}

int aws_credential_request(const struct live_source *s, const struct surroundings *env,
                           struct credential *c, timestamp now, struct arena *a,
                           struct http_request *out, struct error *err)
{
	struct aws_chain chain;

	(void)now;
	*out = (struct http_request){0};
	if (aws_chain_find(s, env, c->name, a, &chain, err) < 0)
		return err->code;
	if (c->step == STEP_START)
		c->step = first_step(&chain, c);
	switch (c->step) {
	case STEP_WEB:
		c->note = chain.web.role_arn;
		return ask_web(s, env, &chain, a, out, err);
	case STEP_CONTAINER:
		return ask_container(s, env, a, out, err);
	case STEP_IMDS_TOKEN:
	case STEP_IMDS_ROLE:
	case STEP_IMDS_KEYS:
		return ask_imds(s, env, c, a, out, err);
	}
	if (c->step - STEP_HOP < chain.n_hops)
		ask_hop(s, &chain.hops[c->step - STEP_HOP], c, a, out);
	return 0;
}

/* Answers. */

/* In the words of STS and of metadata: only the session token's name differs. */
static int take_credentials(struct json_view v, const char *token_key, struct credential *c,
                            timestamp now, struct arena *a, struct error *err)
{
	const char *id = json_view_text_or(v, "AccessKeyId", "");
	const char *secret = json_view_text_or(v, "SecretAccessKey", "");
	const char *token = json_view_text_or(v, token_key, "");
	const char *expiry = json_view_text_or(v, "Expiration", "");
	timestamp at = TIMESTAMP_NONE;
	struct error ignored;
	int rc;

	if (id[0] == '\0' || strchr(id, ':') != NULL || secret[0] == '\0' ||
	    token[0] == '\0')
		return error_set(err, ERR_TRANSIENT,
		                 "an answer that should hold credentials holds none");
	/* STS writes 1.7672256E9 where metadata writes RFC 3339. */
	rc = expiry[0] != '\0'
	             ? timestamp_parse(expiry, &at, &ignored)
	             : json_view_opt_scaled(v, "Expiration", USEC_PER_SEC, &at, &ignored);
	if (rc < 0 || (at != TIMESTAMP_NONE && at <= now))
		return error_set(err, ERR_TRANSIENT,
		                 "credentials that have expired were handed out, or this "
		                 "machine's clock is wrong");
	if (aws_check_word("", id, &ignored) < 0 ||
	    aws_check_word("", secret, &ignored) < 0 ||
	    aws_check_word("", token, &ignored) < 0)
		return error_set(err, ERR_TRANSIENT,
		                 "the credentials handed out are no header values");
	c->key_id = arena_strdup(a, id);
	c->secret = arena_strdup(a, secret);
	c->session = arena_strdup(a, token);
	c->expires_at = at;
	c->bearer = NULL;
	return 0;
}

static const struct {
	const char *code;
	enum error_code means;
	const char *hint;
} sts_errors[] = {
        {"AccessDenied", ERR_DENIED,
         "its trust policy must name who asks, and who asks must be allowed "
         "sts:AssumeRole (with the external id, if it wants one)"},
        {"InvalidIdentityToken", ERR_DENIED,
         "IAM does not know the token's issuer, or not for this audience"},
        {"IDPRejectedClaim", ERR_DENIED, "the identity provider refuses the token"},
        {"InvalidClientTokenId", ERR_DENIED,
         "there is no such access key, or it is not active"},
        {"SignatureDoesNotMatch", ERR_DENIED,
         "the secret is not that of the access key, or this machine's clock is wrong"},
        {"RequestExpired", ERR_DENIED, "this machine's clock is wrong"},
        {"RegionDisabledException", ERR_DENIED,
         "STS is not switched on in the region of the source's first region"},
        {"ValidationError", ERR_DENIED,
         "a role, session_name or external_id is not of the form that IAM knows"},
        {"IDPCommunicationError", ERR_TRANSIENT, "STS cannot reach the identity provider"},
        {"ExpiredToken", ERR_TRANSIENT, "it is asked for anew"},
        {"ExpiredTokenException", ERR_TRANSIENT, "it is asked for anew"},
        {"Throttling", ERR_TRANSIENT, "asked too often"},
        {"ThrottlingException", ERR_TRANSIENT, "asked too often"},
};

static int sts_refused(struct credential *c, const struct http_response *resp,
                       struct json_view body, struct arena *a, struct error *err)
{
	const char *code = aws_error_code(resp, body, a);

	for (size_t i = 0; i < N_ELEMENTS(sts_errors); i++) {
		if (strcmp(code, sts_errors[i].code) != 0)
			continue;
		/* What signed it has expired on the way: from the beginning. */
		if (text_begins(code, "ExpiredToken"))
			c->step = STEP_START;
		return error_set(err, sts_errors[i].means, "%.100s: %s: %s", c->note, code,
		                 sts_errors[i].hint);
	}
	if (resp->status == 429 || resp->status >= 500)
		return error_set(err, ERR_TRANSIENT, "STS answers %ld", resp->status);
	return error_set(err, ERR_DENIED, "%.100s: STS answers %ld %s", c->note,
	                 resp->status, code);
}

static int take_sts(struct credential *c, const struct http_response *resp,
                    struct json_view body, timestamp now, struct arena *a,
                    struct error *err)
{
	static const char *const places[] = {
	        "/AssumeRoleResponse/AssumeRoleResult/Credentials",
	        "/AssumeRoleWithWebIdentityResponse/AssumeRoleWithWebIdentityResult/"
	        "Credentials"};
	const bool is_web = c->step == STEP_WEB;

	if (resp->status != 200)
		return sts_refused(c, resp, body, a, err);
	if (take_credentials(json_view_at(body, places[is_web]), "SessionToken", c, now, a,
	                     err) < 0)
		return error_wrap(err, "STS");
	c->step = is_web ? STEP_HOP : c->step + 1;
	c->note = NULL;
	return 0;
}

static int metadata_refused(struct credential *c, const struct http_response *resp,
                            struct error *err)
{
	const char *what = c->step == STEP_CONTAINER ? "the container's endpoint"
	                                             : "the instance's metadata";

	if (resp->status == 401 && c->step != STEP_CONTAINER) {
		c->step = STEP_IMDS_TOKEN;
		return error_set(err, ERR_TRANSIENT, "%s wants another token", what);
	}
	if (resp->status == 429 || resp->status >= 500)
		return error_set(err, ERR_TRANSIENT, "%s answers %ld", what, resp->status);
	if (resp->status == 404 && c->step == STEP_IMDS_ROLE)
		return error_set(err, ERR_DENIED,
		                 "the instance has no role: attach an instance profile");
	if (resp->status == 403 && c->step == STEP_IMDS_TOKEN)
		return error_set(err, ERR_DENIED, "%s is switched off", what);
	return error_set(err, ERR_DENIED, "%s answers %ld", what, resp->status);
}

/* One line of text, as a header or a path may hold it. */
static int take_text(const struct http_response *resp, struct arena *a, const char **out,
                     struct error *err)
{
	const char *text = text_first_line(resp->body != NULL ? resp->body : "", a);
	struct error ignored;

	if (text[0] == '\0' || strlen(text) > MAX_METADATA_TEXT ||
	    aws_check_word("", text, &ignored) < 0)
		return error_set(err, ERR_TRANSIENT,
		                 "the instance's metadata gave no line of text");
	*out = arena_strdup(a, text);
	return 0;
}

static int take_metadata(struct credential *c, struct json_view body, timestamp now,
                         struct arena *a, struct error *err)
{
	const struct http_response none = {0};
	const char *code = json_view_text_or(body, "Code", "Success");

	/* A refusal here comes with 200. */
	if (strcmp(code, "Success") != 0)
		return error_set(err, ERR_DENIED, "the role gives no credentials: %s",
		                 aws_error_code(&none, body, a));
	if (take_credentials(body, "Token", c, now, a, err) < 0)
		return err->code;
	c->step = STEP_HOP;
	c->note = NULL;
	return 0;
}

int aws_credential_answer(const struct live_source *s, struct credential *c,
                          const struct http_response *resp, struct json_view body,
                          timestamp now, struct arena *a, struct error *err)
{
	(void)s;
	if (c->step == STEP_WEB || c->step >= STEP_HOP)
		return take_sts(c, resp, body, now, a, err);
	if (resp->status != 200)
		return metadata_refused(c, resp, err);
	if (c->step == STEP_IMDS_TOKEN) {
		if (take_text(resp, a, &c->bearer, err) < 0)
			return err->code;
		c->step = STEP_IMDS_ROLE;
		return 0;
	}
	if (c->step == STEP_IMDS_ROLE) {
		if (take_text(resp, a, &c->note, err) < 0)
			return err->code;
		c->step = STEP_IMDS_KEYS;
		return 0;
	}
	return take_metadata(c, body, now, a, err);
}
