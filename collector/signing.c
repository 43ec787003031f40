/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures that providers want, by OpenSSL's EVP interface.  Keys are parsed for each
 * signature: a token lasts an hour, and a key that stays parsed is one more place that
 * holds it.
 */
#include "signing.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* NIST SP 800-131A Rev. 2, table 2; no provider takes less. */
	RSA_BITS_MIN = 2048,
	PEM_SIZE_MAX = 64 * 1024,
	SHA256_SIZE = 32,
	UUID_SIZE = 16
};

/* --- OpenSSL's handles --- */

static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

static void key_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void digest_freep(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
}

static void certificate_freep(X509 **certificate)
{
	X509_free(*certificate);
}

/* Without memory, random numbers or SHA-256 nothing that follows would be right. */
static void must(int ok, const char *what)
{
	if (ok == 1)
		return;
	fprintf(stderr, "signing: libcrypto has no %s\n", what);
	abort();
}

/* An encrypted key is refused; the default would ask at the terminal. */
static int no_password(char *out, int size, int writing, void *ctx)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static BIO *open_pem(const char *pem)
{
	const size_t size = strlen(pem);
	BIO *bio;

	if (size > PEM_SIZE_MAX)
		return NULL;
	bio = BIO_new_mem_buf(pem, (int)size);
	must(bio != NULL, "memory");
	return bio;
}

/* --- RSA --- */

static int load_key(const char *pem, EVP_PKEY **out, struct error *err)
{
	CLEANUP(bio_freep) BIO *bio = open_pem(pem);

	ERR_set_mark();
	*out = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
	/* Others read the queue; its texts could say what the key's bytes are. */
	ERR_pop_to_mark();
	if (*out == NULL)
		return error_set(err, ERR_INVALID,
		                 strstr(pem, "ENCRYPTED")
		                         ? "the private key is encrypted: give it "
		                           "without a passphrase"
		                         : "the private key is no PEM text (-----BEGIN "
		                           "PRIVATE KEY-----)");
	if (!EVP_PKEY_is_a(*out, "RSA"))
		return error_set(err, ERR_INVALID, "the private key is not RSA");
	if (EVP_PKEY_get_bits(*out) < RSA_BITS_MIN)
		return error_set(err, ERR_INVALID,
		                 "the private key has %d bits: at least %d are needed",
		                 EVP_PKEY_get_bits(*out), RSA_BITS_MIN);
	return 0;
}

