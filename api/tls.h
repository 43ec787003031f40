/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TLS_H
#define ISOBAR_TLS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/error.h"

/* TLS 1.2 and 1.3 where no proxy ends it for us. */
struct bufferevent;
struct event_base;
struct tls; /* certificate, key and what follows from them */

/*
 * Reads PEM files: the certificate with the chain above it, and its key without a
 * passphrase.  ERR_NOT_FOUND and ERR_DENIED are the files', ERR_INVALID what is in
 * them.  *out belongs to the caller.
 */
int tls_new(const char *certificate_file, const char *key_file, struct tls **out,
            struct error *err) MUST_CHECK;
void tls_free(struct tls *tls); /* NULL is fine; open connections keep what they have */

/* Reads the files again, for new connections; after a failure the old ones stay. */
int tls_reload(struct tls *tls, struct error *err) MUST_CHECK;

/* The server's end of a connection, still without a socket. */
struct bufferevent *tls_accepting(struct tls *tls, struct event_base *base);

/* Bytes written to the socket so far, handshake and all; -1 on a plain bufferevent. */
int64_t tls_bytes_sent(struct bufferevent *connection);

/* Tells the peer that no more will come (close_notify); nothing on a plain bufferevent. */
void tls_end_output(struct bufferevent *connection);

#endif
