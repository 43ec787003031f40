/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request stream of a connection, line by line: what a head may look like, and
 * where the body behind it ends.  A byte is looked at once, a line is judged when its
 * line feed is here; so the verdict cannot depend on how the bytes were cut.
 *
 * What to do with the verdicts (hold, pass, answer) is the guard's business.
 */
#include "http_head.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"

#define CHUNK_LINE_MAX 256 /* bytes, with extensions and line end */
#define CHUNK_HEX_MAX  16  /* digits */

/* A piece of the stream, not terminated. */
struct text {
	const char *at;
	size_t size;
};

/* ---- characters ---- */

enum kind {
	DIGIT = 1 << 0,
	TOKEN = 1 << 1, /* RFC 9110 5.6.2 */
	PATH = 1 << 2,  /* RFC 3986 3.3 and 3.4, with '?'; '%' needs more than a table */
	QUERY = 1 << 3, /* what browsers leave unescaped in a query, beside PATH */
	HOST = 1 << 4,  /* of a name or an IPv4 address */
	LETTER = TOKEN | PATH | HOST
};

/* clang-format off */
static const uint8_t kinds[256] = {
	['0' ... '9'] = DIGIT | LETTER, ['A' ... 'Z'] = LETTER, ['a' ... 'z'] = LETTER,
	['-'] = LETTER, ['.'] = LETTER, ['_'] = LETTER, ['~'] = LETTER,
	['!'] = TOKEN | PATH, ['$'] = TOKEN | PATH, ['&'] = TOKEN | PATH,
	['\''] = TOKEN | PATH, ['*'] = TOKEN | PATH, ['+'] = TOKEN | PATH,
	['#'] = TOKEN, ['%'] = TOKEN,
	['('] = PATH, [')'] = PATH, [','] = PATH, ['/'] = PATH, [':'] = PATH,
	[';'] = PATH, ['='] = PATH, ['?'] = PATH, ['@'] = PATH,
	['^'] = TOKEN | QUERY, ['`'] = TOKEN | QUERY, ['|'] = TOKEN | QUERY,
	['['] = QUERY, [']'] = QUERY, ['{'] = QUERY, ['}'] = QUERY, ['\\'] = QUERY,
};
/* clang-format on */