int sign_rsa_sha256(const char *pem, const void *data, size_t size, struct arena *a,
                    unsigned char **out, size_t *out_size, struct error *err)
{
	CLEANUP(key_freep) EVP_PKEY *key = NULL;
	CLEANUP(digest_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t room;
	int ok;

	must(context != NULL, "memory");
	if (load_key(pem, &key, err) < 0)
		return err->code;
	room = (size_t)EVP_PKEY_get_size(key);
	*out = arena_alloc(a, room);
	ERR_set_mark();
	ok = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(context, *out, &room, data, size) == 1;
	ERR_pop_to_mark();
	if (!ok)
		return error_set(err, ERR_INVALID, "the private key cannot sign");
	*out_size = room;
	return 0;
}

int sign_jwt_rs256(const char *pem, const char *header_json, const char *claims_json,
                   struct arena *a, const char **out, struct error *err)
{
	const char *signed_part =
	        ARENA_JOIN(a, base64url_encode(header_json, strlen(header_json), a), ".",
	                   base64url_encode(claims_json, strlen(claims_json), a));
	unsigned char *signature;
	size_t size;

	if (sign_rsa_sha256(pem, signed_part, strlen(signed_part), a, &signature, &size,
	                    err) < 0)
		return err->code;
	*out = ARENA_JOIN(a, signed_part, ".", base64url_encode(signature, size, a));
	return 0;
}

/* --- certificates --- */

int certificate_thumbprints(const char *pem, struct arena *a, const char **sha1,
                            const char **sha256, struct error *err)
{
	CLEANUP(bio_freep) BIO *bio = open_pem(pem);
	CLEANUP(certificate_freep) X509 *certificate = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size;

	ERR_set_mark();
	if (bio)
		certificate = PEM_read_bio_X509(bio, NULL, no_password, NULL);
	ERR_pop_to_mark();
	if (certificate == NULL)
		return error_set(err, ERR_INVALID,
		                 "no certificate in the PEM text (-----BEGIN "
		                 "CERTIFICATE-----)");
	must(X509_digest(certificate, EVP_sha1(), digest, &size), "SHA-1");
	*sha1 = base64url_encode(digest, size, a);
	must(X509_digest(certificate, EVP_sha256(), digest, &size), "SHA-256");
	*sha256 = base64url_encode(digest, size, a);
	return 0;
}

/* --- base64 (RFC 4648) --- */

static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet_url[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Without padding; returns the end. */
static char *put_base64(char *out, const unsigned char *data, size_t size,
                        const char *digits)
{
	unsigned int pending = 0, n_pending = 0;

	for (size_t i = 0; i < size; i++) {
		pending = (pending << 8 | data[i]) & 0xffff;
		for (n_pending += 8; n_pending >= 6; n_pending -= 6)
			*out++ = digits[pending >> (n_pending - 6) & 63];
	}
	if (n_pending > 0)
		*out++ = digits[pending << (6 - n_pending) & 63];
	return out;
}

static char *encode(const void *data, size_t size, const char *digits, bool padded,
                    struct arena *a)
{
	char *text = arena_alloc(a, size / 3 * 4 + 5);
	char *end = put_base64(text, data, size, digits);

	while (padded && (end - text) % 4 != 0)
		*end++ = '=';
	*end = '\0';
	return text;
}

char *base64_encode(const void *data, size_t size, struct arena *a)
{
	return encode(data, size, alphabet, true, a);
}

char *base64url_encode(const void *data, size_t size, struct arena *a)
{
	return encode(data, size, alphabet_url, false, a);
}

/* The six bits of a digit of either alphabet; -1: it is none. */
static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

unsigned char *base64_decode(const char *text, struct arena *a, size_t *size)
{
	const size_t n = strcspn(text, "=");
	const size_t n_padding = strspn(text + n, "=");
	unsigned char *out = arena_alloc(a, n / 4 * 3 + 3);
	unsigned int pending = 0, n_pending = 0;

	*size = 0;
	if (text[n + n_padding] != '\0' || n % 4 == 1 ||
	    (n_padding > 0 && (n_padding > 2 || (n + n_padding) % 4 != 0)))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const int digit = base64_digit(text[i]);

		if (digit < 0)
			return NULL;
		pending = (pending << 6 | (unsigned int)digit) & 0xffff;
		n_pending += 6;
		if (n_pending >= 8) {
			n_pending -= 8;
			out[(*size)++] = (unsigned char)(pending >> n_pending & 255);
		}
	}
	/* Bits left over are zeros, or something has been cut off. */
	return (pending & ((1U << n_pending) - 1)) == 0 ? out : NULL;
}

/* --- SHA-256 --- */

static void sha256(const void *data, size_t size, unsigned char out[SHA256_SIZE])
{
	must(EVP_Digest(data, size, out, NULL, EVP_sha256(), NULL), "SHA-256");
}

static void put_hex(char *out, const unsigned char *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * size] = '\0';
}

void sha256_hex(const void *data, size_t size, char out[65])
{
	unsigned char digest[SHA256_SIZE];

	sha256(data, size, digest);
	put_hex(out, digest, sizeof(digest));
}

char *sha256_base64(const void *data, size_t size, struct arena *a)
{
	unsigned char digest[SHA256_SIZE];

	sha256(data, size, digest);
	return base64_encode(digest, sizeof(digest), a);
}

/* --- UUID --- */

void uuid_random(char out[37])
{
	static const size_t groups[] = {4, 2, 2, 2, 6};
	unsigned char bytes[UUID_SIZE];
	size_t at = 0;

	must(RAND_bytes(bytes, sizeof(bytes)), "random numbers");
	bytes[6] = (bytes[6] & 0x0f) | 0x40; /* version 4 */
	bytes[8] = (bytes[8] & 0x3f) | 0x80; /* variant of RFC 9562 */
	for (size_t i = 0; i < N_ELEMENTS(groups); i++) {
		put_hex(out, bytes + at, groups[i]);
		out += 2 * groups[i];
		*out = i + 1 < N_ELEMENTS(groups) ? '-' : '\0';
		out++;
		at += groups[i];
	}
}
