/* SPDX-License-Identifier: Apache-2.0 */
/* Which word is near: by changes of a letter (Levenshtein's distance). */
#include "model/near_word.h"

#include <string.h>

#define WORD_MAX 24 /* longest word that a mistake is compared with */
#define NEAR_MAX 2  /* changes of a letter: more are another word */

/* How many letters to change, add or leave out; more than NEAR_MAX: too many. */
static size_t distance(const char *a, const char *b)
{
	const size_t n = strlen(a), m = strlen(b);
	size_t row[WORD_MAX + 1];

	if (n > WORD_MAX || m > WORD_MAX)
		return NEAR_MAX + 1;
	for (size_t k = 0; k <= m; k++)
		row[k] = k;
	for (size_t i = 1; i <= n; i++) {
		size_t before = row[0];

		row[0] = i;
		for (size_t k = 1; k <= m; k++) {
			const size_t same = before + (a[i - 1] != b[k - 1]);
			const size_t less = row[k] < row[k - 1] ? row[k] : row[k - 1];

			before = row[k];
			row[k] = same < less + 1 ? same : less + 1;
		}
	}
	return row[m];
}

void near_word_try(struct near_word *g, const char *wrong, const char *word)
{
	const size_t d = distance(wrong, word);

	if (d > NEAR_MAX || d >= strlen(word) || (g->word && d >= g->distance))
		return;
	*g = (struct near_word){word, d};
}
