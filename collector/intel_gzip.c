/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip in memory, with a bound: a small file may hold a very large one.
 */
#include <string.h>

#define ZLIB_CONST /* input is const */
#include <zlib.h>

#include "intel.h"

#define PIECE (256u * 1024)

bool intel_is_gzip(const char *data, size_t size)
{
	return size > 2 && memcmp(data, "\x1f\x8b\x08", 3) == 0;
}

/* One member, up to its checksum. */
static int inflate_member(z_stream *z, size_t limit, struct strbuf *out, struct error *err)
{
	int rc = Z_OK;

	while (rc == Z_OK) {
		z->next_out = (unsigned char *)strbuf_reserve(out, PIECE);
		z->avail_out = PIECE;
		rc = inflate(z, Z_NO_FLUSH);
		out->size += PIECE - z->avail_out;
		out->data[out->size] = '\0';
		if (out->size > limit)
			return error_set(err, ERR_LIMIT, "it holds more than %zu MiB",
			                 limit >> 20);
	}
	if (rc == Z_STREAM_END)
		return 0;
	return error_set(err, ERR_INVALID, "gzip: %s",
	                 z->msg             ? z->msg
	                 : z->avail_in == 0 ? "the file breaks off"
	                                    : "it is damaged");
}

int intel_gunzip(const char *data, size_t size, size_t limit, struct strbuf *out,
                 struct error *err)
{
	z_stream z = {.next_in = (const unsigned char *)data,
	              .avail_in = (unsigned int)size};
	int rc = 0;

	if (size > limit || size > UINT32_MAX)
		return error_set(err, ERR_LIMIT, "it is larger than %zu MiB", limit >> 20);
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return error_set(err, ERR_INTERNAL, "zlib does not start");
	do {
		rc = inflate_member(&z, limit, out, err);
	} while (rc == 0 && z.avail_in && inflateReset(&z) == Z_OK);
	inflateEnd(&z);
	return rc;
}
