/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip, read piece by piece: one member behind the other, each up to its checksum.
 */
#include "gzip_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

#define PIECE (64u * 1024)

struct gzip_input {
	struct record_input packed;
	uint64_t limit, n_out;
	z_stream z;
	bool started;   /* z is to be ended */
	bool in_member; /* its checksum has not come yet */
	bool at_end;    /* of what is packed */
	struct error why;
	unsigned char piece[PIECE];
};

struct gzip_input *gzip_input_new(const struct record_input *packed, uint64_t limit)
{
	struct gzip_input *in = xcalloc(1, sizeof(*in));

	in->packed = *packed;
	in->limit = limit;
	in->in_member = true; /* nothing at all is no gzip */
	return in;
}

void gzip_input_free(struct gzip_input *in)
{
	if (!in)
		return;
	if (in->started)
		inflateEnd(&in->z);
	free(in);
}

static int start(struct gzip_input *in)
{
	if (in->started)
		return 0;
	if (inflateInit2(&in->z, 16 + MAX_WBITS) != Z_OK)
		return error_set(&in->why, ERR_INTERNAL, "zlib does not start");
	in->started = true;
	return 0;
}

static int fill(struct gzip_input *in)
{
	ssize_t n;

	do
		n = in->packed.read(in->packed.ctx, in->piece, PIECE);
	while (n < 0 && errno == EINTR);
	if (n < 0 && in->packed.why && in->packed.why->code) {
		in->why = *in->packed.why;
		return in->why.code;
	}
	if (n < 0)
		return error_set(&in->why, ERR_INTERNAL, "reading failed: %s",
		                 strerror(errno));
	in->z.next_in = in->piece;
	in->z.avail_in = (unsigned int)n;
	in->at_end = n == 0;
	return 0;
}

static int inflate_some(struct gzip_input *in)
{
	const int rc = inflate(&in->z, Z_NO_FLUSH);

	if (rc == Z_STREAM_END) {
		in->in_member = false;
		return 0;
	}
	if (rc == Z_OK || rc == Z_BUF_ERROR) /* it wants more of what is packed */
		return 0;
	return error_set(&in->why, rc == Z_MEM_ERROR ? ERR_INTERNAL : ERR_INVALID,
	                 "gzip: %s", in->z.msg ? in->z.msg : "it is damaged");
}

/* Whatever stands behind a member is another one. */
static int step(struct gzip_input *in)
{
	int rc;

	if (!in->z.avail_in && !in->at_end && (rc = fill(in)) < 0)
		return rc;
	if (in->at_end && in->in_member)
		return error_set(&in->why, ERR_INVALID, "gzip: the file breaks off");
	if (in->at_end)
		return 0;
	if (!in->in_member) {
		inflateReset(&in->z);
		in->in_member = true;
	}
	return inflate_some(in);
}

static ssize_t read_inside(void *ctx, void *buf, size_t size)
{
	struct gzip_input *in = ctx;
	const unsigned int room = size > PIECE * 16 ? PIECE * 16 : (unsigned int)size;
	int rc = in->why.code ? in->why.code : start(in);

	in->z.next_out = buf;
	in->z.avail_out = room;
	while (rc == 0 && in->z.avail_out == room && (in->in_member || !in->at_end))
		rc = step(in);
	if (rc == 0) {
		in->n_out += room - in->z.avail_out;
		if (in->n_out > in->limit)
			rc = error_set(&in->why, ERR_LIMIT, "it holds more than %llu MiB",
			               (unsigned long long)(in->limit >> 20));
	}
	if (rc == 0)
		return (ssize_t)(room - in->z.avail_out);
	errno = EIO;
	return -1;
}

static int rewind_inside(void *ctx)
{
	struct gzip_input *in = ctx;

	if (in->packed.rewind(in->packed.ctx) < 0)
		return -1;
	if (in->started)
		inflateReset(&in->z);
	in->z.avail_in = 0;
	in->in_member = true;
	in->at_end = false;
	in->n_out = 0;
	in->why = (struct error){0};
	return 0;
}

struct record_input gzip_input_inside(struct gzip_input *in)
{
	return (struct record_input){.read = read_inside,
	                             .rewind = in->packed.rewind ? rewind_inside : NULL,
	                             .why = &in->why,
	                             .ctx = in};
}
