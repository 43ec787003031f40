/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SEGMENT_H
#define ISOBAR_SEGMENT_H

#include <stdbool.h>
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
 * Before compression, little endian: u16 slots | SEGMENT_HAS_AROUND; u16 enum
 * segment_needs, u32 size of the format's name, the name, u32 size of what the records
 * need, that; then for each slot u32 size of the details, the details, u32 size of the
 * record, the record; the size SEGMENT_REFERENCE is followed by i64 segment and u16 slot
 * of the record.  Without the bit, as segments were first written, the slots follow at
 * once.  The frame carries a checksum of all of it.
 */
#define SEGMENT_SLOTS      64
#define SEGMENT_HAS_AROUND 0x8000u
#define SEGMENT_REFERENCE  UINT32_MAX
#define SEGMENT_MAX_RAW    (512u << 20) /* a larger claim is a broken row */
#define SEGMENT_MAX_AROUND (64u << 10)  /* of what the records need */

/* What stood around the records in their file and they are not read without. */
enum segment_needs {
	SEGMENT_NEEDS_UNSAID, /* written before it was kept */
	SEGMENT_NEEDS_NOTHING,
	SEGMENT_NEEDS_HEADER,   /* of a CSV: the row of names, as it stands there */
	SEGMENT_NEEDS_ENVELOPE, /* format.envelope_fields, as a JSON object */
	SEGMENT_NEEDS_MORE      /* than SEGMENT_MAX_AROUND: it is not kept */
};

/* Once a segment: all of its records are of one file, in one format. */
struct segment_around {
	enum segment_needs needs;
	const char *format; /* by name */
	const char *text;   /* size bytes; any but of HEADER and ENVELOPE: none */
	size_t size;
};

/* text of more than SEGMENT_MAX_AROUND is left out, and the needs become MORE. */
void segment_around_encode(const struct segment_around *around, struct strbuf *out);

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
	bool has_around;
};

void segment_writer_begin(struct segment_writer *w);
/* Before the first slot: what segment_around_encode() made; nothing when size is 0. */
void segment_writer_around(struct segment_writer *w, const void *around, size_t size);
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
	const char *slots; /* n of them, in size bytes */
	size_t size;
	unsigned int n;
	struct segment_around around; /* format "" while the needs are UNSAID */
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
