/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One guard a connection: a filter bufferevent between the socket (or TLS) and
 * evhttp.  http_head.c judges the bytes; here they are held, passed or answered, and
 * here are the clocks.  evhttp gets one request at a time: the bytes behind it wait
 * in the socket until its reply is sent, so that a refusal never overtakes a reply and
 * a connection holds one request's memory.
 *
 * libevent 2.1.12's filter reports "written" when its own buffer is empty, and forgets
 * what was added while writing was off; so evhttp would close over half a reply, or
 * wait for ever.  Hence the output filter moves nothing, on_turn() moves all there is,
 * and tells evhttp that it may go on when the socket's own buffer has run empty.
 */
#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "base/mem.h"

#include "guard_private.h"
#include "refusal.h"
#include "request_id.h"
#include "tls.h"

#define WRITE_MAX (256 * 1024) /* bytes, of one call; libevent takes 16 KiB */
#define FRESH_MS  1000         /* for a new connection to ask while the server drains */

/* ---- time ---- */

int64_t guard_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void start_timer(struct guard *g, int64_t now)
{
	const int64_t wait = g->deadline > now ? g->deadline - now : 0;
	const struct timeval tv = {wait / 1000, wait % 1000 * 1000};

	g->timer_at = g->deadline;
	event_add(g->timer, &tv);
}

/*
 * Most deadlines are met.  A timer that fires too early starts itself again, so only a
 * deadline before the running timer's costs anything.
 */
void guard_set_deadline(struct guard *g, int64_t at)
{
	g->deadline = at;
	if (at < g->timer_at)
		start_timer(g, guard_now_ms());
}

/* The next window of a transfer, or what is left of the request's time. */
void guard_open_window(struct guard *g, int64_t limit)
{
	const int64_t end = guard_now_ms() + g->set->limits.window_ms;

	g->moved = 0;
	guard_set_deadline(g, end < limit ? end : limit);
}

static bool is_too_slow(const struct guard *g, int64_t n_bytes)
{
	const struct guard_limits *l = &g->set->limits;

	return n_bytes < (int64_t)l->min_rate * l->window_ms / 1000;
}

/* ---- ends ---- */

/*
 * evhttp has freed the filter, and the guard's memory follows when the loop gets to it;
 * until then an event of ours may still fire.  bufferevent_free() clears the callbacks.
 */
bool guard_is_gone(const struct guard *g)
{
	bufferevent_event_cb on_event;

	bufferevent_getcb(g->filter, NULL, NULL, &on_event, NULL);
	return !on_event;
}

/* evhttp frees the connection; a request without a reply stays with its handler. */
static void end(struct guard *g)
{
	bufferevent_trigger_event(g->filter, BEV_EVENT_READING | BEV_EVENT_TIMEOUT, 0);
	assert(guard_is_gone(g));
}

/* What the kernel has not sent yet is of no use: a reset gives its memory back. */
static void reset(struct guard *g)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	setsockopt(bufferevent_getfd(g->filter), SOL_SOCKET, SO_LINGER, &at_once,
	           sizeof(at_once));
	end(g);
}

static void count(struct guard *g, enum guard_reason reason)
{
	g->set->counts.refused[reason]++;
}

static const char *allow_of(struct guard *g, enum problem_name name)
{
	const struct guard_ops *ops = &g->set->ops;

	if (name != PROBLEM_METHOD_NOT_ALLOWED)
		return NULL;
	return ops->allow ? ops->allow(g->stream.path, ops->ctx) : "GET, HEAD";
}

/* Answers and lets nothing more through; no reply is owed in the states it is for. */
void guard_refuse(struct guard *g, enum problem_name name, const char *detail,
                  enum guard_reason reason)
{
	const struct guard_set *set = g->set;
	const bool is_full = name == PROBLEM_OVERLOADED;
	char id[REQUEST_ID_MAX];
	const struct refusal r = {.name = name,
	                          .detail = detail,
	                          .path = g->stream.path,
	                          .request_id = id,
	                          .allow = allow_of(g, name),
	                          .retry_after_s = is_full ? set->limits.retry_after_s : 0,
	                          .is_head = g->stream.is_head};
	const struct guard_refusal told = {.name = name,
	                                   .reason = reason,
	                                   .method = g->stream.method,
	                                   .path = g->stream.path,
	                                   .address = g->address,
	                                   .request_id = id};
	struct strbuf text = {0};

