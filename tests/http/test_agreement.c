/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever http_head lets through evhttp must read as the same request: the method, the
 * target, the number of headers, the size of the body.  Random requests, bytes of them
 * changed, go through the one in memory and from there to a bare evhttp.  Where the two
 * differ a request could be smuggled, or evhttp would answer a page of its own.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"

#include "support/http_run.h"
#include "support/random.h"

/* What evhttp made of it. */
struct heard {
	struct event_base *base;
	struct event *patience;
	unsigned int n;
	char method[16];
	char target[9000];
	unsigned int n_headers;
	size_t body_size;
};

static int64_t body_cap(const char *method, const char *path, void *ctx)
{
	(void)method;
	(void)path;
	(void)ctx;
	return 5000;
}

static const struct http_limits limits = {
        .max_head = 16384, .max_line = 8192, .max_headers = 100, .body_cap = body_cap};

static const char *method_text(enum evhttp_cmd_type type)
{
	static const struct {
		enum evhttp_cmd_type type;
		const char *text;
	} rows[] = {{EVHTTP_REQ_GET, "GET"},        {EVHTTP_REQ_HEAD, "HEAD"},
	            {EVHTTP_REQ_POST, "POST"},      {EVHTTP_REQ_PUT, "PUT"},
	            {EVHTTP_REQ_PATCH, "PATCH"},    {EVHTTP_REQ_DELETE, "DELETE"},
	            {EVHTTP_REQ_OPTIONS, "OPTIONS"}};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (rows[i].type == type)
			return rows[i].text;
	return "?";
}

static void on_request(struct evhttp_request *req, void *ctx)
{
	struct heard *h = ctx;
	struct evkeyval *header;

	h->n++;
	snprintf(h->method, sizeof(h->method), "%s",
	         method_text(evhttp_request_get_command(req)));
	snprintf(h->target, sizeof(h->target), "%s", evhttp_request_get_uri(req));
	h->n_headers = 0;
	TAILQ_FOREACH (header, evhttp_request_get_input_headers(req), next)
		h->n_headers++;
	h->body_size = evbuffer_get_length(evhttp_request_get_input_buffer(req));
	evhttp_add_header(evhttp_request_get_output_headers(req), "Connection", "close");
	evhttp_send_reply(req, 200, "OK", NULL);
	event_base_loopbreak(h->base);
}

/* ---- random requests ---- */

static const char *any(const char *const *list, int n)
{
	return list[random_below(n)];
}

#define ANY(...)                                \
	any((const char *const[]){__VA_ARGS__}, \
	    (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))

static void put_headers(struct strbuf *out)
{
	for (int n = random_below(6); n > 0; n--) {
		strbuf_puts(out, ANY("Accept", "X-A", "Cookie", "Connection",
		                     "Proxy-Connection", "Authorization", "Keep-Alive",
		                     "TE", "Upgrade", "a!#$%&'*"));
		strbuf_puts(out, ANY(":", ": ", ":  ", ":\t"));
		strbuf_puts(out, ANY("", "b", "close", "keep-alive", "close, TE",
		                     "\xc3\xa9", "a:b:c", "a\tb", "trailers", ";=,\"'"));
		strbuf_puts(out, ANY("\r\n", " \r\n", "\t\r\n"));
	}
}

static void put_body(struct strbuf *out)
{
	const int size = random_below(3) ? random_below(20) : random_below(4000);

	if (random_below(2)) {
		strbuf_printf(out, "Content-Length:%s%d\r\n\r\n",
		              ANY("", " ", "\t", " 000"), size);
		for (int i = 0; i < size; i++)
			strbuf_putc(out, (char)random_below(256));
		return;
	}
	strbuf_puts(out, ANY("Transfer-Encoding: chunked\r\n\r\n",
	                     "transfer-encoding:chunked\r\n\r\n",
	                     "Transfer-Encoding:\tChunked \r\n\r\n"));
	for (int left = size; left > 0;) {
		const int n = random_below(left) + 1;

		strbuf_puts(out, ANY("", "0", "0000"));
		if (random_below(2))
			strbuf_printf(out, "%x", (unsigned int)n);
		else
			strbuf_printf(out, "%X", (unsigned int)n);
		strbuf_puts(out, ANY("\r\n", "\r\n", ";a=b\r\n", " ; c=\"d;e\"\r\n"));
		for (int i = 0; i < n; i++)
			strbuf_putc(out, (char)random_below(256));
		strbuf_puts(out, "\r\n");
		left -= n;
	}
	strbuf_puts(out, ANY("0\r\n\r\n", "0;x\r\n\r\n",
	                     "000\r\nX: y\r\nContent-Length: 7\r\n\r\n"));
}

