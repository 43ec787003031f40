/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ROUTER_H
#define ISOBAR_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/access.h"

struct request; /* request.h */

/* Answers through respond.h, now or later, exactly once on every path. */
typedef void handler_fn(struct request *req);

/* HEAD is answered wherever GET is. */
enum route_method {
	ROUTE_GET
};

struct route {
	enum route_method method;
	const char *pattern;   /* "/v1/risks/{id}" */
	enum permission needs; /* PERMISSION_NONE: answers without a token */
	handler_fn *handler;
};

extern const struct route routes[];
extern const size_t n_routes;

enum match {
	MATCH_FOUND,
	MATCH_NO_PATH,  /* 404 */
	MATCH_NO_METHOD /* 405, with Allow */
};

#define ROUTE_MAX_PARAMS 2

struct route_match {
	size_t route; /* n_routes: none */
	struct {
		const char *start; /* into path, not terminated */
		size_t size;
	} params[ROUTE_MAX_PARAMS];
};

/* Pure.  path is without its query, still encoded; method as it was sent. */
enum match route_find(const struct route *table, size_t n, const char *method,
                      const char *path, struct route_match *out);

/* "GET, HEAD" of the routes of a path, or NULL when there is none. */
const char *route_allow(const struct route *table, size_t n, const char *path);

#endif
