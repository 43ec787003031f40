/* SPDX-License-Identifier: Apache-2.0 */
/* Packed bodies by zlib, which checks lengths and sums. */
#include "net/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/mem.h"

#define CHUNK 16384

/* inflateInit2(): the largest window, and what is around the data. */
#define WINDOW_BITS 15
#define WITH_GZIP   16

enum coding {
	CODING_IDENTITY,
	CODING_GZIP,
	CODING_DEFLATE
};

struct unpack {
	enum coding coding;
	bool is_begun; /* stream is initialised */
	bool is_whole;
	z_stream stream;
};

struct unpack *unpack_new(const char *encoding)
{
	static const struct {
		const char *name;
		enum coding coding;
	} names[] = {{"gzip", CODING_GZIP},
	             {"x-gzip", CODING_GZIP},
	             {"deflate", CODING_DEFLATE},
	             {"identity", CODING_IDENTITY},
	             {"", CODING_IDENTITY}};

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		if (strcasecmp(encoding, names[i].name) == 0) {
			struct unpack *u = xcalloc(1, sizeof(*u));

			u->coding = names[i].coding;
			u->is_whole = true; /* nothing at all is whole */
			return u;
		}
	}
	return NULL;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	if (u->is_begun)
		inflateEnd(&u->stream);
	free(u);
}

static void begin(struct unpack *u, char first)
{
	int bits = WINDOW_BITS;

	if (u->coding == CODING_GZIP)
		bits += WITH_GZIP;
	else if ((first & 0x0f) != Z_DEFLATED)
		bits = -bits; /* some send "deflate" without zlib's frame around it */
	if (inflateInit2(&u->stream, bits) != Z_OK)
		mem_exhausted(0);
	u->is_begun = true;
}

static int refuse_size(struct error *err)
{
	return error_set(err, ERR_LIMIT, "more than is taken");
}

/* One step, of a chunk at most; *code is zlib's. */
static int inflate_some(struct unpack *u, size_t most, struct strbuf *out, int *code,
                        struct error *err)
{
	/* One byte more than may be shows that there is more. */
	size_t room = most - out->size + 1;

	if (room > CHUNK)
		room = CHUNK;
	u->stream.next_out = (Bytef *)strbuf_reserve(out, room);
	u->stream.avail_out = (uInt)room;
	*code = inflate(&u->stream, Z_NO_FLUSH);
	out->size += room - u->stream.avail_out;
	out->data[out->size] = '\0';
	if (*code == Z_MEM_ERROR)
		mem_exhausted(0);
	if (*code != Z_OK && *code != Z_STREAM_END && *code != Z_BUF_ERROR)
		return error_set(err, ERR_TRANSIENT, "broken");
	if (out->size > most)
		return refuse_size(err);
	return 0;
}

int unpack_put(struct unpack *u, const char *data, size_t size, size_t most,
               struct strbuf *out, struct error *err)
{
	int code, rc;

	if (size == 0)
		return 0;
	if (u->coding == CODING_IDENTITY) {
		if (size > most - out->size)
			return refuse_size(err);
		strbuf_put(out, data, size);
		return 0;
	}
	if (!u->is_begun)
		begin(u, *data);
	/* zlib only reads there, whatever its type says (ZLIB_CONST is not everywhere). */
	memcpy(&u->stream.next_in, &data, sizeof(data));
	u->stream.avail_in = (uInt)size;
	do {
		if (u->is_whole && u->stream.total_in > 0)
			inflateReset(&u->stream); /* another member: RFC 1952 2.2 */
		u->is_whole = false;
		if ((rc = inflate_some(u, most, out, &code, err)) < 0)
			return rc;
		u->is_whole = code == Z_STREAM_END;
	} while (u->stream.avail_in > 0 || (!u->is_whole && u->stream.avail_out == 0));
	return 0;
}

bool unpack_is_whole(const struct unpack *u)
{
	return u->is_whole;
}
