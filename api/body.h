/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_BODY_H
#define ISOBAR_BODY_H

#include "json_body.h"
#include "request.h"

/*
 * What requests that write have in common: their body, and the key by which one that is
 * sent again gets the first one's answer.
 */

/* Is the body the one that fields ask for?  If not, 400 or 415 was answered. */
bool body_read(struct request *req, const struct json_field *fields, size_t n_fields);

/* Of the header Idempotency-Key. */
struct idempotency {
	const char *route;                /* method and pattern */
	const char *key;                  /* NULL: none was sent */
	const unsigned char *fingerprint; /* KEY_SHA256_SIZE bytes of who asks for what */
};

#define IDEMPOTENCY_KEY_MAX   200 /* bytes */
#define IDEMPOTENCY_KEPT_USEC (24 * USEC_PER_HOUR)

/*
 * Goes on with then unless the key is missing (400), was another request's (422) or was
 * answered already: then the same answer was given again.  Call it again when a write
 * finds that the key is taken meanwhile.
 */
void idempotency_want(struct request *req, struct idempotency *key,
                      void (*then)(struct request *req));

/* The key of a request that may be without one: *out is NULL.  False: 400 was answered. */
bool idempotency_key_read(struct request *req, const char **out);

/* $n route, $n+1 key, $n+2 fingerprint, $n+3 until when it is kept; NULL: of no request. */
void idempotency_bind(const struct idempotency *key, timestamp now,
                      struct pg_params *params);

#endif
