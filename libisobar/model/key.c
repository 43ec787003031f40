/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: truncated SHA-256 over length-prefixed fields.  Sealing a million findings
 * makes two million of them, so the digest is fetched once and its context reused;
 * short fields are gathered and hashed in one update.  Programs have one thread.
 */

#include "model/key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	GATHER_SIZE = 512,
	DIGEST_SIZE = KEY_SHA256_SIZE
};

struct hasher {
	EVP_MD_CTX *context;
	size_t n_pending;
	uint8_t pending[GATHER_SIZE];
};

/* libcrypto without SHA-256 or memory cannot go on: a wrong key would be stored. */
static void must(int ok)
{
	if (ok == 1)
		return;
	fputs("model/key: SHA-256 of libcrypto failed\n", stderr);
	abort();
}

static struct hasher *hasher_begin(void)
{
	static struct hasher hasher;

	if (hasher.context == NULL) {
		/* Explicitly fetched: an implicit fetch at each init is most of its cost. */
		EVP_MD *sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);

		hasher.context = EVP_MD_CTX_new();
		must(sha256 != NULL && hasher.context != NULL);
		must(EVP_DigestInit_ex2(hasher.context, sha256, NULL));
		EVP_MD_free(sha256); /* the context holds its own reference */
	} else {
		must(EVP_DigestInit_ex2(hasher.context, NULL, NULL));
	}
	hasher.n_pending = 0;
	return &hasher;
}

static void hasher_flush(struct hasher *h)
{
	if (h->n_pending == 0)
		return;
	must(EVP_DigestUpdate(h->context, h->pending, h->n_pending));
	h->n_pending = 0;
}

static void hasher_put(struct hasher *h, const void *data, size_t size)
{
	if (size > GATHER_SIZE - h->n_pending)
		hasher_flush(h);
	if (size > GATHER_SIZE) {
		must(EVP_DigestUpdate(h->context, data, size));
		return;
	}
	if (size > 0)
		memcpy(h->pending + h->n_pending, data, size);
	h->n_pending += size;
}

static void hasher_put_field(struct hasher *h, const void *data, size_t size)
{
	const uint8_t length[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16),
	                           (uint8_t)(size >> 8), (uint8_t)size};

	hasher_put(h, length, sizeof(length));
	hasher_put(h, data, size);
}

static struct key hasher_end(struct hasher *h)
{
	uint8_t digest[DIGEST_SIZE];
	struct key key;

	hasher_flush(h);
	must(EVP_DigestFinal_ex(h->context, digest, NULL));
	memcpy(key.bytes, digest, KEY_SIZE);
	return key;
}

struct key key_of(const struct key_field *fields, size_t n)
{
	struct hasher *h = hasher_begin();

	for (size_t i = 0; i < n; i++)
		hasher_put_field(h, fields[i].data, fields[i].size);
	return hasher_end(h);
}

struct key key_of_texts(const char *tag, int64_t org_id, const char *const *texts, size_t n)
{
	struct hasher *h = hasher_begin();
	uint8_t org[8];

	for (size_t i = 0; i < sizeof(org); i++)
		org[i] = (uint8_t)((uint64_t)org_id >> (56 - 8 * i));
	hasher_put_field(h, tag, strlen(tag));
	hasher_put_field(h, org, sizeof(org));
	for (size_t i = 0; i < n; i++)
		hasher_put_field(h, texts[i], strlen(texts[i]));
	return hasher_end(h);
}

void key_sha256(const void *data, size_t size, unsigned char out[KEY_SHA256_SIZE])
{
	struct hasher *h = hasher_begin();

	hasher_put(h, data, size);
	hasher_flush(h);
	must(EVP_DigestFinal_ex(h->context, out, NULL));
}

/* libcrypto's own context is one. */
struct digest *digest_begin(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	must(context != NULL);
	must(EVP_DigestInit_ex2(context, EVP_sha256(), NULL));
	return (struct digest *)context;
}

void digest_put(struct digest *d, const void *data, size_t size)
{
	must(EVP_DigestUpdate((EVP_MD_CTX *)d, data, size));
}

void digest_end(struct digest *d, unsigned char out[KEY_SHA256_SIZE])
{
	if (d && out)
		must(EVP_DigestFinal_ex((EVP_MD_CTX *)d, out, NULL));
	EVP_MD_CTX_free((EVP_MD_CTX *)d);
}

int64_t key_number(const struct key *k)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 8; i++)
		number = number << 8 | k->bytes[i];
	number &= INT64_MAX;
	return number > 0 ? (int64_t)number : 1;
}

struct key key_new(timestamp at, const uint8_t random[KEY_RANDOM_SIZE])
{
	const uint64_t ms = (uint64_t)(at / 1000);
	struct key key;

	for (size_t i = 0; i < 6; i++)
		key.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(key.bytes + 6, random, KEY_RANDOM_SIZE);
	key.bytes[6] = 0x70 | (key.bytes[6] & 0x0f); /* the version */
	key.bytes[8] = 0x80 | (key.bytes[8] & 0x3f); /* the variant */
	return key;
}

/* RFC 9562 section 4: 8-4-4-4-12 digits. */
static int dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void key_hmac_sha256(const void *secret, size_t secret_size, const void *data, size_t size,
                     unsigned char out[KEY_SHA256_SIZE])
{
	unsigned int n = 0;

	must(HMAC(EVP_sha256(), secret, (int)secret_size, data, size, out, &n) != NULL);
	must(n == KEY_SHA256_SIZE);
}

bool key_same_bytes(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

const char *key_text(const struct key *k, char text[KEY_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";
	char *p = text;

	for (size_t i = 0; i < KEY_SIZE; i++) {
		if (dash_before(i))
			*p++ = '-';
		*p++ = digits[k->bytes[i] >> 4];
		*p++ = digits[k->bytes[i] & 15];
	}
	*p = '\0';
	return text;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int key_parse(const char *text, struct key *out)
{
	struct key key;
	const char *p = text;

	for (size_t i = 0; i < KEY_SIZE; i++) {
		if (dash_before(i) && *p++ != '-')
			return -1;

		const int high = hex_value(p[0]);
		const int low = high < 0 ? -1 : hex_value(p[1]);

		if (low < 0)
			return -1;
		key.bytes[i] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	if (*p != '\0')
		return -1;
	*out = key;
	return 0;
}

int key_cmp(const struct key *a, const struct key *b)
{
	return memcmp(a->bytes, b->bytes, KEY_SIZE);
}
