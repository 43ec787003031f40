/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a document into records.  A window of the file slides over the buffer; what
 * is kept of it (a record, or the envelope around the list) moves to its front
 * when more is read.  Between records the text is followed token by token, since
 * there its syntax is ours to check; over a record the splitter runs, and checks
 * brackets only.  All places are offsets in the file, so that they outlive a move.
 */
#include "record_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include "json_splitter.h"
#include "record_path.h"
#include "record_reader_private.h"

#define MAX_RECORD   (8 * 1024 * 1024)
#define MAX_ENVELOPE (1024 * 1024)

struct record_reader *record_reader_new(const struct record_reader_options *options,
                                        const struct record_input *input)
{
	struct record_reader *r = xcalloc(1, sizeof(*r));

	r->options = *options;
	if (r->options.n_paths > RECORD_MAX_PATHS)
		r->options.n_paths = RECORD_MAX_PATHS;
	if (r->options.max_record == 0)
		r->options.max_record = MAX_RECORD;
	if (r->options.max_envelope == 0)
		r->options.max_envelope = MAX_ENVELOPE;
	window_init(&r->w, input);
	return r;
}

void record_reader_free(struct record_reader *r)
{
	if (!r)
		return;
	csv_header_done(&r->header);
	window_done(&r->w);
	strbuf_done(&r->envelope);
	strbuf_done(&r->closed);
	strbuf_done(&r->header_row);
	strbuf_done(&r->row);
	free(r);
}

void record_reader_freep(struct record_reader **r)
{
	record_reader_free(*r);
}

/* Records. */

static void keep_record(struct record_reader *r)
{
	window_keep(&r->w, r->w.pos, r->options.max_record, "record");
	r->w.droppable = true;
}

/* What is kept is a record. */
int record_reader_give(struct record_reader *r, struct record *out, uint64_t from,
                       uint64_t to, const char *problem)
{
	out->raw = r->w.cut ? strbuf_text(&r->w.cut_text) : window_text(&r->w, from);
	out->raw_size = r->w.cut ? r->w.cut_text.size : (size_t)(to - from);
	if (r->w.cut) {
		(void)snprintf(r->problem, sizeof(r->problem),
		               "the record is larger than %zu bytes", r->w.limit);
		problem = r->problem;
	}
	out->text = out->raw;
	out->size = out->raw_size;
	out->offset = from;
	out->ordinal = r->ordinal++;
	out->problem = problem;
	out->cut = r->w.cut;
	return STEP_RECORD;
}

static int step_element(struct record_reader *r, char c, struct record *out,
                        struct error *err)
{
	uint64_t from = r->w.pos;
	const char *problem = NULL;
	int rc;

	keep_record(r);
	rc = window_pass_value(&r->w, c, err);
	if (rc < 0)
		return rc;
	r->state = STATE_AFTER_ELEMENT;
	if (c == '[' && !r->arrays_are_records)
		problem = "the element is an array, not an object";
	else if (c != '{' && c != '[')
		problem = "the element is not an object";
	return record_reader_give(r, out, from, r->w.pos, problem);
}

/* Behind the list the envelope goes on, with its closing bracket. */
static int end_list(struct record_reader *r)
{
	if (!r->list_found) {
		r->w.pos++;
		r->state = STATE_AFTER_ROOT;
		return STEP_ON;
	}
	r->list_open = false;
	/* Not negative: begin_list() checked. */
	window_keep(&r->w, r->w.pos, r->options.max_envelope - r->envelope.size,
	            "envelope");
	r->w.pos++;
	r->state = STATE_AFTER_MEMBER;
	return STEP_ON;
}

static int step_list(struct record_reader *r, struct record *out, struct error *err)
{
	char c;
	int rc = window_token(&r->w, &c, err);

	if (rc < 0)
		return rc;
	if (c == ']')
		return end_list(r);
	if (r->state == STATE_AFTER_ELEMENT) {
		if (c != ',')
			return window_invalid(&r->w, err, "expected ',' or ']'");
		r->w.pos++;
		rc = window_token(&r->w, &c, err);
		if (rc < 0)
			return rc;
	}
	return step_element(r, c, out, err);
}

/* Members of the root, and of objects on the way to a list. */

