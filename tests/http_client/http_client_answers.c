/* SPDX-License-Identifier: Apache-2.0 */
/* One request of the HTTP client, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "asker.h"

/* --- answers --- */

static void test_http_client__answer_arrives(void **state)
{
	struct http_request req = get("/ok");
	struct told t;

	(void)state;
	ask(&req, &t);
	assert_true(t.is_answer);
	assert_int_equal(t.status, 200);
	assert_int_equal(strlen(t.body.data) + 1, t.body.size);
	assert_non_null(strstr(t.body.data, "\"record 1999\"]}"));
	assert_non_null(strstr(t.headers, "\nx-odd-case: Some Value\n"));
	assert_non_null(strstr(t.headers, "\nx-empty: \n"));
	assert_null(strstr(t.headers, "HTTP/"));
	strbuf_done(&t.body);
	req = get("/status?code=503");
	ask(&req, &t);
	assert_true(t.is_answer && t.status == 503);
	strbuf_done(&t.body);
	req = get("/empty");
	ask(&req, &t);
	assert_true(t.is_answer && t.status == 204);
	assert_string_equal(t.body.data, "");
	strbuf_done(&t.body);
}

static void test_http_client__redirect_is_an_answer(void **state)
{
	struct http_request req = get("/redirect");
	struct told t;

	(void)state;
	ask(&req, &t);
	assert_true(t.is_answer);
	assert_int_equal(t.status, 302);
	assert_string_equal(t.body.data, "elsewhere");
	strbuf_done(&t.body);
}

static void test_http_client__headers_of_the_last_answer(void **state)
{
	struct http_request req = get("/early");
	struct told t;

	(void)state;
	ask(&req, &t);
	assert_true(t.is_answer && t.status == 200);
	assert_non_null(strstr(t.headers, "x-late: 1\n"));
	assert_null(strstr(t.headers, "x-early"));
	strbuf_done(&t.body);
	req = get("/chunked");
	ask(&req, &t);
	assert_null(strstr(t.headers, "x-trailer"));
	strbuf_done(&t.body);
}

static void test_http_client__encodings(void **state)
{
	static const char *const paths[] = {"/gzip", "/deflate", "/raw-deflate",
	                                    "/chunked"};
	struct http_request req = get("/ok");
	struct told plain, t;

	(void)state;
	ask(&req, &plain);
	for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
		req = get(paths[i]);
		ask(&req, &t);
		assert_true(t.is_answer);
		assert_int_equal(t.body.size, plain.body.size);
		assert_memory_equal(t.body.data, plain.body.data, plain.body.size);
		strbuf_done(&t.body);
	}
	strbuf_done(&plain.body);
	req = get("/empty-gzip");
	expect_body(&req, "");
}

/* --- requests --- */

static void test_http_client__get_says_what_it_should(void **state)
{
	struct http_request req = get("/cookie");

	(void)state;
	expect_body(&req, "set");
	req = get("/echo?a=%24x%20y&b=1");
	http_add_header(&req, "X-Empty", "");
	EXPECT_TEXTS(&req, "\"method\":\"GET\"", "\"url\":\"/echo?a=%24x%20y&b=1&sig=",
	             "\"user-agent\":\"isobar-test/1\"",
	             "\"accept-encoding\":\"gzip, deflate\"",
	             "\"authorization\":\"Bearer " SECRET "\"", "\"x-empty\":\"\"");
	expect_no_text(&req, "cookie");
	/* A path goes out as it was signed. */
	req.url = url_of("ISOBAR_TEST_HTTP", "/a/../echo");
	EXPECT_TEXTS(&req, "\"url\":\"/a/../echo?");
}

