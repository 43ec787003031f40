/* SPDX-License-Identifier: Apache-2.0 */
/* The first steps of a run, for an operator who sets a source up. */
#include "source_test.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

#include "intel_intake.h"

#define STEPS_MAX 24
#define DOC_MAX   (64u << 20)
#define DEPTH     64

struct test {
	struct engine *engine;
	const struct live_source *live;
	struct arena *arena;
	struct json_doc *doc;
	struct credential credential;

	/* The answer to the last request; its body is kept until the next one. */
	struct http_response response;
	struct strbuf body;
	struct error error;
};

static void say(const char *step, const struct error *err, const char *detail)
{
	if (err)
		printf("failed  %s: %s\n", step, err->text);
	else
		printf("ok      %s%s%s\n", step, *detail ? ": " : "", detail);
	fflush(stdout);
}

static void on_answer(const struct http_response *resp, const struct error *err, void *ctx)
{
	struct test *t = ctx;

	t->error = err ? *err : (struct error){0};
	if (resp) {
		struct http_header *headers =
		        ARENA_ARRAY(t->arena, struct http_header, resp->n_headers + 1);

		for (size_t i = 0; i < resp->n_headers; i++)
			headers[i] = (struct http_header){
			        arena_strdup(t->arena, resp->headers[i].name),
			        arena_strdup(t->arena, resp->headers[i].value)};
		strbuf_reset(&t->body);
		strbuf_put(&t->body, resp->body, resp->body_size);
		t->response = *resp;
		t->response.headers = headers;
		t->response.body = strbuf_text(&t->body);
	}
	event_base_loopbreak(t->engine->base);
}

/* Waits for the answer, whatever its status; body does not exist when it is no JSON. */
static int ask(struct test *t, const struct http_request *req, struct json_view *body,
               struct error *err)
{
	struct error none;

	http_client_send(t->engine->http, req, on_answer, t);
	event_base_dispatch(t->engine->base);
	*err = t->error;
	if (err->code)
		return (int)err->code;
	if (json_doc_parse(t->doc, t->response.body, t->response.body_size, body, &none) <
	    0)
		*body = (struct json_view){0};
	return 0;
}

static int get_credential(struct test *t, const char *name, struct error *err)
{
	const struct connector *c = t->live->connector;

	t->credential = (struct credential){.name = arena_strdup(t->arena, name),
	                                    .expires_at = TIMESTAMP_NONE};
	for (int i = 0; i < STEPS_MAX; i++) {
		struct http_request req = {0};
		struct json_view body = {0};
		int rc = c->credential_request(t->live, &t->engine->env, &t->credential,
		                               timestamp_now(), t->arena, &req, err);

		if (rc < 0 || !req.url)
			return rc;
		if ((rc = ask(t, &req, &body, err)) < 0 ||
		    (rc = c->credential_answer(t->live, &t->credential, &t->response, body,
		                               timestamp_now(), t->arena, err)) < 0)
			return rc;
	}
	return error_set(err, ERR_DENIED, "no credential after %d requests", STEPS_MAX);
}

static bool is_page(const struct part_request *request, long status)
{
	return (status >= 200 && status < 300) ||
	       (request->redirects && status >= 300 && status < 400);
}

static int check_feed(const struct test *t, const char *feed, struct error *err)
{
	struct strbuf text = {0};
	enum intel_feed wanted, met;
	int rc;

	if (intel_feed_parse(feed, &wanted) < 0)
		return error_set(err, ERR_INTERNAL, "there is no feed %s", feed);
	strbuf_put(&text, t->body.data, t->body.size);
	rc = intel_intake_open(&text, (int)wanted, &met, err);
	strbuf_done(&text);
	return rc;
}

/* The first page of a part, read but for its records. */
static int ask_page(struct test *t, const struct part *part, struct part_page *page,
                    struct error *err)
{
	const struct connector *c = t->live->connector;
	struct part_request request = {0};
	struct page_input in = {.part = part, .response = &t->response};
	int rc = c->request(t->live, part, NULL, timestamp_now(), t->arena, &request, err);

	if (rc == 0 && request.credential)
		rc = get_credential(t, request.credential, err);
	if (rc == 0 && request.credential)
		rc = c->authorize(t->live, &t->credential, timestamp_now(), t->arena,
		                  &request.http, err);
	if (rc < 0 || (rc = ask(t, &request.http, &in.body, err)) < 0)
		return rc;
	if (!is_page(&request, t->response.status)) {
		*err = (struct error){.code = ERR_INVALID};
		c->refusal(t->live, part, &t->response, in.body, err);
		return ERR_INVALID;
	}
	if (request.feed && t->response.status < 300)
		return check_feed(t, request.feed, err);
	if (!json_view_exists(in.body) && t->response.status < 300)
		return error_set(err, ERR_INVALID, "the answer is no JSON");
	return request.format ? 0 : c->page(t->live, &in, t->arena, page, err);
}

static bool test_steps(struct test *t)
{
	static const struct part plan = {.name = "plan", .kind = "plan", .data = ""};
	struct part_page page = {0}, first = {0};
	struct error err = {0};
	char detail[64];

	if (ask_page(t, &plan, &page, &err) < 0) {
		say("plan", &err, "");
		return false;
	}
	snprintf(detail, sizeof(detail), "%zu parts on its first page", page.n_parts);
	say("plan", NULL, detail);
	if (!page.n_parts)
		return true;

	struct part part = page.parts[0];

	/* The next answer takes the place of this one. */
	part.name = arena_strdup(t->arena, part.name);
	part.kind = arena_strdup(t->arena, part.kind);
	part.data = arena_strdup(t->arena, part.data ? part.data : "");
	if (ask_page(t, &part, &first, &err) < 0) {
		say(part.name, &err, "");
		return false;
	}
	say(part.name, NULL, "answers");
	return true;
}

bool source_test(struct engine *e, const struct live_source *live)
{
	struct test t = {.engine = e,
	                 .live = live,
	                 .arena = arena_new(1 << 16),
	                 .doc = json_doc_new(DOC_MAX, DEPTH)};
	const bool ok = test_steps(&t);

	strbuf_done(&t.body);
	json_doc_free(t.doc);
	arena_free(t.arena);
	return ok;
}
