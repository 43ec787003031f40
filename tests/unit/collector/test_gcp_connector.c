/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google Cloud's connector: where its credential comes from, what it asks page by page,
 * which scopes a part proves, and what refusals mean.
 */
#include "ask_connector.h"
#include "collector/gcp_scc.h"
#include "collector/signing.h"
#include "run_format.h"

/* The key of RFC 7515 A.2.1, in a service account's file. */
static const char pem[] =
        "-----BEGIN PRIVATE KEY-----\\n"
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\\n"
        "jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\\n"
        "aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\\n"
        "juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\\n"
        "ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\\n"
        "toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\\n"
        "VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\\n"
        "PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\\n"
        "O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\\n"
        "kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\\n"
        "XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\\n"
        "4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\\n"
        "pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\\n"
        "0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\\n"
        "lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\\n"
        "kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\\n"
        "rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\\n"
        "kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\\n"
        "5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\\n"
        "9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\\n"
        "evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\\n"
        "yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\\n"
        "OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\\n"
        "tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\\n"
        "ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\\n"
        "03k2+ZQwVK0JKSHuLFkuQ3U=\\n"
        "-----END PRIVATE KEY-----\\n";

#define ACCOUNT "{'type':'service_account','client_email':'c@p.iam.gserviceaccount.com'"
#define EXTERNAL(source)                                                        \
	"{'type':'external_account','audience':'//iam.googleapis.com/pools/p'," \
	"'subject_token_type':'urn:ietf:params:oauth:token-type:jwt',"          \
	"'token_url':'https://sts.googleapis.com/v1/token','credential_source':" source
#define IMPERSONATION                                                                  \
	",'service_account_impersonation_url':'https://iamcredentials.googleapis.com/" \
	"v1/projects/-/serviceAccounts/c@p.iam.gserviceaccount.com:"                   \
	"generateAccessToken'"
#define METADATA "metadata-flavor: Google"

static struct ask t;

static int set_up(void **unused)
{
	(void)unused;
	ask_open(&t, &gcp_connector);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	ask_close(&t);
	return 0;
}

static const char *key_json(void)
{
	return ask_quotes(&t, ARENA_JOIN(t.arena, ACCOUNT ",'private_key_id':'k1',",
	                                 "'private_key':'", pem, "'}"));
}

static bool body_has(const char *part)
{
	return t.http.body != NULL && strstr(t.http.body, part) != NULL;
}

/* --- credentials --- */

static void test_gcp__key_is_exchanged_for_a_token(void **unused)
{
	const char *assertion, *claims;
	size_t size;

	(void)unused;
	ask_set(&t, "key", key_json());
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.method, "POST");
	assert_string_equal(t.http.url, "https://oauth2.googleapis.com/token");
	assert_false(t.http.allow_http);
	assert_true(body_has("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-"
	                     "bearer&assertion=eyJ"));
	assertion = strstr(t.http.body, "assertion=") + strlen("assertion=");
	claims = strchr(assertion, '.') + 1;
	claims = (const char *)base64_decode(
	        arena_strndup(t.arena, claims, strcspn(claims, ".")), t.arena, &size);
	assert_string_equal(claims,
	                    "{\"iss\":\"c@p.iam.gserviceaccount.com\",\"scope\":\"https://"
	                    "www.googleapis.com/auth/cloud-platform\",\"aud\":\"https://"
	                    "oauth2.googleapis.com/token\",\"iat\":1767247190,\"exp\":"
	                    "1767250790}");
	assert_int_equal(ask_answer(&t, 200,
	                            "{'access_token':'ya29.x','expires_in':3599,"
	                            "'token_type':'Bearer'}",
	                            NULL),
	                 0);
	assert_string_equal(t.c.bearer, "ya29.x");
	assert_int_equal(t.c.expires_at, t.now + 3599 * USEC_PER_SEC);
	assert_int_equal(ask_credential(&t), 0);
	assert_null(t.http.url);
}

