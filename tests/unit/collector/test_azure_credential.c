/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Azure's connector signs in: where its token comes from, what it asks for it, and what
 * it says when it is refused.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>

#include "ask_connector.h"
#include "collector/signing.h"

#define TENANT "aaaaaaaa-0000-4000-8000-000000000001"
#define CLIENT "bbbbbbbb-0000-4000-8000-000000000002"
#define TOKEN  "{'token_type':'Bearer','expires_in':3599,'access_token':'eyJ.tok'}"

static struct ask t;

static int set_up(void **unused)
{
	(void)unused;
	ask_open(&t, &azure_connector);
	t.c.name = "arm";
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	ask_close(&t);
	return 0;
}

static void set_application(void)
{
	ask_set(&t, "tenant", TENANT);
	ask_set(&t, "client_id", CLIENT);
}

static void body_has(const char *body, const char *part)
{
	if (!body || !strstr(body, part))
		fail_msg("\"%s\" has no \"%s\"", body ? body : "(none)", part);
}

static void test_azure__secret_is_exchanged_for_a_token(void **unused)
{
	(void)unused;
	set_application();
	ask_set(&t, "client_secret", "a~b.c+d/e=");
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.method, "POST");
	assert_string_equal(t.http.url, "https://login.microsoftonline.com/" TENANT
	                                "/oauth2/v2.0/token");
	assert_string_equal(t.http.body, "client_id=" CLIENT
	                                 "&grant_type=client_credentials&scope=https%3A%2F%"
	                                 "2Fmanagement.azure.com%2F.default&client_secret="
	                                 "a~b.c%2Bd%2Fe%3D");
	assert_int_equal(t.http.body_size, strlen(t.http.body));
	assert_string_equal(ask_header(&t.http, "Content-Type"),
	                    "application/x-www-form-urlencoded");
	assert_false(t.http.allow_http);
	assert_int_equal(ask_answer(&t, 200, TOKEN, NULL), 0);
	assert_string_equal(t.c.bearer, "eyJ.tok");
	assert_int_equal(t.c.expires_at, t.now + 3599 * USEC_PER_SEC);
	assert_int_equal(ask_credential(&t), 0);
	assert_null(t.http.url);
}

static void test_azure__clouds_and_audiences(void **unused)
{
	static const struct {
		const char *cloud, *audience, *host, *scope;
	} cases[] = {
	        {"public", "graph", "https://login.microsoftonline.com/",
	         "graph.microsoft.com%2F.default"},
	        {"usgov", "arm", "https://login.microsoftonline.us/",
	         "management.usgovcloudapi.net%2F.default"},
	        {"usgov", "graph", "https://login.microsoftonline.us/",
	         "graph.microsoft.us%2F.default"},
	        {"china", "arm", "https://login.chinacloudapi.cn/",
	         "management.chinacloudapi.cn%2F.default"},
	};

	(void)unused;
	set_application();
	ask_set(&t, "client_secret", "x");
	ask_set(&t, "cloud", "");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		t.values[t.s.n_values - 1].value = cases[i].cloud;
		t.c = (struct credential){.name = cases[i].audience};
		assert_int_equal(ask_credential(&t), 0);
		assert_ptr_equal(strstr(t.http.url, cases[i].host), t.http.url);
		body_has(t.http.body, cases[i].scope);
	}
	t.values[t.s.n_values - 1].value = "moon";
	assert_int_equal(ask_credential(&t), ERR_INVALID);
	ask_says(&t, "cloud is public, usgov or china");
}

static void test_azure__endpoint_stands_for_every_host(void **unused)
{
	struct part plan = ask_plan();

	(void)unused;
	set_application();
	ask_set(&t, "client_secret", "x");
	ask_set(&t, "endpoint", "http://127.0.0.1:9000");
	ask_set_variable(&t, "AZURE_AUTHORITY_HOST", "https://login.example.org");
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url,
	                    "http://127.0.0.1:9000/" TENANT "/oauth2/v2.0/token");
	assert_true(t.http.allow_http);
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(t.request.http.url,
	                    "http://127.0.0.1:9000/subscriptions?api-version=2022-12-01");
	assert_true(t.request.http.allow_http);
}

