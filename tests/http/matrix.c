/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request matrix against a running server, whichever:
 *   matrix [--tls] [--body-path PATH] ADDRESS PORT [PATH] ["NAME: VALUE"]
 * PATH (else "/") is what GET and HEAD may ask, with the header given; --body-path names
 * what takes a POST of any bytes and echoes it, for the rows that want one.
 * One line a row that fails; the exit code is 0 when none did.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/strbuf.h"

#include "client.h"

#define PATIENCE_MS 5000

enum flags {
	IS_HEAD = 1 << 0,
	WANTS_BODY_PATH = 1 << 1, /* is skipped without one */
};

/* @P is the path, @B the one for bodies, @H what every good head has. */
struct row {
	const char *name;
	const char *in;
	size_t size;
	unsigned int status[3]; /* any of them; none: as a plain GET */
	unsigned int flags;
};

/* clang-format off */
#define TEXT(s)    (s), sizeof(s) - 1
#define GET        "GET @P HTTP/1.1\r\n"
#define POST       "POST @B HTTP/1.1\r\n@H"
#define CHUNKED    POST "Transfer-Encoding: chunked\r\n\r\n"
#define SMUGGLED   "GET @P HTTP/1.1\r\n@H\r\n"
#define TEN(s)     s s s s s s s s s s
#define HUNDRED(s) TEN(TEN(s))

