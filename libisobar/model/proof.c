/* SPDX-License-Identifier: Apache-2.0 */
/* When the absence of findings is believed. */
#include "model/proof.h"

#include <stdio.h>

#define BREAKER_FINDINGS 50
#define BREAKER_SHARE    5 /* one of so many */

enum scope_state proof_judge(const struct proof_counts *c, char *why, size_t size)
{
	if (size)
		*why = '\0';
	if (c->n_seen == 0 && c->n_live > 0) {
		snprintf(why, size, "lists nothing at all; live there: %lld",
		         (long long)c->n_live);
		return SCOPE_HELD;
	}
	if (c->n_due > BREAKER_FINDINGS && c->n_due > c->n_live / BREAKER_SHARE) {
		snprintf(why, size, "would close %lld of %lld findings",
		         (long long)c->n_due, (long long)c->n_live);
		return SCOPE_HELD;
	}
	return SCOPE_COMPLETE;
}
