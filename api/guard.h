/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GUARD_H
#define ISOBAR_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"

/*
 * What stands between a socket and evhttp: a filter bufferevent a connection that
 * lets through whole, well-formed requests only, one at a time, and has the only
 * clocks of a connection.  What it refuses it answers itself, with a problem
 * document and Connection: close, after every reply that was owed before.
 */
struct bufferevent;
struct event_base;
struct guard_set; /* the guards of one server */
struct tls;

struct guard_limits {
	size_t max_head;              /* bytes: request line and headers */
	size_t max_line;              /* bytes: the request line alone */
	unsigned int max_headers;     /* fields of a request */
	unsigned int head_ms;         /* first byte (or accept) to the head's end */
	unsigned int request_ms;      /* first byte to the body's end */
	unsigned int stream_ms;       /* likewise, of a body that is taken while it comes */
	unsigned int idle_ms;         /* between two requests */
	unsigned int window_ms;       /* in each of which, at least ... */
	unsigned int min_rate;        /* ... these bytes/s of a body or reply move */
	unsigned int send_buffer;     /* bytes of a reply with the kernel */
	unsigned int linger_ms;       /* after a refusal, to drop what comes */
	unsigned int max_connections; /* served at one time */
	unsigned int max_per_address; /* of these; IPv6: by /64; 0: no cap */
	unsigned int max_refusing;    /* above the caps, told so; the rest waits */
	unsigned int full_ms;         /* for one of those to bring its request */
	unsigned int retry_after_s;   /* what Retry-After says at a cap */
};

/*
 * 16 KiB, 8 KiB, 100; 10 s, 60 s, 1 h, 75 s (a proxy before us gives up first, at 60 s);
 * 500 bytes/s in each 5 s; 128 KiB; 2 s; 4096, 256, 256, 2 s; 5 s.
 */
extern const struct guard_limits guard_default_limits;

/* Why a connection was refused or cut. */
enum guard_reason {
	GUARD_MALFORMED,    /* 400, 405, 417, 501, 505: the request is not one of ours */
	GUARD_TOO_LARGE,    /* 413, 414, 431 */
	GUARD_FULL,         /* 503: max_connections */
	GUARD_ADDRESS_FULL, /* 503: max_per_address */
	GUARD_SLOW_HEAD,    /* 408, or nothing when no byte had come */
	GUARD_SLOW_BODY,    /* 408 */
	GUARD_SLOW_READER,  /* reset: the reply was not taken */
	GUARD_IDLE,         /* closed: a kept connection without a request */
};

enum {
	N_GUARD_REASONS = GUARD_IDLE + 1
};

const char *
guard_reason_text(enum guard_reason reason); /* "slow_head": a label of metrics */

/* One refusal that was answered.  Texts hold until the callback returns. */
struct guard_refusal {
	enum problem_name name;
	enum guard_reason reason;
	const char *method; /* "" when it was not understood */
	const char *path;   /* as sent, at most 255 bytes, no query; "" likewise */
	const char *address;
	const char *request_id;
};

#define GUARD_BODY_MAX   (64 << 20)         /* bytes; no cap is above it ... */
#define GUARD_STREAM_MAX ((int64_t)1 << 40) /* ... but that of a body taken in pieces */

/* Any of them may be NULL.  method and path are as in struct guard_refusal. */
struct guard_ops {
	/* Bytes a body may have; -1: none is taken, 400.  NULL: none anywhere. */
	int64_t (*body_cap)(const char *method, const char *path, void *ctx);
	/*
	 * Whether the body of such a request is taken while it comes (guard_body_take());
	 * evhttp gets the head alone, and as soon as it is there.  NULL: of none.
	 */
	bool (*is_streamed)(const char *method, const char *path, void *ctx);
	/* The value of Allow for a method that nobody has.  NULL: "GET, HEAD". */
	const char *(*allow)(const char *path, void *ctx);
	/* Whether many clients stand behind address: max_per_address does not hold. */
	bool (*is_proxy)(const char *address, void *ctx);
	void (*refused)(const struct guard_refusal *refusal, void *ctx);
	void *ctx;
};

/* For metrics. */
struct guard_counts {
	unsigned int open; /* connections now */
	uint64_t accepted; /* since the start, the refused ones too */
	uint64_t requests; /* handed to evhttp */
	uint64_t refused[N_GUARD_REASONS];
};

/*
 * For the server alone.  full: whether the listeners must rest; emptied: the last
 * connection is gone (in guard_set_drain() only).
 */
struct guard_host {
	void (*full)(bool is_full, void *ctx);
	void (*emptied)(void *ctx);
	void *ctx;
};

/* Everything is copied but tls, which is borrowed (NULL: plain). */
struct guard_set *guard_set_new(const struct guard_limits *limits,
                                const struct guard_ops *ops, const struct guard_host *host,
                                struct tls *tls);
/* Closes what is open; its memory goes with the last connection's, when the loop turns. */
void guard_set_free(struct guard_set *set);

/* For evhttp_set_bevcb(); ctx is the set.  Never NULL. */
struct bufferevent *guard_new(struct event_base *base, void *ctx);

/* For evhttp's close callback: tells the peer, over TLS, that this is the end. */
void guard_end_output(struct bufferevent *filter);

/* ---- bodies that are taken while they come ---- */

struct evbuffer;
struct guard;

enum guard_body_news {
	GUARD_BODY_MORE, /* enough for a piece is there, and more to come */
	GUARD_BODY_END,  /* the rest is there */
	GUARD_BODY_LOST  /* no more comes: the peer left, or was refused */
};

/*
 * From the loop; body is what came and was not taken yet, for the caller to drain.  After
 * GUARD_BODY_END and GUARD_BODY_LOST the guard calls no more, and is not to be used.
 */
typedef void guard_body_fn(enum guard_body_news news, struct evbuffer *body, void *ctx);

/* The guard of a connection whose request has a body of this kind; NULL: it is gone. */
struct guard *guard_find(struct guard_set *set, const struct bufferevent *filter);
/*
 * Lets the body come, in pieces of this size, and tells a peer that waits to be asked to
 * go on.  More than one piece, and what the socket has read, is never held: the peer
 * waits until the piece was drained and guard_body_go_on() was called.
 */
void guard_body_take(struct guard *g, size_t piece, guard_body_fn *fn, void *ctx);
void guard_body_go_on(struct guard *g);
/* The caller is to hear no more; what still comes is dropped once it has answered. */
void guard_body_leave(struct guard *g);

/*
 * Lets answers in progress finish and closes the rest: kept connections at once, new
 * ones that have not asked within a second.
 */
void guard_set_drain(struct guard_set *set);
void guard_set_close_all(struct guard_set *set);

void guard_set_counts(const struct guard_set *set, struct guard_counts *out);

#endif
