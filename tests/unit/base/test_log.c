/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches stderr: levels, one line each, and nothing that a message could forge. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

static int real_stderr;
static int ends[2]; /* of the pipe that stands for stderr */

static int set_up(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	return pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(ends[0]);
	close(ends[1]);
	log_open("isobar", false, LOG_INFO);
	return 0;
}

/* What was written so far; a marker at the end keeps read() from waiting. */
static const char *written(void)
{
	static char text[4096];
	ssize_t n;

	assert_int_equal(write(ends[1], "|", 1), 1);
	n = read(ends[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n - 1] = '\0';
	return text;
}

static void test_log__text_line_has_no_control_characters(void **state)
{
	(void)state;
	log_open("isobar-test", false, LOG_INFO);
	log_info("page %d: \x1b[31m%s", 3, "a\nb");
	assert_string_equal(written(), "isobar-test: page 3:  [31ma b\n");
}

static void test_log__below_the_least_level_is_silent(void **state)
{
	(void)state;
	log_open("isobar-test", false, LOG_WARN);
	log_debug("one");
	log_info("two");
	assert_string_equal(written(), "");
	log_warn("three");
	log_error("four");
	assert_string_equal(written(), "isobar-test: three\nisobar-test: four\n");
}

static void test_log__json_line_cannot_be_forged(void **state)
{
	const char *line, *rest;

	(void)state;
	log_open("isobar-test", true, LOG_DEBUG);
	log_error("%s", "x\"}\n{\"message\":\"forged");
	line = written();
	assert_memory_equal(line, "{\"@timestamp\":\"20", 17);
	rest = strstr(line, "\"log.level\"");
	assert_non_null(rest);
	assert_string_equal(rest,
	                    "\"log.level\":\"error\",\"service.name\":\"isobar-test\","
	                    "\"message\":\"x\\\"}\\n{\\\"message\\\":\\\"forged\","
	                    "\"ecs.version\":\"8.11\"}\n");
}

static void test_log__keeps_errno(void **state)
{
	(void)state;
	log_open("isobar-test", true, LOG_DEBUG);
	errno = ENOSPC;
	log_debug("text");
	assert_int_equal(errno, ENOSPC);
	written();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                test_log__text_line_has_no_control_characters, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(test_log__below_the_least_level_is_silent,
	                                        set_up, tear_down),
	        cmocka_unit_test_setup_teardown(test_log__json_line_cannot_be_forged,
	                                        set_up, tear_down),
	        cmocka_unit_test_setup_teardown(test_log__keeps_errno, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
