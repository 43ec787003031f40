/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GZIP_H
#define ISOBAR_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/*
 * Does Accept-Encoding (RFC 9110, 12.5.3) want gzip?  Named or by "*", and not with
 * the weight 0; an absent field (NULL) does not.
 */
bool gzip_is_accepted(const char *accept_encoding);

/* Appends the gzip form (RFC 1952) of data to out. */
void gzip_put(struct strbuf *out, const void *data, size_t size);

#endif