/* At [ of the list: all before it is the head of the envelope. */
static int begin_list(struct record_reader *r, uint64_t paths, struct error *err)
{
	r->w.pos++;
	r->w.limit = r->options.max_envelope;
	r->w.what = "envelope";
	if (window_check(&r->w, err) < 0)
		return err->code;
	if (!r->envelope_whole) {
		strbuf_reset(&r->envelope);
		strbuf_put(&r->envelope, window_text(&r->w, r->w.keep),
		           (size_t)(r->w.pos - r->w.keep));
		strbuf_reset(&r->closed);
	}
	r->w.keeping = false;
	r->list_found = r->list_open = true;
	r->n_lists++;
	r->arrays_are_records =
	        record_path_is_rows(r->options.paths[__builtin_ctzll(paths)]);
	r->shape = RECORD_SHAPE_ARRAY_MEMBER;
	r->state = STATE_ELEMENT_OR_END;
	return STEP_ON;
}

static int step_member(struct record_reader *r, struct error *err)
{
	struct path_match match;
	uint64_t key = r->w.pos + 1;
	char c;
	int rc = window_pass_text(&r->w, err);

	if (rc < 0)
		return rc;
	match = record_path_match(r->options.paths, r->alive[r->depth], r->depth,
	                          window_text(&r->w, key), (size_t)(r->w.pos - 1 - key));
	rc = window_token(&r->w, &c, err);
	if (rc < 0)
		return rc;
	if (c != ':')
		return window_invalid(&r->w, err, "expected ':'");
	r->w.pos++;
	rc = window_token(&r->w, &c, err);
	if (rc < 0)
		return rc;
	if (c == '[' && match.here && !r->list_found)
		return begin_list(r, match.here, err);
	if (c == '{' && match.below && !r->list_found && r->depth + 1 < MAX_PATH_DEPTH) {
		r->w.pos++;
		r->alive[++r->depth] = match.below;
		r->state = STATE_MEMBER_OR_END;
		return STEP_ON;
	}
	rc = window_pass_value(&r->w, c, err);
	if (rc < 0)
		return rc;
	r->state = STATE_AFTER_MEMBER;
	return STEP_ON;
}

/*
 * The root was no envelope: it is a record.  What follows tells whether it is the
 * only one, the first line of NDJSON, or the first of several values.
 */
static int give_root(struct record_reader *r, struct record *out, struct error *err)
{
	uint64_t from = r->w.keep, to = r->w.pos, line = r->w.line;
	char c;
	int rc;

	rc = window_check(&r->w, err);
	if (rc < 0)
		return rc;
	if (r->shape != RECORD_SHAPE_UNKNOWN) {
		r->state = STATE_AFTER_ROOT;
		return record_reader_give(r, out, from, to, NULL);
	}
	/* The blanks are kept with it. */
	rc = window_skip_blanks(&r->w, &c, err);
	if (rc < 0 || (rc > 0 && window_check(&r->w, err) < 0))
		return err->code;
	if (rc == 0) {
		r->state = STATE_END;
		r->shape = RECORD_SHAPE_SINGLE;
		return record_reader_give(r, out, from, to, NULL);
	}
	r->state = memchr(window_text(&r->w, from), '\n', (size_t)(to - from)) ? STATE_VALUE
	                                                                       : STATE_LINE;
	if (r->w.line == line || (r->state == STATE_VALUE && c != '{'))
		return window_invalid(&r->w, err, "unexpected text behind the document");
	r->shape = RECORD_SHAPE_LINES;
	return record_reader_give(r, out, from, to, NULL);
}

static int end_object(struct record_reader *r, struct record *out, struct error *err)
{
	int rc;

	r->w.pos++;
	if (r->depth > 0) {
		r->depth--;
		r->state = STATE_AFTER_MEMBER;
		return STEP_ON;
	}
	if (!r->list_found)
		return give_root(r, out, err);
	rc = window_check(&r->w, err);
	if (rc < 0)
		return rc;
	if (!r->envelope_whole)
		strbuf_put(&r->envelope, window_text(&r->w, r->w.keep),
		           (size_t)(r->w.pos - r->w.keep));
	r->w.keeping = false;
	r->state = STATE_AFTER_ROOT;
	return STEP_ON;
}

static int step_object(struct record_reader *r, struct record *out, struct error *err)
{
	char c;
	int rc = window_token(&r->w, &c, err);

	if (rc < 0)
		return rc;
	if (c == '}' && r->state != STATE_MEMBER)
		return end_object(r, out, err);
	if (r->state == STATE_AFTER_MEMBER) {
		if (c != ',')
			return window_invalid(&r->w, err, "expected ',' or '}'");
		r->w.pos++;
		r->state = STATE_MEMBER;
		return STEP_ON;
	}
	if (c != '"')
		return window_invalid(&r->w, err, "expected a member's name");
	return step_member(r, err);
}

