/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the route of a path, segment by segment.
 */
#include "router.h"

#include <stdio.h>
#include <string.h>

/* One segment of each; a parameter takes any that is not empty. */
static bool segment_fits(const char *pattern, size_t pattern_size, const char *path,
                         size_t path_size, struct route_match *out, size_t *n_params)
{
	if (pattern_size < 2 || pattern[0] != '{')
		return pattern_size == path_size && memcmp(pattern, path, path_size) == 0;
	if (path_size == 0 || *n_params == ROUTE_MAX_PARAMS)
		return false;
	out->params[*n_params].start = path;
	out->params[(*n_params)++].size = path_size;
	return true;
}

static bool path_fits(const char *pattern, const char *path, struct route_match *out)
{
	size_t n_params = 0;

	while (*pattern == '/' && *path == '/') {
		const size_t pattern_size = strcspn(++pattern, "/");
		const size_t path_size = strcspn(++path, "/");

		if (!segment_fits(pattern, pattern_size, path, path_size, out, &n_params))
			return false;
		pattern += pattern_size;
		path += path_size;
	}
	return *pattern == '\0' && *path == '\0';
}

static const char *const method_names[N_ROUTE_METHODS] = {
        [ROUTE_GET] = "GET",     [ROUTE_POST] = "POST",     [ROUTE_PUT] = "PUT",
        [ROUTE_PATCH] = "PATCH", [ROUTE_DELETE] = "DELETE",
};

const char *route_method_name(enum route_method method)
{
	return method_names[method];
}

bool route_method_takes_body(enum route_method method)
{
	return method == ROUTE_POST || method == ROUTE_PUT || method == ROUTE_PATCH;
}

static bool method_fits(enum route_method wanted, const char *method)
{
	return strcmp(method, method_names[wanted]) == 0 ||
	       (wanted == ROUTE_GET && strcmp(method, "HEAD") == 0);
}

enum match route_find(const struct route *table, size_t n, const char *method,
                      const char *path, struct route_match *out)
{
	enum match found = MATCH_NO_PATH;
	size_t route = n;

	for (size_t i = 0; i < n; i++) {
		if (!path_fits(table[i].pattern, path, out))
			continue;
		out->route = i;
		if (method_fits(table[i].method, method))
			return MATCH_FOUND;
		if (found == MATCH_NO_PATH)
			route = i;
		found = MATCH_NO_METHOD;
	}
	out->route = route;
	return found;
}

const char *route_allow(const struct route *table, size_t n, const char *path,
                        char out[ROUTE_ALLOW_MAX])
{
	struct route_match unused;
	unsigned int methods = 0;
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		if (path_fits(table[i].pattern, path, &unused))
			methods |= 1u << table[i].method;
	if (methods == 0)
		return NULL;
	for (int m = 0; m < N_ROUTE_METHODS; m++) {
		if (!(methods & 1u << m))
			continue;
		size += (size_t)snprintf(out + size, ROUTE_ALLOW_MAX - size, "%s%s",
		                         size ? ", " : "",
		                         m == ROUTE_GET ? "GET, HEAD" : method_names[m]);
	}
	return out;
}

size_t route_first(const struct route *table, size_t route)
{
	size_t i = 0;

	while (strcmp(table[i].pattern, table[route].pattern) != 0)
		i++;
	return i;
}
