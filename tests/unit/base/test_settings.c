/* SPDX-License-Identifier: Apache-2.0 */
/* Settings from a file, the defaults and the environment, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/settings.h"

struct sample {
	const char *listen;
	const char *database;
	bool verbose;
	unsigned int workers;
	unsigned int timeout_ms;
	struct secret token;
};

static const struct setting table[] = {
        {"api", "listen", SETTING_TEXT, offsetof(struct sample, listen), "127.0.0.1:8080",
         0, ""},
        {"api", "verbose", SETTING_BOOL, offsetof(struct sample, verbose), "no", 0, ""},
        {"api", "workers", SETTING_COUNT, offsetof(struct sample, workers), "4", 0, ""},
        {"api", "idle-timeout", SETTING_DURATION, offsetof(struct sample, timeout_ms),
         "30s", SETTING_RELOADABLE, ""},
        {"api", "token_file", SETTING_SECRET_FILE, offsetof(struct sample, token), NULL, 0,
         ""},
        {"store", "database", SETTING_TEXT, offsetof(struct sample, database), NULL,
         SETTING_REQUIRED, ""},
};

/* A file in the current folder with the given content; its name. */
static const char *write_file(const char *content, size_t size)
{
	static char name[] = "test_settings.XXXXXX";
	int fd;

	memcpy(name + sizeof(name) - 7, "XXXXXX", 7);
	fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, size), size);
	close(fd);
	return name;
}

static int load(const char *content, struct arena *a, struct sample *s, struct error *err)
{
	const char *path = write_file(content, strlen(content));
	int rc = settings_load(table, N_ELEMENTS(table), path, a, s, err);

	unlink(path);
	return rc;
}

static void test_settings__defaults_alone(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	struct sample s = {0};
	struct error err;

	(void)state;
	assert_int_equal(settings_load(table, N_ELEMENTS(table), NULL, a, &s, &err), 0);
	assert_string_equal(s.listen, "127.0.0.1:8080");
	assert_false(s.verbose);
	assert_int_equal(s.workers, 4);
	assert_int_equal(s.timeout_ms, 30000);
	assert_null(s.database);
	assert_null(s.token.bytes);
}

static void test_settings__file_over_defaults(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	struct sample s = {0};
	struct error err;

	(void)state;
	assert_int_equal(load("# comment\n[api]\nlisten = [::1]:80\nverbose=Yes\n\n"
	                      "workers = 12 ; inline\nidle-timeout=12h\n"
	                      "[store]\ndatabase = host=/run/pg dbname=isobar\n",
	                      a, &s, &err),
	                 0);
	assert_string_equal(s.listen, "[::1]:80");
	assert_true(s.verbose);
	assert_int_equal(s.workers, 12);
	assert_int_equal(s.timeout_ms, 12 * 3600000);
	assert_string_equal(s.database, "host=/run/pg dbname=isobar");
}

static void test_settings__refuses_with_the_line(void **state)
{
	static const struct {
		const char *content, *message; /* the message after the file's name */
	} rows[] = {
	        {"[api]\nlisten = x\nport = 80\n", ":3: unknown key \"port\" in [api]"},
	        {"[apis]\nlisten = x\n", ":2: unknown key \"listen\" in [apis]"},
	        {"listen = x\n", ":1: unknown key \"listen\" in []"},
	        {"[api]\n\n\nworkers = many\n",
	         ":4: [api] workers: not a number from 0 to 4294967295: \"many\""},
	        {"[api]\nworkers = -1\n",
	         ":2: [api] workers: not a number from 0 to 4294967295: \"-1\""},
	        {"[api]\nworkers = 4294967296\n",
	         ":2: [api] workers: not a number from 0 to 4294967295: \"4294967296\""},
	        {"[api]\nworkers =\n",
	         ":2: [api] workers: not a number from 0 to 4294967295: \"\""},
	        {"[api]\nverbose = maybe\n",
	         ":2: [api] verbose: neither true nor false: \"maybe\""},
	        {"[api]\nidle-timeout = 30\n", ":2: [api] idle-timeout: no duration such "
	                                       "as 500ms, 30s, 5m, 12h, 7d: \"30\""},
	        {"[api]\nidle-timeout = 50d\n",
	         ":2: [api] idle-timeout: longer than 49 days: \"50d\""},
	        {"[api]\nworkers = 1\nworkers = 2\n", ":3: [api] workers: set twice"},
	        {"[api]\nworkers = 1\nnonsense\nverbose = maybe\n",
	         ":3: neither [section] nor key = value"},
	        {"[api]\nworkers = 1\nnonsense\n", ":3: neither [section] nor key = value"},
	        {"[api\nworkers = 1\n", ":1: neither [section] nor key = value"},
	        {"[api]\ntoken_file = /nonexistent/token\n",
	         ":2: [api] token_file: /nonexistent/token: No such file or directory"},
	};
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(256);
		struct sample s = {0};
		const char *colon;

		if (load(rows[i].content, a, &s, &err) >= 0)
			fail_msg("%s: taken", rows[i].content);
		colon = strchr(err.text, ':');
		if (!colon || strcmp(colon, rows[i].message) != 0)
			fail_msg("%s: %s", rows[i].content, err.text);
	}
}

