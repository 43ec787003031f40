/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses are one, and counting them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "api/address_count.h"
#include "support/random.h"

static struct address_key key_of(const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(1234)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(1234)};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return address_key_of((struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return address_key_of((struct sockaddr *)&in6);
}

static void test_address_key__is_what_a_customer_has(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} rows[] = {
	        {"192.0.2.1", "192.0.2.1", true},
	        {"192.0.2.1", "192.0.2.2", false},
	        {"192.0.2.1", "::ffff:192.0.2.1", true},
	        {"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
	        {"2001:db8::1", "2001:db8::2", true},
	        {"2001:db8::1", "2001:db8:0:0:ffff:ffff:ffff:ffff", true},
	        {"2001:db8::1", "2001:db8:0:1::1", false},
	        {"192.0.2.1", "::192.0.2.1", false},
	        {"127.0.0.1", "::1", false},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct address_key a = key_of(rows[i].a), b = key_of(rows[i].b);

		if ((memcmp(&a, &b, sizeof(a)) == 0) != rows[i].is_same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

/* Against an array. */
static void test_address_count__counts_each_alone(void **state)
{
	enum {
		N_KEYS = 3000
	};
	struct address_count *c = address_count_new();
	unsigned int *counts = calloc(N_KEYS, sizeof(*counts));

	(void)state;
	random_begin(7);
	for (int round = 0; round < 40000; round++) {
		const int i = random_below(N_KEYS);
		struct address_key key = {{0}};

		memcpy(key.bytes + 4, &i, sizeof(i));
		if (counts[i] && random_below(2)) {
			address_count_remove(c, &key);
			counts[i]--;
		} else {
			assert_int_equal(address_count_add(c, &key), ++counts[i]);
		}
	}
	/* ASan tells whether what was taken back is freed, the rest here. */
	address_count_free(c);
	free(counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_address_key__is_what_a_customer_has),
	        cmocka_unit_test(test_address_count__counts_each_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
