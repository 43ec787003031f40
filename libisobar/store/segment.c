/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments of raw records: the layout of segment.h, compressed by zstd at level 1,
 * since packing competes with parsing for one processor.
 */
#include "store/segment.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <zstd.h>

#include "base/mem.h"

enum {
	N_DETAILS = 8
};

static void put_u16(struct strbuf *b, unsigned int v)
{
	const uint16_t x = (uint16_t)v;

	strbuf_put(b, &x, sizeof(x));
}

static void put_u32(struct strbuf *b, size_t v)
{
	const uint32_t x = (uint32_t)v;

	strbuf_put(b, &x, sizeof(x));
}

void finding_details_encode(const struct finding_details *d, struct strbuf *out)
{
	const char *const texts[N_DETAILS] = {
	        d->native_id, d->status_raw,      d->severity_raw,  d->cvss_vector,
	        d->package,   d->package_version, d->fixed_version, d->remediation_url,
	};

	size_t sizes[N_DETAILS], size = 0;

	for (size_t i = 0; i < N_DETAILS; i++) {
		sizes[i] = strlen(texts[i]) + 1;
		size += sizes[i];
	}

	char *end = strbuf_reserve(out, size);

	for (size_t i = 0; i < N_DETAILS; i++) {
		memcpy(end, texts[i], sizes[i]);
		end += sizes[i];
	}
	*end = '\0';
	out->size += size;
}

void segment_around_encode(const struct segment_around *around, struct strbuf *out)
{
	const bool fits = around->size <= SEGMENT_MAX_AROUND;
	const size_t format_size = strlen(around->format) + 1;

	put_u16(out, fits ? around->needs : SEGMENT_NEEDS_MORE);
	put_u32(out, format_size);
	strbuf_put(out, around->format, format_size);
	put_u32(out, fits ? around->size : 0);
	if (fits && around->size)
		strbuf_put(out, around->text, around->size);
}

void segment_writer_begin(struct segment_writer *w)
{
	strbuf_reset(&w->body);
	put_u16(&w->body, 0);
	w->n = 0;
	w->has_around = false;
}

void segment_writer_around(struct segment_writer *w, const void *around, size_t size)
{
	assert(w->n == 0 && !w->has_around);
	if (!size)
		return;
	strbuf_put(&w->body, around, size);
	w->has_around = true;
}

static void begin_slot(struct segment_writer *w, const void *details, size_t size)
{
	assert(w->n < SEGMENT_SLOTS);
	put_u32(&w->body, size);
	strbuf_put(&w->body, details, size);
	w->n++;
}

void segment_writer_put(struct segment_writer *w, const void *details, size_t details_size,
                        const void *raw, size_t raw_size)
{
	begin_slot(w, details, details_size);
	put_u32(&w->body, raw_size);
	strbuf_put(&w->body, raw, raw_size);
}

void segment_writer_refer(struct segment_writer *w, const void *details,
                          size_t details_size, int64_t segment, unsigned int slot)
{
	begin_slot(w, details, details_size);
	put_u32(&w->body, SEGMENT_REFERENCE);
	strbuf_put(&w->body, &segment, sizeof(segment));
	put_u16(&w->body, slot);
}

void segment_writer_end(struct segment_writer *w, struct strbuf *out)
{
	static ZSTD_CCtx *cctx; /* one a process; there are no threads */
	const uint16_t n = (uint16_t)(w->n | (w->has_around ? SEGMENT_HAS_AROUND : 0));
	const size_t bound = ZSTD_compressBound(w->body.size);
	char *room = strbuf_reserve(out, bound);

	memcpy(w->body.data, &n, sizeof(n));
	if (!cctx) {
		cctx = ZSTD_createCCtx();
		assert(cctx);
		ZSTD_CCtx_setParameter(cctx, ZSTD_c_compressionLevel, 1);
		/* What a disk turns over is to be found, not read. */
		ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
	}
	const size_t size = ZSTD_compress2(cctx, room, bound, w->body.data, w->body.size);
	assert(!ZSTD_isError(size)); /* the bound is zstd's own */
	out->size += size;
	segment_writer_begin(w);
}

void segment_writer_done(struct segment_writer *w)
{
	strbuf_done(&w->body);
	w->n = 0;
}

/* A cursor over the decompressed bytes; every read is checked against the end. */
struct reader {
	const char *at;
	const char *end;
};

static bool take(struct reader *r, void *out, size_t size)
{
	if ((size_t)(r->end - r->at) < size)
		return false;
	memcpy(out, r->at, size);
	r->at += size;
	return true;
}

