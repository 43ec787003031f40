/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REPLAY_H
#define ISOBAR_REPLAY_H

#include "store/record_store.h"

#include "cli.h"
#include "collector/record_again.h"

/* What the two kinds of replay share: records that are read again. */
struct replay {
	struct cli *cli;
	struct org org;
	struct record_walk *walk;
	struct record_again *reader;
	bool is_alone; /* the segment has all that its records need */

	/* The record that was read last: several findings stand in it. */
	const char *raw;
	size_t raw_size;
	struct parse_output output;

	/* Told of each finding how its record reads now, sealed, or NULL; or NULL. */
	void (*saw)(void *ctx, const struct record_finding *f, const struct finding *again);
	void *ctx;

	int64_t n_segments, n_damaged; /* segments, or single slots of them */
	int64_t n_same, n_differ;      /* findings */
	int64_t n_not_alone;           /* of them what their record needs is not stored */
	int64_t n_rewritten; /* risks that come out differently; -1: not looked at */
};

/*
 * Reads all records that findings of pg's schema stand in, tells what is damaged, is gone
 * or reads otherwise, and counts.  An exit code.
 */
int replay_records(struct replay *r, struct pg *pg);

/* isobar replay --as-of. */
struct replay_as_of {
	timestamp at;
	const char *model; /* a file; NULL: that of then */
	const char *dump;  /* a folder for what was kept and what was rebuilt; or NULL */
};
int replay_as_of(struct cli *cli, const struct replay_as_of *options);

#endif
