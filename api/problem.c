/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problem documents: one table of names, one writer.  The guard, the server and
 * every handler answer errors through it, so that all of them look alike.
 */
#include "problem.h"

#include "base/attr.h"
#include "model/json_write.h"

struct problem_row {
	const char *text;
	unsigned int status;
	const char *title;
};

static const struct problem_row rows[N_PROBLEMS] = {
        [PROBLEM_INVALID_REQUEST] = {"invalid-request", 400, "Invalid request"},
        [PROBLEM_INVALID_PARAMETER] = {"invalid-parameter", 400, "Invalid parameter"},
        [PROBLEM_INVALID_CURSOR] = {"invalid-cursor", 400, "Invalid cursor"},
        [PROBLEM_UNAUTHORIZED] = {"unauthorized", 401, "Unauthorized"},
        [PROBLEM_FORBIDDEN] = {"forbidden", 403, "Forbidden"},
        [PROBLEM_NOT_FOUND] = {"not-found", 404, "Not found"},
        [PROBLEM_METHOD_NOT_ALLOWED] = {"method-not-allowed", 405, "Method not allowed"},
        [PROBLEM_REQUEST_TIMEOUT] = {"request-timeout", 408, "Request timeout"},
        [PROBLEM_CONFLICT] = {"conflict", 409, "Conflict"},
        [PROBLEM_NOT_ALLOWED] = {"transition-not-allowed", 409, "Transition not allowed"},
        [PROBLEM_IN_FLIGHT] = {"request-in-flight", 409, "Request in flight"},
        [PROBLEM_HISTORY_GONE] = {"history-gone", 410, "History gone"},
        [PROBLEM_PRECONDITION_FAILED] = {"precondition-failed", 412, "Precondition failed"},
        [PROBLEM_PAYLOAD_TOO_LARGE] = {"payload-too-large", 413, "Payload too large"},
        [PROBLEM_URI_TOO_LONG] = {"uri-too-long", 414, "URI too long"},
        [PROBLEM_MEDIA_TYPE] = {"unsupported-media-type", 415, "Unsupported media type"},
        [PROBLEM_EXPECTATION_FAILED] = {"expectation-failed", 417, "Expectation failed"},
        [PROBLEM_KEY_REUSED] = {"idempotency-key-reused", 422, "Idempotency-Key reused"},
        [PROBLEM_INVALID_CONTENT] = {"invalid-content", 422, "Invalid content"},
        [PROBLEM_PRECONDITION_REQUIRED] = {"precondition-required", 428,
                                           "Precondition required"},
        [PROBLEM_RATE_LIMITED] = {"rate-limited", 429, "Rate limited"},
        [PROBLEM_HEADERS_TOO_LARGE] = {"headers-too-large", 431, "Headers too large"},
        [PROBLEM_INTERNAL] = {"internal", 500, "Internal error"},
        [PROBLEM_NOT_IMPLEMENTED] = {"not-implemented", 501, "Not implemented"},
        [PROBLEM_UNAVAILABLE] = {"unavailable", 503, "Unavailable"},
        [PROBLEM_OVERLOADED] = {"overloaded", 503, "Overloaded"},
        [PROBLEM_VERSION_NOT_SUPPORTED] = {"version-not-supported", 505,
                                           "HTTP version not supported"},
};

const char *problem_text(enum problem_name name)
{
	return rows[name].text;
}

const char *problem_title(enum problem_name name)
{
	return rows[name].title;
}

unsigned int problem_status(enum problem_name name)
{
	return rows[name].status;
}

const char *status_phrase(unsigned int status)
{
	static const struct {
		unsigned int status;
		const char *phrase;
	} phrases[] = {
	        {200, "OK"},
	        {201, "Created"},
	        {202, "Accepted"},
	        {204, "No Content"},
	        {304, "Not Modified"},
	        {400, "Bad Request"},
	        {401, "Unauthorized"},
	        {403, "Forbidden"},
	        {404, "Not Found"},
	        {405, "Method Not Allowed"},
	        {408, "Request Timeout"},
	        {409, "Conflict"},
	        {410, "Gone"},
	        {412, "Precondition Failed"},
	        {413, "Content Too Large"},
	        {414, "URI Too Long"},
	        {415, "Unsupported Media Type"},
	        {417, "Expectation Failed"},
	        {422, "Unprocessable Content"},
	        {428, "Precondition Required"},
	        {429, "Too Many Requests"},
	        {431, "Request Header Fields Too Large"},
	        {500, "Internal Server Error"},
	        {501, "Not Implemented"},
	        {503, "Service Unavailable"},
	        {505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < N_ELEMENTS(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Status";
}

static void write_if_set(struct strbuf *out, const char *key, const char *text)
{
	if (text)
		json_write_text(out, key, text);
}

/* A relative reference, so that it holds wherever the service is reached (RFC 9457 3.1.1). */
static void write_type(struct strbuf *out, const char *text)
{
	struct strbuf type = {0};

	strbuf_printf(&type, "/problems/%s", text);
	json_write_text(out, "type", strbuf_text(&type));
	strbuf_done(&type);
}

void problem_write(const struct problem *p, struct strbuf *out)
{
	const struct problem_row *row = &rows[p->name];

	json_write_open(out, NULL, '{');
	write_type(out, row->text);
	json_write_text(out, "title", row->title);
	json_write_int(out, "status", row->status);
	write_if_set(out, "detail", p->detail);
	write_if_set(out, "instance", p->instance);
	write_if_set(out, "request_id", p->request_id);
	if (p->parameter || p->header || p->pointer) {
		json_write_open(out, "errors", '[');
		json_write_open(out, NULL, '{');
		write_if_set(out, "parameter", p->parameter);
		write_if_set(out, "header", p->header);
		write_if_set(out, "pointer", p->pointer);
		write_if_set(out, "detail", p->at_detail);
		json_write_close(out, '}');
		json_write_close(out, ']');
	}
	if (p->allowed) {
		json_write_open(out, "allowed", '[');
		for (const char *const *one = p->allowed; *one; one++)
			json_write_text(out, NULL, *one);
		json_write_close(out, ']');
	}
	json_write_close(out, '}');
}