static bool is(char c, unsigned int kind)
{
	return kinds[(unsigned char)c] & kind;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_token(struct text t)
{
	for (size_t i = 0; i < t.size; i++)
		if (!is(t.at[i], TOKEN))
			return false;
	return t.size > 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool text_is(struct text t, const char *want) /* whatever the case */
{
	return t.size == strlen(want) && strncasecmp(t.at, want, t.size) == 0;
}

/* Cuts what stands before c off *rest; all of it when there is no c. */
static struct text cut(struct text *rest, char c)
{
	const char *end = memchr(rest->at, c, rest->size);
	struct text piece = *rest;

	if (!end) {
		*rest = (struct text){rest->at + rest->size, 0};
		return piece;
	}
	piece.size = (size_t)(end - piece.at);
	*rest = (struct text){end + 1, rest->size - piece.size - 1};
	return piece;
}

static struct text trim(struct text t)
{
	while (t.size && is_blank(t.at[0]))
		t = (struct text){t.at + 1, t.size - 1};
	while (t.size && is_blank(t.at[t.size - 1]))
		t.size--;
	return t;
}

/* ---- refusals ---- */

static int refuse(struct http_stream *s, enum problem_name problem, const char *detail)
{
	s->state = HTTP_REFUSED;
	s->problem = problem;
	s->detail = detail;
	return -1;
}

static int refuse_syntax(struct http_stream *s, const char *detail)
{
	return refuse(s, PROBLEM_INVALID_REQUEST, detail);
}

/* ---- lines ---- */

enum scan {
	SCAN_LINE, /* s->scanned is behind its line feed */
	SCAN_MORE,
	SCAN_LONG, /* limit bytes, and it does not end */
	SCAN_BAD,  /* refused */
};

/*
 * Looks for the end of the line that begins at s->line_at.  A line ends with CR LF
 * only: a proxy may take a bare LF for an end or for a part of a value.
 */
static enum scan scan_line(struct http_stream *s, const char *data, size_t size,
                           size_t limit)
{
	const size_t end = size < limit ? size : limit;

	while (s->scanned < end) {
		const unsigned char c = (unsigned char)data[s->scanned];
		const bool after_cr =
		        s->scanned > s->line_at && data[s->scanned - 1] == '\r';

		s->scanned++;
		if (after_cr && c == '\n')
			return SCAN_LINE;
		if (after_cr || c == '\n') {
			refuse_syntax(
			        s, "A line ends with a carriage return and a line feed.");
			return SCAN_BAD;
		}
		if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f) {
			refuse_syntax(s, "The head holds a control character.");
			return SCAN_BAD;
		}
	}
	return s->scanned < limit ? SCAN_MORE : SCAN_LONG;
}

/* The line just scanned, without its end. */
static struct text line_of(const struct http_stream *s, const char *data)
{
	return (struct text){data + s->line_at, s->scanned - s->line_at - 2};
}

/* ---- the request line, RFC 9112 3 ---- */

/* Those that evhttp knows; TRACE and CONNECT are not for this server. */
static void note_method(struct http_stream *s, struct text method)
{
	static const char *const known[] = {"GET",   "HEAD",   "POST",   "PUT",
	                                    "PATCH", "DELETE", "OPTIONS"};

	for (size_t i = 0; i < N_ELEMENTS(known); i++)
		if (method.size == strlen(known[i]) &&
		    memcmp(method.at, known[i], method.size) == 0)
			memcpy(s->method, known[i], method.size + 1);
	s->is_head = strcmp(s->method, "HEAD") == 0;
}

/*
 * Of the four forms of RFC 9112 3.2 the origin form alone: we are no proxy.  "//x"
 * would be an authority to evhttp, and a decoded %00 the end of a text to a handler.
 * Brackets and their like come unescaped from browsers, in the query.
 */
static bool is_target(struct text t)
{
	bool in_query = false;

	if (t.size == 0 || t.at[0] != '/' || (t.size > 1 && t.at[1] == '/'))
		return false;
	for (size_t i = 0; i < t.size; i++) {
		const char c = t.at[i];

		if (c == '%') {
			if (i + 2 >= t.size || hex_value(t.at[i + 1]) < 0 ||
			    hex_value(t.at[i + 2]) < 0 ||
			    hex_value(t.at[i + 1]) + hex_value(t.at[i + 2]) == 0)
				return false;
		} else if (!is(c, in_query ? PATH | QUERY : PATH)) {
			return false;
		}
		in_query = in_query || c == '?';
	}
	return true;
}

static void note_path(struct http_stream *s, struct text target)
{
	const struct text path = cut(&target, '?');
	const size_t size = path.size < HTTP_PATH_MAX ? path.size : HTTP_PATH_MAX - 1;

	memcpy(s->path, path.at, size);
	s->path[size] = '\0';
}

static int read_version(struct http_stream *s, struct text t)
{
	if (t.size != 8 || memcmp(t.at, "HTTP/", 5) != 0 || !is(t.at[5], DIGIT) ||
	    t.at[6] != '.' || !is(t.at[7], DIGIT))
		return refuse_syntax(s, "A request line is METHOD TARGET HTTP/1.1.");
	if (t.at[5] != '1' || t.at[7] > '1')
		return refuse(s, PROBLEM_VERSION_NOT_SUPPORTED,
		              "This server speaks HTTP/1.1 and HTTP/1.0.");
	s->version_minor = t.at[7] - '0';
	return 0;
}

static int read_request_line(struct http_stream *s, struct text line)
{
	const struct text method = cut(&line, ' ');
	const struct text target = cut(&line, ' ');

	note_method(s, method);
	if (is_target(target))
		note_path(s, target);
	if (!is_token(method) || target.size == 0)
		return refuse_syntax(s, "A request line is METHOD TARGET HTTP/1.1.");
	if (read_version(s, line) < 0)
		return -1;
	if (s->method[0] == '\0')
		return refuse(s, PROBLEM_METHOD_NOT_ALLOWED,
		              "This server does not know the method.");
	if (s->path[0] == '\0')
		return refuse_syntax(s, "The target of a request is a path, and a query "
		                        "behind it, with everything else escaped.");
	return 0;
}

/* ---- header fields, RFC 9112 5 ---- */

/* Digits alone: strtoll(), evhttp's choice, also takes "+5", " 5" and more. */
static int read_content_length(struct http_stream *s, struct text value)
{
	int64_t n = 0;

	if (s->content_length >= 0)
		return refuse_syntax(s, "There is more than one Content-Length.");
	for (size_t i = 0; i < value.size; i++) {
		if (!is(value.at[i], DIGIT))
			return refuse_syntax(s, "Content-Length is not a number.");
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, value.at[i] - '0', &n))
			n = INT64_MAX / 10 * 10; /* and stays there */
	}
	if (value.size == 0)
		return refuse_syntax(s, "Content-Length is empty.");
	s->content_length = n;
	return 0;
}

