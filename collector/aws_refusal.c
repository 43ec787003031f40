/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer that is no page means.  The code stands in the header
 * x-amzn-errortype ("InvalidAccessException:http://..."), in the body as __type
 * ("com.amazonaws...#ThrottlingException") or, of STS, as Error.Code, in JSON or XML.
 *
 * Source: API references of Security Hub, GuardDuty, Inspector and STS, "Common
 * errors"; AWS JSON and REST-JSON protocols, "Operation error serialization".
 */
#include <string.h>

#include "aws_connector_private.h"
#include "text_part.h"

enum {
	MAX_CODE = 64,
	MAX_MESSAGE = 90 /* of the 240 bytes of an error */
};

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789._-";

/* The word that text begins with, behind a namespace. */
static const char *word(const char *text, struct arena *a)
{
	const char *hash = strchr(text, '#');
	size_t size;

	if (hash != NULL)
		text = hash + 1;
	size = strspn(text, letters);
	return arena_strndup(a, text, size < MAX_CODE ? size : MAX_CODE);
}

const char *aws_error_code(const struct http_response *resp, struct json_view body,
                           struct arena *a)
{
	static const char *const places[] = {"__type", "code", "Code", "/Error/Code"};
	const char *code = http_header(resp, "x-amzn-errortype");

	if (code != NULL)
		return word(code, a);
	for (size_t i = 0; body.doc != NULL && i < N_ELEMENTS(places); i++) {
		code = json_view_text_or(body, places[i], "");
		if (code[0] != '\0')
			return word(code, a);
	}
	if (body.doc == NULL && resp->body != NULL)
		return word(text_between(resp->body, "<Code>", "</Code>", a), a);
	return "";
}

/* Several services write a code with and without "Exception" at its end. */
static const struct {
	const char *code;
	enum refusal means;
	const char *hint;
} codes[] = {
        {"InvalidAccess", REFUSAL_ABSENT, "it is not switched on there"},
        {"ResourceNotFound", REFUSAL_ABSENT, "it is not switched on there"},
        {"OptInRequired", REFUSAL_ABSENT, "the account does not use it"},
        {"SubscriptionRequired", REFUSAL_ABSENT, "the account does not use it"},
        {"RegionDisabled", REFUSAL_ABSENT, "the region is not switched on"},
        {"Throttling", REFUSAL_RETRY, "asked too often"},
        {"ThrottledException", REFUSAL_RETRY, "asked too often"},
        {"TooManyRequests", REFUSAL_RETRY, "asked too often"},
        {"RequestLimitExceeded", REFUSAL_RETRY, "asked too often"},
        {"LimitExceeded", REFUSAL_RETRY, "asked too often"},
        {"Internal", REFUSAL_RETRY, "the service failed"},
        {"InternalServer", REFUSAL_RETRY, "the service failed"},
        {"InternalServerError", REFUSAL_RETRY, "the service failed"},
        {"InternalFailure", REFUSAL_RETRY, "the service failed"},
        {"ServiceUnavailable", REFUSAL_RETRY, "the service failed"},
        {"ExpiredToken", REFUSAL_CREDENTIAL, "the session has expired"},
        {"InvalidClientTokenId", REFUSAL_CREDENTIAL,
         "there is no such access key, or the region is not switched on"},
        {"UnrecognizedClient", REFUSAL_CREDENTIAL,
         "there is no such access key, or the region is not switched on"},
        {"TokenRefreshRequired", REFUSAL_CREDENTIAL, "the session has expired"},
        {"InvalidSignature", REFUSAL_FATAL, NULL},
        {"SignatureDoesNotMatch", REFUSAL_FATAL, NULL},
        {"RequestExpired", REFUSAL_FATAL, NULL},
        {"RequestTimeTooSkewed", REFUSAL_FATAL, NULL},
        {"IncompleteSignature", REFUSAL_FATAL, NULL},
        {"AccessDenied", REFUSAL_DENIED, NULL},
        {"UnauthorizedOperation", REFUSAL_DENIED, NULL},
        {"Unauthorized", REFUSAL_DENIED, NULL},
        /* Tokens of pages expire after about a day; the run begins again once. */
        {"InvalidInput", REFUSAL_RESTART, ""},
        {"Validation", REFUSAL_RESTART, ""},
        {"BadRequest", REFUSAL_RESTART, ""},
};