static int step_root(struct record_reader *r)
{
	window_keep(&r->w, r->w.pos, r->options.max_record,
	            "document without a list of records");
	r->list_found = r->list_open = false;
	r->depth = 0;
	r->alive[0] = r->options.n_paths == RECORD_MAX_PATHS
	                      ? UINT64_MAX
	                      : (UINT64_C(1) << r->options.n_paths) - 1;
	r->w.pos++;
	r->state = STATE_MEMBER_OR_END;
	return STEP_ON;
}

/* Another document may begin on the next line: pages behind one another. */
static int step_after_root(struct record_reader *r, struct error *err)
{
	uint64_t line = r->w.line;
	char c;
	int rc = window_skip_blanks(&r->w, &c, err);

	if (rc < 0 || (rc > 0 && window_check(&r->w, err) < 0))
		return err->code;
	if (rc == 0) {
		r->state = STATE_END;
		return STEP_END;
	}
	if (c != '{' || r->w.line == line || r->shape != RECORD_SHAPE_ARRAY_MEMBER)
		return window_invalid(&r->w, err, "unexpected text behind the document");
	r->state = STATE_ROOT;
	return STEP_ON;
}

/* Lines and values. */

static int step_line(struct record_reader *r, struct record *out, struct error *err)
{
	const char *problem = NULL;
	uint64_t from;
	bool open = false;
	char c;
	int ended, rc = window_skip_blanks(&r->w, &c, err);

	if (rc <= 0)
		return rc;
	from = r->w.pos;
	keep_record(r);
	ended = window_find_feed(&r->w, err);
	rc = ended < 0 ? ended : window_check(&r->w, err);
	if (rc < 0)
		return rc;
	if (!r->w.cut)
		problem =
		        json_splitter_check_object(&r->w.splitter, window_text(&r->w, from),
		                                   (size_t)(r->w.pos - from), &open);
	if (open && !ended)
		return window_truncated(&r->w, err);
	rc = record_reader_give(r, out, from, r->w.pos, problem);
	while (!r->w.cut && strchr(" \t\r", out->text[out->size - 1]))
		out->raw_size = --out->size;
	return rc;
}

static int step_value(struct record_reader *r, struct record *out, struct error *err)
{
	uint64_t from;
	char c;
	int rc = window_skip_blanks(&r->w, &c, err);

	if (rc <= 0)
		return rc;
	if (c != '{')
		return window_invalid(&r->w, err, "unexpected text behind the document");
	from = r->w.pos;
	keep_record(r);
	rc = window_pass_value(&r->w, c, err);
	return rc < 0 ? rc : record_reader_give(r, out, from, r->w.pos, NULL);
}

/* Telling shapes apart. */

static int skip_mark(struct record_reader *r, struct error *err)
{
	static const char utf8[] = "\xef\xbb\xbf", le[] = "\xff\xfe", be[] = "\xfe\xff";
	int rc = 1;

	while (window_unread(&r->w) < 3 && rc > 0 && r->w.nul_at == UINT64_MAX)
		rc = window_fill(&r->w, err);
	if (rc < 0)
		return rc;
	if (window_unread(&r->w) >= 2 &&
	    (memcmp(window_text(&r->w, r->w.pos), le, 2) == 0 ||
	     memcmp(window_text(&r->w, r->w.pos), be, 2) == 0))
		return error_set(
		        err, ERR_INVALID,
		        "byte order mark of UTF-16 or UTF-32 at offset 0: only UTF-8 "
		        "is read");
	if (window_unread(&r->w) >= 3 && memcmp(window_text(&r->w, r->w.pos), utf8, 3) == 0)
		r->w.pos += 3;
	return 0;
}

/* ScoutSuite writes a script: scoutsuite_results = {...}.  *c is the byte after it. */
static int pass_assignment(struct record_reader *r, char *c, struct error *err)
{
	static const char name[] = "scoutsuite_results";
	int rc = 1;

	while (window_unread(&r->w) < sizeof(name) - 1 && rc > 0)
		rc = window_fill(&r->w, err);
	if (rc < 0)
		return rc;
	if (window_unread(&r->w) < sizeof(name) - 1 ||
	    memcmp(window_text(&r->w, r->w.pos), name, sizeof(name) - 1) != 0)
		return 0;
	r->w.pos += sizeof(name) - 1;
	rc = window_token(&r->w, c, err);
	if (rc < 0)
		return rc;
	if (*c != '=')
		return window_invalid(&r->w, err, "expected '='");
	r->w.pos++;
	return window_token(&r->w, c, err);
}

