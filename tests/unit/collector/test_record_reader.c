/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents and the records that are cut out of them.  Every case runs with
 * several sizes of reads, which must make no difference.
 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "collector/record_reader.h"

static const char *const paths[] = {"Findings",        "value",     "data",
                                    "detail/findings", "data/rows", "Results"};
static const size_t read_sizes[] = {1, 2, 7, 64, 1024 * 1024};

/* A text that is read in pieces of at most step bytes. */
struct memory {
	const char *text;
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

static const char *const header_cells[] = {"QID", NULL};

static struct record_reader *reader_on(struct memory *m, size_t max_record,
                                       size_t max_envelope)
{
	struct record_reader_options options = {.paths = paths,
	                                        .n_paths = N_ELEMENTS(paths),
	                                        .header_cells = header_cells,
	                                        .max_record = max_record,
	                                        .max_envelope = max_envelope};
	struct record_input input = {
	        .read = memory_read, .rewind = memory_rewind, .ctx = m};

	return record_reader_new(&options, &input);
}

static void read_all(struct record_reader *r, struct strbuf *out)
{
	struct record rec;
	struct error err;
	size_t size;
	int rc;

	while ((rc = record_reader_next(r, &rec, &err)) > 0) {
		strbuf_put(out, rec.text, rec.size);
		strbuf_printf(out, "@%llu", (unsigned long long)rec.offset);
		if (rec.problem)
			strbuf_printf(out, " BAD %s", rec.problem);
		strbuf_putc(out, '\n');
	}
	if (rc < 0)
		strbuf_printf(out, "%s: %s\n", error_code_name(err.code), err.text);
	else
		strbuf_printf(out, "%s %s\n", record_shape_name(record_reader_shape(r)),
		              record_reader_envelope(r, &size));
}

struct row {
	const char *name;
	const char *text;
	size_t size; /* 0: strlen(text) */
	const char *expected;
};

#define BINARY(s) s, sizeof(s) - 1

static const struct row documents[] = {
        {"empty", "", 0, "invalid: empty file\n"},
        {"blank", " \r\n\t", 0, "invalid: empty file\n"},
        {"mark only", "\xef\xbb\xbf", 0, "invalid: empty file\n"},
        {"utf-16", BINARY("\xff\xfe{\0}\0"),
         "invalid: byte order mark of UTF-16 or UTF-32 at offset 0: only UTF-8 is read\n"},
        {"utf-16 without mark", BINARY("{\0}\0"),
         "invalid: NUL byte at offset 1 (UTF-16 or UTF-32 text?)\n"},
        {"NUL behind a record", BINARY("[{},{\"a\":\0}]"),
         "{}@1\ninvalid: NUL byte at offset 9\n"},
        {"NUL in a line", BINARY("{}\n{\"a\":\"\0\"}"),
         "{}@0\ninvalid: NUL byte at offset 9\n"},
        {"html", "<!DOCTYPE html>", 0,
         "invalid: HTML or XML, not a findings document, at offset 0\n"},
        {"null", "null\n", 0, "invalid: no findings document: the file is null\n"},
        {"prose", "Service Unavailable\n", 0,
         "invalid: neither JSON nor delimited text with a header\n"},
        {"binary", "\x01\x02,\x03\n", 0,
         "invalid: neither JSON nor delimited text with a header\n"},
        {"a script", "scoutsuite_results =\n{\"a\":1}\n", 0, "{\"a\":1}@21\nsingle \n"},
        {"another script", "scoutsuite_result = {}", 0,
         "invalid: neither JSON nor delimited text with a header\n"},
        {"a script of nothing", "scoutsuite_results {}", 0,
         "invalid: expected '=' at offset 19\n"},
        {"a cut script", "scoutsuite_results =", 0,
         "invalid: truncated: the text ends at offset 20 inside a value\n"},
        {"rows before the header", "\"Report\",\"x\"\n\"a\"\n\"b\",\"QID\"\r\n1,2\n", 0,
         "{\"b\":\"1\",\"QID\":\"2\"}@28\ncsv \n"},
        {"no such header", "a,b\n1,QI\n", 0, "{\"a\":\"1\",\"b\":\"QI\"}@4\ncsv \n"},
        {"such a header first", "QID,b\n1,QID\n", 0,
         "{\"QID\":\"1\",\"b\":\"QID\"}@6\ncsv \n"},

        {"not JSON", "{this is not}", 0, "invalid: expected a member's name at offset 1\n"},

        {"bare array", "\xef\xbb\xbf [ {\"a\":1} ,\n{\"b\":[1,{}]}]\n", 0,
         "{\"a\":1}@6\n{\"b\":[1,{}]}@16\nbare array \n"},
        {"empty array", "[]", 0, "bare array \n"},
        {"scalars in an array", "[\"a]\\\"\",{},1.5e3,null,[{}]]", 0,
         "\"a]\\\"\"@1 BAD the element is not an object\n{}@8\n"
         "1.5e3@11 BAD the element is not an object\nnull@17 BAD the element is not an "
         "object\n"
         "[{}]@22 BAD the element is an array, not an object\nbare array \n"},
        {"missing comma", "[{} {}]", 0, "{}@1\ninvalid: expected ',' or ']' at offset 4\n"},
        {"comma at the end", "[{},]", 0,
         "{}@1\ninvalid: unexpected character at offset 4\n"},
        {"comma at the start", "[,{}]", 0, "invalid: unexpected character at offset 1\n"},
        {"bad scalar", "[tr\"ue]", 0, "invalid: unexpected character at offset 3\n"},
        {"open array", "[{}", 0,
         "{}@1\ninvalid: truncated: the text ends at offset 3 inside a value\n"},
        {"open record", "[{\"a\":[1,2}", 0, "invalid: mismatched bracket at offset 10\n"},
        {"cut record", "[{\"a\":[1,2", 0,
         "invalid: truncated: the text ends at offset 10 inside a value\n"},
        {"cut text", "[{\"a\":\"b\\\"}]", 0,
         "invalid: truncated: the text ends at offset 12 inside a value\n"},
        {"text behind", "[{}] x", 0,
         "{}@1\ninvalid: unexpected text behind the document at offset 5\n"},
        {"array behind array", "[{}]\n[{}]", 0,
         "{}@1\ninvalid: unexpected text behind the document at offset 5\n"},
        {"wrong end", "[{}}", 0, "{}@1\ninvalid: expected ',' or ']' at offset 3\n"},

        {"member", "{\"a\":1,\"Findings\":[{\"x\":\"}\"},{}],\"b\":[2]}", 0,
         "{\"x\":\"}\"}@19\n{}@29\narray member {\"a\":1,\"Findings\":[],\"b\":[2]}\n"},
        {"empty member", "{\"value\": [ ] }", 0, "array member {\"value\": [] }\n"},
        {"nested member",
         "{\"id\":\"]\",\"detail\":{\"n\":null,\"findings\":[{}]},\"z\":{}}", 0,
         "{}@41\narray member "
         "{\"id\":\"]\",\"detail\":{\"n\":null,\"findings\":[]},\"z\":{}}\n"},
        {"rows", "{\"data\":{\"columns\":[1],\"rows\":[[1,[2]],[3]]}}", 0,
         "[1,[2]]@31\n[3]@39\narray member {\"data\":{\"columns\":[1],\"rows\":[]}}\n"},
        {"data as array", "{\"data\":[{}],\"value\":[3]}", 0,
         "{}@9\narray member {\"data\":[],\"value\":[3]}\n"},
        {"path not at the root", "{\"x\":{\"Findings\":[{}]}}", 0,
         "{\"x\":{\"Findings\":[{}]}}@0\nsingle \n"},
        {"null member, then array", "{\"value\":null,\"Findings\":[{}]}", 0,
         "{}@26\narray member {\"value\":null,\"Findings\":[]}\n"},
        {"prefix of a path", "{\"Find\":[1],\"Findingsx\":[2]}", 0,
         "{\"Find\":[1],\"Findingsx\":[2]}@0\nsingle \n"},
        {"cut behind the list", "{\"Findings\":[{}]", 0,
         "{}@13\ninvalid: truncated: the text ends at offset 16 inside a value\n"},
        {"missing comma between members", "{\"a\":1 \"Findings\":[]}", 0,
         "invalid: expected ',' or '}' at offset 7\n"},
        {"no colon", "{\"a\" 1}", 0, "invalid: expected ':' at offset 5\n"},
        {"comma before the end", "{\"a\":1,}", 0,
         "invalid: expected a member's name at offset 7\n"},
        {"text behind the root", "{\"value\":[{}]}]", 0,
         "{}@10\ninvalid: unexpected text behind the document at offset 14\n"},
        {"pages", "{\"n\":1,\"value\":[{}]}\n{\"n\":2,\"value\":[{}]}\n", 0,
         "{}@16\n{}@37\narray member {\"n\":2,\"value\":[]}\n"},

        {"single", " {\"a\":{\"b\":[\"\\\\\"]}}\n\n", 0,
         "{\"a\":{\"b\":[\"\\\\\"]}}@1\nsingle \n"},
        {"empty object", "{}", 0, "{}@0\nsingle \n"},
        {"text behind a single", "{} {}", 0,
         "invalid: unexpected text behind the document at offset 3\n"},
        {"values", "{\n\"a\":1}\n{\"b\":\n[]} {}", 0,
         "{\n\"a\":1}@0\n{\"b\":\n[]}@9\n{}@19\nlines \n"},
        {"text behind values", "{\n}\nx", 0,
         "invalid: unexpected text behind the document at offset 4\n"},

        {"lines", "{\"a\":1}\r\n\n{\"b\":\"}\"} \n  {\"c\":{}}", 0,
         "{\"a\":1}@0\n{\"b\":\"}\"}@10\n{\"c\":{}}@23\nlines \n"},
        {"bad lines", "{\"a\":1}\nx y\n{\"b\":\n{\"c\":[}\n{}{}\n{\"d\":1}\n", 0,
         "{\"a\":1}@0\nx y@8 BAD the line is not an object\n"
         "{\"b\":@12 BAD the line ends inside a value\n"
         "{\"c\":[}@18 BAD the line has a mismatched bracket\n"
         "{}{}@26 BAD the line has text behind its value\n{\"d\":1}@31\nlines \n"},
        {"cut last line", "{\"a\":1}\n{\"b\":\"x", 0,
         "{\"a\":1}@0\ninvalid: truncated: the text ends at offset 15 inside a value\n"},
        {"a path does not open lines", "{}\n{\"value\":[{}]}", 0,
         "{}@0\n{\"value\":[{}]}@3\nlines \n"},

        {"csv", "a,\"b \"\"q\"\"\",,a\r\n1,\"x,\ny\",\"\",z\n\n2,3\n4,5,6,7", 0,
         "{\"a\":\"1\",\"b \\\"q\\\"\":\"x,\\ny\",\"column_3\":\"\",\"a_2\":\"z\"}@16\n"
         "2,3\n@31 BAD line 5: 2 cells, but the header has 4\n"
         "{\"a\":\"4\",\"b \\\"q\\\"\":\"5\",\"column_3\":\"6\",\"a_2\":\"7\"}@35\ncsv \n"},
        {"csv with a mark and semicolons", "\xef\xbb\xbf\"A,1\";B\n\"x\";y\\z\"\t\n", 0,
         "{\"A,1\":\"x\",\"B\":\"y\\\\z\\\"\\u0009\"}@11\ncsv \n"},
        {"blank rows", "A,B\n,\n\r\n1,\n,,\n", 0, "{\"A\":\"1\",\"B\":\"\"}@8\ncsv \n"},
        {"header only", "A\tB\n", 0, "csv \n"},
        {"open quote", "A,B\n1,\"x\n2,3\n", 0,
         "invalid: truncated: the quote of the row in line 2 is still open at the end\n"},
        {"quote at the very end", "A|B\n1|\"x\"", 0, "{\"A\":\"1\",\"B\":\"x\"}@4\ncsv \n"},
        {"text behind a quote", "A,B\n\"x\"y,\"z\"", 0,
         "{\"A\":\"xy\",\"B\":\"z\"}@4\ncsv \n"},
        {"header not UTF-8", "A,\xe4\n", 0,
         "invalid: the header is not UTF-8 at offset 2\n"},
};

static bool check(const struct row *row, size_t max_record, size_t max_envelope)
{
	size_t size = row->size ? row->size : strlen(row->text);

	bool good = true;

	for (size_t i = 0; i < N_ELEMENTS(read_sizes) && good; i++) {
		/* A copy of its exact size, so that the sanitizer sees every overrun. */
		char *copy = memcpy(xmalloc(size + 1), row->text, size);
		struct memory m = {copy, size, 0, read_sizes[i]};
		struct record_reader *r = reader_on(&m, max_record, max_envelope);
		struct strbuf out = {0};

		read_all(r, &out);
		good = strcmp(strbuf_text(&out), row->expected) == 0;
		if (!good)
			print_error("%s, reads of %zu:\n%s--- expected:\n%s", row->name,
			            read_sizes[i], strbuf_text(&out), row->expected);
		strbuf_done(&out);
		record_reader_free(r);
		free(copy);
	}
	return good;
}

static void test_record_reader__cuts_documents(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(documents); i++)
		bad += !check(&documents[i], 0, 0);
	assert_int_equal(bad, 0);
}

