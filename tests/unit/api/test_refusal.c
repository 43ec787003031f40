/* SPDX-License-Identifier: Apache-2.0 */
/* The guard's own answers, byte for byte but for the date. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/refusal.h"

static void check(const struct refusal *r, const char *more_headers, const char *body)
{
	struct strbuf got = {0}, want = {0};
	const unsigned int status = problem_status(r->name);

	refusal_write(r, &got);
	strbuf_printf(&want,
	              "HTTP/1.1 %u %s\r\nX-Request-Id: abc\r\nDate: %s\r\n"
	              "Content-Type: application/problem+json\r\nContent-Length: %zu\r\n"
	              "Connection: close\r\nCache-Control: no-store\r\n"
	              "X-Content-Type-Options: nosniff\r\n%s\r\n%s",
	              status, status_phrase(status), http_date(), strlen(body),
	              more_headers, r->is_head ? "" : body);
	assert_string_equal(strbuf_text(&got), strbuf_text(&want));
	strbuf_done(&got);
	strbuf_done(&want);
}

static void test_refusal__is_a_whole_answer(void **state)
{
	(void)state;
	check(&(struct refusal){.name = PROBLEM_INVALID_REQUEST,
	                        .detail = "There is no Host.",
	                        .path = "/a",
	                        .request_id = "abc"},
	      "",
	      "{\"type\":\"/problems/invalid-request\",\"title\":\"Invalid "
	      "request\",\"status\":400,"
	      "\"detail\":\"There is no "
	      "Host.\",\"instance\":\"/a\",\"request_id\":\"abc\"}");
	check(&(struct refusal){.name = PROBLEM_METHOD_NOT_ALLOWED,
	                        .detail = "No.",
	                        .path = "",
	                        .request_id = "abc",
	                        .allow = "GET"},
	      "Allow: GET\r\n",
	      "{\"type\":\"/problems/method-not-allowed\",\"title\":\"Method not allowed\","
	      "\"status\":405,\"detail\":\"No.\",\"request_id\":\"abc\"}");
	check(&(struct refusal){.name = PROBLEM_OVERLOADED,
	                        .detail = "No.",
	                        .path = "",
	                        .request_id = "abc",
	                        .retry_after_s = 5,
	                        .is_head = true},
	      "Retry-After: 5\r\n",
	      "{\"type\":\"/problems/overloaded\",\"title\":\"Overloaded\","
	      "\"status\":503,\"detail\":\"No.\",\"request_id\":\"abc\"}");
}

static void test_http_date__is_as_rfc_9110_wants_it(void **state)
{
	const char *date = http_date();
	char month[4];
	int d, y, h, m, s;

	(void)state;
	assert_int_equal(strlen(date), 29);
	assert_int_equal(
	        sscanf(date + 5, "%2d %3s %4d %2d:%2d:%2d GMT", &d, month, &y, &h, &m, &s),
	        6);
	assert_in_range(y, 2026, 2200);
	assert_string_equal(date + 25, " GMT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_refusal__is_a_whole_answer),
	        cmocka_unit_test(test_http_date__is_as_rfc_9110_wants_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
