/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may go on to evhttp: a table of requests, each cut at every place and byte by
 * byte, and random ones.  The rows with a status are the request matrix.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "support/http_run.h"
#include "support/random.h"

#define CAP 20 /* bytes of a body to /b */

static int64_t body_cap(const char *method, const char *path, void *ctx)
{
	(void)ctx;
	if (strcmp(path, "/b") != 0)
		return -1;
	return strcmp(method, "DELETE") == 0 ? 0 : CAP;
}

static const struct http_limits limits = {
        .max_head = 600, .max_line = 200, .max_headers = 10, .body_cap = body_cap};

struct row {
	const char *name;
	const char *in;
	size_t size;
	unsigned int status; /* 0: it is fine */
	unsigned int n_requests;
	const char *passed; /* NULL: all of it */
};

/* clang-format off */
#define TEXT(s)     (s), sizeof(s) - 1
#define GET         "GET / HTTP/1.1\r\n"
#define H           "Host: a\r\n"
#define POST        "POST /b HTTP/1.1\r\n" H
#define CHUNKED     POST "Transfer-Encoding: chunked\r\n\r\n"
#define TEN(s)      s s s s s s s s s s
#define HUNDRED(s)  TEN(TEN(s))
#define FINE(s)     TEXT(s), 0, 1, NULL
#define FINE_N(s,n) TEXT(s), 0, n, NULL
#define AS(s, p)    TEXT(s), 0, 1, p
#define NO(s, code) TEXT(s), code, 0, ""
#define HEAD_OF(s, code, p) TEXT(s), code, 0, p

