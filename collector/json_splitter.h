/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_JSON_SPLITTER_H
#define ISOBAR_JSON_SPLITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Finds where a JSON object or array ends, without parsing it: it follows strings
 * and brackets only, 64 bytes at a time.  Whatever else is wrong inside (a bad
 * literal, a missing comma, bad UTF-8) is found by the parser of the record.
 */
enum split_result {
	SPLIT_MORE,    /* all text is used and the value is still open */
	SPLIT_CLOSED,  /* the value ends before text + used */
	SPLIT_MISMATCH /* text[used] closes a bracket of the other kind */
};

/* Brackets deeper than this are counted, but their kinds are not compared. */
#define SPLIT_MAX_KINDS 1024

struct json_splitter {
	uint64_t in_string;          /* all ones between two quotes, else 0 */
	uint64_t escaped;            /* 1: the next byte follows a backslash */
	uint64_t depth;              /* open brackets */
	char kinds[SPLIT_MAX_KINDS]; /* the bracket that closes each */
};

/* Before the first byte of a value. */
void json_splitter_begin(struct json_splitter *s);

/*
 * Goes on over the next size bytes of the value, which begins with a bracket.
 * Pieces may be cut anywhere.
 */
enum split_result json_splitter_scan(struct json_splitter *s, const char *text, size_t size,
                                     size_t *used);

/*
 * NULL when the line is one whole object, blanks behind it apart; else why it is
 * not.  *open: it ends inside a value.
 */
const char *json_splitter_check_object(struct json_splitter *s, const char *line,
                                       size_t size, bool *open);

#endif
