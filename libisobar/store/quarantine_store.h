/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUARANTINE_STORE_H
#define ISOBAR_QUARANTINE_STORE_H

#include "model/org.h"
#include "store/pg.h"

/* A record that could not be read and waits to be looked at. */
struct quarantined {
	struct key id;
	const char *file, *format; /* format "": none knew it */
	int64_t offset, size;
	const char *code, *reason;
	const char *sha256; /* hex */
	bool kept;          /* as it stood in the file: small enough to be replayed */
	const void *raw;    /* only when asked for */
	size_t raw_size;
};

struct quarantine_page {
	struct quarantined *rows;
	size_t n;
};

/*
 * The next records by file and offset, behind after (NULL: from the first); n 0 is the
 * end.  with_raw: only those kept, with their bytes.  All lives in a.
 */
int quarantine_next(struct pg *pg, const struct org *org, const struct quarantined *after,
                    bool with_raw, struct arena *a, struct quarantine_page *out,
                    struct error *err) MUST_CHECK;

/* They are no longer listed.  pg is open for PG_GROUP_INGEST. */
int quarantine_replayed(struct pg *pg, const struct org *org, const struct key *ids,
                        size_t n, timestamp now, struct error *err) MUST_CHECK;

#endif
