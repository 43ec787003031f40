/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RECORD_READER_H
#define ISOBAR_RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Cuts a document of any size into records with bounded memory: the elements of a
 * list in a JSON document, the lines of NDJSON, the rows of a CSV, or the one
 * object that the document is.  It knows no formats and does no I/O of its own.
 */
struct record_reader;

/* Where the bytes come from. */
struct record_input {
	/* As read(2): bytes read, 0 at the end, -1 with errno. */
	ssize_t (*read)(void *ctx, void *buf, size_t size);
	/* To the first byte; 0, or -1 with errno.  NULL: it can be read once only. */
	int (*rewind)(void *ctx);
	const struct error *why; /* says more than errno once it has a code; NULL */
	void *ctx;
};

enum {
	RECORD_MAX_PATHS = 64
};

struct record_reader_options {
	/*
	 * Where the list of records may stand in a root object: "value",
	 * "detail/findings", ...; at most RECORD_MAX_PATHS, borrowed.  The first
	 * array met at one of them is the list.  Elements are objects; arrays too
	 * where the path ends in "rows".
	 */
	const char *const *paths;
	size_t n_paths;
	/*
	 * Reports in CSV may begin with rows about themselves.  When the first row has
	 * none of these cells, and one of the next few has, that one is the header;
	 * NULL-ended, or NULL.
	 */
	const char *const *header_cells;
	size_t max_record;   /* bytes, of a document that is one, too; 0: 8 MiB */
	size_t max_envelope; /* bytes; 0: 1 MiB */
};

enum record_shape {
	RECORD_SHAPE_UNKNOWN, /* nothing is read yet */
	RECORD_SHAPE_ARRAY_MEMBER,
	RECORD_SHAPE_BARE_ARRAY,
	RECORD_SHAPE_LINES, /* or whole values, one behind the other */
	RECORD_SHAPE_SINGLE,
	RECORD_SHAPE_CSV
};

/* How many bytes may be read behind a record's text (simdjson's padding). */
#define RECORD_SLACK 64

/* Valid until the next call on the reader. */
struct record {
	const char *text; /* JSON; the raw text when there is a problem */
	size_t size;
	const char *raw; /* as it stands in the file: a CSV row, else text */
	size_t raw_size;
	uint64_t offset;     /* of raw in the file */
	uint64_t ordinal;    /* from 0, bad records counted */
	const char *problem; /* NULL, or why this record alone is bad */
	bool cut;            /* the record is too large: raw is its beginning only */
};

struct record_reader *record_reader_new(const struct record_reader_options *options,
                                        const struct record_input *input) NON_NULL;
void record_reader_free(struct record_reader *r);   /* NULL is fine */
void record_reader_freep(struct record_reader **r); /* for CLEANUP() */

/*
 * 1: *out is a record.  0: the end, and all of the document was closed.  Negative:
 * the document is bad from some byte on, which the text names (ERR_INVALID), it
 * breaks a bound (ERR_LIMIT), or it cannot be read (ERR_INTERNAL); the reader is
 * then of no more use.
 *
 * A file without records is a success here.  Whether it is a clean scan is for the
 * caller to say from the envelope: {} and {"error":...} are single records, but a
 * bare [] and a CSV that is only a header say nothing about their format.
 */
int record_reader_next(struct record_reader *r, struct record *out,
                       struct error *err) MUST_CHECK;

/*
 * The text of the root object with the list of records emptied, as far as it is
 * read, and always closed: {"a":1,"Findings":[]}.  "" when the document has no
 * such list.  Valid until the next call.
 */
const char *record_reader_envelope(struct record_reader *r, size_t *size);

/*
 * The row of names of a CSV as it stands in the file; size 0 for other shapes.  Lives as
 * long as the reader.
 */
const char *record_reader_header(const struct record_reader *r, size_t *size);

/*
 * Reads all of the document without giving records, so that the envelope is whole
 * from the first record on, and starts over: the next record is the first one
 * again.  Other shapes than an array member are not read to the end.  0, or as
 * record_reader_next(); ERR_INVALID when the file holds several documents with
 * lists, or the input has no rewind.
 */
int record_reader_read_envelope(struct record_reader *r, struct error *err) MUST_CHECK;

/* Settled once record_reader_next() has given a record or the end. */
enum record_shape record_reader_shape(const struct record_reader *r);
const char *record_shape_name(enum record_shape shape); /* "array member", "lines", ... */

#endif
