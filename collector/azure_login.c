/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the Azure connector signs in: settings first, then the variables that Microsoft's
 * own libraries read, then the identity of the machine.
 *
 * Source: Azure Identity, "EnvironmentCredential", "WorkloadIdentityCredential",
 * "ManagedIdentityCredential"; "How to use managed identities for App Service".
 */
#include <string.h>

#include "net/url.h"

#include "azure_connector_private.h"
#include "text_part.h"

#define IMDS_URL "http://169.254.169.254"

enum {
	MAX_ASSERTION = 16384,
	MAX_NAME = 255
};

static const char *variable(const struct surroundings *env, const char *name)
{
	const char *value = env->variable(name, env->ctx);

	return value ? value : "";
}

/* A setting, else a variable. */
static const char *given(const struct live_source *s, const struct surroundings *env,
                         const char *key, const char *name)
{
	return text_either(source_get(s, key), variable(env, name));
}

static int read_pem(const struct live_source *s, const struct surroundings *env,
                    struct arena *a, struct azure_login *out, struct error *err)
{
	const char *path = variable(env, "AZURE_CLIENT_CERTIFICATE_PATH");

	out->method = AZURE_BY_CERTIFICATE;
	out->certificate = source_get(s, "client_certificate");
	if (out->certificate[0] != '\0')
		return 0;
	if (path[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "client_certificate is missing (or the variable "
		                 "AZURE_CLIENT_CERTIFICATE_PATH)");
	if (env->read_file(path, a, &out->certificate, env->ctx, err) < 0) {
		error_wrap(err, "AZURE_CLIENT_CERTIFICATE_PATH");
		return err->code = ERR_INVALID;
	}
	return 0;
}

/* Read for every token: Kubernetes writes a new one before the old one expires. */
static int read_assertion(const struct surroundings *env, struct arena *a,
                          struct azure_login *out, struct error *err)
{
	const char *path = variable(env, "AZURE_FEDERATED_TOKEN_FILE");
	const char *text = "";
	size_t size;

	out->method = AZURE_BY_FEDERATION;
	if (path[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "the variable AZURE_FEDERATED_TOKEN_FILE is not set: auth "
		                 "workload is for pods with a workload identity");
	if (env->read_file(path, a, &text, env->ctx, err) < 0) {
		error_wrap(err, "AZURE_FEDERATED_TOKEN_FILE");
		return err->code = ERR_INVALID;
	}
	size = strcspn(text, " \t\r\n");
	if (size == 0 || size > MAX_ASSERTION)
		return error_set(err, ERR_INVALID,
		                 "the file of AZURE_FEDERATED_TOKEN_FILE holds no token");
	out->assertion = arena_strndup(a, text, size);
	return 0;
}

static int find_secret(const struct live_source *s, const struct surroundings *env,
                       struct azure_login *out, struct error *err)
{
	out->method = AZURE_BY_SECRET;
	out->secret = given(s, env, "client_secret", "AZURE_CLIENT_SECRET");
	if (out->secret[0] == '\0')
		return error_set(
		        err, ERR_INVALID,
		        "client_secret is missing (or the variable AZURE_CLIENT_SECRET)");
	return 0;
}

/* In App Service, Functions and Container Apps; else of the virtual machine. */
static int find_identity(const struct live_source *s, const struct surroundings *env,
                         struct azure_login *out, struct error *err)
{
	const char *endpoint = variable(env, "IDENTITY_ENDPOINT");