static void put_request(struct strbuf *out)
{
	strbuf_printf(
	        out, "%s %s HTTP/1.%d\r\n",
	        ANY("GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
	        ANY("/", "/a/b?c=d&e[]={f}|g", "/a:b@c;d,e", "/%20%C3%A9?%zz", "/a?b?c//d",
	            "/:80", "/?", "/.//..//", "/a\\b", "/?a\\b^`"),
	        random_below(2));
	put_headers(out);
	strbuf_puts(out, ANY("Host: a\r\n", "host:a.b:80 \r\n", "HOST:\t[::1]:8080\r\n"));
	put_headers(out);
	if (random_below(2))
		put_body(out);
	else
		strbuf_puts(out, "\r\n");
}

static void change_some(struct strbuf *text)
{
	static const char favourites[] = "\r\n\0:; ,/%?#x0A5+-\t\x80@[]";

	for (int n = random_below(4); n > 0; n--)
		text->data[random_below((int)text->size)] =
		        random_below(2) ? (char)random_below(256)
		                        : favourites[random_below(sizeof(favourites))];
}

/* ---- the comparison ---- */

static int connect_to(unsigned int port)
{
	const struct sockaddr_in in = {.sin_family = AF_INET,
	                               .sin_port = htons((uint16_t)port),
	                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void on_patience(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(((struct heard *)ctx)->base);
}

/* evhttp reads what was passed. */
static void hear(struct heard *h, unsigned int port, const char *text, size_t size)
{
	const struct timeval five_seconds = {5, 0};
	const int fd = connect_to(port);

	h->n = 0;
	assert_int_equal(send(fd, text, size, MSG_NOSIGNAL), size);
	event_add(h->patience, &five_seconds);
	event_base_dispatch(h->base);
	event_del(h->patience);
	/* Whatever it would do with the rest. */
	event_base_loop(h->base, EVLOOP_NONBLOCK);
	close(fd);
	event_base_loop(h->base, EVLOOP_NONBLOCK);
}

static void compare(const struct heard *h, const struct http_run *r, const char *in)
{
	const char *target = strchr(in, ' ');
	const size_t size = strcspn(target + 1, " ");

	if (h->n != 1)
		fail_msg("evhttp heard %u requests in: %s", h->n, in);
	if (strcmp(h->method, r->stream.method) != 0)
		fail_msg("evhttp heard %s in: %s", h->method, in);
	if (strlen(h->target) != size || memcmp(h->target, target + 1, size) != 0)
		fail_msg("evhttp heard the target %s in: %s", h->target, in);
	if (h->n_headers != r->stream.n_headers)
		fail_msg("evhttp heard %u headers in: %s", h->n_headers, in);
	if (h->body_size != r->body_size)
		fail_msg("evhttp heard %zu bytes in: %s", h->body_size, in);
}

static struct evhttp *start_evhttp(struct heard *h, unsigned int *port)
{
	struct evhttp *http = evhttp_new(h->base);
	struct evhttp_bound_socket *bound =
	        evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	struct sockaddr_in in;
	socklen_t size = sizeof(in);

	evhttp_set_gencb(http, on_request, h);
	evhttp_set_allowed_methods(http, 0xffff);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(bound),
	                             (struct sockaddr *)&in, &size),
	                 0);
	*port = ntohs(in.sin_port);
	return http;
}

static void test_http_head__lets_through_what_evhttp_reads_alike(void **state)
{
	const int n_rounds = getenv("ISOBAR_TEST_ALL") ? 100000 : 6000;
	struct heard h = {.base = event_base_new()};
	unsigned int port, n_compared = 0;
	struct evhttp *http = start_evhttp(&h, &port);
	struct strbuf in = {0};

	(void)state;
	h.patience = evtimer_new(h.base, on_patience, &h);
	random_begin(20261126);
	for (int round = 0; round < n_rounds; round++) {
		struct http_run r;

		strbuf_reset(&in);
		put_request(&in);
		if (round % 3)
			change_some(&in);
		http_run_begin(&r, &limits);
		for (size_t i = 0; i < in.size && r.n_requests == 0; i++)
			http_run_feed(&r, in.data + i, 1);
		if (r.n_requests == 1) {
			hear(&h, port, r.passed.data, r.passed.size);
			compare(&h, &r, strbuf_text(&r.passed));
			n_compared++;
		}
		http_run_end(&r);
	}
	printf("%u of %d requests went through\n", n_compared, n_rounds);
	assert_true(n_compared > (unsigned int)n_rounds / 10);
	strbuf_done(&in);
	event_free(h.patience);
	evhttp_free(http);
	event_base_free(h.base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_http_head__lets_through_what_evhttp_reads_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
