/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RECORD_WINDOW_H
#define ISOBAR_RECORD_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

#include "json_splitter.h"
#include "record_reader.h"

/*
 * The part of a file that record_reader.c looks at, and how it passes over blanks
 * and JSON values there.  All places are offsets in the file, so that they outlive
 * a move of the window.
 */
struct window {
	struct record_input input;
	char *data;  /* the byte at base and on */
	size_t room; /* RECORD_SLACK bytes follow it */
	uint64_t base;
	size_t size;
	bool at_end;
	uint64_t nul_at; /* the window ends before it; UINT64_MAX: none */

	uint64_t pos;  /* of the next byte */
	uint64_t line; /* from 1; counted in blanks only */

	/* What may not go yet: from keep to pos. */
	bool keeping;
	uint64_t keep;
	size_t limit;     /* bytes */
	const char *what; /* it is, for the message */

	/* It is one record of many: when too large it is cut, not an error. */
	bool droppable;
	bool cut;
	struct strbuf cut_text; /* its beginning */

	struct json_splitter splitter;
};

void window_init(struct window *w, const struct record_input *input);
void window_done(struct window *w);
void window_restart(struct window *w); /* at offset 0 of a rewound input */

/* Nothing before from may go now, up to limit bytes. */
void window_keep(struct window *w, uint64_t from, size_t limit, const char *what);
int window_check(struct window *w, struct error *err) MUST_CHECK; /* ERR_LIMIT */

const char *window_text(const struct window *w, uint64_t offset);
size_t window_unread(const struct window *w);

/* The input failed: its own word, or errno's. */
int window_input_failed(const struct window *w, struct error *err, const char *doing);

/* 1: there is more to read.  0: the file ends.  Else an error. */
int window_fill(struct window *w, struct error *err) MUST_CHECK;

/* The next byte, which is not passed, after blanks or at once; 1, 0 at the end. */
int window_skip_blanks(struct window *w, char *c, struct error *err) MUST_CHECK;
int window_peek(struct window *w, char *c, struct error *err) MUST_CHECK;

/* As window_skip_blanks(), but inside a value: the end is an error. */
int window_token(struct window *w, char *c, struct error *err) MUST_CHECK;

/* To the next line feed, which is not passed, or the end; 1, or 0 at the end. */
int window_find_feed(struct window *w, struct error *err) MUST_CHECK;

/* Behind the value at pos, which begins with first; its inside is not checked. */
int window_pass_value(struct window *w, char first, struct error *err) MUST_CHECK;
int window_pass_text(struct window *w, struct error *err) MUST_CHECK;

/* ERR_INVALID: what is wrong at pos (ERR_LIMIT when more is kept by then than may be);
 * or the text ends inside a value. */
int window_invalid(const struct window *w, struct error *err, const char *what);
int window_truncated(const struct window *w, struct error *err);

#endif
