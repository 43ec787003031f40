/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small server made of the library, for tests to attack:
 *   http_server [NAME=VALUE...]     address, port, cert, key, bare, and the guard's limits
 * It prints "port N" when it listens, a line for each refusal on stderr, takes SIGHUP (read
 * the certificate again) and SIGTERM (drain), and in the end prints its counts.
 *
 *   /           what was asked, as JSON        /late?MS   the same, MS milliseconds later
 *   /echo       the body of the request        /stream    five chunks, one at a time
 *   /big        2 MB                           /204 /304  without a body
 *   /problem    a problem document             /own-page  a page that evhttp makes
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "api/server.h"
#include "api/tls.h"

#define BIG_SIZE (2 << 20)
#define BODY_CAP (1 << 20)
#define DRAIN_MS 3000

struct program {
	struct event_base *base;
	struct server *server; /* NULL: bare */
	struct tls *tls;
	const char *addresses[4];
	size_t n_addresses;
	unsigned int port;
	const char *certificate, *key, *listen_fd;
	bool is_bare;
	struct guard_limits limits;
	LIST_HEAD(, late) late; /* what is not answered yet */
};

static void die(const char *what)
{
	fprintf(stderr, "http_server: %s\n", what);
	exit(1);
}

/* ---- answers ---- */

static const char *method_text(struct evhttp_request *req)
{
	switch ((int)evhttp_request_get_command(req)) {
	case EVHTTP_REQ_GET:
		return "GET";
	case EVHTTP_REQ_HEAD:
		return "HEAD";
	case EVHTTP_REQ_POST:
		return "POST";
	case EVHTTP_REQ_PUT:
		return "PUT";
	case EVHTTP_REQ_PATCH:
		return "PATCH";
	case EVHTTP_REQ_DELETE:
		return "DELETE";
	default:
		return "OPTIONS";
	}
}

static void reply(struct program *p, struct evhttp_request *req, unsigned int status,
                  const char *type, struct evbuffer *body)
{
	if (p->server) {
		server_reply(p->server, req,
		             &(struct server_answer){
		                     .status = status, .content_type = type, .body = body});
	} else {
		struct evkeyvalq *out = evhttp_request_get_output_headers(req);

		/* As many headers as the guarded one, for a fair comparison. */
		evhttp_add_header(out, "X-Request-Id", "0123456789abcdef0123456789abcdef");
		evhttp_add_header(out, "Content-Type", type);
		evhttp_add_header(out, "Cache-Control", "no-store");
		evhttp_add_header(out, "X-Content-Type-Options", "nosniff");
		evhttp_send_reply(req, (int)status, "OK", body);
	}
}

static void answer_about(struct program *p, struct evhttp_request *req)
{
	struct evbuffer *body = evbuffer_new();
	struct strbuf text = {0};

	strbuf_puts(&text, "{\"method\":");
	strbuf_put_json(&text, method_text(req));
	strbuf_puts(&text, ",\"target\":");
	strbuf_put_json(&text, evhttp_request_get_uri(req));
	strbuf_puts(&text, ",\"peer\":");
	strbuf_put_json(&text, server_peer(req));
	strbuf_printf(&text, ",\"body\":%zu}",
	              evbuffer_get_length(evhttp_request_get_input_buffer(req)));
	evbuffer_add(body, text.data, text.size);
	strbuf_done(&text);
	reply(p, req, 200, "application/json", body);
	evbuffer_free(body);
}

static void answer_echo(struct program *p, struct evhttp_request *req)
{
	struct evbuffer *body = evbuffer_new();

	evbuffer_add_buffer(body, evhttp_request_get_input_buffer(req));
	reply(p, req, 200, "application/octet-stream", body);
	evbuffer_free(body);
}

/* By reference: what is tested is the sending, not the making. */
static void answer_big(struct program *p, struct evhttp_request *req)
{
	static char text[BIG_SIZE];
	struct evbuffer *body = evbuffer_new();

	if (!text[0])
		memset(text, 'x', sizeof(text));
	evbuffer_add_reference(body, text, sizeof(text), NULL, NULL);
	reply(p, req, 200, "text/plain", body);
	evbuffer_free(body);
}

/* What is asked for now and answered by the clock. */
struct late {
	LIST_ENTRY(late) link;
	struct program *program;
	struct evhttp_request *req;
	struct event *timer;
	int n_left; /* chunks; 0: one reply */
};