/* Records of at most 16 bytes, envelopes of at most 24. */
static const struct row limits[] = {
        {"record of many", "[{},{\"a\":\"0123456789\"},{\"b\":1}]", 0,
         "{}@1\n{\"a\":\"0123456789@4 BAD the record is larger than 16 "
         "bytes\n{\"b\":1}@23\n"
         "bare array \n"},
        {"record just small enough", "[{\"a\":\"01234567\"}]", 0,
         "{\"a\":\"01234567\"}@1\nbare array \n"},
        {"line", "{}\n{\"a\":\"0123456789\"}\n{}", 0,
         "{}@0\n{\"a\":\"0123456789@3 BAD the record is larger than 16 bytes\n{}@22\nlines "
         "\n"},
        {"single", "{\"a\":\"0123456789\"}", 0,
         "limit: document without a list of records at offset 0 is larger than 16 bytes\n"},
        {"tail of the envelope", "{\"value\":[],\"aaaa\":\"bbbb\"}", 0,
         "limit: envelope at offset 10 is larger than 14 bytes\n"},
        {"csv", "a,b\n1,\"45678901234567\n\"\n", 0,
         "limit: row (or text behind an open quote) at offset 4 is larger than 16 bytes\n"},
};

static void test_record_reader__bounds_what_it_keeps(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(limits); i++)
		bad += !check(&limits[i], 16, 24);
	assert_int_equal(bad, 0);
}

