/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PROOF_H
#define ISOBAR_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of a scope of a source; stored in source_scope.state. */
enum scope_state {
	SCOPE_MET,         /* findings came from it; nothing was complete there */
	SCOPE_COMPLETE,    /* its last listing was whole */
	SCOPE_PARTIAL,     /* it broke off, or a record of it could not be read */
	SCOPE_DENIED,      /* the source may not read it */
	SCOPE_NOT_ENABLED, /* the service is not switched on there */
	SCOPE_LOST,        /* it was there before and is not named any more */
	SCOPE_HELD         /* it was whole, and would close more than is believed unasked */
};
#define N_SCOPE_STATES 7

const char *scope_state_name(enum scope_state state); /* "complete", "not_enabled" */
bool scope_state_is_blind(enum scope_state state);    /* something is not seen there */

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
