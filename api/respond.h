/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RESPOND_H
#define ISOBAR_RESPOND_H

#include "request.h"

/*
 * Answers.  Each call ends the request: req is gone afterwards.
 */

/* Members of an answer beside its body; NULL leaves a header out. */
struct reply {
	int status;
	const char *content_type; /* NULL: application/json; charset=utf-8 */
	const char *etag;         /* without quotes */
	const char *link;
	const char *location;
};

/* Takes what body holds; body is empty again.  Compressed when the client wants it. */
void respond_body(struct request *req, const struct reply *reply, struct strbuf *body);

/*
 * Is If-None-Match (RFC 9110, 13.1.2) this ETag?  Then 304 was answered and req is
 * gone.
 */
bool respond_if_unchanged(struct request *req, const char *etag);

/* RFC 9457.  problem: its status, name and detail; the rest is filled in. */
void respond_problem(struct request *req, const struct problem *problem);

/* Common ones. */
void respond_not_found(struct request *req, const char *what);
void respond_bad_parameter(struct request *req, const char *parameter, const char *detail);
void respond_bad_body(struct request *req, const char *pointer, const char *detail);
void respond_error(struct request *req, const struct error *err); /* 503 or 500, logged */

/* Has the query parameters, or faults?  On routes that take none, 400 was answered. */
bool respond_if_parameters(struct request *req);

#endif
