/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FIX_QUERY_H
#define ISOBAR_FIX_QUERY_H

#include "store/fix_store.h"

#include "list_query.h"
#include "query_string.h"

/* What a request for fixes asks for.  Pure; texts live in the arena of the request. */
struct fix_query {
	struct fix_filter filter;
	int limit;
	const char *cursor; /* as given, or NULL */
	const char *shape;  /* filters in one form: equal if and only if they are */
};

enum fix_query_parameters {
	FIX_QUERY_PAGING = 1 << 0, /* limit, cursor */
	FIX_QUERY_FILTERS = 1 << 1
};

/* parameters: those that the route knows.  False: fault names the parameter. */
bool fix_query_read(const char *query, unsigned int parameters, struct arena *a,
                    struct fix_query *out, struct parameter_fault *fault);

#endif
