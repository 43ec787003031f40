/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GZIP_INPUT_H
#define ISOBAR_GZIP_INPUT_H

#include "record_reader.h"

/* Unpacks gzip while it is read, with a bound: little may hold very much. */
struct gzip_input;

/* packed is copied; limit: bytes that it may hold. */
struct gzip_input *gzip_input_new(const struct record_input *packed,
                                  uint64_t limit) NON_NULL;
void gzip_input_free(struct gzip_input *in); /* NULL is fine */

/* What is inside; valid as long as in.  It can be rewound if packed can. */
struct record_input gzip_input_inside(struct gzip_input *in);

#endif