static void test_gcp__key_comes_from_a_file(void **unused)
{
	(void)unused;
	ask_set_variable(&t, "GOOGLE_APPLICATION_CREDENTIALS", "/etc/gcp.json");
	ask_set_file(&t, "/etc/gcp.json", key_json());
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url, "https://oauth2.googleapis.com/token");
	/* A setting comes before the variable. */
	ask_set(&t, "key_file", "/nowhere");
	assert_int_equal(ask_credential(&t), ERR_NOT_FOUND);
	ask_says(&t, "key_file /nowhere: no such file");
}

static void test_gcp__metadata_server_is_the_last_resort(void **unused)
{
	(void)unused;
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url,
	                    "http://metadata.google.internal/computeMetadata/v1/instance/"
	                    "service-accounts/default/token");
	assert_string_equal(ask_header(&t.http, "Metadata-Flavor"), "Google");
	assert_true(t.http.allow_http && t.http.no_proxy);
	assert_int_equal(ask_answer(&t, 200, "{'access_token':'t','expires_in':600}",
	                            "server: proxy"),
	                 ERR_DENIED);
	ask_says(&t, "is not Google's metadata server");
	assert_int_equal(ask_answer(&t, 404, "not found", METADATA), ERR_DENIED);
	ask_says(&t, "no service account is attached");
	assert_int_equal(
	        ask_answer(&t, 200, "{'access_token':'t','expires_in':600}", METADATA), 0);
	assert_string_equal(t.c.bearer, "t");
	assert_int_equal(t.c.expires_at, t.now + 600 * USEC_PER_SEC);
}

static void test_gcp__metadata_host_by_variable(void **unused)
{
	(void)unused;
	ask_set(&t, "auth", "metadata");
	ask_set(&t, "key", "never read");
	ask_set(&t, "endpoint", "http://127.0.0.1:1");
	assert_int_equal(ask_credential(&t), 0);
	assert_true(strstr(t.http.url, "http://127.0.0.1:1/computeMetadata/") ==
	            t.http.url);
	ask_set_variable(&t, "GCE_METADATA_HOST", "127.0.0.1:2");
	assert_int_equal(ask_credential(&t), 0);
	assert_true(strstr(t.http.url, "http://127.0.0.1:2/computeMetadata/") ==
	            t.http.url);
}

static void test_gcp__another_providers_token_is_exchanged(void **unused)
{
	(void)unused;
	ask_set(&t, "key",
	        ask_quotes(&t, EXTERNAL("{'file':'/run/token'}" IMPERSONATION "}")));
	ask_set_file(&t, "/run/token", "eyJhb.x.y\n");
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url, "https://sts.googleapis.com/v1/token");
	assert_true(
	        body_has("token-exchange&audience=%2F%2Fiam.googleapis.com%2Fpools%2Fp"));
	assert_true(body_has("&subject_token=eyJhb.x.y"));
	assert_int_equal(ask_answer(&t, 200, "{'access_token':'federated'}", NULL), 0);
	assert_null(t.c.bearer);
	assert_int_equal(ask_credential(&t), 0);
	assert_true(strstr(t.http.url,
	                   "https://iamcredentials.googleapis.com/v1/projects/-/"
	                   "serviceAccounts/c@p") == t.http.url);
	assert_string_equal(ask_header(&t.http, "Authorization"), "Bearer federated");
	assert_true(body_has("\"lifetime\":\"3600s\""));
	assert_int_equal(ask_answer(&t, 200,
	                            "{'accessToken':'ya29.i',"
	                            "'expireTime':'2026-01-01T06:30:00Z'}",
	                            NULL),
	                 0);
	assert_string_equal(t.c.bearer, "ya29.i");
	assert_int_equal(t.c.expires_at, t.now + 1800 * USEC_PER_SEC);
}

static void test_gcp__endpoint_stands_for_every_host(void **unused)
{
	(void)unused;
	ask_set(&t, "endpoint", "http://127.0.0.1:1");
	ask_set(&t, "key",
	        ask_quotes(&t, EXTERNAL("{'file':'/t','format':{'type':'json',"
	                                "'subject_token_field_name':'tok'}}" IMPERSONATION
	                                "}")));
	ask_set_file(&t, "/t", "{\"tok\":\"jwt\"}");
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url, "http://127.0.0.1:1/v1/token");
	assert_true(t.http.allow_http);
	assert_true(body_has("&subject_token=jwt"));
	assert_int_equal(ask_answer(&t, 200, "{'access_token':'f'}", NULL), 0);
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.http.url, "http://127.0.0.1:1/v1/projects/-/serviceAccounts/"
	                                "c@p.iam.gserviceaccount.com:generateAccessToken");
}

