/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is listed of Azure, and how: by Azure Resource Graph over many subscriptions at
 * once, or by the API of each one.  A part goes through its listings one after the other,
 * since the findings of a subscription are proved all together or not at all.
 *
 * Source: Azure REST reference, Defender for Cloud (Assessments, Assessments Metadata, Sub
 * Assessments, Alerts), Policy States, Resource Graph (Resources); "Working with large
 * data sets", "Guidance for throttled requests", "Request limits and throttling".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "net/url.h"

#include "azure_connector_private.h"
#include "text_part.h"

enum {
	PAGE_ROWS = 1000, /* $top, at most */
	/* Posts count as writes: 200, and 10 a second. */
	ARM_POST_RATE = 600,
	ARM_POST_BURST = 200,
	GRAPH_QUOTA_MAX = 100000
};

struct listing {
	const char *tag;  /* in cursors */
	const char *list; /* of the setting lists that has it; NULL: always */
	const char *format;
	const char *query;   /* of Resource Graph, else the path */
	const char *failing; /* the same without what is in order */
	const char *path;    /* below the subscription, but of the tenant's metadata */
	const char *version;
	const char *order; /* $orderby, where pages need one */
	bool post;
	/* Of Microsoft Graph, which is asked when there is a quota. */
	const char *quota;        /* what counts together */
	const char *top;          /* $top; NULL: not known there */
	unsigned int rate, burst; /* requests a minute, at once */
};

#define GRAPH_FORMAT  "azure-resource-graph"
#define SECURITY      "/providers/Microsoft.Security/"
#define POLICY_STATES "microsoft.policyinsights/policystates"

/*
 * id is projected and sorted by: without it there is no $skipToken, or pages that miss
 * rows.  type tells the format which kind of row it is.
 */
#define GRAPH_ROWS_WHERE(table, type, where)      \
	table " | where type =~ '" type "'" where \
	      " | project id, name, type, subscriptionId, properties | order by id asc"
#define GRAPH_ROWS(table, type) GRAPH_ROWS_WHERE(table, type, "")

static const struct listing graph_findings[] = {
        {.tag = "assessments",
         .list = "assessments",
         .format = GRAPH_FORMAT,
         .query = GRAPH_ROWS("securityresources", "microsoft.security/assessments")},
        {.tag = "subassessments",
         .list = "subassessments",
         .format = GRAPH_FORMAT,
         .query = GRAPH_ROWS("securityresources",
                             "microsoft.security/assessments/subassessments")},
        {.tag = "policy",
         .list = "policy",
         .format = GRAPH_FORMAT,
         .query = GRAPH_ROWS("policyresources", POLICY_STATES),
         .failing = GRAPH_ROWS_WHERE("policyresources", POLICY_STATES,
                                     " | where properties.complianceState !~ "
                                     "'Compliant'")},
        /*
         * Resource Graph answers 200 with fewer rows for subscriptions that may not be
         * read (any more): asked last, so that the rows before were readable.
         */
        {.tag = "visible",
         .query = "resourcecontainers | where type =~ "
                  "'microsoft.resources/subscriptions' | project id, subscriptionId | "
                  "order by id asc"},
};

static const struct listing graph_alerts[] = {
        {.tag = "alerts",
         .format = GRAPH_FORMAT,
         .query = GRAPH_ROWS("securityresources", "microsoft.security/locations/alerts")},
};

static const struct listing graph_inventory[] = {
        {.tag = "resources",
         .format = GRAPH_FORMAT,
         .query = "resources | project id, name, type, location, resourceGroup, "
                  "subscriptionId, tags, kind, sku, identity, properties | "
                  "order by id asc"},
        {.tag = "containers",
         .format = GRAPH_FORMAT,
         .query = "resourcecontainers | project id, name, type, location, "
                  "resourceGroup, subscriptionId, tags, properties | order by id asc"},
        {.tag = "roles",
         .format = GRAPH_FORMAT,
         .query = "authorizationresources | where type =~ "
                  "'microsoft.authorization/roleassignments' | project id, name, type, "
                  "properties | order by id asc"},
};

