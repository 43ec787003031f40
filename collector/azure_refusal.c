/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Azure's refusals mean, and what its headers tell of the rate.
 *
 * Source: "Common Azure deployment errors", "Resource provider errors", "Request limits
 * and throttling"; Resource Graph, "Guidance for throttled requests".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azure_connector_private.h"
#include "text_part.h"

void azure_plain(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && *text != '\n' && n + 1 < size; text++)
		out[n++] = *text < ' ' || *text > '~' ? '?' : *text;
	out[n] = '\0';
}

/* The code of an ARM error; Resource Graph says more in the first detail. */
static const char *code_of(struct json_view body)
{
	const char *detail = json_view_text_or(body, "/error/details/0/code", "");

	return text_either(detail, json_view_text_or(body, "/error/code", ""));
}

static const char *role_of(const struct part *part)
{
	static const struct {
		const char *kind, *role;
	} roles[] = {
	        {"plan", "Reader and Security Reader on the subscriptions are needed"},
	        {AZURE_PART_GRAPH_INVENTORY, "Reader on the subscription is needed"},
	        {AZURE_PART_METADATA, "Security Reader is needed"},
	        {AZURE_PART_SENTINEL,
	         "Microsoft Sentinel Reader on the workspace is needed"},
	        {AZURE_PART_SECURITY,
	         "the application permission SecurityAlert.Read.All is needed"},
	        {AZURE_PART_RISKY_USERS,
	         "the application permission IdentityRiskyUser.Read.All is needed"},
	        {AZURE_PART_MFA, "the application permission AuditLog.Read.All is needed"},
	};

	for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
		if (strcmp(part->kind, roles[i].kind) == 0)
			return roles[i].role;
	}
	return "Security Reader (and Reader, for policy) on the subscription is needed";
}

/* Microsoft Graph says so in words, with the code of a missing permission. */
static bool is_unlicensed(struct json_view body)
{
	return text_has_nocase(json_view_text_or(body, "/error/message", ""),
	                       "not licensed");
}

#define UNLICENSED "the tenant has no licence for it (Microsoft Entra ID P1 or P2)"

/* clang-format off */
static const struct {
	long status; /* 0: any */
	const char *code; /* how it begins; "": any */
	enum refusal refusal;
	const char *hint; /* NULL: the role of the part; "": the provider's message */
} rules[] = {
	{401, "", REFUSAL_CREDENTIAL, "the token is not accepted"},
	{0, "NoValidSubscriptionsInQueryRequest", REFUSAL_DENIED, NULL},
	{0, "MissingSubscriptionRegistration", REFUSAL_ABSENT, "Defender for Cloud or Policy is not registered in the subscription"},
	{0, "SubscriptionNotRegistered", REFUSAL_ABSENT, "Defender for Cloud or Policy is not registered in the subscription"},
	{0, "SubscriptionNotFound", REFUSAL_ABSENT, "the subscription is gone, or no longer visible"},
	{403, "Authentication_RequestFromNonPremiumTenant", REFUSAL_ABSENT, UNLICENSED},
	{403, "", REFUSAL_DENIED, NULL},
	{404, "", REFUSAL_ABSENT, "there is no such listing"},
	{410, "", REFUSAL_ABSENT, "there is no such listing any more"},
	{408, "", REFUSAL_RETRY, ""},
	{429, "", REFUSAL_RETRY, "too many requests"},
	{0, "InvalidSkipToken", REFUSAL_RESTART, "the place in the listing has expired"},
	{0, "ExpiredSkipToken", REFUSAL_RESTART, "the place in the listing has expired"},
	{0, "SkipTokenExpired", REFUSAL_RESTART, "the place in the listing has expired"},
	{0, "Directory_ExpiredPageToken", REFUSAL_RESTART, "the place in the listing has expired"},
};
/* clang-format on */

static void explain(const struct http_response *resp, struct json_view body,
                    const char *hint, struct error *why)
{
	char code[64], message[120];

	azure_plain(text_either(code_of(body), "no error code"), code, sizeof(code));
	azure_plain(text_either(hint, json_view_text_or(body, "/error/message", "")),
	            message, sizeof(message));
	error_set(why, ERR_INVALID, "%s (HTTP %ld)%s%s", code, resp->status,
	          message[0] == '\0' ? "" : ": ", message);
}

enum refusal azure_refusal(const struct live_source *s, const struct part *part,
                           const struct http_response *resp, struct json_view body,
                           struct error *why)
{
	const char *code = code_of(body);

	(void)s;
	if (resp->status == 403 && is_unlicensed(body)) {
		explain(resp, body, UNLICENSED, why);
		return REFUSAL_ABSENT;
	}
	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if ((rules[i].status != 0 && rules[i].status != resp->status) ||
		    !text_begins_nocase(code, rules[i].code))
			continue;
		explain(resp, body, rules[i].hint ? rules[i].hint : role_of(part), why);
		return rules[i].refusal;
	}
	explain(resp, body, "", why);
	return resp->status >= 500 ? REFUSAL_RETRY : REFUSAL_FATAL;
}

/* --- what is left of a rate --- */

/* Digits and nothing else; false: it is no number. */
static bool read_count(const char *text, int64_t *out)
{
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoll(text, &end, 10);
	return *end == '\0';
}

/* "00:00:05"; 0: it is none. */
static unsigned int read_span_ms(const char *text)
{
	unsigned int seconds = 0;

	if (!text || strlen(text) != strlen("00:00:05"))
		return 0;
	for (size_t i = 0; i < 3; i++, text += 3) {
		if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' ||
		    (i < 2 && text[2] != ':'))
			return 0;
		seconds =
		        seconds * 60 + (unsigned int)((text[0] - '0') * 10 + text[1] - '0');
	}
	return seconds * 1000;
}

void azure_quota(const struct http_response *resp, struct quota *out)
{
	enum {
		REFILL_A_SECOND = 25 /* of reads in a subscription */
	};

	*out = (struct quota){.remaining = -1};
	if (read_count(http_header(resp, "x-ms-user-quota-remaining"), &out->remaining)) {
		out->resets_after_ms =
		        read_span_ms(http_header(resp, "x-ms-user-quota-resets-after"));
		return;
	}
	/* A bucket that fills all the time: only when it is about empty does it matter. */
	if (read_count(http_header(resp, "x-ms-ratelimit-remaining-subscription-reads"),
	               &out->remaining)) {
		if (out->remaining < REFILL_A_SECOND)
			out->resets_after_ms = 1000;
		else
			out->remaining = -1;
	}
}
