/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Oracle's connector: signatures verified with the public key, the listings one after
 * the other, which compartments a part proves, and what refusals mean.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "ask_connector.h"
#include "collector/oci_cloudguard.h"
#include "collector/signing.h"
#include "run_format.h"

/* The key of RFC 7515 A.2.1. */
static const char pem[] =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\n"
        "jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\n"
        "aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\n"
        "juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\n"
        "ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\n"
        "toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\n"
        "VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\n"
        "PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\n"
        "O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\n"
        "kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\n"
        "XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\n"
        "4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\n"
        "pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\n"
        "0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\n"
        "lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\n"
        "kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\n"
        "rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\n"
        "kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\n"
        "5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\n"
        "9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\n"
        "evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\n"
        "yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\n"
        "OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\n"
        "tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\n"
        "ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\n"
        "03k2+ZQwVK0JKSHuLFkuQ3U=\n"
        "-----END PRIVATE KEY-----\n";

#define TENANCY "ocid1.tenancy.oc1..t"
#define USER    "ocid1.user.oc1..u"
#define PRINT   "12:34:ab"
#define HOST    "https://cloudguard-cp-api.eu-frankfurt-1.oci.oraclecloud.com"
#define NEXT(t) "opc-next-page: " t

static struct ask t;

static const struct part problems = {
        .name = "problems/" TENANCY,
        .kind = "problems",
        .data = TENANCY,
};

static int set_up(void **unused)
{
	(void)unused;
	ask_open(&t, &oci_connector);
	ask_set(&t, "tenancy", TENANCY);
	ask_set(&t, "region", "eu-frankfurt-1");
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	ask_close(&t);
	return 0;
}

/* --- credentials and signatures --- */

static void test_oci__credential_is_a_key(void **unused)
{
	(void)unused;
	ask_set(&t, "user", USER);
	ask_set(&t, "fingerprint", PRINT);
	ask_set(&t, "key", pem);
	assert_int_equal(ask_credential(&t), 0);
	assert_null(t.http.url);
	assert_string_equal(t.c.key_id, TENANCY "/" USER "/" PRINT);
	assert_string_equal(t.c.secret, pem);
	assert_true(t.c.expires_at == TIMESTAMP_NONE);
}

static void test_oci__credential_from_variables(void **unused)
{
	(void)unused;
	ask_set_variable(&t, "OCI_CLI_USER", USER);
	ask_set_variable(&t, "OCI_CLI_FINGERPRINT", PRINT);
	ask_set_variable(&t, "OCI_CLI_KEY_FILE", "/etc/oci.pem");
	assert_int_equal(ask_credential(&t), ERR_NOT_FOUND);
	ask_says(&t, "key_file /etc/oci.pem: no such file");
	ask_set_file(&t, "/etc/oci.pem", pem);
	assert_int_equal(ask_credential(&t), 0);
	assert_string_equal(t.c.key_id, TENANCY "/" USER "/" PRINT);
	ask_set_variable(&t, "OCI_CLI_KEY_CONTENT", "secret-text");
	assert_int_equal(ask_credential(&t), ERR_INVALID);
	ask_says(&t, "key: the private key is no PEM text");
	assert_null(strstr(t.err.text, "secret"));
}

static void test_oci__refuses_what_is_no_credential(void **unused)
{
	static const struct {
		const char *user, *fingerprint, *key, *says;
	} rows[] = {
	        {"", PRINT, "k", "user is no OCID"},
	        {"ocid1.user\nx", PRINT, "k", "user is no OCID"},
	        {USER, "", "k", "fingerprint is not of the form"},
	        {USER, "zz\"", "k", "fingerprint is not of the form"},
	        {USER, PRINT, "", "no key: set key or key_file"},
	        {USER, PRINT, "k", "key: the private key is no PEM text"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		t.s.n_values = 2;
		ask_set(&t, "user", rows[i].user);
		ask_set(&t, "fingerprint", rows[i].fingerprint);
		ask_set(&t, "key", rows[i].key);
		assert_int_equal(ask_credential(&t), ERR_INVALID);
		ask_says(&t, rows[i].says);
	}
}

static bool verifies(const char *text, const char *authorization)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const char *at = strstr(authorization, "signature=\"") + strlen("signature=\"");
	size_t size;
	const unsigned char *signature = base64_decode(
	        arena_strndup(t.arena, at, strcspn(at, "\"")), t.arena, &size);
	bool yes = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	           EVP_DigestVerify(context, signature, size, (const unsigned char *)text,
	                            strlen(text)) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return yes;
}