static void test_record_reader__closes_the_envelope_so_far(void **state)
{
	static const char text[] = "{\"a\":1,\"detail\":{\"findings\":[{},{}]},\"b\":2}";
	struct memory m = {text, sizeof(text) - 1, 0, 3};
	struct record_reader *r = reader_on(&m, 0, 0);
	struct record rec;
	struct error err;
	size_t size;

	(void)state;
	assert_int_equal(record_reader_next(r, &rec, &err), 1);
	assert_string_equal(record_reader_envelope(r, &size),
	                    "{\"a\":1,\"detail\":{\"findings\":[]}}");
	assert_int_equal(size, strlen("{\"a\":1,\"detail\":{\"findings\":[]}}"));
	record_reader_free(r);
}

static void test_record_reader__reads_the_whole_envelope_first(void **state)
{
	static const char text[] = "{\"a\":1,\"Results\":[{\"n\":0},{\"n\":1}],\"b\":2}";
	static const char whole[] = "{\"a\":1,\"Results\":[],\"b\":2}";
	struct memory m = {text, sizeof(text) - 1, 0, 5};
	struct record_reader *r = reader_on(&m, 0, 0);
	struct record rec;
	struct error err;
	size_t size;

	(void)state;
	/* Also after a look at the first record. */
	assert_int_equal(record_reader_next(r, &rec, &err), 1);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(record_reader_read_envelope(r, &err), 0);
		assert_string_equal(record_reader_envelope(r, &size), whole);
		assert_int_equal(record_reader_next(r, &rec, &err), 1);
		assert_int_equal(rec.ordinal, 0);
		assert_int_equal(rec.offset, 18);
		assert_string_equal(record_reader_envelope(r, &size), whole);
		assert_int_equal(record_reader_next(r, &rec, &err), 1);
		assert_int_equal(rec.ordinal, 1);
		assert_int_equal(record_reader_next(r, &rec, &err), 0);
		assert_string_equal(record_reader_envelope(r, &size), whole);
	}
	record_reader_free(r);
}

