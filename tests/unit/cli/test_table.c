/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for a terminal: widths, cutting, colours, and that no record drives the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "base/timestamp.h"

#include "cli/table.h"

static const struct table_column columns[] = {
        {.head = "n", .right = true},
        {.head = "title", .elastic = true},
        {.head = "end"},
};

/* What table_print() writes for one row of three cells. */
static char *printed(const char *const cells[3], const char *color, bool colored,
                     size_t width)
{
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	for (size_t i = 0; i < N_ELEMENTS(columns); i++)
		table_cell(t, cells[i], i == 1 ? color : NULL);
	table_print(t, to, colored, width);
	fclose(to);
	table_free(t);
	return text;
}

static void check(const char *name, const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		fail_msg("%s: got\n%s\nwanted\n%s", name, got, want);
}

static void test_table__fits_columns_to_their_cells(void **state)
{
	static const struct {
		const char *name;
		const char *cells[3];
		size_t width;
		const char *text;
	} rows[] = {
	        {"heads are the least width",
	         {"1", "a", "b"},
	         80,
	         "n  title  end\n1  a      b\n"},
	        {"numbers stand right",
	         {"123", "ab", "c"},
	         80,
	         "  n  title  end\n123  ab     c\n"},
	        {"no blanks at the end", {"1", "a", ""}, 80, "n  title  end\n1  a\n"},
	        {"characters, not bytes",
	         {"1", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "b"},
	         80,
	         "n  title   end\n1  \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9  "
	         "b\n"},
	        {"the elastic one is cut",
	         {"1", "0123456789abcdefghij", "b"},
	         23,
	         "n  title            end\n1  0123456789abcd\xe2\x80\xa6  b\n"},
	        {"just wide enough is not cut",
	         {"1", "0123456789abcdefghij", "b"},
	         28,
	         "n  title                 end\n1  0123456789abcdefghij  b\n"},
	        {"cut between characters",
	         {"1",
	          "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	          "\xe2\x82\xac"
	          "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	          "\xe2\x82\xac",
	          "b"},
	         20,
	         "n  title         end\n1  "
	         "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	         "\xe2\x82\xac"
	         "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x80\xa6  b\n"},
	        {"never narrower than can be read",
	         {"1", "0123456789abcdefghij", "b"},
	         3,
	         "n  title         end\n1  0123456789a\xe2\x80\xa6  b\n"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char *text = printed(rows[i].cells, NULL, false, rows[i].width);

		check(rows[i].name, text, rows[i].text);
		free(text);
	}
}

static void test_table__colors_only_when_asked(void **state)
{
	const char *const cells[3] = {"1", "red", "b"};
	char *plain = printed(cells, "1;31", false, 80);
	char *colored = printed(cells, "1;31", true, 80);

	(void)state;
	check("plain", plain, "n  title  end\n1  red    b\n");
	check("colored", colored,
	      "\033[1mn\033[0m  \033[1mtitle\033[0m  \033[1mend\033[0m\n"
	      "1  \033[1;31mred\033[0m    b\n");
	free(plain);
	free(colored);
}

static void test_table__shows_no_control_character(void **state)
{
	static const struct {
		const char *name, *text, *plain;
		size_t width;
	} rows[] = {
	        {"text", "plain text", "plain text", 10},
	        {"nothing", "", "", 0},
	        {"escape", "\033[31mred", "?[31mred", 8},
	        {"line ends and tabs", "a\r\n\tb", "a???b", 5},
	        {"delete", "a\177", "a?", 2},
	        {"C1 control sequence introducer",
	         "\xc2\x9b"
	         "31m",
	         "?31m", 4},
	        {"the first that is no control", "\xc2\xa0", "\xc2\xa0", 1},
	        {"right-to-left override",
	         "a\xe2\x80\xae"
	         "b",
	         "a?b", 3},
	        {"isolate", "\xe2\x81\xa6x", "?x", 2},
	        {"broken UTF-8", "\xff\xc3", "??", 2},
	        {"overlong", "\xc0\x9b", "??", 2},
	        {"four bytes", "\xf0\x9f\x94\xa5", "\xf0\x9f\x94\xa5", 1},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct strbuf out = {0};
		const size_t width = table_plain(rows[i].text, &out);

		check(rows[i].name, strbuf_text(&out), rows[i].plain);
		if (width != rows[i].width)
			fail_msg("%s: width %zu, wanted %zu", rows[i].name, width,
			         rows[i].width);
		strbuf_done(&out);
	}
}

static void test_table__cells_are_cleaned(void **state)
{
	const char *const cells[3] = {"1", "\033]0;owned\007", "b"};
	char *text = printed(cells, NULL, false, 80);

	(void)state;
	check("title", text, "n  title       end\n1  ?]0;owned?  b\n");
	free(text);
}

static void test_table__narrows_the_widest_column_first(void **state)
{
	static const struct table_column two[] = {{.head = "a", .elastic = true},
	                                          {.head = "b", .elastic = true}};
	struct table *t = table_new(two, N_ELEMENTS(two));
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	assert_non_null(to);
	table_cell(t, "0123456789012345678901234567890123456789", NULL); /* 40 */
	table_cell(t, "01234567890123456789", NULL);                     /* 20 */
	table_print(t, to, false, 42);
	fclose(to);
	table_free(t);
	check("both fit", text,
	      "a                     b\n"
	      "0123456789012345678\xe2\x80\xa6  01234567890123456789\n");
	free(text);
}

static void test_table__grows_to_many_rows(void **state)
{
	struct table *t = table_new(columns, N_ELEMENTS(columns));
	char *text = NULL;
	size_t size = 0, lines = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	assert_non_null(to);
	for (int i = 0; i < 3000; i++)
		table_cell(t, "x", NULL);
	table_print(t, to, false, 80);
	fclose(to);
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 1001);
	free(text);
	table_free(t);
}

static void test_table_due_words__says_how_long(void **state)
{
	static const struct {
		long long seconds;
		const char *words;
	} rows[] = {
	        {0, "in 0 min"},
	        {59 * 60, "in 59 min"},
	        {3600, "in 1 h"},
	        {46 * 3600 + 1800, "in 46 h"},
	        {72 * 3600 - 1, "in 71 h"},
	        {72 * 3600, "in 3 days"},
	        {13 * 86400 + 3600, "in 13 days"},
	        {-60, "1 min overdue"},
	        {-2 * 3600, "2 h overdue"},
	        {-72 * 3600, "3 days overdue"},
	        {-400LL * 86400, "400 days overdue"},
	};
	const long long now = 1767225600LL * USEC_PER_SEC;
	char buf[32];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		check(rows[i].words,
		      table_due_words(now + rows[i].seconds * USEC_PER_SEC, now, buf),
		      rows[i].words);
	check("none", table_due_words(TIMESTAMP_NONE, now, buf), "");
	check("beyond all times", table_due_words(INT64_MAX, -now, buf), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_table__fits_columns_to_their_cells),
	        cmocka_unit_test(test_table__colors_only_when_asked),
	        cmocka_unit_test(test_table__shows_no_control_character),
	        cmocka_unit_test(test_table__cells_are_cleaned),
	        cmocka_unit_test(test_table__narrows_the_widest_column_first),
	        cmocka_unit_test(test_table__grows_to_many_rows),
	        cmocka_unit_test(test_table_due_words__says_how_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
