/* SPDX-License-Identifier: Apache-2.0 */
/* What is TLS alone: certificates that change, old versions, errors in one line. */
#include <openssl/ssl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/error.h"

#include "api/tls.h"
#include "fixture.h"

static char pair[2][64]; /* the files that the server reads; certificates are put there */

static void copy(const char *from, const char *to)
{
	char buf[8192];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	n = fread(buf, 1, sizeof(buf), in);
	assert_int_equal(fwrite(buf, 1, n, out), n);
	fclose(in);
	fclose(out);
}

static void install(int number)
{
	copy(test_certificate(number), pair[0]);
	copy(test_key(number), pair[1]);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(pair[0], sizeof(pair[0]), "/tmp/isobar-tls.%d.cert", getpid());
	snprintf(pair[1], sizeof(pair[1]), "/tmp/isobar-tls.%d.key", getpid());
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(pair[0]);
	unlink(pair[1]);
	return 0;
}

static void start(struct fixture *f)
{
	char certificate[80], key[80];

	snprintf(certificate, sizeof(certificate), "cert=%s", pair[0]);
	snprintf(key, sizeof(key), "key=%s", pair[1]);
	FIXTURE_START(f, certificate, key, "head_ms=1000");
	f->target.is_tls = true;
}

/* The name in the certificate that a new connection is shown, by this version at most. */
static bool connect_by(const struct fixture *f, int version, char *name, int size)
{
	struct target plain = f->target;
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	struct client *c;
	bool is_good;

	plain.is_tls = false;
	c = client_open(&plain);
	assert_non_null(c);
	SSL_set_min_proto_version(ssl, TLS1_VERSION);
	SSL_set_max_proto_version(ssl, version);
	SSL_set_security_level(ssl, 0); /* or our own side would refuse the old ones */
	SSL_set_fd(ssl, client_socket(c));
	is_good = SSL_connect(ssl) == 1;
	if (is_good) {
		X509 *x = SSL_get1_peer_certificate(ssl);

		X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, name,
		                          size);
		X509_free(x);
		assert_int_equal(SSL_version(ssl), version);
	}
	SSL_free(ssl);
	SSL_CTX_free(context);
	client_close(c);
	return is_good;
}

static void test_tls__versions_from_1_2_up(void **state)
{
	struct fixture f;
	char name[64];

	(void)state;
	install(0);
	start(&f);
	assert_true(connect_by(&f, TLS1_3_VERSION, name, sizeof(name)));
	assert_true(connect_by(&f, TLS1_2_VERSION, name, sizeof(name)));
	assert_false(connect_by(&f, TLS1_1_VERSION, name, sizeof(name)));
	assert_false(connect_by(&f, TLS1_VERSION, name, sizeof(name)));
	must_serve(&f);
	fixture_stop(&f);
	fixture_done(&f);
}

static void test_tls__certificate_is_read_again(void **state)
{
	struct fixture f;
	struct client *old;
	char name[64];

	(void)state;
	install(0);
	start(&f);
	old = must_open(&f);
	assert_true(connect_by(&f, TLS1_3_VERSION, name, sizeof(name)));
	assert_string_equal(name, "test-0");
	install(1);
	kill(f.pid, SIGHUP);
	fixture_wait_for(&f, "reloaded\n");
	assert_true(connect_by(&f, TLS1_3_VERSION, name, sizeof(name)));
	assert_string_equal(name, "test-1");
	/* A pair that does not fit is not taken over. */
	copy(test_key(2), pair[1]);
	kill(f.pid, SIGHUP);
	fixture_wait_for(&f, "not reloaded: key /tmp/isobar-tls");
	assert_true(connect_by(&f, TLS1_3_VERSION, name, sizeof(name)));
	assert_string_equal(name, "test-1");
	/* Who was there keeps what it had. */
	must_send(old, GET);
	must_reply(old, 200, NULL);
	client_close(old);
	fixture_stop(&f);
	fixture_done(&f);
}