static const struct listing arm_metadata[] = {
        {.tag = "builtin",
         .format = "azure-assessment-metadata",
         .path = SECURITY "assessmentMetadata",
         .version = "2020-01-01"},
};

static const struct listing arm_findings[] = {
        /* With the subscription's own ones, which the tenant's list lacks. */
        {.tag = "metadata",
         .list = "assessments",
         .format = "azure-assessment-metadata",
         .path = SECURITY "assessmentMetadata",
         .version = "2020-01-01"},
        {.tag = "assessments",
         .list = "assessments",
         .format = "azure-assessments",
         .path = SECURITY "assessments",
         .version = "2021-06-01"},
        {.tag = "subassessments",
         .list = "subassessments",
         .format = "azure-subassessments",
         .path = SECURITY "subAssessments",
         .version = "2019-01-01-preview"},
        {.tag = "policy",
         .list = "policy",
         .format = "azure-policy-states",
         .path = "/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults",
         .version = "2019-10-01",
         .post = true},
};

static const struct listing arm_alerts[] = {
        {.tag = "alerts",
         .format = "azure-alerts",
         .path = SECURITY "alerts",
         .version = "2022-01-01"},
};

static const struct listing sentinel_incidents[] = {
        {.tag = "incidents",
         .format = "sentinel-incidents",
         .path = "/providers/Microsoft.SecurityInsights/incidents",
         .version = "2023-11-01",
         /* What comes while pages are read comes at the end. */
         .order = "properties/createdTimeUtc asc"},
};

/* Microsoft Graph, "Service-specific throttling limits", for an app in a tenant. */
static const struct listing security_alerts[] = {
        {.tag = "alerts",
         .format = "graph-alerts",
         .path = "/v1.0/security/alerts_v2",
         .quota = "security",
         .top = "500",
         .rate = 150,
         .burst = 10},
};

static const struct listing risky_users[] = {
        {.tag = "users",
         .format = "entra-risky-users",
         .path = "/v1.0/identityProtection/riskyUsers",
         .quota = "identityprotection",
         .top = "500",
         .rate = 60, /* of all apps in the tenant */
         .burst = 1},
};

static const struct listing mfa[] = {
        {.tag = "users",
         .format = "entra-mfa",
         .path = "/v1.0/reports/authenticationMethods/userRegistrationDetails",
         .quota = "reports",
         .rate = 30,
         .burst = 5},
};

static const struct {
	const char *kind;
	const struct listing *listings;
	size_t n;
} kinds[] = {
        {AZURE_PART_GRAPH_FINDINGS, graph_findings, N_ELEMENTS(graph_findings)},
        {AZURE_PART_GRAPH_ALERTS, graph_alerts, N_ELEMENTS(graph_alerts)},
        {AZURE_PART_GRAPH_INVENTORY, graph_inventory, N_ELEMENTS(graph_inventory)},
        {AZURE_PART_METADATA, arm_metadata, N_ELEMENTS(arm_metadata)},
        {AZURE_PART_FINDINGS, arm_findings, N_ELEMENTS(arm_findings)},
        {AZURE_PART_ALERTS, arm_alerts, N_ELEMENTS(arm_alerts)},
        {AZURE_PART_SECURITY, security_alerts, N_ELEMENTS(security_alerts)},
        {AZURE_PART_RISKY_USERS, risky_users, N_ELEMENTS(risky_users)},
        {AZURE_PART_MFA, mfa, N_ELEMENTS(mfa)},
        {AZURE_PART_SENTINEL, sentinel_incidents, N_ELEMENTS(sentinel_incidents)},
};

