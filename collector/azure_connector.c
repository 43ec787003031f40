/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Azure: Defender for Cloud, Azure Policy and the inventory of every
 * subscription that a principal may read.  Its settings, and where the clouds are.
 *
 * Source: Azure REST reference; "Azure Government endpoints", "Azure China endpoints".
 */
#include <string.h>

#include "net/url.h"

#include "azure_connector_private.h"
#include "text_part.h"

static const struct source_setting settings[] = {
        {"tenant", 0, NULL, "directory (tenant) id or domain; else AZURE_TENANT_ID"},
        {"client_id", 0, NULL,
         "application (client) id; else AZURE_CLIENT_ID; with a managed identity, the "
         "user-assigned one"},
        {"client_secret", SOURCE_SECRET, NULL,
         "the secret's value; else AZURE_CLIENT_SECRET"},
        {"client_certificate", SOURCE_SECRET, NULL,
         "PEM of certificate and RSA key; else the file of "
         "AZURE_CLIENT_CERTIFICATE_PATH"},
        {"auth", 0, "auto", "auto, secret, certificate, workload or managed"},
        {"cloud", 0, "public", "public, usgov or china"},
        {"subscriptions", SOURCE_LIST, NULL, "only these ids; else all that are visible"},
        {"bulk", 0, "graph", "graph: Azure Resource Graph; arm: each subscription's API"},
        {"lists", SOURCE_LIST, "assessments,subassessments,policy,alerts,inventory",
         "what is listed"},
        {"workspaces", SOURCE_LIST, NULL,
         "ARM ids of the Log Analytics workspaces of Microsoft Sentinel, for sentinel"},
        {"policy_states", 0, "all", "all, or failing: without what is compliant"},
        {"graph_quota", 0, "15", "queries that Resource Graph allows in 5 seconds"},
        {"endpoint", SOURCE_URL, NULL, "in the place of every host, for tests"},
        {0},
};

static const struct azure_cloud clouds[] = {
        {"public", "https://login.microsoftonline.com", "https://management.azure.com",
         "https://graph.microsoft.com"},
        {"usgov", "https://login.microsoftonline.us",
         "https://management.usgovcloudapi.net", "https://graph.microsoft.us"},
        {"china", "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn",
         "https://microsoftgraph.chinacloudapi.cn"},
};

int azure_cloud_find(const struct live_source *s, const struct azure_cloud **out,
                     struct error *err)
{
	const char *name = source_get(s, "cloud");

	for (size_t i = 0; i < N_ELEMENTS(clouds); i++) {
		if (strcmp(clouds[i].name, name) != 0)
			continue;
		*out = &clouds[i];
		return 0;
	}
	return error_set(err, ERR_INVALID, "cloud is public, usgov or china, not \"%.40s\"",
	                 name);
}

const char *azure_base(const struct live_source *s, const char *host)
{
	return text_either(source_get(s, "endpoint"), host);
}

bool azure_is_guid(const char *text)
{
	if (strlen(text) != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? text[i] != '-' : !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	}
	return true;
}

/* After a prefix, in any case; NULL: it does not begin so. */
static const char *past(const char *text, const char *prefix)
{
	return text && text_begins_nocase(text, prefix) ? text + strlen(prefix) : NULL;
}

bool azure_is_workspace(const char *text, struct arena *a)
{
	static const char name_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
	                                   "uvwxyz0123456789-_.()";
	const char *at = past(text, "/subscriptions/");
	size_t group;

	if (!at || strlen(at) < 36 || !azure_is_guid(arena_strndup(a, at, 36)))
		return false;
	at = past(at + 36, "/resourceGroups/");
	group = at ? strspn(at, name_letters) : 0;
	/* No group's name ends with a dot: no step up in a path either. */
	if (group == 0 || at[group - 1] == '.')
		return false;
	at = past(at + group, "/providers/Microsoft.OperationalInsights/workspaces/");
	return at && at[0] != '\0' && strchr(at, '.') == NULL &&
	       at[strspn(at, name_letters)] == '\0';
}

bool azure_lists_has(const struct live_source *s, const char *name, struct arena *a)
{
	const char **lists;
	const size_t n = source_list(s, "lists", a, &lists);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(lists[i], name) == 0)
			return true;
	}
	return false;
}

static int authorize(const struct live_source *s, const struct credential *c, timestamp now,
                     struct arena *a, struct http_request *req, struct error *err)
{
	(void)s;
	(void)now;
	if (!c->bearer)
		return error_set(err, ERR_INTERNAL, "the token is missing");
	http_add_header(req, "Authorization", arena_printf(a, "Bearer %s", c->bearer));
	return 0;
}

static bool is_plan(const struct part *part)
{
	return strcmp(part->kind, "plan") == 0;
}

static int request(const struct live_source *s, const struct part *part, const char *cursor,
                   timestamp now, struct arena *a, struct part_request *out,
                   struct error *err)
{
	(void)now;
	if (is_plan(part))
		return azure_plan_request(s, cursor, a, out, err);
	return azure_list_request(s, part, cursor, a, out, err);
}

static int page(const struct live_source *s, const struct page_input *in, struct arena *a,
                struct part_page *out, struct error *err)
{
	*out = (struct part_page){0};
	if (is_plan(in->part))
		return azure_plan_page(s, in, a, out, err);
	return azure_list_page(s, in, a, out, err);
}

const struct connector azure_connector = {
        .name = "azure",
        .title = "Microsoft Azure",
        .settings = settings,
        .credential_request = azure_credential_request,
        .credential_answer = azure_credential_answer,
        .authorize = authorize,
        .request = request,
        .page = page,
        .refusal = azure_refusal,
        .quota = azure_quota,
};
