/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window on a file: what is kept of it moves to the front of the buffer when
 * more is read, so that memory is bounded by the largest thing kept.  A NUL byte
 * ends the window, and is an error once the reader comes to it; so errors do not
 * depend on how the file is read in pieces.
 */
#include "record_window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/mem.h"

#define READ_SIZE       (1024 * 1024)
#define READ_LEAST      (64 * 1024) /* less room than this: move, then grow */
#define MAX_CUT         (64 * 1024) /* bytes left of a record that is too large */
#define OFFSET_FMT      "%llu"
#define OFFSET_ARG(off) ((unsigned long long)(off))

void window_init(struct window *w, const struct record_input *input)
{
	*w = (struct window){.input = *input, .room = READ_SIZE + READ_LEAST};
	w->data = xcalloc(1, w->room + RECORD_SLACK);
	window_restart(w);
}

void window_done(struct window *w)
{
	strbuf_done(&w->cut_text);
	free(w->data);
}

void window_restart(struct window *w)
{
	w->base = w->pos = w->keep = 0;
	w->size = 0;
	w->at_end = false;
	w->nul_at = UINT64_MAX;
	w->line = 1;
	w->keeping = false;
	w->cut = false;
}

const char *window_text(const struct window *w, uint64_t offset)
{
	return w->data + (offset - w->base);
}

size_t window_unread(const struct window *w)
{
	return (size_t)(w->base + w->size - w->pos);
}

static bool is_over(const struct window *w)
{
	return w->keeping && w->pos - w->keep > w->limit;
}

static int too_large(const struct window *w, struct error *err)
{
	return error_set(err, ERR_LIMIT,
	                 "%s at offset " OFFSET_FMT " is larger than %zu bytes", w->what,
	                 OFFSET_ARG(w->keep), w->limit);
}

/* What is wrong behind the limit is not come to where reads are small. */
int window_invalid(const struct window *w, struct error *err, const char *what)
{
	if (is_over(w) && !w->droppable)
		return too_large(w, err);
	return error_set(err, ERR_INVALID, "%s at offset " OFFSET_FMT, what,
	                 OFFSET_ARG(w->pos));
}

int window_truncated(const struct window *w, struct error *err)
{
	return error_set(err, ERR_INVALID,
	                 "truncated: the text ends at offset " OFFSET_FMT " inside a value",
	                 OFFSET_ARG(w->base + w->size));
}

void window_keep(struct window *w, uint64_t from, size_t limit, const char *what)
{
	w->keep = from;
	w->keeping = true;
	w->limit = limit;
	w->what = what;
	w->droppable = false;
	w->cut = false;
}

/* More is kept than may be: a droppable record goes but for its beginning. */
int window_check(struct window *w, struct error *err)
{
	size_t size;

	if (!is_over(w))
		return 0;
	if (!w->droppable)
		return too_large(w, err);
	size = w->limit < MAX_CUT ? w->limit : MAX_CUT;
	strbuf_reset(&w->cut_text);
	strbuf_put(&w->cut_text, window_text(w, w->keep), size);
	/* The slack; it does not count. */
	memset(strbuf_reserve(&w->cut_text, RECORD_SLACK), 0, RECORD_SLACK);
	w->cut = true;
	w->keeping = false;
	return 0;
}

/* Makes room for a read of a fair size: by moving first, for growth is for ever. */
static void make_room(struct window *w)
{
	if (w->room - w->size >= READ_LEAST)
		return;
	if (w->keep > w->base) {
		size_t gone = (size_t)(w->keep - w->base);

		memmove(w->data, w->data + gone, w->size - gone);
		w->base = w->keep;
		w->size -= gone;
	}
	if (w->room - w->size < READ_LEAST) {
		w->room *= 2;
		w->data = xrealloc(w->data, w->room + RECORD_SLACK);
		memset(w->data + w->size, 0, w->room + RECORD_SLACK - w->size);
	}
}

int window_input_failed(const struct window *w, struct error *err, const char *doing)
{
	if (w->input.why && w->input.why->code) {
		*err = *w->input.why;
		return err->code;
	}
	return error_set(err, ERR_INTERNAL, "%s failed at offset " OFFSET_FMT ": %s", doing,
	                 OFFSET_ARG(w->base + w->size), strerror(errno));
}

