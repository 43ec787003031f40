/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip that is unpacked while it is read: the sizes of reads, on either side, make no
 * difference; damage and bounds have a word of their own.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"

#include "collector/gzip_input.h"

/* "hello hello hello\n" by gzip -9n. */
static const unsigned char hello[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                      0x02, 0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57,
                                      0xc8, 0x40, 0x90, 0x5c, 0x00, 0x3b, 0x7c, 0x8a,
                                      0xdf, 0x12, 0x00, 0x00, 0x00};
#define HELLO "hello hello hello\n"

static const size_t read_sizes[] = {1, 2, 7, 64, 1024 * 1024};

struct packed {
	char data[3 * sizeof(hello)];
	size_t size, at, step;
	struct error why; /* set: reading fails at the end */
};

static ssize_t packed_read(void *ctx, void *buf, size_t size)
{
	struct packed *p = ctx;
	size_t n = p->size - p->at;

	n = n < size ? n : size;
	n = n < p->step ? n : p->step;
	if (n == 0 && p->why.code) {
		errno = EIO;
		return -1;
	}
	memcpy(buf, p->data + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

static int packed_rewind(void *ctx)
{
	((struct packed *)ctx)->at = 0;
	return 0;
}

/* So many members behind one another, of which the last cut bytes are missing. */
static struct packed packed_of(int n_members, size_t cut, size_t step)
{
	struct packed p = {.step = step};

	for (int i = 0; i < n_members; i++, p.size += sizeof(hello))
		memcpy(p.data + p.size, hello, sizeof(hello));
	p.size -= cut;
	return p;
}

static struct gzip_input *input_on(struct packed *p, uint64_t limit)
{
	const struct record_input packed = {
	        .read = packed_read, .rewind = packed_rewind, .why = &p->why, .ctx = p};

	return gzip_input_new(&packed, limit);
}

/* All that is inside; its code is that of *why. */
static int read_all(const struct record_input *in, size_t size, struct strbuf *out)
{
	char buf[64];
	ssize_t n;

	strbuf_reset(out);
	size = size < sizeof(buf) ? size : sizeof(buf);
	while ((n = in->read(in->ctx, buf, size)) > 0)
		strbuf_put(out, buf, (size_t)n);
	return n < 0 ? in->why->code : 0;
}

static void test_gzip_input__unpacks_members_whatever_the_reads(void **state)
{
	struct strbuf out = {0};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(read_sizes); i++) {
		for (size_t j = 0; j < N_ELEMENTS(read_sizes); j++) {
			struct packed p = packed_of(3, 0, read_sizes[i]);
			struct gzip_input *in = input_on(&p, 1 << 20);
			const struct record_input inside = gzip_input_inside(in);

			for (int again = 0; again < 2; again++) {
				assert_int_equal(read_all(&inside, read_sizes[j], &out), 0);
				assert_string_equal(strbuf_text(&out), HELLO HELLO HELLO);
				assert_int_equal(inside.rewind(inside.ctx), 0);
			}
			gzip_input_free(in);
		}
	}
	strbuf_done(&out);
}

static void test_gzip_input__says_what_is_wrong(void **state)
{
	static const struct {
		int n_members;
		size_t cut;
		uint64_t limit;
		bool damaged, unreadable;
		int code;
		const char *text;
	} cases[] = {
	        {0, 0, 1000, false, false, ERR_INVALID, "gzip: the file breaks off"},
	        {1, 1, 1000, false, false, ERR_INVALID, "gzip: the file breaks off"},
	        {2, 20, 1000, false, false, ERR_INVALID, "gzip: the file breaks off"},
	        {1, 0, 1000, true, false, ERR_INVALID, "gzip: incorrect header check"},
	        {3, 0, 40, false, false, ERR_LIMIT, "it holds more than 0 MiB"},
	        {3, 0, 1000, false, true, ERR_TRANSIENT, "the database is gone"},
	};
	struct strbuf out = {0};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct packed p = packed_of(cases[i].n_members, cases[i].cut, 7);
		struct gzip_input *in = input_on(&p, cases[i].limit);
		const struct record_input inside = gzip_input_inside(in);

		if (cases[i].damaged)
			p.data[0] = '{';
		if (cases[i].unreadable)
			error_set(&p.why, ERR_TRANSIENT, "the database is gone");
		assert_int_equal(read_all(&inside, 5, &out), cases[i].code);
		assert_string_equal(inside.why->text, cases[i].text);
		gzip_input_free(in);
	}
	strbuf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_gzip_input__unpacks_members_whatever_the_reads),
	        cmocka_unit_test(test_gzip_input__says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