static void start_late(struct late *late, unsigned int ms)
{
	const struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	event_add(late->timer, &tv);
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
	struct late *late = ctx;
	struct evbuffer *chunk;

	(void)fd;
	(void)what;
	if (late->n_left > 1) {
		chunk = evbuffer_new();
		evbuffer_add_printf(chunk, "chunk %d\n", late->n_left--);
		evhttp_send_reply_chunk(late->req, chunk);
		evbuffer_free(chunk);
		start_late(late, 20);
		return;
	}
	if (late->n_left == 1)
		evhttp_send_reply_end(late->req);
	else
		answer_about(late->program, late->req);
	LIST_REMOVE(late, link);
	event_free(late->timer);
	free(late);
}

static void answer_late(struct program *p, struct evhttp_request *req, unsigned int ms,
                        int n_chunks)
{
	struct late *late = xcalloc(1, sizeof(*late));

	late->program = p;
	late->req = req;
	late->timer = evtimer_new(p->base, on_late, late);
	late->n_left = n_chunks;
	LIST_INSERT_HEAD(&p->late, late, link);
	if (n_chunks)
		evhttp_send_reply_start(req, 200, "OK");
	start_late(late, ms);
}

static void answer_problem(struct program *p, struct evhttp_request *req)
{
	const struct server_header headers[] = {{"Retry-After", "7"}, {"X-None", NULL}};

	server_reply_problem(p->server, req,
	                     &(struct problem){.name = PROBLEM_RATE_LIMITED,
	                                       .parameter = "limit",
	                                       .at_detail = "is too much"},
	                     headers, 2);
}

static void on_request(struct evhttp_request *req, void *ctx)
{
	struct program *p = ctx;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);

	if (strcmp(path, "/echo") == 0)
		answer_echo(p, req);
	else if (strcmp(path, "/big") == 0)
		answer_big(p, req);
	else if (strcmp(path, "/late") == 0)
		answer_late(p, req, (unsigned int)strtoul(query ? query : "100", NULL, 10),
		            0);
	else if (strcmp(path, "/stream") == 0)
		answer_late(p, req, 0, 6);
	else if (strcmp(path, "/204") == 0)
		reply(p, req, 204, NULL, NULL);
	else if (strcmp(path, "/304") == 0)
		reply(p, req, 304, NULL, NULL);
	else if (strcmp(path, "/problem") == 0)
		answer_problem(p, req);
	else if (strcmp(path, "/own-page") == 0)
		evhttp_send_error(req, 400, NULL);
	else
		answer_about(p, req);
}

/* ---- the guard's questions ---- */

static int64_t body_cap(const char *method, const char *path, void *ctx)
{
	(void)ctx;
	if (strcmp(path, "/echo") == 0)
		return BODY_CAP;
	return strcmp(method, "POST") == 0 ? 1000 : -1;
}

static const char *allow(const char *path, void *ctx)
{
	(void)ctx;
	return strcmp(path, "/echo") == 0 ? "POST" : "GET, HEAD, POST";
}

/* The tests' word for "many clients stand behind it". */
static bool is_proxy(const char *address, void *ctx)
{
	(void)ctx;
	return strcmp(address, "127.0.0.99") == 0;
}

static void refused(const struct guard_refusal *r, void *ctx)
{
	(void)ctx;
	fprintf(stderr, "refused %u %s %s \"%s\" \"%s\" %s %s\n", problem_status(r->name),
	        problem_text(r->name), guard_reason_text(r->reason), r->method, r->path,
	        r->address, r->request_id);
}

/* ---- arguments ---- */

static bool read_limit(struct guard_limits *l, const char *name, unsigned int value)
{
	const struct {
		const char *name;
		unsigned int *place;
	} rows[] = {
	        {"head_ms", &l->head_ms},
	        {"request_ms", &l->request_ms},
	        {"idle_ms", &l->idle_ms},
	        {"window_ms", &l->window_ms},
	        {"min_rate", &l->min_rate},
	        {"send_buffer", &l->send_buffer},
	        {"linger_ms", &l->linger_ms},
	        {"max_connections", &l->max_connections},
	        {"max_per_address", &l->max_per_address},
	        {"max_refusing", &l->max_refusing},
	        {"full_ms", &l->full_ms},
	        {"max_headers", &l->max_headers},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*rows[i].place = value;
			return true;
		}
	}
	return false;
}

