/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SECRET_MASK_H
#define ISOBAR_SECRET_MASK_H

#include <stddef.h>

/*
 * Overwrites the text values of the keys, and all texts in their lists and objects, at
 * any depth of a JSON record, with asterisks of the same length: a raw record is kept,
 * what a secret scanner found in it is not.  Numbers stay, and so do keys.  keys:
 * NULL-ended, without quotes.  text need not be valid JSON.
 */
void secret_mask(char *text, size_t size, const char *const *keys);

#endif