	request_id_make(id);
	refusal_write(&r, &text);
	g->state = GUARD_REFUSING;
	bufferevent_write(g->socket, text.data, text.size);
	strbuf_done(&text);
	/* It was off when evhttp had the request. */
	guard_read_on(g);
	guard_set_deadline(g, guard_now_ms() + set->limits.linger_ms);
	count(g, reason);
	if (set->ops.refused)
		set->ops.refused(&told, set->ops.ctx);
}

static enum guard_reason reason_of(enum problem_name name)
{
	switch (problem_status(name)) {
	case 413:
	case 414:
	case 431:
		return GUARD_TOO_LARGE;
	default: /* whatever else there is */
		return GUARD_MALFORMED;
	}
}

void guard_refuse_step(struct guard *g)
{
	guard_refuse(g, g->stream.problem, g->stream.detail, reason_of(g->stream.problem));
}

/*
 * The refusal is with the kernel.  Closing now, with bytes of the peer unread, would
 * send a reset that may destroy it on the way: RFC 9112 9.6.
 */
static void linger(struct guard *g)
{
	tls_end_output(g->socket);
	shutdown(bufferevent_getfd(g->filter), SHUT_WR);
	g->state = GUARD_LINGERING;
}

/* Answered before its body was taken: that is the end of the connection, too. */
static void linger_over_body(struct guard *g)
{
	guard_read_on(g);
	bufferevent_enable(g->filter, EV_READ);
	guard_set_deadline(g, guard_now_ms() + g->set->limits.linger_ms);
	linger(g);
}

/* ---- input ---- */

/* What http_head.c says of the next bytes; it looks at one piece of memory. */
struct http_step guard_look(struct guard *g, struct evbuffer *from)
{
	const size_t all = evbuffer_get_length(from);
	const size_t first = evbuffer_get_contiguous_space(from);
	const size_t enough = all < g->set->limits.max_head ? all : g->set->limits.max_head;
	struct http_step step;

	step = http_stream_next(
	        &g->stream, (const char *)evbuffer_pullup(from, (ev_ssize_t)first), first);
	if (step.verdict != HTTP_WAIT || first >= enough)
		return step;
	return http_stream_next(&g->stream,
	                        (const char *)evbuffer_pullup(from, (ev_ssize_t)enough),
	                        enough);
}

/* A part of it is here; most come whole and never get to this. */
static void begin_head(struct guard *g)
{
	const struct guard_limits *l = &g->set->limits;

	g->request_at = guard_now_ms();
	g->state = GUARD_RECEIVING_HEAD;
	/* A first request has no more than what was left of the time since the accept. */
	if (g->has_asked)
		guard_set_deadline(g, g->request_at + l->head_ms);
}

/*
 * The request is evhttp's; until its reply is sent nothing more is read.  Most replies are
 * sent before anything more comes: the reader is stopped by what it leaves alone.
 */
static void ask(struct guard *g)
{
	g->state = GUARD_ASKED;
	g->has_asked = true;
	g->set->counts.requests++;
	guard_set_deadline(g, GUARD_NEVER);
	if (!g->reader)
		guard_read_off(g);
}

static void begin_body(struct guard *g)
{
	if (g->state == GUARD_BETWEEN)
		g->request_at = guard_now_ms();
	g->state = GUARD_RECEIVING_BODY;
	guard_open_window(g, g->request_at + g->set->limits.request_ms);
}

static void refuse_over_cap(struct guard *g)
{
	guard_refuse(g, PROBLEM_OVERLOADED,
	             g->over_reason == GUARD_FULL
	                     ? "The server has as many connections as it takes."
	                     : "Your address has as many connections as it may.",
	             g->over_reason);
}

/* Does what was said of the next bytes; false when no more can be done with them. */
static bool follow(struct guard *g, struct http_step step, struct evbuffer *from,
                   struct evbuffer *to)
{
	switch (step.verdict) {
	case HTTP_WAIT:
		return false;
	case HTTP_REFUSE:
		guard_refuse_step(g);
		return false;
	case HTTP_DROP:
		evbuffer_drain(from, step.size);
		return true;
	case HTTP_CHUNK:
		evbuffer_drain(from, step.size);
		evbuffer_add(to, g->stream.chunk_line, strlen(g->stream.chunk_line));
		return true;
	case HTTP_HEAD:
		if (g->is_over) {
			refuse_over_cap(g);
			return false;
		}
		if (guard_body_begin(g, from, to, step.size))
			break;
		evbuffer_remove_buffer(from, to, step.size);
		if (!http_stream_is_at_start(&g->stream))
			begin_body(g);
		break;
	case HTTP_PASS:
		evbuffer_remove_buffer(from, to, step.size);
		g->moved += step.size;
		break;
	}
	if (!http_stream_is_at_start(&g->stream) && !g->body)
		return true;
	ask(g);
	return false;
}

