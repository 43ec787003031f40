/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AZURE_CONNECTOR_PRIVATE_H
#define ISOBAR_AZURE_CONNECTOR_PRIVATE_H

#include "connector.h"

/* What the files of the Azure connector share. */

/* --- where Azure lives (azure_connector.c) --- */

struct azure_cloud {
	const char *name; /* in the setting cloud */
	const char *login, *arm, *graph;
};

/* ERR_INVALID: the setting names none. */
int azure_cloud_find(const struct live_source *s, const struct azure_cloud **out,
                     struct error *err) MUST_CHECK;
/* The setting endpoint in the place of every host; else host. */
const char *azure_base(const struct live_source *s, const char *host) NON_NULL;
/* 36 hexadecimal digits and hyphens, as ids of tenants and subscriptions are. */
bool azure_is_guid(const char *text);
/* "/subscriptions/…/workspaces/NAME", of Log Analytics, with nothing a path may not have. */
bool azure_is_workspace(const char *text, struct arena *a);
/* Does the setting lists have it? */
bool azure_lists_has(const struct live_source *s, const char *name, struct arena *a);

/* --- tokens (azure_credential.c) --- */

/* Audiences: struct credential's name. */
#define AZURE_ARM   "arm"
#define AZURE_GRAPH "graph"

int azure_credential_request(const struct live_source *s, const struct surroundings *env,
                             struct credential *c, timestamp now, struct arena *a,
                             struct http_request *out, struct error *err) MUST_CHECK;
int azure_credential_answer(const struct live_source *s, struct credential *c,
                            const struct http_response *resp, struct json_view body,
                            timestamp now, struct arena *a, struct error *err) MUST_CHECK;

/* Where a token comes from (azure_login.c). */
enum azure_method {
	AZURE_BY_SECRET,
	AZURE_BY_CERTIFICATE,
	AZURE_BY_FEDERATION, /* of a token in a file, which Kubernetes renews */
	AZURE_BY_APP_SERVICE,
	AZURE_BY_MACHINE
};

struct azure_login {
	enum azure_method method;
	const char *tenant, *client;
	const char *secret;      /* of AZURE_BY_SECRET */
	const char *certificate; /* PEM, with its key */
	const char *assertion;   /* of AZURE_BY_FEDERATION */
	const char *endpoint;    /* of the identity endpoint */
	const char *header;      /* that it wants; "" */
	const char *authority;   /* "https://login.microsoftonline.com" */
};

/* ERR_INVALID: a setting, variable or file is wrong or missing. */
int azure_login_find(const struct live_source *s, const struct surroundings *env,
                     struct arena *a, struct azure_login *out,
                     struct error *err) MUST_CHECK;

/* --- cursors and requests (azure_request.c) --- */

/* More rows than any tenant has; sums of it fit. */
#define AZURE_COUNT_MAX INT64_C(1000000000000)

enum {
	AZURE_MAX_LINK = 16384
};

/*
 * A cursor: "TAG:SEEN:SHORT:TOKEN".  TAG names the listing, since a part has several one
 * after the other; SEEN counts its records so far; SHORT is '-', or tells of a listing
 * that came short; TOKEN is the page's: a link, a $skipToken, "" for the first.
 */
struct azure_cursor {
	const char *tag;
	int64_t seen;
	char fault;
	const char *token;
};

int azure_cursor_read(const char *text, struct arena *a, struct azure_cursor *out,
                      struct error *err) MUST_CHECK;
const char *azure_cursor_text(const struct azure_cursor *c, struct arena *a) NON_NULL;

/* Whose quota it is: of the application, or of whatever the surroundings are. */
const char *azure_principal_key(const struct live_source *s, struct arena *a) NON_NULL;

/* A page that is asked for. */
struct azure_query {
	const char *audience; /* AZURE_ARM, AZURE_GRAPH: whose host and token */
	const char *path;
	const struct url_pair *pairs;
	size_t n_pairs;
	const char *token; /* a link in the place of path and pairs; "": the first page */
};

/* With the rate of ARM's tenant-wide reads; the caller sets another. */
int azure_request(const struct live_source *s, const struct azure_query *q, struct arena *a,
                  struct part_request *out, struct error *err) MUST_CHECK;
/* Of ARM, with a version alone. */
int azure_arm_request(const struct live_source *s, const char *path, const char *version,
                      const char *token, struct arena *a, struct part_request *out,
                      struct error *err) MUST_CHECK;
/* The link to the next page of a listing; "": it was the last. */
int azure_next_link(const struct live_source *s, const char *audience,
                    struct json_view body, const char **out, struct error *err) MUST_CHECK;

/* --- listings (azure_lists.c) --- */

/* Kinds of parts; "plan" is in azure_plan.c. */
#define AZURE_PART_METADATA        "metadata"
#define AZURE_PART_FINDINGS        "findings"
#define AZURE_PART_ALERTS          "alerts"
#define AZURE_PART_GRAPH_FINDINGS  "graph-findings"
#define AZURE_PART_GRAPH_ALERTS    "graph-alerts"
#define AZURE_PART_GRAPH_INVENTORY "graph-inventory"
#define AZURE_PART_SENTINEL        "sentinel"
/* Of Microsoft Graph. */
#define AZURE_PART_SECURITY    "security-alerts"
#define AZURE_PART_RISKY_USERS "risky-users"
#define AZURE_PART_MFA         "mfa"

int azure_list_request(const struct live_source *s, const struct part *part,
                       const char *cursor, struct arena *a, struct part_request *out,
                       struct error *err) MUST_CHECK;
int azure_list_page(const struct live_source *s, const struct page_input *in,
                    struct arena *a, struct part_page *out, struct error *err) MUST_CHECK;

/* --- the plan (azure_plan.c) --- */

int azure_plan_request(const struct live_source *s, const char *cursor, struct arena *a,
                       struct part_request *out, struct error *err) MUST_CHECK;
int azure_plan_page(const struct live_source *s, const struct page_input *in,
                    struct arena *a, struct part_page *out, struct error *err) MUST_CHECK;

/* --- refusals (azure_refusal.c) --- */

enum refusal azure_refusal(const struct live_source *s, const struct part *part,
                           const struct http_response *resp, struct json_view body,
                           struct error *why);
void azure_quota(const struct http_response *resp, struct quota *out);

/* Of a foreign text for people: printable ASCII, cut to size. */
void azure_plain(const char *text, char *out, size_t size);

#endif
