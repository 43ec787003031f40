/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SERVER_H
#define ISOBAR_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/error.h"

#include "guard.h"
#include "problem.h"

/*
 * HTTP/1.1 on one event base: evhttp behind guards, listeners, replies, and the end
 * of all that.  Single-threaded; more processes may listen on the same port.
 */
struct evbuffer;
struct event_base;
struct evhttp_request;
struct server;
struct tls;

/*
 * A request is whole and well-formed: answer it, now or later, exactly once, by one
 * of the replies below.  The client may be gone by then; the reply takes care of it.
 * Neither the request nor its connection may be freed.
 */
typedef void server_request_fn(struct evhttp_request *req, void *ctx);

struct server_options {
	/* Borrowed.  EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST saves a fifth of its CPU. */
	struct event_base *base;
	const struct guard_limits *limits; /* copied; NULL: guard_default_limits */
	const struct guard_ops *ops;       /* copied; NULL: no bodies, no callbacks */
	struct tls *tls;                   /* borrowed; NULL: plain */
	server_request_fn *on_request;
	void *ctx;
};

/*
 * Ignores SIGPIPE for the whole process.  ERR_INVALID names a limit that makes no sense.
 * ERR_LIMIT: the process may not open as many files as the caps of connections, plus 64;
 * the soft limit is raised when that is enough.
 */
int server_new(const struct server_options *options, struct server **out,
               struct error *err) MUST_CHECK;
/*
 * Closes everything.  By then each request must have been answered, if need be to nobody:
 * that is safe once the drain is done.  Not from inside a callback of the server.
 */
void server_free(struct server *server);

/*
 * address is numeric, IPv4 or IPv6 ("::" is IPv6 alone); port 0 takes a free one.  May
 * be called several times.  Other processes may listen on the same (SO_REUSEPORT).
 */
int server_listen(struct server *server, const char *address, uint16_t port,
                  struct error *err) MUST_CHECK;
/* fd listens already, and belongs to the server from now on. */
int server_listen_fd(struct server *server, int fd, struct error *err) MUST_CHECK;
/*
 * Sockets from systemd: the values of LISTEN_PID and LISTEN_FDS (sd_listen_fds(3)), NULL
 * where not set.  Returns how many were for this process, 0 if none, or an error.
 */
int server_listen_inherited(struct server *server, const char *listen_pid,
                            const char *listen_fds, struct error *err) MUST_CHECK;
uint16_t server_port(const struct server *server); /* of the first listener; 0: none */

/*
 * No new connections, and Connection: close on every answer.  done comes once, never
 * from inside: with the last connection gone, or after deadline_ms, when what is left
 * has been closed.
 */
typedef void server_drained_fn(bool in_time, void *ctx);
void server_drain(struct server *server, unsigned int deadline_ms, server_drained_fn *done,
                  void *ctx);
bool server_is_draining(const struct server *server);

void server_counts(const struct server *server, struct guard_counts *out);

/* ---- for handlers ---- */

/* The client's X-Request-Id or a new one; in the answer too.  Lives as the request. */
const char *server_request_id(struct evhttp_request *req);
/* The peer's address as text, "" when it is gone.  Copy it to keep it. */
const char *server_peer(struct evhttp_request *req);

/*
 * The body of a request for which guard_ops.is_streamed holds, to be taken by
 * guard_body_take(); NULL: the client is gone.  Answered before all of it was taken, the
 * connection ends with the answer.
 */
struct guard *server_body(struct server *server, struct evhttp_request *req);
void server_body_taken(struct evhttp_request *req); /* all of it */

struct server_header {
	const char *name;
	const char *value; /* NULL: left out */
};

struct server_answer {
	unsigned int status;      /* 200..599 */
	const char *content_type; /* NULL only with 204 and 304 */
	const struct server_header *headers;
	size_t n_headers;
	struct evbuffer *body; /* moved out of; NULL: empty */
};

/*
 * Sends headers alone to HEAD (with the Content-Length of the body), 204 and 304.  Adds
 * X-Request-Id, X-Content-Type-Options, Cache-Control: no-store, Date, Content-Length.
 */
void server_reply(struct server *server, struct evhttp_request *req,
                  const struct server_answer *answer);

/* p->request_id and, when NULL, p->instance are the request's own. */
void server_reply_problem(struct server *server, struct evhttp_request *req,
                          const struct problem *p, const struct server_header *headers,
                          size_t n_headers);

#endif
