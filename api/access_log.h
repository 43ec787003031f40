/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ACCESS_LOG_H
#define ISOBAR_ACCESS_LOG_H

#include "guard.h"
#include "request.h"

/*
 * A line an answer: keys of the Elastic Common Schema.  No header, no query (it may
 * hold names), no token ever stands there.  Lines are gathered while the loop has
 * work and written together.
 */
void access_log_put(const struct request *req, int status, size_t size, int64_t usec);
/* What the guard refused before it became a request. */
void access_log_put_refusal(const struct guard_refusal *refusal);
/* Writes what is gathered. */
void access_log_flush(void);

#endif
