/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IMPORT_FILE_H
#define ISOBAR_IMPORT_FILE_H

#include "base/error.h"
#include "store/ingest.h"

#include "collector/format.h"

/*
 * One file: cut into records, told by its content, parsed, sealed, stored.  Memory
 * does not grow with the file.
 */
struct importer {
	struct ingest *ingest;
	struct org org;
	const struct format *forced; /* --format, or NULL: by content */
	struct json_doc *record_doc;
	struct json_doc *envelope_doc;
	struct arena *arena; /* of one record */
};

struct import_result {
	const char *format; /* "" until detected */
	int64_t records;
	struct ingest_counts counts;
};

void importer_init(struct importer *im, struct ingest *ingest, const struct org *org,
                   const struct format *forced);
void importer_done(struct importer *im);

/*
 * Stores all of the file or nothing.  ERR_INVALID: what is wrong with the file and
 * where, one line without its name.  ERR_TRANSIENT: the database; try again.
 */
int import_file(struct importer *im, const char *path, struct import_result *out,
                struct error *err) MUST_CHECK;

#endif
