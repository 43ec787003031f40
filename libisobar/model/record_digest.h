/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RECORD_DIGEST_H
#define ISOBAR_RECORD_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/*
 * XXH3 over the record's text but for the values of volatile keys (those that move
 * with every export and change no finding: "UpdatedAt"), at any depth; only texts
 * and numbers are left out.  volatile_keys: NULL, or NULL-ended, without quotes.
 * Equal digests: the same record as before, so it need not be parsed again.
 * Positive, never 0; its lowest bit is 0 and free for the caller.  salt: whatever
 * else decides what the record comes to.  Like the content hash it names nothing
 * and guards nothing but its own record.
 */
int64_t record_digest(const char *text, size_t size, const char *const *volatile_keys,
                      uint64_t salt);

#endif