/* Why a part that ends is not complete: the third field of a cursor. */
#define CAME_WHOLE     '-'
#define CAME_TRUNCATED 't'
#define CAME_LIMITED   's'
#define CAME_FEWER     'm'

static const char *why_short(char fault)
{
	switch (fault) {
	case CAME_TRUNCATED:
		return "Resource Graph cut the result off (resultTruncated, no $skipToken)";
	case CAME_LIMITED:
		return "Resource Graph asked only the first 10,000 subscriptions";
	case CAME_FEWER:
		return "Resource Graph gave fewer rows than its totalRecords";
	default:
		return NULL;
	}
}

/* Where a part stands. */
struct place {
	const struct listing *listings;
	size_t n, at;
	struct azure_cursor cursor;
};

static bool is_wanted(const struct live_source *s, const struct listing *l, struct arena *a)
{
	return !l->list || azure_lists_has(s, l->list, a);
}

/* From a listing on, the first that is wanted; n: none is. */
static size_t first_wanted(const struct live_source *s, const struct place *p, size_t from,
                           struct arena *a)
{
	while (from < p->n && !is_wanted(s, &p->listings[from], a))
		from++;
	return from;
}

static int find_place(const struct live_source *s, const struct part *part,
                      const char *cursor, struct arena *a, struct place *out,
                      struct error *err)
{
	size_t i = 0;

	while (i < N_ELEMENTS(kinds) && strcmp(kinds[i].kind, part->kind) != 0)
		i++;
	if (i == N_ELEMENTS(kinds))
		return error_set(err, ERR_INVALID, "\"%.40s\" is no kind of part",
		                 part->kind);
	*out = (struct place){.listings = kinds[i].listings, .n = kinds[i].n};
	if (!cursor) {
		out->at = first_wanted(s, out, 0, a);
		if (out->at == out->n)
			return error_set(err, ERR_INVALID,
			                 "nothing of part %.80s is in lists", part->name);
		out->cursor = (struct azure_cursor){.tag = out->listings[out->at].tag,
		                                    .fault = CAME_WHOLE,
		                                    .token = ""};
		return 0;
	}
	if (azure_cursor_read(cursor, a, &out->cursor, err) < 0)
		return err->code;
	while (out->at < out->n && strcmp(out->listings[out->at].tag, out->cursor.tag) != 0)
		out->at++;
	if (out->at == out->n)
		return error_set(err, ERR_INVALID, "cursor of another part: \"%.40s\"",
		                 out->cursor.tag);
	return 0;
}

/* What is in order may be left out of policy states alone: there are so many. */
static bool is_failing_only(const struct live_source *s)
{
	return strcmp(source_get(s, "policy_states"), "failing") == 0;
}

/* --- asking ARM --- */

/* What a part's data names of ARM: a subscription, a workspace, "" of the tenant. */
static int find_base(const struct part *part, struct arena *a, const char **base,
                     const char **subscription, struct error *err)
{
	static const char prefix[] = "/subscriptions/";
	const char *id = part->data;

	*base = *subscription = "";
	if (id[0] == '\0')
		return 0;
	if (id[0] == '/' && azure_is_workspace(id, a)) {
		*base = id;
		*subscription = arena_strndup(a, id + strlen(prefix), 36);
		return 0;
	}
	if (!azure_is_guid(id))
		return error_set(err, ERR_INVALID, "part %.80s names no subscription",
		                 part->name);
	*base = ARENA_JOIN(a, prefix, id);
	*subscription = id;
	return 0;
}

static int ask_arm(const struct live_source *s, const struct part *part,
                   const struct place *p, struct arena *a, struct part_request *out,
                   struct error *err)
{
	const struct listing *l = &p->listings[p->at];
	const struct url_pair pairs[] = {
	        {"api-version", l->version},
	        {"$top", l->post ? "1000" : NULL},
	        {"$filter",
	         l->post && is_failing_only(s) ? "complianceState ne 'Compliant'" : NULL},
	        {"$orderby", l->order},
	};
	struct azure_query q = {.audience = AZURE_ARM,
	                        .pairs = pairs,
	                        .n_pairs = N_ELEMENTS(pairs),
	                        .token = p->cursor.token};
	const char *base, *subscription;

