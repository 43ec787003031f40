/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ANSWER_H
#define ISOBAR_ANSWER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "net/http_message.h"

/* An answer while it arrives: heads line by line, then the body in pieces. */

#define ANSWER_HEADERS_MAX 100

struct unpack;

struct answer {
	struct arena *arena; /* of names and values */
	size_t max_body;
	struct http_header headers[ANSWER_HEADERS_MAX]; /* of the last head */
	size_t n_headers;
	size_t head_size;      /* of all heads: answers of 1xx come before the last */
	bool head_ended;       /* lines that come then are trailers */
	struct unpack *unpack; /* NULL: no byte of the body is there */
	struct strbuf body;    /* unpacked */
};

void answer_init(struct answer *answer, struct arena *a, size_t max_body);
void answer_done(struct answer *answer);

/* Any line of a head, with its end.  ERR_LIMIT: there are too many or too long ones. */
int answer_take_line(struct answer *answer, const char *line, size_t size,
                     struct error *err) MUST_CHECK;

/* ERR_LIMIT: it is larger than max_body; ERR_TRANSIENT: it cannot be unpacked. */
int answer_take_body(struct answer *answer, const char *data, size_t size,
                     struct error *err) MUST_CHECK;

/* Nothing more comes.  ERR_TRANSIENT: the packed body is not at its end. */
int answer_end(const struct answer *answer, struct error *err) MUST_CHECK;

/* What there is, until the arena or answer goes. */
struct http_response answer_response(const struct answer *answer, long status);

#endif