static void test_oci__signs_requests(void **unused)
{
	static const struct {
		const char *method, *url, *body, *headers, *signs;
	} rows[] = {
	        {"GET", HOST "/20200131/problems?limit=1&page=a%2Fb", NULL,
	         "date (request-target) host",
	         "date: Thu, 01 Jan 2026 06:00:00 GMT\n"
	         "(request-target): get /20200131/problems?limit=1&page=a%2Fb\n"
	         "host: cloudguard-cp-api.eu-frankfurt-1.oci.oraclecloud.com"},
	        {"GET", "http://127.0.0.1:8080", NULL, "date (request-target) host",
	         "date: Thu, 01 Jan 2026 06:00:00 GMT\n(request-target): get /\n"
	         "host: 127.0.0.1:8080"},
	        {"GET", "https://x.example:443/a", NULL, "date (request-target) host",
	         "date: Thu, 01 Jan 2026 06:00:00 GMT\n(request-target): get /a\n"
	         "host: x.example"},
	        {"POST", "https://x.example/a", "{}",
	         "date (request-target) host content-length content-type "
	         "x-content-sha256",
	         "date: Thu, 01 Jan 2026 06:00:00 GMT\n(request-target): post /a\n"
	         "host: x.example\ncontent-length: 2\ncontent-type: application/json\n"
	         "x-content-sha256: RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="},
	};
	const struct credential c = {.name = "", .key_id = "t/u/f", .secret = pem};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct http_request req = {.method = rows[i].method,
		                           .url = rows[i].url,
		                           .body = rows[i].body,
		                           .body_size = rows[i].body ? 2 : 0};
		const char *authorization;

		assert_int_equal(
		        oci_connector.authorize(&t.s, &c, t.now, t.arena, &req, &t.err), 0);
		assert_string_equal(ask_header(&req, "Date"),
		                    "Thu, 01 Jan 2026 06:00:00 GMT");
		authorization = ask_header(&req, "Authorization");
		assert_true(strstr(authorization,
		                   ARENA_JOIN(t.arena, "Signature version=\"1\",headers=\"",
		                              rows[i].headers, "\",keyId=\"t/u/f\",",
		                              "algorithm=\"rsa-sha256\",signature=\"")) ==
		            authorization);
		if (!verifies(rows[i].signs, authorization))
			fail_msg("row %zu: signed is not\n%s", i, rows[i].signs);
	}
}

/* --- the plan --- */

static void test_oci__plan_names_all_compartments(void **unused)
{
	const struct part plan = ask_plan();

	(void)unused;
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(t.request.http.url,
	                    "https://identity.eu-frankfurt-1.oci.oraclecloud.com/20160918/"
	                    "compartments?accessLevel=ANY&compartmentId=" TENANCY
	                    "&compartmentIdInSubtree=true&limit=1000");
	assert_int_equal(ask_page(&t, &plan, NULL,
	                          "[{'id':'ocid1.compartment.oc1..a','name':'A'},"
	                          "{'id':'no id'},{'id':'" TENANCY "'},7]",
	                          NEXT("p2")),
	                 0);
	assert_string_equal(t.page.next, "p2\nocid1.compartment.oc1..a\n");
	assert_int_equal(ask_request(&t, &plan, t.page.next), 0);
	assert_non_null(strstr(t.request.http.url, "&limit=1000&page=p2"));
	assert_int_equal(ask_page(&t, &plan, "p2\nocid1.compartment.oc1..a\n",
	                          "[{'id':'ocid1.compartment.oc1..b'}]", NULL),
	                 0);
	assert_null(t.page.next);
	assert_int_equal(t.page.n_parts, 1);
	assert_string_equal(t.page.parts[0].name, "problems/" TENANCY);
	assert_string_equal(ask_scopes(&t, &t.page.parts[0]),
	                    TENANCY ",ocid1.compartment.oc1..a,ocid1.compartment.oc1..b");
}