static const struct row rows[] = {
	{"nothing", FINE_N("", 0)},
	{"a GET", FINE(GET H "\r\n")},
	{"two of them", FINE_N(GET H "\r\n" GET H "\r\n", 2)},
	{"half of one", TEXT(GET "Ho"), 0, 0, ""},
	{"an empty line before", AS("\r\n" GET H "\r\n", GET H "\r\n")},
	{"an empty line between", TEXT(GET H "\r\n\r\n" GET H "\r\n"), 0, 2, GET H "\r\n" GET H "\r\n"},
	{"two empty lines before", NO("\r\n\r\n" GET H "\r\n", 400)},
	{"HTTP/1.0", FINE("GET / HTTP/1.0\r\n\r\n")},
	{"HTTP/1.0 with Host", FINE("GET / HTTP/1.0\r\n" H "\r\n")},
	{"every method", FINE_N("GET / HTTP/1.1\r\n" H "\r\n" "HEAD / HTTP/1.1\r\n" H "\r\n" "POST / HTTP/1.1\r\n" H "\r\n"
		"PUT / HTTP/1.1\r\n" H "\r\n" "PATCH / HTTP/1.1\r\n" H "\r\n" "DELETE / HTTP/1.1\r\n" H "\r\n"
		"OPTIONS / HTTP/1.1\r\n" H "\r\n", 7)},
	{"a query", FINE("GET /a/b;c=1?x[]={y}|z&q=%20'%c3%A9' HTTP/1.1\r\n" H "\r\n")},
	{"high bytes in a value", FINE(GET H "X: \xc3\xa9\t\xff\r\n\r\n")},
	{"an empty value", FINE(GET H "X:\r\n\r\n")},

	/* bodies */
	{"a body", FINE(POST "Content-Length: 5\r\n\r\nhello")},
	{"a body and a request", FINE_N(POST "Content-Length: 5\r\n\r\nhello" GET H "\r\n", 2)},
	{"the largest body", FINE(POST "Content-Length: 20\r\n\r\n12345678901234567890")},
	{"zeros before", FINE(POST "Content-Length: 0005\r\n\r\nhello")},
	{"an empty body", FINE(GET H "Content-Length: 0\r\n\r\n")},
	{"a blank and a tab about the length", FINE(POST "Content-Length: \t5\t \r\n\r\nhello")},
	{"half a body", TEXT(POST "Content-Length: 5\r\n\r\nhel"), 0, 0, NULL},
	{"chunks", AS(CHUNKED "5\r\nhello\r\n00a\r\n0123456789\r\n0\r\n\r\n",
		CHUNKED "5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n")},
	{"no chunk at all", AS(CHUNKED "000\r\n\r\n", CHUNKED "0\r\n\r\n")},
	{"Chunked", AS(POST "transfer-ENCODING: ChunkeD\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		POST "transfer-ENCODING: ChunkeD\r\n\r\n1\r\nx\r\n0\r\n\r\n")},
	{"chunk extensions", AS(CHUNKED "1;a\r\nx\r\n1 ; b=\"c;d\"\r\ny\r\nA\t;e\r\n0123456789\r\n0;f\r\n\r\n",
		CHUNKED "1\r\nx\r\n1\r\ny\r\na\r\n0123456789\r\n0\r\n\r\n")},
	{"trailers are dropped", AS(CHUNKED "1\r\nx\r\n0\r\nContent-Length: 9\r\nX: y\r\n\r\n",
		CHUNKED "1\r\nx\r\n0\r\n\r\n")},
	{"chunks up to the cap", AS(CHUNKED "14\r\n01234567890123456789\r\n0\r\n\r\n",
		CHUNKED "14\r\n01234567890123456789\r\n0\r\n\r\n")},
	{"100-continue", FINE(POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx")},
	{"any expectation in HTTP/1.0", FINE("GET / HTTP/1.0\r\nExpect: x\r\n\r\n")},

	/* Content-Length */
	{"two lengths", NO(POST "Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello", 400)},
	{"the same length twice", NO(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400)},
	{"a list of lengths", NO(POST "Content-Length: 5, 5\r\n\r\nhello", 400)},
	{"+5", NO(POST "Content-Length: +5\r\n\r\nhello", 400)},
	{"-5", NO(POST "Content-Length: -5\r\n\r\nhello", 400)},
	{"0x5", NO(POST "Content-Length: 0x5\r\n\r\nhello", 400)},
	{"5 5", NO(POST "Content-Length: 5 5\r\n\r\nhello", 400)},
	{"no length in the length", NO(POST "Content-Length:\r\n\r\nhello", 400)},
	{"a length of 30 digits", NO(POST "Content-Length: 100000000000000000000000000000\r\n\r\n", 413)},
	{"a length that wraps around", NO(POST "Content-Length: 18446744073709551617\r\n\r\n", 413)},
	{"a body too large", NO(POST "Content-Length: 21\r\n\r\n", 413)},
	{"a body where none is taken", NO("POST / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx", 400)},
	{"a body larger than nothing", NO("DELETE /b HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx", 413)},
	{"a body to HEAD", NO("HEAD /b HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx", 400)},
	{"chunks to HEAD", NO("HEAD /b HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)},

	/* Transfer-Encoding */
	{"length and chunks", NO(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)},
	{"chunks and length", NO(POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400)},
	{"xchunked", NO(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501)},
	{"gzip, chunked", NO(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501)},
	{"chunked, chunked", NO(POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 501)},
	{"chunked;q=1", NO(POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", 501)},
	{"identity", NO(POST "Transfer-Encoding: identity\r\n\r\n", 501)},
	{"two codings", NO(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)},
	{"an empty coding", NO(POST "Transfer-Encoding: \r\n\r\n", 400)},
	{"chunks in HTTP/1.0", NO("POST /b HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)},
	{"chunks where no body is taken", NO("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)},

	/* chunks */
	{"chunk 0x5", HEAD_OF(CHUNKED "0x5\r\nhello\r\n0\r\n\r\n", 400, CHUNKED)},
	{"chunk +5", HEAD_OF(CHUNKED "+5\r\nhello\r\n0\r\n\r\n", 400, CHUNKED)},
	{"chunk -5", HEAD_OF(CHUNKED "-5\r\n", 400, CHUNKED)},
	{"chunk \" 5\"", HEAD_OF(CHUNKED " 5\r\nhello\r\n0\r\n\r\n", 400, CHUNKED)},
	{"chunk \"5 \"", HEAD_OF(CHUNKED "5 \r\nhello\r\n0\r\n\r\n", 400, CHUNKED)},
	{"chunk g", HEAD_OF(CHUNKED "g\r\n", 400, CHUNKED)},
	{"no chunk size", HEAD_OF(CHUNKED "\r\n", 400, CHUNKED)},
	{"an extension without a size", HEAD_OF(CHUNKED ";a\r\n", 400, CHUNKED)},
	{"17 digits", HEAD_OF(CHUNKED "00000000000000005\r\nhello\r\n0\r\n\r\n", 400, CHUNKED)},
	{"16 digits", HEAD_OF(CHUNKED "ffffffffffffffff\r\n", 413, CHUNKED)},
	{"a chunk too large", HEAD_OF(CHUNKED "15\r\n", 413, CHUNKED)},
	{"chunks too large in all", HEAD_OF(CHUNKED "a\r\n0123456789\r\nb\r\n", 413, CHUNKED "a\r\n0123456789\r\n")},
	{"an extension too long", HEAD_OF(CHUNKED "1;" TEN(TEN("xxx")) "\r\nx\r\n0\r\n\r\n", 400, CHUNKED)},
	{"too many extensions", HEAD_OF(CHUNKED TEN("1;" TEN("1234567890") "\r\nx\r\n"), 400,
		CHUNKED "1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n")},
	{"a chunk longer than its size", HEAD_OF(CHUNKED "1\r\nxy\r\n0\r\n\r\n", 400, CHUNKED "1\r\nx")},
	{"a chunk that ends with a bare LF", HEAD_OF(CHUNKED "1\r\nx\n0\r\n\r\n", 400, CHUNKED "1\r\nx")},
	{"a chunk that ends with a bare CR", HEAD_OF(CHUNKED "1\r\nx\r0\r\n\r\n", 400, CHUNKED "1\r\nx")},
	{"a size that ends with a bare LF", HEAD_OF(CHUNKED "1\nx\r\n0\r\n\r\n", 400, CHUNKED)},
	{"NUL in an extension", HEAD_OF(CHUNKED "1;\0\r\n", 400, CHUNKED)},
	{"a trailer without a colon", HEAD_OF(CHUNKED "0\r\nx\r\n\r\n", 400, CHUNKED "0\r\n")},
	{"a folded trailer", HEAD_OF(CHUNKED "0\r\nx: y\r\n z\r\n\r\n", 400, CHUNKED "0\r\n")},
	{"trailers too large", HEAD_OF(CHUNKED "0\r\n" HUNDRED("X: yz\r\n") "\r\n", 431, CHUNKED "0\r\n")},

	/* headers */
	{"a blank before the colon", NO(GET H "X : b\r\n\r\n", 400)},
	{"an empty name", NO(GET H ": b\r\n\r\n", 400)},
	{"no colon", NO(GET H "X\r\n\r\n", 400)},
	{"a name with a blank", NO(GET H "X Y: b\r\n\r\n", 400)},
	{"a name with high bytes", NO(GET H "X\xc3\xa9: b\r\n\r\n", 400)},
	{"a folded header", NO(GET H "X: a\r\n b\r\n\r\n", 400)},
	{"a header folded by a tab", NO(GET H "X: a\r\n\tb\r\n\r\n", 400)},
	{"a blank before the first header", NO(GET " " H "\r\n", 400)},
	{"NUL in a value", NO(GET H "X: a\0b\r\n\r\n", 400)},
	{"NUL in a name", NO(GET H "X\0: a\r\n\r\n", 400)},
	{"a control character in a value", NO(GET H "X: a\x01\r\n\r\n", 400)},
	{"DEL in a value", NO(GET H "X: a\x7f\r\n\r\n", 400)},
	{"a bare LF", NO(GET H "X: a\nY: b\r\n\r\n", 400)},
	{"bare LFs all over", NO("GET / HTTP/1.1\nHost: a\n\n", 400)},
	{"a bare LF in the end", NO(GET H "\n", 400)},
	{"a bare CR", NO(GET H "X: a\rb\r\n\r\n", 400)},
	{"CR CR LF", NO(GET H "X: a\r\r\n\r\n", 400)},
	{"no Host", NO(GET "\r\n", 400)},
	{"two Hosts", NO(GET H H "\r\n", 400)},
	{"two Hosts in HTTP/1.0", NO("GET / HTTP/1.0\r\n" H H "\r\n", 400)},
	{"an empty Host", NO(GET "Host:\r\n\r\n", 400)},
	{"a Host with a path", NO(GET "Host: a/b\r\n\r\n", 400)},
	{"a Host with a user", NO(GET "Host: u@a\r\n\r\n", 400)},
	{"a list of Hosts", NO(GET "Host: a, b\r\n\r\n", 400)},
	{"a Host with a bad port", NO(GET "Host: a:8x\r\n\r\n", 400)},
	{"a Host with a long port", NO(GET "Host: a:123456\r\n\r\n", 400)},
	{"a Host with an open bracket", NO(GET "Host: [::1\r\n\r\n", 400)},
	{"a Host with text behind the bracket", NO(GET "Host: [::1]x\r\n\r\n", 400)},
	{"a port alone", NO(GET "Host: :80\r\n\r\n", 400)},
	{"a Host with a port", FINE(GET "Host: a-b.c_d:8080\r\n\r\n")},
	{"a Host with an empty port", FINE(GET "Host: a:\r\n\r\n")},
	{"a Host in brackets", FINE(GET "Host: [::ffff:1.2.3.4]:80\r\n\r\n")},
	{"ten headers", FINE(GET H TEN("") "A: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\nA: 5\r\nA: 6\r\nA: 7\r\nA: 8\r\nA: 9\r\n\r\n")},
	{"eleven headers", NO(GET H TEN("A: 1\r\n") "\r\n", 431)},
	{"a head too large", NO(GET H "X: " TEN(TEN("123456")) "\r\n\r\n", 431)},
	{"another expectation", NO(POST "Expect: 200-ok\r\nContent-Length: 1\r\n\r\nx", 417)},
	{"an expectation behind a tab", NO(POST "Expect:\t100-continue\r\nContent-Length: 1\r\n\r\nx", 417)},

	/* the request line */
	{"a line too long", NO("GET /" HUNDRED("xxx") " HTTP/1.1\r\n" H "\r\n", 414)},
	{"a line without an end", NO(HUNDRED("xxx"), 414)},
	{"BREW", NO("BREW / HTTP/1.1\r\n" H "\r\n", 405)},
	{"get", NO("get / HTTP/1.1\r\n" H "\r\n", 405)},
	{"TRACE", NO("TRACE / HTTP/1.1\r\n" H "\r\n", 405)},
	{"CONNECT", NO("CONNECT a:443 HTTP/1.1\r\n" H "\r\n", 405)},
	{"a method that is no token", NO("G(T / HTTP/1.1\r\n" H "\r\n", 400)},
	{"no method", NO(" / HTTP/1.1\r\n" H "\r\n", 400)},
	{"HTTP/0.9", NO("GET /\r\n", 400)},
	{"HTTP/1.2", NO("GET / HTTP/1.2\r\n" H "\r\n", 505)},
	{"HTTP/2.0", NO("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)},
	{"HTTP/0.9 by name", NO("GET / HTTP/0.9\r\n" H "\r\n", 505)},
	{"http/1.1", NO("GET / http/1.1\r\n" H "\r\n", 400)},
	{"HTTP/1.1.1", NO("GET / HTTP/1.1.1\r\n" H "\r\n", 400)},
	{"HTTP/01.1", NO("GET / HTTP/01.1\r\n" H "\r\n", 400)},
	{"two blanks", NO("GET  / HTTP/1.1\r\n" H "\r\n", 400)},
	{"two blanks behind the target", NO("GET /  HTTP/1.1\r\n" H "\r\n", 400)},
	{"a blank in the target", NO("GET /a b HTTP/1.1\r\n" H "\r\n", 400)},
	{"a blank in the end", NO("GET / HTTP/1.1 \r\n" H "\r\n", 400)},
	{"tabs", NO("GET\t/\tHTTP/1.1\r\n" H "\r\n", 400)},
	{"a URL", NO("GET http://a/ HTTP/1.1\r\n" H "\r\n", 400)},
	{"an asterisk", NO("OPTIONS * HTTP/1.1\r\n" H "\r\n", 400)},
	{"no slash", NO("GET a HTTP/1.1\r\n" H "\r\n", 400)},
	{"two slashes", NO("GET //a/b HTTP/1.1\r\n" H "\r\n", 400)},
	{"a fragment", NO("GET /#a HTTP/1.1\r\n" H "\r\n", 400)},
	{"high bytes in the target", NO("GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", 400)},
	{"a bad escape", NO("GET /%zz HTTP/1.1\r\n" H "\r\n", 400)},
	{"a cut escape", NO("GET /%a HTTP/1.1\r\n" H "\r\n", 400)},
	{"an escaped NUL", NO("GET /%00 HTTP/1.1\r\n" H "\r\n", 400)},
	{"brackets in the path", NO("GET /[a] HTTP/1.1\r\n" H "\r\n", 400)},
	{"NUL in the line", NO("GET /\0 HTTP/1.1\r\n" H "\r\n", 400)},
	{"TLS", NO("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400)},
};
/* clang-format on */

static void run_cut(struct http_run *r, const struct row *row, size_t at)
{
	http_run_begin(r, &limits);
	http_run_feed(r, row->in, at);
	http_run_feed(r, row->in + at, row->size - at);
}

static void check_row(const struct row *row, const struct http_run *r)
{
	const unsigned int status = r->is_refused ? problem_status(r->stream.problem) : 0;
	const char *want = row->passed ? row->passed : row->in;
	const size_t want_size = row->passed ? strlen(row->passed) : row->size;

	if (status != row->status)
		fail_msg("%s: wanted %u, got %u (%s)", row->name, row->status, status,
		         r->is_refused ? r->stream.detail : "passed");
	if (r->n_requests != row->n_requests)
		fail_msg("%s: wanted %u requests, got %u", row->name, row->n_requests,
		         r->n_requests);
	if (r->passed.size != want_size ||
	    memcmp(strbuf_text(&r->passed), want, want_size) != 0)
		fail_msg("%s: passed \"%s\"", row->name, strbuf_text(&r->passed));
}

static void test_http_head__refuses_what_could_be_read_otherwise(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct http_run r;

		run_cut(&r, &rows[i], rows[i].size);
		check_row(&rows[i], &r);
		http_run_end(&r);
	}
}

static void test_http_head__does_not_care_how_bytes_were_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct row *row = &rows[i];
		struct http_run whole, other;

		run_cut(&whole, row, row->size);
		for (size_t at = 0; at <= row->size; at++) {
			run_cut(&other, row, at);
			if (!http_run_is_same(&whole, &other))
				fail_msg("%s: cut at %zu it is read otherwise", row->name,
				         at);
			http_run_end(&other);
		}
		http_run_begin(&other, &limits);
		for (size_t at = 0; at < row->size; at++)
			http_run_feed(&other, row->in + at, 1);
		if (!http_run_is_same(&whole, &other))
			fail_msg("%s: byte by byte it is read otherwise", row->name);
		http_run_end(&other);
		http_run_end(&whole);
	}
}

/* A stream of random rows, bytes of it changed, cut at random. */
static void test_http_head__random_streams_do_not_care_either(void **state)
{
	static const char favourites[] = "\r\n\0:; ,/%?#x0A5+-\t\x80";
	struct strbuf text = {0};

	(void)state;
	random_begin(20261125);
	for (int round = 0; round < 4000; round++) {
		struct http_run whole, other;
		size_t at = 0;

		strbuf_reset(&text);
		for (int n = random_below(4); n >= 0; n--) {
			const struct row *row = &rows[random_below(N_ELEMENTS(rows))];

			strbuf_put(&text, row->in, row->size);
		}
		for (int n = random_below(4); n > 0 && text.size; n--)
			text.data[random_below((int)text.size)] =
			        favourites[random_below(sizeof(favourites))];
		http_run_begin(&whole, &limits);
		http_run_feed(&whole, text.data, text.size);
		http_run_begin(&other, &limits);
		while (at < text.size) {
			size_t n = (size_t)random_below(60) + 1;

			n = n < text.size - at ? n : text.size - at;
			http_run_feed(&other, text.data + at, n);
			at += n;
		}
		if (!http_run_is_same(&whole, &other))
			fail_msg("round %d is read otherwise: %s", round, text.data);
		http_run_end(&whole);
		http_run_end(&other);
	}
	strbuf_done(&text);
}

static void check_known(const char *in, const char *method, const char *path, bool is_head,
                        bool wants_close)
{
	struct http_run r;

	http_run_begin(&r, &limits);
	http_run_feed(&r, in, strlen(in));
	assert_string_equal(r.stream.method, method);
	assert_string_equal(r.stream.path, path);
	assert_int_equal(r.stream.is_head, is_head);
	assert_int_equal(r.stream.wants_close, wants_close);
	http_run_end(&r);
}

static void test_http_head__knows_what_was_asked(void **state)
{
	(void)state;
	check_known("GET /a/b?c=d HTTP/1.1\r\n" H "\r\n", "GET", "/a/b", false, false);
	check_known("HEAD /? HTTP/1.1\r\n" H "\r\n", "HEAD", "/", true, false);
	check_known(GET H "Connection: close\r\n\r\n", "GET", "/", false, true);
	check_known(GET H "Connection: TE , Close\r\n\r\n", "GET", "/", false, true);
	check_known(GET H "Connection: te\r\nConnection: close\r\n\r\n", "GET", "/", false,
	            true);
	check_known(GET H "Connection: closed\r\n\r\n", "GET", "/", false, false);
	check_known("GET / HTTP/1.0\r\n\r\n", "GET", "/", false, true);
	check_known("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET", "/", false,
	            false);
	/* refused ones too, as far as they can be read */
	check_known("BREW /pot HTTP/1.1\r\n" H "\r\n", "", "/pot", false, false);
	check_known("HEAD /a HTTP/1.1\r\n\r\n", "HEAD", "/a", true, false);
	check_known("HEAD /a\n", "HEAD", "", true, false);
	check_known("HEAD /" HUNDRED("xxx"), "HEAD", "", true, false);
	check_known("GET http://a/b HTTP/1.1\r\n", "GET", "", false, false);
}

static void test_http_head__cuts_a_long_path(void **state)
{
	static const struct http_limits wide = {
	        .max_head = 2000, .max_line = 1000, .max_headers = 10};
	char in[700];
	struct http_run r;
	const int n = snprintf(in, sizeof(in), "GET /%0400d HTTP/1.1\r\n" H "\r\n", 1);

	(void)state;
	http_run_begin(&r, &wide);
	http_run_feed(&r, in, (size_t)n);
	assert_int_equal(r.n_requests, 1);
	assert_int_equal(strlen(r.stream.path), HTTP_PATH_MAX - 1);
	http_run_end(&r);
}

/* One request: before, then fill times 'x', then after. */
static bool is_filled_refused(const char *before, int fill, const char *after, size_t size)
{
	struct strbuf in = {0};
	struct http_run r;
	bool is_refused;

	strbuf_puts(&in, before);
	for (int i = 0; i < fill; i++)
		strbuf_putc(&in, 'x');
	strbuf_puts(&in, after);
	assert_int_equal(in.size, size);
	http_run_begin(&r, &limits);
	http_run_feed(&r, in.data, in.size);
	is_refused = r.is_refused;
	http_run_end(&r);
	strbuf_done(&in);
	return is_refused;
}

static void test_http_head__keeps_to_its_limits(void **state)
{
	static const char rest[] = " HTTP/1.1\r\n" H "\r\n";

	(void)state;
	/* The line, 200 bytes, and the head, 600: as large as may be, and one byte more. */
	assert_false(is_filled_refused("GET /", 184, rest, 200 + 11));
	assert_true(is_filled_refused("GET /", 185, rest, 201 + 11));
	assert_false(is_filled_refused(GET H "X: ", 568, "\r\n\r\n", 600));
	assert_true(is_filled_refused(GET H "X: ", 569, "\r\n\r\n", 601));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_http_head__refuses_what_could_be_read_otherwise),
	        cmocka_unit_test(test_http_head__does_not_care_how_bytes_were_cut),
	        cmocka_unit_test(test_http_head__random_streams_do_not_care_either),
	        cmocka_unit_test(test_http_head__knows_what_was_asked),
	        cmocka_unit_test(test_http_head__cuts_a_long_path),
	        cmocka_unit_test(test_http_head__keeps_to_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
