/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REPLAY_COMPARE_H
#define ISOBAR_REPLAY_COMPARE_H

#include <stdio.h>

#include "store/record_store.h"
#include "store/replay_store.h"

#include "cli.h"
#include "scorer/tally.h"

/*
 * What was kept and what was rebuilt, side by side: as lines of JSON in one order, which
 * go into a digest of each side and, when asked for, into a file of each side.
 */
struct replay_side {
	struct digest *digest;
	FILE *file; /* NULL: none is asked for */
	char hex[2 * KEY_SHA256_SIZE + 1];
};

struct replay_compare {
	struct cli *cli;
	timestamp at;
	struct replay_side kept, rebuilt;
	struct tally
	        *moves; /* by another model, what differs is what is asked for; or NULL */
	struct tally_place *places; /* then: of the open risks that were kept */
	size_t n_places, room_places;

	int64_t n_same, n_differ; /* risks */
	int64_t n_ended;    /* had ended, and nothing leads to them any more: taken over */
	int64_t n_left_out; /* what was made of them cannot be told */
};

/* dump: a folder, or NULL.  A negative error: a file cannot be made. */
int replay_compare_begin(struct replay_compare *c, const char *dump, struct error *err);
/* A finding whose record was read. */
void replay_compare_finding(struct replay_compare *c, const struct record_finding *f,
                            const struct finding *again);
/* All risks; tells what differs. */
int replay_compare_risks(struct replay_compare *c, struct replay_store *s,
                         struct error *err) MUST_CHECK;
/* Fills in kept.hex and rebuilt.hex, and closes the files. */
int replay_compare_end(struct replay_compare *c, struct error *err) MUST_CHECK;

#endif
