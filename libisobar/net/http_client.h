/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_HTTP_CLIENT_H
#define ISOBAR_HTTP_CLIENT_H

#include "base/error.h"
#include "net/http_message.h"

struct event_base;
struct http_client; /* one libcurl multi handle on one event_base */
struct http_call;   /* one transfer in flight */

struct http_client_options {
	const char *user_agent;       /* "isobar-collector/0.1.0" */
	const char *ca_file;          /* NULL: the system's */
	unsigned int max_connections; /* in all; 0: 32 */
	unsigned int max_per_host;    /* 0: 8 */
	unsigned int low_speed_s; /* this long below 512 bytes/s ends a transfer; 0: 30 */
};

/*
 * Called exactly once, never from inside http_client_send().  Exactly one of resp and
 * err is NULL: resp when an answer arrived whole, of whatever status.  ERR_TRANSIENT:
 * the network, a time-out, a body cut short; ERR_LIMIT: the body is too large;
 * ERR_DENIED: the server's certificate is not trusted; ERR_INVALID: a URL that may not
 * be asked.  Neither texts nor logs hold a query, a header or a body.
 */
typedef void http_done_fn(const struct http_response *resp, const struct error *err,
                          void *ctx);

/* Texts of options are copied. */
struct http_client *http_client_new(struct event_base *base,
                                    const struct http_client_options *options);
void http_client_free(struct http_client *client); /* cancels what is in flight */

/*
 * All of req is copied.  Redirects are not followed, compressed answers are unpacked
 * (max_response counts what comes out), cookies are not kept.
 */
struct http_call *http_client_send(struct http_client *client,
                                   const struct http_request *req, http_done_fn *done,
                                   void *ctx);
void http_call_cancel(struct http_call *call); /* done is not called */

#endif