static void test_http_client__bodies_go_out(void **state)
{
	struct http_request req = get("/echo");

	(void)state;
	req.method = "POST";
	req.body = "a\0b";
	req.body_size = 3;
	/* printf 'a\0b' | sha256sum */
	EXPECT_TEXTS(&req, "\"method\":\"POST\"", "\"content-length\":\"3\"", "\"size\":3,",
	             "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138");
	expect_no_text(&req, "content-type");
	req.method = "PUT";
	http_add_header(&req, "Content-Type", "application/json");
	EXPECT_TEXTS(&req, "\"method\":\"PUT\"", "\"size\":3,",
	             "\"content-type\":\"application/json\"");
	req.method = "POST";
	req.body = NULL;
	req.body_size = 0;
	EXPECT_TEXTS(&req, "\"method\":\"POST\"", "\"content-length\":\"0\"");
}

static void test_http_client__large_body_waits_for_no_leave(void **state)
{
	struct http_request req = get("/echo");
	char *body = xcalloc(1, 3 << 20);

	(void)state;
	req.method = "POST";
	req.body = body;
	req.body_size = 3 << 20;
	EXPECT_TEXTS(&req, "\"size\":3145728,");
	expect_no_text(&req, "expect");
	free(body);
}

static void test_http_client__request_is_copied(void **state)
{
	char method[] = "POST", url[512], name[] = "X-Name", value[] = "some-value",
	     body[] = "some body";
	struct http_request req = get("/echo?a=b");
	struct told t = {.n = 0};

	(void)state;
	snprintf(url, sizeof(url), "%s", req.url);
	req.method = method;
	req.url = url;
	req.body = body;
	req.body_size = strlen(body);
	http_add_header(&req, name, value);
	send_it(&t, &req);
	memset(method, 'x', 4);
	memset(url, 'x', strlen(url));
	memset(name, 'x', strlen(name));
	memset(value, 'x', strlen(value));
	memset(body, 'x', strlen(body));
	memset(&req, 0xff, sizeof(req));
	run_until(&t, 1);
	assert_true(t.is_answer);
	assert_non_null(strstr(t.body.data, "\"method\":\"POST\""));
	assert_non_null(strstr(t.body.data, "\"url\":\"/echo?a=b&"));
	assert_non_null(strstr(t.body.data, "\"x-name\":\"some-value\""));
	assert_non_null(strstr(t.body.data, "\"size\":9,"));
	strbuf_done(&t.body);
}

/* --- limits --- */

static void test_http_client__body_has_a_limit(void **state)
{
	static const char *const paths[] = {"/big?size=100001", "/big-chunked?size=100001",
	                                    "/big-chunked?size=30000000", "/bomb"};
	static const char *const fitting[] = {"/big?size=100000",
	                                      "/big-chunked?size=100000"};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
		struct http_request req = get(paths[i]);

		req.max_response = 100000;
		expect_error(&req, ERR_LIMIT,
		             "127.0.0.1: the answer is larger than is taken");
	}
	for (size_t i = 0; i < N_ELEMENTS(fitting); i++) {
		struct http_request req = get(fitting[i]);
		struct told t;

		req.max_response = 100000;
		ask(&req, &t);
		assert_true(t.is_answer);
		assert_int_equal(t.body.size, 100001);
		strbuf_done(&t.body);
	}
}

static void test_http_client__head_has_a_limit(void **state)
{
	struct http_request req = get("/headers?n=90&size=10");

	(void)state;
	expect_body(&req, "headers");
	req = get("/headers?n=101&size=10");
	expect_error(&req, ERR_LIMIT, "too many headers");
	req = get("/headers?n=10&size=8000");
	expect_error(&req, ERR_LIMIT, "too large");
}

/* --- what goes wrong --- */