static void test_oci__plan_of_some_compartments(void **unused)
{
	const struct part plan = ask_plan();

	(void)unused;
	ask_set(&t, "compartments", "ocid1.compartment.oc1..a, ocid1.compartment.oc1..b");
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_string_equal(t.request.http.url,
	                    "https://identity.eu-frankfurt-1.oci.oraclecloud.com/20160918/"
	                    "regions");
	assert_int_equal(ask_page(&t, &plan, NULL, "[{'name':'eu-frankfurt-1'}]", NULL), 0);
	assert_int_equal(t.page.n_parts, 2);
	assert_string_equal(ask_scopes(&t, &t.page.parts[1]), "ocid1.compartment.oc1..b");
	assert_int_equal(ask_request(&t, &t.page.parts[1], NULL), 0);
	assert_non_null(strstr(t.request.http.url, "&compartmentId=ocid1.compartment.oc1..b"
	                                           "&compartmentIdInSubtree=false&"));
}

/* What may not be read is left out of such a list: its absence proves nothing. */
static void test_oci__accessible_proves_nothing(void **unused)
{
	const struct part plan = ask_plan();

	(void)unused;
	ask_set(&t, "access", "accessible");
	assert_int_equal(ask_page(&t, &plan, NULL, "[]", NULL), 0);
	assert_int_equal(t.page.parts[0].n_scopes, 0);
	assert_int_equal(ask_request(&t, &problems, NULL), 0);
	assert_non_null(strstr(t.request.http.url, "?accessLevel=ACCESSIBLE&"));
}

static void test_oci__scope_is_that_of_the_format(void **unused)
{
	struct run run = run_record(
	        &oci_cloudguard, "{'id':'ocid1.cloudguardproblem.oc1..p','compartmentId':"
	                         "'ocid1.compartment.oc1..a','detectorRuleId':'R'}");

	(void)unused;
	assert_int_equal(run.rc, 0);
	assert_string_equal(run.out.findings[0].scope, "ocid1.compartment.oc1..a");
	run_close(&run);
}

/* --- listings --- */

static void test_oci__lists_each_state(void **unused)
{
	static const struct {
		const char *query; /* of the request */
		const char *header;
		const char *next;
	} rows[] = {
	        {"lifecycleDetail=OPEN&lifecycleState=ACTIVE&limit=1000&sortBy=",
	         NEXT("a/b"), "OPEN/ACTIVE\na/b"},
	        {"lifecycleState=ACTIVE&limit=1000&page=a%2Fb&sortBy=resourceName&"
	         "sortOrder="
	         "ASC",
	         NULL, "RESOLVED/ACTIVE\n"},
	        {"lifecycleDetail=RESOLVED&lifecycleState=ACTIVE&limit=1000&sortBy=", NULL,
	         "RESOLVED/INACTIVE\n"},
	        {"lifecycleDetail=RESOLVED&lifecycleState=INACTIVE&", NULL,
	         "DISMISSED/ACTIVE\n"},
	        {"lifecycleDetail=DISMISSED&lifecycleState=ACTIVE&", NULL,
	         "DISMISSED/INACTIVE\n"},
	        {"lifecycleDetail=DISMISSED&lifecycleState=INACTIVE&", NULL, NULL},
	};
	const char *cursor = NULL;

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		assert_int_equal(ask_request(&t, &problems, cursor), 0);
		assert_true(strstr(t.request.http.url, HOST
		                   "/20200131/problems?accessLevel=RESTRICTED&"
		                   "compartmentId=" TENANCY
		                   "&compartmentIdInSubtree=true&") == t.request.http.url);
		if (!strstr(t.request.http.url, rows[i].query))
			fail_msg("row %zu: %s", i, t.request.http.url);
		assert_string_equal(t.request.format, "oci-cloudguard");
		assert_int_equal(
		        ask_page(&t, &problems, cursor, "{'items':[]}", rows[i].header), 0);
		if (rows[i].next == NULL)
			assert_null(t.page.next);
		else
			assert_string_equal(t.page.next, rows[i].next);
		cursor = t.page.next;
	}
}