int window_fill(struct window *w, struct error *err)
{
	ssize_t n;
	size_t want;
	const char *nul;
	int rc = window_check(w, err);

	if (rc < 0)
		return rc;
	if (!w->keeping)
		w->keep = w->pos;
	if (w->nul_at != UINT64_MAX)
		return error_set(err, ERR_INVALID, "NUL byte at offset " OFFSET_FMT "%s",
		                 OFFSET_ARG(w->nul_at),
		                 w->nul_at < 4 ? " (UTF-16 or UTF-32 text?)" : "");
	if (w->at_end)
		return 0;
	make_room(w);
	want = w->room - w->size < READ_SIZE ? w->room - w->size : READ_SIZE;
	do
		n = w->input.read(w->input.ctx, w->data + w->size, want);
	while (n < 0 && errno == EINTR);
	if (n < 0 || (size_t)n > want)
		return window_input_failed(w, err, "reading");
	if (n == 0) {
		w->at_end = true;
		return 0;
	}
	nul = memchr(w->data + w->size, '\0', (size_t)n);
	if (nul) {
		/* What stands before it is still given, whatever the size of reads. */
		n = nul - (w->data + w->size);
		w->nul_at = w->base + w->size + (size_t)n;
		if (n == 0)
			return window_fill(w, err);
	}
	w->size += (size_t)n;
	return 1;
}

int window_peek(struct window *w, char *c, struct error *err)
{
	if (window_unread(w) == 0) {
		int rc = window_fill(w, err);

		if (rc <= 0)
			return rc;
	}
	*c = *window_text(w, w->pos);
	return 1;
}

int window_skip_blanks(struct window *w, char *c, struct error *err)
{
	int rc;

	while ((rc = window_peek(w, c, err)) > 0) {
		if (*c != ' ' && *c != '\n' && *c != '\r' && *c != '\t')
			return 1;
		w->line += *c == '\n';
		w->pos++;
	}
	return rc;
}

int window_token(struct window *w, char *c, struct error *err)
{
	int rc = window_skip_blanks(w, c, err);

	return rc == 0 ? window_truncated(w, err) : rc;
}

static int pass_container(struct window *w, struct error *err)
{
	json_splitter_begin(&w->splitter);
	for (;;) {
		enum split_result result;
		size_t used;
		char c;
		int rc = window_peek(w, &c, err);

		if (rc <= 0)
			return rc == 0 ? window_truncated(w, err) : rc;
		result = json_splitter_scan(&w->splitter, window_text(w, w->pos),
		                            window_unread(w), &used);
		w->pos += used;
		if (result == SPLIT_CLOSED)
			return window_check(w, err);
		if (result == SPLIT_MISMATCH)
			return window_invalid(w, err, "mismatched bracket");
	}
}

int window_pass_text(struct window *w, struct error *err)
{
	bool escaped = false;
	char c;
	int rc;

	w->pos++;
	while ((rc = window_peek(w, &c, err)) > 0) {
		w->pos++;
		if (escaped)
			escaped = false;
		else if (c == '\\')
			escaped = true;
		else if (c == '"')
			return window_check(w, err);
	}
	return rc == 0 ? window_truncated(w, err) : rc;
}

/* A number, true, false or null: only its beginning and its end are looked at. */
static int pass_scalar(struct window *w, struct error *err)
{
	char c;
	int rc = window_peek(w, &c, err);

	if (rc > 0 && !strchr("-0123456789tfn", c))
		return window_invalid(w, err, "unexpected character");
	while ((rc = window_peek(w, &c, err)) > 0) {
		if (strchr(",]} \t\r\n", c))
			return window_check(w, err);
		if (strchr("{[\":", c))
			return window_invalid(w, err, "unexpected character");
		w->pos++;
	}
	return rc == 0 ? window_truncated(w, err) : rc;
}

int window_pass_value(struct window *w, char first, struct error *err)
{
	if (first == '{' || first == '[')
		return pass_container(w, err);
	if (first == '"')
		return window_pass_text(w, err);
	return pass_scalar(w, err);
}

int window_find_feed(struct window *w, struct error *err)
{
	char c;
	int rc;

	while ((rc = window_peek(w, &c, err)) > 0) {
		size_t size = window_unread(w);
		const char *text = window_text(w, w->pos);
		const char *feed = memchr(text, '\n', size);

		w->pos += feed ? (size_t)(feed - text) : size;
		if (feed)
			return 1;
	}
	return rc;
}
