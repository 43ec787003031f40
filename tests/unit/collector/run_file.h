/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of formats: a file of the corpus as `isobar import` takes it, cut
 * into records by the reader, each asked about by all formats.
 */
#ifndef ISOBAR_TEST_RUN_FILE_H
#define ISOBAR_TEST_RUN_FILE_H

#include "collector/record_reader.h"
#include "run_format.h"

struct run_text {
	const char *text;
	size_t size, next;
};

static inline ssize_t run_text_read(void *ctx, void *buf, size_t size)
{
	struct run_text *t = ctx;
	size_t n = t->size - t->next < size ? t->size - t->next : size;

	memcpy(buf, t->text + t->next, n);
	t->next += n;
	return (ssize_t)n;
}

/*
 * Parses and seals all records of a text: only keys, hashes, numbers and what lives in
 * the arena of the findings in run->out outlast it.  Returns how many records.
 */
static inline size_t run_records(struct run *run, const struct format *format,
                                 struct run_text *text)
{
	const struct record_input input = {.read = run_text_read, .ctx = text};
	const struct record_reader_options options = {.max_record = 0};
	struct record_reader *reader = record_reader_new(&options, &input);
	struct record record;
	size_t n = 0;
	int rc;

	while ((rc = record_reader_next(reader, &record, &run->err)) == 1) {
		if (record.problem != NULL)
			fail_msg("record %zu: %s", n, record.problem);
		run_load(run, record.text, record.size);
		n += run_one(run, format, run->record, format->name);
	}
	if (rc != 0)
		fail_msg("after record %zu: %s", n, run->err.text);
	record_reader_free(reader);
	return n;
}

static inline size_t run_file(struct run *run, const struct format *format,
                              const char *name)
{
	struct run_text text = {0};
	char *content = read_corpus(name, &text.size);
	size_t n;

	if (content == NULL) {
		print_message("no corpus at %s: skipped\n", shared_dir());
		run_close(run);
		skip();
	}
	text.text = content;
	n = run_records(run, format, &text);
	free(content);
	return n;
}

/* How many different findings there are among those from first on. */
static inline size_t run_distinct(const struct run *run, size_t first)
{
	size_t n = 0;

	for (size_t i = first; i < run->out.n_findings; i++) {
		size_t k = first;

		while (k < i && memcmp(run->out.findings[k].key.bytes,
		                       run->out.findings[i].key.bytes, KEY_SIZE) != 0)
			k++;
		n += k == i;
	}
	return n;
}

static inline size_t run_count(const struct run *run, enum finding_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < run->out.n_findings; i++)
		n += run->out.findings[i].state == state;
	return n;
}

#endif