/* The input filter. */
static enum bufferevent_filter_result take_input(struct evbuffer *from, struct evbuffer *to,
                                                 ev_ssize_t limit,
                                                 enum bufferevent_flush_mode mode,
                                                 void *ctx)
{
	struct guard *g = ctx;
	const size_t before = evbuffer_get_length(to);

	(void)limit;
	(void)mode;
	assert(g->state != GUARD_NEW); /* the turn of the accept came first */
	if (g->state == GUARD_REFUSING || g->state == GUARD_LINGERING)
		evbuffer_drain(from, evbuffer_get_length(from));
	if (g->state == GUARD_ASKED && g->body)
		guard_body_input(g, from);
	if (g->state > GUARD_RECEIVING_BODY)
		return BEV_NEED_MORE;
	while (follow(g, guard_look(g, from), from, to))
		;
	if (g->state == GUARD_BETWEEN && evbuffer_get_length(from) > 0)
		begin_head(g);
	/* evhttp is called when the filter says "OK"; there is no other way to say so. */
	return evbuffer_get_length(to) > before ? BEV_OK : BEV_NEED_MORE;
}

/* ---- output ---- */

/* The output filter: see the top.  on_turn() moves the bytes. */
static enum bufferevent_filter_result keep_output(struct evbuffer *from,
                                                  struct evbuffer *to, ev_ssize_t limit,
                                                  enum bufferevent_flush_mode mode,
                                                  void *ctx)
{
	(void)from;
	(void)to;
	(void)limit;
	(void)mode;
	(void)ctx;
	return BEV_NEED_MORE;
}

static void on_reply(struct evbuffer *output, const struct evbuffer_cb_info *change,
                     void *ctx)
{
	struct guard *g = ctx;

	(void)output;
	if (change->n_added)
		event_active(g->turn, EV_WRITE, 0);
}

static void on_sent(struct evbuffer *output, const struct evbuffer_cb_info *change,
                    void *ctx)
{
	struct guard *g = ctx;

	g->sent += (int64_t)change->n_deleted;
	if (change->n_deleted && evbuffer_get_length(output) == 0)
		event_active(g->turn, EV_WRITE, 0);
}

/*
 * The first bytes of an answer that the server did not give: evhttp's own page, in HTML,
 * for what it could not read.  The server puts X-Request-Id before all other headers.
 */
static bool is_stray(struct evbuffer *output)
{
	static const char mark[] = "\r\nX-Request-Id: ";
	char start[128];
	const ev_ssize_t n = evbuffer_copyout(output, start, sizeof(start) - 1);
	const char *line_end;

	start[n > 0 ? n : 0] = '\0';
	if (strncmp(start, "HTTP/1.", 7) == 0 && strncmp(start + 8, " 100 ", 5) == 0)
		return false;
	line_end = strstr(start, "\r\n");
	return !line_end || strncmp(line_end, mark, strlen(mark)) != 0;
}

/*
 * What the kernel takes at once needs no event that is added and deleted again: two
 * calls less for most replies.  Errors are left to the socket's own writing.
 */
static void write_at_once(struct guard *g, struct evbuffer *from)
{
	int n;

	if (g->set->tls || evbuffer_get_length(bufferevent_get_output(g->socket)) > 0)
		return;
	n = evbuffer_write_atmost(from, bufferevent_getfd(g->filter), WRITE_MAX);
	if (n > 0)
		g->sent += n;
}

static void move_output(struct guard *g)
{
	struct evbuffer *from = bufferevent_get_output(g->filter);

	if (evbuffer_get_length(from) == 0)
		return;
	if (g->state < GUARD_REPLYING && is_stray(from))
		guard_refuse(g, PROBLEM_INVALID_REQUEST,
		             "The server cannot read this request.", GUARD_MALFORMED);
	if (g->state > GUARD_REPLYING) {
		evbuffer_drain(from, evbuffer_get_length(from));
		return;
	}
	if (g->state == GUARD_ASKED) {
		g->state = GUARD_REPLYING;
		g->taken = -1;
		guard_open_window(g, GUARD_NEVER);
	}
	write_at_once(g, from);
	evbuffer_add_buffer(bufferevent_get_output(g->socket), from);
}

