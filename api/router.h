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
	ROUTE_GET,
	ROUTE_POST,
	ROUTE_PUT,
	ROUTE_PATCH,
	ROUTE_DELETE
};

enum {
	N_ROUTE_METHODS = ROUTE_DELETE + 1
};

const char *route_method_name(enum route_method method); /* "POST" */
/* POST, PUT and PATCH carry a body; with the others it is refused. */
bool route_method_takes_body(enum route_method method);

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
	size_t route; /* of the path when the method does not fit; n_routes: none */
	struct {
		const char *start; /* into path, not terminated */
		size_t size;
	} params[ROUTE_MAX_PARAMS];
};

/* Pure.  path is without its query, still encoded; method as it was sent. */
enum match route_find(const struct route *table, size_t n, const char *method,
                      const char *path, struct route_match *out);

/* The methods of all routes of a path, "GET, HEAD, POST"; NULL when there is none. */
#define ROUTE_ALLOW_MAX 48
const char *route_allow(const struct route *table, size_t n, const char *path,
                        char out[ROUTE_ALLOW_MAX]);

/* The first route with the pattern of this one: what metrics are counted under. */
size_t route_first(const struct route *table, size_t route);

#endif
