/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of the API: how they are written, and whether a text is one.  Nothing here
 * knows which exist; that is the store's.
 */
#include "model/api_token.h"

#include <openssl/crypto.h>
#include <string.h>

enum {
	ID_AT = 4, /* behind "iso_" */
	ID_RANDOM_SIZE = 8,
	SECRET_AT = ID_AT + API_TOKEN_ID_SIZE + 1,
	SECRET_SIZE = 43,
	SECRET_RANDOM_SIZE = API_TOKEN_RANDOM_SIZE - ID_RANDOM_SIZE,
	CHECKSUM_AT = SECRET_AT + SECRET_SIZE,
	CHECKSUM_SIZE = 6 /* 62^6 > 2^32 */
};

_Static_assert(CHECKSUM_AT + CHECKSUM_SIZE == API_TOKEN_SIZE, "the parts are the whole");

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base64url[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base62[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* n digits of so many bits each, from the first bit of data on; zeros behind its end. */
static void put_digits(const char *alphabet, unsigned int bits, const uint8_t *data,
                       size_t size, char *out, size_t n)
{
	unsigned int pending = 0, n_pending = 0;
	size_t next = 0;

	for (size_t i = 0; i < n; i++) {
		while (n_pending < bits) {
			pending = pending << 8 | (next < size ? data[next] : 0);
			next++;
			n_pending += 8;
		}
		n_pending -= bits;
		out[i] = alphabet[pending >> n_pending & ((1u << bits) - 1)];
	}
}

/* CRC-32 of IEEE 802.3, as zlib's crc32(). */
static uint32_t crc32_of(const char *data, size_t size)
{
	/* Of each four bits: every request brings a token. */
	static const uint32_t table[16] = {
	        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
	        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size; i++) {
		crc ^= (uint8_t)data[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static void put_checksum(const char *token, char out[CHECKSUM_SIZE])
{
	uint32_t rest = crc32_of(token, CHECKSUM_AT);

	for (size_t i = CHECKSUM_SIZE; i-- > 0; rest /= 62)
		out[i] = base62[rest % 62];
}

void api_token_make(const uint8_t random[API_TOKEN_RANDOM_SIZE],
                    char out[API_TOKEN_SIZE + 1])
{
	memcpy(out, "iso_", ID_AT);
	put_digits(base32, 5, random, ID_RANDOM_SIZE, out + ID_AT, API_TOKEN_ID_SIZE);
	out[SECRET_AT - 1] = '_';
	put_digits(base64url, 6, random + ID_RANDOM_SIZE, SECRET_RANDOM_SIZE,
	           out + SECRET_AT, SECRET_SIZE);
	put_checksum(out, out + CHECKSUM_AT);
	out[API_TOKEN_SIZE] = '\0';
}

bool api_token_id_is_valid(const char *text)
{
	return strnlen(text, API_TOKEN_ID_SIZE + 1) == API_TOKEN_ID_SIZE &&
	       strspn(text, base32) == API_TOKEN_ID_SIZE;
}

/* The last digit has four bits of the secret; the others are zero. */
static bool secret_is_valid(const char *secret)
{
	const char *last = strchr(base64url, secret[SECRET_SIZE - 1]);

	return strspn(secret, base64url) >= SECRET_SIZE && last &&
	       (last - base64url) % 4 == 0;
}

int api_token_parse(const char *text, char id_out[API_TOKEN_ID_SIZE + 1], struct error *err)
{
	char id[API_TOKEN_ID_SIZE + 1] = "", checksum[CHECKSUM_SIZE];

	if (strnlen(text, API_TOKEN_SIZE + 1) != API_TOKEN_SIZE)
		return error_set(err, ERR_INVALID, "a token has %d characters",
		                 API_TOKEN_SIZE);
	memcpy(id, text + ID_AT, API_TOKEN_ID_SIZE);
	if (strncmp(text, "iso_", ID_AT) != 0 || !api_token_id_is_valid(id) ||
	    text[SECRET_AT - 1] != '_' || !secret_is_valid(text + SECRET_AT))
		return error_set(err, ERR_INVALID,
		                 "a token has the form iso_<id>_<secret>");
	put_checksum(text, checksum);
	if (memcmp(checksum, text + CHECKSUM_AT, CHECKSUM_SIZE) != 0)
		return error_set(err, ERR_INVALID,
		                 "the token is mistyped: its checksum does not fit");
	memcpy(id_out, id, sizeof(id));
	return 0;
}

void api_token_hash(const char *token, uint8_t out[KEY_SHA256_SIZE])
{
	key_sha256(token, API_TOKEN_SIZE, out);
}

bool api_token_hash_is_equal(const uint8_t a[KEY_SHA256_SIZE],
                             const uint8_t b[KEY_SHA256_SIZE])
{
	return CRYPTO_memcmp(a, b, KEY_SHA256_SIZE) == 0;
}

enum api_token_state api_token_state_at(timestamp expires_at, timestamp revoked_at,
                                        bool principal_enabled, timestamp now)
{
	if (revoked_at != TIMESTAMP_NONE)
		return API_TOKEN_REVOKED;
	if (expires_at != TIMESTAMP_NONE && expires_at <= now)
		return API_TOKEN_EXPIRED;
	return principal_enabled ? API_TOKEN_ACTIVE : API_TOKEN_DISABLED;
}

const char *api_token_state_name(enum api_token_state state)
{
	switch (state) {
	case API_TOKEN_ACTIVE:
		return "active";
	case API_TOKEN_DISABLED:
		return "disabled";
	case API_TOKEN_EXPIRED:
		return "expired";
	case API_TOKEN_REVOKED:
		break;
	}
	return "revoked";
}