static void test_record_reader__refuses_an_envelope_of_several(void **state)
{
	static const char pages[] = "{\"value\":[{}]}\n{\"value\":[{}]}";
	static const char cut[] = "{\"value\":[{}],";
	struct memory m = {pages, sizeof(pages) - 1, 0, 100};
	struct record_reader *r = reader_on(&m, 0, 0);
	struct error err;

	(void)state;
	assert_int_equal(record_reader_read_envelope(r, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "2 documents"));
	record_reader_free(r);
	m = (struct memory){cut, sizeof(cut) - 1, 0, 100};
	r = reader_on(&m, 0, 0);
	assert_int_equal(record_reader_read_envelope(r, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "truncated"));
	record_reader_free(r);
}

static void test_record_reader__counts_deep_brackets(void **state)
{
	enum {
		DEPTH = 100000
	};
	struct strbuf text = {0}, out = {0}, expected = {0};
	struct memory m;
	struct record_reader *r;

	(void)state;
	strbuf_puts(&expected, "{\"a\":");
	for (int i = 0; i < DEPTH; i++)
		strbuf_putc(&expected, '[');
	for (int i = 0; i < DEPTH; i++)
		strbuf_putc(&expected, ']');
	strbuf_putc(&expected, '}');
	strbuf_printf(&text, "[%s,{}]", expected.data);
	strbuf_printf(&expected, "@1\n{}@%zu\nbare array \n", text.size - 3);
	m = (struct memory){text.data, text.size, 0, 4096};
	r = reader_on(&m, 0, 0);
	read_all(r, &out);
	assert_string_equal(out.data, expected.data);
	record_reader_free(r);
	strbuf_done(&text);
	strbuf_done(&out);
	strbuf_done(&expected);
}

