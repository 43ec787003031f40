/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REQUEST_ID_H
#define ISOBAR_REQUEST_ID_H

#include <stdbool.h>

/*
 * What names a request in answers, logs and problem documents: the client's
 * X-Request-Id where it is decent, else 128 random bits.
 */
#define REQUEST_ID_MAX 65 /* 64 characters and the NUL */

/* [A-Za-z0-9._-]{1,64}: safe in a header, a log line and a shell. */
bool request_id_is_valid(const char *text);

/* 32 hexadecimal digits from the kernel's generator; differs in every process. */
void request_id_make(char out[REQUEST_ID_MAX]);

/* given, if it is valid; else, and for NULL, a new one. */
void request_id_take(const char *given, char out[REQUEST_ID_MAX]);

/* W3C Trace Context, level 1: what a caller's `traceparent` header names. */
struct trace_parent {
	char trace_id[33]; /* 32 lower-case hexadecimal digits, not all zero */
	char span_id[17];  /* 16, not all zero */
	bool sampled;
};

/* False, with *out untouched: not of version 00, or malformed.  text may be NULL. */
bool trace_parent_parse(const char *text, struct trace_parent *out);

#endif
