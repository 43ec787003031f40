/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_LIST_QUERY_H
#define ISOBAR_LIST_QUERY_H

#include <stdbool.h>

#include "base/timestamp.h"
#include "model/key.h"

#include "query_string.h"

/*
 * What a request for a list of risks asks for, from its query: filters, order, how
 * many, behind which row.  Pure; texts live in the arena of the request.
 */
#define LIST_LIMIT_DEFAULT 50
#define LIST_LIMIT_MAX     500 /* what is above counts as this */
#define LIST_TEXT_MAX      200 /* bytes of a part of a title */

enum list_order {
	LIST_BY_RANK,  /* worst first */
	LIST_BY_DUE,   /* the next due first, never due last */
	LIST_BY_OPENED /* oldest first */
};

/* Sets are bits of the enum's numbers; all bits: no filter. */
struct list_query {
	unsigned int bands, states, providers, classes, responsibilities;
	unsigned int layers; /* bit of enum layer + 1; bit 0 is the unknown one */
	int min_score, max_score;
	const char *account, *region, *owner, *source, *subject, *asset,
	        *text;        /* or NULL */
	timestamp due_before; /* or TIMESTAMP_NONE */
	timestamp as_of;      /* or TIMESTAMP_NONE */

	enum list_order order;
	int limit;
	const char *cursor; /* as given, or NULL */
	const char *queue;  /* of the facets: as given, or NULL */

	bool has_states;  /* without, the open ones are meant */
	bool is_filtered; /* by more than responsibilities */
	const char
	        *shape; /* filters and order in one form: equal if and only if they are */
};

/* Which parameters a route knows beside the filters. */
enum list_parameters {
	LIST_PAGING = 1 << 0, /* limit, cursor, order */
	LIST_QUEUE = 1 << 1,
	LIST_AS_OF = 1 << 2 /* as_of; with it only filters by what is kept */
};

/*
 * responsibilities: those of the queue; a filter takes its part of them.  False:
 * fault names the parameter.
 */
bool list_query_read(const char *query, unsigned int parameters,
                     unsigned int responsibilities, struct arena *a, struct list_query *out,
                     struct parameter_fault *fault);

/* The queues that there are without being saved: customer, provider, all. 0: none such. */
unsigned int list_queue_find(const char *name);

#endif
