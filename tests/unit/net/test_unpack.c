/* SPDX-License-Identifier: Apache-2.0 */
/* Packed bodies: whole, in any pieces, cut anywhere, broken, too large. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "net/unpack.h"

#include "support/random.h"

#define MOST 100000

static const char text[] = "{\"value\":[\"one\",\"two\",\"one\",\"two\",\"one\",\"two\"]}";

static const struct {
	const char *encoding;
	int bits;
} codings[] = {{"gzip", 15 + 16}, {"X-GZIP", 15 + 16}, {"deflate", 15}, {"Deflate", -15}};

/* Packs; level 0 stores. */
static size_t pack(int bits, int level, const void *data, size_t size, unsigned char *out,
                   size_t room)
{
	z_stream s = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
	size_t packed;

	assert_int_equal(deflateInit2(&s, level, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY),
	                 Z_OK);
	s.next_out = out;
	s.avail_out = (uInt)room;
	assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
	packed = room - s.avail_out;
	deflateEnd(&s);
	return packed;
}

/* Puts data in pieces of at most so many bytes. */
static int unpack_all(struct unpack *u, const unsigned char *data, size_t size,
                      size_t piece, struct strbuf *out)
{
	struct error err;
	int rc = 0;

	for (size_t at = 0; at < size && rc == 0; at += piece)
		rc = unpack_put(u, (const char *)data + at,
		                size - at < piece ? size - at : piece, MOST, out, &err);
	return rc;
}

static void test_unpack__any_pieces(void **state)
{
	unsigned char packed[256];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(codings); i++) {
		size_t size = pack(codings[i].bits, 6, text, strlen(text), packed,
		                   sizeof(packed));

		for (size_t piece = 1; piece <= size; piece++) {
			struct unpack *u = unpack_new(codings[i].encoding);
			struct strbuf out = {0};

			assert_int_equal(unpack_all(u, packed, size, piece, &out), 0);
			assert_true(unpack_is_whole(u));
			assert_string_equal(strbuf_text(&out), text);
			strbuf_done(&out);
			unpack_free(u);
		}
	}
}

static void test_unpack__cut_anywhere_is_not_whole(void **state)
{
	unsigned char packed[256];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(codings); i++) {
		size_t size = pack(codings[i].bits, 6, text, strlen(text), packed,
		                   sizeof(packed));

		for (size_t cut = 1; cut < size; cut++) {
			struct unpack *u = unpack_new(codings[i].encoding);
			struct strbuf out = {0};

			assert_int_equal(unpack_all(u, packed, cut, cut, &out), 0);
			assert_false(unpack_is_whole(u));
			strbuf_done(&out);
			unpack_free(u);
		}
	}
}

/* One byte changed is seen; of gzip's head some bytes mean nothing to us. */
static void test_unpack__changed_bytes_are_seen(void **state)
{
	unsigned char packed[256];
	size_t size = pack(15 + 16, 6, text, strlen(text), packed, sizeof(packed));

	(void)state;
	for (size_t at = 10; at < size; at++) {
		struct unpack *u = unpack_new("gzip");
		struct strbuf out = {0};

		packed[at] ^= 0x40;
		assert_true(unpack_all(u, packed, size, size, &out) == ERR_TRANSIENT ||
		            !unpack_is_whole(u));
		packed[at] ^= 0x40;
		strbuf_done(&out);
		unpack_free(u);
	}
}

static void test_unpack__members_follow_each_other(void **state)
{
	unsigned char packed[512];
	size_t first = pack(15 + 16, 6, "one ", 4, packed, 256);
	size_t size = first + pack(15 + 16, 0, "two", 3, packed + first, 256);

	(void)state;
	for (size_t piece = 1; piece <= size; piece++) {
		struct unpack *u = unpack_new("gzip");
		struct strbuf out = {0};

		assert_int_equal(unpack_all(u, packed, size, piece, &out), 0);
		assert_true(unpack_is_whole(u));
		assert_string_equal(strbuf_text(&out), "one two");
		assert_int_equal(unpack_all(u, (const unsigned char *)"junk", 4, 4, &out),
		                 ERR_TRANSIENT);
		strbuf_done(&out);
		unpack_free(u);
	}
}

static void test_unpack__has_a_limit(void **state)
{
	static unsigned char zeros[MOST + 1], packed[2 * MOST];

	(void)state;
	for (int more = 0; more <= 1; more++) {
		for (size_t i = 0; i <= N_ELEMENTS(codings); i++) {
			bool is_plain = i == N_ELEMENTS(codings);
			struct unpack *u =
			        unpack_new(is_plain ? "identity" : codings[i].encoding);
			struct strbuf out = {0};
			size_t size = MOST + (size_t)more;

			if (!is_plain)
				size = pack(codings[i].bits, 9, zeros, size, packed,
				            sizeof(packed));
			assert_int_equal(
			        unpack_all(u, is_plain ? zeros : packed, size, 700, &out),
			        more ? ERR_LIMIT : 0);
			assert_true(out.size <= MOST + 1);
			assert_true(more || (out.size == MOST && unpack_is_whole(u)));
			strbuf_done(&out);
			unpack_free(u);
		}
	}
}

static void test_unpack__any_bytes_end_well(void **state)
{
	(void)state;
	random_begin(20261115);
	for (int round = 0; round < 5000; round++) {
		unsigned char data[64];
		struct unpack *u =
		        unpack_new(codings[round % (int)N_ELEMENTS(codings)].encoding);
		struct strbuf out = {0};
		int rc;

		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (unsigned char)random_next();
		if (round % 3 == 0)
			data[0] = 0x1f, data[1] = 0x8b, data[2] = 8;
		rc = unpack_all(u, data, sizeof(data), 1 + (size_t)random_below(64), &out);
		assert_true(rc == 0 || rc == ERR_TRANSIENT || rc == ERR_LIMIT);
		strbuf_done(&out);
		unpack_free(u);
	}
}

static void test_unpack__names(void **state)
{
	struct unpack *u = unpack_new("identity");

	(void)state;
	assert_non_null(u);
	assert_true(unpack_is_whole(u));
	unpack_free(u);
	unpack_free(NULL);
	assert_null(unpack_new("br"));
	assert_null(unpack_new("gzip, gzip"));
	assert_null(unpack_new("gzip2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_unpack__any_pieces),
	        cmocka_unit_test(test_unpack__cut_anywhere_is_not_whole),
	        cmocka_unit_test(test_unpack__changed_bytes_are_seen),
	        cmocka_unit_test(test_unpack__members_follow_each_other),
	        cmocka_unit_test(test_unpack__has_a_limit),
	        cmocka_unit_test(test_unpack__any_bytes_end_well),
	        cmocka_unit_test(test_unpack__names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