static ssize_t broken_read(void *ctx, void *buf, size_t size)
{
	(void)ctx;
	(void)buf;
	(void)size;
	return -1;
}

static void test_record_reader__reports_a_failed_read(void **state)
{
	struct record_reader_options options = {.paths = paths, .n_paths = 1};
	struct record_input input = {.read = broken_read};
	struct record_reader *r = record_reader_new(&options, &input);
	struct record rec;
	struct error err;

	(void)state;
	assert_int_equal(record_reader_next(r, &rec, &err), ERR_INTERNAL);
	assert_int_equal(record_reader_read_envelope(r, &err), ERR_INTERNAL);
	record_reader_free(r);
}

/* Random documents. */

static uint64_t random_state;

static unsigned int pick(unsigned int below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned int)(random_state >> 33) % below;
}

static void put_blanks(struct strbuf *b)
{
	while (pick(4) == 0)
		strbuf_putc(b, " \n\t\r"[pick(4)]);
}

static void put_text(struct strbuf *b)
{
	static const char *const pieces[] = {
	        "a",        "\\\"",
	        "\\\\",     "{",
	        "}",        "[",
	        "]",        ",",
	        ":",        "\\n",
	        "\\u00e9",  "\xc3\xa9",
	        "\\\\\\\\", "0123456789012345678901234567890123456789"};

	strbuf_putc(b, '"');
	for (unsigned int n = pick(6); n > 0; n--)
		strbuf_puts(b, pieces[pick(N_ELEMENTS(pieces))]);
	strbuf_putc(b, '"');
}

