/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RECORD_AGAIN_H
#define ISOBAR_RECORD_AGAIN_H

#include "model/org.h"
#include "store/segment.h"

#include "format.h"

/*
 * Stored records read again, as they were read when they came: with their parser, and
 * with what stands around them in their segment.
 */
struct record_again;

struct record_again *record_again_new(const struct org *org);
void record_again_free(struct record_again *r); /* NULL is fine */

/*
 * The segment whose records come next; nothing of it is kept.  ERR_NOT_FOUND: they mean
 * nothing alone, and what they need is not stored.  ERR_INVALID: what is stored beside
 * them is no good.
 */
int record_again_begin(struct record_again *r, const struct segment_around *around,
                       struct error *err) MUST_CHECK;

/*
 * The findings of a record, sealed; what cannot be sealed has a key of zeros.  Lives until
 * the next call.  ERR_INVALID, ERR_LIMIT: what the parser says.
 */
int record_again_read(struct record_again *r, const char *raw, size_t size,
                      struct parse_output *out, struct error *err) MUST_CHECK;

#endif
