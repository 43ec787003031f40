/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server: listeners, evhttp behind its guards, replies, and the drain.  Limits
 * and clocks are the guard's; evhttp's own stand behind them, where nothing comes.
 * evhttp's timeout is left alone: it also runs while a reply is sent, and would cut
 * who downloads slowly but steadily.
 */
#include "server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#include "refusal.h"
#include "request_id.h"

#define BACKLOG          1024
#define MAX_LISTENERS    16
#define OTHER_FILES      64 /* what a process needs beside its connections */
#define FIRST_OF_SYSTEMD 3  /* SD_LISTEN_FDS_START, sd_listen_fds(3) */
#define REQUEST_ID       "X-Request-Id"

struct server {
	struct event_base *base;
	struct evhttp *http;
	struct guard_set *guards;
	struct evhttp_bound_socket *sockets[MAX_LISTENERS];
	size_t n_sockets;
	struct event *tick; /* accepts again, when that has failed */
	bool is_full;
	server_request_fn *on_request;
	void *ctx;
	bool (*is_streamed)(const char *method, const char *path, void *ctx);
	void *ops_ctx;

	bool is_draining;
	struct event *drained;         /* active when emptied, or at the deadline */
	server_drained_fn *on_drained; /* NULL: told already, or nobody asked */
	void *drained_ctx;
};

/* ---- listeners ---- */

static void set_listening(struct server *server, bool on)
{
	for (size_t i = 0; i < server->n_sockets; i++) {
		struct evconnlistener *l =
		        evhttp_bound_socket_get_listener(server->sockets[i]);

		if (on)
			evconnlistener_enable(l);
		else
			evconnlistener_disable(l);
	}
}

static void on_full(bool is_full, void *ctx)
{
	struct server *server = ctx;

	server->is_full = is_full;
	set_listening(server, !is_full && !server->is_draining);
}

/* Out of files or memory: without a rest the loop would try again at once, for ever. */
static void on_accept_error(struct evconnlistener *l, void *http)
{
	(void)http; /* evhttp owns the listener's context */
	evconnlistener_disable(l);
}

/*
 * Not in server_drain(): with libevent's list of changes epoll learns of an event's end
 * when the loop turns, and of a file that is closed by then, and that another process
 * has open too, it would go on telling for ever.
 */
static void close_listeners(struct server *server)
{
	while (server->n_sockets > 0)
		evhttp_del_accept_socket(server->http,
		                         server->sockets[--server->n_sockets]);
	event_del(server->tick);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct server *server = ctx;

	(void)fd;
	(void)what;
	if (server->is_draining)
		close_listeners(server);
	else
		set_listening(server, !server->is_full);
}

static int add_listener(struct server *server, struct evconnlistener *l, struct error *err)
{
	if (server->n_sockets == MAX_LISTENERS) {
		evconnlistener_free(l);
		return error_set(err, ERR_LIMIT, "more than %d addresses to listen on",
		                 MAX_LISTENERS);
	}
	evconnlistener_set_error_cb(l, on_accept_error);
	server->sockets[server->n_sockets] = evhttp_bind_listener(server->http, l);
	assert(server->sockets[server->n_sockets]);
	server->n_sockets++;
	return 0;
}

/* Numeric alone: a name could mean several addresses, and the resolver would block. */
static int read_address(const char *text, uint16_t port, struct sockaddr_storage *out,
                        int *size_out, struct error *err)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(out, &in, sizeof(in));
		*size_out = sizeof(in);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		memcpy(out, &in6, sizeof(in6));
		*size_out = sizeof(in6);
		return 0;
	}
	return error_set(err, ERR_INVALID, "\"%s\" is no IPv4 or IPv6 address", text);
}

int server_listen(struct server *server, const char *address, uint16_t port,
                  struct error *err)
{
	const unsigned int flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
	                           LEV_OPT_REUSEABLE | LEV_OPT_REUSEABLE_PORT;
	struct evconnlistener *l;
	struct sockaddr_storage sa;
	int size, rc;

