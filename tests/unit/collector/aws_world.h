/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the AWS connector: a source, the variables and files around it, and
 * requests as one line of text: METHOD URL {Header: value} [sigv4 key:secret] body.
 */
#ifndef ISOBAR_TEST_AWS_WORLD_H
#define ISOBAR_TEST_AWS_WORLD_H

#include "base/strbuf.h"

#include "collector/aws_connector_private.h"
#include "run_format.h"

enum {
	MAX_PAIRS = 12
};

#define NOW (INT64_C(1767225600) * USEC_PER_SEC) /* 2026-01-01T00:00:00Z */

/* Ends with key NULL. */
struct world {
	struct source_value set[MAX_PAIRS];       /* settings */
	struct source_value variables[MAX_PAIRS]; /* NAME, value */
	struct source_value files[MAX_PAIRS];     /* path, text */
};

static inline size_t pairs_of(const struct source_value *pairs)
{
	size_t n = 0;

	while (n < MAX_PAIRS && pairs[n].key != NULL)
		n++;
	return n;
}

static inline struct live_source source_of(const struct world *w)
{
	return (struct live_source){.name = "test",
	                            .connector = &aws_connector,
	                            .values = w->set,
	                            .n_values = pairs_of(w->set)};
}

static inline const char *world_variable(const char *name, void *ctx)
{
	const struct world *w = ctx;

	for (size_t i = 0; i < pairs_of(w->variables); i++)
		if (strcmp(w->variables[i].key, name) == 0)
			return w->variables[i].value;
	return NULL;
}

static inline int world_file(const char *path, struct arena *a, const char **out, void *ctx,
                             struct error *err)
{
	const struct world *w = ctx;

	for (size_t i = 0; i < pairs_of(w->files); i++)
		if (strcmp(w->files[i].key, path) == 0) {
			*out = arena_strdup(a, w->files[i].value);
			return 0;
		}
	return error_set(err, ERR_INVALID, "%s: no such file", path);
}

static inline const char *request_line(const struct http_request *req, struct arena *a)
{
	struct strbuf b = {0};
	const char *text;

	strbuf_printf(&b, "%s %s", req->method, req->url);
	for (size_t i = 0; i < req->n_headers; i++) {
		/* Every POST has it. */
		if (strcmp(req->headers[i].name, "Content-Type") != 0)
			strbuf_printf(&b, " {%s: %s}", req->headers[i].name,
			              req->headers[i].value);
	}
	if (req->aws_sigv4 != NULL)
		strbuf_printf(&b, " [%s %s]", req->aws_sigv4,
		              req->userpwd != NULL ? req->userpwd : "");
	if (req->body != NULL)
		strbuf_printf(&b, " %s", req->body);
	text = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return text;
}

/* An answer: text with ' for "; what is no JSON has no body to view. */
struct answer {
	struct http_header headers[2];
	struct http_response resp;
	struct json_view body;
};

static inline void answer_with(struct answer *out, struct json_doc *doc, struct arena *a,
                               long status, const char *text, const char *error_type)
{
	char *json = arena_strdup(a, text);
	struct error ignored;

	for (char *c = strchr(json, '\''); c != NULL; c = strchr(c, '\''))
		*c = '"';
	*out = (struct answer){
	        .resp = {.status = status, .body = json, .body_size = strlen(json)}};
	out->headers[0] = (struct http_header){"date", "Thu, 01 Jan 2026 00:10:00 GMT"};
	out->headers[1] = (struct http_header){"x-amzn-errortype", error_type};
	out->resp.headers = out->headers;
	out->resp.n_headers = error_type != NULL ? 2 : 1;
	if (json_doc_parse(doc, json, strlen(json), &out->body, &ignored) != 0)
		out->body = (struct json_view){0};
}

#endif
