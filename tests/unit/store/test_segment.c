/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments of raw records: what was put in comes out, and a damaged body is an error
 * and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "store/segment.h"

#include "support/random.h"

enum {
	N_CASES = 300,
	N_DAMAGED = 4000
};

static struct arena *arena;
static volatile size_t sum; /* of all that is read, so that nothing is left out */

static void put_details(struct strbuf *b, const char *native_id, const char *package)
{
	const struct finding_details d = {.native_id = native_id,
	                                  .status_raw = "FAILED",
	                                  .severity_raw = "",
	                                  .cvss_vector = "",
	                                  .package = package,
	                                  .package_version = "1.0",
	                                  .fixed_version = "",
	                                  .remediation_url = "https://example.com/fix"};

	strbuf_reset(b);
	finding_details_encode(&d, b);
}

static void test_segment__gives_back_what_was_put_in(void **state)
{
	static const char raw[] = "{\"a\":\"b\"}";
	struct segment_writer w = {0};
	struct strbuf body = {0}, details = {0};
	struct segment_slot slot;
	struct error err = {0};

	(void)state;
	segment_writer_begin(&w);
	put_details(&details, "id-0", "openssl");
	segment_writer_put(&w, details.data, details.size, raw, strlen(raw));
	put_details(&details, "id-1", "");
	segment_writer_refer(&w, details.data, details.size, INT64_C(1) << 40, 63);
	put_details(&details, "", "");
	segment_writer_put(&w, details.data, details.size, "", 0);
	segment_writer_end(&w, &body);
	assert_int_equal(w.n, 0);

	assert_int_equal(segment_read(body.data, body.size, 0, arena, &slot, &err), 0);
	assert_string_equal(slot.details.native_id, "id-0");
	assert_string_equal(slot.details.status_raw, "FAILED");
	assert_string_equal(slot.details.package, "openssl");
	assert_string_equal(slot.details.remediation_url, "https://example.com/fix");
	assert_int_equal(slot.raw_size, strlen(raw));
	assert_memory_equal(slot.raw, raw, strlen(raw));

	assert_int_equal(segment_read(body.data, body.size, 1, arena, &slot, &err), 0);
	assert_string_equal(slot.details.native_id, "id-1");
	assert_null(slot.raw);
	assert_int_equal(slot.other_segment, INT64_C(1) << 40);
	assert_int_equal(slot.other_slot, 63);

	assert_int_equal(segment_read(body.data, body.size, 2, arena, &slot, &err), 0);
	assert_string_equal(slot.details.native_id, "");
	assert_non_null(slot.raw);
	assert_int_equal(slot.raw_size, 0);

	assert_int_equal(segment_read(body.data, body.size, 3, arena, &slot, &err),
	                 ERR_INVALID);
	segment_writer_done(&w);
	strbuf_done(&body);
	strbuf_done(&details);
}

static void put_around(struct segment_writer *w, const struct segment_around *around)
{
	struct strbuf encoded = {0};

	segment_around_encode(around, &encoded);
	segment_writer_around(w, encoded.data, encoded.size);
	strbuf_done(&encoded);
}

