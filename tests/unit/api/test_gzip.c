/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wants gzip, and that zlib reads back what is written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "api/gzip.h"
#include "support/random.h"

static void test_gzip__is_for_those_who_accept_it(void **state)
{
	static const struct {
		const char *header;
		bool want;
	} cases[] = {
	        {NULL, false},
	        {"", false},
	        {"gzip", true},
	        {"GZIP", true},
	        {"deflate, gzip", true},
	        {"gzip;q=1.0, identity; q=0.5, *;q=0", true},
	        {"gzip;q=0", false},
	        {"gzip; q=0.000", false},
	        {"gzip;q=0.001", true},
	        {"*", true},
	        {"*;q=0", false},
	        {"*;q=0, gzip", true},
	        {"gzip;q=0, *", false},
	        {"x-gzip", false},
	        {"gzipped", false},
	        {"identity", false},
	        {",,,", false},
	        {" ,gzip", true},
	        {"br;q=0, gzip;q=0.5", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (gzip_is_accepted(cases[i].header) != cases[i].want)
			fail_msg("%s", cases[i].header);
}

static void check_round_trip(const unsigned char *data, size_t size)
{
	struct strbuf b = {0};
	unsigned char *out = malloc(size + 1);
	z_stream stream = {0};

	strbuf_puts(&b, "before");
	gzip_put(&b, data, size);
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	stream.next_in = (Bytef *)b.data + 6;
	stream.avail_in = (uInt)(b.size - 6);
	stream.next_out = out;
	stream.avail_out = (uInt)size + 1;
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.total_out, size);
	assert_memory_equal(out, data, size);
	inflateEnd(&stream);
	free(out);
	strbuf_done(&b);
}

static void test_gzip__reads_back_as_it_was(void **state)
{
	(void)state;
	random_begin(3);
	for (int i = 0; i < 200; i++) {
		const size_t size = (size_t)random_below(i < 190 ? 5000 : 300000);
		const int values = 1 + random_below(256);
		unsigned char *data = malloc(size + 1);

		for (size_t k = 0; k < size; k++)
			data[k] = (unsigned char)random_below(values);
		check_round_trip(data, size);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_gzip__is_for_those_who_accept_it),
	        cmocka_unit_test(test_gzip__reads_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
