/* SPDX-License-Identifier: Apache-2.0 */
/* See fixture.h. */
#define _GNU_SOURCE /* memfd_create, pipe2 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "certificate.h"

#define PATIENCE_MS   10000
#define MAX_ARGUMENTS 16

extern char **environ;

int elapsed_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int)((t.tv_sec % 1000000) * 1000 + t.tv_nsec / 1000000);
}

void sleep_ms(int ms)
{
	const struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

/* ---- certificates ---- */

enum {
	N_CERTIFICATES = 3
};

static char folder[] = "/tmp/isobar-http.XXXXXX";
static char files[N_CERTIFICATES][2][64]; /* "" until it is made */

static void remove_files(void)
{
	for (int i = 0; i < N_CERTIFICATES; i++) {
		remove(files[i][0]);
		remove(files[i][1]);
	}
	remove(folder);
}

static const char *test_file(int number, int is_key)
{
	char(*pair)[64] = files[number];
	char name[24];

	if (pair[0][0] == '\0') {
		if (strstr(folder, "XXXXXX")) {
			assert_non_null(mkdtemp(folder));
			atexit(remove_files);
		}
		snprintf(name, sizeof(name), "test-%d", number);
		snprintf(pair[0], sizeof(pair[0]), "%s/%d.cert", folder, number);
		snprintf(pair[1], sizeof(pair[1]), "%s/%d.key", folder, number);
		certificate_make(name, pair[0], pair[1]);
	}
	return pair[is_key];
}

const char *test_certificate(int number)
{
	return test_file(number, 0);
}

const char *test_key(int number)
{
	return test_file(number, 1);
}

/* ---- the server ---- */

static void spawn(struct fixture *f, char *const *argv)
{
	posix_spawn_file_actions_t actions;
	int ends[2];

	f->err = memfd_create("stderr", MFD_CLOEXEC);
	assert_true(f->err >= 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_adddup2(&actions, f->err, 2);
	assert_int_equal(posix_spawn(&f->pid, argv[0], &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	f->out = ends[0];
}

/* False at the end of its output. */
static bool read_more(struct fixture *f)
{
	struct pollfd p = {.fd = f->out, .events = POLLIN};
	char buf[1024];
	ssize_t n;

	if (poll(&p, 1, PATIENCE_MS) <= 0)
		fail_msg("the server says nothing more than: %s", strbuf_text(&f->said));
	n = read(f->out, buf, sizeof(buf));
	if (n > 0)
		strbuf_put(&f->said, buf, (size_t)n);
	return n > 0;
}

void fixture_wait_for(struct fixture *f, const char *text)
{
	while (!strstr(strbuf_text(&f->said), text))
		if (!read_more(f))
			fail_msg("the server ended and said: %s", strbuf_text(&f->said));
}

void fixture_start(struct fixture *f, const char *const *arguments)
{
	const char *tls = getenv("ISOBAR_TEST_TLS");
	char certificate[128], key[128];
	char *argv[MAX_ARGUMENTS + 4] = {strdup(HTTP_SERVER)};
	int n = 1;

	memset(f, 0, sizeof(*f));
	while (*arguments && n < MAX_ARGUMENTS)
		argv[n++] = strdup(*arguments++);
	if (tls && *tls == '1') {
		snprintf(certificate, sizeof(certificate), "cert=%s", test_certificate(0));
		snprintf(key, sizeof(key), "key=%s", test_key(0));
		argv[n++] = strdup(certificate);
		argv[n++] = strdup(key);
		f->target.is_tls = true;
	}
	spawn(f, argv);
	while (n > 0)
		free(argv[--n]);
	fixture_wait_for(f, "\n");
	f->target.address = "127.0.0.1";
	assert_int_equal(sscanf(f->said.data, "port %u", &f->target.port), 1);
}

void fixture_fail(struct fixture *f, const char *argument)
{
	char *argv[] = {strdup(HTTP_SERVER), strdup(argument), NULL};
	char text[1024];
	ssize_t n;
	int status;

	memset(f, 0, sizeof(*f));
	spawn(f, argv);
	free(argv[0]);
	free(argv[1]);
	while (read_more(f))
		;
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	strbuf_reset(&f->said);
	if ((n = pread(f->err, text, sizeof(text), 0)) > 0)
		strbuf_put(&f->said, text, (size_t)n);
}

void fixture_reap(struct fixture *f)
{
	char text[4096];
	ssize_t n;
	int status;

	while (read_more(f))
		;
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	n = pread(f->err, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	if (status != 0)
		fail_msg("the server ended with %x: %s", status, text);
}

void fixture_stop(struct fixture *f)
{
	kill(f->pid, SIGTERM);
	fixture_reap(f);
}

unsigned int fixture_count(const struct fixture *f, const char *name)
{
	struct strbuf word = {0};
	const char *at;
	unsigned int n = 0;

	strbuf_printf(&word, " %s ", name);
	at = strstr(strbuf_text(&f->said), strbuf_text(&word));
	if (!at)
		fail_msg("no count of %s in: %s", name, strbuf_text(&f->said));
	else
		n = (unsigned int)strtoul(at + word.size, NULL, 10);
	strbuf_done(&word);
	return n;
}

void fixture_done(struct fixture *f)
{
	close(f->out);
	close(f->err);
	strbuf_done(&f->said);
}

/* ---- words ---- */

struct client *must_open_from(const struct fixture *f, const char *source)
{
	struct target t = f->target;
	struct client *c;

	t.source = source;
	c = client_open(&t);
	assert_non_null(c);
	return c;
}

struct client *must_open_narrow(const struct fixture *f, int receive_buffer)
{
	struct target t = f->target;
	struct client *c;

	t.receive_buffer = receive_buffer;
	c = client_open(&t);
	assert_non_null(c);
	return c;
}

struct client *must_open(const struct fixture *f)
{
	return must_open_from(f, NULL);
}

void must_send(struct client *c, const char *text)
{
	assert_true(client_send(c, text, strlen(text)));
}

void must_reply(struct client *c, unsigned int status, const char *body)
{
	struct reply r;
	const char *why;

	if (!client_reply(c, false, PATIENCE_MS, &r, &why))
		fail_msg("wanted %u, got no reply: %s", status, why);
	if (r.status != status || (body && !strstr(strbuf_text(&r.body), body)))
		fail_msg("wanted %u with \"%s\", got %s\n\n%s", status, body ? body : "",
		         strbuf_text(&r.head), strbuf_text(&r.body));
	reply_done(&r);
}

void must_end(struct client *c, int timeout_ms)
{
	if (!client_is_at_end(c, timeout_ms))
		fail_msg("the connection goes on after %d ms, or more was sent",
		         timeout_ms);
}

void must_serve(const struct fixture *f)
{
	struct client *c = must_open(f);

	must_send(c, GET);
	must_reply(c, 200, "\"target\":\"/\"");
	client_close(c);
}
