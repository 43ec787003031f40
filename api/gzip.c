/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed answers.  Level 1: a page of JSON shrinks to about a tenth, and the next
 * levels cost more time than they save bytes.
 */
#include "gzip.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define WINDOW_GZIP (15 + 16) /* 32 KiB, in a gzip wrapper */
#define MEM_LEVEL   8

/* The weight behind a coding's name: 1 where none is stated. */
static double weight_of(const char *parameters, const char *end)
{
	for (const char *p = parameters; p + 2 < end; p++)
		if ((p[0] == 'q' || p[0] == 'Q') && p[1] == '=')
			return strtod(p + 2, NULL);
	return 1;
}

/* One element of the list: "gzip;q=0.5".  -1: another coding; 0: refused; 1: wanted. */
static int element_wants(const char *element, size_t size, const char *coding)
{
	const size_t name_size = strcspn(element, ";, \t");

	if (name_size > size || name_size != strlen(coding) ||
	    strncasecmp(element, coding, name_size) != 0)
		return -1;
	return weight_of(element + name_size, element + size) > 0;
}

bool gzip_is_accepted(const char *accept_encoding)
{
	int named = -1, any = -1;

	if (!accept_encoding)
		return false;
	for (const char *p = accept_encoding; *p;) {
		size_t size;

		p += strspn(p, " \t,");
		size = strcspn(p, ",");
		if (size == 0)
			break;
		if (element_wants(p, size, "gzip") >= 0)
			named = element_wants(p, size, "gzip");
		if (element_wants(p, size, "*") >= 0)
			any = element_wants(p, size, "*");
		p += size;
	}
	return named >= 0 ? named == 1 : any == 1;
}

/* One stream, made ready again after each answer: its tables are 256 KiB. */
static z_stream *stream_begin(void)
{
	static z_stream stream;
	static bool is_made;
	const int rc = is_made ? deflateReset(&stream)
	                       : deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED,
	                                      WINDOW_GZIP, MEM_LEVEL, Z_DEFAULT_STRATEGY);

	assert(rc == Z_OK); /* out of memory is the only other end */
	is_made = true;
	return &stream;
}

void gzip_put(struct strbuf *out, const void *data, size_t size)
{
	z_stream *stream = stream_begin();
	const size_t room = deflateBound(stream, size);
	int rc;

	stream->next_in = (Bytef *)(uintptr_t)data;
	stream->avail_in = (uInt)size;
	stream->next_out = (Bytef *)strbuf_reserve(out, room);
	stream->avail_out = (uInt)room;
	rc = deflate(stream, Z_FINISH);
	assert(rc == Z_STREAM_END); /* the bound is one */
	out->size += room - stream->avail_out;
	out->data[out->size] = '\0';
}
