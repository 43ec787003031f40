/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RECORD_READER_PRIVATE_H
#define ISOBAR_RECORD_READER_PRIVATE_H

/* What record_reader.c and record_rows.c share. */

#include "base/strbuf.h"

#include "csv_records.h"
#include "record_reader.h"
#include "record_window.h"

#define MAX_PATH_DEPTH 8
#define PROBLEM_MAX    160

/* What comes next in the text. */
enum state {
	STATE_START,
	STATE_ROOT,          /* a root object */
	STATE_MEMBER_OR_END, /* behind { */
	STATE_MEMBER,        /* behind , */
	STATE_AFTER_MEMBER,  /* , or } */
	STATE_ELEMENT_OR_END,
	STATE_AFTER_ELEMENT, /* , or ] */
	STATE_AFTER_ROOT,
	STATE_LINE,  /* of NDJSON */
	STATE_VALUE, /* one of several root objects that span lines */
	STATE_ROW,
	STATE_END
};

/* What a step leads to, beside a negative error. */
enum {
	STEP_END,
	STEP_RECORD,
	STEP_ON
};

struct record_reader {
	struct record_reader_options options;

	struct window w;

	enum state state;
	enum record_shape shape;
	uint64_t ordinal;

	/* The list in the current root. */
	bool list_found, list_open;
	bool arrays_are_records;
	unsigned int depth;             /* of objects entered, the root not counted */
	uint64_t alive[MAX_PATH_DEPTH]; /* bit i: path i leads here */
	unsigned int n_lists;           /* of the whole file */

	struct strbuf envelope;
	struct strbuf closed; /* the envelope with the brackets it still lacks */
	bool envelope_whole;

	struct csv_header header;
	struct strbuf header_row; /* as it stands in the file */
	struct strbuf row;
	char problem[PROBLEM_MAX];
};

/* What is kept is a record: fills *out and returns STEP_RECORD. */
int record_reader_give(struct record_reader *r, struct record *out, uint64_t from,
                       uint64_t to, const char *problem);

/* Neither object nor array: a CSV if a line has columns. */
int record_rows_start(struct record_reader *r, struct error *err) MUST_CHECK;
int record_rows_step(struct record_reader *r, struct record *out,
                     struct error *err) MUST_CHECK;

#endif
