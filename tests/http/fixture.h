/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_HTTP_FIXTURE_H
#define ISOBAR_TEST_HTTP_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/strbuf.h"

#include "client.h"

/* http_server as a process of its own, and short words for what the tests do to it. */
struct fixture {
	pid_t pid;
	int out;            /* its stdout */
	int err;            /* its stderr, a file */
	struct strbuf said; /* of stdout, as far as it was read */
	struct target target;
};

/*
 * Arguments as of http_server, up to NULL.  With ISOBAR_TEST_TLS=1 in the environment
 * the server and its clients speak TLS.
 */
void fixture_start(struct fixture *f, const char *const *arguments);
#define FIXTURE_START(f, ...) fixture_start((f), (const char *const[]){__VA_ARGS__, NULL})

/* One that shall not come up: f->said is what it said on stderr. */
void fixture_fail(struct fixture *f, const char *argument);
void fixture_wait_for(struct fixture *f, const char *text); /* on stdout */
/* SIGTERM and the end: fails the test unless it ended well.  f->said is all it said. */
void fixture_stop(struct fixture *f);
void fixture_reap(struct fixture *f); /* the same, for one that ends by itself */
/* What the counts in the end say of name. */
unsigned int fixture_count(const struct fixture *f, const char *name);
void fixture_done(struct fixture *f);

/* Paths of a self-signed certificate and its key, made once; number tells them apart. */
const char *test_certificate(int number);
const char *test_key(int number);

/* The following fail the test when it goes otherwise. */
struct client *must_open(const struct fixture *f);
struct client *must_open_from(const struct fixture *f, const char *source);
struct client *must_open_narrow(const struct fixture *f, int receive_buffer);
void must_send(struct client *c, const char *text);
/* The status; body NULL or what the body contains. */
void must_reply(struct client *c, unsigned int status, const char *body);
void must_end(struct client *c, int timeout_ms);
/* A connection of its own, GET /, 200. */
void must_serve(const struct fixture *f);

int elapsed_ms(void); /* since some moment */
void sleep_ms(int ms);

#define H   "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" H "\r\n"

#endif
