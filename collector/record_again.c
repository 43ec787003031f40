/* SPDX-License-Identifier: Apache-2.0 */
#include "record_again.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "around.h"
#include "csv_records.h"

#define RECORD_MAX   ((size_t)64 << 20)
#define DEPTH_MAX    64
#define PROBLEM_ROOM 160

struct record_again {
	struct org org;
	struct json_doc *doc, *envelope_doc;
	struct arena *arena; /* of one record */
	struct strbuf row;   /* of a CSV, as JSON */

	/* The segment. */
	const struct format *format;
	struct json_view envelope;
	struct csv_header header; /* no names: no CSV */
};

struct record_again *record_again_new(const struct org *org)
{
	struct record_again *r = xcalloc(1, sizeof(*r));

	r->org = *org;
	r->doc = json_doc_new(RECORD_MAX, DEPTH_MAX);
	r->envelope_doc = json_doc_new(SEGMENT_MAX_AROUND, DEPTH_MAX);
	r->arena = arena_new(1 << 16);
	return r;
}

void record_again_free(struct record_again *r)
{
	if (!r)
		return;
	csv_header_done(&r->header);
	strbuf_done(&r->row);
	json_doc_free(r->doc);
	json_doc_free(r->envelope_doc);
	arena_free(r->arena);
	free(r);
}

/* As record_rows.c reads it: the first line tells the delimiter. */
static int read_header(struct record_again *r, const struct segment_around *around,
                       struct error *err)
{
	const char *feed = around->size ? memchr(around->text, '\n', around->size) : NULL;
	const char delimiter = csv_sniff(around->text, feed ? (size_t)(feed - around->text)
	                                                    : around->size);

	if (delimiter && csv_header_read(&r->header, delimiter, around->text, around->size))
		return 0;
	csv_header_done(&r->header);
	return error_set(err, ERR_INVALID, "the header of its rows is none");
}

int record_again_begin(struct record_again *r, const struct segment_around *around,
                       struct error *err)
{
	const bool said = around->needs != SEGMENT_NEEDS_UNSAID;

	csv_header_done(&r->header);
	r->envelope = (struct json_view){0};
	r->format = format_find(around->format);
	if (!r->format && said)
		return error_set(err, ERR_INVALID, "its format \"%.60s\" is unknown",
		                 around->format);
	if (!r->format || around->needs == SEGMENT_NEEDS_MORE ||
	    (!said && around_is_needed(r->format)))
		return error_set(err, ERR_NOT_FOUND,
		                 "what its records need of their file is not stored");
	if (around->needs == SEGMENT_NEEDS_HEADER)
		return read_header(r, around, err);
	if (around->needs == SEGMENT_NEEDS_ENVELOPE &&
	    json_doc_parse(r->envelope_doc, around->text, around->size, &r->envelope, err) <
	            0)
		return error_wrap(err, "what its records need");
	return 0;
}

static int parse(struct record_again *r, const char *raw, size_t size,
                 struct json_view *out, struct error *err)
{
	char room[PROBLEM_ROOM];
	const char *problem;

	if (!r->header.n_names)
		return json_doc_parse(r->doc, raw, size, out, err);
	strbuf_reset(&r->row);
	problem = csv_row_to_json(&r->header, raw, size, 1, &r->row, room, sizeof(room));
	if (problem)
		return error_set(err, ERR_INVALID, "%s", problem);
	return json_doc_parse(r->doc, strbuf_text(&r->row), r->row.size, out, err);
}

int record_again_read(struct record_again *r, const char *raw, size_t size,
                      struct parse_output *out, struct error *err)
{
	struct parse_input in = {.envelope = r->envelope};
	struct error unused;
	int rc;

	arena_reset(r->arena);
	*out = (struct parse_output){.arena = r->arena};
	if ((rc = parse(r, raw, size, &in.record, err)) < 0 ||
	    (rc = r->format->parse(&in, out, err)) < 0)
		return rc;
	for (size_t i = 0; i < out->n_findings; i++)
		if (finding_seal(&out->findings[i], &r->org, r->arena, &unused) < 0)
			out->findings[i].key = (struct key){{0}};
	return 0;
}