static void test_gcp__refuses_what_is_no_credential(void **unused)
{
	static const struct {
		const char *key, *says;
	} rows[] = {
	        {"secret-text", "key is no JSON of a credential"},
	        {"[]", "key is no JSON of a credential"},
	        {"{'type':'authorized_user'}", "type \"authorized_user\" is neither"},
	        {"{'type':'service_account'}", "client_email is missing"},
	        {ACCOUNT "}", "private_key is missing"},
	        {ACCOUNT ",'private_key':'secret-text'}", "the private key is no PEM"},
	        {EXTERNAL("{'url':'http://x'}}"), "credential_source has no file"},
	        {EXTERNAL("{'file':'/none'}}"), "credential_source.file: no such file"},
	        {EXTERNAL("{'file':'/blank'}}"), "/blank holds no token"},
	        {EXTERNAL("{'file':'/lines'}}"), "/lines holds no token"},
	        {EXTERNAL("{'file':'/lines','format':{'type':'json',"
	                  "'subject_token_field_name':'t'}}}"),
	         "/lines is no JSON"},
	        {"{'type':'external_account','audience':'a','subject_token_type':'t',"
	         "'credential_source':{'file':'/f'},'token_url':'https://evil.example'}",
	         "token_url is no https address of googleapis.com"},
	        {"{'type':'external_account','audience':'a','subject_token_type':'t',"
	         "'credential_source':{'file':'/f'},"
	         "'token_url':'https://evilgoogleapis.com/v1/token'}",
	         "token_url is no https address of googleapis.com"},
	        {"{'type':'external_account','audience':'a','subject_token_type':'t',"
	         "'credential_source':{'file':'/f'},"
	         "'token_url':'http://sts.googleapis.com/v1/token'}",
	         "token_url is no https address of googleapis.com"},
	};

	(void)unused;
	ask_set_file(&t, "/blank", " \n");
	ask_set_file(&t, "/lines", "a\nb");
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		t.s.n_values = 0;
		ask_set(&t, "key", ask_quotes(&t, rows[i].key));
		if (ask_credential(&t) >= 0)
			fail_msg("row %zu is taken", i);
		ask_says(&t, rows[i].says);
		assert_null(strstr(t.err.text, "secret"));
	}
	t.s.n_values = 0;
	ask_set(&t, "auth", "key");
	assert_int_equal(ask_credential(&t), ERR_INVALID);
	ask_says(&t, "set key or key_file");
	t.s.n_values = 0;
	ask_set(&t, "auth", "magic");
	assert_int_equal(ask_credential(&t), ERR_INVALID);
	ask_says(&t, "\"magic\" is not auto, key or metadata");
}

