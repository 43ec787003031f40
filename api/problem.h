/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PROBLEM_H
#define ISOBAR_PROBLEM_H

#include "base/strbuf.h"

/*
 * Errors of the HTTP interface as RFC 9457 documents: application/problem+json.
 * A name has one status and one title; what differs from case to case goes into
 * the details.  No detail may hold SQL, a secret or a stack.
 */
#define PROBLEM_CONTENT_TYPE "application/problem+json"

enum problem_name {
	PROBLEM_INVALID_REQUEST,       /* 400: the message itself, its body or a header */
	PROBLEM_INVALID_PARAMETER,     /* 400: the query */
	PROBLEM_INVALID_CURSOR,        /* 400 */
	PROBLEM_UNAUTHORIZED,          /* 401 */
	PROBLEM_FORBIDDEN,             /* 403 */
	PROBLEM_NOT_FOUND,             /* 404 */
	PROBLEM_METHOD_NOT_ALLOWED,    /* 405, with Allow */
	PROBLEM_REQUEST_TIMEOUT,       /* 408: the request came too slowly */
	PROBLEM_CONFLICT,              /* 409: somebody else was first, or has it */
	PROBLEM_NOT_ALLOWED,           /* 409: no way leads there from here; see allowed */
	PROBLEM_IN_FLIGHT,             /* 409: the same Idempotency-Key is being answered */
	PROBLEM_HISTORY_GONE,          /* 410: nothing was kept of that time */
	PROBLEM_PRECONDITION_FAILED,   /* 412: If-Match names another version */
	PROBLEM_PAYLOAD_TOO_LARGE,     /* 413 */
	PROBLEM_URI_TOO_LONG,          /* 414 */
	PROBLEM_MEDIA_TYPE,            /* 415: the body is not application/json */
	PROBLEM_EXPECTATION_FAILED,    /* 417 */
	PROBLEM_KEY_REUSED,            /* 422: the Idempotency-Key was of another request */
	PROBLEM_INVALID_CONTENT,       /* 422: a policy does not allow it */
	PROBLEM_PRECONDITION_REQUIRED, /* 428: If-Match is missing */
	PROBLEM_RATE_LIMITED,          /* 429, with Retry-After */
	PROBLEM_HEADERS_TOO_LARGE,     /* 431 */
	PROBLEM_INTERNAL,              /* 500 */
	PROBLEM_NOT_IMPLEMENTED,       /* 501 */
	PROBLEM_UNAVAILABLE, /* 503: the database, or draining; with Retry-After */
	PROBLEM_OVERLOADED,  /* 503: a cap is reached; with Retry-After */
	PROBLEM_VERSION_NOT_SUPPORTED, /* 505 */
};

enum {
	N_PROBLEMS = PROBLEM_VERSION_NOT_SUPPORTED + 1
};

const char *problem_text(enum problem_name name); /* "invalid-request" */
const char *problem_title(enum problem_name name);
unsigned int problem_status(enum problem_name name);

/* The reason phrase of any status (RFC 9110 15); "Status" when it has none here. */
const char *status_phrase(unsigned int status);

/*
 * All texts are borrowed, may hold any bytes, and are left out when NULL.  at_detail
 * says what is wrong with a parameter of the query, a header, or the place of the
 * body that pointer names (RFC 6901).
 */
struct problem {
	enum problem_name name;
	const char *detail;     /* a sentence */
	const char *instance;   /* the path that was asked for */
	const char *request_id; /* as in X-Request-Id */
	const char *parameter;  /* at most one of these three */
	const char *header;
	const char *pointer;
	const char *at_detail;
	const char *const *allowed; /* what could be asked for instead; NULL ends it */
};

/* Puts the document into out, which must be empty. */
void problem_write(const struct problem *p, struct strbuf *out);

#endif
