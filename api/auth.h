/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AUTH_H
#define ISOBAR_AUTH_H

#include "request.h"

/*
 * Who asks: bearer tokens (RFC 6750), looked up in the database and remembered for at
 * most a second, so that a revocation holds within that time even when its
 * notification is lost.
 */
struct auth;

struct auth *auth_new(struct app *app);
void auth_free(struct auth *auth); /* no request may wait any more */

/*
 * Sets org, principal, access and rate of the request and calls then, perhaps from
 * inside.  A missing or unknown token is answered with 401, a client that guesses
 * with 429, and then is not called.
 */
void auth_check(struct auth *auth, struct request *req, request_wait_fn *then);
/* The request lets go of what auth_check() gave it. */
void auth_release(struct request *req);

/* Forgets a token, by the id in its text; NULL: all. */
void auth_forget(struct auth *auth, const char *token_id);

#endif