static bool skip(struct reader *r, size_t size, const char **out)
{
	if ((size_t)(r->end - r->at) < size)
		return false;
	*out = r->at;
	r->at += size;
	return true;
}

static bool read_slot(struct reader *r, struct segment_slot *out, const char **details,
                      uint32_t *details_size)
{
	uint32_t size;
	uint16_t slot;

	*out = (struct segment_slot){0};
	if (!take(r, details_size, sizeof(*details_size)) ||
	    !skip(r, *details_size, details) || !take(r, &size, sizeof(size)))
		return false;
	if (size != SEGMENT_REFERENCE) {
		out->raw_size = size;
		return skip(r, size, &out->raw);
	}
	if (!take(r, &out->other_segment, sizeof(out->other_segment)) ||
	    !take(r, &slot, sizeof(slot)))
		return false;
	out->other_slot = slot;
	return true;
}

static bool read_details(const char *text, size_t size, struct finding_details *d)
{
	const char **const fields[N_DETAILS] = {
	        &d->native_id, &d->status_raw,      &d->severity_raw,  &d->cvss_vector,
	        &d->package,   &d->package_version, &d->fixed_version, &d->remediation_url,
	};
	const char *const end = text + size;

	for (size_t i = 0; i < N_DETAILS; i++) {
		const char *stop = memchr(text, '\0', (size_t)(end - text));

		if (!stop)
			return false;
		*fields[i] = text;
		text = stop + 1;
	}
	return true;
}

static bool read_around(struct reader *r, struct segment_around *out)
{
	uint32_t format_size, size;
	uint16_t needs;

	if (!take(r, &needs, sizeof(needs)) || needs < SEGMENT_NEEDS_NOTHING ||
	    needs > SEGMENT_NEEDS_MORE || !take(r, &format_size, sizeof(format_size)) ||
	    !skip(r, format_size, &out->format) || !format_size ||
	    out->format[format_size - 1] != '\0' || !take(r, &size, sizeof(size)) ||
	    size > SEGMENT_MAX_AROUND || !skip(r, size, &out->text))
		return false;
	out->needs = (enum segment_needs)needs;
	out->size = size;
	return true;
}

static int read_head(const char *text, size_t size, struct segment_text *out,
                     struct error *err)
{
	struct reader r = {.at = text, .end = text + size};
	struct segment_around around = {.format = "", .text = ""};
	uint16_t n;

	if (!take(&r, &n, sizeof(n)))
		return error_set(err, ERR_INVALID, "segment is empty");
	if (n & SEGMENT_HAS_AROUND && !read_around(&r, &around))
		return error_set(err, ERR_INVALID,
		                 "segment: what its records need is cut off");
	*out = (struct segment_text){.slots = r.at,
	                             .size = (size_t)(r.end - r.at),
	                             .n = n & ~SEGMENT_HAS_AROUND,
	                             .around = around};
	return 0;
}

int segment_open(const void *body, size_t body_size, struct arena *a,
                 struct segment_text *out, struct error *err)
{
	const unsigned long long raw = ZSTD_getFrameContentSize(body, body_size);

	if (raw == ZSTD_CONTENTSIZE_ERROR || raw == ZSTD_CONTENTSIZE_UNKNOWN ||
	    raw > SEGMENT_MAX_RAW)
		return error_set(err, ERR_INVALID, "segment is not a zstd frame of ours");
	char *text = arena_alloc(a, raw + 1);
	const size_t got = ZSTD_decompress(text, raw, body, body_size);

	if (ZSTD_isError(got))
		return error_set(err, ERR_INVALID, "segment: %s", ZSTD_getErrorName(got));
	return read_head(text, got, out, err);
}

int segment_slot_at(const struct segment_text *text, unsigned int slot,
                    struct segment_slot *out, struct error *err)
{
	struct reader r = {.at = text->slots, .end = text->slots + text->size};
	const char *details = NULL;
	uint32_t details_size = 0;

	if (slot >= text->n)
		return error_set(err, ERR_INVALID, "segment has no slot %u", slot);
	for (unsigned int i = 0; i <= slot; i++)
		if (!read_slot(&r, out, &details, &details_size))
			return error_set(err, ERR_INVALID, "segment slot %u is cut off", i);
	if (!read_details(details, details_size, &out->details))
		return error_set(err, ERR_INVALID, "segment slot %u: broken details", slot);
	return 0;
}

int segment_read(const void *body, size_t body_size, unsigned int slot, struct arena *a,
                 struct segment_slot *out, struct error *err)
{
	struct segment_text text;
	const int rc = segment_open(body, body_size, a, &text, err);

	return rc < 0 ? rc : segment_slot_at(&text, slot, out, err);
}
