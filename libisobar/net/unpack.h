/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_UNPACK_H
#define ISOBAR_UNPACK_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"

/*
 * Unpacks the body of an answer as it arrives (RFC 9110 8.4.1).  libcurl could, but
 * takes a packed body that ends too early for a whole one (7.88).
 */
struct unpack;

/* "gzip", "x-gzip", "deflate" (with zlib's frame or bare), "identity"; NULL: another. */
struct unpack *unpack_new(const char *encoding);
void unpack_free(struct unpack *u); /* NULL is fine */

/* Puts what comes out to out.  ERR_LIMIT: that holds more than most bytes then;
 * ERR_TRANSIENT: it cannot be unpacked. */
int unpack_put(struct unpack *u, const char *data, size_t size, size_t most,
               struct strbuf *out, struct error *err) MUST_CHECK;

/* May it end here?  Packed data says itself where it ends. */
bool unpack_is_whole(const struct unpack *u);

#endif
