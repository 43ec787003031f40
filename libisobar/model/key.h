/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_KEY_H
#define ISOBAR_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/timestamp.h"

#define KEY_SIZE     16 /* the first bytes of a SHA-256; a uuid column in SQL */
#define KEY_TEXT_MAX 37 /* as PostgreSQL writes a uuid, and its NUL */

/* Names a finding, a risk, an asset: the same fields give the same key anywhere. */
struct key {
	uint8_t bytes[KEY_SIZE];
};

/*
 * Hashes n fields.  Each is preceded by its length (u32, big endian), so that no
 * two tuples share an encoding.
 */
struct key_field {
	const void *data;
	size_t size;
};

struct key key_of(const struct key_field *fields, size_t n);

/* key_of() over a tag, an org and n strings: the form of all keys of the model. */
struct key key_of_texts(const char *tag, int64_t org_id, const char *const *texts,
                        size_t n);

/* A positive 63-bit number from the first bytes of a key: ids of small tables. */
int64_t key_number(const struct key *k);

/*
 * A UUIDv7 (RFC 9562 section 5.7), for rows that have no identity of their own: new
 * ones come behind old ones.  Time and randomness are arguments; at is 1970 or later.
 */
#define KEY_RANDOM_SIZE 10
struct key key_new(timestamp at, const uint8_t random[KEY_RANDOM_SIZE]);

/* The whole SHA-256 of bytes, for checksums of files and records. */
#define KEY_SHA256_SIZE 32
void key_sha256(const void *data, size_t size, unsigned char out[KEY_SHA256_SIZE]);
/* The same of bytes that come in pieces; digest_end() frees, out may be NULL. */
struct digest;
struct digest *digest_begin(void);
void digest_put(struct digest *d, const void *data, size_t size);
void digest_end(struct digest *d, unsigned char out[KEY_SHA256_SIZE]);

/* HMAC-SHA256 (RFC 2104) of data under a secret of any size. */
void key_hmac_sha256(const void *secret, size_t secret_size, const void *data, size_t size,
                     unsigned char out[KEY_SHA256_SIZE]);
/* Compares secrets: the time it takes does not tell where they differ. */
bool key_same_bytes(const void *a, const void *b, size_t size);

const char *key_text(const struct key *k, char text[KEY_TEXT_MAX]);
int key_parse(const char *text, struct key *out);      /* 0, or -1: not a uuid */
int key_cmp(const struct key *a, const struct key *b); /* as memcmp */

#endif
