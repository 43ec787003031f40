/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTAKE_H
#define ISOBAR_INTAKE_H

#include "base/error.h"
#include "store/ingest.h"

#include "format.h"
#include "record_reader.h"

/*
 * From bytes to stored findings: a file, or a page of a live listing, is cut into
 * records, told by its content, parsed, sealed, stored.  Memory does not grow with it.
 */
struct intake {
	struct ingest *ingest;
	struct org org;
	const struct format *forced; /* --format, or NULL: by content */
	struct json_doc *record_doc;
	struct json_doc *envelope_doc;
	struct json_doc *fields_doc; /* of the envelope, what parse is given */
	struct arena *arena;         /* of one record */
	/* The provider changes the form of its findings: one that ends without passing is
	 * left as it is stored, and counted. */
	bool renaming;
	int64_t n_left;
};

struct intake_result {
	const char *format; /* "" until detected */
	int64_t records;
	struct ingest_counts counts;
};

void intake_init(struct intake *im, struct ingest *ingest, const struct org *org,
                 const struct format *forced);
void intake_done(struct intake *im);

/*
 * Stores all of the file or nothing.  ERR_INVALID: what is wrong with the file and
 * where, one line without its name.  ERR_TRANSIENT: the database; try again.
 */
int intake_file(struct intake *im, const char *path, struct intake_result *out,
                struct error *err) MUST_CHECK;

/* As intake_file(), of bytes from anywhere, which can be rewound; name is kept with the run. */
int intake_input(struct intake *im, const struct record_input *input, const char *name,
                 struct intake_result *out, struct error *err) MUST_CHECK;

/*
 * A page of a listing, within the page that ingest_begin_page() opened; the caller
 * commits it or rolls it back.  All of it is read, or it fails: ERR_INVALID says where it
 * is bad.  *around is the document without its records, or all of it where it holds no
 * list of the format's, until the next call.
 */
int intake_page(struct intake *im, const struct format *format, const char *body,
                size_t size, struct json_view *around, int64_t *n_records,
                struct error *err) MUST_CHECK;

#endif
