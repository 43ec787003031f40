/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets at rest.  Who calls brings the randomness and keeps the master key; no nonce
 * is used twice with one key: a data key seals one secret, and the nonces of the master
 * key are random (2^32 of them are safe, SP 800-38D section 8.3).
 */
#include "model/sealed_secret.h"

#include <ctype.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/key.h"

#define VERSION     1
#define NONCE_SIZE  12
#define TAG_SIZE    16
#define DATA_KEY    32
#define WRAPPED_AT  (1 + NONCE_SIZE)
#define NONCE_AT    (WRAPPED_AT + DATA_KEY + TAG_SIZE)
#define SECRET_AT   (NONCE_AT + NONCE_SIZE)
#define BASE64_SIZE 44

_Static_assert(SECRET_AT + TAG_SIZE == SEALED_OVERHEAD, "the parts are the whole");
_Static_assert(DATA_KEY + 2 * NONCE_SIZE == SEALED_RANDOM_SIZE, "a key and two nonces");

/* --- the master key --- */

static void set_name(struct master_key *key)
{
	uint8_t digest[KEY_SHA256_SIZE];

	key_sha256(key->bytes, MASTER_KEY_SIZE, digest);
	for (int i = 0; i < MASTER_KEY_NAME_MAX / 2; i++)
		snprintf(key->name + 2 * i, 3, "%02x", digest[i]);
}

