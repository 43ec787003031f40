/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_LISTEN_H
#define ISOBAR_LISTEN_H

#include <stdint.h>

#include "base/attr.h"
#include "base/error.h"

struct server;

/*
 * Addresses as the setting has them: numeric, with a port, several between commas:
 * "127.0.0.1:8080,[::1]:8080".  ERR_INVALID names what cannot be read.
 */
int listen_by_text(struct server *server, const char *text, struct error *err) MUST_CHECK;
int listen_check(const char *text, struct error *err) MUST_CHECK; /* without listening */

/* The host of the first address as a URL has it: "127.0.0.1", "[::1]".  Static text. */
const char *listen_host(const char *text);

#endif
