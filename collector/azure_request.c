/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all listings of Azure share: cursors, requests to ARM and to Microsoft Graph, and
 * the links from page to page.
 *
 * Source: Azure REST reference; "Request limits and throttling"; Microsoft Graph, "Paging
 * Microsoft Graph data in your app".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/url.h"

#include "azure_connector_private.h"

enum {
	/* Reads: a bucket of 250, 25 a second more, for a subscription and principal. */
	ARM_RATE = 1500,
	ARM_BURST = 250
};

/* --- cursors --- */

int azure_cursor_read(const char *text, struct arena *a, struct azure_cursor *out,
                      struct error *err)
{
	const char *colon = strchr(text, ':');
	char *end;

	if (!colon || colon[1] < '0' || colon[1] > '9')
		return error_set(err, ERR_INVALID, "cursor \"%.40s\" is not one of ours",
		                 text);
	out->tag = arena_strndup(a, text, (size_t)(colon - text));
	out->seen = strtoll(colon + 1, &end, 10);
	if (out->seen > AZURE_COUNT_MAX || end[0] != ':' || end[1] == '\0' || end[2] != ':')
		return error_set(err, ERR_INVALID, "cursor \"%.40s\" is not one of ours",
		                 text);
	out->fault = end[1];
	out->token = end + 3;
	return 0;
}

const char *azure_cursor_text(const struct azure_cursor *c, struct arena *a)
{
	char counts[40];

	snprintf(counts, sizeof(counts), ":%lld:%c:", (long long)c->seen, c->fault);
	return ARENA_JOIN(a, c->tag, counts, c->token);
}

/* --- requests --- */

/* Whose quota it is: of the application, or of whatever the surroundings are. */
const char *azure_principal_key(const struct live_source *s, struct arena *a)
{
	return ARENA_JOIN(a, source_get(s, "endpoint"), source_get(s, "tenant"), "/",
	                  source_get(s, "client_id"));
}

/* Visible ASCII and nothing else. */
static bool is_one_word(const char *text)
{
	while (*text > ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

static int base_of(const struct live_source *s, const char *audience, const char **out,
                   struct error *err)
{
	const struct azure_cloud *cloud;

	if (azure_cloud_find(s, &cloud, err) < 0)
		return err->code;
	*out = azure_base(s,
	                  strcmp(audience, AZURE_GRAPH) == 0 ? cloud->graph : cloud->arm);
	return 0;
}

int azure_request(const struct live_source *s, const struct azure_query *q, struct arena *a,
                  struct part_request *out, struct error *err)
{
	const char *base;

	if (base_of(s, q->audience, &base, err) < 0)
		return err->code;
	*out = (struct part_request){
	        .http = {.method = "GET",
	                 .url = q->token[0] != '\0'
	                                ? q->token
	                                : url_build(base, q->path, q->pairs, q->n_pairs, a),
	                 .allow_http = source_get(s, "endpoint")[0] != '\0'},
	        .credential = q->audience,
	        .rate_key = ARENA_JOIN(a, "azure/tenant/", azure_principal_key(s, a)),
	        .rate = ARM_RATE,
	        .burst = ARM_BURST,
	};
	/* Checked when it came; the cursor may have been stored since, and settings changed. */
	if (q->token[0] != '\0' &&
	    (!is_one_word(q->token) || !url_same_origin(q->token, base)))
		return error_set(err, ERR_INVALID, "nextLink leads to another host");
	http_add_header(&out->http, "Accept", "application/json");
	return 0;
}

int azure_arm_request(const struct live_source *s, const char *path, const char *version,
                      const char *token, struct arena *a, struct part_request *out,
                      struct error *err)
{
	const struct url_pair pair = {"api-version", version};
	const struct azure_query q = {.audience = AZURE_ARM,
	                              .path = path,
	                              .pairs = &pair,
	                              .n_pairs = 1,
	                              .token = token};

	return azure_request(s, &q, a, out, err);
}

int azure_next_link(const struct live_source *s, const char *audience,
                    struct json_view body, const char **out, struct error *err)
{
	const char *base;

	*out = "";
	if (json_view_opt_text(body, "nextLink", out, err) < 0)
		return err->code;
	if ((*out)[0] == '\0' && json_view_opt_text(body, "@odata.nextLink", out, err) < 0)
		return err->code;
	if ((*out)[0] == '\0')
		return 0;
	if (base_of(s, audience, &base, err) < 0)
		return err->code;
	if (strlen(*out) > AZURE_MAX_LINK)
		return error_set(err, ERR_INVALID, "nextLink is longer than %d bytes",
		                 AZURE_MAX_LINK);
	if (!is_one_word(*out))
		return error_set(err, ERR_INVALID, "nextLink holds a byte that no URL has");
	if (!url_same_origin(*out, base))
		return error_set(err, ERR_INVALID, "nextLink leads to another host");
	return 0;
}