static void test_gcp__refused_tokens(void **unused)
{
	static const struct {
		long status;
		const char *body;
		int rc;
		const char *says;
	} rows[] = {
	        {400,
	         "{'error':'invalid_grant','error_description':'Invalid JWT: eyJ.x.y'}",
	         ERR_DENIED, "no token: 400 invalid_grant: the key was deleted"},
	        {401, "{'error':'invalid_client'}", ERR_DENIED, "is not known"},
	        {403, "{'error':{'code':403,'status':'PERMISSION_DENIED'}}", ERR_DENIED,
	         "roles/iam.workloadIdentityUser"},
	        {404, "<html>", ERR_DENIED, "no token: 404 : look at the credential"},
	        {429, "{}", ERR_TRANSIENT, "answers 429"},
	        {503, "busy", ERR_TRANSIENT, "answers 503"},
	        {200, "{}", ERR_TRANSIENT, "without a token"},
	        {200, "{'access_token':'a\\nb'}", ERR_TRANSIENT, "without a token"},
	        {200, "<html>", ERR_TRANSIENT, "without a token"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		t.c = (struct credential){.name = ""};
		assert_int_equal(ask_answer(&t, rows[i].status, rows[i].body, NULL),
		                 rows[i].rc);
		ask_says(&t, rows[i].says);
		assert_null(strstr(t.err.text, "eyJ"));
	}
}

/* --- the plan --- */

static void test_gcp__plan_makes_a_part_of_each_parent(void **unused)
{
	const struct part plan = ask_plan();

	(void)unused;
	ask_set(&t, "projects", "acme-prod, 123456");
	ask_set(&t, "organizations", "9");
	ask_set(&t, "lists", "findings,inventory");
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(t.request.http.url,
	                    "https://cloudresourcemanager.googleapis.com/v3/"
	                    "projects:search?pageSize=1");
	assert_null(t.request.format);
	assert_int_equal(ask_page(&t, &plan, NULL, "{}", NULL), 0);
	assert_null(t.page.next);
	assert_int_equal(t.page.n_parts, 6);
	assert_string_equal(t.page.parts[0].name, "findings/organizations/9");
	assert_string_equal(ask_scopes(&t, &t.page.parts[0]), "organizations/9");
	assert_string_equal(t.page.parts[1].name, "inventory/organizations/9");
	assert_int_equal(t.page.parts[1].n_scopes, 0);
	assert_string_equal(t.page.parts[2].name, "findings/projects/acme-prod");
	assert_string_equal(ask_scopes(&t, &t.page.parts[2]), "acme-prod");
	assert_string_equal(ask_scopes(&t, &t.page.parts[4]), "123456");
}

static void test_gcp__plan_finds_projects(void **unused)
{
	const struct part plan = ask_plan();
	const char *second, *third;

	(void)unused;
	ask_set(&t, "organizations", "9");
	ask_set(&t, "projects", "solo");
	ask_set(&t, "discover", "yes");
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(
	        t.request.http.url,
	        "https://cloudasset.googleapis.com/v1/organizations/9:searchAllResources"
	        "?assetTypes=cloudresourcemanager.googleapis.com%2FFolder"
	        "&assetTypes=cloudresourcemanager.googleapis.com%2FProject&pageSize=500");
	assert_int_equal(
	        ask_page(&t, &plan, NULL,
	                 "{'results':[{'assetType':'cloudresourcemanager.googleapis.com/"
	                 "Project','name':'//cloudresourcemanager.googleapis.com/projects/"
	                 "acme-prod','project':'projects/123'},{'assetType':"
	                 "'cloudresourcemanager.googleapis.com/Folder','name':"
	                 "'//cloudresourcemanager.googleapis.com/folders/77'},"
	                 "{'assetType':'x','name':'No project, at all'}],"
	                 "'nextPageToken':'T/1'}",
	                 NULL),
	        0);
	assert_int_equal(t.page.n_parts, 0);
	second = t.page.next;
	assert_int_equal(ask_request(&t, &plan, second), 0);
	assert_non_null(strstr(t.request.http.url, "&pageToken=T%2F1"));
	assert_int_equal(
	        ask_page(&t, &plan, second,
	                 "{'results':[{'assetType':'cloudresourcemanager.googleapis.com/"
	                 "Project','name':'//cloudresourcemanager.googleapis.com/projects/"
	                 "456','project':'projects/456','additionalAttributes':"
	                 "{'projectId':'acme-test'}}]}",
	                 NULL),
	        0);
	assert_int_equal(t.page.n_parts, 1);
	assert_string_equal(ask_scopes(&t, &t.page.parts[0]),
	                    "123,456,acme-prod,acme-test,folders/77,organizations/9");
	third = t.page.next;
	assert_int_equal(ask_request(&t, &plan, third), 0);
	assert_non_null(strstr(t.request.http.url, "/v1/projects/solo:searchAll"));
	assert_int_equal(ask_page(&t, &plan, third, "{}", NULL), 0);
	assert_string_equal(ask_scopes(&t, &t.page.parts[0]), "solo");
	assert_null(t.page.next);
}

/* A part proves what the format writes into a finding's scope. */
static void test_gcp__scopes_are_those_of_the_format(void **unused)
{
	static const struct {
		const char *record, *scope;
	} rows[] = {
	        {"{'finding':{'name':'organizations/9/sources/1/locations/global/findings/"
	         "f','category':'OPEN_FIREWALL','resourceName':'//compute.googleapis.com/"
	         "projects/acme-prod/global/firewalls/1'},'resource':{'gcpMetadata':"
	         "{'project':'//cloudresourcemanager.googleapis.com/projects/123'}}}",
	         "acme-prod"},
	        {"{'finding':{'name':'organizations/9/sources/1/findings/f','category':"
	         "'X','resourceName':'//cloudresourcemanager.googleapis.com/projects/"
	         "123'}}",
	         "123"},
	        {"{'finding':{'name':'organizations/9/sources/1/findings/f','category':"
	         "'X','resourceName':"
	         "'//cloudresourcemanager.googleapis.com/organizations/9'}}",
	         "organizations/9"},
	        {"{'finding':{'name':'organizations/9/sources/1/findings/f',"
	         "'canonicalName':'folders/77/sources/1/findings/f','category':'X',"
	         "'resourceName':'//cloudresourcemanager.googleapis.com/folders/77'}}",
	         "folders/77"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&gcp_scc, rows[i].record);

		assert_int_equal(run.rc, 0);
		assert_string_equal(run.out.findings[0].scope, rows[i].scope);
		run_close(&run);
	}
}

/* --- listings --- */

static const struct part findings = {
        .name = "findings/organizations/9",
        .kind = "findings",
        .data = "organizations/9",
};
static const struct part inventory = {
        .name = "inventory/projects/acme-prod",
        .kind = "inventory",
        .data = "projects/acme-prod",
};

static void test_gcp__lists_findings_of_each_location(void **unused)
{
	static const char url[] =
	        "https://securitycenter.googleapis.com/v2/organizations/9/sources/-/"
	        "locations/%s/findings?orderBy=name&pageSize=1000%s";
	static const struct {
		const char *location, *token; /* that are asked for */
		const char *body;
		const char *next; /* cursor */
	} rows[] = {
	        {"global", "",
	         "{'listFindingsResults':[],'nextPageToken':'a+b=','totalSize':3}",
	         "global\na+b=\n"},
	        {"global", "&pageToken=a%2Bb%3D", "{'nextPageToken':'c'}", "global\nc\n"},
	        {"global", "&pageToken=c", "{}", "eu\n\n"},
	        {"eu", "", "{'listFindingsResults':null,'nextPageToken':''}", NULL},
	};
	const char *cursor = NULL;

	(void)unused;
	ask_set(&t, "organizations", "9");
	ask_set(&t, "locations", "global,eu");
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char wanted[512];

		/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) */
		(void)snprintf(wanted, sizeof(wanted), url, rows[i].location,
		               rows[i].token);
		assert_int_equal(ask_request(&t, &findings, cursor), 0);
		assert_string_equal(t.request.http.url, wanted);
		assert_string_equal(t.request.format, "gcp-scc");
		assert_string_equal(t.request.rate_key, "gcp/findings/test");
		assert_int_equal(t.request.rate, 1000);
		assert_int_equal(t.request.http.max_response, 64 << 20);
		assert_int_equal(ask_page(&t, &findings, cursor, rows[i].body, NULL), 0);
		if (rows[i].next == NULL)
			assert_null(t.page.next);
		else
			assert_string_equal(t.page.next, rows[i].next);
		cursor = t.page.next;
	}
}

