/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the route of a path, segment by segment.
 */
#include "router.h"

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

static bool method_fits(enum route_method wanted, const char *method)
{
	switch (wanted) {
	case ROUTE_GET:
		return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	}
	return false;
}

enum match route_find(const struct route *table, size_t n, const char *method,
                      const char *path, struct route_match *out)
{
	enum match found = MATCH_NO_PATH;

	for (size_t i = 0; i < n; i++) {
		if (!path_fits(table[i].pattern, path, out))
			continue;
		out->route = i;
		if (method_fits(table[i].method, method))
			return MATCH_FOUND;
		found = MATCH_NO_METHOD;
	}
	if (found == MATCH_NO_PATH)
		out->route = n;
	return found;
}

const char *route_allow(const struct route *table, size_t n, const char *path)
{
	struct route_match unused;

	for (size_t i = 0; i < n; i++)
		if (path_fits(table[i].pattern, path, &unused))
			return "GET, HEAD";
	return NULL;
}