static void put_value(struct strbuf *b, unsigned int depth)
{
	unsigned int kind = pick(depth > 5 ? 3 : 5);
	unsigned int n = pick(5);

	if (kind == 0)
		put_text(b);
	else if (kind == 1)
		strbuf_printf(b, "%d", (int)pick(100000) - 50000);
	else if (kind == 2)
		strbuf_puts(b, pick(2) ? "true" : "null");
	if (kind < 3)
		return;
	strbuf_putc(b, kind == 3 ? '{' : '[');
	for (unsigned int i = 0; i < n; i++) {
		strbuf_puts(b, i ? "," : "");
		put_blanks(b);
		if (kind == 3)
			strbuf_printf(b, "\"k%u\" :", i);
		put_value(b, depth + 1);
		put_blanks(b);
	}
	strbuf_putc(b, kind == 3 ? '}' : ']');
}

static void put_document(struct strbuf *b)
{
	unsigned int n = pick(8);

	strbuf_puts(b, "{\"head\":");
	put_value(b, 2);
	strbuf_puts(b, ",\"Findings\":[");
	for (unsigned int i = 0; i < n; i++) {
		strbuf_puts(b, i ? "," : "");
		put_blanks(b);
		put_value(b, 0);
		put_blanks(b);
	}
	strbuf_puts(b, "],\"tail\":");
	put_value(b, 2);
	strbuf_putc(b, '}');
}

/* Each record, and then the envelope, as jansson reads the whole. */
static void check_against_jansson(const struct strbuf *text, uint64_t seed)
{
	json_t *root = json_loadb(text->data, text->size, 0, NULL);
	json_t *list = json_object_get(root, "Findings"), *part;
	struct memory m = {text->data, text->size, 0, 1 + pick(200)};
	struct record_reader *r = reader_on(&m, 0, 0);
	struct record rec;
	struct error err;
	size_t n = 0, size;
	const char *envelope;
	int rc;

	assert_non_null(root);
	while ((rc = record_reader_next(r, &rec, &err)) > 0) {
		part = json_loadb(rec.text, rec.size, JSON_DECODE_ANY, NULL);
		if (!part || !json_equal(part, json_array_get(list, n)))
			fail_msg("seed %llu, record %zu", (unsigned long long)seed, n);
		if (json_is_object(part) != !rec.problem)
			fail_msg("seed %llu, problem of %zu", (unsigned long long)seed, n);
		json_decref(part);
		n++;
	}
	if (rc < 0 || n != json_array_size(list))
		fail_msg("seed %llu: %zu records, %s", (unsigned long long)seed, n,
		         rc < 0 ? err.text : "");
	json_array_clear(list);
	envelope = record_reader_envelope(r, &size);
	part = json_loadb(envelope, size, 0, NULL);
	if (!part || !json_equal(part, root))
		fail_msg("seed %llu, envelope", (unsigned long long)seed);
	json_decref(part);
	json_decref(root);
	record_reader_free(r);
}