/* Every end that the server makes is told, so that it cannot be forged. */
static void test_tls__ends_are_told(void **state)
{
	static const char *const asks[] = {
	        "GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n",
	        "GET / HTTP/1.1\r\n" H "Connection: te, close\r\n\r\n",
	        "GET / HTTP/1.0\r\n\r\n",
	        "GET /stream HTTP/1.1\r\n" H "Connection: close\r\n\r\n",
	        "BREW / HTTP/1.1\r\n" H "\r\n",
	        GET, /* and then nothing */
	};
	char idle[] = "idle_ms=300", certificate[80], key[80];
	struct fixture f;

	(void)state;
	install(0);
	snprintf(certificate, sizeof(certificate), "cert=%s", pair[0]);
	snprintf(key, sizeof(key), "key=%s", pair[1]);
	FIXTURE_START(&f, certificate, key, idle);
	f.target.is_tls = true;
	for (size_t i = 0; i < N_ELEMENTS(asks); i++) {
		struct client *c = must_open(&f);
		struct reply r;
		const char *why;

		must_send(c, asks[i]);
		assert_true(client_reply(c, false, 5000, &r, &why));
		reply_done(&r);
		must_end(c, 5000);
		if (client_was_cut(c))
			fail_msg("the end is not told: %s", asks[i]);
		client_close(c);
	}
	fixture_stop(&f);
	fixture_done(&f);
}

static void test_tls__other_protocols_are_shown_the_door(void **state)
{
	struct fixture f;
	struct target plain;
	struct client *c;

	(void)state;
	install(0);
	start(&f);
	plain = f.target;
	plain.is_tls = false;
	c = client_open(&plain);
	must_send(c, GET);
	sleep_ms(100);
	while (!client_is_at_end(c, 3000)) /* perhaps behind an alert */
		;
	client_close(c);
	/* A handshake that never ends has the time of a head. */
	c = client_open(&plain);
	must_send(c, "\x16\x03\x01\x02");
	must_end(c, 4000);
	client_close(c);
	must_serve(&f);
	fixture_stop(&f);
	assert_int_equal(fixture_count(&f, "slow_head"), 1);
	fixture_done(&f);
}

static void test_tls__what_is_wrong_with_a_file_is_said_in_one_line(void **state)
{
	static const char nonsense[] = "nonsense\n";
	char junk[64];
	const struct {
		const char *certificate, *key;
		int code;
		const char *text;
	} rows[] = {
	        {"/nowhere/a", test_key(0), ERR_NOT_FOUND,
	         "certificate /nowhere/a: No such file or directory"},
	        {test_certificate(0), "/nowhere/b", ERR_NOT_FOUND,
	         "key /nowhere/b: No such file or directory"},
	        {junk, test_key(0), ERR_INVALID, "no start line"},
	        {test_certificate(0), junk, ERR_INVALID, "key /tmp/isobar-tls"},
	        {test_certificate(0), test_key(1), ERR_INVALID, "mismatch"},
	        {test_key(0), test_key(0), ERR_INVALID, "no start line"},
	};
	struct tls *tls = NULL;
	FILE *file;

	(void)state;
	snprintf(junk, sizeof(junk), "/tmp/isobar-tls.%d.cert", getpid());
	file = fopen(junk, "w");
	fputs(nonsense, file);
	fclose(file);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct error err;

		assert_int_equal(tls_new(rows[i].certificate, rows[i].key, &tls, &err),
		                 rows[i].code);
		if (!strstr(err.text, rows[i].text) || strchr(err.text, '\n'))
			fail_msg("row %zu: %s", i, err.text);
		assert_null(tls);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_tls__versions_from_1_2_up),
	        cmocka_unit_test(test_tls__certificate_is_read_again),
	        cmocka_unit_test(test_tls__ends_are_told),
	        cmocka_unit_test(test_tls__other_protocols_are_shown_the_door),
	        cmocka_unit_test(test_tls__what_is_wrong_with_a_file_is_said_in_one_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
