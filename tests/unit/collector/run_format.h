/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of formats: parses one record from text, or the records of a file
 * of the corpus in the wrappings that the format has paths for.
 */
#ifndef ISOBAR_TEST_RUN_FORMAT_H
#define ISOBAR_TEST_RUN_FORMAT_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_view.h"
#include "model/finding.h"

#include "collector/format.h"

struct run {
	struct json_doc *doc;
	struct arena *arena;
	struct json_view record;
	struct parse_output out;
	struct error err;
	int rc; /* of the last parse */
};

static const struct org test_org = {.id = 1, .slug = "test"};

static inline struct run run_open(void)
{
	struct run run = {.doc = json_doc_new(16U << 20, 64), .arena = arena_new(65536)};

	run.out.arena = run.arena;
	return run;
}

static inline void run_close(struct run *run)
{
	json_doc_free(run->doc);
	arena_free(run->arena);
}

static inline void run_load(struct run *run, const char *text, size_t size)
{
	if (json_doc_parse(run->doc, text, size, &run->record, &run->err) != 0)
		fail_msg("fixture: %s", run->err.text);
}

/* Fixtures in C have ' for ", and no apostrophes. */
static inline void run_load_fixture(struct run *run, const char *text)
{
	char *json = arena_strdup(run->arena, text);

	for (char *c = strchr(json, '\''); c != NULL; c = strchr(c, '\''))
		*c = '"';
	run_load(run, json, strlen(json));
}

/* Parses a fixture as one record; its findings are in run.out. */
static inline struct run run_record(const struct format *format, const char *text)
{
	struct run run = run_open();
	struct parse_input in = {.ordinal = 0};

	run_load_fixture(&run, text);
	in.record = run.record;
	run.rc = format->parse(&in, &run.out, &run.err);
	return run;
}

static inline bool run_detects(const struct format *format, const char *text)
{
	struct run run = run_open();
	bool yes;

	run_load_fixture(&run, text);
	yes = format->detect((struct json_view){0}, run.record);
	run_close(&run);
	return yes;
}

/* Seals the findings from first on. */
static inline void run_seal(struct run *run, size_t first)
{
	for (size_t i = first; i < run->out.n_findings; i++) {
		if (finding_seal(&run->out.findings[i], &test_org, run->arena, &run->err) !=
		    0)
			fail_msg("finding %zu: %s", i, run->err.text);
	}
}

static inline const char *shared_dir(void)
{
	const char *dir = getenv("ISOBAR_SHARED");

#ifdef ISOBAR_SHARED_DIR
	if (dir == NULL)
		dir = ISOBAR_SHARED_DIR;
#endif
	return dir != NULL ? dir : "../shared";
}

/* The text of a corpus file, or NULL where the corpus is absent. */
static inline char *read_corpus(const char *name, size_t *size)
{
	ARENA_SCOPED a = arena_new(1024);
	FILE *file = fopen(arena_printf(a, "%s/corpus/%s", shared_dir(), name), "rb");
	char *text;

	if (file == NULL)
		return NULL;
	text = calloc(1, 4U << 20);
	*size = text != NULL ? fread(text, 1, (4U << 20) - 1, file) : 0;
	(void)fclose(file);
	return text;
}

/* Parses and seals one record of a corpus file into run->out. */
static inline size_t run_one(struct run *run, const struct format *format,
                             struct json_view record, const char *name)
{
	struct parse_input in = {.record = record};
	size_t first = run->out.n_findings;

	if (format_detect((struct json_view){0}, record) != format)
		fail_msg("%s: a record is not detected as %s", name, format->name);
	if (format->parse(&in, &run->out, &run->err) != 0)
		fail_msg("%s: %s", name, run->err.text);
	/* Now: the next line of NDJSON takes over the document. */
	run_seal(run, first);
	return 1;
}

static inline struct json_view records_of(const struct format *format, struct json_view doc)
{
	char pointer[64];

	for (size_t i = 0; format->record_paths[i] != NULL; i++) {
		struct json_view found;

		(void)snprintf(pointer, sizeof(pointer), "/%s", format->record_paths[i]);
		found = json_view_at(doc, pointer);
		if (json_view_is_array(found))
			return found;
	}
	return doc;
}

static inline size_t run_document(struct run *run, const struct format *format,
                                  const char *name)
{
	struct json_view records = records_of(format, run->record);
	struct json_items it = {0};
	size_t n = 0;

	if (!json_view_is_array(records))
		return run_one(run, format, records, name);
	assert_int_equal(json_view_get_items(records, "", &it, &run->err), 0);
	while (json_items_next(&it))
		n += run_one(run, format, it.value, name);
	return n;
}

/* Parses all records of a corpus file and seals their findings; returns how many. */
static inline size_t run_corpus(struct run *run, const struct format *format,
                                const char *name)
{
	size_t size = 0;
	char *text = read_corpus(name, &size);
	size_t n = 0;

	if (text == NULL) {
		print_message("no corpus at %s: skipped\n", shared_dir());
		run_close(run);
		skip();
	}
	if (json_doc_parse(run->doc, text, size, &run->record, &run->err) == 0) {
		n = run_document(run, format, name);
	} else {
		char *next = text;
		char *line;

		while ((line = strsep(&next, "\n")) != NULL) {
			if (line[0] == '\0')
				continue;
			run_load(run, line, strlen(line));
			n += run_one(run, format, run->record, name);
		}
	}
	free(text);
	return n;
}

#endif
