/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_ASKER_H
#define ISOBAR_TEST_ASKER_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "net/http_client.h"

/*
 * What the tests of the HTTP client share.  test_http_client.sh starts the server and
 * says by ISOBAR_TEST_HTTP, _HTTPS, _OLD and _CA where it is.  Whatever is asked carries
 * a secret, which no error may tell.
 */

#define SECRET "s3cr3t"

/* Of the test under way. */
extern struct event_base *base;
extern struct http_client *client;

/* What a call was told. */
struct told {
	struct http_call *call;
	unsigned int n;
	bool is_answer;
	long status;
	struct strbuf body; /* with a NUL at its end, which counts */
	char headers[4096]; /* "name: value\n", as many as fit */
	struct error err;
	bool free_client; /* done frees it */
	struct told *cancel[2];
	const char *then; /* done asks this, of the same struct */
};

const char *
address(const char *name); /* of a variable; ends the test where it is not set */
const char *url_of(const char *name, const char *path);
struct http_request get(const char *path); /* from the server in the clear */
void start_client(const struct http_client_options *options); /* in place of the other */

void send_it(struct told *t, const struct http_request *req);
/* Until so many were told in all, or nothing happens for 30 s. */
void run_until(const struct told *t, unsigned int n);
void run_for(int ms);
void ask(const struct http_request *req, struct told *t);

void expect_body(const struct http_request *req, const char *body);
void expect_no_text(const struct http_request *req, const char *text);
void expect_error(const struct http_request *req, int code, const char *text);
/* The answer holds each of some texts. */
void expect_texts(const struct http_request *req, const char *const *texts, size_t n);
#define EXPECT_TEXTS(req, ...)                                  \
	expect_texts((req), (const char *const[]){__VA_ARGS__}, \
	             N_ELEMENTS(((const char *const[]){__VA_ARGS__})))

int set_up(void **state);
int tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
