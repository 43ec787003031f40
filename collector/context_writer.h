/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONTEXT_WRITER_H
#define ISOBAR_CONTEXT_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "format.h"

/*
 * How parsers put down what one record says of assets: within bounds, one claim a field.
 * Whatever of a record cannot be read is left out; it never makes the record a bad one.
 */
enum {
	CONTEXT_MAX_CLAIMS = 64, /* a record */
	CONTEXT_MAX_EDGES = 256, /* a record */
	CONTEXT_MAX_LIST = 1000  /* elements of a list that are looked at */
};

struct context_writer {
	struct parse_output *out;
	size_t first; /* the record's first statement */
	size_t at;    /* the one that is written */
	size_t n_claims, n_edges;
};

void context_open(struct context_writer *w, struct parse_output *out);

/* What follows is about r: a new statement, or the record's earlier one about it. */
void context_about(struct context_writer *w, const struct resource *r);

/* Takes back the statement written last, if it says nothing. */
void context_drop_empty(struct context_writer *w);

/* The asset that is written about; may be changed before more is said. */
struct resource *context_resource(struct context_writer *w);

/*
 * The highest level of a field stands; several reasons for it are joined.  The text says
 * which field of the record has which value.
 */
void context_claim(struct context_writer *w, enum context_field field, int level,
                   const char *fmt, ...) PRINTF(4, 5);

/* The level that stands so far, or -1. */
int context_level(const struct context_writer *w, enum context_field field);

/* The same edge twice is one; one whose other end has no id is none.  raw is copied. */
void context_edge(struct context_writer *w, enum edge_kind kind, bool incoming,
                  const struct resource *other);

/* The same, to a resource of the provider, account and region that is written about. */
void context_edge_near(struct context_writer *w, enum edge_kind kind, bool incoming,
                       const char *type, const char *raw);

/*
 * Of an object {name: text}, or a list of {key or name, value} in any case or of texts
 * "name: value".
 */
void context_tags(struct context_writer *w, struct json_view tags);

/*
 * Who is let in from a source of a network rule: EXPOSURE_OPEN for everybody,
 * EXPOSURE_FILTERED for some public addresses, EXPOSURE_INTERNAL for private ones, the
 * network's own names, and what is no address.
 */
enum exposure context_reach(const char *source);

/* Walks a list; what is none has no elements. */
struct json_items context_list(struct json_view v);

/* And an object. */
struct json_items context_members(struct json_view v);

#endif