	if ((rc = read_address(address, port, &sa, &size, err)) < 0)
		return rc;
	l = evconnlistener_new_bind(
	        server->base, NULL, NULL,
	        flags | (sa.ss_family == AF_INET6 ? LEV_OPT_BIND_IPV6ONLY : 0), BACKLOG,
	        (struct sockaddr *)&sa, size);
	if (!l)
		return error_set(err, errno == EACCES ? ERR_DENIED : ERR_CONFLICT,
		                 "cannot listen on %s port %u: %s", address, port,
		                 strerror(errno));
	return add_listener(server, l, err);
}

int server_listen_fd(struct server *server, int fd, struct error *err)
{
	const unsigned int flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
	struct evconnlistener *l;
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0)
		return error_set(err, ERR_INVALID, "file %d: %s", fd, strerror(errno));
	if (!listens)
		return error_set(err, ERR_INVALID, "file %d is no listening socket", fd);
	if (evutil_make_socket_nonblocking(fd) < 0 ||
	    evutil_make_socket_closeonexec(fd) < 0)
		return error_set(err, ERR_INTERNAL, "file %d: %s", fd, strerror(errno));
	l = evconnlistener_new(server->base, NULL, NULL, flags, 0, fd);
	assert(l);
	return add_listener(server, l, err);
}

static bool read_number(const char *text, long least, long most, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *out >= least && *out <= most;
}

int server_listen_inherited(struct server *server, const char *listen_pid,
                            const char *listen_fds, struct error *err)
{
	long pid, n;
	int rc;

	if (!listen_pid || !listen_fds)
		return 0;
	if (!read_number(listen_pid, 1, INT32_MAX, &pid) ||
	    !read_number(listen_fds, 0, MAX_LISTENERS, &n))
		return error_set(err, ERR_INVALID, "LISTEN_PID or LISTEN_FDS is malformed");
	if (pid != getpid())
		return 0;
	for (int fd = FIRST_OF_SYSTEMD; fd < FIRST_OF_SYSTEMD + n; fd++)
		if ((rc = server_listen_fd(server, fd, err)) < 0)
			return rc;
	return (int)n;
}

uint16_t server_port(const struct server *server)
{
	struct sockaddr_storage sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	socklen_t size = sizeof(sa);

	if (server->n_sockets == 0 ||
	    getsockname(evhttp_bound_socket_get_fd(server->sockets[0]),
	                (struct sockaddr *)&sa, &size) < 0)
		return 0;
	if (sa.ss_family == AF_INET6) {
		memcpy(&in6, &sa, sizeof(in6));
		return ntohs(in6.sin6_port);
	}
	memcpy(&in, &sa, sizeof(in));
	return ntohs(in.sin_port);
}

/* ---- replies ---- */

const char *server_request_id(struct evhttp_request *req)
{
	return evhttp_find_header(evhttp_request_get_output_headers(req), REQUEST_ID);
}

const char *server_peer(struct evhttp_request *req)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(req);
	char *address;
	ev_uint16_t port;

	if (!connection)
		return "";
	evhttp_connection_get_peer(connection, &address, &port);
	return address;
}

struct guard *server_body(struct server *server, struct evhttp_request *req)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(req);

	return connection ? guard_find(server->guards,
	                               evhttp_connection_get_bufferevent(connection))
	                  : NULL;
}

void server_body_taken(struct evhttp_request *req)
{
	evhttp_remove_header(evhttp_request_get_output_headers(req), "Connection");
}

static void add_if_absent(struct evkeyvalq *headers, const char *name, const char *value)
{
	if (!evhttp_find_header(headers, name))
		evhttp_add_header(headers, name, value);
}

void server_reply(struct server *server, struct evhttp_request *req,
                  const struct server_answer *answer)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(req);
	const bool may_have_body = answer->status != 204 && answer->status != 304;
	const size_t size = answer->body ? evbuffer_get_length(answer->body) : 0;
	char number[24];

	assert(answer->status >= 200 && answer->status <= 599);
	assert(answer->content_type || !may_have_body);
	if (answer->content_type)
		evhttp_add_header(out, "Content-Type", answer->content_type);
	for (size_t i = 0; i < answer->n_headers; i++)
		if (answer->headers[i].value)
			evhttp_add_header(out, answer->headers[i].name,
			                  answer->headers[i].value);
	add_if_absent(out, "Cache-Control", "no-store");
	evhttp_add_header(out, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(out, "Date", http_date());
	if (may_have_body) {
		snprintf(number, sizeof(number), "%zu", size);
		evhttp_add_header(out, "Content-Length", number);
	}
	if (server->is_draining)
		evhttp_add_header(out, "Connection", "close");
	/* evhttp sends whatever is in the buffer, to HEAD too. */
	if (size > 0 &&
	    (!may_have_body || evhttp_request_get_command(req) == EVHTTP_REQ_HEAD))
		evbuffer_drain(answer->body, size);
	evhttp_send_reply(req, (int)answer->status, status_phrase(answer->status),
	                  answer->body);
}

