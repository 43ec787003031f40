/* SPDX-License-Identifier: Apache-2.0 */
/* What the connectors of feeds share: files of a server that wants no credential. */
#include <string.h>

#include "net/url.h"

#include "feed_connector_private.h"

void feed_request_file(const struct live_source *s, const char *host, const char *path,
                       struct arena *a, struct part_request *out)
{
	const char *endpoint = source_get(s, "endpoint");

	*out = (struct part_request){.feed = s->connector->name,
	                             .rate_key = s->connector->name,
	                             .rate = 60,
	                             .burst = 3};
	out->http.method = "GET";
	out->http.url = url_build(*endpoint ? endpoint : host, path, NULL, 0, a);
	out->http.allow_http = *endpoint != '\0';
	out->http.timeout_ms = FEED_TIMEOUT_MS;
	out->http.max_response = FEED_RESPONSE_MAX;
}

int feed_check_plan(const struct part *part, struct error *err)
{
	if (strcmp(part->kind, "plan") == 0)
		return 0;
	return error_set(err, ERR_INVALID, "%.20s: no such part", part->kind);
}

static const struct {
	long status;
	enum refusal refusal;
	const char *hint;
} meanings[] = {
        {401, REFUSAL_DENIED, "the server wants a credential; endpoint is another's"},
        {403, REFUSAL_DENIED, "the server does not let this machine read it"},
        {404, REFUSAL_ABSENT, "the server has no such file"},
        {408, REFUSAL_RETRY, "the server waited too long"},
        {410, REFUSAL_ABSENT, "the file is gone for good"},
        {429, REFUSAL_RETRY, "too many requests"},
};

enum refusal feed_refusal(const struct live_source *s, const struct part *part,
                          const struct http_response *resp, struct json_view body,
                          struct error *why)
{
	(void)s;
	(void)part;
	(void)body;
	for (size_t i = 0; i < N_ELEMENTS(meanings); i++) {
		if (meanings[i].status != resp->status)
			continue;
		error_set(why, ERR_DENIED, "%ld: %s", resp->status, meanings[i].hint);
		return meanings[i].refusal;
	}
	if (resp->status >= 500) {
		error_set(why, ERR_TRANSIENT, "%ld: the server has a fault", resp->status);
		return REFUSAL_RETRY;
	}
	error_set(why, ERR_DENIED, "%ld: the server has moved it; set endpoint",
	          resp->status);
	return REFUSAL_FATAL;
}

int feed_credential_request(const struct live_source *s, const struct surroundings *env,
                            struct credential *c, timestamp now, struct arena *a,
                            struct http_request *out, struct error *err)
{
	(void)s;
	(void)env;
	(void)c;
	(void)now;
	(void)a;
	(void)err;
	*out = (struct http_request){0};
	return 0;
}

int feed_credential_answer(const struct live_source *s, struct credential *c,
                           const struct http_response *resp, struct json_view body,
                           timestamp now, struct arena *a, struct error *err)
{
	(void)s;
	(void)c;
	(void)resp;
	(void)body;
	(void)now;
	(void)a;
	return error_set(err, ERR_INTERNAL, "a feed asks for no token");
}

int feed_authorize(const struct live_source *s, const struct credential *c, timestamp now,
                   struct arena *a, struct http_request *req, struct error *err)
{
	(void)s;
	(void)c;
	(void)now;
	(void)a;
	(void)req;
	(void)err;
	return 0;
}