/* All of a file of the tests. */
static const char *read_text(const char *path)
{
	char *text = arena_alloc(t.arena, 16384);
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, 16383, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* The part of the form between two marks, from base64. */
static const char *decoded(const char *from, const char *end_marks)
{
	size_t size;

	return (const char *)base64_decode(
	        arena_strndup(t.arena, from, strcspn(from, end_marks)), t.arena, &size);
}

static void test_azure__certificate_signs_an_assertion(void **unused)
{
	const char *pem = read_text(AZURE_APPLICATION_PEM);
	const char *sha1, *sha256, *jwt, *claims, *signature;
	unsigned char *bytes;
	size_t size;
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	(void)unused;
	set_application();
	ask_set(&t, "client_certificate", pem);
	assert_int_equal(ask_credential(&t), 0);
	body_has(t.http.body, "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
	                      "client-assertion-type%3Ajwt-bearer&client_assertion=eyJ");
	assert_null(strstr(t.http.body, "client_secret"));
	jwt = strstr(t.http.body, "client_assertion=eyJ") + strlen("client_assertion=");
	assert_int_equal(certificate_thumbprints(pem, t.arena, &sha1, &sha256, &t.err), 0);
	body_has(decoded(jwt, "."), sha1);
	body_has(decoded(jwt, "."), sha256);
	claims = decoded(strchr(jwt, '.') + 1, ".");
	body_has(claims, "\"aud\":\"https://login.microsoftonline.com/" TENANT
	                 "/oauth2/v2.0/token\",\"iss\":\"" CLIENT "\",\"sub\":\"" CLIENT
	                 "\",\"jti\":\"");
	body_has(claims, "\"nbf\":1767247140,\"exp\":1767247800}");

	signature = strrchr(jwt, '.') + 1;
	bytes = base64_decode(signature, t.arena, &size);
	assert_int_equal(
	        EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, X509_get0_pubkey(x509)),
	        1);
	assert_int_equal(EVP_DigestVerify(ctx, bytes, size, (const unsigned char *)jwt,
	                                  (size_t)(signature - 1 - jwt)),
	                 1);
	EVP_MD_CTX_free(ctx);
	X509_free(x509);
	BIO_free(bio);
}

static void test_azure__federated_token_is_read_every_time(void **unused)
{
	(void)unused;
	ask_set_variable(&t, "AZURE_TENANT_ID", TENANT);
	ask_set_variable(&t, "AZURE_CLIENT_ID", CLIENT);
	ask_set_variable(&t, "AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/");
	ask_set_variable(&t, "AZURE_FEDERATED_TOKEN_FILE", "/var/run/token");
	ask_set_file(&t, "/var/run/token", "one.two.three\n");
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url, "https://login.microsoftonline.us/" TENANT
	                                "/oauth2/v2.0/token");
	body_has(t.http.body, "&client_assertion=one.two.three");
	t.files[0].value = "four.five.six";
	assert_int_equal(ask_credential(&t), 0);
	body_has(t.http.body, "&client_assertion=four.five.six");
	t.files[0].value = "\n";
	assert_int_equal(ask_credential(&t), ERR_INVALID);
	ask_says(&t, "AZURE_FEDERATED_TOKEN_FILE holds no token");
	t.n_files = 0;
	assert_int_equal(ask_credential(&t), ERR_INVALID);
	ask_says(&t, "AZURE_FEDERATED_TOKEN_FILE: no such file");
}

static void test_azure__machine_is_asked_last(void **unused)
{
	(void)unused;
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url,
	                    "http://169.254.169.254/metadata/identity/oauth2/token?"
	                    "api-version=2018-02-01&resource=https%3A%2F%2Fmanagement."
	                    "azure.com%2F");
	assert_string_equal(t.http.method, "GET");
	assert_string_equal(ask_header(&t.http, "Metadata"), "true");
	assert_true(t.http.allow_http && t.http.no_proxy);
	assert_int_equal(t.http.connect_timeout_ms, 2000);
	/* Numbers are texts here. */
	assert_int_equal(
	        ask_answer(&t, 200,
	                   "{'access_token':'m','expires_in':'600','expires_on':'1'}",
	                   NULL),
	        0);
	assert_int_equal(t.c.expires_at, t.now + 600 * USEC_PER_SEC);
}

static void test_azure__app_service_has_an_endpoint(void **unused)
{
	(void)unused;
	ask_set(&t, "client_id", CLIENT);
	ask_set_variable(&t, "IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token");
	ask_set_variable(&t, "IDENTITY_HEADER", "h-1");
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url,
	                    "http://127.0.0.1:41741/msi/token?api-version=2019-08-01&"
	                    "client_id=" CLIENT "&resource=https%3A%2F%2Fmanagement.azure."
	                    "com%2F");
	assert_string_equal(ask_header(&t.http, "X-IDENTITY-HEADER"), "h-1");
	assert_int_equal(
	        ask_answer(&t, 200, "{'access_token':'m','expires_on':'1767250800'}", NULL),
	        0);
	assert_int_equal(t.c.expires_at, t.now + 3600 * USEC_PER_SEC);
	t.c = (struct credential){.name = "arm"};
	t.variables[1].value = "h\r\nX: y";
	assert_int_equal(ask_credential(&t), ERR_INVALID);
}

