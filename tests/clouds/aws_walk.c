/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a source of the AWS connector, one request after the other, over the real HTTP
 * client: what the run engine does without its store.  Prints a JSON line for each
 * finding; a part that does not end well is told on stderr and makes the exit code 1.
 *	aws_walk KEY=VALUE...
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "model/finding.h"
#include "net/http_client.h"

#include "collector/connector.h"
#include "collector/format.h"

enum {
	MAX_SETTINGS = 32,
	MAX_CREDENTIALS = 16,
	MAX_TRIES = 8,
	MAX_STEPS = 12
};

struct walk {
	struct live_source source;
	struct source_value values[MAX_SETTINGS];
	struct event_base *base;
	struct http_client *client;
	struct arena *arena; /* of all the walk */
	struct json_doc *doc;
	struct credential credentials[MAX_CREDENTIALS];
	size_t n_credentials;
	bool failed;
};

/* An answer, copied. */
struct reply {
	struct arena *arena;
	struct http_response resp;
	struct json_view body;
	struct error err;
	bool arrived, told;
};

static const char *variable(const char *name, void *ctx)
{
	(void)ctx;
	return getenv(name);
}

static int read_file(const char *path, struct arena *a, const char **out, void *ctx,
                     struct error *err)
{
	char *text = arena_alloc(a, 65537);
	FILE *file = fopen(path, "rb");

	(void)ctx;
	if (file == NULL)
		return error_set(err, ERR_NOT_FOUND, "%s: cannot be read", path);
	text[fread(text, 1, 65536, file)] = '\0';
	(void)fclose(file);
	*out = text;
	return 0;
}

static void on_done(const struct http_response *resp, const struct error *err, void *ctx)
{
	struct reply *r = ctx;
	struct http_header *headers;

	r->told = true;
	if (err != NULL) {
		r->err = *err;
		return;
	}
	r->arrived = true;
	r->resp = *resp;
	r->resp.body = arena_strndup(r->arena, resp->body, resp->body_size);
	headers = ARENA_ARRAY(r->arena, struct http_header, resp->n_headers + 1);
	for (size_t i = 0; i < resp->n_headers; i++)
		headers[i] = (struct http_header){
		        arena_strdup(r->arena, resp->headers[i].name),
		        arena_strdup(r->arena, resp->headers[i].value)};
	r->resp.headers = headers;
}

static struct reply fetch(struct walk *w, const struct http_request *req, struct arena *a)
{
	struct reply r = {.arena = a};
	struct error ignored;

	(void)http_client_send(w->client, req, on_done, &r);
	while (!r.told)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	if (r.arrived &&
	    json_doc_parse(w->doc, r.resp.body, r.resp.body_size, &r.body, &ignored) < 0)
		r.body = (struct json_view){0};
	return r;
}

/* One step: 1 when the credential is live. */
static int credential_step(struct walk *w, struct credential *c, struct error *err)
{
	const struct surroundings env = {variable, read_file, NULL};
	const struct connector *aws = w->source.connector;
	struct http_request req;
	struct reply r;

	if (aws->credential_request(&w->source, &env, c, timestamp_now(), w->arena, &req,
	                            err) < 0)
		return err->code;
	if (req.url == NULL)
		return 1;
	r = fetch(w, &req, w->arena);
	if (!r.arrived) {
		*err = r.err;
		return err->code;
	}
	return aws->credential_answer(&w->source, c, &r.resp, r.body, timestamp_now(),
	                              w->arena, err);
}

static struct credential *credential(struct walk *w, const char *name, struct error *err)
{
	struct credential *c = w->credentials;
	int rc = 0;

	while (c < w->credentials + w->n_credentials && strcmp(c->name, name) != 0)
		c++;
	if (c == w->credentials + w->n_credentials) {
		if (w->n_credentials++ == MAX_CREDENTIALS)
			abort();
		*c = (struct credential){.name = arena_strdup(w->arena, name),
		                         .expires_at = TIMESTAMP_NONE};
	}
	for (int i = 0; rc != 1 && i < MAX_STEPS; i++) {
		rc = credential_step(w, c, err);
		if (rc < 0 && rc != ERR_TRANSIENT)
			return NULL;
	}
	return rc == 1 ? c : NULL;
}

static void print_finding(const struct finding *f)
{
	const char *const fields[] = {"scope",     f->scope,
	                              "connector", f->connector,
	                              "native_id", f->native_id,
	                              "resource",  f->resource.raw,
	                              "state",     finding_state_name(f->state)};
	struct strbuf b = {0};

	for (size_t i = 0; i < N_ELEMENTS(fields); i++) {
		strbuf_puts(&b, i == 0 ? "{" : i % 2 == 0 ? "," : ":");
		strbuf_put_json(&b, fields[i]);
	}
	(void)printf("%s}\n", strbuf_text(&b));
	strbuf_done(&b);
}