/* The reply was the connection's last; evhttp reads Connection less closely. */
static bool is_last(const struct guard *g)
{
	return g->stream.wants_close || g->set->is_draining;
}

/* Reads again; what came meanwhile is there already and causes no event. */
static void await_request(struct guard *g)
{
	if (is_last(g)) {
		end(g);
		return;
	}
	guard_body_done(g);
	g->state = GUARD_BETWEEN;
	guard_set_deadline(g, guard_now_ms() + g->set->limits.idle_ms);
	guard_read_on(g);
	if (evbuffer_get_length(bufferevent_get_input(g->socket)) > 0)
		bufferevent_trigger(g->socket, EV_READ, 0);
}

/*
 * All is with the kernel.  evhttp's callback of the last reply stays set while it reads
 * the next request, and it writes only while EV_WRITE is on: to call it otherwise would
 * end a request that was never answered.  It turns EV_WRITE off when a reply is done.
 */
static void go_on(struct guard *g)
{
	if (g->state == GUARD_REFUSING) {
		linger(g);
		return;
	}
	if (g->state == GUARD_REPLYING && guard_body_is_left(g)) {
		linger_over_body(g);
		return;
	}
	if (g->state == GUARD_LINGERING || !(bufferevent_get_enabled(g->filter) & EV_WRITE))
		return;
	bufferevent_trigger(g->filter, EV_WRITE, 0);
	if (guard_is_gone(g))
		return;
	if (g->state == GUARD_REPLYING && !(bufferevent_get_enabled(g->filter) & EV_WRITE))
		await_request(g);
}

/* ---- the beginning ---- */

static void set_up_socket(int fd, int send_buffer)
{
	const int on = 1;

	/* A reply leaves in several pieces; the second would wait for the peer's ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/*
	 * Left alone it grows to 4 MB: whole replies are with the kernel, where no clock
	 * of ours sees that they are not taken, and some hundred slow readers of 2 MB
	 * cost it so much that everybody else waits for seconds.
	 */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer));
}

/* evhttp has given the filter its socket, so the peer can be known. */
static void start(struct guard *g)
{
	const struct guard_limits *l = &g->set->limits;
	const int fd = bufferevent_getfd(g->filter);
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	unsigned int wait = l->head_ms;

	if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0) {
		end(g); /* it has left already */
		return;
	}
	if (getnameinfo((struct sockaddr *)&peer, size, g->address, sizeof(g->address),
	                NULL, 0, NI_NUMERICHOST) != 0)
		g->address[0] = '\0';
	if (!guard_set_add_address(g->set, g, (struct sockaddr *)&peer)) {
		reset(g);
		return;
	}
	set_up_socket(fd, (int)l->send_buffer);
	g->state = GUARD_BETWEEN;
	guard_read_start(g);
	if (g->is_over)
		wait = l->full_ms;
	else if (g->set->is_draining)
		wait = FRESH_MS;
	guard_set_deadline(g, guard_now_ms() + wait);
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	struct guard *g = ctx;

	(void)fd;
	(void)what;
	if (guard_is_gone(g))
		return;
	if (g->state == GUARD_NEW) {
		start(g);
		return;
	}
	guard_body_tell(g);
	move_output(g);
	if (evbuffer_get_length(bufferevent_get_output(g->socket)) == 0)
		go_on(g);
}

/* ---- the clock ---- */

static void end_counted(struct guard *g, enum guard_reason reason)
{
	count(g, reason);
	end(g);
}

static void check_body(struct guard *g, int64_t now, unsigned int most_ms)
{
	const int64_t limit = g->request_at + most_ms;

	if (now < limit && !is_too_slow(g, (int64_t)g->moved)) {
		guard_open_window(g, limit);
		return;
	}
	guard_refuse(g, PROBLEM_REQUEST_TIMEOUT, "The body came too slowly.",
	             GUARD_SLOW_BODY);
	guard_body_lose(g);
}

/*
 * Bytes that the peer has acknowledged.  What we gave to the kernel would not do: it asks
 * for more when a third of its buffer is free, and a slow but honest reader may need many
 * windows for that.
 */