	if (find_base(part, a, &base, &subscription, err) < 0)
		return err->code;
	q.path = ARENA_JOIN(a, base, l->path);
	if (azure_request(s, &q, a, out, err) < 0)
		return err->code;
	out->format = l->format;
	if (subscription[0] != '\0')
		out->rate_key = ARENA_JOIN(a, "azure/", l->post ? "post/" : "get/",
		                           subscription, "/", azure_principal_key(s, a));
	if (!l->post)
		return 0;
	/* With an empty body, to links of further pages too. */
	out->http.method = "POST";
	out->http.body = "";
	out->rate = ARM_POST_RATE;
	out->burst = ARM_POST_BURST;
	return 0;
}

/* --- asking Microsoft Graph --- */

static int ask_directory(const struct live_source *s, const struct place *p,
                         struct arena *a, struct part_request *out, struct error *err)
{
	const struct listing *l = &p->listings[p->at];
	const struct url_pair pair = {"$top", l->top};
	const struct azure_query q = {.audience = AZURE_GRAPH,
	                              .path = l->path,
	                              .pairs = &pair,
	                              .n_pairs = 1,
	                              .token = p->cursor.token};

	if (azure_request(s, &q, a, out, err) < 0)
		return err->code;
	/* Without it new services and states are all called unknownFutureValue. */
	http_add_header(&out->http, "Prefer", "include-unknown-enum-members");
	out->format = l->format;
	out->rate_key = ARENA_JOIN(a, "azure/", l->quota, "/", azure_principal_key(s, a));
	out->rate = l->rate;
	out->burst = l->burst;
	return 0;
}

/* --- asking Resource Graph --- */

static int graph_quota(const struct live_source *s, unsigned int *out, struct error *err)
{
	const char *text = source_get(s, "graph_quota");
	char *end;
	const unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < 1 || n > GRAPH_QUOTA_MAX)
		return error_set(err, ERR_INVALID,
		                 "graph_quota is a number from 1 to %d, not \"%.40s\"",
		                 GRAPH_QUOTA_MAX, text);
	*out = (unsigned int)n;
	return 0;
}

/* data: ids with commas between them. */
static const char *graph_body(const char *data, const char *query, const char *token,
                              struct arena *a)
{
	struct strbuf b = {0};
	const char *text;

	strbuf_puts(&b, "{\"subscriptions\":[");
	for (const char *id = data; *id != '\0';) {
		const size_t size = strcspn(id, ",");

		strbuf_puts(&b, id == data ? "\"" : ",\"");
		strbuf_put(&b, id, size);
		strbuf_putc(&b, '"');
		id += size + (id[size] == ',');
	}
	strbuf_puts(&b, "],\"query\":");
	strbuf_put_json(&b, query);
	strbuf_printf(&b, ",\"options\":{\"resultFormat\":\"objectArray\",\"$top\":%d",
	              PAGE_ROWS);
	if (token[0] != '\0') {
		strbuf_puts(&b, ",\"$skipToken\":");
		strbuf_put_json(&b, token);
	}
	strbuf_puts(&b, "}}");
	text = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return text;
}

/* "GUID,GUID", as the plan writes it. */
static bool are_guids(const char *data, struct arena *a)
{
	for (;;) {
		const size_t size = strcspn(data, ",");

		if (!azure_is_guid(arena_strndup(a, data, size)))
			return false;
		if (data[size] == '\0')
			return true;
		data += size + 1;
	}
}

static int ask_graph(const struct live_source *s, const struct part *part,
                     const struct place *p, struct arena *a, struct part_request *out,
                     struct error *err)
{
	const struct listing *l = &p->listings[p->at];
	unsigned int quota;

