/* SPDX-License-Identifier: Apache-2.0 */
/* The growing string, its JSON escapes, and UTF-8 by RFC 3629. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"

static void test_strbuf__is_text_from_the_start(void **state)
{
	struct strbuf b = {0};

	(void)state;
	assert_string_equal(strbuf_text(&b), "");
	strbuf_reset(&b);
	strbuf_puts(&b, "");
	assert_string_equal(strbuf_text(&b), "");
	strbuf_putc(&b, 'a');
	strbuf_put(&b, "bc", 2);
	strbuf_printf(&b, "%d", 12);
	assert_string_equal(strbuf_text(&b), "abc12");
	assert_int_equal(b.size, 5);
	strbuf_reset(&b);
	assert_string_equal(strbuf_text(&b), "");
	strbuf_done(&b);
	assert_null(b.data);
}

static void test_strbuf__grows_at_every_size(void **state)
{
	struct strbuf b = {0}, c = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		strbuf_putc(&b, (char)('a' + i % 26));
		strbuf_printf(&c, "%c", (char)('a' + i % 26));
		assert_int_equal(b.data[b.size], '\0');
	}
	assert_int_equal(b.size, 5000);
	assert_string_equal(strbuf_text(&b), strbuf_text(&c));
	strbuf_reset(&c);
	strbuf_printf(&c, "%s", strbuf_text(&b));
	assert_string_equal(strbuf_text(&b), strbuf_text(&c));
	strbuf_done(&b);
	strbuf_done(&c);
}

static void test_strbuf__reserve_gives_what_was_asked(void **state)
{
	struct strbuf b = {0};
	size_t n;

	(void)state;
	for (n = 0; n < 300; n++) {
		memset(strbuf_reserve(&b, n), 'x', n);
		assert_true(b.room > b.size + n);
		strbuf_puts(&b, "yyy");
	}
	strbuf_done(&b);
}

static void test_strbuf__json_strings(void **state)
{
	static const struct {
		const char *name, *text, *json;
	} rows[] = {
	        {"null", NULL, "null"},
	        {"empty", "", "\"\""},
	        {"plain", "abc", "\"abc\""},
	        {"quotes", "a\"b\\c/", "\"a\\\"b\\\\c/\""},
	        {"short escapes", "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	        {"controls", "\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
	        {"utf-8", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	         "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
	        {"stray byte",
	         "a\xff"
	         "b",
	         "\"a\xef\xbf\xbd"
	         "b\""},
	        {"cut character", "a\xe2\x82", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
	        {"surrogate", "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	struct strbuf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		strbuf_reset(&b);
		strbuf_put_json(&b, rows[i].text);
		if (strcmp(strbuf_text(&b), rows[i].json) != 0)
			fail_msg("%s: %s", rows[i].name, strbuf_text(&b));
	}
	strbuf_done(&b);
}

static void test_utf8__valid_size_ends_at_the_first_fault(void **state)
{
	static const struct {
		const char *name, *text;
		size_t valid;
	} rows[] = {
	        {"ascii", "abc", 3},
	        {"two bytes", "\xc2\x80", 2},
	        {"overlong two", "\xc1\xbf", 0},
	        {"three bytes", "\xe0\xa0\x80", 3},
	        {"overlong three", "\xe0\x9f\xbf", 0},
	        {"last before surrogates", "\xed\x9f\xbf", 3},
	        {"surrogate", "a\xed\xa0\x80", 1},
	        {"four bytes", "\xf0\x90\x80\x80", 4},
	        {"overlong four", "\xf0\x8f\xbf\xbf", 0},
	        {"last of all", "\xf4\x8f\xbf\xbf", 4},
	        {"beyond", "ab\xf4\x90\x80\x80", 2},
	        {"no such lead", "\xf5\x80\x80\x80", 0},
	        {"continuation alone", "abc\x80", 3},
	        {"cut", "abc\xe2\x82", 3},
	        {"second half wrong", "\xe2\x28\xa1", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		size_t valid = utf8_valid_size(rows[i].text, strlen(rows[i].text));

		if (valid != rows[i].valid)
			fail_msg("%s: %zu", rows[i].name, valid);
	}
	assert_int_equal(utf8_valid_size("a\0b", 3), 3);
}

/* Texts are looked at in eights: each byte at each place among plain ones. */
static void test_strbuf__json_escapes_at_any_place(void **state)
{
	(void)state;
	for (size_t size = 1; size <= 26; size++)
		for (size_t at = 0; at < size; at++)
			for (int c = 1; c < 256; c++) {
				struct strbuf b = {0}, wanted = {0};
				char text[32];

				memset(text, 'x', size);
				text[size] = '\0';
				text[at] = (char)c;
				strbuf_putc(&wanted, '"');
				for (size_t i = 0; i < size; i++) {
					const unsigned char one = (unsigned char)text[i];

					if (one == '"' || one == '\\')
						strbuf_printf(&wanted, "\\%c", one);
					else if (one == '\n')
						strbuf_puts(&wanted, "\\n");
					else if (one == '\t')
						strbuf_puts(&wanted, "\\t");
					else if (one == '\r')
						strbuf_puts(&wanted, "\\r");
					else if (one == '\b')
						strbuf_puts(&wanted, "\\b");
					else if (one == '\f')
						strbuf_puts(&wanted, "\\f");
					else if (one < ' ')
						strbuf_printf(&wanted, "\\u%04x", one);
					else if (one >= 0x80)
						strbuf_puts(&wanted, "\xef\xbf\xbd");
					else
						strbuf_putc(&wanted, (char)one);
				}
				strbuf_putc(&wanted, '"');
				strbuf_put_json(&b, text);
				assert_string_equal(strbuf_text(&b), strbuf_text(&wanted));
				strbuf_done(&b);
				strbuf_done(&wanted);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_strbuf__is_text_from_the_start),
	        cmocka_unit_test(test_strbuf__grows_at_every_size),
	        cmocka_unit_test(test_strbuf__reserve_gives_what_was_asked),
	        cmocka_unit_test(test_strbuf__json_strings),
	        cmocka_unit_test(test_strbuf__json_escapes_at_any_place),
	        cmocka_unit_test(test_utf8__valid_size_ends_at_the_first_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