/* What is not exactly "chunked" evhttp takes for nothing at all: RFC 9112 6.1. */
static int read_transfer_encoding(struct http_stream *s, struct text value)
{
	if (++s->n_codings > 1)
		return refuse_syntax(s, "There is more than one Transfer-Encoding.");
	if (value.size == 0)
		return refuse_syntax(s, "Transfer-Encoding is empty.");
	if (!text_is(value, "chunked"))
		return refuse(s, PROBLEM_NOT_IMPLEMENTED,
		              "The only Transfer-Encoding is \"chunked\".");
	return 0;
}

/* A name or an address, and perhaps a port: RFC 9110 7.2. */
static bool is_host(struct text t)
{
	const bool is_literal = t.size > 0 && t.at[0] == '[';
	const char *end = is_literal ? memchr(t.at, ']', t.size) : NULL;
	struct text host = t, port = {NULL, 0};

	if (is_literal) {
		if (!end)
			return false;
		host = (struct text){t.at + 1, (size_t)(end - t.at - 1)};
		port = (struct text){end + 1, t.size - host.size - 2};
	} else {
		host = cut(&t, ':');
		if (t.at != host.at + host.size)
			port = (struct text){t.at - 1, t.size + 1};
	}
	for (size_t i = 0; i < host.size; i++)
		if (is_literal ? hex_value(host.at[i]) < 0 && host.at[i] != ':' &&
		                         host.at[i] != '.'
		               : !is(host.at[i], HOST))
			return false;
	for (size_t i = 1; i < port.size; i++)
		if (!is(port.at[i], DIGIT))
			return false;
	return host.size > 0 && port.size <= 6 && (port.size == 0 || port.at[0] == ':');
}

static int read_host(struct http_stream *s, struct text value)
{
	if (++s->n_hosts > 1)
		return refuse_syntax(s, "There is more than one Host.");
	if (!is_host(value))
		return refuse_syntax(s, "Host is no name or address with a port.");
	return 0;
}

/* evhttp answers other expectations with a page of HTML, a tab before it too. */
static int read_expect(struct http_stream *s, struct text raw)
{
	/* RFC 9110 10.1.1: not for HTTP/1.0. */
	if (s->version_minor > 0 &&
	    (memchr(raw.at, '\t', raw.size) || !text_is(trim(raw), "100-continue")))
		return refuse(s, PROBLEM_EXPECTATION_FAILED,
		              "The only expectation is \"100-continue\".");
	return 0;
}

static void read_connection(struct http_stream *s, struct text value)
{
	while (value.size > 0) {
		const struct text option = trim(cut(&value, ','));

		if (text_is(option, "close"))
			s->wants_close = true;
		if (text_is(option, "keep-alive"))
			s->wants_more = true;
	}
}

/* The syntax of a field; *name and *raw, the value untrimmed, point into line. */
static int split_field(struct http_stream *s, struct text line, struct text *name,
                       struct text *raw)
{
	if (is_blank(line.at[0]))
		return refuse_syntax(s, "A header is folded into several lines.");
	if (!memchr(line.at, ':', line.size))
		return refuse_syntax(s, "A header has no colon.");
	*raw = line;
	*name = cut(raw, ':');
	if (!is_token(*name))
		return refuse_syntax(s, "The name of a header is empty or malformed.");
	return 0;
}

static int read_field(struct http_stream *s, struct text line)
{
	struct text name, raw, value;

	if (++s->n_headers > s->limits->max_headers)
		return refuse(s, PROBLEM_HEADERS_TOO_LARGE, "There are too many headers.");
	if (split_field(s, line, &name, &raw) < 0)
		return -1;
	value = trim(raw);
	if (text_is(name, "content-length"))
		return read_content_length(s, value);
	if (text_is(name, "transfer-encoding"))
		return read_transfer_encoding(s, value);
	if (text_is(name, "host"))
		return read_host(s, value);
	if (text_is(name, "expect"))
		return read_expect(s, raw);
	if (text_is(name, "connection"))
		read_connection(s, value);
	return 0;
}

/* ---- the head as a whole ---- */

static int check_framing(struct http_stream *s)
{
	if (s->n_hosts == 0 && s->version_minor > 0)
		return refuse_syntax(s, "There is no Host.");
	if (s->n_codings == 0)
		return 0;
	if (s->content_length >= 0)
		return refuse_syntax(
		        s, "There are both Content-Length and Transfer-Encoding.");
	if (s->version_minor == 0)
		return refuse_syntax(s, "HTTP/1.0 has no Transfer-Encoding.");
	return 0;
}