	out->header = variable(env, "IDENTITY_HEADER");
	if (endpoint[0] != '\0' && out->header[0] != '\0') {
		out->method = AZURE_BY_APP_SERVICE;
		out->endpoint = endpoint;
		/* It goes into a header as it is. */
		if (strpbrk(out->header, "\r\n"))
			return error_set(err, ERR_INVALID,
			                 "IDENTITY_HEADER holds a line break");
		return 0;
	}
	out->method = AZURE_BY_MACHINE;
	out->header = "";
	out->endpoint = text_either(variable(env, "AZURE_POD_IDENTITY_AUTHORITY_HOST"),
	                            azure_base(s, IMDS_URL));
	return 0;
}

static int find_any(const struct live_source *s, const struct surroundings *env,
                    struct arena *a, struct azure_login *out, struct error *err)
{
	if (source_get(s, "client_secret")[0] != '\0')
		return find_secret(s, env, out, err);
	if (source_get(s, "client_certificate")[0] != '\0')
		return read_pem(s, env, a, out, err);
	if (variable(env, "AZURE_CLIENT_SECRET")[0] != '\0')
		return find_secret(s, env, out, err);
	if (variable(env, "AZURE_CLIENT_CERTIFICATE_PATH")[0] != '\0')
		return read_pem(s, env, a, out, err);
	if (variable(env, "AZURE_FEDERATED_TOKEN_FILE")[0] != '\0')
		return read_assertion(env, a, out, err);
	return find_identity(s, env, out, err);
}

static int find_method(const struct live_source *s, const struct surroundings *env,
                       struct arena *a, struct azure_login *out, struct error *err)
{
	const char *auth = source_get(s, "auth");

	if (strcmp(auth, "auto") == 0)
		return find_any(s, env, a, out, err);
	if (strcmp(auth, "secret") == 0)
		return find_secret(s, env, out, err);
	if (strcmp(auth, "certificate") == 0)
		return read_pem(s, env, a, out, err);
	if (strcmp(auth, "workload") == 0)
		return read_assertion(env, a, out, err);
	if (strcmp(auth, "managed") == 0)
		return find_identity(s, env, out, err);
	return error_set(err, ERR_INVALID,
	                 "auth is auto, secret, certificate, workload or managed, not "
	                 "\"%.40s\"",
	                 auth);
}

/* A GUID or a domain: it stands in the path of the token's address. */
static int check_tenant(const char *tenant, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "0123456789.-";

	if (tenant[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "tenant is missing (or the variable AZURE_TENANT_ID)");
	if (strlen(tenant) > MAX_NAME || strspn(tenant, letters) != strlen(tenant) ||
	    tenant[0] == '.')
		return error_set(err, ERR_INVALID,
		                 "tenant is no directory id and no domain: \"%.60s\"",
		                 tenant);
	return 0;
}

static int check_client(const struct azure_login *login, struct error *err)
{
	if (login->client[0] == '\0' && login->method >= AZURE_BY_APP_SERVICE)
		return 0; /* the one that the machine has */
	if (login->client[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "client_id is missing (or the variable AZURE_CLIENT_ID)");
	if (!azure_is_guid(login->client))
		return error_set(err, ERR_INVALID,
		                 "client_id is no application id: \"%.60s\"",
		                 login->client);
	return 0;
}

/* A cloud that the settings name stands before the variable of the surroundings. */
static int find_authority(const struct live_source *s, const struct surroundings *env,
                          const struct azure_cloud *cloud, struct azure_login *out,
                          struct error *err)
{
	const char *host = variable(env, "AZURE_AUTHORITY_HOST");

	out->authority = azure_base(s, cloud->login);
	if (source_get(s, "endpoint")[0] != '\0' || host[0] == '\0' ||
	    strcmp(cloud->name, "public") != 0)
		return 0;
	if (url_check_endpoint(host, err) < 0)
		return error_wrap(err, "AZURE_AUTHORITY_HOST");
	out->authority = host;
	return 0;
}

int azure_login_find(const struct live_source *s, const struct surroundings *env,
                     struct arena *a, struct azure_login *out, struct error *err)
{
	const struct azure_cloud *cloud;

	*out = (struct azure_login){
	        .tenant = given(s, env, "tenant", "AZURE_TENANT_ID"),
	        .client = given(s, env, "client_id", "AZURE_CLIENT_ID"),
	};
	if (azure_cloud_find(s, &cloud, err) < 0 || find_method(s, env, a, out, err) < 0)
		return err->code;
	if (check_client(out, err) < 0)
		return err->code;
	if (out->method >= AZURE_BY_APP_SERVICE)
		return 0;
	if (check_tenant(out->tenant, err) < 0)
		return err->code;
	return find_authority(s, env, cloud, out, err);
}