static int step_start(struct record_reader *r, struct error *err)
{
	char c;
	int rc = skip_mark(r, err);

	if (rc == 0)
		rc = window_skip_blanks(&r->w, &c, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return error_set(err, ERR_INVALID, "empty file");
	if (c == '<')
		return window_invalid(&r->w, err, "HTML or XML, not a findings document,");
	if (c == 's' && (rc = pass_assignment(r, &c, err)) < 0)
		return rc;
	if (c == '{') {
		r->state = STATE_ROOT;
		return STEP_ON;
	}
	if (c == '[') {
		r->w.pos++;
		r->shape = RECORD_SHAPE_BARE_ARRAY;
		r->state = STATE_ELEMENT_OR_END;
		return STEP_ON;
	}
	return record_rows_start(r, err);
}

static int step(struct record_reader *r, struct record *out, struct error *err)
{
	switch (r->state) {
	case STATE_START:
		return step_start(r, err);
	case STATE_ROOT:
		return step_root(r);
	case STATE_MEMBER_OR_END:
	case STATE_MEMBER:
	case STATE_AFTER_MEMBER:
		return step_object(r, out, err);
	case STATE_ELEMENT_OR_END:
	case STATE_AFTER_ELEMENT:
		return step_list(r, out, err);
	case STATE_AFTER_ROOT:
		return step_after_root(r, err);
	case STATE_LINE:
		return step_line(r, out, err);
	case STATE_VALUE:
		return step_value(r, out, err);
	case STATE_ROW:
		return record_rows_step(r, out, err);
	case STATE_END:
		break;
	}
	return STEP_END;
}

int record_reader_next(struct record_reader *r, struct record *out, struct error *err)
{
	int rc;

	/* The last record, which is all that was kept, may go. */
	r->w.keeping = false;
	r->w.cut = false;
	do
		rc = step(r, out, err);
	while (rc == STEP_ON);
	return rc;
}

/* The envelope. */

const char *record_reader_envelope(struct record_reader *r, size_t *size)
{
	struct strbuf *text = &r->envelope;

	if (r->list_open && !r->envelope_whole) {
		text = &r->closed;
		if (text->size == 0) {
			strbuf_put(text, r->envelope.data, r->envelope.size);
			strbuf_putc(text, ']');
			for (unsigned int i = 0; i <= r->depth; i++)
				strbuf_putc(text, '}');
		}
	}
	*size = text->size;
	return strbuf_text(text);
}

const char *record_reader_header(const struct record_reader *r, size_t *size)
{
	*size = r->shape == RECORD_SHAPE_CSV ? r->header_row.size : 0;
	return strbuf_text(&r->header_row);
}

static int start_over(struct record_reader *r, struct error *err)
{
	if (!r->w.input.rewind)
		return error_set(err, ERR_INVALID, "the input can be read only once");
	if (r->w.input.rewind(r->w.input.ctx) < 0)
		return window_input_failed(&r->w, err, "rewinding");
	csv_header_done(&r->header);
	window_restart(&r->w);
	r->state = STATE_START;
	r->shape = RECORD_SHAPE_UNKNOWN;
	r->ordinal = 0;
	r->list_found = r->list_open = false;
	r->n_lists = 0;
	return 0;
}

int record_reader_read_envelope(struct record_reader *r, struct error *err)
{
	struct record ignored;
	int rc;

	if (r->state != STATE_START) {
		rc = start_over(r, err);
		if (rc < 0)
			return rc;
	}
	r->envelope_whole = false;
	do
		rc = record_reader_next(r, &ignored, err);
	while (rc > 0 && r->shape == RECORD_SHAPE_ARRAY_MEMBER);
	if (rc < 0)
		return rc;
	if (r->n_lists > 1)
		return error_set(
		        err, ERR_INVALID,
		        "%u documents in one file: which envelope belongs to a record "
		        "is not told in time",
		        r->n_lists);
	r->envelope_whole = true;
	return start_over(r, err);
}

enum record_shape record_reader_shape(const struct record_reader *r)
{
	return r->shape;
}

const char *record_shape_name(enum record_shape shape)
{
	static const char *const names[] = {
	        [RECORD_SHAPE_UNKNOWN] = "unknown",
	        [RECORD_SHAPE_ARRAY_MEMBER] = "array member",
	        [RECORD_SHAPE_BARE_ARRAY] = "bare array",
	        [RECORD_SHAPE_LINES] = "lines",
	        [RECORD_SHAPE_SINGLE] = "single",
	        [RECORD_SHAPE_CSV] = "csv",
	};

	return names[shape];
}
