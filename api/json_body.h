/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_JSON_BODY_H
#define ISOBAR_JSON_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/key.h"

/*
 * The body of a request that writes: one JSON object whose members are named here, each
 * at most once, none unknown.  What is wrong is said with the place (RFC 6901).  Pure.
 */
enum json_field_type {
	FIELD_TEXT,    /* const char *: not blank, most bytes at most */
	FIELD_INT,     /* int64_t: from least to most */
	FIELD_BOOL,    /* bool */
	FIELD_TIME,    /* timestamp: RFC 3339 */
	FIELD_KEYS,    /* struct key_list: from least to most of them, each once */
	FIELD_OBJECTS, /* struct object_list: from least to most, to be read one by one */
};

enum {
	FIELD_REQUIRED = 1 << 0,
	FIELD_NULLABLE = 1 << 1, /* null leaves out as the caller set it */
};

struct key_list {
	struct key *keys; /* ascending */
	size_t n;
};

/* JSON texts of objects. */
struct object_list {
	const char **texts;
	size_t n;
};

struct json_field {
	const char *name;
	enum json_field_type type;
	unsigned int flags;
	int64_t least, most;
	void *out; /* of the type above */
};

struct json_fault {
	const char *pointer; /* "" the body as a whole, "/ids/3" */
	const char *detail;  /* "is missing" */
};

/* What is written to out lives in a.  False: fault says why. */
bool json_body_read(const char *text, size_t size, const struct json_field *fields,
                    size_t n_fields, struct arena *a, struct json_fault *fault);

#endif