	if (!are_guids(part->data, a))
		return error_set(err, ERR_INVALID, "part %.80s names no subscriptions",
		                 part->name);
	if (graph_quota(s, &quota, err) < 0 ||
	    azure_arm_request(s, "/providers/Microsoft.ResourceGraph/resources",
	                      "2022-10-01", "", a, out, err) < 0)
		return err->code;
	out->http.method = "POST";
	out->http.body = graph_body(
	        part->data, l->failing && is_failing_only(s) ? l->failing : l->query,
	        p->cursor.token, a);
	out->http.body_size = strlen(out->http.body);
	http_add_header(&out->http, "Content-Type", "application/json");
	out->format = l->format;
	/* So many in five seconds, for a principal in its tenant. */
	out->rate_key = ARENA_JOIN(a, "azure/graph/", azure_principal_key(s, a));
	out->rate = quota * 12;
	out->burst = quota;
	return 0;
}

int azure_list_request(const struct live_source *s, const struct part *part,
                       const char *cursor, struct arena *a, struct part_request *out,
                       struct error *err)
{
	struct place p;

	if (find_place(s, part, cursor, a, &p, err) < 0)
		return err->code;
	if (p.listings[p.at].query)
		return ask_graph(s, part, &p, a, out, err);
	if (p.listings[p.at].quota)
		return ask_directory(s, &p, a, out, err);
	return ask_arm(s, part, &p, a, out, err);
}

/* --- pages --- */

/* The next page of this listing, the next listing, or the end. */
static void go_on(const struct live_source *s, struct place *p, const char *token,
                  struct arena *a, struct part_page *out)
{
	size_t next;

	if (token[0] != '\0') {
		p->cursor.token = token;
		out->next = azure_cursor_text(&p->cursor, a);
		return;
	}
	next = first_wanted(s, p, p->at + 1, a);
	if (next < p->n) {
		out->next = azure_cursor_text(
		        &(struct azure_cursor){.tag = p->listings[next].tag,
		                               .fault = p->cursor.fault,
		                               .token = ""},
		        a);
		return;
	}
	if (!out->partial)
		out->partial = why_short(p->cursor.fault);
}

static int arm_page(const struct live_source *s, const struct page_input *in,
                    struct place *p, struct arena *a, struct part_page *out,
                    struct error *err)
{
	const char *audience = p->listings[p->at].quota ? AZURE_GRAPH : AZURE_ARM;
	const char *link;

	/* {} and {"error":…} with 200 are no empty list. */
	if (!json_view_is_array(json_view_at(in->body, "value")))
		return error_set(err, ERR_INVALID, "value is missing or no list");
	if (azure_next_link(s, audience, in->body, &link, err) < 0)
		return err->code;
	if (link[0] != '\0' && strcmp(link, p->cursor.token) == 0)
		return error_set(err, ERR_INVALID, "nextLink leads to the same page");
	go_on(s, p, link, a, out);
	return 0;
}

static bool is_true(struct json_view body, const char *key)
{
	bool value = false;

	/* "true" by the specification, and a text in answers. */
	return (json_view_bool(json_view_at(body, key), &value) && value) ||
	       strcasecmp(json_view_text_or(body, key, ""), "true") == 0;
}

/*
 * Of a batch of subscriptions: those that no row names.  A new one may take minutes to
 * show, which costs the batch this run and nothing else.  A batch fits on one page; where
 * it came on several all the same, the rows are counted.
 */
