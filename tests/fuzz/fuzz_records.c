/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a document: the reader may not crash, read outside its text, loop
 * for ever, or give other records when it reads in other pieces.  The first byte
 * of the input chooses the size of reads of the second pass.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#include "collector/record_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *text;
	size_t size, at, step;
};

static ssize_t memory_read(void *ctx, void *buf, size_t size)
{
	struct memory *m = ctx;
	size_t n = m->size - m->at;

	n = n < size ? n : size;
	n = n < m->step ? n : m->step;
	memcpy(buf, m->text + m->at, n);
	m->at += n;
	return (ssize_t)n;
}

static int memory_rewind(void *ctx)
{
	((struct memory *)ctx)->at = 0;
	return 0;
}

/* What is read, as one text. */
static void read_all(const uint8_t *text, size_t size, size_t step, struct strbuf *out)
{
	static const char *const paths[] = {"Findings", "value", "data", "detail/findings",
	                                    "data/rows"};
	static const char *const header_cells[] = {"QID", NULL};
	const struct record_reader_options options = {.paths = paths,
	                                              .n_paths = 5,
	                                              .header_cells = header_cells,
	                                              .max_record = 200,
	                                              .max_envelope = 300};
	struct memory m = {text, size, 0, step};
	struct record_input input = {
	        .read = memory_read, .rewind = memory_rewind, .ctx = &m};
	struct record_reader *r = record_reader_new(&options, &input);
	struct record rec;
	struct error err;
	size_t n;
	int rc = 0;

	if (step & 1)
		rc = record_reader_read_envelope(r, &err);
	if (rc == 0) {
		while ((rc = record_reader_next(r, &rec, &err)) > 0) {
			if (rec.raw_size > 200)
				abort();
			strbuf_put(out, rec.text, rec.size);
			strbuf_puts(out, rec.problem ? rec.problem : "");
		}
	}
	strbuf_puts(out,
	            rc < 0 ? error_code_name(err.code) : record_reader_envelope(r, &n));
	record_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf a = {0}, b = {0};
	size_t step;

	if (size == 0)
		return 0;
	step = (size_t)(data[0] & 127) + 1;
	read_all(data + 1, size - 1, step, &a);
	/* The same oddness: with or without the envelope first. */
	read_all(data + 1, size - 1, (1U << 20) + (step & 1), &b);
	if (a.size != b.size || memcmp(strbuf_text(&a), strbuf_text(&b), a.size) != 0)
		abort();
	strbuf_done(&a);
	strbuf_done(&b);
	return 0;
}