void server_reply_problem(struct server *server, struct evhttp_request *req,
                          const struct problem *p, const struct server_header *headers,
                          size_t n_headers)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	struct evbuffer *body = evbuffer_new();
	struct problem whole = *p;
	struct strbuf text = {0};

	whole.request_id = server_request_id(req);
	if (!whole.instance && uri)
		whole.instance = evhttp_uri_get_path(uri);
	problem_write(&whole, &text);
	evbuffer_add(body, text.data, text.size);
	strbuf_done(&text);
	server_reply(server, req,
	             &(struct server_answer){.status = problem_status(p->name),
	                                     .content_type = PROBLEM_CONTENT_TYPE,
	                                     .headers = headers,
	                                     .n_headers = n_headers,
	                                     .body = body});
	evbuffer_free(body);
}

static void on_close(struct evhttp_connection *connection, void *ctx)
{
	(void)ctx;
	guard_end_output(evhttp_connection_get_bufferevent(connection));
}

static bool is_streamed(const struct server *server, struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);

	return server->is_streamed && uri &&
	       evhttp_request_get_command(req) == EVHTTP_REQ_POST &&
	       server->is_streamed("POST", evhttp_uri_get_path(uri), server->ops_ctx);
}

static void on_request(struct evhttp_request *req, void *ctx)
{
	const struct server *server = ctx;
	char id[REQUEST_ID_MAX];

	evhttp_connection_set_closecb(evhttp_request_get_connection(req), on_close, NULL);
	request_id_take(
	        evhttp_find_header(evhttp_request_get_input_headers(req), REQUEST_ID), id);
	/* The first of all headers: by it the guard knows our replies from evhttp's own. */
	evhttp_add_header(evhttp_request_get_output_headers(req), REQUEST_ID, id);
	/* Unless the body was taken by then, the answer is the connection's last. */
	if (is_streamed(server, req))
		evhttp_add_header(evhttp_request_get_output_headers(req), "Connection",
		                  "close");
	server->on_request(req, server->ctx);
}

/* ---- the drain ---- */

static void on_emptied(void *ctx)
{
	struct server *server = ctx;

	if (server->on_drained)
		event_active(server->drained, EV_TIMEOUT, 0);
}

static void on_drained(evutil_socket_t fd, short what, void *ctx)
{
	struct server *server = ctx;
	server_drained_fn *done = server->on_drained;
	struct guard_counts counts;

	(void)fd;
	(void)what;
	event_del(server->drained);
	server->on_drained = NULL;
	guard_set_counts(server->guards, &counts);
	guard_set_close_all(server->guards);
	done(counts.open == 0, server->drained_ctx);
}

void server_drain(struct server *server, unsigned int deadline_ms, server_drained_fn *done,
                  void *ctx)
{
	const struct timeval deadline = {deadline_ms / 1000, deadline_ms % 1000 * 1000};
	const struct timeval at_once = {0, 0};
	struct guard_counts counts;

	if (server->is_draining)
		return;
	server->is_draining = true;
	server->on_drained = done;
	server->drained_ctx = ctx;
	set_listening(server, false);
	event_add(server->tick, &at_once);
	event_add(server->drained, &deadline);
	guard_set_drain(server->guards);
	guard_set_counts(server->guards, &counts);
	if (counts.open == 0)
		on_emptied(server);
}

bool server_is_draining(const struct server *server)
{
	return server->is_draining;
}

void server_counts(const struct server *server, struct guard_counts *out)
{
	guard_set_counts(server->guards, out);
}

/* ---- from birth to death ---- */