static const char *missing_subscriptions(const struct part *part, struct json_view rows,
                                         int64_t n_rows, struct arena *a)
{
	const char *first = NULL;
	size_t n_all = 0, n_missing = 0;

	for (const char *id = part->data; *id != '\0'; n_all++) {
		const size_t size = strcspn(id, ",");
		struct json_items it = {0};
		struct error ignored;
		bool found = false;

		if (json_view_opt_items(rows, "", &it, &ignored) < 0)
			it.n = 0;
		while (!found && json_items_next(&it)) {
			const char *seen =
			        json_view_text_or(it.value, "subscriptionId", "");

			found = strlen(seen) == size && strncasecmp(seen, id, size) == 0;
		}
		if (!found && n_missing++ == 0)
			first = arena_strndup(a, id, size);
		id += size + (id[size] == ',');
	}
	if (n_missing == 0 ||
	    (n_rows > (int64_t)json_view_array_size(rows) && n_rows >= (int64_t)n_all))
		return NULL;
	return arena_printf(a, "%zu of %zu subscriptions could not be read, %s first",
	                    n_missing, n_all, first);
}

/*
 * The end of a listing of Resource Graph: did all of it come?  The rows that a token
 * stands for are counted, since "resultTruncated" says "false" while there are more.
 */
static void judge_graph(const struct page_input *in, const char *token, int64_t total,
                        struct place *p)
{
	const char *limit = http_header(in->response, "x-ms-tenant-subscription-limit-hit");

	if (limit && strcasecmp(limit, "true") == 0)
		p->cursor.fault = CAME_LIMITED;
	else if (token[0] == '\0' && is_true(in->body, "resultTruncated"))
		p->cursor.fault = CAME_TRUNCATED;
	else if (token[0] == '\0' && p->cursor.seen < total)
		p->cursor.fault = CAME_FEWER;
}

static int graph_page(const struct live_source *s, const struct page_input *in,
                      struct place *p, struct arena *a, struct part_page *out,
                      struct error *err)
{
	const struct listing *l = &p->listings[p->at];
	struct json_view rows = json_view_at(in->body, "data");
	int64_t count = 0, total = 0;
	const char *token = "";

	if (!json_view_is_array(rows))
		return error_set(err, ERR_INVALID, "data is missing or no list of objects");
	if (json_view_get_int(in->body, "count", &count, err) < 0 ||
	    json_view_opt_int(in->body, "totalRecords", &total, err) < 0 ||
	    json_view_opt_text(in->body, "$skipToken", &token, err) < 0)
		return err->code;
	if (count < 0 || count > PAGE_ROWS || total < 0 || total > AZURE_COUNT_MAX)
		return error_set(err, ERR_INVALID, "count is %lld, totalRecords %lld",
		                 (long long)count, (long long)total);
	if (l->format && (size_t)count != in->n_records)
		return error_set(err, ERR_INVALID, "count is %lld, and %zu rows came",
		                 (long long)count, in->n_records);
	if (strlen(token) > AZURE_MAX_LINK)
		return error_set(err, ERR_INVALID, "$skipToken is longer than %d bytes",
		                 AZURE_MAX_LINK);
	p->cursor.seen += count;
	/* The cursor counts rows, so that its repetition is not seen in its text. */
	if (token[0] != '\0' && strcmp(token, p->cursor.token) == 0)
		return error_set(err, ERR_INVALID, "$skipToken leads to the same page");
	if (p->cursor.seen > 2 * total + PAGE_ROWS)
		return error_set(err, ERR_INVALID,
		                 "$skipToken leads in a circle: %lld rows of %lld",
		                 (long long)p->cursor.seen, (long long)total);
	judge_graph(in, token, total, p);
	if (!l->format && token[0] == '\0')
		out->partial = missing_subscriptions(in->part, rows, p->cursor.seen, a);
	go_on(s, p, token, a, out);
	return 0;
}

int azure_list_page(const struct live_source *s, const struct page_input *in,
                    struct arena *a, struct part_page *out, struct error *err)
{
	struct place p;

	if (find_place(s, in->part, in->cursor, a, &p, err) < 0)
		return err->code;
	if (p.listings[p.at].query)
		return graph_page(s, in, &p, a, out, err);
	return arm_page(s, in, &p, a, out, err);
}
