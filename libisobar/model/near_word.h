/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_NEAR_WORD_H
#define ISOBAR_NEAR_WORD_H

#include <stddef.h>

/* What somebody may have meant by a word that nothing knows.  Starts as {0}. */
struct near_word {
	const char *word; /* the nearest so far; NULL: none is near */
	size_t distance;
};

/* word is one that is known; borrowed. */
void near_word_try(struct near_word *g, const char *wrong, const char *word);

#endif
