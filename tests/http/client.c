/* SPDX-License-Identifier: Apache-2.0 */
/* See client.h.  A reply that is cut, or framed in two ways, is no reply. */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

struct client {
	int fd;
	SSL *ssl;           /* NULL: plain */
	struct strbuf held; /* read and not yet used */
	bool was_cut;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- connections ---- */

static socklen_t fill_address(const char *text, unsigned int port,
                              struct sockaddr_storage *sa)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
	                           .sin6_port = htons((uint16_t)port)};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(sa, &in, sizeof(in));
		return sizeof(in);
	}
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		memcpy(sa, &in6, sizeof(in6));
		return sizeof(in6);
	}
	return 0;
}

static int open_socket(const struct target *t)
{
	struct sockaddr_storage to, from;
	const socklen_t size = fill_address(t->address, t->port, &to);
	const socklen_t from_size = t->source ? fill_address(t->source, 0, &from) : 0;
	int fd;

	if (size == 0 || (fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return -1;
	if (t->receive_buffer)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &t->receive_buffer,
		           sizeof(t->receive_buffer));
	if ((from_size > 0 && bind(fd, (struct sockaddr *)&from, from_size) < 0) ||
	    connect(fd, (struct sockaddr *)&to, size) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static SSL *start_tls(int fd)
{
	static SSL_CTX *context; /* for all of them */
	const struct timeval patience = {5, 0};
	SSL *ssl;

	if (!context)
		context = SSL_CTX_new(TLS_client_method());
	ssl = SSL_new(context);
	SSL_set_fd(ssl, fd);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (SSL_connect(ssl) != 1) {
		ERR_clear_error();
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

struct client *client_open(const struct target *target)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	const int fd = open_socket(target);
	SSL *ssl = NULL;
	struct client *c;

	if (fd < 0)
		return NULL;
	sigaction(SIGPIPE, &ignore, NULL); /* OpenSSL writes without MSG_NOSIGNAL */
	if (target->is_tls && !(ssl = start_tls(fd))) {
		close(fd);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->ssl = ssl;
	return c;
}

void client_close(struct client *c)
{
	if (!c)
		return;
	SSL_free(c->ssl);
	close(c->fd);
	strbuf_done(&c->held);
	free(c);
}

void client_reset(struct client *c)
{
	const struct linger at_once = {.l_onoff = 1};

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	client_close(c);
}

bool client_was_cut(const struct client *c)
{
	return c->was_cut;
}

int client_socket(const struct client *c)
{
	return c->fd;
}

/* ---- bytes ---- */

static bool wait_for(const struct client *c, short events, int timeout_ms)
{
	struct pollfd p = {.fd = c->fd, .events = events};

	return poll(&p, 1, timeout_ms) > 0;
}

bool client_send(struct client *c, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t n;

		if (!wait_for(c, POLLOUT, 5000))
			return false;
		if (c->ssl)
			n = SSL_write(c->ssl, at, size < 16384 ? (int)size : 16384);
		else
			n = send(c->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0) {
			ERR_clear_error();
			return false;
		}
		at += n;
		size -= (size_t)n;
	}
	return true;
}

void client_end_output(struct client *c)
{
	if (c->ssl)
		SSL_shutdown(c->ssl);
	shutdown(c->fd, SHUT_WR);
}

/* What is readable may be no data of ours: a ticket, half a record. */
static ssize_t read_tls(struct client *c, void *buf, size_t size, int timeout_ms)
{
	const struct timeval patience = {timeout_ms / 1000, timeout_ms % 1000 * 1000 + 1};
	const int was_set =
	        setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	const int n = was_set < 0 ? -1 : SSL_read(c->ssl, buf, (int)size);
	const int error = n > 0 ? SSL_ERROR_NONE : SSL_get_error(c->ssl, n);
	const bool was_cut =
	        ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;

	ERR_clear_error();
	if (n > 0)
		return n;
	/* Without a close_notify: the length of the reply tells whether it is whole. */
	c->was_cut = was_cut;
	if (error == SSL_ERROR_ZERO_RETURN || was_cut)
		return 0;
	return error == SSL_ERROR_WANT_READ ? CLIENT_TIMEOUT : CLIENT_RESET;
}

ssize_t client_read(struct client *c, void *buf, size_t size, int timeout_ms)
{
	ssize_t n;

	if (!(c->ssl && SSL_pending(c->ssl)) && !wait_for(c, POLLIN, timeout_ms))
		return CLIENT_TIMEOUT;
	if (c->ssl)
		return read_tls(c, buf, size, timeout_ms);
	n = recv(c->fd, buf, size, 0);
	return n >= 0 ? n : CLIENT_RESET;
}

/* ---- replies ---- */

void reply_done(struct reply *r)
{
	strbuf_done(&r->head);
	strbuf_done(&r->body);
}

const char *reply_header(const struct reply *r, const char *name)
{
	static char value[512];
	const size_t size = strlen(name);
	const char *line = strstr(strbuf_text(&r->head), "\r\n");

	for (; line; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, size) == 0 && line[size] == ':') {
			const size_t n = strcspn(line + size + 1, "\r");
			const size_t start = strspn(line + size + 1, " ");

			if (n - start >= sizeof(value))
				return NULL;
			memcpy(value, line + size + 1 + start, n - start);
			value[n - start] = '\0';
			return value;
		}
	}
	return NULL;
}

static void use_up(struct client *c, size_t size)
{
	memmove(c->held.data, c->held.data + size, c->held.size - size);
	c->held.size -= size;
	c->held.data[c->held.size] = '\0';
}

/* Until size bytes are held; else why not. */
static const char *hold(struct client *c, size_t size, int64_t until)
{
	char buf[16384];

	while (c->held.size < size) {
		const int64_t left = until - now_ms();
		const ssize_t n =
		        client_read(c, buf, sizeof(buf), left > 0 ? (int)left : 0);

		if (n == CLIENT_TIMEOUT)
			return "it does not come";
		if (n == CLIENT_RESET)
			return "the connection was reset";
		if (n == 0)
			return "the connection was closed";
		strbuf_put(&c->held, buf, (size_t)n);
	}
	return NULL;
}

/* A line or a head: no NUL stands before its end. */
static const char *hold_text(struct client *c, const char *text, int64_t until, size_t *end)
{
	const char *why, *at;

	while (!(at = strstr(strbuf_text(&c->held), text)))
		if ((why = hold(c, c->held.size + 1, until)))
			return why;
	*end = (size_t)(at - c->held.data);
	return NULL;
}

static const char *take_bytes(struct client *c, size_t size, int64_t until,
                              struct strbuf *out)
{
	const char *why = hold(c, size, until);

	if (why)
		return why;
	strbuf_put(out, c->held.data, size);
	use_up(c, size);
	return NULL;
}

static const char *take_chunks(struct client *c, int64_t until, struct strbuf *out)
{
	for (;;) {
		size_t line_end, size;
		const char *why = hold_text(c, "\r\n", until, &line_end);
		struct strbuf end = {0};

		if (why)
			return why;
		size = strtoul(c->held.data, NULL, 16);
		use_up(c, line_end + 2);
		if ((why = take_bytes(c, size, until, out)) ||
		    (why = take_bytes(c, 2, until, &end)))
			return why;
		strbuf_done(&end);
		if (size == 0)
			return NULL;
	}
}

static const char *take_rest(struct client *c, int64_t until, struct strbuf *out)
{
	const char *why;

	while (!(why = hold(c, c->held.size + 1, until)))
		;
	strbuf_put(out, c->held.data, c->held.size);
	c->held.size = 0;
	return strcmp(why, "the connection was closed") == 0 ? NULL : why;
}

static const char *take_body(struct client *c, bool is_head, int64_t until, struct reply *r)
{
	const char *length = reply_header(r, "Content-Length");
	const size_t size = length ? strtoul(length, NULL, 10) : 0;
	const bool has_length = length != NULL;
	const bool is_chunked = reply_header(r, "Transfer-Encoding") != NULL;

	if (has_length && is_chunked)
		return "it has two lengths";
	if (is_head || r->status == 204 || r->status == 304 || r->status < 200)
		return NULL;
	if (is_chunked)
		return take_chunks(c, until, &r->body);
	if (has_length)
		return take_bytes(c, size, until, &r->body);
	r->ends_with_connection = true;
	return take_rest(c, until, &r->body);
}

bool client_reply(struct client *c, bool is_head, int timeout_ms, struct reply *out,
                  const char **why)
{
	const int64_t until = now_ms() + timeout_ms;
	size_t head_end;

	memset(out, 0, sizeof(*out));
	if ((*why = hold_text(c, "\r\n\r\n", until, &head_end)))
		return false;
	strbuf_put(&out->head, c->held.data, head_end);
	use_up(c, head_end + 4);
	if (head_end < 12 || strncmp(out->head.data, "HTTP/1.", 7) != 0) {
		*why = "it is no HTTP";
		return false;
	}
	out->status = (unsigned int)strtoul(out->head.data + 9, NULL, 10);
	*why = take_body(c, is_head, until, out);
	return !*why;
}

bool client_is_at_end(struct client *c, int timeout_ms)
{
	char byte;
	const ssize_t n = c->held.size ? 1 : client_read(c, &byte, 1, timeout_ms);

	return n == 0 || n == CLIENT_RESET;
}