static int check_body(struct http_stream *s)
{
	const struct http_limits *l = s->limits;
	int64_t cap;

	if (s->n_codings == 0 && s->content_length <= 0)
		return 0;
	/* evhttp would take the body for the next request. */
	if (s->is_head)
		return refuse_syntax(s, "A HEAD request has no body.");
	cap = l->body_cap ? l->body_cap(s->method, s->path, l->ctx) : -1;
	if (cap < 0)
		return refuse_syntax(s, "This request takes no body.");
	if (s->content_length > cap)
		return refuse(s, PROBLEM_PAYLOAD_TOO_LARGE, "The body is too large.");
	s->body_left = cap;
	return 0;
}

/* Whatever is consumed next begins at its first byte. */
static struct http_step consume(struct http_stream *s, enum http_verdict verdict,
                                size_t size)
{
	s->scanned = 0;
	s->line_at = 0;
	return (struct http_step){verdict, size};
}

static struct http_step end_head(struct http_stream *s)
{
	if (check_framing(s) < 0 || check_body(s) < 0)
		return (struct http_step){HTTP_REFUSE, 0};
	/* RFC 9112 9.3 */
	s->wants_close = s->wants_close || (s->version_minor == 0 && !s->wants_more);
	s->left = s->content_length;
	s->state = s->n_codings > 0        ? HTTP_AT_CHUNK_LINE
	           : s->content_length > 0 ? HTTP_IN_BODY
	                                   : HTTP_AT_START;
	return consume(s, HTTP_HEAD, s->scanned);
}

/* Of a head that cannot be read, but even so an answer to HEAD has no body. */
static struct http_step refuse_head(struct http_stream *s, const char *data, enum scan why)
{
	struct text line = {data, s->scanned};

	if (s->line_at == 0)
		note_method(s, cut(&line, ' '));
	if (why == SCAN_LONG && s->line_at == 0)
		refuse(s, PROBLEM_URI_TOO_LONG, "The request line is too long.");
	else if (why == SCAN_LONG)
		refuse(s, PROBLEM_HEADERS_TOO_LARGE, "The headers are too large.");
	return (struct http_step){HTTP_REFUSE, 0};
}

static struct http_step next_of_head(struct http_stream *s, const char *data, size_t size)
{
	const struct http_limits *l = s->limits;

	for (;;) {
		const size_t limit = s->line_at == 0 ? l->max_line : l->max_head;
		const enum scan found = scan_line(s, data, size, limit);
		struct text line;
		int rc;

		if (found == SCAN_MORE)
			return (struct http_step){HTTP_WAIT, 0};
		if (found != SCAN_LINE)
			return refuse_head(s, data, found);
		line = line_of(s, data);
		if (s->line_at == 0)
			rc = read_request_line(s, line);
		else if (line.size > 0)
			rc = read_field(s, line);
		else
			return end_head(s);
		if (rc < 0)
			return (struct http_step){HTTP_REFUSE, 0};
		s->line_at = s->scanned;
	}
}

/* ---- between requests ---- */

static struct http_step begin_request(struct http_stream *s, const char *data, size_t size)
{
	const unsigned int n_empty_lines = s->n_empty_lines;

	if (size == 0)
		return (struct http_step){HTTP_WAIT, 0};
	/* Old clients end a body with one CR LF too many: RFC 9112 2.2. */
	if (data[0] == '\r' && n_empty_lines == 0) {
		if (size == 1)
			return (struct http_step){HTTP_WAIT, 0};
		if (data[1] == '\n') {
			s->n_empty_lines++;
			return consume(s, HTTP_DROP, 2);
		}
	}
	http_stream_init(s, s->limits);
	s->state = HTTP_IN_HEAD;
	return next_of_head(s, data, size);
}

/* ---- the body, RFC 9112 6 and 7 ---- */

static struct http_step pass_some(struct http_stream *s, size_t size, enum http_state then)
{
	const size_t n = (int64_t)size < s->left ? size : (size_t)s->left;

	if (n == 0)
		return (struct http_step){HTTP_WAIT, 0};
	s->left -= (int64_t)n;
	if (s->left == 0)
		s->state = then;
	return consume(s, HTTP_PASS, n);
}

