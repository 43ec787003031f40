/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS for those who run Isobar without a proxy: one context from two files, a
 * bufferevent a connection.  Protocol and ciphers are OpenSSL's defaults from TLS 1.2
 * up; nothing of a session is kept on this side but in tickets.
 */
#include "tls.h"

#include <assert.h>
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

struct tls {
	char *certificate_file;
	char *key_file;
	SSL_CTX *context;
};

/* Says the first, deepest reason of OpenSSL's queue, and empties it. */
static int fail(const char *what, const char *file, struct error *err)
{
	const unsigned long code = ERR_get_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return error_set(err, ERR_INVALID, "%s %s: %s", what, file,
	                 reason ? reason : "cannot be used");
}

/* OpenSSL's own words for a missing file are two lines of numbers. */
static int check_readable(const char *what, const char *file, struct error *err)
{
	enum error_code code = ERR_INTERNAL;

	if (access(file, R_OK) == 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		code = ERR_NOT_FOUND;
	else if (errno == EACCES)
		code = ERR_DENIED;
	return error_set(err, code, "%s %s: %s", what, file, strerror(errno));
}

/* A daemon has nobody to ask. */
static int no_passphrase(char *out, int size, int is_writing, void *ctx)
{
	(void)out;
	(void)size;
	(void)is_writing;
	(void)ctx;
	return -1;
}

static int load(const struct tls *tls, SSL_CTX *context, struct error *err)
{
	int rc;

	if ((rc = check_readable("certificate", tls->certificate_file, err)) < 0 ||
	    (rc = check_readable("key", tls->key_file, err)) < 0)
		return rc;
	if (SSL_CTX_use_certificate_chain_file(context, tls->certificate_file) != 1)
		return fail("certificate", tls->certificate_file, err);
	if (SSL_CTX_use_PrivateKey_file(context, tls->key_file, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return fail("key", tls->key_file, err);
	return 0;
}

static SSL_CTX *new_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	assert(context); /* out of memory */
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
	                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* A kept connection without a request would hold 34 KB of buffers. */
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	return context;
}

int tls_reload(struct tls *tls, struct error *err)
{
	SSL_CTX *context = new_context();
	const int rc = load(tls, context, err);

	if (rc < 0) {
		SSL_CTX_free(context);
		return rc;
	}
	SSL_CTX_free(tls->context);
	tls->context = context;
	return 0;
}

int tls_new(const char *certificate_file, const char *key_file, struct tls **out,
            struct error *err)
{
	struct tls *tls = xcalloc(1, sizeof(*tls));
	int rc;

	tls->certificate_file = xstrdup(certificate_file);
	tls->key_file = xstrdup(key_file);
	if ((rc = tls_reload(tls, err)) < 0) {
		tls_free(tls);
		return rc;
	}
	*out = tls;
	return 0;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls->certificate_file);
	free(tls->key_file);
	free(tls);
}

struct bufferevent *tls_accepting(struct tls *tls, struct event_base *base)
{
	SSL *ssl = SSL_new(tls->context);
	struct bufferevent *b;

	assert(ssl); /* out of memory */
	b = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING,
	                                   BEV_OPT_CLOSE_ON_FREE);
	assert(b);
	return b;
}

int64_t tls_bytes_sent(struct bufferevent *connection)
{
	SSL *ssl = bufferevent_openssl_get_ssl(connection);

	/*
	 * The bufferevent's own buffer tells too little: libevent hands SSL_write() all of a
	 * piece of memory, which counts as sent when its last byte is.
	 */
	return ssl ? (int64_t)BIO_number_written(SSL_get_wbio(ssl)) : -1;
}

void tls_end_output(struct bufferevent *connection)
{
	SSL *ssl = bufferevent_openssl_get_ssl(connection);

	if (!ssl || SSL_in_init(ssl))
		return;
	SSL_shutdown(ssl);
	ERR_clear_error(); /* the peer may be gone */
}
