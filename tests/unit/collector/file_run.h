/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of formats of whole files: cuts a text into records as an import
 * does, lets the formats say whose it is, and parses and seals all of it.
 */
#ifndef ISOBAR_TEST_FILE_RUN_H
#define ISOBAR_TEST_FILE_RUN_H

#include "collector/record_reader.h"
#include "run_format.h"

enum {
	FILE_MAX_RECORDS = 1000
};

struct file_run {
	struct run run; /* its findings are sealed and stay readable */
	struct json_doc *docs[FILE_MAX_RECORDS];
	struct json_doc *envelope;
	size_t n_records, n_refused;
	const struct format *format; /* NULL: no format knows the first record */
};

struct file_text {
	const char *text;
	size_t size, at;
};

static inline ssize_t file_text_read(void *ctx, void *buf, size_t size)
{
	struct file_text *file = ctx;
	size_t n = file->size - file->at < size ? file->size - file->at : size;

	memcpy(buf, file->text + file->at, n);
	file->at += n;
	return (ssize_t)n;
}

static inline int file_text_rewind(void *ctx)
{
	((struct file_text *)ctx)->at = 0;
	return 0;
}

static inline void file_run_record(struct file_run *f, struct record_reader *reader,
                                   const struct record *record)
{
	struct parse_input in = {.ordinal = record->ordinal};
	struct json_doc *doc = json_doc_new(8U << 20, 64);
	const size_t first = f->run.out.n_findings;
	size_t size;
	const char *text = record_reader_envelope(reader, &size);

	assert_true(f->n_records < FILE_MAX_RECORDS);
	f->docs[f->n_records++] = doc;
	if (record->problem != NULL)
		fail_msg("record %zu: %s", in.ordinal, record->problem);
	if (json_doc_parse(doc, record->text, record->size, &in.record, &f->run.err) != 0)
		fail_msg("record %zu: %s", in.ordinal, f->run.err.text);
	if (size > 0 &&
	    json_doc_parse(f->envelope, text, size, &in.envelope, &f->run.err) != 0)
		fail_msg("envelope: %s", f->run.err.text);
	if (f->format == NULL)
		f->format = format_detect(in.envelope, in.record);
	if (f->format == NULL)
		return;
	f->run.rc = f->format->parse(&in, &f->run.out, &f->run.err);
	if (f->run.rc != 0) {
		f->run.out.n_findings = first;
		f->n_refused++;
		return;
	}
	run_seal(&f->run, first);
}

static inline struct file_run *file_run_text(const char *text, size_t size)
{
	static const char *const header_cells[] = {"QID", NULL};
	const char *paths[RECORD_MAX_PATHS];
	struct file_run *f = calloc(1, sizeof(*f));
	struct file_text file = {.text = text, .size = size};
	struct record_input input = {
	        .read = file_text_read, .rewind = file_text_rewind, .ctx = &file};
	struct record_reader_options options = {.paths = paths,
	                                        .header_cells = header_cells};
	struct record_reader *reader;
	struct record record;
	int rc;

	assert_non_null(f);
	f->run = run_open();
	f->envelope = json_doc_new(1U << 20, 64);
	for (size_t i = 0; i < n_formats; i++)
		for (const char *const *p = formats[i]->record_paths; *p != NULL; p++)
			paths[options.n_paths++] = *p;
	reader = record_reader_new(&options, &input);
	while ((rc = record_reader_next(reader, &record, &f->run.err)) > 0)
		file_run_record(f, reader, &record);
	if (rc < 0)
		fail_msg("%s", f->run.err.text);
	record_reader_free(reader);
	return f;
}

static inline void file_run_free(struct file_run *f)
{
	for (size_t i = 0; i < f->n_records; i++)
		json_doc_free(f->docs[i]);
	json_doc_free(f->envelope);
	run_close(&f->run);
	free(f);
}

/* NULL where the corpus is absent. */
static inline struct file_run *file_run_corpus(const char *name)
{
	size_t size = 0;
	char *text = read_corpus(name, &size);
	struct file_run *f;

	if (text == NULL)
		return NULL;
	f = file_run_text(text, size);
	free(text);
	return f;
}

/* What a file of the corpus must come to; the test is skipped without the corpus. */
struct corpus_row {
	const char *file;
	const struct format *format;
	size_t n_records, n_findings, n_refused;
};

static inline void check_corpus(const struct corpus_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct file_run *f = file_run_corpus(rows[i].file);

		if (f == NULL) {
			print_message("no corpus at %s: skipped\n", shared_dir());
			skip();
			return;
		}
		if (f->format != rows[i].format || f->n_records != rows[i].n_records ||
		    f->run.out.n_findings != rows[i].n_findings ||
		    f->n_refused != rows[i].n_refused)
			fail_msg("%s: %s, %zu records, %zu findings, %zu refused: %s",
			         rows[i].file,
			         f->format != NULL ? f->format->name : "no format",
			         f->n_records, f->run.out.n_findings, f->n_refused,
			         f->run.err.text);
		file_run_free(f);
	}
}

#endif