static void test_segment__gives_back_what_its_records_need(void **state)
{
	static const char header[] = "Title;Severity\n";
	char *much = calloc(1, SEGMENT_MAX_AROUND + 1);
	const struct {
		struct segment_around in;
		enum segment_needs needs;
		size_t size;
	} rows[] = {
	        {{SEGMENT_NEEDS_HEADER, "generic-csv", header, strlen(header)},
	         SEGMENT_NEEDS_HEADER,
	         strlen(header)},
	        {{SEGMENT_NEEDS_NOTHING, "asff", NULL, 0}, SEGMENT_NEEDS_NOTHING, 0},
	        {{SEGMENT_NEEDS_ENVELOPE, "trivy", much, SEGMENT_MAX_AROUND},
	         SEGMENT_NEEDS_ENVELOPE,
	         SEGMENT_MAX_AROUND},
	        {{SEGMENT_NEEDS_ENVELOPE, "trivy", much, SEGMENT_MAX_AROUND + 1},
	         SEGMENT_NEEDS_MORE,
	         0},
	        {{SEGMENT_NEEDS_UNSAID, "", NULL, 0}, SEGMENT_NEEDS_UNSAID, 0},
	};
	struct segment_writer w = {0};

	(void)state;
	assert_non_null(much);
	segment_writer_begin(&w);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct strbuf body = {0}, details = {0};
		struct segment_text text;
		struct segment_slot slot;
		struct error err = {0};

		arena_reset(arena);
		if (rows[i].in.needs != SEGMENT_NEEDS_UNSAID)
			put_around(&w, &rows[i].in);
		put_details(&details, "id-0", "");
		segment_writer_put(&w, details.data, details.size, "{}", 2);
		segment_writer_end(&w, &body);
		assert_int_equal(segment_open(body.data, body.size, arena, &text, &err), 0);
		assert_int_equal(text.n, 1);
		assert_int_equal(text.around.needs, rows[i].needs);
		assert_string_equal(text.around.format, rows[i].in.format);
		assert_int_equal(text.around.size, rows[i].size);
		if (rows[i].size)
			assert_memory_equal(text.around.text, rows[i].in.text,
			                    rows[i].size);
		assert_int_equal(segment_slot_at(&text, 0, &slot, &err), 0);
		assert_string_equal(slot.details.native_id, "id-0");
		assert_int_equal(slot.raw_size, 2);
		strbuf_done(&body);
		strbuf_done(&details);
	}
	segment_writer_done(&w);
	free(much);
}

/* The record that slot i of a case holds: any bytes, NUL among them. */
static void random_record(struct strbuf *b)
{
	const int size = random_below(random_below(10) ? 400 : 40000);

	strbuf_reset(b);
	for (int i = 0; i < size; i++)
		strbuf_putc(b, (char)random_below(random_below(2) ? 4 : 256));
}

static void test_segment__round_trip_of_any_bytes(void **state)
{
	struct segment_writer w = {0};
	struct strbuf body = {0}, details = {0}, around = {0}, records[SEGMENT_SLOTS] = {0};

	(void)state;
	random_begin(20261127);
	segment_writer_begin(&w);
	for (int i = 0; i < N_CASES; i++) {
		const unsigned int n = 1 + (unsigned int)random_below(SEGMENT_SLOTS);
		struct segment_text text;
		struct error err = {0};

		arena_reset(arena);
		strbuf_reset(&body);
		random_record(&around);
		if (i % 3)
			put_around(&w, &(struct segment_around){
			                       SEGMENT_NEEDS_ENVELOPE, "trivy",
			                       strbuf_text(&around), around.size});
		for (unsigned int k = 0; k < n; k++) {
			random_record(&records[k]);
			put_details(&details, k % 2 ? "odd" : "even", "");
			if (k % 5 == 4)
				segment_writer_refer(&w, details.data, details.size, i + 1,
				                     k);
			else
				segment_writer_put(&w, details.data, details.size,
				                   strbuf_text(&records[k]),
				                   records[k].size);
		}
		segment_writer_end(&w, &body);
		assert_int_equal(segment_open(body.data, body.size, arena, &text, &err), 0);
		assert_int_equal(text.around.size, i % 3 ? around.size : 0);
		assert_memory_equal(text.around.text, strbuf_text(&around),
		                    text.around.size);
		for (unsigned int k = 0; k < n; k++) {
			struct segment_slot slot;

			assert_int_equal(segment_slot_at(&text, k, &slot, &err), 0);
			assert_string_equal(slot.details.native_id, k % 2 ? "odd" : "even");
			if (k % 5 == 4) {
				assert_int_equal(slot.other_segment, i + 1);
				assert_int_equal(slot.other_slot, k);
				continue;
			}
			assert_int_equal(slot.raw_size, records[k].size);
			assert_memory_equal(slot.raw, strbuf_text(&records[k]),
			                    slot.raw_size);
		}
	}
	segment_writer_done(&w);
	strbuf_done(&body);
	strbuf_done(&details);
	strbuf_done(&around);
	for (int k = 0; k < SEGMENT_SLOTS; k++)
		strbuf_done(&records[k]);
}

