/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PATTERN_H
#define ISOBAR_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Patterns as people write them in rules and selectors: '*' is any text, '?' one
 * character, case does not count; alternatives stand between '|', blanks around them do
 * not count.
 */
bool pattern_matches(const char *pattern, size_t size, const char *text);

/* Does one of the alternatives match?  The empty text matches none, an empty one nothing. */
bool patterns_match(const char *patterns, const char *text);

/* The same for names of tags, which meet without "-", "_" and blanks in them. */
bool tag_names_match(const char *names, const char *name);

#endif
