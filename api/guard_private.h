/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GUARD_PRIVATE_H
#define ISOBAR_GUARD_PRIVATE_H

#include <sys/queue.h>

#include "base/attr.h"

#include "address_count.h"
#include "guard.h"
#include "http_head.h"

/*
 * Between guard.c, which knows one connection, and guard_set.c, which counts them.
 */
struct event;
struct sockaddr;

enum guard_state {
	GUARD_NEW,            /* accepted; the address is not known yet */
	GUARD_BETWEEN,        /* no byte of the next request is here */
	GUARD_RECEIVING_HEAD, /* all of it is still ours */
	GUARD_RECEIVING_BODY, /* evhttp has the head */
	GUARD_ASKED,          /* evhttp has the request, and no byte of the reply is here */
	GUARD_REPLYING,
	GUARD_REFUSING,  /* our own answer is on its way */
	GUARD_LINGERING, /* it is sent; what still comes is dropped until the peer closes */
};

/* One connection. */
struct guard {
	TAILQ_ENTRY(guard) link;
	struct guard_set *set;
	struct bufferevent *filter; /* evhttp's, which frees it and with it the guard */
	struct bufferevent *socket; /* beneath */
	struct event *turn;         /* for what may not be done inside their callbacks */
	struct event *timer;
	struct event *reader; /* of the socket; NULL: not known yet, or TLS has its own */
	enum guard_state state;
	int64_t deadline;   /* of the state, in ms; NEVER */
	int64_t timer_at;   /* when the timer fires; NEVER: it is off */
	int64_t request_at; /* when the first byte of the request came */
	size_t moved;       /* bytes of the body in this window */
	int64_t sent;       /* bytes given to the kernel so far; not over TLS */
	int64_t taken;      /* by the peer when this window began; -1: not known */
	bool has_asked;     /* at least once */
	bool is_over;       /* a cap, for over_reason; it is told so when it asks */
	enum guard_reason over_reason;
	bool has_key; /* it is counted for its address */
	struct address_key key;
	char address[64]; /* with the scope of a link-local one */
	struct http_stream stream;
	/* Of a body that is taken while it comes: see guard_body.c. */
	struct evbuffer *body; /* NULL: this request has none such */
	size_t piece;
	guard_body_fn *on_body; /* NULL: nobody hears of it */
	void *on_body_ctx;
	bool reads_body; /* the peer is let to send */
	bool has_news;   /* on_body is to be called when the loop turns */
	bool expects;    /* 100 Continue, before it sends */
};

TAILQ_HEAD(guard_list, guard);

struct guard_set {
	struct guard_limits limits;
	struct guard_ops ops;
	struct guard_host host;
	struct tls *tls;
	struct http_limits http;
	struct address_count *addresses;
	struct guard_list guards;
	struct guard_counts counts;
	unsigned int n_served, n_over; /* of counts.open */
	bool is_full;                  /* the listeners rest */
	bool is_draining;
	bool is_freed; /* goes with its last guard */
};

/* guard.c.  Neither frees g at once: the loop does, later. */
void guard_drain(struct guard *g);
void guard_end(struct guard *g);

/* guard.c's, for guard_body.c. */
struct evbuffer;
bool guard_is_gone(const struct guard *g);
int64_t guard_now_ms(void);
void guard_set_deadline(struct guard *g, int64_t at);
void guard_open_window(struct guard *g, int64_t limit);
/* What http_head.c says of the next bytes of the socket. */
struct http_step guard_look(struct guard *g, struct evbuffer *from);
void guard_refuse(struct guard *g, enum problem_name name, const char *detail,
                  enum guard_reason reason);
void guard_refuse_step(struct guard *g);

#define GUARD_NEVER INT64_MAX

/* guard_read.c: takes what the peer sends, or leaves it in the socket. */
void guard_read_start(struct guard *g); /* when the socket is known */
void guard_read_on(struct guard *g);
void guard_read_off(struct guard *g);

/* guard_body.c. */
/* Is the request whose head ends at size of that kind?  Then the head goes to evhttp
 * without the lines that tell of its body. */
bool guard_body_begin(struct guard *g, struct evbuffer *from, struct evbuffer *to,
                      size_t size);
/* Input of a request that evhttp has, with its body still to come. */
void guard_body_input(struct guard *g, struct evbuffer *from);
/* Is some of it still to come? */
bool guard_body_is_left(const struct guard *g);
/* When the loop turns, and at the end of the connection. */
void guard_body_tell(struct guard *g);
void guard_body_lose(struct guard *g);
void guard_body_done(struct guard *g);

/*
 * guard_set.c: a new guard, which may be over a cap from then on; its peer, with false
 * when it is one of too many that are over it; and its end.
 */
void guard_set_add(struct guard_set *set, struct guard *g);
bool guard_set_add_address(struct guard_set *set, struct guard *g,
                           const struct sockaddr *peer) MUST_CHECK;
void guard_set_remove(struct guard_set *set, struct guard *g);

#endif
