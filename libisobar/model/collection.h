/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_COLLECTION_H
#define ISOBAR_COLLECTION_H

#include <stdbool.h>

#include "base/timestamp.h"

/* How collection stands: the states of scopes, runs and parts.  Their numbers are stored. */

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

enum run_state {
	RUN_RUNNING,
	RUN_DONE, /* all of its parts are complete */
	RUN_FAILED,
	RUN_PARTIAL
};
#define N_RUN_STATES 4

enum part_state {
	PART_WAITING,
	PART_LISTING,
	PART_LISTED, /* and not proved yet */
	PART_COMPLETE,
	PART_PARTIAL,
	PART_DENIED,
	PART_NOT_ENABLED,
	PART_FAILED
};
#define N_PART_STATES 8

const char *scope_state_name(enum scope_state state); /* "not_enabled" */
const char *run_state_name(enum run_state state);     /* "partial" */
const char *part_state_name(enum part_state state);   /* "listing" */
/* The number of a state by its name, -1: there is none. */
int scope_state_parse(const char *name);
int run_state_parse(const char *name);
int part_state_parse(const char *name);

/* What no complete scope confirmed for so long is not known any more (design.md 2.4). */
#define BLIND_AFTER (14 * 24 * USEC_PER_HOUR)

bool scope_state_is_blind(enum scope_state state); /* something is not seen there */

#endif
