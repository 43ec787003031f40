/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_API_TOKEN_H
#define ISOBAR_API_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "model/key.h"

/*
 * A key to the API (docs/access.md): iso_<id>_<secret><checksum>.
 *
 *   id        12 characters of base32 in lower case (RFC 4648 section 6): 60 random
 *             bits; no secret, it finds the row and stands in lists and logs
 *   secret    43 characters of base64url (RFC 4648 section 5): 256 random bits
 *   checksum  6 digits of base 62 (0-9, A-Z, a-z): the CRC-32 (IEEE 802.3) of all
 *             before it, so that typos and what a secret scanner finds can be told
 *             from tokens without a database
 *
 * What is stored is the hash.  It is a plain SHA-256: a slow one guards secrets that
 * can be guessed.
 */
#define API_TOKEN_ID_SIZE     12
#define API_TOKEN_SIZE        66 /* without the NUL */
#define API_TOKEN_RANDOM_SIZE 40 /* 8 bytes for the id, 32 for the secret */

/* Pure: who calls brings the randomness, from the system's generator. */
void api_token_make(const uint8_t random[API_TOKEN_RANDOM_SIZE],
                    char out[API_TOKEN_SIZE + 1]);

/*
 * Looks at the shape and the checksum, at no more than API_TOKEN_SIZE + 1 bytes of
 * text, and gives the id.  ERR_INVALID; the text of err holds nothing of the token.
 */
int api_token_parse(const char *text, char id_out[API_TOKEN_ID_SIZE + 1],
                    struct error *err) MUST_CHECK;

bool api_token_id_is_valid(const char *text); /* an id alone */

/* SHA-256 of the whole token, which api_token_parse() has taken. */
void api_token_hash(const char *token, uint8_t out[KEY_SHA256_SIZE]);

/* In a time that does not depend on where they differ. */
bool api_token_hash_is_equal(const uint8_t a[KEY_SHA256_SIZE],
                             const uint8_t b[KEY_SHA256_SIZE]);

enum api_token_state {
	API_TOKEN_ACTIVE,   /* the only one that opens anything */
	API_TOKEN_DISABLED, /* its principal is */
	API_TOKEN_EXPIRED,
	API_TOKEN_REVOKED
};

/* Until expires_at, that instant excluded; TIMESTAMP_NONE: it does not expire, is not revoked. */
enum api_token_state api_token_state_at(timestamp expires_at, timestamp revoked_at,
                                        bool principal_enabled, timestamp now);
const char *api_token_state_name(enum api_token_state state); /* "active" */

#endif
