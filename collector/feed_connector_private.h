/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FEED_CONNECTOR_PRIVATE_H
#define ISOBAR_FEED_CONNECTOR_PRIVATE_H

#include "connector.h"

/* What the connectors of feeds share. */

#define FEED_RESPONSE_MAX ((size_t)64 << 20)
#define FEED_TIMEOUT_MS   300000

/* A GET of a file: the setting "endpoint", or host, and path behind it. */
void feed_request_file(const struct live_source *s, const char *host, const char *path,
                       struct arena *a, struct part_request *out);

/* "plan" is the whole of it.  ERR_INVALID. */
int feed_check_plan(const struct part *part, struct error *err) MUST_CHECK;

/* What an answer of a server of files means. */
enum refusal feed_refusal(const struct live_source *s, const struct part *part,
                          const struct http_response *resp, struct json_view body,
                          struct error *why);

/* For feeds that want no credential: it is live at once, and nothing is put on. */
int feed_credential_request(const struct live_source *s, const struct surroundings *env,
                            struct credential *c, timestamp now, struct arena *a,
                            struct http_request *out, struct error *err) MUST_CHECK;
int feed_credential_answer(const struct live_source *s, struct credential *c,
                           const struct http_response *resp, struct json_view body,
                           timestamp now, struct arena *a, struct error *err) MUST_CHECK;
int feed_authorize(const struct live_source *s, const struct credential *c, timestamp now,
                   struct arena *a, struct http_request *req, struct error *err) MUST_CHECK;

#endif
