/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SEALED_SECRET_H
#define ISOBAR_SEALED_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Secrets at rest, AES-256-GCM (NIST SP 800-38D) in an envelope: each secret under a data
 * key of its own, which the master key seals.  Both seals bind the place of the secret,
 * so that one that is copied to another row does not open there.
 *
 *   version   1 byte, 1
 *   nonce     12 bytes, of the data key
 *   data key  32 bytes, sealed by the master key, and its tag of 16
 *   nonce     12 bytes, of the secret
 *   secret    as long as it is, sealed by the data key, and its tag of 16
 */
#define SEALED_SECRET_MAX   (64 << 10) /* bytes in clear */
#define SEALED_OVERHEAD     89         /* what a sealed one is longer */
#define SEALED_RANDOM_SIZE  56         /* of the system's generator, for one seal */
#define MASTER_KEY_SIZE     32
#define MASTER_KEY_NAME_MAX 17

/* Overwrite it when it is no longer used: master_key_done(). */
struct master_key {
	uint8_t bytes[MASTER_KEY_SIZE];
	/* The first 16 hex digits of its SHA-256: says which key is missing. */
	char name[MASTER_KEY_NAME_MAX];
};

void master_key_make(const uint8_t random[MASTER_KEY_SIZE], struct master_key *out);

/*
 * 64 hex digits or 44 characters of base64 (RFC 4648 section 4), white space around them
 * apart.  ERR_INVALID; the text of err holds nothing of the key.
 */
int master_key_parse(const char *text, struct master_key *out,
                     struct error *err) MUST_CHECK;
/* As hex, and its NUL. */
#define MASTER_KEY_TEXT_MAX 65
void master_key_text(const struct master_key *key, char out[MASTER_KEY_TEXT_MAX]);
void master_key_done(struct master_key *key);

/* Where a secret belongs. */
struct secret_place {
	int64_t org_id, source_id;
	const char *key; /* "client-secret" */
};

/* Writes size + SEALED_OVERHEAD bytes.  ERR_LIMIT: it is too long. */
int secret_seal(const struct master_key *master, const struct secret_place *place,
                const void *text, size_t size, const uint8_t random[SEALED_RANDOM_SIZE],
                uint8_t *out, struct error *err) MUST_CHECK;

/*
 * Writes size - SEALED_OVERHEAD bytes.  ERR_INVALID: another version, cut, changed, of
 * another place or sealed by another key; nothing was written then.
 */
int secret_open(const struct master_key *master, const struct secret_place *place,
                const uint8_t *sealed, size_t size, void *out,
                struct error *err) MUST_CHECK;

#endif