void master_key_make(const uint8_t random[MASTER_KEY_SIZE], struct master_key *out)
{
	memcpy(out->bytes, random, MASTER_KEY_SIZE);
	set_name(out);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_hex(const char *text, uint8_t out[MASTER_KEY_SIZE])
{
	for (size_t i = 0; i < MASTER_KEY_SIZE; i++) {
		const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

/* 44 characters stand for 33 bytes, of which the padding takes one. */
static int read_base64(const char *text, uint8_t out[MASTER_KEY_SIZE])
{
	uint8_t bytes[MASTER_KEY_SIZE + 1];
	int rc = -1;

	if (text[BASE64_SIZE - 1] == '=' && text[BASE64_SIZE - 2] != '=' &&
	    EVP_DecodeBlock(bytes, (const unsigned char *)text, BASE64_SIZE) ==
	            MASTER_KEY_SIZE + 1 &&
	    bytes[MASTER_KEY_SIZE] == 0) {
		memcpy(out, bytes, MASTER_KEY_SIZE);
		rc = 0;
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return rc;
}

int master_key_parse(const char *text, struct master_key *out, struct error *err)
{
	size_t size;
	int rc = -1;

	while (isspace((unsigned char)*text))
		text++;
	size = strlen(text);
	while (size && isspace((unsigned char)text[size - 1]))
		size--;
	if (size == 2 * MASTER_KEY_SIZE)
		rc = read_hex(text, out->bytes);
	else if (size == BASE64_SIZE)
		rc = read_base64(text, out->bytes);
	if (rc < 0)
		return error_set(err, ERR_INVALID,
		                 "is no key: it holds 32 random bytes as 64 hex digits or "
		                 "as base64");
	set_name(out);
	return 0;
}

void master_key_text(const struct master_key *key, char out[MASTER_KEY_TEXT_MAX])
{
	for (size_t i = 0; i < MASTER_KEY_SIZE; i++)
		snprintf(out + 2 * i, 3, "%02x", key->bytes[i]);
}

void master_key_done(struct master_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

/* --- one seal --- */

/* What is sealed, in which of the two layers; big endian, lengths before texts. */
static void put_place(struct strbuf *b, const struct secret_place *place, char layer)
{
	const uint64_t numbers[] = {(uint64_t)place->org_id, (uint64_t)place->source_id,
	                            strlen(place->key)};

	strbuf_puts(b, "isobar secret ");
	strbuf_putc(b, layer);
	for (size_t i = 0; i < N_ELEMENTS(numbers); i++)
		for (int shift = 56; shift >= 0; shift -= 8)
			strbuf_putc(b, (char)(numbers[i] >> shift));
	strbuf_puts(b, place->key);
}

struct layer {
	const uint8_t *key, *nonce;
	const struct secret_place *place;
	char name; /* 'k' the data key, 's' the secret */
};

/* Feeds the place, then the text; the tag is the caller's. */
static int run_cipher(EVP_CIPHER_CTX *ctx, const struct layer *l, const uint8_t *in,
                      size_t size, uint8_t *out)
{
	struct strbuf place = {0};
	int n = 0, done = 0, ok;

	put_place(&place, l->place, l->name);
	ok = EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)place.data,
	                      (int)place.size) == 1;
	strbuf_done(&place);
	/* GCM writes nothing in its last step. */
	return ok && (size == 0 || EVP_CipherUpdate(ctx, out, &done, in, (int)size) == 1) &&
	       (size_t)done == size;
}

/* Writes size bytes and the tag. */
static int seal_layer(const struct layer *l, const uint8_t *in, size_t size, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t none[TAG_SIZE];
	int n = 0;
	const int ok =
	        ctx &&
	        EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, l->key, l->nonce, 1) == 1 &&
	        run_cipher(ctx, l, in, size, out) &&
	        EVP_CipherFinal_ex(ctx, none, &n) == 1 &&
	        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, out + size) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

/* in is size bytes and the tag. */
static int open_layer(const struct layer *l, const uint8_t *in, size_t size, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t tag[TAG_SIZE], none[TAG_SIZE];
	int n = 0;

	memcpy(tag, in + size, TAG_SIZE);
	const int ok =
	        ctx &&
	        EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, l->key, l->nonce, 0) == 1 &&
	        run_cipher(ctx, l, in, size, out) &&
	        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
	        EVP_CipherFinal_ex(ctx, none, &n) == 1;

	EVP_CIPHER_CTX_free(ctx);
	if (!ok)
		OPENSSL_cleanse(out, size);
	return ok ? 0 : -1;
}

/* --- the envelope --- */

int secret_seal(const struct master_key *master, const struct secret_place *place,
                const void *text, size_t size, const uint8_t random[SEALED_RANDOM_SIZE],
                uint8_t *out, struct error *err)
{
	const uint8_t *data_key = random, *nonces = random + DATA_KEY;
	const struct layer outer = {master->bytes, nonces, place, 'k'};
	const struct layer inner = {data_key, nonces + NONCE_SIZE, place, 's'};

	if (size > SEALED_SECRET_MAX)
		return error_set(err, ERR_LIMIT, "a secret has %d bytes at most",
		                 SEALED_SECRET_MAX);
	out[0] = VERSION;
	memcpy(out + 1, outer.nonce, NONCE_SIZE);
	memcpy(out + NONCE_AT, inner.nonce, NONCE_SIZE);
	if (seal_layer(&outer, data_key, DATA_KEY, out + WRAPPED_AT) < 0 ||
	    seal_layer(&inner, text, size, out + SECRET_AT) < 0)
		return error_set(err, ERR_INTERNAL, "OpenSSL cannot seal with AES-256-GCM");
	return 0;
}

int secret_open(const struct master_key *master, const struct secret_place *place,
                const uint8_t *sealed, size_t size, void *out, struct error *err)
{
	uint8_t data_key[DATA_KEY];
	int rc = -1;

	if (size < SEALED_OVERHEAD || size - SEALED_OVERHEAD > SEALED_SECRET_MAX)
		return error_set(err, ERR_INVALID, "is no sealed secret");
	if (sealed[0] != VERSION)
		return error_set(err, ERR_INVALID,
		                 "is sealed in version %d, this program knows %d",
		                 sealed[0], VERSION);

	const struct layer outer = {master->bytes, sealed + 1, place, 'k'};
	const struct layer inner = {data_key, sealed + NONCE_AT, place, 's'};

	if (open_layer(&outer, sealed + WRAPPED_AT, DATA_KEY, data_key) == 0)
		rc = open_layer(&inner, sealed + SECRET_AT, size - SEALED_OVERHEAD, out);
	OPENSSL_cleanse(data_key, sizeof(data_key));
	return rc == 0 ? 0
	               : error_set(err, ERR_INVALID,
	                           "does not open: it was changed, or belongs elsewhere");
}
