/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SIGNING_H
#define ISOBAR_SIGNING_H

#include "base/arena.h"
#include "base/error.h"

/* What providers want signed, by OpenSSL.  Error texts never hold a key. */

/* The key of a PEM text, unencrypted, RSA of 2048 bits at least: RSA-SHA256 over data. */
int sign_rsa_sha256(const char *pem, const void *data, size_t size, struct arena *a,
                    unsigned char **out, size_t *out_size, struct error *err) MUST_CHECK;

/* base64url(header) "." base64url(claims) "." base64url(signature): RFC 7515, RS256. */
int sign_jwt_rs256(const char *pem, const char *header_json, const char *claims_json,
                   struct arena *a, const char **out, struct error *err) MUST_CHECK;

/* Of the first certificate of a PEM text: base64url of its SHA-1 (x5t) and SHA-256. */
int certificate_thumbprints(const char *pem, struct arena *a, const char **sha1,
                            const char **sha256, struct error *err) MUST_CHECK;

char *base64_encode(const void *data, size_t size, struct arena *a) NON_NULL;
/* Of the alphabet of RFC 4648 section 5, without padding. */
char *base64url_encode(const void *data, size_t size, struct arena *a) NON_NULL;
/* Either alphabet, padding or not; NULL: it is no base64. */
unsigned char *base64_decode(const char *text, struct arena *a, size_t *size);

void sha256_hex(const void *data, size_t size, char out[65]);
/* base64 of SHA-256, as x-content-sha256 wants it. */
char *sha256_base64(const void *data, size_t size, struct arena *a) NON_NULL;

/* A random UUID, version 4 (RFC 9562 5.4), 37 bytes with its NUL; as a JWT's jti. */
void uuid_random(char out[37]);

#endif
