/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: what is built, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/url.h"

#include "support/random.h"

static void test_url__encodes_all_but_unreserved(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	char all[256];

	(void)state;
	for (int i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	assert_string_equal(url_encode("", a), "");
	assert_string_equal(url_encode("AZaz09-._~", a), "AZaz09-._~");
	assert_string_equal(url_encode("a b+c&d=e/f?g#h%i", a),
	                    "a%20b%2Bc%26d%3De%2Ff%3Fg%23h%25i");
	assert_string_equal(url_encode("\xc3\xbc\n\"'()*!", a),
	                    "%C3%BC%0A%22%27%28%29%2A%21");
	/* 66 of the 255 stay, 189 become three. */
	assert_int_equal(strlen(url_encode(all, a)), 66 + 3 * 189);
}

static const struct {
	const char *base, *path;
	struct url_pair pairs[5];
	const char *want;
} build_rows[] = {
        {"https://a.example", "/v1", {{NULL, NULL}}, "https://a.example/v1"},
        {"https://a.example/", "/v1", {{NULL, NULL}}, "https://a.example/v1"},
        {"https://a.example/", "v1", {{NULL, NULL}}, "https://a.example/v1"},
        {"https://a.example", "v1", {{NULL, NULL}}, "https://a.example/v1"},
        {"https://a.example",
         ".evil.example",
         {{NULL, NULL}},
         "https://a.example/.evil.example"},
        {"https://a.example/base", "/v1/", {{NULL, NULL}}, "https://a.example/base/v1/"},
        {"https://a.example/base/", "", {{NULL, NULL}}, "https://a.example/base/"},
        {"https://a.example",
         "/v1",
         {{"b", "2"}, {"a", "1"}},
         "https://a.example/v1?a=1&b=2"},
        {"https://a.example", "/v1", {{"a", NULL}, {"b", NULL}}, "https://a.example/v1"},
        {"https://a.example", "/v1", {{"a", NULL}, {"b", ""}}, "https://a.example/v1?b="},
        {"https://a.example",
         "/",
         {{"$filter", "x eq 'y'"}, {"api-version", "2025-05-01"}},
         "https://a.example/?%24filter=x%20eq%20%27y%27&api-version=2025-05-01"},
        /* By name, then by value; a name is not compared with what comes after it. */
        {"https://a.example",
         "/",
         {{"a", "2"}, {"a-b", "1"}, {"a", "10"}, {"A", "3"}},
         "https://a.example/?A=3&a=10&a=2&a-b=1"},
        /* As encoded: "%" comes before the letters. */
        {"https://a.example",
         "/",
         {{"b", "1"}, {"\xc3\xa4", "2"}, {"Action", "x"}},
         "https://a.example/?%C3%A4=2&Action=x&b=1"},
};

static void test_url__builds_sorted_queries(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(build_rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		size_t n = 0;

		while (n < N_ELEMENTS(build_rows[i].pairs) && build_rows[i].pairs[n].name)
			n++;
		assert_string_equal(url_build(build_rows[i].base, build_rows[i].path,
		                              build_rows[i].pairs, n, a),
		                    build_rows[i].want);
	}
}

static void test_url__order_of_pairs_does_not_matter(void **state)
{
	struct url_pair pairs[] = {
	        {"a", "1"}, {"a", "2"}, {"b", "%"}, {"ab", ""}, {"B", "b"}};

	(void)state;
	random_begin(20261115);
	for (int round = 0; round < 200; round++) {
		ARENA_SCOPED a = arena_new(1024);

		for (int i = N_ELEMENTS(pairs) - 1; i > 0; i--) {
			int other = random_below(i + 1);
			struct url_pair kept = pairs[i];

			pairs[i] = pairs[other];
			pairs[other] = kept;
		}
		assert_string_equal(
		        url_build("https://a.example", "/", pairs, N_ELEMENTS(pairs), a),
		        "https://a.example/?B=b&a=1&a=2&ab=&b=%25");
	}
}

static void test_url__form_keeps_the_order(void **state)
{
	const struct url_pair pairs[] = {{"grant_type", "client_credentials"},
	                                 {"client_secret", "a+b/c= &"},
	                                 {"scope", NULL},
	                                 {"client_id", "1"}};
	ARENA_SCOPED a = arena_new(1024);

	(void)state;
	assert_string_equal(url_form(pairs, N_ELEMENTS(pairs), a),
	                    "grant_type=client_credentials&client_secret=a%2Bb%2Fc%3D%20%26"
	                    "&client_id=1");
	assert_string_equal(url_form(pairs, 0, a), "");
}

static const struct {
	const char *url, *base;
	bool same;
} origin_rows[] = {
        {"https://a.example/x?y", "https://a.example", true},
        {"https://a.example", "https://a.example/v1/", true},
        {"https://A.Example:443/x", "https://a.example/", true},
        {"HTTPS://a.example/x", "https://a.example", true},
        {"https://a.example:/x", "https://a.example", true},
        {"http://127.0.0.1:8080/x", "http://127.0.0.1:8080", true},
        {"http://a.example:80", "http://a.example", true},
        {"https://[::1]:8443/x", "https://[::1]:8443", true},
        {"https://[FE80::1]/x", "https://[fe80::1]", true},
        {"https://a.example?next=https://b.example", "https://a.example", true},
        {"http://a.example", "https://a.example", false},
        {"https://a.example:8443", "https://a.example", false},
        {"http://a.example:443", "https://a.example", false},
        {"https://b.example", "https://a.example", false},
        {"https://a.example.b.example", "https://a.example", false},
        {"https://a.exampl", "https://a.example", false},
        {"https://a.example.", "https://a.example", false},
        {"https://a.example@b.example/", "https://a.example", false},
        {"https://user@a.example/", "https://a.example", false},
        {"https://user:password@a.example/", "https://a.example", false},
        {"https://a.example\\@b.example/", "https://a.example", false},
        {"https://b.example\\.a.example/", "https://a.example", false},
        {"https:\\\\a.example/", "https://a.example", false},
        {"https://a.example%2eb.example/", "https://a.example", false},
        {"https://a.exa\tmple/", "https://a.example", false},
        {"https://a.example/x\r\nHost: b.example", "https://a.example", false},
        {" https://a.example", "https://a.example", false},
        {"https:///a.example", "https://a.example", false},
        {"https:a.example", "https://a.example", false},
        {"//a.example/x", "https://a.example", false},
        {"/x", "https://a.example", false},
        {"", "https://a.example", false},
        {"", "", false},
        {"ftp://a.example", "ftp://a.example", false},
        {"file:///etc/passwd", "file:///etc/passwd", false},
        {"https://a.example:0", "https://a.example:0", false},
        {"https://a.example:65536", "https://a.example:65536", false},
        {"https://a.example:4 43", "https://a.example", false},
        {"https://a.example:+443", "https://a.example", false},
        {"https://[::1/x", "https://[::1/x", false},
        {"https://[::1]x/", "https://[::1]", false},
        {"https://[fe80::1%25eth0]/", "https://[fe80::1%25eth0]/", false},
        {"https://::1/", "https://::1/", false},
};

static void test_url__same_origin(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(origin_rows); i++) {
		if (url_same_origin(origin_rows[i].url, origin_rows[i].base) !=
		    origin_rows[i].same)
			fail_msg("row %zu: \"%s\" and \"%s\"", i, origin_rows[i].url,
			         origin_rows[i].base);
		assert_int_equal(url_same_origin(origin_rows[i].base, origin_rows[i].url),
		                 origin_rows[i].same);
	}
}