static void test_gcp__lists_assets_of_both_contents(void **unused)
{
	(void)unused;
	ask_set(&t, "projects", "acme-prod");
	ask_set(&t, "quota_project", "payer");
	assert_int_equal(ask_request(&t, &inventory, NULL), 0);
	assert_string_equal(t.request.http.url,
	                    "https://cloudasset.googleapis.com/v1/projects/acme-prod/assets"
	                    "?contentType=RESOURCE&pageSize=1000");
	assert_string_equal(t.request.format, "gcp-asset-inventory");
	assert_string_equal(t.request.rate_key, "gcp/inventory/payer");
	assert_int_equal(ask_page(&t, &inventory, NULL, "{'assets':[]}", NULL), 0);
	assert_string_equal(t.page.next, "IAM_POLICY\n\n");
	assert_int_equal(ask_request(&t, &inventory, t.page.next), 0);
	assert_non_null(strstr(t.request.http.url, "?contentType=IAM_POLICY&"));
	assert_int_equal(ask_page(&t, &inventory, "IAM_POLICY\n\n", "{}", NULL), 0);
	assert_null(t.page.next);
}

static void test_gcp__refuses_what_is_no_page(void **unused)
{
	static const char *const bodies[] = {
	        "",
	        "<html>",
	        "[]",
	        "1",
	        "null",
	        "{'error':{'code':500}}",
	        "{'nextPageToken':'a\\nb'}",
	};
	const struct part plan = ask_plan();
	char *huge = arena_alloc(t.arena, 40001);

	(void)unused;
	ask_set(&t, "organizations", "9");
	ask_set(&t, "discover", "yes");
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++) {
		assert_int_equal(ask_page(&t, &findings, NULL, bodies[i], NULL),
		                 ERR_INVALID);
		assert_int_equal(ask_page(&t, &plan, NULL, bodies[i], NULL), ERR_INVALID);
	}
	memset(huge, 'x', 40000);
	assert_int_equal(ask_page(&t, &findings, NULL,
	                          ARENA_JOIN(t.arena, "{'nextPageToken':'", huge, "'}"),
	                          NULL),
	                 ERR_INVALID);
	assert_int_equal(ask_page(&t, &plan, NULL, "{'results':1}", NULL), ERR_INVALID);
	/* What was listed is not configured any more. */
	assert_int_equal(ask_request(&t, &findings, "mars\nx\n"), ERR_INVALID);
	ask_says(&t, "mars is not among the settings any more");
}