/* What is refused, with a problem document and the end of the connection. */
static const struct row refused[] = {
	{"two Content-Lengths (3 and 5)", TEXT(POST "Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello" SMUGGLED), {400}, 0},
	{"the same Content-Length twice", TEXT(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" SMUGGLED), {400}, 0},
	{"Transfer-Encoding and Content-Length", TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" SMUGGLED), {400}, 0},
	{"Content-Length and Transfer-Encoding", TEXT(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED), {400}, 0},
	{"chunk size 0x5", TEXT(CHUNKED "0x5\r\nhello\r\n0\r\n\r\n" SMUGGLED), {400}, 0},
	{"chunk size +5", TEXT(CHUNKED "+5\r\nhello\r\n0\r\n\r\n" SMUGGLED), {400}, 0},
	{"chunk size of 17 digits", TEXT(CHUNKED "00000000000000005\r\nhello\r\n0\r\n\r\n" SMUGGLED), {400}, 0},
	{"chunk size of 2^64", TEXT(CHUNKED "10000000000000000\r\n" SMUGGLED), {400}, 0},
	{"a chunk without its end", TEXT(CHUNKED "5\r\nhello0\r\n\r\n" SMUGGLED), {400}, 0},
	{"a chunk extension of 1000 bytes", TEXT(CHUNKED "5;" HUNDRED("0123456789") "\r\nhello\r\n0\r\n\r\n"), {400}, 0},
	{"Transfer-Encoding: xchunked", TEXT(POST "Transfer-Encoding: xchunked\r\n\r\n" SMUGGLED), {400, 501}, 0},
	{"Transfer-Encoding: gzip, chunked", TEXT(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SMUGGLED), {400, 501}, 0},
	{"Transfer-Encoding: chunked, twice", TEXT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED), {400, 501}, 0},
	{"Transfer-Encoding in HTTP/1.0", TEXT("POST @B HTTP/1.0\r\n@HTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), {400}, 0},
	{"Content-Length: +5", TEXT(POST "Content-Length: +5\r\n\r\nhello" SMUGGLED), {400}, 0},
	{"Content-Length: 5, 5", TEXT(POST "Content-Length: 5, 5\r\n\r\nhello" SMUGGLED), {400}, 0},
	{"Content-Length: nothing", TEXT(POST "Content-Length: \r\n\r\nhello" SMUGGLED), {400}, 0},
	{"X-A : b", TEXT(GET "@HX-A : b\r\n\r\n"), {400}, 0},
	{": b", TEXT(GET "@H: b\r\n\r\n"), {400}, 0},
	{"no colon", TEXT(GET "@HX-A\r\n\r\n"), {400}, 0},
	{"a folded header", TEXT(GET "@HX-A: a\r\n b\r\n\r\n"), {400}, 0},
	{"a header folded by a tab", TEXT(GET "@HX-A: a\r\n\tb\r\n\r\n"), {400}, 0},
	{"NUL in a value", TEXT(GET "@HX-A: a\0b\r\n\r\n"), {400}, 0},
	{"a control character in a value", TEXT(GET "@HX-A: a\x02z\r\n\r\n"), {400}, 0},
	{"a bare LF", TEXT(GET "@HX-A: a\nX-B: b\r\n\r\n"), {400}, 0},
	{"bare LFs alone", TEXT("GET @P HTTP/1.1\nHost: a\n\n"), {400}, 0},
	{"a bare CR", TEXT(GET "@HX-A: a\rX-B: b\r\n\r\n"), {400}, 0},
	{"no Host", TEXT(GET "\r\n"), {400}, 0},
	{"two Hosts", TEXT(GET "@HHost: b\r\n\r\n"), {400}, 0},
	{"a malformed Host", TEXT(GET "Host: a/b@c\r\n\r\n"), {400}, 0},
	{"700 headers in 8 KB", TEXT(GET "@H" TEN(TEN("a:b\r\na:b\r\na:b\r\na:b\r\na:b\r\na:b\r\na:b\r\n")) "\r\n"), {431}, 0},
	{"101 headers", TEXT(GET "@H" TEN(TEN("X: y\r\n")) "X: y\r\n\r\n"), {431}, 0},
	{"a head over 16 KB", TEXT(GET "@HX: " TEN(HUNDRED("01234567890123456789")) "\r\n\r\n"), {431}, 0},
	{"a URI over 8 KB", TEXT("GET /" TEN(HUNDRED("0123456789")) " HTTP/1.1\r\n@H\r\n"), {414}, 0},
	{"a HEAD of a URI over 8 KB", TEXT("HEAD /" TEN(HUNDRED("0123456789")) " HTTP/1.1\r\n@H\r\n"), {414}, IS_HEAD},
	{"a body too large, announced", TEXT(POST "Content-Length: 9999999999\r\n\r\n" HUNDRED(HUNDRED("x"))), {413, 400}, 0},
	{"a body too large, in chunks", TEXT(CHUNKED "fffffffff\r\n" HUNDRED(HUNDRED("x"))), {413, 400}, 0},
	{"a PUT too large", TEXT("PUT @B HTTP/1.1\r\n@HContent-Length: 9999999999\r\n\r\n"), {413, 400}, 0},
	{"a DELETE too large", TEXT("DELETE @B HTTP/1.1\r\n@HContent-Length: 9999999999\r\n\r\n"), {413, 400}, 0},
	{"a PATCH with two lengths", TEXT("PATCH @B HTTP/1.1\r\n@HContent-Length: 3\r\nContent-Length: 5\r\n\r\nhello" SMUGGLED), {400}, 0},
	{"a body to HEAD", TEXT("HEAD @P HTTP/1.1\r\n@HContent-Length: 5\r\n\r\nhello"), {400}, IS_HEAD},
	{"an unknown method", TEXT("BREW @P HTTP/1.1\r\n@H\r\n"), {405}, 0},
	{"a method in small letters", TEXT("get @P HTTP/1.1\r\n@H\r\n"), {405}, 0},
	{"TRACE", TEXT("TRACE @P HTTP/1.1\r\n@H\r\n"), {405}, 0},
	{"CONNECT", TEXT("CONNECT a:443 HTTP/1.1\r\n@H\r\n"), {405}, 0},
	{"a URL as target", TEXT("GET http://a@P HTTP/1.1\r\n@H\r\n"), {400}, 0},
	{"two slashes", TEXT("GET //a@P HTTP/1.1\r\n@H\r\n"), {400}, 0},
	{"a blank in the target", TEXT("GET /a b HTTP/1.1\r\n@H\r\n"), {400}, 0},
	{"an escaped NUL", TEXT("GET /%00 HTTP/1.1\r\n@H\r\n"), {400}, 0},
	{"HTTP/1.2", TEXT("GET @P HTTP/1.2\r\n@H\r\n"), {505}, 0},
	{"HTTP/2.0", TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), {505}, 0},
	{"HTTP/0.9", TEXT("GET @P\r\n"), {400}, 0},
	{"no HTTP at all", TEXT("hello\r\n"), {400}, 0},
	{"TLS", TEXT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), {400}, 0},
	{"another expectation", TEXT(GET "@HExpect: the-unexpected\r\n\r\n"), {417}, 0},
};

/* What is answered, as a plain GET where no status is given; the connection goes on. */
static const struct row answered[] = {
	{"GET", TEXT(GET "@H\r\n"), {0}, 0},
	{"HEAD", TEXT("HEAD @P HTTP/1.1\r\n@H\r\n"), {0}, IS_HEAD},
	{"an empty line before", TEXT("\r\n" GET "@H\r\n"), {0}, 0},
	{"99 headers", TEXT(GET "@H" TEN("X: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\nX: y\r\n") "\r\n"), {0}, 0},
	{"HTTP/1.0, kept", TEXT("GET @P HTTP/1.0\r\n@HConnection: keep-alive\r\n\r\n"), {0}, 0},
	{"Content-Length: 0", TEXT(GET "@HContent-Length: 0\r\n\r\n"), {0}, 0},
	{"a body", TEXT(POST "Content-Length: 5\r\n\r\nhello"), {200}, WANTS_BODY_PATH},
	{"a body to PUT", TEXT("PUT @B HTTP/1.1\r\n@HContent-Length: 5\r\n\r\nhello"), {200}, WANTS_BODY_PATH},
	{"a body to PATCH", TEXT("PATCH @B HTTP/1.1\r\n@HContent-Length: 5\r\n\r\nhello"), {200}, WANTS_BODY_PATH},
	{"Expect: 100-continue", TEXT(POST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"), {200}, WANTS_BODY_PATH},
	{"chunks", TEXT(CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), {200}, WANTS_BODY_PATH},
	{"chunks with extensions", TEXT(CHUNKED "2;a=b\r\nhe\r\n3 ; c\r\nllo\r\n0\r\n\r\n"), {200}, WANTS_BODY_PATH},
	{"trailers, dropped", TEXT(CHUNKED "5\r\nhello\r\n0\r\nHost: b\r\nContent-Length: 3\r\n\r\n"), {200}, WANTS_BODY_PATH},
};
/* clang-format on */

struct matrix {
	struct target target;
	const char *path, *body_path, *header;
	unsigned int plain_status;
	unsigned int n_failed, n_skipped;
};

static void fail(struct matrix *m, const struct row *row, const char *what,
                 const char *detail)
{
	printf("FAILED: %s: %s%s%s\n", row->name, what, *detail ? ": " : "", detail);
	m->n_failed++;
}

static void fill(const struct matrix *m, const struct row *row, struct strbuf *out)
{
	for (size_t i = 0; i < row->size; i++) {
		if (row->in[i] != '@' || i + 1 == row->size) {
			strbuf_putc(out, row->in[i]);
			continue;
		}
		switch (row->in[++i]) {
		case 'P':
			strbuf_puts(out, m->path);
			break;
		case 'B':
			strbuf_puts(out, m->body_path ? m->body_path : m->path);
			break;
		case 'H':
			strbuf_puts(out, "Host: isobar.test:8080\r\n");
			if (m->header)
				strbuf_printf(out, "%s\r\n", m->header);
			break;
		default:
			strbuf_putc(out, '@');
			strbuf_putc(out, row->in[i]);
			break;
		}
	}
}

static bool is_wanted(const struct row *row, unsigned int status, unsigned int otherwise)
{
	if (row->status[0] == 0)
		return status == otherwise;
	for (size_t i = 0; i < N_ELEMENTS(row->status); i++)
		if (row->status[i] == status)
			return true;
	return false;
}

/* A fresh connection, with the row's bytes on their way. */
static struct client *ask(struct matrix *m, const struct row *row)
{
	struct client *c = client_open(&m->target);
	struct strbuf in = {0};

	if (!c) {
		fail(m, row, "cannot connect", m->target.address);
		return NULL;
	}
	fill(m, row, &in);
	/* A refusal may come before all is sent. */
	client_send(c, in.data, in.size);
	strbuf_done(&in);
	return c;
}

static bool has(const struct reply *r, const char *name, const char *value)
{
	const char *got = reply_header(r, name);

	return got && (!value || strcmp(got, value) == 0);
}

/* What every answer must have. */
static void check_headers(struct matrix *m, const struct row *row, const struct reply *r)
{
	static const char *const needed[] = {"Date", "X-Request-Id", "Content-Type",
	                                     "Content-Length"};

	for (size_t i = 0; i < N_ELEMENTS(needed); i++)
		if (!has(r, needed[i], NULL))
			fail(m, row, "no such header", needed[i]);
	if (!has(r, "X-Content-Type-Options", "nosniff"))
		fail(m, row, "no X-Content-Type-Options: nosniff", "");
	if (!has(r, "Cache-Control", "no-store"))
		fail(m, row, "no Cache-Control: no-store", "");
}

static void check_problem(struct matrix *m, const struct row *row, const struct reply *r)
{
	char status[32];

	snprintf(status, sizeof(status), "\"status\":%u,", r->status);
	if (!has(r, "Content-Type", "application/problem+json"))
		fail(m, row, "the Content-Type is no problem's", "");
	if (!has(r, "Connection", "close"))
		fail(m, row, "no Connection: close", "");
	if (r->status == 405 && !has(r, "Allow", NULL))
		fail(m, row, "no Allow", "");
	if (row->flags & IS_HEAD)
		return;
	if (!strstr(strbuf_text(&r->body), status) ||
	    !strstr(strbuf_text(&r->body), "\"request_id\":\""))
		fail(m, row, "the body is no problem", strbuf_text(&r->body));
}

static bool read_reply(struct matrix *m, const struct row *row, struct client *c,
                       struct reply *r)
{
	char got[16];
	const char *why;

	if (!client_reply(c, row->flags & IS_HEAD, PATIENCE_MS, r, &why)) {
		fail(m, row, "no reply", why);
		return false;
	}
	if (is_wanted(row, r->status, m->plain_status))
		return true;
	snprintf(got, sizeof(got), "%u", r->status);
	fail(m, row, "the wrong status", got);
	return false;
}

static void run_refused(struct matrix *m, const struct row *row)
{
	struct client *c = ask(m, row);
	struct reply r = {0};

	if (!c)
		return;
	if (read_reply(m, row, c, &r)) {
		check_headers(m, row, &r);
		check_problem(m, row, &r);
		if (!client_is_at_end(c, PATIENCE_MS))
			fail(m, row, "the connection goes on, or something more was sent",
			     "");
	}
	reply_done(&r);
	client_close(c);
}

static void run_answered(struct matrix *m, const struct row *row)
{
	const struct row again = {"(a GET after it)", TEXT(GET "@H\r\n"), {0}, 0};
	struct client *c;
	struct reply r = {0}, next = {0};
	struct strbuf in = {0};

	if ((row->flags & WANTS_BODY_PATH) && !m->body_path) {
		m->n_skipped++;
		return;
	}
	if (!(c = ask(m, row)))
		return;
	if (read_reply(m, row, c, &r)) {
		check_headers(m, row, &r);
		if ((row->flags & WANTS_BODY_PATH) &&
		    strcmp(strbuf_text(&r.body), "hello") != 0)
			fail(m, row, "another body", strbuf_text(&r.body));
		fill(m, &again, &in);
		client_send(c, in.data, in.size);
		if (!read_reply(m, &again, c, &next))
			fail(m, row, "the connection does not go on", "");
	}
	strbuf_done(&in);
	reply_done(&r);
	reply_done(&next);
	client_close(c);
}

/* What the server says to a plain GET; everything good must be answered alike. */
static bool learn_plain(struct matrix *m)
{
	const struct row row = {"a plain GET", TEXT(GET "@H\r\n"), {0}, 0};
	struct client *c = ask(m, &row);
	struct reply r = {0};
	const char *why;
	const bool is_good = c && client_reply(c, false, PATIENCE_MS, &r, &why);

	if (c && !is_good)
		fail(m, &row, "no reply", why);
	m->plain_status = r.status;
	reply_done(&r);
	client_close(c);
	return is_good;
}

static int usage(void)
{
	fprintf(stderr,
	        "usage: matrix [--tls] [--body-path PATH] ADDRESS PORT [PATH] [HEADER]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"tls", no_argument, NULL, 't'},
	                                        {"body-path", required_argument, NULL, 'b'},
	                                        {NULL, 0, NULL, 0}};
	struct matrix m = {.path = "/"};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 't')
			m.target.is_tls = true;
		else if (c == 'b')
			m.body_path = optarg;
		else
			return usage();
	}
	if (argc - optind < 2 || argc - optind > 4)
		return usage();
	m.target.address = argv[optind];
	m.target.port = (unsigned int)strtoul(argv[optind + 1], NULL, 10);
	if (argc - optind > 2)
		m.path = argv[optind + 2];
	if (argc - optind > 3)
		m.header = argv[optind + 3];
	if (!learn_plain(&m))
		return 1;
	for (size_t i = 0; i < N_ELEMENTS(refused); i++)
		run_refused(&m, &refused[i]);
	for (size_t i = 0; i < N_ELEMENTS(answered); i++)
		run_answered(&m, &answered[i]);
	printf("%zu rows, %u skipped, %u checks failed\n",
	       N_ELEMENTS(refused) + N_ELEMENTS(answered), m.n_skipped, m.n_failed);
	return m.n_failed == 0 ? 0 : 1;
}
