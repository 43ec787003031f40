/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_HTTP_CLIENT_H
#define ISOBAR_TEST_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/strbuf.h"

/*
 * A client that sends any bytes and reads replies strictly.  Everything waits, but
 * never longer than it is told.
 */
struct client;

struct target {
	const char *address; /* numeric */
	unsigned int port;
	bool is_tls;        /* any certificate will do */
	const char *source; /* an address of our own to come from; NULL: any */
	int receive_buffer; /* bytes that our kernel takes; 0: as it likes */
};

struct client *client_open(const struct target *target); /* NULL: not connected */
void client_close(struct client *c);                     /* NULL is fine */
void client_reset(struct client *c);                     /* closes with a reset */
int client_socket(const struct client *c);
/* The end came over TLS without a word: an attacker could have made it. */
bool client_was_cut(const struct client *c);

/* False when the peer does not take it (within 5 s). */
bool client_send(struct client *c, const void *data, size_t size);
void client_end_output(struct client *c); /* a FIN, and still reads */

enum {
	CLIENT_TIMEOUT = -1,
	CLIENT_RESET = -2,
};

/* Bytes read, 0 at the end, or one of the above. */
ssize_t client_read(struct client *c, void *buf, size_t size, int timeout_ms);

struct reply {
	unsigned int status;
	struct strbuf head; /* without the empty line */
	struct strbuf body; /* chunks put together */
	bool ends_with_connection;
};

void reply_done(struct reply *r);

/*
 * The next reply; "100 Continue" is one too.  False: none came, or it was malformed;
 * what was wrong is in *why.
 */
bool client_reply(struct client *c, bool is_head, int timeout_ms, struct reply *out,
                  const char **why);

/* The value of a header, or NULL.  Holds until the next call. */
const char *reply_header(const struct reply *r, const char *name);

/* The peer closes within timeout_ms and sends nothing more before. */
bool client_is_at_end(struct client *c, int timeout_ms);

#endif
