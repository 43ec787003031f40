/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_HTTP_MESSAGE_H
#define ISOBAR_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/timestamp.h"

/* What goes out and what comes back, as values: pure, so that whoever builds requests
 * and reads answers needs no socket. */

struct http_header {
	const char *name;
	const char *value;
};

#define HTTP_HEADERS_MAX 24

struct http_request {
	const char *method; /* "GET", "POST", "PUT" */
	const char *url;    /* query sorted and percent-encoded: url_build() */
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t n_headers;
	const char *body; /* NULL: none */
	size_t body_size;

	/* Signed by libcurl: "aws:amz:REGION:SERVICE" and "key:secret"; NULL: not. */
	const char *aws_sigv4, *userpwd;

	/* An instance's metadata service, or an endpoint that the operator named: http is
	 * allowed, and a proxy is not asked for the first. */
	bool allow_http, no_proxy;

	unsigned int timeout_ms;         /* of all of it; 0: 60 s */
	unsigned int connect_timeout_ms; /* 0: 10 s */
	size_t max_response;             /* bytes; more fails with ERR_LIMIT; 0: 16 MiB */
};

/* Both are borrowed.  More than HTTP_HEADERS_MAX is a broken invariant (assert). */
void http_add_header(struct http_request *req, const char *name, const char *value);

/* Lives until the callback returns. */
struct http_response {
	long status;
	const char *body; /* NUL-terminated for convenience */
	size_t body_size;
	const struct http_header *headers; /* names in lower case; of the last answer */
	size_t n_headers;
};

/* By a name in lower case; NULL: there is no such header. */
const char *http_header(const struct http_response *resp, const char *name);

/*
 * Retry-After (RFC 9110 10.2.3) as milliseconds from now: seconds, or an HTTP-date
 * measured by the answer's own Date where it has one, since clocks differ.  0: absent
 * or unreadable; at most a day.
 */
unsigned int http_retry_after_ms(const struct http_response *resp, timestamp now);

/* "Thu, 01 Jan 2026 06:00:00 GMT" (RFC 9110 5.6.7); TIMESTAMP_NONE: unreadable. */
timestamp http_date_parse(const char *text);
/* The same, made; 30 bytes with its NUL. */
void http_date_format(timestamp at, char out[30]);

#endif