static void test_url__host(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	char longest[600] = "https://";

	(void)state;
	assert_string_equal(url_host("https://Login.Example.COM:8443/x?y=z", a),
	                    "login.example.com");
	assert_string_equal(url_host("http://[FE80::A]:1/", a), "fe80::a");
	assert_string_equal(url_host("http://127.0.0.1", a), "127.0.0.1");
	assert_string_equal(url_host("https://a_b.example", a), "a_b.example");
	assert_string_equal(url_host("https://user@a.example", a), "");
	assert_string_equal(url_host("a.example", a), "");
	assert_string_equal(url_host("", a), "");
	memset(longest + 8, 'a', 253);
	assert_int_equal(strlen(url_host(longest, a)), 253);
	longest[8 + 253] = 'a';
	assert_string_equal(url_host(longest, a), "");
}

static const struct {
	const char *url;
	const char *why; /* part of the text; NULL: it is good */
} endpoint_rows[] = {
        {"https://a.example", NULL},
        {"https://a.example/", NULL},
        {"https://a.example:8443/api/v2", NULL},
        {"http://127.0.0.1:8080", NULL},
        {"http://127.255.255.254", NULL},
        {"http://localhost:1/x", NULL},
        {"http://LocalHost", NULL},
        {"http://[::1]:8080", NULL},
        {"http://a.example", "a.example wants https"},
        {"http://localhost.a.example", "wants https"},
        {"http://127.0.0.1.a.example", "wants https"},
        {"http://127.0.0", "wants https"},
        {"http://127.0.0.256", "wants https"},
        {"http://127.0.0.01", "wants https"},
        {"http://127.0.0.", "wants https"},
        {"http://127...1", "wants https"},
        {"http://127.0.0.0.1", "wants https"},
        {"http://128.0.0.1", "wants https"},
        {"http://0.0.0.0", "wants https"},
        {"http://169.254.169.254", "wants https"},
        {"http://[::2]", "wants https"},
        {"https://user:pass-word@a.example", "user name"},
        {"https://a.example/?x=1", "\"?\""},
        {"https://a.example#x", "\"#\""},
        {"https://a.example/a b", "blank"},
        {"https://a.example/a\\b", "backslash"},
        {"https://", "no host"},
        {"https://a.example:99999", "port"},
        {"https://a.ex%41mple", "letter"},
        {"https://[::1", "brackets"},
        {"https://a.example/\n", "control"},
        {"a.example", "https://"},
        {"", "https://"},
};

static void test_url__check_endpoint(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(endpoint_rows); i++) {
		struct error err = {0};
		int code = url_check_endpoint(endpoint_rows[i].url, &err);

		if (!endpoint_rows[i].why) {
			if (code != 0)
				fail_msg("\"%s\": %s", endpoint_rows[i].url, err.text);
			continue;
		}
		assert_int_equal(code, ERR_INVALID);
		if (!strstr(err.text, endpoint_rows[i].why))
			fail_msg("\"%s\": %s", endpoint_rows[i].url, err.text);
		assert_null(strstr(err.text, "pass-word"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_url__encodes_all_but_unreserved),
	        cmocka_unit_test(test_url__builds_sorted_queries),
	        cmocka_unit_test(test_url__order_of_pairs_does_not_matter),
	        cmocka_unit_test(test_url__form_keeps_the_order),
	        cmocka_unit_test(test_url__same_origin),
	        cmocka_unit_test(test_url__host),
	        cmocka_unit_test(test_url__check_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
