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
/*
 * Without listening: can they be read, and does nobody listen there yet?  Workers share
 * an address, but another api there would answer half of the requests from a database
 * of its own.
 */
int listen_check(const char *text, struct error *err) MUST_CHECK;

/* The host of the first address as a URL has it: "127.0.0.1", "[::1]".  Static text. */
const char *listen_host(const char *text);

#endif