static bool is_code(const char *code, const char *known)
{
	const size_t size = strlen(known);

	return strncmp(code, known, size) == 0 &&
	       (code[size] == '\0' || strcmp(code + size, "Exception") == 0);
}

static enum refusal by_status(long status)
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

/* Printable, short, one line.  Not of a wrong signature: it repeats the headers. */
static const char *message_of(struct json_view body, struct arena *a)
{
	const char *text =
	        json_view_text_or(body, "message", json_view_text_or(body, "Message", ""));
	const size_t size = strlen(text);
	char *copy = arena_strndup(a, text, size < MAX_MESSAGE ? size : MAX_MESSAGE);

	for (char *c = copy; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = ' ';
	return copy;
}

/* "User: arn:... is not authorized to perform: securityhub:GetFindings on ..." */
static void say_denied(const struct part *part, const char *code, struct json_view body,
                       struct arena *a, struct error *why)
{
	const struct aws_list *list = aws_list_find(part->kind);
	const char *text =
	        json_view_text_or(body, "message", json_view_text_or(body, "Message", ""));
	const char *named = strstr(text, "to perform: ");
	const char *action = list != NULL ? list->action : "sts:GetCallerIdentity";

	if (named != NULL) {
		named += strlen("to perform: ");
		action = arena_strndup(a, named, strcspn(named, " ,;\r\n\t"));
	}
	(void)error_set(why, ERR_DENIED,
	                "%s: %s may not be asked: allow %.90s (docs/connectors/aws.md)",
	                code, list != NULL ? list->title : "STS", action);
}

static void say_signature(const struct http_response *resp, const char *code,
                          struct error *why)
{
	const char *date = http_header(resp, "date");

	(void)error_set(why, ERR_DENIED,
	                "%s: the secret is not that of the access key, or this machine's "
	                "clock is wrong (it is %.40s there)",
	                code, date != NULL ? date : "unknown what time");
}

/* Inspector says so of an account that does not use it. */
static bool is_not_used(struct json_view body)
{
	const char *text =
	        json_view_text_or(body, "message", json_view_text_or(body, "Message", ""));

	return strstr(text, "Invoking account does not have access") != NULL ||
	       strstr(text, "not subscribed") != NULL;
}

enum refusal aws_refusal(const struct live_source *s, const struct part *part,
                         const struct http_response *resp, struct json_view body,
                         struct error *why)
{
	ARENA_SCOPED a = arena_new(1024);
	const struct aws_list *list = aws_list_find(part->kind);
	const char *title = list != NULL ? list->title : "STS";
	const char *code = aws_error_code(resp, body, a);
	enum refusal means = by_status(resp->status);
	const char *hint = "";

	(void)s;
	for (size_t i = 0; i < N_ELEMENTS(codes); i++) {
		if (!is_code(code, codes[i].code))
			continue;
		means = codes[i].means;
		hint = codes[i].hint;
		break;
	}
	if (code[0] == '\0')
		code = arena_printf(a, "HTTP %ld", resp->status);
	if (means == REFUSAL_DENIED && is_not_used(body)) {
		means = REFUSAL_ABSENT;
		hint = "it is not switched on there";
	}
	if (means == REFUSAL_DENIED) {
		say_denied(part, code, body, a, why);
	} else if (hint == NULL) {
		say_signature(resp, code, why);
	} else {
		if (hint[0] == '\0')
			hint = message_of(body, a);
		(void)error_set(why, means == REFUSAL_RETRY ? ERR_TRANSIENT : ERR_DENIED,
		                "%s: %s%s%s", title, code, hint[0] != '\0' ? ": " : "",
		                hint);
	}
	return means;
}
