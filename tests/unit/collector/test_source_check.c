/* SPDX-License-Identifier: Apache-2.0 */
/* What operators state of sources, against a connector of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/source_check.h"

static const struct source_setting settings[] = {
        {"tenant", SOURCE_REQUIRED, NULL, "id of the tenant"},
        {"client-secret", SOURCE_REQUIRED | SOURCE_SECRET, NULL, "of the application"},
        {"subscriptions", SOURCE_LIST, NULL, "only these"},
        {"endpoint", SOURCE_URL, NULL, "instead of the provider's"},
        {NULL, 0, NULL, NULL},
};

static const struct connector weather = {.name = "weather", .settings = settings};
static const struct connector tides = {.name = "tides", .settings = settings};
static const struct connector *const known[] = {&weather, &tides};

static const struct source_setting *setting(const char *key)
{
	const struct source_setting *s;
	struct error err;

	if (source_check_key(&weather, key, &s, &err) < 0)
		fail_msg("%s", err.text);
	return s;
}

static void test_source_check_name__takes_plain_names(void **state)
{
	char most[SOURCE_NAME_MAX + 2];
	const struct {
		const char *name;
		bool valid;
	} rows[] = {
	        {"a", true},    {"Azure.prod_1-eu", true},
	        {"1", true},    {"", false},
	        {"-a", false},  {".a", false},
	        {"a b", false}, {"a/b", false},
	        {"a\n", false}, {"\xc3\xa9", false},
	        {most, false},
	};
	struct error err;

	(void)state;
	memset(most, 'a', SOURCE_NAME_MAX + 1);
	most[SOURCE_NAME_MAX + 1] = '\0';
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if ((source_check_name(rows[i].name, &err) == 0) != rows[i].valid)
			fail_msg("\"%s\"", rows[i].name);
	most[SOURCE_NAME_MAX] = '\0';
	assert_int_equal(source_check_name(most, &err), 0);
}

static void test_source_check_connector__names_the_nearest(void **state)
{
	const struct connector *found = NULL;
	struct error err;

	(void)state;
	assert_int_equal(source_check_connector("tides", known, 2, &found, &err), 0);
	assert_ptr_equal(found, &tides);
	assert_int_equal(source_check_connector("wether", known, 2, &found, &err),
	                 ERR_INVALID);
	assert_string_equal(err.text, "unknown connector \"wether\", did you mean "
	                              "\"weather\"? known: weather, tides");
	assert_int_equal(source_check_connector("x", known, 2, &found, &err), ERR_INVALID);
	assert_string_equal(err.text, "unknown connector \"x\"; known: weather, tides");
	assert_int_equal(source_check_connector("x", NULL, 0, &found, &err), ERR_INVALID);
	assert_string_equal(err.text, "unknown connector \"x\"; known: none");
}

static void test_source_check_key__names_the_nearest(void **state)
{
	const struct source_setting *found = NULL;
	struct error err;

	(void)state;
	assert_string_equal(setting("endpoint")->key, "endpoint");
	assert_int_equal(source_check_key(&weather, "tenat", &found, &err), ERR_INVALID);
	assert_string_equal(
	        err.text, "unknown setting of weather \"tenat\", did you mean \"tenant\"? "
	                  "known: tenant, client-secret, subscriptions, endpoint");
	assert_int_equal(source_check_key(&weather, "", &found, &err), ERR_INVALID);
}

static void test_source_check_value__by_what_the_setting_is(void **state)
{
	static const struct {
		const char *key, *value, *fault; /* fault NULL: fine */
	} rows[] = {
	        {"tenant", "11111111-2222", NULL},
	        {"tenant", "a,,b", NULL},
	        {"tenant", "", "tenant: the value is empty"},
	        {"tenant", "a\tb", "tenant: the value holds a control character"},
	        {"tenant", "\xff", "tenant: the value is no UTF-8"},
	        {"subscriptions", "a", NULL},
	        {"subscriptions", "a, b ,c", NULL},
	        {"subscriptions", "a,,b", "subscriptions: an element of the list is empty"},
	        {"subscriptions", "a, ", "subscriptions: an element of the list is empty"},
	        {"subscriptions", ",a", "subscriptions: an element of the list is empty"},
	        {"endpoint", "https://management.example", NULL},
	        {"endpoint", "http://127.0.0.1:8099", NULL},
	        {"endpoint", "http://management.example", "endpoint: "},
	        {"endpoint", "https://me:word@management.example", "endpoint: "},
	        {"endpoint", "management.example", "endpoint: "},
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const int rc =
		        source_check_value(setting(rows[i].key), rows[i].value, &err);

		if ((rc == 0) != !rows[i].fault)
			fail_msg("%s=%s", rows[i].key, rows[i].value);
		if (rc < 0 && strncmp(err.text, rows[i].fault, strlen(rows[i].fault)) != 0)
			fail_msg("%s=%s: %s", rows[i].key, rows[i].value, err.text);
	}
}

static void test_source_check_secret__says_nothing_of_it(void **state)
{
	const struct source_setting *s = setting("client-secret");
	char *most = calloc(1, (64 << 10) + 1);
	struct error err;

	(void)state;
	memset(most, 'q', (64 << 10) + 1);
	assert_int_equal(source_check_secret(s, "qqq\nqqq", 7, &err), 0);
	assert_int_equal(source_check_secret(s, most, 64 << 10, &err), 0);
	assert_int_equal(source_check_secret(s, most, (64 << 10) + 1, &err), ERR_INVALID);
	assert_null(strstr(err.text, "qq"));
	assert_int_equal(source_check_secret(s, "", 0, &err), ERR_INVALID);
	assert_int_equal(source_check_secret(s, "qqq\0q", 5, &err), ERR_INVALID);
	assert_null(strstr(err.text, "qq"));
	free(most);
}

static void test_source_check_complete__names_what_is_missing(void **state)
{
	static const char *const keys[] = {"subscriptions", "client-secret", "tenant"};
	struct error err;

	(void)state;
	assert_int_equal(source_check_complete(&weather, keys, 3, &err), 0);
	assert_int_equal(source_check_complete(&weather, keys, 2, &err), ERR_INVALID);
	assert_string_equal(err.text,
	                    "weather needs the setting tenant (id of the tenant): "
	                    "give --set tenant=VALUE");
	assert_int_equal(source_check_complete(&weather, keys + 2, 1, &err), ERR_INVALID);
	assert_string_equal(err.text,
	                    "weather needs the setting client-secret (of the application): "
	                    "give --secret client-secret=@FILE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_source_check_name__takes_plain_names),
	        cmocka_unit_test(test_source_check_connector__names_the_nearest),
	        cmocka_unit_test(test_source_check_key__names_the_nearest),
	        cmocka_unit_test(test_source_check_value__by_what_the_setting_is),
	        cmocka_unit_test(test_source_check_secret__says_nothing_of_it),
	        cmocka_unit_test(test_source_check_complete__names_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