static void read_argument(struct program *p, char *argument)
{
	char *value = strchr(argument, '=');

	if (!value)
		die("an argument is NAME=VALUE");
	*value++ = '\0';
	if (strcmp(argument, "address") == 0 && p->n_addresses < N_ELEMENTS(p->addresses))
		p->addresses[p->n_addresses++] = value;
	else if (strcmp(argument, "port") == 0)
		p->port = (unsigned int)strtoul(value, NULL, 10);
	else if (strcmp(argument, "fd") == 0)
		p->listen_fd = value;
	else if (strcmp(argument, "cert") == 0)
		p->certificate = value;
	else if (strcmp(argument, "key") == 0)
		p->key = value;
	else if (strcmp(argument, "bare") == 0)
		p->is_bare = *value == '1';
	else if (!read_limit(&p->limits, argument, (unsigned int)strtoul(value, NULL, 10)))
		die("unknown argument");
}

/* ---- life ---- */

static void on_drained(bool in_time, void *ctx)
{
	struct program *p = ctx;

	printf("drained %s\n", in_time ? "in time" : "late");
	event_base_loopbreak(p->base);
}

static void on_term(evutil_socket_t fd, short what, void *ctx)
{
	struct program *p = ctx;

	(void)fd;
	(void)what;
	if (p->server)
		server_drain(p->server, DRAIN_MS, on_drained, p);
	else
		event_base_loopbreak(p->base);
}

static void on_hangup(evutil_socket_t fd, short what, void *ctx)
{
	struct program *p = ctx;
	struct error err;

	(void)fd;
	(void)what;
	if (p->tls && tls_reload(p->tls, &err) < 0)
		printf("not reloaded: %s\n", err.text);
	else
		printf("reloaded\n");
	fflush(stdout);
}

static void start_server(struct program *p)
{
	const struct guard_ops ops = {.body_cap = body_cap,
	                              .allow = allow,
	                              .is_proxy = is_proxy,
	                              .refused = refused,
	                              .ctx = p};
	struct error err;

	if (p->certificate && tls_new(p->certificate, p->key, &p->tls, &err) < 0)
		die(err.text);
	if (server_new(&(struct server_options){.base = p->base,
	                                        .limits = &p->limits,
	                                        .ops = &ops,
	                                        .tls = p->tls,
	                                        .on_request = on_request,
	                                        .ctx = p},
	               &p->server, &err) < 0)
		die(err.text);
	if (p->listen_fd &&
	    server_listen_fd(p->server, (int)strtol(p->listen_fd, NULL, 10), &err) < 0)
		die(err.text);
	for (size_t i = 0; i < p->n_addresses; i++) {
		if (server_listen(p->server, p->addresses[i], (uint16_t)p->port, &err) < 0)
			die(err.text);
		p->port = server_port(p->server); /* the same for all */
	}
	p->port = server_port(p->server);
}

static void start_bare(struct program *p)
{
	struct evhttp *http = evhttp_new(p->base);
	struct evhttp_bound_socket *bound =
	        evhttp_bind_socket_with_handle(http, "127.0.0.1", (uint16_t)p->port);
	struct sockaddr_in in;
	socklen_t size = sizeof(in);

	evhttp_set_gencb(http, on_request, p);
	if (!bound || getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&in,
	                          &size) < 0)
		die("cannot listen");
	p->port = ntohs(in.sin_port);
}

static void print_counts(struct program *p)
{
	struct guard_counts c;

	server_counts(p->server, &c);
	printf("open %u accepted %llu requests %llu", c.open,
	       (unsigned long long)c.accepted, (unsigned long long)c.requests);
	for (int i = 0; i < N_GUARD_REASONS; i++)
		printf(" %s %llu", guard_reason_text((enum guard_reason)i),
		       (unsigned long long)c.refused[i]);
	printf("\n");
}

static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int main(int argc, char **argv)
{
	struct program p = {.base = new_base(), .limits = guard_default_limits};
	struct event *term = evsignal_new(p.base, SIGTERM, on_term, &p);
	struct event *hangup = evsignal_new(p.base, SIGHUP, on_hangup, &p);

	for (int i = 1; i < argc; i++)
		read_argument(&p, argv[i]);
	if (p.n_addresses == 0 && !p.listen_fd)
		p.addresses[p.n_addresses++] = "127.0.0.1";
	if (p.is_bare)
		start_bare(&p);
	else
		start_server(&p);
	event_add(term, NULL);
	event_add(hangup, NULL);
	printf("port %u\n", p.port);
	fflush(stdout);
	event_base_dispatch(p.base);
	if (p.server)
		print_counts(&p);
	/* Their connections are gone, and they must be answered all the same. */
	while (!LIST_EMPTY(&p.late)) {
		LIST_FIRST(&p.late)->n_left = LIST_FIRST(&p.late)->n_left > 0;
		on_late(-1, 0, LIST_FIRST(&p.late));
	}
	server_free(p.server);
	event_free(term);
	event_free(hangup);
	event_base_free(p.base);
	tls_free(p.tls);
	return 0;
}