/* Reads everything in a body, so that a sanitizer sees every byte that is touched. */
static void read_all(const void *body, size_t size)
{
	struct segment_text text;
	struct error err = {0};

	arena_reset(arena);
	if (segment_open(body, size, arena, &text, &err) < 0) {
		assert_int_equal(err.code, ERR_INVALID);
		return;
	}
	sum += strlen(text.around.format);
	for (size_t i = 0; i < text.around.size; i++)
		sum += (unsigned char)text.around.text[i];
	for (unsigned int k = 0; k <= SEGMENT_SLOTS; k++) {
		struct segment_slot slot;

		if (segment_slot_at(&text, k, &slot, &err) < 0) {
			assert_int_equal(err.code, ERR_INVALID);
			return;
		}
		sum += strlen(slot.details.native_id) +
		       strlen(slot.details.remediation_url);
		for (size_t i = 0; slot.raw && i < slot.raw_size; i++)
			sum += (unsigned char)slot.raw[i];
	}
}

static void make_body(struct strbuf *text)
{
	struct segment_writer w = {0};
	struct strbuf details = {0};

	segment_writer_begin(&w);
	put_around(&w,
	           &(struct segment_around){SEGMENT_NEEDS_HEADER, "generic-csv", "a,b", 3});
	for (int k = 0; k < 5; k++) {
		put_details(&details, "native", "package");
		if (k == 3)
			segment_writer_refer(&w, details.data, details.size, 9, 1);
		else
			segment_writer_put(&w, details.data, details.size, "{\"record\":1}",
			                   12);
	}
	w.body.data[0] = 5; /* the number of slots and the bit, which the end would write */
	w.body.data[1] = (char)(SEGMENT_HAS_AROUND >> 8);
	strbuf_reset(text);
	strbuf_put(text, w.body.data, w.body.size);
	segment_writer_done(&w);
	strbuf_done(&details);
}

/* What is damaged inside the frame: sizes, counts, ends. */
static void test_segment__damage_inside_is_an_error(void **state)
{
	struct strbuf text = {0};

	(void)state;
	random_begin(20261128);
	make_body(&text);
	const size_t bound = ZSTD_compressBound(text.size);

	for (int i = 0; i < N_DAMAGED; i++) {
		char *copy = malloc(text.size), *body = malloc(bound);
		size_t size = text.size;

		assert_true(copy && body);
		memcpy(copy, text.data, size);
		for (int k = random_below(4); k > 0; k--)
			copy[random_below((int)size)] = (char)random_below(256);
		if (random_below(3) == 0)
			size = (size_t)random_below((int)size);
		/* To its exact size, so that a read behind the end is seen. */
		const size_t packed = ZSTD_compress(body, bound, copy, size, 1);

		assert_false(ZSTD_isError(packed));
		char *exact = malloc(packed);

		assert_non_null(exact);
		memcpy(exact, body, packed);
		read_all(exact, packed);
		free(exact);
		free(copy);
		free(body);
	}
	strbuf_done(&text);
}

/* What is damaged outside: the frame itself, cut off or changed. */
static void test_segment__a_damaged_frame_is_an_error(void **state)
{
	struct strbuf text = {0};
	char body[4096];

	(void)state;
	random_begin(20261129);
	make_body(&text);
	const size_t size = ZSTD_compress(body, sizeof(body), text.data, text.size, 1);

	assert_false(ZSTD_isError(size));
	for (size_t n = 0; n < size; n++) {
		struct segment_text out;
		struct error err = {0};
		char *exact = malloc(n + 1);

		assert_non_null(exact);
		memcpy(exact, body, n);
		arena_reset(arena);
		assert_int_equal(segment_open(exact, n, arena, &out, &err), ERR_INVALID);
		free(exact);
	}
	for (int i = 0; i < N_DAMAGED; i++) {
		char *exact = malloc(size);

		assert_non_null(exact);
		memcpy(exact, body, size);
		exact[random_below((int)size)] ^= (char)(1 << random_below(8));
		read_all(exact, size);
		free(exact);
	}
	strbuf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_segment__gives_back_what_was_put_in),
	        cmocka_unit_test(test_segment__gives_back_what_its_records_need),
	        cmocka_unit_test(test_segment__round_trip_of_any_bytes),
	        cmocka_unit_test(test_segment__damage_inside_is_an_error),
	        cmocka_unit_test(test_segment__a_damaged_frame_is_an_error),
	};
	int failed;

	arena = arena_new(1 << 16);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
