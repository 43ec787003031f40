/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SEGMENT_H
#define ISOBAR_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"

/*
 * Raw records at rest: up to SEGMENT_SLOTS of them in one zstd frame, a row of
 * payload_segment.  A slot belongs to a finding: its details (what the finding
 * row does not hold) and the record it was read from.  Several findings of one
 * record share its bytes: the first slot holds them, others refer to it.
 *
 * Before compression, little endian: u16 slots, then for each slot u32 size of
 * the details, the details, u32 size of the record, the record; the size
 * SEGMENT_REFERENCE is followed by i64 segment and u16 slot of the record.  The frame
 * carries a checksum of all of it.
 */
#define SEGMENT_SLOTS     64
#define SEGMENT_REFERENCE UINT32_MAX
#define SEGMENT_MAX_RAW   (512u << 20) /* a larger claim is a broken row */

/* What a finding says beside its row.  Strings are never NULL. */
struct finding_details {
	const char *native_id;
	const char *status_raw;
	const char *severity_raw;
	const char *cvss_vector;
	const char *package;
	const char *package_version;
	const char *fixed_version;
	const char *remediation_url;
};

void finding_details_encode(const struct finding_details *d, struct strbuf *out);

/* A segment being filled. */
struct segment_writer {
	struct strbuf body;
	unsigned int n;
};

void segment_writer_begin(struct segment_writer *w);
void segment_writer_put(struct segment_writer *w, const void *details, size_t details_size,
                        const void *raw, size_t raw_size);
void segment_writer_refer(struct segment_writer *w, const void *details,
                          size_t details_size, int64_t segment, unsigned int slot);
/* Appends the zstd frame to out; the writer is empty again. */
void segment_writer_end(struct segment_writer *w, struct strbuf *out);
void segment_writer_done(struct segment_writer *w);

/* One slot, as read back. */
struct segment_slot {
	struct finding_details details;
	const char *raw; /* NULL: the record is in another segment */
	size_t raw_size;
	int64_t other_segment;
	unsigned int other_slot;
};

/*
 * A stored body, decompressed once for all of its slots; text lives in a.
 * ERR_INVALID: the body is damaged, with what is wrong.
 */
struct segment_text {
	const char *text;
	size_t size;
};

int segment_open(const void *body, size_t body_size, struct arena *a,
                 struct segment_text *out, struct error *err) MUST_CHECK;
/* out's strings are borrowed from text. */
int segment_slot_at(const struct segment_text *text, unsigned int slot,
                    struct segment_slot *out, struct error *err) MUST_CHECK;

/* Both, for a single slot; strings live in a. */
int segment_read(const void *body, size_t body_size, unsigned int slot, struct arena *a,
                 struct segment_slot *out, struct error *err) MUST_CHECK;

#endif
