/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Google's APIs refuse with: {"error":{"code","message","status","details"}}.
 *
 * Source: AIP-193 (errors), google.rpc.ErrorInfo; Security Command Center, "Troubleshoot
 * errors".
 */
#include <string.h>

#include "gcp_connector_private.h"
#include "text_part.h"

enum {
	DETAILS_MAX = 20
};

struct google_error {
	const char *status, *message;
	const char *reason; /* of the ErrorInfo among details; "" */
};

static struct google_error read_error(struct json_view body)
{
	struct google_error e = {json_view_text_or(body, "/error/status", ""),
	                         json_view_text_or(body, "/error/message", ""), ""};
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(body, "/error/details", &it, &ignored) < 0)
		return e;
	for (int i = 0; i < DETAILS_MAX && json_items_next(&it); i++)
		if (e.reason[0] == '\0')
			e.reason = json_view_text_or(it.value, "reason", "");
	return e;
}

/* By status, and by reason where a status has several; the first that fits. */
static const struct {
	const char *status, *reason;
	enum refusal refusal;
	const char *hint;
} meanings[] = {
        {"PERMISSION_DENIED", "SERVICE_DISABLED", REFUSAL_ABSENT,
         "enable the API in the project of the credential or quota_project"},
        {"PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED", REFUSAL_RETRY, ""},
        {"PERMISSION_DENIED", "USER_PROJECT_DENIED", REFUSAL_DENIED,
         "quota_project needs roles/serviceusage.serviceUsageConsumer"},
        {"PERMISSION_DENIED", "BILLING_DISABLED", REFUSAL_DENIED,
         "switch billing on in the project"},
        {"PERMISSION_DENIED", "", REFUSAL_DENIED, NULL},
        {"UNAUTHENTICATED", "", REFUSAL_CREDENTIAL, ""},
        {"NOT_FOUND", "", REFUSAL_ABSENT, "it is gone, or not visible"},
        {"FAILED_PRECONDITION", "", REFUSAL_ABSENT,
         "Security Command Center is not activated there"},
        {"RESOURCE_EXHAUSTED", "", REFUSAL_RETRY, ""},
        {"UNAVAILABLE", "", REFUSAL_RETRY, ""},
        {"DEADLINE_EXCEEDED", "", REFUSAL_RETRY, ""},
        {"ABORTED", "", REFUSAL_RETRY, ""},
        {"INTERNAL", "", REFUSAL_RETRY, ""},
        {"UNKNOWN", "", REFUSAL_RETRY, ""},
};

static const char *role_hint(const struct part *part)
{
	if (strcmp(part->kind, "findings") == 0)
		return "needs roles/securitycenter.findingsViewer";
	if (strcmp(part->kind, "inventory") == 0)
		return "needs roles/cloudasset.viewer";
	return "discover needs roles/cloudasset.viewer there";
}

static enum refusal of_http(long status)
{
	if (status == 401)
		return REFUSAL_CREDENTIAL;
	if (status == 403)
		return REFUSAL_DENIED;
	if (status == 404)
		return REFUSAL_ABSENT;
	return status == 408 || status == 429 || status >= 500 ? REFUSAL_RETRY
	                                                       : REFUSAL_FATAL;
}

/* Page tokens expire; the API has no code of its own for that. */
static bool is_stale_token(const struct google_error *e)
{
	return strcmp(e->status, "INVALID_ARGUMENT") == 0 &&
	       (text_has_nocase(e->message, "page token") ||
	        text_has_nocase(e->message, "page_token") ||
	        text_has_nocase(e->message, "pageToken"));
}

static enum refusal judge(const struct google_error *e, long status,
                          const struct part *part, const char **hint)
{
	*hint = "";
	if (is_stale_token(e))
		return REFUSAL_RESTART;
	for (size_t i = 0; i < N_ELEMENTS(meanings); i++) {
		if (strcmp(meanings[i].status, e->status) != 0 ||
		    (meanings[i].reason[0] != '\0' &&
		     strcmp(meanings[i].reason, e->reason) != 0))
			continue;
		*hint = meanings[i].hint ? meanings[i].hint : role_hint(part);
		return meanings[i].refusal;
	}
	return of_http(status);
}

enum refusal gcp_refusal(const struct live_source *s, const struct part *part,
                         const struct http_response *resp, struct json_view body,
                         struct error *why)
{
	const struct google_error e = read_error(body);
	const char *hint;
	enum refusal refusal = judge(&e, resp->status, part, &hint);

	(void)s;
	error_set(why, refusal == REFUSAL_RETRY ? ERR_TRANSIENT : ERR_DENIED,
	          "%ld %.40s%s%.40s%s%s%s%.110s%s", resp->status, e.status,
	          e.reason[0] != '\0' ? " " : "", e.reason, hint[0] != '\0' ? ": " : "",
	          hint, e.message[0] != '\0' ? " (" : "", e.message,
	          e.message[0] != '\0' ? ")" : "");
	return refusal;
}