/* What would make the guard useless or the arithmetic wrong. */
static int check_limits(const struct guard_limits *l, struct error *err)
{
	const struct {
		const char *name;
		size_t value, least, most;
	} rows[] = {
	        {"max_head", l->max_head, 1024, 1 << 20},
	        {"max_line", l->max_line, 64, l->max_head},
	        {"max_headers", l->max_headers, 1, 10000},
	        {"head_ms", l->head_ms, 1, INT32_MAX},
	        {"request_ms", l->request_ms, l->head_ms, INT32_MAX},
	        {"stream_ms", l->stream_ms, l->head_ms, INT32_MAX},
	        {"idle_ms", l->idle_ms, 1, INT32_MAX},
	        {"window_ms", l->window_ms, 1, INT32_MAX},
	        {"min_rate", l->min_rate, 0, 1 << 30},
	        {"send_buffer", l->send_buffer, 4096, 1 << 30},
	        {"linger_ms", l->linger_ms, 1, INT32_MAX},
	        {"full_ms", l->full_ms, 1, INT32_MAX},
	        {"max_connections", l->max_connections, 1, 1 << 20},
	        {"max_refusing", l->max_refusing, 0, 1 << 20},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (rows[i].value < rows[i].least || rows[i].value > rows[i].most)
			return error_set(err, ERR_INVALID,
			                 "%s is %zu, and not from %zu to %zu", rows[i].name,
			                 rows[i].value, rows[i].least, rows[i].most);
	return 0;
}

static int raise_file_limit(const struct guard_limits *limits, struct error *err)
{
	const rlim_t wanted =
	        (rlim_t)limits->max_connections + limits->max_refusing + OTHER_FILES;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return error_set(err, ERR_INTERNAL, "getrlimit: %s", strerror(errno));
	if (files.rlim_cur >= wanted)
		return 0;
	if (files.rlim_max < wanted)
		return error_set(
		        err, ERR_LIMIT,
		        "%u connections need %llu open files, and the limit is %llu",
		        limits->max_connections, (unsigned long long)wanted,
		        (unsigned long long)files.rlim_max);
	files.rlim_cur = wanted;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		return error_set(err, ERR_INTERNAL, "setrlimit: %s", strerror(errno));
	return 0;
}

static void set_up_http(struct server *server, const struct guard_limits *limits)
{
	struct evhttp *http = evhttp_new(server->base);

	assert(http);
	server->http = http;
	evhttp_set_max_headers_size(http, 2 * (ev_ssize_t)limits->max_head);
	evhttp_set_max_body_size(http, GUARD_BODY_MAX);
	evhttp_set_allowed_methods(
	        http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
	                      EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS);
	/* Of a reply that forgot its own; evhttp's default is HTML. */
	evhttp_set_default_content_type(http, "application/octet-stream");
	evhttp_set_bevcb(http, guard_new, server->guards);
	evhttp_set_gencb(http, on_request, server);
}

int server_new(const struct server_options *options, struct server **out, struct error *err)
{
	const struct guard_limits *limits =
	        options->limits ? options->limits : &guard_default_limits;
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	const struct timeval second = {1, 0};
	struct server *server;
	int rc;

	if ((rc = check_limits(limits, err)) < 0 ||
	    (rc = raise_file_limit(limits, err)) < 0)
		return rc;
	sigaction(SIGPIPE, &ignore, NULL); /* a peer that left is an error of its own */
	server = xcalloc(1, sizeof(*server));
	server->base = options->base;
	server->on_request = options->on_request;
	server->ctx = options->ctx;
	if (options->ops) {
		server->is_streamed = options->ops->is_streamed;
		server->ops_ctx = options->ops->ctx;
	}
	server->guards = guard_set_new(
	        limits, options->ops,
	        &(struct guard_host){.full = on_full, .emptied = on_emptied, .ctx = server},
	        options->tls);
	set_up_http(server, limits);
	server->tick = event_new(server->base, -1, EV_PERSIST, on_tick, server);
	server->drained = evtimer_new(server->base, on_drained, server);
	assert(server->tick && server->drained);
	event_add(server->tick, &second);
	*out = server;
	return 0;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	/* By the guards: evhttp would free the requests that handlers still hold. */
	guard_set_close_all(server->guards);
	evhttp_free(server->http);
	guard_set_free(server->guards);
	event_free(server->tick);
	event_free(server->drained);
	free(server);
}
