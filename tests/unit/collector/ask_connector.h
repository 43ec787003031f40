/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of connectors: a source with settings, variables and files that stand in
 * tables, and what it asks and makes of answers.  Fixtures have ' for ".
 */
#ifndef ISOBAR_TEST_ASK_CONNECTOR_H
#define ISOBAR_TEST_ASK_CONNECTOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <string.h>

#include "base/json_view.h"

#include "collector/connector.h"

#define ASK_MAX 24

struct ask {
	struct live_source s;
	struct source_value values[ASK_MAX];
	struct source_value variables[ASK_MAX], files[ASK_MAX];
	size_t n_variables, n_files;
	struct surroundings env;
	struct credential c;
	timestamp now;
	struct arena *arena;
	struct json_doc *doc;
	struct http_request http;    /* the last on the way to a credential */
	struct part_request request; /* the last for a page */
	struct part_page page;
	struct error err;
};

static inline const char *ask_variable(const char *name, void *ctx)
{
	const struct ask *t = ctx;

	for (size_t i = 0; i < t->n_variables; i++)
		if (strcmp(t->variables[i].key, name) == 0)
			return t->variables[i].value;
	return NULL;
}

static inline int ask_file(const char *path, struct arena *a, const char **out, void *ctx,
                           struct error *err)
{
	const struct ask *t = ctx;

	for (size_t i = 0; i < t->n_files; i++)
		if (strcmp(t->files[i].key, path) == 0) {
			*out = arena_strdup(a, t->files[i].value);
			return 0;
		}
	return error_set(err, ERR_NOT_FOUND, "no such file");
}

/* t stays where it is: it is its own context. */
static inline void ask_open(struct ask *t, const struct connector *connector)
{
	*t = (struct ask){.arena = arena_new(65536),
	                  .doc = json_doc_new(1U << 20, 64),
	                  .c = {.name = "", .expires_at = TIMESTAMP_NONE}};
	t->s = (struct live_source){.name = "test",
	                            .connector = connector,
	                            .values = t->values,
	                            .since = TIMESTAMP_NONE};
	t->env = (struct surroundings){ask_variable, ask_file, t};
	t->now = INT64_C(1767247200) * USEC_PER_SEC; /* 2026-01-01T06:00:00Z */
}

static inline void ask_close(struct ask *t)
{
	json_doc_free(t->doc);
	arena_free(t->arena);
}

static inline void ask_set(struct ask *t, const char *key, const char *value)
{
	t->values[t->s.n_values++] = (struct source_value){key, value};
}

static inline void ask_set_variable(struct ask *t, const char *name, const char *value)
{
	t->variables[t->n_variables++] = (struct source_value){name, value};
}

static inline void ask_set_file(struct ask *t, const char *path, const char *text)
{
	t->files[t->n_files++] = (struct source_value){path, text};
}

static inline char *ask_quotes(struct ask *t, const char *text)
{
	char *json = arena_strdup(t->arena, text);

	for (char *c = strchr(json, '\''); c != NULL; c = strchr(c, '\''))
		*c = '"';
	return json;
}

/* What is no JSON does not exist. */
static inline struct json_view ask_body(struct ask *t, const char *text)
{
	struct json_view v = {0};
	const char *json = ask_quotes(t, text);

	if (json_doc_parse(t->doc, json, strlen(json), &v, &t->err) < 0)
		return (struct json_view){0};
	return v;
}

/* header is "name: value" or NULL. */
static inline struct http_response ask_response(struct ask *t, long status,
                                                const char *body, const char *header)
{
	struct http_response resp = {
	        .status = status, .body = body, .body_size = strlen(body)};
	struct http_header *h = ARENA_NEW(t->arena, struct http_header);
	const char *colon = header ? strstr(header, ": ") : NULL;

	if (colon) {
		h->name = arena_strndup(t->arena, header, (size_t)(colon - header));
		h->value = colon + 2;
		resp.headers = h;
		resp.n_headers = 1;
	}
	return resp;
}

static inline int ask_credential(struct ask *t)
{
	t->http = (struct http_request){0};
	t->err.text[0] = '\0';
	return t->s.connector->credential_request(&t->s, &t->env, &t->c, t->now, t->arena,
	                                          &t->http, &t->err);
}

static inline int ask_answer(struct ask *t, long status, const char *body,
                             const char *header)
{
	const struct http_response resp = ask_response(t, status, body, header);

	t->err = (struct error){0};
	return t->s.connector->credential_answer(&t->s, &t->c, &resp, ask_body(t, body),
	                                         t->now, t->arena, &t->err);
}

static inline int ask_request(struct ask *t, const struct part *part, const char *cursor)
{
	t->request = (struct part_request){0};
	t->err.text[0] = '\0';
	return t->s.connector->request(&t->s, part, cursor, t->now, t->arena, &t->request,
	                               &t->err);
}

static inline int ask_page(struct ask *t, const struct part *part, const char *cursor,
                           const char *body, const char *header)
{
	const struct http_response resp = ask_response(t, 200, body, header);
	const struct page_input in = {.part = part,
	                              .cursor = cursor,
	                              .response = &resp,
	                              .body = ask_body(t, body)};

	t->page = (struct part_page){0};
	t->err.text[0] = '\0';
	return t->s.connector->page(&t->s, &in, t->arena, &t->page, &t->err);
}

static inline enum refusal ask_refusal(struct ask *t, const struct part *part, long status,
                                       const char *body)
{
	const struct http_response resp = ask_response(t, status, body, NULL);

	t->err.text[0] = '\0';
	return t->s.connector->refusal(&t->s, part, &resp, ask_body(t, body), &t->err);
}

static inline const char *ask_header(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->n_headers; i++)
		if (strcmp(req->headers[i].name, name) == 0)
			return req->headers[i].value;
	return "";
}

/* "plan", which the engine makes by itself. */
static inline struct part ask_plan(void)
{
	return (struct part){.name = "plan", .kind = "plan", .data = ""};
}

static inline void ask_says(const struct ask *t, const char *part)
{
	if (strstr(t->err.text, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", t->err.text, part);
}

/* A part's scopes as one text: "a,b". */
static inline const char *ask_scopes(struct ask *t, const struct part *part)
{
	const char *text = "";

	for (size_t i = 0; i < part->n_scopes; i++)
		text = ARENA_JOIN(t->arena, text, i > 0 ? "," : "", part->scopes[i]);
	return text;
}

#endif