static int64_t bytes_taken(const struct guard *g)
{
	const int64_t by_tls = tls_bytes_sent(g->socket);
	int queued = 0;

	ioctl(bufferevent_getfd(g->filter), SIOCOUTQ, &queued);
	return (by_tls >= 0 ? by_tls : g->sent) - queued;
}

/*
 * The first window only learns where the peer is.  An empty buffer of ours is the
 * handler's doing: it sends a reply piece by piece.
 */
static void check_reply(struct guard *g)
{
	const bool is_waiting = evbuffer_get_length(bufferevent_get_output(g->socket)) > 0;
	const int64_t taken = bytes_taken(g);

	if (is_waiting && g->taken >= 0 && is_too_slow(g, taken - g->taken)) {
		count(g, GUARD_SLOW_READER);
		reset(g);
		return;
	}
	g->taken = taken;
	guard_open_window(g, GUARD_NEVER);
}

static void on_time(evutil_socket_t fd, short what, void *ctx)
{
	struct guard *g = ctx;
	const int64_t now = guard_now_ms();

	(void)fd;
	(void)what;
	if (guard_is_gone(g))
		return;
	g->timer_at = GUARD_NEVER;
	if (now < g->deadline) {
		if (g->deadline != GUARD_NEVER)
			start_timer(g, now);
		return;
	}
	switch (g->state) {
	case GUARD_NEW:
		break; /* without a deadline */
	case GUARD_ASKED:
		if (g->reads_body)
			check_body(g, now, g->set->limits.stream_ms);
		break; /* else it has none */
	case GUARD_BETWEEN:
		end_counted(g, g->has_asked ? GUARD_IDLE : GUARD_SLOW_HEAD);
		break;
	case GUARD_RECEIVING_HEAD:
		guard_refuse(g, PROBLEM_REQUEST_TIMEOUT, "The head came too slowly.",
		             GUARD_SLOW_HEAD);
		break;
	case GUARD_RECEIVING_BODY:
		check_body(g, now, g->set->limits.request_ms);
		break;
	case GUARD_REPLYING:
		check_reply(g);
		break;
	case GUARD_REFUSING:
	case GUARD_LINGERING:
		end(g);
		break;
	}
}

/* ---- from birth to death ---- */

/* The filter's free_context: evhttp is done with the connection, whatever ended it. */
static void forget(void *ctx)
{
	struct guard *g = ctx;

	guard_body_lose(g);
	guard_body_tell(g);
	guard_body_done(g);
	evbuffer_remove_cb(bufferevent_get_output(g->socket), on_sent, g);
	event_free(g->turn);
	event_free(g->timer);
	if (g->reader)
		event_free(g->reader);
	guard_set_remove(g->set, g);
	free(g);
}

struct bufferevent *guard_new(struct event_base *base, void *ctx)
{
	struct guard_set *set = ctx;
	struct guard *g = xcalloc(1, sizeof(*g));

	g->set = set;
	g->deadline = g->timer_at = GUARD_NEVER;
	http_stream_init(&g->stream, &set->http);
	g->socket = set->tls ? tls_accepting(set->tls, base)
	                     : bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	/* A page of the queue goes out by one call. */
	bufferevent_set_max_single_write(g->socket, WRITE_MAX);
	g->filter = bufferevent_filter_new(g->socket, take_input, keep_output,
	                                   BEV_OPT_CLOSE_ON_FREE, forget, g);
	g->turn = event_new(base, -1, 0, on_turn, g);
	g->timer = evtimer_new(base, on_time, g);
	/* With NULL evhttp would go on without a guard. */
	assert(g->filter && g->turn && g->timer);
	evbuffer_add_cb(bufferevent_get_output(g->filter), on_reply, g);
	evbuffer_add_cb(bufferevent_get_output(g->socket), on_sent, g);
	guard_set_add(set, g);
	event_active(g->turn, EV_READ, 0);
	return g->filter;
}

void guard_end_output(struct bufferevent *filter)
{
	tls_end_output(bufferevent_get_underlying(filter));
}

void guard_drain(struct guard *g)
{
	if (guard_is_gone(g) || g->state != GUARD_BETWEEN)
		return;
	if (g->has_asked)
		end(g);
	else
		guard_set_deadline(g, guard_now_ms() + FRESH_MS);
}

void guard_end(struct guard *g)
{
	if (!guard_is_gone(g))
		end(g);
}