static void test_settings__line_too_long_is_refused_whole(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	struct sample s = {0};
	struct error err;
	static const char start[] = "[api]\nlisten = ";
	char content[5000];

	(void)state;
	memset(content, 'x', sizeof(content));
	memcpy(content, start, sizeof(start) - 1);
	memcpy(content + sizeof(content) - 2, "\n", 2);
	assert_int_equal(load(content, a, &s, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, ":2: line longer than 4094 bytes"));
}

static void test_settings__missing_file_is_not_found(void **state)
{
	ARENA_SCOPED a = arena_new(256);
	struct sample s = {0};
	struct error err;

	(void)state;
	assert_int_equal(settings_load(table, N_ELEMENTS(table), "/nonexistent/isobar.ini",
	                               a, &s, &err),
	                 ERR_NOT_FOUND);
	assert_string_equal(err.text, "/nonexistent/isobar.ini: No such file or directory");
}

/* The variables of one test, name and value by turns, NULL-ended. */
static const char *from_list(const char *name, void *ctx)
{
	const char *const *list = ctx;

	for (; list[0]; list += 2)
		if (strcmp(list[0], name) == 0)
			return list[1];
	return NULL;
}

static void test_settings__environment_over_file(void **state)
{
	static const char *variables[] = {"ISOBAR_API_WORKERS",
	                                  "7",
	                                  "ISOBAR_STORE_DATABASE",
	                                  "dbname=x",
	                                  "ISOBAR_API_IDLE_TIMEOUT",
	                                  "250ms",
	                                  "ISOBAR_API_LISTEN",
	                                  "",
	                                  NULL};
	static const char *wrong[] = {"ISOBAR_API_VERBOSE", "2", NULL};
	ARENA_SCOPED a = arena_new(256);
	struct sample s = {0};
	struct error err;

	(void)state;
	assert_int_equal(load("[api]\nworkers = 12\nlisten = here\n", a, &s, &err), 0);
	assert_int_equal(settings_check(table, N_ELEMENTS(table), &s, &err), ERR_INVALID);
	assert_string_equal(err.text, "[store] database is required");
	assert_int_equal(settings_apply_environment(table, N_ELEMENTS(table), from_list,
	                                            variables, a, &s, &err),
	                 0);
	assert_int_equal(s.workers, 7);
	assert_int_equal(s.timeout_ms, 250);
	assert_string_equal(s.database, "dbname=x");
	assert_string_equal(s.listen, "here"); /* an empty variable is not set */
	assert_int_equal(settings_check(table, N_ELEMENTS(table), &s, &err), 0);
	assert_int_equal(settings_apply_environment(table, N_ELEMENTS(table), from_list,
	                                            wrong, a, &s, &err),
	                 ERR_INVALID);
	assert_string_equal(err.text, "ISOBAR_API_VERBOSE: neither true nor false: \"2\"");
}

static void test_settings__secret_loses_its_newline(void **state)
{
	static const struct {
		const char *content, *bytes;
	} rows[] = {
	        {"s3cret\n", "s3cret"},
	        {"s3cret", "s3cret"},
	        {"s3cret\r\n", "s3cret"},
	        {"a\n\n", "a\n"},
	        {"", ""},
	};
	static const char *const names[] = {"ISOBAR_API_TOKEN_FILE", NULL, NULL};
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(256);
		struct sample s = {0};
		const char *path = write_file(rows[i].content, strlen(rows[i].content));
		const char *variables[] = {names[0], path, NULL};
		int k;

		for (k = 0; k < 2; k++) /* the second one replaces the first */
			assert_int_equal(settings_apply_environment(
			                         table, N_ELEMENTS(table), from_list,
			                         variables, a, &s, &err),
			                 0);
		unlink(path);
		assert_string_equal(s.token.bytes, rows[i].bytes);
		assert_int_equal(s.token.size, strlen(rows[i].bytes));
		secret_done(&s.token);
		assert_null(s.token.bytes);
		secret_done(&s.token);
	}
}

static void test_settings__secret_is_bounded(void **state)
{
	static char content[65536 + 1];
	ARENA_SCOPED a = arena_new(256);
	struct sample s = {0};
	struct error err;
	const char *path, *variables[3] = {"ISOBAR_API_TOKEN_FILE", NULL, NULL};

	(void)state;
	memset(content, 'k', sizeof(content));
	path = write_file(content, sizeof(content));
	variables[1] = path;
	assert_int_equal(settings_apply_environment(table, N_ELEMENTS(table), from_list,
	                                            variables, a, &s, &err),
	                 ERR_LIMIT);
	unlink(path);
	assert_null(s.token.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_settings__defaults_alone),
	        cmocka_unit_test(test_settings__file_over_defaults),
	        cmocka_unit_test(test_settings__refuses_with_the_line),
	        cmocka_unit_test(test_settings__line_too_long_is_refused_whole),
	        cmocka_unit_test(test_settings__missing_file_is_not_found),
	        cmocka_unit_test(test_settings__environment_over_file),
	        cmocka_unit_test(test_settings__secret_loses_its_newline),
	        cmocka_unit_test(test_settings__secret_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