static void test_gcp__refuses_wrong_settings(void **unused)
{
	static const struct {
		const char *key, *value, *says;
	} rows[] = {
	        {"organizations", "", "nothing to list: set organizations"},
	        {"organizations", "acme.com",
	         "organizations: \"acme.com\" is not a number"},
	        {"folders", "1/2", "folders: \"1/2\" is not a number"},
	        {"projects", "A B", "\"A B\" is not a project's id or number"},
	        {"projects", "a,b,a", "projects: \"a\" stands there twice"},
	        {"projects", "../x", "is not a project's id"},
	        {"locations", "", "locations is empty"},
	        {"locations", "eu?x", "is not a location"},
	        {"lists", "alerts", "\"alerts\" is not findings or inventory"},
	        {"discover", "maybe", "\"maybe\" is not yes or no"},
	        {"universe", "evil.example/x", "is no domain"},
	        {"quota_project", "a b", "is no project"},
	};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		t.s.n_values = 0;
		ask_set(&t, rows[i].key, rows[i].value);
		if (i > 0)
			ask_set(&t, "organizations", "9");
		assert_int_equal(ask_request(&t, &plan, NULL), ERR_INVALID);
		ask_says(&t, rows[i].says);
	}
}

static void test_gcp__authorizes(void **unused)
{
	struct http_request req = {.method = "GET", .url = "https://x/"};
	struct credential c = {.name = "", .bearer = "ya29.x"};

	(void)unused;
	ask_set(&t, "quota_project", "payer");
	assert_int_equal(gcp_connector.authorize(&t.s, &c, t.now, t.arena, &req, &t.err),
	                 0);
	assert_string_equal(ask_header(&req, "Authorization"), "Bearer ya29.x");
	assert_string_equal(ask_header(&req, "X-Goog-User-Project"), "payer");
	c.bearer = NULL;
	assert_int_equal(gcp_connector.authorize(&t.s, &c, t.now, t.arena, &req, &t.err),
	                 ERR_INVALID);
}

/* --- refusals --- */

#define ERROR(code, status, more) \
	"{'error':{'code':" code ",'message':'m','status':'" status "'" more "}}"
