/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, runs the loop until the answer is there, and says what is wrong with it. */
#include "asker.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct event_base *base;
struct http_client *client;

const char *address(const char *name)
{
	const char *value = getenv(name);

	if (!value) {
		print_message("%s is not set: test_http_client.sh sets it\n", name);
		exit(77);
	}
	return value;
}

const char *url_of(const char *name, const char *path)
{
	static char url[4][512];
	static unsigned int at;
	char *out = url[at++ % 4];

	snprintf(out, sizeof(url[0]), "%s%s%ssig=" SECRET, address(name), path,
	         strchr(path, '?') ? "&" : "?");
	return out;
}

struct http_request get(const char *path)
{
	struct http_request req = {.method = "GET",
	                           .url = url_of("ISOBAR_TEST_HTTP", path),
	                           .allow_http = true,
	                           .timeout_ms = 20000};

	http_add_header(&req, "Authorization", "Bearer " SECRET);
	return req;
}

void start_client(const struct http_client_options *options)
{
	http_client_free(client);
	client = http_client_new(base, options);
}

static void on_done(const struct http_response *resp, const struct error *err, void *ctx);

void send_it(struct told *t, const struct http_request *req)
{
	t->call = http_client_send(client, req, on_done, t);
}

static void on_done(const struct http_response *resp, const struct error *err, void *ctx)
{
	struct told *t = ctx;

	t->n++;
	t->is_answer = resp != NULL;
	if (err)
		t->err = *err;
	if (resp) {
		t->status = resp->status;
		strbuf_reset(&t->body);
		strbuf_put(&t->body, resp->body, resp->body_size + 1); /* its NUL too */
		t->headers[0] = '\0';
		for (size_t i = 0; i < resp->n_headers; i++) {
			size_t used = strlen(t->headers);

			snprintf(t->headers + used, sizeof(t->headers) - used, "%s: %s\n",
			         resp->headers[i].name, resp->headers[i].value);
		}
	}
	for (size_t i = 0; i < N_ELEMENTS(t->cancel); i++)
		if (t->cancel[i])
			http_call_cancel(t->cancel[i]->call);
	if (t->then) {
		struct http_request req = get(t->then);

		t->then = NULL;
		send_it(t, &req);
	}
	if (t->free_client) {
		http_client_free(client);
		client = NULL;
	}
}

void run_until(const struct told *t, unsigned int n)
{
	const struct timeval limit = {.tv_sec = 30};

	event_base_loopexit(base, &limit);
	while (t->n < n) {
		event_base_loop(base, EVLOOP_ONCE);
		if (event_base_got_exit(base))
			break;
	}
	assert_int_equal(t->n, n);
}

void run_for(int ms)
{
	const struct timeval limit = {.tv_usec = ms % 1000 * 1000, .tv_sec = ms / 1000};

	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
}

void ask(const struct http_request *req, struct told *t)
{
	*t = (struct told){.n = 0};
	send_it(t, req);
	assert_int_equal(t->n, 0); /* never from inside */
	run_until(t, 1);
}

void expect_body(const struct http_request *req, const char *body)
{
	struct told t;

	ask(req, &t);
	if (!t.is_answer)
		fail_msg("%s", t.err.text);
	assert_string_equal(t.body.data, body);
	strbuf_done(&t.body);
}

void expect_texts(const struct http_request *req, const char *const *texts, size_t n)
{
	struct told t;

	ask(req, &t);
	if (!t.is_answer)
		fail_msg("%s", t.err.text);
	for (size_t i = 0; i < n; i++)
		if (!strstr(t.body.data, texts[i]))
			fail_msg("no %s in %s", texts[i], t.body.data);
	strbuf_done(&t.body);
}

void expect_no_text(const struct http_request *req, const char *text)
{
	struct told t;

	ask(req, &t);
	if (!t.is_answer)
		fail_msg("%s", t.err.text);
	if (strstr(t.body.data, text))
		fail_msg("%s in %s", text, t.body.data);
	strbuf_done(&t.body);
}

void expect_error(const struct http_request *req, int code, const char *text)
{
	struct told t;

	ask(req, &t);
	if (t.is_answer)
		fail_msg("an answer %ld in place of \"%s\"", t.status, text);
	if ((int)t.err.code != code || !strstr(t.err.text, text))
		fail_msg("%s in place of \"%s\": %s", error_code_name(t.err.code), text,
		         t.err.text);
	assert_null(strstr(t.err.text, SECRET));
	assert_null(strpbrk(t.err.text, "?\r\n"));
	strbuf_done(&t.body);
}

int set_up(void **state)
{
	const struct http_client_options plain = {.user_agent = "isobar-test/1",
	                                          .low_speed_s = 2};

	(void)state;
	base = event_base_new();
	start_client(&plain);
	return 0;
}

int tear_down(void **state)
{
	(void)state;
	http_client_free(client);
	client = NULL;
	event_base_free(base);
	return 0;
}
