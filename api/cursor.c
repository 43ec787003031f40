/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cursors: 24 bytes of place and 16 of a seal, as text.
 */
#include "cursor.h"

#include <endian.h>
#include <string.h>

#include "base/strbuf.h"

#define PLACE_SIZE (8 + KEY_SIZE)
#define SEAL_SIZE  16 /* of the 32 of HMAC-SHA256: RFC 2104, section 5 */
#define TEXT_SIZE  54 /* of 40 bytes, without padding */

_Static_assert((PLACE_SIZE + SEAL_SIZE) * 8 <= TEXT_SIZE * 6 &&
                       (PLACE_SIZE + SEAL_SIZE) * 8 > (TEXT_SIZE - 1) * 6,
               "base64 has six bits a character");

static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void seal(const struct cursor_scope *scope, const unsigned char place[PLACE_SIZE],
                 unsigned char out[SEAL_SIZE])
{
	unsigned char mac[KEY_SHA256_SIZE];
	const uint64_t numbers[2] = {htobe64((uint64_t)scope->org_id),
	                             htobe64((uint64_t)scope->epoch)};
	struct strbuf b = {0};

	strbuf_puts(&b, "cursor/1");
	strbuf_put(&b, numbers, sizeof(numbers));
	strbuf_put(&b, place, PLACE_SIZE);
	strbuf_puts(&b, scope->shape);
	key_hmac_sha256(scope->key, CURSOR_KEY_SIZE, b.data, b.size, mac);
	memcpy(out, mac, SEAL_SIZE);
	strbuf_done(&b);
}

const char *cursor_write(const struct cursor_scope *scope, const struct cursor *c,
                         struct arena *a)
{
	unsigned char bytes[PLACE_SIZE + SEAL_SIZE + 2] = {0};
	const uint64_t value = htobe64((uint64_t)c->value);
	char *out = arena_alloc(a, TEXT_SIZE + 1);

	memcpy(bytes, &value, sizeof(value));
	memcpy(bytes + sizeof(value), c->id.bytes, KEY_SIZE);
	seal(scope, bytes, bytes + PLACE_SIZE);
	for (int i = 0; i < TEXT_SIZE; i++) {
		const int bit = i * 6;
		const unsigned int pair =
		        (unsigned int)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		out[i] = alphabet[pair >> (10 - bit % 8) & 63];
	}
	return out;
}

static bool decode(const char *text, unsigned char bytes[PLACE_SIZE + SEAL_SIZE])
{
	unsigned int held = 0, n_bits = 0;
	size_t n = 0;

	if (strlen(text) != TEXT_SIZE)
		return false;
	for (; *text; text++) {
		const char *at = strchr(alphabet, *text);

		if (!at)
			return false;
		held = held << 6 | (unsigned int)(at - alphabet);
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			bytes[n++] = (unsigned char)(held >> n_bits);
			held &= (1u << n_bits) - 1;
		}
	}
	return held == 0; /* one text a cursor: the last bits are none */
}

bool cursor_read(const struct cursor_scope *scope, const char *text, struct cursor *out)
{
	unsigned char bytes[PLACE_SIZE + SEAL_SIZE], wanted[SEAL_SIZE];
	uint64_t value;

	if (!decode(text, bytes))
		return false;
	seal(scope, bytes, wanted);
	if (!key_same_bytes(wanted, bytes + PLACE_SIZE, SEAL_SIZE))
		return false;
	memcpy(&value, bytes, sizeof(value));
	out->value = (int64_t)be64toh(value);
	memcpy(out->id.bytes, bytes + sizeof(value), KEY_SIZE);
	return true;
}
