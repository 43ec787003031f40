/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PROOF_H
#define ISOBAR_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "model/collection.h"

/* What a whole listing of a scope comes to. */
struct proof_counts {
	int64_t n_seen;   /* all that it listed, passing checks too */
	int64_t n_live;   /* findings that were live before */
	int64_t n_absent; /* of these: not listed */
	int64_t n_due;    /* of these: absent as often as it takes to close them */
};

/*
 * Absence is believed up to a measure: a listing that would close more than a fifth of a
 * scope, and more than 50 findings, waits for a person, and so does one that lists
 * nothing at all where findings are live (design.md 2.4).  Returns SCOPE_COMPLETE or
 * SCOPE_HELD; why is one line then.
 */
enum scope_state proof_judge(const struct proof_counts *c, char *why, size_t size);

#endif
