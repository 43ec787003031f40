/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_HTTP_HEAD_H
#define ISOBAR_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"

/*
 * Follows the requests of one connection (RFC 9112, RFC 9110) and says of all bytes
 * what may go on to evhttp.  Pure: no socket, no clock, no memory but the struct.
 *
 * Narrower than the RFCs where evhttp 2.1.12, or a proxy in front, could read the
 * same bytes otherwise: see the comments in http_head.c.  How the bytes were cut
 * into pieces on their way makes no difference to what is said of them.
 */
#define HTTP_METHOD_MAX 16  /* bytes, the NUL included */
#define HTTP_PATH_MAX   256 /* likewise */

struct http_limits {
	size_t max_head;          /* bytes: request line and headers; trailers likewise */
	size_t max_line;          /* bytes: the request line alone */
	unsigned int max_headers; /* fields of a request */
	/* Bytes a body may have; -1: none is taken.  NULL: -1. */
	int64_t (*body_cap)(const char *method, const char *path, void *ctx);
	void *ctx;
};

enum http_verdict {
	HTTP_WAIT,   /* more bytes are needed, behind the same ones */
	HTTP_HEAD,   /* size bytes are the whole head of a good request: pass them */
	HTTP_PASS,   /* size bytes of its body: pass them */
	HTTP_CHUNK,  /* pass chunk_line in place of size bytes */
	HTTP_DROP,   /* leave size bytes out: an empty line, a trailer */
	HTTP_REFUSE, /* see problem and detail; nothing follows */
};

struct http_step {
	enum http_verdict verdict;
	size_t size; /* bytes consumed */
};

enum http_state {
	HTTP_AT_START, /* of a request: no byte of it is here */
	HTTP_IN_HEAD,
	HTTP_IN_BODY, /* of a stated length */
	HTTP_AT_CHUNK_LINE,
	HTTP_IN_CHUNK,
	HTTP_AT_CHUNK_END,
	HTTP_IN_TRAILER,
	HTTP_REFUSED,
};

/* What is known of the request that came last; private below the line. */
struct http_stream {
	char method[HTTP_METHOD_MAX]; /* "" unless it is one that evhttp knows */
	char path[HTTP_PATH_MAX];     /* as sent, cut; "" when the target is none of ours */
	bool is_head;                 /* a HEAD request: its answer has no body */
	bool wants_close;             /* the connection ends with the answer */
	enum problem_name problem;    /* after HTTP_REFUSE */
	const char *detail;           /* a sentence, static */
	char chunk_line[20];          /* after HTTP_CHUNK: "1f\r\n" */

	const struct http_limits *limits;
	enum http_state state;
	size_t scanned; /* bytes of the line or head that need not be looked at again */
	size_t line_at; /* where in the head the present line begins */
	size_t extra;   /* bytes of chunk extensions and trailers so far */
	unsigned int n_headers, n_hosts, n_codings, n_empty_lines;
	int version_minor;      /* 0 or 1 */
	bool wants_more;        /* Connection: keep-alive */
	int64_t content_length; /* -1: not given; INT64_MAX: too large to count */
	int64_t left;           /* bytes of the body or the chunk to come */
	int64_t body_left;      /* bytes that may still come in chunks */
};

/* limits are borrowed. */
void http_stream_init(struct http_stream *s, const struct http_limits *limits);

/*
 * data begins with the first byte that was not yet consumed.  After HTTP_WAIT the same
 * bytes come again, with more behind them; max_head of them in one piece always
 * bring another verdict.  After any other verdict call again, with size 0
 * if need be: http_stream_is_at_start() tells whether a request is complete.
 */
struct http_step http_stream_next(struct http_stream *s, const char *data, size_t size);

/* Between two requests: the last one is complete and no byte of another is consumed. */
bool http_stream_is_at_start(const struct http_stream *s);

#endif