/* Reads the page's records as their format does; *n: how many. */
static int print_records(const struct reply *r, const char *name, struct arena *a,
                         size_t *n, struct error *err)
{
	const struct format *format = format_find(name);
	struct json_view list = {0};
	struct json_items it;

	if (format == NULL)
		return error_set(err, ERR_INTERNAL, "no format \"%s\"", name);
	for (size_t i = 0; format->record_paths[i] != NULL && list.doc == NULL; i++)
		list = json_view_at(r->body, format->record_paths[i]);
	if (json_view_get_items(list, "", &it, err) < 0)
		return err->code;
	*n = it.n;
	while (json_items_next(&it)) {
		const struct parse_input in = {.envelope = r->body, .record = it.value};
		struct parse_output out = {.arena = a};

		if (!format->detect(in.envelope, in.record))
			return error_set(err, ERR_INVALID, "a record is not of %s", name);
		if (format->parse(&in, &out, err) < 0)
			return err->code;
		for (size_t i = 0; i < out.n_findings; i++)
			print_finding(&out.findings[i]);
	}
	return 0;
}

/* What to do about an answer that is no page: 0 to ask again. */
static int refused(struct walk *w, const struct part *part, const struct reply *r,
                   const char *name, const char **cursor, struct error *err)
{
	switch (w->source.connector->refusal(&w->source, part, &r->resp, r->body, err)) {
	case REFUSAL_RETRY:
		(void)usleep(200000);
		return 0;
	case REFUSAL_CREDENTIAL:
		for (size_t i = 0; i < w->n_credentials; i++)
			if (strcmp(w->credentials[i].name, name) == 0)
				w->credentials[i] =
				        (struct credential){.name = w->credentials[i].name,
				                            .expires_at = TIMESTAMP_NONE};
		return 0;
	case REFUSAL_RESTART:
		*cursor = NULL;
		return 0;
	case REFUSAL_DENIED:
	case REFUSAL_ABSENT:
	case REFUSAL_FATAL:
		break;
	}
	return ERR_DENIED;
}

static int ask_page(struct walk *w, const struct part *part, const char *cursor,
                    struct arena *a, struct part_request *req, struct reply *r,
                    struct error *err)
{
	const struct connector *aws = w->source.connector;
	const struct credential *c;

	if (aws->request(&w->source, part, cursor, timestamp_now(), a, req, err) < 0)
		return err->code;
	c = credential(w, req->credential, err);
	if (c == NULL ||
	    aws->authorize(&w->source, c, timestamp_now(), a, &req->http, err) < 0)
		return err->code;
	*r = fetch(w, &req->http, a);
	if (r->arrived)
		return 0;
	*err = r->err;
	return err->code;
}

/* One page; *cursor moves on, and is NULL at the end.  1: ask it again. */
static int walk_page(struct walk *w, const struct part *part, const char **cursor,
                     struct part_page *page, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	struct page_input in = {.part = part, .cursor = *cursor};
	struct part_request req;
	struct reply r;

	if (ask_page(w, part, *cursor, a, &req, &r, err) < 0)
		return err->code;
	if (r.resp.status != 200)
		return refused(w, part, &r, req.credential, cursor, err) < 0 ? ERR_DENIED
		                                                             : 1;
	in.response = &r.resp;
	in.body = r.body;
	if (req.format != NULL && print_records(&r, req.format, a, &in.n_records, err) < 0)
		return err->code;
	if (w->source.connector->page(&w->source, &in, w->arena, page, err) < 0)
		return err->code;
	*cursor = page->next;
	return 0;
}

static void walk_part(struct walk *w, const struct part *part, struct part_page *page)
{
	const char *cursor = NULL;
	struct error err = {0};
	unsigned int again = 0;
	int rc;

	do {
		rc = walk_page(w, part, &cursor, page, &err);
		again = rc == 0 ? 0 : again + 1;
	} while (rc == 1 ? again < MAX_TRIES : rc == 0 && cursor != NULL);
	if (rc == 0 && page->partial == NULL)
		return;
	w->failed = true;
	(void)fprintf(stderr, "%s: %s\n", part->name, rc == 0 ? page->partial : err.text);
}

static void walk_source(struct walk *w)
{
	const struct part plan = {.name = "plan", .kind = "plan", .data = ""};
	struct part_page found = {0};

	walk_part(w, &plan, &found);
	for (size_t i = 0; i < found.n_parts; i++) {
		struct part_page page = {0};

		walk_part(w, &found.parts[i], &page);
	}
}

int main(int argc, char **argv)
{
	const struct http_client_options options = {.user_agent = "isobar-test"};
	struct walk w = {.source = {.name = "walk", .connector = &aws_connector},
	                 .base = event_base_new(),
	                 .arena = arena_new(1 << 16),
	                 .doc = json_doc_new(64U << 20, 64)};

	w.client = http_client_new(w.base, &options);
	for (int i = 1; i < argc && i <= MAX_SETTINGS; i++) {
		char *equals = strchr(argv[i], '=');

		if (equals == NULL)
			return 2;
		*equals = '\0';
		w.values[w.source.n_values++] = (struct source_value){argv[i], equals + 1};
	}
	w.source.values = w.values;
	walk_source(&w);
	http_client_free(w.client);
	event_base_free(w.base);
	json_doc_free(w.doc);
	arena_free(w.arena);
	return w.failed ? 1 : 0;
}