static void test_oci__refuses_what_is_no_page(void **unused)
{
	static const char *const bodies[] = {"", "<html>", "[]", "{'code':'X'}", "null"};
	static const char *const lists[] = {"", "<html>", "{}", "{'code':'X'}", "null"};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++) {
		assert_int_equal(ask_page(&t, &problems, NULL, bodies[i], NULL),
		                 ERR_INVALID);
		assert_int_equal(ask_page(&t, &plan, NULL, lists[i], NULL), ERR_INVALID);
	}
	assert_int_equal(ask_page(&t, &problems, NULL, "{}", NEXT("a b")), ERR_INVALID);
	assert_int_equal(ask_page(&t, &problems, "GONE/ACTIVE\n", "{}", NULL), ERR_INVALID);
	assert_int_equal(ask_request(&t, &problems, "GONE/ACTIVE\n"), ERR_INVALID);
}

static void test_oci__refuses_wrong_settings(void **unused)
{
	static const struct {
		const char *key, *value, *says;
	} rows[] = {
	        {"tenancy", "acme", "tenancy is no OCID"},
	        {"tenancy", "ocid1.tenancy.oc1..a/b", "tenancy is no OCID"},
	        {"region", "evil.example/x", "is not of the form eu-frankfurt-1"},
	        {"domain", "x y", "is no domain"},
	        {"access", "all", "\"all\" is not restricted or accessible"},
	        {"compartments", "ocid1.c.a,b", "compartments: \"b\" is no OCID"},
	        {"compartments", "ocid1.c.a,ocid1.c.a", "stands there twice"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		t.s.n_values = 0;
		ask_set(&t, rows[i].key, rows[i].value);
		ask_set(&t, "tenancy", TENANCY);
		ask_set(&t, "region", "eu-frankfurt-1");
		assert_int_equal(ask_request(&t, &problems, NULL), ERR_INVALID);
		ask_says(&t, rows[i].says);
	}
}

/* --- refusals --- */

static void test_oci__refusals(void **unused)
{
	static const struct {
		long status;
		const char *body;
		enum refusal refusal;
		const char *says;
	} rows[] = {
	        {401, "{'code':'NotAuthenticated','message':'m'}", REFUSAL_CREDENTIAL,
	         "401 NotAuthenticated: user, fingerprint and key do not fit"},
	        {404, "{'code':'NotAuthorizedOrNotFound','message':'m'}", REFUSAL_DENIED,
	         "inspect cloud-guard-problems in tenancy\" (m)"},
	        {404, "{'code':'NotFound','message':'m'}", REFUSAL_ABSENT, "it is gone"},
	        {403, "{'code':'NotAllowed','message':'m'}", REFUSAL_DENIED, "inspect"},
	        {409, "{'code':'IncorrectState','message':'m'}", REFUSAL_ABSENT,
	         "is not enabled"},
	        {400, "{'code':'InvalidParameter','message':'Invalid page token'}",
	         REFUSAL_RESTART, "Invalid page token"},
	        {400, "{'code':'InvalidParameter','message':'limit'}", REFUSAL_FATAL,
	         "400 InvalidParameter (limit)"},
	        {429, "{'code':'TooManyRequests','message':'m'}", REFUSAL_RETRY, "429"},
	        {500, "{'code':'InternalServerError'}", REFUSAL_RETRY, "500"},
	        {503, "<html>", REFUSAL_RETRY, "503"},
	        {301, "", REFUSAL_FATAL, "301"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (ask_refusal(&t, &problems, rows[i].status, rows[i].body) !=
		    rows[i].refusal)
			fail_msg("row %zu: another refusal (%s)", i, t.err.text);
		ask_says(&t, rows[i].says);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_oci__credential_is_a_key),
	        TEST(test_oci__credential_from_variables),
	        TEST(test_oci__refuses_what_is_no_credential),
	        TEST(test_oci__signs_requests),
	        TEST(test_oci__plan_names_all_compartments),
	        TEST(test_oci__plan_of_some_compartments),
	        TEST(test_oci__accessible_proves_nothing),
	        TEST(test_oci__scope_is_that_of_the_format),
	        TEST(test_oci__lists_each_state),
	        TEST(test_oci__refuses_what_is_no_page),
	        TEST(test_oci__refuses_wrong_settings),
	        TEST(test_oci__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