/* 1*HEXDIG and perhaps extensions, of which nothing is kept. */
static int read_chunk_size(struct http_stream *s, struct text line, int64_t *out)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < line.size && hex_value(line.at[i]) >= 0; i++) {
		if (i == CHUNK_HEX_MAX)
			return refuse_syntax(s, "The size of a chunk has too many digits.");
		n = n << 4 | (uint64_t)hex_value(line.at[i]);
	}
	if (i == 0)
		return refuse_syntax(s, "The size of a chunk is no hexadecimal number.");
	line = trim((struct text){line.at + i, line.size - i});
	if (line.size > 0 ? line.at[0] != ';' : i + 2 != s->scanned)
		return refuse_syntax(s, "The size of a chunk is no hexadecimal number.");
	if (n > (uint64_t)s->body_left)
		return refuse(s, PROBLEM_PAYLOAD_TOO_LARGE, "The body is too large.");
	s->extra += s->scanned - i - 2;
	if (s->extra > s->limits->max_head)
		return refuse_syntax(s, "The chunk extensions are too large.");
	*out = (int64_t)n;
	return 0;
}

/*
 * evhttp reads a size with strtoll(), base 16, and knows no extensions: it gets a line
 * of our own.
 */
static struct http_step next_chunk_line(struct http_stream *s, const char *data,
                                        size_t size)
{
	switch (scan_line(s, data, size, CHUNK_LINE_MAX)) {
	case SCAN_MORE:
		return (struct http_step){HTTP_WAIT, 0};
	case SCAN_LONG:
		refuse_syntax(s, "The line before a chunk is too long.");
		return (struct http_step){HTTP_REFUSE, 0};
	case SCAN_BAD:
		return (struct http_step){HTTP_REFUSE, 0};
	case SCAN_LINE:
		break;
	}
	if (read_chunk_size(s, line_of(s, data), &s->left) < 0)
		return (struct http_step){HTTP_REFUSE, 0};
	s->body_left -= s->left;
	s->state = s->left > 0 ? HTTP_IN_CHUNK : HTTP_IN_TRAILER;
	snprintf(s->chunk_line, sizeof(s->chunk_line), "%llx\r\n",
	         (unsigned long long)s->left);
	return consume(s, HTTP_CHUNK, s->scanned);
}

static struct http_step next_chunk_end(struct http_stream *s, const char *data, size_t size)
{
	if (size > 0 && (data[0] != '\r' || (size > 1 && data[1] != '\n'))) {
		refuse_syntax(s, "A chunk does not end where it should.");
		return (struct http_step){HTTP_REFUSE, 0};
	}
	if (size < 2)
		return (struct http_step){HTTP_WAIT, 0};
	s->state = HTTP_AT_CHUNK_LINE;
	return consume(s, HTTP_PASS, 2);
}

/* Nobody asks for trailers; merged into the headers they would be a way round us. */
static struct http_step next_of_trailer(struct http_stream *s, const char *data,
                                        size_t size)
{
	struct text line, name, raw;

	switch (scan_line(s, data, size, s->limits->max_head - s->extra)) {
	case SCAN_MORE:
		return (struct http_step){HTTP_WAIT, 0};
	case SCAN_LONG:
		refuse(s, PROBLEM_HEADERS_TOO_LARGE, "The trailers are too large.");
		return (struct http_step){HTTP_REFUSE, 0};
	case SCAN_BAD:
		return (struct http_step){HTTP_REFUSE, 0};
	case SCAN_LINE:
		break;
	}
	line = line_of(s, data);
	if (line.size == 0) {
		s->state = HTTP_AT_START;
		return consume(s, HTTP_PASS, 2);
	}
	if (split_field(s, line, &name, &raw) < 0)
		return (struct http_step){HTTP_REFUSE, 0};
	s->extra += s->scanned;
	return consume(s, HTTP_DROP, s->scanned);
}

void http_stream_init(struct http_stream *s, const struct http_limits *limits)
{
	*s = (struct http_stream){.limits = limits, .content_length = -1};
}

struct http_step http_stream_next(struct http_stream *s, const char *data, size_t size)
{
	switch (s->state) {
	case HTTP_AT_START:
		return begin_request(s, data, size);
	case HTTP_IN_HEAD:
		return next_of_head(s, data, size);
	case HTTP_IN_BODY:
		return pass_some(s, size, HTTP_AT_START);
	case HTTP_AT_CHUNK_LINE:
		return next_chunk_line(s, data, size);
	case HTTP_IN_CHUNK:
		return pass_some(s, size, HTTP_AT_CHUNK_END);
	case HTTP_AT_CHUNK_END:
		return next_chunk_end(s, data, size);
	case HTTP_IN_TRAILER:
		return next_of_trailer(s, data, size);
	case HTTP_REFUSED:
		break;
	}
	return (struct http_step){HTTP_REFUSE, 0};
}

bool http_stream_is_at_start(const struct http_stream *s)
{
	return s->state == HTTP_AT_START;
}