static void test_http_client__cut_answers_are_transient(void **state)
{
	static const struct {
		const char *path, *text;
	} rows[] = {
	        {"/reset", "reset"},
	        {"/truncated", "cut short"},
	        {"/chunk-cut", "cut short"},
	        {"/gzip-cut", "cut short"},
	        {"/bad-gzip", "unpacked"},
	        {"/broken-gzip", "unpacked"},
	        {"/short-gzip", "unpacked"},
	        {"/brotli", "unknown way"},
	        {"/unbounded-gzip", "unpacked"},
	        {"/nothing", "without an answer"},
	        {"/garbage", "no HTTP"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct http_request req = get(rows[i].path);

		expect_error(&req, ERR_TRANSIENT, rows[i].text);
	}
}

static void test_http_client__slow_answers_end(void **state)
{
	struct http_request req = get("/drip");

	(void)state;
	expect_error(&req, ERR_TRANSIENT, "too slow");
	req = get("/silent");
	req.timeout_ms = 300;
	expect_error(&req, ERR_TRANSIENT, "timed out after");
}

static void test_http_client__nobody_there(void **state)
{
	struct http_request req = get("/ok");

	(void)state;
	req.url = "http://127.0.0.1:1/x?sig=" SECRET;
	expect_error(&req, ERR_TRANSIENT, "127.0.0.1: ");
	req.url = "http://nowhere.invalid/x?sig=" SECRET;
	expect_error(&req, ERR_TRANSIENT, "nowhere.invalid: ");
}

static void test_http_client__urls_that_may_not_be_asked(void **state)
{
	static const char *const urls[] = {
	        "http://user:" SECRET "@127.0.0.1/", "ftp://127.0.0.1/?" SECRET,
	        "file:///etc/passwd?" SECRET,        "127.0.0.1/?" SECRET,
	        "http://127.0.0.1:99999/?" SECRET,   "http://127.0.0.1/\r\nX-" SECRET ": 1",
	        "http://127.0.0.1/a b?" SECRET,      "",
	};
	struct http_request req = get("/ok");

	(void)state;
	req.allow_http = false;
	expect_error(&req, ERR_INVALID, "127.0.0.1: only https is allowed");
	req.allow_http = true;
	for (size_t i = 0; i < N_ELEMENTS(urls); i++) {
		req.url = urls[i];
		expect_error(&req, ERR_INVALID, "");
	}
	req = get("/ok");
	http_add_header(&req, "X-Token", SECRET "\r\nHost: other");
	expect_error(&req, ERR_INVALID, "control character");
	req = get("/ok");
	http_add_header(&req, "X-" SECRET "\n", "1");
	expect_error(&req, ERR_INVALID, "control character");
}

/* --- TLS --- */

static void test_http_client__certificates(void **state)
{
	struct http_request req = get("/ok");
	struct http_client_options options = {.ca_file = address("ISOBAR_TEST_CA")};
	char url[512];

	(void)state;
	req.allow_http = false;
	req.url = url_of("ISOBAR_TEST_HTTPS", "/echo");
	expect_error(&req, ERR_DENIED, "127.0.0.1: SSL certificate problem: self-signed");
	start_client(&options);
	EXPECT_TEXTS(&req, "\"method\":\"GET\"");
	snprintf(url, sizeof(url), "https://localhost%s",
	         strrchr(address("ISOBAR_TEST_HTTPS"), ':'));
	req.url = url;
	expect_error(&req, ERR_DENIED, "localhost: SSL: no alternative certificate");
	req.url = url_of("ISOBAR_TEST_OLD", "/echo");
	expect_error(&req, ERR_TRANSIENT, "127.0.0.1: ");
	options.ca_file = "/nowhere/" SECRET;
	start_client(&options);
	req.url = url_of("ISOBAR_TEST_HTTPS", "/echo");
	expect_error(&req, ERR_DENIED, "the file of trusted certificates cannot be read");
}

/* --- signatures --- */

#define AWS_KEY "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

/* From the test suite that AWS published for Signature Version 4: "get-vanilla",
 * "post-vanilla", "get-vanilla-query-order-key-case". */
static const struct {
	const char *method, *query, *signature;
} vectors[] = {
        {"GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        {"POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        {"GET", "?Param1=value1&Param2=value2",
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
};

static void test_http_client__signs_as_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(vectors); i++) {
		char url[128];
		struct http_request req = {.method = vectors[i].method,
		                           .url = url,
		                           .allow_http = true,
		                           .aws_sigv4 = "aws:amz:us-east-1:service",
		                           .userpwd = AWS_KEY};

		snprintf(url, sizeof(url), "%s/%s", address("ISOBAR_TEST_HTTP"),
		         vectors[i].query);
		http_add_header(&req, "Host", "example.amazonaws.com");
		http_add_header(&req, "X-Amz-Date", "20150830T123600Z");
		EXPECT_TEXTS(&req, vectors[i].signature);
	}
}

static void test_http_client__signatures_hold(void **state)
{
	struct http_request req = get("/signed?Action=List&Marker=a%2Fb%2Bc%3D%3D&e=%20~");

	(void)state;
	req.n_headers = 0;
	req.aws_sigv4 = "aws:amz:eu-west-1:securityhub";
	req.userpwd = AWS_KEY;
	EXPECT_TEXTS(&req, "\"ok\":true");
	http_add_header(&req, "X-Amz-Security-Token", "IQoJ" SECRET "/+==");
	EXPECT_TEXTS(&req, "\"ok\":true", "x-amz-security-token");
	http_add_header(&req, "Content-Type", "application/x-amz-json-1.1");
	http_add_header(&req, "X-Amz-Target", "Service.Operation");
	req.method = "POST";
	req.body = "{\"MaxResults\":100,\"NextToken\":\"\xc3\xa4\"}";
	req.body_size = strlen(req.body);
	EXPECT_TEXTS(&req, "\"ok\":true", "content-type;", "x-amz-target");
	req.userpwd = "AKIDEXAMPLE:" SECRET;
	EXPECT_TEXTS(&req, "\"ok\":false");
	/* The next one on the same handle is not signed. */
	req = get("/echo");
	req.n_headers = 0;
	expect_no_text(&req, "authorization");
}

/* --- proxies --- */

static void test_http_client__proxies_of_the_environment(void **state)
{
	struct http_request req = get("/echo");

	(void)state;
	setenv("http_proxy", address("ISOBAR_TEST_HTTP"), 1);
	req.url = "http://nowhere.invalid/some?sig=" SECRET;
	EXPECT_TEXTS(&req, "\"url\":\"http://nowhere.invalid/some?sig=");
	req.no_proxy = true;
	expect_error(&req, ERR_TRANSIENT, "nowhere.invalid: ");
	req.url = url_of("ISOBAR_TEST_HTTP", "/echo");
	EXPECT_TEXTS(&req, "\"url\":\"/echo?");
	setenv("http_proxy", "http://user:" SECRET "@127.0.0.1:1", 1);
	req.no_proxy = false;
	expect_error(&req, ERR_TRANSIENT, "127.0.0.1: ");
	unsetenv("http_proxy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_http_client__answer_arrives),
	        TEST(test_http_client__redirect_is_an_answer),
	        TEST(test_http_client__headers_of_the_last_answer),
	        TEST(test_http_client__encodings),
	        TEST(test_http_client__get_says_what_it_should),
	        TEST(test_http_client__bodies_go_out),
	        TEST(test_http_client__large_body_waits_for_no_leave),
	        TEST(test_http_client__request_is_copied),
	        TEST(test_http_client__body_has_a_limit),
	        TEST(test_http_client__head_has_a_limit),
	        TEST(test_http_client__cut_answers_are_transient),
	        TEST(test_http_client__slow_answers_end),
	        TEST(test_http_client__nobody_there),
	        TEST(test_http_client__urls_that_may_not_be_asked),
	        TEST(test_http_client__certificates),
	        TEST(test_http_client__signs_as_published),
	        TEST(test_http_client__signatures_hold),
	        TEST(test_http_client__proxies_of_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
