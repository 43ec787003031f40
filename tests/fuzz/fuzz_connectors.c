/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a provider's answer.  The first lines say whom it is for: connector,
 * settings (KEY=VALUE;KEY=VALUE), kind of part (or "credential"), data of the part, cursor
 * (or the step of the credential), status; the rest is the body.  What is read leads to
 * requests that can be made; what is refused says why in one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_view.h"

#include "collector/connector.h"
#include "collector/source_check.h"

enum {
	MAX_SETTINGS = 8,
	NOW_S = 1767225600
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	struct live_source source;
	struct source_value values[MAX_SETTINGS];
	const char *kind, *data, *cursor;
	struct http_header headers[1];
	struct http_response resp;
	struct json_doc *doc;
	struct json_view body;
	struct arena *arena;
};

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void check_error(const struct error *err)
{
	check(err->code < 0, "an error without a code");
	check(err->text[0] && !strpbrk(err->text, "\r\n"), "an error is not one line");
}

static char *cut_line(char **at)
{
	char *line = *at;
	char *end = line + strcspn(line, "\n");

	*at = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

/* As `isobar source add` takes them. */
static bool is_good(const struct connector *c, const char *key, const char *value)
{
	const struct source_setting *s;
	struct error err;

	return source_check_key(c, key, &s, &err) == 0 &&
	       source_check_value(s, value, &err) == 0;
}

static void read_settings(struct input *in, char *text)
{
	while (*text && in->source.n_values < MAX_SETTINGS) {
		char *end = text + strcspn(text, ";");
		char *next = *end ? end + 1 : end;
		char *equals;

		*end = '\0';
		equals = strchr(text, '=');
		if (equals) {
			*equals = '\0';
			if (is_good(in->source.connector, text, equals + 1))
				in->values[in->source.n_values++] =
				        (struct source_value){text, equals + 1};
		}
		text = next;
	}
	in->source.values = in->values;
}

static bool read_input(struct input *in, char *text)
{
	struct error err;

	in->source.name = "fuzz";
	in->source.since = TIMESTAMP_NONE;
	in->source.connector = connector_find(cut_line(&text));
	if (!in->source.connector)
		return false;
	read_settings(in, cut_line(&text));
	in->kind = cut_line(&text);
	in->data = cut_line(&text);
	in->cursor = cut_line(&text);
	if (!*in->cursor)
		in->cursor = NULL;
	in->resp.status = strtol(cut_line(&text), NULL, 10);
	in->headers[0] = (struct http_header){"date", "Thu, 01 Jan 2026 00:00:00 GMT"};
	in->resp.headers = in->headers;
	in->resp.n_headers = 1;
	in->resp.body = text;
	in->resp.body_size = strlen(text);
	if (json_doc_parse(in->doc, text, in->resp.body_size, &in->body, &err) < 0)
		in->body = (struct json_view){0};
	return true;
}

static const char *no_variable(const char *name, void *ctx)
{
	(void)name;
	(void)ctx;
	return NULL;
}

static int no_file(const char *path, struct arena *a, const char **out, void *ctx,
                   struct error *err)
{
	(void)a;
	(void)out;
	(void)ctx;
	return error_set(err, ERR_INVALID, "%s: there is no file", path);
}

static void check_request(const struct http_request *req)
{
	check(req->method && req->url, "a request asks nothing");
	check(!strpbrk(req->url, " \r\n"), "a URL is more than one word");
	for (size_t i = 0; i < req->n_headers; i++)
		check(!strpbrk(req->headers[i].value, "\r\n"), "a header is two");
}

static void ask(const struct input *in, const struct part *part, const char *cursor)
{
	const struct connector *c = in->source.connector;
	struct part_request req = {0};
	struct error err = {0};

	if (c->request(&in->source, part, cursor, NOW_S * USEC_PER_SEC, in->arena, &req,
	               &err) < 0)
		check_error(&err);
	else
		check_request(&req.http);
}

static void read_page(const struct input *in, const struct part *part)
{
	const struct page_input page = {.part = part,
	                                .cursor = in->cursor,
	                                .response = &in->resp,
	                                .body = in->body};
	struct part_page out = {0};
	struct error err = {0};

	if (in->source.connector->page(&in->source, &page, in->arena, &out, &err) < 0) {
		check_error(&err);
		return;
	}
	check(!out.partial || !strpbrk(out.partial, "\r\n"), "a reason is not one line");
	if (out.next)
		ask(in, part, out.next);
	for (size_t i = 0; i < out.n_parts; i++) {
		check(out.parts[i].name && *out.parts[i].name && out.parts[i].kind,
		      "a part has no name");
		for (size_t k = 0; k < out.parts[i].n_scopes; k++)
			check(*out.parts[i].scopes[k], "a scope has no name");
		ask(in, &out.parts[i], NULL);
	}
}

static void read_credential(const struct input *in)
{
	const struct surroundings env = {no_variable, no_file, NULL};
	const struct connector *c = in->source.connector;
	struct credential credential = {
	        .name = in->data,
	        .step = in->cursor ? (unsigned int)strtoul(in->cursor, NULL, 10) : 0,
	        .note = "note",
	        .bearer = "bearer",
	        .expires_at = TIMESTAMP_NONE};
	struct http_request req = {0};
	struct error err = {0};

	if (c->credential_answer(&in->source, &credential, &in->resp, in->body,
	                         NOW_S * USEC_PER_SEC, in->arena, &err) < 0) {
		check_error(&err);
		return;
	}
	if (c->credential_request(&in->source, &env, &credential, NOW_S * USEC_PER_SEC,
	                          in->arena, &req, &err) < 0)
		check_error(&err);
	else if (req.url)
		check_request(&req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_SCOPED a = arena_new(4096);
	CLEANUP(json_doc_freep) struct json_doc *doc = json_doc_new(1U << 20, 64);
	struct input in = {.doc = doc, .arena = a};
	struct part part;
	struct error why = {0};

	if (!read_input(&in, arena_strndup(a, (const char *)data, size)))
		return 0;
	part = (struct part){.name = "part", .kind = in.kind, .data = in.data};
	if (strcmp(in.kind, "credential") == 0) {
		read_credential(&in);
		return 0;
	}
	ask(&in, &part, in.cursor);
	if (in.resp.status >= 200 && in.resp.status < 300) {
		read_page(&in, &part);
		return 0;
	}
	(void)in.source.connector->refusal(&in.source, &part, &in.resp, in.body, &why);
	check_error(&why);
	return 0;
}