#define REASON(reason)                                                     \
	",'details':[{'@type':'type.googleapis.com/google.rpc.ErrorInfo'," \
	"'reason':'" reason "','domain':'googleapis.com'}]"

static void test_gcp__refusals(void **unused)
{
	static const struct {
		long status;
		const char *body;
		enum refusal refusal;
		const char *says;
	} rows[] = {
	        {401, ERROR("401", "UNAUTHENTICATED", ""), REFUSAL_CREDENTIAL,
	         "401 UNAUTHENTICATED (m)"},
	        {403, ERROR("403", "PERMISSION_DENIED", ""), REFUSAL_DENIED,
	         "403 PERMISSION_DENIED: needs roles/securitycenter.findingsViewer (m)"},
	        {403, ERROR("403", "PERMISSION_DENIED", REASON("IAM_PERMISSION_DENIED")),
	         REFUSAL_DENIED, "PERMISSION_DENIED IAM_PERMISSION_DENIED: needs"},
	        {403, ERROR("403", "PERMISSION_DENIED", REASON("SERVICE_DISABLED")),
	         REFUSAL_ABSENT, "SERVICE_DISABLED: enable the API"},
	        {403, ERROR("403", "PERMISSION_DENIED", REASON("USER_PROJECT_DENIED")),
	         REFUSAL_DENIED, "quota_project needs"},
	        {403, ERROR("403", "PERMISSION_DENIED", REASON("RATE_LIMIT_EXCEEDED")),
	         REFUSAL_RETRY, "RATE_LIMIT_EXCEEDED"},
	        {404, ERROR("404", "NOT_FOUND", ""), REFUSAL_ABSENT, "it is gone"},
	        {400, ERROR("400", "FAILED_PRECONDITION", ""), REFUSAL_ABSENT,
	         "is not activated there"},
	        {400, ERROR("400", "INVALID_ARGUMENT", ""), REFUSAL_FATAL,
	         "400 INVALID_ARGUMENT"},
	        {400,
	         "{'error':{'status':'INVALID_ARGUMENT','message':'Page token is "
	         "expired.'}}",
	         REFUSAL_RESTART, "Page token is expired."},
	        {429, ERROR("429", "RESOURCE_EXHAUSTED", ""), REFUSAL_RETRY, "429"},
	        {503, ERROR("503", "UNAVAILABLE", ""), REFUSAL_RETRY, "503"},
	        {500, "<html>", REFUSAL_RETRY, "500"},
	        {403, "<html>", REFUSAL_DENIED, "403"},
	        {302, "", REFUSAL_FATAL, "302"},
	        {400, "{'error':'text'}", REFUSAL_FATAL, "400"},
	        {400, "{'error':{'status':'X','message':'a\\nb\\u001bc','details':7}}",
	         REFUSAL_FATAL, "400 X (a b c)"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (ask_refusal(&t, &findings, rows[i].status, rows[i].body) !=
		    rows[i].refusal)
			fail_msg("row %zu: another refusal (%s)", i, t.err.text);
		ask_says(&t, rows[i].says);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_gcp__key_is_exchanged_for_a_token),
	        TEST(test_gcp__key_comes_from_a_file),
	        TEST(test_gcp__metadata_server_is_the_last_resort),
	        TEST(test_gcp__metadata_host_by_variable),
	        TEST(test_gcp__another_providers_token_is_exchanged),
	        TEST(test_gcp__endpoint_stands_for_every_host),
	        TEST(test_gcp__refuses_what_is_no_credential),
	        TEST(test_gcp__refused_tokens),
	        TEST(test_gcp__plan_makes_a_part_of_each_parent),
	        TEST(test_gcp__plan_finds_projects),
	        TEST(test_gcp__scopes_are_those_of_the_format),
	        TEST(test_gcp__lists_findings_of_each_location),
	        TEST(test_gcp__lists_assets_of_both_contents),
	        TEST(test_gcp__refuses_what_is_no_page),
	        TEST(test_gcp__refuses_wrong_settings),
	        TEST(test_gcp__authorizes),
	        TEST(test_gcp__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
