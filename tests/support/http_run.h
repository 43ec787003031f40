/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_HTTP_RUN_H
#define ISOBAR_TEST_HTTP_RUN_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "api/http_head.h"

/* Does to a stream of bytes what the guard does, in memory: for the tests of http_head. */

struct http_run {
	struct strbuf passed; /* what evhttp would get */
	size_t first_end;     /* bytes of it that are the first request */
	size_t body_size;     /* of the last request, without chunk lines */
	unsigned int n_requests;
	bool is_refused;
	struct http_stream stream;
	char *held; /* a copy of its own, so that ASan sees a byte too far */
	size_t n_held;
};

static inline void http_run_begin(struct http_run *r, const struct http_limits *limits)
{
	memset(r, 0, sizeof(*r));
	http_stream_init(&r->stream, limits);
}

static inline void http_run_end(struct http_run *r)
{
	strbuf_done(&r->passed);
	free(r->held);
}

static inline void http_run_consume(struct http_run *r, size_t size)
{
	char *rest;

	if (size > r->n_held)
		abort();
	rest = xmalloc(r->n_held - size);
	memcpy(rest, r->held + size, r->n_held - size);
	free(r->held);
	r->held = rest;
	r->n_held -= size;
}

/* One verdict on what is held; false when there is nothing more to do. */
static inline bool http_run_step(struct http_run *r)
{
	const enum http_state before = r->stream.state;
	const struct http_step step = http_stream_next(&r->stream, r->held, r->n_held);

	switch (step.verdict) {
	case HTTP_WAIT:
		return false;
	case HTTP_REFUSE:
		r->is_refused = true;
		return false;
	case HTTP_HEAD:
	case HTTP_PASS:
		r->body_size = step.verdict == HTTP_HEAD ? 0 : r->body_size;
		if (before == HTTP_IN_BODY || before == HTTP_IN_CHUNK)
			r->body_size += step.size;
		strbuf_put(&r->passed, r->held, step.size);
		break;
	case HTTP_CHUNK:
		strbuf_puts(&r->passed, r->stream.chunk_line);
		break;
	case HTTP_DROP:
		break;
	}
	if (step.size == 0)
		abort();
	http_run_consume(r, step.size);
	if (step.verdict != HTTP_DROP && http_stream_is_at_start(&r->stream)) {
		if (++r->n_requests == 1)
			r->first_end = r->passed.size;
	}
	return true;
}

static inline void http_run_feed(struct http_run *r, const char *data, size_t size)
{
	if (r->is_refused || size == 0)
		return;
	r->held = xrealloc(r->held, r->n_held + size);
	memcpy(r->held + r->n_held, data, size);
	r->n_held += size;
	while (http_run_step(r))
		;
	/* What must be held in one piece is bounded. */
	if (!r->is_refused && r->n_held > r->stream.limits->max_head)
		abort();
}

/* The same verdict on the same bytes. */
static inline bool http_run_is_same(const struct http_run *a, const struct http_run *b)
{
	if (a->is_refused != b->is_refused || a->n_requests != b->n_requests ||
	    a->passed.size != b->passed.size ||
	    memcmp(strbuf_text(&a->passed), strbuf_text(&b->passed), a->passed.size) != 0)
		return false;
	return !a->is_refused || (a->stream.problem == b->stream.problem &&
	                          strcmp(a->stream.detail, b->stream.detail) == 0 &&
	                          a->stream.is_head == b->stream.is_head &&
	                          strcmp(a->stream.path, b->stream.path) == 0);
}

#endif
