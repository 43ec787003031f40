/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_URL_H
#define ISOBAR_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* URLs and forms as requests need them: pure. */

struct url_pair {
	const char *name, *value;
};

/* RFC 3986 2.3: all but unreserved characters as %XX. */
const char *url_encode(const char *text, struct arena *a) NON_NULL;

/*
 * base + path + "?" + pairs, sorted by name and value and encoded, as signatures want it
 * (libcurl 7.88 does not sort).  A pair whose value is NULL is left out.  base has no
 * query; a slash at its end and one at the beginning of path count once.
 */
const char *url_build(const char *base, const char *path, const struct url_pair *pairs,
                      size_t n, struct arena *a) NON_NULL;

/* The same pairs in their order as application/x-www-form-urlencoded. */
const char *url_form(const struct url_pair *pairs, size_t n, struct arena *a) NON_NULL;

/*
 * Do both have the same scheme, host (in any case) and port?  False for anything that is
 * no absolute http or https URL, and for one with a user name: a link of an answer is
 * followed only within the origin that it came from, since credentials go with it.
 */
bool url_same_origin(const char *url, const char *base);

/* The host without port and brackets, in lower case; "" for what is no URL. */
const char *url_host(const char *url, struct arena *a) NON_NULL;

/*
 * Checks an address that an operator gives: https, or http where the host is a loopback
 * address; no user name, query or fragment.  ERR_INVALID says what is wrong.
 */
int url_check_endpoint(const char *url, struct error *err) MUST_CHECK;

#endif
