/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEXT_PART_H
#define ISOBAR_TEXT_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Small questions that formats ask of texts.  "" is absent; nothing is NULL. */
bool text_begins(const char *text, const char *prefix);
bool text_begins_nocase(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_has_nocase(const char *text, const char *part);

/* a, or b where a is "". */
const char *text_either(const char *a, const char *b);

/* ASCII letters only. */
const char *text_lower(const char *text, struct arena *a) NON_NULL;

/* Up to the first line break. */
const char *text_first_line(const char *text, struct arena *a) NON_NULL;

/* What stands between before and after: "1.2" of "x version 1.2 was", else "". */
const char *text_between(const char *text, const char *before, const char *after,
                         struct arena *a) NON_NULL;

#endif