static void test_azure__settings_that_are_wrong(void **unused)
{
	static const struct {
		const char *tenant, *client, *auth, *secret, *says;
	} cases[] = {
	        {"", CLIENT, "secret", "x", "tenant is missing"},
	        {"a/../b", CLIENT, "secret", "x", "tenant is no directory id"},
	        {TENANT, "", "secret", "x", "client_id is missing"},
	        {TENANT, "my app", "secret", "x", "client_id is no application id"},
	        {TENANT, CLIENT, "secret", "", "client_secret is missing"},
	        {TENANT, CLIENT, "certificate", "", "client_certificate is missing"},
	        {TENANT, CLIENT, "workload", "", "AZURE_FEDERATED_TOKEN_FILE is not set"},
	        {TENANT, CLIENT, "magic", "x", "auth is auto, secret"},
	        {"", "x", "managed", "", "client_id is no application id"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		t.s.n_values = 0;
		ask_set(&t, "tenant", cases[i].tenant);
		ask_set(&t, "client_id", cases[i].client);
		ask_set(&t, "auth", cases[i].auth);
		ask_set(&t, "client_secret", cases[i].secret);
		assert_int_equal(ask_credential(&t), ERR_INVALID);
		ask_says(&t, cases[i].says);
	}
}

static void test_azure__refused_sign_ins_are_explained(void **unused)
{
	static const struct {
		long status;
		const char *body;
		int code;
		const char *says;
	} cases[] = {
	        {401,
	         "{'error':'invalid_client','error_description':'AADSTS7000215: Invalid "
	         "client secret SECRET','error_codes':[7000215]}",
	         ERR_DENIED, "AADSTS7000215 (invalid_client): the secret is wrong"},
	        {401,
	         "{'error':'invalid_client','error_description':'AADSTS7000222: x SECRET'}",
	         ERR_DENIED, "has expired"},
	        {400, "{'error':'unauthorized_client','error_codes':[700016]}", ERR_DENIED,
	         "no such application"},
	        {400, "{'error':'invalid_request','error_codes':[90002]}", ERR_DENIED,
	         "no such tenant"},
	        {400, "{'error':'SECRET\\u0007x','error_codes':[123456]}", ERR_DENIED,
	         "error?code=123456"},
	        {400, "{}", ERR_DENIED, "HTTP 400"},
	        {403, "no JSON", ERR_DENIED, "HTTP 403"},
	        {400, "{'error':'temporarily_unavailable'}", ERR_TRANSIENT, "HTTP 400"},
	        {429, "{}", ERR_TRANSIENT, "HTTP 429"},
	        {503, "no JSON", ERR_TRANSIENT, "HTTP 503"},
	        {200, "{}", ERR_TRANSIENT, "without a token"},
	        {200, "no JSON", ERR_TRANSIENT, "without a token"},
	        {200, "{'access_token':'a\\r\\nX: y'}", ERR_TRANSIENT, "byte"},
	};

	(void)unused;
	set_application();
	ask_set(&t, "client_secret", "x");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		t.c = (struct credential){.name = "arm"};
		assert_int_equal(ask_credential(&t), 0);
		assert_int_equal(
		        ask_answer(&t, cases[i].status, cases[i].body, "retry-after: 7"),
		        cases[i].code);
		ask_says(&t, cases[i].says);
		if (i != 4) /* an error's name is told, its description never */
			assert_null(strstr(t.err.text, "SECRET"));
		assert_null(strchr(t.err.text, '\a'));
		assert_null(t.c.bearer);
		assert_int_equal(t.err.retry_after_ms,
		                 cases[i].code == ERR_TRANSIENT && cases[i].status != 200
		                         ? 7000
		                         : 0);
	}
}

static void test_azure__machines_are_busy_or_have_no_identity(void **unused)
{
	(void)unused;
	assert_int_equal(ask_credential(&t), 0);
	assert_int_equal(ask_answer(&t, 410, "{}", NULL), ERR_TRANSIENT);
	assert_int_equal(ask_answer(&t, 404, "", NULL), ERR_TRANSIENT);
	assert_int_equal(
	        ask_answer(&t, 400,
	                   "{'error':'invalid_request','error_description':'Identity'}",
	                   NULL),
	        ERR_DENIED);
	ask_says(&t, "no token of the managed identity (invalid_request, HTTP 400)");
}

static void test_azure__authorize_puts_the_token_on(void **unused)
{
	struct http_request req = {.method = "GET", .url = "https://x"};

	(void)unused;
	assert_int_equal(
	        azure_connector.authorize(&t.s, &t.c, t.now, t.arena, &req, &t.err),
	        ERR_INTERNAL);
	t.c.bearer = "tok";
	assert_int_equal(
	        azure_connector.authorize(&t.s, &t.c, t.now, t.arena, &req, &t.err), 0);
	assert_string_equal(ask_header(&req, "Authorization"), "Bearer tok");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        TEST(test_azure__secret_is_exchanged_for_a_token),
	        TEST(test_azure__clouds_and_audiences),
	        TEST(test_azure__endpoint_stands_for_every_host),
	        TEST(test_azure__certificate_signs_an_assertion),
	        TEST(test_azure__federated_token_is_read_every_time),
	        TEST(test_azure__machine_is_asked_last),
	        TEST(test_azure__app_service_has_an_endpoint),
	        TEST(test_azure__settings_that_are_wrong),
	        TEST(test_azure__refused_sign_ins_are_explained),
	        TEST(test_azure__machines_are_busy_or_have_no_identity),
	        TEST(test_azure__authorize_puts_the_token_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
