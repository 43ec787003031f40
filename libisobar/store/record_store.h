/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RECORD_STORE_H
#define ISOBAR_RECORD_STORE_H

#include "model/org.h"
#include "store/pg.h"
#include "store/segment.h"

/*
 * All stored records with the findings that were read from them, segment by segment, from
 * one instant.  pg is open for PG_GROUP_READ.
 */
struct record_finding {
	unsigned int slot;
	struct key finding_id;
	/* ingest_stored_hash(); 0: it was closed since, by a pass or by absence, of which
	 * its record says nothing. */
	int64_t content_hash;
};

/* A segment; everything lives until the next call. */
struct record_segment {
	int64_t id, run_id;
	const char *format, *name; /* of the run; "": it is gone */
	const char *damage;        /* why it cannot be read; NULL: it can */
	/* text.around, with the format of the run where the segment says none. */
	struct segment_around around;
	struct segment_text text;
	struct record_finding *findings; /* by slot; none: former versions only */
	size_t n_findings;
};

struct record_walk;
int record_walk_begin(struct pg *pg, const struct org *org, struct record_walk **out,
                      struct error *err) MUST_CHECK;
/* 1: *out is the next segment; 0: there is none. */
int record_walk_next(struct record_walk *w, struct record_segment *out,
                     struct error *err) MUST_CHECK;
/*
 * The record behind a slot, which may stand in another segment; NULL with err: it is
 * damaged or gone.  Lives until record_walk_next().
 */
const char *record_walk_raw(struct record_walk *w, const struct record_segment *s,
                            unsigned int slot, size_t *size_out, struct error *err);
void record_walk_end(struct record_walk *w);

/* A segment that findings refer to and that is gone; the run that wrote it. */
struct record_missing {
	int64_t segment_id, run_id;
	const char *name; /* of the run */
	int64_t n;        /* findings */
};
int record_missing(struct pg *pg, const struct org *org, struct arena *a,
                   struct record_missing **out, size_t *n_out,
                   struct error *err) MUST_CHECK;

#endif
