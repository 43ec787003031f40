/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip in memory, with a bound: a small file may hold a very large one.
 */
#include <string.h>

#include "gzip_input.h"
#include "intel.h"

#define PIECE (256u * 1024)

bool intel_is_gzip(const char *data, size_t size)
{
	return size > 2 && memcmp(data, "\x1f\x8b\x08", 3) == 0;
}

struct packed {
	const char *data;
	size_t left;
};

static ssize_t read_packed(void *ctx, void *buf, size_t size)
{
	struct packed *p = ctx;
	const size_t n = p->left < size ? p->left : size;

	if (n)
		memcpy(buf, p->data, n);
	p->data += n;
	p->left -= n;
	return (ssize_t)n;
}

int intel_gunzip(const char *data, size_t size, size_t limit, struct strbuf *out,
                 struct error *err)
{
	struct packed packed = {.data = data, .left = size};
	const struct record_input input = {.read = read_packed, .ctx = &packed};
	ssize_t n;

	if (size > limit)
		return error_set(err, ERR_LIMIT, "it is larger than %zu MiB", limit >> 20);

	struct gzip_input *unpacked = gzip_input_new(&input, limit);
	const struct record_input inside = gzip_input_inside(unpacked);

	while ((n = inside.read(inside.ctx, strbuf_reserve(out, PIECE), PIECE)) > 0) {
		out->size += (size_t)n;
		out->data[out->size] = '\0';
	}
	if (n < 0)
		*err = *inside.why;
	gzip_input_free(unpacked);
	return n < 0 ? err->code : 0;
}