static void test_record_reader__agrees_with_jansson(void **state)
{
	const char *given = getenv("ISOBAR_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 20260102;

	(void)state;
	print_message("seed %llu (ISOBAR_TEST_SEED)\n", (unsigned long long)seed);
	random_state = seed * 2654435761U + 1;
	for (int i = 0; i < 1500; i++) {
		struct strbuf text = {0};

		put_document(&text);
		check_against_jansson(&text, seed);
		strbuf_done(&text);
	}
}

/* Any cut of a document is an error, never an end. */
static void test_record_reader__never_ends_early(void **state)
{
	static const char text[] =
	        "{\"a\":[1,{\"b\":\"c\\\"\"}],\"Findings\":[{\"x\":[\"}\"]},{}],\"z\":0}";

	(void)state;
	for (size_t size = 1; size < sizeof(text) - 1; size++) {
		struct memory m = {text, size, 0, 9};
		struct record_reader *r = reader_on(&m, 0, 0);
		struct strbuf out = {0};

		read_all(r, &out);
		if (!strstr(strbuf_text(&out), "truncated: the text ends at"))
			fail_msg("cut at %zu: %s", size, strbuf_text(&out));
		strbuf_done(&out);
		record_reader_free(r);
	}
}

/* Memory. */

enum {
	STREAM_MB = 300
};

/* A document of STREAM_MB that is never in memory as a whole. */
static ssize_t stream_read(void *ctx, void *buf, size_t size)
{
	static const char record[] =
	        "{\"Id\":\"0123456789\",\"Text\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	        "aaaaaaaaaaaaaaaaaaaaaaa\"},";
	static const char head[] = "{\"Findings\":[", tail[] = "{}]}";
	struct memory *m = ctx;

	if (m->text == NULL)
		*m = (struct memory){head, sizeof(head) - 1, 0, 0};
	if (m->at == m->size) {
		if (m->text == tail)
			return 0;
		m->text = m->step > (size_t)STREAM_MB * 1000000 ? tail : record;
		m->size = strlen(m->text);
		m->at = 0;
	}
	size = m->size - m->at < size ? m->size - m->at : size;
	memcpy(buf, m->text + m->at, size);
	m->at += size;
	m->step += size; /* here: bytes so far */
	return (ssize_t)size;
}

static size_t resident_bytes(void)
{
	unsigned long total, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu %lu", &total, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static void test_record_reader__needs_little_memory(void **state)
{
	struct record_reader_options options = {.paths = paths,
	                                        .n_paths = N_ELEMENTS(paths)};
	struct memory m = {0};
	struct record_input input = {.read = stream_read, .ctx = &m};
	size_t before = resident_bytes();
	struct record_reader *r = record_reader_new(&options, &input);
	struct record rec;
	struct error err;
	uint64_t n = 0;
	int rc;

	(void)state;
	while ((rc = record_reader_next(r, &rec, &err)) > 0)
		n++;
	assert_int_equal(rc, 0);
	assert_true(n > 1000000);
	assert_in_range(resident_bytes(), 0, before + (size_t)32 * 1024 * 1024);
	record_reader_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_record_reader__cuts_documents),
	        cmocka_unit_test(test_record_reader__bounds_what_it_keeps),
	        cmocka_unit_test(test_record_reader__closes_the_envelope_so_far),
	        cmocka_unit_test(test_record_reader__reads_the_whole_envelope_first),
	        cmocka_unit_test(test_record_reader__refuses_an_envelope_of_several),
	        cmocka_unit_test(test_record_reader__counts_deep_brackets),
	        cmocka_unit_test(test_record_reader__reports_a_failed_read),
	        cmocka_unit_test(test_record_reader__agrees_with_jansson),
	        cmocka_unit_test(test_record_reader__never_ends_early),
	        cmocka_unit_test(test_record_reader__needs_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
